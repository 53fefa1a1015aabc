//! A store in a folder.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::budget::{Budget, Counter, Held, len_of};
use super::entry::{self, Place, Ref};
use super::evict::{self, Limits, Removed};
use super::format::{self, Found};
use super::{About, Claim, Lease, Lookup, Store};
use crate::{Digest, Error, Progress, Run, Silent};

/// Entries that were used more recently than this are not noted as used again.
const TOUCH: Duration = Duration::from_mins(1);

/// Files up to this length, bytes, are read into memory that is cleared before: it costs less than
/// a system call.
const SMALL: u64 = 64 << 10;

/// A [`Store`] in a folder, which several processes may share.
///
/// Every file is written elsewhere and renamed, so that a reader sees all of it or nothing, and
/// carries the digest of its bytes, so that a damaged one is found when it is read; it is moved to
/// `quarantine/`. Nothing is synchronised to the disk: what a power cut damages is made again.
/// What the folder may hold is bounded by [`Limits`]: before a file is written, room is made for it.
///
/// | path | content |
/// |---|---|
/// | `FORMAT` | the version of this layout |
/// | `SIZE` | how much the folder holds |
/// | `refs/ab/cd…` | under a key: its object's digest, or a small object itself |
/// | `objects/ab/cd…` | under the digest of their bytes: objects |
/// | `leases/` | objects that somebody wants to stay |
/// | `locks/` | the entries that are being made |
/// | `tmp/` | files that are being written |
/// | `quarantine/` | damaged files |
///
/// The time of the last change of a ref is the time when it was last asked for, to the minute.
#[derive(Clone)]
pub struct FileStore {
    shared: Arc<Shared>,
}

struct Shared {
    root: PathBuf,
    limits: Limits,
    progress: Arc<dyn Progress>,
    budget: Budget,
    /// Set when nothing can be written any more.
    is_read_only: AtomicBool,
    /// Numbers the temporary files and leases of this process.
    next: AtomicU64,
}

impl FileStore {
    /// Opens the store in `root`, making the folder where there is none.
    ///
    /// # Errors
    /// [`Error::NewerFormat`] and [`Error::NotAStore`] when the folder belongs to a newer program
    /// or holds something else; [`Error::Io`] when it cannot be made or read.
    pub fn open(root: &Path) -> Result<Self, Error> {
        Self::open_with(root, Limits::default(), Arc::new(Silent))
    }

    /// Opens the store in `root`, which may hold so much; `progress` hears its warnings.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(
        root: &Path,
        limits: Limits,
        progress: Arc<dyn Progress>,
    ) -> Result<Self, Error> {
        let failed = |action, path: &Path| {
            let path = path.to_owned();
            move |source| Error::Io { action, path, source }
        };
        let found = format::read(root)?;
        if found == Found::Nothing {
            fs::create_dir_all(root).map_err(failed("create", root))?;
        }
        let store = Self {
            shared: Arc::new(Shared {
                root: root.to_owned(),
                limits,
                progress,
                budget: Budget::default(),
                is_read_only: AtomicBool::new(false),
                next: AtomicU64::new(0),
            }),
        };
        match found {
            Found::Format(format::FORMAT) => return Ok(store),
            Found::Format(1) if root.join("entries").exists() => {
                format::migrate(&store).map_err(failed("write", root))?;
            }
            Found::Damaged => {
                let root = root.display();
                let warning =
                    format!("the FORMAT file of the cache {root} is damaged: it is written anew");
                store.shared.progress.warn(&warning);
            }
            Found::Nothing | Found::Format(_) => {}
        }
        format::write(root).map_err(failed("write", root))?;
        Ok(store)
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.shared.root
    }

    /// Removes what is too much or too old by `limits`, and what dead processes left.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be read or written.
    pub fn collect(&self, limits: &Limits) -> Result<Removed, Error> {
        let failed =
            |source| Error::Io { action: "clear up", path: self.root().to_owned(), source };
        let Some(mut counter) = self.shared.budget.lock(self.root()).map_err(failed)? else {
            return Err(Error::Busy { path: self.root().to_owned() });
        };
        let (held, removed) =
            evict::make_room(self.root(), limits, Held::default()).map_err(failed)?;
        counter.set(held).map_err(failed)?;
        Ok(removed)
    }

    /// Removes everything; the folder stays a store.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be written.
    pub fn clear(&self) -> Result<Removed, Error> {
        self.collect(&Limits { bytes: 0, files: 0, age: Some(Duration::ZERO) })
    }

    pub(super) fn path_of(&self, kind: &str, digest: &Digest) -> PathBuf {
        let hex = digest.to_hex();
        // 256 folders: no folder grows past what file systems list quickly.
        let mut path = PathBuf::with_capacity(self.root().as_os_str().len() + 80);
        path.push(self.root());
        path.push(kind);
        path.push(&hex[..2]);
        path.push(&hex[2..]);
        path
    }

    /// A name that no other file of a folder has.
    fn name(&self) -> String {
        let number = self.shared.next.fetch_add(1, Ordering::Relaxed);
        format!("{}-{:p}-{number}", std::process::id(), Arc::as_ptr(&self.shared))
    }

    /// Writes `parts` to `path` by way of a temporary file, when there is, or can be made, room.
    fn write_file(&self, path: &Path, parts: &[&[u8]]) -> io::Result<()> {
        let len = parts.iter().map(|part| part.len() as u64).sum();
        let Some(mut counter) = self.shared.budget.lock(self.root())? else {
            // Somebody holds the counter and does not move: what is not counted is not kept.
            return Ok(());
        };
        if !self.reserve(&mut counter, len)? {
            return Ok(());
        }
        let folder = self.root().join("tmp");
        let temporary = folder.join(format!("{}-{len}", self.name()));
        // It is there, locked, before the counter is free: so others know that it lives.
        let open = || File::options().write(true).create_new(true).open(&temporary);
        let opened = with_folder(&folder, open).and_then(|file| {
            file.lock()?;
            Ok(file)
        });
        let mut file = match opened {
            Ok(file) => file,
            Err(error) => {
                release(&mut counter, len, 1)?;
                return Err(error);
            }
        };
        drop(counter);
        let written = parts.iter().try_for_each(|part| file.write_all(part));
        let Some(mut counter) = self.shared.budget.lock(self.root())? else {
            // The count stays too high, which is mended by the next eviction.
            drop(fs::remove_file(&temporary));
            return Ok(());
        };
        let replaced = len_of(path);
        let is_replaced = path.exists();
        let kept =
            written.and_then(|()| with_folder(folder_of(path), || fs::rename(&temporary, path)));
        match kept {
            Ok(()) if is_replaced => release(&mut counter, replaced, 1),
            Ok(()) => Ok(()),
            Err(error) => {
                // Whoever clears the store up finds what stays.
                drop(fs::remove_file(&temporary));
                release(&mut counter, len, 1)?;
                Err(error)
            }
        }
    }

    /// Counts `len` bytes more, making room for them; false when there is none.
    fn reserve(&self, counter: &mut Counter<'_>, len: u64) -> io::Result<bool> {
        let limits = &self.shared.limits;
        if len > limits.bytes {
            return Ok(false);
        }
        let fits = |held: &Held| {
            held.bytes.saturating_add(len) <= limits.bytes && held.files < limits.files
        };
        let held = match counter.held {
            Some(held) if fits(&held) => held,
            _ => evict::make_room(self.root(), limits, Held { bytes: len, files: 1 })?.0,
        };
        let fits = fits(&held);
        let bytes = held.bytes.saturating_add(len);
        counter.set(if fits { Held { bytes, files: held.files + 1 } } else { held })?;
        Ok(fits)
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
                    let warning = format!("nothing more is kept in the cache {root}: {error}");
                    self.shared.progress.warn(&warning);
                }
                Ok(())
            }
            // Somebody removed the whole folder: the next one starts anew.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.shared.budget.forget();
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
        match self.set_aside(path, &to) {
            Ok(true) => {}
            Ok(false) => return Ok(Lookup::Damaged(path.to_owned())),
            // Somebody else was quicker.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // Where nothing can be moved it stays, and is found to be damaged every time.
            Err(error) if ends_writing(&error) => return Ok(Lookup::Damaged(path.to_owned())),
            Err(source) => return Err(Error::Io { action: "write", path: to, source }),
        }
        Ok(Lookup::Damaged(to))
    }

    /// Moves the file `path` to `to`; says whether it could be counted, without which it stays. Whoever
    /// replaces or evicts it meanwhile would else take it for gone, and the store would hold more than is
    /// counted.
    fn set_aside(&self, path: &Path, to: &Path) -> io::Result<bool> {
        let Some(mut counter) = self.shared.budget.lock(self.root())? else { return Ok(false) };
        let replaced = fs::symlink_metadata(to).ok().map(|metadata| metadata.len());
        with_folder(folder_of(to), || fs::rename(path, to))?;
        replaced.map_or(Ok(()), |len| release(&mut counter, len, 1))?;
        Ok(true)
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

    fn contains(&self, key: &Digest) -> bool {
        let found = read(&self.path_of("refs", key)).ok().flatten();
        match found.as_deref().and_then(Ref::from_bytes) {
            Some((found, Place::Object)) => self.path_of("objects", &found.content).exists(),
            Some((_, Place::Here(_))) => true,
            None => false,
        }
    }

    fn put(&self, key: &Digest, bytes: &[u8], about: &About<'_>) -> Result<(), Error> {
        let content = Digest::of(bytes);
        let found = Ref::new(bytes, content, about, now());
        let place = if bytes.len() <= entry::inline_limit(about.content) {
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

    fn lease(&self, digest: &Digest) -> Result<Option<Lease>, Error> {
        let folder = self.root().join("leases");
        let path = folder.join(format!("{}-{}", digest.to_hex(), self.name()));
        match with_folder(&folder, || Lease::take(path.clone())) {
            Ok(lease) => Ok(Some(lease)),
            Err(error) if ends_writing(&error) => Ok(None),
            Err(source) => Err(Error::Io { action: "write", path, source }),
        }
    }
}

impl std::fmt::Debug for FileStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("FileStore").field(&self.root()).finish()
    }
}

fn release(counter: &mut Counter<'_>, bytes: u64, files: u64) -> io::Result<()> {
    match counter.held {
        Some(held) => counter.set(Held {
            bytes: held.bytes.saturating_sub(bytes),
            files: held.files.saturating_sub(files),
        }),
        None => Ok(()),
    }
}

/// Whether an error means that nothing can be written here any more.
fn ends_writing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull
            | io::ErrorKind::FileTooLarge
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::PermissionDenied
    )
}

/// The bytes of a file, which is noted as used; `None` when there is none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    let read = || {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        let len = metadata.len();
        let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0));
        if len <= SMALL {
            // Files are renamed into place whole and never grow: one call reads them, where
            // `read_to_end` asks for the length again and once more for the end.
            bytes.resize(len as usize, 0);
            let read = fill(&mut file, &mut bytes)?;
            bytes.truncate(read);
        } else {
            file.read_to_end(&mut bytes)?;
        }
        let now = SystemTime::now();
        let unused = metadata.modified().ok().and_then(|used| now.duration_since(used).ok());
        if unused.is_none_or(|unused| unused > TOUCH) {
            // Where times cannot be set, entries only seem to be older than they are.
            drop(file.set_modified(now));
        }
        Ok(bytes)
    };
    match read() {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(source) => Err(Error::Io { action: "read", path: path.to_owned(), source }),
    }
}

/// Reads until `buffer` is full or the file ends; how many bytes.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut n_read = 0;
    while n_read < buffer.len() {
        match file.read(&mut buffer[n_read..]) {
            Ok(0) => break,
            Ok(n) => n_read += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(n_read)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
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
