//! From the URL of a list to the documents of its talks.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use corpus::{Document, Skipped};
use jobs::{FileStore, Run};
use tokio::task::JoinSet;
use url::Url;

use crate::address::{Credentials, is_same_site, is_web, redact, without_credentials};
use crate::cache::PageCache;
use crate::extract::{self, Row};
use crate::fetch::{Failure, Fetcher, Kind};
use crate::http::Http;
use crate::{CrawlConfig, Error, Problem, Recipe};

/// What a crawl brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Crawl {
    /// The talks, in the order of the lists.
    pub documents: Vec<Document>,
    /// The talks that could not be had, in the same order, and list pages without a talk.
    pub skipped: Vec<Skipped>,
    /// How many talks the lists hold, skipped ones included.
    pub found: usize,
    /// How many requests were sent, with those for robots.txt, redirects and repetitions.
    pub requests: usize,
    /// How many pages the network brought.
    pub fetched: usize,
    /// How many pages came from the cache, confirmed by the server or not.
    pub from_cache: usize,
}

/// Reads the lists of talks at `start` and the page of each talk, by a recipe. What is given here
/// goes in the place of the recipe's own [start pages](Recipe::start); give those to start where
/// the recipe does.
///
/// Only pages of the first start page's host (with `www.` or without) are read, and only where
/// its robots.txt allows; its user name and password are sent to that host alone and appear in
/// nothing that comes back. Pages are kept in `store`, each as soon as it has come, so that an
/// interrupted crawl goes on where it stopped. Every page is one step of `run`'s progress.
///
/// The documents are in the order of the lists, whatever the order in which pages come; a URL
/// that is listed twice is one talk. Their ids are the paths of their URLs.
///
/// Cost: dominated by politeness, one request a second to a public host. Memory: a page for
/// each thread, and the documents.
///
/// # Errors
/// An [`Error`] of the start page, the recipe or the store. A talk that cannot be had stops
/// nothing: it is [`Skipped`].
///
/// # Panics
/// When it is called inside an asynchronous runtime: it has its own.
pub fn crawl(
    start: &[Url],
    recipe: &Recipe,
    config: &CrawlConfig,
    store: &FileStore,
    run: &Run,
) -> Result<Crawl, Error> {
    let Some(first) = start.first() else {
        return Err(Error::NoStart { recipe: recipe.name().to_owned() });
    };
    if let Some(url) = start.iter().find(|url| !is_web(url)) {
        return Err(Error::Scheme { url: redact(url), scheme: url.scheme().to_owned() });
    }
    let home = without_credentials(first);
    let fetcher = Arc::new(Fetcher::new(
        Http::new(config.clone(), Credentials::of(first)),
        PageCache::new(store.clone(), run.clone()),
        config.clone(),
        run.clone(),
        home.clone(),
    ));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| Error::Runtime { source })?;
    let mut listed = runtime.block_on(read_lists(start, recipe, &fetcher, run))?;
    let rows = std::mem::take(&mut listed.rows);
    let max_pages = recipe.max_pages.map_or(config.max_pages, |own| own.min(config.max_pages));
    let talks = Talks {
        outcomes: Mutex::new(rows.iter().map(|_| None).collect()),
        urls: rows.iter().map(|row| row.url.clone()).collect(),
        next: AtomicUsize::new(0),
        max_pages,
        home: home.clone(),
    };
    let outcomes = runtime.block_on(read_talks(talks, &fetcher, config.per_host, run))?;
    // The runtime and its connections are not needed for what follows.
    drop(runtime);

    let found = rows.len();
    let (documents, skipped) = extract_talks(rows, outcomes, recipe, &fetcher, run)?;
    Ok(Crawl {
        documents,
        skipped: [listed.skipped, skipped].concat(),
        found,
        requests: fetcher.n_requests(),
        fetched: fetcher.n_fetched(),
        from_cache: fetcher.n_from_cache(),
    })
}

/// The talks of all lists.
struct Listed {
    rows: Vec<Row>,
    skipped: Vec<Skipped>,
}

/// Reads the start pages one after the other.
async fn read_lists(
    lists: &[Url],
    recipe: &Recipe,
    fetcher: &Fetcher,
    run: &Run,
) -> Result<Listed, Error> {
    let mut listed = Listed { rows: Vec::new(), skipped: Vec::new() };
    let mut seen = HashSet::new();
    for url in lists {
        let shown = redact(url);
        let page = fetcher.page(url, Kind::List).await;
        run.progress().advanced(1);
        let list = match page {
            Ok(entry) => extract::list(&entry, recipe).ok_or(Problem::Vanished),
            Err(Failure::Page(problem)) => Err(problem),
            Err(Failure::Fatal(error)) => return Err(error),
        };
        let list = list.map_err(|problem| Error::Start { url: shown.clone(), problem })?;
        if list.rows.is_empty() {
            let (key, field) = if list.n_items == 0 {
                ("list.item", &recipe.item)
            } else {
                ("list.link", &recipe.link)
            };
            let selector = field.as_str().to_owned();
            let recipe = recipe.name().to_owned();
            let error = Error::NoItems { recipe, url: shown.clone(), key, selector };
            if lists.len() == 1 {
                return Err(error);
            }
            listed.skipped.push(Skipped { location: shown, reason: error.to_string() });
            if listed.skipped.len() == lists.len() {
                return Err(error);
            }
        }
        listed.rows.extend(list.rows.into_iter().filter(|row| seen.insert(row.url.clone())));
    }
    Ok(listed)
}

/// The URL where the redirects of a talk's page ended, or why it cannot be had.
type Outcome = Result<String, Problem>;

/// The work of the readers: they take the next URL each time.
struct Talks {
    urls: Vec<Url>,
    next: AtomicUsize,
    outcomes: Mutex<Vec<Option<Outcome>>>,
    max_pages: usize,
    home: Url,
}

/// Brings the pages of the talks into the cache, `n_readers` at once.
async fn read_talks(
    talks: Talks,
    fetcher: &Arc<Fetcher>,
    n_readers: usize,
    run: &Run,
) -> Result<Vec<Outcome>, Error> {
    let talks = Arc::new(talks);
    let mut readers = JoinSet::new();
    for _ in 0..n_readers.max(1) {
        readers.spawn(read_some(Arc::clone(&talks), Arc::clone(fetcher), run.clone()));
    }
    while let Some(finished) = readers.join_next().await {
        match finished {
            Ok(result) => result?,
            Err(error) => {
                return Err(jobs::Error::Panicked { message: error.to_string() }.into());
            }
        }
    }
    let mut outcomes = talks.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
    let outcomes = std::mem::take(&mut *outcomes).into_iter();
    Ok(outcomes.map(|outcome| outcome.expect("the readers took every URL")).collect())
}

async fn read_some(talks: Arc<Talks>, fetcher: Arc<Fetcher>, run: Run) -> Result<(), Error> {
    loop {
        let at = talks.next.fetch_add(1, Ordering::Relaxed);
        let Some(url) = talks.urls.get(at) else { return Ok(()) };
        let outcome = if !is_same_site(url, &talks.home) {
            Err(Problem::Elsewhere { to: redact(url) })
        } else if at >= talks.max_pages {
            Err(Problem::PageLimit { max: talks.max_pages })
        } else {
            match fetcher.page(url, Kind::Talk).await {
                Ok(entry) => Ok(entry.final_url),
                Err(Failure::Page(problem)) => Err(problem),
                Err(Failure::Fatal(error)) => return Err(error),
            }
        };
        run.progress().advanced(1);
        talks.outcomes.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(outcome);
    }
}

/// Parses the pages in the cache, on all threads.
fn extract_talks(
    rows: Vec<Row>,
    outcomes: Vec<Outcome>,
    recipe: &Recipe,
    fetcher: &Fetcher,
    run: &Run,
) -> Result<(Vec<Document>, Vec<Skipped>), Error> {
    let mut seen = HashSet::new();
    let mut talks = Vec::new();
    for (row, outcome) in rows.into_iter().zip(outcomes) {
        match outcome {
            // Two URLs that end at one page are one talk.
            Ok(final_url) if seen.contains(&final_url) => {}
            Ok(final_url) => {
                seen.insert(final_url);
                talks.push((row, None));
            }
            Err(problem) => talks.push((row, Some(problem))),
        }
    }
    let results = run.map(talks, |(row, problem)| match problem {
        Some(problem) => Ok(Err(skipped(&row, &problem))),
        None => match fetcher.cached(&row.url) {
            Ok(entry) => Ok(extract::talk(&entry, &row, recipe)
                .ok_or_else(|| skipped(&row, &Problem::Vanished))),
            Err(Failure::Page(problem)) => Ok(Err(skipped(&row, &problem))),
            Err(Failure::Fatal(error)) => Err(error),
        },
    })?;
    let mut documents: Vec<Document> = Vec::new();
    let mut all_skipped = Vec::new();
    let mut ids = HashSet::new();
    for result in results {
        match result? {
            Ok(mut document) => {
                if !ids.insert(document.id.clone())
                    && let Some(url) = &document.url
                {
                    // The same path on the host's twin.
                    document.id.clone_from(url);
                    ids.insert(document.id.clone());
                }
                documents.push(document);
            }
            Err(skipped) => all_skipped.push(skipped),
        }
    }
    Ok((documents, all_skipped))
}

fn skipped(row: &Row, problem: &Problem) -> Skipped {
    Skipped { location: redact(&row.url), reason: problem.to_string() }
}
