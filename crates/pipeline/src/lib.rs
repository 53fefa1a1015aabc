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

mod arrange;
mod ask;
mod build;
pub mod config;
mod entry;
mod error;
mod explained;
mod former;
#[cfg(test)]
mod golden;
mod graph;
mod infer;
mod keep;
pub mod keys;
mod large;
mod manifest;
mod model;
mod names;
mod number;
mod output;
mod parts;
mod prepare;
mod publish;
mod quality;
mod related;
mod rendered;
mod report;
mod rerun;
mod results;
mod seen;
mod set_aside;
mod settings;
mod shards;
mod sites;
mod source;
mod spare;
mod stages;
mod step_inputs;
mod tags;
mod tasks;
mod titles;
mod topics;

pub use arrange::{GoneTopic, MatchedTopic, Previous};
pub use ask::results_table;
pub use build::build;
pub use config::{Config, TopicCount};
pub use corpus::Part;
pub use crawl::CacheMode;
pub use entry::{ShownText, SourceEntry};
pub use error::Error;
pub use explained::Explained;
pub use infer::{FoundTopics, Inferred, InferredTopic, documents, documents_each, infer, topics};
pub use model::{Model, Told, TopicName};
pub use number::{TopicNumber, TopicNumberPoint};
pub use output::{DocumentsWriter, Format};
pub use parts::SubTopic;
pub use prepare::{LOCK_FILE, Options, Prepared, Site, Weights, prepare};
pub use publish::Overwrite;
pub use related::Related;
pub use report::{Counts, Documents, Dropped, Report, SiteFound, Stage};
pub use rerun::{Rerun, rerun};
pub use results::{Quality, Results, Tag};
pub use seen::Seen;
pub use set_aside::{Copy, SetAside, SharedPassage};
pub use sites::learn;
pub use source::Source;
pub use spare::clear_spares;
pub use topics::{Topic, TopicTerm, Weighted};
