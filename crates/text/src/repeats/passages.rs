//! Texts to passages: sentences and lines.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::{MIN_PART_WORDS, MIN_TITLE_WORDS, MIN_WORDS, hashes_of_words, mixed};
use crate::Text;
use crate::analyze::WordReader;

/// A passage of a document.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Found {
    pub(super) field: u32,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Of its words.
    pub(super) hash: u64,
    /// Of those that it begins and ends with: what is between may be filled in for each document.
    pub(super) frame: Option<NonZeroU64>,
    pub(super) kind: Kind,
    /// Whether to have it in many documents makes it what documents repeat; else it is one only where
    /// others are, word for word.
    pub(super) is_evidence: bool,
}

impl Found {
    /// What it may be known by, the whole first.
    pub(super) fn hashes(&self) -> impl Iterator<Item = u64> + use<> {
        std::iter::once(self.hash).chain(self.frame.map(NonZeroU64::get))
    }
}

/// What a passage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    /// A title.
    WholeTitle,
    /// A part of one.
    Title,
    /// A sentence or a line of [`MIN_WORDS`] or more.
    Long,
    /// A line of fewer, or what a line calls its content.
    Short,
}

/// The passages of `doc`, in order; one that is a part of another comes after it.
pub(super) fn of(doc: &Text<'_>, title: Option<usize>, reader: &mut WordReader<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (field, text) in (0..).zip(doc.fields.iter().map(|field| field.text)) {
        let mut new = |start, end, kind, is_evidence| {
            let (hash, frame, n_words) = hashes_of_words(&text[start..end], reader);
            let frame = frame.filter(|_| kind == Kind::Long);
            (Found { field, start, end, hash, frame, kind, is_evidence }, n_words)
        };
        if title == Some(field as usize) {
            each_of_title(text, |start, end, part| {
                let (passage, n_words) = new(start, end, Kind::Title, true);
                let is_evidence = match part {
                    Part::Whole | Part::OfFile => true,
                    // What is said of many documents stands behind: the event, the place, the year.
                    Part::Behind => n_words >= MIN_PART_WORDS,
                    Part::First => false,
                };
                if n_words >= MIN_TITLE_WORDS {
                    let kind = if part == Part::Whole { Kind::WholeTitle } else { Kind::Title };
                    found.push(Found { kind, is_evidence, ..passage });
                }
            });
            continue;
        }
        let mut start = 0;
        while start < text.len() {
            let end = start + passage_len(&text[start..]);
            let starts_line = text[..start].ends_with('\n') || start == 0;
            let is_line = starts_line && (text[..end].ends_with('\n') || end == text.len());
            let is_whole = start == 0 && end == text.len();
            let (passage, n_words) = new(start, end, Kind::Long, true);
            if n_words >= MIN_WORDS {
                found.push(passage);
            } else if is_whole && n_words >= MIN_PART_WORDS {
                found.push(Found { frame: None, is_evidence: false, ..passage });
            } else if is_line && !is_whole && n_words > 0 && !is_item(&text[start..end]) {
                found.push(Found { frame: None, kind: Kind::Short, ..passage });
            }
            if starts_line && let Some(len) = label_len(&text[start..end]) {
                let (label, n_words) = new(start, start + len, Kind::Short, true);
                if (1..MIN_WORDS).contains(&n_words) {
                    // A line that consists of the same words is another matter.
                    found.push(Found { hash: mixed(label.hash), frame: None, ..label });
                }
            }
            start = end;
        }
    }
    found
}

/// Bytes of what a line calls its content, at most.
const LABEL_BYTES: usize = 60;

/// The length of what a line calls its content: up to a colon before white space.
fn label_len(line: &str) -> Option<usize> {
    let (at, colon) = line.char_indices().find(|(_, c)| matches!(c, ':' | '\u{ff1a}'))?;
    let end = at + colon.len_utf8();
    let after = &line[end..];
    let ends = colon == '\u{ff1a}' || after.is_empty() || after.starts_with(char::is_whitespace);
    (ends && end <= LABEL_BYTES).then_some(end)
}

/// Whether a line is an item of a list.
fn is_item(line: &str) -> bool {
    line.trim_start().starts_with(['-', '*', '+', '\u{2022}', '\u{b7}', '\u{2013}'])
}

/// A part of a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    First,
    Behind,
    /// Of the name of a file.
    OfFile,
}

/// Calls `each` with the title and its parts.
fn each_of_title(text: &str, mut each: impl FnMut(usize, usize, Part)) {
    each(0, text.len(), Part::Whole);
    if is_file_name(text) {
        let mut start = 0;
        for part in text.split(['-', '_', '.']) {
            each(start, start + part.len(), Part::OfFile);
            start += part.len() + 1;
        }
        return;
    }
    for (n, &(start, end)) in title_parts(text).iter().enumerate() {
        each(start, end, if n == 0 { Part::First } else { Part::Behind });
    }
}

/// Whether a title is the name of a file: no white space, and an ending of up to four letters and digits.
fn is_file_name(title: &str) -> bool {
    title.rsplit_once('.').is_some_and(|(name, ending)| {
        !name.is_empty()
            && !title.contains(char::is_whitespace)
            && (2..=4).contains(&ending.len())
            && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && ending.bytes().any(|byte| byte.is_ascii_alphabetic())
    })
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
            '|' | '｜' | ';' | '–' | '—' | '：' | '(' | ')' | '[' | ']' | '·' => true,
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
