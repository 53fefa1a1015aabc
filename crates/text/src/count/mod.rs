//! Words to a matrix of counts.
//!
//! Documents are counted shard by shard, each over words of its own ([`ShardCounts`]); then the words
//! of all shards are numbered together, the terms are chosen, and the matrix is filled. What comes out
//! does not depend on where the shards begin and end.

mod codec;
mod config;
mod corpus_words;
mod entries;
mod known;
mod matrix;
mod merge;
mod merged;
mod phrases;
mod rows;
mod shard;
mod sorted;
mod spilled;
mod stems;
mod tokens;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jobs::Run;
use sprs::CsMatI;

pub use config::{CountConfig, DocFreq, Fold, PhraseConfig, TermOrder};
pub use known::count_known;
pub use merged::MergedShards;
pub use shard::ShardCounts;
use shard::{Counting, Keep};
pub use spilled::{PutShard, ShardPlace, SpilledShards};

use corpus_words::CorpusWords;
use spilled::Shards;
use stems::DocLanguages;

use crate::{Analyzer, Error, Parts, Stops, Vocabulary};

/// Text counted by one task, bytes, at most: enough that few words are met in several shards, little
/// enough that a shard's words stay in the processor's cache.
const SHARD_BYTES: usize = 2 << 20;

/// Shards of a text that is shorter than so many of those: enough to go round between threads.
const N_SHARDS: usize = 12;

/// Text that is not worth a shard of its own, bytes.
const SMALL_BYTES: usize = 1 << 17;

/// Counts and what their columns mean.
#[derive(Debug, Clone)]
pub struct Counts {
    /// CSR, (n_docs, n_terms): how often each term occurs in each document, weights included.
    pub matrix: CsMatI<u32, u32, usize>,
    /// The columns.
    pub vocabulary: Vocabulary,
}

impl Counts {
    /// The counts without the terms that occur in more than the share `max_df` of the documents.
    /// The columns must be in the order of their document frequency. Cost: linear in the non-zeros.
    #[must_use]
    pub fn without_common(self, max_df: f64) -> Self {
        let n = self.n_common(max_df);
        if n == 0 {
            return self;
        }
        let first = n as u32;
        let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
        for row in self.matrix.outer_iterator() {
            let kept = row.indices().partition_point(|&column| column < first);
            indices.extend(row.indices()[kept..].iter().map(|column| column - first));
            data.extend_from_slice(&row.data()[kept..]);
            indptr.push(indices.len());
        }
        let shape = (self.matrix.rows(), self.vocabulary.len() - n);
        let matrix = CsMatI::new(shape, indptr, indices, data);
        Self { matrix, vocabulary: self.vocabulary.without_first(n) }
    }

    /// How many terms occur in more than the share `max_df` of the documents.
    /// The columns must be in the order of their document frequency.
    #[must_use]
    pub fn n_common(&self, max_df: f64) -> usize {
        let mut doc_freq = vec![0_usize; self.vocabulary.len()];
        for &column in self.matrix.indices() {
            doc_freq[column as usize] += 1;
        }
        let limit = max_df * self.matrix.rows() as f64;
        doc_freq.partition_point(|&df| df as f64 > limit)
    }
}

/// Counts the words of `docs` and makes the vocabulary.
///
/// Rows are in the order of `docs`; a document without terms is an empty row. The result does not
/// depend on the number of threads. Cost: linear in the bytes of text; memory: the counts twice,
/// and every different word once for each two megabytes of text it occurs in, or twelfth of less.
///
/// # Errors
/// [`Error::EmptyVocabulary`] when no term is left, the other variants for settings out of range.
pub fn count<D: Parts + Sync>(
    docs: &[D],
    config: &CountConfig,
    run: &Run,
) -> Result<Counts, Error> {
    let counter = Counter::new(config)?;
    config::DocFreqLimits::new(config, docs.len())?;
    let shards = counter.count_shards(docs, run)?;
    run.progress().advanced(docs.len() as u64);
    counter.merge_of(docs, &shards, run)
}

/// Counts shards of documents, and brings shards together.
///
/// ```
/// use jobs::Run;
/// use text::{CountConfig, Counter};
///
/// let counter = Counter::new(&CountConfig::default())?;
/// let first = counter.count_shard(["a lamp", "two lamps"])?;
/// let second = counter.count_shard(["the tide"])?;
/// let counts = counter.merge(&[first, second], &Run::serial())?;
/// assert_eq!(counts.vocabulary.terms(), ["lamp", "tide"]);
/// # Ok::<(), text::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Counter {
    config: CountConfig,
    analyzer: Analyzer,
    idle: Idle,
}

/// Who has counted a shard, and waits for the next.
#[derive(Debug, Default)]
struct Idle(Mutex<Vec<Counting>>);

impl Idle {
    fn all(&self) -> MutexGuard<'_, Vec<Counting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for Idle {
    /// Nobody: their memory is worth nothing to others.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Counter {
    /// A counter with these settings.
    ///
    /// # Errors
    /// Those of [`Analyzer::new`], and [`Error::NoTerms`].
    pub fn new(config: &CountConfig) -> Result<Self, Error> {
        if config.max_terms == Some(0) {
            return Err(Error::NoTerms);
        }
        let analyzer = Analyzer::new(&config.analyzer)?;
        Ok(Self { config: config.clone(), analyzer, idle: Idle::default() })
    }

    /// Counts the documents of one shard, on the calling thread. The counter keeps the memory that this
    /// takes, some megabytes, for the next shard.
    ///
    /// A pure function of the documents and the settings, so that its result can be kept
    /// ([`ShardCounts::to_bytes`]). `min_df`, `max_df`, `max_terms`, `binary`, `fold` and `order` play
    /// no part in it, and of `phrases` only whether there are any.
    ///
    /// # Errors
    /// [`Error::Pattern`] when a token pattern goes on for too long.
    pub fn count_shard<D: Parts>(
        &self,
        docs: impl IntoIterator<Item = D>,
    ) -> Result<ShardCounts, Error> {
        let idle = self.idle.all().pop();
        let mut counting = idle.unwrap_or_default();
        let counts = counting.shard(docs, (&self.analyzer, self.keep()))?;
        self.idle.all().push(counting);
        Ok(counts)
    }

    fn keep(&self) -> Keep {
        let has_phrases = self.config.phrases.is_some() && self.analyzer.has_phrases();
        if has_phrases { Keep::Order } else { Keep::Counts }
    }

    /// Counts `docs` in shards of two megabytes of text or less, on all threads.
    pub(crate) fn count_shards<D: Parts + Sync>(
        &self,
        docs: &[D],
        run: &Run,
    ) -> Result<Vec<ShardCounts>, Error> {
        let shards = run.share_items(in_shards(docs), |shard| self.count_shard(shard))?;
        self.idle.all().clear();
        shards.into_iter().collect()
    }

    /// Brings `shards` together: rows in the order of the shards.
    ///
    /// The result depends on the documents alone, not on where shards begin and end. Stems
    /// ([`Fold::Stems`]) are those of one language, that of [`Stops::OwnAnd`](crate::Stops):
    /// [`merge_of`](Self::merge_of) has the languages of the documents.
    ///
    /// # Errors
    /// As [`count`].
    pub fn merge(&self, shards: &[ShardCounts], run: &Run) -> Result<Counts, Error> {
        merge::merge(shards, &DocLanguages::all(self.analyzer_language()), &self.config, run)
    }

    /// Brings the shards of `docs` together, as [`merge`](Self::merge) does, with the stems of their
    /// languages.
    ///
    /// # Errors
    /// As [`count`].
    ///
    /// # Panics
    /// When the shards have more documents or fewer.
    pub fn merge_of<D: Parts>(
        &self,
        docs: &[D],
        shards: &[ShardCounts],
        run: &Run,
    ) -> Result<Counts, Error> {
        let n_docs: usize = shards.iter().map(ShardCounts::n_docs).sum();
        assert_eq!(docs.len(), n_docs, "the documents that were counted");
        let languages = DocLanguages::of(docs, self.analyzer_language());
        merge::merge(shards, &languages, &self.config, run)
    }

    /// Brings shards on disk together, as [`merge_of`](Self::merge_of) does: vocabulary and rows are the
    /// same. What it makes reads the rows from disk for as long as it lives, and needs nothing else of
    /// `shards`. Memory: the words of the corpus, and some shards.
    ///
    /// # Errors
    /// As [`count`], and those of reading the shards.
    pub fn merge_spilled(
        &self,
        shards: &SpilledShards,
        run: &Run,
    ) -> Result<MergedShards<'static>, Error> {
        let languages = DocLanguages::of_spilled(shards, self.analyzer_language());
        let (words, numbers) = CorpusWords::of_spilled(shards);
        let corpus = (Shards::Spilled(Arc::clone(shards.stored())), words, numbers);
        MergedShards::of(corpus, &languages, &self.config, run)
    }

    /// Brings `shards` together, as [`merge`](Self::merge) does, for who looks at some rows of the matrix
    /// at a time: the whole of it is never there.
    ///
    /// ```
    /// use jobs::Run;
    /// use text::{CountConfig, Counter};
    ///
    /// let run = Run::serial();
    /// let counter = Counter::new(&CountConfig::default())?;
    /// let shards = [counter.count_shard(["a lamp", "two lamps"])?, counter.count_shard(["the tide"])?];
    /// let merged = counter.merge_by_shard(&shards, &run)?;
    /// assert_eq!(merged.doc_freqs(), [2, 1]);
    /// let mut shapes = Vec::new();
    /// merged.each_run(&run, |counts| {
    ///     shapes.push(counts.shape());
    ///     Ok::<_, text::Error>(())
    /// })?;
    /// assert_eq!(shapes, [(2, 2), (1, 2)]);
    /// # Ok::<(), text::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`count`].
    pub fn merge_by_shard<'a>(
        &self,
        shards: &'a [ShardCounts],
        run: &Run,
    ) -> Result<MergedShards<'a>, Error> {
        let languages = DocLanguages::all(self.analyzer_language());
        let (words, numbers) = CorpusWords::of_kept(shards, run)?;
        MergedShards::of((Shards::Kept(shards), words, numbers), &languages, &self.config, run)
    }

    /// The language of documents that do not tell theirs.
    fn analyzer_language(&self) -> Option<&str> {
        match &self.config.analyzer.stops {
            Stops::OwnAnd(code) => Some(code),
            _ => None,
        }
    }

    /// Counts the terms of `docs` that `vocabulary` knows: CSR, (n_docs, n_terms).
    ///
    /// # Errors
    /// Those of the parallel run.
    pub fn count_known<D: Parts + Sync>(
        &self,
        docs: &[D],
        vocabulary: &Vocabulary,
        run: &Run,
    ) -> Result<CsMatI<u32, u32, usize>, Error> {
        let mut matrix = known::count_columns(docs, (vocabulary, &self.analyzer), run)?;
        if self.config.binary {
            matrix.data_mut().fill(1);
        }
        Ok(matrix)
    }
}

/// `docs` cut into runs of [`SHARD_BYTES`], or of less where that would be few.
fn in_shards<D: Parts>(mut docs: &[D]) -> Vec<&[D]> {
    let n_bytes: usize = docs.iter().map(Parts::n_bytes).sum();
    let shard_bytes = (n_bytes / N_SHARDS).clamp(SMALL_BYTES, SHARD_BYTES);
    let mut shards = Vec::new();
    while !docs.is_empty() {
        let mut bytes = 0;
        let full = docs.iter().position(|doc| {
            bytes += doc.n_bytes();
            bytes >= shard_bytes
        });
        let (shard, rest) = docs.split_at(full.map_or(docs.len(), |last| last + 1));
        shards.push(shard);
        docs = rest;
    }
    shards
}
