//! Reading a built site: its pages, and whether their links lead somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use scraper::{Html, Selector};
use serde_json::Value;

/// Attributes whose values are addresses.
const ADDRESSES: &[&str] = &["href", "src", "srcset", "action", "data", "poster", "formaction"];

/// Attributes whose values are ids of the same page.
const REFERENCES: &[&str] = &["aria-labelledby", "aria-describedby", "aria-controls", "for"];

/// Elements that a page of ours never has.
const FOREIGN: &[&str] =
    &["iframe", "object", "embed", "base", "link[href^=http]", "script:not([src])", "style"];

/// The HTML of a page as a tree.
#[track_caller]
pub(crate) fn page(tree: &BTreeMap<String, Vec<u8>>, path: &str) -> Html {
    let bytes = tree.get(path).unwrap_or_else(|| panic!("there is no page {path}"));
    Html::parse_document(std::str::from_utf8(bytes).expect("pages are UTF-8"))
}

/// The texts of all elements that `selector` matches, white space normalised.
pub(crate) fn texts(page: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a selector of ours");
    let text = |element: scraper::ElementRef<'_>| {
        element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    page.select(&selector).map(text).collect()
}

/// Asserts that every link and anchor of every page leads somewhere, that ids are unique, that no
/// page holds what only an intruder would put there, and that nothing refers to another host but
/// links to the sources of `documents` and to addresses that stand in their texts.
#[track_caller]
pub(crate) fn check_links(tree: &BTreeMap<String, Vec<u8>>, documents: &[Value]) {
    let texts_of = |key: &'static str| documents.iter().filter_map(move |d| d[key].as_str());
    let sources: BTreeSet<&str> = texts_of("url").collect();
    let texts: Vec<&str> = texts_of("text").collect();
    let pages: BTreeMap<&str, Html> = tree
        .keys()
        .filter(|path| Path::new(path).extension().is_some_and(|ending| ending == "html"))
        .map(|path| (path.as_str(), page(tree, path)))
        .collect();
    let ids: BTreeMap<&str, Vec<&str>> =
        pages.iter().map(|(&path, page)| (path, values(page, "id"))).collect();
    let mut faults = Vec::new();
    for (&path, page) in &pages {
        let unique: BTreeSet<_> = ids[path].iter().collect();
        if unique.len() != ids[path].len() {
            faults.push(format!("{path}: an id occurs twice"));
        }
        for foreign in FOREIGN {
            if page.select(&Selector::parse(foreign).expect("a selector of ours")).next().is_some()
            {
                faults.push(format!("{path}: it has <{foreign}>"));
            }
        }
        let scripts =
            values(page, "src").into_iter().filter(|src| src.contains("search.js")).count();
        let is_search = path == "search/index.html";
        let script = Selector::parse("script").expect("a selector of ours");
        if scripts != usize::from(is_search) || page.select(&script).count() != scripts {
            faults.push(format!("{path}: the page for searching alone has a script, and one"));
        }
        let all = page.tree.values().filter_map(|node| node.as_element());
        for (name, value) in all.flat_map(scraper::node::Element::attrs) {
            if name.starts_with("on") || value.trim_start().starts_with("javascript:") {
                faults.push(format!("{path}: {name}={value:?}"));
            }
        }
        for name in REFERENCES {
            for id in values(page, name).into_iter().flat_map(str::split_whitespace) {
                if !unique.contains(&id) {
                    faults.push(format!("{path}: {name} names no id: {id}"));
                }
            }
        }
        let outer = "[src*='//'], [srcset*='//'], link[href*='//'], svg [href*='//']";
        if page.select(&Selector::parse(outer).expect("a selector of ours")).next().is_some() {
            faults.push(format!("{path}: it loads something from another host"));
        }
        for link in ADDRESSES.iter().flat_map(|name| values(page, name)) {
            if link.contains("://") || link.starts_with("//") {
                let is_told = sources.contains(link) || texts.iter().any(|t| t.contains(link));
                // The page that explains the site names where the documents come from.
                let is_source = path == "about/index.html";
                if !is_source && (!is_told || !path.starts_with("doc/")) {
                    faults.push(format!("{path}: to another host: {link}"));
                }
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = resolve(path, file);
            // The tree that tests compare is without the report, which differs from run to run.
            if target == "data/report.json" {
                continue;
            }
            if !tree.contains_key(&target) {
                faults.push(format!("{path}: no file for {link}"));
            } else if !anchor.is_empty()
                && !ids.get(target.as_str()).is_some_and(|ids| ids.contains(&anchor))
            {
                faults.push(format!("{path}: no anchor for {link}"));
            }
        }
    }
    assert!(pages.len() > 3, "there are too few pages to judge");
    let n_faults = faults.len();
    faults.truncate(20);
    assert!(faults.is_empty(), "{n_faults} faults:\n{}", faults.join("\n"));
}

/// The values of an attribute, in the order of the page.
fn values<'a>(page: &'a Html, name: &str) -> Vec<&'a str> {
    page.tree.values().filter_map(|node| node.as_element()?.attr(name)).collect()
}

/// The file that `link` names on the page `page`.
fn resolve(page: &str, link: &str) -> String {
    if link.is_empty() {
        return page.to_owned();
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    let link = match link.strip_prefix('/') {
        Some(from_the_top) => {
            parts.clear();
            from_the_top
        }
        None => link,
    };
    for part in link.split('/') {
        match part {
            "." => {}
            ".." => assert!(parts.pop().is_some(), "{page}: {link} leads out of the site"),
            _ => parts.push(part),
        }
    }
    let path = parts.join("/");
    if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path }
}
