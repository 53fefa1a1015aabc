//! What a reduction knows of the values so far.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]

use crate::kernels::scalar::Flag;
use crate::op::Reduction;
use crate::types::Type;

/// Four words. They mean, for each kind: sum of floats: the
/// sum; sum of whole numbers: 128 bits; product: the product, and whether it overflowed; least,
/// greatest and their places: the value, the place, how many were seen; variance: how many, their
/// mean, the sum of squared distances from it; the rest: how many held, how many were seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(C, align(16))]
pub(crate) struct State(pub(crate) [u64; 4]);

impl State {
    /// The state before any value.
    pub(crate) fn new(kind: Reduction, ty: Type) -> Self {
        match (kind, ty.is_float()) {
            (Reduction::Prod, true) => Self([1.0_f64.to_bits(), 0, 0, 0]),
            (Reduction::Prod, false) => Self([1, 0, 0, 0]),
            _ => Self::default(),
        }
    }

    pub(super) fn wide(&self) -> i128 {
        i128::from(self.0[1] as i64) << 64 | i128::from(self.0[0])
    }

    pub(super) fn set_wide(&mut self, value: i128) {
        self.0[0] = value as u64;
        self.0[1] = (value >> 64) as u64;
    }

    pub(super) fn float(&self, word: usize) -> f64 {
        f64::from_bits(self.0[word])
    }
}

/// A value in a word.
pub(super) trait Bits {
    fn to_word(self) -> u64;
    fn from_word(word: u64) -> Self;
}

macro_rules! bits {
    ($($ty:ty: $to:expr, $from:expr;)*) => {$(
        impl Bits for $ty {
            #[inline(always)]
            fn to_word(self) -> u64 {
                $to(self)
            }
            #[inline(always)]
            fn from_word(word: u64) -> Self {
                $from(word)
            }
        }
    )*};
}
bits! {
    Flag: |x: Flag| u64::from(x.0), |w: u64| Flag(w as u8);
    u8: |x: u8| u64::from(x), |w: u64| w as u8;
    u32: |x: u32| u64::from(x), |w: u64| w as u32;
    i32: |x: i32| u64::from(x as u32), |w: u64| w as u32 as i32;
    i64: |x: i64| x as u64, |w: u64| w as i64;
    f32: |x: f32| u64::from(x.to_bits()), |w: u64| f32::from_bits(w as u32);
    f64: |x: f64| x.to_bits(), |w: u64| f64::from_bits(w);
}
