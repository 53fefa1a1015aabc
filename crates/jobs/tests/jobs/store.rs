//! What is put into a store comes back, or is known to be lost.

use std::fs;
use std::path::Path;
use std::time::Duration;

use jobs::{About, Content, Digest, Error, FileStore, Lookup, Store};

use crate::memo::files;

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
