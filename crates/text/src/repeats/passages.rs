//! Texts to passages: sentences and lines.

use super::{MIN_TITLE_WORDS, MIN_WORDS, hash_of_words};
use crate::Text;

/// A passage of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) field: u32,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Of its words.
    pub(super) hash: u64,
}

/// The passages of `doc` that are long enough to be told from common ways of saying something, in
/// order.
pub(super) fn of(doc: &Text<'_>, title: Option<usize>) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, field) in doc.fields.iter().enumerate() {
        let is_title = title == Some(at);
        let least = if is_title { MIN_TITLE_WORDS } else { MIN_WORDS };
        let mut start = 0;
        while start < field.text.len() {
            let len = if is_title { field.text.len() } else { passage_len(&field.text[start..]) };
            let (hash, n_words) = hash_of_words(&field.text[start..start + len]);
            if n_words >= least {
                found.push(Found { field: at as u32, start, end: start + len, hash });
            }
            start += len;
        }
    }
    found
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
