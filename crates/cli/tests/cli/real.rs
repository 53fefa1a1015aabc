//! A real conference site, EuroPython 2016, from a copy kept beside the repository.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use scraper::{Html, Selector};

use crate::plain_server::PlainServer;
use crate::scene::{Scene, assert_same};
use crate::site::check_links;

/// The copy, or `None` where the repository stands alone.
fn archive() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/sites/ep2016.tar.zst");
    if path.is_file() {
        return Some(path);
    }
    // Past the test runner, which shows the output of failing tests alone.
    let line = format!("SKIPPED: the test of a real site, for want of {}\n", path.display());
    std::io::stderr().write_all(line.as_bytes()).expect("the runner has a standard error");
    None
}

#[track_caller]
fn unpack(archive: &Path, folder: &Path) {
    let packed = fs::read(archive).expect("the archive was found");
    let tar = zstd::decode_all(&*packed).expect("the archive is zstd");
    let mut child = Command::new("tar")
        .args(["-x", "-f", "-", "-C"])
        .arg(folder)
        .stdin(Stdio::piped())
        .spawn()
        .expect("tar is installed");
    child.stdin.take().expect("a pipe was asked for").write_all(&tar).expect("tar reads on");
    assert!(child.wait().expect("a child of ours").success());
}

/// Title and abstract of every talk, read straight from the files.
fn talks(site: &Path) -> Vec<(String, String)> {
    let select = |page: &Html, selector: &str| -> String {
        let selector = Selector::parse(selector).expect("a selector of ours");
        page.select(&selector).next().map_or_else(String::new, |found| found.text().collect())
    };
    let mut talks: Vec<_> = fs::read_dir(site.join("conference/talks"))
        .expect("the site's folder")
        .map(|entry| {
            let path = entry.expect("the site's folder").path().join("index.html");
            let page = Html::parse_document(&fs::read_to_string(path).expect("a page in UTF-8"));
            (normal(&select(&page, "h1")), normal(&select(&page, "div.cms")))
        })
        .collect();
    talks.sort();
    talks
}

fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn europython_2016_comes_whole_and_every_time_the_same() {
    let Some(archive) = archive() else { return };
    let scene = Scene::new();
    unpack(&archive, &scene.path(""));
    let site = PlainServer::serve(&scene.path("ep2016"));
    let url = site.url("/p3/schedule/ep2016/list/");
    let build = |flags: &str| {
        scene.succeed(&format!("build {url} --recipe europython-2016 -k 10 --cache cache {flags}"))
    };
    build("-o out");
    let report = &scene.json("out/data/report.json")["documents"];
    assert_eq!((report["found"].as_u64(), report["kept"].as_u64()), (Some(169), Some(169)));
    assert_eq!(report["dropped"].as_array().map(Vec::len), Some(0));
    let documents = scene.json_lines("out/data/documents.jsonl");
    let text = |document: &serde_json::Value, key: &str| {
        normal(document[key].as_str().unwrap_or_default())
    };
    let mut found: Vec<(String, String)> = documents
        .iter()
        .map(|document| (text(document, "title"), text(document, "text")))
        .collect();
    found.sort();
    let expected = talks(&scene.path("ep2016"));
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    assert!(expected.iter().filter(|(_, text)| text.len() > 100).count() > 150);

    let out = scene.tree("out");
    let sources: BTreeSet<String> = documents.iter().map(|d| text(d, "url")).collect();
    assert_eq!(sources.len(), 169);
    check_links(&out, &documents);

    let counted = site.take_requests();
    assert_eq!(report["requests"].as_u64(), Some(counted));
    assert!((170..=172).contains(&counted), "{counted} requests");
    build("-o again");
    assert_same(&out, &scene.tree("again"));
    let counted = site.take_requests();
    assert!(counted <= 2, "{counted} requests");
    let reported = &scene.json("again/data/report.json")["documents"]["requests"];
    assert_eq!(reported.as_u64(), Some(counted));
    for flags in
        ["-o offline --offline", "-o one --offline --threads 1", "-o two --offline --threads 2"]
    {
        build(flags);
        assert_same(&out, &scene.tree(flags.split_whitespace().nth(1).unwrap()));
        assert_eq!(site.take_requests(), 0);
    }
}
