//! The output folder: refused when it is somebody else's, replaced whole when a build is complete.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::standing::manifest::is_users;

/// Says that a folder is a site of ours, and in which layout.
pub(crate) const MARKER: &str = ".topicmill";
const MARKER_TEXT: &str = "topicmill site 1\n";
/// Between the folder's name and a number, in the names of folders under construction.
const STAGING_INFIX: &str = ".topicmill-new-";
/// After the folder's name: the former site, while two renames replace it.
const FORMER_SUFFIX: &str = ".topicmill-old";

/// What to do with an output folder that holds something else than a site of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overwrite {
    /// Refuse.
    #[default]
    OwnSites,
    /// Replace it.
    Anything,
}

/// A site under construction, in a folder beside the one it will become.
///
/// Dropped unpublished, it leaves nothing. A program that is killed leaves a folder that the next
/// build for the same place removes.
#[derive(Debug)]
pub(crate) struct Staging {
    target: PathBuf,
    overwrite: Overwrite,
    folder: PathBuf,
    /// Held as long as the build lives, so that others know that the folder is no leftover.
    lock: Option<File>,
}

impl Staging {
    /// Checks that `out` may be written and begins a site for it.
    pub(crate) fn begin(out: &Path, overwrite: Overwrite) -> Result<Self, Error> {
        let target = resolve(out)?;
        recover(&target)?;
        check_target(&target, overwrite)?;
        remove_leftovers(&target)?;
        let folder = new_folder(&target)?;
        let lock = lock(&folder);
        Ok(Self { target, overwrite, folder, lock })
    }

    /// Where the site will stand, an absolute path.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Where to write the site's files.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes the folder `spare`, which nobody else may be using, in place of an empty one; files of the
    /// user are taken out of it. Says whether that could be done; if not, nothing has happened.
    pub(crate) fn start_from(&mut self, spare: &Path) -> Result<bool, Error> {
        let Some(lock) = lock(spare) else { return Ok(false) };
        // A folder that is empty gives way, on the same file system.
        if fs::rename(spare, &self.folder).is_err() {
            return Ok(false);
        }
        self.lock = Some(lock);
        let failed = |source| Error::Unwritable { path: self.target.clone(), source };
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if is_users(&entry.file_name()) {
                let is_folder = entry.file_type().map_err(failed)?.is_dir();
                let path = entry.path();
                let removed =
                    if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) };
                removed.map_err(failed)?;
            }
        }
        Ok(true)
    }

    /// Puts the site in place of the former one. Files of the user in the former site, which are
    /// those whose names begin with a dot, and `CNAME`, are kept.
    ///
    /// The former site goes to `spare`, where that is given and on the same file system; says whether
    /// it is there.
    pub(crate) fn publish(self, spare: Option<&Path>) -> Result<bool, Error> {
        // Somebody may have used the place while the site was built.
        check_target(&self.target, self.overwrite)?;
        let failed = |source| Error::Publish { path: self.target.clone(), source };
        fs::write(self.folder.join(MARKER), MARKER_TEXT).map_err(failed)?;
        if !self.target.exists() {
            fs::rename(&self.folder, &self.target).map_err(failed)?;
            return Ok(false);
        }
        keep_users_files(&self.target, &self.folder).map_err(failed)?;
        exchange(&self.folder, &self.target).map_err(failed)?;
        // Dropping `self` removes what is now the former site, where it still is.
        Ok(spare.is_some_and(|spare| fs::rename(&self.folder, spare).is_ok()))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Nothing can be done about a folder that cannot be removed; the next build tries again.
        drop(fs::remove_dir_all(&self.folder));
        drop(self.lock.take());
    }
}

/// The absolute path of `out`, symbolic links followed, its parent made where it is missing.
fn resolve(out: &Path) -> Result<PathBuf, Error> {
    let made = if out.exists() { Ok(()) } else { fs::create_dir_all(parent_of(out)) };
    made.and_then(|()| place_of(out))
        .map_err(|source| Error::Unwritable { path: out.to_owned(), source })
}

/// The absolute path of `out`, which need not be there, symbolic links followed.
pub(crate) fn place_of(out: &Path) -> io::Result<PathBuf> {
    match (out.canonicalize(), out.file_name()) {
        (Err(error), Some(name)) if error.kind() == io::ErrorKind::NotFound => {
            Ok(parent_of(out).canonicalize()?.join(name))
        }
        (found, _) => found,
    }
}

fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

fn check_target(target: &Path, overwrite: Overwrite) -> Result<(), Error> {
    let failed = |source| Error::Unwritable { path: target.to_owned(), source };
    let metadata = match fs::metadata(target) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound && target.is_symlink() => {
            let leads_nowhere = "a symbolic link to what does not exist";
            return Err(failed(io::Error::new(error.kind(), leads_nowhere)));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    if !metadata.is_dir() {
        return Err(Error::NotAFolder { path: target.to_owned() });
    }
    if overwrite == Overwrite::Anything || target.join(MARKER).exists() {
        return Ok(());
    }
    let mut names: Vec<_> = fs::read_dir(target)
        .and_then(|entries| entries.map(|entry| entry.map(|e| e.file_name())).collect())
        .map_err(failed)?;
    names.sort();
    match names.first() {
        None => Ok(()),
        Some(name) => Err(Error::Occupied {
            path: target.to_owned(),
            n_entries: names.len(),
            example: name.to_string_lossy().into_owned(),
        }),
    }
}

/// The folder beside `target` with `suffix` after a dot and its name.
fn sibling(target: &Path, suffix: &str) -> PathBuf {
    let name = target.file_name().unwrap_or(OsStr::new("site"));
    target.with_file_name(format!(".{}{suffix}", name.to_string_lossy()))
}

/// Undoes a replacement by two renames that the program was killed between, and clears up after one
/// that it was killed behind.
fn recover(target: &Path) -> Result<(), Error> {
    let former = sibling(target, FORMER_SUFFIX);
    if !former.exists() {
        return Ok(());
    }
    let failed = |source| Error::Publish { path: target.to_owned(), source };
    if target.exists() {
        fs::remove_dir_all(&former).map_err(failed)
    } else {
        fs::rename(&former, target).map_err(failed)
    }
}

/// Removes the folders of builds that were killed.
fn remove_leftovers(target: &Path) -> Result<(), Error> {
    let failed = |source| Error::Unwritable { path: target.to_owned(), source };
    let prefix = sibling(target, STAGING_INFIX);
    let Some((parent, prefix)) = prefix.parent().zip(prefix.file_name()) else { return Ok(()) };
    let prefix = prefix.to_string_lossy().into_owned();
    for entry in fs::read_dir(parent).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_string_lossy().starts_with(&prefix) && lock(&entry.path()).is_some()
        {
            fs::remove_dir_all(entry.path()).map_err(failed)?;
        }
    }
    Ok(())
}

fn new_folder(target: &Path) -> Result<PathBuf, Error> {
    let id = std::process::id();
    for number in 0_u32.. {
        let folder = sibling(target, &format!("{STAGING_INFIX}{id}-{number}"));
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(Error::Unwritable { path: target.to_owned(), source }),
        }
    }
    unreachable!("four thousand million builds in one process")
}

/// The folder locked, or `None` when another process holds it or the system cannot lock folders.
pub(crate) fn lock(folder: &Path) -> Option<File> {
    let file = File::open(folder).ok()?;
    file.try_lock().ok()?;
    Some(file)
}

fn keep_users_files(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if is_users(&name) && name != MARKER {
            copy_tree(&entry.path(), &to.join(&name))?;
        }
    }
    Ok(())
}

/// Copies a file, a symbolic link or a folder; files are linked where that is possible, so that a
/// large `.git` costs nothing.
fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    let kind = fs::symlink_metadata(from)?.file_type();
    if kind.is_dir() {
        fs::create_dir(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy_tree(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    #[cfg(unix)]
    if kind.is_symlink() {
        return std::os::unix::fs::symlink(fs::read_link(from)?, to);
    }
    if fs::hard_link(from, to).is_err() {
        fs::copy(from, to)?;
    }
    Ok(())
}

/// Exchanges the two folders: in one step where the system can, else by two renames that
/// [`recover`] undoes when the program dies between them.
fn exchange(staged: &Path, target: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, staged, CWD, target, RenameFlags::EXCHANGE) {
            Ok(()) => return Ok(()),
            // A file system or kernel that cannot exchange.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            Err(error) => return Err(error.into()),
        }
    }
    exchange_by_renames(staged, target)
}

fn exchange_by_renames(staged: &Path, target: &Path) -> io::Result<()> {
    let former = sibling(target, FORMER_SUFFIX);
    fs::rename(target, &former)?;
    if let Err(error) = fs::rename(staged, target) {
        // The former site stays; should this fail too, the next build brings it back.
        drop(fs::rename(&former, target));
        return Err(error);
    }
    fs::remove_dir_all(&former)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(out: &Path, page: &str, overwrite: Overwrite) -> Result<(), Error> {
        let staging = Staging::begin(out, overwrite)?;
        fs::write(staging.folder().join("index.html"), page).unwrap();
        staging.publish(None).map(drop)
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_site_replaces_the_former_one_and_leaves_nothing_beside_it() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("deep/site");
        build(&out, "one", Overwrite::OwnSites).unwrap();
        fs::write(out.join("stale.html"), "").unwrap();
        build(&out, "two", Overwrite::OwnSites).unwrap();
        assert_eq!(fs::read_to_string(out.join("index.html")).unwrap(), "two");
        assert_eq!(names(&out), [".topicmill", "index.html"]);
        assert_eq!(names(out.parent().unwrap()), ["site"]);
    }

    #[test]
    fn the_former_site_is_a_spare_of_which_the_next_is_made() {
        let root = tempfile::tempdir().unwrap();
        let (out, spare) = (root.path().join("site"), root.path().join("spare"));
        build(&out, "one", Overwrite::OwnSites).unwrap();
        fs::write(out.join(".own"), "early").unwrap();
        let staging = Staging::begin(&out, Overwrite::OwnSites).unwrap();
        fs::write(staging.folder().join("index.html"), "two").unwrap();
        assert!(staging.publish(Some(&spare)).unwrap());
        assert_eq!(fs::read_to_string(spare.join("index.html")).unwrap(), "one");
        assert_eq!(names(root.path()), ["site", "spare"]);
        fs::write(out.join(".own"), "late").unwrap();
        let mut staging = Staging::begin(&out, Overwrite::OwnSites).unwrap();
        assert!(staging.start_from(&spare).unwrap());
        assert_eq!(names(staging.folder()), ["index.html"]);
        assert!(!staging.publish(None).unwrap());
        assert_eq!(fs::read_to_string(out.join("index.html")).unwrap(), "one");
        assert_eq!(fs::read_to_string(out.join(".own")).unwrap(), "late");
        assert_eq!(names(root.path()), ["site"]);
        let mut staging = Staging::begin(&out, Overwrite::OwnSites).unwrap();
        assert!(!staging.start_from(&spare).unwrap(), "there is none");
    }

    #[test]
    fn the_users_own_files_are_kept() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("site");
        build(&out, "one", Overwrite::OwnSites).unwrap();
        fs::create_dir_all(out.join(".git/refs")).unwrap();
        fs::write(out.join(".git/refs/head"), "main").unwrap();
        fs::write(out.join("CNAME"), "talks.example.org").unwrap();
        build(&out, "two", Overwrite::OwnSites).unwrap();
        assert_eq!(fs::read_to_string(out.join(".git/refs/head")).unwrap(), "main");
        assert_eq!(fs::read_to_string(out.join("CNAME")).unwrap(), "talks.example.org");
    }

    #[test]
    fn somebody_elses_folder_is_refused_and_untouched() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("thesis.tex"), "years").unwrap();
        let error = build(root.path(), "one", Overwrite::OwnSites).unwrap_err();
        assert!(error.to_string().contains("thesis.tex"), "{error}");
        assert_eq!(names(root.path()), ["thesis.tex"]);
        build(root.path(), "one", Overwrite::Anything).unwrap();
        assert_eq!(names(root.path()), [".topicmill", "index.html"]);
    }

    #[test]
    fn what_somebody_put_there_while_the_site_was_built_is_kept() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("site");
        let staging = Staging::begin(&out, Overwrite::OwnSites).unwrap();
        fs::create_dir(&out).unwrap();
        fs::write(out.join("thesis.tex"), "years").unwrap();
        assert!(matches!(staging.publish(None), Err(Error::Occupied { .. })));
        assert_eq!(names(&out), ["thesis.tex"]);
    }

    #[test]
    fn a_file_in_the_place_of_the_folder_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("site");
        fs::write(&out, "").unwrap();
        let error = build(&out, "one", Overwrite::Anything).unwrap_err();
        assert!(matches!(error, Error::NotAFolder { .. }), "{error}");
    }

    #[test]
    fn a_build_that_is_given_up_leaves_the_former_site_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("site");
        build(&out, "one", Overwrite::OwnSites).unwrap();
        let staging = Staging::begin(&out, Overwrite::OwnSites).unwrap();
        fs::write(staging.folder().join("index.html"), "two").unwrap();
        drop(staging);
        assert_eq!(fs::read_to_string(out.join("index.html")).unwrap(), "one");
        assert_eq!(names(root.path()), ["site"]);
    }

    #[test]
    fn leftovers_of_killed_builds_are_removed_and_living_builds_are_not() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("site");
        fs::create_dir(root.path().join(".site.topicmill-new-1-0")).unwrap();
        let living = Staging::begin(&out, Overwrite::OwnSites).unwrap();
        build(&out, "one", Overwrite::OwnSites).unwrap();
        assert!(living.folder().exists());
        assert!(!root.path().join(".site.topicmill-new-1-0").exists());
    }

    #[test]
    fn a_replacement_cut_between_its_two_renames_is_undone() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("site");
        build(&out, "one", Overwrite::OwnSites).unwrap();
        fs::rename(&out, sibling(&out, FORMER_SUFFIX)).unwrap();
        drop(Staging::begin(&out, Overwrite::OwnSites).unwrap());
        assert_eq!(fs::read_to_string(out.join("index.html")).unwrap(), "one");
    }

    #[test]
    fn two_renames_serve_where_folders_cannot_be_exchanged() {
        let root = tempfile::tempdir().unwrap();
        let (staged, target) = (root.path().join("staged"), root.path().join("site"));
        fs::create_dir(&staged).unwrap();
        fs::write(staged.join("new"), "").unwrap();
        fs::create_dir(&target).unwrap();
        exchange_by_renames(&staged, &target).unwrap();
        assert_eq!(names(&target), ["new"]);
        assert_eq!(names(root.path()), ["site"]);
    }
}
