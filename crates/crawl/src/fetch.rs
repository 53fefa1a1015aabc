//! Pages from the cache and the network, where robots.txt allows them.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jobs::Run;
use tokio::sync::Mutex;
use url::Url;

use crate::address::{is_same_domain, is_web, origin, redact, without_credentials};
use crate::cache::{Entry, Packed, PageCache, now};
use crate::http::{Answer, Http, Overlong, Request};
use crate::robots::{self, Robots};
use crate::{CacheMode, CrawlConfig, Error, Problem};

const MAX_REDIRECTS: usize = 8;

/// The fewest that RFC 9309 asks for; after more, a robots.txt counts as not there.
const MAX_ROBOTS_REDIRECTS: usize = 5;

/// RFC 9309: no copy of robots.txt is used for longer while the server answers.
const MAX_ROBOTS_AGE: Duration = Duration::from_hours(24);

/// After so many pages in a row without an answer the server is not asked any more: with all
/// the tries and waits for each page, a crawl of a dead server would take hours.
const MAX_SILENT_PAGES: usize = 3;

/// A page that could not be had: for its own reasons, or because nothing works any more.
#[derive(Debug)]
pub(crate) enum Failure {
    Page(Problem),
    Fatal(Error),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Page(problem)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Fatal(error)
    }
}

/// What a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It changes while the programme is made: asked for in every run. It is a page.
    List,
    /// The same, and it may be a file of data as well as a page.
    ListOrData,
    /// It is taken from the cache for a time.
    Talk,
}

/// What robots.txt says, or why it says nothing.
type Verdict = Result<Robots, Problem>;

pub(crate) struct Fetcher {
    http: Http,
    cache: PageCache,
    config: CrawlConfig,
    run: Run,
    /// The site that may be read.
    home: Url,
    /// By origin.
    robots: Mutex<HashMap<String, Arc<Verdict>>>,
    /// Pages that this crawl has had.
    seen: std::sync::Mutex<HashSet<Url>>,
    n_fetched: AtomicUsize,
    n_from_cache: AtomicUsize,
    /// Pages in a row that the server did not answer for.
    n_silent: AtomicUsize,
}

impl Fetcher {
    pub(crate) fn new(
        http: Http,
        cache: PageCache,
        config: CrawlConfig,
        run: Run,
        home: Url,
    ) -> Self {
        Self {
            http,
            cache,
            config,
            run,
            home,
            robots: Mutex::default(),
            seen: std::sync::Mutex::default(),
            n_fetched: AtomicUsize::new(0),
            n_from_cache: AtomicUsize::new(0),
            n_silent: AtomicUsize::new(0),
        }
    }

    /// Requests sent so far, with those for robots.txt, redirects and repetitions.
    pub(crate) fn n_requests(&self) -> usize {
        self.http.n_requests()
    }

    /// Pages that came from the network so far.
    pub(crate) fn n_fetched(&self) -> usize {
        self.n_fetched.load(Ordering::Relaxed)
    }

    /// Pages that came from the cache so far, confirmed by the server or not.
    pub(crate) fn n_from_cache(&self) -> usize {
        self.n_from_cache.load(Ordering::Relaxed)
    }

    /// The page under `url`, which is then in the cache; asked for once in a crawl.
    pub(crate) async fn page(&self, url: &Url, kind: Kind) -> Result<Entry, Failure> {
        let key = without_credentials(url);
        if self.seen().contains(&key)
            && let Some(entry) = self.cache.get(&key)?
        {
            return Ok(entry);
        }
        let entry = self.asked_page(url, kind).await?;
        self.seen().insert(key);
        Ok(entry)
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, HashSet<Url>> {
        self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    async fn asked_page(&self, url: &Url, kind: Kind) -> Result<Entry, Failure> {
        let url = &without_credentials(url);
        if !is_same_domain(url, &self.home) {
            return Err(Problem::Elsewhere { to: redact(url) }.into());
        }
        let cached = self.cache.get(url)?.filter(|entry| entry.status == 200);
        if self.config.cache == CacheMode::Offline {
            let entry = cached.ok_or(Problem::Offline)?;
            return Ok(self.counted_from_cache(entry));
        }
        self.check_robots(url).await?;
        let is_enough = self.config.cache == CacheMode::Revalidate && kind == Kind::Talk;
        if let Some(entry) = &cached
            && is_enough
            && entry.is_fresh(self.config.max_age)
        {
            return Ok(self.counted_from_cache(entry.clone()));
        }
        match (self.ask(url, cached.as_ref()).await, cached) {
            (Ok((_, answer)), Some(mut entry)) if answer.status == 304 => {
                confirm(&mut entry, &answer);
                self.cache.put(url, &entry)?;
                Ok(self.counted_from_cache(entry))
            }
            (Ok((final_url, answer)), _) => {
                let entry = checked_page(&final_url, answer, kind)?;
                self.cache.put(url, &entry)?;
                self.n_fetched.fetch_add(1, Ordering::Relaxed);
                Ok(entry)
            }
            (Err(Failure::Page(problem)), Some(entry)) if problem.is_outage() => {
                let url = redact(url);
                let message = format!("{url}: {problem}; the copy in the cache is used");
                self.run.progress().warn(&message);
                Ok(self.counted_from_cache(entry))
            }
            (Err(failure), _) => Err(failure),
        }
    }

    fn counted_from_cache(&self, entry: Entry) -> Entry {
        self.n_from_cache.fetch_add(1, Ordering::Relaxed);
        entry
    }

    /// Asks for `url`, if the server has not been silent for too long.
    async fn ask(&self, url: &Url, cached: Option<&Entry>) -> Result<(Url, Answer), Failure> {
        let n_pages = self.n_silent.load(Ordering::Relaxed);
        if n_pages >= MAX_SILENT_PAGES {
            return Err(Problem::GivenUp { n_pages }.into());
        }
        let result = self.follow(url, cached).await;
        match &result {
            Err(Failure::Page(Problem::Unreachable { .. } | Problem::Timeout { .. })) => {
                self.n_silent.fetch_add(1, Ordering::Relaxed);
            }
            _ => self.n_silent.store(0, Ordering::Relaxed),
        }
        result
    }

    /// Asks for `url` and follows redirects inside the site; the last URL and its answer.
    async fn follow(&self, url: &Url, cached: Option<&Entry>) -> Result<(Url, Answer), Failure> {
        let mut at = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let request = Request {
                url: &at,
                unless: cached.filter(|entry| entry.final_url == at.as_str()),
                max_bytes: self.config.max_page_bytes,
                overlong: Overlong::Refuse,
            };
            let answer = self.http.get(request).await?;
            let Some(next) = redirect(&at, &answer)? else { return Ok((at, answer)) };
            if !is_same_domain(&next, &self.home) {
                return Err(Problem::Elsewhere { to: redact(&next) }.into());
            }
            self.check_robots(&next).await?;
            at = next;
        }
        Err(Problem::TooManyRedirects { max: MAX_REDIRECTS, to: redact(&at) }.into())
    }

    async fn check_robots(&self, url: &Url) -> Result<(), Failure> {
        let mut known = self.robots.lock().await;
        let verdict = if let Some(verdict) = known.get(&origin(url)) {
            Arc::clone(verdict)
        } else {
            let verdict = Arc::new(self.robots_of(url).await?);
            if let Some(delay) = verdict.as_ref().as_ref().ok().and_then(Robots::delay) {
                self.http.slow_down(url, delay);
            }
            known.insert(origin(url), Arc::clone(&verdict));
            verdict
        };
        drop(known);
        match &*verdict {
            Ok(robots) => {
                robots.check(url).map_err(|rule| Problem::Robots { rule: rule.to_owned() }.into())
            }
            Err(problem) => Err(problem.clone().into()),
        }
    }

    /// The robots.txt for the origin of `url`: from the cache for a day, else from the server.
    async fn robots_of(&self, url: &Url) -> Result<Verdict, Failure> {
        let mut robots_url = url.clone();
        robots_url.set_path("/robots.txt");
        robots_url.set_query(None);
        let cached = self.cache.get(&robots_url)?;
        let max_age = self.config.max_age.min(MAX_ROBOTS_AGE);
        if let Some(entry) = &cached
            && self.config.cache == CacheMode::Revalidate
            && entry.is_fresh(max_age)
        {
            return Ok(Ok(self.parsed(entry)));
        }
        let problem = match (self.follow_robots(&robots_url, cached.as_ref()).await, cached) {
            (Ok((_, answer)), Some(mut entry)) if answer.status == 304 => {
                confirm(&mut entry, &answer);
                self.cache.put(&robots_url, &entry)?;
                return Ok(Ok(self.parsed(&entry)));
            }
            (Ok((final_url, answer)), _) => {
                let entry = entry_of(&final_url, answer);
                self.cache.put(&robots_url, &entry)?;
                return Ok(Ok(self.parsed(&entry)));
            }
            // RFC 9309 lets an older copy stand in while the server cannot be reached.
            (Err(problem), Some(entry)) => {
                let url = redact(&robots_url);
                let message = format!("{url}: {problem}; the copy in the cache is used");
                self.run.progress().warn(&message);
                return Ok(Ok(self.parsed(&entry)));
            }
            (Err(problem), None) => problem,
        };
        Ok(Err(match problem {
            // Then no page can be had either, and that is what the user wants to know.
            Problem::Unreachable { .. } | Problem::Forbidden { .. } | Problem::NotEncrypted => {
                problem
            }
            other => Problem::RobotsUnavailable { reason: other.to_string() },
        }))
    }

    /// Asks for a robots.txt and follows its redirects, to other hosts too.
    async fn follow_robots(
        &self,
        url: &Url,
        cached: Option<&Entry>,
    ) -> Result<(Url, Answer), Problem> {
        let mut at = url.clone();
        for _ in 0..=MAX_ROBOTS_REDIRECTS {
            let request = Request {
                url: &at,
                unless: cached.filter(|entry| entry.final_url == at.as_str()),
                // One more tells the parser that there is more.
                max_bytes: robots::MAX_BYTES + 1,
                overlong: Overlong::Cut,
            };
            let answer = self.http.get(request).await?;
            match redirect(&at, &answer) {
                Ok(Some(next)) if is_web(&next) => at = next,
                Ok(None) => return Ok((at, answer)),
                Ok(Some(_)) | Err(_) => break,
            }
        }
        Ok((at, Answer { status: 404, ..Answer::default() }))
    }

    /// The rules of a robots.txt; one that is not there has none.
    fn parsed(&self, entry: &Entry) -> Robots {
        let body = if entry.status == 200 {
            entry.body.unpack().unwrap_or_default()
        } else {
            Cow::default()
        };
        Robots::parse(&body, robots::product_of(&self.config.user_agent))
    }
}

/// Where an answer leads, if it is a redirect.
fn redirect(from: &Url, answer: &Answer) -> Result<Option<Url>, Problem> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let target = answer.location.as_deref().and_then(|location| from.join(location).ok());
    match target {
        Some(target) => Ok(Some(without_credentials(&target))),
        None => Err(Problem::RedirectToNowhere { status: answer.status }),
    }
}

/// The entry for an answer that should be a web page.
fn checked_page(url: &Url, answer: Answer, wanted: Kind) -> Result<Entry, Problem> {
    if answer.status != 200 {
        return Err(Problem::Status { status: answer.status });
    }
    let content_type = answer.content_type.as_deref().unwrap_or("text/html");
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_page = matches!(kind.as_str(), "" | "text/html" | "application/xhtml+xml");
    let is_data = kind.ends_with("json")
        || kind.ends_with("xml")
        || kind.starts_with("text/")
        || kind == "application/octet-stream";
    if !(is_page || is_data && wanted == Kind::ListOrData) {
        return Err(Problem::NotHtml { content_type: content_type.to_owned() });
    }
    Ok(entry_of(url, answer))
}

fn entry_of(url: &Url, answer: Answer) -> Entry {
    Entry {
        final_url: url.as_str().to_owned(),
        status: answer.status,
        charset: answer.content_type.as_deref().and_then(charset),
        etag: answer.etag,
        last_modified: answer.last_modified,
        fetched_at: now(),
        fresh_for: answer.cache_control.as_deref().and_then(fresh_for),
        body: Packed::pack(answer.body),
    }
}

/// Takes over what a 304 says anew.
fn confirm(entry: &mut Entry, answer: &Answer) {
    entry.fetched_at = now();
    if answer.etag.is_some() {
        entry.etag.clone_from(&answer.etag);
    }
    if answer.last_modified.is_some() {
        entry.last_modified.clone_from(&answer.last_modified);
    }
    if let Some(cache_control) = &answer.cache_control {
        entry.fresh_for = fresh_for(cache_control);
    }
}

/// The `charset` of a `Content-Type`.
fn charset(content_type: &str) -> Option<String> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        let is_charset = name.trim().eq_ignore_ascii_case("charset") && !value.is_empty();
        is_charset.then(|| value.to_owned())
    })
}

/// For how long a `Cache-Control` says that an answer will not change, seconds.
fn fresh_for(cache_control: &str) -> Option<u64> {
    cache_control
        .split(',')
        .filter_map(|directive| {
            let directive = directive.trim().to_ascii_lowercase();
            match directive.split_once('=') {
                None => matches!(directive.as_str(), "no-store" | "no-cache").then_some(0),
                Some(("no-cache", _)) => Some(0),
                Some(("max-age", seconds)) => seconds.trim_matches('"').parse().ok(),
                Some(_) => None,
            }
        })
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charset_is_found_among_the_parameters() {
        for (content_type, expected) in [
            ("text/html; charset=ISO-8859-1", Some("ISO-8859-1")),
            ("text/html;x=y; Charset = \"utf-8\"", Some("utf-8")),
            ("text/html; charset=", None),
            ("text/html", None),
        ] {
            assert_eq!(charset(content_type).as_deref(), expected, "{content_type}");
        }
    }

    #[test]
    fn the_strictest_cache_directive_counts() {
        for (cache_control, expected) in [
            ("public, max-age=600", Some(600)),
            ("MAX-AGE=600, No-Cache", Some(0)),
            ("no-store", Some(0)),
            ("no-cache=\"set-cookie\"", Some(0)),
            ("private, must-revalidate", None),
            ("max-age=soon", None),
        ] {
            assert_eq!(fresh_for(cache_control), expected, "{cache_control}");
        }
    }
}
