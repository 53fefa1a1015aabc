//! The rows of all shards, over the words of the corpus.

use std::ops::Deref;
use std::sync::Arc;

use jobs::{Piece, Run, Spilled};

use super::phrases::Joined;
use super::shard::ShardRows;
use super::spilled::{Shards, SpilledRows, Stored};
use crate::Error;

/// For every shard: the corpus numbers of its words.
#[derive(Debug)]
pub(super) enum Numbers {
    Kept(Vec<Vec<u32>>),
    Spilled(Arc<Stored>),
}

impl Numbers {
    pub(super) fn get(&self, shard: usize) -> Result<OfShard<'_>, Error> {
        match self {
            Self::Kept(of_shard) => Ok(OfShard::Kept(&of_shard[shard])),
            Self::Spilled(shards) => shards.numbers(shard).map(OfShard::Read),
        }
    }
}

/// Numbers of a shard, kept or read.
pub(super) enum OfShard<'a> {
    Kept(&'a [u32]),
    Read(Piece<u32>),
}

impl Deref for OfShard<'_> {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        match self {
            Self::Kept(numbers) => numbers,
            Self::Read(numbers) => numbers,
        }
    }
}

/// The rows of shards on disk with phrases in place of their words, on disk as well.
#[derive(Debug)]
pub(super) struct WithPhrases {
    pub(super) shards: Arc<Stored>,
    pub(super) rows: Vec<SpilledJoined>,
    /// The corpus numbers of the phrases.
    pub(super) numbers: Vec<u32>,
}

/// The same of a shard.
#[derive(Debug)]
pub(super) struct SpilledJoined {
    rows: SpilledRows,
    /// The phrases that it has, numbered after its words.
    phrases: Spilled<u32>,
}

impl SpilledJoined {
    pub(super) fn put(joined: &Joined, shards: &Stored) -> Result<Self, Error> {
        let rows = shards.put(joined.rows.view())?;
        Ok(Self { rows, phrases: shards.put_numbers(&joined.phrases)? })
    }
}

impl WithPhrases {
    /// Calls `f` with the rows of a shard and the corpus numbers of its words, which are `of_words`, and
    /// phrases.
    fn with<R>(
        &self,
        shard: usize,
        of_words: &[u32],
        f: impl FnOnce(&ShardRows<'_>, &[u32]) -> R,
    ) -> Result<R, Error> {
        let SpilledJoined { rows, phrases } = &self.rows[shard];
        let phrases = self.shards.get_numbers(phrases)?;
        let of_phrases = phrases.iter().map(|&phrase| self.numbers[phrase as usize]);
        let numbers: Vec<u32> = of_words.iter().copied().chain(of_phrases).collect();
        Ok(f(&ShardRows::of(self.shards.get(rows)?.view()), &numbers))
    }
}

/// The rows of all shards.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    pub(super) shards: Shards<'a>,
    pub(super) numbers: Numbers,
    pub(super) made: When<'a>,
}

/// When the rows are made of the shards.
#[derive(Debug)]
pub(super) enum When<'a> {
    /// They were, and are kept.
    Once(Vec<ShardRows<'a>>),
    /// Whenever they are asked for, so that those of a few shards are there at once.
    Anew,
    /// They were, and are read whenever they are asked for.
    OnDisk(WithPhrases),
}

impl<'a> Rows<'a> {
    /// Those of `shards` with single words; they are kept if the shards are.
    pub(super) fn of_words(shards: Shards<'a>, numbers: Numbers, run: &Run) -> Result<Self, Error> {
        let made = match &shards {
            Shards::Kept(kept) => {
                let counts = kept.iter().map(|shard| shard.counts.view()).collect();
                When::Once(run.share_items(counts, ShardRows::of)?)
            }
            Shards::Spilled(_) => When::Anew,
        };
        Ok(Self { shards, numbers, made })
    }

    /// All of them, where they are kept.
    pub(super) fn kept(&self) -> Option<&[ShardRows<'a>]> {
        match &self.made {
            When::Once(rows) => Some(rows),
            When::Anew | When::OnDisk(_) => None,
        }
    }

    /// For every word of the corpus, of which there are `n_words`, how many rows have it, where that is
    /// known before they are looked at.
    pub(super) fn known_doc_freq(&self, n_words: usize) -> Result<Option<Vec<u32>>, Error> {
        let mut doc_freq = vec![0; n_words];
        let mut add = |rows: &ShardRows<'_>, numbers: &[u32]| {
            for (&number, n_of_word) in numbers.iter().zip(rows.n_of_word()) {
                doc_freq[number as usize] += n_of_word;
            }
        };
        match (&self.made, &self.numbers) {
            (When::Once(_) | When::OnDisk(_), _) => {
                for shard in 0..self.shards.len() {
                    self.with(shard, &mut add)?;
                }
                Ok(Some(doc_freq))
            }
            (When::Anew, Numbers::Spilled(shards)) => Ok(shards.doc_freq().map(<[u32]>::to_vec)),
            (When::Anew, Numbers::Kept(_)) => Ok(None),
        }
    }

    /// Calls `f` with the rows of a shard and the corpus numbers of their words.
    pub(super) fn with<R>(
        &self,
        shard: usize,
        f: impl FnOnce(&ShardRows<'_>, &[u32]) -> R,
    ) -> Result<R, Error> {
        let numbers = self.numbers.get(shard)?;
        match &self.made {
            When::Once(rows) => Ok(f(&rows[shard], &numbers)),
            When::Anew => Ok(f(&ShardRows::of(self.shards.get(shard)?.view()), &numbers)),
            When::OnDisk(with_phrases) => with_phrases.with(shard, &numbers, f),
        }
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
