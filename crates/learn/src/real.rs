//! The two kinds of numbers that learning works on.

use std::fmt::{Debug, Display};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// `f32` or `f64`: what matrices of weights and factors hold. Sums are kept in `f64` for both.
pub trait Real:
    sealed::Sealed
    + jobs::Number
    + Copy
    + Debug
    + Default
    + Display
    + PartialEq
    + PartialOrd
    + Send
    + Sync
    + Into<f64>
    + Add<Output = Self>
    + AddAssign
    + Sub<Output = Self>
    + SubAssign
    + Mul<Output = Self>
    + MulAssign
    + Div<Output = Self>
    + DivAssign
    + Neg<Output = Self>
    + Sum
    + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The distance from 1 to the next larger number.
    const EPSILON: Self;

    /// The nearest number of this kind.
    fn from_f64(value: f64) -> Self;

    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool;

    /// The larger of the two; the other one when one is NaN.
    #[must_use]
    fn max(self, other: Self) -> Self;
}

macro_rules! real {
    ($kind:ty) => {
        impl Real for $kind {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const EPSILON: Self = <$kind>::EPSILON;

            #[inline]
            fn from_f64(value: f64) -> Self {
                value as $kind
            }

            #[inline]
            fn is_finite(self) -> bool {
                <$kind>::is_finite(self)
            }

            #[inline]
            fn max(self, other: Self) -> Self {
                <$kind>::max(self, other)
            }
        }
    };
}

real!(f32);
real!(f64);
