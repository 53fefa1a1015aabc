//! Crawls of a server on this machine.

#![allow(clippy::unwrap_used, reason = "these are tests, helpers included")]

mod encrypted;
mod hostile;
mod idioms;
mod robots;
mod score;
mod server;
mod sites;
mod synthetic;

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use corpus::Document;
use crawl::{CacheMode, Crawl, CrawlConfig, Error, Problem, Recipe, crawl, crawl_each};
use jobs::{FileStore, Progress, Run};
use tempfile::TempDir;
use url::Url;

use server::{Reply, Server};

const RECIPE: &str = r#"
    [recipe]
    name = "test"
    [list]
    item = "li"
    link = "a@href"
    title = "a"
    speakers = "i"
    [talk]
    abstract = "div.abstract"
    tags = "span.tag"
"#;

/// A crawl with its own cache; waits between tries are short.
struct Crawler {
    recipe: Recipe,
    config: CrawlConfig,
    store: FileStore,
    run: Run,
    _folder: TempDir,
}

impl Crawler {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            recipe: Recipe::parse(RECIPE).unwrap(),
            config: CrawlConfig { retry_delay: Duration::from_millis(1), ..CrawlConfig::default() },
            store: FileStore::open(folder.path()).unwrap(),
            run: Run::serial(),
            _folder: folder,
        }
    }

    fn with(change: impl FnOnce(&mut CrawlConfig)) -> Self {
        let mut crawler = Self::new();
        change(&mut crawler.config);
        crawler
    }

    fn try_crawl(&self, start: &Url) -> Result<Crawl, Error> {
        crawl(std::slice::from_ref(start), &self.recipe, &self.config, &self.store, &self.run)
    }

    fn crawl(&self, start: &Url) -> Crawl {
        self.try_crawl(start).unwrap()
    }

    fn in_mode(&self, cache: CacheMode) -> Self {
        Self {
            recipe: self.recipe.clone(),
            config: CrawlConfig { cache, ..self.config.clone() },
            store: self.store.clone(),
            run: self.run.clone(),
            _folder: tempfile::tempdir().unwrap(),
        }
    }
}

fn list(links: &[&str]) -> Reply {
    let items: Vec<_> = links
        .iter()
        .map(|link| format!("<li><a href='{link}'>{link}</a><i>A, B</i></li>"))
        .collect();
    Reply::html(format!("<ul>{}<li>a break</li></ul>", items.concat()))
}

fn talk(text: &str) -> Reply {
    Reply::html(format!("<div class=abstract><p>{text}</p></div><span class=tag>t</span>"))
}

/// A site with a list and the talks `/t0`, `/t1`, …
fn site(n_talks: usize) -> Server {
    let server = Server::start();
    let links: Vec<_> = (0..n_talks).map(|n| format!("/t{n}")).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    server.set("/", list(&links).with("ETag", "\"list\""));
    for n in 0..n_talks {
        let etag = format!("\"{n}\"");
        server.set(&format!("/t{n}"), talk(&format!("Talk {n}")).with("ETag", &etag));
    }
    server
}

fn texts(crawl: &Crawl) -> Vec<&str> {
    crawl.documents.iter().map(|document| document.text.as_str()).collect()
}

/// The one skipped talk: its path and the reason.
#[track_caller]
fn only_skipped(crawl: &Crawl) -> (String, String) {
    assert_eq!(crawl.skipped.len(), 1, "{:?}", crawl.skipped);
    let skipped = &crawl.skipped[0];
    let path = skipped.location.parse::<Url>().unwrap().path().to_owned();
    (path, skipped.reason.clone())
}

#[derive(Default)]
struct Heard {
    n_advanced: AtomicU64,
    warnings: Mutex<Vec<String>>,
}

impl Progress for Heard {
    fn advanced(&self, n: u64) {
        self.n_advanced.fetch_add(n, Ordering::SeqCst);
    }

    fn warn(&self, message: &str) {
        self.warnings.lock().unwrap().push(message.to_owned());
    }
}

#[test]
fn talks_become_documents_in_the_order_of_the_list() {
    let server = site(20);
    let heard = Arc::new(Heard::default());
    for threads in [1, 4] {
        let mut crawler = Crawler::new();
        crawler.run = Run::with_threads(NonZeroUsize::new(threads).unwrap())
            .unwrap()
            .with_progress(Arc::clone(&heard) as Arc<dyn Progress>);
        let crawl = crawler.crawl(&server.url("/"));
        assert_eq!(crawl.found, 20);
        assert_eq!((crawl.fetched, crawl.from_cache, crawl.requests), (21, 0, 22));
        assert_eq!(crawl.skipped, []);
        let expected: Vec<_> = (0..20)
            .map(|n| Document {
                id: format!("/t{n}"),
                url: Some(server.url(&format!("/t{n}")).into()),
                title: format!("/t{n}"),
                text: format!("Talk {n}"),
                tags: vec!["t".to_owned()],
                speakers: vec!["A".to_owned(), "B".to_owned()],
                ..Document::default()
            })
            .collect();
        assert_eq!(crawl.documents, expected);
    }
    assert_eq!(heard.n_advanced.load(Ordering::SeqCst), 2 * 21);
}

#[test]
fn each_document_is_handed_on_while_later_pages_are_still_to_come() {
    let server = site(60);
    let crawler = Crawler::new();
    let (mut taken, mut n_asked) = (Vec::new(), Vec::new());
    let take = &mut |document: Document| {
        n_asked.push(server.take_asked().len());
        taken.push(document);
        ControlFlow::Continue(())
    };
    let start = (&[server.url("/")][..], &crawler.recipe);
    let crawl = crawl_each(start, &crawler.config, &crawler.store, &crawler.run, take).unwrap();
    // A batch, as many that wait, and those under way.
    assert!(n_asked[0] < 30, "{n_asked:?}");
    assert_eq!(crawl.documents, []);
    assert_eq!((crawl.found, crawl.coverage.documents), (60, 60));
    let whole = crawler.crawl(&server.url("/"));
    assert_eq!((taken, crawl.coverage), (whole.documents, whole.coverage));
}

#[test]
fn a_crawl_ends_when_its_documents_are_not_wanted_any_more() {
    let server = site(60);
    let crawler = Crawler::new();
    let mut n_taken = 0;
    let take = &mut |_| {
        n_taken += 1;
        if n_taken == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let start = (&[server.url("/")][..], &crawler.recipe);
    let error = crawl_each(start, &crawler.config, &crawler.store, &crawler.run, take).unwrap_err();
    assert!(matches!(error, Error::Jobs(jobs::Error::Cancelled)), "{error:?}");
    assert_eq!(n_taken, 3);
    assert!(server.take_asked().len() < 40);
}

#[test]
fn at_most_two_requests_are_in_flight() {
    let server = site(12);
    for n in 0..12 {
        let reply = talk("x").after(Duration::from_millis(10));
        server.set(&format!("/t{n}"), reply);
    }
    Crawler::new().crawl(&server.url("/"));
    assert_eq!(server.most_in_flight(), 2);
}

#[test]
fn every_request_names_the_program() {
    let server = site(1);
    Crawler::new().crawl(&server.url("/"));
    let asked = server.take_asked();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|asked| asked.headers["user-agent"].starts_with("topicmill/")));
}

#[test]
fn a_second_run_asks_for_nothing_but_a_change_of_the_list() {
    let server = site(5);
    let crawler = Crawler::new();
    let first = crawler.crawl(&server.url("/"));
    server.take_asked();

    let second = crawler.crawl(&server.url("/"));
    let asked = server.take_asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].headers["if-none-match"], "\"list\"");
    assert_eq!(second.documents, first.documents);
    assert_eq!((second.requests, second.fetched, second.from_cache), (1, 0, 6));

    server.set("/", list(&["/t3", "/new"])).set("/new", talk("New"));
    let third = crawler.crawl(&server.url("/"));
    assert_eq!(texts(&third), ["Talk 3", "New"]);
    assert_eq!(server.take_targets(), ["/", "/new"]);
}

#[test]
fn pages_are_asked_for_again_when_old_or_when_the_server_or_the_user_wants_it() {
    let server = site(3);
    server.set("/t1", talk("One").with("Cache-Control", "no-cache").with("ETag", "\"1\""));
    server.set("/t2", talk("Two").with("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"));
    let crawler = Crawler::new();
    crawler.crawl(&server.url("/"));
    server.take_asked();

    crawler.crawl(&server.url("/"));
    assert_eq!(server.take_targets(), ["/", "/t1"]);

    server.set("/t0", talk("Changed"));
    let refreshed = crawler.in_mode(CacheMode::Refresh).crawl(&server.url("/"));
    assert_eq!(texts(&refreshed), ["Changed", "One", "Two"]);
    assert_eq!((refreshed.fetched, refreshed.from_cache), (1, 3));
    assert_eq!(server.take_targets(), ["/", "/robots.txt", "/t0", "/t1", "/t2"]);

    let mut old = crawler.in_mode(CacheMode::Revalidate);
    old.config.max_age = Duration::ZERO;
    assert_eq!(old.crawl(&server.url("/")).requests, 5);
}

#[test]
fn offline_takes_what_there_is_and_asks_nothing() {
    let server = site(3);
    server.set("/t1", Reply::status(404));
    let crawler = Crawler::new();
    let online = crawler.crawl(&server.url("/"));
    server.take_asked();

    let mut offline = crawler.in_mode(CacheMode::Offline);
    offline.config.max_age = Duration::ZERO;
    let crawl = offline.crawl(&server.url("/"));
    assert_eq!(server.take_targets(), [""; 0]);
    assert_eq!(crawl.documents, online.documents);
    assert_eq!((crawl.found, crawl.requests, crawl.fetched, crawl.from_cache), (3, 0, 0, 3));
    let (path, reason) = only_skipped(&crawl);
    assert_eq!(path, "/t1");
    assert_eq!(reason, "not in the cache, and --offline forbids requests");

    let error = offline.try_crawl(&server.url("/other")).unwrap_err();
    assert!(matches!(&error, Error::Start { problem: Problem::Offline, .. }), "{error}");
    assert!(error.hint().unwrap().contains("without --offline"));
}

#[test]
fn a_talk_that_cannot_be_had_is_skipped_and_asked_for_in_the_next_run() {
    let server = site(3);
    server.set("/t1", Reply::status(404));
    let crawler = Crawler::new();
    let crawl = crawler.crawl(&server.url("/"));
    assert_eq!(texts(&crawl), ["Talk 0", "Talk 2"]);
    assert_eq!(crawl.found, 3);
    let (path, reason) = only_skipped(&crawl);
    assert_eq!((path.as_str(), reason.contains("status 404")), ("/t1", true), "{reason}");
    assert_eq!(server.take_targets(), ["/", "/robots.txt", "/t0", "/t1", "/t2"]);

    server.set("/t1", talk("Back"));
    assert_eq!(texts(&crawler.crawl(&server.url("/"))), ["Talk 0", "Back", "Talk 2"]);
}

#[test]
fn a_talk_without_text_is_kept() {
    let server = site(1);
    server.set("/t0", Reply::html("<p>no abstract</p>"));
    assert_eq!(texts(&Crawler::new().crawl(&server.url("/"))), [""]);
}

#[test]
fn a_server_in_trouble_is_tried_three_times() {
    let server = site(3);
    server.set("/t0", talk("Third time").failing_first(2));
    server.set("/t1", Reply::status(500));
    server.set("/t2", Reply::status(429));
    let crawl = Crawler::new().crawl(&server.url("/"));
    assert_eq!(texts(&crawl), ["Third time"]);
    assert!(crawl.skipped[0].reason.contains("status 500"), "{:?}", crawl.skipped);
    assert!(crawl.skipped[1].reason.contains("status 429"), "{:?}", crawl.skipped);
    let n_asked = |target: &str, all: &[String]| all.iter().filter(|own| *own == target).count();
    let targets = server.take_targets();
    assert_eq!(["/t0", "/t1", "/t2"].map(|target| n_asked(target, &targets)), [3, 3, 3]);
}

#[test]
fn a_server_that_says_when_to_come_back_is_asked_then() {
    let server = site(1);
    server.set("/t0", talk("Second time").failing_first(1));
    // Its `Retry-After: 0` goes before the wait of the configuration, which would last for ever.
    let crawler = Crawler::with(|config| config.retry_delay = Duration::from_hours(1));
    assert_eq!(texts(&crawler.crawl(&server.url("/"))), ["Second time"]);
}

#[test]
fn redirects_inside_the_site_are_followed_and_kept() {
    let server = site(2);
    server.set("/t0", Reply::redirect("t0/")).set("/t0/", Reply::redirect("?page=1"));
    server.set("/t0/?page=1", talk("Moved").with("ETag", "\"moved\""));
    // Both end at the same page: one talk.
    server.set("/t1", Reply::redirect("/t0/?page=1"));
    let crawler = Crawler::new();
    let crawl = crawler.crawl(&server.url("/"));
    assert_eq!(texts(&crawl), ["Moved"]);
    assert_eq!(crawl.documents[0].id, "/t0");
    assert_eq!(crawl.skipped, []);

    let again = crawler.in_mode(CacheMode::Refresh).crawl(&server.url("/"));
    assert_eq!(again.documents, crawl.documents);
    assert_eq!(again.fetched, 0);
}

#[test]
fn redirects_out_of_the_site_in_circles_and_to_nowhere_are_not_followed() {
    let elsewhere = Server::start();
    let mut host = elsewhere.url("/x");
    host.set_host(Some("localhost")).unwrap();
    let server = site(5);
    server.set("/t0", Reply::redirect(host.as_str()));
    server.set("/t1", Reply::redirect("/t1"));
    server.set("/t2", Reply::redirect("file:///etc/passwd"));
    server.set("/t3", Reply::status(301));
    server.set("/t4", Reply::redirect("/private/x"));
    server.set("/robots.txt", Reply::html("User-agent: *\nDisallow: /private"));
    let crawl = Crawler::new().crawl(&server.url("/"));
    let reasons: Vec<_> = crawl.skipped.iter().map(|skipped| skipped.reason.as_str()).collect();
    assert_eq!(crawl.documents, []);
    for (reason, part) in reasons.iter().zip([
        "it leads to http://localhost:",
        "more than 8 redirects",
        "it leads to file:///etc/passwd",
        "a redirect (status 301) to nowhere",
        "robots.txt does not allow it",
    ]) {
        assert!(reason.contains(part), "{reason}");
    }
    assert_eq!(elsewhere.take_targets(), [""; 0]);

    server.set("/", Reply::redirect(host.as_str()));
    let error = Crawler::new().try_crawl(&server.url("/")).unwrap_err();
    assert!(error.hint().unwrap().contains(host.as_str()), "{error}");
}

#[test]
fn links_to_other_hosts_are_skipped_and_repeated_links_are_one_talk() {
    let server = site(0);
    server.set("/", list(&["/a", "https://video.example/x", "a#part", "./a"]));
    server.set("/a", talk("A"));
    let crawl = Crawler::new().crawl(&server.url("/"));
    assert_eq!((texts(&crawl), crawl.found), (vec!["A"], 2));
    assert_eq!(crawl.skipped[0].location, "https://video.example/x");
    assert_eq!(server.take_targets(), ["/", "/a", "/robots.txt"]);
}

#[test]
fn queries_are_part_of_an_id() {
    let server = site(0);
    server.set("/", list(&["/talk?id=1", "/talk?id=2"]));
    server.set("/talk?id=1", talk("One")).set("/talk?id=2", talk("Two"));
    let crawl = Crawler::new().crawl(&server.url("/"));
    let ids: Vec<_> = crawl.documents.iter().map(|document| document.id.as_str()).collect();
    assert_eq!(ids, ["/talk?id=1", "/talk?id=2"]);
}

#[test]
fn several_lists_are_read_and_one_without_talks_is_told() {
    let server = site(3);
    server.set("/day2", list(&["/t2", "/t3"])).set("/t3", talk("Talk 3"));
    server.set("/day3", Reply::html("<p>to be announced</p>"));
    let crawler = Crawler::new();
    let start = ["/", "/day2", "/day3"].map(|path| server.url(path));
    let crawl =
        crawl(&start, &crawler.recipe, &crawler.config, &crawler.store, &crawler.run).unwrap();
    assert_eq!(texts(&crawl), ["Talk 0", "Talk 1", "Talk 2", "Talk 3"]);
    let (path, reason) = only_skipped(&crawl);
    assert_eq!(path, "/day3");
    assert!(reason.contains("list.item = \"li\""), "{reason}");
}

#[test]
fn too_many_talks_are_skipped() {
    let server = site(4);
    let mut crawler = Crawler::with(|config| config.max_pages = 3);
    let limited = crawler.crawl(&server.url("/"));
    assert_eq!((limited.documents.len(), limited.found), (3, 4));
    assert!(only_skipped(&limited).1.contains("at most 3 talk pages"));
    crawler.recipe = Recipe::parse(&format!("{RECIPE}[limits]\npages = 2")).unwrap();
    assert_eq!(crawler.crawl(&server.url("/")).documents.len(), 2);
}

#[test]
fn long_pages_and_bombs_are_refused_while_they_come() {
    let server = site(3);
    server.set("/t0", Reply::html(vec![b'x'; 100_001]));
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(&vec![b'x'; 10 << 20]).unwrap();
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 100_000);
    server.set("/t1", Reply::html(bomb).with("Content-Encoding", "gzip"));
    server.set("/t2", Reply::html("x").with("Content-Encoding", "compress"));
    let crawl = Crawler::with(|config| config.max_page_bytes = 100_000).crawl(&server.url("/"));
    assert_eq!(crawl.documents, []);
    assert!(crawl.skipped[0].reason.contains("longer than 100000 bytes"));
    assert!(crawl.skipped[1].reason.contains("longer than 100000 bytes"));
    assert!(crawl.skipped[2].reason.contains("compression is \"compress\""));
}

#[test]
fn pages_in_gzip_and_in_other_encodings_are_read() {
    let server = site(3);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(b"<div class=abstract>packed</div>").unwrap();
    let packed = packed.finish().unwrap();
    server.set("/t0", Reply::html(packed).with("Content-Encoding", "gzip"));
    let cyrillic = b"<meta charset=utf-8><div class=abstract>\xCF\xF0\xE8\xE2\xE5\xF2</div>";
    let reply = Reply::html(&cyrillic[..]).with("Content-Type", "text/html; charset=windows-1251");
    server.set("/t1", reply);
    let latin = b"<div class=abstract>caf\xE9 cr\xE8me</div>";
    server.set("/t2", Reply::html(&latin[..]));
    let crawler = Crawler::new();
    let expected = ["packed", "Привет", "café crème"];
    assert_eq!(texts(&crawler.crawl(&server.url("/"))), expected);
    let offline = crawler.in_mode(CacheMode::Offline);
    assert_eq!(texts(&offline.crawl(&server.url("/"))), expected);
}

#[test]
fn a_page_that_comes_too_slowly_is_given_up() {
    let server = site(2);
    server.set("/t0", talk("slow").dripping(Duration::from_millis(20)));
    let crawler = Crawler::with(|config| {
        config.timeout = Duration::from_secs(3);
        config.tries = 1;
    });
    let crawl = crawler.crawl(&server.url("/"));
    assert_eq!(texts(&crawl), ["Talk 1"]);
    assert!(only_skipped(&crawl).1.contains("allowed are at least 1000 a second"));
}

#[test]
fn a_dripping_page_runs_out_of_time() {
    let server = site(2);
    server.set("/t0", talk("slow").dripping(Duration::from_millis(50)));
    let crawler = Crawler::with(|config| {
        config.timeout = Duration::from_millis(200);
        config.min_rate = 0;
        config.tries = 1;
    });
    let crawl = crawler.crawl(&server.url("/"));
    assert_eq!(texts(&crawl), ["Talk 1"]);
    assert!(only_skipped(&crawl).1.contains("no complete answer within 0.2 s"));
}

#[test]
fn what_is_no_web_page_is_refused() {
    let server = site(1);
    server.set("/t0", talk("x").with("Content-Type", "application/pdf"));
    let crawl = Crawler::new().crawl(&server.url("/"));
    assert!(only_skipped(&crawl).1.contains("\"application/pdf\", allowed are text/html"));

    server.set("/data", Reply::html("{}").with("Content-Type", "application/json"));
    let error = Crawler::new().try_crawl(&server.url("/data")).unwrap_err();
    let is_about_type = matches!(&error, Error::Start { problem: Problem::NotHtml { .. }, .. });
    assert!(is_about_type && error.hint().is_some(), "{error}");
}

#[test]
fn credentials_are_sent_home_and_shown_nowhere() {
    let server = site(2);
    server.set("/t1", Reply::status(404));
    let mut start = server.url("/");
    start.set_username("ada").unwrap();
    start.set_password(Some("s3cret")).unwrap();
    let crawler = Crawler::new();
    let crawl = crawler.crawl(&start);
    // "ada:s3cret" in base64.
    let is_signed = |asked: &server::Asked| {
        asked.headers.get("authorization").is_some_and(|value| value == "Basic YWRhOnMzY3JldA==")
    };
    assert!(server.take_asked().iter().all(is_signed));
    let shown = format!("{crawl:?}");
    assert!(!shown.contains("s3cret") && !shown.contains("ada"), "{shown}");

    // The cache knows nothing of them: another user finds the same pages.
    let offline = crawler.in_mode(CacheMode::Offline).crawl(&server.url("/"));
    assert_eq!(offline.documents, crawl.documents);

    server.set("/", Reply::status(403));
    let error = Crawler::new().try_crawl(&start).unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("s3cret") && !shown.contains("ada"), "{shown}");
    assert!(error.hint().unwrap().contains("login"));
}

#[test]
fn a_start_that_leads_nowhere_is_a_typed_error_with_a_hint() {
    let server = site(1);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let closed: Url = format!("http://127.0.0.1:{port}/talks").parse().unwrap();
    server.set("/empty", Reply::html("<p>nothing</p>"));
    server.set("/nolinks", Reply::html("<li>a</li><li><a>b</a></li>"));
    server.set("/loop", Reply::redirect("/loop"));
    for (url, part) in [
        (closed, "cannot be reached: "),
        (server.url("/missing"), "status 404, allowed is 200"),
        (server.url("/loop"), "more than 8 redirects"),
        (server.url("/empty"), "no element for list.item = \"li\""),
        (server.url("/nolinks"), "no element for list.link = \"a@href\""),
        ("ftp://conf.example/x".parse().unwrap(), "the scheme is \"ftp\""),
    ] {
        let error = Crawler::new().try_crawl(&url).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(part) && message.contains(url.as_str()), "{message}");
        assert!(error.hint().is_some(), "{message}");
    }
    let crawler = Crawler::new();
    let none = crawl(&[], &crawler.recipe, &crawler.config, &crawler.store, &crawler.run);
    assert!(matches!(none, Err(Error::NoStart { .. })));
}

#[test]
fn a_server_that_does_not_encrypt_is_named_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url: Url = format!("https://127.0.0.1:{}/talks/", listener.local_addr().unwrap().port())
        .parse()
        .unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // A greeting in TLS is no request in plain HTTP.
            stream
                .unwrap()
                .write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                .unwrap();
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::open(folder.path()).unwrap();
    let config = CrawlConfig { tries: 1, ..CrawlConfig::default() };
    let error = crawl::explore(&url, &config, &store, &Run::serial()).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("does not answer in TLS"), "{message}");
    assert!(error.hint().unwrap().contains("http://"));
}

#[test]
fn a_damaged_cache_is_a_miss_with_a_warning() {
    let server = site(2);
    let mut crawler = Crawler::new();
    let first = crawler.crawl(&server.url("/"));
    for folder in fs::read_dir(crawler.store.root().join("refs")).unwrap() {
        for file in fs::read_dir(folder.unwrap().path()).unwrap() {
            fs::write(file.unwrap().path(), b"damaged").unwrap();
        }
    }
    let heard = Arc::new(Heard::default());
    crawler.run = Run::serial().with_progress(Arc::clone(&heard) as Arc<dyn Progress>);
    let second = crawler.crawl(&server.url("/"));
    assert_eq!(second.documents, first.documents);
    assert_eq!((second.fetched, second.requests), (3, 4));
    let warnings = heard.warnings.lock().unwrap();
    assert_eq!(warnings.len(), 4);
    assert!(warnings[0].contains("in the cache is damaged"), "{warnings:?}");
}

#[test]
fn a_cache_that_keeps_nothing_loses_no_page() {
    let server = site(12);
    let mut crawler = Crawler::new();
    let limits = jobs::Limits { bytes: 0, ..jobs::Limits::default() };
    let folder = crawler.store.root().to_owned();
    crawler.store = FileStore::open_with(&folder, limits, Arc::new(jobs::Silent)).unwrap();
    let several = Run::with_threads(NonZeroUsize::new(3).unwrap()).unwrap();
    for run in [Run::serial(), several] {
        crawler.run = run;
        let crawl = crawler.crawl(&server.url("/"));
        assert_eq!(crawl.skipped, []);
        let expected: Vec<String> = (0..12).map(|n| format!("Talk {n}")).collect();
        assert_eq!(texts(&crawl), expected);
    }
}

#[test]
fn copies_stand_in_for_a_server_that_is_gone() {
    let server = site(10);
    let start = server.url("/");
    let mut crawler = Crawler::new();
    let online = crawler.crawl(&start);
    drop(server);

    let heard = Arc::new(Heard::default());
    crawler.run = Run::serial().with_progress(Arc::clone(&heard) as Arc<dyn Progress>);
    crawler.config.cache = CacheMode::Refresh;
    let alone = crawler.crawl(&start);
    assert_eq!(alone.documents, online.documents);
    assert_eq!(alone.skipped, []);
    // It is given up after a few pages: robots.txt, the list and some talks, three tries each.
    assert!(alone.requests <= 3 * 6, "{}", alone.requests);
    assert!(heard.warnings.lock().unwrap()[0].contains("the copy in the cache is used"));
}

#[test]
fn the_copy_of_europython_2016_gives_all_its_talks() {
    let archive =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/sites/ep2016.tar.zst");
    if !archive.exists() {
        // Written past the test runner, which keeps what passing tests print to itself.
        writeln!(std::io::stderr(), "SKIPPED: {} is not there", archive.display()).unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let tar = zstd::decode_all(fs::File::open(archive).unwrap()).unwrap();
    let mut unpack = std::process::Command::new("tar")
        .args(["-x", "-C"])
        .arg(folder.path())
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    unpack.stdin.take().unwrap().write_all(&tar).unwrap();
    assert!(unpack.wait().unwrap().success());

    let server = Server::start();
    let config = corpus::ReadConfig::default();
    let mut n_talks = 0;
    for batch in corpus::read(folder.path(), &config).unwrap() {
        for document in batch.unwrap().documents {
            let page = fs::read(folder.path().join(&document.id)).unwrap();
            let path = document.id.strip_prefix("ep2016").unwrap();
            let path = path.strip_suffix("index.html").unwrap();
            n_talks += usize::from(path.starts_with("/conference/talks/"));
            server.set(path, Reply::html(page));
            let bare = path.trim_end_matches('/');
            if !bare.is_empty() {
                server.set(bare, Reply::redirect(path));
            }
        }
    }
    assert_eq!(n_talks, 169);
    let mut crawler = Crawler::new();
    crawler.recipe = Recipe::builtin("europython-2016").unwrap();
    let crawl = crawler.crawl(&server.url("/p3/schedule/ep2016/list/"));
    assert_eq!((crawl.documents.len(), crawl.found), (169, 169));
    assert_eq!(crawl.skipped, []);
    assert!(crawl.documents.iter().all(|document| {
        !document.title.is_empty()
            && !document.text.is_empty()
            && !document.text.contains("Latest news")
            && document.language.as_deref() == Some("en")
    }));
}
