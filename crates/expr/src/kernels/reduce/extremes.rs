//! The least and the greatest, and their places.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]

use super::lanes::{LANES, PIECE, halved};
use super::state::Bits;
use super::{Fold, State};
use crate::kernels::scalar::{Flag, Zip};

/// The least or the greatest, by the operation that keeps one of two.
pub(in crate::kernels) struct Best<F>(F);

macro_rules! best {
    ($($ty:ty)*) => {$(
        impl<F: Zip<$ty, Out = $ty>> Fold<$ty> for Best<F> {
            #[inline(always)]
            fn fold(state: &mut State, values: &[$ty], mask: Option<&[Flag]>, _: u64) {
                let best = match mask {
                    None => best_of::<$ty, F>(values),
                    Some(mask) => {
                        let mut kept = values.iter().zip(mask).filter(|(_, m)| m.holds());
                        kept.next().map(|(&first, _)| {
                            kept.fold(first, |best, (&x, _)| F::zip(best, x))
                        })
                    }
                };
                if let Some(best) = best {
                    let best = if state.0[2] == 0 { best } else {
                        F::zip(Bits::from_word(state.0[0]), best)
                    };
                    state.0[0] = best.to_word();
                    state.0[2] += 1;
                }
            }
        }
    )*};
}
best!(Flag u8 u32 i32 i64 f32 f64);

#[inline(always)]
fn best_of<A: Copy, F: Zip<A, Out = A>>(values: &[A]) -> Option<A> {
    let first = *values.first()?;
    let (mut last, mut lanes) = ([first; LANES], [first; LANES]);
    let (chunks, rest) = values.as_chunks::<LANES>();
    last[..rest.len()].copy_from_slice(rest);
    for chunk in chunks.iter().chain([&last]) {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = F::zip(*lane, x);
        }
    }
    let lanes = std::array::from_fn(|j| std::array::from_fn(|i| lanes[PIECE * j + i]));
    Some(halved(&lanes, F::zip))
}

/// The place of the least or the greatest; of equal ones, the first. A NaN is both.
pub(in crate::kernels) struct Place<F>(F);

macro_rules! place {
    ($($ty:ty)*) => {$(
        impl<F: Zip<$ty, Out = $ty>> Fold<$ty> for Place<F> {
            #[inline(always)]
            fn fold(state: &mut State, values: &[$ty], mask: Option<&[Flag]>, position: u64) {
                if mask.is_none()
                    && let Some(best) = best_of::<$ty, F>(values)
                    && state.0[2] != 0
                    && same(F::zip(Bits::from_word(state.0[0]), best), Bits::from_word(state.0[0]))
                {
                    return;
                }
                for (i, &x) in values.iter().enumerate() {
                    if mask.is_none_or(|mask| mask[i].holds()) {
                        let best: $ty = Bits::from_word(state.0[0]);
                        if state.0[2] == 0 || !same(F::zip(best, x), best) {
                            state.0 = [x.to_word(), position + i as u64, 1, 0];
                        }
                    }
                }
            }
        }
    )*};
}
place!(Flag u8 u32 i32 i64 f32 f64);

/// Equal, or both NaN.
#[inline(always)]
fn same<A: PartialEq + Copy>(a: A, b: A) -> bool {
    #[expect(clippy::eq_op, reason = "NaN alone differs from itself")]
    let both_nan = a != a && b != b;
    both_nan || a == b
}

/// The better of two values and its place, the first of equal ones.
pub(super) fn keep<A: Copy + Bits + PartialEq, F: Zip<A, Out = A>>(a: &mut State, b: &State) {
    if b.0[2] == 0 {
        return;
    }
    let (x, y) = (A::from_word(a.0[0]), A::from_word(b.0[0]));
    if a.0[2] == 0 || !same(F::zip(x, y), x) {
        *a = *b;
    }
}
