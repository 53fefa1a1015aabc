//! Terms of characters.

use super::python::is_space;
use super::scratch::{Emitter, Span};

/// Runs of characters of the lengths `min..=max`, over all of `text`. A run of white space is one
/// space there; a single white space stays as it is.
pub(super) fn over_all(
    text: &str,
    (min, max): (usize, usize),
    emit: &mut Emitter<'_, impl FnMut(&[u8], &[Span])>,
) {
    let mut joined = String::with_capacity(text.len());
    join_spaces(text, &mut joined);
    let starts: Vec<usize> = starts_of(&joined);
    let n_chars = starts.len() - 1;
    emit.load(&joined);
    for n in min..=max.min(n_chars) {
        for at in 0..=n_chars - n {
            emit.term(starts[at], starts[at + n]);
        }
    }
    emit.flush();
}

/// Runs of characters of the lengths `min..=max` within each word of `text`, with a space at both
/// ends. A word shorter than a length gives all of itself, once.
pub(super) fn in_words(
    text: &str,
    (min, max): (usize, usize),
    emit: &mut Emitter<'_, impl FnMut(&[u8], &[Span])>,
) {
    let mut word = String::new();
    for part in text.split(is_space).filter(|part| !part.is_empty()) {
        word.clear();
        word.push(' ');
        word.push_str(part);
        word.push(' ');
        let starts = starts_of(&word);
        let n_chars = starts.len() - 1;
        emit.load(&word);
        for n in min..=max {
            let last = n_chars.saturating_sub(n);
            for at in 0..=last {
                emit.term(starts[at], starts[(at + n).min(n_chars)]);
            }
            if last == 0 {
                break;
            }
        }
    }
    emit.flush();
}

/// Where each character begins, and where the last ends.
fn starts_of(text: &str) -> Vec<usize> {
    text.char_indices().map(|(at, _)| at).chain([text.len()]).collect()
}

fn join_spaces(text: &str, joined: &mut String) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if is_space(c) && chars.peek().copied().is_some_and(is_space) {
            while chars.next_if(|&next| is_space(next)).is_some() {}
            joined.push(' ');
        } else {
            joined.push(c);
        }
    }
}
