//! The folder of a site under construction.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jobs::Digest;

use crate::Error;
use crate::rendered::Rendered;

/// The folder that a site is written to, beside the former one. A file whose bytes are those of
/// the former site is not written again: it becomes another link to the same file.
#[derive(Debug)]
pub(crate) struct Folder<'a> {
    root: &'a Path,
    former: PathBuf,
    /// Files of the former site that are as we left them.
    standing: HashMap<&'a str, Digest>,
    rendered: Rendered,
    written: Mutex<Written>,
}

/// What has been written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// The digests of all files.
    pub(crate) digests: HashMap<String, Digest>,
    /// How many are those of the former site.
    pub(crate) kept: usize,
    /// The digests of what pages were made from, where that is known, and of the pages.
    pub(crate) pages: Vec<(Digest, Digest)>,
}

impl<'a> Folder<'a> {
    /// A folder `root`, with nothing to keep.
    pub(crate) fn new(root: &'a Path) -> Self {
        let (former, standing) = (PathBuf::new(), HashMap::new());
        Self { root, former, standing, rendered: Rendered::default(), written: Mutex::default() }
    }

    /// The same, after the site in `former`, of which the files `standing` may be kept; `rendered` tells
    /// what its pages were made from.
    pub(crate) fn after(
        self,
        former: &Path,
        standing: HashMap<&'a str, Digest>,
        rendered: Rendered,
    ) -> Self {
        Self { former: former.to_owned(), standing, rendered, ..self }
    }

    /// Where `path` is, or will be.
    pub(crate) fn join(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Writes `bytes` to `path`, with the folders that it needs.
    pub(crate) fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        self.put(path, Digest::of(bytes), Some(bytes)).map(drop)
    }

    /// Writes the page `bytes` to `path`; `inputs` is the digest of what it was made from.
    pub(crate) fn write_page(
        &self,
        path: &str,
        bytes: &[u8],
        inputs: Option<Digest>,
    ) -> Result<(), Error> {
        let digest = Digest::of(bytes);
        self.put(path, digest, Some(bytes))?;
        self.written().pages.extend(inputs.map(|inputs| (inputs, digest)));
        Ok(())
    }

    /// The digest of the page at `path` in the former site, if it was made from what `inputs` is the
    /// digest of and is as it was left.
    pub(crate) fn page_from(&self, path: &str, inputs: &Digest) -> Option<Digest> {
        let page = self.rendered.page(inputs)?;
        (self.standing.get(path) == Some(&page)).then_some(page)
    }

    /// Keeps the page that [`page_from`](Self::page_from) found; says whether that could be done.
    pub(crate) fn keep_page(
        &self,
        path: &str,
        page: Digest,
        inputs: Digest,
    ) -> Result<bool, Error> {
        let is_kept = self.put(path, page, None)?;
        if is_kept {
            self.written().pages.push((inputs, page));
        }
        Ok(is_kept)
    }

    /// Links the file of the former site with that digest, or else writes `bytes`; says whether
    /// there is a file.
    fn put(&self, path: &str, digest: Digest, bytes: Option<&[u8]>) -> Result<bool, Error> {
        let to = self.join(path);
        let failed = |source| Error::Write { path: to.clone(), source };
        fs::create_dir_all(to.parent().unwrap_or(self.root)).map_err(failed)?;
        let is_kept = self.link(path, &digest, &to);
        if !is_kept {
            let Some(bytes) = bytes else { return Ok(false) };
            fs::write(&to, bytes).map_err(failed)?;
        }
        self.note(path, digest, is_kept);
        Ok(true)
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
        Digest::of_value(&self.written().digests)
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
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
        let mut written = self.written();
        written.digests.insert(path.to_owned(), digest);
        written.kept += usize::from(is_kept);
    }
}
