//! Functions of `f32` that are computed in `f64` to some 30 bits: nearly always what is nearest.

use super::steps::{fma, series, series_in_two, times_power, whole};

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
/// `2 atanh √z / (√z ln 2)`.
const LOG2: [f64; 5] = [
    f64::from_bits(0x4007_1547_652B_EDE0),
    f64::from_bits(0x3FEE_C709_D12B_0B36),
    f64::from_bits(0x3FE2_7778_01EB_6679),
    f64::from_bits(0x3FDA_58D6_36E2_DACE),
    f64::from_bits(0x3FD5_CEBC_2743_BDF2),
];

/// Beyond it powers are 0 or infinite as `f32`, before they are so as `f64`.
const END: f64 = 700.0;
/// Up to it multiples of a right angle are near enough.
const FAR: f64 = 1_600_000.0;

#[inline(always)]
fn exp2_of(x: f64) -> f64 {
    let (n, k) = whole(x);
    let r = x - n;
    times_power(fma(r, series_in_two(r, &EXP2), 1.0), k)
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
pub(super) fn pow(x: f32, y: f32) -> (f32, bool) {
    const LEAST: u32 = std::f32::consts::FRAC_1_SQRT_2.to_bits();
    // x is 2ᵏ m; what is exact as f32 is done sixteen at a time.
    let word = x.to_bits().wrapping_sub(LEAST);
    let k = (word as i32) >> 23;
    let m = f32::from_bits((word & 0x007F_FFFF).wrapping_add(LEAST));
    let near = f64::from(1.0 / (m + 1.0));
    let m = f64::from(m);
    // (m - 1) / (m + 1) to 46 bits.
    let s = (m - 1.0) * near;
    let s = fma(s, fma(-(m + 1.0), near, 1.0), s);
    let p = f64::from(y) * fma(s, series_in_two(s * s, &LOG2), f64::from(k));
    let right = (x >= f32::MIN_POSITIVE) & (x < f32::INFINITY) & (p.abs() < END);
    (exp2_of(p) as f32, right)
}

#[inline(always)]
pub(super) fn hypot(x: f64, y: f64) -> (f64, bool) {
    let square = fma(x, x, y * y);
    (square.sqrt(), square < f64::INFINITY)
}
