//! Counting the words of a corpus.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use jobs::Run;
use serde_json::json;
use text::{CountConfig, Counter, Counts};

use crate::{Figures, shards};

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
    let shards = shards::counted(path, &counter, run)?;
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
