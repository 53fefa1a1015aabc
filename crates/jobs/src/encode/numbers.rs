//! Slices of numbers as arrays.

use bytemuck::{Pod, cast_slice};

use super::{Encode, Encoder};
use crate::digest::PIECE;

/// Numbers in C order, with their shape.
///
/// ```
/// use jobs::{Digest, Numbers};
///
/// let flat = Digest::of_value(&Numbers::flat(&[1.0_f32, 2.0]));
/// let column = Digest::of_value(&Numbers { values: &[1.0_f32, 2.0], shape: &[2, 1] });
/// assert_ne!(flat, column);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Numbers<'a, T> {
    /// The numbers.
    pub values: &'a [T],
    /// Their shape; empty for one dimension.
    pub shape: &'a [usize],
}

/// A number whose bytes are hashed, and kept, as they lie in memory.
pub trait Number: Pod {
    /// NumPy's name of the type in little endian order.
    const NAME: &'static str;
}

macro_rules! numbers {
    ($($type:ty: $name:literal),*) => {$(
        impl Number for $type {
            const NAME: &'static str = $name;
        }
    )*};
}

numbers!(u8: "|u1", i8: "|i1", u16: "<u2", i16: "<i2", u32: "<u4", i32: "<i4", u64: "<u8",
    i64: "<i8", f32: "<f4", f64: "<f8");

// On every machine that we know of, positions have 64 bits where it matters.
#[cfg(target_pointer_width = "64")]
impl Number for usize {
    const NAME: &'static str = "<u8";
}

impl<'a, T> Numbers<'a, T> {
    /// Numbers in one dimension.
    #[must_use]
    pub fn flat(values: &'a [T]) -> Self {
        Self { values, shape: &[] }
    }
}

impl<T: Number> Encode for Numbers<'_, T> {
    fn encode(&self, to: &mut Encoder) {
        let flat = [self.values.len()];
        let shape = if self.shape.is_empty() { &flat } else { self.shape };
        to.array(T::NAME, shape, |feed| {
            for piece in self.values.chunks(PIECE / size_of::<T>()) {
                if cfg!(target_endian = "little") {
                    feed(cast_slice(piece));
                } else {
                    for value in piece {
                        let mut bytes = bytemuck::bytes_of(value).to_vec();
                        bytes.reverse();
                        feed(&bytes);
                    }
                }
            }
        });
    }
}
