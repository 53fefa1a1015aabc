//! Counting the words of a corpus.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use corpus::ReadConfig;
use jobs::Run;
use serde_json::json;
use text::{CountConfig, Counter, Counts, Field, SpilledShards, Text};

use crate::Figures;

/// Batches of documents that are counted together.
const SHARD_BATCHES: usize = 2;

/// Counts the texts of a file of JSON lines: `FILE PRESET THREADS [FOLDER]`, or on disk
/// `from-disk FILE PRESET THREADS`.
///
/// A document is its title and its text. Only the counting is timed. With FOLDER the counts are written
/// there, to be compared: `terms.json`, and the arrays of the matrix as little-endian integers.
pub(crate) fn run(args: &[String]) -> Figures {
    let is_on_disk = args.first().is_some_and(|first| first == "from-disk");
    let [path, preset, threads, folder @ ..] = &args[usize::from(is_on_disk)..] else {
        return Err("usage: text [from-disk] FILE sklearn|readable THREADS [FOLDER]".to_owned());
    };
    let config = match preset.as_str() {
        "sklearn" => CountConfig::sklearn(),
        "readable" => CountConfig::readable(),
        _ => return Err(format!("the preset is sklearn or readable, got {preset:?}")),
    };
    let threads: NonZeroUsize = threads.parse().map_err(|error| format!("{threads:?}: {error}"))?;
    let run = Run::with_threads(threads).map_err(|error| error.to_string())?;
    if is_on_disk {
        return from_disk(Path::new(path), &config, &run)
            .map_err(|error| format!("{path}: {error}"));
    }
    let texts = read_texts(Path::new(path)).map_err(|error| format!("{path}: {error}"))?;
    let n_bytes: usize = texts.iter().map(String::len).sum();
    let started = Instant::now();
    let counts = text::count(&texts, &config, &run).map_err(|error| error.to_string())?;
    let seconds = started.elapsed().as_secs_f64();
    if let [folder] = folder {
        write_counts(&counts, Path::new(folder)).map_err(|error| format!("{folder}: {error}"))?;
    }
    Ok(json!({
        "seconds": seconds,
        "documents": texts.len(),
        "terms": counts.vocabulary.len(),
        "entries": counts.matrix.nnz(),
        "megabytes_per_second": n_bytes as f64 / 1e6 / seconds,
    }))
}

/// Reads a file of JSON lines and counts it, all of which is timed: neither the texts nor the counts are
/// in memory as a whole. In the end every row of the matrix was made once.
fn from_disk(
    path: &Path,
    config: &CountConfig,
    run: &Run,
) -> Result<serde_json::Value, Box<dyn std::error::Error>> {
    let n_bytes = std::fs::metadata(path)?.len();
    let started = Instant::now();
    let counter = Counter::new(config)?;
    let none = SpilledShards::new(run)?;
    let place = none.place();
    let count = |batches: Vec<Result<corpus::Batch, corpus::Error>>| {
        let batches = batches.into_iter().collect::<Result<Vec<_>, _>>()?;
        let documents = batches.iter().flat_map(|batch| &batch.documents);
        let texts = documents.map(|document| {
            let fields = [&document.title, &document.text].map(|text| Field { text, weight: 1 });
            Text { fields: fields.into(), language: None, others: Vec::new() }
        });
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(place.put(counter.count_shard(texts)?)?)
    };
    let mut batches = corpus::read(path, &ReadConfig::default())?.on(run);
    // Abstracts are short: the words of a few batches are hardly more than those of one.
    let shards = std::iter::from_fn(|| {
        let some: Vec<_> = batches.by_ref().take(SHARD_BATCHES).collect();
        (!some.is_empty()).then_some(some)
    });
    let shards = run.fold(shards, count, none, |mut shards, shard| {
        let shard = shard.map_err(|error| error as Box<dyn std::error::Error>)?;
        let n_docs = shard.n_docs();
        shards.push(shard, std::iter::repeat_n(None, n_docs))?;
        Ok::<_, Box<dyn std::error::Error>>(shards)
    })?;
    let merged = counter.merge_spilled(&shards, run)?;
    let mut n_entries = 0;
    merged.each_run(run, |counts| {
        n_entries += counts.nnz();
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let seconds = started.elapsed().as_secs_f64();
    let rate = n_bytes as f64 / 1e6 / seconds;
    Ok(json!({
        "seconds": seconds,
        "documents": shards.n_docs(),
        "terms": merged.vocabulary().len(),
        "entries": n_entries,
        "spilled_bytes": shards.bytes(),
        "megabytes_per_second": rate,
        "megabytes_per_second_a_core": rate / run.threads() as f64,
    }))
}

fn read_texts(path: &Path) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut texts = Vec::new();
    for line in BufReader::with_capacity(1 << 20, File::open(path)?).lines() {
        let document: serde_json::Value = serde_json::from_str(&line?)?;
        let field = |name: &str| document[name].as_str().unwrap_or_default();
        texts.push(format!("{}\n{}", field("title"), field("text")));
    }
    Ok(texts)
}

fn write_counts(counts: &Counts, folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all(folder)?;
    let terms = counts.vocabulary.terms().to_vec();
    serde_json::to_writer(File::create(folder.join("terms.json"))?, &terms)?;
    let matrix = &counts.matrix;
    let ends: Vec<u32> = matrix.proper_indptr().iter().map(|&end| end as u32).collect();
    for (name, numbers) in
        [("indptr", ends.as_slice()), ("indices", matrix.indices()), ("data", matrix.data())]
    {
        let mut file = BufWriter::new(File::create(folder.join(format!("{name}.u32")))?);
        for number in numbers {
            file.write_all(&number.to_le_bytes())?;
        }
        file.flush()?;
    }
    Ok(())
}
