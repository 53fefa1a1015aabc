//! Logarithms, and what is made of them: powers and the inverses of hyperbolic functions.
//!
//! Logarithms are found by tables (Tang, "Table-Driven Implementation of the Logarithm Function in IEEE
//! Floating-Point Arithmetic", ACM Transactions on Mathematical Software 16, 1990): `m` is in one of sixteen
//! cells, and near the inverse of `c`, a short number of its cell. `ln m` is `ln (c m)`, of a number near 1, and
//! what the table says of `-ln c`. `c` is 1 for the cell of 1, and so short for those beside it that `c m - 1` is
//! exact: what remains of the sum has all its digits. Logarithms to other bases are alike.

use super::exponential::exp2_of;
use super::logarithm_tables::{LEAST, LN_SERIES, LOG2_SERIES, LOG10_SERIES};
use super::steps::{Pair, fma, has_log, power, series, split};

/// ln 2 in two parts: the first has 42 bits, so that its multiples are exact.
const LN2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEFA_3800);
const LN2_LOW: f64 = f64::from_bits(0x3D2E_F357_93C7_6730);
/// 2 / ln 2.
const SCALE: f64 = f64::from_bits(0x4007_1547_652B_82FE);
const SCALE_LACKS: f64 = f64::from_bits(0x3C87_77D0_FFDA_0D24);
/// The decimal logarithm of 2 in two parts, likewise.
const LOG10_2_HIGH: f64 = f64::from_bits(0x3FD3_4413_509F_7800);
const LOG10_2_LOW: f64 = f64::from_bits(0x3D1F_EF31_1F12_B358);
const THIRD: f64 = 1.0 / 3.0;
const THIRD_LACKS: f64 = f64::from_bits(0x3C75_5555_5555_5555);

/// `(atanh √z / √z - 1) / z`.
const LOG: [f64; 8] = [
    f64::from_bits(0x3FD5_5555_5555_5555),
    f64::from_bits(0x3FC9_9999_9999_9A39),
    f64::from_bits(0x3FC2_4924_9247_68CC),
    f64::from_bits(0x3FBC_71C7_201C_A461),
    f64::from_bits(0x3FB7_45CF_8D55_8977),
    f64::from_bits(0x3FB3_B1C3_F606_3F3C),
    f64::from_bits(0x3FB0_FBD8_99EA_F6E0),
    f64::from_bits(0x3FB0_C0E8_F3C9_8B3E),
];
/// `((atanh √z / √z - 1) / z - 1/3) / z`.
const LOG_TAIL: [f64; 7] = [
    f64::from_bits(0x3FC9_9999_9999_999F),
    f64::from_bits(0x3FC2_4924_9248_E4A8),
    f64::from_bits(0x3FBC_71C7_1D80_657E),
    f64::from_bits(0x3FB7_45D0_9DD1_5B06),
    f64::from_bits(0x3FB3_B18B_E6EB_04CD),
    f64::from_bits(0x3FB1_017F_7824_18D8),
    f64::from_bits(0x3FB0_8815_CC5A_3481),
];

/// `k ln 2 + 2 atanh s`.
#[inline(always)]
fn log_of(k: f64, s: Pair) -> f64 {
    let z = s.high * s.high;
    let rest = fma(z * s.high, series(z, &LOG), fma(z, s.low, s.low));
    let both = Pair::ordered(k * LN2_HIGH, 2.0 * s.high);
    both.plus(fma(2.0, rest, k * LN2_LOW)).value()
}

/// The logarithm of a positive number.
#[inline(always)]
fn log(x: Pair) -> f64 {
    let (k, word, m) = split(x.high, std::f64::consts::FRAC_1_SQRT_2);
    let low = x.low * power(word.wrapping_neg());
    let over = Pair { high: m - 1.0, low }.settled();
    let under = Pair::sum(m, 1.0).plus(low);
    log_of(k, over.over(under))
}

/// A positive number as `2ᵏ m` with `m` in the cells of the tables: `k` as a word, and `m`.
#[inline(always)]
fn celled(x: f64) -> (u64, f64) {
    let word = x.to_bits().wrapping_sub(LEAST.to_bits());
    let m = (word & 0x000F_FFFF_FFFF_FFFF).wrapping_add(LEAST.to_bits());
    (((word as i64) >> 52) as u64, f64::from_bits(m))
}

/// The cell of a positive number: that of `m`, in whose first four digits it is told.
#[inline(always)]
pub(super) fn place(x: f64) -> u64 {
    x.to_bits().wrapping_sub(LEAST.to_bits()) >> 48
}

#[inline(always)]
pub(super) fn place_of_sum(x: f64) -> u64 {
    place(1.0 + x)
}

/// `base + low` and the logarithm of `1 + f`, where that of e is `scale` and what `rest` begins with.
#[inline(always)]
fn completed<const N: usize>(f: f64, base: f64, low: f64, scale: f64, rest: &[f64; N]) -> f64 {
    let high = fma(f, scale, base);
    // The difference is exact, as `base` is 0 or nearly twice what is added, or more.
    let lost = fma(f, scale, base - high);
    high + fma(f, series(f, rest), low + lost)
}

#[inline(always)]
pub(super) fn ln(x: f64, [inverse, log, lacks]: [f64; 3]) -> (f64, bool) {
    let (k, m) = celled(x);
    let k = k as i64 as f64;
    let f = fma(m, inverse, -1.0);
    let y = completed(f, fma(k, LN2_HIGH, log), fma(k, LN2_LOW, lacks), 1.0, &LN_SERIES);
    (y, has_log(x))
}

#[inline(always)]
pub(super) fn log2(x: f64, [inverse, log, lacks]: [f64; 3]) -> (f64, bool) {
    let (k, m) = celled(x);
    let k = k as i64 as f64;
    let f = fma(m, inverse, -1.0);
    (completed(f, k + log, lacks, std::f64::consts::LOG2_E, &LOG2_SERIES), has_log(x))
}

#[inline(always)]
pub(super) fn log10(x: f64, [inverse, log, lacks]: [f64; 3]) -> (f64, bool) {
    let (k, m) = celled(x);
    let k = k as i64 as f64;
    let f = fma(m, inverse, -1.0);
    let (base, low) = (fma(k, LOG10_2_HIGH, log), fma(k, LOG10_2_LOW, lacks));
    (completed(f, base, low, std::f64::consts::LOG10_E, &LOG10_SERIES), has_log(x))
}

#[inline(always)]
pub(super) fn log1p(x: f64, [inverse, log, lacks]: [f64; 3]) -> (f64, bool) {
    let whole = Pair::sum(1.0, x);
    let (word, m) = celled(whole.high);
    let k = word as i64 as f64;
    let f = fma(m, inverse, -1.0);
    // The inverse of the power of two in it is a normal number.
    let f_lacks = whole.low * power(word.wrapping_neg()) * inverse;
    // ln (1 + f + e) = ln (1 + f) + e (1 - f) + ...
    let low = fma(k, LN2_LOW, lacks) + fma(-f, f_lacks, f_lacks);
    let y = completed(f, fma(k, LN2_HIGH, log), low, 1.0, &LN_SERIES);
    (y.copysign(x), (x > -1.0) & (x < 1e300))
}

#[inline(always)]
pub(super) fn asinh(x: f64) -> (f64, bool) {
    let a = x.abs();
    let square = Pair::product(a, a);
    let root = Pair::sum(square.high, 1.0).plus(square.low).root();
    let sum = Pair::ordered(root.high, a).plus(root.low).settled();
    // Below 2⁻²⁷ the rest is less than the last place.
    let tiny = a < 7.450_580_596_923_828e-9;
    (if tiny { x } else { log(sum).copysign(x) }, a < 1e18)
}

#[inline(always)]
pub(super) fn acosh(x: f64) -> (f64, bool) {
    let t = x - 1.0;
    let square = Pair::product(t, t);
    let below = Pair::sum(square.high, 2.0 * t).plus(square.low).settled();
    let one = t == 0.0;
    let root = Pair { high: if one { 1.0 } else { below.high }, low: below.low }.root();
    let sum = Pair::ordered(x, root.high).plus(root.low).settled();
    (if one { 0.0 } else { log(sum) }, (x >= 1.0) & (x < 1e18))
}

#[inline(always)]
pub(super) fn atanh(x: f64) -> (f64, bool) {
    let a = x.abs();
    // Nearer to 1 the steps have no exact sums.
    let right = a < 1.0 - 1.0 / (1_u64 << 50) as f64;
    let a = if right { a } else { 0.0 };
    // (1 + a) / (1 - a) is 2ᵏ times a number near 1.
    let near = (1.0 + a) as f32 / (1.0 - a) as f32;
    let (k, word, _) = split(f64::from(near), std::f64::consts::FRAC_1_SQRT_2);
    let scale = power(word);
    let (sum, difference) = (1.0 + scale, 1.0 - scale);
    let (up, down) = (Pair::product(a, sum), Pair::product(a, difference));
    let over = Pair::sum(difference, up.high).plus(up.low).settled();
    let under = Pair::ordered(sum, down.high).plus(down.low).settled();
    (0.5 * log_of(k, over.over(under)).copysign(x), right)
}

/// Powers of positive normal numbers.
#[inline(always)]
pub(super) fn pow(x: f64, y: f64) -> (f64, bool) {
    let right = has_log(x);
    let (k, _, m) = split(x, std::f64::consts::FRAC_1_SQRT_2);
    let s = Pair { high: m - 1.0, low: 0.0 }.over(Pair::sum(m, 1.0));
    // atanh s = s (1 + z (1/3 + ...)), to 65 bits.
    let z = Pair::product(s.high, s.high).plus(2.0 * s.high * s.low);
    let c = Pair::ordered(THIRD, z.high * series(z.high, &LOG_TAIL)).plus(THIRD_LACKS);
    let a = Pair::product(z.high, c.high).plus(fma(z.high, c.low, z.low * c.high));
    let b = Pair::product(s.high, a.high).plus(fma(s.high, a.low, s.low * a.high));
    let sum = Pair::ordered(s.high, b.high).plus(b.low + s.low);
    let log = Pair::product(sum.high, SCALE).plus(fma(sum.high, SCALE_LACKS, sum.low * SCALE));
    let log2 = Pair::ordered(k, log.high).plus(log.low);
    let p = Pair::product(y, log2.high).plus(y * log2.low).settled();
    let (y, normal) = exp2_of(p);
    (y, right & normal)
}
