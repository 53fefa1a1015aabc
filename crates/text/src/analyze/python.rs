//! Characters as Python has them: what `\w` matches, what `str.lower` gives, what is a space.
//!
//! Rust's own idea of a letter has the marks of Indic scripts and circled letters in it, and regular
//! expressions of other kinds have others: counts that shall equal scikit-learn's need Python's.

use super::word_chars::EDGES;

/// Beyond the last word character.
const N_CODES: usize = {
    let last = EDGES[EDGES.len() - 1] as usize;
    last.next_multiple_of(64)
};

/// A bit for every code point up to the last word character.
static WORD_BITS: [u64; N_CODES / 64] = word_bits();

#[expect(clippy::large_stack_arrays, reason = "it is evaluated by the compiler")]
const fn word_bits() -> [u64; N_CODES / 64] {
    let mut bits = [0; N_CODES / 64];
    let ascii = [(b'0', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z')];
    let mut run = 0;
    while run < ascii.len() {
        set(&mut bits, ascii[run].0 as usize, ascii[run].1 as usize + 1);
        run += 1;
    }
    let mut edge = 0;
    while edge < EDGES.len() {
        set(&mut bits, EDGES[edge] as usize, EDGES[edge + 1] as usize);
        edge += 2;
    }
    bits
}

const fn set(bits: &mut [u64; N_CODES / 64], start: usize, end: usize) {
    let mut at = start;
    while at < end {
        if at.is_multiple_of(64) && at + 64 <= end {
            bits[at / 64] = u64::MAX;
            at += 64;
        } else {
            bits[at / 64] |= 1 << (at % 64);
            at += 1;
        }
    }
}

/// Whether `\w` matches: letters, numbers and the underscore; no combining marks.
#[inline]
pub(super) fn is_word(c: char) -> bool {
    let code = c as usize;
    code < N_CODES && WORD_BITS[code / 64] >> (code % 64) & 1 == 1
}

/// Whether `\s` matches: white space, and the four separators of ASCII.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// Whether `c`, which is not ASCII, may change in lower case: punctuation and many scripts have no
/// cases.
#[inline]
pub(super) fn may_have_case(c: char) -> bool {
    !matches!(
        c,
        ..'\u{c0}' | '\u{2000}'..='\u{20ff}' | '\u{2e80}'..='\u{a63f}' | '\u{ac00}'..='\u{fa6f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_numbers_are_word_characters_and_marks_are_not() {
        for c in "azAZ09_éßſǅ\u{aa}٣²½Ⅷ中あᄀ가ก𝔸𐐀\u{3134a}".chars() {
            assert!(is_word(c), "{c:?}");
        }
        let others =
            " -'.\u{0}\u{7f}\u{a0}\u{301}\u{93f}\u{ad}ⓐ€\u{200d}😀\u{1f1e6}\u{e0100}\u{10ffff}";
        for c in others.chars() {
            assert!(!is_word(c), "{c:?}");
        }
    }

    #[test]
    fn spaces_are_pythons() {
        let spaces: Vec<u32> =
            (0..0x3001).filter(|&c| char::from_u32(c).is_some_and(is_space)).collect();
        let expected: Vec<u32> = [
            (0x9..=0xd),
            (0x1c..=0x20),
            (0x85..=0x85),
            (0xa0..=0xa0),
            (0x1680..=0x1680),
            (0x2000..=0x200a),
            (0x2028..=0x2029),
            (0x202f..=0x202f),
            (0x205f..=0x205f),
            (0x3000..=0x3000),
        ]
        .into_iter()
        .flatten()
        .collect();
        assert_eq!(spaces, expected);
    }
}
