//! Functions that are not arithmetic, without branches, so that the compiler makes vectors of them.
//!
//! Their results differ from the exact ones by less than one unit of the last place of `f64`, and by less
//! than 0.75 of one of `f32`. They are the same bits at every level of the instruction set: each step is an
//! operation that IEEE 754 defines, a fused multiplication and addition among them. What they are not made
//! for, infinities and what is no number above all, is left to `libm`.
//!
//! The polynomials run through the function at Chebyshev's nodes; those and the tables are printed by
//! `crates/expr/testdata/polynomials.py`.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]
#![allow(
    clippy::needless_bitwise_bool,
    clippy::manual_range_contains,
    clippy::float_cmp,
    reason = "what ends early is a branch; whole numbers are compared"
)]

mod angles;
mod exponential;
mod logarithm;
mod logarithm_tables;
mod roots;
mod single;
mod single_angles;
mod single_exponential;
mod single_logarithm;
mod single_logarithm_tables;
mod single_roots;
mod single_steps;
mod steps;

use super::scalar as op;
use super::tables::{Entry, Table};

/// A function of one value with a form without branches.
pub(super) trait Wide {
    /// The value, and whether it is right.
    fn wide(x: f64) -> (f64, bool);
    /// The same of `f32`.
    fn single(x: f32) -> (f32, bool);
}

/// A function of one value with a form without branches that takes numbers of tables.
pub(super) trait Tabled<A: Entry> {
    const TABLES: [Table<A>; 3];
    /// A word whose last four bits are the place of the numbers.
    fn place(x: A) -> A::Word;
    /// The value, and whether it is right.
    fn tabled(x: A, entries: [A; 3]) -> (A, bool);
}

/// A function of two values with a form without branches.
pub(super) trait WideZip {
    /// The value, and whether it is right.
    fn wide(x: f64, y: f64) -> (f64, bool);
    /// The same of `f32`.
    fn single(x: f32, y: f32) -> (f32, bool);
}

/// Says which functions are the forms without branches of which operation, and of `f32` where that is
/// not one of `single`, which are computed in `f64`.
macro_rules! wide {
    ($($op:ident $file:ident $f:ident $(: $single:ident)?)*) => {$(
        impl Wide for op::$op {
            #[inline(always)]
            fn wide(x: f64) -> (f64, bool) {
                $file::$f(x)
            }
            wide! { @single $f $($single)? }
        }
    )*};
    (@single $f:ident) => {
        #[inline(always)]
        fn single(x: f32) -> (f32, bool) {
            let (value, right) = single::$f(x.into());
            (value as f32, right)
        }
    };
    (@single $f:ident $single:ident) => {
        #[inline(always)]
        fn single(x: f32) -> (f32, bool) {
            $single::$f(x)
        }
    };
}

macro_rules! wide_zip {
    ($($op:ident $file:ident $f:ident $(: $single:ident)?)*) => {$(
        impl WideZip for op::$op {
            #[inline(always)]
            fn wide(x: f64, y: f64) -> (f64, bool) {
                $file::$f(x, y)
            }
            wide_zip! { @single $f $($single)? }
        }
    )*};
    (@single $f:ident) => {
        #[inline(always)]
        fn single(x: f32, y: f32) -> (f32, bool) {
            let (value, right) = single::$f(x.into(), y.into());
            (value as f32, right)
        }
    };
    (@single $f:ident $single:ident) => {
        #[inline(always)]
        fn single(x: f32, y: f32) -> (f32, bool) {
            $single::$f(x, y)
        }
    };
}

/// Says which functions are the forms with tables of which operation, and which tables and places are theirs.
macro_rules! tabled {
    ($($op:ident $f:ident $table:ident $place:ident)*) => {$(
        tabled! { @of f64 $op logarithm $f logarithm_tables $table $place }
        tabled! { @of f32 $op single_logarithm $f single_logarithm_tables $table $place }
    )*};
    (@of $ty:ident $op:ident $file:ident $f:ident $tables:ident $table:ident $place:ident) => {
        impl Tabled<$ty> for op::$op {
            const TABLES: [Table<$ty>; 3] = $tables::$table;

            #[inline(always)]
            fn place(x: $ty) -> <$ty as Entry>::Word {
                $file::$place(x)
            }

            #[inline(always)]
            fn tabled(x: $ty, entries: [$ty; 3]) -> ($ty, bool) {
                $file::$f(x, entries)
            }
        }
    };
}

wide! {
    Exp exponential exp: single_exponential  Exp2 exponential exp2: single_exponential
    Expm1 exponential expm1: single_exponential  Tanh exponential tanh: single_exponential
    Sinh exponential sinh: single_exponential  Cosh exponential cosh: single_exponential
    Arcsinh logarithm asinh: single_logarithm  Arccosh logarithm acosh: single_logarithm
    Arctanh logarithm atanh: single_logarithm
    Sin angles sin  Cos angles cos  Tan angles tan: single_angles
    Arcsin angles asin: single_angles  Arccos angles acos: single_angles
    Arctan angles atan: single_angles
    Cbrt roots cbrt: single_roots
}

tabled! {
    Log ln LN place  Log2 log2 LOG2 place  Log10 log10 LOG10 place  Log1p log1p LN place_of_sum
}

wide_zip! { Pow logarithm pow: single  Arctan2 angles atan2: single_angles  Hypot roots hypot }
