//! Roots of cubes and of sums of squares.

use super::steps::{Pair, fma, has_log, series, split, times_power, whole};

const THIRD: f64 = 1.0 / 3.0;

/// `m` to the power -1/3, from 1 to 2.
const RCBRT: [f64; 6] = [
    f64::from_bits(0x3FFC_713E_2847_CBE6),
    f64::from_bits(0xBFF8_DD4B_D7D3_4771),
    f64::from_bits(0x3FF3_A267_A3D4_9AD4),
    f64::from_bits(0xBFE2_C4B9_58D5_4C08),
    f64::from_bits(0x3FC3_7CE9_E9ED_0A1D),
    f64::from_bits(0xBF90_E870_06CB_E6BB),
];

/// A number as `v 8ᵏ` with `v` from 1 to 8; `v`, the inverse of its cube root to 42 bits, and `k` as a word.
#[inline(always)]
fn inverse_cube_root(a: f64) -> (f64, f64, u64) {
    const ROOTS: [f64; 2] =
        [f64::from_bits(0x3FE9_65FE_A53D_6E3D), f64::from_bits(0x3FE4_28A2_F98D_728B)];
    let (k, _, m) = split(a, 1.0);
    let (third, word) = whole(fma(k, THIRD, -THIRD));
    let rest = fma(-3.0, third, k);
    let v = times_power(m, whole(rest).1);
    let scale = if rest == 1.0 { ROOTS[0] } else { ROOTS[1] };
    let scale = if rest == 0.0 { 1.0 } else { scale };
    // Better by one step.
    let y = scale * series(m, &RCBRT);
    let h = fma(-(v * y), y * y, 1.0);
    (v, fma(y * h, fma(h, 2.0 / 9.0, THIRD), y), word)
}

#[inline(always)]
pub(super) fn cbrt(x: f64) -> (f64, bool) {
    let a = x.abs();
    let (v, y, k) = inverse_cube_root(a);
    // Better by its last place.
    let square = y * y;
    let t = v * square;
    let t_square = Pair::product(t, t);
    let lack = fma(t_square.high, t, -v) + t_square.low * t;
    let root = times_power(fma(lack * -THIRD, square, t), k).copysign(x);
    let zero = a == 0.0;
    (if zero { x } else { root }, zero | has_log(a))
}

#[inline(always)]
pub(super) fn hypot(x: f64, y: f64) -> (f64, bool) {
    let (a, b) = (x.abs(), y.abs());
    let (small, large) = if a > b { (b, a) } else { (a, b) };
    let (first, second) = (Pair::product(large, large), Pair::product(small, small));
    let square = Pair::ordered(first.high, second.high).plus(first.low + second.low);
    // The square has a place in `f32`, and what the small side's lacks is a normal number.
    let right = (large > 1e-18) & (large < 1e18) & ((small > 1e-140) | (small == 0.0));
    (square.settled().root().value(), right)
}
