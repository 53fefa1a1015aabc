//! What can go wrong before the first document.

use std::io;
use std::path::PathBuf;

use crate::Part;
use crate::format::{ALLOWED, Packing};

/// An error that stops a whole read. One bad document stops nothing: it is a
/// [`Skipped`](crate::Skipped).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing under that path.
    #[error("no file or folder {}", path.display())]
    NotFound {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The system refused to read a file, a folder or a stream.
    #[error("cannot read {name}")]
    NotReadable {
        /// The path, or the stream's name.
        name: String,
        /// Why not.
        source: io::Error,
    },
    /// The file's name does not tell a format that is known.
    #[error("{} has {}, allowed are {ALLOWED}", path.display(), described(ending))]
    UnknownEnding {
        /// The path as it was given.
        path: PathBuf,
        /// The ending with its dot; empty where the name has none.
        ending: String,
    },
    /// A folder without one file that could be read.
    #[error("the folder {} holds no file that ends in {ALLOWED}", path.display())]
    EmptyFolder {
        /// The folder as it was given.
        path: PathBuf,
    },
    /// A pattern that no file of a known ending matches.
    #[error("no file matches {}, with one of the endings {ALLOWED}", pattern.display())]
    NoMatch {
        /// The pattern as it was given.
        pattern: PathBuf,
    },
    /// A table without a column that is needed.
    #[error("{name} has no column {}, {}", wanted(*part, column), listed(columns))]
    NoColumn {
        /// The path or stream.
        name: String,
        /// What the column should hold.
        part: Part,
        /// Its name, as the user gave it; empty where none of the usual names is there.
        column: String,
        /// The columns that there are.
        columns: Vec<String>,
    },
    /// A table whose header never ends.
    #[error("the header of {name} has a quote that never ends; allowed are quotes in pairs")]
    OpenQuote {
        /// The path or stream.
        name: String,
    },
    /// A database that refuses a query, or is none.
    #[error("the query of {name} fails: {problem}")]
    Query {
        /// The file or server, without a password.
        name: String,
        /// What the database says.
        problem: String,
    },
    /// A file that should be a database and is none.
    #[error("{} is not an SQLite database; allowed is a file that SQLite has written", path.display())]
    NotADatabase {
        /// The path as it was given.
        path: PathBuf,
    },
    /// A file that should be Parquet and is none, or is damaged.
    #[error("{name} is not a whole Parquet file: {problem}")]
    NotParquet {
        /// The path.
        name: String,
        /// What the reader of the format says.
        problem: String,
    },
    /// A Parquet file whose columns are compressed in a way that is not read.
    #[error(
        "the columns of {name} are compressed with {codec}; allowed are Snappy, gzip, LZ4, Zstandard or none"
    )]
    ParquetCodec {
        /// The path.
        name: String,
        /// The compression, as the format calls it.
        codec: String,
    },
    /// A server of a database that cannot be reached, or lets nobody in.
    #[error("cannot connect to {name}: {problem}")]
    Connection {
        /// The server, without a password.
        name: String,
        /// What the driver or the server says.
        problem: String,
    },
    /// A file that holds no document.
    #[error("{} holds no document: {reason}", path.display())]
    NoDocument {
        /// The path as it was given.
        path: PathBuf,
        /// What was looked for.
        reason: String,
    },
    /// A compressed file that stops before its end, or is empty, and gave nothing.
    #[error("{} ends before its first document: it is not a whole {packing} file", path.display())]
    Truncated {
        /// The path as it was given.
        path: PathBuf,
        /// What its ending promises: gzip or zstd.
        packing: Packing,
    },
    /// A file that is not compressed as its ending says, and gave nothing.
    #[error("{} is not a {packing} file, as its ending says", path.display())]
    NotPacked {
        /// The path as it was given.
        path: PathBuf,
        /// What its ending promises: gzip or zstd.
        packing: Packing,
        /// What the decompressor says.
        source: io::Error,
    },
    /// A Zstandard file that needs more memory to be read than is allowed.
    #[error(
        "{} was compressed with a window above 128 MiB (zstd --long or --ultra), allowed are windows of up to 128 MiB",
        path.display()
    )]
    LongWindow {
        /// The path as it was given.
        path: PathBuf,
    },
    /// A text that is no CSS selector.
    #[error("{selector:?} is not a CSS selector: {problem}")]
    Selector {
        /// The text as it was given.
        selector: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl Error {
    /// What the user can do about it, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotFound { .. } => {
                "check the spelling; a relative path starts at the current folder"
            }
            Self::NotReadable { .. } => "check that it is a file or folder and its permissions",
            Self::UnknownEnding { .. } => {
                "convert the file to JSON lines, one object with a \"text\" on each line, and name it .jsonl"
            }
            Self::EmptyFolder { .. } => {
                "give the folder that holds the documents; hidden files and folders are not read"
            }
            Self::NoMatch { .. } => {
                "** stands for any folders, * and ? for parts of a name; quote the pattern for the shell"
            }
            Self::NoColumn { part, .. } => {
                return Some(format!("name the column that holds it: --{part} COLUMN"));
            }
            Self::OpenQuote { .. } => "end the quote, or leave it out",
            Self::Query { .. } => "check the query against the tables of the database",
            Self::NotParquet { .. } => {
                "copy or download the file again; read other files by their own names: talks.csv, talks.jsonl"
            }
            Self::ParquetCodec { .. } => {
                "write it anew, in Python with df.to_parquet(\"NEW.parquet\", compression=\"zstd\")"
            }
            Self::NotADatabase { .. } => {
                "read other files by their own names: talks.csv, talks.jsonl, talks.parquet"
            }
            Self::Connection { .. } => {
                "check host, port, user and password; sslmode in the address says how the connection is encrypted \
                 (disable, prefer, require, verify-ca, verify-full), sslrootcert=FILE whom to trust"
            }
            Self::NoDocument { .. } => {
                "give records with a text each, or a schedule export: JSON lines are the simplest"
            }
            Self::Truncated { .. } => "copy or download the file again",
            Self::NotPacked { .. } => "rename the file by what it holds, or download it again",
            Self::LongWindow { path } => {
                let path = path.display();
                return Some(format!(
                    "compress it anew with a smaller window: zstd -d --long=31 {path} -c | zstd -o NEW.zst"
                ));
            }
            Self::Selector { .. } => return None,
        };
        Some(hint.to_owned())
    }
}

fn described(ending: &str) -> String {
    if ending.is_empty() { "no ending".to_owned() } else { format!("the ending {ending:?}") }
}

fn wanted(part: Part, column: &str) -> String {
    if column.is_empty() {
        format!("for the {part} (text, abstract, description, body, content, summary)")
    } else {
        format!("{column} for the {part}")
    }
}

/// The first columns of a table.
fn listed(columns: &[String]) -> String {
    const SHOWN: usize = 20;
    if columns.iter().all(String::is_empty) {
        return "it is empty".to_owned();
    }
    let shown = columns.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if columns.len() > SHOWN {
        format!("it has {shown} and {} more", columns.len() - SHOWN)
    } else {
        format!("it has {shown}")
    }
}
