//! From the URL of a list to the documents of its talks.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use corpus::{Document, Skipped};
use jobs::{FileStore, Run};
use tokio::task::JoinSet;
use url::Url;

use crate::address::{is_same_domain, is_web, redact, without_credentials};
use crate::cache::PageCache;
use crate::extract::{self, Row};
use crate::fetch::{Failure, Fetcher, Kind};
use crate::http::Http;
use crate::{CrawlConfig, Error, Problem, Recipe};

/// What a crawl brought.
#[derive(Debug, Clone, Default, PartialEq)]
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
    /// How many of the documents have each part.
    pub coverage: Coverage,
    /// The recipe that was found in the pages, where none was given, as the text of its file.
    pub recipe: Option<String>,
    /// How sure it is that the right list was found, 0 to 1; 1 where a recipe was given.
    pub confidence: f64,
    /// What the site calls itself, where it says.
    pub title: Option<String>,
}

/// How many documents have a part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// All documents.
    pub documents: usize,
    /// Those with a title of their own.
    pub title: usize,
    /// Those with a text.
    pub text: usize,
    /// Those with a tag.
    pub tags: usize,
    /// Those with a speaker.
    pub speakers: usize,
    /// Those with a day or a start.
    pub date: usize,
    /// Those with a room.
    pub room: usize,
    /// Those with a track.
    pub track: usize,
    /// Those with a language.
    pub language: usize,
}

impl Coverage {
    /// Counts the parts of `documents`.
    #[must_use]
    pub fn of(documents: &[Document]) -> Self {
        let count = |has: &dyn Fn(&Document) -> bool| documents.iter().filter(|d| has(d)).count();
        Self {
            documents: documents.len(),
            title: count(&|d| d.title != d.id),
            text: count(&|d| !d.text.is_empty()),
            tags: count(&|d| !d.tags.is_empty()),
            speakers: count(&|d| !d.speakers.is_empty()),
            date: count(&|d| d.date.is_some() || d.start.is_some()),
            room: count(&|d| d.room.is_some()),
            track: count(&|d| d.track.is_some()),
            language: count(&|d| d.language.is_some()),
        }
    }

    /// Each part with the number of documents that have it.
    #[must_use]
    pub fn parts(&self) -> [(&'static str, usize); 8] {
        [
            ("title", self.title),
            ("text", self.text),
            ("tags", self.tags),
            ("speakers", self.speakers),
            ("date", self.date),
            ("room", self.room),
            ("track", self.track),
            ("language", self.language),
        ]
    }
}

/// Reads the lists of talks at `start` and the page of each talk, by a recipe. What is given here
/// goes in the place of the recipe's own [start pages](Recipe::start); give those to start where
/// the recipe does.
///
/// Only pages below the registered domain of the first start page are read (`talks.conf.example` for
/// `conf.example`), and only where the robots.txt of their host allows; its user name and password are sent to that host alone and appear in
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
    if start.is_empty() {
        return Err(Error::NoStart { recipe: recipe.name().to_owned() });
    }
    let session = Session::open(start, config, store, run)?;
    session.read(start, recipe)
}

/// The connections and the cache of one crawl.
pub(crate) struct Session<'a> {
    pub(crate) fetcher: Arc<Fetcher>,
    pub(crate) runtime: tokio::runtime::Runtime,
    pub(crate) home: Url,
    pub(crate) config: &'a CrawlConfig,
    pub(crate) run: &'a Run,
}

impl<'a> Session<'a> {
    /// For the pages of the host of the first of `start`.
    pub(crate) fn open(
        start: &[Url],
        config: &'a CrawlConfig,
        store: &FileStore,
        run: &'a Run,
    ) -> Result<Self, Error> {
        if let Some(url) = start.iter().find(|url| !is_web(url)) {
            return Err(Error::Scheme { url: redact(url), scheme: url.scheme().to_owned() });
        }
        let first = start.first().expect("the callers give at least one");
        let home = without_credentials(first);
        let fetcher = Arc::new(Fetcher::new(
            Http::new(config.clone(), first),
            PageCache::new(store.clone(), run.clone()),
            config.clone(),
            run.clone(),
            home.clone(),
        ));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|source| Error::Runtime { source })?;
        Ok(Self { fetcher, runtime, home, config, run })
    }

    /// The documents that `recipe` finds from `start` on.
    pub(crate) fn read(&self, start: &[Url], recipe: &Recipe) -> Result<Crawl, Error> {
        let mut listed =
            self.runtime.block_on(read_lists(start, recipe, &self.fetcher, self.run))?;
        let rows = std::mem::take(&mut listed.rows);
        if recipe.link.is_none() {
            return Ok(self.of_items(listed, rows, recipe));
        }
        let max_pages =
            recipe.max_pages.map_or(self.config.max_pages, |own| own.min(self.config.max_pages));
        let outcomes = self.fetch(rows.iter().map(|row| row.url.clone()).collect(), max_pages)?;
        let found = rows.len();
        let read = extract_talks(rows, outcomes, recipe, &self.fetcher, self.run)?;
        Ok(self.crawl_of(found, listed, read, recipe))
    }

    /// The crawl of talks that have no pages of their own.
    fn of_items(&self, listed: Listed, rows: Vec<Row>, recipe: &Recipe) -> Crawl {
        let found = rows.len();
        let read = rows.into_iter().filter_map(|row| row.inside).map(|document| Ok(*document));
        self.crawl_of(found, listed, distinct(read), recipe)
    }

    /// What a recipe found and read.
    fn crawl_of(
        &self,
        found: usize,
        listed: Listed,
        (documents, skipped): (Vec<Document>, Vec<Skipped>),
        recipe: &Recipe,
    ) -> Crawl {
        Crawl {
            coverage: Coverage::of(&documents),
            documents,
            skipped: [listed.skipped, skipped].concat(),
            found,
            requests: self.fetcher.n_requests(),
            fetched: self.fetcher.n_fetched(),
            from_cache: self.fetcher.n_from_cache(),
            recipe: None,
            confidence: 1.0,
            title: recipe.title().map(str::to_owned),
        }
    }

    /// Brings pages into the cache; where each one's redirects ended, or why it cannot be had.
    pub(crate) fn fetch(&self, urls: Vec<Url>, max_pages: usize) -> Result<Vec<Outcome>, Error> {
        let talks = Talks {
            outcomes: Mutex::new(urls.iter().map(|_| None).collect()),
            urls,
            next: AtomicUsize::new(0),
            max_pages,
            home: self.home.clone(),
        };
        let n_readers = self.config.per_host;
        self.runtime.block_on(read_talks(talks, &self.fetcher, n_readers, self.run))
    }
}

/// A list has no more pages than this.
pub(crate) const MAX_LISTS: usize = 100;

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
    let mut queue: VecDeque<Url> = lists.iter().cloned().collect();
    let mut known: HashSet<Url> = lists.iter().map(without_credentials).collect();
    let mut n_read = 0;
    while let Some(url) = queue.pop_front() {
        let url = &url;
        let shown = redact(url);
        n_read += 1;
        let is_given = n_read <= lists.len();
        // A sitemap may be a list.
        let is_data = url.path().to_ascii_lowercase().ends_with("xml");
        let kind = if is_data { Kind::ListOrData } else { Kind::List };
        let page = fetcher.page(url, kind).await;
        run.progress().advanced(1);
        let list = match page {
            Ok(entry) => {
                for next in extract::next_lists(&entry, recipe) {
                    if known.len() < MAX_LISTS && known.insert(next.clone()) {
                        queue.push_back(next);
                    }
                }
                extract::list(&entry, recipe).ok_or(Problem::Vanished)
            }
            Err(Failure::Page(problem)) => Err(problem),
            Err(Failure::Fatal(error)) => return Err(error),
        };
        let list = match list {
            Ok(list) => list,
            Err(problem) if n_read == 1 => return Err(Error::Start { url: shown, problem }),
            Err(problem) => {
                listed.skipped.push(Skipped { location: shown, reason: problem.to_string() });
                continue;
            }
        };
        if list.rows.is_empty() && is_given {
            let (key, field) = match &recipe.link {
                Some(link) if list.n_items > 0 => ("list.link", link),
                _ => ("list.item", &recipe.item),
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
        // Items without a name by which links lead to them all have the address of their page.
        let is_new = |row: &Row| row.inside.is_some() || seen.insert(row.url.clone());
        listed.rows.extend(list.rows.into_iter().filter(is_new));
    }
    Ok(listed)
}

/// The URL where the redirects of a talk's page ended, or why it cannot be had.
pub(crate) type Outcome = Result<String, Problem>;

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
        let outcome = if !is_same_domain(url, &talks.home) {
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

/// Shorter texts may well be those of several talks.
const MIN_DUPLICATE_BYTES: usize = 100;

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
            Ok(entry) => {
                Ok(extract::talk(&entry, &row, recipe).map_err(|problem| skipped(&row, &problem)))
            }
            Err(Failure::Page(problem)) => Ok(Err(skipped(&row, &problem))),
            Err(Failure::Fatal(error)) => Err(error),
        },
    })?;
    let results = results.into_iter().collect::<Result<Vec<_>, Error>>()?;
    Ok(distinct(results))
}

/// The documents without repetitions, and those that were left out.
fn distinct(
    results: impl IntoIterator<Item = Result<Document, Skipped>>,
) -> (Vec<Document>, Vec<Skipped>) {
    let mut documents: Vec<Document> = Vec::new();
    let mut all_skipped = Vec::new();
    let mut ids = HashSet::new();
    let mut contents: HashMap<(String, String), String> = HashMap::new();
    for result in results {
        match result {
            Ok(mut document) => {
                if document.text.len() >= MIN_DUPLICATE_BYTES {
                    let content = (document.title.clone(), document.text.clone());
                    let location = document.url.clone().unwrap_or_default();
                    if let Some(first) = contents.get(&content) {
                        let reason = format!("the same title and text as {first}");
                        all_skipped.push(Skipped { location, reason });
                        continue;
                    }
                    contents.insert(content, location);
                }
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
    (documents, all_skipped)
}

fn skipped(row: &Row, problem: &Problem) -> Skipped {
    Skipped { location: redact(&row.url), reason: problem.to_string() }
}
