//! How to crawl.

use std::time::Duration;

/// What a crawl may take from the page cache and from the network.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CacheMode {
    /// Talk pages younger than [`CrawlConfig::max_age`] come from the cache; list pages and older
    /// ones are asked for again, on condition that they have changed.
    #[default]
    Revalidate,
    /// Every page is asked for again, on condition that it has changed.
    Refresh,
    /// No request at all: whatever is in the cache, however old, and nothing else.
    Offline,
}

/// How to crawl. `CrawlConfig::default()` is polite enough for any public site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrawlConfig {
    /// What may come from the cache and the network. Default: [`CacheMode::Revalidate`].
    pub cache: CacheMode,
    /// The `User-Agent` of every request; robots.txt is obeyed under its first word. Default:
    /// `topicmill/<version>`.
    pub user_agent: String,
    /// How many talk pages to read at most; a recipe may set a lower limit. Default: 1,500.
    pub max_pages: usize,
    /// How long a page may be, bytes after decompression. Default: 5 MiB.
    pub max_page_bytes: usize,
    /// How many bytes all pages together may have, after decompression. Default: 200 MiB.
    pub max_total_bytes: u64,
    /// How long requests are made; what is left then is skipped. Default: 30 min.
    pub max_time: Duration,
    /// Headers for the start page's host alone, such as those that authorise.
    pub headers: Vec<(String, String)>,
    /// Certificates in PEM whose holders are trusted to name servers, besides those that the system
    /// trusts. Default: none.
    pub certificates: Vec<u8>,
    /// The time for a whole request. Default: 30 s.
    pub timeout: Duration,
    /// The rate, bytes per second, that a body must have had on the whole once a third of
    /// [`timeout`](Self::timeout) has passed since it began; 0 for none. Default: 1,000.
    pub min_rate: u32,
    /// The time for a connection. Default: 10 s.
    pub connect_timeout: Duration,
    /// How often a page is tried when the server is in trouble, at least once. Default: 3.
    pub tries: usize,
    /// The wait before the second try, doubled before each further one; a server's `Retry-After`
    /// goes first, up to a minute. Default: 1 s.
    pub retry_delay: Duration,
    /// The time between the starts of two requests to a host, at first; none for the own machine.
    /// It becomes shorter, down to a quarter, while the host answers at once, and longer while it
    /// takes its time. Default: 1 s.
    pub delay: Duration,
    /// How many requests may be under way at once. Default: 2.
    pub per_host: usize,
    /// How long a talk page or robots.txt (that one at most a day) is taken from the cache
    /// without asking; a shorter time that the server gives counts. Default: 24 h.
    pub max_age: Duration,
}

impl Default for CrawlConfig {
    fn default() -> Self {
        Self {
            cache: CacheMode::Revalidate,
            user_agent: concat!("topicmill/", env!("CARGO_PKG_VERSION")).to_owned(),
            max_pages: 1500,
            max_page_bytes: 5 << 20,
            max_total_bytes: 200 << 20,
            max_time: Duration::from_mins(30),
            headers: Vec::new(),
            certificates: Vec::new(),
            timeout: Duration::from_secs(30),
            min_rate: 1000,
            connect_timeout: Duration::from_secs(10),
            tries: 3,
            retry_delay: Duration::from_secs(1),
            delay: Duration::from_secs(1),
            per_host: 2,
            max_age: Duration::from_hours(24),
        }
    }
}
