//! The counts of one shard, over words of its own.

use crate::analyze::Scratch;
use crate::intern::{Look, Mark, Words, span};
use crate::{Analyzer, Error, Parts};

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
pub(crate) struct Entry {
    /// The word's number in the shard.
    pub(crate) word: u32,
    pub(crate) count: u32,
}

/// Words looked for at once.
const LOOKS: usize = 32;
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

    pub(super) fn of<D: Parts>(
        docs: impl IntoIterator<Item = D>,
        analyzer: &Analyzer,
    ) -> Result<Self, Error> {
        Counting::new(analyzer).shard(docs)
    }

    pub(crate) fn word(&self, number: u32) -> &[u8] {
        span(&self.words, &self.word_ends, number)
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &[Entry]> {
        let starts = std::iter::once(0).chain(self.row_ends.iter().copied());
        starts.zip(&self.row_ends).map(|(start, &end)| &self.entries[start..end])
    }
}

/// Counts shards, one after the other, in the same memory.
pub(super) struct Counting<'a> {
    analyzer: &'a Analyzer,
    scratch: Scratch,
    looks: [Look; LOOKS],
    words: Words,
    /// For every word: the languages that have it as a stop word.
    stops: Vec<u64>,
    entries: Vec<Entry>,
    row_ends: Vec<usize>,
}

impl<'a> Counting<'a> {
    pub(super) fn new(analyzer: &'a Analyzer) -> Self {
        Self {
            analyzer,
            scratch: Scratch::default(),
            looks: [Look::default(); LOOKS],
            words: Words::default(),
            stops: Vec::new(),
            entries: Vec::new(),
            row_ends: Vec::new(),
        }
    }

    pub(super) fn shard<D: Parts>(
        &mut self,
        docs: impl IntoIterator<Item = D>,
    ) -> Result<ShardCounts, Error> {
        for doc in docs {
            self.document(&doc)?;
        }
        self.stops.clear();
        let (words, word_ends) = self.words.drain();
        Ok(ShardCounts {
            words,
            word_ends,
            entries: std::mem::take(&mut self.entries),
            row_ends: std::mem::take(&mut self.row_ends),
        })
    }

    fn document(&mut self, doc: &impl Parts) -> Result<(), Error> {
        let Self { analyzer, scratch, looks, words, stops, entries, row_ends } = self;
        let row = row_ends.len() as u32 + 1;
        let stops_here = analyzer.stops_in(doc.language());
        let stops_of_terms = if analyzer.is_term_checked() { 0 } else { stops_here };
        let mut done = Ok(());
        doc.each_part(|field| {
            let cut = analyzer.each_term(field.text, stops_here, scratch, |buffer, spans| {
                for spans in spans.chunks(LOOKS) {
                    for (look, &span) in looks.iter_mut().zip(spans) {
                        *look = words.look(buffer, span);
                    }
                    for (&look, &span) in looks.iter().zip(spans) {
                        let (number, mark) = words.mark(look, buffer, span);
                        if mark.row == row {
                            // A stop word has no entry.
                            if let Some(entry) = entries.get_mut(mark.at as usize) {
                                entry.count = entry.count.saturating_add(field.weight);
                            }
                            continue;
                        }
                        let is_stop = stops_of_terms != 0 && {
                            while number as usize >= stops.len() {
                                stops.push(analyzer.stops_of(words.bytes(stops.len() as u32)));
                            }
                            stops[number as usize] & stops_of_terms != 0
                        };
                        let mark = words.mark_of(number);
                        if is_stop {
                            *mark = Mark { row, at: NOWHERE };
                        } else {
                            *mark = Mark { row, at: entries.len() as u32 };
                            entries.push(Entry { word: number, count: field.weight });
                        }
                    }
                }
            });
            if done.is_ok() {
                done = cut;
            }
        });
        row_ends.push(entries.len());
        done
    }
}
