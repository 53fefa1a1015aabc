//! Lanes: partial results that are kept side by side, in pieces, and become one in a fixed order.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]

use crate::kernels::scalar::Flag;

/// Values of a piece: as many `f64` as the widest registers hold.
pub(super) const PIECE: usize = 8;
pub(super) const PIECES: usize = 4;
/// Partial results that are kept side by side.
pub(super) const LANES: usize = PIECE * PIECES;
pub(super) type Piece<A> = [A; PIECE];

/// What leaves every lane as it is, -0 too, when it is added.
pub(super) const NOTHING: Piece<f64> = [-0.0; PIECE];

/// Does something for each piece of the lanes, whose place is a constant then: for one that only a loop knows,
/// lanes would have to be in memory.
macro_rules! each_piece {
    ($at:ident => $do:expr) => {
        each_piece!(@ $at $do; 0 1 2 3)
    };
    (@ $at:ident $do:expr; $($place:literal)*) => {
        $({
            const $at: usize = $place;
            $do;
        })*
    };
}
pub(super) use each_piece;

/// One of each two values.
#[inline(always)]
pub(super) fn pair<A: Copy, B: Copy>(
    a: &Piece<A>,
    b: &Piece<B>,
    both: impl Fn(A, B) -> A,
) -> Piece<A> {
    std::array::from_fn(|i| both(a[i], b[i]))
}

/// Adds to each lane.
#[inline(always)]
pub(super) fn add(lanes: &mut Piece<f64>, more: &Piece<f64>) {
    *lanes = pair(lanes, more, |a, b| a + b);
}

/// `piece` with its first `n` values, fewer than all, replaced. A loop over these alone would become a call that
/// copies memory. It is in memory before the lanes are filled, so that it is there when it is read in one.
#[inline(always)]
pub(super) fn begun<A>(mut piece: Piece<A>, n: usize, value: impl Fn(usize) -> A) -> Piece<A> {
    for (at, place) in piece.iter_mut().enumerate() {
        if at < n {
            *place = value(at);
        }
    }
    put_down(piece)
}

/// A piece by way of memory. Without that the compiler would use, in the loop that fills the lanes as well, the
/// narrow registers that are best for what comes before or behind it.
#[inline(always)]
fn put_down<A>(piece: Piece<A>) -> Piece<A> {
    /// In one line of the caches.
    #[repr(align(64))]
    struct Line<A>(Piece<A>);
    std::hint::black_box(Line(piece)).0
}

/// Adds up lanes in one order.
#[inline(always)]
pub(super) fn total(lanes: &[Piece<f64>; PIECES]) -> f64 {
    halved(lanes, |a, b| a + b)
}

/// One of all lanes, in one order: halves upon each other.
#[inline(always)]
pub(super) fn halved<A: Copy>(lanes: &[Piece<A>; PIECES], both: impl Fn(A, A) -> A) -> A {
    let [a, b, c, d] = lanes;
    let mut piece = put_down(pair(&pair(a, c, &both), &pair(b, d, &both), &both));
    let mut width = PIECE / 2;
    while width > 0 {
        for i in 0..width {
            piece[i] = both(piece[i], piece[i + width]);
        }
        width /= 2;
    }
    piece[0]
}

/// `Σ f(x)` over the values where the mask holds.
#[inline(always)]
pub(super) fn sum_by<A: Copy>(
    values: &[A],
    mask: Option<&[Flag]>,
    f: impl Fn(A) -> f64 + Copy,
) -> f64 {
    let mut lanes = [[0.0; PIECE]; PIECES];
    let (pieces, few) = values.as_chunks::<PIECE>();
    let (chunks, more) = pieces.as_chunks::<PIECES>();
    let last;
    if let Some(mask) = mask {
        let (masks, few_masks) = mask.as_chunks::<PIECE>();
        let (mask_chunks, more_masks) = masks.as_chunks::<PIECES>();
        last = begun(NOTHING, few.len(), |at| kept(few[at], few_masks[at], f));
        for (chunk, masks) in chunks.iter().zip(mask_chunks) {
            each_piece!(AT => add(&mut lanes[AT], &masked(&chunk[AT], &masks[AT], f)));
        }
        each_piece!(AT => if AT < more.len() {
            add(&mut lanes[AT], &masked(&more[AT], &more_masks[AT], f));
        });
    } else {
        last = begun(NOTHING, few.len(), |at| f(few[at]));
        for chunk in chunks {
            each_piece!(AT => add(&mut lanes[AT], &chunk[AT].map(f)));
        }
        each_piece!(AT => if AT < more.len() {
            add(&mut lanes[AT], &more[AT].map(f));
        });
    }
    if !few.is_empty() {
        each_piece!(AT => if AT == more.len() {
            add(&mut lanes[AT], &last);
        });
    }
    total(&lanes)
}

/// `f(x)` where the mask holds.
#[inline(always)]
fn masked<A: Copy>(
    piece: &Piece<A>,
    mask: &Piece<Flag>,
    f: impl Fn(A) -> f64 + Copy,
) -> Piece<f64> {
    std::array::from_fn(|i| kept(piece[i], mask[i], f))
}

#[inline(always)]
fn kept<A>(x: A, mask: Flag, f: impl Fn(A) -> f64) -> f64 {
    if mask.holds() { f(x) } else { 0.0 }
}

#[inline(always)]
pub(super) fn count_of(mask: &[Flag]) -> u64 {
    let mut count = 0;
    // Bytes are added up in bytes first: 255 of them fit.
    for chunk in mask.chunks(255) {
        count += u64::from(chunk.iter().map(|m| u8::from(m.holds())).sum::<u8>());
    }
    count
}
