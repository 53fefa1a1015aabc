//! A piece of a read, parsed by whoever goes through it.

use std::{fmt, vec};

use crate::jsonl::Lines;
use crate::{Batch, Document, Skipped};

/// Documents in the order of their source, and what was found among them and is no document: of JSON lines
/// about two megabytes, each of which is parsed when it is asked for; of other formats a batch.
pub struct Piece {
    content: Content,
    cut: Vec<String>,
}

enum Content {
    Lines(Lines),
    Read(vec::IntoIter<Document>, vec::IntoIter<Skipped>),
}

impl Piece {
    /// As [`Batch::cut`].
    #[must_use]
    pub fn cut(&self) -> &[String] {
        &self.cut
    }

    pub(crate) fn of_lines(lines: Lines) -> Self {
        Self { content: Content::Lines(lines), cut: Vec::new() }
    }

    pub(crate) fn of_batch(batch: Batch) -> Self {
        let Batch { documents, skipped, cut } = batch;
        Self { content: Content::Read(documents.into_iter(), skipped.into_iter()), cut }
    }
}

impl Iterator for Piece {
    type Item = Result<Document, Skipped>;

    fn next(&mut self) -> Option<Result<Document, Skipped>> {
        match &mut self.content {
            Content::Lines(lines) => lines.next(),
            Content::Read(documents, skipped) => {
                documents.next().map(Ok).or_else(|| skipped.next().map(Err))
            }
        }
    }
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Piece").field("cut", &self.cut).finish_non_exhaustive()
    }
}
