//! How much a store holds, counted exactly by all processes that share it.
//!
//! The file `SIZE` holds three u64, little endian: bytes, files, and the exclusive or of both and a
//! constant. Whoever changes it holds its lock. A process that dies while it writes leaves a count
//! that is too high, never too low; the next eviction counts anew.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError as TryMutexError};
use std::time::{Duration, Instant};

const FILE: &str = "SIZE";
/// Tells the file apart from one that was written by halves.
const CHECK: u64 = 0x746f_7069_636d_696c;
/// No store holds so much: sums of such numbers stay numbers.
const MOST: u64 = 1 << 50;
/// A process that was stopped while it held the lock must not stop the others.
const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_micros(200);

/// What a store holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) bytes: u64,
    pub(super) files: u64,
}

/// The counter of one process.
#[derive(Debug, Default)]
pub(super) struct Budget {
    file: Mutex<Option<File>>,
    /// The last to want the counter did not get it: the next does not wait.
    is_stuck: AtomicBool,
}

/// The right to change the count, and what it is; `None` when it has to be counted anew.
pub(super) struct Counter<'a> {
    file: MutexGuard<'a, Option<File>>,
    pub(super) held: Option<Held>,
}

/// Whether the folder `root` has a counter, which no folder but a store's has.
pub(super) fn is_in(root: &Path) -> bool {
    let bytes = fs::read(root.join(FILE)).ok();
    bytes.and_then(|bytes| counted(bytes.first_chunk().filter(|_| bytes.len() == 24)?)).is_some()
}

/// What the bytes of the file say; `None` when they are not ours.
fn counted(file: &[u8; 24]) -> Option<Held> {
    let number = |at: usize| file[at..].first_chunk().map_or(0, |c| u64::from_le_bytes(*c));
    let (bytes, files, check) = (number(0), number(8), number(16));
    let is_ours = check == bytes ^ files ^ CHECK && bytes.max(files) <= MOST;
    is_ours.then_some(Held { bytes, files })
}

impl Budget {
    /// Waits for the counter in the folder `root`; `None` when it was not to be had in time.
    pub(super) fn lock(&self, root: &Path) -> io::Result<Option<Counter<'_>>> {
        let started = Instant::now();
        let patience =
            if self.is_stuck.load(Ordering::Relaxed) { Duration::ZERO } else { PATIENCE };
        let mut mutex = loop {
            match self.file.try_lock() {
                Ok(mutex) => break mutex,
                Err(TryMutexError::Poisoned(error)) => break error.into_inner(),
                Err(TryMutexError::WouldBlock) if started.elapsed() > PATIENCE => return Ok(None),
                Err(TryMutexError::WouldBlock) => std::thread::yield_now(),
            }
        };
        if mutex.is_none() {
            let mut options = File::options();
            options.read(true).write(true).create(true).truncate(false);
            *mutex = Some(options.open(root.join(FILE))?);
        }
        let Some(file) = mutex.as_mut() else { return Ok(None) };
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if started.elapsed() > patience => {
                    self.is_stuck.store(true, Ordering::Relaxed);
                    return Ok(None);
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        self.is_stuck.store(false, Ordering::Relaxed);
        let mut counter = Counter { file: mutex, held: None };
        counter.held = counter.read()?;
        Ok(Some(counter))
    }

    /// Forgets the file: somebody may have removed the folder.
    pub(super) fn forget(&self) {
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Counter<'_> {
    fn read(&mut self) -> io::Result<Option<Held>> {
        let Some(file) = self.file.as_mut() else { return Ok(None) };
        let mut bytes = [0; 24];
        file.seek(SeekFrom::Start(0))?;
        match file.read_exact(&mut bytes) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        Ok(counted(&bytes))
    }

    /// Changes the count.
    pub(super) fn set(&mut self, held: Held) -> io::Result<()> {
        let Some(file) = self.file.as_mut() else { return Ok(()) };
        let numbers = [held.bytes, held.files, held.bytes ^ held.files ^ CHECK];
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&bytes)?;
        self.held = Some(held);
        Ok(())
    }
}

impl Drop for Counter<'_> {
    fn drop(&mut self) {
        if let Some(file) = self.file.as_mut() {
            // A lock that cannot be given back ends with the file.
            if file.unlock().is_err() {
                *self.file = None;
            }
        }
    }
}

/// The length of a file; 0 where there is none.
pub(super) fn len_of(path: &Path) -> u64 {
    fs::symlink_metadata(path).map_or(0, |metadata| metadata.len())
}
