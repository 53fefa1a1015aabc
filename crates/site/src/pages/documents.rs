//! All documents from A to Z, on as many pages as they need.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::{MAX_ROWS, Page};
use crate::site::initial;
use crate::views::{Links, Row, count_of};
use crate::{Route, Site};

#[derive(Serialize)]
struct Content<'s> {
    count: String,
    groups: Vec<Group<'s>>,
    pages: Vec<PageLink>,
}

/// The documents under one letter.
#[derive(Serialize)]
struct Group<'s> {
    /// A letter, or `#` for what begins with none.
    letter: String,
    rows: Vec<Row<'s>>,
}

#[derive(Serialize)]
struct PageLink {
    number: usize,
    href: String,
    current: bool,
}

/// How many pages the list has: one, even when there are no documents.
pub(crate) fn n_pages(site: &Site<'_>) -> usize {
    site.data().documents.len().div_ceil(MAX_ROWS).max(1)
}

pub(super) fn page(links: &Links<'_>, page: usize) -> Page {
    let site = links.site;
    let noun = site.noun();
    let data = site.data();
    let chunk = site.documents_by_title().chunks(MAX_ROWS).nth(page).unwrap_or_default();
    let groups = chunk
        .chunk_by(|&a, &b| initial(data.documents[a].title) == initial(data.documents[b].title))
        .map(|group| Group {
            letter: initial(data.documents[group[0]].title).unwrap_or('#').to_string(),
            rows: group.iter().map(|&document| links.row_with_topic(document)).collect(),
        });
    let pages = match n_pages(site) {
        1 => Vec::new(),
        n => (0..n)
            .map(|other| PageLink {
                number: other + 1,
                href: links.to(Route::Documents(other)),
                current: other == page,
            })
            .collect(),
    };
    let content =
        Content { count: count_of(data.documents.len(), noun), groups: groups.collect(), pages };
    let title = match page {
        0 => format!("All {}", noun.many),
        _ => format!("All {}, page {}", noun.many, page + 1),
    };
    Page {
        template: "documents.html",
        description: format!("{} from A to Z", content.count),
        title: Some(title),
        section: "documents",
        content: Value::from(Serde(content)),
    }
}
