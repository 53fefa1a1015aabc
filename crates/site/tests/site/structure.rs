//! What holds for every page: valid HTML, links that lead somewhere, nothing inline, nothing from
//! elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use scraper::{ElementRef, Html, Selector};
use site::{Batch, OutFile, Renderer, Site, SiteData};

use crate::fixture::{conference, render_all, text_of};

/// Fails on any page that breaks a rule of this file.
#[track_caller]
pub(crate) fn check_site(data: SiteData<'_>) {
    let files = render_all(data);
    let ids: BTreeMap<_, _> =
        files.iter().map(|file| (file.path.clone(), check_page(file))).collect();
    assert_eq!(ids.len(), files.len(), "every file has a path of its own");
    for file in files.iter().filter(|file| is_page(file)) {
        for link in local_links(file) {
            let (path, fragment) = link.split_once('#').unwrap_or((&link, ""));
            let target =
                if path.is_empty() { file.path.clone() } else { resolve(&file.path, path) };
            // The files with data are not made here.
            if target.starts_with("data/") && target != "data/index.html" {
                continue;
            }
            let known = ids.get(&target);
            assert!(known.is_some(), "{} links to {link}, which is no file", file.path);
            let reached = fragment.is_empty() || known.is_some_and(|ids| ids.contains(fragment));
            assert!(reached, "{} links to {link}, which is no element", file.path);
        }
    }
}

/// Checks one page by itself, and gives the ids on it.
#[track_caller]
fn check_page(file: &OutFile) -> BTreeSet<String> {
    let path = &file.path;
    let mut ids = BTreeSet::new();
    if !is_page(file) {
        return ids;
    }
    let html = Html::parse_document(&text_of(file));
    assert!(html.errors.is_empty(), "{path}: {:?}", html.errors);
    assert_eq!(count(&html, "h1"), 1, "{path}: one h1");
    assert_eq!(count(&html, "main"), 1, "{path}: one main");
    assert_eq!(count(&html, "link[rel=stylesheet]"), 1, "{path}: one style sheet");
    assert_eq!(count(&html, "style, iframe, object, embed, base"), 0, "{path}");
    let scripts = usize::from(path == "search/index.html");
    assert_eq!(count(&html, "script"), scripts, "{path}: the search alone has a script");
    assert_eq!(count(&html, "script[src]"), scripts, "{path}: and not in the page");
    assert_eq!(count(&html, "form"), 1, "{path}: one search");
    let first_link = html.select(&selector("body a")).next().and_then(|a| a.value().attr("href"));
    assert_eq!(first_link, Some("#main"), "{path}: the first link skips to the content");
    for element in html.select(&selector("*")) {
        for (name, value) in element.value().attrs() {
            assert!(!name.starts_with("on") && name != "style", "{path}: {name}={value}");
            if name == "id" {
                assert!(ids.insert(value.to_owned()), "{path}: {value} is the id of two elements");
            }
        }
        if let Some(id) = element.value().attr("aria-labelledby") {
            assert_eq!(count(&html, &format!("[id=\"{id}\"]")), 1, "{path}: {id} labels something");
        }
    }
    for link in html.select(&selector("a:not([tabindex])")) {
        assert!(!name_of(link).is_empty(), "{path}: {} has no text", link.html());
    }
    check_headings(path, &html);
    ids
}

/// No heading is more than one level below the heading before it.
#[track_caller]
fn check_headings(path: &str, html: &Html) {
    let levels: Vec<u8> = html
        .select(&selector("h1, h2, h3, h4"))
        .map(|heading| heading.value().name().as_bytes()[1] - b'0')
        .collect();
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{path}: {levels:?}");
}

fn is_page(file: &OutFile) -> bool {
    file.content_type == "text/html; charset=utf-8"
}

fn name_of(link: ElementRef<'_>) -> String {
    let images = selector("img");
    let alt: String = link.select(&images).filter_map(|image| image.value().attr("alt")).collect();
    (link.text().collect::<String>() + &alt).trim().to_owned()
}

/// Every address on a page that is not `http:` or `https:`.
#[track_caller]
fn local_links(file: &OutFile) -> Vec<String> {
    let html = Html::parse_document(&text_of(file));
    let mut links = Vec::new();
    for element in html.select(&selector("[href], [src], [action]")) {
        let value = element.value();
        let link =
            value.attr("href").or(value.attr("src")).or(value.attr("action")).unwrap_or_default();
        let is_foreign = link.starts_with("http://") || link.starts_with("https://");
        if is_foreign {
            let is_fetched = value.name() != "a" && value.attr("rel") != Some("canonical");
            assert!(!is_fetched, "{}: {link} is fetched", file.path);
        } else {
            assert!(!link.contains(':') && !link.starts_with('/'), "{}: {link}", file.path);
            links.push(link.to_owned());
        }
    }
    links
}

/// The path that `link` means on the page at `path`.
fn resolve(path: &str, link: &str) -> String {
    let mut parts: Vec<_> = path.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        if part == ".." {
            assert!(parts.pop().is_some(), "{link} leaves the site from {path}");
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

fn count(html: &Html, wanted: &str) -> usize {
    html.select(&selector(wanted)).count()
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}

#[test]
fn every_page_is_valid_and_every_link_leads_somewhere() {
    check_site(conference(169, 12).data());
}

#[test]
fn pages_lie_where_the_contract_says() {
    let fixture = conference(3, 2);
    let data = fixture.data();
    let expected = [
        "index.html".to_owned(),
        format!("topic/{}/index.html", data.topics[1].slug),
        format!("doc/{}/index.html", data.documents[2].slug),
        format!("tag/{}/index.html", data.tags[0].slug),
    ];
    let paths: Vec<_> = render_all(data).into_iter().map(|file| file.path).collect();
    for path in expected {
        assert!(paths.contains(&path), "{path}");
    }
}

#[test]
fn the_same_data_give_the_same_bytes() {
    let fixture = conference(40, 4);
    assert!(render_all(fixture.data()) == render_all(fixture.data()));
}

#[test]
fn many_pages_are_those_rendered_one_by_one_whatever_the_threads() {
    let fixture = conference(20, 3);
    let site = Site::new(fixture.data()).unwrap();
    let renderer = Renderer::new();
    let batch = Batch::new(&renderer, &site);
    let render =
        || -> Vec<_> { site.routes().map(|route| batch.render_page(route).unwrap()).collect() };
    let (a, b) = std::thread::scope(|scope| {
        let [a, b] = [scope.spawn(render), scope.spawn(render)];
        (a.join().unwrap(), b.join().unwrap())
    });
    assert!(a == b && a == render_all(fixture.data())[..a.len()]);
}

#[test]
fn every_page_forbids_all_that_is_not_its_own() {
    let fixture = conference(3, 2);
    for file in render_all(fixture.data()) {
        if is_page(&file) {
            let script = if file.path == "search/index.html" { "script-src 'self'; " } else { "" };
            let policy = format!(
                "default-src 'none'; {script}style-src 'self'; img-src 'self'; base-uri 'none'; \
                 form-action 'self'"
            );
            assert!(text_of(&file).contains(&policy), "{}", file.path);
        }
    }
}

/// Escaping leaves single quotes alone; so no attribute may be quoted by them, or not at all.
#[test]
fn templates_quote_attributes_with_double_quotes_and_mark_nothing_as_safe() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let mut n_templates = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for forbidden in ["='", "={{", "={%", "|safe", "| safe", "autoescape"] {
            assert!(!text.contains(forbidden), "{forbidden} in {}", path.display());
        }
        n_templates += 1;
    }
    assert!(n_templates >= 9);
}
