//! A topic: its cloud, its documents and its terms.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::{MAX_ROWS, Page, cloud_svg};
use crate::views::{
    Bar, Link, Links, Part, Row, TopicRef, count_of, or_untitled, percent, site_lang,
};
use crate::{Route, Weighted};

#[derive(Serialize)]
struct Content<'s> {
    topic: TopicRef<'s>,
    lang: Option<&'s str>,
    share: String,
    n_documents: String,
    spectrum: Vec<Part<'s>>,
    cloud: Value,
    rows: Vec<Row<'s>>,
    more: Option<String>,
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
    documents: Vec<Link<'s>>,
}

pub(super) fn page(links: &Links<'_>, index: usize) -> Page {
    let site = links.site;
    let data = site.data();
    let topic = &data.topics[index];
    let order = site.topics_by_share();
    let place = order.iter().position(|&other| other == index);
    let neighbour = |offset: isize| {
        let place = place?.checked_add_signed(offset)?;
        order.get(place).map(|&other| links.topic(other))
    };
    let rows = topic.documents.iter().take(MAX_ROWS).map(|document| Row {
        bar: Some(Bar::new(document.weight, 1.0)),
        ..links.row(document.index)
    });
    let n_more = topic.documents.len().saturating_sub(MAX_ROWS);
    let terms = topic.terms.iter().map(|term| TermRow {
        term: term.term,
        slug: term.slug,
        bar: Bar::new(term.weight, 1.0),
        documents: term.documents.iter().map(|&document| links.document(document)).collect(),
    });
    let title = or_untitled(topic.title);
    let leading: Vec<_> = topic.terms.iter().take(8).map(|term| term.term).collect();
    let noun = site.noun();
    let content = Content {
        topic: links.topic(index),
        lang: site_lang(site),
        share: percent(topic.share),
        n_documents: count_of(topic.documents.len(), noun),
        spectrum: links
            .parts(order.iter().map(|&index| Weighted { index, weight: data.topics[index].share })),
        cloud: cloud_svg(topic.cloud, topic, ""),
        rows: rows.collect(),
        more: (n_more > 0).then(|| count_of(n_more, noun)),
        terms: terms.collect(),
        previous: neighbour(-1),
        next: neighbour(1),
        all: links.to(Route::Index),
    };
    Page {
        template: "topic.html",
        title: Some(title.to_owned()),
        description: format!("{} about {}", noun.title, leading.join(", ")),
        section: "topics",
        content: Value::from(Serde(content)),
    }
}
