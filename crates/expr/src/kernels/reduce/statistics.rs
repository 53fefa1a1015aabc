//! The sum, the spread, the least and the greatest of a block, made together.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]

use super::extremes::Best;
use super::lanes::{LANES, NOTHING, PIECE, PIECES, add, begun, each_piece, total};
use super::spread::{Spread, join_spread, near_mean, spread_around};
use super::state::Bits;
use super::sums::Sum;
use super::walk::{Walk, Wide, walk};
use super::{Fold, State};
use crate::kernels::loops::prefetch;
use crate::kernels::scalar::{Max, Min, Zip};

/// Floats whose statistics are made together.
pub(in crate::kernels) trait Statistic: Wide {
    /// Takes in a block of values. `FUSES`: the machine has an instruction for a fused multiplication and
    /// addition.
    fn fold_all<const FUSES: bool>(states: &mut [State; STATISTICS], values: &[Self]);
}

/// The reductions that are made together, in the order of their states.
pub(crate) const STATISTICS: usize = 4;

macro_rules! statistics {
    ($($ty:ty)*) => {$(
        impl Statistic for $ty {
            #[inline(always)]
            fn fold_all<const FUSES: bool>(states: &mut [State; STATISTICS], values: &[Self]) {
                let [sum_state, spread, least, greatest] = states;
                let near = near_mean(spread, values);
                let Some(walk) = walk::<$ty, true, FUSES>(values, near) else { return };
                let Walk { sum, squares, low, high } = walk;
                if sum.is_nan() {
                    // A NaN, or infinities of both signs: each by its own rules.
                    <Sum as Fold<$ty>>::fold(sum_state, values, None, 0);
                    <Spread as Fold<$ty>>::fold(spread, values, None, 0);
                    <Best<Min> as Fold<$ty>>::fold(least, values, None, 0);
                    <Best<Max> as Fold<$ty>>::fold(greatest, values, None, 0);
                    return;
                }
                sum_state.0[0] = (sum_state.float(0) + sum).to_bits();
                // In a closure that is not inlined the squares would be compiled for no level.
                let block = match spread_around(near, values.len(), sum, squares) {
                    Some(block) => block,
                    None => {
                        let n = values.len() as u64;
                        let mean = sum / n as f64;
                        State([n, mean.to_bits(), squares_ahead(values, mean).to_bits(), 0])
                    }
                };
                join_spread(spread, &block);
                for (state, best, of) in [
                    (least, low, <Min as Zip<$ty>>::zip as fn($ty, $ty) -> $ty),
                    (greatest, high, <Max as Zip<$ty>>::zip),
                ] {
                    let best = if state.0[2] == 0 { best } else {
                        of(Bits::from_word(state.0[0]), best)
                    };
                    state.0[0] = best.to_word();
                    state.0[2] += 1;
                }
            }
        }
    )*};
}
statistics!(f32 f64);

/// `Σ (x - mean)²` in the lanes of a sum. As the values are in the cache, memory has nothing to do:
/// it is asked for a part of what lies behind them, which is likely the next block. All of it would be
/// waited for.
#[inline(always)]
fn squares_ahead<A: Wide>(values: &[A], mean: f64) -> f64 {
    /// Of so many values one is asked for.
    const SHARE: usize = 4;
    let square = |x: A| {
        let distance = x.wide() - mean;
        distance * distance
    };
    let (pieces, few) = values.as_chunks::<PIECE>();
    let (chunks, more) = pieces.as_chunks::<PIECES>();
    let last = begun(NOTHING, few.len(), |at| square(few[at]));
    let mut lanes = [[0.0; PIECE]; PIECES];
    let behind = values.as_ptr().wrapping_add(values.len());
    for (at, chunk) in chunks.iter().enumerate() {
        let ahead = behind.wrapping_add(at * LANES / SHARE);
        prefetch(ahead.cast(), size_of_val(chunk) / SHARE);
        each_piece!(AT => add(&mut lanes[AT], &chunk[AT].map(square)));
    }
    each_piece!(AT => if AT < more.len() {
        add(&mut lanes[AT], &more[AT].map(square));
    });
    each_piece!(AT => if AT == more.len() {
        add(&mut lanes[AT], &last);
    });
    total(&lanes)
}
