//! The right to make an entry: one maker at a time, across threads and processes.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::{Error, Run};

/// Between two looks whether the other maker has ended.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// The right to make an entry, given back when it is dropped. The system takes it back from a
/// process that dies.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    /// Locked as long as it is open.
    _file: File,
}

impl Claim {
    /// Waits for the lock file `path`, `patience` long at most.
    pub(super) fn wait(path: &Path, patience: Duration, run: &Run) -> Result<Option<Self>, Error> {
        let started = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            run.check()?;
            match Self::try_now(path) {
                Ok(Some(claim)) => return Ok(Some(claim)),
                Ok(None) => {}
                // Where nothing can be locked everybody makes what they need.
                Err(_) => return Ok(None),
            }
            let left = patience.saturating_sub(started.elapsed());
            if left.is_zero() {
                return Ok(None);
            }
            std::thread::sleep(pause.min(left));
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
    }

    fn try_now(path: &Path) -> io::Result<Option<Self>> {
        let file = File::options().create(true).truncate(false).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // The former holder may have removed the file between our opening and locking it; then
        // others lock another file of the same name.
        Ok(is_at(&file, path).then(|| Self { path: path.to_owned(), _file: file }))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // While we hold the lock the file is ours to remove; one that stays does no harm.
        drop(fs::remove_file(&self.path));
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let place = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    let opened = file.metadata().map(place);
    opened.is_ok_and(|opened| fs::metadata(path).map(place).is_ok_and(|named| named == opened))
}

#[cfg(not(unix))]
fn is_at(_file: &File, path: &Path) -> bool {
    // An open file cannot be removed there.
    path.exists()
}
