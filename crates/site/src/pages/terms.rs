//! The index of terms, as at the end of a book: to find documents without a script.

use std::ops::Range;

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::{Page, page_suffix};
use crate::route::n_pages;
use crate::site::initial;
use crate::views::{Links, PageLink, site_lang, thousands};
use crate::{Route, fragments};

/// Terms on a page.
pub(crate) const PER_PAGE: usize = 250;
/// Between the documents of a term.
const DOT: &str = "<span aria-hidden=\"true\"> · </span>";

#[derive(Serialize)]
struct Content<'s> {
    count: String,
    lang: Option<&'s str>,
    groups: Vec<Group<'s>>,
    letters: Vec<Letter>,
    pages: Vec<PageLink>,
}

/// The way to the terms under a letter.
#[derive(Serialize)]
pub(crate) struct Letter {
    name: String,
    href: String,
    current: bool,
}

#[derive(Serialize)]
struct Group<'s> {
    letter: String,
    /// The name of the group in links; only the first part of a letter has one.
    anchor: String,
    terms: Vec<TermView<'s>>,
}

#[derive(Serialize)]
struct TermView<'s> {
    term: &'s str,
    documents: Option<Value>,
    more: Option<String>,
}

pub(super) fn page(links: &Links<'_>, page: usize) -> Page {
    let site = links.site;
    let terms = &site.data().terms;
    let letter = |term: usize| initial(terms[term].term);
    let order = site.terms_by_name();
    let start = page * PER_PAGE;
    let chunk = order.chunks(PER_PAGE).nth(page).unwrap_or_default();
    let mut at = start;
    let groups = chunk.chunk_by(|&a, &b| letter(a) == letter(b)).map(|group| {
        let first = at;
        at += group.len();
        Group {
            letter: letter(group[0]).unwrap_or('#').to_string(),
            anchor: format!("l-{first}"),
            terms: group
                .iter()
                .map(|&term| {
                    let term = &terms[term];
                    let documents = term.documents.iter().map(|&d| links.document(d));
                    let n_more = term.n_documents.saturating_sub(term.documents.len());
                    TermView {
                        term: term.term,
                        documents: fragments::links(documents, DOT),
                        more: (n_more > 0).then(|| thousands(n_more)),
                    }
                })
                .collect(),
        }
    });
    let groups = groups.collect();
    let n = terms.len();
    let content = Content {
        count: format!("{} {}", thousands(n), if n == 1 { "term" } else { "terms" }),
        lang: site_lang(site),
        groups,
        letters: letters(links, page),
        pages: links.pager(n_pages(n, PER_PAGE), page, Route::Terms),
    };
    Page {
        template: "terms.html",
        title: Some(format!("Index of terms{}", page_suffix(page))),
        description: format!("{} and the {} that use them", content.count, site.noun().many),
        section: "terms",
        content: Value::from(Serde(content)),
    }
}

/// The letters that terms begin with, each with the way to the first of them.
pub(crate) fn letters(links: &Links<'_>, page: usize) -> Vec<Letter> {
    let letter = |(letter, places): &(Option<char>, Range<usize>)| {
        let Range { start, end } = *places;
        Letter {
            name: letter.unwrap_or('#').to_string(),
            href: format!("{}#l-{start}", links.to(Route::Terms(start / PER_PAGE))),
            current: (start / PER_PAGE..=(end - 1) / PER_PAGE).contains(&page),
        }
    };
    links.site.term_letters().iter().map(letter).collect()
}
