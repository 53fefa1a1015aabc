//! Full-text search over the documents of a site: one index for the static page and for a server.
//!
//! ```
//! use site::search::{Entry, Index, Query};
//!
//! let entries = [
//!     Entry { title: "Property tests", text: "A love story", ..Entry::default() },
//!     Entry { title: "Maps", text: "Property of the crown", ..Entry::default() },
//! ];
//! let index = Index::build(&entries);
//! let hits = index.search(&Query::new("propery tests"));
//! assert_eq!(hits[0].document, 0);
//! ```
//!
//! [`Index::build`] makes the index, [`Index::search`] asks it, and [`Terms::files`] writes its terms as
//! shards that the script of the search page (`assets/search.js`) loads one by one, as a query
//! needs them. That script holds the same rules a second time; every number in a score is an
//! integer, so that both give the same documents in the same order. A test asks both a thousand
//! questions.
//!
//! # What matches
//!
//! A query is words and quoted phrases. Words are normalised as the texts are ([`tokens`]). A word
//! stands for
//!
//! - itself, and itself without a final `s`;
//! - what begins with it, when it has three characters or more (the last word: two), the 32 most
//!   frequent ones;
//! - what differs from it by one inserted, deleted, replaced or swapped character, when it has four
//!   characters or more and nothing begins with it, the eight most frequent ones. In an index of
//!   more than 20,000 terms the first character has to be the same.
//!
//! A phrase stands for its words one after another in a title, a tag, a name or a text. It is looked
//! for in the 400 best of the documents that hold all its words.
//!
//! # How matches are ordered
//!
//! By BM25 over a document's words, those of the title and of tags counted three times, those of
//! speakers twice (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
//! 2009, eq. 3.15 for one weighted field; k1 = 1.2, b = 0.75), in sixteen steps. A document's score is the sum
//! over the words of the best match of each, times the share of words that match. Equal scores are
//! ordered by the position of the document.

mod codec;
mod files;
mod highlight;
mod index;
mod normalise;
mod query;
mod rank;
mod shard;
mod terms;
mod variants;
mod words;

pub use files::{Card, Reading, SearchFile};
pub(crate) use highlight::marked;
pub use index::{Entry, Index};
pub(crate) use normalise::each_token;
pub use normalise::tokens;
pub use query::Query;
pub use rank::{Hit, idf};
pub use shard::ShardWords;
pub use terms::Terms;
pub use words::max_words;
