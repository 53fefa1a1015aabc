//! A server that does all that a server must not do: each attack ends in a reason, in time and in
//! little memory.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crawl::{CrawlConfig, Recipe, crawl, explore};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use jobs::{FileStore, Run};
use url::Url;

/// More than this is too much, bytes.
const MAX_RSS: u64 = 150 << 20;

/// One attack: its name, what it does with a connection, and a part of the reason that it must end
/// in; an empty one for a page that is read all the same.
struct Attack {
    name: &'static str,
    reason: &'static str,
    act: Act,
}

type Act = Box<dyn Fn(&mut TcpStream) -> std::io::Result<()> + Send + Sync>;

fn attack(
    name: &'static str,
    reason: &'static str,
    act: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
) -> Attack {
    Attack { name, reason, act: Box::new(act) }
}

/// An answer with a body, as it should be.
fn send(stream: &mut TcpStream, head: &str, body: &[u8]) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)
}

fn page(
    name: &'static str,
    reason: &'static str,
    head: &'static str,
    body: impl Into<Vec<u8>>,
) -> Attack {
    let body = body.into();
    attack(name, reason, move |stream| send(stream, head, &body))
}

fn html(name: &'static str, reason: &'static str, body: impl Into<Vec<u8>>) -> Attack {
    page(name, reason, "200 OK\r\nContent-Type: text/html", body)
}

fn raw(name: &'static str, reason: &'static str, answer: impl Into<Vec<u8>>) -> Attack {
    let answer = answer.into();
    attack(name, reason, move |stream| stream.write_all(&answer))
}

fn redirect(name: &'static str, reason: &'static str, to: &str) -> Attack {
    raw(
        name,
        reason,
        format!(
            "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ),
    )
}

/// The same bytes for ever, after a head.
fn endless(name: &'static str, reason: &'static str, head: &'static str, piece: Vec<u8>) -> Attack {
    attack(name, reason, move |stream| {
        stream.write_all(head.as_bytes())?;
        loop {
            stream.write_all(&piece)?;
        }
    })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A gzip of `n` megabytes of zeros.
fn bomb(n: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..n {
        encoder.write_all(&zeros).unwrap();
    }
    encoder.finish().unwrap()
}

fn brotli_bomb(n: usize) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut encoder = brotli::CompressorWriter::new(&mut packed, 1 << 16, 5, 22);
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..n {
        encoder.write_all(&zeros).unwrap();
    }
    drop(encoder);
    packed
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";

#[expect(clippy::too_many_lines, reason = "a table")]
fn attacks() -> Vec<Attack> {
    const GZIP: &str = "200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip";
    const BR: &str = "200 OK\r\nContent-Type: text/html\r\nContent-Encoding: br";
    let deflated = {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        for _ in 0..20 {
            encoder.write_all(&[0; 1 << 12].repeat(256)).unwrap();
        }
        encoder.finish().unwrap()
    };
    let two = [bomb(3), bomb(3)].concat();
    let mut cut = gzip(b"<p>text</p>");
    cut.truncate(12);
    vec![
        page("gzip-bomb", "longer than", GZIP, bomb(200)),
        page("gzip-in-gzip", "", GZIP, gzip(&bomb(200))),
        page("gzip-members", "longer than", GZIP, two),
        page("gzip-cut", "broke off", GZIP, cut),
        page("gzip-that-is-none", "broke off", GZIP, "<p>text"),
        page("brotli-bomb", "longer than", BR, brotli_bomb(200)),
        page("brotli-that-is-none", "broke off", BR, vec![0xFF; 1000]),
        page(
            "zstd-bomb",
            "compression",
            "200 OK\r\nContent-Encoding: zstd",
            zstd::encode_all(std::io::Read::take(std::io::repeat(0), 20 << 20), 1).unwrap(),
        ),
        page("deflate-bomb", "compression", "200 OK\r\nContent-Encoding: deflate", deflated),
        page("two-encodings", "compression", "200 OK\r\nContent-Encoding: gzip, zstd", bomb(1)),
        page("unknown-encoding", "compression", "200 OK\r\nContent-Encoding: rot13", "text"),
        endless(
            "endless-body",
            "longer than",
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n",
            vec![b'x'; 1 << 16],
        ),
        endless(
            "endless-chunks",
            "longer than",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"4\r\nabcd\r\n".repeat(1000),
        ),
        endless("endless-headers", "", "HTTP/1.1 200 OK\r\n", b"X: y\r\n".repeat(1000)),
        endless("endless-header", "", "HTTP/1.1 200 OK\r\nX: ", vec![b'y'; 1 << 16]),
        endless("endless-status-line", "", "HTTP/1.1 200 ", vec![b'O'; 1 << 16]),
        endless("endless-continue", "", "", b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()),
        endless(
            "endless-chunk-extension",
            "",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;",
            vec![b'x'; 1 << 16],
        ),
        endless(
            "endless-trailers",
            "",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n",
            b"X: y\r\n".repeat(1000),
        ),
        attack("drip-body", "allowed are at least", |stream| {
            stream.write_all(format!("{OK}Content-Length: 1000\r\n\r\n").as_bytes())?;
            loop {
                thread::sleep(Duration::from_millis(200));
                stream.write_all(b"x")?;
            }
        }),
        attack("drip-headers", "no complete answer", |stream| {
            loop {
                thread::sleep(Duration::from_millis(200));
                stream.write_all(b"H")?;
            }
        }),
        attack("silence", "no complete answer", |_| {
            thread::sleep(2 * TIMEOUT);
            Ok(())
        }),
        raw("nothing", "broke off", ""),
        raw("status-line-only", "broke off", "HTTP/1.1 200 OK"),
        raw("length-too-large", "broke off", format!("{OK}Content-Length: 5000\r\n\r\nshort")),
        raw(
            "length-of-gigabytes",
            "broke off",
            format!("{OK}Content-Length: 2147483648\r\n\r\nshort"),
        ),
        raw("length-negative", "broke off", format!("{OK}Content-Length: -1\r\n\r\nx")),
        raw(
            "length-of-no-number",
            "broke off",
            format!("{OK}Content-Length: 99999999999999999999999\r\n\r\nx"),
        ),
        raw(
            "two-lengths",
            "broke off",
            format!("{OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
        ),
        raw("length-too-small", "", format!("{OK}Content-Length: 3\r\n\r\n<p>text</p>")),
        raw(
            "chunk-of-no-number",
            "broke off",
            format!("{OK}Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"),
        ),
        raw(
            "chunk-too-large",
            "broke off",
            format!("{OK}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nabc"),
        ),
        raw(
            "chunks-without-end",
            "broke off",
            format!("{OK}Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n"),
        ),
        raw(
            "length-and-chunks",
            "",
            format!("{OK}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ),
        raw("no-protocol", "broke off", "<p>text</p>"),
        raw("garbage", "broke off", vec![0xFE; 4000]),
        raw("status-of-no-number", "broke off", "HTTP/1.1 abc OK\r\n\r\n"),
        raw(
            "status-999",
            "999",
            "HTTP/1.1 999 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        ),
        raw(
            "switching-protocols",
            "",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        ),
        raw("no-content", "204", "HTTP/1.1 204 No Content\r\n\r\n<p>text"),
        raw(
            "partial-content",
            "206",
            "HTTP/1.1 206 Partial Content\r\nContent-Length: 4\r\n\r\ntext",
        ),
        raw("nul-in-header", "broke off", format!("{OK}X: a\0b\r\n\r\n")),
        redirect("redirect-to-itself", "more than 8 redirects", "/redirect-to-itself"),
        redirect("redirect-to-file", "leads to", "file:///etc/passwd"),
        redirect("redirect-to-data", "leads to", "data:text/html,x"),
        redirect("redirect-to-script", "leads to", "javascript:alert(1)"),
        redirect("redirect-to-private", "leads to", "http://10.0.0.1/"),
        redirect("redirect-to-metadata", "leads to", "http://169.254.169.254/latest/meta-data/"),
        redirect("redirect-to-mapped", "leads to", "http://[::ffff:127.0.0.1]/"),
        redirect("redirect-to-nat64", "leads to", "http://[64:ff9b::7f00:1]/"),
        redirect("redirect-to-other-port", "reserved for", "http://127.0.0.1:1/"),
        redirect("redirect-to-decimal", "reserved for", "http://2130706433:1/"),
        redirect("redirect-to-octal", "reserved for", "http://0177.0.0.1:1/"),
        redirect("redirect-to-credentials", "leads to", "http://127.0.0.1@evil.example/"),
        redirect("redirect-to-nonsense", "nowhere", "http://[:::"),
        raw(
            "redirect-without-target",
            "nowhere",
            "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        ),
        raw(
            "login",
            "401",
            "HTTP/1.1 401 X\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        ),
        raw(
            "server-error",
            "500",
            "HTTP/1.1 500 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        ),
        raw(
            "too-many-requests",
            "429",
            "HTTP/1.1 429 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        ),
        html(
            "soft-not-found",
            "Page not found",
            "<title>Page not found</title><h1>Page not found</h1>",
        ),
        html("login-form", "login form", "<h1>Hello</h1><form><input type=password></form>"),
        html("nul-bytes", "", b"<p>a\0b\0</p>".repeat(1000)),
        html("invalid-utf-8", "", b"<meta charset=utf-8><p>\xFF\xFE\xC0\x80".repeat(1000)),
        page(
            "wrong-charset",
            "",
            "200 OK\r\nContent-Type: text/html; charset=utf-16",
            "<p>text</p>",
        ),
        page(
            "unknown-charset",
            "",
            "200 OK\r\nContent-Type: text/html; charset=x-nonsense",
            "<p>text</p>",
        ),
        html("half-a-surrogate", "", b"\xFF\xFE\x00\xD8<\x00".to_vec()),
        page("picture", "its type", "200 OK\r\nContent-Type: image/png", vec![0x89; 2000]),
        html("deep-dom", "", "<div>".repeat(100_000)),
        html("deep-formatting", "", "<b><i><font>".repeat(60_000)),
        html("deep-tables", "", "<table><tr><td>".repeat(50_000)),
        html(
            "many-attributes",
            "",
            format!("<p{}>x", (0..60_000).map(|n| format!(" a{n}=1")).collect::<Vec<_>>().concat()),
        ),
        html(
            "reopened-formatting",
            "",
            format!(
                "{}{}",
                (0..300).map(|n| format!("<font size={n}>")).collect::<Vec<_>>().concat(),
                "<p>x".repeat(100_000)
            ),
        ),
        html("only-brackets", "", "<".repeat(900_000)),
        html("open-comment", "", format!("<!--{}", "-".repeat(900_000))),
        html("open-script", "", format!("<script>{}", "x".repeat(900_000))),
        html("entities", "", "&amp".repeat(200_000)),
        html("long-title", "", format!("<title>{}</title>", "t".repeat(900_000))),
        html(
            "deep-json",
            "",
            format!("<script type='application/ld+json'>{}</script>", "[".repeat(500_000)),
        ),
        html("foreign-content", "", "<svg><math><mtext>".repeat(40_000)),
    ]
}

/// Serves `attacks`, and what `other` says for other paths.
fn serve(attacks: Vec<Attack>, other: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Url {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    let shared = std::sync::Arc::new((attacks, other));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let shared = std::sync::Arc::clone(&shared);
            thread::spawn(move || {
                let mut stream = stream;
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let Some(Ok(first)) = lines.next() else { return };
                while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
                let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
                let attack = shared.0.iter().find(|attack| path == format!("/{}", attack.name));
                // The client goes away in the middle: that is what it should do.
                match attack {
                    Some(attack) => (attack.act)(&mut stream).ok(),
                    None => stream.write_all(&(shared.1)(&path)).ok(),
                };
            });
        }
    });
    url.parse().unwrap()
}

fn answer(kind: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).into_bytes()
}

fn not_found() -> Vec<u8> {
    b"HTTP/1.1 404 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()
}

fn config() -> CrawlConfig {
    CrawlConfig {
        max_page_bytes: 1 << 20,
        timeout: TIMEOUT,
        retry_delay: Duration::from_millis(1),
        tries: 1,
        per_host: 4,
        ..CrawlConfig::default()
    }
}

/// Time enough for an endless stream to become too long, and for a third of it to bring the first
/// bytes, on a machine that does much else.
const TIMEOUT: Duration = Duration::from_secs(6);

/// No crawl takes longer on such a machine.
const MAX_TIME: Duration = Duration::from_mins(2);

const RECIPE: &str =
    "[recipe]\nname = \"x\"\n[list]\nitem = \"a\"\nlink = \"@href\"\n[talk]\nabstract = \"p\"\n";

#[test]
#[ignore = "run by the test below, in a process of its own"]
fn inner_every_attack_ends_in_a_reason() {
    let attacks = attacks();
    // What it took to make them is not what they take.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = memory("VmRSS:");
    assert!(attacks.len() >= 60, "{}", attacks.len());
    let expected: Vec<(&str, &str)> = attacks.iter().map(|a| (a.name, a.reason)).collect();
    let links: Vec<String> =
        expected.iter().map(|(name, _)| format!("<a href='/{name}'>{name}</a>")).collect();
    let links = links.concat();
    let start = serve(
        attacks,
        move |path| if path == "/" { answer("text/html", &links) } else { not_found() },
    );
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::open(folder.path()).unwrap();
    let run = Run::with_threads(NonZeroUsize::new(2).unwrap()).unwrap();
    let began = Instant::now();
    let recipe = Recipe::parse(RECIPE).unwrap();
    let crawl = crawl(std::slice::from_ref(&start), &recipe, &config(), &store, &run).unwrap();
    let took = began.elapsed();
    assert!(took < MAX_TIME, "{took:?}");
    assert_eq!(crawl.found, expected.len());
    let mut wrong = Vec::new();
    for (name, reason) in expected {
        let url = start.join(name).unwrap();
        let skipped = crawl.skipped.iter().find(|skipped| skipped.location == url.as_str());
        let is_kept = crawl.documents.iter().any(|d| d.url.as_deref() == Some(url.as_str()));
        let own = skipped.map_or("kept", |skipped| &skipped.reason);
        let reason = if reason == "reserved for" { "allowed are public addresses" } else { reason };
        if skipped.is_some() == is_kept || !own.contains(reason) && !reason.is_empty() {
            wrong.push(format!("{name}: {own}, expected: {reason}, kept: {is_kept}"));
        }
    }
    assert!(wrong.is_empty(), "after {took:?}:\n{}", wrong.join("\n"));
    traps(&store);
    // The server with its bombs is in this process too.
    let peak = memory("VmHWM:") - before;
    assert!(peak <= MAX_RSS, "{peak} bytes more than {before}");
}

/// Bytes of this process, as the system tells them under that name.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let told = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    told.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() * 1024
}

/// Sites that never end, and files that grow, from the start page on.
fn traps(store: &FileStore) {
    let explored = |other: fn(&str) -> Vec<u8>| {
        let start = serve(Vec::new(), other);
        let config = CrawlConfig { max_pages: 20, max_time: MAX_TIME / 12, ..config() };
        let began = Instant::now();
        let result = explore(&start, &config, store, &Run::serial());
        assert!(began.elapsed() < MAX_TIME, "{:?}", began.elapsed());
        result
    };
    // A page of very many links.
    let many = explored(|path| match path {
        "/" => answer(
            "text/html",
            &(0..30_000)
                .map(|n| format!("<a href=/t/{n}>A talk {n}</a>"))
                .collect::<Vec<_>>()
                .concat(),
        ),
        "/robots.txt" => not_found(),
        path => answer("text/html", &format!("<h1>{path}</h1><p>Text</p>")),
    });
    assert_eq!(many.unwrap().documents.len(), 20);
    // A calendar that goes on for ever.
    let calendar = explored(|path| {
        if path == "/robots.txt" {
            return not_found();
        }
        let n: u64 = path.rsplit('=').next().and_then(|n| n.parse().ok()).unwrap_or(0);
        let talks: Vec<String> = (0..5)
            .map(|k| format!("<li><a href=/talk/{n}-{k}>The talk {k} of day {n}</a>"))
            .collect();
        answer(
            "text/html",
            &format!("<ul>{}</ul><a rel=next href='/?page={}'>next</a>", talks.concat(), n + 1),
        )
    });
    assert!(calendar.unwrap().documents.len() <= 20);
    // Files that grow when they are read, and floods of events.
    for body in [
        format!(
            "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'lol'>{}]><schedule>&z;</schedule>",
            (0..26)
                .map(|n| format!("<!ENTITY b{n} '&a;&a;&a;&a;&a;&a;&a;&a;'>"))
                .collect::<Vec<_>>()
                .concat()
        ),
        format!("<schedule>{}", "<day>".repeat(100_000)),
        format!("BEGIN:VCALENDAR\n{}", "BEGIN:VEVENT\n".repeat(70_000)),
        format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", "BEGIN:VEVENT\nEND:VEVENT\n".repeat(40_000)),
        format!("BEGIN:VCALENDAR\nX:{}", " folded\n".repeat(100_000)),
        "[".repeat(900_000),
        format!("[{}]", "{\"title\":\"x\",\"speakers\":[],\"start\":\"2026\"},".repeat(15_000)),
    ] {
        let start =
            serve(
                Vec::new(),
                move |path| if path == "/" { answer("text/plain", &body) } else { not_found() },
            );
        explore(&start, &config(), store, &Run::serial()).unwrap_err();
    }
    // An index of sitemaps without end, and a robots.txt that never stops redirecting.
    let sitemaps = explored(|path| {
        if path.starts_with("/sitemap") {
            let inner: Vec<String> = (0..2000)
                .map(|n| format!("<sitemap><loc>/sitemap{n}{}.xml</loc></sitemap>", path.len()))
                .collect();
            return answer(
                "application/xml",
                &format!("<sitemapindex>{}</sitemapindex>", inner.concat()),
            );
        }
        if path == "/" { answer("text/html", "<p>nothing here") } else { not_found() }
    });
    sitemaps.unwrap_err();
    let robots = explored(|path| {
        if path.starts_with("/robots") {
            return format!("HTTP/1.1 301 X\r\nLocation: /robots{}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", path.len()).into_bytes();
        }
        answer("text/html", "<p>nothing here")
    });
    robots.unwrap_err();
    // A page that only scripts would fill names its data.
    let script = explored(|path| match path {
        "/" => answer("text/html", "<div id=app></div><script>fetch('/api/talks.json')</script>"),
        _ => not_found(),
    });
    let error = script.unwrap_err();
    assert!(
        error.to_string().contains("JavaScript") && error.to_string().contains("/api/talks.json"),
        "{error}"
    );
}

#[test]
fn every_attack_ends_in_a_reason() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "hostile::inner_every_attack_ends_in_a_reason",
            "--ignored",
            "--nocapture",
        ])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}
