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

/// The folder that holds all files of a pattern such as `docs/**/*.md`, and the parts of the pattern
/// below it; none where `path` is a file or folder, or no pattern.
pub(crate) fn pattern(path: &Path) -> Option<(PathBuf, Vec<String>)> {
    let is_open = |part: &str| part.contains(['*', '?']);
    if !is_open(path.to_str()?) || path.exists() {
        return None;
    }
    let parts: Vec<String> =
        path.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
    let first = parts.iter().position(|part| is_open(part))?;
    let root: PathBuf = parts[..first].iter().collect();
    let root = if first == 0 { PathBuf::from(".") } else { root };
    Some((root, parts[first..].to_vec()))
}

/// Whether the path `name`, with `/`, is one of a pattern.
pub(crate) fn matches(pattern: &[String], name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    // Which beginnings of the path the pattern so far stands for.
    let mut open = vec![false; parts.len() + 1];
    open[0] = true;
    for step in pattern {
        let mut next = vec![false; parts.len() + 1];
        if step == "**" {
            let first = open.iter().position(|is_open| *is_open).unwrap_or(parts.len() + 1);
            next.iter_mut().skip(first).for_each(|is_open| *is_open = true);
        } else {
            for (at, part) in parts.iter().enumerate() {
                next[at + 1] = open[at] && part_matches(step, part);
            }
        }
        open = next;
    }
    open[parts.len()]
}

/// Whether a name is one that `*` and `?` in `pattern` stand for. Time: the product of the lengths.
fn part_matches(pattern: &str, name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let mut open = vec![false; name.len() + 1];
    open[0] = true;
    for sign in pattern.chars() {
        let mut next = vec![false; name.len() + 1];
        if sign == '*' {
            let first = open.iter().position(|is_open| *is_open).unwrap_or(name.len() + 1);
            next.iter_mut().skip(first).for_each(|is_open| *is_open = true);
        } else {
            for (at, c) in name.iter().enumerate() {
                next[at + 1] = open[at] && (sign == '?' || sign == *c);
            }
        }
        open = next;
    }
    open[name.len()]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stand_for_names_and_folders() {
        let check = |pattern: &str, name: &str, expected: bool| {
            let pattern: Vec<String> = pattern.split('/').map(str::to_owned).collect();
            assert_eq!(matches(&pattern, name), expected, "{pattern:?} {name}");
        };
        check("**/*.md", "a.md", true);
        check("**/*.md", "x/y/a.md", true);
        check("**/*.md", "x/a.txt", false);
        check("*.md", "x/a.md", false);
        check("talk-?.*", "talk-1.html", true);
        check("talk-?.*", "talk-12.html", false);
        check("a/**/b/*", "a/b/c", true);
        check("a/**/b/*", "a/x/y/b/c", true);
        check("a/**/b/*", "a/x/c", false);
        check("*a*b*", "xaxbx", true);
        check("*a*b*", "xbxax", false);
    }
}
