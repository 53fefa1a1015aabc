//! Functions that are not arithmetic, without branches, so that the compiler makes vectors of them.
//!
//! Their results differ from the exact ones by less than one unit of the last place of `f64`, and by less
//! than 0.75 of one of `f32`. They are the same bits at every level of the instruction set: each step is an operation that IEEE 754 defines, a fused multiplication
//! and addition among them. What they are not made for, infinities and what is no number above all, is
//! left to `libm`.
//!
//! The polynomials run through the function at Chebyshev's nodes
//! (`crates/expr/testdata/polynomials.py`).
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
mod roots;
mod single;
mod single_angles;
mod single_exponential;
mod single_logarithm;
mod single_roots;
mod single_steps;
mod steps;

use super::scalar as op;

/// A function of one value with a form without branches.
pub(super) trait Wide {
    /// The value, and whether it is right.
    fn wide(x: f64) -> (f64, bool);
    /// The same of `f32`.
    fn single(x: f32) -> (f32, bool);
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

wide! {
    Exp exponential exp: single_exponential  Exp2 exponential exp2: single_exponential
    Expm1 exponential expm1: single_exponential  Tanh exponential tanh: single_exponential
    Sinh exponential sinh: single_exponential  Cosh exponential cosh: single_exponential
    Log logarithm ln: single_logarithm  Log2 logarithm log2: single_logarithm
    Log10 logarithm log10: single_logarithm  Log1p logarithm log1p: single_logarithm
    Arcsinh logarithm asinh: single_logarithm  Arccosh logarithm acosh: single_logarithm
    Arctanh logarithm atanh: single_logarithm
    Sin angles sin  Cos angles cos  Tan angles tan: single_angles
    Arcsin angles asin: single_angles  Arccos angles acos: single_angles
    Arctan angles atan: single_angles
    Cbrt roots cbrt: single_roots
}

wide_zip! { Pow logarithm pow: single  Arctan2 angles atan2: single_angles  Hypot roots hypot }
