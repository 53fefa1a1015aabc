//! `Document`, and every way to read many of them.
//!
//! ```
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("talks.jsonl");
//! # std::fs::write(&path, "{\"title\": \"Clean code\", \"text\": \"Names matter.\"}\n")?;
//! use corpus::{ReadConfig, read};
//!
//! for batch in read(&path, &ReadConfig::default())? {
//!     for document in batch?.documents {
//!         assert_eq!(document.title, "Clean code");
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`read`](fn@read) takes a folder or a file, [`read_lines`] any stream of JSON lines; both yield
//! [`Batch`]es in bounded memory, or [`Pieces`] that any thread parses. What is found and is no document is
//! a [`Skipped`] with its place and reason. [`html`] takes text out of web pages, [`decode_html`] makes text
//! of their bytes.

mod addresses;
mod blocks;
mod columns;
mod database;
mod decode;
mod document;
mod error;
mod folder;
mod format;
mod formula;
pub mod html;
mod ids;
mod jats;
mod jsonl;
mod language;
mod markdown;
mod moment;
mod notebook;
mod open;
mod page;
mod parquet;
mod piece;
mod plain;
mod read;
mod record;
mod records;
mod rst;
mod schedule;
mod surrogates;
mod table;
mod unmarked;
mod wrapped;
mod write;

pub use columns::{ColumnNames, Part};
pub use database::{read_postgres, read_sqlite};
pub use decode::decode_html;
pub use document::{Document, Skipped};
pub use error::Error;
pub use format::{Packer, Packing};
pub use formula::harmless;
pub use ids::Ids;
pub use language::language_code;
pub use page::of_page;
pub use piece::Piece;
pub use plain::{names, single_line};
pub use read::{Batch, Pieces, ReadConfig, Reader, read, read_lines};
pub use schedule::{
    ListedPage, Published, Schedule, embedded, item_list, published, schedule, sitemap,
};
pub use write::{COLUMNS, CsvWriter, ParquetWriter, csv_row};
