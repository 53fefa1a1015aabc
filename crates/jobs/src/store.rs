//! Bytes on disk, found again by a digest.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::{Digest, Error};

/// The format of the folder: raise it when the layout or the entry header changes.
const FORMAT: u32 = 1;
const FORMAT_PREFIX: &str = "topicmill-cache ";

/// A folder of entries, each under the digest of its key.
///
/// An entry is written to a temporary file and renamed, so that a reader sees all of it or nothing,
/// and carries the digest of its bytes, so that a damaged one is found when it is read. Several
/// processes may share a store.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

/// What [`Store::get`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// The bytes as they were stored.
    Hit(Vec<u8>),
    /// No entry under that key.
    Miss,
    /// An entry whose bytes are not those that were stored; it has been removed.
    Damaged(PathBuf),
}

impl Store {
    /// Opens the store in `root`, making the folder where there is none.
    ///
    /// # Errors
    /// [`Error::NewerFormat`] and [`Error::NotAStore`] when the folder belongs to a newer program
    /// or to something else; [`Error::Io`] when it cannot be made or read.
    pub fn open(root: &Path) -> Result<Self, Error> {
        let io_error = |action, path: &Path| {
            let path = path.to_owned();
            move |source| Error::Io { action, path, source }
        };
        fs::create_dir_all(root).map_err(io_error("create", root))?;
        let format_path = root.join("FORMAT");
        match fs::read(&format_path) {
            Ok(bytes) => check_format(root, &bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let line = format!("{FORMAT_PREFIX}{FORMAT}\n");
                write_whole(&format_path, &[line.as_bytes()])
                    .map_err(io_error("write", &format_path))?;
            }
            Err(source) => return Err(io_error("read", &format_path)(source)),
        }
        Ok(Self { root: root.to_owned() })
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The bytes stored under `key`.
    ///
    /// # Errors
    /// [`Error::Io`] when an entry is there and cannot be read.
    pub fn get(&self, key: &Digest) -> Result<Lookup, Error> {
        let path = self.path_of(key);
        let mut entry = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Lookup::Miss),
            Err(source) => return Err(Error::Io { action: "read", path, source }),
        };
        let checksum_len = key.as_bytes().len();
        let intact = entry.len() >= checksum_len
            && Digest::of(&entry[checksum_len..]).as_bytes()[..] == entry[..checksum_len];
        if intact {
            entry.drain(..checksum_len);
            return Ok(Lookup::Hit(entry));
        }
        match fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(Error::Io { action: "write", path, source }),
        }
        Ok(Lookup::Damaged(path))
    }

    /// Stores `bytes` under `key`, in place of what was there.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be written.
    pub fn put(&self, key: &Digest, bytes: &[u8]) -> Result<(), Error> {
        let path = self.path_of(key);
        fs::create_dir_all(folder_of(&path))
            .and_then(|()| write_whole(&path, &[Digest::of(bytes).as_bytes(), bytes]))
            .map_err(|source| Error::Io { action: "write", path, source })
    }

    fn path_of(&self, key: &Digest) -> PathBuf {
        let hex = key.to_hex();
        // 256 folders: no folder grows past what file systems list quickly.
        self.root.join("entries").join(&hex[..2]).join(&hex[2..])
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// Writes `parts` to a temporary file beside `path`, then renames it to `path`.
fn write_whole(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder_of(path))?;
    for part in parts {
        file.write_all(part)?;
    }
    file.persist(path)?;
    Ok(())
}

fn check_format(root: &Path, bytes: &[u8]) -> Result<(), Error> {
    let text = String::from_utf8_lossy(bytes);
    let version = text.strip_prefix(FORMAT_PREFIX).and_then(|rest| rest.trim().parse().ok());
    match version {
        Some(found) if found > FORMAT => {
            Err(Error::NewerFormat { path: root.to_owned(), found, supported: FORMAT })
        }
        Some(_) => Ok(()),
        None => {
            let found = text.chars().take(40).collect();
            Err(Error::NotAStore { path: root.to_owned(), found })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_comes_back_and_can_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let key = Digest::of(b"key");
        assert_eq!(store.get(&key).unwrap(), Lookup::Miss);
        store.put(&key, b"one").unwrap();
        store.put(&key, b"two").unwrap();
        let again = Store::open(folder.path()).unwrap();
        assert_eq!(again.get(&key).unwrap(), Lookup::Hit(b"two".to_vec()));
    }

    #[test]
    fn every_flipped_bit_is_found_and_the_entry_removed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let key = Digest::of(b"key");
        store.put(&key, b"payload").unwrap();
        let path = store.path_of(&key);
        let good = fs::read(&path).unwrap();
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &bad).unwrap();
            assert_eq!(store.get(&key).unwrap(), Lookup::Damaged(path.clone()), "bit {bit}");
            assert_eq!(store.get(&key).unwrap(), Lookup::Miss);
        }
    }

    #[test]
    fn truncated_entries_are_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let key = Digest::of(b"key");
        store.put(&key, b"payload").unwrap();
        let path = store.path_of(&key);
        fs::write(&path, b"short").unwrap();
        assert_eq!(store.get(&key).unwrap(), Lookup::Damaged(path));
    }

    #[test]
    fn a_newer_format_is_refused_naming_both() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("FORMAT"), "topicmill-cache 99\n").unwrap();
        let message = Store::open(folder.path()).unwrap_err().to_string();
        assert!(message.contains("99") && message.contains("format 1"), "{message}");
    }

    #[test]
    fn somebody_elses_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("FORMAT"), "pdf 1.7").unwrap();
        assert!(matches!(Store::open(folder.path()), Err(Error::NotAStore { .. })));
    }
}
