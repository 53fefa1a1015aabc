//! Texts to tokens to term counts and a vocabulary.
//!
//! ```
//! use jobs::Run;
//! use text::CountConfig;
//!
//! let docs = ["A talk about testing", "Two talks, both on testing"];
//! let counts = text::count(&docs, &CountConfig::default(), &Run::serial())?;
//! assert_eq!(counts.vocabulary.terms(), ["talk", "testing"]);
//! assert_eq!(counts.matrix.to_dense().row(1).to_vec(), [1, 1]);
//! # Ok::<(), text::Error>(())
//! ```
//!
//! The path of a text: an [`Analyzer`] cuts it into lower-cased words; the stop words of its
//! language are dropped; plurals join their singular ([`plural`]), or all forms of a word that with the same
//! [`stem`](fn@stem) which is used most; [`count`](fn@count) makes the
//! matrix of documents by terms. [`count_known`] counts further texts against a vocabulary that
//! stands. [`Counter`] does the work of `count` in two steps, shard by shard and all together, for
//! a caller who keeps the counts of shards.

mod analyze;
mod count;
mod error;
mod hashing;
mod intern;
mod language;
mod parts;
pub mod plural;
mod repeats;
mod stem;
mod terms;
mod vocabulary;

pub use analyze::{Accents, Analyzer, AnalyzerConfig, Stops, Tokens, words, words_as_written};
pub use count::{
    CountConfig, Counter, Counts, DocFreq, Fold, MergedShards, PhraseConfig, PutShard, ShardCounts,
    ShardPlace, SpilledShards, TermOrder, count, count_known,
};
pub use error::Error;
pub use hashing::{HashingConfig, Signs};
pub use language::{Languages, StopWords};
pub use parts::{Field, Parts, Text};
pub use repeats::{KnownPassages, Passage, Repeats, ShardRepeats};
pub use stem::{stem, stem_languages};
pub use terms::Terms;
pub use vocabulary::Vocabulary;
