//! Real conference sites, crawled without a recipe and compared with what people found in them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use corpus::Document;
use crawl::{Crawl, CrawlConfig, Recipe, crawl, explore};
use jobs::{FileStore, Run};
use url::Url;

use crate::score::f1;
use crate::server::{Reply, Server};

/// Written past the test runner, which keeps what passing tests print to itself.
macro_rules! say {
    ($($part:tt)*) => {
        let mut out = std::io::stderr();
        writeln!(out, $($part)*).unwrap();
    };
}

/// Where real inputs lie beside the project, or a loud word that the test was skipped.
fn inputs(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/sites").join(name);
    if path.exists() {
        return Some(path);
    }
    say!("SKIPPED: there is no {}: this test compares with real sites", path.display());
    None
}

/// The files of an archive, by their paths.
fn unpack(archive: &Path) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new("tar")
        .arg("--zstd")
        .arg("-xf")
        .arg(archive)
        .arg("-C")
        .arg(folder.path())
        .status();
    assert!(status.unwrap().success(), "tar cannot unpack {}", archive.display());
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.path().to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder.path()).unwrap().to_string_lossy().into_owned();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

/// A server of static files, as everybody's is: a folder is its `index.html`.
fn serve(files: &BTreeMap<String, Vec<u8>>) -> Server {
    let server = Server::start();
    for (name, body) in files {
        server.set(&format!("/{name}"), Reply::html(body.clone()));
        if let Some(folder) = name.strip_suffix("index.html") {
            server.set(&format!("/{folder}"), Reply::html(body.clone()));
            server.set(
                &format!("/{}", folder.trim_end_matches('/')),
                Reply::redirect(&format!("/{folder}")),
            );
        }
    }
    server
}

struct Gold {
    title: String,
    text: String,
}

/// What of a crawl is right.
#[derive(Debug)]
struct Score {
    found: f64,
    titles: f64,
    text_f1: f64,
    no_talk: f64,
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn score(documents: &[Document], gold: &HashMap<String, Gold>, wanted: &HashSet<String>) -> Score {
    let page_of = |document: &Document| {
        let url: Url = document.url.as_deref().unwrap().parse().unwrap();
        let path = url.path().trim_start_matches('/');
        let index = format!("{}/index.html", path.trim_end_matches('/'));
        [path.to_owned(), index].into_iter().find(|name| gold.contains_key(name))
    };
    let mut found = HashSet::new();
    let (mut n_titles, mut f1_sum, mut n_no_talk) = (0_usize, 0.0, 0_usize);
    for document in documents {
        let Some(name) = page_of(document) else {
            n_no_talk += 1;
            say!("  no talk: {:?} {:?}", document.url, document.title);
            continue;
        };
        let expected = &gold[&name];
        let is_same = one_line(&document.title) == one_line(&expected.title);
        n_titles += usize::from(is_same);
        if !is_same {
            say!("  title: {:?}, expected {:?}", document.title, expected.title);
        }
        let f1 = f1(&document.text, &expected.text);
        if f1 < 0.9 {
            let start = |text: &str| text.chars().take(160).collect::<String>();
            say!(
                "  F1 {f1:.2} of {name}: {:?} | {:?}",
                start(&document.text),
                start(&expected.text)
            );
        }
        f1_sum += f1;
        found.insert(name);
    }
    let n_found = wanted.intersection(&found).count();
    let n = found.len().max(1) as f64;
    Score {
        found: n_found as f64 / wanted.len() as f64,
        titles: n_titles as f64 / n,
        text_f1: f1_sum / n,
        no_talk: n_no_talk as f64 / documents.len().max(1) as f64,
    }
}

fn explored(server: &Server, start: &str) -> Crawl {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::open(folder.path()).unwrap();
    let config = CrawlConfig { per_host: 8, ..CrawlConfig::default() };
    let run = Run::serial();
    let found = explore(&server.url(start), &config, &store, &run).unwrap();
    // What was found out is a recipe, and reads the same.
    let text = found.recipe.as_deref().unwrap();
    let recipe = Recipe::parse(text).unwrap();
    let again = crawl(recipe.start(), &recipe, &config, &store, &run).unwrap();
    assert_eq!(again.documents, found.documents);
    found
}

#[track_caller]
fn check(name: &str, crawl: &Crawl, score: &Score, least: [f64; 4]) {
    say!("{name}: {score:?} {:?} confidence {}", crawl.coverage, crawl.confidence);
    say!("{}", crawl.recipe.as_deref().unwrap());
    for skipped in crawl.skipped.iter().take(12) {
        say!("  skipped {}: {}", skipped.location, skipped.reason);
    }
    let [found, titles, text_f1, no_talk] = least;
    assert!(score.found >= found, "{name}: {score:?}");
    assert!(score.titles >= titles, "{name}: {score:?}");
    assert!(score.text_f1 >= text_f1, "{name}: {score:?}");
    assert!(score.no_talk <= no_talk, "{name}: {score:?}");
}

/// The title and the abstract of a talk's page, by the one template that all of them have.
fn by_template(page: &str) -> Option<Gold> {
    let between = |start: &str, end: &str| {
        let (_, rest) = page.split_once(start)?;
        let html = corpus::html::Html::parse(rest.split_once(end)?.0);
        Some(html.root().inline_text())
    };
    let title = between("<h1>", "</h1>")?;
    Some(Gold { title, text: between("<div class=\"cms\">", "</div>")? })
}

#[test]
fn the_talks_of_europython_2016_are_found_without_a_recipe() {
    let Some(archive) = inputs("ep2016.tar.zst") else { return };
    let files: BTreeMap<String, Vec<u8>> = unpack(&archive)
        .into_iter()
        .map(|(name, body)| (name.trim_start_matches("ep2016/").to_owned(), body))
        .collect();
    let server = serve(&files);
    let gold: HashMap<String, Gold> = files
        .iter()
        .filter(|(name, _)| name.starts_with("conference/talks/"))
        .filter_map(|(name, body)| {
            Some((name.clone(), by_template(&String::from_utf8_lossy(body))?))
        })
        .collect();
    assert_eq!(gold.len(), 169);
    let crawl = explored(&server, "/p3/schedule/ep2016/list/");
    let wanted = gold.keys().cloned().collect();
    let score = score(&crawl.documents, &gold, &wanted);
    check("EuroPython 2016", &crawl, &score, [0.95, 0.99, 0.97, 0.02]);
    assert_eq!(crawl.coverage.speakers, 169);
    let is_day = |date: &Option<String>| date.as_ref().is_some_and(|d| d.starts_with("2016-07-"));
    // Ten are to be announced.
    assert_eq!(crawl.documents.iter().filter(|document| is_day(&document.date)).count(), 159);
}

#[test]
fn the_talks_of_four_years_of_pycon_us_are_found_without_a_recipe() {
    let Some(archive) = inputs("pycon-us-2011-2014-2018-2023.tar.zst") else { return };
    let files = unpack(&archive);
    let server = serve(&files);
    let records = fs::read_to_string(archive.with_file_name("pycon-us-gold.jsonl")).unwrap();
    let gold: HashMap<String, Gold> = records
        .lines()
        .map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| record[key].as_str().unwrap().to_owned();
            (text("id"), Gold { title: text("title"), text: text("text") })
        })
        .collect();
    for (start, n) in [
        ("/2011/schedule/lists/talks/", 96),
        ("/2014/schedule/talks/", 95),
        ("/2018/schedule/", 160),
        ("/2023/schedule/", 128),
    ] {
        let page =
            String::from_utf8_lossy(&files[&format!("{}index.html", &start[1..])]).into_owned();
        let base = server.url(start);
        let wanted: HashSet<String> = page
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| base.join(rest.split('"').next()?).ok())
            .map(|url| {
                let path = url.path().trim_start_matches('/').to_owned();
                if path.ends_with('/') { format!("{path}index.html") } else { path }
            })
            .filter(|path| gold.contains_key(path))
            .collect();
        assert_eq!(wanted.len(), n, "{start}");
        let crawl = explored(&server, start);
        let score = score(&crawl.documents, &gold, &wanted);
        check(start, &crawl, &score, [0.95, 0.97, 0.95, 0.02]);
    }
}
