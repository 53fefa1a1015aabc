//! The files of a site folder, one module each.

mod csv_tables;
mod data;
mod documents_jsonl;
mod folder;
mod format;
mod pages;
mod results_db;
mod search;
mod templates;
mod topics_json;
mod words;

use csv_tables::{documents_csv, topics_csv};
pub(crate) use data::{model, write_data};
pub(crate) use documents_jsonl::documents_jsonl;
pub(crate) use folder::{Folder, Written};
pub use format::{DocumentsWriter, Format};
pub(crate) use pages::{Clouds, Inputs, MadeFrom, cloud_inputs, clouds, site_settings, write_site};
pub(crate) use results_db::SCHEMA_VERSION as RESULTS_SCHEMA_VERSION;
use results_db::write_results_db;
pub(crate) use templates::renderer;
pub(crate) use topics_json::topics_json;

/// Four decimals: more would promise a precision that nobody reads and make files long.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
