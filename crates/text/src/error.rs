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
    /// Terms of no tokens, or of fewer at most than at least.
    #[error("ngrams must be two lengths from 1, the smaller first, got ({min}, {max})")]
    Ngrams {
        /// The fewest tokens of a term.
        min: usize,
        /// The most tokens of a term.
        max: usize,
    },
    /// A token pattern that is none, or that cannot be matched in the memory there is.
    #[error("the token pattern {pattern:?} cannot be used: {reason}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A number of hashed columns out of range.
    #[error("n_columns must be in 1..=2147483647, got {got}")]
    Columns {
        /// The number.
        got: u32,
    },
    /// A text too long to be cut as one.
    #[error("a text must have at most {allowed} bytes, got {n_bytes}")]
    TextTooLong {
        /// Its bytes.
        n_bytes: usize,
        /// The most.
        allowed: usize,
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
