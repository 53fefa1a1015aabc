//! The terms of all documents, of which the files of the index are made.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::codec;
use super::shard::ShardWords;

/// The steps in which the weight of a word in a document is stored.
pub(super) const STEPS: u64 = 16;

/// The terms of all documents in the order of the alphabet, each with the documents that hold it.
#[derive(Debug, Clone)]
pub struct Terms {
    pub(super) all: Vec<Term>,
    n_documents: usize,
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
}

impl Terms {
    /// The terms of the documents of `shards`, in their order; `topics` and `tags` are the positions
    /// that each document names. Cost: linear in the documents of all terms, and a sort of the terms.
    #[must_use]
    pub fn of<'a>(
        shards: &[ShardWords],
        topics: impl Iterator<Item = &'a [usize]>,
        tags: impl Iterator<Item = &'a [usize]>,
    ) -> Self {
        let lengths: Vec<u64> = shards.iter().flat_map(ShardWords::lengths).copied().collect();
        let mut all = merged(shards, &lengths);
        all.extend(filters('t', topics));
        all.extend(filters('g', tags));
        // Filters stand together and before all words that begin with a letter or a digit.
        all.sort_by(|a, b| a.text.cmp(&b.text));
        Self { all, n_documents: lengths.len() }
    }

    /// The number of documents.
    #[must_use]
    pub fn n_documents(&self) -> usize {
        self.n_documents
    }
}

/// The words of all shards; `lengths` are those of all documents.
fn merged(shards: &[ShardWords], lengths: &[u64]) -> Vec<Term> {
    let total: u64 = lengths.iter().sum();
    let firsts: Vec<u32> = shards
        .iter()
        .scan(0, |next, shard| {
            let first = *next;
            *next += shard.lengths().len() as u32;
            Some(first)
        })
        .collect();
    // The next word of every shard: the first in the alphabet, and of equal ones that of the first shard,
    // comes out first.
    let mut next: BinaryHeap<Reverse<(u64, &str, usize, usize)>> = BinaryHeap::new();
    let of_shard = |n: usize, word: usize| {
        let shard = &shards[n];
        (word < shard.n_words()).then(|| {
            let text = shard.word(word);
            Reverse((beginning(text), text, n, word))
        })
    };
    next.extend((0..shards.len()).filter_map(|n| of_shard(n, 0)));
    let mut terms = Vec::new();
    let mut postings = String::new();
    while let Some(&Reverse((start, text, ..))) = next.peek() {
        let (mut n_documents, mut before) = (0, 0);
        while let Some(&Reverse((same_start, same, n, word))) = next.peek()
            && same_start == start
            && same == text
        {
            let (documents, counts) = shards[n].documents(word);
            for (&document, &count) in documents.iter().zip(counts) {
                let document = firsts[n] + document;
                codec::push(&mut postings, document - before);
                let length = lengths[document as usize];
                codec::push(&mut postings, step((count.into(), length), (total, lengths.len())));
                before = document;
            }
            n_documents += documents.len() as u32;
            match of_shard(n, word + 1) {
                Some(following) => {
                    if let Some(mut first) = next.peek_mut() {
                        *first = following;
                    }
                }
                None => drop(next.pop()),
            }
        }
        terms.push(Term { text: text.into(), n_documents, postings: postings.as_str().into() });
        postings.clear();
    }
    terms
}

/// The first bytes of `text` as a number: most texts are told apart by it, which is at hand where they are
/// not, and of two that differ the lesser text has the lesser one.
fn beginning(text: &str) -> u64 {
    let mut first = [0; 8];
    for (to, byte) in first.iter_mut().zip(text.bytes()) {
        *to = byte;
    }
    u64::from_be_bytes(first)
}

/// The part of BM25 that depends on the document, of a word that counts `count` times in one of that
/// length: from 0 to `STEPS - 1`. `total` is the length of all `n` documents together.
fn step((count, length): (u64, u64), (total, n): (u64, usize)) -> u32 {
    // count / (count + k1 (1 - b + b length / mean)), times 10 total to have integers alone.
    let count = 10 * total * count;
    (STEPS * count / (count + 3 * total + 9 * length * n as u64).max(1)).min(STEPS - 1) as u32
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
    };
    found.map(term).collect()
}
