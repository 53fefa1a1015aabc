//! The counts of one shard, over words of its own.

use std::borrow::Cow;
use std::collections::HashSet;

use super::tokens::{Adding, BREAK, WEIGHT, are_neighbours, each_run};
use crate::analyze::{Scratch, Span};
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
    /// The rows one after the other.
    pub(super) content: Content,
    /// Where each ends in them.
    pub(super) row_ends: Vec<usize>,
}

/// What the rows of a shard consist of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// A row has every word once, in no order.
    Entries(Vec<Entry>),
    /// A row has its words as they stand: see [`tokens`](super::tokens).
    Tokens(Vec<u32>),
}

/// The rows of a shard as entries.
#[derive(Debug, Default)]
pub(super) struct ShardRows<'a> {
    n_words: usize,
    entries: Cow<'a, [Entry]>,
    row_ends: Cow<'a, [usize]>,
}

impl<'a> ShardRows<'a> {
    pub(super) fn owned(n_words: usize, entries: Vec<Entry>, row_ends: Vec<usize>) -> Self {
        Self { n_words, entries: Cow::Owned(entries), row_ends: Cow::Owned(row_ends) }
    }

    /// The rows of `shard`, its words added up where it has them as they stand.
    pub(super) fn of(shard: &'a ShardCounts) -> Self {
        let n_words = shard.n_words();
        match &shard.content {
            Content::Entries(entries) => Self {
                n_words,
                entries: Cow::Borrowed(entries),
                row_ends: Cow::Borrowed(&shard.row_ends),
            },
            Content::Tokens(_) => {
                let mut adding = Adding::new(n_words);
                for row in shard.token_rows() {
                    each_run(row, |words, weight| {
                        for &word in words {
                            adding.add(word, weight);
                        }
                    });
                    adding.end_row();
                }
                Self::owned(n_words, adding.entries, adding.row_ends)
            }
        }
    }

    /// How many different words there may be.
    pub(super) fn n_words(&self) -> usize {
        self.n_words
    }

    pub(super) fn n_docs(&self) -> usize {
        self.row_ends.len()
    }

    /// Those of all rows.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &[Entry]> {
        slices(&self.entries, &self.row_ends)
    }
}

/// What of a text stands between the ends.
fn slices<'a, T>(all: &'a [T], ends: &'a [usize]) -> impl Iterator<Item = &'a [T]> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends).map(|(start, &end)| &all[start..end])
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

    /// The counts without `words`, lower-cased, as if they had been stop words: they are no terms, and
    /// what stands before and after one is no phrase. Cost: a look-up for every word, and one pass over
    /// the rows where it has one of them.
    #[must_use]
    pub fn without(mut self, words: &HashSet<&str>) -> Self {
        let is_dropped: Vec<bool> = (0..self.n_words() as u32)
            .map(|word| std::str::from_utf8(self.word(word)).is_ok_and(|word| words.contains(word)))
            .collect();
        if !is_dropped.contains(&true) {
            return self;
        }
        match &mut self.content {
            Content::Tokens(tokens) => drop_tokens(tokens, &is_dropped),
            Content::Entries(entries) => drop_entries(entries, &mut self.row_ends, &is_dropped),
        }
        self
    }

    pub(crate) fn word(&self, number: u32) -> &[u8] {
        span(&self.words, &self.word_ends, number)
    }

    /// Whether it has the words as they stand.
    pub(super) fn has_tokens(&self) -> bool {
        matches!(self.content, Content::Tokens(_))
    }

    /// How many words stand in it, at most; none when it has entries.
    pub(super) fn n_tokens(&self) -> usize {
        self.tokens().len()
    }

    /// The words of every row as they stand; nothing when it has entries.
    pub(super) fn token_rows(&self) -> impl Iterator<Item = &[u32]> {
        let tokens = self.tokens();
        let ends = if self.has_tokens() { self.row_ends.as_slice() } else { &[] };
        slices(tokens, ends)
    }

    fn tokens(&self) -> &[u32] {
        match &self.content {
            Content::Tokens(tokens) => tokens,
            Content::Entries(_) => &[],
        }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &[Entry]> {
        let entries = match &self.content {
            Content::Entries(entries) => entries.as_slice(),
            Content::Tokens(_) => &[],
        };
        let ends = if self.has_tokens() { &[] } else { self.row_ends.as_slice() };
        slices(entries, ends)
    }
}

/// Puts a break in the place of every word that is dropped.
fn drop_tokens(tokens: &mut [u32], is_dropped: &[bool]) {
    let mut tokens = tokens.iter_mut();
    while let Some(token) = tokens.next() {
        match *token {
            BREAK => {}
            // What follows is no word.
            WEIGHT => drop(tokens.next()),
            word if is_dropped[word as usize] => *token = BREAK,
            _ => {}
        }
    }
}

/// Leaves out the entries of every word that is dropped.
fn drop_entries(entries: &mut Vec<Entry>, row_ends: &mut [usize], is_dropped: &[bool]) {
    let (mut kept, mut at) = (0, 0);
    for end in row_ends {
        while at < *end {
            let entry = entries[at];
            if !is_dropped[entry.word as usize] {
                entries[kept] = entry;
                kept += 1;
            }
            at += 1;
        }
        *end = kept;
    }
    entries.truncate(kept);
}

/// What is kept of the words of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// How often it has each.
    Counts,
    /// Where they stand, for who looks for phrases.
    Order,
}

/// Counts shards, one after the other, in the same memory.
pub(super) struct Counting<'a> {
    analyzer: &'a Analyzer,
    keep: Keep,
    scratch: Scratch,
    looks: [Look; LOOKS],
    words: Words,
    /// For every word: the languages that have it as a stop word.
    stops: Vec<u64>,
    /// The entries of all rows so far, and room for more.
    entries: Vec<Entry>,
    n_entries: usize,
    tokens: Vec<u32>,
    row_ends: Vec<usize>,
}

impl<'a> Counting<'a> {
    pub(super) fn new(analyzer: &'a Analyzer, keep: Keep) -> Self {
        Self {
            analyzer,
            keep,
            scratch: Scratch::default(),
            looks: [Look::default(); LOOKS],
            words: Words::default(),
            stops: Vec::new(),
            entries: Vec::new(),
            n_entries: 0,
            tokens: Vec::new(),
            row_ends: Vec::new(),
        }
    }

    pub(super) fn shard<D: Parts>(
        &mut self,
        docs: impl IntoIterator<Item = D>,
    ) -> Result<ShardCounts, Error> {
        for doc in docs {
            match self.keep {
                Keep::Counts => self.counts_of(&doc)?,
                Keep::Order => self.order_of(&doc)?,
            }
        }
        self.stops.clear();
        let (words, word_ends) = self.words.drain();
        let content = match self.keep {
            Keep::Counts => {
                let entries = self.entries[..self.n_entries].to_vec();
                self.n_entries = 0;
                Content::Entries(entries)
            }
            Keep::Order => Content::Tokens(std::mem::take(&mut self.tokens)),
        };
        Ok(ShardCounts { words, word_ends, content, row_ends: std::mem::take(&mut self.row_ends) })
    }

    fn counts_of(&mut self, doc: &impl Parts) -> Result<(), Error> {
        let Self { analyzer, scratch, looks, words, stops, entries, n_entries, row_ends, .. } =
            self;
        let row = row_ends.len() as u32 + 1;
        let stops_here = analyzer.stops_in(doc);
        let stops_of_terms = if analyzer.is_term_checked() { 0 } else { stops_here };
        let mut done = Ok(());
        doc.each_part(|field| {
            let cut = analyzer.each_term(field.text, stops_here, scratch, |buffer, spans| {
                for spans in spans.chunks(LOOKS) {
                    look_up(words, looks, buffer, spans);
                    if entries.len() < *n_entries + LOOKS {
                        entries.resize(2 * *n_entries + LOOKS, Entry { word: 0, count: 0 });
                    }
                    for (look, &span) in looks.iter().zip(spans) {
                        let number = words.number_of_look(look, buffer, span);
                        let is_stop = stops_of_terms != 0
                            && stops_of(number, (words, stops), analyzer) & stops_of_terms != 0;
                        let mark = words.mark_of(number);
                        // No branch: whether a row has a word already, and whether it counts, is
                        // anybody's guess. The entry of a stop word is that of the next word.
                        let begins = (mark.row != row) | is_stop;
                        let at = if begins { *n_entries as u32 } else { mark.at };
                        *mark = Mark { row, at };
                        let entry = &mut entries[at as usize];
                        let before = if begins { 0 } else { entry.count };
                        *entry = Entry { word: number, count: before.saturating_add(field.weight) };
                        *n_entries += usize::from(begins && !is_stop);
                    }
                }
            });
            if done.is_ok() {
                done = cut;
            }
        });
        row_ends.push(*n_entries);
        done
    }

    fn order_of(&mut self, doc: &impl Parts) -> Result<(), Error> {
        let Self { analyzer, scratch, looks, words, stops, tokens, row_ends, .. } = self;
        let row = row_ends.len() as u32 + 1;
        let stops_here = analyzer.stops_in(doc);
        let mut weight = 1;
        let mut done = Ok(());
        doc.each_part(|field| {
            if field.weight == weight {
                tokens.push(BREAK);
            } else {
                weight = field.weight;
                tokens.extend([WEIGHT, weight]);
            }
            let cut = analyzer.each_term(field.text, stops_here, scratch, |buffer, spans| {
                // Nothing joins the words of two pieces.
                let mut last: Span = [0, u32::MAX];
                for spans in spans.chunks(LOOKS) {
                    look_up(words, looks, buffer, spans);
                    for (look, &span) in looks.iter().zip(spans) {
                        let number = words.number_of_look(look, buffer, span);
                        let mark = *words.mark_of(number);
                        let is_stop = if mark.row == row {
                            mark.at == NOWHERE
                        } else {
                            let is_stop =
                                stops_of(number, (words, stops), analyzer) & stops_here != 0;
                            let at = if is_stop { NOWHERE } else { 0 };
                            *words.mark_of(number) = Mark { row, at };
                            is_stop
                        };
                        if is_stop {
                            last[1] = u32::MAX;
                            continue;
                        }
                        if !are_neighbours(buffer, last[1], span[0]) {
                            tokens.push(BREAK);
                        }
                        tokens.push(number);
                        last = span;
                    }
                }
            });
            if done.is_ok() {
                done = cut;
            }
        });
        row_ends.push(tokens.len());
        done
    }
}

/// Looks for words at `spans`, of which there are [`LOOKS`] at most.
#[inline]
fn look_up(words: &Words, looks: &mut [Look; LOOKS], buffer: &[u8], spans: &[Span]) {
    for (look, &span) in looks.iter_mut().zip(spans) {
        *look = words.look(buffer, span);
    }
    for look in &mut looks[..spans.len()] {
        words.probe(look);
    }
}

/// The languages that have the word as a stop word; asked once for every word.
#[inline]
fn stops_of(number: u32, (words, stops): (&Words, &mut Vec<u64>), analyzer: &Analyzer) -> u64 {
    while number as usize >= stops.len() {
        stops.push(analyzer.stops_of(words.bytes(stops.len() as u32)));
    }
    stops[number as usize]
}
