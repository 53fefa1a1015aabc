//! The files of a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::Skipped;
use crate::format::{self, Format, Packing};

/// A file that will be read.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its path in the folder, with `/`.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) format: Format,
    /// How it is compressed.
    pub(crate) packing: Packing,
}

/// The file in the folder of a site that topicmill wrote.
const SITE_MARKER: &str = ".topicmill";

/// The files below `root` with a known ending, sorted by the bytes of their names; and those that
/// cannot be read. Hidden files and folders, links to folders, and sites that topicmill wrote are
/// passed over: a site below its own source is no source.
///
/// # Errors
/// When `root` itself cannot be listed.
pub(crate) fn list(root: &Path) -> io::Result<(Vec<Entry>, Vec<Skipped>)> {
    let real_root = fs::canonicalize(root)?;
    let mut entries = Vec::new();
    let mut skipped = Vec::new();
    let mut folders = vec![(root.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let listing = fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let listing = match listing {
            Ok(listing) => listing,
            Err(error) if prefix.is_empty() => return Err(error),
            Err(error) => {
                skipped.push(refused(&folder, format!("the folder cannot be listed: {error}")));
                continue;
            }
        };
        for item in listing {
            let path = item.path();
            let name = item.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let name = format!("{prefix}{name}");
            let is_folder = item.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && path.join(SITE_MARKER).exists() {
                continue;
            }
            if is_folder {
                folders.push((path, format!("{name}/")));
            } else if let Some((format, packing)) = format::of_path(&path) {
                match check(&path, &real_root) {
                    Ok(()) => entries.push(Entry { path, name, format, packing }),
                    Err(Some(reason)) => skipped.push(refused(&path, reason)),
                    Err(None) => {}
                }
            }
        }
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.path.cmp(&b.path)));
    skipped.sort_by(|a, b| a.location.cmp(&b.location));
    Ok((entries, skipped))
}

/// Whether `path` is a file, and one of the folder; without a reason where it is a folder.
fn check(path: &Path, real_root: &Path) -> Result<(), Option<String>> {
    let real = fs::canonicalize(path).map_err(|error| Some(format!("cannot be read: {error}")))?;
    if real.is_dir() {
        return Err(None);
    }
    if !real.starts_with(real_root) {
        let reason = "a link out of the folder; allowed are files of the folder";
        return Err(Some(reason.to_owned()));
    }
    // Opening a pipe would wait for somebody to write to it.
    if !real.is_file() {
        return Err(Some("not a file; allowed are files".to_owned()));
    }
    Ok(())
}

fn refused(path: &Path, reason: String) -> Skipped {
    Skipped { location: path.display().to_string(), reason }
}
