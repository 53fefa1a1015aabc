//! `learn nmf FILE N_TOPICS THREADS ERROR`: seconds to a given relative error, and of a whole fit and of
//! placing documents. `learn words FILE N_TOPICS`: the words of the topics of counts, and the main
//! topic of every row. `learn whole FILE N_TOPICS THREADS`: a fit in memory; `learn spilled FILE N_TOPICS
//! THREADS MEMORY`: one of the same matrix on disk, in so many bytes of memory. `learn texts JSONL N_TOPICS
//! THREADS MEMORY`: from texts on disk to topics.
//!
//! FILE, little-endian: rows, columns and non-zeros as u64; row pointers as u64; columns as u32; values
//! as f32 (`bench/learn.py` writes it).

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Instant;

use ::learn::{
    MatrixSpill, NmfConfig, Occurrence, SpilledMatrix, TfIdfConfig, Weighing, WordsConfig,
};
use jobs::Run;
use serde_json::json;
use sprs::CsMatI;
use text::{CountConfig, Counter, DocFreq, SpilledShards};

use crate::Figures;

/// Runs the bench.
pub(crate) fn run(args: &[String]) -> Figures {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["nmf", file, n_topics, threads, error] => {
            let x = matrix(file)?;
            let run = Run::with_threads(number(threads)?).map_err(|error| error.to_string())?;
            let config = NmfConfig::new(number(n_topics)?);
            nmf(&x, config, number(error)?, &run).map_err(|error| error.to_string())
        }
        ["words", file, n_topics] => {
            words(&matrix(file)?, number(n_topics)?).map_err(|error| error.to_string())
        }
        ["whole", file, n_topics, threads] => {
            let x = matrix(file)?;
            let run = Run::with_threads(number(threads)?).map_err(|error| error.to_string())?;
            let begin = Instant::now();
            let fit = NmfConfig::new(number(n_topics)?).fit(x.view(), &run);
            let loss = fit.map_err(|error| error.to_string())?.loss;
            let seconds = begin.elapsed().as_secs_f64();
            Ok(json!({ "seconds": seconds, "loss": loss.relative, "iterations": loss.iterations }))
        }
        ["spilled", file, n_topics, threads, memory] => {
            let run = bounded(threads, memory)?;
            spilled(file, number(n_topics)?, &run).map_err(|error| error.to_string())
        }
        ["texts", file, n_topics, threads, memory] => {
            let run = bounded(threads, memory)?;
            texts(Path::new(file), number(n_topics)?, &run).map_err(|error| error.to_string())
        }
        _ => Err("usage: learn nmf FILE N_TOPICS THREADS ERROR | learn words FILE N_TOPICS | \
                  learn whole FILE N_TOPICS THREADS | learn spilled FILE N_TOPICS THREADS MEMORY | \
                  learn texts JSONL N_TOPICS THREADS MEMORY"
            .to_owned()),
    }
}

/// A run with so many threads and so much memory. What it spills lies in the folder of temporary files.
fn bounded(threads: &str, memory: &str) -> Result<Run, String> {
    let run = Run::with_threads(number(threads)?).map_err(|error| error.to_string())?;
    Ok(run.with_memory(number(memory)?))
}

type Outcome = Result<serde_json::Value, Box<dyn std::error::Error>>;

/// Only the fit is timed.
fn spilled(file: &str, n_topics: usize, run: &Run) -> Outcome {
    let x = spilled_matrix(file, run)?;
    let begin = Instant::now();
    let fit = NmfConfig::new(n_topics).fit_spilled(&x, run)?;
    Ok(json!({
        "seconds": begin.elapsed().as_secs_f64(),
        "loss": fit.loss.relative,
        "parts": x.n_parts(),
        "bytes": x.bytes(),
    }))
}

/// Rows that are read at once.
const ROWS_AT_ONCE: usize = 1 << 12;

/// The matrix in `file`, read a few rows at a time.
fn spilled_matrix(file: &str, run: &Run) -> Result<SpilledMatrix<f32>, Box<dyn std::error::Error>> {
    let mut opened = File::open(file)?;
    let mut read = |start: usize, n_bytes: usize| -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; n_bytes];
        opened.seek(SeekFrom::Start(start as u64))?;
        opened.read_exact(&mut bytes)?;
        Ok(bytes)
    };
    let [rows, columns, nnz] = u64s(&read(0, 24)?)[..] else { return Err("no header".into()) };
    let indices_start = 24 + 8 * (rows + 1);
    let data_start = indices_start + 4 * nnz;
    let mut spill = MatrixSpill::new(columns, run)?;
    for start in (0..rows).step_by(ROWS_AT_ONCE) {
        let end = rows.min(start + ROWS_AT_ONCE);
        let ends = u64s(&read(24 + 8 * start, 8 * (end - start + 1))?);
        let (first, n) = (ends[0], ends[end - start] - ends[0]);
        let indices = read(indices_start + 4 * first, 4 * n)?;
        let data = read(data_start + 4 * first, 4 * n)?;
        let indptr = ends.iter().map(|end| end - first).collect();
        let rows = CsMatI::new((end - start, columns), indptr, u32s(&indices), f32s(&data));
        spill.push(rows.view())?;
    }
    Ok(spill.finish()?)
}

/// From titles and texts on disk over sublinear TF-IDF to topics, in bounded memory: scikit-learn's tokens,
/// in three documents or more and in no more than half of them.
fn texts(path: &Path, n_topics: usize, run: &Run) -> Outcome {
    let begin = Instant::now();
    let config = CountConfig {
        min_df: DocFreq::Count(3),
        max_df: DocFreq::Share(0.5),
        ..CountConfig::sklearn()
    };
    let counter = Counter::new(&config)?;
    let reader = corpus::read(path, &corpus::ReadConfig::default())?.on(run);
    let count = |batch: Result<corpus::Batch, corpus::Error>| {
        let documents = batch.map_err(|error| error.to_string())?.documents;
        let texts: Vec<String> = documents
            .iter()
            .map(|document| format!("{}\n{}", document.title, document.text))
            .collect();
        let counts = counter.count_shard(&texts).map_err(|error| error.to_string())?;
        Ok::<_, String>(counts)
    };
    let mut shards = SpilledShards::new(run)?;
    run.fold(reader, count, (), |(), counted| -> Result<(), Box<dyn std::error::Error>> {
        let counts = counted?;
        let languages = vec![None; counts.n_docs()];
        Ok(shards.push(&counts, languages)?)
    })?;
    let count_seconds = begin.elapsed().as_secs_f64();
    let merged = counter.merge_spilled(&shards, run)?;
    let mut spill = MatrixSpill::new(merged.vocabulary().len(), run)?;
    merged.each_run(run, |counts| -> Result<(), Box<dyn std::error::Error>> {
        Ok(spill.push(counts.view())?)
    })?;
    drop(merged);
    let n_docs = shards.n_docs();
    drop(shards);
    let counts = spill.finish()?;
    let weighing = Weighing::TfIdf(TfIdfConfig::sublinear().fit_spilled::<f32>(&counts)?);
    let x = weighing.transform_spilled(&counts, run)?;
    drop(counts);
    let weigh_seconds = begin.elapsed().as_secs_f64();
    let fit = NmfConfig::new(n_topics).fit_spilled(&x, run)?;
    Ok(json!({
        "seconds": begin.elapsed().as_secs_f64(),
        "read_and_counted_seconds": count_seconds,
        "weighed_seconds": weigh_seconds,
        "documents": n_docs,
        "terms": x.shape().1,
        "loss": fit.loss.relative,
    }))
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text:?} is no number here"))
}

fn matrix(file: &str) -> Result<CsMatI<f32, u32, usize>, String> {
    let bytes = std::fs::read(file).map_err(|error| format!("{file}: {error}"))?;
    read(&bytes).ok_or_else(|| format!("{file}: not a matrix"))
}

/// What the pipeline makes of counts: weights, topics, words.
fn words(
    counts: &CsMatI<f32, u32, usize>,
    n_topics: usize,
) -> Result<serde_json::Value, ::learn::Error> {
    let run = Run::serial();
    let x = TfIdfConfig::sublinear().fit::<f32, _>(counts.view()).transform(counts.view());
    let config = NmfConfig { k_means: 8, ..NmfConfig::new(n_topics) };
    let fit = config.fit(x.view(), &run)?;
    let occurrence = Occurrence::of(x.view());
    let words = WordsConfig::default().choose(fit.nmf.components(), &occurrence, &run)?;
    let heaviest: Vec<Vec<usize>> = fit
        .nmf
        .components()
        .rows()
        .into_iter()
        .map(|row| {
            let mut terms: Vec<usize> = (0..row.len()).collect();
            terms.sort_by(|&a, &b| row[b].total_cmp(&row[a]).then(a.cmp(&b)));
            terms.truncate(30);
            terms
        })
        .collect();
    let main: Vec<usize> = fit
        .doc_topics
        .rows()
        .into_iter()
        .map(|row| (0..row.len()).fold(0, |best, at| if row[at] > row[best] { at } else { best }))
        .collect();
    Ok(json!({ "words": words, "heaviest": heaviest, "main": main, "loss": fit.loss.relative }))
}

fn nmf(
    x: &CsMatI<f32, u32, usize>,
    config: NmfConfig,
    goal: f64,
    run: &Run,
) -> Result<serde_json::Value, ::learn::Error> {
    let begin = Instant::now();
    let mut reached = f64::INFINITY;
    let mut watch = |_: usize, error: f64| {
        reached = error;
        error > goal
    };
    let factors = config.factorise(x.view(), None, &mut watch, run)?;
    let seconds = begin.elapsed().as_secs_f64();
    let begin = Instant::now();
    let fit = config.fit(x.view(), run)?;
    let fit_seconds = begin.elapsed().as_secs_f64();
    let begin = Instant::now();
    fit.nmf.transform(x.view(), run)?;
    let rows_per_second = x.rows() as f64 / begin.elapsed().as_secs_f64();
    Ok(json!({
        "seconds": seconds,
        "iterations": factors.iterations,
        "loss": reached,
        "reached": reached <= goal,
        "fit_seconds": fit_seconds,
        "fit_iterations": fit.loss.iterations,
        "fit_loss": fit.loss.relative,
        "transform_rows_per_second": rows_per_second,
    }))
}

fn read(bytes: &[u8]) -> Option<CsMatI<f32, u32, usize>> {
    let (header, rest) = bytes.split_at_checked(24)?;
    let [rows, columns, nnz] = u64s(header)[..] else { return None };
    let (indptr, rest) = rest.split_at_checked(8 * (rows + 1))?;
    let (indices, data) = rest.split_at_checked(4 * nnz)?;
    CsMatI::try_new((rows, columns), u64s(indptr), u32s(indices), f32s(data)).ok()
}

fn u32s(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks().0.iter().map(|&bytes| u32::from_le_bytes(bytes)).collect()
}

fn f32s(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

fn u64s(bytes: &[u8]) -> Vec<usize> {
    bytes.as_chunks().0.iter().map(|&bytes| u64::from_le_bytes(bytes) as usize).collect()
}
