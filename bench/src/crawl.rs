//! Crawling, reading pages, and reading JSON lines.

use std::fs;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use corpus::ReadConfig;
use corpus::html::Html;
use crawl::{CrawlConfig, Recipe};
use jobs::{FileStore, Run};
use serde_json::json;

use crate::Figures;

/// `fetch URL RECIPE CACHE`, `extract FOLDER` or `lines FILE THREADS`.
pub(crate) fn run(args: &[String]) -> Figures {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["fetch", url, recipe, cache] => fetch(url, Path::new(recipe), Path::new(cache)),
        ["extract", folder] => extract(Path::new(folder)),
        ["lines", file, threads] => lines(Path::new(file), threads),
        _ => {
            Err("usage: crawl fetch URL RECIPE CACHE | extract FOLDER | lines FILE THREADS"
                .to_owned())
        }
    }
}

/// Crawls a site on loopback as fast as it goes, and reads its documents. The time is that of the
/// whole crawl: requests, cache, parsing, extraction.
fn fetch(url: &str, recipe: &Path, cache: &Path) -> Figures {
    let text = fs::read_to_string(recipe).map_err(|error| error.to_string())?;
    let recipe = Recipe::parse(&text).map_err(|error| error.to_string())?;
    let start = url.parse().map_err(|error| format!("{url:?}: {error}"))?;
    let store = FileStore::open(cache).map_err(|error| error.to_string())?;
    let run = Run::with_threads(NonZeroUsize::new(2).expect("two")).map_err(|e| e.to_string())?;
    let config = CrawlConfig {
        delay: Duration::ZERO,
        per_host: 16,
        max_pages: 1_000_000,
        max_total_bytes: u64::MAX,
        ..CrawlConfig::default()
    };
    let started = Instant::now();
    let mut n_bytes = 0;
    // As the peer's, a document is gone when it has been looked at.
    let take = &mut |document: corpus::Document| {
        n_bytes += document.text.len();
        ControlFlow::Continue(())
    };
    let crawl = crawl::crawl_each((&[start][..], &recipe), &config, &store, &run, take);
    let crawl = crawl.map_err(|error| error.to_string())?;
    let seconds = started.elapsed().as_secs_f64();
    if !crawl.skipped.is_empty() {
        return Err(format!("{} pages were skipped: {:?}", crawl.skipped.len(), crawl.skipped[0]));
    }
    let n_pages = crawl.coverage.documents;
    Ok(json!({
        "seconds": seconds,
        "pages": n_pages,
        "text_bytes": n_bytes,
        "pages_per_second": n_pages as f64 / seconds,
    }))
}

/// Parses the pages of a folder and takes title and text of each, on one thread; the files are in
/// memory before.
fn extract(folder: &Path) -> Figures {
    let mut pages = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        pages.push(fs::read_to_string(&path).map_err(|error| error.to_string())?);
    }
    let started = Instant::now();
    let n_bytes: usize =
        pages.iter().map(|page| corpus::of_page(&Html::parse(page)).text.len()).sum();
    let seconds = started.elapsed().as_secs_f64();
    Ok(json!({
        "seconds": seconds,
        "pages": pages.len(),
        "text_bytes": n_bytes,
        "pages_per_second": pages.len() as f64 / seconds,
    }))
}

/// Reads a file of JSON lines batch by batch and drops each batch.
fn lines(file: &Path, threads: &str) -> Figures {
    let threads: NonZeroUsize = threads.parse().map_err(|error| format!("{threads:?}: {error}"))?;
    let run = Run::with_threads(threads).map_err(|error| error.to_string())?;
    let n_bytes = fs::metadata(file).map_err(|error| error.to_string())?.len();
    let started = Instant::now();
    let reader = corpus::read(file, &ReadConfig::default()).map_err(|error| error.to_string())?;
    let mut n_documents = 0;
    for batch in reader.on(&run) {
        n_documents += batch.map_err(|error| error.to_string())?.documents.len();
    }
    let seconds = started.elapsed().as_secs_f64();
    Ok(json!({
        "seconds": seconds,
        "documents": n_documents,
        "megabytes_per_second": n_bytes as f64 / 1e6 / seconds,
    }))
}
