//! The order of the stages, the configuration, and the output folder.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use jobs::Run;
//! use pipeline::{CacheMode, Config, Options, Overwrite};
//!
//! let config = Config { sources: vec!["talks.jsonl".into()], ..Config::default() };
//! let cache_mode = CacheMode::Revalidate;
//! let options = Options { cache: "cache".into(), cache_mode, lock: None, headers: vec![] };
//! let out = (Path::new("site"), Overwrite::OwnSites);
//! let report = pipeline::build(&config, &options, out, &Run::serial())?;
//! println!("{} documents", report.documents.kept);
//! # Ok::<(), pipeline::Error>(())
//! ```
//!
//! [`build`](fn@build) is the way from sources to a site, each step a stage of the [`Report`]: read,
//! count, weigh, number, topics, quality, related, clouds, write. [`documents`], [`topics`](fn@topics) and
//! [`infer`](fn@infer) take parts of it.

mod ask;
mod build;
pub mod config;
mod error;
#[cfg(test)]
mod golden;
mod infer;
mod large;
mod model;
mod names;
mod output;
mod read;
mod report;
mod rerun;
mod results;
mod stages;
mod standing;
mod tags;
mod tasks;
mod topics;

pub use ask::results_table;
pub use build::build;
pub use config::entry::{ShownText, SourceEntry};
pub use config::source::Source;
pub use config::{Config, TopicCount, keys};
pub use corpus::Part;
pub use crawl::CacheMode;
pub use error::Error;
pub use infer::{FoundTopics, Inferred, InferredTopic, documents, documents_each, infer, topics};
pub use model::{Model, Told, TopicName};
pub use output::{DocumentsWriter, Format};
pub use read::prepare::{LOCK_FILE, Options, Prepared, Site, Weights, prepare};
pub use read::seen::Seen;
pub use read::set_aside::{Copy, SetAside, SharedPassage};
pub use read::sites::learn;
pub use report::{Counts, Documents, Dropped, Report, SiteFound, Stage};
pub use rerun::{Rerun, rerun};
pub use results::{Quality, Results, Tag};
pub use standing::publish::Overwrite;
pub use standing::spare::clear_spares;
pub use topics::arrange::{GoneTopic, MatchedTopic, Previous};
pub use topics::describe::{Topic, TopicTerm, Weighted};
pub use topics::explained::Explained;
pub use topics::number::{TopicNumber, TopicNumberPoint};
pub use topics::parts::SubTopic;
pub use topics::related::Related;
