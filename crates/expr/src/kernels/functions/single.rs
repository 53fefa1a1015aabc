//! Functions of `f32` that are computed in `f64` to some 30 bits: nearly always what is nearest.

use super::steps::{
    fma, has_log, inverse, power, root_and_half_inverse, series, split, times_power, whole,
};

const LN2: f64 = std::f64::consts::LN_2;
const INVERSE_LN2: f64 = std::f64::consts::LOG2_E;
const HALF_PI: f64 = std::f64::consts::FRAC_PI_2;
const HALF_PI_LACKS: f64 = f64::from_bits(0x3C91_A626_3314_5C07);

/// `(2ˣ - 1) / x`.
const EXP2: [f64; 6] = [
    f64::from_bits(0x3FE6_2E43_02FD_9E16),
    f64::from_bits(0x3FCE_BFBE_00E6_A902),
    f64::from_bits(0x3FAC_6AF6_CA08_D189),
    f64::from_bits(0x3F83_B2A5_2EFD_1BE0),
    f64::from_bits(0x3F55_F08B_78B5_9E8E),
    f64::from_bits(0x3F24_413A_4C27_5E59),
];
/// `(cosh √z - 1) / z`.
const COSH: [f64; 3] = [
    f64::from_bits(0x3FE0_0000_00B9_5DF5),
    f64::from_bits(0x3FA5_554E_8E8C_F598),
    f64::from_bits(0x3F56_D434_D32C_C595),
];
/// `(sinh √z / √z - 1) / z`.
const SINH: [f64; 3] = [
    f64::from_bits(0x3FC5_5555_55A7_B04D),
    f64::from_bits(0x3F81_110E_0E52_8FC9),
    f64::from_bits(0x3F2A_1251_5DA6_0DAE),
];
/// `(sin √z / √z - 1) / z`.
const SIN: [f64; 4] = [
    f64::from_bits(0xBFC5_5555_5545_D88C),
    f64::from_bits(0x3F81_1110_DEDF_2338),
    f64::from_bits(0xBF2A_013A_5E92_EAED),
    f64::from_bits(0x3EC6_DBD7_DFCB_89DE),
];
/// `(cos √z - 1) / z`.
const COS: [f64; 4] = [
    f64::from_bits(0xBFDF_FFFF_FFAA_F109),
    f64::from_bits(0x3FA5_5554_CB7E_0F23),
    f64::from_bits(0xBF56_C0E0_635F_CA2C),
    f64::from_bits(0x3EF9_A6E6_DFE0_0803),
];
/// `(tan √z / √z - 1) / z`.
const TAN: [f64; 9] = [
    f64::from_bits(0x3FD5_5555_555E_8999),
    f64::from_bits(0x3FC1_1110_FE38_897B),
    f64::from_bits(0x3FAB_A1C6_BB4A_24B8),
    f64::from_bits(0x3F96_6356_CD04_40C3),
    f64::from_bits(0x3F82_412D_C123_4F04),
    f64::from_bits(0x3F6B_9313_AC12_637C),
    f64::from_bits(0x3F60_B9E2_D427_F68C),
    f64::from_bits(0xBF30_ED86_EC9F_95D4),
    f64::from_bits(0x3F4B_50E5_DC88_D948),
];
/// `(ln (1 + x) / x - 1) / x`.
const LOG: [f64; 11] = [
    f64::from_bits(0xBFE0_0000_004C_7BBA),
    f64::from_bits(0x3FD5_5555_4F87_CD16),
    f64::from_bits(0xBFCF_FFFD_9E73_2C41),
    f64::from_bits(0x3FC9_999E_677E_3809),
    f64::from_bits(0xBFC5_561A_07B9_28CC),
    f64::from_bits(0x3FC2_491E_08F9_EE80),
    f64::from_bits(0xBFBF_D38C_17A5_4419),
    f64::from_bits(0x3FBC_4179_3FB9_D24A),
    f64::from_bits(0xBFBB_922D_7FEA_B94B),
    f64::from_bits(0x3FBB_1D86_929C_72B0),
    f64::from_bits(0xBFAE_D5D4_1716_760A),
];
/// `(atanh √z / √z - 1) / z`.
const ATANH: [f64; 5] = [
    f64::from_bits(0x3FD5_5555_5556_5077),
    f64::from_bits(0x3FC9_9999_8C9B_C826),
    f64::from_bits(0x3FC2_4932_4E36_CE94),
    f64::from_bits(0x3FBC_67A5_BD2A_E223),
    f64::from_bits(0x3FB8_C95A_3C73_6163),
];

/// Beyond it powers are 0 or infinite as `f32`, before they are so as `f64`.
const END: f64 = 700.0;
/// Up to it multiples of a right angle are near enough.
const FAR: f64 = 1_600_000.0;
/// Below it functions are their argument and a third term.
const SMALL: f64 = 1.0 / 1024.0;
/// Above it hyperbolic functions are exponentials.
const LARGE: f64 = 1e12;

#[inline(always)]
fn less_ln2(x: f64) -> (f64, u64) {
    let (k, word) = whole(x * INVERSE_LN2);
    (fma(-k, LN2, x), word)
}

#[inline(always)]
fn exp2_of(x: f64) -> f64 {
    let (n, k) = whole(x);
    let r = x - n;
    times_power(fma(r, series(r, &EXP2), 1.0), k)
}

#[inline(always)]
fn halves(x: f64) -> (f64, f64, f64, f64) {
    let (r, k) = less_ln2(x);
    let (up, down) = (0.5 * power(k), 0.5 * power(k.wrapping_neg()));
    let z = r * r;
    (up + down, up - down, fma(z * r, series(z, &SINH), r), fma(z, series(z, &COSH), 1.0))
}

#[inline(always)]
pub(super) fn cosh(x: f64) -> (f64, bool) {
    let (sum, difference, sine, cosine) = halves(x);
    (fma(sum, cosine, difference * sine), x.abs() < END)
}

/// The logarithm of a positive number.
#[inline(always)]
fn log_of(x: f64) -> f64 {
    let (k, _, m) = split(x, std::f64::consts::FRAC_1_SQRT_2);
    let f = m - 1.0;
    fma(k, LN2, fma(f * f, series(f, &LOG), f))
}

#[inline(always)]
pub(super) fn log1p(x: f64) -> (f64, bool) {
    let sum = 1.0 + x;
    // What the sum lacks counts where it is nearly 1.
    ((log_of(sum) + (x - (sum - 1.0))).copysign(x), (x > -1.0) & (x < f64::INFINITY))
}

/// `x` less the nearest multiple of a right angle, and how often that.
#[inline(always)]
fn turned(x: f64) -> (f64, u64) {
    let (n, word) = whole(x * std::f64::consts::FRAC_2_PI);
    (fma(-n, HALF_PI_LACKS, fma(-n, HALF_PI, x)), word)
}

/// The sine of `r` and `n` right angles.
#[inline(always)]
fn sine(r: f64, n: u64) -> f64 {
    let z = r * r;
    let sine = fma(z * r, series(z, &SIN), r);
    let cosine = fma(z, series(z, &COS), 1.0);
    let y = if n & 1 == 1 { cosine } else { sine };
    f64::from_bits(y.to_bits() ^ ((n & 2) << 62))
}

#[inline(always)]
pub(super) fn sin(x: f64) -> (f64, bool) {
    let (r, n) = turned(x);
    let y = sine(r, n);
    (if x == 0.0 { x } else { y }, x.abs() < FAR)
}

#[inline(always)]
pub(super) fn cos(x: f64) -> (f64, bool) {
    let (r, n) = turned(x);
    (sine(r, n.wrapping_add(1)), x.abs() < FAR)
}

#[inline(always)]
pub(super) fn tan(x: f64) -> (f64, bool) {
    let (r, n) = turned(x);
    let z = r * r;
    let t = fma(z * r, series(z, &TAN), r);
    let y = if n & 1 == 1 { -inverse(t) } else { t };
    (if x == 0.0 { x } else { y }, x.abs() < FAR)
}

/// The root of what is not negative and has a place in `f32`.
#[inline(always)]
fn root(x: f64) -> f64 {
    let (root, _) = root_and_half_inverse(if x == 0.0 { 1.0 } else { x });
    if x == 0.0 { 0.0 } else { root }
}

#[inline(always)]
pub(super) fn asinh(x: f64) -> (f64, bool) {
    let a = x.abs();
    let near = if a < LARGE { a } else { 0.0 };
    let (root, _) = root_and_half_inverse(fma(near, near, 1.0));
    let y = log_of(if a < LARGE { a + root } else { 2.0 * a });
    let small = fma(a * a, a * (-1.0 / 6.0), a);
    (if a < SMALL { small } else { y }.copysign(x), a < f64::INFINITY)
}

#[inline(always)]
pub(super) fn acosh(x: f64) -> (f64, bool) {
    let t = x - 1.0;
    let near = if x < LARGE { t } else { 0.0 };
    let y = log_of(if x < LARGE { x + root(fma(near, near, 2.0 * near)) } else { 2.0 * x });
    (y, (x >= 1.0) & (x < f64::INFINITY))
}

#[inline(always)]
pub(super) fn atanh(x: f64) -> (f64, bool) {
    let a = x.abs();
    let y = 0.5 * log_of((1.0 + a) * inverse(1.0 - a));
    let small = fma(a * a, a * (1.0 / 3.0), a);
    (if a < SMALL { small } else { y }.copysign(x), a < 1.0)
}

/// Powers of positive numbers.
#[inline(always)]
pub(super) fn pow(x: f64, y: f64) -> (f64, bool) {
    let (k, _, m) = split(x, std::f64::consts::FRAC_1_SQRT_2);
    let s = (m - 1.0) * inverse(m + 1.0);
    let z = s * s;
    let half = fma(z * s, series(z, &ATANH), s);
    let p = y * fma(half, 2.0 * INVERSE_LN2, k);
    (exp2_of(p), has_log(x) & (p.abs() < END))
}

#[inline(always)]
pub(super) fn hypot(x: f64, y: f64) -> (f64, bool) {
    let square = fma(x, x, y * y);
    (square.sqrt(), square < f64::INFINITY)
}
