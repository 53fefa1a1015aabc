//! Lanes: partial results that are kept side by side and become one in a fixed order.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]

use crate::kernels::scalar::Flag;

/// Partial sums that are kept side by side.
pub(super) const LANES: usize = 32;

/// Lanes in memory, each register of them in one line of the caches.
#[repr(align(64))]
pub(super) struct Lanes<A>(pub(super) [A; LANES]);

/// What leaves every lane as it is, -0 too, when it is added.
pub(super) const NOTHING: [f64; LANES] = [-0.0; LANES];

/// Lanes and what comes last. That is fewer values than lanes, and was written to memory before the lanes were
/// filled, so that it is there when it is read in whole registers; adding it to some of the lanes would put
/// all of them into memory.
#[inline(always)]
pub(super) fn added(mut lanes: [f64; LANES], last: &[f64; LANES]) -> [f64; LANES] {
    for (lane, &x) in lanes.iter_mut().zip(last) {
        *lane += x;
    }
    lanes
}

/// Adds up lanes in one order. Within a loop's function it would tempt the compiler to keep the lanes in
/// the narrow registers that its last steps need.
#[inline(never)]
pub(super) fn total(lanes: &Lanes<f64>) -> f64 {
    halved(lanes.0, |a, b| a + b)
}

/// One of all lanes, in one order: halves upon each other.
#[inline(always)]
pub(super) fn halved<A: Copy>(mut lanes: [A; LANES], both: impl Fn(A, A) -> A) -> A {
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] = both(lanes[i], lanes[i + width]);
        }
        width /= 2;
    }
    lanes[0]
}

/// `Σ f(x)` over the values where the mask holds.
#[inline(always)]
pub(super) fn sum_by<A: Copy>(values: &[A], mask: Option<&[Flag]>, f: impl Fn(A) -> f64) -> f64 {
    let (mut last, mut lanes) = (NOTHING, [0.0_f64; LANES]);
    let (chunks, rest) = values.as_chunks::<LANES>();
    match mask {
        None => {
            for (last, &x) in last.iter_mut().zip(rest) {
                *last = f(x);
            }
            for chunk in chunks {
                for (lane, &x) in lanes.iter_mut().zip(chunk) {
                    *lane += f(x);
                }
            }
        }
        Some(mask) => {
            let (masks, mask_rest) = mask.as_chunks::<LANES>();
            for ((last, &x), &m) in last.iter_mut().zip(rest).zip(mask_rest) {
                *last = if m.holds() { f(x) } else { 0.0 };
            }
            for (chunk, mask) in chunks.iter().zip(masks) {
                for ((lane, &x), &m) in lanes.iter_mut().zip(chunk).zip(mask) {
                    *lane += if m.holds() { f(x) } else { 0.0 };
                }
            }
        }
    }
    if chunks.is_empty() {
        // In pieces as small as they were written in.
        return total(&Lanes(last));
    }
    total(&Lanes(added(lanes, &last)))
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
