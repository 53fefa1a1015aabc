//! Shards on disk, for more documents than memory holds the counts of.

use std::borrow::Cow;

use jobs::{Run, Spill, Spilled};

use super::shard::{Content, Entry, ShardCounts};
use crate::Error;
use crate::stem::language_of;

/// The counts of shards on disk, where each is found again as often as all are gone through. They are
/// gone with the value.
///
/// ```
/// use jobs::Run;
/// use text::{CountConfig, Counter, SpilledShards};
///
/// let run = Run::serial();
/// let counter = Counter::new(&CountConfig::default())?;
/// let mut shards = SpilledShards::new(&run)?;
/// for docs in [&["a lamp", "two lamps"][..], &["the tide"]] {
///     shards.push(&counter.count_shard(docs)?, docs.iter().map(|_| Some("en")))?;
/// }
/// let merged = counter.merge_spilled(&shards, &run)?;
/// assert_eq!(merged.vocabulary().terms(), ["lamp", "tide"]);
/// let mut n_docs = 0;
/// merged.each_run(&run, |counts| {
///     n_docs += counts.rows();
///     Ok::<_, text::Error>(())
/// })?;
/// assert_eq!(n_docs, 3);
/// # Ok::<(), text::Error>(())
/// ```
#[derive(Debug)]
pub struct SpilledShards {
    spill: Spill,
    shards: Vec<SpilledShard>,
    n_tokens: usize,
    /// Of every document that tells it.
    languages: Vec<Language>,
}

/// What a document tells of its language.
#[derive(Debug, Clone, Copy)]
enum Language {
    Unknown,
    /// Its number among those with a stemmer, if it is one.
    Known(Option<u8>),
}

#[derive(Debug)]
struct SpilledShard {
    words: Spilled<u8>,
    word_ends: Spilled<usize>,
    has_tokens: bool,
    /// The tokens, or words and counts in turn.
    numbers: Spilled<u32>,
    row_ends: Spilled<usize>,
}

impl SpilledShards {
    /// None yet, in a file of the run.
    ///
    /// # Errors
    /// Those of [`Run::spill`].
    pub fn new(run: &Run) -> Result<Self, Error> {
        let (shards, languages) = (Vec::new(), Vec::new());
        Ok(Self { spill: run.spill()?, shards, n_tokens: 0, languages })
    }

    /// Adds the counts of a shard, and what each of its documents tells of its language (ISO 639-1).
    ///
    /// # Errors
    /// Those of writing.
    ///
    /// # Panics
    /// When the counts are of more documents or fewer.
    pub fn push<'l>(
        &mut self,
        counts: &ShardCounts,
        languages: impl IntoIterator<Item = Option<&'l str>>,
    ) -> Result<(), Error> {
        let numbers = match &counts.content {
            Content::Tokens(tokens) => Cow::Borrowed(&tokens[..]),
            Content::Entries(entries) => entries.iter().flat_map(|e| [e.word, e.count]).collect(),
        };
        self.shards.push(SpilledShard {
            words: self.spill.put(&counts.words)?,
            word_ends: self.spill.put(&counts.word_ends)?,
            has_tokens: counts.has_tokens(),
            numbers: self.spill.put(&numbers)?,
            row_ends: self.spill.put(&counts.row_ends)?,
        });
        self.n_tokens += counts.n_tokens();
        let language = |told: Option<&str>| match told {
            None => Language::Unknown,
            Some(code) => Language::Known(language_of(code).map(|number| number as u8)),
        };
        let n_before = self.n_docs();
        self.languages.extend(languages.into_iter().map(language));
        assert_eq!(self.n_docs() - n_before, counts.n_docs(), "the documents that were counted");
        Ok(())
    }

    /// How many documents were counted.
    #[must_use]
    pub fn n_docs(&self) -> usize {
        self.languages.len()
    }

    /// How much of the disk they take up, bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.spill.bytes()
    }

    /// Of every document its number among those with a stemmer; `code` stands for one that is not told.
    pub(super) fn languages(&self, code: Option<&str>) -> Vec<Option<u8>> {
        let own = code.and_then(language_of).map(|number| number as u8);
        let number = |language: &Language| match language {
            Language::Unknown => own,
            Language::Known(number) => *number,
        };
        self.languages.iter().map(number).collect()
    }

    fn get(&self, number: usize) -> Result<ShardCounts, Error> {
        let shard = &self.shards[number];
        let numbers = self.spill.get(&shard.numbers)?;
        let content = if shard.has_tokens {
            Content::Tokens(numbers.to_vec())
        } else {
            let (pairs, _) = numbers.as_chunks();
            Content::Entries(pairs.iter().map(|&[word, count]| Entry { word, count }).collect())
        };
        Ok(ShardCounts {
            words: self.spill.get(&shard.words)?.to_vec(),
            word_ends: self.spill.get(&shard.word_ends)?.to_vec(),
            content,
            row_ends: self.spill.get(&shard.row_ends)?.to_vec(),
        })
    }
}

/// Shards, wherever they are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shards<'a> {
    Kept(&'a [ShardCounts]),
    Spilled(&'a SpilledShards),
}

impl<'a> Shards<'a> {
    pub(super) fn len(self) -> usize {
        match self {
            Self::Kept(shards) => shards.len(),
            Self::Spilled(spilled) => spilled.shards.len(),
        }
    }

    pub(super) fn n_docs(self) -> usize {
        match self {
            Self::Kept(shards) => shards.iter().map(ShardCounts::n_docs).sum(),
            Self::Spilled(spilled) => spilled.n_docs(),
        }
    }

    /// How many documents one of them has.
    pub(super) fn n_docs_of(self, number: usize) -> usize {
        match self {
            Self::Kept(shards) => shards[number].n_docs(),
            Self::Spilled(spilled) => spilled.shards[number].row_ends.len(),
        }
    }

    /// How many words stand in them, at most.
    pub(super) fn n_tokens(self) -> usize {
        match self {
            Self::Kept(shards) => shards.iter().map(ShardCounts::n_tokens).sum(),
            Self::Spilled(spilled) => spilled.n_tokens,
        }
    }

    /// Whether all of them have their words as they stand.
    pub(super) fn have_tokens(self) -> bool {
        match self {
            Self::Kept(shards) => shards.iter().all(ShardCounts::has_tokens),
            Self::Spilled(spilled) => spilled.shards.iter().all(|shard| shard.has_tokens),
        }
    }

    pub(super) fn get(self, number: usize) -> Result<Cow<'a, ShardCounts>, Error> {
        match self {
            Self::Kept(shards) => Ok(Cow::Borrowed(&shards[number])),
            Self::Spilled(spilled) => spilled.get(number).map(Cow::Owned),
        }
    }
}
