//! Variances, as a mean and squared distances from it.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]

use super::lanes::{LANES, PIECE, count_of, sum_by, total};
use super::walk::{Wide, walk};
use super::{Fold, State};
use crate::kernels::scalar::{CastTo, Flag};

/// Mean and squared distances from it, by the blocks of Chan, Golub and LeVeque (COMPSTAT 1982).
///
/// A block of floats is walked once: distances are taken from a value near the mean, and `n δ²` off their
/// squares, `δ` being how far the mean of the block is from it. That costs digits where `δ` times the mean
/// is more than the variance, as an error of the mean counts twice `δ` there. Such a block, one of whole
/// numbers, and one under a mask is walked a second time, with its own mean.
pub(in crate::kernels) struct Spread;

macro_rules! spread {
    ($($ty:ty: $once:expr;)*) => {$(
        impl Fold<$ty> for Spread {
            #[inline(always)]
            fn fold(state: &mut State, values: &[$ty], mask: Option<&[Flag]>, _: u64) {
                let n = mask.map_or(values.len() as u64, count_of);
                if n == 0 {
                    return;
                }
                let once: fn(&State, &[$ty]) -> Option<State> = $once;
                if mask.is_none()
                    && let Some(block) = once(state, values)
                {
                    join_spread(state, &block);
                    return;
                }
                let to_f64 = |x: $ty| CastTo::<f64>::cast_to(x);
                let mean = sum_by(values, mask, to_f64) / n as f64;
                let squares = sum_by(values, mask, |x| {
                    let distance = to_f64(x) - mean;
                    distance * distance
                });
                let block = State([n, mean.to_bits(), squares.to_bits(), 0]);
                join_spread(state, &block);
            }
        }
    )*};
}
spread! {
    Flag: |_, _| None;
    u8: |_, _| None;
    u32: |_, _| None;
    i32: |_, _| None;
    i64: |_, _| None;
    f32: spread_at_once;
    f64: spread_at_once;
}

/// The spread of a block, by one walk.
#[inline(always)]
fn spread_at_once<A: Wide>(before: &State, values: &[A]) -> Option<State> {
    let near = near_mean(before, values);
    let walk = walk::<A, false, false>(values, near)?;
    spread_around(near, values.len(), walk.sum, walk.squares)
}

/// A value near the mean of a block: the mean of those before it, or of its first.
#[inline(always)]
pub(super) fn near_mean<A: Wide>(before: &State, values: &[A]) -> f64 {
    if before.0[0] > 0 {
        before.float(1)
    } else if let Some(first) = values.first_chunk::<LANES>() {
        total(&std::array::from_fn(|j| std::array::from_fn(|i| first[PIECE * j + i].wide())))
            / LANES as f64
    } else {
        values.first().map_or(0.0, |first| first.wide())
    }
}

/// The spread of `n` values of this sum, by the squares of their distances from `near`, if that is as good
/// as by those from their mean.
#[inline(always)]
pub(super) fn spread_around(near: f64, n: usize, sum: f64, squares: f64) -> Option<State> {
    let count = n as f64;
    let mean = sum / count;
    let aside = mean - near;
    let squares = squares - count * aside * aside;
    let right = count * (aside * mean).abs() <= squares && squares < f64::INFINITY;
    right.then(|| State([n as u64, mean.to_bits(), squares.to_bits(), 0]))
}

#[inline(always)]
pub(super) fn join_spread(a: &mut State, b: &State) {
    if a.0[0] == 0 {
        *a = *b;
    } else if b.0[0] > 0 {
        let (n_a, n_b) = (a.0[0] as f64, b.0[0] as f64);
        let n = n_a + n_b;
        let delta = b.float(1) - a.float(1);
        let mean = a.float(1) + delta * (n_b / n);
        let squares = a.float(2) + b.float(2) + delta * delta * (n_a * (n_b / n));
        *a = State([a.0[0] + b.0[0], mean.to_bits(), squares.to_bits(), 0]);
    }
}
