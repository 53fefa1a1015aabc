//! From the URL of a list to the documents of its talks.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use corpus::{Document, Skipped};
use jobs::{Digest, FileStore, Run};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use url::Url;

use crate::address::{is_same_domain, is_web, redact, without_credentials};
use crate::cache::{Entry, PageCache};
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
        let urls = rows.iter().map(|row| row.url.clone()).collect();
        let outcomes = self.fetch(urls, max_pages, |at, entry| {
            let document = extract::talk(&entry, &rows[at], recipe);
            Talk { final_url: entry.final_url, document }
        })?;
        let read = distinct(talks(&rows, outcomes));
        Ok(self.crawl_of(rows.len(), listed, read, recipe))
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

    /// Brings pages into the cache, and gives each to `read` on the threads of the run as soon as
    /// it has come; what `read` made of it, or why it cannot be had, in the order of `urls`.
    pub(crate) fn fetch<T: Send>(
        &self,
        urls: Vec<Url>,
        max_pages: usize,
        read: impl Fn(usize, Entry) -> T + Sync,
    ) -> Result<Vec<Result<T, Problem>>, Error> {
        let mut slots: Vec<Option<Result<T, Problem>>> = urls.iter().map(|_| None).collect();
        let next = AtomicUsize::new(0);
        let talks = Arc::new(Talks { urls, next, max_pages, home: self.home.clone() });
        let n_readers = self.config.per_host.max(1);
        // Few pages wait to be read: the network does not run away from the memory.
        let (sender, mut receiver) = mpsc::channel(n_readers.max(MAX_BATCH));
        std::thread::scope(|scope| {
            let fetching = scope.spawn(|| {
                let talks = read_talks(&talks, &self.fetcher, n_readers, (sender, self.run));
                self.runtime.block_on(talks)
            });
            // What has come in the meantime is read together: to wake a thread for each page costs
            // as much as a small page.
            let arrived = std::iter::from_fn(|| {
                let mut batch = vec![receiver.blocking_recv()?];
                while batch.len() < MAX_BATCH
                    && let Ok(next) = receiver.try_recv()
                {
                    batch.push(next);
                }
                Some(batch)
            });
            let read = |(at, outcome): (usize, Outcome)| (at, outcome.map(|entry| read(at, entry)));
            let reading = self.run.fold(
                arrived,
                |batch| batch.into_iter().map(read).collect::<Vec<_>>(),
                (),
                |(), batch| {
                    for (at, outcome) in batch {
                        slots[at] = Some(outcome);
                    }
                    Ok::<_, Error>(())
                },
            );
            // Whoever still waits to hand over a page learns that nobody wants it.
            drop(receiver);
            let fetched = fetching.join().unwrap_or_else(|_| {
                let message = "the thread of the network stopped".to_owned();
                Err(jobs::Error::Panicked { message }.into())
            });
            reading.and(fetched)
        })?;
        Ok(slots.into_iter().map(|slot| slot.expect("the readers took every URL")).collect())
    }
}

/// So many pages are read by one task at most.
const MAX_BATCH: usize = 8;

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

/// A page, or why it cannot be had.
type Outcome = Result<Entry, Problem>;

/// The work of the readers: they take the next URL each time.
struct Talks {
    urls: Vec<Url>,
    next: AtomicUsize,
    max_pages: usize,
    home: Url,
}

/// Brings the pages of the talks, `n_readers` at once, and sends each with its place.
async fn read_talks(
    talks: &Arc<Talks>,
    fetcher: &Arc<Fetcher>,
    n_readers: usize,
    (sender, run): (mpsc::Sender<(usize, Outcome)>, &Run),
) -> Result<(), Error> {
    let mut readers = JoinSet::new();
    for _ in 0..n_readers {
        let to = (sender.clone(), run.clone());
        readers.spawn(read_some(Arc::clone(talks), Arc::clone(fetcher), to));
    }
    drop(sender);
    while let Some(finished) = readers.join_next().await {
        match finished {
            Ok(result) => result?,
            Err(error) => {
                return Err(jobs::Error::Panicked { message: error.to_string() }.into());
            }
        }
    }
    Ok(())
}

async fn read_some(
    talks: Arc<Talks>,
    fetcher: Arc<Fetcher>,
    (sender, run): (mpsc::Sender<(usize, Outcome)>, Run),
) -> Result<(), Error> {
    loop {
        let at = talks.next.fetch_add(1, Ordering::Relaxed);
        let Some(url) = talks.urls.get(at) else { return Ok(()) };
        let outcome = if !is_same_domain(url, &talks.home) {
            Err(Problem::Elsewhere { to: redact(url) })
        } else if at >= talks.max_pages {
            Err(Problem::PageLimit { max: talks.max_pages })
        } else {
            match fetcher.page(url, Kind::Talk).await {
                Ok(entry) => Ok(entry),
                Err(Failure::Page(problem)) => Err(problem),
                Err(Failure::Fatal(error)) => return Err(error),
            }
        };
        run.progress().advanced(1);
        if sender.send((at, outcome)).await.is_err() {
            // Reading was given up, and says why.
            return Ok(());
        }
    }
}

/// Shorter texts may well be those of several talks.
const MIN_DUPLICATE_BYTES: usize = 100;

/// The talks of `rows`, each as its page gives it.
fn talks(
    rows: &[Row],
    outcomes: Vec<Result<Talk, Problem>>,
) -> impl Iterator<Item = Result<Document, Skipped>> {
    let mut seen = HashSet::new();
    rows.iter().zip(outcomes).filter_map(move |(row, outcome)| match outcome {
        // Two URLs that end at one page are one talk.
        Ok(talk) => {
            let document = talk.document.map_err(|problem| skipped(row, &problem));
            seen.insert(talk.final_url).then_some(document)
        }
        Err(problem) => Some(Err(skipped(row, &problem))),
    })
}

/// A talk whose page is there.
struct Talk {
    final_url: String,
    document: Result<Document, Problem>,
}

/// The documents without repetitions, and those that were left out.
fn distinct(
    results: impl IntoIterator<Item = Result<Document, Skipped>>,
) -> (Vec<Document>, Vec<Skipped>) {
    let mut documents: Vec<Document> = Vec::new();
    let mut all_skipped = Vec::new();
    let mut ids = HashSet::new();
    let mut contents: HashMap<Digest, String> = HashMap::new();
    for result in results {
        match result {
            Ok(mut document) => {
                if document.text.len() >= MIN_DUPLICATE_BYTES {
                    let content =
                        Digest::of_parts(&[document.title.as_bytes(), document.text.as_bytes()]);
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
