//! Where results are kept: bytes, found again by a digest.

mod budget;
mod claim;
mod entry;
mod evict;
mod file;
mod format;
mod inspect;
mod lease;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

pub use claim::Claim;
pub use evict::{Limits, Removed};
pub use file::FileStore;
pub use inspect::{EntryInfo, Verified};
pub use lease::Lease;

use crate::{Digest, Error, Run};

/// A place for bytes that can be made again, shared by threads, processes or machines.
///
/// An *entry* is found by the digest of what it was made from; whoever puts another one there
/// replaces it. An *object* is found by the digest of its own bytes, and never changes. A store
/// may lose either at any time; what it gives back is what was put there, to the bit.
pub trait Store: fmt::Debug + Send + Sync {
    /// The entry under `key`.
    ///
    /// # Errors
    /// When an entry is there and cannot be read.
    fn get(&self, key: &Digest) -> Result<Lookup, Error>;

    /// Whether there is an entry under `key`, as far as can be told without reading all of it.
    fn contains(&self, key: &Digest) -> bool {
        matches!(self.get(key), Ok(Lookup::Hit(_)))
    }

    /// Keeps `bytes` under `key`, in place of what was there. A store that is full or may not be
    /// written keeps nothing, says so once, and is no error.
    ///
    /// # Errors
    /// When the place cannot be used at all.
    fn put(&self, key: &Digest, bytes: &[u8], about: &About<'_>) -> Result<(), Error>;

    /// The object whose bytes have this digest.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    fn get_object(&self, digest: &Digest) -> Result<Lookup, Error>;

    /// Keeps `bytes` as an object and returns their digest.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    fn put_object(&self, bytes: &[u8], about: &About<'_>) -> Result<Digest, Error>;

    /// Waits until nobody else makes the entry under `key`, so that it is made once: `None` when
    /// it took longer than `patience`, after which making it twice does no harm.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when `run` was cancelled while waiting.
    fn claim(&self, key: &Digest, patience: Duration, run: &Run) -> Result<Option<Claim>, Error>;

    /// Keeps the object of that digest from being evicted as long as the lease lives; `None` where
    /// that cannot be promised.
    ///
    /// # Errors
    /// When the place cannot be used at all.
    fn lease(&self, digest: &Digest) -> Result<Option<Lease>, Error>;
}

/// What a store is told of the bytes it keeps.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// What made them; at most 64 bytes of it are kept, for people to read.
    pub task: &'a str,
    /// How long that took: what took long is kept longest.
    pub cost: Duration,
    /// Whether they become smaller by compression.
    pub content: Content,
}

/// Whether bytes become smaller by compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// They may: text, numbers.
    Plain,
    /// They will not: they are compressed already.
    Packed,
}

/// What a store found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// The bytes as they were put there.
    Hit(Vec<u8>),
    /// Nothing.
    Miss,
    /// Something whose bytes are not those that were put there. It has been moved to this path,
    /// and counts as absent.
    Damaged(PathBuf),
}
