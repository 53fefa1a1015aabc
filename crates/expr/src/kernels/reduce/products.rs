//! Products: of floats in `f64`, of whole numbers in 64 bits with a word for overflow.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]

use super::{Fold, State};
use crate::kernels::scalar::{CastTo, Flag};

/// The product, in `f64` or in 64 bits with a word for overflow.
pub(in crate::kernels) struct Prod;

macro_rules! prod_floats {
    ($($ty:ty)*) => {$(
        impl Fold<$ty> for Prod {
            #[inline(always)]
            fn fold(state: &mut State, values: &[$ty], mask: Option<&[Flag]>, _: u64) {
                let mut product = state.float(0);
                for (i, &x) in values.iter().enumerate() {
                    if mask.is_none_or(|mask| mask[i].holds()) {
                        product *= f64::from(x);
                    }
                }
                state.0[0] = product.to_bits();
            }
        }
    )*};
}
prod_floats!(f32 f64);

macro_rules! prod_integers {
    ($($ty:ty)*) => {$(
        impl Fold<$ty> for Prod {
            #[inline(always)]
            fn fold(state: &mut State, values: &[$ty], mask: Option<&[Flag]>, _: u64) {
                let mut product = state.0[0] as i64;
                for (i, &x) in values.iter().enumerate() {
                    if mask.is_none_or(|mask| mask[i].holds()) {
                        let (next, overflowed) = product.overflowing_mul(x.cast_to());
                        product = next;
                        state.0[1] |= u64::from(overflowed);
                        // Whatever came before, zero times it is zero.
                        if product == 0 && CastTo::<i64>::cast_to(x) == 0 {
                            state.0[2] = 1;
                        }
                    }
                }
                state.0[0] = product as u64;
            }
        }
    )*};
}
prod_integers!(Flag u8 u32 i32 i64);
