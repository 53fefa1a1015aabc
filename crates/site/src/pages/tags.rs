//! All tags from A to Z.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::{Page, page_suffix};
use crate::Route;
use crate::route::n_pages;
use crate::views::{Link, Links, PageLink, count_of, thousands};

/// Tags on a page.
pub(crate) const PER_PAGE: usize = 1000;

#[derive(Serialize)]
struct Content<'s> {
    count: String,
    tags: Vec<TagRow<'s>>,
    pages: Vec<PageLink>,
}

#[derive(Serialize)]
struct TagRow<'s> {
    link: Link<'s>,
    n: String,
    count: String,
}

pub(super) fn page(links: &Links<'_>, page: usize) -> Page {
    let site = links.site;
    let tags = site.tags_by_name().iter().skip(page * PER_PAGE).take(PER_PAGE).map(|&index| {
        let n = site.data().tags[index].documents.len();
        TagRow { link: links.tag(index), n: thousands(n), count: count_of(n, site.noun()) }
    });
    let n_tags = site.data().tags.len();
    let content = Content {
        count: format!("{} {}", thousands(n_tags), if n_tags == 1 { "tag" } else { "tags" }),
        tags: tags.collect(),
        pages: links.pager(n_pages(n_tags, PER_PAGE), page, Route::Tags),
    };
    Page {
        template: "tags.html",
        title: Some(format!("All tags{}", page_suffix(page))),
        description: format!("{} from A to Z", content.count),
        section: "tags",
        content: Value::from(Serde(content)),
    }
}
