//! The topics over time: for each a row of columns, one for every period.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::Page;
use crate::views::{Links, TopicRef, count_of, percent, site_lang};
use crate::when::Unit;

/// A share of fewer documents says little: one document alone would have the tallest column.
const FEW: usize = 5;

#[derive(Serialize)]
struct Content<'s> {
    lang: Option<&'s str>,
    unit: &'static str,
    periods: Vec<PeriodView>,
    rows: Vec<RowView<'s>>,
    undated: Option<String>,
    /// Below how many documents a column is drawn pale, when some are and some are not.
    few: Option<usize>,
    tallest: String,
    first: String,
    last: String,
}

#[derive(Serialize)]
struct PeriodView {
    name: String,
    n: usize,
}

#[derive(Serialize)]
struct RowView<'s> {
    topic: TopicRef<'s>,
    columns: Vec<Column>,
}

/// A topic's share of a period, as a column on a canvas of 100 by 100.
#[derive(Serialize)]
struct Column {
    percent: String,
    y: String,
    height: String,
    pale: bool,
}

/// The page, when there is something to show.
pub(super) fn page(links: &Links<'_>) -> Option<Page> {
    let site = links.site;
    let timeline = site.timeline()?;
    let share = |topic: usize, at: usize| {
        let span = &timeline.periods[at];
        span.shares[topic] / span.n_documents.max(1) as f64
    };
    let n = timeline.periods.len();
    let is_few = |at: usize| timeline.periods[at].n_documents < FEW;
    let are_mixed = (0..n).any(is_few) && !(0..n).all(is_few);
    let is_pale = |at: usize| are_mixed && is_few(at);
    let all = site
        .topics_by_share()
        .iter()
        .flat_map(|&topic| (0..n).filter(|&at| !is_pale(at)).map(move |at| share(topic, at)));
    let tallest = all.fold(0.0, f64::max).max(1e-9);
    let rows = site.topics_by_share().iter().map(|&topic| RowView {
        topic: links.topic(topic),
        columns: (0..n)
            .map(|at| {
                let value = share(topic, at);
                let height = f64::min(100.0 * value / tallest, 100.0);
                Column {
                    percent: percent(value),
                    pale: is_pale(at),
                    y: format!("{:.1}", 100.0 - height),
                    height: format!("{height:.1}"),
                }
            })
            .collect(),
    });
    let name = |span: Option<&crate::timeline::Span>| {
        span.map(|span| span.period.format()).unwrap_or_default()
    };
    let content = Content {
        lang: site_lang(site),
        unit: match timeline.unit {
            Unit::Year => "year",
            Unit::Month => "month",
            Unit::Day => "day",
        },
        rows: rows.collect(),
        periods: timeline
            .periods
            .iter()
            .map(|span| PeriodView { name: span.period.format(), n: span.n_documents })
            .collect(),
        undated: (timeline.n_undated > 0).then(|| count_of(timeline.n_undated, site.noun())),
        few: are_mixed.then_some(FEW),
        tallest: percent(tallest),
        first: name(timeline.periods.first()),
        last: name(timeline.periods.last()),
    };
    Some(Page {
        template: "time.html",
        title: Some("Topics over time".to_owned()),
        description: format!("The share of every topic from {} to {}", content.first, content.last),
        section: "time",
        content: Value::from(Serde(content)),
    })
}
