//! `learn nmf FILE N_TOPICS THREADS ERROR`: seconds to a given relative error, and of a whole fit and of
//! placing documents. `learn words FILE N_TOPICS`: the words of the topics of counts, and the main
//! topic of every row.
//!
//! FILE, little-endian: rows, columns and non-zeros as u64; row pointers as u64; columns as u32; values
//! as f32 (`bench/learn.py` writes it).

use std::time::Instant;

use ::learn::{NmfConfig, Occurrence, TfIdfConfig, WordsConfig};
use jobs::Run;
use serde_json::json;
use sprs::CsMatI;

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
        _ => {
            Err("usage: learn nmf FILE N_TOPICS THREADS ERROR | learn words FILE N_TOPICS"
                .to_owned())
        }
    }
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
    let indices = indices.as_chunks().0.iter().map(|&bytes| u32::from_le_bytes(bytes)).collect();
    let data = data.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    CsMatI::try_new((rows, columns), u64s(indptr), indices, data).ok()
}

fn u64s(bytes: &[u8]) -> Vec<usize> {
    bytes.as_chunks().0.iter().map(|&bytes| u64::from_le_bytes(bytes) as usize).collect()
}
