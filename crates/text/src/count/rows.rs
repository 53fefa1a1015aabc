//! The rows of all shards, over the words of the corpus.

use std::borrow::Cow;

use jobs::Run;

use super::phrases::Phrases;
use super::shard::ShardRows;
use super::spilled::{Shards, SpilledShards};
use crate::Error;

/// For every shard: the corpus numbers of its words.
#[derive(Debug)]
pub(super) enum Numbers<'a> {
    Kept(Vec<Vec<u32>>),
    Spilled(&'a SpilledShards),
}

impl Numbers<'_> {
    pub(super) fn get(&self, shard: usize) -> Result<Cow<'_, [u32]>, Error> {
        match self {
            Self::Kept(of_shard) => Ok(Cow::Borrowed(&of_shard[shard])),
            Self::Spilled(shards) => shards.numbers(shard).map(Cow::Owned),
        }
    }
}

/// Phrases in place of their words.
#[derive(Debug)]
pub(super) struct InPlace {
    pub(super) found: Phrases,
    /// The corpus numbers of the phrases.
    pub(super) numbers: Vec<u32>,
    /// What each word is folded to.
    pub(super) target: Option<Vec<u32>>,
}

/// The rows of all shards.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    pub(super) shards: Shards<'a>,
    pub(super) numbers: Numbers<'a>,
    pub(super) made: When<'a>,
}

/// When the rows are made of the shards.
#[derive(Debug)]
pub(super) enum When<'a> {
    /// They were, and are kept.
    Once(Vec<ShardRows<'a>>),
    /// Whenever they are asked for, so that those of a few shards are there at once.
    Anew(Option<InPlace>),
}

impl<'a> Rows<'a> {
    /// Those of `shards` with single words; they are kept if the shards are.
    pub(super) fn of_words(
        shards: Shards<'a>,
        numbers: Numbers<'a>,
        run: &Run,
    ) -> Result<Self, Error> {
        let made = match shards {
            Shards::Kept(kept) => {
                let counts = kept.iter().map(|shard| &shard.counts).collect();
                When::Once(run.map(counts, ShardRows::of)?)
            }
            Shards::Spilled(_) => When::Anew(None),
        };
        Ok(Self { shards, numbers, made })
    }

    /// All of them, where they are kept.
    pub(super) fn kept(&self) -> Option<&[ShardRows<'a>]> {
        match &self.made {
            When::Once(rows) => Some(rows),
            When::Anew(_) => None,
        }
    }

    /// For every word of the corpus, of which there are `n_words`, how many rows have it, where that is
    /// known before they are looked at.
    pub(super) fn known_doc_freq(&self, n_words: usize) -> Option<Vec<u32>> {
        match (&self.made, &self.numbers) {
            (When::Once(rows), Numbers::Kept(of_shard)) => {
                let mut doc_freq = vec![0; n_words];
                for (rows, numbers) in rows.iter().zip(of_shard) {
                    for (&number, n_of_word) in numbers.iter().zip(rows.n_of_word()) {
                        doc_freq[number as usize] += n_of_word;
                    }
                }
                Some(doc_freq)
            }
            (When::Anew(None), Numbers::Spilled(shards)) => {
                let doc_freq = shards.doc_freq()?;
                Some(doc_freq.to_vec())
            }
            _ => None,
        }
    }

    /// Calls `f` with the rows of a shard and the corpus numbers of their words.
    pub(super) fn with<R>(
        &self,
        shard: usize,
        f: impl FnOnce(&ShardRows<'_>, &[u32]) -> R,
    ) -> Result<R, Error> {
        let numbers = self.numbers.get(shard)?;
        let in_place = match &self.made {
            When::Once(rows) => return Ok(f(&rows[shard], &numbers)),
            When::Anew(in_place) => in_place,
        };
        let counts = self.shards.get(shard)?;
        let Some(InPlace { found, numbers: of_phrase, target }) = in_place else {
            return Ok(f(&ShardRows::of(&counts), &numbers));
        };
        let joined = found.rows_of(&counts, (&numbers, target.as_deref()));
        let mut numbers = numbers.into_owned();
        numbers.extend(joined.phrases.iter().map(|&phrase| of_phrase[phrase as usize]));
        Ok(f(&joined.rows, &numbers))
    }

    /// Calls `map` with the number of every shard and what [`with`](Self::with) gives of it, on all
    /// threads, and `reduce` with the results in the order of the shards.
    pub(super) fn fold<R: Send, A, E: From<Error> + From<jobs::Error>>(
        &self,
        run: &Run,
        map: impl Fn(usize, &ShardRows<'_>, &[u32]) -> R + Sync,
        init: A,
        mut reduce: impl FnMut(A, R) -> Result<A, E>,
    ) -> Result<A, E> {
        let each = |shard| self.with(shard, |rows, numbers| map(shard, rows, numbers));
        run.fold(0..self.shards.len(), each, init, |sum, made| reduce(sum, made?))
    }
}
