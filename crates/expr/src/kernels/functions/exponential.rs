//! Exponentials and hyperbolic functions.

use super::steps::{Pair, fma, power, series, times_power, whole};

const INVERSE_LN2: f64 = std::f64::consts::LOG2_E;
/// ln 2 in two parts: the first has 42 bits, so that its multiples are exact.
const LN2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEFA_3800);
const LN2_LOW: f64 = f64::from_bits(0x3D2E_F357_93C7_6730);
const LN2: f64 = std::f64::consts::LN_2;
const LN2_LACKS: f64 = f64::from_bits(0x3C7A_BC9E_3B39_803F);

/// `(eˣ - 1 - x) / x²` up to half of ln 2.
const EXP: [f64; 11] = [
    f64::from_bits(0x3FE0_0000_0000_0000),
    f64::from_bits(0x3FC5_5555_5555_5557),
    f64::from_bits(0x3FA5_5555_5555_5556),
    f64::from_bits(0x3F81_1111_1111_00CE),
    f64::from_bits(0x3F56_C16C_16C1_6148),
    f64::from_bits(0x3F2A_01A0_1ABE_F7B2),
    f64::from_bits(0x3EFA_01A0_1A77_E16B),
    f64::from_bits(0x3EC7_1DE0_219D_9C0D),
    f64::from_bits(0x3E92_7E4D_9A7B_9ED3),
    f64::from_bits(0x3E5A_F4E1_ADB8_4D4F),
    f64::from_bits(0x3E21_F763_C51A_F418),
];
/// `(cosh √z - 1) / z`.
const COSH: [f64; 6] = [
    f64::from_bits(0x3FE0_0000_0000_0000),
    f64::from_bits(0x3FA5_5555_5555_5557),
    f64::from_bits(0x3F56_C16C_16C1_5A5F),
    f64::from_bits(0x3EFA_01A0_1A9E_D901),
    f64::from_bits(0x3E92_7E4D_40EB_84DF),
    f64::from_bits(0x3E21_F7F3_B37E_9A58),
];
/// `(sinh √z / √z - 1) / z`.
const SINH: [f64; 5] = [
    f64::from_bits(0x3FC5_5555_5555_5556),
    f64::from_bits(0x3F81_1111_1111_09AF),
    f64::from_bits(0x3F2A_01A0_1A7C_73C0),
    f64::from_bits(0x3EC7_1DE0_DA24_602D),
    f64::from_bits(0x3E5A_F38C_67FB_B53E),
];

/// Up to it powers of e, and the powers of two that they are made of, are normal numbers.
const END: f64 = 708.0;
/// The same of powers of 2.
const POWERS: f64 = 1021.0;

/// `x - k ln 2`, and `k` as a word.
#[inline(always)]
fn less_ln2(x: f64) -> (Pair, u64) {
    let (k, word) = whole(x * INVERSE_LN2);
    let high = fma(-k, LN2_HIGH, x);
    (Pair::ordered(high, -k * LN2_LOW), word)
}

/// `2ᵏ eʳ`.
#[inline(always)]
pub(super) fn scaled(r: Pair, k: u64) -> f64 {
    let more = fma(r.high * r.high, series(r.high, &EXP), r.low);
    let sum = Pair::ordered(1.0, r.high);
    times_power(sum.high + (sum.low + more), k)
}

#[inline(always)]
pub(super) fn exp(x: f64) -> (f64, bool) {
    let (k, word) = whole(x * INVERSE_LN2);
    let first = fma(-k, LN2_HIGH, x);
    let r = fma(-k, LN2_LOW, first);
    // Half of a unit of the last place for each of two sums: nothing is kept of what they lose.
    let more = fma(r * r, series(r, &EXP), r);
    (times_power(1.0 + more, word), x.abs() < END)
}

/// ln 2 times what `x` has more than the whole number nearest to it, and that as a word.
#[inline(always)]
fn rest_of(x: f64) -> (f64, Pair, u64) {
    let (n, k) = whole(x);
    let rest = x - n;
    (rest, Pair::product(rest, LN2), k)
}

#[inline(always)]
pub(super) fn exp2(x: f64) -> (f64, bool) {
    let (rest, r, k) = rest_of(x);
    (scaled(r.plus(rest * LN2_LACKS), k), x.abs() < POWERS)
}

/// 2 to the power `x`, and whether that is right.
#[inline(always)]
pub(super) fn exp2_of(x: Pair) -> (f64, bool) {
    let (rest, r, k) = rest_of(x.high);
    let r = r.plus(fma(rest, LN2_LACKS, x.low * LN2)).settled();
    (scaled(r, k), x.high.abs() < POWERS)
}

/// `eˣ - 1`.
#[inline(always)]
fn less_one(x: f64) -> Pair {
    let (r, k) = less_ln2(x);
    let low = fma(r.high, r.low, r.low);
    let more = fma(r.high * r.high, series(r.high, &EXP), low);
    let scale = power(k);
    Pair::ordered(scale - 1.0, scale * r.high).plus(scale * more)
}

#[inline(always)]
pub(super) fn expm1(x: f64) -> (f64, bool) {
    (less_one(x).value().copysign(x), x.abs() < END)
}

/// Half of the sum of `2ᵏ` and its inverse, which lacks as much as half of their difference has too
/// much, that difference, and for what `|x|` has more than `k ln 2`, `r`: `sinh r - r` and
/// `cosh r - 1`.
#[inline(always)]
fn halves(x: f64) -> (Pair, f64, Pair, f64, f64) {
    let (r, k) = less_ln2(x.abs());
    let up = 0.5 * power(k);
    let down = 0.5 * power(k.wrapping_neg());
    let z = r.high * r.high;
    let sine = fma(z * r.high, series(z, &SINH), r.low);
    let cosine = fma(r.high, r.low, z * series(z, &COSH));
    (Pair::ordered(up, down), up - down, r, sine, cosine)
}

#[inline(always)]
pub(super) fn sinh(x: f64) -> (f64, bool) {
    let (sum, difference, r, sine, cosine) = halves(x);
    let first = Pair::product(sum.high, r.high);
    let both = Pair::ordered(difference, first.high);
    let lost = fma(sum.low, r.high, first.low - sum.low);
    let more = fma(difference, cosine, fma(sum.high, sine, lost));
    (both.plus(more).value().copysign(x), x.abs() < END)
}

#[inline(always)]
pub(super) fn cosh(x: f64) -> (f64, bool) {
    let (sum, difference, r, sine, cosine) = halves(x);
    let first = Pair::product(difference, r.high);
    let both = Pair::ordered(sum.high, first.high);
    let lost = fma(-sum.low, r.high, first.low + sum.low);
    let more = fma(sum.high, cosine, fma(difference, sine, lost));
    (both.plus(more).value(), x.abs() < END)
}

#[inline(always)]
pub(super) fn tanh(x: f64) -> (f64, bool) {
    // From there on it is 1.
    let a = x.abs().min(20.0);
    let over = less_one(2.0 * a).settled();
    let under = Pair::sum(over.high, 2.0).plus(over.low);
    (over.over(under).value().copysign(x), !x.is_nan())
}
