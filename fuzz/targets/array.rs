//! Files of arrays, packed and plain. The first byte says whether the checksums are made to fit.

#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use jobs::array::{Compression, dump, load, map};
use jobs::{Run, Strided};
use libfuzzer_sys::fuzz_target;

/// An array may have this many bytes.
const ALLOWED: u64 = 16 << 20;

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("the system has room for a folder"));

fn set_hash(bytes: &mut [u8], at: usize, len: usize, from: usize, to: usize) {
    if from <= to && to <= bytes.len() && at + len <= bytes.len() {
        let hash = blake3::hash(&bytes[from..to]);
        bytes[at..at + len].copy_from_slice(&hash.as_bytes()[..len]);
    }
}

/// Makes the checksums of the head and of the tail fit.
fn mend(bytes: &mut [u8]) {
    let number = |at: usize| Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let tail = number(16).zip(number(24)).and_then(|(start, len)| {
        let (start, len) = (usize::try_from(start).ok()?, usize::try_from(len).ok()?);
        (start.checked_add(len)? == bytes.len() && len >= 32).then_some(start)
    });
    if let Some(start) = tail {
        let end = bytes.len();
        set_hash(bytes, start, 32, start + 32, end);
    }
    set_hash(bytes, 32, 32, 0, 32);
}

/// Valid files to begin with, written to the folder that the environment names.
fn write_seeds() {
    let Some(seeds) = std::env::var_os("TOPICMILL_SEEDS").map(PathBuf::from) else { return };
    let values: Vec<u8> = (0..600_u32).flat_map(|n| (n as f32).to_le_bytes()).collect();
    let (path, run) = (FOLDER.path().join("seed"), Run::serial());
    for (n, compression) in [Compression::Zstd, Compression::None].into_iter().enumerate() {
        for shape in [&[600][..], &[20, 30], &[600, 1]] {
            let array = Strided::contiguous("<f4", shape, &values).expect("the shape fits");
            dump(&path, &array, compression, &run).expect("there is room");
            let bytes = fs::read(&path).expect("a file that was written");
            let name = format!("seed-{n}-{}", shape.len());
            fs::write(seeds.join(name), [&[1][..], &bytes].concat()).expect("the folder is there");
        }
    }
}

fuzz_target!(init: write_seeds(), |data: &[u8]| {
    let Some((&kind, bytes)) = data.split_first() else { return };
    let mut bytes = bytes.to_vec();
    if kind & 1 == 1 {
        mend(&mut bytes);
    }
    let (path, run) = (FOLDER.path().join("array"), Run::serial());
    // Another file each time: what was mapped may not change.
    drop(fs::remove_file(&path));
    fs::write(&path, &bytes).expect("a file in a folder of ours");
    if let Ok(loaded) = load(&path, Some(ALLOWED), &run) {
        assert!(loaded.bytes.len() as u64 <= ALLOWED);
    }
    if let Ok(mapped) = map(&path) {
        assert!(mapped.bytes.len() <= bytes.len());
    }
});
