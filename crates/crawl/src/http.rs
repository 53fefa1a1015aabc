//! One request: politely, with a limit on everything.

use std::collections::HashMap;
use std::error::Error as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use backon::{ExponentialBuilder, Retryable};
use reqwest::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED, LOCATION, RETRY_AFTER,
};
use reqwest::{Client, ClientBuilder, Response, redirect};
use url::Url;

use crate::address::{Credentials, is_loopback, origin};
use crate::cache::Entry;
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
    plain: OnceLock<Result<Client, Problem>>,
    encrypted: OnceLock<Result<Client, Problem>>,
    n_requests: AtomicUsize,
    /// When the next request to an origin may start.
    next_start: Mutex<HashMap<String, Instant>>,
}

impl Http {
    pub(crate) fn new(config: CrawlConfig, credentials: Option<Credentials>) -> Self {
        Self {
            config,
            credentials,
            plain: OnceLock::new(),
            encrypted: OnceLock::new(),
            n_requests: AtomicUsize::new(0),
            next_start: Mutex::new(HashMap::new()),
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
        let client = self.client(request.url)?;
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
        let credentials = self.credentials.as_ref().and_then(|all| all.for_url(request.url));
        if let Some((user, password)) = credentials {
            builder = builder.basic_auth(user, password);
        }
        self.wait_for_turn(request.url).await;
        self.n_requests.fetch_add(1, Ordering::Relaxed);
        let response = builder.send().await.map_err(|error| self.failed(&error))?;
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
        while let Some(piece) = response.chunk().await.map_err(|error| self.failed(&error))? {
            let room = request.max_bytes - body.len();
            if piece.len() > room {
                if request.overlong == Overlong::Refuse {
                    return Err(Problem::TooLarge { max_bytes: request.max_bytes }.into());
                }
                body.extend_from_slice(&piece[..room]);
                break;
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }

    fn client(&self, url: &Url) -> Result<&Client, Problem> {
        let client = if url.scheme() == "https" {
            self.encrypted.get_or_init(|| self.build_client(|builder| builder.https_only(true)))
        } else {
            self.plain.get_or_init(|| self.build_client(|builder| builder.tls_certs_only([])))
        };
        client.as_ref().map_err(Clone::clone)
    }

    fn build_client(
        &self,
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
            .no_proxy();
        encryption(builder)
            .build()
            .map_err(|error| Problem::Unreachable { reason: innermost(&error) })
    }

    /// Waits until a request to the host of `url` may start, and takes that place in the row.
    async fn wait_for_turn(&self, url: &Url) {
        let delay = if is_loopback(url) { Duration::ZERO } else { self.config.delay };
        let now = Instant::now();
        let turn = {
            let mut next_start = self.next_start.lock().unwrap_or_else(PoisonError::into_inner);
            let next = next_start.entry(origin(url)).or_insert(now);
            let turn = (*next).max(now);
            *next = turn + delay;
            turn
        };
        // A timer is rounded up to a millisecond, even one for a time that has passed.
        if turn > now {
            tokio::time::sleep_until(turn.into()).await;
        }
    }

    /// When a server that is in trouble wants to be asked again; nobody asks it before.
    fn retry_for(&self, url: &Url, response: &Response) -> Retry {
        let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let Some(wait) = asked.and_then(|text| retry_after(text, SystemTime::now())) else {
            return Retry::WithBackoff;
        };
        let mut next_start = self.next_start.lock().unwrap_or_else(PoisonError::into_inner);
        let next = next_start.entry(origin(url)).or_insert_with(Instant::now);
        *next = (*next).max(Instant::now() + wait);
        Retry::After(wait)
    }

    fn failed(&self, error: &reqwest::Error) -> Failed {
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
            let http = Http::new(CrawlConfig { delay, ..CrawlConfig::default() }, None);
            let url = url.parse().unwrap();
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
        let http = Http::new(CrawlConfig::default(), None);
        let url = "https://conf.example/".parse().unwrap();
        assert!(http.client(&url).is_ok());
    }
}
