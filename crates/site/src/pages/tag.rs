//! A tag: the topics that its documents are about, and the documents.

use std::collections::BTreeMap;

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::{MAX_ROWS, Page};
use crate::views::{Links, Part, Row, count_of, fraction, or_untitled, site_lang};
use crate::{Route, Weighted};

#[derive(Serialize)]
struct Content<'s> {
    name: &'s str,
    lang: Option<&'s str>,
    count: String,
    parts: Vec<Part<'s>>,
    rows: Vec<Row<'s>>,
    more: Option<String>,
    all: String,
}

pub(super) fn page(links: &Links<'_>, index: usize) -> Page {
    let site = links.site;
    let tag = &site.data().tags[index];
    let noun = site.noun();
    let n_more = tag.documents.len().saturating_sub(MAX_ROWS);
    let name = or_untitled(tag.name);
    let content = Content {
        name,
        lang: site_lang(site),
        count: count_of(tag.documents.len(), noun),
        parts: links.leading_parts(&mean_topics(links, &tag.documents)),
        rows: tag.documents.iter().take(MAX_ROWS).map(|&d| links.row_with_topic(d)).collect(),
        more: (n_more > 0).then(|| count_of(n_more, noun)),
        all: links.to(Route::Tags),
    };
    Page {
        template: "tag.html",
        title: Some(name.to_owned()),
        description: format!("{} tagged “{name}”", content.count),
        section: "tags",
        content: Value::from(Serde(content)),
    }
}

/// What the documents are about on average, by falling weight.
fn mean_topics(links: &Links<'_>, documents: &[usize]) -> Vec<Weighted> {
    let mut sums = BTreeMap::new();
    for &document in documents {
        for topic in &links.site.data().documents[document].topics {
            *sums.entry(topic.index).or_insert(0.0) += fraction(topic.weight);
        }
    }
    let n = documents.len() as f64;
    let mut means: Vec<_> =
        sums.into_iter().map(|(index, sum)| Weighted { index, weight: sum / n }).collect();
    means.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    means
}
