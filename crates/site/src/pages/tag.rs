//! A tag: the topics that its documents are about, and the documents.

use std::collections::BTreeMap;

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::{MAX_ROWS, Page, page_suffix};
use crate::Route;
use crate::batch::Batch;
use crate::route::n_pages;
use crate::views::{Link, Links, PageLink, Part, count_of, mean_topics, or_untitled, site_lang};

/// Tags that are named beside a tag, those that most of its documents carry too.
const MAX_BESIDE: usize = 8;

#[derive(Serialize)]
struct Content<'s> {
    name: &'s str,
    lang: Option<&'s str>,
    count: String,
    parts: Vec<Part<'s>>,
    /// The documents, a line each.
    rows: Option<Value>,
    pages: Vec<PageLink>,
    beside: Vec<Link<'s>>,
    all: String,
}

pub(super) fn page(batch: &Batch<'_>, links: &Links<'_>, index: usize, page: usize) -> Page {
    let site = links.site;
    let tag = &site.data().tags[index];
    let noun = site.noun();
    let name = or_untitled(tag.name);
    let rows = tag.documents.chunks(MAX_ROWS).nth(page).unwrap_or_default();
    let content = Content {
        name,
        lang: site_lang(site),
        count: count_of(tag.documents.len(), noun),
        parts: links.leading_parts(&mean_topics(site, &tag.documents)),
        rows: batch.lines(links, rows),
        pages: links
            .pager(n_pages(tag.documents.len(), MAX_ROWS), page, |page| Route::Tag(index, page)),
        beside: beside(links, index).into_iter().map(|tag| links.tag(tag)).collect(),
        all: links.to(Route::Tags(0)),
    };
    Page {
        template: "tag.html",
        title: Some(format!("{name}{}", page_suffix(page))),
        description: format!("{} tagged “{name}”", content.count),
        section: "tags",
        content: Value::from(Serde(content)),
    }
}

/// The tags that the documents of a tag carry most often beside it.
pub(crate) fn beside(links: &Links<'_>, index: usize) -> Vec<usize> {
    let data = links.site.data();
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for &document in &data.tags[index].documents {
        for &other in data.documents[document].tags.iter().filter(|&&other| other != index) {
            *counts.entry(other).or_insert(0) += 1;
        }
    }
    let mut tags: Vec<(usize, usize)> = counts.into_iter().collect();
    tags.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    tags.into_iter().take(MAX_BESIDE).map(|(tag, _)| tag).collect()
}
