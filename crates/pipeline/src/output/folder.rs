//! The folder of a site under construction.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jobs::Digest;

use crate::Error;

/// The folder that a site is written to, beside the former one. A file whose bytes are those of
/// the former site is not written again: it becomes another link to the same file.
#[derive(Debug)]
pub(crate) struct Folder<'a> {
    root: &'a Path,
    former: PathBuf,
    /// Files of the former site that are as we left them.
    standing: HashMap<&'a str, Digest>,
    written: Mutex<Written>,
}

/// What has been written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// The digests of all files.
    pub(crate) digests: HashMap<String, Digest>,
    /// How many are those of the former site.
    pub(crate) kept: usize,
}

impl<'a> Folder<'a> {
    /// A folder `root`; `standing` are the files to keep of the site in `former`.
    pub(crate) fn new(root: &'a Path, former: &Path, standing: HashMap<&'a str, Digest>) -> Self {
        Self { root, former: former.to_owned(), standing, written: Mutex::default() }
    }

    /// Where `path` is, or will be.
    pub(crate) fn join(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Writes `bytes` to `path`, with the folders that it needs.
    pub(crate) fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        let to = self.join(path);
        let failed = |source| Error::Write { path: to.clone(), source };
        fs::create_dir_all(to.parent().unwrap_or(self.root)).map_err(failed)?;
        let digest = Digest::of(bytes);
        let is_kept = self.link(path, &digest, &to);
        if !is_kept {
            fs::write(&to, bytes).map_err(failed)?;
        }
        self.note(path, digest, is_kept);
        Ok(())
    }

    /// Takes in the file `path`, which somebody else has written below the root.
    pub(crate) fn adopt(&self, path: &str) -> Result<(), Error> {
        let to = self.join(path);
        let failed = |source| Error::Write { path: to.clone(), source };
        let digest = Digest::of_file(&to).map_err(failed)?;
        let is_kept = self.standing.get(path) == Some(&digest);
        if is_kept {
            let beside = to.with_extension("former");
            if fs::hard_link(self.former.join(path), &beside).is_ok() {
                fs::rename(&beside, &to).map_err(failed)?;
            }
        }
        self.note(path, digest, is_kept);
        Ok(())
    }

    /// The digest of all that has been written so far: paths and contents.
    pub(crate) fn digest(&self) -> Digest {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        Digest::of_value(&written.digests)
    }

    /// What has been written so far.
    pub(crate) fn into_written(self) -> Written {
        self.written.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn link(&self, path: &str, digest: &Digest, to: &Path) -> bool {
        self.standing.get(path) == Some(digest)
            // Where files cannot be linked they are written.
            && fs::hard_link(self.former.join(path), to).is_ok()
    }

    #[expect(clippy::fn_params_excessive_bools, reason = "it is counted")]
    fn note(&self, path: &str, digest: Digest, is_kept: bool) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.digests.insert(path.to_owned(), digest);
        written.kept += usize::from(is_kept);
    }
}
