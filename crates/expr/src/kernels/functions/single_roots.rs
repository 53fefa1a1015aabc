//! Cube roots of `f32`, sixteen at a time.

use super::single_steps::fma;

const THIRD: f32 = 1.0 / 3.0;
/// Taking a third of a float's bits from it, but for the last eight, leaves those of a number near 1.13 times
/// the inverse of its cube root, for the bits are nearly its logarithm. 2²³ is in it: a sum is whole then.
const FIRST: f32 = 13_940_992.0;
/// How that is made the inverse to ten bits.
const NEARER: [f32; 2] = [f32::from_bits(0x3F96_A712), f32::from_bits(0xBE4E_C01C)];

#[inline(always)]
pub(super) fn cbrt(x: f32) -> (f32, bool) {
    let a = x.abs();
    let bits = fma((a.to_bits() >> 8) as i32 as f32, -THIRD, FIRST).to_bits() << 8;
    let y = f32::from_bits(bits);
    let y = y * fma((a * y) * (y * y), NEARER[1], NEARER[0]);
    // Better by one step.
    let h = fma(-(a * y), y * y, 1.0);
    let y = fma(y * h, fma(h, 2.0 / 9.0, THIRD), y);
    // The root of it, better by its last place.
    let square = y * y;
    let t = a * square;
    let t_square = t * t;
    let lost = fma(t, t, -t_square);
    let lack = fma(-t_square, t, a) - lost * t;
    let root = fma(lack * square, THIRD, t).copysign(x);
    let zero = a == 0.0;
    // What the cube lacks of smaller numbers is none.
    (if zero { x } else { root }, zero | ((a > 1e-30) & (a < f32::INFINITY)))
}
