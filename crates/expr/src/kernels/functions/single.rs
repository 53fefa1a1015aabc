//! Functions of `f32` that are computed in `f64` to some 30 bits: nearly always what is nearest.

use super::steps::{fma, has_log, inverse, series, split, times_power, whole};

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

#[inline(always)]
fn exp2_of(x: f64) -> f64 {
    let (n, k) = whole(x);
    let r = x - n;
    times_power(fma(r, series(r, &EXP2), 1.0), k)
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
