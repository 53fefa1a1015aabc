//! What stops a crawl, and what is wrong with one page.

use std::time::Duration;

use crate::nearest::nearest;

/// An error that stops a whole crawl. Messages and hints hold no user names and passwords.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A start URL of another scheme.
    #[error("cannot crawl {url}: the scheme is {scheme:?}, allowed are http and https")]
    Scheme {
        /// The URL.
        url: String,
        /// Its scheme.
        scheme: String,
    },
    /// No start URL was given.
    #[error("nothing to start from: the recipe {recipe:?} was given no URL")]
    NoStart {
        /// The recipe's name.
        recipe: String,
    },
    /// A start page could not be read.
    #[error("cannot start at {url}: {problem}")]
    Start {
        /// The start page.
        url: String,
        /// What is wrong with it.
        problem: Problem,
    },
    /// The start pages hold nothing of what the recipe looks for.
    #[error("the recipe {recipe:?} matches nothing on {url}: no element for {key} = {selector:?}")]
    NoItems {
        /// The recipe's name.
        recipe: String,
        /// The last start page.
        url: String,
        /// The key of the selector without a match: `list.item` or `list.link`.
        key: &'static str,
        /// The selector.
        selector: String,
    },
    /// A recipe that is not TOML.
    #[error("the recipe is not TOML: {problem} (line {line})")]
    RecipeSyntax {
        /// What the parser says.
        problem: String,
        /// The line, from 1.
        line: usize,
    },
    /// A recipe with a key that means nothing.
    #[error("unknown key {key} in the recipe, allowed here are {}", allowed.join(", "))]
    RecipeKey {
        /// The key with the tables around it: `talk.abstrct`.
        key: String,
        /// The keys that are allowed in that table.
        allowed: &'static [&'static str],
    },
    /// A recipe without a key that every recipe needs.
    #[error("the recipe has no {key}, which is required: {expected}")]
    RecipeMissing {
        /// The key with the tables around it.
        key: String,
        /// What it must hold.
        expected: &'static str,
    },
    /// A recipe with a value that its key does not take.
    #[error("{key} in the recipe is {found}, allowed is {expected}")]
    RecipeValue {
        /// The key with the tables around it.
        key: String,
        /// The value.
        found: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// A recipe with a selector that is none.
    #[error("{key} in the recipe: {source}")]
    RecipeSelector {
        /// The key with the tables around it.
        key: String,
        /// What is wrong with the selector.
        source: corpus::Error,
    },
    /// No built-in recipe has that name.
    #[error("no built-in recipe {name:?}, there are {}", crate::Recipe::builtin_names().join(", "))]
    UnknownRecipe {
        /// The name as it was given.
        name: String,
    },
    /// An example that no page shows.
    #[error("no page of the list shows the {part} {value:?}")]
    NoExample {
        /// The part.
        part: String,
        /// What was looked for.
        value: String,
    },
    /// The cache could not be read or written, or a task failed inside.
    #[error(transparent)]
    Jobs(#[from] jobs::Error),
    /// The system did not give what network input needs.
    #[error("cannot start network input")]
    Runtime {
        /// Why not.
        source: std::io::Error,
    },
}

impl Error {
    /// What the user can do about it, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Scheme { .. } => {
                Some("give an http or https URL; files and folders are given as paths".to_owned())
            }
            Self::NoStart { .. } => {
                Some("give the URL of the page that lists the talks".to_owned())
            }
            Self::Start { problem, .. } => problem.hint(),
            Self::NoExample { .. } => {
                Some("paste the text as the page of one document shows it".to_owned())
            }
            Self::NoItems { .. } => Some(
                "check that the URL is the page that lists the talks, and the recipe's selectors \
                 against that page"
                    .to_owned(),
            ),
            Self::RecipeKey { key, allowed } => {
                let last = key.rsplit('.').next().unwrap_or(key);
                nearest(last, allowed).map(|name| format!("did you mean {name}?"))
            }
            Self::UnknownRecipe { name } => nearest(name, &crate::Recipe::builtin_names())
                .map(|name| format!("did you mean {name}?"))
                .or_else(|| Some("a recipe of your own is given as a .toml file".to_owned())),
            Self::RecipeSyntax { .. }
            | Self::RecipeMissing { .. }
            | Self::RecipeValue { .. }
            | Self::RecipeSelector { .. }
            | Self::Jobs(_)
            | Self::Runtime { .. } => None,
        }
    }
}

/// Why a page could not be had. For a page among many it becomes the reason of a
/// [`Skipped`](corpus::Skipped), for a start page an [`Error::Start`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// No connection: an unknown host, a closed port, a broken certificate.
    #[error("the server cannot be reached: {reason}")]
    Unreachable {
        /// What the system says.
        reason: String,
    },
    /// An address with https, and a server that does not encrypt.
    #[error("the server does not answer in TLS, which https needs")]
    NotEncrypted,
    /// Certificates of the user's own that are none.
    #[error("the certificates to trust cannot be read, allowed is PEM: {reason}")]
    Certificates {
        /// What is wrong with them.
        reason: String,
    },
    /// The answer was not complete in time.
    #[error("no complete answer within {} s", limit.as_secs_f64())]
    Timeout {
        /// The time allowed.
        limit: Duration,
    },
    /// The answer comes in too slowly.
    #[error("{n_bytes} bytes came in {:.1} s, allowed are at least {min_rate} a second", took.as_secs_f64())]
    TooSlow {
        /// What came.
        n_bytes: usize,
        /// In this time.
        took: Duration,
        /// The least rate, bytes a second.
        min_rate: u32,
    },
    /// The connection broke while the answer came.
    #[error("the answer broke off: {reason}")]
    Broken {
        /// What the system says.
        reason: String,
    },
    /// The server answered with a status that is not 200.
    #[error("the server answered with status {status}, allowed is 200")]
    Status {
        /// The status of the last answer.
        status: u16,
    },
    /// The site's robots.txt asks not to read it.
    #[error("the site's robots.txt does not allow it, by its rule {rule:?}")]
    Robots {
        /// The line of robots.txt.
        rule: String,
    },
    /// The robots.txt could not be read, which RFC 9309 takes for a complete refusal.
    #[error("the site's robots.txt cannot be read, so nothing there may be: {reason}")]
    RobotsUnavailable {
        /// Why not.
        reason: String,
    },
    /// Something else than a web page.
    #[error("its type is {content_type:?}, allowed are text/html and application/xhtml+xml")]
    NotHtml {
        /// The `Content-Type` of the answer.
        content_type: String,
    },
    /// An answer in a compression that was not asked for.
    #[error("its compression is {encoding:?}, allowed are gzip and br")]
    Encoding {
        /// The `Content-Encoding` of the answer.
        encoding: String,
    },
    /// A longer page than is allowed.
    #[error("longer than {max_bytes} bytes, which are allowed")]
    TooLarge {
        /// The bytes allowed, after decompression.
        max_bytes: usize,
    },
    /// Redirects without end.
    #[error("more than {max} redirects, the last to {to}")]
    TooManyRedirects {
        /// The redirects allowed.
        max: usize,
        /// Where the last one led.
        to: String,
    },
    /// A redirect without an address.
    #[error("a redirect (status {status}) to nowhere")]
    RedirectToNowhere {
        /// The status of the answer.
        status: u16,
    },
    /// An address that is not public, and was not typed.
    #[error("its address {address} is {kind}; allowed are public addresses, and the start page's")]
    Forbidden {
        /// The address.
        address: String,
        /// What it is reserved for.
        kind: &'static str,
    },
    /// More bytes than a crawl may take.
    #[error("the crawl has taken {max} bytes, which are allowed")]
    ByteLimit {
        /// The bytes allowed.
        max: u64,
    },
    /// More time than a crawl may take.
    #[error("the crawl has taken {} s, which are allowed", limit.as_secs_f64())]
    TimeLimit {
        /// The time allowed.
        limit: Duration,
    },
    /// A redirect or a link to another site.
    #[error("it leads to {to}; allowed are http and https pages of the start page's host")]
    Elsewhere {
        /// Where it leads.
        to: String,
    },
    /// A page over the limit of pages.
    #[error("the crawl reads at most {max} talk pages")]
    PageLimit {
        /// The pages allowed.
        max: usize,
    },
    /// A page not asked for any more, because the server is silent.
    #[error("given up, after {n_pages} pages in a row without an answer of the server")]
    GivenUp {
        /// How many pages were tried in vain.
        n_pages: usize,
    },
    /// A page that says with status 200 that it is not there.
    #[error("the page says {heading:?}, though its status is 200")]
    SoftNotFound {
        /// What it says.
        heading: String,
    },
    /// A login form in the place of a document.
    #[error("the page is a login form")]
    LoginWall,
    /// A page that a browser must first fill.
    #[error("the page is filled by JavaScript, which is not run{}", endpoints(found))]
    JavaScriptOnly {
        /// Addresses of data that the page names.
        found: Vec<String>,
    },
    /// A list of files that are no pages, such as PDF.
    #[error("it leads to {n} files that are not read, such as {first}")]
    FilesOnly {
        /// How many.
        n: usize,
        /// The address of the first.
        first: String,
    },
    /// A page without a list of links and without prose.
    #[error("it holds neither a list of links that look like titles nor a text")]
    NothingFound,
    /// A page that is not in the cache, in a crawl without requests.
    #[error("not in the cache, and --offline forbids requests")]
    Offline,
    /// A page that was in the cache and is no more.
    #[error("it vanished from the cache while the crawl went on")]
    Vanished,
}

impl Problem {
    /// What the user can do about a start page with this problem.
    pub(crate) fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Unreachable { .. } => "check the URL and the network; with a cache from an earlier run, try --offline".to_owned(),
            Self::Timeout { .. } | Self::TooSlow { .. } | Self::Broken { .. } | Self::GivenUp { .. } | Self::RobotsUnavailable { .. } => "try again later".to_owned(),
            Self::NotEncrypted => {
                "check the port, or give the address with http:// if it may be read without encryption".to_owned()
            }
            Self::LoginWall => {
                "give a page that needs no login, a header with --header NAME=env:VAR, or a saved copy of the site as a folder".to_owned()
            }
            Self::JavaScriptOnly { found } => match found.first() {
                Some(url) => format!("try the data itself: {url}"),
                None => "save the pages from a browser (chromium --dump-dom) and give their folder".to_owned(),
            },
            Self::FilesOnly { .. } => {
                "start from a page that shows the abstracts as text, or make a .jsonl or .csv file of the files' texts (pdftotext), with title and text".to_owned()
            }
            Self::NothingFound => "give the page that lists the documents, or write a recipe: topicmill recipe learn URL --example title=...".to_owned(),
            Self::Status { status: 401 | 403 } => {
                "the page wants a login: give it as https://user:password@host/".to_owned()
            }
            Self::SoftNotFound { .. } | Self::Status { status: 404 | 410 } => "check the path of the URL".to_owned(),
            Self::Status { .. } => "try again later, or open the URL in a browser".to_owned(),
            Self::Robots { .. } => {
                "ask the site's owners, or read a saved copy of the site from a folder".to_owned()
            }
            Self::NotHtml { .. } => {
                "give the URL of the web page that lists the talks; download other formats and give the file".to_owned()
            }
            Self::Forbidden { kind: "loopback" | "private" | "shared", .. } => {
                "give that address itself as the source, if you mean to read it".to_owned()
            }
            Self::Forbidden { .. } => "no such address is ever read: check where the name of the host leads".to_owned(),
            Self::ByteLimit { .. } | Self::TimeLimit { .. } => {
                "run again: what was read is in the cache".to_owned()
            }
            Self::Elsewhere { to } => format!("start there instead: {to}"),
            Self::TooManyRedirects { .. } | Self::RedirectToNowhere { .. } => {
                "open the URL in a browser and give the address that it ends at".to_owned()
            }
            Self::Offline => "run once without --offline to fill the cache".to_owned(),
            Self::Certificates { .. } => {
                "give the file of the authority in PEM: crawl.certificates = \"authority.pem\"".to_owned()
            }
            Self::Encoding { .. } | Self::TooLarge { .. } | Self::PageLimit { .. } | Self::Vanished => return None,
        };
        Some(hint)
    }

    /// Whether the server is in trouble, and not the page: then a copy from the cache may stand in.
    pub(crate) fn is_outage(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::Timeout { .. }
                | Self::TooSlow { .. }
                | Self::Broken { .. }
                | Self::GivenUp { .. }
                | Self::RobotsUnavailable { .. }
                | Self::Status { status: 429 | 500..=599 }
        )
    }
}

fn endpoints(found: &[String]) -> String {
    if found.is_empty() {
        String::new()
    } else {
        format!("; it names the data {}", found.join(", "))
    }
}
