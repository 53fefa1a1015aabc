//! How many values hold.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]

use super::lanes::count_of;
use super::{Fold, State};
use crate::kernels::scalar::{CastTo, Flag};

/// How many hold.
pub(in crate::kernels) struct Count;

macro_rules! count {
    ($($ty:ty)*) => {$(
        impl Fold<$ty> for Count {
            #[inline(always)]
            fn fold(state: &mut State, values: &[$ty], mask: Option<&[Flag]>, _: u64) {
                let holds = |x: $ty| CastTo::<Flag>::cast_to(x).holds();
                let mut held = 0_u64;
                match mask {
                    None => {
                        for chunk in values.chunks(255) {
                            held += u64::from(chunk.iter().map(|&x| u8::from(holds(x))).sum::<u8>());
                        }
                        state.0[1] += values.len() as u64;
                    }
                    Some(mask) => {
                        for (values, mask) in values.chunks(255).zip(mask.chunks(255)) {
                            let of_both = values.iter().zip(mask);
                            held += u64::from(
                                of_both.map(|(&x, m)| u8::from(holds(x) & m.holds())).sum::<u8>(),
                            );
                        }
                        state.0[1] += count_of(mask);
                    }
                }
                state.0[0] += held;
            }
        }
    )*};
}
count!(Flag u8 u32 i32 i64 f32 f64);
