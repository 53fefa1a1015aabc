//! Texts to tokens to term counts and a vocabulary.
//!
//! ```
//! use jobs::Run;
//! use text::{CountConfig, Text};
//!
//! let docs = [Text::plain("A talk about testing"), Text::plain("Two talks, both on testing")];
//! let counts = text::count(&docs, &CountConfig::default(), &Run::serial())?;
//! assert_eq!(counts.vocabulary.terms(), ["talk", "testing"]);
//! assert_eq!(counts.matrix.to_dense().row(1).to_vec(), [1, 1]);
//! # Ok::<(), text::Error>(())
//! ```
//!
//! The path of a text: [`words`](fn@words) cuts it into lower-cased words; the stop words of its
//! language are dropped; plurals join their singular ([`plural`]); [`count`](fn@count) makes the
//! matrix of documents by terms. [`count_known`] counts further texts against a vocabulary that
//! stands.

mod count;
mod error;
mod language;
mod numbered;
pub mod plural;
mod shards;
mod stop_words;
mod vocabulary;
mod words;

pub use count::{CountConfig, Counts, DocFreq, Field, Text, count, count_known};
pub use error::Error;
pub use language::Languages;
pub use stop_words::StopWords;
pub use vocabulary::Vocabulary;
pub use words::{words, words_as_written};
