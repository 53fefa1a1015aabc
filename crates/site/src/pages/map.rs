//! The map: every document as a dot, near to those that are about the same.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::Page;
use crate::Route;
use crate::map::{LABEL, Map};
use crate::views::{Link, Links, TopicRef, count_of, site_lang};

/// The radius of a dot, units.
const DOT: f64 = 8.0;
/// Pixels for a unit, at most.
const LARGEST_SCALE: f64 = 1.5;

#[derive(Serialize)]
struct Content<'s> {
    view_box: String,
    /// The greatest width that it is drawn with, pixels: a small map is not blown up.
    width: String,
    label_size: f64,
    radius: f64,
    lang: Option<&'s str>,
    islands: Vec<IslandView<'s>>,
    /// Documents that are not on the map.
    missing: Option<String>,
    documents: String,
}

#[derive(Serialize)]
struct IslandView<'s> {
    topic: TopicRef<'s>,
    label: &'s str,
    x: String,
    y: String,
    radius: String,
    label_y: String,
    dots: Vec<DotView<'s>>,
    count: String,
}

#[derive(Serialize)]
struct DotView<'s> {
    link: Link<'s>,
    x: String,
    y: String,
}

pub(super) fn page(links: &Links<'_>) -> Page {
    let site = links.site;
    let noun = site.noun();
    let Map { width, height, islands } = site.map();
    let mut n_shown = 0;
    let mut views: Vec<IslandView<'_>> = islands
        .iter()
        .map(|island| {
            n_shown += island.dots.len();
            IslandView {
                topic: links.topic(island.topic),
                label: &island.label,
                x: units(island.x),
                y: units(island.y),
                radius: units(island.radius),
                label_y: units(island.label_y),
                dots: island
                    .dots
                    .iter()
                    .map(|dot| DotView {
                        link: links.document(dot.document),
                        x: units(dot.x),
                        y: units(dot.y),
                    })
                    .collect(),
                count: count_of(island.dots.len() + island.n_more, noun),
            }
        })
        .collect();
    // The order in which keyboards and screen readers come through.
    views.sort_by_key(|island| island.topic.number);
    let n_missing = site.data().documents.len() - n_shown;
    let content = Content {
        view_box: format!("0 0 {} {}", units(width.max(1.0)), units(height.max(1.0))),
        width: units(width.max(1.0) * LARGEST_SCALE),
        label_size: LABEL,
        radius: DOT,
        lang: site_lang(site),
        islands: views,
        missing: (n_missing > 0).then(|| count_of(n_missing, noun)),
        documents: links.to(Route::Documents(0)),
    };
    Page {
        template: "map.html",
        title: Some("Map".to_owned()),
        description: format!("All {} on a map of topics", noun.many),
        section: "map",
        content: Value::from(Serde(content)),
    }
}

/// A length with one decimal.
fn units(value: f64) -> String {
    let mut text = format!("{value:.1}");
    if text.ends_with(".0") {
        text.truncate(text.len() - 2);
    }
    text
}
