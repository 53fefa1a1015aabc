//! A speaker or author: what they speak about, and their documents.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::Page;
use crate::batch::Batch;
use crate::views::{Link, Links, Part, count_of, mean_topics, or_untitled, site_lang};
use crate::{Route, SiteData};

/// Others that are named beside a speaker.
const MAX_OTHERS: usize = 6;

#[derive(Serialize)]
struct Content<'s> {
    name: &'s str,
    lang: Option<&'s str>,
    count: String,
    parts: Vec<Part<'s>>,
    /// The documents, a line each.
    rows: Option<Value>,
    /// Those who share a document with them.
    others: Vec<Link<'s>>,
    all: String,
}

pub(super) fn page(batch: &Batch<'_>, links: &Links<'_>, index: usize) -> Page {
    let site = links.site;
    let data = site.data();
    let speaker = &data.speakers[index];
    let name = or_untitled(speaker.name);
    let content = Content {
        name,
        lang: site_lang(site),
        count: count_of(speaker.documents.len(), site.noun()),
        parts: links.leading_parts(&mean_topics(site, &speaker.documents)),
        rows: batch.lines(links, &speaker.documents),
        others: others(data, index).into_iter().map(|other| links.speaker(other)).collect(),
        all: links.to(Route::Speakers(0)),
    };
    Page {
        template: "speaker.html",
        title: Some(name.to_owned()),
        description: format!("{} by {name}", content.count),
        section: "speakers",
        content: Value::from(Serde(content)),
    }
}

/// Who spoke together with the speaker, the first of them.
pub(crate) fn others(data: &SiteData<'_>, index: usize) -> Vec<usize> {
    let mut others: Vec<usize> = data.speakers[index]
        .documents
        .iter()
        .flat_map(|&document| data.documents[document].speakers.iter().copied())
        .filter(|&other| other != index)
        .collect();
    others.sort_unstable();
    others.dedup();
    others.truncate(MAX_OTHERS);
    others
}
