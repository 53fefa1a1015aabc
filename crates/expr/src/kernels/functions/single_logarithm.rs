//! Logarithms of `f32`, sixteen at a time.

use super::single_steps::{fma, has_log, series};

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
/// ln 2 and the decimal logarithm of 2 in two parts: the first have 16 bits, so that their multiples are
/// exact.
const LN2: [f32; 2] = [f32::from_bits(0x3F31_7200), f32::from_bits(0x35BF_BE8E)];
const LOG10_2: [f32; 2] = [f32::from_bits(0x3E9A_2000), f32::from_bits(0x369A_84FC)];
/// The logarithms of e, and what they lack.
const LOG2_E: [f32; 2] = [f32::from_bits(0x3FB8_AA3B), f32::from_bits(0x32A5_7060)];
const LOG10_E: [f32; 2] = [f32::from_bits(0x3EDE_5BD9), f32::from_bits(0xB22D_91AF)];

/// `k`, `m - 1` and what the logarithm of `m` has more than that, for a positive normal number `2ᵏ m`.
#[inline(always)]
fn parts(x: f32) -> (f32, f32, f32) {
    const LEAST: u32 = std::f32::consts::FRAC_1_SQRT_2.to_bits();
    let word = x.to_bits().wrapping_sub(LEAST);
    let k = ((word as i32) >> 23) as f32;
    let f = f32::from_bits((word & 0x007F_FFFF).wrapping_add(LEAST)) - 1.0;
    (k, f, f * f * series(f, &LOG))
}

/// `first + second + low`, of which `first` is 0 or not the smaller.
#[inline(always)]
fn sum(first: f32, second: f32, low: f32) -> f32 {
    let high = first + second;
    high + ((second - (high - first)) + low)
}

#[inline(always)]
pub(super) fn ln(x: f32) -> (f32, bool) {
    let (k, f, more) = parts(x);
    (sum(k * LN2[0], f, fma(k, LN2[1], more)), has_log(x))
}

/// `f` and `more` times what `scale` and what it lacks are, in two parts.
#[inline(always)]
fn scaled(f: f32, more: f32, scale: [f32; 2]) -> (f32, f32) {
    let high = f * scale[0];
    let low = fma(f, scale[0], -high);
    (high, fma(more, scale[0], fma(f, scale[1], low)))
}

#[inline(always)]
pub(super) fn log2(x: f32) -> (f32, bool) {
    let (k, f, more) = parts(x);
    let (high, low) = scaled(f, more, LOG2_E);
    (sum(k, high, low), has_log(x))
}

#[inline(always)]
pub(super) fn log10(x: f32) -> (f32, bool) {
    let (k, f, more) = parts(x);
    let (high, low) = scaled(f, more, LOG10_E);
    (sum(k * LOG10_2[0], high, fma(k, LOG10_2[1], low)), has_log(x))
}
