//! The folder of a site under construction.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::{HashMap, HashSet};
use jobs::Digest;

use crate::Error;
use crate::standing::rendered::Rendered;

/// The folder that a site is written to, beside the former one. A file whose bytes are those of
/// the former site is not written again: it becomes another link to the same file.
///
/// The folder may hold a spare, which is like the former site but for files that are known. There a
/// file that is to stay needs no work at all. No file of it is written to that may be one of the former site
/// too: what is to become another is removed and made anew, unless it is known to differ and has no
/// further link.
#[derive(Debug)]
pub(crate) struct Folder<'a> {
    root: &'a Path,
    former: PathBuf,
    /// Files of the former site that are as we left them.
    standing: HashMap<&'a str, Digest>,
    rendered: Rendered,
    /// Of a spare, the files that are not those of the former site.
    differing: Option<HashSet<&'a str>>,
    /// What files have that are made anew.
    new: Option<Access>,
    written: Mutex<Written>,
}

/// What has been written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// The digests of all files.
    pub(crate) digests: HashMap<String, Digest>,
    /// Those that are not files of the former site.
    pub(crate) changed: HashSet<String>,
    /// Those that the spare had not as they are now, or not at all, or had too many.
    pub(crate) touched: BTreeSet<String>,
    /// The digests of what pages were made from, where that is known, and of the pages.
    pub(crate) pages: Vec<(Digest, Digest)>,
}

impl<'a> Folder<'a> {
    /// An empty folder `root`, with nothing to keep.
    pub(crate) fn new(root: &'a Path) -> Self {
        Self {
            root,
            former: PathBuf::new(),
            standing: HashMap::new(),
            rendered: Rendered::default(),
            differing: None,
            new: None,
            written: Mutex::default(),
        }
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

    /// The same with a spare in it, whose files are those of the former site but for `differing`.
    pub(crate) fn with_spare(self, differing: &'a [String]) -> Self {
        let new = new_access(self.root);
        Self { differing: Some(differing.iter().map(String::as_str).collect()), new, ..self }
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

    /// Lets `write` write the file `path`, which is not there.
    pub(crate) fn write_by(
        &self,
        path: &str,
        write: impl FnOnce(&Path) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let to = self.make_room(path)?;
        write(&to)?;
        let failed = |source| Error::Write { path: to.clone(), source };
        let digest = Digest::of_file(&to).map_err(failed)?;
        let mut is_kept = false;
        if self.standing.get(path) == Some(&digest) {
            let beside = to.with_extension("former");
            is_kept = fs::hard_link(self.former.join(path), &beside).is_ok();
            if is_kept {
                fs::rename(&beside, &to).map_err(failed)?;
            }
        }
        self.note(path, digest, if is_kept { Placed::Linked } else { Placed::Written });
        Ok(())
    }

    /// Removes what is left of the spare; `former` are the files of the former site.
    pub(crate) fn remove_others<'p>(
        &self,
        former: impl Iterator<Item = &'p str>,
    ) -> Result<(), Error>
    where
        'a: 'p,
    {
        let Some(differing) = &self.differing else { return Ok(()) };
        let mut written = self.written();
        let unwanted: BTreeSet<&str> = former
            .chain(differing.iter().copied())
            .filter(|path| !written.digests.contains_key(*path))
            .collect();
        for path in unwanted {
            let file = self.join(path);
            remove_file(&file).map_err(|source| Error::Write { path: file.clone(), source })?;
            let folders = file.ancestors().skip(1).take_while(|folder| *folder != self.root);
            // The first that is not empty ends it.
            folders.map(fs::remove_dir).take_while(Result::is_ok).for_each(drop);
            written.touched.insert(path.to_owned());
        }
        Ok(())
    }

    /// The digest of all that has been written so far: paths and contents.
    pub(crate) fn digest(&self) -> Digest {
        let written = self.written();
        // Digests differ in their first bytes, paths in their last.
        let mut files: Vec<(&Digest, &str)> =
            written.digests.iter().map(|(path, digest)| (digest, path.as_str())).collect();
        files.sort_unstable();
        Digest::of_value(&files)
    }

    /// How many of the files written so far are those of the former site.
    pub(crate) fn n_kept(&self) -> usize {
        self.written().n_kept()
    }

    /// What has been written so far.
    pub(crate) fn into_written(self) -> Written {
        self.written.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the file of the former site with that digest, or else writes `bytes`; says whether there
    /// is a file.
    fn put(&self, path: &str, digest: Digest, bytes: Option<&[u8]>) -> Result<bool, Error> {
        let is_standing = self.standing.get(path) == Some(&digest);
        let differs = |differing: &HashSet<&str>| differing.contains(path);
        if is_standing && self.differing.as_ref().is_some_and(|differing| !differs(differing)) {
            self.note(path, digest, Placed::Found);
            return Ok(true);
        }
        let failed = |path: &Path, source| Error::Write { path: path.to_owned(), source };
        if let Some(bytes) = bytes.filter(|_| !is_standing && self.is_ours_alone(path)) {
            let to = self.join(path);
            overwrite(&to, bytes).map_err(|source| failed(&to, source))?;
            self.note(path, digest, Placed::Written);
            return Ok(true);
        }
        let to = self.make_room(path)?;
        // Where files cannot be linked they are written.
        let is_linked = is_standing && fs::hard_link(self.former.join(path), &to).is_ok();
        if !is_linked {
            let Some(bytes) = bytes else { return Ok(false) };
            fs::write(&to, bytes).map_err(|source| failed(&to, source))?;
        }
        self.note(path, digest, if is_linked { Placed::Linked } else { Placed::Written });
        Ok(true)
    }

    /// Whether the spare has a file at `path` that is no other's, as one that is made anew. To write to it is
    /// less work than to remove it first: file systems look long for a place of which nothing was removed
    /// lately.
    fn is_ours_alone(&self, path: &str) -> bool {
        self.new.is_some()
            && self.differing.as_ref().is_some_and(|differing| differing.contains(path))
            && fs::symlink_metadata(self.join(path))
                .is_ok_and(|found| access_of_one_link(&found) == self.new)
    }

    /// Where the file `path` will be: its folder is there, and it is not.
    fn make_room(&self, path: &str) -> Result<PathBuf, Error> {
        let to = self.join(path);
        let failed = |source| Error::Write { path: to.clone(), source };
        fs::create_dir_all(to.parent().unwrap_or(self.root)).map_err(failed)?;
        if self.differing.is_some() {
            remove_file(&to).map_err(failed)?;
        }
        Ok(to)
    }

    fn join(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, path: &str, digest: Digest, placed: Placed) {
        let mut written = self.written();
        written.digests.insert(path.to_owned(), digest);
        if placed == Placed::Written {
            written.changed.insert(path.to_owned());
        }
        if placed != Placed::Found && self.differing.is_some() {
            written.touched.insert(path.to_owned());
        }
    }
}

impl Written {
    /// How many files are those of the former site.
    pub(crate) fn n_kept(&self) -> usize {
        self.digests.len() - self.changed.len()
    }

    /// The files that are others than in the former site, whose files are `former`, or are in one of
    /// the two alone.
    pub(crate) fn differing<'p>(&'p self, former: impl Iterator<Item = &'p str>) -> Vec<String> {
        let gone = former.filter(|path| !self.digests.contains_key(*path));
        self.changed.iter().cloned().chain(gone.map(str::to_owned)).collect()
    }
}

/// How a file came to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Placed {
    Written,
    Linked,
    /// It was there.
    Found,
}

/// Who may do what with a file: its mode, owner and group.
type Access = (u32, u32, u32);

/// That of a plain file with one name; `None` for others, and where the system does not tell.
#[cfg_attr(not(unix), allow(unused_variables, reason = "nothing is told of names there"))]
fn access_of_one_link(metadata: &fs::Metadata) -> Option<Access> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if metadata.is_file() && metadata.nlink() == 1 {
            return Some((metadata.mode(), metadata.uid(), metadata.gid()));
        }
    }
    None
}

/// That of files that are made in `folder`.
fn new_access(folder: &Path) -> Option<Access> {
    let path = folder.join(".new");
    let made = File::create_new(&path).and_then(|file| file.metadata()).ok()?;
    fs::remove_file(&path).ok()?;
    access_of_one_link(&made)
}

/// Makes `bytes` all that the file at `path` holds. It is not emptied first: ext4 sends a file that was
/// emptied to the disk as soon as it is closed (`auto_da_alloc` in ext4(5)).
fn overwrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::options().write(true).open(path)?;
    file.write_all(bytes)?;
    file.set_len(bytes.len() as u64)
}

fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A former site, a spare that is like it, and what stands.
    fn scene(differing: &[&str]) -> (tempfile::TempDir, HashMap<&'static str, Digest>) {
        let root = tempfile::tempdir().unwrap();
        let mut standing = HashMap::new();
        for (path, text) in [("a/x", "one"), ("b/x", "two"), ("c", "three")] {
            let (former, spare) = (root.path().join("former"), root.path().join("spare"));
            for folder in [&former, &spare] {
                fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
            }
            fs::write(former.join(path), text).unwrap();
            if differing.contains(&path) {
                fs::write(spare.join(path), "old").unwrap();
            } else {
                fs::hard_link(former.join(path), spare.join(path)).unwrap();
            }
            standing.insert(path, Digest::of(text.as_bytes()));
        }
        (root, standing)
    }

    fn read(root: &Path, path: &str) -> String {
        fs::read_to_string(root.join(path)).unwrap()
    }

    #[test]
    fn a_spare_becomes_the_new_site_and_the_former_one_stays() {
        let differing = ["b/x", "old/y"].map(str::to_owned);
        let (scene, standing) = scene(&["b/x"]);
        let (former, spare) = (scene.path().join("former"), scene.path().join("spare"));
        fs::create_dir(spare.join("old")).unwrap();
        fs::write(spare.join("old/y"), "gone long ago").unwrap();
        let folder = Folder::new(&spare)
            .after(&former, standing.clone(), Rendered::default())
            .with_spare(&differing);
        folder.write("b/x", b"two").unwrap();
        folder.write("c", b"changed").unwrap();
        folder.write("d/z", b"new").unwrap();
        folder
            .write_by("a/x", |path| {
                assert!(!path.exists());
                fs::write(path, "by others")
                    .map_err(|source| Error::Write { path: path.into(), source })
            })
            .unwrap();
        folder.remove_others(["a/x", "b/x", "c"].into_iter()).unwrap();
        let texts = ["a/x", "b/x", "c", "d/z"].map(|path| read(&spare, path));
        assert_eq!(texts, ["by others", "two", "changed", "new"]);
        assert!(!spare.join("old").exists());
        assert_eq!(["a/x", "b/x", "c"].map(|path| read(&former, path)), ["one", "two", "three"]);
        let written = folder.into_written();
        let mut changed = written.differing(["a/x", "b/x", "c", "gone"].into_iter());
        changed.sort();
        assert_eq!(changed, ["a/x", "c", "d/z", "gone"]);
        assert_eq!((written.n_kept(), written.touched.len()), (1, 5));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_written_to_where_it_is_known_to_be_no_others() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};

        let differing = ["a/x", "b/x", "c"].map(str::to_owned);
        let (scene, standing) = scene(&["a/x", "b/x"]);
        let (former, spare) = (scene.path().join("former"), scene.path().join("spare"));
        fs::write(spare.join("a/x"), "older, and longer").unwrap();
        // Nobody but the owner may read what they made so.
        fs::set_permissions(spare.join("b/x"), fs::Permissions::from_mode(0o600)).unwrap();
        let inode = |path: &str| fs::metadata(spare.join(path)).unwrap().ino();
        let before = inode("a/x");
        let folder = Folder::new(&spare)
            .after(&former, standing, Rendered::default())
            .with_spare(&differing);
        for path in ["a/x", "b/x", "c"] {
            folder.write(path, b"new").unwrap();
        }
        assert_eq!(inode("a/x"), before);
        assert_eq!(["a/x", "b/x", "c"].map(|path| read(&spare, path)), ["new"; 3]);
        let mode = |path: &str| fs::metadata(spare.join(path)).unwrap().mode();
        assert_eq!(mode("a/x"), mode("b/x"));
        assert_eq!(read(&former, "c"), "three");
        assert_eq!(fs::read_dir(&spare).unwrap().count(), 3, "something is left over");
    }

    #[test]
    fn what_the_spare_has_needs_no_work_unless_it_was_touched() {
        let (scene, mut standing) = scene(&[]);
        let (former, spare) = (scene.path().join("former"), scene.path().join("spare"));
        // Somebody wrote to it, and so to the spare's.
        fs::write(former.join("c"), "mine").unwrap();
        standing.remove("c");
        let folder =
            Folder::new(&spare).after(&former, standing, Rendered::default()).with_spare(&[]);
        for (path, text) in [("a/x", "one"), ("b/x", "two"), ("c", "three")] {
            folder.write(path, text.as_bytes()).unwrap();
        }
        assert_eq!(
            (read(&spare, "c"), read(&former, "c")),
            ("three".to_owned(), "mine".to_owned())
        );
        let written = folder.into_written();
        assert_eq!(written.touched, BTreeSet::from(["c".to_owned()]));
        assert_eq!(written.changed, HashSet::from(["c".to_owned()]));
    }
}
