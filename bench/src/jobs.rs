//! The data engine: digests, arrays in files, results found again, and tiny tasks.
//!
//! `jobs hash MEGABYTES`, `jobs blake3 MEGABYTES`, `jobs dump FOLDER MEGABYTES`, `jobs hit FOLDER`,
//! `jobs tasks N`, `jobs fold N`

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use jobs::array::{Compression, dump, load, map};
use jobs::{Digest, Error, FileStore, Memo, Numbers, Run, Strided, Task};
use serde_json::json;

use crate::Figures;

const TASK: Task = Task { name: "bench", version: 1 };

pub(crate) fn run(args: &[String]) -> Figures {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["hash", megabytes] => {
            let values = floats(number(megabytes)?);
            Ok(hashed(values.len() * 4, || Digest::of_value(&Numbers::flat(&values)).to_hex()))
        }
        ["blake3", megabytes] => {
            let bytes = bytes_of(&floats(number(megabytes)?));
            Ok(hashed(bytes.len(), || blake3::hash(&bytes).to_hex().to_string()))
        }
        ["dump", folder, megabytes] => arrays(Path::new(folder), number(megabytes)?),
        ["hit", folder] => hits(Path::new(folder)),
        ["tasks", n] => tasks(number(n)?),
        ["fold", n] => fold(number(n)?),
        _ => Err("one of: hash MEGABYTES, blake3 MEGABYTES, dump FOLDER MEGABYTES, hit FOLDER, \
                  tasks N, fold N"
            .to_owned()),
    }
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("{text:?} is no number"))
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn all_threads() -> Result<Run, String> {
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    Run::with_threads(threads).map_err(told)
}

/// Floats as NumPy's `default_rng(0).standard_normal` gives them, near enough: noise in the low
/// bytes, a few exponents.
fn floats(megabytes: usize) -> Vec<f32> {
    let mut state = 1_u64;
    let mut uniform = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1_u32 << 24) as f32
    };
    (0..megabytes * 250_000).map(|_| uniform() + uniform() + uniform() - 1.5).collect()
}

fn bytes_of(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The median time of hashing `len` bytes.
fn hashed(len: usize, hash: impl Fn() -> String) -> serde_json::Value {
    const ROUNDS: usize = 5;
    let mut digest = String::new();
    let mut seconds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            digest = hash();
            started.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    let seconds = seconds[ROUNDS / 2];
    json!({
        "seconds": seconds,
        "gigabytes_per_second": len as f64 / 1e9 / seconds,
        "digest": digest,
    })
}

fn arrays(folder: &Path, megabytes: usize) -> Figures {
    let bytes = bytes_of(&floats(megabytes));
    let shape = [bytes.len() / 4];
    let array = Strided::contiguous("<f4", &shape, &bytes).ok_or("the shape does not fit")?;
    let run = all_threads()?;
    let path = folder.join("array.packed");
    let started = Instant::now();
    dump(&path, &array, Compression::Zstd, &run).map_err(told)?;
    let dump_seconds = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let loaded = load(&path, Some(u64::MAX), &run).map_err(told)?;
    let load_seconds = started.elapsed().as_secs_f64();
    if *loaded.bytes != *bytes {
        return Err("what was loaded is not what was dumped".to_owned());
    }
    let plain = folder.join("array.plain");
    dump(&plain, &array, Compression::None, &run).map_err(told)?;
    let started = Instant::now();
    let mapped = map(&plain).map_err(told)?;
    let map_seconds = started.elapsed().as_secs_f64();
    drop(mapped);
    let size = std::fs::metadata(&path).map_err(told)?.len();
    let gigabytes = megabytes as f64 / 1000.0;
    Ok(json!({
        "seconds": dump_seconds + load_seconds,
        "dump_seconds": dump_seconds,
        "load_seconds": load_seconds,
        "dump_gigabytes_per_second": gigabytes / dump_seconds,
        "load_gigabytes_per_second": gigabytes / load_seconds,
        "map_microseconds": map_seconds * 1e6,
        "share_of_size": size as f64 / bytes.len() as f64,
    }))
}

/// The time to find a result of 1 KB again.
fn hits(folder: &Path) -> Figures {
    const ROUNDS: u32 = 5000;
    let run = Run::serial();
    let memo = Memo::new(FileStore::open(&folder.join("store")).map_err(told)?);
    let find = |n: u32| {
        memo.get_or_run(&TASK, &n, &run, || Ok::<_, Error>(vec![n as u8; 1024])).map_err(told)
    };
    for n in 0..100 {
        find(n)?;
    }
    let started = Instant::now();
    for round in 0..ROUNDS {
        if !find(round % 100)?.cached {
            return Err("a result was not found again".to_owned());
        }
    }
    let seconds = started.elapsed().as_secs_f64() / f64::from(ROUNDS);
    Ok(json!({ "seconds": seconds, "microseconds": seconds * 1e6 }))
}

fn tasks(n: usize) -> Figures {
    let run = all_threads()?;
    let started = Instant::now();
    let squares = run.map((0..n as u64).collect(), |n| n.wrapping_mul(n)).map_err(told)?;
    let seconds = started.elapsed().as_secs_f64();
    if squares.last().is_some_and(|&last| last != (n as u64 - 1).wrapping_mul(n as u64 - 1)) {
        return Err("the last square is another".to_owned());
    }
    Ok(json!({ "seconds": seconds, "nanoseconds_per_task": seconds * 1e9 / n as f64 }))
}

/// The same tasks, their results taken in by one thread in the order of the tasks.
fn fold(n: usize) -> Figures {
    let run = all_threads()?;
    let mix = |sum: u64, square: u64| sum.wrapping_mul(31) ^ square;
    let add = |sum: u64, square| Ok::<_, Error>(mix(sum, square));
    let batch = NonZeroUsize::new(1024).unwrap_or(NonZeroUsize::MIN);
    let started = Instant::now();
    let sum = run.fold_batches((batch, 0..n as u64), |n| n.wrapping_mul(n), 0_u64, add);
    let seconds = started.elapsed().as_secs_f64();
    if sum.map_err(told)? != (0..n as u64).fold(0, |sum, n| mix(sum, n.wrapping_mul(n))) {
        return Err("the sums differ".to_owned());
    }
    Ok(json!({ "seconds": seconds, "nanoseconds_per_task": seconds * 1e9 / n as f64 }))
}
