//! Shards brought together: the vocabulary, and the matrix run by run.

use jobs::Run;
use sprs::CsMatI;

use super::config::CountConfig;
use super::corpus_words::CorpusWords;
use super::matrix::NO_COLUMN;
use super::merge::{Chosen, choose, ranks_of};
use super::rows::{Numbers, Rows};
use super::shard::ShardRows;
use super::sorted::texts_of;
use super::spilled::Shards;
use super::stems::DocLanguages;
use crate::{Error, Vocabulary};

/// Shards, in memory or on disk, brought together: the columns of the matrix of their counts, whose rows
/// are made when they are asked for.
#[derive(Debug)]
pub struct MergedShards<'a> {
    rows: Rows<'a>,
    /// For every word of the corpus.
    column_of: Vec<u32>,
    vocabulary: Vocabulary,
    doc_freqs: Vec<u32>,
    is_binary: bool,
}

impl<'a> MergedShards<'a> {
    pub(super) fn of(
        corpus: (Shards<'a>, CorpusWords, Numbers),
        languages: &DocLanguages,
        config: &CountConfig,
        run: &Run,
    ) -> Result<Self, Error> {
        let Chosen { words, rows, terms, column_of, variants, doc_freq } =
            choose(corpus, languages, config, run)?;
        let texts = texts_of(&terms, &words, run)?;
        let doc_freqs = terms.iter().map(|term| doc_freq[term.word as usize]).collect();
        let vocabulary = Vocabulary::of(texts, variants);
        Ok(Self { rows, column_of, vocabulary, doc_freqs, is_binary: config.binary })
    }

    /// The columns.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The columns alone.
    #[must_use]
    pub fn into_vocabulary(self) -> Vocabulary {
        self.vocabulary
    }

    /// For every column: how many documents have its term.
    #[must_use]
    pub fn doc_freqs(&self) -> &[u32] {
        &self.doc_freqs
    }

    /// How many terms occur in more than the share `max_df` of the documents, as
    /// [`Counts::n_common`](crate::Counts::n_common) tells: the columns must be in the order of their
    /// document frequency.
    #[must_use]
    pub fn n_common(&self, max_df: f64) -> usize {
        let limit = max_df * self.rows.shards.n_docs() as f64;
        self.doc_freqs.partition_point(|&df| f64::from(df) > limit)
    }

    /// The same without these terms, as [`Counts::without_common`](crate::Counts::without_common).
    #[must_use]
    pub fn without_common(mut self, max_df: f64) -> Self {
        let n = self.n_common(max_df);
        for column in &mut self.column_of {
            *column = match *column {
                NO_COLUMN => NO_COLUMN,
                column => column.checked_sub(n as u32).unwrap_or(NO_COLUMN),
            };
        }
        self.doc_freqs.drain(..n);
        Self { vocabulary: self.vocabulary.without_first(n), ..self }
    }

    /// Calls `each` with the counts of every shard, CSR, (n_docs of the shard, n_terms), in the order of
    /// the shards: one after the other they are the rows of the matrix that
    /// [`Counter::merge`](crate::Counter::merge) makes. Cost: one pass over the shards.
    ///
    /// # Errors
    /// Those of reading the shards, of the parallel run and of `each`.
    pub fn each_run<E: From<Error> + From<jobs::Error>>(
        &self,
        run: &Run,
        each: impl FnMut(CsMatI<u32, u32, usize>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.each_made(run, |counts| counts, each)
    }

    /// As [`each_run`](Self::each_run), for who makes something of the counts of each shard: `make` does so
    /// on all threads, `each` is called on this one.
    ///
    /// # Errors
    /// As [`each_run`](Self::each_run).
    pub fn each_made<R: Send, E: From<Error> + From<jobs::Error>>(
        &self,
        run: &Run,
        make: impl Fn(CsMatI<u32, u32, usize>) -> R + Sync,
        mut each: impl FnMut(R) -> Result<(), E>,
    ) -> Result<(), E> {
        let made = |_, rows: &ShardRows<'_>, numbers: &[u32]| make(self.counts_of(rows, numbers));
        self.rows.fold(run, made, (), |(), made| each(made))
    }

    fn counts_of(&self, rows: &ShardRows<'_>, numbers: &[u32]) -> CsMatI<u32, u32, usize> {
        let ranks = ranks_of(rows, numbers, (&self.column_of, self.vocabulary.len()));
        let (mut indices, mut data) = (vec![0; ranks.n_entries], vec![0; ranks.n_entries]);
        let lens = ranks.write_rows(rows, (&mut indices, &mut data));
        let mut indptr = Vec::with_capacity(lens.len() + 1);
        let mut end = 0;
        indptr.push(end);
        for len in lens {
            end += len as usize;
            indptr.push(end);
        }
        indices.truncate(end);
        data.truncate(end);
        if self.is_binary {
            data.fill(1);
        }
        CsMatI::new((indptr.len() - 1, self.vocabulary.len()), indptr, indices, data)
    }
}
