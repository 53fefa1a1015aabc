//! Pages with several articles of which one is meant: where the next begins below it.

use std::iter::successors;

use super::super::{Element, Html, Selector};
use super::outline::Entry;

/// Another article has at least as much text that is no link, bytes.
const MIN_ARTICLE_BYTES: usize = 400;

/// A title is at least as long, bytes; shorter ones are the names of sections.
const MIN_TITLE_BYTES: usize = 10;

/// Leaves out the articles beside the one that the page is called by.
///
/// They stand beside it in elements of its kind, below headings of the kind of its own. Where the page is
/// called by none of them, all stay: it is a list.
pub(super) fn leave_out(entries: &mut [Entry<'_>], page: &Html) {
    let titles = titles(page);
    let Some(heading) = (0..entries.len()).find(|at| {
        matches!(entries[*at].name(), "h1" | "h2")
            && !entries[*at].is_gone
            && is_called(&titles, &Element(entries[*at].element).inline_text())
    }) else {
        return;
    };
    let around = successors(entries[heading].parent, |at| entries[*at].parent);
    for own in around.collect::<Vec<_>>() {
        let others = others(entries, own, heading);
        if !others.is_empty() {
            for other in others {
                let end = entries[other].end;
                entries[other..end].iter_mut().for_each(|entry| entry.is_gone = true);
            }
            return;
        }
    }
}

/// What the page is called, with and without the name of its site.
fn titles(page: &Html) -> Vec<String> {
    let select = |css: &str| Selector::parse(css).expect("a fixed selector, read in every test");
    let given = page.select(&select("head title")).next().map(Element::inline_text);
    let shared = page.select(&select("meta[property='og:title']")).next();
    let shared = shared.and_then(|meta| meta.attribute("content")).map(crate::single_line);
    given.into_iter().chain(shared).collect()
}

fn is_called(titles: &[String], heading: &str) -> bool {
    let is_end = |rest: &str| !rest.trim_start().starts_with(char::is_alphanumeric);
    heading.len() >= MIN_TITLE_BYTES
        && titles.iter().any(|title| title.strip_prefix(heading).is_some_and(is_end))
}

/// The articles beside the element `own`, which holds the title `heading`.
fn others(entries: &[Entry<'_>], own: usize, heading: usize) -> Vec<usize> {
    let is_article = |at: usize| {
        let entry = &entries[at];
        let is_titled = (at..entry.end).any(|at| {
            entries[at].name() == entries[heading].name()
                && entries[at].attribute("class") == entries[heading].attribute("class")
                && entries[at].text > 0
        });
        !entry.is_gone && entry.text - entry.links >= MIN_ARTICLE_BYTES && is_titled
    };
    let class = entries[own].attribute("class");
    // Sections of one article may well have titles of one kind.
    let is_named = class.is_some() && entries[heading].name() == "h1";
    if !(entries[own].name() == "article" || is_named) || !is_article(own) {
        return Vec::new();
    }
    let Some(parent) = entries[own].parent else { return Vec::new() };
    let end = entries[parent].end;
    successors(Some(parent + 1), |at| (*at < end).then(|| entries[*at].end))
        .take_while(|at| *at < end)
        .filter(|at| {
            *at != own
                && entries[*at].name() == entries[own].name()
                && entries[*at].attribute("class") == class
                && is_article(*at)
        })
        .collect()
}
