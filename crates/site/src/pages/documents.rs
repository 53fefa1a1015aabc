//! All documents from A to Z, on as many pages as they need.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::{MAX_ROWS, Page, page_suffix};
use crate::Route;
use crate::batch::Batch;
use crate::route::n_pages;
use crate::site::initial;
use crate::views::{Links, PageLink, count_of};

/// Documents on a page.
pub(crate) const PER_PAGE: usize = MAX_ROWS;

#[derive(Serialize)]
struct Content {
    count: String,
    groups: Vec<Group>,
    pages: Vec<PageLink>,
}

/// The documents under one letter.
#[derive(Serialize)]
struct Group {
    /// A letter, or `#` for what begins with none.
    letter: String,
    /// A line each.
    rows: Option<Value>,
}

pub(super) fn page(batch: &Batch<'_>, links: &Links<'_>, page: usize) -> Page {
    let site = links.site;
    let noun = site.noun();
    let data = site.data();
    let chunk = site.documents_by_title().chunks(PER_PAGE).nth(page).unwrap_or_default();
    let groups = chunk
        .chunk_by(|&a, &b| initial(data.documents[a].title) == initial(data.documents[b].title))
        .map(|group| Group {
            letter: initial(data.documents[group[0]].title).unwrap_or('#').to_string(),
            rows: batch.lines(links, group),
        });
    let groups = groups.collect();
    let pages = links.pager(n_pages(data.documents.len(), PER_PAGE), page, Route::Documents);
    let content = Content { count: count_of(data.documents.len(), noun), groups, pages };
    Page {
        template: "documents.html",
        description: format!("{} from A to Z", content.count),
        title: Some(format!("All {}{}", noun.many, page_suffix(page))),
        section: "documents",
        content: Value::from(Serde(content)),
    }
}
