//! Sites among the sources: crawled at the same time, their documents in the order of the sources.

use std::collections::VecDeque;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use corpus::Document;
use crawl::{Crawl, CrawlConfig, Recipe};
use jobs::{FileStore, Limits, Run, Spill, Spilled};
use url::Url;

use crate::read::prepare::{LOCK_FILE, Options, Site, Weights};
use crate::{Config, Error, Source};

/// Sites that are crawled at the same time: each waits for its host most of the time.
const SITES_AT_ONCE: usize = 8;

/// Documents that are handed on together, at most, and bytes of their texts.
const BATCH_DOCS: usize = 1024;
const BATCH_BYTES: usize = 4 << 20;

/// Bytes of texts that wait in memory for the sites before theirs; more wait on disk.
const WAITING_BYTES: usize = 16 << 20;

/// No site's turn comes any more.
const GIVEN_UP: usize = usize::MAX;

/// What came of a site, but for its documents.
pub(crate) struct Crawled {
    pub(crate) url: Url,
    pub(crate) crawl: Crawl,
    /// How often words count, where a recipe says.
    pub(crate) weights: Option<Weights>,
    /// The text of the lock file, where its recipe was used.
    pub(crate) lock: Option<String>,
}

/// What a site sends.
enum Sent {
    Documents(Vec<Document>),
    End(Box<Result<Crawled, Error>>),
}

/// The sites that are being crawled, in the order of the sources.
pub(crate) struct Crawls<'a> {
    sent: VecDeque<Receiver<Sent>>,
    turn: &'a AtomicUsize,
}

impl Crawls<'_> {
    /// Hands the documents of the next site to `each`, in batches; what else came of it.
    pub(crate) fn next(
        &mut self,
        each: &mut dyn FnMut(Vec<Document>) -> Result<(), Error>,
    ) -> Result<Crawled, Error> {
        let sent = self.sent.pop_front().expect("as many are asked for as there are addresses");
        for sent in sent {
            match sent {
                Sent::Documents(documents) => each(documents)?,
                Sent::End(crawled) => {
                    self.turn.fetch_add(1, Ordering::Relaxed);
                    return *crawled;
                }
            }
        }
        // Its thread has panicked, and whoever waits for it will too.
        Err(jobs::Error::Cancelled.into())
    }
}

/// Crawls all addresses among `sources`, several at once, while `read` takes what comes.
///
/// Memory: a batch of documents for the site whose turn it is, and [`WAITING_BYTES`] for each of the
/// others.
pub(crate) fn with_crawls<T>(
    sources: &[Source],
    config: &Config,
    options: &Options,
    run: &Run,
    read: impl FnOnce(&mut Crawls<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let urls = sources.iter().filter_map(|source| match source {
        Source::Url(url) => Some(url),
        _ => None,
    });
    let turn = AtomicUsize::new(0);
    let (mut waiting, mut sent) = (VecDeque::new(), VecDeque::new());
    for (number, url) in urls.enumerate() {
        let (sender, receiver) = sync_channel(1);
        let place = (number, &turn);
        waiting.push_back((url, Outbox::new(sender, place, run)));
        sent.push_back(receiver);
    }
    let n_threads = waiting.len().min(SITES_AT_ONCE);
    let waiting = Mutex::new(waiting);
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    std::thread::scope(|scope| {
        for _ in 0..n_threads {
            scope.spawn(|| {
                while let Some((url, outbox)) = next() {
                    if turn.load(Ordering::Relaxed) == GIVEN_UP {
                        break;
                    }
                    outbox.crawl(url, config, options);
                }
            });
        }
        let mut crawls = Crawls { sent, turn: &turn };
        let result = read(&mut crawls);
        if result.is_err() {
            turn.store(GIVEN_UP, Ordering::Relaxed);
        }
        result
    })
}

/// The documents of one site on their way.
struct Outbox<'a> {
    sender: SyncSender<Sent>,
    /// Which site it is, and whose turn it is.
    place: (usize, &'a AtomicUsize),
    run: &'a Run,
    batch: Vec<Document>,
    n_bytes: usize,
    /// What was read before the site's turn has come.
    kept: Option<(Spill, VecDeque<Spilled<u8>>)>,
}

impl<'a> Outbox<'a> {
    fn new(sender: SyncSender<Sent>, place: (usize, &'a AtomicUsize), run: &'a Run) -> Self {
        Self { sender, place, run, batch: Vec::new(), n_bytes: 0, kept: None }
    }

    /// Crawls the site at `url` and sends what comes of it.
    fn crawl(mut self, url: &Url, config: &Config, options: &Options) {
        let mut failed = None;
        let crawled =
            crawl_site(url, config, options, self.run, &mut |document| match self.add(document) {
                Ok(flow) => flow,
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            });
        let crawled = match failed {
            Some(error) => Err(error),
            None => crawled.and_then(|crawled| self.send().map(|_| crawled)),
        };
        // Where nobody listens any more, nobody misses it.
        drop(self.sender.send(Sent::End(Box::new(crawled))));
    }

    /// Takes a document; breaks when nobody wants it.
    fn add(&mut self, document: Document) -> Result<ControlFlow<()>, Error> {
        let (number, turn) = (self.place.0, self.place.1.load(Ordering::Relaxed));
        if turn == GIVEN_UP {
            return Ok(ControlFlow::Break(()));
        }
        self.n_bytes += document.text.len();
        self.batch.push(document);
        if turn == number {
            let is_full = self.batch.len() >= BATCH_DOCS || self.n_bytes >= BATCH_BYTES;
            return if is_full { self.send() } else { Ok(ControlFlow::Continue(())) };
        }
        if self.n_bytes >= WAITING_BYTES {
            let bytes = postcard::to_stdvec(&self.batch).expect("documents can be written");
            let (spill, pieces) = match &mut self.kept {
                Some(kept) => kept,
                none => none.insert((self.run.spill()?, VecDeque::new())),
            };
            pieces.push_back(spill.put(&bytes)?);
            self.batch.clear();
            self.n_bytes = 0;
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Sends all that there is, when the turn of the site comes; breaks when nobody wants it.
    fn send(&mut self) -> Result<ControlFlow<()>, Error> {
        self.n_bytes = 0;
        if let Some((spill, pieces)) = self.kept.take() {
            for piece in pieces {
                let documents = postcard::from_bytes(&spill.get(&piece)?)
                    .expect("what this process has written");
                if self.sender.send(Sent::Documents(documents)).is_err() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        let documents = std::mem::take(&mut self.batch);
        Ok(match self.sender.send(Sent::Documents(documents)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        })
    }
}

/// Crawls the site at `url` by the recipe that is given, or locked, or by none.
fn crawl_site(
    url: &Url,
    config: &Config,
    options: &Options,
    run: &Run,
    take: &mut dyn FnMut(Document) -> ControlFlow<()>,
) -> Result<Crawled, Error> {
    let store = FileStore::open_with(&options.cache, Limits::default(), run.shared_progress())?;
    let settings = crawl_config(config, options)?;
    let mut start = vec![url.clone()];
    let mut lock = None;
    let recipe = match recipe_for(url, config.crawl.recipe.as_deref())? {
        Some(recipe) => Some(recipe),
        None => match locked(url, options.lock.as_deref())? {
            Some((recipe, text)) => {
                if recipe.from().is_some() {
                    start = recipe.start().to_vec();
                    start.iter_mut().take(1).for_each(|first| lend_credentials(url, first));
                } else {
                    start.extend(recipe.start().iter().skip(1).cloned());
                }
                lock = Some(text);
                Some(recipe)
            }
            None => None,
        },
    };
    let weights = recipe.as_ref().map(Recipe::weights);
    let weights = weights.map(|own| Weights { title: own.title, tags: own.tags });
    let crawl = match &recipe {
        Some(recipe) => crawl::crawl_each((&start, recipe), &settings, &store, run, take)?,
        None => crawl::explore_each(url, &settings, &store, run, take)?,
    };
    Ok(Crawled { url: url.clone(), crawl, weights, lock })
}

/// The recipe for the site at `start`, with the selectors of the parts in `example` (their names
/// and their texts, as one page shows them).
///
/// # Errors
/// Those of the start page, and a part that no page shows.
pub fn learn(
    start: &str,
    example: &[(String, String)],
    config: &Config,
    options: &Options,
    run: &Run,
) -> Result<String, Error> {
    let Source::Url(url) = Source::parse(start)? else {
        return Err(Error::Scheme { scheme: "file".to_owned() });
    };
    let store = FileStore::open(&options.cache)?;
    Ok(crawl::learn(&url, example, &crawl_config(config, options)?, &store, run)?)
}

fn crawl_config(config: &Config, options: &Options) -> Result<CrawlConfig, Error> {
    let certificates = match &config.crawl.certificates {
        Some(path) => std::fs::read(path)
            .map_err(|source| Error::ReadConfig { path: path.to_owned(), source })?,
        None => Vec::new(),
    };
    Ok(CrawlConfig {
        cache: options.cache_mode,
        max_pages: config.crawl.max_pages,
        headers: options.headers.clone(),
        certificates,
        delay: seconds("crawl.delay", config.crawl.delay)?,
        max_age: seconds("crawl.max_age", config.crawl.max_age * 3600.0)?,
        ..CrawlConfig::default()
    })
}

/// A site of which less than this share of documents has a part is told of.
const WEAK_SHARE: f64 = 0.8;

/// A list that was found with less confidence is told of.
const WEAK_CONFIDENCE: f64 = 0.5;

/// Says what looks wrong in what was found, and what to try.
pub(crate) fn warn_of_weak(site: &Site, run: &Run) {
    let n = site.coverage.documents;
    if n == 0 {
        return;
    }
    let url = &site.url;
    for (part, count) in [("title", site.coverage.title), ("text", site.coverage.text)] {
        if (count as f64) < WEAK_SHARE * n as f64 {
            run.progress().warn(&format!(
                "{url}: only {count} of {n} documents have a {part}; look at \
                 topicmill recipe test {url}, and mend {LOCK_FILE}"
            ));
        }
    }
    if site.confidence < WEAK_CONFIDENCE {
        run.progress().warn(&format!(
            "{url}: the list was found with a confidence of {}; if it is the wrong one, start from \
             the page that lists the documents, or give a recipe",
            site.confidence
        ));
    }
}

/// Gives the user name and the password of `from`, which no file holds, to a page of the same origin.
fn lend_credentials(from: &Url, to: &mut Url) {
    if from.origin() == to.origin() {
        // Addresses of the web can have both.
        to.set_username(from.username()).ok();
        to.set_password(from.password()).ok();
    }
}

/// The recipe in the lock file, and its text, if it is for `url`.
fn locked(url: &Url, lock: Option<&Path>) -> Result<Option<(Recipe, String)>, Error> {
    let Some(path) = lock else { return Ok(None) };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::ReadConfig { path: path.to_owned(), source }),
    };
    let recipe = Recipe::parse(&text)
        .map_err(|source| Error::Recipe { path: path.to_owned(), source: Box::new(source) })?;
    let asked = recipe.from().or(recipe.start().first());
    let is_own = asked.is_some_and(|asked| asked.as_str() == crawl::redact(url));
    Ok(is_own.then_some((recipe, text)))
}

/// The recipe called `name`, or without a name the built-in one that is made for the host of `url`, if
/// there is one.
fn recipe_for(url: &Url, name: Option<&str>) -> Result<Option<Recipe>, Error> {
    let Some(name) = name else {
        let builtin = Recipe::builtin_names().into_iter().filter_map(|n| Recipe::builtin(n).ok());
        let is_own = |recipe: &Recipe| recipe.start().iter().any(|s| s.host() == url.host());
        return Ok(builtin.into_iter().find(is_own));
    };
    recipe_called(name).map(Some)
}

/// The recipe called `name`: a built-in one, or a file.
pub(crate) fn recipe_called(name: &str) -> Result<Recipe, Error> {
    let known = Recipe::builtin_names();
    if known.contains(&name) {
        return Ok(Recipe::builtin(name)?);
    }
    let path = Path::new(name);
    let is_file_name = path.extension().is_some() || path.components().count() > 1;
    match std::fs::read_to_string(path) {
        Ok(text) => Recipe::parse(&text)
            .map_err(|source| Error::Recipe { path: path.to_owned(), source: Box::new(source) }),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !is_file_name => {
            Err(Error::UnknownRecipe { name: name.to_owned(), known: known.join(", ") })
        }
        Err(source) => Err(Error::ReadConfig { path: path.to_owned(), source }),
    }
}

fn seconds(name: &'static str, value: f64) -> Result<Duration, Error> {
    Duration::try_from_secs_f64(value).map_err(|_| Error::Duration { name, got: value })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A document of one mebibyte.
    fn document(n: usize) -> Document {
        Document { id: n.to_string(), text: "x".repeat(1 << 20), ..Document::default() }
    }

    #[test]
    fn documents_that_waited_for_another_site_come_first_and_in_their_order() {
        let run = Run::serial();
        let turn = AtomicUsize::new(0);
        let (sender, receiver) = sync_channel(1);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut outbox = Outbox::new(sender, (1, &turn), &run);
                for n in 0..40 {
                    assert!(outbox.add(document(n)).unwrap().is_continue());
                }
                // Two times sixteen are on disk.
                assert!(outbox.kept.is_some() && outbox.batch.len() == 8);
                turn.store(1, Ordering::Relaxed);
                assert!(outbox.add(document(40)).unwrap().is_continue());
                assert!(outbox.send().unwrap().is_continue());
            });
            let batches = receiver.iter().map(|sent| match sent {
                Sent::Documents(documents) => documents,
                Sent::End(_) => Vec::new(),
            });
            let ids: Vec<String> = batches.flatten().map(|document| document.id).collect();
            assert_eq!(ids, (0..41).map(|n| n.to_string()).collect::<Vec<_>>());
        });
    }

    #[test]
    fn a_site_whose_documents_nobody_takes_is_given_up() {
        let run = Run::serial();
        let turn = AtomicUsize::new(0);
        let (sender, receiver) = sync_channel(1);
        drop(receiver);
        let mut outbox = Outbox::new(sender, (0, &turn), &run);
        let flows: Vec<_> = (0..4).map(|n| outbox.add(document(n)).unwrap()).collect();
        assert!(flows[0].is_continue() && flows[3].is_break());
    }

    #[test]
    fn a_site_whose_turn_has_not_come_ends_when_another_source_has_failed() {
        let run = Run::serial();
        let turn = AtomicUsize::new(0);
        let (sender, _receiver) = sync_channel(1);
        let mut outbox = Outbox::new(sender, (1, &turn), &run);
        assert!(outbox.add(document(0)).unwrap().is_continue());
        turn.store(GIVEN_UP, Ordering::Relaxed);
        assert!(outbox.add(document(1)).unwrap().is_break());
    }

    #[test]
    fn a_locked_recipe_is_for_the_address_from_which_the_site_was_looked_through() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(LOCK_FILE);
        let recipe = |from: &str| {
            format!(
                "[recipe]\nname = \"x\"\nstart = \"http://conf.example/talks/\"\n{from}[list]\nitem = \"li\"\n\
                 link = \"a\"\n[talk]\nabstract = \"p\"\n"
            )
        };
        let is_locked =
            |url: &str| locked(&url.parse().unwrap(), Some(path.as_path())).unwrap().is_some();
        std::fs::write(&path, recipe("from = \"http://conf.example/\"\n")).unwrap();
        assert!(is_locked("http://conf.example/") && !is_locked("http://conf.example/talks/"));
        std::fs::write(&path, recipe("")).unwrap();
        assert!(!is_locked("http://conf.example/") && is_locked("http://conf.example/talks/"));
    }
}
