//! Runs of word characters, as Python's `re` knows them.

use super::python::{is_word, may_have_case};
use super::scan::{Case, HIGH, Part, Piece, Rules, pieces};
use super::scratch::Span;

/// Characters as Python has them.
pub(super) struct PythonRules {
    pub(super) case: Case,
    pub(super) has_singles: bool,
}

/// Gives `each` every run of `min_chars` word characters or more, piece by piece.
pub(super) fn each(
    text: &str,
    (min_chars, rules): (usize, &PythonRules),
    (piece, spans): (&mut Piece, &mut Vec<Span>),
    mut each: impl FnMut(&[u8], &[Span]),
) {
    let min_bytes = u32::try_from(min_chars).unwrap_or(u32::MAX);
    pieces(text, piece, rules, |piece| {
        let (text, runs) = (piece.text(), piece.runs());
        // The scanner leaves single bytes out where they are not wanted.
        if piece.is_ascii() && min_chars <= 2 {
            each(text, runs);
            return;
        }
        spans.clear();
        if piece.is_ascii() {
            spans.extend(runs.iter().filter(|[start, end]| end - start >= min_bytes));
        } else {
            spans.extend(runs.iter().filter(|&&[start, end]| {
                end - start >= min_bytes
                    && has_chars(text, (start as usize, end as usize), min_chars)
            }));
        }
        each(text, spans);
    });
}

/// Whether Python may know another case of `c`: letters that are newer than its Unicode have none.
fn has_case(c: char) -> bool {
    may_have_case(c) && (is_word(c) || ('\u{24b6}'..='\u{24cf}').contains(&c))
}

/// Whether `text[start..end]`, which has as many bytes, has `min` characters or more.
#[inline]
fn has_chars(text: &[u8], (start, end): (usize, usize), min: usize) -> bool {
    let len = end - start;
    if len >= 8 {
        return len >= 4 * min || n_chars(&text[start..end]) >= min;
    }
    let eight: [u8; 8] = text[start..start + 8].try_into().expect("a slice of this length");
    let is_ascii = u64::from_le_bytes(eight) & HIGH & !(u64::MAX << (8 * len)) == 0;
    is_ascii || n_chars(&text[start..end]) >= min
}

fn n_chars(utf8: &[u8]) -> usize {
    utf8.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}

impl Rules for PythonRules {
    fn put(&self, c: char, piece: &mut Piece) {
        if self.case == Case::Lower && has_case(c) {
            for lower in c.to_lowercase() {
                piece.push(lower, Part::when(|| is_word(lower)));
            }
        } else {
            piece.push(c, Part::when(|| is_word(c)));
        }
    }

    fn case(&self) -> Case {
        self.case
    }

    fn has_singles(&self) -> bool {
        self.has_singles
    }

    /// A capital sigma has two lower cases, by what stands around it.
    fn prepare(&self, text: &str) -> Option<String> {
        (self.case == Case::Lower && text.contains('Σ')).then(|| text.to_lowercase())
    }
}
