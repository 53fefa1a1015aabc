//! A store in a folder.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::entry::{self, Place, Ref};
use super::{About, Claim, Lookup, Store, format};
use crate::{Digest, Error, Progress, Run, Silent};

/// A [`Store`] in a folder, which several processes may share.
///
/// Every file is written elsewhere and renamed, so that a reader sees all of it or nothing, and
/// carries the digest of its bytes, so that a damaged one is found when it is read; it is moved to
/// `quarantine/`. Nothing is synchronised to the disk: what a power cut damages is made again.
///
/// | path | content |
/// |---|---|
/// | `FORMAT` | the version of this layout |
/// | `refs/ab/cd…` | under a key: its object's digest, or a small object itself |
/// | `objects/ab/cd…` | under the digest of their bytes: objects |
/// | `locks/` | the entries that are being made |
/// | `tmp/` | files that are being written |
/// | `quarantine/` | damaged files |
#[derive(Clone)]
pub struct FileStore {
    shared: Arc<Shared>,
}

struct Shared {
    root: PathBuf,
    progress: Arc<dyn Progress>,
    /// Set when nothing can be written any more.
    is_read_only: AtomicBool,
    /// Numbers the temporary files of this process.
    next_temporary: AtomicU64,
}

impl FileStore {
    /// Opens the store in `root`, making the folder where there is none.
    ///
    /// # Errors
    /// [`Error::NewerFormat`] and [`Error::NotAStore`] when the folder belongs to a newer program
    /// or to something else; [`Error::Io`] when it cannot be made or read.
    pub fn open(root: &Path) -> Result<Self, Error> {
        Self::open_for(root, Arc::new(Silent))
    }

    /// Opens the store in `root` as [`open`](Self::open); `progress` hears its warnings.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_for(root: &Path, progress: Arc<dyn Progress>) -> Result<Self, Error> {
        let failed = |action, path: &Path| {
            let path = path.to_owned();
            move |source| Error::Io { action, path, source }
        };
        fs::create_dir_all(root).map_err(failed("create", root))?;
        let found = format::read(root)?;
        let store = Self {
            shared: Arc::new(Shared {
                root: root.to_owned(),
                progress,
                is_read_only: AtomicBool::new(false),
                next_temporary: AtomicU64::new(0),
            }),
        };
        if found == Some(format::FORMAT) {
            return Ok(store);
        }
        if found == Some(1) && root.join("entries").exists() {
            format::migrate(&store).map_err(failed("write", root))?;
        }
        let path = root.join("FORMAT");
        store.write_file(&path, &[format::line().as_bytes()]).map_err(failed("write", &path))?;
        Ok(store)
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.shared.root
    }

    fn path_of(&self, kind: &str, digest: &Digest) -> PathBuf {
        let hex = digest.to_hex();
        // 256 folders: no folder grows past what file systems list quickly.
        let mut path = PathBuf::with_capacity(self.root().as_os_str().len() + 80);
        path.push(self.root());
        path.push(kind);
        path.push(&hex[..2]);
        path.push(&hex[2..]);
        path
    }

    /// Writes `parts` to a temporary file, then renames it to `path`.
    fn write_file(&self, path: &Path, parts: &[&[u8]]) -> io::Result<()> {
        let number = self.shared.next_temporary.fetch_add(1, Ordering::Relaxed);
        let folder = self.root().join("tmp");
        let temporary = folder.join(format!("{}-{:p}-{number}", std::process::id(), self.shared));
        let open = || fs::File::options().write(true).create_new(true).open(&temporary);
        let mut file = with_folder(&folder, open)?;
        let written = parts
            .iter()
            .try_for_each(|part| file.write_all(part))
            .and_then(|()| with_folder(folder_of(path), || fs::rename(&temporary, path)));
        if written.is_err() {
            // Whoever clears the store up finds what stays.
            drop(fs::remove_file(&temporary));
        }
        written
    }

    /// Writes `parts` to `path` unless the store is, or now becomes, read-only.
    fn keep(&self, path: &Path, parts: &[&[u8]]) -> Result<(), Error> {
        if self.shared.is_read_only.load(Ordering::Relaxed) {
            return Ok(());
        }
        match self.write_file(path, parts) {
            Ok(()) => Ok(()),
            Err(error) if ends_writing(&error) => {
                if !self.shared.is_read_only.swap(true, Ordering::Relaxed) {
                    let root = self.root().display();
                    self.shared
                        .progress
                        .warn(&format!("nothing more is kept in the cache {root}: {error}"));
                }
                Ok(())
            }
            Err(source) => Err(Error::Io { action: "write", path: path.to_owned(), source }),
        }
    }

    /// Moves a damaged file out of the way.
    fn quarantine(&self, path: &Path) -> Result<Lookup, Error> {
        let folder = self.root().join("quarantine");
        let name = path.file_name().unwrap_or_default();
        let to = folder.join(name);
        match with_folder(&folder, || fs::rename(path, &to)) {
            Ok(()) => {}
            // Somebody else was quicker.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // Where nothing can be moved it stays, and is found to be damaged every time.
            Err(error) if ends_writing(&error) => return Ok(Lookup::Damaged(path.to_owned())),
            Err(source) => return Err(Error::Io { action: "write", path: to, source }),
        }
        Ok(Lookup::Damaged(to))
    }
}

impl Store for FileStore {
    fn get(&self, key: &Digest) -> Result<Lookup, Error> {
        let path = self.path_of("refs", key);
        let Some(bytes) = read(&path)? else { return Ok(Lookup::Miss) };
        match Ref::from_bytes(&bytes) {
            None => self.quarantine(&path),
            Some((found, Place::Object)) => self.get_object(&found.content),
            Some((found, Place::Here(object))) => match entry::plain_of(object, &found.content) {
                Some(plain) => Ok(Lookup::Hit(plain)),
                None => self.quarantine(&path),
            },
        }
    }

    fn put(&self, key: &Digest, bytes: &[u8], about: &About<'_>) -> Result<(), Error> {
        let content = Digest::of(bytes);
        let found = Ref::new(bytes, content, about, now());
        let place = if bytes.len() <= entry::INLINE {
            Place::Here(entry::object(bytes, about.content))
        } else {
            self.put_object(bytes, about)?;
            Place::Object
        };
        self.keep(&self.path_of("refs", key), &[&found.to_bytes(&place)])
    }

    fn get_object(&self, digest: &Digest) -> Result<Lookup, Error> {
        let path = self.path_of("objects", digest);
        let Some(bytes) = read(&path)? else { return Ok(Lookup::Miss) };
        match entry::plain_of(bytes, digest) {
            Some(plain) => Ok(Lookup::Hit(plain)),
            None => self.quarantine(&path),
        }
    }

    fn put_object(&self, bytes: &[u8], about: &About<'_>) -> Result<Digest, Error> {
        let digest = Digest::of(bytes);
        let path = self.path_of("objects", &digest);
        if !path.exists() {
            self.keep(&path, &[&entry::object(bytes, about.content)])?;
        }
        Ok(digest)
    }

    fn claim(&self, key: &Digest, patience: Duration, run: &Run) -> Result<Option<Claim>, Error> {
        if self.shared.is_read_only.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let folder = self.root().join("locks");
        if fs::create_dir_all(&folder).is_err() {
            return Ok(None);
        }
        Claim::wait(&folder.join(key.to_hex()), patience, run)
    }
}

impl std::fmt::Debug for FileStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("FileStore").field(&self.root()).finish()
    }
}

/// Whether an error means that nothing can be written here any more.
fn ends_writing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::PermissionDenied
    )
}

/// The bytes of a file; `None` when there is none.
fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Io { action: "read", path: path.to_owned(), source }),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// Runs `act`, and once more with `folder` made when that was missing.
fn with_folder<T>(folder: &Path, act: impl Fn() -> io::Result<T>) -> io::Result<T> {
    match act() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder)?;
            act()
        }
        other => other,
    }
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}
