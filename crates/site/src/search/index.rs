//! Documents → terms with the places where they stand.

use std::collections::HashMap;

use super::codec;
use super::normalise::each_token;

/// How often a word of each field counts: of title and tags, of speakers, and of the text.
const FIELDS: [u32; 3] = [3, 2, 1];
/// The words of all documents together, about; with very many documents only the first words of
/// each text are indexed, though always so many.
const MAX_WORDS: usize = 20_000_000;
const MIN_WORDS: usize = 64;
/// The steps in which the weight of a word in a document is stored.
pub(super) const STEPS: u64 = 16;
/// A word that comes more often in a document counts no more.
const MAX_COUNT: u64 = 255;

/// What a document is found by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entry<'a> {
    /// Its title.
    pub title: &'a str,
    /// The names of its tags.
    pub tags: &'a [&'a str],
    /// Its speakers.
    pub speakers: &'a [&'a str],
    /// Its text.
    pub text: &'a str,
    /// The positions of its topics, for the filter by topic.
    pub topic_positions: &'a [usize],
    /// The positions of its tags, for the filter by tag.
    pub tag_positions: &'a [usize],
}

/// The terms of all documents, sorted, with where they stand.
///
/// All words of all documents stand in one row, document after document, and a place is a number in
/// that row.
#[derive(Debug, Clone)]
pub struct Index {
    pub(super) terms: Vec<Term>,
    pub(super) spans: Vec<Span>,
}

/// A term: a word, or a filter (`#t3` for topic 3, `#g3` for tag 3), which no word can be.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) text: Box<str>,
    /// The number of documents that hold it.
    pub(super) n_documents: u32,
    /// For every document the distance to the document before and, but for filters, the step of the
    /// term's weight in it; as [`codec`] writes numbers.
    pub(super) postings: Box<str>,
    /// The distance of every place to the one before, likewise. The page does without: it looks into
    /// the texts for phrases.
    pub(super) places: Box<str>,
}

/// Where a document lies in the row of all words.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) start: u32,
    /// Where the places of speakers, and those of the text, begin and end, counted from the start. A place
    /// is left free after every field.
    pub(super) ends: [u32; 3],
}

impl Span {
    /// How often a word at `place`, counted from the start, counts.
    fn field_weight(&self, place: u32) -> u64 {
        let field = self.ends.iter().take(2).take_while(|&&end| place >= end).count();
        u64::from(FIELDS[field])
    }

    /// How long the document is: its places, each as often as a word there counts.
    fn length(&self) -> u64 {
        let [title, speakers, text] = self.ends.map(u64::from);
        3 * title + 2 * (speakers - title) + (text - speakers)
    }

    /// The part of BM25 that depends on the document, of a word that comes `count` times: from 0
    /// to `STEPS - 1`. `total` is the length of all `n` documents together.
    fn step(&self, count: u64, total: u64, n: usize) -> u32 {
        // count / (count + k1 (1 - b + b length / mean)), times 10 total to have integers alone.
        let count = 10 * total * count.min(MAX_COUNT);
        (STEPS * count / (count + 3 * total + 9 * self.length() * n as u64).max(1)).min(STEPS - 1)
            as u32
    }
}

impl Index {
    /// Indexes the documents, whose positions are those of `entries`.
    ///
    /// Time and memory go with the number of words: 100,000 abstracts of 150 words take about 3 s
    /// on one core.
    #[must_use]
    pub fn build(entries: &[Entry<'_>]) -> Self {
        let max_words = (MAX_WORDS / entries.len().max(1)).max(MIN_WORDS) as u32;
        let mut words = Words::default();
        let mut spans = Vec::with_capacity(entries.len());
        let mut start = 0;
        for entry in entries {
            let mut span = Span { start, ends: [0; 3] };
            let mut place = 0;
            let fields: [&mut dyn Iterator<Item = &str>; 3] = [
                &mut std::iter::once(entry.title).chain(entry.tags.iter().copied()),
                &mut entry.speakers.iter().copied(),
                &mut std::iter::once(entry.text),
            ];
            for (texts, end) in fields.into_iter().zip(&mut span.ends) {
                for text in texts {
                    words.read(text, start, &mut place, max_words);
                    place += 1;
                }
                *end = place;
            }
            start += place;
            spans.push(span);
        }
        let mut terms = words.into_terms(&spans);
        terms.extend(filters('t', entries.iter().map(|entry| entry.topic_positions)));
        terms.extend(filters('g', entries.iter().map(|entry| entry.tag_positions)));
        terms.sort_unstable_by(|a, b| a.text.cmp(&b.text));
        Self { terms, spans }
    }

    /// The number of different words, filters included.
    #[must_use]
    pub fn n_terms(&self) -> usize {
        self.terms.len()
    }

    /// The number of documents.
    #[must_use]
    pub fn n_documents(&self) -> usize {
        self.spans.len()
    }
}

/// The different words met so far, with their places.
#[derive(Default)]
struct Words {
    ids: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
    places: Vec<Vec<u32>>,
    buffer: String,
}

impl Words {
    /// Adds the words of `text` for a document that begins at `start`; `place` is the next free one
    /// in it, and stays below `max_words`.
    fn read(&mut self, text: &str, start: u32, place: &mut u32, max_words: u32) {
        let Self { ids, texts, places, buffer } = self;
        each_token(text, buffer, |token| {
            if *place >= max_words {
                return;
            }
            let id = ids.get(token.text).copied().unwrap_or_else(|| {
                let id = texts.len() as u32;
                ids.insert(token.text.into(), id);
                texts.push(token.text.into());
                places.push(Vec::new());
                id
            });
            places[id as usize].push(start + *place);
            *place += 1;
        });
    }

    fn into_terms(self, spans: &[Span]) -> Vec<Term> {
        let total = spans.iter().map(Span::length).sum();
        let terms = self.texts.into_iter().zip(self.places);
        terms.map(|(text, places)| term(text, &places, spans, total)).collect()
    }
}

fn term(text: Box<str>, all: &[u32], spans: &[Span], total: u64) -> Term {
    let (mut postings, mut places) = (String::new(), String::new());
    let mut before = 0;
    for &place in all {
        codec::push(&mut places, place - before);
        before = place;
    }
    let (mut n_documents, mut before) = (0, 0);
    for (document, local) in by_document(all.iter().copied(), spans) {
        let span = &spans[document as usize];
        codec::push(&mut postings, document - before);
        codec::push(&mut postings, span.step(weighted_count(span, &local), total, spans.len()));
        before = document;
        n_documents += 1;
    }
    Term { text, n_documents, postings: postings.into(), places: places.into() }
}

/// How often a word counts that stands at these places of a document.
fn weighted_count(span: &Span, places: &[u32]) -> u64 {
    places.iter().map(|&place| span.field_weight(place)).sum()
}

/// Rising places in the row of all words, by document and counted from its start.
pub(super) fn by_document(
    places: impl Iterator<Item = u32>,
    spans: &[Span],
) -> impl Iterator<Item = (u32, Vec<u32>)> {
    let mut places = places.peekable();
    let mut document = 0;
    std::iter::from_fn(move || {
        let first = *places.peek()?;
        document += spans[document..].partition_point(|span| span.start <= first) - 1;
        let start = spans[document].start;
        let end = spans.get(document + 1).map_or(u32::MAX, |next| next.start);
        let mut local = Vec::new();
        while let Some(place) = places.next_if(|&place| place < end) {
            local.push(place - start);
        }
        Some((document as u32, local))
    })
}

/// The documents of every topic, or of every tag, that any document names.
fn filters<'a>(kind: char, named: impl Iterator<Item = &'a [usize]>) -> Vec<Term> {
    let mut found: Vec<(u32, u32, String)> = Vec::new();
    for (document, positions) in (0_u32..).zip(named) {
        for &position in positions {
            if found.len() <= position {
                found.resize(position + 1, Default::default());
            }
            let (n_documents, last, postings) = &mut found[position];
            // A document may name a tag twice.
            if *n_documents > 0 && *last == document {
                continue;
            }
            codec::push(postings, document - *last);
            *last = document;
            *n_documents += 1;
        }
    }
    let found = found.into_iter().enumerate().filter(|(_, (n_documents, ..))| *n_documents > 0);
    let term = |(position, (n_documents, _, postings)): (usize, (u32, u32, String))| Term {
        text: format!("#{kind}{position}").into(),
        n_documents,
        postings: postings.into(),
        places: Box::default(),
    };
    found.map(term).collect()
}
