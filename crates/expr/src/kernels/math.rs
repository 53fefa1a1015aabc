//! Functions that are not arithmetic, each the same on every machine.

pub(super) use libm::{
    acos, acosh, asin, asinh, atan, atan2, atanh, cbrt, cos, cosh, exp, exp2, expm1, hypot, log,
    log1p, log2, log10, pow, sin, sinh, tan, tanh,
};
