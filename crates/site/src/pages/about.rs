//! How to read the site, and the numbers of its model.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::Page;
use crate::html::web_url;
use crate::views::{Bar, Links, Part, thousands};
use crate::{Route, Weighted};

#[derive(Serialize)]
struct Content<'s> {
    n_documents: String,
    n_topics: String,
    n_terms: String,
    n_tags: String,
    facts: Vec<FactRow<'s>>,
    /// The biggest topics, as an example of what a bar looks like.
    example: Vec<Part<'s>>,
    bar: Bar,
    sources: Vec<SourceView<'s>>,
    dropped: Vec<DroppedView<'s>>,
    data: Option<String>,
}

#[derive(Serialize)]
struct SourceView<'s> {
    name: &'s str,
    href: Option<&'s str>,
    licence: Option<&'s str>,
}

#[derive(Serialize)]
struct DroppedView<'s> {
    reason: &'s str,
    n: String,
}

#[derive(Serialize)]
struct FactRow<'s> {
    name: &'s str,
    value: &'s str,
}

pub(super) fn page(links: &Links<'_>) -> Page {
    let site = links.site;
    let data = site.data();
    let shares = site
        .topics_by_share()
        .iter()
        .map(|&index| Weighted { index, weight: data.topics[index].share });
    let content = Content {
        n_documents: thousands(data.documents.len()),
        n_topics: thousands(data.topics.len()),
        n_terms: thousands(data.n_terms),
        n_tags: thousands(data.tags.len()),
        facts: data
            .facts
            .iter()
            .map(|fact| FactRow { name: fact.name, value: fact.value })
            .collect(),
        example: links.parts(shares),
        bar: Bar::new(0.61, 1.0),
        sources: data
            .sources
            .iter()
            .map(|source| SourceView {
                name: source.name,
                href: web_url(source.name),
                licence: source.licence,
            })
            .collect(),
        dropped: data
            .dropped
            .iter()
            .map(|dropped| DroppedView {
                reason: dropped.reason,
                n: thousands(dropped.n_documents),
            })
            .collect(),
        data: (!data.downloads.is_empty()).then(|| links.to(Route::Data)),
    };
    Page {
        template: "about.html",
        title: Some("How to read this site".to_owned()),
        description: "What topics, shares and bars on this site mean, and the numbers of its model"
            .to_owned(),
        section: "about",
        content: Value::from(Serde(content)),
    }
}
