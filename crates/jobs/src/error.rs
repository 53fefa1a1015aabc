//! What can go wrong in this crate.

use std::io;
use std::path::PathBuf;

use crate::Digest;

/// An error of running or storing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The run was cancelled.
    #[error("stopped before it was done")]
    Cancelled,
    /// The stage that a trace was to end with has ended, see [`Trace::until`](crate::Trace::until).
    #[error("the stage {stage} was to be the last")]
    Ended {
        /// That stage.
        stage: String,
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
    /// A shelf whose value the store has no more.
    #[error("the result {key} is no longer kept")]
    Evicted {
        /// The key that it was kept under.
        key: Digest,
    },
    /// A shelf that was to be made again by a task or from an input that is not its own.
    #[error("the result {key} was not made by this input of the task {task}")]
    OtherRecipe {
        /// The key that it was kept under.
        key: Digest,
        /// The task that was to make it.
        task: &'static str,
    },
    /// A file that holds no array, or a damaged one.
    #[error("{} is no array that can be used: {what}", path.display())]
    NotAnArray {
        /// The file.
        path: PathBuf,
        /// How it shows.
        what: &'static str,
    },
    /// An array that is larger than allowed.
    #[error("the array in {} has {got} bytes, allowed are {allowed}", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size, bytes.
        got: u64,
        /// What is allowed, bytes.
        allowed: u64,
    },
    /// Another process holds the store's counter and does not let it go.
    #[error("the cache {} is in use by a process that does not move", path.display())]
    Busy {
        /// The store's folder.
        path: PathBuf,
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
    #[error("{} is not a topicmill cache: {why}", path.display())]
    NotAStore {
        /// The folder.
        path: PathBuf,
        /// How it shows.
        why: String,
    },
}

impl Error {
    /// Whether a wrong folder was named, and nothing else went wrong.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::NotAStore { .. })
    }

    /// What the user can do next.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Cancelled => Some("run the same command again: it goes on where it stopped"),
            Self::NewerFormat { .. } => Some("name another folder for the cache with --cache"),
            Self::NotAStore { .. } => Some(
                "name with --cache a folder that is absent or empty, or the cache of an earlier run",
            ),
            Self::Busy { .. } => {
                Some("end that process, or name another folder for the cache with --cache")
            }
            _ => None,
        }
    }
}
