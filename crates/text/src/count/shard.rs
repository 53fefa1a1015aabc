//! The counts of one shard, over words of its own.

use crate::analyze::Scratch;
use crate::intern::{Mark, Words, span};
use crate::{Analyzer, Parts};

/// The counts of a run of documents, over the words of these documents.
///
/// [`Counter::merge`](crate::Counter::merge) brings shards together. Stop words are left out already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardCounts {
    /// The words one after the other, numbered in the order in which they come.
    pub(super) words: Vec<u8>,
    /// Where each ends.
    pub(super) word_ends: Vec<usize>,
    /// The rows one after the other. A row has every word once, in no order.
    pub(super) entries: Vec<Entry>,
    /// Where each ends.
    pub(super) row_ends: Vec<usize>,
}

/// How often a row counts a word; never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// The word's number in the shard.
    pub(super) word: u32,
    pub(super) count: u32,
}

/// The position of a stop word's entry: there is none.
const NOWHERE: u32 = u32::MAX;

impl ShardCounts {
    /// How many documents were counted.
    #[must_use]
    pub fn n_docs(&self) -> usize {
        self.row_ends.len()
    }

    /// How many different words they have.
    #[must_use]
    pub fn n_words(&self) -> usize {
        self.word_ends.len()
    }

    pub(super) fn of<D: Parts>(docs: impl IntoIterator<Item = D>, analyzer: &Analyzer) -> Self {
        let mut counting = Counting::new(analyzer);
        for doc in docs {
            counting.document(&doc);
        }
        let Counting { words, entries, row_ends, .. } = counting;
        let (words, word_ends) = words.into_parts();
        Self { words, word_ends, entries, row_ends }
    }

    pub(super) fn word(&self, number: u32) -> &[u8] {
        span(&self.words, &self.word_ends, number)
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &[Entry]> {
        let starts = std::iter::once(0).chain(self.row_ends.iter().copied());
        starts.zip(&self.row_ends).map(|(start, &end)| &self.entries[start..end])
    }
}

/// A shard that is being counted.
struct Counting<'a> {
    analyzer: &'a Analyzer,
    scratch: Scratch,
    words: Words,
    /// For every word: the languages that have it as a stop word.
    stops: Vec<u64>,
    entries: Vec<Entry>,
    row_ends: Vec<usize>,
}

impl<'a> Counting<'a> {
    fn new(analyzer: &'a Analyzer) -> Self {
        Self {
            analyzer,
            scratch: Scratch::default(),
            words: Words::default(),
            stops: Vec::new(),
            entries: Vec::new(),
            row_ends: Vec::new(),
        }
    }

    fn document(&mut self, doc: &impl Parts) {
        let Self { analyzer, scratch, words, stops, entries, row_ends } = self;
        let row = row_ends.len() as u32 + 1;
        let stops_here = analyzer.stops_in(doc.language());
        doc.each_part(|field| {
            scratch.each_word(field.text, |buffer, start, end| {
                let (number, mark) = words.mark(buffer, start, end);
                if mark.row == row {
                    // A stop word has no entry.
                    if let Some(entry) = entries.get_mut(mark.at as usize) {
                        entry.count = entry.count.saturating_add(field.weight);
                    }
                    return;
                }
                if number as usize == stops.len() {
                    stops.push(analyzer.stops_of(&buffer[start..end]));
                }
                if stops[number as usize] & stops_here == 0 {
                    *mark = Mark { row, at: entries.len() as u32 };
                    entries.push(Entry { word: number, count: field.weight });
                } else {
                    *mark = Mark { row, at: NOWHERE };
                }
            });
        });
        row_ends.push(entries.len());
    }
}
