//! The inner loops: one function for each operation, types and form, compiled for each level of
//! the instruction set.
//!
//! `scalar` says what an operation does to one value, in safe code; `loops` runs it over memory;
//! `levels` compiles the loops for each [`Level`] and finds them; `reduce` has the loops of
//! reductions, `math` the functions that are not arithmetic, `functions` forms of them without branches,
//! `tables` how those find numbers of tables;
//! `grouped` has the loop of sums by group.

mod functions;
pub(crate) mod grouped;
mod levels;
mod loops;
mod math;
mod reduce;
mod scalar;
mod tables;
mod text;

pub use levels::Level;
pub(crate) use loops::{Gather, copy_strided, fence, scatter_strided, stream};
pub(crate) use reduce::{STATISTICS, State, finish, fold_run, merge, result_word};
pub(crate) use text::TextArgs;

use crate::op::{Binary, Compare, Reduction, Search, Unary};
use crate::types::{Scalar, Type};

/// A loop: writes `n` values to the first pointer from those at the others.
///
/// What the pointers mean is told by the [`Key`] that found it. Values are aligned for their type
/// and none of what is written is read through another pointer.
pub(crate) type Kernel = unsafe fn(*mut u8, *const u8, *const u8, *const u8, usize);

/// Whether an argument is a run of values or one value for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Arg {
    Each,
    One,
}

/// A loop by what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// d = f(a)
    Unary(Unary, Type),
    /// d = f(a, b); c is a flag for what whole numbers cannot do.
    Binary(Binary, Type, Arg, Arg),
    /// d = a < b, ...
    Compare(Compare, Type, Arg, Arg),
    /// d = a ? b : c
    Select(Type, Arg, Arg),
    /// d = a as another type
    Cast(Type, Type),
    /// d = a for each
    Fill(Type),
    /// d = a
    Copy(Type),
    /// d = (a first b) second c, or c second (a first b) when swapped
    Fused { first: Binary, second: Binary, ty: Type, b: Arg, c: Arg, swapped: bool },
    /// `d = table[b]`, the table at a; c is a [`Gather`].
    Gather(Type),
    /// d, a [`State`], takes in the values a, where the truth b holds if masked; c is the
    /// position of the first.
    Reduce { kind: Reduction, ty: Type, masked: bool },
    /// d, the [`State`] of a sum of `f64`, takes in `(a first b) second c`, or `c second (a first b)` when
    /// swapped; `a first b` without a second. All of a and b are runs.
    FusedSum { first: Binary, second: Option<Binary>, c: Arg, swapped: bool },
    /// d, four states, for the sum, the spread, the least and the greatest of the values a: what
    /// four reductions would make of them, in fewer walks over the block.
    Statistics(Type),
    /// d = a holds b; c is a [`TextArgs`].
    Search(Search, Arg),
    /// d = a == b, ... for texts; c is a [`TextArgs`].
    CompareText(Compare, Arg),
}

/// The loop for `key` at `level`, if there is one: every one that a typed expression needs, and
/// those of `Fused` that are worth having.
pub(crate) fn find(key: Key, level: Level) -> Option<Kernel> {
    levels::find(key, level)
}

/// What `kernel` makes of single values: `ty` is the type of its result.
pub(crate) fn evaluate_one(kernel: Kernel, ty: Type, args: &[Scalar]) -> Option<Scalar> {
    loops::evaluate_one(kernel, ty, args)
}
