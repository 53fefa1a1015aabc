//! URLs to pages to documents: politeness, cache, recipes, extraction.
//!
//! ```no_run
//! use crawl::{CrawlConfig, Recipe, crawl};
//!
//! let recipe = Recipe::builtin("europython-2016")?;
//! let store = jobs::FileStore::open("cache".as_ref())?;
//! let run = jobs::Run::serial();
//! let talks = crawl(recipe.start(), &recipe, &CrawlConfig::default(), &store, &run)?;
//! for document in &talks.documents {
//!     assert!(!document.title.is_empty());
//! }
//! # Ok::<(), crawl::Error>(())
//! ```
//!
//! A [`Recipe`] says where a site lists its talks and what to take from the page of each.
//! [`crawl`](fn@crawl) reads the pages politely (robots.txt, one request a second), keeps them in a
//! [`jobs::FileStore`] so that the next run asks for little, and makes a
//! [`Document`](corpus::Document) of each talk. What cannot be had is
//! [`Skipped`](corpus::Skipped) with its [`Problem`].

mod address;
mod builtin;
mod cache;
mod config;
mod crawl;
mod dates;
mod error;
mod explore;
mod extract;
mod fetch;
mod fields;
mod globs;
mod guard;
mod http;
mod induce;
mod list_page;
#[cfg(test)]
mod mutations;
mod nearest;
mod placeholder;
mod recipe;
mod robots;

pub use address::redact;
pub use config::{CacheMode, CrawlConfig};
pub use crawl::{Coverage, Crawl, crawl, crawl_each};
pub use error::{Error, Problem};
pub use explore::{LEARNT, explore, explore_each, learn};
pub use recipe::{Recipe, Weights};
pub use robots::Robots;
