//! One request: politely, with a limit on everything.

use std::collections::HashMap;
use std::error::Error as _;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use backon::{ExponentialBuilder, Retryable};
use reqwest::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED, LOCATION, RETRY_AFTER,
};
use reqwest::{Certificate, Client, ClientBuilder, Response, redirect};
use url::Url;

use crate::address::{Credentials, is_loopback, origin, without_credentials};
use crate::cache::Entry;
use crate::guard::{self, Guard, Reach, Resolver};
use crate::{CrawlConfig, Problem};

/// The longest that a server can make the crawl wait.
const MAX_RETRY_AFTER: Duration = Duration::from_mins(1);

/// What to do with a longer body than is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overlong {
    Refuse,
    Cut,
}

/// What is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) url: &'a Url,
    /// Only if it is not this one.
    pub(crate) unless: Option<&'a Entry>,
    pub(crate) max_bytes: usize,
    pub(crate) overlong: Overlong,
}

/// What came.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
    pub(crate) location: Option<String>,
    /// Read for status 200 alone.
    pub(crate) body: Vec<u8>,
}

/// Sends requests.
pub(crate) struct Http {
    config: CrawlConfig,
    credentials: Option<Credentials>,
    /// Two clients, each made when it is needed: that with encryption reads the certificates of
    /// the system, which costs time and fails where there are none.
    /// Each kind once for public addresses, and once for the typed one if that is private: no
    /// connection of the one serves the other.
    plain: [OnceLock<Result<Client, Problem>>; 2],
    encrypted: [OnceLock<Result<Client, Problem>>; 2],
    guard: Guard,
    n_requests: AtomicUsize,
    n_bytes: AtomicU64,
    started: Instant,
    /// When the next request to an origin may start, and how long after it the one after.
    pace: Mutex<HashMap<String, Pace>>,
}

/// How fast an origin is asked.
#[derive(Debug, Clone, Copy)]
struct Pace {
    next_start: Instant,
    delay: Duration,
    /// What robots.txt asks for.
    least: Duration,
}

/// However slow a server is, it is asked this often.
const MAX_DELAY: Duration = Duration::from_secs(30);

impl Http {
    /// For a crawl that starts at `home`, as the user typed it.
    pub(crate) fn new(config: CrawlConfig, home: &Url) -> Self {
        Self {
            config,
            credentials: Credentials::of(home),
            plain: [const { OnceLock::new() }; 2],
            encrypted: [const { OnceLock::new() }; 2],
            guard: Guard::new(without_credentials(home)),
            n_requests: AtomicUsize::new(0),
            n_bytes: AtomicU64::new(0),
            started: Instant::now(),
            pace: Mutex::new(HashMap::new()),
        }
    }

    /// Asks the origin of `url` no more often than its robots.txt wants.
    pub(crate) fn slow_down(&self, url: &Url, least: Duration) {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        let own = pace.entry(origin(url)).or_insert_with(|| self.first_pace(url));
        own.least = own.least.max(least.min(MAX_DELAY));
        own.delay = own.delay.max(own.least);
    }

    fn first_pace(&self, url: &Url) -> Pace {
        let delay = if is_loopback(url) { Duration::ZERO } else { self.config.delay };
        Pace { next_start: Instant::now(), delay, least: delay / 4 }
    }

    /// Fits the pace of an origin to the time that it took for an answer: half as often as it
    /// could answer one request after the other, approached step by step.
    fn adapt(&self, url: &Url, took: Duration) {
        if is_loopback(url) {
            return;
        }
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = pace.get_mut(&origin(url)) {
            own.delay = ((own.delay + 2 * took) / 2).clamp(own.least, MAX_DELAY);
        }
    }

    /// How many requests were sent so far.
    pub(crate) fn n_requests(&self) -> usize {
        self.n_requests.load(Ordering::Relaxed)
    }

    /// Sends a request, and again while the server is in trouble and tries are left. Redirects
    /// are not followed; every status but 429 and 5xx is an answer.
    pub(crate) async fn get(&self, request: Request<'_>) -> Result<Answer, Problem> {
        let backoff = ExponentialBuilder::new()
            .with_min_delay(self.config.retry_delay)
            .with_factor(2.0)
            .with_max_times(self.config.tries.saturating_sub(1));
        let attempt = || self.attempt(request);
        let result = attempt
            .retry(backoff)
            .when(|failed: &Failed| failed.retry != Retry::Never)
            .adjust(|failed, delay| match failed.retry {
                Retry::After(asked) => delay.map(|_| asked),
                Retry::Never | Retry::WithBackoff => delay,
            })
            .await;
        result.map_err(|failed| failed.problem)
    }

    async fn attempt(&self, request: Request<'_>) -> Result<Answer, Failed> {
        let limit = self.config.max_time;
        if self.started.elapsed() > limit {
            return Err(Problem::TimeLimit { limit }.into());
        }
        let reach = self.guard.check(request.url).await?;
        let client = self.client(request.url, reach)?;
        let mut builder = client
            .get(request.url.clone())
            .header(ACCEPT, "text/html, application/xhtml+xml;q=0.9, */*;q=0.1");
        if let Some(entry) = request.unless {
            if let Some(etag) = &entry.etag {
                builder = builder.header(IF_NONE_MATCH, etag);
            }
            if let Some(date) = &entry.last_modified {
                builder = builder.header(IF_MODIFIED_SINCE, date);
            }
        }
        if origin(request.url) == origin(self.guard.home()) {
            for (name, value) in &self.config.headers {
                builder = builder.header(name, value);
            }
        }
        let credentials = self.credentials.as_ref().and_then(|all| all.for_url(request.url));
        if let Some((user, password)) = credentials {
            builder = builder.basic_auth(user, password);
        }
        self.wait_for_turn(request.url).await;
        self.n_requests.fetch_add(1, Ordering::Relaxed);
        let asked = Instant::now();
        let response = builder.send().await.map_err(|error| self.failed(&error))?;
        self.adapt(request.url, asked.elapsed());
        let status = response.status().as_u16();
        if matches!(status, 429 | 500..=599) {
            let retry = self.retry_for(request.url, &response);
            return Err(Failed { problem: Problem::Status { status }, retry });
        }
        let header = |name: HeaderName| {
            let value = response.headers().get(name)?;
            Some(String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
        };
        let mut answer = Answer {
            status,
            content_type: header(CONTENT_TYPE),
            cache_control: header(CACHE_CONTROL),
            etag: header(ETAG),
            last_modified: header(LAST_MODIFIED),
            location: header(LOCATION),
            body: Vec::new(),
        };
        if status == 200 {
            // What the client can decompress it has decompressed, and taken this header off.
            if let Some(encoding) = header(CONTENT_ENCODING).filter(|value| value != "identity") {
                return Err(Problem::Encoding { encoding }.into());
            }
            answer.body = self.body(response, request).await?;
        }
        Ok(answer)
    }

    /// The body, never more of it in memory than is allowed and one piece of the network.
    async fn body(&self, mut response: Response, request: Request<'_>) -> Result<Vec<u8>, Failed> {
        let mut body = Vec::new();
        let began = Instant::now();
        loop {
            let piece = self.piece(&mut response, (began, body.len())).await?;
            let Some(piece) = piece else { break };
            let room = request.max_bytes - body.len();
            if piece.len() > room {
                if request.overlong == Overlong::Refuse {
                    return Err(Problem::TooLarge { max_bytes: request.max_bytes }.into());
                }
                body.extend_from_slice(&piece[..room]);
                break;
            }
            body.extend_from_slice(&piece);
            let n_bytes = piece.len() as u64;
            let max = self.config.max_total_bytes;
            if self.n_bytes.fetch_add(n_bytes, Ordering::Relaxed) + n_bytes > max {
                return Err(Problem::ByteLimit { max }.into());
            }
        }
        Ok(body)
    }

    /// The next piece of a body that has come in since `began`, if it comes fast enough.
    async fn piece(
        &self,
        response: &mut Response,
        (began, n_bytes): (Instant, usize),
    ) -> Result<Option<impl std::ops::Deref<Target = [u8]>>, Failed> {
        let min_rate = self.config.min_rate;
        let grace = self.config.timeout / 3;
        // The moment from which on what has come is too little; the whole request ends before that
        // where there is no least rate.
        let allowed = n_bytes as f64 / f64::from(min_rate);
        let allowed = Duration::try_from_secs_f64(allowed).unwrap_or(self.config.timeout);
        let until = if min_rate == 0 {
            began + 2 * self.config.timeout
        } else {
            began + grace.max(allowed)
        };
        if let Ok(piece) = tokio::time::timeout_at(until.into(), response.chunk()).await {
            piece.map_err(|error| self.failed(&error))
        } else {
            let took = began.elapsed();
            Err(Problem::TooSlow { n_bytes, took, min_rate }.into())
        }
    }

    fn client(&self, url: &Url, reach: Reach) -> Result<&Client, Problem> {
        let at = usize::from(reach == Reach::Private);
        let client = if url.scheme() == "https" {
            let build = || {
                let own = Certificate::from_pem_bundle(&self.config.certificates);
                let own =
                    own.map_err(|error| Problem::Certificates { reason: innermost(&error) })?;
                if own.is_empty() && !self.config.certificates.is_empty() {
                    let reason = "it holds none, allowed is PEM".to_owned();
                    return Err(Problem::Certificates { reason });
                }
                let encryption =
                    |builder: ClientBuilder| builder.https_only(true).tls_certs_merge(own);
                self.build_client(reach, encryption)
            };
            self.encrypted[at].get_or_init(build)
        } else {
            let build = || self.build_client(reach, |builder| builder.tls_certs_only([]));
            self.plain[at].get_or_init(build)
        };
        client.as_ref().map_err(Clone::clone)
    }

    fn build_client(
        &self,
        reach: Reach,
        encryption: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Result<Client, Problem> {
        // The one place where the cryptography is chosen. An error says that somebody in the
        // process has chosen before, which is as good.
        rustls::crypto::ring::default_provider().install_default().ok();
        let builder = Client::builder()
            .user_agent(&self.config.user_agent)
            .timeout(self.config.timeout)
            .connect_timeout(self.config.connect_timeout)
            .redirect(redirect::Policy::none())
            .referer(false)
            .dns_resolver(Arc::new(Resolver(reach)))
            .no_proxy();
        encryption(builder)
            .build()
            .map_err(|error| Problem::Unreachable { reason: innermost(&error) })
    }

    /// Waits until a request to the host of `url` may start, and takes that place in the row.
    async fn wait_for_turn(&self, url: &Url) {
        let now = Instant::now();
        let turn = {
            let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
            let own = pace.entry(origin(url)).or_insert_with(|| self.first_pace(url));
            let turn = own.next_start.max(now);
            own.next_start = turn + own.delay;
            turn
        };
        // A timer is rounded up to a millisecond, even one for a time that has passed.
        if turn > now {
            tokio::time::sleep_until(turn.into()).await;
        }
    }

    /// When a server that is in trouble wants to be asked again; nobody asks it before.
    fn retry_for(&self, url: &Url, response: &Response) -> Retry {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        let own = pace.entry(origin(url)).or_insert_with(|| self.first_pace(url));
        own.delay = (own.delay * 2).min(MAX_DELAY);
        let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let Some(wait) = asked.and_then(|text| retry_after(text, SystemTime::now())) else {
            return Retry::WithBackoff;
        };
        own.next_start = own.next_start.max(Instant::now() + wait);
        Retry::After(wait)
    }

    fn failed(&self, error: &reqwest::Error) -> Failed {
        if let Some(problem) = guard::refusal(error) {
            return problem.into();
        }
        if is_not_encrypted(error) {
            return Problem::NotEncrypted.into();
        }
        let problem = if error.is_timeout() {
            let limit =
                if error.is_connect() { self.config.connect_timeout } else { self.config.timeout };
            Problem::Timeout { limit }
        } else if error.is_connect() {
            Problem::Unreachable { reason: innermost(error) }
        } else {
            Problem::Broken { reason: innermost(error) }
        };
        Failed { problem, retry: Retry::WithBackoff }
    }
}

/// A request without an answer, and whether it makes sense to repeat it.
struct Failed {
    problem: Problem,
    retry: Retry,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Retry {
    Never,
    WithBackoff,
    After(Duration),
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self { problem, retry: Retry::Never }
    }
}

/// Whether the server answered an attempt to encrypt with something that is no TLS at all. Only the
/// words tell: the layers around the error do not show its type.
fn is_not_encrypted(error: &reqwest::Error) -> bool {
    error.is_connect() && innermost(error).starts_with("received corrupt message")
}

/// What lies at the bottom of an error: the layers above name the URL, or say nothing.
fn innermost(error: &reqwest::Error) -> String {
    let mut reason = None;
    let mut source = error.source();
    while let Some(inner) = source {
        reason = Some(inner.to_string());
        source = inner.source();
    }
    reason.unwrap_or_else(|| "unknown reason".to_owned())
}

/// The time in a `Retry-After`, seconds or a date; at most a minute.
fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    let wait = if let Ok(seconds) = text.parse() {
        Duration::from_secs(seconds)
    } else {
        let date = httpdate::parse_http_date(text).ok()?;
        date.duration_since(now).unwrap_or_default()
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_and_at_most_a_minute() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        for (text, seconds) in [
            ("5", Some(5)),
            ("3600", Some(60)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:49:30 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            assert_eq!(retry_after(text, now), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn requests_to_a_public_host_start_apart_and_to_this_machine_at_once() {
        let time_of_three = |url: &str, delay| {
            let url = url.parse().unwrap();
            let http = Http::new(CrawlConfig { delay, ..CrawlConfig::default() }, &url);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
            let started = Instant::now();
            runtime.unwrap().block_on(async {
                for _ in 0..3 {
                    http.wait_for_turn(&url).await;
                }
            });
            started.elapsed()
        };
        let (short, long) = (Duration::from_millis(20), Duration::from_secs(2));
        assert!(time_of_three("https://conf.example/", short) >= 2 * short);
        assert!(time_of_three("http://127.0.0.1:1/", long) < long);
    }

    #[test]
    fn a_client_for_encrypted_pages_can_be_made() {
        let url = "https://conf.example/".parse().unwrap();
        let http = Http::new(CrawlConfig::default(), &url);
        assert!(http.client(&url, Reach::Public).is_ok());
    }
}
