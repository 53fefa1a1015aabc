//! The site that stood before the one that stands. The next one is made of it, by changing what
//! differs: most files and folders of a site are those of the one before.
//!
//! A spare lies in the cache. Its files are further links to those of the site that stands, but for
//! those that are known to differ. A build takes it away before it touches it, so that one that is
//! killed leaves no spare rather than a wrong one.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hashbrown::HashMap;
use jobs::{About, Content, Digest, Lookup, Memo, Run};
use serde::{Deserialize, Serialize};

use crate::standing::manifest::{Manifest, is_plain};
use crate::standing::publish::{MARKER, lock};
use crate::{Error, tasks};

/// In the cache.
const FOLDER: &str = "spares";
/// Characters of the digest of its place that a spare's name begins with.
const PREFIX_LEN: usize = 16;
/// Ends the name of the file that says of which place spares are.
const OF: &str = ".of";
/// Ends the name of one that is being removed: half of it is no spare.
const GONE: &str = "gone";
/// Folders that are linked by one parallel task.
const SHARD: usize = 256;

/// What is known of a spare.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Spare {
    /// Its folder in that of all spares.
    pub(crate) name: String,
    /// Files that are not those of the site that stands: others, missing, or too many.
    pub(crate) differing: Vec<String>,
    pub(crate) folders: Manifest,
}

/// The spares of one place in a cache.
#[derive(Debug)]
pub(crate) struct Spares<'a> {
    folder: PathBuf,
    target: &'a Path,
    prefix: String,
}

impl Spare {
    /// One with a differing file.
    #[cfg(test)]
    pub(crate) fn sample() -> Self {
        let (_, folders) = Manifest::sample().into_parts();
        Self { name: "name".to_owned(), differing: vec!["file".to_owned()], folders }
    }

    /// The spare called `name` of the site in `target`, if the cache knows it.
    pub(crate) fn find(memo: &Memo, target: &Path, name: &str) -> Option<Self> {
        let Lookup::Hit(bytes) = memo.store()?.get(&key(target)).ok()? else { return None };
        let spare: Self = postcard::from_bytes(&bytes).ok()?;
        // Files are removed by these: whoever writes to the cache may not say which elsewhere.
        let is_safe = is_plain(name) && spare.differing.iter().all(|path| is_plain(path));
        (spare.name == name && is_safe).then_some(spare)
    }

    /// Keeps what is known of it; a cache that fails only makes the next build longer.
    pub(crate) fn keep(&self, memo: &Memo, target: &Path) {
        let Some(store) = memo.store() else { return };
        let bytes = postcard::to_stdvec(self).expect("texts and numbers can be written");
        let cost = Duration::from_secs(10);
        let about = About { task: tasks::SPARE.name, cost, content: Content::Packed };
        // The record of the site is kept right after it, and tells when that fails.
        drop(store.put(&key(target), &bytes, &about));
    }
}

fn key(target: &Path) -> Digest {
    tasks::SPARE.key(&Digest::of(target.as_os_str().as_encoded_bytes()))
}

impl<'a> Spares<'a> {
    /// Those of the site in `target`, in the cache folder `cache`.
    pub(crate) fn of(cache: &Path, target: &'a Path) -> Self {
        let hex = Digest::of(target.as_os_str().as_encoded_bytes()).to_hex();
        Self { folder: cache.join(FOLDER), target, prefix: hex[..PREFIX_LEN].to_owned() }
    }

    /// Where the spare called `name` lies.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Whether the folders of `spare` are as they were left: what is written to a link that somebody put
    /// in the place of one would land elsewhere.
    pub(crate) fn is_as_left(&self, spare: &Spare, run: &Run) -> Result<bool, Error> {
        spare.folders.has_folders(&self.path(&spare.name), run)
    }

    /// The name of a new one, which no other has had, and the folder for it made ready.
    pub(crate) fn name(&self) -> io::Result<String> {
        fs::create_dir_all(&self.folder)?;
        let of = self.folder.join(format!("{}{OF}", self.prefix));
        fs::write(of, self.target.as_os_str().as_encoded_bytes())?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(format!("{}-{:x}-{:x}", self.prefix, now.as_nanos(), std::process::id()))
    }

    /// Removes all but the one called `kept`, and those that others are making: those of builds that were
    /// killed.
    pub(crate) fn remove_others(&self, kept: Option<&str>) {
        remove(&self.folder, |name| is_of(name, &self.prefix) && Some(name) != kept);
    }

    /// Makes one that is like the site in `root` with the files `paths`: their further links, in
    /// folders of its own. Nobody removes it before the lock that comes with it is dropped. One that cannot
    /// be made only makes the next build longer.
    pub(crate) fn mirror(
        &self,
        (root, paths): (&Path, Vec<&str>),
        run: &Run,
    ) -> Result<Option<(Spare, File)>, Error> {
        let made = self.name().and_then(|name| {
            let to = self.path(&name);
            fs::create_dir(&to)?;
            Ok((name, to))
        });
        let Ok((name, to)) = made else { return Ok(None) };
        // Somebody may have found it before it was locked, and removed it.
        let Some(lock) = lock(&to).filter(|_| to.exists()) else {
            drop(fs::remove_dir(&to));
            return Ok(None);
        };
        let link = |path: &&str| {
            let to = to.join(path);
            fs::create_dir_all(to.parent().unwrap_or(&to))?;
            fs::hard_link(root.join(path), to)
        };
        // Folders beside one another are made by one thread: several wait for each other.
        let mut paths = paths;
        paths.sort_unstable();
        let parts: Vec<&[&str]> = paths.chunk_by(|a, b| first(a) == first(b)).collect();
        let linked = run.map(parts, |paths: &[&str]| {
            paths.chunks(SHARD).try_for_each(|paths| {
                run.check().map_err(io::Error::other)?;
                paths.iter().try_for_each(link)
            })
        });
        let is_whole = matches!(&linked, Ok(parts) if parts.iter().all(Result::is_ok));
        let found = is_whole.then(|| Manifest::of(&to, &HashMap::new(), run));
        if let Some(Ok(manifest)) = found {
            let (_, folders) = manifest.into_parts();
            return Ok(Some((Spare { name, differing: Vec::new(), folders }, lock)));
        }
        // Another file system, say, or one that is full.
        drop(fs::remove_dir_all(&to));
        linked?;
        run.check()?;
        Ok(None)
    }
}

/// The first folder on the way of `path`.
fn first(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

/// Removes the spares of all sites from the cache folder `cache`: they make the next build of each
/// faster, and take a folder for every folder of the site.
pub fn clear_spares(cache: &Path) {
    let is_ours = |name: &str| {
        let prefix = name.get(..PREFIX_LEN);
        prefix.is_some_and(|prefix| prefix.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    remove(&cache.join(FOLDER), is_ours);
}

/// Removes the spares of sites that are gone, but for those that others are making.
pub(crate) fn prune(cache: &Path) {
    let folder = cache.join(FOLDER);
    for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(prefix) = name.strip_suffix(OF) else { continue };
        let of = fs::read(entry.path()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let is_gone = of.is_some_and(|of| !Path::new(&of).join(MARKER).exists());
        // Of which place one is that stays must be known as long as it is there.
        if is_gone && remove(&folder, |name| is_of(name, prefix)) {
            drop(fs::remove_file(entry.path()));
        }
    }
}

/// Whether a spare of the place with that `prefix` is called `name`.
fn is_of(name: &str, prefix: &str) -> bool {
    name.starts_with(prefix) && !name.ends_with(OF)
}

/// Removes what `folder` has under a name that is `unwanted`, but for what somebody holds the lock of;
/// says whether there was no such. What cannot be removed is in nobody's way.
fn remove(folder: &Path, unwanted: impl Fn(&str) -> bool) -> bool {
    let mut is_all = true;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if !unwanted(&entry.file_name().to_string_lossy()) {
            continue;
        }
        let path = entry.path();
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            drop(fs::remove_file(path));
            continue;
        }
        // Where folders cannot be locked nobody has.
        let lock = File::open(&path).ok();
        let locked = lock.as_ref().map(File::try_lock);
        if matches!(locked, Some(Err(TryLockError::WouldBlock))) {
            is_all = false;
            continue;
        }
        let gone = path.with_extension(GONE);
        let path = if fs::rename(&path, &gone).is_ok() { gone } else { path };
        drop(fs::remove_dir_all(path));
    }
    is_all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spare_has_the_same_files_in_folders_of_its_own() {
        let root = tempfile::tempdir().unwrap();
        let site = root.path().join("site");
        fs::create_dir_all(site.join("doc/a")).unwrap();
        fs::write(site.join("doc/a/index.html"), "one").unwrap();
        fs::write(site.join("index.html"), "two").unwrap();
        fs::write(site.join("other"), "not of the site").unwrap();
        let cache = root.path().join("cache");
        let spares = Spares::of(&cache, &site);
        let paths = vec!["index.html", "doc/a/index.html"];
        let (spare, _lock) = spares.mirror((&site, paths), &Run::serial()).unwrap().unwrap();
        let path = spares.path(&spare.name);
        assert_eq!(fs::read_to_string(path.join("doc/a/index.html")).unwrap(), "one");
        assert!(!path.join("other").exists());
        assert_eq!(
            spare.folders,
            Manifest::of(&path, &HashMap::new(), &Run::serial()).unwrap().into_parts().1
        );
        assert_ne!(spares.name().unwrap(), spare.name);
    }

    #[test]
    fn spares_go_when_their_site_is_gone_and_leftovers_with_the_next_build() {
        let root = tempfile::tempdir().unwrap();
        let (cache, site) = (root.path().join("cache"), root.path().join("site"));
        fs::create_dir(&site).unwrap();
        fs::write(site.join(MARKER), "").unwrap();
        let spares = Spares::of(&cache, &site);
        let names: Vec<String> = (0..2).map(|_| spares.name().unwrap()).collect();
        for name in &names {
            fs::create_dir(spares.path(name)).unwrap();
        }
        let left = |name: &String| spares.path(name).exists();
        prune(&cache);
        assert!(names.iter().all(left));
        spares.remove_others(Some(&names[1]));
        assert_eq!((left(&names[0]), left(&names[1])), (false, true));
        fs::remove_dir_all(&site).unwrap();
        prune(&cache);
        assert!(!left(&names[1]));
        assert_eq!(fs::read_dir(cache.join(FOLDER)).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn one_with_a_link_among_its_folders_is_not_as_it_was_left() {
        use std::os::unix::fs::symlink;

        let check = |link: &str| {
            let root = tempfile::tempdir().unwrap();
            let (cache, site) = (root.path().join("cache"), root.path().join("site"));
            let paths = ["data/report", "doc/a/index.html", "index.html"];
            for path in paths {
                fs::create_dir_all(site.join(path).parent().unwrap()).unwrap();
                fs::write(site.join(path), "one").unwrap();
            }
            let spares = Spares::of(&cache, &site);
            let made = spares.mirror((&site, paths.to_vec()), &Run::serial()).unwrap();
            let (spare, _lock) = made.unwrap();
            let folder = spares.path(&spare.name);
            // A build leaves these so: its report, and what the user had beside the site.
            fs::remove_file(folder.join("data/report")).unwrap();
            fs::write(folder.join("data/report"), "two").unwrap();
            symlink(root.path(), folder.join(".git")).unwrap();
            assert!(spares.is_as_left(&spare, &Run::serial()).unwrap());
            let link = folder.join(link);
            drop(fs::remove_dir_all(&link));
            symlink(root.path(), &link).unwrap();
            assert!(!spares.is_as_left(&spare, &Run::serial()).unwrap(), "{}", link.display());
        };
        for link in ["data", "data/new", "doc", "doc/a", "doc/new", "new"] {
            check(link);
        }
    }

    #[test]
    fn one_that_is_being_made_is_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let (cache, site) = (root.path().join("cache"), root.path().join("site"));
        fs::create_dir(&site).unwrap();
        fs::write(site.join("index.html"), "one").unwrap();
        let spares = Spares::of(&cache, &site);
        let made = spares.mirror((&site, vec!["index.html"]), &Run::serial()).unwrap();
        let (spare, lock) = made.unwrap();
        let (path, of) = (spares.path(&spare.name), cache.join(FOLDER).join(&spares.prefix));
        // As long as a site is built for the first time, nothing is in its place.
        let try_all = || {
            prune(&cache);
            spares.remove_others(None);
            (path.join("index.html").exists(), of.with_extension("of").exists())
        };
        assert_eq!(try_all(), (true, true));
        drop(lock);
        assert_eq!(try_all(), (false, false));
        assert_eq!(fs::read_dir(cache.join(FOLDER)).unwrap().count(), 0);
    }
}
