//! One walk over a block of floats that finds several of its statistics.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]

use super::lanes::{NOTHING, PIECE, PIECES, Piece, add, begun, each_piece, halved, pair, total};

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
    let (pieces, few) = values.as_chunks::<PIECE>();
    let (chunks, more) = pieces.as_chunks::<PIECES>();
    let near = Near { near, one: std::hint::black_box(1.0) };
    let last = Lanes {
        sums: begun(NOTHING, few.len(), |at| few[at].wide()),
        squares: begun(NOTHING, few.len(), |at| near.square::<FUSES>(few[at].wide())),
        lows: begun([first; PIECE], few.len(), |at| few[at]),
        highs: [first; PIECE],
    };
    let (sums, squares) = ([0.0; PIECE], [0.0; PIECE]);
    let mut lanes = [Lanes { sums, squares, ..last }; PIECES];
    each_piece!(AT => lanes[AT].lows = [first; PIECE]);
    for chunk in chunks {
        each_piece!(AT => lanes[AT].take_in::<ENDS, FUSES>(&chunk[AT], near));
    }
    // In memory from here on: which of them take in more is not known to the compiler.
    let mut lanes = std::hint::black_box(lanes);
    for (lanes, piece) in lanes.iter_mut().zip(more) {
        lanes.take_in::<ENDS, FUSES>(piece, near);
    }
    if !few.is_empty() {
        lanes[more.len()].join::<ENDS>(&last);
    }
    Some(Walk {
        sum: total(&lanes.map(|lanes| lanes.sums)),
        squares: total(&lanes.map(|lanes| lanes.squares)),
        low: halved(&lanes.map(|lanes| lanes.lows), least),
        high: halved(&lanes.map(|lanes| lanes.highs), greatest),
    })
}

/// A value near the mean, and one: known to be that, it would be left out.
#[derive(Clone, Copy)]
struct Near {
    near: f64,
    one: f64,
}

impl Near {
    #[inline(always)]
    fn add<const FUSES: bool>(self, a: f64, b: f64) -> f64 {
        if FUSES { a.mul_add(self.one, b) } else { a + b }
    }

    /// The square of the distance.
    #[inline(always)]
    fn square<const FUSES: bool>(self, x: f64) -> f64 {
        let distance = self.add::<FUSES>(x, -self.near);
        distance * distance
    }
}

/// What is kept of one piece of lanes.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Lanes<A> {
    sums: Piece<f64>,
    squares: Piece<f64>,
    lows: Piece<A>,
    highs: Piece<A>,
}

impl<A: Wide> Lanes<A> {
    #[inline(always)]
    fn take_in<const ENDS: bool, const FUSES: bool>(&mut self, piece: &Piece<A>, near: Near) {
        self.sums = pair(&self.sums, piece, |sum, x| near.add::<FUSES>(x.wide(), sum));
        self.squares = pair(&self.squares, piece, |sum, x| sum + near.square::<FUSES>(x.wide()));
        if ENDS {
            self.lows = pair(&self.lows, piece, least);
            self.highs = pair(&self.highs, piece, greatest);
        }
    }

    /// Takes in fewer values than a piece has; their least and greatest are both among `lows`.
    #[inline(always)]
    fn join<const ENDS: bool>(&mut self, few: &Self) {
        add(&mut self.sums, &few.sums);
        add(&mut self.squares, &few.squares);
        if ENDS {
            self.lows = pair(&self.lows, &few.lows, least);
            self.highs = pair(&self.highs, &few.lows, greatest);
        }
    }
}

#[inline(always)]
fn least<A: PartialOrd>(a: A, b: A) -> A {
    if b < a { b } else { a }
}

#[inline(always)]
fn greatest<A: PartialOrd>(a: A, b: A) -> A {
    if b > a { b } else { a }
}
