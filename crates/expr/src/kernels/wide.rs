//! Functions that are not arithmetic, without branches, so that the compiler makes vectors of them.
//!
//! They are the methods of fdlibm (Sun Microsystems, 1993 to 2004) with its constants, which `libm`
//! has too, and take its steps in its order without ever fusing two: what they say is right is what
//! `libm` says, to the bit, at every level of the instruction set. The rest, infinities and what is
//! no number among it, is left to `libm`.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]
#![allow(
    clippy::needless_bitwise_bool,
    clippy::manual_range_contains,
    clippy::float_cmp,
    reason = "what ends early is a branch; whole numbers are compared"
)]

use super::scalar as op;

/// A function of one value with a form without branches.
pub(super) trait Wide {
    /// The value, and whether it is right.
    fn wide(x: f64) -> (f64, bool);
}

/// A function of two values with a form without branches.
pub(super) trait WideZip {
    /// The value, and whether it is right.
    fn wide(x: f64, y: f64) -> (f64, bool);
}

/// Says which function of one value is the form without branches of which operation.
macro_rules! wide {
    ($($op:ident $f:ident)*) => {$(
        impl Wide for op::$op {
            #[inline(always)]
            fn wide(x: f64) -> (f64, bool) {
                $f(x)
            }
        }
    )*};
}
pub(super) use wide;

wide! {
    Exp exp  Expm1 expm1  Log log  Log2 log2  Log10 log10  Log1p log1p  Sin sin  Cos cos
    Tanh tanh  Arctan atan
}

impl WideZip for op::Pow {
    #[inline(always)]
    fn wide(x: f64, y: f64) -> (f64, bool) {
        pow(x, y)
    }
}

/// The least positive number whose upper half is `word`: what is compared by its upper half is
/// below it or not.
pub(super) const fn from_high(word: u32) -> f64 {
    f64::from_bits((word as u64) << 32)
}

/// The number without the lower half of its bits.
#[inline(always)]
pub(super) fn high_half(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & 0xFFFF_FFFF_0000_0000)
}

/// Adding it leaves a whole number in the last bits, and what is no whole number rounded.
const ROUND: f64 = 1.5 / f64::EPSILON;

/// 2ᵏ, a normal number, for a whole number `k`.
#[inline(always)]
fn power_of_two(k: f64) -> f64 {
    f64::from_bits((k + (ROUND + 1023.0)).to_bits() << 52)
}

/// The power of two of a positive normal number with these upper bits.
#[inline(always)]
fn exponent(upper: u64) -> f64 {
    // A whole number below 2⁵² is the end of this float: taking the rest off converts it.
    const TO_FLOAT: f64 = 1.0 / f64::EPSILON;
    f64::from_bits(upper | TO_FLOAT.to_bits()) - (TO_FLOAT + 1023.0)
}

/// The whole part of a number below 2³¹. Registers have conversions of their own for it, but not at
/// every level, and not without a look at what is out of range.
#[inline(always)]
fn whole_part(x: f64) -> f64 {
    let nearest = (x + ROUND) - ROUND;
    if nearest.abs() > x.abs() { nearest - 1.0_f64.copysign(x) } else { nearest }
}

/// Whether the sign bit is set, as a bit in its place.
#[inline(always)]
fn sign_bit(x: f64) -> u64 {
    x.to_bits() & (1 << 63)
}

/// `y` with the sign of `x` put upon it.
#[inline(always)]
pub(super) fn signed(y: f64, x: f64) -> f64 {
    f64::from_bits(y.to_bits() ^ sign_bit(x))
}

/// A right angle, and what it lacks; half of it likewise.
pub(super) const RIGHT_ANGLE: f64 = std::f64::consts::FRAC_PI_2;
pub(super) const RIGHT_ANGLE_LOW: f64 = f64::from_bits(0x3C91_A626_3314_5C07);
pub(super) const HALF_ANGLE: f64 = std::f64::consts::FRAC_PI_4;
pub(super) const HALF_ANGLE_LOW: f64 = f64::from_bits(0x3C81_A626_3314_5C07);

const LN2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
const LN2_LOW: f64 = f64::from_bits(0x3DEA_39EF_3579_3C76);
const INVERSE_LN2: f64 = f64::from_bits(0x3FF7_1547_652B_82FE);
/// Half of ln 2, by its upper half.
const HALF_LN2: f64 = from_high(0x3FD6_2E43);

/// How often ln 2 is in `x`, to the nearest; 0 below half of it.
#[inline(always)]
fn times_ln2(x: f64) -> f64 {
    let k = whole_part(INVERSE_LN2 * x + 0.5_f64.copysign(x));
    if x.abs() < HALF_LN2 { 0.0 } else { k }
}

/// `r c(r)` of both exponentials: `e^r = 1 + r + r c / (2 - c)`.
#[inline(always)]
fn exp_series(r: f64) -> f64 {
    const P: [f64; 5] = [
        f64::from_bits(0x3FC5_5555_5555_553E),
        f64::from_bits(0xBF66_C16C_16BE_BD93),
        f64::from_bits(0x3F11_566A_AF25_DE2C),
        f64::from_bits(0xBEBB_BD41_C5D2_6BF1),
        f64::from_bits(0x3E66_3769_72BE_A4D0),
    ];
    let z = r * r;
    r - z * (P[0] + z * (P[1] + z * (P[2] + z * (P[3] + z * P[4]))))
}

#[inline(always)]
pub(super) fn exp(x: f64) -> (f64, bool) {
    // Neither end is reached by what is not normal.
    let right = x.abs() < 708.0;
    let x = if right { x } else { 0.0 };
    let k = times_ln2(x);
    let high = x - k * LN2_HIGH;
    let low = k * LN2_LOW;
    let r = high - low;
    let c = exp_series(r);
    let y = 1.0 + (r * c / (2.0 - c) - low + high);
    let y = if x.abs() < from_high(0x3E30_0001) { 1.0 + x } else { y };
    (y * power_of_two(k), right)
}

#[inline(always)]
pub(super) fn expm1(x: f64) -> (f64, bool) {
    const Q: [f64; 5] = [
        f64::from_bits(0xBFA1_1111_1111_10F4),
        f64::from_bits(0x3F5A_01A0_19FE_5585),
        f64::from_bits(0xBF14_CE19_9EAA_DBB7),
        f64::from_bits(0x3ED0_CFCA_86E6_5239),
        f64::from_bits(0xBE8A_FDB7_6E09_C32D),
    ];
    // 56 times ln 2: beyond it there is one form more.
    let right = x.abs() < from_high(0x4043_687A);
    let x = if right { x } else { 0.0 };
    let k = times_ln2(x);
    let high = x - k * LN2_HIGH;
    let low = k * LN2_LOW;
    let r = high - low;
    let c = (high - r) - low;
    let half = 0.5 * r;
    let square = r * half;
    let r1 =
        1.0 + square * (Q[0] + square * (Q[1] + square * (Q[2] + square * (Q[3] + square * Q[4]))));
    let t = 3.0 - r1 * half;
    let e = square * ((r1 - t) / (6.0 - r * t));
    let e = r * (e - c) - c;
    let e = e - square;
    let (up, down) = (power_of_two(k), power_of_two(-k));
    let below = (r - e + 1.0) * up - 1.0;
    let few = (r - e + (1.0 - down)) * up;
    let many = (r - (e + down) + 1.0) * up;
    let one = if r < -0.25 { -2.0 * (e - (r + 0.5)) } else { 1.0 + 2.0 * (r - e) };
    let y = if k < 20.0 { few } else { many };
    let y = if k < 0.0 { below } else { y };
    let y = if k == -1.0 { 0.5 * (r - e) - 0.5 } else { y };
    let y = if k == 0.0 { r - e } else { y };
    let y = if k == 1.0 { one } else { y };
    (if x.abs() < from_high(0x3C90_0000) { x } else { y }, right)
}

#[inline(always)]
fn tanh(x: f64) -> (f64, bool) {
    let a = x.abs();
    let (large, middle) = (a >= from_high(0x3FE1_93EB), a >= from_high(0x3FD0_58AF));
    // By its sign bit: a choice between two exponentials would be computed as both.
    let below = u64::from(!middle) << 63;
    let (t, right) = expm1(f64::from_bits((2.0 * a).to_bits() ^ below));
    let over = if large { 2.0 } else { f64::from_bits(t.to_bits() ^ below) };
    let part = over / (t + 2.0);
    let y = if large { 1.0 - part } else { part };
    let at_its_end = a >= from_high(0x4034_0001);
    let y = if at_its_end { 1.0 } else { y };
    let normal = (a >= f64::MIN_POSITIVE) | (a == 0.0);
    (signed(y, x), (right & normal) | at_its_end)
}

/// `x = 2ᵏ (1 + f)` with `1 + f` from √½ to √2: `k` and `f`, for positive normal numbers.
#[inline(always)]
fn split(x: f64) -> (f64, f64) {
    const LEAST: u64 = 0x3FE6_A09E << 32;
    const ONE: u64 = 0x3FF0_0000 << 32;
    let bits = x.to_bits().wrapping_add(ONE - LEAST);
    let k = exponent(bits >> 52);
    let rest = (bits & 0x000F_FFFF_FFFF_FFFF) + LEAST;
    (k, f64::from_bits(rest) - 1.0)
}

/// Half of the square of `f`, and `s (f²/2 + R)`: the logarithm of `1 + f` is `f` less the one and
/// more the other.
#[inline(always)]
fn log_series(f: f64) -> (f64, f64) {
    const L: [f64; 7] = [
        f64::from_bits(0x3FE5_5555_5555_5593),
        f64::from_bits(0x3FD9_9999_9997_FA04),
        f64::from_bits(0x3FD2_4924_9422_9359),
        f64::from_bits(0x3FCC_71C5_1D8E_78AF),
        f64::from_bits(0x3FC7_4664_96CB_03DE),
        f64::from_bits(0x3FC3_9A09_D078_C69F),
        f64::from_bits(0x3FC2_F112_DF3E_5244),
    ];
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (L[1] + w * (L[3] + w * L[5]));
    let odd = z * (L[0] + w * (L[2] + w * (L[4] + w * L[6])));
    (half_square, s * (half_square + (odd + even)))
}

/// Positive and normal.
#[inline(always)]
fn has_log(x: f64) -> bool {
    (x >= f64::MIN_POSITIVE) & (x < f64::INFINITY)
}

#[inline(always)]
pub(super) fn log(x: f64) -> (f64, bool) {
    let (k, f) = split(x);
    let (half_square, rest) = log_series(f);
    (rest + k * LN2_LOW - half_square + f + k * LN2_HIGH, has_log(x))
}

#[inline(always)]
pub(super) fn log1p(x: f64) -> (f64, bool) {
    let right = (x > -1.0) & (x < f64::INFINITY);
    let u = 1.0 + x;
    let (k, f) = split(u);
    // What was lost when 1 was added.
    let lost = if k >= 2.0 { 1.0 - (u - x) } else { x - (u - 1.0) };
    let lost = if k < 54.0 { lost / u } else { 0.0 };
    let near = (x > -from_high(0x3FD2_BEC5)) & (x < from_high(0x3FDA_827A));
    let (k, f, lost) = if near { (0.0, x, 0.0) } else { (k, f, lost) };
    let (half_square, rest) = log_series(f);
    let y = rest + (k * LN2_LOW + lost) - half_square + f + k * LN2_HIGH;
    (if x.abs() < from_high(0x3CA0_0000) { x } else { y }, right)
}

/// `k`, and the logarithm of `1 + f` in two parts.
#[inline(always)]
fn log_in_parts(x: f64) -> (f64, f64, f64) {
    let (k, f) = split(x);
    let (half_square, rest) = log_series(f);
    let high = high_half(f - half_square);
    (k, high, f - high - half_square + rest)
}

/// The sum of three numbers, the first the greatest.
#[inline(always)]
fn sum(y: f64, high: f64, low: f64) -> f64 {
    let w = y + high;
    low + ((y - w) + high) + w
}

#[inline(always)]
fn log2(x: f64) -> (f64, bool) {
    const INVERSE_HIGH: f64 = f64::from_bits(0x3FF7_1547_6520_0000);
    const INVERSE_LOW: f64 = f64::from_bits(0x3DE7_05FC_2EEF_A200);
    let (k, high, low) = log_in_parts(x);
    let y = sum(k, high * INVERSE_HIGH, (low + high) * INVERSE_LOW + low * INVERSE_HIGH);
    (y, has_log(x))
}

#[inline(always)]
fn log10(x: f64) -> (f64, bool) {
    const INVERSE_HIGH: f64 = f64::from_bits(0x3FDB_CB7B_1520_0000);
    const INVERSE_LOW: f64 = f64::from_bits(0x3DBB_9438_CA9A_ADD5);
    const LOG_2_HIGH: f64 = f64::from_bits(0x3FD3_4413_509F_6000);
    const LOG_2_LOW: f64 = f64::from_bits(0x3D59_FEF3_11F1_2B36);
    let (k, high, low) = log_in_parts(x);
    let low = k * LOG_2_LOW + (low + high) * INVERSE_LOW + low * INVERSE_HIGH;
    (sum(k * LOG_2_HIGH, high * INVERSE_HIGH, low), has_log(x))
}

/// An angle less the nearest multiple of a right one, in two parts.
pub(super) struct Turned {
    pub(super) high: f64,
    pub(super) low: f64,
    /// How many right angles; the last two bits are those of the number.
    pub(super) turns: u64,
    pub(super) right: bool,
}

#[inline(always)]
pub(super) fn turned(x: f64) -> Turned {
    const INVERSE: f64 = f64::from_bits(0x3FE4_5F30_6DC9_C883);
    const RIGHT_ANGLE: f64 = f64::from_bits(0x3FF9_21FB_5440_0000);
    const ITS_END: f64 = f64::from_bits(0x3DD0_B461_1A62_6331);
    let a = x.abs();
    // Up to nine eighths of a circle the quarters are told by bounds.
    let more = |bound: u32| if a < from_high(bound) { 0.0_f64 } else { 1.0 };
    let few = 1.0 + more(0x4002_D97D) + more(0x400F_6A7B) + more(0x4015_FDBD);
    let n = (x * INVERSE + ROUND) - ROUND;
    let is_near = a < from_high(0x401C_463C);
    let n = if is_near { few.copysign(x) } else { n };
    let r = x - n * RIGHT_ANGLE;
    let w = n * ITS_END;
    let high = r - w;
    // Where nearly nothing is left, more places of the right angle are needed.
    let power = |x: f64| ((x.to_bits() >> 52) & 0x7FF) as i64;
    let enough = power(x) - power(high) <= 16;
    Turned {
        high,
        low: (r - high) - w,
        turns: (n + ROUND).to_bits(),
        right: (a < from_high(0x4139_21FB)) & enough,
    }
}

/// The sine of what is at most an eighth of a circle, `high + low`, and of `high` alone.
#[inline(always)]
fn sine(high: f64, low: f64) -> (f64, f64) {
    const S: [f64; 6] = [
        f64::from_bits(0xBFC5_5555_5555_5549),
        f64::from_bits(0x3F81_1111_1110_F8A6),
        f64::from_bits(0xBF2A_01A0_19C1_61D5),
        f64::from_bits(0x3EC7_1DE3_57B1_FE7D),
        f64::from_bits(0xBE5A_E5E6_8A2B_9CEB),
        f64::from_bits(0x3DE5_D93A_5ACF_D57C),
    ];
    let z = high * high;
    let w = z * z;
    let r = S[1] + z * (S[2] + z * S[3]) + z * w * (S[4] + z * S[5]);
    let v = z * high;
    (high - ((z * (0.5 * low - v * r) - low) - v * S[0]), high + v * (S[0] + z * r))
}

#[inline(always)]
fn cosine(high: f64, low: f64) -> f64 {
    const C: [f64; 6] = [
        f64::from_bits(0x3FA5_5555_5555_554C),
        f64::from_bits(0xBF56_C16C_16C1_5177),
        f64::from_bits(0x3EFA_01A0_19CB_1590),
        f64::from_bits(0xBE92_7E4F_809C_52AD),
        f64::from_bits(0x3E21_EE9E_BDB4_B1C4),
        f64::from_bits(0xBDA8_FAE9_BE88_38D4),
    ];
    let z = high * high;
    let w = z * z;
    let r = z * (C[0] + z * (C[1] + z * C[2])) + w * w * (C[3] + z * (C[4] + z * C[5]));
    let half = 0.5 * z;
    let w = 1.0 - half;
    w + (((1.0 - w) - half) + (z * r - high * low))
}

/// At most an eighth of a circle.
pub(super) const EIGHTH: f64 = from_high(0x3FE9_21FC);

#[inline(always)]
fn sin(x: f64) -> (f64, bool) {
    let small = x.abs() < EIGHTH;
    let Turned { high, low, turns, right } = turned(x);
    let (high, low) = if small { (x, 0.0) } else { (high, low) };
    let (of_both, of_high) = sine(high, low);
    let y = if turns & 1 == 1 { cosine(high, low) } else { of_both };
    let y = f64::from_bits(y.to_bits() ^ ((turns & 2) << 62));
    let y = if small { of_high } else { y };
    (if x.abs() < from_high(0x3E50_0000) { x } else { y }, right | small)
}

#[inline(always)]
fn cos(x: f64) -> (f64, bool) {
    let small = x.abs() < EIGHTH;
    let Turned { high, low, turns, right } = turned(x);
    let (high, low, turns) = if small { (x, 0.0, 0) } else { (high, low, turns) };
    let y = if turns & 1 == 1 { sine(high, low).0 } else { cosine(high, low) };
    let y = f64::from_bits(y.to_bits() ^ (((turns + 1) & 2) << 62));
    (if x.abs() < from_high(0x3E46_A09E) { 1.0 } else { y }, right | small)
}

#[inline(always)]
fn atan(x: f64) -> (f64, bool) {
    const T: [f64; 11] = [
        f64::from_bits(0x3FD5_5555_5555_550D),
        f64::from_bits(0xBFC9_9999_9998_EBC4),
        f64::from_bits(0x3FC2_4924_9200_83FF),
        f64::from_bits(0xBFBC_71C6_FE23_1671),
        f64::from_bits(0x3FB7_45CD_C54C_206E),
        f64::from_bits(0xBFB3_B0F2_AF74_9A6D),
        f64::from_bits(0x3FB1_0D66_A0D0_3D51),
        f64::from_bits(0xBFAD_DE2D_52DE_FD9A),
        f64::from_bits(0x3FA9_7B4B_2476_0DEB),
        f64::from_bits(0xBFA2_B444_2C6A_6C2F),
        f64::from_bits(0x3F90_AD3A_E322_DA11),
    ];
    /// The arctangents of ½, 1, 1½ and infinity, and what they lack.
    const KNOWN: [(f64, f64); 4] = [
        (f64::from_bits(0x3FDD_AC67_0561_BB4F), f64::from_bits(0x3C7A_2B7F_222F_65E2)),
        (HALF_ANGLE, HALF_ANGLE_LOW),
        (f64::from_bits(0x3FEF_730B_D281_F69B), f64::from_bits(0x3C70_0788_7AF0_CBBD)),
        (RIGHT_ANGLE, RIGHT_ANGLE_LOW),
    ];
    let a = x.abs();
    let plain = a < from_high(0x3FDC_0000);
    let (over, under, (high, low)) = if a < from_high(0x3FE6_0000) {
        (2.0 * a - 1.0, 2.0 + a, KNOWN[0])
    } else if a < from_high(0x3FF3_0000) {
        (a - 1.0, a + 1.0, KNOWN[1])
    } else if a < from_high(0x4003_8000) {
        (a - 1.5, 1.0 + 1.5 * a, KNOWN[2])
    } else {
        (-1.0, a, KNOWN[3])
    };
    let r = if plain { x } else { over / under };
    let z = r * r;
    let w = z * z;
    let odd = z * (T[0] + w * (T[2] + w * (T[4] + w * (T[6] + w * (T[8] + w * T[10])))));
    let even = w * (T[1] + w * (T[3] + w * (T[5] + w * (T[7] + w * T[9]))));
    let rest = r * (odd + even);
    let far = high - (rest - low - r);
    let y = if plain { r - rest } else { signed(far, x) };
    (if a < from_high(0x3E40_0000) { x } else { y }, a < from_high(0x4410_0000))
}

/// Powers of positive normal numbers by exponents that have no form of their own.
#[inline(always)]
fn pow(x: f64, y: f64) -> (f64, bool) {
    const L: [f64; 6] = [
        f64::from_bits(0x3FE3_3333_3333_3303),
        f64::from_bits(0x3FDB_6DB6_DB6F_ABFF),
        f64::from_bits(0x3FD5_5555_518F_264D),
        f64::from_bits(0x3FD1_7460_A91D_4101),
        f64::from_bits(0x3FCD_864A_93C9_DB65),
        f64::from_bits(0x3FCA_7E28_4A45_4EEF),
    ];
    const SCALE: f64 = f64::from_bits(0x3FEE_C709_DC3A_03FD);
    const SCALE_HIGH: f64 = f64::from_bits(0x3FEE_C709_E000_0000);
    const SCALE_LOW: f64 = f64::from_bits(0xBE3E_2FE0_145B_01F5);
    const LOG_HIGH: f64 = f64::from_bits(0x3FE2_B803_4000_0000);
    const LOG_LOW: f64 = f64::from_bits(0x3E4C_FDEB_43CF_D006);
    const LN2: f64 = f64::from_bits(0x3FE6_2E42_FEFA_39EF);
    const UPPER: f64 = f64::from_bits(0x3FE6_2E43_0000_0000);
    const LOWER: f64 = f64::from_bits(0xBE20_5C61_0CA8_6C39);
    const FRACTION: u64 = 0x000F_FFFF_FFFF_FFFF;
    const ONE: u64 = 0x3FF0_0000_0000_0000;

    let b = y.abs();
    let special = (b == 0.0) | (b == 1.0) | (y == 2.0) | (y == 0.5);
    let right = has_log(x) & (x != 1.0) & (b < from_high(0x41E0_0000)) & !special;
    let (x, y) = if right { (x, y) } else { (1.5, 1.5) };

    // x = 2ⁿ a, and a is near 1 or 1½.
    let fraction = x.to_bits() & FRACTION;
    let word = fraction >> 32;
    let (near_half, near_two) = ((word > 0x3_988E) & (word < 0xB_B67A), word >= 0xB_B67A);
    let more = u64::from(near_two);
    let n = exponent((x.to_bits() >> 52) + more);
    let a = f64::from_bits((fraction | ONE) - (more << 52));
    let base = if near_half { 1.5 } else { 1.0 };
    let (log_high, log_low) = if near_half { (LOG_HIGH, LOG_LOW) } else { (0.0, 0.0) };

    // The logarithm of x to the base 2, as t1 + t2.
    let u = a - base;
    let v = 1.0 / (a + base);
    let s = u * v;
    let s_high = high_half(s);
    let a_word = (a.to_bits() >> 33) | 0x2000_0000;
    let t_high = f64::from_bits((a_word + 0x0008_0000 + (u64::from(near_half) << 18)) << 32);
    let t_low = a - (t_high - base);
    let s_low = v * ((u - s_high * t_high) - s_high * t_low);
    let square = s * s;
    let series = L[2] + square * (L[3] + square * (L[4] + square * L[5]));
    let r = square * square * (L[0] + square * (L[1] + square * series));
    let r = r + s_low * (s_high + s);
    let square = s_high * s_high;
    let t_high = high_half(3.0 + square + r);
    let t_low = r - ((t_high - 3.0) - square);
    let u = s_high * t_high;
    let v = s_low * t_high + t_low * s;
    let p_high = high_half(u + v);
    let p_low = v - (p_high - u);
    let z_high = SCALE_HIGH * p_high;
    let z_low = SCALE_LOW * p_high + p_low * SCALE + log_low;
    let t1 = high_half(((z_high + z_low) + log_high) + n);
    let t2 = z_low - (((t1 - n) - log_high) - z_high);

    // y times it, as a whole number and a rest of at most ½.
    let y_high = high_half(y);
    let p_low = (y - y_high) * t1 + y * t2;
    let p_high = y_high * t1;
    let z = p_low + p_high;
    let normal = z.abs() < 1021.0;
    let z = if normal { z } else { 0.0 };
    // The upper half decides, so that adding a half is exact.
    let whole = whole_part(high_half(z.abs()) + 0.5);
    let whole = if z.abs() < from_high(0x3FE0_0001) { 0.0 } else { whole };
    let whole = whole.copysign(z);
    let p_high = p_high - whole;

    // 2 to the rest.
    let t = high_half(p_low + p_high);
    let u = t * UPPER;
    let v = (p_low - (t - p_high)) * LN2 + t * LOWER;
    let z = u + v;
    let w = v - (z - u);
    let c = exp_series(z);
    let r = (z * c) / (c - 2.0) - (w + z * w);
    ((1.0 - (r - z)) * power_of_two(whole), right & normal)
}
