//! What goes when there is no room: what was cheap to make for its size, and was not asked for.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::budget::Held;
use super::entry::Ref;
use crate::Digest;

/// What a store may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all its files.
    pub bytes: u64,
    /// How many files.
    pub files: u64,
    /// Entries that nobody asked for in so long a time go at the next occasion.
    pub age: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 10 << 30, files: 1_000_000, age: None }
    }
}

/// The files that were removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// How many.
    pub files: u64,
    /// Their length together.
    pub bytes: u64,
}

/// What an object without an entry counts as having cost.
const UNKNOWN_COST: Duration = Duration::from_millis(10);
/// Objects are younger than their entry by the time it takes to write it.
const GRACE: Duration = Duration::from_mins(1);

struct Found {
    path: PathBuf,
    len: u64,
    age: Duration,
}

/// Something that goes as a whole.
struct Unit {
    path: PathBuf,
    object: Option<Digest>,
    len: u64,
    /// Nanoseconds to make it, for each byte, and for each second in which nobody asked for it.
    worth: f64,
    age: Duration,
}

/// Clears up what dead processes left, counts, and removes what is worth least until `limits` are
/// kept with `need` more bytes and one more file. The caller holds the counter.
pub(super) fn make_room(root: &Path, limits: &Limits, need: Held) -> io::Result<(Held, Removed)> {
    let now = SystemTime::now();
    let leased = leased(root)?;
    let mut held = clear_temporary(root, now)?;
    let mut removed = Removed::default();
    let mut objects: BTreeMap<Digest, Found> = BTreeMap::new();
    for found in files(&root.join("objects"), now)? {
        held.bytes = held.bytes.saturating_add(found.len);
        held.files += 1;
        match digest_of(&found.path) {
            Some(digest) => drop(objects.insert(digest, found)),
            None => remove(&found.path, found.len, &mut held, &mut removed)?,
        }
    }
    let mut users: HashMap<Digest, u64> = HashMap::new();
    let mut units = Vec::new();
    for found in files(&root.join("refs"), now)? {
        held.bytes = held.bytes.saturating_add(found.len);
        held.files += 1;
        let Some(read) = fs::read(&found.path).ok().and_then(|bytes| Ref::from_bytes(&bytes))
        else {
            // Damaged: whoever asks for it moves it away.
            continue;
        };
        let (told, _) = read;
        let object = objects.get(&told.content);
        let len = found.len + object.map_or(0, |object| object.len);
        let object = object.map(|_| told.content);
        if let Some(object) = object {
            *users.entry(object).or_default() += 1;
        }
        let worth = worth(told.cost, len, found.age);
        units.push(Unit { path: found.path, object, len: found.len, worth, age: found.age });
    }
    for (digest, found) in &objects {
        if !users.contains_key(digest) && found.age > GRACE {
            let worth = worth(UNKNOWN_COST, found.len, found.age);
            let (path, age) = (found.path.clone(), found.age);
            units.push(Unit { path, object: Some(*digest), len: 0, worth, age });
            users.insert(*digest, 1);
        }
    }
    for found in files(&root.join("quarantine"), now)? {
        held.bytes = held.bytes.saturating_add(found.len);
        held.files += 1;
        units.push(Unit {
            path: found.path,
            object: None,
            len: found.len,
            worth: 0.0,
            age: found.age,
        });
    }
    // Ties by path: two processes choose the same.
    units.sort_by(|a, b| a.worth.total_cmp(&b.worth).then_with(|| a.path.cmp(&b.path)));
    // Room for more than is needed now, so that the next who come need not look for it again.
    let is_full = |held: &Held| {
        held.bytes.saturating_add(need.bytes) > limits.bytes
            || held.files + need.files > limits.files
    };
    let target = if is_full(&held) {
        (limits.bytes / 10 * 9, limits.files / 10 * 9)
    } else {
        (limits.bytes, limits.files)
    };
    for unit in units {
        let is_too_old = limits.age.is_some_and(|age| unit.age > age);
        let fits = held.bytes.saturating_add(need.bytes) <= target.0
            && held.files + need.files <= target.1;
        if fits && !is_too_old {
            continue;
        }
        if unit.object.is_some_and(|object| leased.contains(&object)) {
            continue;
        }
        if unit.len > 0 {
            remove(&unit.path, unit.len, &mut held, &mut removed)?;
        }
        let Some(object) = unit.object else { continue };
        let left = users.get_mut(&object).map_or(0, |n| {
            *n -= 1;
            *n
        });
        if left == 0
            && let Some(found) = objects.get(&object)
        {
            remove(&found.path, found.len, &mut held, &mut removed)?;
        }
    }
    Ok((held, removed))
}

fn worth(cost: Duration, len: u64, age: Duration) -> f64 {
    cost.as_nanos() as f64 / (len + 1) as f64 / (age.as_secs_f64() + 60.0)
}

fn remove(path: &Path, len: u64, held: &mut Held, removed: &mut Removed) -> io::Result<()> {
    match fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    held.bytes = held.bytes.saturating_sub(len);
    held.files = held.files.saturating_sub(1);
    removed.files += 1;
    removed.bytes += len;
    Ok(())
}

/// Removes the temporary files of processes that died, and counts those of the living with the
/// length that they will have.
fn clear_temporary(root: &Path, now: SystemTime) -> io::Result<Held> {
    let mut held = Held::default();
    for found in files(&root.join("tmp"), now)? {
        if remove_abandoned(&found.path) {
            continue;
        }
        let promised = promised(&found.path).unwrap_or(0).max(found.len);
        held.bytes = held.bytes.saturating_add(promised);
        held.files += 1;
    }
    // A claim that nobody holds is an empty file: it goes, and is not counted.
    for found in files(&root.join("locks"), now)? {
        if found.age > GRACE {
            remove_abandoned(&found.path);
        }
    }
    Ok(held)
}

/// The length at the end of a temporary file's name.
fn promised(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.rsplit_once('-')?.1.parse().ok()
}

/// Removes a file that nobody has locked, and says whether there was one. It stays locked until it is
/// gone, so that whoever made it and locks it after that finds it missing.
fn remove_abandoned(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    if file.try_lock().is_err() {
        return false;
    }
    // One that cannot be removed is found again the next time.
    drop(fs::remove_file(path));
    true
}

/// The objects that somebody asked to keep for a while.
fn leased(root: &Path) -> io::Result<HashSet<Digest>> {
    let mut leased = HashSet::new();
    for found in files(&root.join("leases"), SystemTime::now())? {
        if remove_abandoned(&found.path) {
            continue;
        }
        if let Some(digest) =
            found.path.file_name().and_then(|name| Digest::from_hex(name.to_str()?.get(..64)?))
        {
            leased.insert(digest);
        }
    }
    Ok(leased)
}

/// The digest that a file of `refs/` or `objects/` is named after.
pub(super) fn digest_of(path: &Path) -> Option<Digest> {
    let folder = path.parent()?.file_name()?.to_str()?;
    Digest::from_hex(&format!("{folder}{}", path.file_name()?.to_str()?))
}

/// All files below a folder.
fn files(folder: &Path, now: SystemTime) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => found.extend(files(&path, now)?),
            Ok(metadata) => {
                // A time that is still to come is a clock that was set back: as if just used.
                let used = metadata.modified().unwrap_or(now);
                let age = now.duration_since(used).unwrap_or_default();
                found.push(Found { path, len: metadata.len(), age });
            }
            // Somebody removed it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Every file of `refs/` or `objects/` with its length and the time since it was asked for.
pub(super) fn each(
    folder: &Path,
    mut each: impl FnMut(&Path, u64, Duration) -> io::Result<()>,
) -> io::Result<()> {
    let mut found = files(folder, SystemTime::now())?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found.iter().try_for_each(|found| each(&found.path, found.len, found.age))
}
