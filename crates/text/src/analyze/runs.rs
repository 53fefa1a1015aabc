//! Runs of word characters, as Python's `re` knows them.

use super::letters::Letters;
use super::python::{is_word, may_have_case};
use super::scan::{Case, Part, Piece, Rules, pieces};
use super::scratch::Span;

/// Characters as Python has them.
pub(super) struct PythonRules<'a> {
    pub(super) case: Case,
    pub(super) has_singles: bool,
    /// Those of this case, unless texts are of ASCII alone.
    pub(super) letters: &'a Letters,
}

/// The letters of [`PythonRules`].
pub(super) fn letters(case: Case) -> Letters {
    Letters::new(|c, _| in_place(c, case))
}

/// Gives `each` every run of `min_chars` word characters or more, piece by piece.
pub(super) fn each(
    text: &str,
    (min_chars, rules): (usize, &PythonRules),
    (piece, spans): (&mut Piece, &mut Vec<Span>),
    mut each: impl FnMut(&[u8], &[Span]),
) {
    pieces(text, piece, rules, |piece| {
        let (text, runs) = (piece.text(), piece.runs());
        // The scanner leaves single bytes out where they are not wanted.
        if min_chars < 2 || (piece.is_ascii() && min_chars == 2) {
            each(text, runs);
            return;
        }
        if spans.len() < runs.len() {
            spans.resize(runs.len(), [0; 2]);
        }
        let mut n_kept = 0;
        for &[start, end] in runs {
            spans[n_kept] = [start, end];
            n_kept += usize::from(has_chars(text, (start as usize, end as usize), min_chars));
        }
        each(text, &spans[..n_kept]);
    });
}

/// Whether Python may know another case of `c`: letters that are newer than its Unicode have none.
fn has_case(c: char) -> bool {
    may_have_case(c) && (is_word(c) || ('\u{24b6}'..='\u{24cf}').contains(&c))
}

/// Whether `text[start..end]`, of two bytes or more, has `min` characters or more.
#[inline]
fn has_chars(text: &[u8], (start, end): (usize, usize), min: usize) -> bool {
    let len = end - start;
    if min <= 2 && (text[start].is_ascii() || len > 4) {
        return true;
    }
    len >= 4 * min || (len >= min && n_chars(&text[start..end]) >= min)
}

fn n_chars(utf8: &[u8]) -> usize {
    utf8.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}

/// What becomes of `c` where that is one character of as many bytes.
fn in_place(c: char, case: Case) -> Option<(char, Part)> {
    let mut lower = c;
    if case == Case::Lower && has_case(c) {
        let mut all = c.to_lowercase();
        lower = all.next().filter(|lower| lower.len_utf8() == c.len_utf8())?;
        if all.next().is_some() {
            return None;
        }
    }
    Some((lower, Part::when(|| is_word(lower))))
}

impl Rules for PythonRules<'_> {
    fn put(&self, c: char, piece: &mut Piece) {
        if self.case == Case::Lower && has_case(c) {
            for lower in c.to_lowercase() {
                piece.push(lower, Part::when(|| is_word(lower)));
            }
        } else {
            piece.push(c, Part::when(|| is_word(c)));
        }
    }

    fn in_place(&self, c: char, _: Part) -> Option<(char, Part)> {
        in_place(c, self.case)
    }

    fn letters(&self) -> &Letters {
        self.letters
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
