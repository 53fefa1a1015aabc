//! Which terms a word stands for.

use std::cmp::Reverse;

use super::index::Index;
use super::terms::Term;

/// A term that a word stands for and how well, in sixteenths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Variant<'i> {
    pub(super) term: &'i Term,
    pub(super) factor: u32,
}

/// What an equal word counts.
pub(super) const EXACT: u32 = 16;
/// What one counts that has a letter more, at most.
const NEAR: u32 = 12;
/// What a word with a typing error counts.
const TYPO: u32 = 8;
const MAX_BEGINNINGS: usize = 32;
const MAX_TYPOS: usize = 8;
/// The largest index whose every term is tried.
const MAX_TERMS_TRIED: usize = 20_000;

impl Index {
    /// The terms that `word` stands for; from `least_start` characters on it may be the beginning of
    /// others.
    pub(super) fn variants(&self, word: &str, least_start: usize) -> Vec<Variant<'_>> {
        let n_chars = word.chars().count();
        let mut found = Vec::new();
        found.extend(self.term(word).map(|term| Variant { term, factor: EXACT }));
        if let Some(stem) = word.strip_suffix('s').filter(|_| n_chars >= 4) {
            found.extend(self.term(stem).map(|term| Variant { term, factor: NEAR }));
        }
        if n_chars >= least_start {
            let longer = self.beginning_with(word).iter().filter(|term| *term.text != *word);
            for term in most_frequent(longer, MAX_BEGINNINGS) {
                let part = EXACT * n_chars as u32 / term.text.chars().count() as u32;
                found.push(Variant { term, factor: part.clamp(1, NEAR) });
            }
        }
        if found.is_empty() && n_chars >= 4 {
            let first = word.chars().next().unwrap_or_default();
            let tried = match self.terms.all.len() {
                0..=MAX_TERMS_TRIED => &self.terms.all[..],
                _ => self.beginning_with(first.encode_utf8(&mut [0; 4])),
            };
            let near = tried.iter().filter(|term| is_one_edit_apart(word, &term.text));
            let typos = most_frequent(near, MAX_TYPOS).into_iter();
            found.extend(typos.map(|term| Variant { term, factor: TYPO }));
        }
        found
    }

    pub(super) fn term(&self, text: &str) -> Option<&Term> {
        self.position(text).map(|at| &self.terms.all[at])
    }

    /// The position of the term `text` among all.
    pub(super) fn position(&self, text: &str) -> Option<usize> {
        self.terms.all.binary_search_by(|term| (*term.text).cmp(text)).ok()
    }

    fn beginning_with(&self, start: &str) -> &[Term] {
        let terms = &self.terms.all;
        let from = terms.partition_point(|term| *term.text < *start);
        let len = terms[from..].partition_point(|term| term.text.starts_with(start));
        &terms[from..from + len]
    }
}

/// The `n` terms in most documents, equally frequent ones in the order of the alphabet.
fn most_frequent<'i>(terms: impl Iterator<Item = &'i Term>, n: usize) -> Vec<&'i Term> {
    let mut terms: Vec<_> = terms.collect();
    // Stable: the terms come in the order of the alphabet.
    terms.sort_by_key(|term| Reverse(term.n_documents));
    terms.truncate(n);
    terms
}

/// Whether one insertion, deletion or replacement of a character, or a swap of two neighbours, makes
/// `a` of `b`.
fn is_one_edit_apart(a: &str, b: &str) -> bool {
    if a.len().abs_diff(b.len()) > 4 {
        return false;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (a, b) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    match b.len() - a.len() {
        0 if start == a.len() => false,
        0 => {
            let replaced = a[start + 1..] == b[start + 1..];
            let swapped = a.len() >= start + 2
                && a[start] == b[start + 1]
                && a[start + 1] == b[start]
                && a[start + 2..] == b[start + 2..];
            replaced || swapped
        }
        1 => a[start..] == b[start + 1..],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_edit_is_an_insertion_a_deletion_a_replacement_or_a_swap() {
        for other in ["ython", "pyhton", "pythn", "pythona", "xpython", "pyzhon", "pytho", "pythno"]
        {
            assert!(is_one_edit_apart("python", other), "{other}");
            assert!(is_one_edit_apart(other, "python"), "{other}");
        }
        for other in ["python", "pyhotn", "ythno", "pyth", "pythonab", "", "phytno"] {
            assert!(!is_one_edit_apart("python", other), "{other}");
        }
        assert!(is_one_edit_apart("größe", "größer") && is_one_edit_apart("𝕒b", "𝕓b"));
    }
}
