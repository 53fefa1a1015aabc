//! `learn nmf FILE N_TOPICS THREADS ERROR`: seconds to a given relative error, and of a whole fit and of
//! placing documents.
//!
//! FILE, little-endian: rows, columns and non-zeros as u64; row pointers as u64; columns as u32; values
//! as f32 (`bench/learn.py` writes it).

use std::time::Instant;

use ::learn::NmfConfig;
use jobs::Run;
use serde_json::json;
use sprs::CsMatI;

use crate::Figures;

/// Runs the bench.
pub(crate) fn run(args: &[String]) -> Figures {
    let [kind, file, n_topics, threads, error] = args else {
        return Err("usage: learn nmf FILE N_TOPICS THREADS ERROR".to_owned());
    };
    if kind != "nmf" {
        return Err(format!("there is no bench {kind:?} of learn; there is nmf"));
    }
    let bytes = std::fs::read(file).map_err(|error| format!("{file}: {error}"))?;
    let x = read(&bytes).ok_or_else(|| format!("{file}: not a matrix"))?;
    let parsed = (n_topics.parse(), threads.parse(), error.parse::<f64>());
    let (Ok(n_topics), Ok(threads), Ok(goal)) = parsed else {
        return Err("N_TOPICS, THREADS and ERROR are numbers".to_owned());
    };
    let run = Run::with_threads(threads).map_err(|error| error.to_string())?;
    nmf(&x, NmfConfig::new(n_topics), goal, &run).map_err(|error| error.to_string())
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
