//! Arrays go to files and come back, and a file that somebody tampered with is refused.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use jobs::array::{Compression, dump, load, map};
use jobs::{Error, Run, Strided};
use proptest::prelude::*;

fn two_threads() -> Run {
    Run::with_threads(NonZeroUsize::new(2).unwrap()).unwrap()
}

fn floats(n: usize) -> Vec<u8> {
    (0..n).flat_map(|n| ((n as f32 * 0.37).sin() * 100.0).to_le_bytes()).collect()
}

#[track_caller]
fn check(path: &Path, array: &Strided<'_>, expected: &[u8]) {
    for compression in [Compression::None, Compression::Zstd] {
        for run in [Run::serial(), two_threads()] {
            dump(path, array, compression, &run).unwrap();
            let loaded = load(path, None, &run).unwrap();
            assert_eq!((loaded.items.as_str(), &loaded.shape[..]), (array.items, array.shape));
            assert!(*loaded.bytes == *expected);
        }
    }
}

#[test]
fn arrays_of_every_shape_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("array");
    for n in [0, 1, 3, 262_144, 262_145, 600_001] {
        let bytes = floats(n);
        check(&path, &Strided::contiguous("<f4", &[n], &bytes).unwrap(), &bytes);
    }
    let odd = vec![7; 3 * 500_000];
    check(&path, &Strided::contiguous("|V3", &[500_000], &odd).unwrap(), &odd);
    let empty = Strided::contiguous("<f8", &[3, 0, 5], &[]).unwrap();
    check(&path, &empty, &[]);
}

#[test]
fn strided_arrays_are_kept_in_c_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("array");
    let (rows, columns) = (900, 1100);
    let bytes = floats(rows * columns);
    let of_rows = [rows, columns];
    let whole = Strided::contiguous("<f4", &of_rows, &bytes).unwrap();
    let (shape, strides) = ([columns, rows], [4, 4 * columns as isize]);
    let transposed = Strided { shape: &shape, strides: &strides, ..whole };
    let mut expected = Vec::with_capacity(bytes.len());
    for column in 0..columns {
        for row in 0..rows {
            let at = 4 * (row * columns + column);
            expected.extend_from_slice(&bytes[at..at + 4]);
        }
    }
    check(&path, &transposed, &expected);
}

#[test]
fn floats_become_smaller_and_noise_does_not_grow() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("array");
    let mut state = 1_u64;
    let noise: Vec<u8> = (0..4_000_000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        })
        .collect();
    let size = |bytes: &[u8]| {
        let shape = [bytes.len() / 4];
        let array = Strided::contiguous("<f4", &shape, bytes);
        dump(&path, &array.unwrap(), Compression::Zstd, &two_threads()).unwrap();
        fs::metadata(&path).unwrap().len()
    };
    assert!(size(&noise) < 4_001_000);
    assert!(size(&floats(1_000_000)) < 3_500_000);
    assert!(size(&vec![0; 4_000_000]) < 4000);
}

#[test]
fn a_plain_array_is_mapped_and_a_packed_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("array");
    let bytes = floats(300_000);
    let array = Strided::contiguous("<f4", &[300, 1000], &bytes).unwrap();
    dump(&path, &array, Compression::None, &Run::serial()).unwrap();
    let mapped = map(&path).unwrap();
    assert_eq!(mapped.shape, [300, 1000]);
    assert!(*mapped.bytes == *bytes);
    assert_eq!(mapped.bytes.as_ptr() as usize % 64, 0);
    // The file may be replaced meanwhile: the mapping keeps the former one.
    dump(&path, &array, Compression::Zstd, &Run::serial()).unwrap();
    assert!(*mapped.bytes == *bytes);
    assert!(matches!(map(&path), Err(Error::NotAnArray { .. })));
}

#[test]
fn every_flipped_bit_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("array");
    for (n, compression) in [(200, Compression::None), (2000, Compression::Zstd)] {
        let bytes = floats(n);
        let shape = [n];
        let array = Strided::contiguous("<f4", &shape, &bytes).unwrap();
        dump(&path, &array, compression, &Run::serial()).unwrap();
        let good = fs::read(&path).unwrap();
        let step = if n > 1000 { 7 } else { 1 };
        for bit in (0..good.len() * 8).step_by(step) {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &bad).unwrap();
            assert!(load(&path, None, &Run::serial()).is_err(), "bit {bit}");
        }
        for len in (0..good.len()).step_by(11) {
            fs::write(&path, &good[..len]).unwrap();
            assert!(load(&path, None, &Run::serial()).is_err(), "length {len}");
        }
    }
}

/// A head and a tail with the right hashes, so that only what they say is wrong.
fn forge(len: u64, shape: &[u64], chunks: &[(u32, bool)], body: &[u8]) -> Vec<u8> {
    let mut tail = postcard::to_stdvec(&("<f4", 4_u64, shape)).unwrap();
    let hash = |bytes: &[u8]| *blake3::hash(bytes).as_bytes();
    let infos: Vec<(u32, bool, [u8; 16])> = chunks
        .iter()
        .map(|&(len, packed)| (len, packed, *hash(body).first_chunk().unwrap()))
        .collect();
    tail.extend(postcard::to_stdvec(&infos).unwrap());
    let mut head = b"tmarray\x01".to_vec();
    for number in [len, 64 + body.len() as u64, 32 + tail.len() as u64] {
        head.extend_from_slice(&number.to_le_bytes());
    }
    head.extend_from_slice(&hash(&head));
    [&head[..], body, &hash(&tail), &tail].concat()
}

#[track_caller]
fn refused(path: &Path, file: &[u8], expected: &str) {
    fs::write(path, file).unwrap();
    let error = load(path, None, &Run::serial()).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
    assert!(map(path).is_err());
}

#[test]
fn files_that_lie_are_refused_before_they_take_up_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("array");
    let body = [0; 8];
    fs::write(&path, forge(8, &[2], &[(8, false)], &body)).unwrap();
    assert_eq!(*load(&path, None, &Run::serial()).unwrap().bytes, body);
    refused(&path, &forge(8, &[3], &[(8, false)], &body), "shape");
    refused(&path, &forge(8, &[2], &[(8, false), (0, false)], &body), "number of chunks");
    refused(&path, &forge(8, &[2], &[(7, false)], &body), "chunks do not fit");
    refused(&path, &forge(u64::MAX - 3, &[1 << 62], &[(8, false)], &body), "shape");
    let n = 1 << 38;
    let chunks = vec![(0, true); 4];
    refused(&path, &forge(n, &[n / 4], &chunks, &[]), "number of chunks");
    // A bomb: little that unpacks to much, but not to what was promised.
    let bomb = zstd::bulk::compress(&vec![0; 100 << 20], 1).unwrap();
    let mut planes = Vec::new();
    for _ in 0..4 {
        planes.push(1);
        planes.extend_from_slice(&(bomb.len() as u32).to_le_bytes());
        planes.extend_from_slice(&bomb);
    }
    let packed = [(planes.len() as u32, true)];
    refused(&path, &forge(8, &[2], &packed, &planes), "damaged");
}

#[test]
fn more_than_allowed_is_refused_naming_both() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("array");
    let bytes = floats(1000);
    let array = Strided::contiguous("<f4", &[1000], &bytes).unwrap();
    dump(&path, &array, Compression::None, &Run::serial()).unwrap();
    let message = load(&path, Some(3999), &Run::serial()).unwrap_err().to_string();
    assert!(message.contains("4000") && message.contains("3999"), "{message}");
    assert!(load(&path, Some(4000), &Run::serial()).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever the bytes, reading them ends in an array or an error.
    #[test]
    fn reading_any_bytes_ends_well(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
        rehash in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("array");
        let bytes = floats(3000);
        let array = Strided::contiguous("<f4", &[30, 100], &bytes).unwrap();
        dump(&path, &array, Compression::Zstd, &Run::serial()).unwrap();
        let good = fs::read(&path).unwrap();
        let mut file = good.clone();
        for (place, byte) in &changes {
            file[place.index(good.len())] = *byte;
        }
        if is_cut {
            file.truncate(cut.index(file.len()));
        }
        if rehash && file.len() > 64 {
            // An attacker knows how to hash.
            let hash = *blake3::hash(&file[..32]).as_bytes();
            file[32..64].copy_from_slice(&hash);
            let end = u64::from_le_bytes(*file[16..].first_chunk().unwrap()) as usize;
            if let Some(tail) = file.get(end.saturating_add(32)..) {
                let hash = *blake3::hash(tail).as_bytes();
                file[end..end + 32].copy_from_slice(&hash);
            }
        }
        fs::write(&path, &file).unwrap();
        if let Ok(loaded) = load(&path, Some(1 << 24), &Run::serial()) {
            prop_assert!(loaded.bytes.len() <= 1 << 24);
        }
        if let Ok(mapped) = map(&path) {
            prop_assert!(mapped.bytes.len() < file.len());
        }
    }
}
