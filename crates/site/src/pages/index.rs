//! The start page: every topic with its cloud, name, share and first documents.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::{Page, cloud_svg};
use crate::views::{Bar, Links, Part, TopicRef, count_of, fraction, site_lang, thousands};
use crate::{Weighted, fragments};

/// How many documents a card lists.
const MAX_PICKS: usize = 10;

#[derive(Serialize)]
struct Content<'s> {
    facts: Vec<String>,
    spectrum: Vec<Part<'s>>,
    cards: Vec<Card<'s>>,
    lang: Option<&'s str>,
}

#[derive(Serialize)]
struct Card<'s> {
    topic: TopicRef<'s>,
    bar: Bar,
    cloud: Value,
    /// Links to the first documents.
    picks: Option<Value>,
    all: String,
}

pub(super) fn page(links: &Links<'_>) -> Page {
    let site = links.site;
    let data = site.data();
    let noun = site.noun();
    let mut facts = vec![count_of(data.documents.len(), noun)];
    for (n, one, many) in [
        (data.topics.len(), "topic", "topics"),
        (data.n_terms, "term", "terms"),
        (data.tags.len(), "tag", "tags"),
    ] {
        if n > 0 {
            facts.push(format!("{} {}", thousands(n), if n == 1 { one } else { many }));
        }
    }
    let biggest = site.topics_by_share().first().map_or(0.0, |&topic| data.topics[topic].share);
    let cards = site.topics_by_share().iter().map(|&index| {
        let topic = &data.topics[index];
        let view = links.topic(index);
        let picks = topic.documents.iter().take(MAX_PICKS);
        Card {
            bar: Bar::new(topic.share, biggest),
            cloud: cloud_svg(topic.card_cloud, topic, &view.href),
            picks: fragments::items(picks.map(|document| links.document(document.index))),
            all: count_of(topic.documents.len(), noun),
            topic: view,
        }
    });
    let shares = site.topics_by_share().iter().map(|&index| {
        let share = fraction(data.topics[index].share);
        Weighted { index, weight: share }
    });
    let content = Content {
        spectrum: links.parts(shares),
        cards: cards.collect(),
        lang: site_lang(site),
        facts,
    };
    Page {
        template: "index.html",
        title: None,
        description: format!("{}, sorted by what they are about.", content.facts[0]),
        section: "topics",
        content: Value::from(Serde(content)),
    }
}
