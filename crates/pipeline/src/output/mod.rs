//! The files of a site folder, one module each.

mod documents_jsonl;
mod pages;
mod results_db;
mod templates;
mod topics_json;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) use documents_jsonl::documents_jsonl;
pub use documents_jsonl::write_documents;
pub(crate) use pages::{Inputs, clouds, write_site};
pub(crate) use results_db::write_results_db;
pub(crate) use templates::renderer;
pub(crate) use topics_json::topics_json;

use crate::Error;

/// Writes `bytes` to `path` below `root`, with the folders that it needs.
pub(crate) fn write(root: &Path, path: &str, bytes: &[u8]) -> Result<(), Error> {
    let path = root.join(path);
    let folder = path.parent().map_or_else(|| root.to_owned(), Path::to_owned);
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&path, bytes))
        .map_err(|source| Error::Write { path: PathBuf::from(&path), source })
}

/// Four decimals: more would promise a precision that nobody reads and make files long.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
