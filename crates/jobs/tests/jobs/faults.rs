//! Several processes share a store, are killed and stopped, and flip bits: no result is wrong.
//! `cargo xtask soak` does it ten times as long.

use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jobs::{Digest, Error, FileStore, Limits, Lookup, Memo, Run, Silent, Store, Task};

use crate::memo::{Heard, files};
use crate::store::ABOUT;

const PROCESSES: usize = 8;
const KEYS: u64 = 300;
const LARGEST: u64 = 30_000;
const LIMIT: u64 = 1 << 20;
/// Tells a process of this test what to be, and where.
const ROLE: &str = "TOPICMILL_JOBS_ROLE";
const PLACE: &str = "TOPICMILL_JOBS_PLACE";

fn operations() -> u64 {
    if std::env::var_os("TOPICMILL_SOAK").is_some() { 1_000_000 } else { 100_000 }
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// What belongs under a key: the oracle. Some are small, some large, some pack well.
fn value(key: u64) -> Vec<u8> {
    let mut random = Random(key + 1);
    let len = if key.is_multiple_of(3) { 1024 } else { random.below(LARGEST) };
    let spread = if key.is_multiple_of(2) { 256 } else { 3 };
    (0..len).map(|_| random.below(spread) as u8).collect()
}

fn open(folder: &Path) -> FileStore {
    let limits = Limits { bytes: LIMIT, ..Limits::default() };
    FileStore::open_with(folder, limits, Arc::new(Silent)).unwrap()
}

/// A process of a test, which is killed when the test ends, however it ends.
struct Worker(Child);

impl Worker {
    fn kill(&mut self) {
        // One that has ended cannot be killed.
        drop(self.0.kill());
        self.0.wait().unwrap();
    }

    /// Fails with what the process said when it has ended by itself.
    fn check(&mut self) {
        if let Some(status) = self.0.try_wait().unwrap() {
            let mut said = String::new();
            self.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("a worker ended with {status}: {said}");
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Ends this worker when the test that started it is no more: it may have been killed.
struct Parent(Option<u32>);

impl Parent {
    fn now() -> Self {
        #[cfg(unix)]
        return Self(Some(std::os::unix::process::parent_id()));
        #[cfg(not(unix))]
        Self(None)
    }

    fn is_alive(&self) -> bool {
        self.0 == Self::now().0
    }
}

/// Starts this test program again, as one of the workers below.
fn start(role: &str, place: &Path) -> Worker {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["faults::worker", "--exact", "--ignored", "--nocapture"])
        .env(ROLE, role)
        .env(PLACE, place)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    Worker(child)
}

#[test]
#[ignore = "other tests start it in processes of its own"]
fn worker() {
    let (Ok(role), Ok(place)) = (std::env::var(ROLE), std::env::var(PLACE)) else { return };
    let place = Path::new(&place);
    match role.split_once('-') {
        Some(("random", seed)) => work_at_random(place, seed.parse().unwrap()),
        Some(("hold", key)) => hold(place, key.parse().unwrap()),
        _ => panic!("{role} is no role"),
    }
}

fn work_at_random(place: &Path, seed: u64) {
    let folder = place.join("store");
    let store = open(&folder);
    let counted = place.join(format!("count-{seed}"));
    let mut random = Random(seed);
    let parent = Parent::now();
    for n in 1_u64.. {
        let number = random.below(KEYS);
        let key = Digest::of_value(&number);
        match random.below(100) {
            0..60 => match store.get(&key).unwrap() {
                Lookup::Hit(bytes) => assert!(bytes == value(number), "a wrong value"),
                Lookup::Miss | Lookup::Damaged(_) => {}
            },
            60..97 => store.put(&key, &value(number), &ABOUT).unwrap(),
            97..99 => flip_a_bit(&folder, &key, &mut random),
            _ => {
                let lease = store.lease(&Digest::of(&value(number))).unwrap();
                drop(store.collect(&Limits { bytes: LIMIT / 2, ..Limits::default() }));
                drop(lease);
            }
        }
        if n.is_multiple_of(100) {
            fs::write(&counted, n.to_string()).unwrap();
            if !parent.is_alive() {
                return;
            }
        }
    }
}

/// Damages the file of an entry where it lies; somebody may have removed it by then.
fn flip_a_bit(folder: &Path, key: &Digest, random: &mut Random) {
    let hex = key.to_hex();
    let path = folder.join("refs").join(&hex[..2]).join(&hex[2..]);
    let Ok(mut file) = fs::File::options().read(true).write(true).open(path) else { return };
    let len = file.metadata().unwrap().len();
    if len == 0 {
        return;
    }
    let at = random.below(len);
    let mut byte = [0];
    file.seek(SeekFrom::Start(at)).unwrap();
    file.read_exact(&mut byte).unwrap();
    byte[0] ^= 1 << random.below(8);
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&byte).unwrap();
}

/// Holds the claim of a key until it is killed.
fn hold(place: &Path, key: u64) {
    let store = open(&place.join("store"));
    let key = TASK.key(&Digest::of_value(&key));
    let claim = store.claim(&key, Duration::ZERO, &Run::serial()).unwrap();
    assert!(claim.is_some());
    fs::write(place.join("held"), "").unwrap();
    let parent = Parent::now();
    while parent.is_alive() {
        std::thread::park_timeout(Duration::from_millis(200));
    }
}

const TASK: Task = Task { name: "test", version: 1 };

/// What the store holds while none of the workers does anything: a file that is renamed meanwhile would
/// count twice, or not at all.
#[cfg(target_os = "linux")]
fn held_bytes(workers: &[Worker], folder: &Path) -> u64 {
    let ids: Vec<String> = workers.iter().map(|worker| worker.0.id().to_string()).collect();
    let signal = |name: &str| {
        // One that has ended by itself cannot be told; the test finds that out elsewhere.
        drop(Command::new("kill").arg(name).args(&ids).stderr(Stdio::null()).status());
    };
    signal("-STOP");
    let runs = |id: &String| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['T', 'Z']))
    };
    while ids.iter().any(runs) {
        std::thread::yield_now();
    }
    let held = bytes_of_files(folder);
    signal("-CONT");
    held
}

#[cfg(target_os = "linux")]
fn bytes_of_files(folder: &Path) -> u64 {
    ["refs", "objects", "quarantine", "tmp"]
        .iter()
        .flat_map(|kind| files_that_stand(&folder.join(kind)))
        .sum()
}

#[cfg(target_os = "linux")]
fn files_that_stand(folder: &Path) -> Vec<u64> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match fs::symlink_metadata(entry.path()) {
            Ok(metadata) if metadata.is_dir() => found.extend(files_that_stand(&entry.path())),
            Ok(metadata) => found.push(metadata.len()),
            Err(_) => {}
        }
    }
    found
}

fn done(place: &Path, seeds: u64) -> u64 {
    let count =
        |seed| fs::read_to_string(place.join(format!("count-{seed}"))).ok()?.parse::<u64>().ok();
    (0..seeds).filter_map(count).sum()
}

#[test]
fn processes_that_share_a_store_and_are_killed_never_get_a_wrong_value() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("store");
    drop(open(&folder));
    let mut random = Random(42);
    let mut seeds = 0;
    let mut next = || {
        seeds += 1;
        (start(&format!("random-{}", seeds - 1), place.path()), seeds)
    };
    let mut workers: Vec<Worker> = (0..PROCESSES).map(|_| next().0).collect();
    let (mut kills, mut most, mut begun) = (0, 0, PROCESSES as u64);
    while done(place.path(), begun) < operations() {
        std::thread::sleep(Duration::from_millis(20 + random.below(60)));
        #[cfg(target_os = "linux")]
        if kills % 4 == 0 {
            most = most.max(held_bytes(&workers, &folder));
        }
        let victim = random.below(PROCESSES as u64) as usize;
        workers[victim].check();
        workers[victim].kill();
        kills += 1;
        (workers[victim], begun) = next();
    }
    for worker in &mut workers {
        worker.check();
        worker.kill();
    }
    assert!(kills >= 10, "{kills} kills");
    assert!(most <= LIMIT, "the store held {most} bytes, allowed are {LIMIT}");
    let store = open(&folder);
    store.verify(&Run::serial()).unwrap();
    for number in 0..KEYS {
        if let Lookup::Hit(bytes) = store.get(&Digest::of_value(&number)).unwrap() {
            assert!(bytes == value(number), "a wrong value under {number}");
        }
    }
    store.collect(&Limits::default()).unwrap();
    assert_eq!(files(&folder.join("tmp")).len(), 0, "temporary files of killed processes");
    assert_eq!(files(&folder.join("leases")).len(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_test_that_fails_leaves_no_process_behind() {
    let place = tempfile::tempdir().unwrap();
    let failed = std::panic::catch_unwind(|| {
        let worker = start("hold-1", place.path());
        fs::write(place.path().join("id"), worker.0.id().to_string()).unwrap();
        panic!("as a failing test does");
    });
    assert!(failed.is_err());
    let id = fs::read_to_string(place.path().join("id")).unwrap();
    assert!(!Path::new("/proc").join(id).exists());
}

#[cfg(unix)]
#[test]
fn a_process_that_was_stopped_while_it_held_a_claim_holds_nobody_up() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("store");
    let memo = Memo::new(open(&folder)).with_patience(Duration::from_millis(300));
    let mut holder = start("hold-7", place.path());
    while !place.path().join("held").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let stop = |signal: &str| {
        Command::new("kill").args([signal, &holder.0.id().to_string()]).status().unwrap().success()
    };
    assert!(stop("-STOP"));
    let started = Instant::now();
    let heard = Arc::new(Heard::default());
    let run = Run::serial().with_progress(heard.clone());
    let made = memo.get_or_run(&TASK, &7_u64, &run, || Ok::<_, Error>(49));
    assert_eq!(made.unwrap().value, 49);
    let heard = heard.warnings().concat();
    assert!(heard.contains("did not make a result of"), "{heard}");
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert!(started.elapsed() < Duration::from_secs(20));
    holder.kill();
    // The system gives the claim back.
    let run = Run::serial();
    let key = TASK.key(&Digest::of_value(&7_u64));
    assert!(open(&folder).claim(&key, Duration::from_secs(5), &run).unwrap().is_some());
}
