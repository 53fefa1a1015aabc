//! A topic: its cloud, its documents and its terms.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::{MAX_ROWS, Page, cloud_svg, page_suffix};
use crate::route::n_pages;
use crate::views::{
    Bar, Links, PageLink, Part, TopicRef, TopicRow, count_of, or_untitled, percent, site_lang,
};
use crate::{Route, Site, Weighted, fragments};

/// Terms that are named with each document, and documents with each part of the topic.
const MAX_REASONS: usize = 4;
const MAX_PART_DOCUMENTS: usize = 4;

#[derive(Serialize)]
struct Content<'s> {
    topic: TopicRef<'s>,
    lang: Option<&'s str>,
    share: String,
    n_documents: String,
    /// On the first page only, as are the cloud, parts, terms and neighbours: it changes with any document.
    spectrum: Vec<Part<'s>>,
    cloud: Option<Value>,
    parts: Vec<PartView<'s>>,
    /// The documents, a line each.
    rows: Option<Value>,
    /// The place of the first row in the whole list.
    start: usize,
    pages: Vec<PageLink>,
    near: Vec<NearView<'s>>,
    terms: Vec<TermRow<'s>>,
    previous: Option<TopicRef<'s>>,
    next: Option<TopicRef<'s>>,
    all: String,
}

#[derive(Serialize)]
struct TermRow<'s> {
    term: &'s str,
    slug: &'s str,
    bar: Bar,
    documents: Option<Value>,
}

/// A part of the topic.
#[derive(Serialize)]
struct PartView<'s> {
    title: &'s str,
    terms: Option<Value>,
    documents: Option<Value>,
    count: String,
}

/// A topic that is like this one.
#[derive(Serialize)]
struct NearView<'s> {
    topic: TopicRef<'s>,
    terms: Option<Value>,
}

pub(super) fn page(links: &Links<'_>, index: usize, page: usize) -> Page {
    let site = links.site;
    let data = site.data();
    let lang = site_lang(site);
    let topic = &data.topics[index];
    let order = site.topics_by_share();
    let place = order.iter().position(|&other| other == index);
    let neighbour = |offset: isize| {
        let place = place?.checked_add_signed(offset)?;
        order.get(place).map(|&other| links.topic(other))
    };
    let rows = topic.documents.iter().skip(page * MAX_ROWS).take(MAX_ROWS);
    let rows = rows.map(|document| TopicRow {
        anchor: links.anchor(document.index),
        row: links.row(document.index),
        reasons: reasons(site, index, document.index),
        bar: Bar::new(document.weight, 1.0),
    });
    let is_first = page == 0;
    let parts = topic.sub_topics.iter().filter(|_| is_first).map(|part| PartView {
        title: or_untitled(part.title),
        terms: fragments::terms(&part.terms, lang),
        documents: fragments::items(
            part.documents.iter().take(MAX_PART_DOCUMENTS).map(|&d| links.document(d)),
        ),
        count: count_of(part.documents.len(), site.noun()),
    });
    let shares = order.iter().filter(|_| is_first);
    let shares = shares.map(|&index| Weighted { index, weight: data.topics[index].share });
    let near = site.near(index).iter().filter(|_| is_first);
    let terms = topic.terms.iter().filter(|_| is_first).map(|term| TermRow {
        term: term.term,
        slug: term.slug,
        bar: Bar::new(term.weight, 1.0),
        documents: fragments::items(term.documents.iter().map(|&d| links.document(d))),
    });
    let title = or_untitled(topic.title);
    let leading: Vec<_> = topic.terms.iter().take(8).map(|term| term.term).collect();
    let noun = site.noun();
    let content = Content {
        topic: links.topic(index),
        lang,
        share: percent(topic.share),
        n_documents: count_of(topic.documents.len(), noun),
        spectrum: links.parts(shares),
        cloud: (is_first && !topic.cloud.words.is_empty())
            .then(|| cloud_svg(topic.cloud, topic, "")),
        parts: parts.collect(),
        rows: fragments::topic_rows(rows, lang),
        start: page * MAX_ROWS + 1,
        pages: links.pager(n_pages(topic.documents.len(), MAX_ROWS), page, |page| {
            Route::Topic(index, page)
        }),
        near: near
            .map(|near| NearView {
                topic: links.topic(near.topic),
                terms: fragments::terms(&near.terms, lang),
            })
            .collect(),
        terms: terms.collect(),
        previous: neighbour(-1),
        next: neighbour(1),
        all: links.to(Route::Index),
    };
    Page {
        template: "topic.html",
        title: Some(format!("{title}{}", page_suffix(page))),
        description: format!("{} about {}", noun.title, leading.join(", ")),
        section: "topics",
        content: Value::from(Serde(content)),
    }
}

/// The terms by which a document belongs to a topic.
fn reasons<'s>(site: &'s Site<'_>, topic: usize, document: usize) -> &'s [&'s str] {
    let document = &site.data().documents[document];
    let place = document.topics.iter().position(|part| part.index == topic);
    let reasons = place.and_then(|place| document.reasons.get(place));
    reasons.map_or(&[], |terms| &terms[..terms.len().min(MAX_REASONS)])
}
