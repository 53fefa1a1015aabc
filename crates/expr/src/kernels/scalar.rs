//! What each operation does to one value of each type.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]
#![allow(clippy::cast_lossless, reason = "one line stands for every type")]

use crate::kernels::math;

/// Truth in memory: a byte, 0 for false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub(super) struct Flag(pub(super) u8);

impl Flag {
    #[inline(always)]
    pub(super) fn holds(self) -> bool {
        self.0 != 0
    }
}

impl From<bool> for Flag {
    #[inline(always)]
    fn from(truth: bool) -> Self {
        Self(u8::from(truth))
    }
}

/// A function of one value.
pub(super) trait Map<A> {
    type Out: Copy;
    fn map(a: A) -> Self::Out;
}

/// A function of two values.
pub(super) trait Zip<A> {
    type Out: Copy;
    fn zip(a: A, b: A) -> Self::Out;
}

/// A function of two whole numbers that is not defined for all; it sets `failed` for those.
pub(super) trait TryZip<A> {
    fn try_zip(a: A, b: A, failed: &mut bool) -> A;
}

macro_rules! markers {
    ($($name:ident)*) => {$( pub(super) struct $name; )*};
}
markers! {
    Neg Not Abs Sign Square Sqrt Floor Ceil Trunc Round IsNan IsFinite IsInf SignBit
    Exp Exp2 Expm1 Log Log2 Log10 Log1p Sin Cos Tan Arcsin Arccos Arctan Sinh Cosh Tanh
    Arcsinh Arccosh Arctanh Cbrt
    Add Sub Mul Div FloorDiv Mod Fmod Pow And Or Xor Shl Shr Min Max Arctan2 Hypot
    Eq Ne Lt Le Gt Ge First
}

macro_rules! map {
    ($op:ident, $($ty:ty)*, $out:ty, |$a:ident| $body:expr) => {$(
        impl Map<$ty> for $op {
            type Out = $out;
            #[inline(always)]
            fn map($a: $ty) -> $out {
                $body
            }
        }
    )*};
    ($op:ident, $($ty:ty)*, |$a:ident| $body:expr) => {$(
        map!($op, $ty, $ty, |$a| $body);
    )*};
}

macro_rules! zip {
    ($op:ident, $($ty:ty)*, $out:ty, |$a:ident, $b:ident| $body:expr) => {$(
        impl Zip<$ty> for $op {
            type Out = $out;
            #[inline(always)]
            fn zip($a: $ty, $b: $ty) -> $out {
                $body
            }
        }
    )*};
    ($op:ident, $($ty:ty)*, |$a:ident, $b:ident| $body:expr) => {$(
        zip!($op, $ty, $ty, |$a, $b| $body);
    )*};
}

map!(Neg, u8 u32 i32 i64, |a| a.wrapping_neg());
map!(Neg, f32 f64, |a| -a);
map!(Not, Flag, |a| Flag::from(!a.holds()));
map!(Not, u8 u32 i32 i64, |a| !a);
map!(Abs, u8 u32, |a| a);
map!(Abs, i32 i64, |a| a.wrapping_abs());
map!(Abs, f32 f64, |a| a.abs());
map!(Sign, u8 u32, |a| a.min(1));
map!(Sign, i32 i64, |a| a.signum());
map!(Sign, f32 f64, |a| if a > 0.0 {
    1.0
} else if a < 0.0 {
    -1.0
} else if a == 0.0 {
    0.0
} else {
    a
});
map!(Square, u8 u32 i32 i64, |a| a.wrapping_mul(a));
map!(Square, f32 f64, |a| a * a);
map!(Sqrt, f32 f64, |a| a.sqrt());
map!(Floor, f32 f64, |a| a.floor());
map!(Ceil, f32 f64, |a| a.ceil());
map!(Trunc, f32 f64, |a| a.trunc());
map!(Round, f32 f64, |a| a.round_ties_even());
map!(IsNan, f32 f64, Flag, |a| Flag::from(a.is_nan()));
map!(IsFinite, f32 f64, Flag, |a| Flag::from(a.is_finite()));
map!(IsInf, f32 f64, Flag, |a| Flag::from(a.is_infinite()));
map!(SignBit, f32 f64, Flag, |a| Flag::from(a.is_sign_negative()));
map!(SignBit, u8 u32, Flag, |_a| Flag(0));
map!(SignBit, i32 i64, Flag, |a| Flag::from(a < 0));

macro_rules! maths {
    ($($op:ident $name:ident)*) => {$(
        map!($op, f64, |a| math::$name(a));
        // Computed in f64: within half a unit of the last place and a hair.
        map!($op, f32, |a| math::$name(f64::from(a)) as f32);
    )*};
}
maths! {
    Exp exp  Exp2 exp2  Expm1 expm1  Log log  Log2 log2  Log10 log10  Log1p log1p
    Sin sin  Cos cos  Tan tan  Arcsin asin  Arccos acos  Arctan atan
    Sinh sinh  Cosh cosh  Tanh tanh  Arcsinh asinh  Arccosh acosh  Arctanh atanh  Cbrt cbrt
}

zip!(Add, Flag, |a, b| Flag(a.0 | b.0));
zip!(Add, u8 u32 i32 i64, |a, b| a.wrapping_add(b));
zip!(Add, f32 f64, |a, b| a + b);
zip!(Sub, u8 u32 i32 i64, |a, b| a.wrapping_sub(b));
zip!(Sub, f32 f64, |a, b| a - b);
zip!(Mul, Flag, |a, b| Flag::from(a.holds() & b.holds()));
zip!(Mul, u8 u32 i32 i64, |a, b| a.wrapping_mul(b));
zip!(Mul, f32 f64, |a, b| a * b);
zip!(Div, f32 f64, |a, b| a / b);
// For loops of two operations that have but one to do.
zip!(First, f64, |a, _b| a);
zip!(And, Flag, |a, b| Flag::from(a.holds() & b.holds()));
zip!(Or, Flag, |a, b| Flag::from(a.holds() | b.holds()));
zip!(Xor, Flag, |a, b| Flag::from(a.holds() ^ b.holds()));
zip!(And, u8 u32 i32 i64, |a, b| a & b);
zip!(Or, u8 u32 i32 i64, |a, b| a | b);
zip!(Xor, u8 u32 i32 i64, |a, b| a ^ b);
zip!(Min, Flag, |a, b| Flag::from(a.holds() & b.holds()));
zip!(Max, Flag, |a, b| Flag::from(a.holds() | b.holds()));
zip!(Min, u8 u32 i32 i64, |a, b| if a <= b { a } else { b });
zip!(Max, u8 u32 i32 i64, |a, b| if a >= b { a } else { b });
// The first NaN goes on; of equal values, the first.
zip!(Min, f32 f64, |a, b| if (a <= b) | a.is_nan() { a } else { b });
zip!(Max, f32 f64, |a, b| if (a >= b) | a.is_nan() { a } else { b });
zip!(Fmod, f32 f64, |a, b| a % b);
zip!(Pow, f64, |a, b| math::pow(a, b));
zip!(Pow, f32, |a, b| math::pow(f64::from(a), f64::from(b)) as f32);
zip!(Arctan2, f64, |a, b| math::atan2(a, b));
zip!(Arctan2, f32, |a, b| math::atan2(f64::from(a), f64::from(b)) as f32);
zip!(Hypot, f64, |a, b| math::hypot(a, b));
zip!(Hypot, f32, |a, b| math::hypot(f64::from(a), f64::from(b)) as f32);

macro_rules! float_division {
    ($($ty:ty)*) => {$(
        // Python's remainder has the sign of the divisor; the quotient fits it.
        zip!(Mod, $ty, |a, b| {
            let rest = a % b;
            if b == 0.0 {
                rest
            } else if rest == 0.0 {
                (0.0 as $ty).copysign(b)
            } else if (rest < 0.0) != (b < 0.0) {
                rest + b
            } else {
                rest
            }
        });
        zip!(FloorDiv, $ty, |a, b| {
            if b == 0.0 {
                a / b
            } else {
                let rest = a % b;
                let mut quotient = (a - rest) / b;
                if rest != 0.0 && (rest < 0.0) != (b < 0.0) {
                    quotient -= 1.0;
                }
                if quotient == 0.0 {
                    (0.0 as $ty).copysign(a / b)
                } else {
                    let floor = quotient.floor();
                    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
                }
            }
        });
    )*};
}
float_division!(f32 f64);

macro_rules! shifts {
    ($($ty:ty)*) => {$(
        // A shift by all bits or more leaves nothing but the sign.
        zip!(Shl, $ty, |a, b| {
            let bits = <$ty>::BITS;
            if (b as i64 as u64) < u64::from(bits) { a << b } else { 0 }
        });
        zip!(Shr, $ty, |a, b| {
            let bits = <$ty>::BITS;
            if (b as i64 as u64) < u64::from(bits) { a >> b } else { a >> (bits - 1) >> 1 }
        });
    )*};
}
shifts!(u8 u32);

macro_rules! signed_shifts {
    ($($ty:ty)*) => {$(
        zip!(Shl, $ty, |a, b| {
            let bits = <$ty>::BITS;
            if (b as i64 as u64) < u64::from(bits) { a << b } else { 0 }
        });
        zip!(Shr, $ty, |a, b| {
            let bits = <$ty>::BITS;
            if (b as i64 as u64) < u64::from(bits) { a >> b } else { a >> (bits - 1) }
        });
    )*};
}
signed_shifts!(i32 i64);

macro_rules! integer_division {
    ($($ty:ty)*) => {$(
        impl TryZip<$ty> for FloorDiv {
            #[inline(always)]
            fn try_zip(a: $ty, b: $ty, failed: &mut bool) -> $ty {
                if b == 0 {
                    *failed = true;
                    return 0;
                }
                let quotient = a.wrapping_div(b);
                let rest = a.wrapping_rem(b);
                #[allow(unused_comparisons, reason = "the type may have no sign")]
                let inexact = rest != 0 && (rest < 0) != (b < 0);
                if inexact { quotient.wrapping_sub(1) } else { quotient }
            }
        }
        impl TryZip<$ty> for Mod {
            #[inline(always)]
            fn try_zip(a: $ty, b: $ty, failed: &mut bool) -> $ty {
                if b == 0 {
                    *failed = true;
                    return 0;
                }
                let rest = a.wrapping_rem(b);
                #[allow(unused_comparisons, reason = "the type may have no sign")]
                let other_sign = rest != 0 && (rest < 0) != (b < 0);
                if other_sign { rest.wrapping_add(b) } else { rest }
            }
        }
        impl TryZip<$ty> for Fmod {
            #[inline(always)]
            fn try_zip(a: $ty, b: $ty, failed: &mut bool) -> $ty {
                if b == 0 {
                    *failed = true;
                    return 0;
                }
                a.wrapping_rem(b)
            }
        }
        impl TryZip<$ty> for Pow {
            #[inline(always)]
            fn try_zip(a: $ty, b: $ty, failed: &mut bool) -> $ty {
                #[allow(unused_comparisons, reason = "the type may have no sign")]
                if b < 0 {
                    *failed = true;
                    return 0;
                }
                let (mut base, mut exponent, mut power) = (a, b, 1 as $ty);
                while exponent > 0 {
                    if exponent & 1 == 1 {
                        power = power.wrapping_mul(base);
                    }
                    base = base.wrapping_mul(base);
                    exponent >>= 1;
                }
                power
            }
        }
    )*};
}
integer_division!(u8 u32 i32 i64);

macro_rules! comparisons {
    ($($op:ident $sign:tt)*) => {$(
        zip!($op, u8 u32 i32 i64 f32 f64, Flag, |a, b| Flag::from(a $sign b));
        zip!($op, Flag, |a, b| Flag::from(a.holds() $sign b.holds()));
    )*};
}
comparisons! { Eq ==  Ne !=  Lt <  Le <=  Gt >  Ge >= }

/// A change of type.
pub(super) trait CastTo<B> {
    fn cast_to(self) -> B;
}

macro_rules! casts {
    ($($from:ty => $($to:ty)*;)*) => {$($(
        impl CastTo<$to> for $from {
            #[inline(always)]
            fn cast_to(self) -> $to {
                self as $to
            }
        }
    )*)*};
}
// Floats out of the range of whole numbers become the nearest one, NaN becomes 0.
casts! {
    u8 => u8 u32 i32 i64 f32 f64;
    u32 => u8 u32 i32 i64 f32 f64;
    i32 => u8 u32 i32 i64 f32 f64;
    i64 => u8 u32 i32 i64 f32 f64;
    f32 => u8 u32 i32 i64 f32 f64;
    f64 => u8 u32 i32 i64 f32 f64;
}

macro_rules! flag_casts {
    ($($ty:ty)*) => {$(
        impl CastTo<$ty> for Flag {
            #[inline(always)]
            fn cast_to(self) -> $ty {
                u8::from(self.holds()) as $ty
            }
        }
        impl CastTo<Flag> for $ty {
            #[inline(always)]
            fn cast_to(self) -> Flag {
                Flag::from(self != (0 as $ty))
            }
        }
    )*};
}
flag_casts!(u8 u32 i32 i64 f32 f64);

impl CastTo<Self> for Flag {
    #[inline(always)]
    fn cast_to(self) -> Self {
        Self::from(self.holds())
    }
}
