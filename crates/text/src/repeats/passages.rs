//! Texts to passages: sentences and lines.

use super::{MIN_PART_WORDS, MIN_TITLE_WORDS, MIN_WORDS, hash_of_words};
use crate::Text;

/// A passage of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) field: u32,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Of its words.
    pub(super) hash: u64,
    /// Whether to have it in many documents makes it what documents repeat; else it is one only where
    /// others are, word for word.
    pub(super) is_evidence: bool,
}

/// The passages of `doc` that are long enough to be told from common ways of saying something, in
/// order; one that is a part of another comes after it.
pub(super) fn of(doc: &Text<'_>, title: Option<usize>) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, field) in doc.fields.iter().enumerate() {
        let mut add = |start: usize, end: usize, least: usize, is_evidence: bool| {
            let (hash, n_words) = hash_of_words(&field.text[start..end]);
            if n_words >= least {
                found.push(Found { field: at as u32, start, end, hash, is_evidence });
            }
            n_words
        };
        let text = field.text;
        if title == Some(at) {
            add(0, text.len(), MIN_TITLE_WORDS, true);
            let parts = title_parts(text);
            for (n, &(start, end)) in parts.iter().enumerate() {
                // What is said of many documents stands behind: the event, the place, the year.
                let n_words = hash_of_words(&text[start..end]).1;
                add(start, end, MIN_TITLE_WORDS, n > 0 && n_words >= MIN_PART_WORDS);
            }
            continue;
        }
        let mut start = 0;
        while start < text.len() {
            let end = start + passage_len(&text[start..]);
            let is_whole = start == 0 && end == text.len();
            let n_words = hash_of_words(&text[start..end]).1;
            if n_words >= MIN_WORDS || (is_whole && n_words >= MIN_PART_WORDS) {
                add(start, end, 0, n_words >= MIN_WORDS);
            }
            start = end;
        }
    }
    found
}

/// The parts of a title that signs set apart, such as the name of an event; one part is none.
fn title_parts(title: &str) -> Vec<(usize, usize)> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut before = ' ';
    let mut chars = title.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let is_before_space = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
        let parts_here = match c {
            '|' | '｜' | '–' | '—' | '：' | '(' | ')' | '[' | ']' | '·' => true,
            ':' | ',' => is_before_space,
            '-' => is_before_space && before.is_whitespace(),
            _ => false,
        };
        if parts_here {
            parts.push((start, at));
            start = at + c.len_utf8();
        }
        before = c;
    }
    parts.push((start, title.len()));
    parts.retain(|&(start, end)| !title[start..end].trim().is_empty());
    if parts.len() > 1 { parts } else { Vec::new() }
}

/// The length in bytes of the passage at the start of `text`: up to the end of a line, a full stop of
/// CJK, or another end of a sentence before white space.
fn passage_len(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let mut before_space = || chars.peek().is_none_or(|(_, next)| next.is_whitespace());
        let ends = match c {
            '\n' | '。' | '！' | '？' => true,
            '.' | '!' | '?' | '…' => before_space(),
            _ => false,
        };
        if ends {
            return at + c.len_utf8();
        }
    }
    text.len()
}
