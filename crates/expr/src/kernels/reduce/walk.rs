//! One walk over a block of floats that finds several of its statistics.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]

use super::lanes::{LANES, Lanes, NOTHING, added, halved, total};

/// A float whose statistics are kept in `f64`.
pub(in crate::kernels) trait Wide: Copy + PartialOrd {
    fn wide(self) -> f64;
}

impl Wide for f32 {
    #[inline(always)]
    fn wide(self) -> f64 {
        self.into()
    }
}

impl Wide for f64 {
    #[inline(always)]
    fn wide(self) -> f64 {
        self
    }
}

/// What one walk over a block finds.
pub(super) struct Walk<A> {
    pub(super) sum: f64,
    /// Of the distances from a value near the mean.
    pub(super) squares: f64,
    pub(super) low: A,
    pub(super) high: A,
}

/// Walks over a block once: the sum in the lanes of a sum, and so the squares of the distances from
/// `near`; with `ENDS` the least and the greatest in the lanes of an extreme alone, which differ from its for NaNs
/// alone: a comparison that is one instruction loses them, but not the sum.
///
/// Comparisons and additions share a unit of most machines. Where one `FUSES`, some of the additions are
/// done by that for multiplications: one times a number is that number, so the sums are the same.
#[inline(always)]
pub(super) fn walk<A: Wide, const ENDS: bool, const FUSES: bool>(
    values: &[A],
    near: f64,
) -> Option<Walk<A>> {
    let first = *values.first()?;
    // Known to be one, it would be left out.
    let one = std::hint::black_box(1.0_f64);
    let add = |a: f64, b: f64| if FUSES { a.mul_add(one, b) } else { a + b };
    let square = |x: f64| {
        let distance = add(x, -near);
        distance * distance
    };
    let (chunks, rest) = values.as_chunks::<LANES>();
    let (mut last, mut last_squares, mut last_ends) = (NOTHING, NOTHING, [first; LANES]);
    for (i, &x) in rest.iter().enumerate() {
        last[i] = x.wide();
        last_squares[i] = square(x.wide());
        last_ends[i] = x;
    }
    let (mut sums, mut squares) = ([0.0_f64; LANES], [0.0_f64; LANES]);
    let (mut lows, mut highs) = ([first; LANES], [first; LANES]);
    for chunk in chunks {
        for (i, &x) in chunk.iter().enumerate() {
            let wide = x.wide();
            sums[i] = add(wide, sums[i]);
            squares[i] += square(wide);
            if ENDS {
                lows[i] = if x < lows[i] { x } else { lows[i] };
                highs[i] = if x > highs[i] { x } else { highs[i] };
            }
        }
    }
    let (low, high) = if ENDS {
        for (i, &x) in last_ends.iter().enumerate() {
            lows[i] = if x < lows[i] { x } else { lows[i] };
            highs[i] = if x > highs[i] { x } else { highs[i] };
        }
        ends(&Lanes(lows), &Lanes(highs))
    } else {
        (first, first)
    };
    let sum = total(&Lanes(added(sums, &last)));
    Some(Walk { sum, squares: total(&Lanes(added(squares, &last_squares))), low, high })
}

/// The least and the greatest of lanes, as [`total`] apart from the loop.
#[inline(never)]
fn ends<A: Copy + PartialOrd>(lows: &Lanes<A>, highs: &Lanes<A>) -> (A, A) {
    let low = halved(lows.0, |a, b| if b < a { b } else { a });
    (low, halved(highs.0, |a, b| if b > a { b } else { a }))
}
