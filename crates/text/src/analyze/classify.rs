//! Which bytes of ASCII belong to words, many at once.
#![allow(
    unsafe_code,
    reason = "instructions for many bytes are called within a function made for them"
)]

use super::scan::{Case, HIGH};

/// The lowest bit of every byte.
const ONES: u64 = 0x0101_0101_0101_0101;
/// Bytes classified at once.
pub(super) const BLOCK: usize = 64;

/// Writes the lower case of `block`, which is ASCII, to `out`; a bit for every byte that belongs to a
/// word.
#[inline]
pub(super) fn classify(block: &[u8; BLOCK], out: &mut [u8; BLOCK], case: Case) -> u64 {
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
fn sixteens(block: &[u8; BLOCK], out: &mut [u8; BLOCK], case: Case) -> u64 {
    use std::arch::x86_64::{
        __m128i, _mm_and_si128, _mm_cmpeq_epi8, _mm_cmpgt_epi8, _mm_cvtsi128_si64,
        _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8, _mm_unpackhi_epi64,
    };
    // Bytes of ASCII are the same as signed numbers, which are what can be compared.
    let all = |byte: u8| _mm_set1_epi8(byte as i8);
    let between = |bytes: __m128i, first: u8, last: u8| {
        let is_not_before = _mm_cmpgt_epi8(bytes, all(first - 1));
        _mm_and_si128(is_not_before, _mm_cmpgt_epi8(all(last + 1), bytes))
    };
    let mut bits = 0;
    let sixteens = block.as_chunks::<16>().0.iter().zip(out.as_chunks_mut::<16>().0);
    for (at, (bytes, out)) in sixteens.enumerate() {
        let both = u128::from_le_bytes(*bytes);
        let bytes = _mm_set_epi64x((both >> 64) as i64, both as i64);
        let letters = between(_mm_or_si128(bytes, all(0x20)), b'a', b'z');
        let others = _mm_or_si128(between(bytes, b'0', b'9'), _mm_cmpeq_epi8(bytes, all(b'_')));
        let words = _mm_movemask_epi8(_mm_or_si128(letters, others));
        bits |= u64::from(words as u16) << (16 * at);
        // Small letters have the bit already.
        let lower = _mm_or_si128(bytes, _mm_and_si128(letters, all(case.bit())));
        let low = _mm_cvtsi128_si64(lower) as u64;
        let high = _mm_cvtsi128_si64(_mm_unpackhi_epi64(lower, lower)) as u64;
        *out = (u128::from(high) << 64 | u128::from(low)).to_le_bytes();
    }
    bits
}

/// As [`classify`], on any processor.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline]
fn single_bytes(block: &[u8; BLOCK], out: &mut [u8; BLOCK], case: Case) -> u64 {
    let mut is_word = [0_u8; BLOCK];
    for ((&byte, out), is_word) in block.iter().zip(&mut *out).zip(&mut is_word) {
        let is_upper = byte.wrapping_sub(b'A') < 26;
        *out = byte | (u8::from(is_upper) * case.bit());
        let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let is_digit = byte.wrapping_sub(b'0') < 10;
        *is_word = u8::from(is_letter) | u8::from(is_digit) | u8::from(byte == b'_');
    }
    let mut bits = 0;
    for (at, eight) in is_word.as_chunks::<8>().0.iter().enumerate() {
        bits |= gather(u64::from_le_bytes(*eight)) << (8 * at);
    }
    bits
}

/// As [`classify`], for eight bytes of ASCII in one register.
#[inline]
pub(super) fn classify_eight(eight: u64, case: Case) -> (u64, u64) {
    // With bytes below 128 the upper bit of `byte + (128 - x)` tells whether the byte is `x` or more,
    // and nothing is carried.
    let at_least = |bytes: u64, x: u8| bytes + ONES * u64::from(128 - x);
    let between =
        |bytes: u64, first: u8, last: u8| at_least(bytes, first) & !at_least(bytes, last + 1);
    let upper = between(eight, b'A', b'Z') & HIGH;
    let lower = eight | (upper >> 2);
    let words =
        between(lower, b'a', b'z') | between(eight, b'0', b'9') | between(eight, b'_', b'_');
    (if case == Case::Lower { lower } else { eight }, gather((words & HIGH) >> 7))
}

/// The lowest bits of eight bytes as one byte, the first byte's the lowest.
fn gather(ones: u64) -> u64 {
    // Byte `i` is added `7 i` bits higher, so that all lowest bits meet in the highest byte; no two
    // of the products share a bit, so that nothing is carried.
    ones.wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_of_ascii_is_classified_alike_at_every_width() {
        for case in [Case::Lower, Case::AsWritten] {
            for byte in 0..128_u8 {
                let (lower, words) = classify_eight(ONES * u64::from(byte), case);
                let mut out = [0; BLOCK];
                let bits = classify(&[byte; BLOCK], &mut out, case);
                let mut plain = [0; BLOCK];
                assert_eq!(single_bytes(&[byte; BLOCK], &mut plain, case), bits, "{byte}");
                assert_eq!(plain, out, "{byte}");
                assert_eq!((lower.to_le_bytes(), words), ([out[0]; 8], bits & 0xff), "{byte}");
                let expected = if case == Case::Lower { byte.to_ascii_lowercase() } else { byte };
                let is_word = byte.is_ascii_alphanumeric() || byte == b'_';
                assert_eq!(
                    (out[63], bits),
                    (expected, if is_word { u64::MAX } else { 0 }),
                    "{byte}"
                );
            }
        }
    }

    #[test]
    fn every_place_of_a_block_has_its_own_bit() {
        let block: [u8; BLOCK] = std::array::from_fn(|at| b"aZ 5_-"[at * at % 6]);
        let (mut out, mut plain) = ([0; BLOCK], [0; BLOCK]);
        let bits = classify(&block, &mut out, Case::Lower);
        assert_eq!(bits, single_bytes(&block, &mut plain, Case::Lower));
        assert_eq!(out, plain);
        for (at, byte) in block.into_iter().enumerate() {
            let is_word = byte.is_ascii_alphanumeric() || byte == b'_';
            assert_eq!(bits >> at & 1 == 1, is_word, "{at}");
        }
    }
}
