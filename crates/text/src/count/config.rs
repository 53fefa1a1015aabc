//! What to count.

use std::fmt;

use crate::{AnalyzerConfig, Error};

/// A number of documents, or a share of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DocFreq {
    /// So many documents.
    Count(u32),
    /// This share of the documents, 0 to 1.
    Share(f64),
}

impl fmt::Display for DocFreq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Share(share) => write!(f, "{share:?}"),
        }
    }
}

/// Which forms of a word are counted as one term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Fold {
    /// None: every form is a term.
    None,
    /// Plurals join a singular that the corpus uses ([`plural`](crate::plural)).
    #[default]
    Plurals,
    /// Words with the same stem ([`stem`](fn@crate::stem)) are one term, which is called as it is written in
    /// most documents (ties go to the first of the alphabet). A word's language is that of most of its
    /// documents; those that do not tell theirs have the one of [`Stops::OwnAnd`](crate::Stops). Words of
    /// languages without a stemmer, and what has other characters than letters, stay as they are.
    Stems,
}

/// The order of the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TermOrder {
    /// By falling document frequency, ties in alphabetical order.
    #[default]
    DocFreq,
    /// In alphabetical order (by code points), as scikit-learn has them.
    Alphabetical,
}

/// Which neighbours are a phrase, counted as one term.
///
/// | field | default | meaning | allowed |
/// |---|---|---|---|
/// | `min_npmi` | 0.5 | normalised pointwise mutual information at least: 0 is chance, 1 never apart | -1 to 1 |
/// | `min_count` | 5 | how often it stands in the corpus at least | ≥ 1 |
/// | `min_docs` | 3 | documents with it at least | ≥ 1 |
/// | `min_share` | 0.0005 | and this share of all documents at least | 0 to 1 |
#[derive(Debug, Clone, PartialEq)]
pub struct PhraseConfig {
    /// Normalised pointwise mutual information, at least.
    pub min_npmi: f64,
    /// How often a phrase stands in the corpus, at least.
    pub min_count: u32,
    /// How many documents have it, at least.
    pub min_docs: u32,
    /// Which share of all documents has it, at least.
    pub min_share: f64,
}

impl Default for PhraseConfig {
    fn default() -> Self {
        Self { min_npmi: 0.5, min_count: 5, min_docs: 3, min_share: 0.0005 }
    }
}

/// What to count.
///
/// | field | default | meaning | allowed |
/// |---|---|---|---|
/// | `analyzer` | [`AnalyzerConfig::readable`] | what a term is | |
/// | `min_df` | 1 document | terms in fewer documents are dropped | count ≥ 1 or share 0..=1 |
/// | `max_df` | all of them | terms in more documents are dropped | count ≥ 1 or share 0..=1 |
/// | `max_terms` | no limit | only the terms with the highest total counts | ≥ 1 |
/// | `binary` | no | every count becomes 1 | |
/// | `fold` | plurals | which forms of a word are one term: none, plurals with their singular, or all that have one stem | |
/// | `dropped` | none | words that are no terms in any form: what `fold` would count as one of them is none either | |
/// | `phrases` | none | which neighbours are one term, in place of their words; readable words alone have phrases | |
/// | `order` | document frequency | the order of the columns | |
#[derive(Debug, Clone)]
pub struct CountConfig {
    /// What a term is.
    pub analyzer: AnalyzerConfig,
    /// The fewest documents that a term must occur in.
    pub min_df: DocFreq,
    /// The most documents that a term may occur in.
    pub max_df: DocFreq,
    /// Keep so many terms, those with the highest total counts (ties in alphabetical order).
    pub max_terms: Option<usize>,
    /// Whether every count becomes 1.
    pub binary: bool,
    /// Which forms of a word are counted as one term.
    pub fold: Fold,
    /// Words that are no terms, nor what [`fold`](Self::fold) would count as one of them if it were there: of
    /// `widget` neither `widgets`. Lower-cased; unlike stop words of the analyzer they play no part in the
    /// counts of a shard.
    pub dropped: Vec<String>,
    /// Whether hexadecimal numbers are terms: words of digits and the letters a to f that have two digits
    /// and seven characters at least, such as checksums and commits, or that begin with `0x`.
    pub hexadecimal: bool,
    /// Which neighbours are counted as one term, in place of their words: phrases of two or three, from
    /// the left, the longest first. Readable words alone have phrases.
    pub phrases: Option<PhraseConfig>,
    /// The order of the columns.
    pub order: TermOrder,
}

impl Default for CountConfig {
    fn default() -> Self {
        Self::readable()
    }
}

impl CountConfig {
    /// Words that people read: [`AnalyzerConfig::readable`], plurals folded.
    #[must_use]
    pub fn readable() -> Self {
        Self {
            analyzer: AnalyzerConfig::readable(),
            min_df: DocFreq::Count(1),
            max_df: DocFreq::Share(1.0),
            max_terms: None,
            binary: false,
            fold: Fold::Plurals,
            dropped: Vec::new(),
            hexadecimal: false,
            phrases: None,
            order: TermOrder::DocFreq,
        }
    }

    /// The counts of scikit-learn's `CountVectorizer` with its default settings:
    /// [`AnalyzerConfig::sklearn`], every form a term, columns in alphabetical order.
    #[must_use]
    pub fn sklearn() -> Self {
        Self {
            analyzer: AnalyzerConfig::sklearn(),
            fold: Fold::None,
            hexadecimal: true,
            phrases: None,
            order: TermOrder::Alphabetical,
            ..Self::readable()
        }
    }
}

/// The document-frequency limits in documents.
pub(super) struct DocFreqLimits {
    min: f64,
    max: f64,
}

impl DocFreqLimits {
    pub(super) fn new(config: &CountConfig, n_docs: usize) -> Result<Self, Error> {
        if config.max_terms == Some(0) {
            return Err(Error::NoTerms);
        }
        let documents = |name, df| match df {
            DocFreq::Count(count) if count >= 1 => Ok(f64::from(count)),
            DocFreq::Count(_) => {
                Err(Error::DocFreqRange { name, allowed: "at least 1 document", got: df })
            }
            DocFreq::Share(share) if (0.0..=1.0).contains(&share) => Ok(share * n_docs as f64),
            DocFreq::Share(_) => {
                Err(Error::DocFreqRange { name, allowed: "a share in 0.0..=1.0", got: df })
            }
        };
        let min = documents("min_df", config.min_df)?;
        let max = documents("max_df", config.max_df)?;
        if min > max && n_docs > 0 {
            let (min_df, max_df) = (config.min_df, config.max_df);
            return Err(Error::DocFreqOrder { min_df, max_df, n_docs });
        }
        Ok(Self { min, max })
    }

    pub(super) fn allow(&self, doc_freq: u32) -> bool {
        (self.min..=self.max).contains(&f64::from(doc_freq))
    }
}
