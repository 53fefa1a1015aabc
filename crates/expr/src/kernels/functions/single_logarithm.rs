//! Logarithms of `f32` and the inverses of hyperbolic functions, sixteen at a time; by tables, as in `logarithm`.

use super::single_logarithm_tables::{LEAST, LN_SERIES, LOG2_SERIES, LOG10_SERIES};
use super::single_steps::{fma, half_inverse, has_log, ordered, power, series, sum_of_two};

/// `(ln (1 + x) / x - 1) / x`.
const LOG: [f32; 10] = [
    f32::from_bits(0xBF00_0000),
    f32::from_bits(0x3EAA_AAA7),
    f32::from_bits(0xBE80_0004),
    f32::from_bits(0x3E4C_D09A),
    f32::from_bits(0xBE2A_ACF9),
    f32::from_bits(0x3E11_BCF9),
    f32::from_bits(0xBDFE_5F84),
    f32::from_bits(0x3DF1_EBA6),
    f32::from_bits(0xBDEC_BBD6),
    f32::from_bits(0x3D8A_A96F),
];
/// `(atanh √z / √z - 1) / z`.
const ATANH: [f32; 4] = [
    f32::from_bits(0x3EAA_AAAB),
    f32::from_bits(0x3E4C_CD39),
    f32::from_bits(0x3E12_151F),
    f32::from_bits(0x3DF3_60A8),
];
/// ln 2 and the decimal logarithm of 2 in two parts: the first have 16 bits, so that their multiples are
/// exact.
const LN2: [f32; 2] = [f32::from_bits(0x3F31_7200), f32::from_bits(0x35BF_BE8E)];
const LOG10_2: [f32; 2] = [f32::from_bits(0x3E9A_2000), f32::from_bits(0x369A_84FC)];
/// From there on the inverse of a hyperbolic sine or cosine is the logarithm of twice the number.
const LARGE: f32 = 4096.0;
/// Up to it twice a number is finite, and the inverse of the power of two in it is 0 at least.
const END: f32 = 1e38;

/// `ln (1 + f) + lacks` in two parts, of which the first is all but the last digits.
#[inline(always)]
fn ln_of_sum(f: f32, lacks: f32) -> (f32, f32) {
    // ln (1 + f) = f - f²/2 + f³ (1/3 - ...)
    let square = f * f;
    let half_lacks = 0.5 * fma(f, f, -square);
    let (high, low) = ordered(f, -0.5 * square);
    let [_, cubic @ ..] = LOG;
    (high, fma(square * f, series(f, &cubic), (low - half_lacks) + lacks))
}

/// `first + second + low`, of which `first` is 0 or not the smaller.
#[inline(always)]
fn sum(first: f32, second: f32, low: f32) -> f32 {
    let high = first + second;
    high + ((second - (high - first)) + low)
}

/// A positive number as `2ᵏ m` with `m` in the cells of the tables: `k` as a word, and `m`.
#[inline(always)]
fn celled(x: f32) -> (u32, f32) {
    let word = x.to_bits().wrapping_sub(LEAST.to_bits());
    let m = (word & 0x007F_FFFF).wrapping_add(LEAST.to_bits());
    (((word as i32) >> 23) as u32, f32::from_bits(m))
}

/// The cell of a positive number: that of `m`, in whose first four digits it is told.
#[inline(always)]
pub(super) fn place(x: f32) -> u32 {
    x.to_bits().wrapping_sub(LEAST.to_bits()) >> 19
}

#[inline(always)]
pub(super) fn place_of_sum(x: f32) -> u32 {
    place(1.0 + x)
}

/// `base + low` and the logarithm of `1 + f`, where that of e is `scale` and what `rest` begins with.
#[inline(always)]
fn completed<const N: usize>(f: f32, base: f32, low: f32, scale: f32, rest: &[f32; N]) -> f32 {
    let high = fma(f, scale, base);
    // The difference is exact, as `base` is 0 or nearly twice what is added, or more.
    let lost = fma(f, scale, base - high);
    high + fma(f, series(f, rest), low + lost)
}

#[inline(always)]
pub(super) fn ln(x: f32, [inverse, log, lacks]: [f32; 3]) -> (f32, bool) {
    let (k, m) = celled(x);
    let k = k as i32 as f32;
    let f = fma(m, inverse, -1.0);
    let y = completed(f, fma(k, LN2[0], log), fma(k, LN2[1], lacks), 1.0, &LN_SERIES);
    (y, has_log(x))
}

#[inline(always)]
pub(super) fn log2(x: f32, [inverse, log, lacks]: [f32; 3]) -> (f32, bool) {
    let (k, m) = celled(x);
    let k = k as i32 as f32;
    let f = fma(m, inverse, -1.0);
    (completed(f, k + log, lacks, std::f32::consts::LOG2_E, &LOG2_SERIES), has_log(x))
}

#[inline(always)]
pub(super) fn log10(x: f32, [inverse, log, lacks]: [f32; 3]) -> (f32, bool) {
    let (k, m) = celled(x);
    let k = k as i32 as f32;
    let f = fma(m, inverse, -1.0);
    let (base, low) = (fma(k, LOG10_2[0], log), fma(k, LOG10_2[1], lacks));
    (completed(f, base, low, std::f32::consts::LOG10_E, &LOG10_SERIES), has_log(x))
}

#[inline(always)]
pub(super) fn log1p(x: f32, [inverse, log, lacks]: [f32; 3]) -> (f32, bool) {
    let (whole, whole_lacks) = sum_of_two(1.0, x);
    let (word, m) = celled(whole);
    let k = word as i32 as f32;
    let f = fma(m, inverse, -1.0);
    let f_lacks = whole_lacks * power(word.wrapping_neg()) * inverse;
    // ln (1 + f + e) = ln (1 + f) + e (1 - f) + ...
    let low = fma(k, LN2[1], lacks) + fma(-f, f_lacks, f_lacks);
    let y = completed(f, fma(k, LN2[0], log), low, 1.0, &LN_SERIES);
    (y.copysign(x), (x > -1.0) & (x < END))
}

/// The logarithm of a positive number and what it lacks, where that may be much of the result.
#[inline(always)]
fn ln_of(x: f32, lacks: f32) -> f32 {
    const LEAST: u32 = std::f32::consts::FRAC_1_SQRT_2.to_bits();
    let word = x.to_bits().wrapping_sub(LEAST);
    let k = (word as i32) >> 23;
    let f = f32::from_bits((word & 0x007F_FFFF).wrapping_add(LEAST)) - 1.0;
    let lacks = lacks * power((k as u32).wrapping_neg());
    // What it lacks is divided by 1 + f.
    let inverse = fma(-f, fma(-0.75, f, 1.0), 1.0);
    let lacks = fma(-f * lacks, inverse, lacks);
    let (high, more) = ln_of_sum(f, lacks);
    let k = k as f32;
    sum(k * LN2[0], high, fma(k, LN2[1], more))
}

/// The root of a positive number and what that lacks, and what the root lacks.
#[inline(always)]
fn root_and(under: f32, under_lacks: f32) -> (f32, f32) {
    let root = under.sqrt();
    (root, (fma(-root, root, under) + under_lacks) * half_inverse(root))
}

#[inline(always)]
pub(super) fn asinh(x: f32) -> (f32, bool) {
    let a = x.abs();
    let far = a >= LARGE;
    let near = if far { 1.0 } else { a };
    let square = near * near;
    let (under, under_lacks) = sum_of_two(1.0, square);
    let (root, root_lacks) = root_and(under, under_lacks + fma(near, near, -square));
    let (high, low) = ordered(root, near);
    let y = ln_of(if far { 2.0 * a } else { high }, if far { 0.0 } else { low + root_lacks });
    // Near 0 the parts of a logarithm cancel.
    let small = fma(a * (a * a), fma(a * a, 3.0 / 40.0, -1.0 / 6.0), a);
    (if a < 0.0625 { small } else { y }.copysign(x), a < END)
}

#[inline(always)]
pub(super) fn acosh(x: f32) -> (f32, bool) {
    let t = x - 1.0;
    let far = x >= LARGE;
    // Of 1 there is no root to take.
    let one = t == 0.0;
    let near = if far | one { 1.0 } else { t };
    let square = near * near;
    let (under, under_lacks) = sum_of_two(2.0 * near, square);
    let (root, root_lacks) = root_and(under, under_lacks + fma(near, near, -square));
    let (high, low) = ordered(x, root);
    let y = ln_of(if far { 2.0 * x } else { high }, if far { 0.0 } else { low + root_lacks });
    (if one { 0.0 } else { y }, (x >= 1.0) & (x < END))
}

#[inline(always)]
pub(super) fn atanh(x: f32) -> (f32, bool) {
    let a = x.abs();
    let (over, over_lacks) = ordered(1.0, a);
    let (under, under_lacks) = ordered(1.0, -a);
    // Their quotient is near 2ᵏ, as their bits are nearly their logarithms: half of ln of it is that of 2ᵏ and
    // the inverse tangent of (over - 2ᵏ under) / (over + 2ᵏ under).
    let k = over.to_bits().wrapping_sub(under.to_bits()).wrapping_add(1 << 22) >> 23;
    let (under, under_lacks) = (under * power(k), under_lacks * power(k));
    let (less, less_lacks) = ordered(over - under, over_lacks - under_lacks);
    let (more, more_lacks) = ordered(over, under);
    let inverse = 1.0 / more;
    let s = less * inverse;
    let rest = fma(-s, more_lacks + (over_lacks + under_lacks), less_lacks);
    let rest = (fma(-s, more, less) + rest) * inverse;
    let z = s * s;
    let half = 0.5 * (k as i32 as f32);
    let low = fma(z * s, series(z, &ATANH), fma(half, LN2[1], rest));
    (sum(half * LN2[0], s, low).copysign(x), a < 1.0)
}
