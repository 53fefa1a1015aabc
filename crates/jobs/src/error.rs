//! What can go wrong in this crate.

use std::io;
use std::path::PathBuf;

/// An error of running or storing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The run was cancelled.
    #[error("stopped before it was done")]
    Cancelled,
    /// A result could not be taken apart to be kept.
    #[error("a result of {task} cannot be kept")]
    Encode {
        /// The task that made it.
        task: &'static str,
        /// Why not.
        source: postcard::Error,
    },
    /// A closure given to [`Run::map`](crate::Run::map) panicked; the run's other items were
    /// finished or dropped.
    #[error("internal error in a parallel task: {message}")]
    Panicked {
        /// The panic's message.
        message: String,
    },
    /// The operating system refused to start threads.
    #[error("cannot start {threads} threads")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// Why not.
        source: rayon::ThreadPoolBuildError,
    },
    /// A file or folder of a store could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried: `read`, `write` or `create`.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The store was written by a newer program.
    #[error(
        "the cache {} has format {found}, this program reads format {supported} and older",
        path.display()
    )]
    NewerFormat {
        /// The store's folder.
        path: PathBuf,
        /// The format found there.
        found: u32,
        /// The newest format this program knows.
        supported: u32,
    },
    /// The folder holds something that is no store.
    #[error("{} is not a topicmill cache: its FORMAT file says {found:?}", path.display())]
    NotAStore {
        /// The folder.
        path: PathBuf,
        /// The start of the `FORMAT` file that was found.
        found: String,
    },
}
