//! The `FORMAT` file, which says how a store's folder is laid out.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::file::FileStore;
use super::{About, Content, Store};
use crate::{Digest, Error};

/// The layout of the folder: raise it when it or [`super::entry`] changes.
pub(super) const FORMAT: u32 = 2;
const PREFIX: &str = "topicmill-cache ";
const FILE: &str = "FORMAT";

/// The format of the folder `root`; `None` when nothing says that it is a store.
pub(super) fn read(root: &Path) -> Result<Option<u32>, Error> {
    let path = root.join(FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::Io { action: "read", path, source }),
    };
    let text = String::from_utf8_lossy(&bytes);
    match text.strip_prefix(PREFIX).and_then(|rest| rest.trim().parse().ok()) {
        Some(found) if found > FORMAT => {
            Err(Error::NewerFormat { path: root.to_owned(), found, supported: FORMAT })
        }
        Some(found) => Ok(Some(found)),
        None => {
            let found = text.chars().take(40).collect();
            Err(Error::NotAStore { path: root.to_owned(), found })
        }
    }
}

/// Says that the folder `root` is a store of this format.
pub(super) fn write(root: &Path) -> io::Result<()> {
    // Two processes may do so at once, each with a file of its own.
    let beside = root.join(format!(".{FILE}-{}", std::process::id()));
    fs::write(&beside, format!("{PREFIX}{FORMAT}\n"))?;
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
