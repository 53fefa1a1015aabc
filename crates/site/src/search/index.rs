//! Documents → terms with the places where they stand.

use super::codec;
use super::shard::ShardWords;
use super::terms::Terms;
use super::words::{Span, Words, max_words};

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

/// The terms of all documents, with where they stand.
#[derive(Debug, Clone)]
pub struct Index {
    pub(super) terms: Terms,
    /// For every term the distance of each of its places to the one before, as [`codec`] writes
    /// numbers. The page does without: it looks into the texts for phrases.
    pub(super) places: Vec<Box<str>>,
    pub(super) spans: Vec<Span>,
}

impl Index {
    /// Indexes the documents, whose positions are those of `entries`.
    ///
    /// Time and memory go with the number of words: 100,000 abstracts of 150 words take about 3 s
    /// on one core.
    #[must_use]
    pub fn build(entries: &[Entry<'_>]) -> Self {
        let words = Words::of(entries, max_words(entries.len()));
        let terms = Terms::of(
            &[ShardWords::of_words(&words)],
            entries.iter().map(|entry| entry.topic_positions),
            entries.iter().map(|entry| entry.tag_positions),
        );
        let mut of_words = words.places.iter().map(|places| written(places));
        // Filters have no places, and words stand in one order here and there.
        let is_filter = |text: &str| text.starts_with('#');
        let places = terms.all.iter().map(|term| {
            let own = if is_filter(&term.text) { None } else { of_words.next() };
            own.unwrap_or_default()
        });
        let places = places.collect();
        Self { terms, places, spans: words.spans }
    }

    /// The number of different words, filters included.
    #[must_use]
    pub fn n_terms(&self) -> usize {
        self.terms.all.len()
    }

    /// The number of documents.
    #[must_use]
    pub fn n_documents(&self) -> usize {
        self.spans.len()
    }

    /// The terms, of which the files are made.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }
}

fn written(places: &[u32]) -> Box<str> {
    let mut text = String::new();
    let mut before = 0;
    for &place in places {
        codec::push(&mut text, place - before);
        before = place;
    }
    text.into()
}
