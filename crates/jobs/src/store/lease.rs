//! The wish that an object stays for a while.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

/// As long as it lives, no eviction removes the object it was taken for. It ends with the process.
#[derive(Debug)]
pub struct Lease {
    path: PathBuf,
    /// Locked as long as it is open.
    _file: File,
}

impl Lease {
    pub(super) fn take(path: PathBuf) -> io::Result<Self> {
        loop {
            let file = File::options().write(true).create_new(true).open(&path)?;
            file.lock()?;
            // Before it was locked an eviction may have taken the new file for an abandoned one.
            if path.exists() {
                return Ok(Self { path, _file: file });
            }
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // One that stays is found to be abandoned.
        drop(fs::remove_file(&self.path));
    }
}
