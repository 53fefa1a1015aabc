//! The files of a site as they were left, to see at a glance whether somebody touched them.

mod stored;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use hashbrown::{HashMap, HashSet};
use jobs::{Digest, Run};

use crate::Error;
use crate::report::REPORT;

/// Files or folders in one parallel task.
const SHARD: usize = 1024;

/// Every file and folder of a site, with what the system says of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Manifest {
    files: Vec<Entry>,
    folders: Vec<Entry>,
}

/// A file or a folder.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// Relative to the site, parted by `/`.
    path: String,
    stamp: Stamp,
    /// Of a file that we wrote, that of its bytes.
    digest: Option<Digest>,
}

/// What of a site is as it was left.
#[derive(Debug, Default)]
pub(crate) struct Survey<'a> {
    /// The files that are, with the digests of their bytes.
    pub(crate) standing: HashMap<&'a str, Digest>,
    /// Whether nothing was added to its root and its data. Whether something was to other folders is looked
    /// at when they become those of a spare.
    pub(crate) is_alone: bool,
}

/// What changes whenever a file is written, replaced or given another mode: nobody can set the
/// time of the last change back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    len: u64,
    modified: i128,
    changed: i128,
    inode: u64,
}

impl Stamp {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;

        let time =
            |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
        Self {
            len: metadata.len(),
            modified: time(metadata.mtime(), metadata.mtime_nsec()),
            changed: time(metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
        }
    }

    #[cfg(not(unix))]
    fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok();
        let since = modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        let modified = since.map_or(0, |since| since.as_nanos() as i128);
        Self { len: metadata.len(), modified, changed: 0, inode: 0 }
    }
}

/// Whether an entry of the root is the user's: such are kept and are no part of the site.
pub(crate) fn is_users(name: &OsStr) -> bool {
    name == "CNAME" || name.as_encoded_bytes().starts_with(b".")
}

impl Manifest {
    /// One of a site with one file.
    #[cfg(test)]
    pub(crate) fn sample() -> Self {
        let stamp = Stamp { len: 1, modified: 2, changed: -3, inode: 4 };
        let digest = Some(Digest::of(b"file"));
        Self { files: vec![Entry { path: "data/a".to_owned(), stamp, digest }], folders: vec![] }
    }

    /// What stands in the folder `root`; `digests` are those of the files that were written.
    pub(crate) fn of(
        root: &Path,
        digests: &HashMap<String, Digest>,
        run: &Run,
    ) -> Result<Self, Error> {
        let failed = |source| Error::Unwritable { path: root.to_owned(), source };
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        walk(root, "", &mut files, &mut folders).map_err(failed)?;
        let entries = |paths: Vec<String>| -> Result<Vec<Entry>, Error> {
            let shards = run.map(paths.chunks(SHARD).collect(), |paths: &[String]| {
                let entry = |path: &String| {
                    let stamp = Stamp::of(&fs::symlink_metadata(root.join(path))?);
                    Ok(Entry { path: path.clone(), stamp, digest: digests.get(path).copied() })
                };
                paths.iter().map(entry).collect::<io::Result<Vec<_>>>()
            })?;
            let shards: io::Result<Vec<_>> = shards.into_iter().collect();
            Ok(shards.map_err(failed)?.concat())
        };
        Ok(Self { files: entries(files)?, folders: entries(folders)? })
    }

    /// Whether the folder `root` holds these files and folders, untouched, and no others.
    pub(crate) fn is_intact(&self, root: &Path, run: &Run) -> Result<bool, Error> {
        Ok(self.has_its_names(root)
            && Self::all_stand(self.files.iter(), root, run)?
            && Self::all_stand(self.kept_folders(), root, run)?)
    }

    /// Whether `root` holds the folders as they were left, and no links where they may have changed: in the
    /// root, and in `data`. Links of the user's in the root do not count.
    pub(crate) fn has_folders(&self, root: &Path, run: &Run) -> Result<bool, Error> {
        let is_link = |entry: io::Result<fs::DirEntry>| {
            entry.and_then(|entry| entry.file_type()).is_ok_and(|kind| kind.is_symlink())
        };
        let Ok(mut entries) = fs::read_dir(root) else { return Ok(false) };
        let is_users = |entry: &io::Result<fs::DirEntry>| {
            entry.as_ref().is_ok_and(|entry| is_users(&entry.file_name()))
        };
        let data = fs::read_dir(root.join("data")).into_iter().flatten();
        Ok(!entries.any(|entry| !is_users(&entry) && is_link(entry))
            && !data.into_iter().any(is_link)
            && Self::all_stand(self.kept_folders(), root, run)?)
    }

    /// What of the site is as it was left in `root`.
    pub(crate) fn survey(&self, root: &Path, run: &Run) -> Result<Survey<'_>, Error> {
        let Ok(open) = Root::open(root) else { return Ok(Survey::default()) };
        let shards = run.map(self.files.chunks(SHARD).collect(), |entries: &[Entry]| {
            let stands = entries.iter().filter(|entry| entry.stands_in(&open));
            stands.filter_map(|e| Some((e.path.as_str(), e.digest?))).collect::<Vec<_>>()
        })?;
        let is_alone = self.has_its_names(root);
        Ok(Survey { standing: shards.into_iter().flatten().collect(), is_alone })
    }

    /// What stands in `root`, with files whose digests are `digests`: these files but for the `touched`, among
    /// which are those that are gone, in these folders but for those that hold `touched` files.
    pub(crate) fn patched(
        self,
        root: &Path,
        (digests, touched): (&HashMap<String, Digest>, &BTreeSet<String>),
    ) -> Result<Self, Error> {
        let failed = |source| Error::Unwritable { path: root.to_owned(), source };
        let Self { mut files, mut folders } = self;
        let is_touched: HashSet<&str> = touched.iter().map(String::as_str).collect();
        files.retain(|file| !is_touched.contains(file.path.as_str()));
        let above = |path: &'_ String| -> Vec<String> {
            path.match_indices('/').map(|(at, _)| path[..at].to_owned()).collect()
        };
        let holders: BTreeSet<String> = touched.iter().flat_map(above).collect();
        let is_holder: HashSet<&str> = holders.iter().map(String::as_str).collect();
        folders.retain(|folder| !is_holder.contains(folder.path.as_str()));
        let entry = |path: &str| match fs::symlink_metadata(root.join(path)) {
            Ok(metadata) => {
                let (path, digest) = (path.to_owned(), digests.get(path).copied());
                Ok(Some(Entry { path, stamp: Stamp::of(&metadata), digest }))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error)),
        };
        for path in touched {
            files.extend(entry(path)?);
        }
        for path in &holders {
            folders.extend(entry(path)?);
        }
        Ok(Self { files, folders })
    }

    /// Whether all paths lead to what is below the site.
    pub(crate) fn is_plain(&self) -> bool {
        self.files.iter().chain(&self.folders).all(|entry| is_plain(&entry.path))
    }

    /// The paths of the files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|entry| entry.path.as_str())
    }

    /// One of the files alone, and one of the folders.
    pub(crate) fn into_parts(self) -> (Self, Self) {
        let Self { files, folders } = self;
        (Self { files, folders: Vec::new() }, Self { files: Vec::new(), folders })
    }

    /// The files of this one, and the folders of one of a site that is alike.
    pub(crate) fn with_folders(self, of: Self) -> Self {
        Self { folders: of.folders, ..self }
    }

    /// Whether the root and `data` have the names that they should. The root has entries of the user, and
    /// the report comes and goes: there names must do.
    fn has_its_names(&self, root: &Path) -> bool {
        let has = |folder| names(&root.join(folder)).ok() == Some(self.names_in(folder));
        ["", "data"].into_iter().all(has)
    }

    /// The folders that nobody has a reason to change.
    fn kept_folders(&self) -> impl Iterator<Item = &Entry> {
        self.folders.iter().filter(|folder| folder.path != "data")
    }

    /// Whether all `entries` are as they were left in `root`.
    fn all_stand<'e>(
        entries: impl Iterator<Item = &'e Entry>,
        root: &Path,
        run: &Run,
    ) -> Result<bool, Error> {
        let Ok(root) = Root::open(root) else { return Ok(false) };
        let entries: Vec<&Entry> = entries.collect();
        let shards = run.map(entries.chunks(SHARD).collect(), |entries: &[&Entry]| {
            entries.iter().all(|entry| entry.stands_in(&root))
        })?;
        Ok(shards.into_iter().all(|stand| stand))
    }

    fn names_in(&self, folder: &str) -> Vec<PathBuf> {
        let inside = |entry: &Entry| {
            let (parent, name) = entry.path.rsplit_once('/').unwrap_or(("", &entry.path));
            (parent == folder).then(|| PathBuf::from(name))
        };
        let entries = self.files.iter().chain(&self.folders);
        let mut names: Vec<PathBuf> = entries.filter_map(inside).collect();
        names.sort();
        names
    }
}

impl Entry {
    fn stands_in(&self, root: &Root) -> bool {
        root.stamp(&self.path).is_ok_and(|stamp| stamp == self.stamp)
    }
}

/// A folder that is asked for many of its entries: from it the way to them is short.
struct Root {
    #[cfg(target_os = "linux")]
    folder: fs::File,
    #[cfg(not(target_os = "linux"))]
    path: PathBuf,
}

#[cfg(target_os = "linux")]
impl Root {
    fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { folder: fs::File::open(path)? })
    }

    fn stamp(&self, path: &str) -> io::Result<Stamp> {
        let stat = rustix::fs::statat(&self.folder, path, rustix::fs::AtFlags::SYMLINK_NOFOLLOW)?;
        let time = |seconds: i64, nanos: i128| i128::from(seconds) * 1_000_000_000 + nanos;
        Ok(Stamp {
            len: u64::try_from(stat.st_size).unwrap_or(0),
            modified: time(stat.st_mtime, i128::from(stat.st_mtime_nsec)),
            changed: time(stat.st_ctime, i128::from(stat.st_ctime_nsec)),
            inode: stat.st_ino,
        })
    }
}

#[cfg(not(target_os = "linux"))]
impl Root {
    fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned() })
    }

    fn stamp(&self, path: &str) -> io::Result<Stamp> {
        Ok(Stamp::of(&fs::symlink_metadata(self.path.join(path))?))
    }
}

/// Whether `path`, relative and parted by `/`, leads nowhere but down.
pub(crate) fn is_plain(path: &str) -> bool {
    // All that is told apart is ASCII, and there may be many paths.
    let is_name = |part: &[u8]| !matches!(part, b"" | b"." | b"..");
    let is_odd = |byte: &u8| matches!(byte, b'\\' | b':' | 0);
    path.as_bytes().split(|byte| *byte == b'/').all(is_name) && !path.as_bytes().iter().any(is_odd)
}

/// The sorted names in a folder of a site, but for the user's and the report.
fn names(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if !is_users(&name) && name != "report.json" {
            names.push(PathBuf::from(name));
        }
    }
    names.sort();
    Ok(names)
}

fn walk(
    folder: &Path,
    prefix: &str,
    files: &mut Vec<String>,
    folders: &mut Vec<String>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if prefix.is_empty() && is_users(&name) {
            continue;
        }
        // Names that we write are ASCII; another's cannot be equal to any of ours.
        let path = format!("{prefix}{}", name.to_string_lossy());
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &format!("{path}/"), files, folders)?;
            folders.push(path);
        } else if path != REPORT {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_nowhere_but_down() {
        for path in ["a", "doc/a-b/index.html", "data/.x"] {
            assert!(is_plain(path), "{path}");
        }
        for path in ["", "/a", "a//b", "../a", "a/..", "a/./b", "a\\b", "c:a", "a/"] {
            assert!(!is_plain(path), "{path}");
        }
    }

    #[test]
    fn a_site_is_intact_until_somebody_touches_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let run = Run::serial();
        let write = |path: &str, text: &str| {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        };
        for path in ["index.html", "doc/a/index.html", "doc/b/index.html", "data/topics.json"] {
            write(path, "one");
        }
        write("data/report.json", "first");
        write(".git/head", "main");
        let taken = || Manifest::of(root, &HashMap::new(), &run).unwrap();
        let first = taken();
        let check = |manifest: &Manifest, expected: bool, what: &str| {
            assert_eq!(manifest.is_intact(root, &run).unwrap(), expected, "{what}");
        };
        check(&first, true, "as it was left");
        write("data/report.json", "another");
        write(".git/new", "");
        write("CNAME", "example.org");
        check(&first, true, "the report and the user's own files");
        write("doc/a/index.html", "two");
        check(&first, false, "a page of the same length");
        let mut manifest = taken();
        for (path, what) in [
            ("doc/c/index.html", "a new folder"),
            ("doc/a/other.html", "a new file"),
            ("data/extra", "a new file among the data"),
            ("extra.html", "a new file in the root"),
        ] {
            check(&manifest, true, what);
            write(path, "");
            check(&manifest, false, what);
            manifest = taken();
        }
        fs::remove_file(root.join("doc/b/index.html")).unwrap();
        check(&manifest, false, "a page removed");
    }
}
