//! Sine, cosine and tangent, and their inverses.

use super::steps::{Pair, fma, series, whole};

/// A right angle in three parts: the first two have 33 bits, so that their multiples are exact.
const RIGHT: [f64; 3] = [
    f64::from_bits(0x3FF9_21FB_5440_0000),
    f64::from_bits(0x3DD0_B461_1A60_0000),
    f64::from_bits(0x3BA3_198A_2E03_7073),
];
const HALF_PI: f64 = std::f64::consts::FRAC_PI_2;
const HALF_PI_LACKS: f64 = f64::from_bits(0x3C91_A626_3314_5C07);
const QUARTER_PI: f64 = std::f64::consts::FRAC_PI_4;
const QUARTER_PI_LACKS: f64 = f64::from_bits(0x3C81_A626_3314_5C07);
/// The tangent of a sixteenth of a circle.
const SIXTEENTH: f64 = 0.414_213_562_373_095_03;

/// `(sin √z / √z - 1) / z`.
const SIN: [f64; 6] = [
    f64::from_bits(0xBFC5_5555_5555_5555),
    f64::from_bits(0x3F81_1111_1111_0BAF),
    f64::from_bits(0xBF2A_01A0_19E8_2D53),
    f64::from_bits(0x3EC7_1DE3_7957_503D),
    f64::from_bits(0xBE5A_E600_9E21_48E0),
    f64::from_bits(0x3DE5_E0AB_2064_1569),
];
/// `(cos √z - 1 + z / 2) / z²`.
const COS: [f64; 6] = [
    f64::from_bits(0x3FA5_5555_5555_5555),
    f64::from_bits(0xBF56_C16C_16C1_6965),
    f64::from_bits(0x3EFA_01A0_19F4_E451),
    f64::from_bits(0xBE92_7E4F_A174_F62C),
    f64::from_bits(0x3E21_EEB6_858C_7E58),
    f64::from_bits(0xBDA9_07D3_B5C0_5656),
];
/// `(atan √z / √z - 1) / z`.
const ATAN: [f64; 11] = [
    f64::from_bits(0xBFD5_5555_5555_5555),
    f64::from_bits(0x3FC9_9999_9999_9337),
    f64::from_bits(0xBFC2_4924_9243_5124),
    f64::from_bits(0x3FBC_71C7_1849_40EB),
    f64::from_bits(0xBFB7_45D0_B0DC_7E91),
    f64::from_bits(0x3FB3_B126_0966_6C6D),
    f64::from_bits(0xBFB1_0FA5_5635_A1C3),
    f64::from_bits(0x3FAD_FE3F_5E03_446A),
    f64::from_bits(0xBFAA_08D7_1AE3_C321),
    f64::from_bits(0x3FA4_13FA_0229_2D00),
    f64::from_bits(0xBF93_9DBB_85E1_D04B),
];
/// `(asin √z / √z - 1) / z`.
const ASIN: [f64; 14] = [
    f64::from_bits(0x3FC5_5555_5555_5555),
    f64::from_bits(0x3FB3_3333_3333_3388),
    f64::from_bits(0x3FA6_DB6D_B6DA_C1E0),
    f64::from_bits(0x3F9F_1C71_C7A5_2BA3),
    f64::from_bits(0x3F96_E8BA_123E_494C),
    f64::from_bits(0x3F91_C4EF_CE23_019F),
    f64::from_bits(0x3F8C_990A_D3D8_FDCA),
    f64::from_bits(0x3F87_B027_EE1D_D585),
    f64::from_bits(0x3F83_B49D_E712_1487),
    f64::from_bits(0x3F83_1622_469C_E5AD),
    f64::from_bits(0x3F68_F193_7434_18FF),
    f64::from_bits(0x3F94_0619_2D12_4629),
    f64::from_bits(0xBF93_B416_BB7D_9257),
    f64::from_bits(0x3F9E_529C_6FCE_9BB4),
];

/// Up to it the multiples of right angles are exact.
const FAR: f64 = 1_600_000.0;

/// `x` less the nearest multiple of a right angle, and how often that, as a word.
#[inline(always)]
fn turned(x: f64) -> (Pair, u64) {
    let (n, word) = whole(x * std::f64::consts::FRAC_2_PI);
    let first = fma(-n, RIGHT[0], x);
    (Pair::sum(first, -n * RIGHT[1]).plus(-n * RIGHT[2]).settled(), word)
}

/// The sine and the cosine of at most an eighth of a circle.
#[inline(always)]
fn sine_and_cosine(r: Pair) -> (Pair, Pair) {
    let z = r.high * r.high;
    let half = 0.5 * z;
    let sine = fma(z * r.high, series(z, &SIN), fma(-half, r.low, r.low));
    let lost = fma(r.high, r.high, -z);
    let cosine = fma(z * z, series(z, &COS), fma(-r.high, r.low, -0.5 * lost));
    (Pair::ordered(r.high, sine), Pair::ordered(1.0, -half).plus(cosine).settled())
}

/// `a` if `first`, or `b`.
#[allow(clippy::fn_params_excessive_bools, reason = "values are chosen by it")]
#[inline(always)]
fn either(first: bool, a: Pair, b: Pair) -> Pair {
    Pair { high: if first { a.high } else { b.high }, low: if first { a.low } else { b.low } }
}

/// With the sign changed if the second bit of `word` is set.
#[inline(always)]
fn signed(y: f64, word: u64) -> f64 {
    f64::from_bits(y.to_bits() ^ ((word & 2) << 62))
}

#[inline(always)]
pub(super) fn sin(x: f64) -> (f64, bool) {
    let (r, word) = turned(x);
    let (sine, cosine) = sine_and_cosine(r);
    let y = signed(either(word & 1 == 1, cosine, sine).value(), word);
    // What is 0 has its sign.
    (if x == 0.0 { x } else { y }, x.abs() < FAR)
}

#[inline(always)]
pub(super) fn cos(x: f64) -> (f64, bool) {
    let (r, word) = turned(x);
    let (sine, cosine) = sine_and_cosine(r);
    let y = either(word & 1 == 1, sine, cosine).value();
    (signed(y, word.wrapping_add(1)), x.abs() < FAR)
}

#[inline(always)]
pub(super) fn tan(x: f64) -> (f64, bool) {
    let (r, word) = turned(x);
    let (sine, cosine) = sine_and_cosine(r);
    let odd = word & 1 == 1;
    let y = either(odd, cosine, sine).over(either(odd, sine, cosine)).value();
    (if x == 0.0 { x } else { signed(y, word << 1) }, x.abs() < FAR)
}

/// The angle of the point at `y` and `x` or, where the sign of `side` is set, `-x`; neither negative.
#[inline(always)]
fn angle(y: f64, x: f64, side: f64) -> f64 {
    let is_left = side.is_sign_negative();
    let steep = y > x;
    let (small, large) = if steep { (x, y) } else { (y, x) };
    let middle = small > SIXTEENTH * large;
    let (less, more) = (Pair::ordered(-large, small), Pair::ordered(large, small));
    let over = either(middle, less, Pair { high: small, low: 0.0 });
    let t = over.over(either(middle, more, Pair { high: large, low: 0.0 }));
    let z = t.high * t.high;
    let rest = fma(z * t.high, series(z, &ATAN), fma(-z, t.low, t.low));
    // How many eighths of a circle, and whether the rest is added or taken off.
    let eighths = if middle { 1.0 } else { 0.0 };
    let eighths = if steep { 2.0 - eighths } else { eighths };
    let eighths = if is_left { 4.0 - eighths } else { eighths };
    let sign = if steep == is_left { 1.0 } else { -1.0 };
    let base = Pair::product(eighths, QUARTER_PI);
    let both = Pair::ordered(base.high, sign * t.high);
    both.plus(fma(sign, rest, fma(eighths, QUARTER_PI_LACKS, base.low))).value()
}

#[inline(always)]
pub(super) fn atan(x: f64) -> (f64, bool) {
    let a = x.abs();
    (angle(a, 1.0, 1.0).copysign(x), a < 1e30)
}

#[inline(always)]
pub(super) fn atan2(y: f64, x: f64) -> (f64, bool) {
    let (a, b) = (y.abs(), x.abs());
    let (small, large) = if a > b { (b, a) } else { (a, b) };
    let right = (large > 1e-30) & (large < 1e30) & ((small == 0.0) | (small > 1e-250));
    (angle(a, b, x).copysign(y), right)
}

/// What `asin` and `acos` are made of: `|x|`, or the root of half of what it lacks of 1, and by how
/// much its arc is longer.
#[inline(always)]
fn arc(a: f64) -> (Pair, f64) {
    let half = fma(-0.5, a, 0.5);
    // At the end there is no root to take.
    let none = Pair { high: 0.0, low: 0.0 };
    let root = Pair { high: if half > 0.0 { half } else { 1.0 }, low: 0.0 }.root();
    let s = either(a < 0.5, Pair { high: a, low: 0.0 }, either(half > 0.0, root, none));
    let z = s.high * s.high;
    (s, fma(z * s.high, series(z, &ASIN), fma(0.5 * z, s.low, s.low)))
}

#[inline(always)]
pub(super) fn asin(x: f64) -> (f64, bool) {
    let a = x.abs();
    let (s, rest) = arc(a);
    let far = Pair::ordered(HALF_PI, -2.0 * s.high).plus(fma(-2.0, rest, HALF_PI_LACKS)).value();
    (if a < 0.5 { s.high + rest } else { far }.copysign(x), a <= 1.0)
}

#[inline(always)]
pub(super) fn acos(x: f64) -> (f64, bool) {
    let a = x.abs();
    let (s, rest) = arc(a);
    let near = a < 0.5;
    let below = x < 0.0;
    // Right angles, and how often the arc is added.
    let base = if near {
        1.0
    } else if below {
        2.0
    } else {
        0.0
    };
    let times = if near {
        -1.0_f64.copysign(x)
    } else if below {
        -2.0
    } else {
        2.0
    };
    let both = Pair::ordered(base * HALF_PI, times * s.high);
    (both.plus(fma(times, rest, base * HALF_PI_LACKS)).value(), a <= 1.0)
}
