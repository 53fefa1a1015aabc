//! From the URL of a list to the documents of its talks.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::ops::ControlFlow;
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
        let mut coverage = Self::default();
        for document in documents {
            coverage.add(document);
        }
        coverage
    }

    /// Counts the parts of one more document.
    fn add(&mut self, document: &Document) {
        self.documents += 1;
        self.title += usize::from(document.title != document.id);
        self.text += usize::from(!document.text.is_empty());
        self.tags += usize::from(!document.tags.is_empty());
        self.speakers += usize::from(!document.speakers.is_empty());
        self.date += usize::from(document.date.is_some() || document.start.is_some());
        self.room += usize::from(document.room.is_some());
        self.track += usize::from(document.track.is_some());
        self.language += usize::from(document.language.is_some());
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
    collected(|take| crawl_each((start, recipe), config, store, run, take))
}

/// What is told of each document as soon as its turn has come: [`ControlFlow::Break`] ends the crawl.
pub(crate) type Take<'t> = &'t mut dyn FnMut(Document) -> ControlFlow<()>;

/// All documents that `crawl` hands on.
pub(crate) fn collected(
    crawl: impl FnOnce(Take<'_>) -> Result<Crawl, Error>,
) -> Result<Crawl, Error> {
    let mut documents = Vec::new();
    let crawl = crawl(&mut |document| {
        documents.push(document);
        ControlFlow::Continue(())
    })?;
    Ok(Crawl { documents, ..crawl })
}

/// Hands `document` on.
pub(crate) fn give(document: Document, take: Take<'_>) -> Result<(), Error> {
    match take(document) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(jobs::Error::Cancelled.into()),
    }
}

/// As [`crawl`](fn@crawl), for more documents than memory should hold: each is handed to `take` as soon
/// as it and all before it have been read, and [`Crawl::documents`] stays empty.
///
/// Memory: a page for each thread, the addresses, and the documents that wait for an earlier page.
///
/// ```no_run
/// use std::ops::ControlFlow;
///
/// use crawl::{CrawlConfig, Recipe, crawl_each};
///
/// let recipe = Recipe::builtin("europython-2016")?;
/// let store = jobs::FileStore::open("cache".as_ref())?;
/// let run = jobs::Run::serial();
/// let mut n_bytes = 0;
/// let take = &mut |document: corpus::Document| {
///     n_bytes += document.text.len();
///     ControlFlow::Continue(())
/// };
/// let talks = crawl_each((recipe.start(), &recipe), &CrawlConfig::default(), &store, &run, take)?;
/// assert!(talks.documents.is_empty() && talks.coverage.documents <= talks.found);
/// # Ok::<(), crawl::Error>(())
/// ```
///
/// # Errors
/// As for [`crawl`](fn@crawl), and [`jobs::Error::Cancelled`] when `take` breaks.
///
/// # Panics
/// As for [`crawl`](fn@crawl), and when `take` does.
pub fn crawl_each(
    (start, recipe): (&[Url], &Recipe),
    config: &CrawlConfig,
    store: &FileStore,
    run: &Run,
    take: &mut dyn FnMut(Document) -> ControlFlow<()>,
) -> Result<Crawl, Error> {
    if start.is_empty() {
        return Err(Error::NoStart { recipe: recipe.name().to_owned() });
    }
    let session = Session::open(start, config, store, run)?;
    session.read_each(start, recipe, take)
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

    /// Hands the documents that `recipe` finds from `start` on to `take`, in their order.
    pub(crate) fn read_each(
        &self,
        start: &[Url],
        recipe: &Recipe,
        take: Take<'_>,
    ) -> Result<Crawl, Error> {
        let Listed { mut rows, skipped } =
            self.runtime.block_on(read_lists(start, recipe, &self.fetcher, self.run))?;
        let mut taken = Taken { skipped, ..Taken::new(take) };
        if recipe.link.is_none() {
            for document in rows.iter_mut().filter_map(|row| row.inside.take()) {
                taken.add(*document)?;
            }
        } else {
            let max_pages = recipe
                .max_pages
                .map_or(self.config.max_pages, |own| own.min(self.config.max_pages));
            let urls = rows.iter().map(|row| row.url.clone()).collect();
            let read = |at: usize, entry: Entry| {
                let document = extract::talk(&entry, &rows[at], recipe);
                Talk { final_url: entry.final_url, document }
            };
            let each = &mut |at: usize, outcome| taken.add_talk(&rows[at], outcome);
            self.fetch_each(urls, max_pages, read, each)?;
        }
        Ok(Crawl {
            documents: Vec::new(),
            skipped: taken.skipped,
            found: rows.len(),
            requests: self.fetcher.n_requests(),
            fetched: self.fetcher.n_fetched(),
            from_cache: self.fetcher.n_from_cache(),
            coverage: taken.coverage,
            recipe: None,
            confidence: 1.0,
            title: recipe.title().map(str::to_owned),
        })
    }

    /// Brings pages into the cache, and gives each to `read` on the threads of the run as soon as
    /// it has come; what `read` made of it, or why it cannot be had, in the order of `urls`.
    pub(crate) fn fetch<T: Send>(
        &self,
        urls: Vec<Url>,
        max_pages: usize,
        read: impl Fn(usize, Entry) -> T + Sync,
    ) -> Result<Vec<Result<T, Problem>>, Error> {
        let mut all = Vec::with_capacity(urls.len());
        self.fetch_each(urls, max_pages, read, &mut |_, outcome| {
            all.push(outcome);
            Ok(())
        })?;
        Ok(all)
    }

    /// As [`fetch`](Self::fetch): each outcome goes to `each` with its place in `urls`, in that order,
    /// as soon as all before it are there.
    fn fetch_each<T: Send>(
        &self,
        urls: Vec<Url>,
        max_pages: usize,
        read: impl Fn(usize, Entry) -> T + Sync,
        each: &mut dyn FnMut(usize, Result<T, Problem>) -> Result<(), Error>,
    ) -> Result<(), Error> {
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
            // Those that came before their turn.
            let mut early: BTreeMap<usize, Result<T, Problem>> = BTreeMap::new();
            let reading = self.run.fold(
                arrived,
                |batch| batch.into_iter().map(read).collect::<Vec<_>>(),
                0,
                |mut next, batch| {
                    early.extend(batch);
                    while let Some(outcome) = early.remove(&next) {
                        each(next, outcome)?;
                        next += 1;
                    }
                    Ok::<_, Error>(next)
                },
            );
            // Whoever still waits to hand over a page learns that nobody wants it.
            drop(receiver);
            let fetched = fetching.join().unwrap_or_else(|_| {
                let message = "the thread of the network stopped".to_owned();
                Err(jobs::Error::Panicked { message }.into())
            });
            reading.and(fetched)
        })
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

/// A talk whose page is there.
struct Talk {
    final_url: String,
    document: Result<Document, Problem>,
}

/// What becomes of the talks, one after the other: those that were there before are left out.
struct Taken<'t> {
    take: Take<'t>,
    skipped: Vec<Skipped>,
    coverage: Coverage,
    /// Where redirects ended.
    ends: HashSet<String>,
    ids: HashSet<String>,
    /// Of each text: the address of the first document with it.
    contents: HashMap<Digest, String>,
}

impl<'t> Taken<'t> {
    fn new(take: Take<'t>) -> Self {
        Self {
            take,
            skipped: Vec::new(),
            coverage: Coverage::default(),
            ends: HashSet::new(),
            ids: HashSet::new(),
            contents: HashMap::new(),
        }
    }

    /// The talk of `row`, as its page gives it.
    fn add_talk(&mut self, row: &Row, outcome: Result<Talk, Problem>) -> Result<(), Error> {
        let document = match outcome {
            // Two URLs that end at one page are one talk.
            Ok(talk) if self.ends.contains(&talk.final_url) => return Ok(()),
            Ok(talk) => {
                self.ends.insert(talk.final_url);
                talk.document
            }
            Err(problem) => Err(problem),
        };
        match document {
            Ok(document) => self.add(document)?,
            Err(problem) => self.skipped.push(skipped(row, &problem)),
        }
        Ok(())
    }

    fn add(&mut self, mut document: Document) -> Result<(), Error> {
        if document.text.len() >= MIN_DUPLICATE_BYTES {
            let content = Digest::of_parts(&[document.title.as_bytes(), document.text.as_bytes()]);
            let location = document.url.clone().unwrap_or_default();
            if let Some(first) = self.contents.get(&content) {
                let reason = format!("the same title and text as {first}");
                self.skipped.push(Skipped { location, reason });
                return Ok(());
            }
            self.contents.insert(content, location);
        }
        if !self.ids.insert(document.id.clone())
            && let Some(url) = &document.url
        {
            // The same path on the host's twin.
            document.id.clone_from(url);
            self.ids.insert(document.id.clone());
        }
        self.coverage.add(&document);
        give(document, self.take)
    }
}

fn skipped(row: &Row, problem: &Problem) -> Skipped {
    Skipped { location: redact(&row.url), reason: problem.to_string() }
}
