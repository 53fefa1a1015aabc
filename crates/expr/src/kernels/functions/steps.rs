//! What functions are made of: sums that keep what rounding loses, and divisions and roots that begin
//! in `f32`, where they take a third of the time.
//!
//! A fused multiplication and addition rounds once on every machine, with an instruction or without.

/// Adding it leaves a whole number in the last bits, and what is no whole number rounded.
pub(super) const ROUND: f64 = 1.5 / f64::EPSILON;

/// A number as a value and what it lacks.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub(super) high: f64,
    pub(super) low: f64,
}

impl Pair {
    /// `a + b`, of which `a` is 0 or not the smaller.
    #[inline(always)]
    pub(super) fn ordered(a: f64, b: f64) -> Self {
        let high = a + b;
        Self { high, low: b - (high - a) }
    }

    /// `a + b`.
    #[inline(always)]
    pub(super) fn sum(a: f64, b: f64) -> Self {
        let high = a + b;
        let part = high - a;
        Self { high, low: (a - (high - part)) + (b - part) }
    }

    /// `a b`.
    #[inline(always)]
    pub(super) fn product(a: f64, b: f64) -> Self {
        let high = a * b;
        Self { high, low: fma(a, b, -high) }
    }

    /// With `more` added to what the value lacks.
    #[inline(always)]
    pub(super) fn plus(self, more: f64) -> Self {
        Self { high: self.high, low: self.low + more }
    }

    /// The value nearest to it, and what that lacks.
    #[inline(always)]
    pub(super) fn settled(self) -> Self {
        Self::ordered(self.high, self.low)
    }

    /// Its quotient by another.
    #[inline(always)]
    pub(super) fn over(self, by: Self) -> Self {
        // Other work goes on while this is divided.
        let inverse = 1.0 / by.high;
        let high = self.high * inverse;
        let rest = fma(-high, by.high, self.high) + fma(-high, by.low, self.low);
        Self { high, low: rest * inverse }.settled()
    }

    /// The root of a positive number that has a place in `f32`.
    #[inline(always)]
    pub(super) fn root(self) -> Self {
        let (root, half_inverse) = root_and_half_inverse(self.high);
        let rest = fma(-root, root, self.high) + self.low;
        Self { high: root, low: rest * half_inverse }.settled()
    }

    #[inline(always)]
    pub(super) fn value(self) -> f64 {
        self.high + self.low
    }
}

#[inline(always)]
pub(super) fn fma(a: f64, b: f64, c: f64) -> f64 {
    a.mul_add(b, c)
}

/// `c[0] + c[1] x + c[2] x² + ...`
#[inline(always)]
pub(super) fn series<const N: usize>(x: f64, c: &[f64; N]) -> f64 {
    let mut y = c[N - 1];
    let mut at = N - 1;
    while at > 0 {
        at -= 1;
        y = fma(y, x, c[at]);
    }
    y
}

/// The same, in two sums of every second that are made side by side: what waits for what is half as long, for
/// one operation more.
#[inline(always)]
pub(super) fn series_in_two<const N: usize>(x: f64, c: &[f64; N]) -> f64 {
    let square = x * x;
    let mut at = N - 2;
    let (mut even, mut odd) = (c[at], c[at + 1]);
    while at > 1 {
        at -= 2;
        even = fma(even, square, c[at]);
        odd = fma(odd, square, c[at + 1]);
    }
    let y = fma(odd, x, even);
    if at == 1 { fma(y, x, c[0]) } else { y }
}

/// The root of a positive number that has a place in `f32` and half of its inverse, both to 44 bits.
#[inline(always)]
pub(super) fn root_and_half_inverse(x: f64) -> (f64, f64) {
    let near = (x as f32).sqrt();
    let half_inverse = f64::from(0.5 / near);
    let near = f64::from(near);
    let root = fma(fma(-near, near, x), half_inverse, near);
    let lack = fma(-2.0 * root, half_inverse, 1.0);
    (root, fma(half_inverse, lack, half_inverse))
}

/// The whole number nearest to `x`, below 2⁵¹, and as the last bits of a word.
#[inline(always)]
pub(super) fn whole(x: f64) -> (f64, u64) {
    let sum = x + ROUND;
    (sum - ROUND, sum.to_bits())
}

/// `x 2ᵏ`, both normal numbers; `k` in the last bits of a word.
#[inline(always)]
pub(super) fn times_power(x: f64, k: u64) -> f64 {
    f64::from_bits(x.to_bits().wrapping_add(k << 52))
}

/// `2ᵏ`, a normal number; `k` in the last bits of a word.
#[inline(always)]
pub(super) fn power(k: u64) -> f64 {
    f64::from_bits((k << 52).wrapping_add(1.0_f64.to_bits()))
}

/// A positive normal number as `2ᵏ m` with `m` from `least` up to twice that: `k`, that in the last
/// bits of a word, and `m`.
#[inline(always)]
pub(super) fn split(x: f64, least: f64) -> (f64, u64, f64) {
    const FRACTION: u64 = 0x000F_FFFF_FFFF_FFFF;
    // A whole number below 2⁵¹ is the end of this float: taking the rest off converts it.
    let word = x.to_bits().wrapping_sub(least.to_bits());
    let k = (((word as i64) >> 52) as u64).wrapping_add(ROUND.to_bits());
    let m = (word & FRACTION).wrapping_add(least.to_bits());
    (f64::from_bits(k) - ROUND, k, f64::from_bits(m))
}

/// Whether `x` is positive, normal and finite.
#[inline(always)]
pub(super) fn has_log(x: f64) -> bool {
    // One comparison: of a number that is less the bits are more than all others.
    const LEAST: u64 = f64::MIN_POSITIVE.to_bits();
    x.to_bits().wrapping_sub(LEAST) < f64::INFINITY.to_bits() - LEAST
}
