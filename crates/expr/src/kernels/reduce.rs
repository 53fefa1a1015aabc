//! Reductions: a block of values into a [`State`], states into one, a state into a result.
//!
//! Sums of floats are kept in `f64` in a fixed number of lanes, added up in one order: the result
//! has the same bits at every level of the instruction set.
#![allow(unsafe_code, reason = "operands are addresses")]
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]
#![allow(clippy::cast_ptr_alignment, reason = "the caller promises alignment")]

mod counts;
mod extremes;
mod lanes;
mod products;
mod results;
mod spread;
mod state;
mod statistics;
mod sums;
mod walk;

use std::slice::from_raw_parts;

pub(super) use counts::Count;
pub(super) use extremes::{Best, Place};
pub(super) use products::Prod;
pub(crate) use results::{finish, merge, result_word};
pub(super) use spread::Spread;
pub(crate) use state::State;
pub(crate) use statistics::STATISTICS;
pub(super) use statistics::Statistic;
pub(super) use sums::Sum;

use super::scalar::{Flag, Zip};
use crate::value::Value;

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

/// As [`sums::fold_both`].
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
    // SAFETY: the caller's promise.
    unsafe {
        let run = |values: *const u8, n: usize| from_raw_parts(values.cast::<f64>(), n);
        let values = (run(a, n), run(b, n), run(c, if C { n } else { 1 }));
        sums::fold_both::<F, G, C, SWAPPED>(&mut *d.cast::<State>(), values);
    }
}

/// The states of the sum, the spread, the least and the greatest take in a block of values.
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
