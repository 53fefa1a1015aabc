//! The counts of one shard, over words of its own.

use std::borrow::Cow;
use std::collections::HashSet;

use super::entries::{Entries, Entry, SomeEntries};
use super::tokens::{Adding, BREAK, WEIGHT, are_neighbours, each_run};
use crate::analyze::{Scratch, Span};
use crate::intern::{LOOKS, Look, Mark, Words, span};
use crate::language::StopTable;
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
    pub(super) counts: RowCounts,
}

/// The rows of a shard, over the numbers of its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowCounts {
    pub(super) n_words: usize,
    /// The rows one after the other.
    pub(super) content: Content,
    /// Where each ends in them.
    pub(super) row_ends: Vec<usize>,
}

/// What the rows of a shard consist of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// A row has every word once, in no order.
    Entries(Counted),
    /// A row has its words as they stand: see [`tokens`](super::tokens).
    Tokens(Vec<u32>),
}

/// The rows of a shard, wherever they lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowsView<'a> {
    pub(super) n_words: usize,
    pub(super) content: ContentView<'a>,
    pub(super) row_ends: &'a [usize],
}

/// As [`Content`].
#[derive(Debug, Clone, Copy)]
pub(super) enum ContentView<'a> {
    /// And for every word: how many of them it has.
    Entries(SomeEntries<'a>, &'a [u32]),
    Tokens(&'a [u32]),
}

/// The entries of all rows, one row after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) entries: Entries,
    /// For every word: how many of them it has.
    pub(super) n_of_word: Vec<u32>,
}

/// The rows of a shard as entries.
#[derive(Debug, Default)]
pub(super) struct ShardRows<'a> {
    entries: Held<'a>,
    n_of_word: Cow<'a, [u32]>,
    row_ends: Cow<'a, [usize]>,
}

/// Entries of one's own, or those of another.
#[derive(Debug)]
enum Held<'a> {
    Own(Entries),
    Others(SomeEntries<'a>),
}

impl Default for Held<'_> {
    fn default() -> Self {
        Self::Own(Entries::default())
    }
}

impl<'a> ShardRows<'a> {
    pub(super) fn owned(counted: Counted, row_ends: Vec<usize>) -> Self {
        let Counted { entries, n_of_word } = counted;
        Self {
            entries: Held::Own(entries),
            n_of_word: Cow::Owned(n_of_word),
            row_ends: Cow::Owned(row_ends),
        }
    }

    /// The rows of a shard, its words added up where it has them as they stand.
    pub(super) fn of(shard: RowsView<'a>) -> Self {
        match shard.content {
            ContentView::Entries(entries, n_of_word) => Self {
                entries: Held::Others(entries),
                n_of_word: Cow::Borrowed(n_of_word),
                row_ends: Cow::Borrowed(shard.row_ends),
            },
            ContentView::Tokens(_) => {
                let mut adding = Adding::new(shard.n_words);
                for row in shard.token_rows() {
                    each_run(row, |words, weight| {
                        for &word in words {
                            adding.add(word, weight);
                        }
                    });
                    adding.end_row();
                }
                adding.into_rows()
            }
        }
    }

    /// For every word that there may be: how many entries it has, which is in how many rows.
    pub(super) fn n_of_word(&self) -> &[u32] {
        &self.n_of_word
    }

    pub(super) fn n_docs(&self) -> usize {
        self.row_ends.len()
    }

    /// Those of all rows.
    pub(super) fn entries(&self) -> SomeEntries<'_> {
        match &self.entries {
            Held::Own(entries) => entries.all(),
            Held::Others(entries) => *entries,
        }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = SomeEntries<'_>> {
        let entries = self.entries();
        spans(&self.row_ends).map(move |[start, end]| entries.between(start, end))
    }

    /// As they lie in memory; `n_words` they have words of.
    pub(super) fn view(&self) -> RowsView<'_> {
        RowsView {
            n_words: self.n_of_word.len(),
            content: ContentView::Entries(self.entries(), &self.n_of_word),
            row_ends: &self.row_ends,
        }
    }
}

/// Where each begins and ends.
fn spans(ends: &[usize]) -> impl Iterator<Item = [usize; 2]> + use<'_> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends).map(|(start, &end)| [start, end])
}

/// The position of a stop word's entry: there is none.
const NOWHERE: u32 = u32::MAX;

impl ShardCounts {
    /// How many documents were counted.
    #[must_use]
    pub fn n_docs(&self) -> usize {
        self.counts.n_docs()
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
        let RowCounts { content, row_ends, .. } = &mut self.counts;
        match content {
            Content::Tokens(tokens) => drop_tokens(tokens, &is_dropped),
            Content::Entries(counted) => drop_entries(counted, row_ends, &is_dropped),
        }
        self
    }

    pub(crate) fn word(&self, number: u32) -> &[u8] {
        let [start, end] = self.span_of(number);
        &self.words[start..end]
    }

    /// Where a word stands among all of them.
    pub(super) fn span_of(&self, number: u32) -> [usize; 2] {
        span(&self.word_ends, number)
    }

    /// The entries of every row; nothing when it has words as they stand.
    pub(crate) fn rows(&self) -> impl Iterator<Item = SomeEntries<'_>> {
        self.counts.view().rows()
    }
}

impl RowCounts {
    pub(super) fn n_docs(&self) -> usize {
        self.row_ends.len()
    }

    pub(super) fn view(&self) -> RowsView<'_> {
        let content = match &self.content {
            Content::Entries(Counted { entries, n_of_word }) => {
                ContentView::Entries(entries.all(), n_of_word)
            }
            Content::Tokens(tokens) => ContentView::Tokens(tokens),
        };
        RowsView { n_words: self.n_words, content, row_ends: &self.row_ends }
    }
}

impl<'a> RowsView<'a> {
    /// Whether it has the words as they stand.
    pub(super) fn has_tokens(self) -> bool {
        matches!(self.content, ContentView::Tokens(_))
    }

    /// How many words stand in it, at most; none when it has entries.
    pub(super) fn n_tokens(self) -> usize {
        match self.content {
            ContentView::Tokens(tokens) => tokens.len(),
            ContentView::Entries(..) => 0,
        }
    }

    /// The words of every row as they stand; nothing when it has entries.
    pub(super) fn token_rows(self) -> impl Iterator<Item = &'a [u32]> {
        let (tokens, ends) = match self.content {
            ContentView::Tokens(tokens) => (tokens, self.row_ends),
            ContentView::Entries(..) => (&[][..], &[][..]),
        };
        spans(ends).map(move |[start, end]| &tokens[start..end])
    }

    /// The entries of every row; nothing when it has words as they stand.
    pub(super) fn rows(self) -> impl Iterator<Item = SomeEntries<'a>> {
        let (entries, ends) = match self.content {
            ContentView::Entries(entries, _) => (entries, self.row_ends),
            ContentView::Tokens(_) => (SomeEntries::Narrow(&[]), &[][..]),
        };
        spans(ends).map(move |[start, end]| entries.between(start, end))
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
fn drop_entries(counted: &mut Counted, row_ends: &mut [usize], is_dropped: &[bool]) {
    let Counted { entries, n_of_word } = counted;
    for (n_of_word, _) in n_of_word.iter_mut().zip(is_dropped).filter(|(_, dropped)| **dropped) {
        *n_of_word = 0;
    }
    let mut kept = Vec::with_capacity(entries.all().len());
    let mut start = 0;
    for row_end in row_ends {
        entries.between(start, *row_end).each(|entry| {
            if !is_dropped[entry.word as usize] {
                kept.push(entry);
            }
        });
        (start, *row_end) = (*row_end, kept.len());
    }
    *entries = Entries::of(&kept);
}

/// What is kept of the words of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// How often it has each.
    Counts,
    /// Where they stand, for who looks for phrases.
    Order,
}

/// Counts shards, one after the other: its memory is that of the next one.
#[derive(Debug, Default)]
pub(super) struct Counting {
    scratch: Scratch,
    looks: [Look; LOOKS],
    words: Words,
    stops: StopsOf,
    /// The entries of all rows so far, and room for more.
    entries: Vec<Entry>,
    n_entries: usize,
    tokens: Vec<u32>,
    row_ends: Vec<usize>,
}

/// The stop words among the words of a shard.
#[derive(Debug, Default)]
struct StopsOf {
    /// The stop words of the languages that were met.
    table: StopTable,
    /// For every word: those of the languages that have it as a stop word.
    of_word: Vec<u64>,
}

impl StopsOf {
    /// A document has the stop words of `languages`, as bits.
    fn begin(&mut self, languages: u64, analyzer: &Analyzer) {
        if self.table.extend(analyzer.stop_words(), languages) {
            self.of_word.clear();
        }
    }

    /// The languages that have the word as a stop word; asked once for every word.
    #[inline]
    fn of(&mut self, number: u32, words: &Words) -> u64 {
        while number as usize >= self.of_word.len() {
            self.of_word.push(self.table.bits_of_number(words, self.of_word.len() as u32));
        }
        self.of_word[number as usize]
    }
}

impl Counting {
    pub(super) fn shard<D: Parts>(
        &mut self,
        docs: impl IntoIterator<Item = D>,
        (analyzer, keep): (&Analyzer, Keep),
    ) -> Result<ShardCounts, Error> {
        for doc in docs {
            match keep {
                Keep::Counts => self.counts_of(&doc, analyzer)?,
                Keep::Order => self.order_of(&doc, analyzer)?,
            }
        }
        self.stops.of_word.clear();
        let content = match keep {
            Keep::Counts => {
                let entries = Entries::of(&self.entries[..self.n_entries]);
                self.n_entries = 0;
                let n_of_word = self.words.marks().map(|mark| mark.n_rows).collect();
                Content::Entries(Counted { entries, n_of_word })
            }
            Keep::Order => Content::Tokens(emptied(&mut self.tokens)),
        };
        let (words, word_ends) = self.words.drain();
        let row_ends = emptied(&mut self.row_ends);
        let counts = RowCounts { n_words: word_ends.len(), content, row_ends };
        Ok(ShardCounts { words, word_ends, counts })
    }

    fn counts_of(&mut self, doc: &impl Parts, analyzer: &Analyzer) -> Result<(), Error> {
        let Self { scratch, looks, words, stops, entries, n_entries, row_ends, .. } = self;
        let row = row_ends.len() as u32 + 1;
        let stops_here = analyzer.stops_in(doc);
        let stops_of_terms = if analyzer.is_term_checked() { 0 } else { stops_here };
        stops.begin(stops_of_terms, analyzer);
        let mut done = Ok(());
        doc.each_part(|field| {
            let cut = analyzer.each_term(field.text, stops_here, scratch, |buffer, spans| {
                for spans in spans.chunks(LOOKS) {
                    words.look_up(looks, buffer, spans);
                    if entries.len() < *n_entries + LOOKS {
                        entries.resize(2 * *n_entries + LOOKS, Entry { word: 0, count: 0 });
                    }
                    for (look, &span) in looks.iter().zip(spans) {
                        let number = words.number_of_look(look, buffer, span);
                        let is_stop =
                            stops_of_terms != 0 && stops.of(number, words) & stops_of_terms != 0;
                        let mark = words.mark_of(number);
                        // No branch: whether a row has a word already, and whether it counts, is
                        // anybody's guess. The entry of a stop word is that of the next word.
                        let begins = (mark.row != row) | is_stop;
                        let counts = begins && !is_stop;
                        let at = if begins { *n_entries as u32 } else { mark.at };
                        *mark = Mark { row, at, n_rows: mark.n_rows + u32::from(counts) };
                        let entry = &mut entries[at as usize];
                        let before = if begins { 0 } else { entry.count };
                        *entry = Entry { word: number, count: before.saturating_add(field.weight) };
                        *n_entries += usize::from(counts);
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

    fn order_of(&mut self, doc: &impl Parts, analyzer: &Analyzer) -> Result<(), Error> {
        let Self { scratch, looks, words, stops, tokens, row_ends, .. } = self;
        let row = row_ends.len() as u32 + 1;
        let stops_here = analyzer.stops_in(doc);
        stops.begin(stops_here, analyzer);
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
                    words.look_up(looks, buffer, spans);
                    for (look, &span) in looks.iter().zip(spans) {
                        let number = words.number_of_look(look, buffer, span);
                        let mark = *words.mark_of(number);
                        let is_stop = if mark.row == row {
                            mark.at == NOWHERE
                        } else {
                            let is_stop = stops.of(number, words) & stops_here != 0;
                            let at = if is_stop { NOWHERE } else { 0 };
                            *words.mark_of(number) = Mark { row, at, n_rows: 0 };
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

/// What is in `numbers`, without the room for more, which they keep.
fn emptied<N: Copy>(numbers: &mut Vec<N>) -> Vec<N> {
    let taken = numbers.as_slice().to_vec();
    numbers.clear();
    taken
}
