//! Exponentials and hyperbolic functions of `f32`, sixteen at a time.

use super::single_steps::{fma, power, series, times_power, whole};

const INVERSE_LN2: f32 = std::f32::consts::LOG2_E;
/// ln 2 in two parts: the first has 16 bits, so that its multiples are exact.
const LN2_HIGH: f32 = f32::from_bits(0x3F31_7200);
const LN2_LOW: f32 = f32::from_bits(0x35BF_BE8E);
const LN2: f32 = std::f32::consts::LN_2;
const LN2_LACKS: f32 = f32::from_bits(0xB102_E308);

/// `(eˣ - 1 - x) / x²`.
const EXP: [f32; 6] = [
    f32::from_bits(0x3F00_0000),
    f32::from_bits(0x3E2A_AAAB),
    f32::from_bits(0x3D2A_AA74),
    f32::from_bits(0x3C08_886F),
    f32::from_bits(0x3AB6_A1B2),
    f32::from_bits(0x3950_9495),
];
/// `(eˣ - 1 - x - x² / 2) / x³`.
const EXPM1: [f32; 5] = [
    f32::from_bits(0x3E2A_AAAB),
    f32::from_bits(0x3D2A_AA8D),
    f32::from_bits(0x3C08_887B),
    f32::from_bits(0x3AB6_889F),
    f32::from_bits(0x3950_7DF9),
];
/// `(sinh √z / √z - 1) / z`.
const SINH: [f32; 3] =
    [f32::from_bits(0x3E2A_AAAB), f32::from_bits(0x3C08_8870), f32::from_bits(0x3950_928B)];
/// `(cosh √z - 1) / z`.
const COSH: [f32; 3] =
    [f32::from_bits(0x3F00_0000), f32::from_bits(0x3D2A_AA74), f32::from_bits(0x3AB6_A1A7)];

/// Up to it powers of e are normal numbers.
const END: f32 = 87.0;

/// `k` as a word, and `x - k ln 2` in two parts.
#[inline(always)]
fn less_ln2(x: f32) -> (u32, f32, f32) {
    let (k, word) = whole(x * INVERSE_LN2);
    (word, fma(-k, LN2_HIGH, x), -k * LN2_LOW)
}

/// `2ᵏ` times e to the power `first + second`, which `r` is near; 0 if `x` is below the first of the ends, and
/// infinite beyond the second.
#[inline(always)]
fn scaled(word: u32, r: f32, (first, second): (f32, f32), x: f32, ends: [f32; 2]) -> f32 {
    let high = 1.0 + first;
    let low = fma(r * r, series(r, &EXP), (first - (high - 1.0)) + second);
    let y = times_power(high + low, word);
    let y = if x < ends[0] { 0.0 } else { y };
    if x > ends[1] { f32::INFINITY } else { y }
}

#[inline(always)]
pub(super) fn exp(x: f32) -> (f32, bool) {
    let (word, first, second) = less_ln2(x);
    let y = scaled(word, first + second, (first, second), x, [-104.0, 89.0]);
    (y, (x.abs() < END) | (x < -104.0) | (x > 89.0))
}

#[inline(always)]
pub(super) fn exp2(x: f32) -> (f32, bool) {
    let (n, word) = whole(x);
    let rest = x - n;
    let r = rest * LN2;
    let lost = fma(rest, LN2_LACKS, fma(rest, LN2, -r));
    let y = scaled(word, r, (r, lost), x, [-150.0, 128.0]);
    (y, (x.abs() < 126.0) | (x < -150.0) | (x > 128.0))
}

/// `2ᵏ`, `k` as a word, and what `e` to the power of the rest has more than 1, in two parts.
#[inline(always)]
fn parts(x: f32) -> (f32, u32, f32, f32) {
    let (word, first, second) = less_ln2(x);
    let r = first + second;
    let r_lacks = (first - r) + second;
    let square = r * r;
    let high = fma(square, 0.5, first);
    let square_lacks = fma(r, r, -square);
    let more = fma(r * square, series(r, &EXPM1), fma(square_lacks, 0.5, second));
    let low = fma(square, 0.5, first - high) + fma(r_lacks, r, more);
    (power(word), word, high, low)
}

#[inline(always)]
pub(super) fn expm1(x: f32) -> (f32, bool) {
    // From there on it is -1.
    let (scale, _, high, low) = parts(if x > -20.0 { x } else { -20.0 });
    let (less, more) = (scale - 1.0, scale * high);
    let sum = less + more;
    let lost = (scale - less) - 1.0;
    let y = sum + fma(scale, low, (more - (sum - less)) + lost);
    (if x > 89.0 { f32::INFINITY } else { y.copysign(x) }, (x < END) | (x > 89.0))
}

/// A number of which `sinh` or `cosh` is asked: half of the sum of `2ᵏ` and its inverse and half of their
/// difference, each with what it lacks, and for what `|x|` has more than `k ln 2`, `r`: its first part,
/// `sinh r` less that, and `cosh r - 1`.
struct Halves {
    sum: [f32; 2],
    difference: [f32; 2],
    first: f32,
    sine: f32,
    cosine: f32,
}

#[inline(always)]
fn halves(x: f32) -> Halves {
    let (word, first, second) = less_ln2(x.abs());
    let r = first + second;
    let z = r * r;
    let (up, down) = (0.5 * power(word), 0.5 * power(word.wrapping_neg()));
    let (sum, difference) = (up + down, up - down);
    Halves {
        sum: [sum, down - (sum - up)],
        difference: [difference, (up - difference) - down],
        first,
        sine: fma(z * r, series(z, &SINH), second),
        cosine: z * series(z, &COSH),
    }
}

impl Halves {
    /// `even cosh r + odd sinh r`; `more` is what is added to what its steps have lost.
    #[inline(always)]
    fn composed(&self, even: [f32; 2], odd: f32, more: impl Fn(f32) -> f32) -> f32 {
        let product = odd * self.first;
        let high = even[0] + product;
        let lost = (product - (high - even[0])) + even[1];
        let lost = more(fma(odd, self.first, -product) + lost);
        high + fma(even[0], self.cosine, fma(odd, self.sine, lost))
    }
}

#[inline(always)]
pub(super) fn sinh(x: f32) -> (f32, bool) {
    let halves = halves(x);
    let Halves { sum, difference, first, .. } = halves;
    // sinh (k ln 2) cosh r + cosh (k ln 2) sinh r
    let y = halves.composed(difference, sum[0], |lost| fma(sum[1], first, lost));
    (y.copysign(x), x.abs() < END)
}

#[inline(always)]
pub(super) fn cosh(x: f32) -> (f32, bool) {
    let halves = halves(x);
    // cosh (k ln 2) cosh r + sinh (k ln 2) sinh r, of which what the difference lacks is too little to count
    let y = halves.composed(halves.sum, halves.difference[0], |lost| lost);
    (y, x.abs() < END)
}

#[inline(always)]
pub(super) fn tanh(x: f32) -> (f32, bool) {
    // From there on it is 1.
    let a = if x.abs() < 9.5 { x.abs() } else { 9.5 };
    let (_, word, high, low) = parts(2.0 * a);
    // e to the power 2a less 1 and more 1, both over 2ᵏ.
    let (r, r_lacks) = (high + low, low - ((high + low) - high));
    let inverse = power(word.wrapping_neg());
    let (less, more) = (1.0 - inverse, 1.0 + inverse);
    let (less_lacks, more_lacks) = ((1.0 - less) - inverse, inverse - (more - 1.0));
    let (over, under) = (less + r, more + r);
    let over_lacks = ((r - (over - less)) + less_lacks) + r_lacks;
    let under_lacks = ((r - (under - more)) + more_lacks) + r_lacks;
    let near = 1.0 / under;
    let y = over * near;
    let rest = fma(-y, under, over) + fma(-y, under_lacks, over_lacks);
    (fma(rest, near, y).copysign(x), !x.is_nan())
}
