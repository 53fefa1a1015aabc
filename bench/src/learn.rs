//! `learn nmf FILE N_TOPICS THREADS ERROR`: seconds to a given relative error, and of a whole fit and of
//! placing documents. `learn words FILE N_TOPICS`: the words of the topics of counts, and the main
//! topic of every row. `learn whole FILE N_TOPICS THREADS`: a fit in memory; `learn spilled FILE N_TOPICS
//! THREADS MEMORY`: one of the same matrix on disk, in so many bytes of memory. `learn texts JSONL N_TOPICS
//! THREADS`: from texts on disk to topics.
//!
//! FILE, little-endian: rows, columns and non-zeros as u64; row pointers as u64; columns as u32; values
//! as f32 (`bench/learn.py` writes it).

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Instant;

use ::learn::{
    DocWeight, MatrixSpill, Nmf, NmfConfig, Occurrence, OnlineNmf, SpilledMatrix, TfIdf,
    TfIdfConfig, WordsConfig, some_rows,
};
use jobs::Run;
use ndarray::{Array2, ArrayView1};
use serde_json::json;
use sprs::{CsMatI, CsMatViewI};
use text::{CountConfig, Counter, DocFreq, MergedShards};

use crate::{Figures, shards};

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
        ["texts", file, n_topics, threads] => {
            let run = Run::with_threads(number(threads)?).map_err(|error| error.to_string())?;
            texts(Path::new(file), number(n_topics)?, &run).map_err(|error| error.to_string())
        }
        _ => Err("usage: learn nmf FILE N_TOPICS THREADS ERROR | learn words FILE N_TOPICS | \
                  learn whole FILE N_TOPICS THREADS | learn spilled FILE N_TOPICS THREADS MEMORY | \
                  learn texts JSONL N_TOPICS THREADS"
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

/// From titles and texts on disk over sublinear TF-IDF to topics that are learned in one pass: scikit-learn's
/// tokens, in three documents or more and in no more than half of them. The matrix is never there whole.
fn texts(path: &Path, n_topics: usize, run: &Run) -> Outcome {
    let begin = Instant::now();
    let config = CountConfig {
        min_df: DocFreq::Count(3),
        max_df: DocFreq::Share(0.5),
        ..CountConfig::sklearn()
    };
    let counter = Counter::new(&config)?;
    let shards = shards::counted(path, &counter, run)?;
    let n_docs = shards.n_docs();
    let count_seconds = begin.elapsed().as_secs_f64();
    let merged = counter.merge_spilled(&shards, run)?;
    // What it would count the next shard in, and the words of all.
    drop((counter, shards));
    let merge_seconds = begin.elapsed().as_secs_f64();
    let weights = sublinear(merged.doc_freqs(), n_docs);
    let mut online = OnlineNmf::new(NmfConfig::new(n_topics), FORGETTING)?;
    each_batch((&merged, &weights), run, |x| Ok(online.partial_fit(x, run)?))?;
    let nmf = online.finish(run)?;
    let seconds = begin.elapsed().as_secs_f64();
    drop(online);
    let mut first = 0_usize;
    let mut judged = Judged::new(&nmf);
    merged.each_run(run, |counts| {
        let rows = (first.next_multiple_of(EVERY)..first + counts.rows()).step_by(EVERY);
        let weighed = weights.transform(counts.view());
        judged.add(some_rows(weighed.view(), rows.map(|row| row - first)).view(), run)?;
        first += counts.rows();
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let loss = judged.relative_error();
    Ok(json!({
        "seconds": seconds,
        "read_and_counted_seconds": count_seconds,
        "merged_seconds": merge_seconds,
        "documents": n_docs,
        "terms": merged.vocabulary().len(),
        "loss": loss,
    }))
}

/// Documents that are learned from at once, at least, but the last ones; fewer that have so many entries.
const BATCH_DOCS: usize = 10_000;
const BATCH_ENTRIES: usize = 500_000;
/// How fast earlier batches are forgotten: the first ones were placed in topics of few documents.
const FORGETTING: f64 = 2.0;
/// The share of the documents by which topics are judged.
const EVERY: usize = 10;

/// The weights of scikit-learn's `TfidfVectorizer(sublinear_tf=True)`.
fn sublinear(doc_freqs: &[u32], n_docs: usize) -> TfIdf<f32> {
    let idf = |&df: &u32| (((1 + n_docs) as f64 / f64::from(1 + df)).ln() + 1.0) as f32;
    TfIdf::from_parts(TfIdfConfig::sublinear(), doc_freqs.iter().map(idf).collect(), 0.0)
}

/// Calls `each` with the weights of some thousand documents at a time.
fn each_batch(
    (merged, weights): (&MergedShards<'_>, &TfIdf<f32>),
    run: &Run,
    mut each: impl FnMut(CsMatViewI<'_, f32, u32, usize>) -> Result<(), Box<dyn std::error::Error>>,
) -> Result<(), Box<dyn std::error::Error>> {
    // The weights of documents one after the other, in memory that all batches take turns in.
    let (mut ends, mut terms, mut values) = (vec![0], Vec::new(), Vec::new());
    let mut give = |ends: &[usize], terms: &[u32], values: &[f32]| {
        let shape = (ends.len() - 1, merged.vocabulary().len());
        each(CsMatViewI::new(shape, ends, terms, values))
    };
    let weighed = |counts: CsMatI<u32, u32, usize>| {
        let values = weights.values(counts.view(), run)?;
        let (ends, terms, _) = counts.into_raw_storage();
        Ok::<_, ::learn::Error>((ends, terms, values))
    };
    merged.each_made(run, weighed, |made| -> Result<(), Box<dyn std::error::Error>> {
        let (more_ends, more_terms, more_values) = made?;
        let n_before = terms.len();
        ends.extend(more_ends.iter().skip(1).map(|end| n_before + end));
        terms.extend_from_slice(&more_terms);
        values.extend_from_slice(&more_values);
        if ends.len() > BATCH_DOCS || terms.len() >= BATCH_ENTRIES {
            give(&ends, &terms, &values)?;
            ends.truncate(1);
            terms.clear();
            values.clear();
        }
        Ok(())
    })?;
    if ends.len() == 1 { Ok(()) } else { give(&ends, &terms, &values) }
}

/// How far documents are from what their exact weights make of the topics.
struct Judged<'a> {
    nmf: &'a Nmf<f32>,
    /// Of the topics.
    gram: Array2<f64>,
    square: f64,
    residual: f64,
}

impl<'a> Judged<'a> {
    fn new(nmf: &'a Nmf<f32>) -> Self {
        let h = nmf.components();
        let product = |(a, b)| dot(h.row(a), h.row(b));
        let gram = Array2::from_shape_fn((h.nrows(), h.nrows()), product);
        Self { nmf, gram, square: 0.0, residual: 0.0 }
    }

    fn add(&mut self, x: CsMatViewI<'_, f32, u32, usize>, run: &Run) -> Result<(), ::learn::Error> {
        let w = self.nmf.transform(x, run)?;
        let h = self.nmf.components();
        for (row, w) in x.outer_iterator().zip(w.rows()) {
            let length: f64 = row.data().iter().map(|&value| f64::from(value).powi(2)).sum();
            let cross: f64 =
                row.iter().map(|(term, &value)| f64::from(value) * dot(h.column(term), w)).sum();
            let w = w.mapv(f64::from);
            self.square += length;
            self.residual += length - 2.0 * cross + self.gram.dot(&w).dot(&w);
        }
        Ok(())
    }

    fn relative_error(&self) -> f64 {
        (self.residual.max(0.0) / self.square).sqrt()
    }
}

fn dot(a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
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
    let doc_weight = DocWeight::Information;
    let config = NmfConfig { doc_weight, k_means: 8, ..NmfConfig::new(n_topics) };
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
