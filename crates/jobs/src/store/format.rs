//! The `FORMAT` file, which says how a store's folder is laid out.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use super::file::FileStore;
use super::{About, Content, Store, budget};
use crate::{Digest, Error};

/// The layout of the folder: raise it when it or [`super::entry`] changes.
pub(super) const FORMAT: u32 = 2;
const PREFIX: &str = "topicmill-cache ";
const FILE: &str = "FORMAT";
/// Begins the name of one that is being written.
const BESIDE: &str = ".FORMAT-";
/// What an empty folder has: file systems keep the last at their top, versions of files need the first.
const OF_EMPTY: [&str; 3] = [".gitignore", ".gitkeep", "lost+found"];

/// What the folder of a store says of its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing is there yet.
    Nothing,
    /// It.
    Format(u32),
    /// Nothing that can be read, though the rest of it is a store's.
    Damaged,
}

/// What the folder `root` says of its format. One that holds something else than a store is refused.
pub(super) fn read(root: &Path) -> Result<Found, Error> {
    let path = root.join(FILE);
    let other = |why| Error::NotAStore { path: root.to_owned(), why };
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return without_file(root),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            let part = if root.exists() { "it" } else { "a part of its path" };
            return Err(other(format!("{part} is a file")));
        }
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
            return Err(other("its FORMAT is a folder".to_owned()));
        }
        Err(source) => return Err(Error::Io { action: "read", path, source }),
    };
    let text = String::from_utf8_lossy(&bytes);
    match text.strip_prefix(PREFIX).and_then(|rest| rest.trim().parse().ok()) {
        Some(found) if found > FORMAT => {
            Err(Error::NewerFormat { path: root.to_owned(), found, supported: FORMAT })
        }
        Some(found) => Ok(Found::Format(found)),
        None if budget::is_in(root) => Ok(Found::Damaged),
        None => {
            let found: String = text.chars().take(40).collect();
            Err(other(format!("its FORMAT file says {found:?}")))
        }
    }
}

/// What a folder without the file is.
fn without_file(root: &Path) -> Result<Found, Error> {
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(source) => return Err(Error::Io { action: "read", path: root.to_owned(), source }),
    };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let others =
        names.filter(|name| !name.starts_with(BESIDE) && !OF_EMPTY.contains(&name.as_str()));
    let Some(example) = others.min() else { return Ok(Found::Nothing) };
    let is_store = budget::is_in(root);
    // Another process may have made it one since we looked.
    if let Ok(true) = root.join(FILE).try_exists() {
        return read(root);
    }
    if is_store {
        return Ok(Found::Damaged);
    }
    let why = format!("it has no file FORMAT, but {example:?}");
    Err(Error::NotAStore { path: root.to_owned(), why })
}

/// Says that the folder `root` is a store of this format.
pub(super) fn write(root: &Path) -> io::Result<()> {
    // Two processes may do so at once, each with a file of its own.
    let beside = root.join(format!("{BESIDE}{}", std::process::id()));
    let mut file = File::create(&beside)?;
    file.write_all(format!("{PREFIX}{FORMAT}\n").as_bytes())?;
    // Without it the whole store is lost: it is to outlast a power cut.
    file.sync_all()?;
    fs::rename(&beside, root.join(FILE))
}

/// Takes over the entries of format 1: below `entries/`, each the hash of its bytes and the bytes.
pub(super) fn migrate(store: &FileStore) -> io::Result<()> {
    let old = store.root().join("entries");
    for folder in fs::read_dir(&old)? {
        let folder = folder?;
        for file in fs::read_dir(folder.path())? {
            let file = file?;
            let hex =
                [folder.file_name(), file.file_name()].map(|n| n.to_string_lossy().into_owned());
            let bytes = fs::read(file.path())?;
            let Some((checksum, bytes)) = bytes.split_at_checked(32) else { continue };
            let is_whole = Digest::of(bytes).as_bytes()[..] == *checksum;
            if let Some(key) = Digest::from_hex(&hex.concat()).filter(|_| is_whole) {
                let about =
                    About { task: "page", cost: Duration::from_secs(1), content: Content::Packed };
                store.put(&key, bytes, &about).map_err(io::Error::other)?;
            }
        }
    }
    fs::remove_dir_all(&old)
}
