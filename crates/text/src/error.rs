//! What can go wrong in this crate.

use crate::DocFreq;

/// An error of counting.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not one word was left to count.
    #[error(
        "no terms are left of {n_words} different words in {n_docs} documents \
         (min_df {min_df}, max_df {max_df})"
    )]
    EmptyVocabulary {
        /// Documents read.
        n_docs: usize,
        /// Different words in them, without stop words.
        n_words: usize,
        /// The setting.
        min_df: DocFreq,
        /// The setting.
        max_df: DocFreq,
    },
    /// A document frequency outside its range.
    #[error("{name} must be {allowed}, got {got}")]
    DocFreqRange {
        /// `min_df` or `max_df`.
        name: &'static str,
        /// The range.
        allowed: &'static str,
        /// The value.
        got: DocFreq,
    },
    /// The two limits leave nothing between them.
    #[error("min_df ({min_df}) must not exceed max_df ({max_df}) for {n_docs} documents")]
    DocFreqOrder {
        /// The lower limit.
        min_df: DocFreq,
        /// The upper limit.
        max_df: DocFreq,
        /// Documents read.
        n_docs: usize,
    },
    /// `max_terms` is zero.
    #[error("max_terms must be at least 1, got 0")]
    NoTerms,
    /// A language without a stop-word list.
    #[error("no stop words are known for the language {code:?}; known are {known}")]
    UnknownLanguage {
        /// The code that was asked for.
        code: String,
        /// The codes that are known, comma-separated.
        known: String,
    },
    /// Bytes that are no counts of a shard.
    #[error("these bytes are no counts of a shard: {what}")]
    Shard {
        /// What is wrong with them.
        what: &'static str,
    },
    /// The parallel run failed.
    #[error(transparent)]
    Run(#[from] jobs::Error),
}

impl Error {
    /// What the user can do next.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::EmptyVocabulary { .. } => {
                Some("lower min_df or raise max_df; a text of stop words and numbers has no terms")
            }
            _ => None,
        }
    }
}
