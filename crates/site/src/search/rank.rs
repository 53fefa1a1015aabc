//! From a query to documents in the order of their scores.

use super::codec::Numbers;
use super::index::Index;
use super::query::Query;
use super::terms::Term;
use super::variants::{EXACT, Variant};

/// A document that a query finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Its position.
    pub document: usize,
    /// How well it fits: a number to compare, with no unit.
    pub score: u64,
}

/// How telling a term is that `n_documents` of `n_all` hold: 16 times the logarithm to base 2 of
/// `(n_all + 1) / n_documents`, between powers of two interpolated linearly, and at least 1.
///
/// Integers alone, so that every language gives the same.
#[must_use]
pub fn idf(n_documents: u32, n_all: u32) -> u64 {
    const UNIT: u32 = 16;
    let ratio = ((u64::from(n_all) + 1) << UNIT) / u64::from(n_documents.max(1));
    let whole = ratio.max(1).ilog2();
    let rest = ((ratio - (1 << whole)) * 16) >> whole;
    (u64::from(whole.saturating_sub(UNIT)) * 16 + rest).max(1)
}

/// Documents with the words of the phrases in which the phrases are looked for, the best ones.
const MAX_CHECKED: usize = 400;

impl Index {
    /// The documents that fit `query`, the best first. A query without words finds what its
    /// filters let through, in the order of the documents; without filters, nothing.
    ///
    /// Cost: the postings of the terms that the words stand for, once.
    #[must_use]
    pub fn search(&self, query: &Query) -> Vec<Hit> {
        let n_all = self.n_documents();
        let n_parts = (query.words.len() + query.phrases.len()) as u64;
        let mut scores = vec![0_u64; n_all];
        let mut n_matched = vec![0_u64; n_all];
        let mut allowed = vec![true; n_all];
        for (word, least_start) in query.words_with_least_start() {
            let best = self.best_of(&self.variants(word, least_start));
            for (document, score) in best.into_iter().enumerate() {
                scores[document] += score;
                n_matched[document] += u64::from(score > 0);
            }
        }
        for phrase in &query.phrases {
            let mut n_words = vec![0; n_all];
            for term in phrase.iter().filter_map(|word| self.term(word)) {
                let idf = idf(term.n_documents, n_all as u32);
                for (document, weight) in postings(term) {
                    scores[document] += u64::from(EXACT) * idf * weight;
                    n_words[document] += 1;
                }
            }
            for (document, n) in n_words.into_iter().enumerate() {
                allowed[document] &= n == phrase.len();
                n_matched[document] += 1;
            }
        }
        for (kind, position) in [("#t", query.topic), ("#g", query.tag)] {
            let Some(position) = position else { continue };
            let mut named = vec![false; n_all];
            if let Some(term) = self.term(&format!("{kind}{position}")) {
                documents_of(term).for_each(|document| named[document as usize] = true);
            }
            allowed.iter_mut().zip(named).for_each(|(allowed, named)| *allowed &= named);
        }
        if n_parts == 0 {
            let is_filtered = query.topic.is_some() || query.tag.is_some();
            let found = allowed.iter().enumerate().filter(|(_, allowed)| is_filtered && **allowed);
            return found.map(|(document, _)| Hit { document, score: 0 }).collect();
        }
        let mut hits: Vec<Hit> = (0..n_all)
            .filter(|&document| allowed[document] && scores[document] > 0)
            .map(|document| Hit {
                document,
                score: scores[document] * n_matched[document] / n_parts,
            })
            .collect();
        hits.sort_by(|a, b| b.score.cmp(&a.score).then(a.document.cmp(&b.document)));
        if !query.phrases.is_empty() {
            hits.truncate(MAX_CHECKED);
            for phrase in &query.phrases {
                let places: Vec<Vec<u32>> = phrase.iter().map(|word| self.places(word)).collect();
                hits.retain(|hit| self.holds(hit.document, &places));
            }
        }
        hits
    }

    /// The words that `query` matches in the documents: to be marked where they are shown.
    #[must_use]
    pub fn matched_terms(&self, query: &Query) -> Vec<&str> {
        let words = query.words_with_least_start();
        let variants = words.flat_map(|(word, least_start)| self.variants(word, least_start));
        let of_phrases = query.phrases.iter().flatten().filter_map(|word| self.term(word));
        let mut terms: Vec<&str> = variants
            .map(|variant| variant.term)
            .chain(of_phrases)
            .map(|term| &*term.text)
            .collect();
        terms.sort_unstable();
        terms.dedup();
        terms
    }

    /// For every document the score of the best of `variants`, the first of which is the word
    /// itself when there is such a term.
    fn best_of(&self, variants: &[Variant<'_>]) -> Vec<u64> {
        let n_all = self.n_documents();
        let mut best = vec![0; n_all];
        let own = variants
            .first()
            .filter(|variant| variant.factor == EXACT)
            .map_or(u64::MAX, |variant| idf(variant.term.n_documents, n_all as u32));
        for Variant { term, factor } in variants {
            // A rare word that begins with a common one tells no more than the common one does.
            let idf = idf(term.n_documents, n_all as u32).min(own);
            for (document, weight) in postings(term) {
                best[document] = best[document].max(u64::from(*factor) * idf * weight);
            }
        }
        best
    }

    /// Where a word stands, in the row of all words.
    fn places(&self, word: &str) -> Vec<u32> {
        let numbers = Numbers::of(self.position(word).map_or("", |term| &self.places[term]));
        let places = numbers.scan(0, |place, distance| {
            *place += distance;
            Some(*place)
        });
        places.collect()
    }

    /// Whether the words with these places stand one after another in a document.
    fn holds(&self, document: usize, places: &[Vec<u32>]) -> bool {
        let start = self.spans[document].start;
        let end = self.spans.get(document + 1).map_or(u32::MAX, |next| next.start);
        let first = &places[0][places[0].partition_point(|&place| place < start)..];
        first.iter().take_while(|&&place| place < end).any(|&place| {
            let follows = |(offset, places): (u32, &Vec<u32>)| {
                places.binary_search(&(place + offset)).is_ok()
            };
            (0..).zip(places).all(follows)
        })
    }
}

/// The documents of a term, and its weight in each, from 1.
fn postings(term: &Term) -> impl Iterator<Item = (usize, u64)> + '_ {
    let mut numbers = Numbers::of(&term.postings);
    let mut document = 0;
    std::iter::from_fn(move || {
        document += numbers.next()? as usize;
        Some((document, u64::from(numbers.next()?) + 1))
    })
}

/// The documents of a filter.
fn documents_of(filter: &Term) -> impl Iterator<Item = u32> + '_ {
    Numbers::of(&filter.postings).scan(0, |document, distance| {
        *document += distance;
        Some(*document)
    })
}
