//! The tangent, hyperbolic functions and inverses without branches, of those in `wide`: by the same
//! methods, and to the bit what `libm` says, where they say that they are right.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]
#![allow(
    clippy::needless_bitwise_bool,
    clippy::manual_range_contains,
    reason = "what ends early is a branch"
)]

use super::scalar as op;
use super::wide::{
    EIGHTH, HALF_ANGLE, HALF_ANGLE_LOW, RIGHT_ANGLE, RIGHT_ANGLE_LOW, Turned, Wide, exp, expm1,
    from_high, high_half, log, log1p, signed, turned, wide,
};

wide! {
    Tan tan  Arcsin asin  Arccos acos  Sinh sinh  Cosh cosh  Arcsinh asinh  Arccosh acosh
    Arctanh atanh
}

/// 2⁻²⁶, below which many functions are their argument, and its inverse.
const TINY: f64 = from_high(0x3E50_0000);
const HUGE: f64 = from_high(0x4190_0000);
const LN2: f64 = std::f64::consts::LN_2;

#[inline(always)]
fn tan(x: f64) -> (f64, bool) {
    const T: [f64; 13] = [
        f64::from_bits(0x3FD5_5555_5555_5563),
        f64::from_bits(0x3FC1_1111_1110_FE7A),
        f64::from_bits(0x3FAB_A1BA_1BB3_41FE),
        f64::from_bits(0x3F96_64F4_8406_D637),
        f64::from_bits(0x3F82_26E3_E96E_8493),
        f64::from_bits(0x3F6D_6D22_C956_0328),
        f64::from_bits(0x3F57_DBC8_FEE0_8315),
        f64::from_bits(0x3F43_44D8_F2F2_6501),
        f64::from_bits(0x3F30_26F7_1A8D_1068),
        f64::from_bits(0x3F14_7E88_A037_92A6),
        f64::from_bits(0x3F12_B80F_32F0_A7E9),
        f64::from_bits(0xBEF3_75CB_DB60_5373),
        f64::from_bits(0x3EFB_2A70_74BF_7AD4),
    ];
    let small = x.abs() < EIGHTH;
    let Turned { high, low, turns, right } = turned(x);
    let (high, low) = if small { (x, 0.0) } else { (high, low) };
    let is_odd = !small & (turns & 1 == 1);
    // What is near an eighth of a circle is taken from it.
    let large = high.abs() >= from_high(0x3FE5_9428);
    let rest = (HALF_ANGLE - high.abs()) + (HALF_ANGLE_LOW - signed(low, high));
    let (x0, y0) = if large { (rest, 0.0) } else { (high, low) };
    let z = x0 * x0;
    let w = z * z;
    let odd = T[1] + w * (T[3] + w * (T[5] + w * (T[7] + w * (T[9] + w * T[11]))));
    let even = z * (T[2] + w * (T[4] + w * (T[6] + w * (T[8] + w * (T[10] + w * T[12])))));
    let s = z * x0;
    let r = y0 + z * (s * (odd + even) + y0) + s * T[0];
    let w = x0 + r;
    let side = if is_odd { -1.0 } else { 1.0 };
    let (over, under) = if large { (w * w, w + side) } else { (-1.0, w) };
    let q = over / under;
    let of_large = signed(side - 2.0 * (x0 + (r - q)), high);
    // -1 / (x0 + r), to its last place.
    let w_high = high_half(w);
    let v = r - (w_high - x0);
    let q_high = high_half(q);
    let inverse = q_high + q * (1.0 + q_high * w_high + q_high * v);
    let y = if is_odd { inverse } else { w };
    let y = if large { of_large } else { y };
    (if x.abs() < from_high(0x3E40_0000) { x } else { y }, right | small)
}

/// `(asin(x) - x) / x` of the square of x.
#[inline(always)]
fn arc_series(z: f64) -> f64 {
    const P: [f64; 6] = [
        f64::from_bits(0x3FC5_5555_5555_5555),
        f64::from_bits(0xBFD4_D612_03EB_6F7D),
        f64::from_bits(0x3FC9_C155_0E88_4455),
        f64::from_bits(0xBFA4_8228_B568_8F3B),
        f64::from_bits(0x3F49_EFE0_7501_B288),
        f64::from_bits(0x3F02_3DE1_0DFD_F709),
    ];
    const Q: [f64; 4] = [
        f64::from_bits(0xC003_3A27_1C8A_2D4B),
        f64::from_bits(0x4000_2AE5_9C59_8AC8),
        f64::from_bits(0xBFE6_066C_1B8D_0159),
        f64::from_bits(0x3FB3_B8C5_B12E_9282),
    ];
    let over = z * (P[0] + z * (P[1] + z * (P[2] + z * (P[3] + z * (P[4] + z * P[5])))));
    over / (1.0 + z * (Q[0] + z * (Q[1] + z * (Q[2] + z * Q[3]))))
}

/// What both arcs are made of: half of what `|x|` lacks of 1, or below ½ the square; its series;
/// the root, that without its lower half, and what it then lacks.
#[inline(always)]
fn arc_parts(x: f64) -> (f64, f64, f64, f64) {
    let a = x.abs();
    let z = if a < 0.5 { x * x } else { (1.0 - a) * 0.5 };
    let s = z.sqrt();
    let s_high = high_half(s);
    (arc_series(z), s, s_high, (z - s_high * s_high) / (s + s_high))
}

#[inline(always)]
fn asin(x: f64) -> (f64, bool) {
    let a = x.abs();
    let (r, s, s_high, lack) = arc_parts(x);
    let near_one = RIGHT_ANGLE - (2.0 * (s + s * r) - RIGHT_ANGLE_LOW);
    let far =
        HALF_ANGLE - (2.0 * s * r - (RIGHT_ANGLE_LOW - 2.0 * lack) - (HALF_ANGLE - 2.0 * s_high));
    let large = if a >= from_high(0x3FEF_3333) { near_one } else { far };
    let y = if a < 0.5 { x + x * r } else { signed(large, x) };
    (if a < TINY { x } else { y }, a < 1.0)
}

#[inline(always)]
fn acos(x: f64) -> (f64, bool) {
    let a = x.abs();
    let (r, s, s_high, lack) = arc_parts(x);
    let small = RIGHT_ANGLE - (x - (RIGHT_ANGLE_LOW - x * r));
    let below = 2.0 * (RIGHT_ANGLE - (s + (r * s - RIGHT_ANGLE_LOW)));
    let above = 2.0 * (s_high + (r * s + lack));
    let y = if x < 0.0 { below } else { above };
    let y = if a < 0.5 { small } else { y };
    (if a < from_high(0x3C60_0001) { RIGHT_ANGLE } else { y }, a < 1.0)
}

#[inline(always)]
fn sinh(x: f64) -> (f64, bool) {
    let a = x.abs();
    let half = 0.5_f64.copysign(x);
    let (t, right) = expm1(a);
    let over = if a < 1.0 { t * t } else { t };
    let q = over / (t + 1.0);
    let twice = if a < 1.0 { 2.0 * t - q } else { t + q };
    let y = half * twice;
    (if a < TINY { x } else { y }, right)
}

#[inline(always)]
fn cosh(x: f64) -> (f64, bool) {
    let a = x.abs();
    let small = a < from_high(0x3FE6_2E42);
    let ((t, _), (e, right)) = (expm1(a), exp(a));
    let (over, under) = if small { (t * t, 2.0 * (1.0 + t)) } else { (1.0, e) };
    let q = over / under;
    let y = if small { 1.0 + q } else { 0.5 * (e + q) };
    (if a < TINY { 1.0 } else { y }, right)
}

#[inline(always)]
fn asinh(x: f64) -> (f64, bool) {
    let a = x.abs();
    let (large, huge) = (a >= 2.0, a >= HUGE);
    let root = (a * a + 1.0).sqrt();
    let (over, more) = if large { (1.0, a) } else { (a * a, 1.0) };
    let q = over / (root + more);
    let of_large = log(if huge { a } else { 2.0 * a + q }).0;
    let of_small = log1p(a + q).0;
    let y = if large { of_large } else { of_small };
    let y = if huge { of_large + LN2 } else { y };
    (signed(if a < TINY { a } else { y }, x), a < f64::INFINITY)
}

#[inline(always)]
fn acosh(x: f64) -> (f64, bool) {
    let (large, huge) = (x >= 2.0, x >= HUGE);
    let over = x - 1.0;
    let square = if large { x * x - 1.0 } else { over * over + 2.0 * over };
    let root = square.sqrt();
    let of_large = log(if huge { x } else { 2.0 * x - 1.0 / (x + root) }).0;
    let y = if large { of_large } else { log1p(over + root).0 };
    (if huge { of_large + LN2 } else { y }, (x >= 1.0) & (x < f64::INFINITY))
}

#[inline(always)]
fn atanh(x: f64) -> (f64, bool) {
    let a = x.abs();
    let small = a < 0.5;
    let over = if small { 2.0 * a * a } else { a };
    let q = over / (1.0 - a);
    let y = 0.5 * log1p(if small { 2.0 * a + q } else { 2.0 * q }).0;
    (signed(if a < from_high(0x3DF0_0000) { a } else { y }, x), a < 1.0)
}
