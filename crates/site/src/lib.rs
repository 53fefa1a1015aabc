//! Results to a website: HTML pages, one style sheet, and nothing else.
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
//!     facts: vec![],
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
//! many threads. The crate touches no file, network, clock or global state.
//!
//! The pages need no JavaScript and fetch nothing from elsewhere. Their links are relative and name
//! files, so that a site works from a disk as it works from a server. They forbid everything that
//! is not their own by a content security policy. What comes from documents is text: it is escaped,
//! and of their addresses only `http:` and `https:` become links.

mod blocks;
mod data;
mod error;
mod html;
mod pages;
mod render;
mod route;
mod site;
mod views;
mod when;

pub use data::{Document, Fact, Related, SiteData, Tag, Term, Topic, Weighted};
pub use error::{Error, Kind};
pub use render::{OutFile, Renderer};
pub use route::Route;
pub use site::Site;
