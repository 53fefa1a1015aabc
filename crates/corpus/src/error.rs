//! What can go wrong before the first document.

use std::io;
use std::path::PathBuf;

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
            Self::Truncated { .. } => "copy or download the file again",
            Self::NotPacked { .. } => "rename the file by what it holds, or download it again",
            Self::Selector { .. } => return None,
        };
        Some(hint.to_owned())
    }
}

fn described(ending: &str) -> String {
    if ending.is_empty() { "no ending".to_owned() } else { format!("the ending {ending:?}") }
}
