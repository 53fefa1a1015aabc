//! What is put into a store comes back, or is known to be lost.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jobs::{About, Content, Digest, Error, FileStore, Limits, Lookup, Run, Silent, Store};

use crate::memo::{Heard, files};

pub(crate) const ABOUT: About<'_> =
    About { task: "test", cost: Duration::from_millis(5), content: Content::Plain };

fn open(folder: &Path) -> FileStore {
    FileStore::open(folder).unwrap()
}

/// Bytes that become smaller by compression, and some that do not.
fn samples() -> Vec<Vec<u8>> {
    let mut noise = 1_u64;
    let mut random = |_| {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (noise >> 56) as u8
    };
    vec![
        Vec::new(),
        b"payload".to_vec(),
        b"words and words ".repeat(200),
        (0..600).map(&mut random).collect(),
        b"words and words ".repeat(2000),
        (0..20_000).map(&mut random).collect(),
        vec![0; 5 << 20],
    ]
}

#[test]
fn what_was_put_comes_back_and_can_be_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let key = Digest::of(b"key");
    assert_eq!(open(folder.path()).get(&key).unwrap(), Lookup::Miss);
    for bytes in samples() {
        for content in [Content::Plain, Content::Packed] {
            let about = About { content, ..ABOUT };
            open(folder.path()).put(&key, &bytes, &about).unwrap();
            assert_eq!(open(folder.path()).get(&key).unwrap(), Lookup::Hit(bytes.clone()));
            let digest = open(folder.path()).put_object(&bytes, &about).unwrap();
            assert_eq!(digest, Digest::of(&bytes));
            let found = open(folder.path()).get_object(&digest).unwrap();
            assert_eq!(found, Lookup::Hit(bytes.clone()));
        }
    }
}

#[test]
fn text_is_kept_compressed() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).put_object(&b"words and words ".repeat(20_000), &ABOUT).unwrap();
    let kept: u64 = files(folder.path()).iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!(kept < 10_000, "{kept}");
}

#[test]
fn every_flipped_bit_is_found() {
    for bytes in [b"payload".to_vec(), b"words and words ".repeat(60), b"a word ".repeat(700)] {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let key = Digest::of(b"key");
        store.put(&key, &bytes, &ABOUT).unwrap();
        for kind in ["refs", "objects"] {
            for path in files(&folder.path().join(kind)) {
                let good = fs::read(&path).unwrap();
                for bit in 0..good.len() * 8 {
                    let mut bad = good.clone();
                    bad[bit / 8] ^= 1 << (bit % 8);
                    fs::write(&path, &bad).unwrap();
                    let found = store.get(&key).unwrap();
                    assert!(matches!(found, Lookup::Damaged(_)), "{kind} bit {bit}");
                    assert_eq!(store.get(&key).unwrap(), Lookup::Miss);
                }
                fs::write(&path, &good).unwrap();
            }
        }
        assert_eq!(store.get(&key).unwrap(), Lookup::Hit(bytes));
    }
}

#[test]
fn truncated_and_lengthened_files_are_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let key = Digest::of(b"key");
    store.put(&key, &b"a word ".repeat(700), &ABOUT).unwrap();
    for kind in ["refs", "objects"] {
        let path = files(&folder.path().join(kind)).remove(0);
        let good = fs::read(&path).unwrap();
        let mut longer = good.clone();
        longer.push(0);
        let cut = (0..good.len()).step_by(7).map(|len| good[..len].to_vec());
        for bad in cut.chain([longer]) {
            fs::write(&path, &bad).unwrap();
            assert!(matches!(store.get(&key).unwrap(), Lookup::Damaged(_)), "{kind} {}", bad.len());
        }
        fs::write(&path, &good).unwrap();
    }
}

#[test]
fn a_newer_format_is_refused_naming_both() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("FORMAT"), "topicmill-cache 99\n").unwrap();
    let message = FileStore::open(folder.path()).unwrap_err().to_string();
    assert!(message.contains("99") && message.contains("format 2"), "{message}");
}

#[test]
fn somebody_elses_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("FORMAT"), "pdf 1.7").unwrap();
    assert!(matches!(FileStore::open(folder.path()), Err(Error::NotAStore { .. })));
}

#[test]
fn a_folder_with_other_files_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("objects")).unwrap();
    fs::write(folder.path().join("objects/thesis"), "years").unwrap();
    let message = FileStore::open(folder.path()).unwrap_err().to_string();
    assert!(message.contains("not a topicmill cache: it has no file FORMAT"), "{message}");
    assert_eq!(files(folder.path()), [folder.path().join("objects/thesis")]);
    let message = FileStore::open(&folder.path().join("objects/thesis")).unwrap_err().to_string();
    assert!(message.ends_with("it is a file"), "{message}");
    fs::create_dir(folder.path().join("FORMAT")).unwrap();
    let message = FileStore::open(folder.path()).unwrap_err().to_string();
    assert!(message.ends_with("its FORMAT is a folder"), "{message}");
}

#[test]
fn a_folder_that_is_kept_under_version_control_is_as_empty_as_any() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".gitignore"), "*").unwrap();
    open(folder.path()).put(&Digest::of(b"key"), b"value", &ABOUT).unwrap();
    assert!(folder.path().join("FORMAT").exists());
}

#[test]
fn a_store_whose_format_file_is_damaged_is_mended_and_keeps_its_entries() {
    let folder = tempfile::tempdir().unwrap();
    let (key, format) = (Digest::of(b"key"), folder.path().join("FORMAT"));
    open(folder.path()).put(&key, b"value", &ABOUT).unwrap();
    let check = |say: &str| {
        let store = open(folder.path());
        assert_eq!(store.get(&key).unwrap(), Lookup::Hit(b"value".to_vec()), "{say}");
        assert_eq!(fs::read_to_string(&format).unwrap(), "topicmill-cache 2\n", "{say}");
    };
    for damaged in ["", "topicmill-cac", "\0\0\0\0"] {
        fs::write(&format, damaged).unwrap();
        check(damaged);
    }
    fs::remove_file(&format).unwrap();
    check("none");
}

#[test]
fn entries_of_the_first_format_are_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("FORMAT"), "topicmill-cache 1\n").unwrap();
    let (key, damaged) = (Digest::of(b"key").to_hex(), Digest::of(b"other").to_hex());
    let place = |hex: &str| folder.path().join("entries").join(&hex[..2]).join(&hex[2..]);
    for hex in [&key, &damaged] {
        fs::create_dir_all(place(hex).parent().unwrap()).unwrap();
        fs::write(place(hex), [&Digest::of(b"page").as_bytes()[..], b"page"].concat()).unwrap();
    }
    fs::write(place(&damaged), "not a page").unwrap();
    let store = open(folder.path());
    assert_eq!(store.get(&Digest::of(b"key")).unwrap(), Lookup::Hit(b"page".to_vec()));
    assert_eq!(store.get(&Digest::of(b"other")).unwrap(), Lookup::Miss);
    assert!(!folder.path().join("entries").exists());
    let format = fs::read_to_string(folder.path().join("FORMAT")).unwrap();
    assert_eq!(format, "topicmill-cache 2\n");
}

fn total(folder: &Path) -> u64 {
    files(folder).iter().map(|path| fs::metadata(path).map_or(0, |metadata| metadata.len())).sum()
}

fn open_with(folder: &Path, bytes: u64) -> FileStore {
    let limits = Limits { bytes, ..Limits::default() };
    FileStore::open_with(folder, limits, Arc::new(Silent)).unwrap()
}

fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..len).map(|_| next()).collect()
}

#[test]
fn a_store_never_holds_more_than_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_with(folder.path(), 200_000);
    for n in 0..300 {
        let len = 1 + (n as usize * 977) % 20_000;
        store.put(&Digest::of_value(&n), &noise(n, len), &ABOUT).unwrap();
        let held = total(folder.path());
        // The counter itself and the line of `FORMAT` are not counted.
        assert!(held <= 200_000 + 50, "{held} bytes after {n}");
    }
    let last = store.get(&Digest::of_value(&299)).unwrap();
    assert_eq!(last, Lookup::Hit(noise(299, 1 + (299 * 977) % 20_000)));
}

#[test]
fn what_took_long_stays_and_what_is_too_large_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_with(folder.path(), 100_000);
    let dear = About { cost: Duration::from_secs(100), ..ABOUT };
    store.put(&Digest::of(b"dear"), &noise(0, 9000), &dear).unwrap();
    for n in 1..100 {
        store.put(&Digest::of_value(&n), &noise(n, 9000), &ABOUT).unwrap();
    }
    assert_eq!(store.get(&Digest::of(b"dear")).unwrap(), Lookup::Hit(noise(0, 9000)));
    store.put(&Digest::of(b"large"), &noise(1, 100_001), &dear).unwrap();
    assert_eq!(store.get(&Digest::of(b"large")).unwrap(), Lookup::Miss);
    assert!(matches!(store.get(&Digest::of(b"dear")).unwrap(), Lookup::Hit(_)));
}

#[test]
fn a_leased_object_is_not_evicted() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_with(folder.path(), 100_000);
    let wanted = noise(0, 9000);
    let cheap = About { cost: Duration::ZERO, ..ABOUT };
    store.put(&Digest::of(b"wanted"), &wanted, &cheap).unwrap();
    let digest = Digest::of(&wanted);
    let lease = store.lease(&digest).unwrap();
    assert!(lease.is_some());
    let fill = |from: u64| {
        for n in from..from + 50 {
            store.put(&Digest::of_value(&n), &noise(n, 9000), &ABOUT).unwrap();
        }
    };
    fill(1);
    assert_eq!(store.get_object(&digest).unwrap(), Lookup::Hit(wanted));
    drop(lease);
    fill(100);
    assert_eq!(store.get_object(&digest).unwrap(), Lookup::Miss);
}

#[test]
fn old_entries_go_and_a_clock_that_was_set_back_removes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let now = SystemTime::now();
    let hour = Duration::from_hours(1);
    for (name, used) in [("old", now - 3 * hour), ("new", now), ("future", now + 24 * hour)] {
        store.put(&Digest::of(name.as_bytes()), name.as_bytes(), &ABOUT).unwrap();
        let hex = Digest::of(name.as_bytes()).to_hex();
        let path = folder.path().join("refs").join(&hex[..2]).join(&hex[2..]);
        fs::File::open(path).unwrap().set_modified(used).unwrap();
    }
    let limits = Limits { age: Some(2 * hour), ..Limits::default() };
    let removed = store.collect(&limits).unwrap();
    assert_eq!(removed.files, 1);
    assert_eq!(store.get(&Digest::of(b"old")).unwrap(), Lookup::Miss);
    for name in ["new", "future"] {
        assert!(matches!(store.get(&Digest::of(name.as_bytes())).unwrap(), Lookup::Hit(_)));
    }
}

#[test]
fn what_killed_processes_left_is_cleared_up() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.put(&Digest::of(b"key"), b"kept", &ABOUT).unwrap();
    for name in ["tmp/1-0x1-1-999", "leases/abc"] {
        fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
        fs::write(folder.path().join(name), "left").unwrap();
    }
    store.collect(&Limits::default()).unwrap();
    assert_eq!(files(&folder.path().join("tmp")).len(), 0);
    assert_eq!(files(&folder.path().join("leases")).len(), 0);
    assert_eq!(store.get(&Digest::of(b"key")).unwrap(), Lookup::Hit(b"kept".to_vec()));
}

#[test]
fn a_cleared_store_is_empty_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 0..10 {
        store.put(&Digest::of_value(&n), &noise(n, 6000), &ABOUT).unwrap();
    }
    assert_eq!(store.entries().unwrap().len(), 10);
    store.clear().unwrap();
    assert_eq!(store.entries().unwrap(), []);
    assert_eq!(files(&folder.path().join("objects")).len(), 0);
    store.put(&Digest::of(b"key"), b"new", &ABOUT).unwrap();
    assert_eq!(store.entries().unwrap().len(), 1);
}

#[test]
fn entries_are_told_and_all_files_can_be_checked() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 0..5 {
        store.put(&Digest::of_value(&n), &noise(n, 3000 * n as usize), &ABOUT).unwrap();
    }
    let entries = store.entries().unwrap();
    let largest = entries.iter().max_by_key(|entry| entry.len).unwrap();
    assert_eq!((largest.len, largest.task.as_str()), (12_000, "test"));
    assert_eq!(largest.cost, Duration::from_millis(5));
    let run = Run::serial();
    assert_eq!(store.verify(&run).unwrap().damaged, Vec::<std::path::PathBuf>::new());
    let victim = files(&folder.path().join("objects")).remove(0);
    let mut bytes = fs::read(&victim).unwrap();
    bytes[100] ^= 4;
    fs::write(&victim, bytes).unwrap();
    assert_eq!(store.verify(&run).unwrap().damaged.len(), 1);
    assert_eq!(store.verify(&run).unwrap().damaged.len(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_makes_a_store_read_only_with_one_warning() {
    use std::process::Command;

    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let mount = |args: &[&str]| {
        let mut command = Command::new(args[0]);
        command.args(&args[1..]).arg(root).stderr(std::process::Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    if !mount(&["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs"]) {
        let line = "SKIPPED: the test of a full disk, for want of the right to mount one\n";
        std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).unwrap();
        return;
    }
    let heard = Arc::new(Heard::default());
    let store = FileStore::open_with(root, Limits::default(), heard.clone()).unwrap();
    let put = |n: u64| store.put(&Digest::of_value(&n), &noise(n, 20_000), &ABOUT);
    let all: Result<Vec<()>, Error> = (0..50).map(put).collect();
    let found = store.get(&Digest::of_value(&0)).unwrap();
    let lost = store.get(&Digest::of_value(&49)).unwrap();
    let warnings = heard.warnings();
    // It holds a file of the disk open.
    drop(store);
    assert!(mount(&["umount"]));
    assert!(all.is_ok(), "{all:?}");
    assert_eq!(found, Lookup::Hit(noise(0, 20_000)));
    assert_eq!(lost, Lookup::Miss);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("nothing more is kept in the cache"), "{warnings:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_with_odd_bytes_in_its_name_is_a_store_like_any_other() {
    use std::os::unix::ffi::OsStrExt;

    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join(std::ffi::OsStr::from_bytes(b"odd \xff\n'\" name"));
    let store = open(&root);
    store.put(&Digest::of(b"key"), &noise(1, 9000), &ABOUT).unwrap();
    assert_eq!(open(&root).get(&Digest::of(b"key")).unwrap(), Lookup::Hit(noise(1, 9000)));
}

#[test]
fn a_store_whose_folder_was_removed_loses_everything_but_does_not_fail() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("cache");
    let store = open(&root);
    store.put(&Digest::of(b"key"), b"one", &ABOUT).unwrap();
    fs::remove_dir_all(&root).unwrap();
    assert_eq!(store.get(&Digest::of(b"key")).unwrap(), Lookup::Miss);
    store.put(&Digest::of(b"key"), b"two", &ABOUT).unwrap();
}
