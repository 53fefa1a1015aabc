//! Reductions: a block of values into a [`State`], states into one, a state into a result.
//!
//! Sums of floats are kept in `f64` in a fixed number of lanes, added up in one order: the result
//! has the same bits at every level of the instruction set.
#![allow(unsafe_code, reason = "operands are addresses")]
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]
#![allow(clippy::cast_ptr_alignment, reason = "the caller promises alignment")]

use std::slice::from_raw_parts;

use super::loops::prefetch;
use super::scalar::{CastTo, Flag, Max, Min, Zip};
use crate::error::{Error, Span};
use crate::op::Reduction;
use crate::types::{Scalar, Type};
use crate::value::Value;

/// Partial sums that are kept side by side.
const LANES: usize = 32;

/// What a reduction knows of the values so far. The words mean, for each kind: sum of floats: the
/// sum; sum of whole numbers: 128 bits; product: the product, and whether it overflowed; least,
/// greatest and their places: the value, the place, how many were seen; variance: how many, their
/// mean, the sum of squared distances from it; the rest: how many held, how many were seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(C, align(16))]
pub(crate) struct State(pub(crate) [u64; 4]);

impl State {
    fn wide(&self) -> i128 {
        i128::from(self.0[1] as i64) << 64 | i128::from(self.0[0])
    }

    fn set_wide(&mut self, value: i128) {
        self.0[0] = value as u64;
        self.0[1] = (value >> 64) as u64;
    }

    fn float(&self, word: usize) -> f64 {
        f64::from_bits(self.0[word])
    }
}

/// One kind of reduction over values of one type.
pub(super) trait Fold<A> {
    /// Takes in `values`, those where `mask` holds; `position` is the place of the first.
    fn fold(state: &mut State, values: &[A], mask: Option<&[Flag]>, position: u64);
}

#[inline(always)]
pub(super) unsafe fn fold<A, F: Fold<A>, const MASKED: bool>(
    d: *mut u8,
    a: *const u8,
    (mask, position): (*const u8, *const u8),
    n: usize,
) {
    // SAFETY: as `Kernel` says: `d` is a state lent for writing, `a` and `mask` have `n` values,
    // `position` is a word.
    unsafe {
        let state = &mut *d.cast::<State>();
        let values = from_raw_parts(a.cast::<A>(), n);
        let mask = if MASKED { Some(from_raw_parts(mask.cast::<Flag>(), n)) } else { None };
        F::fold(state, values, mask, *position.cast::<u64>());
    }
}

/// Takes the sum of `(a F b) G c`, or of `c G (a F b)` when `SWAPPED`, into a state: the bits are those
/// of a sum of what a loop of both has left in memory.
///
/// # Safety
/// As [`Kernel`](super::Kernel) says: `d` is a state lent for writing, `a`, `b` and, if `C`, `c` have `n`
/// values, otherwise `c` has one.
#[inline(always)]
pub(super) unsafe fn fused_sum<F, G, const C: bool, const SWAPPED: bool>(
    d: *mut u8,
    a: *const u8,
    (b, c): (*const u8, *const u8),
    n: usize,
) where
    F: Zip<f64, Out = f64>,
    G: Zip<f64, Out = f64>,
{
    let both = |a: f64, b: f64, c: f64| {
        let inner = F::zip(a, b);
        if SWAPPED { G::zip(c, inner) } else { G::zip(inner, c) }
    };
    // SAFETY: the caller's promise.
    let (state, a, b, one, c) = unsafe {
        let c = c.cast::<f64>();
        (
            &mut *d.cast::<State>(),
            from_raw_parts(a.cast::<f64>(), n),
            from_raw_parts(b.cast::<f64>(), n),
            if C { 0.0 } else { *c },
            from_raw_parts(c, if C { n } else { 0 }),
        )
    };
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    let (c, c_rest) = c.as_chunks::<LANES>();
    let ones = [one; LANES];
    let mut last = NOTHING;
    let of_last = if C { c_rest } else { &ones };
    for (((last, &a), &b), &c) in last.iter_mut().zip(a_rest).zip(b_rest).zip(of_last) {
        *last = both(a, b, c);
    }
    let mut lanes = [0.0_f64; LANES];
    for (at, (a, b)) in a.iter().zip(b).enumerate() {
        let c = if C { &c[at] } else { &ones };
        for (((lane, &a), &b), &c) in lanes.iter_mut().zip(a).zip(b).zip(c) {
            *lane += both(a, b, c);
        }
    }
    let sum = if a.is_empty() { total(&Lanes(last)) } else { total(&Lanes(added(lanes, &last))) };
    state.0[0] = (state.float(0) + sum).to_bits();
}

/// Takes the elements `run` of `values` into `state`, where `mask` holds; `position` is the place
/// of the first.
///
/// # Panics
/// When there are not so many elements.
pub(crate) fn fold_run(
    kernel: super::Kernel,
    state: &mut State,
    (values, mask): (&Value, Option<&Value>),
    run: std::ops::Range<usize>,
    position: usize,
) {
    let (values, size, len) = values.bytes();
    let mask = mask.map_or((std::ptr::null(), 1, len), Value::bytes);
    assert!(run.end <= len && run.end <= mask.2 && mask.1 == 1, "elements that there are");
    let position = position as u64;
    // SAFETY: both have the elements of the run, side by side and aligned, as was checked; the
    // types are those that the loop was found for.
    unsafe {
        kernel(
            std::ptr::from_mut(state).cast(),
            values.add(run.start * size),
            mask.0.wrapping_add(run.start),
            std::ptr::from_ref(&position).cast(),
            run.len(),
        );
    }
}

/// Lanes in memory, each register of them in one line of the caches.
#[repr(align(64))]
struct Lanes<A>([A; LANES]);

/// What leaves every lane as it is, -0 too, when it is added.
const NOTHING: [f64; LANES] = [-0.0; LANES];

/// Lanes and what comes last. That is fewer values than lanes, and was written to memory before the lanes were
/// filled, so that it is there when it is read in whole registers; adding it to some of the lanes would put
/// all of them into memory.
#[inline(always)]
fn added(mut lanes: [f64; LANES], last: &[f64; LANES]) -> [f64; LANES] {
    for (lane, &x) in lanes.iter_mut().zip(last) {
        *lane += x;
    }
    lanes
}

/// Adds up lanes in one order. Within a loop's function it would tempt the compiler to keep the lanes in
/// the narrow registers that its last steps need.
#[inline(never)]
fn total(lanes: &Lanes<f64>) -> f64 {
    halved(lanes.0, |a, b| a + b)
}

/// One of all lanes, in one order: halves upon each other.
#[inline(always)]
fn halved<A: Copy>(mut lanes: [A; LANES], both: impl Fn(A, A) -> A) -> A {
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
fn sum_by<A: Copy>(values: &[A], mask: Option<&[Flag]>, f: impl Fn(A) -> f64) -> f64 {
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
fn count_of(mask: &[Flag]) -> u64 {
    let mut count = 0;
    // Bytes are added up in bytes first: 255 of them fit.
    for chunk in mask.chunks(255) {
        count += u64::from(chunk.iter().map(|m| u8::from(m.holds())).sum::<u8>());
    }
    count
}

/// The sum, in `f64` or in 128 bits.
pub(super) struct Sum;

macro_rules! sum_floats {
    ($($ty:ty)*) => {$(
        impl Fold<$ty> for Sum {
            #[inline(always)]
            fn fold(state: &mut State, values: &[$ty], mask: Option<&[Flag]>, _: u64) {
                let sum = sum_by(values, mask, |x| f64::from(x));
                state.0[0] = (state.float(0) + sum).to_bits();
            }
        }
    )*};
}
sum_floats!(f32 f64);

macro_rules! sum_integers {
    ($($ty:ty)*) => {$(
        impl Fold<$ty> for Sum {
            #[inline(always)]
            fn fold(state: &mut State, values: &[$ty], mask: Option<&[Flag]>, _: u64) {
                // A block has far fewer than 2³¹ values: their sum fits.
                let sum: i64 = match mask {
                    None => values.iter().map(|&x| CastTo::<i64>::cast_to(x)).sum(),
                    Some(mask) => values
                        .iter()
                        .zip(mask)
                        .map(|(&x, m)| if m.holds() { CastTo::<i64>::cast_to(x) } else { 0 })
                        .sum(),
                };
                state.set_wide(state.wide() + i128::from(sum));
            }
        }
    )*};
}
sum_integers!(Flag u8 u32 i32);

impl Fold<i64> for Sum {
    #[inline(always)]
    fn fold(state: &mut State, values: &[i64], mask: Option<&[Flag]>, _: u64) {
        // The halves are added apart, where neither can overflow.
        let (mut high, mut low) = (0_i64, 0_u64);
        match mask {
            None => {
                for &x in values {
                    high += x >> 32;
                    low += u64::from(x as u32);
                }
            }
            Some(mask) => {
                for (&x, m) in values.iter().zip(mask) {
                    let x = if m.holds() { x } else { 0 };
                    high += x >> 32;
                    low += u64::from(x as u32);
                }
            }
        }
        let sum = (i128::from(high) << 32) + i128::from(low);
        state.set_wide(state.wide() + sum);
    }
}

/// The product, in `f64` or in 64 bits with a word for overflow.
pub(super) struct Prod;

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

/// The least or the greatest, by the operation that keeps one of two.
pub(super) struct Best<F>(F);

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
    Some(halved(lanes, F::zip))
}

/// The place of the least or the greatest; of equal ones, the first. A NaN is both.
pub(super) struct Place<F>(F);

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

/// How many hold.
pub(super) struct Count;

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

/// Mean and squared distances from it, by the blocks of Chan, Golub and LeVeque (COMPSTAT 1982).
///
/// A block of floats is walked once: distances are taken from a value near the mean, and `n δ²` off their
/// squares, `δ` being how far the mean of the block is from it. That costs digits where `δ` times the mean
/// is more than the variance, as an error of the mean counts twice `δ` there. Such a block, one of whole
/// numbers, and one under a mask is walked a second time, with its own mean.
pub(super) struct Spread;

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
fn spread_at_once<A: Statistic>(before: &State, values: &[A]) -> Option<State> {
    let near = near_mean(before, values);
    let walk = walk::<A, false, false>(values, near)?;
    spread_around(near, values.len(), walk.sum, walk.squares)
}

/// Floats whose statistics are made together.
pub(super) trait Statistic: Copy + Bits + PartialOrd {
    fn wide(self) -> f64;
    fn fold_all<const FUSES: bool>(states: &mut [State; STATISTICS], values: &[Self]);
}

/// The reductions that [`statistics`] makes, in the order of their states.
pub(crate) const STATISTICS: usize = 4;

/// The states of the sum, the spread, the least and the greatest take in a block of values. `FUSES`: the
/// machine has an instruction for a fused multiplication and addition.
///
/// # Safety
/// As [`Kernel`](super::Kernel) says: `d` has four states lent for writing, `a` has `n` values.
#[inline(always)]
pub(super) unsafe fn statistics<A: Statistic, const FUSES: bool>(
    d: *mut u8,
    a: *const u8,
    n: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let states = &mut *d.cast::<[State; STATISTICS]>();
        A::fold_all::<FUSES>(states, from_raw_parts(a.cast::<A>(), n));
    }
}

macro_rules! statistics {
    ($($ty:ty)*) => {$(
        impl Statistic for $ty {
            #[inline(always)]
            fn wide(self) -> f64 {
                f64::from(self)
            }

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
                let block = spread_around(near, values.len(), sum, squares).unwrap_or_else(|| {
                    let n = values.len() as u64;
                    let mean = sum / n as f64;
                    State([n, mean.to_bits(), squares_ahead(values, mean).to_bits(), 0])
                });
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

/// What one walk over a block finds.
struct Walk<A> {
    sum: f64,
    /// Of the distances from a value near the mean.
    squares: f64,
    low: A,
    high: A,
}

/// Walks over a block once: the sum in the lanes of [`sum_by`], and so the squares of the distances from
/// `near`; with `ENDS` the least and the greatest in the lanes of [`best_of`], which differ from its for NaNs
/// alone: a comparison that is one instruction loses them, but not the sum.
///
/// Comparisons and additions share a unit of most machines. Where one `FUSES`, some of the additions are
/// done by that for multiplications: one times a number is that number, so the sums are the same.
#[inline(always)]
fn walk<A: Statistic, const ENDS: bool, const FUSES: bool>(
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

/// A value near the mean of a block: the mean of those before it, or of its first.
#[inline(always)]
fn near_mean<A: Statistic>(before: &State, values: &[A]) -> f64 {
    if before.0[0] > 0 {
        before.float(1)
    } else if let Some(first) = values.first_chunk::<LANES>() {
        total(&Lanes(first.map(A::wide))) / LANES as f64
    } else {
        values.first().map_or(0.0, |first| first.wide())
    }
}

/// The spread of `n` values of this sum, by the squares of their distances from `near`, if that is as good
/// as by those from their mean.
#[inline(always)]
fn spread_around(near: f64, n: usize, sum: f64, squares: f64) -> Option<State> {
    let count = n as f64;
    let mean = sum / count;
    let aside = mean - near;
    let squares = squares - count * aside * aside;
    let right = count * (aside * mean).abs() <= squares && squares < f64::INFINITY;
    right.then(|| State([n as u64, mean.to_bits(), squares.to_bits(), 0]))
}

/// `Σ (x - mean)²` in the lanes of [`sum_by`]. As the values are in the cache, memory has nothing to do:
/// it is asked for a part of what lies behind them, which is likely the next block. All of it would be
/// waited for.
#[inline(always)]
fn squares_ahead<A: Statistic>(values: &[A], mean: f64) -> f64 {
    /// Of so many values one is asked for.
    const SHARE: usize = 4;
    let square = |x: A| {
        let distance = x.wide() - mean;
        distance * distance
    };
    let (mut last, mut lanes) = (NOTHING, [0.0_f64; LANES]);
    let (chunks, rest) = values.as_chunks::<LANES>();
    for (last, &x) in last.iter_mut().zip(rest) {
        *last = square(x);
    }
    let behind = values.as_ptr().wrapping_add(values.len());
    for (at, chunk) in chunks.iter().enumerate() {
        let ahead = behind.wrapping_add(at * LANES / SHARE);
        prefetch(ahead.cast(), size_of_val(chunk) / SHARE);
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane += square(x);
        }
    }
    total(&Lanes(added(lanes, &last)))
}

#[inline(always)]
fn join_spread(a: &mut State, b: &State) {
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

/// A value in a word.
pub(super) trait Bits {
    fn to_word(self) -> u64;
    fn from_word(word: u64) -> Self;
}

macro_rules! bits {
    ($($ty:ty: $to:expr, $from:expr;)*) => {$(
        impl Bits for $ty {
            #[inline(always)]
            fn to_word(self) -> u64 {
                $to(self)
            }
            #[inline(always)]
            fn from_word(word: u64) -> Self {
                $from(word)
            }
        }
    )*};
}
bits! {
    Flag: |x: Flag| u64::from(x.0), |w: u64| Flag(w as u8);
    u8: |x: u8| u64::from(x), |w: u64| w as u8;
    u32: |x: u32| u64::from(x), |w: u64| w as u32;
    i32: |x: i32| u64::from(x as u32), |w: u64| w as u32 as i32;
    i64: |x: i64| x as u64, |w: u64| w as i64;
    f32: |x: f32| u64::from(x.to_bits()), |w: u64| f32::from_bits(w as u32);
    f64: |x: f64| x.to_bits(), |w: u64| f64::from_bits(w);
}

impl State {
    /// The state before any value.
    pub(crate) fn new(kind: Reduction, ty: Type) -> Self {
        match (kind, ty.is_float()) {
            (Reduction::Prod, true) => Self([1.0_f64.to_bits(), 0, 0, 0]),
            (Reduction::Prod, false) => Self([1, 0, 0, 0]),
            _ => Self::default(),
        }
    }
}

/// Takes `b`, of later values, into `a`.
pub(crate) fn merge(kind: Reduction, ty: Type, a: &mut State, b: &State) {
    macro_rules! by_type {
        ($f:ident, $op:ident) => {
            match ty {
                Type::Bool => $f::<Flag, $op>(a, b),
                Type::U8 => $f::<u8, $op>(a, b),
                Type::U32 => $f::<u32, $op>(a, b),
                Type::I32 => $f::<i32, $op>(a, b),
                Type::I64 => $f::<i64, $op>(a, b),
                Type::F32 => $f::<f32, $op>(a, b),
                Type::F64 | Type::Text => $f::<f64, $op>(a, b),
            }
        };
    }
    match kind {
        Reduction::Sum | Reduction::Mean if ty.is_float() => {
            a.0[0] = (a.float(0) + b.float(0)).to_bits();
        }
        Reduction::Sum | Reduction::Mean => a.set_wide(a.wide() + b.wide()),
        Reduction::Prod if ty.is_float() => a.0[0] = (a.float(0) * b.float(0)).to_bits(),
        Reduction::Prod => {
            let (product, overflowed) = (a.0[0] as i64).overflowing_mul(b.0[0] as i64);
            let flags = (a.0[1] | b.0[1] | u64::from(overflowed), a.0[2] | b.0[2]);
            a.0 = [product as u64, flags.0, flags.1, 0];
        }
        Reduction::Min | Reduction::ArgMin => by_type!(keep, Min),
        Reduction::Max | Reduction::ArgMax => by_type!(keep, Max),
        Reduction::Var => join_spread(a, b),
        _ => {
            a.0[0] += b.0[0];
            a.0[1] += b.0[1];
        }
    }
}

/// The better of two values and its place, the first of equal ones.
fn keep<A: Copy + Bits + PartialEq, F: Zip<A, Out = A>>(a: &mut State, b: &State) {
    if b.0[2] == 0 {
        return;
    }
    let (x, y) = (A::from_word(a.0[0]), A::from_word(b.0[0]));
    if a.0[2] == 0 || !same(F::zip(x, y), x) {
        *a = *b;
    }
}

/// Why a state has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoResult {
    Empty,
    Overflow,
}

impl NoResult {
    pub(crate) fn error(self, kind: Reduction, span: Span) -> Error {
        match self {
            Self::Empty => Error::Empty { span, function: kind.name() },
            Self::Overflow => Error::Overflow { span, function: kind.name(), ty: Type::I64 },
        }
    }
}

/// The result of values of type `ty`, in the type that the reduction has; of a mean the sum, as `f64`.
pub(crate) fn finish(kind: Reduction, ty: Type, state: &State) -> Result<Scalar, NoResult> {
    Ok(match kind {
        Reduction::Sum | Reduction::Prod | Reduction::Mean if ty.is_float() => {
            Scalar::F64(state.float(0))
        }
        Reduction::Mean => Scalar::F64(state.wide() as f64),
        Reduction::Sum => Scalar::I64(i64::try_from(state.wide()).map_err(|_| NoResult::Overflow)?),
        Reduction::Prod if state.0[2] != 0 => Scalar::I64(0),
        Reduction::Prod if state.0[1] != 0 => return Err(NoResult::Overflow),
        Reduction::Min | Reduction::Max | Reduction::ArgMin | Reduction::ArgMax
            if state.0[2] == 0 =>
        {
            return Err(NoResult::Empty);
        }
        Reduction::Min | Reduction::Max => Scalar::from_bits(ty, state.0[0]),
        Reduction::ArgMin | Reduction::ArgMax => Scalar::I64(state.0[1] as i64),
        Reduction::Prod | Reduction::Count => Scalar::I64(state.0[0] as i64),
        Reduction::Any => Scalar::Bool(state.0[0] > 0),
        Reduction::All => Scalar::Bool(state.0[0] == state.0[1]),
        // Of no values there is no distance from their mean; dividing it says NaN.
        Reduction::Var | Reduction::Std => Scalar::F64(state.float(2)),
    })
}
