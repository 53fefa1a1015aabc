//! What a store holds, for people to see.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use super::entry::Ref;
use super::evict;
use super::{FileStore, Lookup, Store};
use crate::{Digest, Error, Run};

/// An entry of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryInfo {
    /// What it is found by.
    pub key: Digest,
    /// The digest of its bytes.
    pub content: Digest,
    /// What made it.
    pub task: String,
    /// How many bytes it is.
    pub len: u64,
    /// How long it took to make.
    pub cost: Duration,
    /// When it was made, seconds since 1970.
    pub created: u64,
    /// The time since somebody asked for it, to the minute.
    pub unused: Duration,
}

/// What a check of all files found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many entries and objects are as they were written.
    pub intact: u64,
    /// Where those are now that are not.
    pub damaged: Vec<PathBuf>,
}

impl FileStore {
    /// The entries, in the order of their keys. Damaged ones are left out.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be read.
    pub fn entries(&self) -> Result<Vec<EntryInfo>, Error> {
        let folder = self.root().join("refs");
        let mut entries = Vec::new();
        let read = evict::each(&folder, |path, _, unused| {
            let told = fs::read(path).ok().and_then(|bytes| Ref::from_bytes(&bytes));
            if let (Some(key), Some((told, _))) = (evict::digest_of(path), told) {
                let Ref { content, len, cost, created, task } = told;
                entries.push(EntryInfo { key, content, task, len, cost, created, unused });
            }
            Ok(())
        });
        read.map_err(|source| Error::Io { action: "read", path: folder, source })?;
        Ok(entries)
    }

    /// Reads every entry and object; damaged ones are moved to `quarantine/`.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be read, [`Error::Cancelled`].
    pub fn verify(&self, run: &Run) -> Result<Verified, Error> {
        let mut verified = Verified::default();
        for kind in ["refs", "objects"] {
            let folder = self.root().join(kind);
            let mut digests = Vec::new();
            let read = evict::each(&folder, |path, _, _| {
                digests.extend(evict::digest_of(path));
                Ok(())
            });
            read.map_err(|source| Error::Io { action: "read", path: folder, source })?;
            let found = run.map(digests, |digest| match kind {
                "refs" => self.get(&digest),
                _ => self.get_object(&digest),
            })?;
            for found in found {
                match found? {
                    Lookup::Damaged(path) => verified.damaged.push(path),
                    // A ref whose object was evicted is intact.
                    Lookup::Hit(_) | Lookup::Miss => verified.intact += 1,
                }
            }
        }
        Ok(verified)
    }
}
