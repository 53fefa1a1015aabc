//! Crawls a site by a recipe and prints its talks as JSON lines:
//!
//! `cargo run --release --example crawl -- europython-2016 CACHE [URL]`
//!
//! The recipe is the name of a built-in one or a file.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what it is for")]

use std::error::Error;
use std::path::Path;
use std::time::Instant;
use std::{env, fs, thread};

use crawl::{CrawlConfig, Recipe, crawl};
use jobs::{FileStore, Run};
use url::Url;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [recipe, cache, urls @ ..] = arguments.as_slice() else {
        return Err("usage: crawl RECIPE CACHE [URL]...".into());
    };
    let recipe = match Path::new(recipe).extension() {
        Some(_) => Recipe::parse(&fs::read_to_string(recipe)?)?,
        None => Recipe::builtin(recipe)?,
    };
    let given = urls.iter().map(|url| url.parse()).collect::<Result<Vec<Url>, _>>()?;
    let start = if given.is_empty() { recipe.start() } else { &given };
    let run = Run::with_threads(thread::available_parallelism()?)?;
    let store = FileStore::open(Path::new(cache))?;

    let started = Instant::now();
    let found = crawl(start, &recipe, &CrawlConfig::default(), &store, &run)?;
    let elapsed = started.elapsed();
    for document in &found.documents {
        println!("{}", serde_json::to_string(document)?);
    }
    for skipped in &found.skipped {
        eprintln!("skipped {}: {}", skipped.location, skipped.reason);
    }
    eprintln!(
        "{} of {} talks, {} requests, {} pages fetched, {} from the cache, {elapsed:?}",
        found.documents.len(),
        found.found,
        found.requests,
        found.fetched,
        found.from_cache
    );
    Ok(())
}
