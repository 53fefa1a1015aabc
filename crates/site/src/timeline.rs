//! How much the documents of each period are about each topic.

use crate::SiteData;
use crate::views::fraction;
use crate::when::{Period, Unit, period};

/// Years, months and days that are told apart at most.
const MAX_PERIODS: usize = 60;

/// The topics' shares in each period.
#[derive(Debug, Clone)]
pub(crate) struct Timeline {
    pub(crate) unit: Unit,
    /// The periods with documents, in order.
    pub(crate) periods: Vec<Span>,
    /// Documents without a date.
    pub(crate) n_undated: usize,
}

/// What the documents of one period are about.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) period: Period,
    pub(crate) n_documents: usize,
    /// For each topic the sum of its shares of these documents.
    pub(crate) shares: Vec<f64>,
}

/// The timeline of the documents' dates by years; where they tell of one or two years only, by months;
/// else by days. `None` when fewer than half of the documents have a date, or all the same, or when
/// there are more than sixty years.
pub(crate) fn timeline(data: &SiteData<'_>) -> Option<Timeline> {
    let dates: Vec<_> = data.documents.iter().map(|d| period(d.start, d.date)).collect();
    let n_dated = dates.iter().flatten().count();
    if n_dated * 2 < dates.len().max(1) || data.topics.is_empty() {
        return None;
    }
    let distinct = |unit: Unit| {
        let mut periods: Vec<Period> = dates.iter().flatten().map(|date| date.to(unit)).collect();
        periods.sort_unstable();
        periods.dedup();
        periods
    };
    let years = distinct(Unit::Year);
    let (unit, periods) = [(Unit::Year, 3), (Unit::Month, 3), (Unit::Day, 2)]
        .into_iter()
        .map(|(unit, least)| {
            (unit, if unit == Unit::Year { years.clone() } else { distinct(unit) }, least)
        })
        .find(|(_, periods, least)| (*least..=MAX_PERIODS).contains(&periods.len()))
        .map(|(unit, periods, _)| (unit, periods))
        .or_else(|| (2..=MAX_PERIODS).contains(&years.len()).then_some((Unit::Year, years)))?;
    let mut spans: Vec<Span> = periods
        .into_iter()
        .map(|period| Span { period, n_documents: 0, shares: vec![0.0; data.topics.len()] })
        .collect();
    for (date, document) in dates.iter().zip(&data.documents) {
        let Some(date) = date else { continue };
        let of = date.to(unit);
        let Ok(at) = spans.binary_search_by(|span| span.period.cmp(&of)) else { continue };
        spans[at].n_documents += 1;
        for topic in &document.topics {
            spans[at].shares[topic.index] += fraction(topic.weight);
        }
    }
    Some(Timeline { unit, periods: spans, n_undated: dates.len() - n_dated })
}
