//! All speakers from A to Z.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::{Page, page_suffix};
use crate::Route;
use crate::route::n_pages;
use crate::site::{initial, last_name};
use crate::views::{Link, Links, PageLink, count_of, thousands};

/// Names on a page.
pub(crate) const PER_PAGE: usize = 1000;

#[derive(Serialize)]
struct Content<'s> {
    count: String,
    groups: Vec<Group<'s>>,
    pages: Vec<PageLink>,
}

/// The names under one letter.
#[derive(Serialize)]
struct Group<'s> {
    letter: String,
    names: Vec<Name<'s>>,
}

#[derive(Serialize)]
struct Name<'s> {
    link: Link<'s>,
    n: String,
    count: String,
}

pub(super) fn page(links: &Links<'_>, page: usize) -> Page {
    let site = links.site;
    let speakers = &site.data().speakers;
    let letter = |speaker: usize| initial(last_name(speakers[speaker].name));
    let chunk = site.speakers_by_name().chunks(PER_PAGE).nth(page).unwrap_or_default();
    let groups = chunk.chunk_by(|&a, &b| letter(a) == letter(b)).map(|group| Group {
        letter: letter(group[0]).unwrap_or('#').to_string(),
        names: group
            .iter()
            .map(|&speaker| {
                let n = speakers[speaker].documents.len();
                let count = count_of(n, site.noun());
                Name { link: links.speaker(speaker), n: thousands(n), count }
            })
            .collect(),
    });
    let n = speakers.len();
    let content = Content {
        count: format!("{} {}", thousands(n), if n == 1 { "name" } else { "names" }),
        groups: groups.collect(),
        pages: links.pager(n_pages(n, PER_PAGE), page, Route::Speakers),
    };
    Page {
        template: "speakers.html",
        title: Some(format!("{}{}", site.people(), page_suffix(page))),
        description: format!("{} from A to Z", content.count),
        section: "speakers",
        content: Value::from(Serde(content)),
    }
}
