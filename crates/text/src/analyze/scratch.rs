//! Memory that is used again from text to text, and the way of terms out of it.

use super::scan::Piece;
use crate::intern::PADDING;

/// Where a term begins and ends in its buffer.
pub(crate) type Span = [u32; 2];

/// Terms given on at once.
const BATCH: usize = 1 << 10;

/// Memory that is used again from text to text.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(super) piece: Piece,
    pub(super) spans: Vec<Span>,
    pub(super) tokens: Vec<u8>,
    pub(super) token_ends: Vec<u32>,
    pub(super) buffer: Vec<u8>,
}

/// Gives terms on to `each`, many at once: a padded buffer and where in it they stand.
pub(super) struct Emitter<'a, F> {
    buffer: &'a mut Vec<u8>,
    spans: &'a mut Vec<Span>,
    each: F,
}

impl<'a, F: FnMut(&[u8], &[Span])> Emitter<'a, F> {
    pub(super) fn new(buffer: &'a mut Vec<u8>, spans: &'a mut Vec<Span>, each: F) -> Self {
        spans.clear();
        Self { buffer, spans, each }
    }

    /// Terms come from `text` now; those of the text before are given on.
    pub(super) fn load(&mut self, text: &str) {
        self.flush();
        self.buffer.clear();
        self.buffer.extend_from_slice(text.as_bytes());
        self.buffer.resize(text.len() + PADDING, 0);
    }

    pub(super) fn term(&mut self, start: usize, end: usize) {
        // Texts whose places are wider are refused before they are cut.
        self.spans.push([start as u32, end as u32]);
        if self.spans.len() >= BATCH {
            self.flush();
        }
    }

    /// Gives on what is left.
    pub(super) fn flush(&mut self) {
        if !self.spans.is_empty() {
            (self.each)(self.buffer, self.spans);
            self.spans.clear();
        }
    }
}
