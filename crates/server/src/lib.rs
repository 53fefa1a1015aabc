//! Serve a built site: files of one folder over HTTP.
//!
//! ```no_run
//! use std::path::Path;
//!
//! let server = server::Server::bind(Path::new("site"), "127.0.0.1:8000".parse()?)?;
//! println!("http://{}/", server.address());
//! server.run()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It answers `GET` and `HEAD`, sends a page's `index.html` for its folder and `404.html` where
//! there is nothing, never looks outside the folder, and closes connections that are slow to say
//! what they want. It fetches nothing itself.

mod error;
mod files;
mod serve;

pub use error::Error;
pub use serve::{Server, Stop};
