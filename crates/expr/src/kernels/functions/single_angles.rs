//! Tangents of `f32`, and angles by their tangents, sines and cosines, sixteen at a time.

use super::single_steps::{fma, series, sum_of_two, whole};

/// Parts of a half turn, and what they lack.
const PI: [f32; 2] = [std::f32::consts::PI, f32::from_bits(0xB3BB_BD2E)];
const HALF_PI: [f32; 2] = [std::f32::consts::FRAC_PI_2, f32::from_bits(0xB33B_BD2E)];
const QUARTER_PI: [f32; 2] = [std::f32::consts::FRAC_PI_4, f32::from_bits(0xB2BB_BD2E)];
const THREE_QUARTERS: [f32; 2] = [f32::from_bits(0x4016_CBE4), f32::from_bits(0xB1CC_DE2E)];
const NOTHING: [f32; 2] = [0.0, 0.0];
/// The tangent of a sixteenth of a circle.
const SIXTEENTH: f32 = 0.414_213_57;

/// What the parts of a right angle lack.
const RIGHT_LACKS: f32 = f32::from_bits(0xA6F7_2CED);
const THIRD: [f32; 2] = [1.0 / 3.0, f32::from_bits(0xB22A_AAAB)];

/// `((tan √z / √z - 1) / z - 1/3) / z`.
const TAN: [f32; 7] = [
    f32::from_bits(0x3E08_8889),
    f32::from_bits(0x3D5D_0D61),
    f32::from_bits(0x3CB3_3DFD),
    f32::from_bits(0x3C0F_8FD3),
    f32::from_bits(0x3B84_54AF),
    f32::from_bits(0x39FB_18F5),
    f32::from_bits(0x3ACC_4457),
];
/// `(atan √z / √z - 1) / z`.
const ATAN: [f32; 5] = [
    f32::from_bits(0xBEAA_AAAA),
    f32::from_bits(0x3E4C_CB97),
    f32::from_bits(0xBE12_0FE4),
    f32::from_bits(0x3DDC_0383),
    f32::from_bits(0xBD84_1381),
];
/// `(asin √z / √z - 1) / z`.
const ASIN: [f32; 6] = [
    f32::from_bits(0x3E2A_AAAA),
    f32::from_bits(0x3D99_9A18),
    f32::from_bits(0x3D36_ADDD),
    f32::from_bits(0x3CFE_C6D1),
    f32::from_bits(0x3C8C_7C8F),
    f32::from_bits(0x3D09_FF6A),
];

/// Up to it a multiple of a right angle is near enough, and how near a number may be to one.
const FAR: f32 = 1e5;
const NEAR: f32 = 2e-6;

#[allow(clippy::fn_params_excessive_bools, reason = "values are chosen by it")]
#[inline(always)]
fn either(first: bool, a: [f32; 2], b: [f32; 2]) -> [f32; 2] {
    [if first { a[0] } else { b[0] }, if first { a[1] } else { b[1] }]
}

/// The angle of the point at `x`, or `-x` if it is `left`, and `y`, neither negative; and the tangent that
/// the polynomial is taken of.
#[allow(clippy::fn_params_excessive_bools, reason = "values are chosen by it")]
#[inline(always)]
fn angle(y: f32, x: f32, left: bool) -> (f32, f32) {
    let steep = y > x;
    let (small, large) = if steep { (x, y) } else { (y, x) };
    let middle = small > SIXTEENTH * large;
    let (less, more) = (small - large, small + large);
    let (less_lacks, more_lacks) = (small - (less + large), small - (more - large));
    let over = either(middle, [less, less_lacks], [small, 0.0]);
    let under = either(middle, [more, more_lacks], [large, 0.0]);
    let near = 1.0 / under[0];
    let t = over[0] * near;
    let rest = fma(-t, under[0], over[0]) + fma(-t, under[1], over[1]);
    let lacks = rest * near;
    let z = t * t;
    let more = fma(z * t, series(z, &ATAN), fma(-z, lacks, lacks));
    let base = either(steep, HALF_PI, either(left, PI, NOTHING));
    let base = either(middle, either(left, THREE_QUARTERS, QUARTER_PI), base);
    let down = steep != left;
    let (signed, more) = if down { (-t, -more) } else { (t, more) };
    let sum = base[0] + signed;
    (sum + ((signed - (sum - base[0])) + (more + base[1])), t)
}

#[inline(always)]
pub(super) fn atan(x: f32) -> (f32, bool) {
    (angle(x.abs(), 1.0, false).0.copysign(x), x.abs() < f32::INFINITY)
}

#[inline(always)]
pub(super) fn atan2(y: f32, x: f32) -> (f32, bool) {
    let (a, b) = (y.abs(), x.abs());
    let large = if a > b { a } else { b };
    let (angle, t) = angle(a, b, x.is_sign_negative());
    // A tangent that is no normal number has lost bits.
    let right = (large > 1e-30) & (large < 1e30) & (a <= large) & (b <= large);
    (angle.copysign(y), right & ((t.abs() > 1e-30) | (a == 0.0) | (b == 0.0)))
}

/// The arc of `|x|`, or of the root of half of what it lacks of 1: the first part, and the rest.
#[inline(always)]
fn arc(a: f32) -> (f32, f32) {
    let far = a >= 0.5;
    let z = if far { fma(a, -0.5, 0.5) } else { a * a };
    let root = z.sqrt();
    let divisor = if root > f32::MIN_POSITIVE { root } else { f32::MIN_POSITIVE };
    let lacks = fma(-root, root, z) * (0.5 / divisor);
    let s = if far { root } else { a };
    (s, fma(z * s, series(z, &ASIN), if far { lacks } else { 0.0 }))
}

/// `base + times (first + rest)`.
#[inline(always)]
fn composed(base: [f32; 2], times: f32, (first, rest): (f32, f32)) -> f32 {
    let sum = fma(times, first, base[0]);
    sum + (fma(times, first, base[0] - sum) + fma(times, rest, base[1]))
}

#[inline(always)]
pub(super) fn asin(x: f32) -> (f32, bool) {
    let a = x.abs();
    let far = a >= 0.5;
    let y = composed(either(far, HALF_PI, NOTHING), if far { -2.0 } else { 1.0 }, arc(a));
    (y.copysign(x), a <= 1.0)
}

#[inline(always)]
pub(super) fn acos(x: f32) -> (f32, bool) {
    let a = x.abs();
    let far = a >= 0.5;
    let base = either(far, either(x < 0.0, PI, NOTHING), HALF_PI);
    let times = if far { 2.0 } else { -1.0_f32 };
    (composed(base, times.copysign(times * x), arc(a)), a <= 1.0)
}

#[inline(always)]
pub(super) fn tan(x: f32) -> (f32, bool) {
    let (n, word) = whole(x * std::f32::consts::FRAC_2_PI);
    // The first is exact: a multiple of the last place of x or of a right angle, and below 1.
    let first = fma(-n, HALF_PI[0], x);
    let second = -n * HALF_PI[1];
    let lost = fma(-n, HALF_PI[1], -second);
    let (r, low) = sum_of_two(first, second);
    let r_lacks = low + fma(-n, RIGHT_LACKS, lost);
    // r (1 + z (1/3 + z ...)), and what it lacks
    let z = r * r;
    let z_lacks = fma(r, r, -z);
    let third = z * THIRD[0];
    let third_lacks = fma(z, THIRD[0], -third) + fma(z, THIRD[1], z_lacks * THIRD[0]);
    let rest = z * z * series(z, &TAN);
    let more = third + rest;
    let more_lacks = (rest - (more - third)) + third_lacks;
    let t = fma(r, more, r);
    let t_lacks = fma(r, more, r - t) + fma(r, more_lacks, r_lacks * fma(t, t, 1.0));
    let inverse = 1.0 / t;
    let inverse_lacks = inverse * fma(-inverse, t_lacks, fma(-t, inverse, 1.0));
    let y = if word & 1 == 1 { -(inverse + inverse_lacks) } else { t + t_lacks };
    // Nearer to a multiple of a right angle, what the rest lacks is not small beside it.
    let right = (x.abs() < FAR) & ((n == 0.0) | (r.abs() > NEAR));
    (if x == 0.0 { x } else { y }, right)
}
