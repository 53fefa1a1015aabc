//! What functions of `f32` are made of that are computed sixteen at a time.
//!
//! A fused multiplication and addition rounds once on every machine, with an instruction or without.

/// Adding it leaves a whole number in the last bits, and what is no whole number rounded.
const ROUND: f32 = 1.5 / f32::EPSILON;

#[inline(always)]
pub(super) fn fma(a: f32, b: f32, c: f32) -> f32 {
    a.mul_add(b, c)
}

/// `c[0] + c[1] x + c[2] x² + ...`
#[inline(always)]
pub(super) fn series<const N: usize>(x: f32, c: &[f32; N]) -> f32 {
    let mut y = c[N - 1];
    let mut at = N - 1;
    while at > 0 {
        at -= 1;
        y = fma(y, x, c[at]);
    }
    y
}

/// The whole number nearest to `x`, below 2²², and as the last bits of a word.
#[inline(always)]
pub(super) fn whole(x: f32) -> (f32, u32) {
    let sum = x + ROUND;
    (sum - ROUND, sum.to_bits())
}

/// `x 2ᵏ`, both normal numbers; `k` in the last bits of a word.
#[inline(always)]
pub(super) fn times_power(x: f32, k: u32) -> f32 {
    f32::from_bits(x.to_bits().wrapping_add(k << 23))
}

/// Whether `x` is positive, normal and finite.
#[inline(always)]
pub(super) fn has_log(x: f32) -> bool {
    // One comparison: of a number that is less the bits are more than all others.
    const LEAST: u32 = f32::MIN_POSITIVE.to_bits();
    x.to_bits().wrapping_sub(LEAST) < f32::INFINITY.to_bits() - LEAST
}

/// `2ᵏ`, a normal number; `k` in the last bits of a word.
#[inline(always)]
pub(super) fn power(k: u32) -> f32 {
    f32::from_bits((k << 23).wrapping_add(1.0_f32.to_bits()))
}

/// `a + b`, of which `a` is 0 or not the smaller, and what that lacks.
#[inline(always)]
pub(super) fn ordered(a: f32, b: f32) -> (f32, f32) {
    let high = a + b;
    (high, b - (high - a))
}

/// `a + b`, and what that lacks.
#[inline(always)]
pub(super) fn sum_of_two(a: f32, b: f32) -> (f32, f32) {
    let high = a + b;
    let part = high - a;
    (high, (a - (high - part)) + (b - part))
}

/// Half of the inverse of a positive number, to 16 bits, in less time than a division.
#[inline(always)]
pub(super) fn half_inverse(x: f32) -> f32 {
    // The bits of a float are nearly its logarithm.
    let near = f32::from_bits(0x7E73_11C7_u32.wrapping_sub(x.to_bits()));
    let near = fma(near, fma(-2.0 * x, near, 1.0), near);
    fma(near, fma(-2.0 * x, near, 1.0), near)
}
