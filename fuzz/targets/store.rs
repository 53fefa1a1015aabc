//! Files of a store: refs, the objects in them, objects of their own, the count and the format.
//!
//! The first byte says which file the others are; its highest bit leaves the checksums as they are. Else
//! they are made to fit: an attacker does that too.

#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use jobs::{About, Content, Digest, FileStore, Limits, Lookup, Run, Store};
use libfuzzer_sys::fuzz_target;

/// A store in a folder of temporary files, which whoever starts the process removes.
static PLACE: LazyLock<(tempfile::TempDir, FileStore)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("the system has room for a folder");
    let store = FileStore::open(&folder.path().join("store")).expect("the folder is new");
    (folder, store)
});

/// The longest content that what is read may have had: the harness itself unpacks no more.
const MOST: u64 = 1 << 24;
const KEY: &[u8] = b"key";

fn path_of(store: &FileStore, kind: &str, digest: &Digest) -> PathBuf {
    let hex = digest.to_hex();
    store.root().join(kind).join(&hex[..2]).join(&hex[2..])
}

fn write(path: &PathBuf, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("a path in a folder")).expect("a new folder");
    fs::write(path, bytes).expect("a file in a folder of ours");
}

fn set_hash(bytes: &mut [u8], at: usize, len: usize, from: usize, to: usize) {
    if from <= to && to <= bytes.len() && at + len <= bytes.len() {
        let hash = blake3::hash(&bytes[from..to]);
        bytes[at..at + len].copy_from_slice(&hash.as_bytes()[..len]);
    }
}

fn mend_object(bytes: &mut [u8]) {
    let end = bytes.len();
    set_hash(bytes, 16, 16, 64, end);
    set_hash(bytes, 32, 32, 0, 32);
}

/// The digest that the content of an object file has, which is its name.
fn name_of(object: &[u8]) -> Option<Digest> {
    let content = object.get(64..)?;
    if object[4] == 1 {
        return jobs::unpack(content, MOST).map(|plain| Digest::of(&plain));
    }
    Some(Digest::of(content))
}

fn mend_ref(bytes: &mut [u8]) {
    let end = bytes.len();
    let object = 94 + usize::from(bytes.get(93).copied().unwrap_or(0));
    if object < end {
        mend_object(&mut bytes[object..]);
        if let Some(name) = name_of(&bytes[object..]) {
            bytes[36..68].copy_from_slice(name.as_bytes());
        }
    }
    set_hash(bytes, 4, 32, 36, end);
}

/// Valid files to begin with, written to the folder that the environment names.
fn write_seeds() {
    let Some(seeds) = std::env::var_os("TOPICMILL_SEEDS").map(PathBuf::from) else { return };
    let folder = tempfile::tempdir().expect("the system has room for a folder");
    let store = FileStore::open(folder.path()).expect("the folder is new");
    let values = [vec![7; 100], b"a word ".repeat(300), b"a word ".repeat(3000), vec![0; 5000]];
    for (n, value) in values.iter().enumerate() {
        let about = About {
            task: "seed",
            cost: std::time::Duration::from_secs(1),
            content: if n == 3 { Content::Packed } else { Content::Plain },
        };
        store.put(&Digest::of(&[n as u8]), value, &about).expect("there is room");
    }
    for (kind, folder) in
        [store.root().join("refs"), store.root().join("objects")].iter().enumerate()
    {
        for below in fs::read_dir(folder).into_iter().flatten().flatten() {
            for file in fs::read_dir(below.path()).into_iter().flatten().flatten() {
                let bytes = fs::read(file.path()).expect("a file that was written");
                let seed = [&[kind as u8][..], &bytes].concat();
                let name = format!("seed-{}", blake3::hash(&seed).to_hex());
                fs::write(seeds.join(name), seed).expect("the folder of seeds is there");
            }
        }
    }
}

fuzz_target!(init: write_seeds(), |data: &[u8]| {
    let Some((&kind, bytes)) = data.split_first() else { return };
    let store = &PLACE.1;
    let is_mended = kind & 0x80 == 0;
    let mut bytes = bytes.to_vec();
    let key = Digest::of(KEY);
    match kind & 0x7f {
        0 => {
            if is_mended {
                mend_ref(&mut bytes);
            }
            write(&path_of(store, "refs", &key), &bytes);
            drop(store.get(&key));
        }
        1 => {
            if is_mended {
                mend_object(&mut bytes);
            }
            let name = name_of(&bytes).unwrap_or(key);
            write(&path_of(store, "objects", &name), &bytes);
            if let Ok(Lookup::Hit(plain)) = store.get_object(&name) {
                assert_eq!(Digest::of(&plain), name, "bytes of another name");
            }
            drop(fs::remove_file(path_of(store, "objects", &name)));
        }
        2 => {
            if is_mended && bytes.len() >= 24 {
                let number = |at: usize| {
                    bytes[at..at + 8].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
                };
                let check = number(0) ^ number(8) ^ 0x746f_7069_636d_696c;
                bytes[16..24].copy_from_slice(&check.to_le_bytes());
            }
            write(&store.root().join("SIZE"), &bytes);
            let about = About {
                task: "t",
                cost: std::time::Duration::ZERO,
                content: Content::Packed,
            };
            drop(store.put(&key, b"value", &about));
        }
        3 => {
            write(&store.root().join("FORMAT"), &bytes);
            drop(FileStore::open(store.root()));
            write(&store.root().join("FORMAT"), b"topicmill-cache 2\n");
        }
        _ => return,
    }
    if data.len() % 16 == 0 {
        drop(store.entries());
        drop(store.verify(&Run::serial()));
        drop(store.collect(&Limits::default()));
        drop(fs::remove_dir_all(store.root().join("quarantine")));
    }
});
