//! Which bytes belong to words, many at once.
#![allow(
    unsafe_code,
    reason = "instructions for many bytes are called within a function made for them"
)]

use super::scan::Case;

/// Bytes classified at once.
pub(super) const BLOCK: usize = 64;

/// What is told of the bytes of a block, a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Masks {
    /// Those of ASCII that belong to words.
    pub(super) words: u64,
    /// Those that are not ASCII.
    pub(super) high: u64,
}

/// Writes `block` to `out`, its capitals of ASCII in lower case, and tells its bytes apart.
#[inline]
pub(super) fn classify(block: &[u8; BLOCK], out: &mut [u8; BLOCK], case: Case) -> Masks {
    #[cfg(target_arch = "x86_64")]
    {
        // SAFETY: the only condition of `sixteens` is SSE2, which every x86-64 processor has.
        unsafe { sixteens(block, out, case) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        single_bytes(block, out, case)
    }
}

/// As [`classify`], sixteen bytes at once.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse2")]
#[inline]
fn sixteens(block: &[u8; BLOCK], out: &mut [u8; BLOCK], case: Case) -> Masks {
    use std::arch::x86_64::{
        __m128i, _mm_and_si128, _mm_cmpeq_epi8, _mm_cmpgt_epi8, _mm_cvtsi128_si64,
        _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8, _mm_unpackhi_epi64,
    };
    // As signed numbers, which are what can be compared, bytes outside ASCII come before all others.
    let all = |byte: u8| _mm_set1_epi8(byte as i8);
    let between = |bytes: __m128i, first: u8, last: u8| {
        let is_not_before = _mm_cmpgt_epi8(bytes, all(first - 1));
        _mm_and_si128(is_not_before, _mm_cmpgt_epi8(all(last + 1), bytes))
    };
    let mut masks = Masks { words: 0, high: 0 };
    let sixteens = block.as_chunks::<16>().0.iter().zip(out.as_chunks_mut::<16>().0);
    for (at, (bytes, out)) in sixteens.enumerate() {
        let both = u128::from_le_bytes(*bytes);
        let bytes = _mm_set_epi64x((both >> 64) as i64, both as i64);
        let letters = between(_mm_or_si128(bytes, all(0x20)), b'a', b'z');
        let others = _mm_or_si128(between(bytes, b'0', b'9'), _mm_cmpeq_epi8(bytes, all(b'_')));
        let words = _mm_movemask_epi8(_mm_or_si128(letters, others));
        masks.words |= u64::from(words as u16) << (16 * at);
        masks.high |= u64::from(_mm_movemask_epi8(bytes) as u16) << (16 * at);
        // Small letters have the bit already.
        let lower = _mm_or_si128(bytes, _mm_and_si128(letters, all(case.bit())));
        let low = _mm_cvtsi128_si64(lower) as u64;
        let high = _mm_cvtsi128_si64(_mm_unpackhi_epi64(lower, lower)) as u64;
        *out = (u128::from(high) << 64 | u128::from(low)).to_le_bytes();
    }
    masks
}

/// As [`classify`], on any processor.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline]
fn single_bytes(block: &[u8; BLOCK], out: &mut [u8; BLOCK], case: Case) -> Masks {
    let mut is_word = [0_u8; BLOCK];
    for ((&byte, out), is_word) in block.iter().zip(&mut *out).zip(&mut is_word) {
        let is_upper = byte.wrapping_sub(b'A') < 26;
        *out = byte | (u8::from(is_upper) * case.bit());
        let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let is_digit = byte.wrapping_sub(b'0') < 10;
        *is_word = u8::from(is_letter) | u8::from(is_digit) | u8::from(byte == b'_');
    }
    Masks { words: gathered(&is_word), high: gathered(&block.map(|byte| byte >> 7)) }
}

/// The lowest bits of all bytes, which have no others, as one number.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn gathered(ones: &[u8; BLOCK]) -> u64 {
    let mut bits = 0;
    for (at, eight) in ones.as_chunks::<8>().0.iter().enumerate() {
        bits |= gather(u64::from_le_bytes(*eight)) << (8 * at);
    }
    bits
}

/// The lowest bits of eight bytes as one byte, the first byte's the lowest.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn gather(ones: u64) -> u64 {
    // Byte `i` is added `7 i` bits higher, so that all lowest bits meet in the highest byte; no two
    // of the products share a bit, so that nothing is carried.
    ones.wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_classified_alike_in_both_ways() {
        for case in [Case::Lower, Case::AsWritten] {
            for byte in 0..=255_u8 {
                let (mut out, mut plain) = ([0; BLOCK], [0; BLOCK]);
                let masks = classify(&[byte; BLOCK], &mut out, case);
                assert_eq!(single_bytes(&[byte; BLOCK], &mut plain, case), masks, "{byte}");
                assert_eq!(plain, out, "{byte}");
                let expected = if case == Case::Lower { byte.to_ascii_lowercase() } else { byte };
                let all_when = |holds: bool| if holds { u64::MAX } else { 0 };
                let words = all_when(byte.is_ascii_alphanumeric() || byte == b'_');
                let high = all_when(!byte.is_ascii());
                assert_eq!((out[63], masks), (expected, Masks { words, high }), "{byte}");
            }
        }
    }

    #[test]
    fn every_place_of_a_block_has_its_own_bit() {
        let block: [u8; BLOCK] = std::array::from_fn(|at| b"aZ 5_-\xe9"[at * at % 7]);
        let (mut out, mut plain) = ([0; BLOCK], [0; BLOCK]);
        let masks = classify(&block, &mut out, Case::Lower);
        assert_eq!(masks, single_bytes(&block, &mut plain, Case::Lower));
        assert_eq!(out, plain);
        for (at, byte) in block.into_iter().enumerate() {
            let is_word = byte.is_ascii_alphanumeric() || byte == b'_';
            assert_eq!(masks.words >> at & 1 == 1, is_word, "{at}");
            assert_eq!(masks.high >> at & 1 == 1, !byte.is_ascii(), "{at}");
        }
    }
}
