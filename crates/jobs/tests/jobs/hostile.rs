//! Files that somebody wrote who knows the formats: thousands of changes to valid ones, with checksums
//! that fit again. Reading them may fail; it does not panic, and allocates no more than it should.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jobs::array::{Compression, dump, load, map};
use jobs::{Content, Digest, Error, FileStore, Limits, Lookup, Memo, Run, Store, Strided, Task};

use crate::memo::files;
use crate::store::ABOUT;

/// Set for the process that does the work.
const PLACE: &str = "TOPICMILL_JOBS_HOSTILE";
const ROUNDS: u64 = 4000;
/// What the process may have in all, KiB; the files claim up to 2⁶⁴ bytes.
const MEMORY_KIB: &str = "1000000";
/// An array may have this many bytes.
const ALLOWED: u64 = 16 << 20;
const TASK: Task = Task { name: "test", version: 1 };

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

/// Changes some bytes: flips, numbers that are extreme, parts cut out, doubled or appended.
fn change(good: &[u8], random: &mut Random) -> Vec<u8> {
    const EXTREME: [u64; 8] =
        [0, 1, 0x7F, 0xFF, u32::MAX as u64, i64::MAX as u64, u64::MAX, 1 << 40];
    let mut bad = good.to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(bad.len());
        match random.below(7) {
            0 | 1 if !bad.is_empty() => bad[at] ^= 1 << random.below(8),
            2 if !bad.is_empty() => bad[at] = EXTREME[random.below(4)] as u8,
            3 if bad.len() >= at + 8 => {
                let number = EXTREME[random.below(EXTREME.len())].to_le_bytes();
                bad[at..at + 8].copy_from_slice(&number);
            }
            4 => bad.truncate(at),
            5 => {
                let end = at + random.below(bad.len() - at);
                let part = bad[at..end].to_vec();
                bad.splice(at..at, part);
            }
            _ => bad.extend((0..random.below(40)).map(|n| n as u8)),
        }
    }
    bad
}

fn set_hash(bytes: &mut [u8], at: usize, len: usize, of: std::ops::Range<usize>) {
    if bytes.len() >= (at + len).max(of.end) {
        let hash = Digest::of(&bytes[of]);
        bytes[at..at + len].copy_from_slice(&hash.as_bytes()[..len]);
    }
}

/// Makes the checksums of an object file fit again.
fn mend_object(bytes: &mut [u8]) {
    let end = bytes.len();
    set_hash(bytes, 16, 16, 64.min(end)..end);
    set_hash(bytes, 32, 32, 0..32.min(end));
}

/// Those of a ref, of the object that it may hold too.
fn mend_ref(bytes: &mut [u8]) {
    let end = bytes.len();
    let object = 94 + usize::from(bytes.get(93).copied().unwrap_or(0));
    if end > object {
        mend_object(&mut bytes[object..]);
    }
    set_hash(bytes, 4, 32, 36.min(end)..end);
}

/// Those of an array: of its head, and of its tail where there is one.
fn mend_array(bytes: &mut [u8]) {
    let number = |at: usize| {
        bytes.get(at..at + 8).and_then(|bytes| Some(u64::from_le_bytes(*bytes.first_chunk()?)))
    };
    let tail = number(16).zip(number(24)).and_then(|(start, len)| {
        let (start, len) = (usize::try_from(start).ok()?, usize::try_from(len).ok()?);
        (start.checked_add(len)? == bytes.len() && len >= 32).then_some(start)
    });
    if let Some(start) = tail {
        let end = bytes.len();
        set_hash(bytes, start, 32, start + 32..end);
    }
    set_hash(bytes, 32, 32, 0..32.min(bytes.len()));
}

#[test]
#[ignore = "another test starts it in a process of its own"]
fn read_hostile_files() {
    let Ok(place) = std::env::var(PLACE) else { return };
    let place = Path::new(&place);
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    entries(&place.join("store"), &mut random);
    counters(&place.join("counter"), &mut random);
    arrays(place, &mut random);
}

/// Refs, small objects in them, and objects of their own.
fn entries(folder: &Path, random: &mut Random) {
    let store = FileStore::open(folder).unwrap();
    let (memo, run) = (Memo::new(store.clone()), Run::serial());
    let values =
        [vec![7_u8; 100], b"a word ".repeat(300), b"a word ".repeat(3000), vec![0; 1 << 20]];
    for (n, value) in values.iter().enumerate() {
        let made = memo.get_or_run(&TASK, &n, &run, || Ok::<_, Error>(value.clone()));
        assert!(!made.unwrap().cached);
    }
    store
        .put(&Digest::of(b"packed"), &[3; 9000], &jobs::About { content: Content::Packed, ..ABOUT })
        .unwrap();
    let good: Vec<(PathBuf, Vec<u8>)> = ["refs", "objects"]
        .iter()
        .flat_map(|kind| files(&folder.join(kind)))
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    assert!(good.len() >= 7);
    for round in 0..ROUNDS {
        let (path, bytes) = &good[random.below(good.len())];
        let mut bad = change(bytes, random);
        // One in four keeps its checksums as they were.
        if round % 4 != 0 {
            if path.starts_with(folder.join("refs")) {
                mend_ref(&mut bad);
            } else {
                mend_object(&mut bad);
            }
        }
        fs::write(path, &bad).unwrap();
        for (n, value) in values.iter().enumerate() {
            let found = store.get(&TASK.key(&Digest::of_value(&n))).unwrap();
            if let Lookup::Hit(bytes) = found {
                // What an attacker put under a key is what the key gives; it is read whole or not at all.
                drop(postcard::from_bytes::<Vec<u8>>(&bytes));
            }
            if round % 64 == 0 {
                memo.get_or_run(&TASK, &n, &run, || Ok::<_, Error>(value.clone())).unwrap();
            }
        }
        if round % 64 == 0 {
            let told: u64 = store.entries().unwrap().iter().map(|entry| entry.len).sum();
            assert!(told < u64::MAX);
            store.collect(&Limits::default()).unwrap();
        }
        for (path, bytes) in &good {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        drop(fs::remove_dir_all(folder.join("quarantine")));
    }
}

/// The count of what a store holds, its format, and names of files.
fn counters(folder: &Path, random: &mut Random) {
    const CHECK: u64 = 0x746f_7069_636d_696c;
    for round in 0..200_u64 {
        let store = FileStore::open(folder).unwrap();
        let numbers = [random.next() << (round % 60), random.next() >> (round % 64)];
        let numbers = [numbers[0], numbers[1], numbers[0] ^ numbers[1] ^ CHECK];
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        fs::write(folder.join("SIZE"), bytes).unwrap();
        fs::create_dir_all(folder.join("tmp")).unwrap();
        let held = fs::File::create(folder.join(format!("tmp/x-{}", u64::MAX - round))).unwrap();
        held.lock().unwrap();
        let key = Digest::of_value(&round);
        store.put(&key, &[1; 5000], &ABOUT).unwrap();
        store.collect(&Limits::default()).unwrap();
        drop(held);
        fs::write(folder.join("FORMAT"), change(b"topicmill-cache 2\n", random)).unwrap();
        drop(FileStore::open(folder));
        fs::write(folder.join("FORMAT"), "topicmill-cache 2\n").unwrap();
    }
}

fn arrays(place: &Path, random: &mut Random) {
    let values: Vec<u8> = (0..300_000_u32).flat_map(|n| (n as f32).to_le_bytes()).collect();
    let run = Run::serial();
    let path = place.join("array");
    for compression in [Compression::Zstd, Compression::None] {
        let array = Strided::contiguous("<f4", &[300, 1000], &values).unwrap();
        dump(&path, &array, compression, &run).unwrap();
        let good = fs::read(&path).unwrap();
        for round in 0..ROUNDS / 4 {
            let mut bad = change(&good, random);
            if round % 4 != 0 {
                mend_array(&mut bad);
            }
            // Another file each time: what was mapped may not change.
            fs::remove_file(&path).unwrap();
            fs::write(&path, &bad).unwrap();
            if let Ok(loaded) = load(&path, Some(ALLOWED), &run) {
                assert!(loaded.bytes.len() as u64 <= ALLOWED);
            }
            if let Ok(mapped) = map(&path) {
                assert!(mapped.bytes.len() <= bad.len());
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn files_that_an_attacker_wrote_fail_without_a_panic_in_little_memory() {
    let place = tempfile::tempdir().unwrap();
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit -v {MEMORY_KIB} && exec \"$0\" \"$@\"")])
        .arg(std::env::current_exe().unwrap())
        .args(["hostile::read_hostile_files", "--exact", "--ignored", "--nocapture"])
        .env(PLACE, place.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{error}");
}
