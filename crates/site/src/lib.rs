//! Results to a website: HTML pages, one style sheet, and a search that needs no server.
//!
//! ```
//! use site::{Renderer, Site, SiteData};
//!
//! let site = Site::new(SiteData {
//!     title: "Talks",
//!     language: "en",
//!     base_url: None,
//!     n_terms: 0,
//!     topics: vec![],
//!     documents: vec![],
//!     tags: vec![],
//!     speakers: vec![],
//!     terms: vec![],
//!     max_document_pages: usize::MAX,
//!     facts: vec![],
//!     sources: vec![],
//!     dropped: vec![],
//!     downloads: vec![],
//!     generator: "topicmill 0.1.0",
//! })?;
//! let renderer = Renderer::new();
//! for route in site.routes() {
//!     let file = renderer.render_page(&site, route)?;
//!     // `file.bytes` belong at `file.path` below the folder of the site.
//! }
//! # Ok::<(), site::Error>(())
//! ```
//!
//! [`SiteData`] is plain borrowed data; [`Site`] has checked it; [`Renderer::render_page`] makes
//! one page of it, the same for a folder of files and for a live server, and may be called from
//! many threads; a [`Batch`] makes many pages faster. The crate touches no file, network, clock or global state.
//!
//! One page has a script, the one for searching; all others forbid scripts, and nothing is fetched
//! from elsewhere. Their links are relative and name
//! files, so that a site works from a disk as it works from a server. They forbid everything that
//! is not their own by a content security policy. What comes from documents is text: it is escaped,
//! and of their addresses only `http:` and `https:` become links.

mod batch;
mod blocks;
mod data;
mod error;
mod fragments;
mod html;
mod inputs;
mod map;
mod near;
mod pages;
mod render;
mod route;
pub mod search;
mod searchable;
mod site;
mod timeline;
mod views;
mod when;
mod why;
mod xml;

pub use batch::Batch;
pub use data::{
    Document, Download, Dropped, Fact, IndexTerm, Related, SiteData, Source, Speaker, SubTopic,
    Tag, Term, Topic, Weighted,
};
pub use error::{Error, Kind};
pub use inputs::Inputs;
pub use render::{OutFile, Renderer};
pub use route::Route;
pub use searchable::Searchable;
pub use site::Site;
