//! What templates are given: small structs whose texts are ready to be shown, and nothing that the
//! page does not need.

use std::collections::BTreeMap;

use minijinja::Value;
use serde::Serialize;

use crate::html::{language_tag, web_url};
use crate::pages::documents;
use crate::site::Noun;
use crate::{Document, Route, Site, Weighted, when};

/// How many colours the style sheet has for topics (`.c0` to `.c11`).
const N_COLOURS: usize = 12;
/// How many topics of a document, or of a tag, are shown, and what the least of them weighs.
const MAX_PARTS: usize = 5;
const LEAST_PART: f64 = 0.02;
/// How many speakers a line of a list names.
const MAX_SPEAKERS: usize = 3;

/// Makes views whose links start from one page.
pub(crate) struct Links<'s> {
    pub(crate) site: &'s Site<'s>,
    /// The way from the page to the root of the site: empty, or ending in `/`.
    pub(crate) root: String,
}

/// A document as a line of a list of documents of several topics, rendered.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    /// The name of the line in links, for a document that has no page.
    pub(crate) anchor: Option<String>,
    /// Its [`Row`].
    pub(crate) html: Value,
}

/// A topic as others refer to it.
#[derive(Debug, Serialize)]
pub(crate) struct TopicRef<'s> {
    pub(crate) number: usize,
    pub(crate) colour: usize,
    pub(crate) title: &'s str,
    pub(crate) href: String,
}

/// A link with its text.
#[derive(Debug, Serialize)]
pub(crate) struct Link<'s> {
    pub(crate) href: String,
    pub(crate) title: &'s str,
    pub(crate) lang: Option<&'s str>,
    /// Whether it leads to another site.
    pub(crate) away: bool,
}

/// The way to a page of a list; `gap` when pages before it are left out.
#[derive(Debug, Serialize)]
pub(crate) struct PageLink {
    pub(crate) number: usize,
    pub(crate) href: String,
    pub(crate) current: bool,
    pub(crate) gap: bool,
}

/// A number between 0 and 1, as text and as a bar.
#[derive(Debug, Serialize)]
pub(crate) struct Bar {
    /// `12%`
    pub(crate) percent: String,
    /// The length of the bar in percent of its track, without the sign.
    pub(crate) width: String,
}

/// A part of a whole that is made of topics.
#[derive(Debug, Serialize)]
pub(crate) struct Part<'s> {
    pub(crate) topic: TopicRef<'s>,
    pub(crate) bar: Bar,
    /// Where the part begins and where its middle is, in percent of the whole.
    pub(crate) x: String,
    pub(crate) middle: String,
    /// Whether there is room for its number.
    pub(crate) wide: bool,
}

/// A document as a line of a list.
#[derive(Debug)]
pub(crate) struct Row<'s> {
    pub(crate) link: Link<'s>,
    pub(crate) speakers: Option<String>,
    pub(crate) when: Option<String>,
    pub(crate) room: Option<&'s str>,
    /// Its main topic, in lists of documents of several topics.
    pub(crate) topic: Option<TopicRef<'s>>,
}

/// A document as a line of the list of a topic.
pub(crate) struct TopicRow<'s> {
    /// The name of the line in links, for a document that has no page.
    pub(crate) anchor: Option<String>,
    pub(crate) row: Row<'s>,
    /// The terms by which it belongs to the topic, and how much of it does.
    pub(crate) reasons: &'s [&'s str],
    pub(crate) bar: Bar,
}

impl<'s> Links<'s> {
    /// The address of another page. Every position in the data was checked by `Site::new`.
    pub(crate) fn to(&self, route: Route) -> String {
        let path = self.site.path(route).expect("positions were checked");
        [&self.root[..], &path].concat()
    }

    pub(crate) fn topic(&self, index: usize) -> TopicRef<'s> {
        let topic = &self.site.data().topics[index];
        TopicRef {
            number: index + 1,
            colour: index % N_COLOURS,
            title: or_untitled(topic.title),
            href: self.to(Route::Topic(index, 0)),
        }
    }

    pub(crate) fn document(&self, index: usize) -> Link<'s> {
        let document = &self.site.data().documents[index];
        let lang = document_lang(self.site, document);
        let title = or_untitled(document.title);
        if index < self.site.n_document_pages() {
            return Link { href: self.to(Route::Document(index)), title, lang, away: false };
        }
        if let Some(url) = document.url.and_then(web_url) {
            return Link { href: url.to_owned(), title, lang, away: true };
        }
        let page = self.site.place_by_title(index) / documents::PER_PAGE;
        let href = format!("{}#d-{index}", self.to(Route::Documents(page)));
        Link { href, title, lang, away: false }
    }

    pub(crate) fn speaker(&self, index: usize) -> Link<'s> {
        Link {
            href: self.to(Route::Speaker(index)),
            title: or_untitled(self.site.data().speakers[index].name),
            lang: None,
            away: false,
        }
    }

    /// The ways to the `n` pages of a list of which `current` is shown: the first, the last and
    /// those around it; nothing for a single page.
    pub(crate) fn pager(
        &self,
        n: usize,
        current: usize,
        route: impl Fn(usize) -> Route,
    ) -> Vec<PageLink> {
        const AROUND: usize = 3;
        if n < 2 {
            return Vec::new();
        }
        let near = |page: &usize| page.abs_diff(current) <= AROUND || *page == 0 || *page + 1 == n;
        let shown: Vec<usize> = (0..n).filter(near).collect();
        let mut before = 0;
        shown
            .into_iter()
            .map(|page| {
                let gap = page > before + 1;
                before = page;
                let (number, href) = (page + 1, self.to(route(page)));
                PageLink { number, href, current: page == current, gap }
            })
            .collect()
    }

    pub(crate) fn tag(&self, index: usize) -> Link<'s> {
        let tag = &self.site.data().tags[index];
        Link {
            href: self.to(Route::Tag(index, 0)),
            title: or_untitled(tag.name),
            lang: site_lang(self.site),
            away: false,
        }
    }

    pub(crate) fn row(&self, index: usize) -> Row<'s> {
        let document = &self.site.data().documents[index];
        let speakers = document.speakers.iter();
        let speakers: Vec<&str> =
            speakers.map(|&speaker| self.site.data().speakers[speaker].name).collect();
        Row {
            link: self.document(index),
            speakers: names(&speakers),
            when: when::format_range(document.date, document.start, document.end),
            room: document.room,
            topic: None,
        }
    }

    /// The name of a document's line in links, if it has no page.
    pub(crate) fn anchor(&self, index: usize) -> Option<String> {
        (index >= self.site.n_document_pages()).then(|| format!("d-{index}"))
    }

    /// A line that names its main topic.
    pub(crate) fn row_with_topic(&self, index: usize) -> Row<'s> {
        let main = self.site.data().documents[index].topics.first();
        Row { topic: main.map(|main| self.topic(main.index)), ..self.row(index) }
    }

    /// The leading ones of `weights` side by side, as parts of 1.
    pub(crate) fn leading_parts(&self, weights: &[Weighted]) -> Vec<Part<'s>> {
        let counts = |(n, part): &(usize, &Weighted)| *n == 0 || part.weight >= LEAST_PART;
        let leading = weights.iter().take(MAX_PARTS).enumerate().filter(counts);
        self.parts(leading.map(|(_, part)| *part))
    }

    /// `weights` side by side, as parts of 1.
    pub(crate) fn parts(&self, weights: impl Iterator<Item = Weighted>) -> Vec<Part<'s>> {
        // Of 100, what a number of two digits needs on the narrowest screen.
        const ROOM_FOR_A_NUMBER: f64 = 6.5;
        let mut x = 0.0;
        weights
            .map(|part| {
                let weight = fraction(part.weight).min(1.0 - x);
                let start = x;
                x += weight;
                Part {
                    topic: self.topic(part.index),
                    bar: Bar { percent: percent(part.weight), width: hundredths(weight) },
                    x: hundredths(start),
                    middle: hundredths(start + weight / 2.0),
                    wide: weight * 100.0 >= ROOM_FOR_A_NUMBER,
                }
            })
            .collect()
    }
}

impl Bar {
    /// A bar for `value`, 0 to 1, on a track that stands for `whole`.
    pub(crate) fn new(value: f64, whole: f64) -> Self {
        // What is there can be seen, however small.
        const SHORTEST: f64 = 0.01;
        let (value, whole) = (fraction(value), fraction(whole));
        let length = if value > 0.0 { (value / whole).clamp(SHORTEST, 1.0) } else { 0.0 };
        Self { percent: percent(value), width: hundredths(length) }
    }
}

/// A document's language, where it is not that of the interface.
pub(crate) fn document_lang<'s>(site: &Site<'s>, document: &Document<'s>) -> Option<&'s str> {
    match document.language.and_then(language_tag) {
        Some(code) => Some(code).filter(|&code| code != "en"),
        None => site_lang(site),
    }
}

/// The language of titles, tags and terms, where it is not that of the interface.
pub(crate) fn site_lang<'s>(site: &Site<'s>) -> Option<&'s str> {
    language_tag(site.data().language).filter(|&code| code != "en")
}

/// `1 talk`, `17,000 talks`.
pub(crate) fn count_of(n: usize, noun: Noun) -> String {
    format!("{} {}", thousands(n), if n == 1 { noun.one } else { noun.many })
}

/// A count with a comma between groups of three digits.
pub(crate) fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `value` between 0 and 1; 0 for what is no number.
pub(crate) fn fraction(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}

/// The topics of `documents` on average, by falling weight.
pub(crate) fn mean_topics(site: &Site<'_>, documents: &[usize]) -> Vec<Weighted> {
    let mut sums = BTreeMap::new();
    for &document in documents {
        for topic in &site.data().documents[document].topics {
            *sums.entry(topic.index).or_insert(0.0) += fraction(topic.weight);
        }
    }
    let n = documents.len() as f64;
    let mut means: Vec<_> =
        sums.into_iter().map(|(index, sum)| Weighted { index, weight: sum / n }).collect();
    means.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    means
}

/// A title that can be clicked.
pub(crate) fn or_untitled(title: &str) -> &str {
    if title.trim().is_empty() { "Untitled" } else { title }
}

/// Whole percents: more digits would promise more than a topic model keeps.
pub(crate) fn percent(value: f64) -> String {
    let value = fraction(value) * 100.0;
    if value > 0.0 && value <= 0.5 { "<1%".to_owned() } else { format!("{value:.0}%") }
}

/// A fraction as a number of hundredths with at most one decimal, for attributes.
fn hundredths(value: f64) -> String {
    let mut text = format!("{:.1}", value * 100.0);
    if text.ends_with(".0") {
        text.truncate(text.len() - 2);
    }
    text
}

fn names(speakers: &[&str]) -> Option<String> {
    let (named, rest) = speakers.split_at(speakers.len().min(MAX_SPEAKERS));
    let mut names = named.join(", ");
    if !rest.is_empty() {
        names += &[" and ", &thousands(rest.len()), " more"].concat();
    }
    (!names.is_empty()).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_whole_and_never_hide_that_there_is_something() {
        for (value, expected) in [
            (0.0, "0%"),
            (0.004, "<1%"),
            (0.005, "<1%"),
            (0.125, "12%"),
            (1.0, "100%"),
            (7.0, "100%"),
            (-1.0, "0%"),
            (f64::NAN, "0%"),
        ] {
            assert_eq!(percent(value), expected, "{value}");
        }
    }

    #[test]
    fn bars_stay_on_their_track() {
        for (value, whole, expected) in [
            (0.25, 0.5, "50"),
            (0.0, 0.0, "0"),
            (1e-9, 1.0, "1"),
            (0.5, 0.0, "100"),
            (f64::NAN, f64::NAN, "0"),
            (0.3333, 1.0, "33.3"),
        ] {
            assert_eq!(Bar::new(value, whole).width, expected, "{value} of {whole}");
        }
    }

    #[test]
    fn counts_are_grouped_by_thousands() {
        let noun = Noun { one: "talk", many: "talks", title: "Talks" };
        for (n, expected) in [
            (0, "0 talks"),
            (1, "1 talk"),
            (999, "999 talks"),
            (17_000, "17,000 talks"),
            (1_234_567, "1,234,567 talks"),
        ] {
            assert_eq!(count_of(n, noun), expected);
        }
    }

    #[test]
    fn long_lists_of_names_are_cut() {
        let speakers = ["S0", "S1", "S2", "S3", "S4"];
        assert_eq!(names(&speakers[..0]), None);
        assert_eq!(names(&speakers[..3]).as_deref(), Some("S0, S1, S2"));
        assert_eq!(names(&speakers).as_deref(), Some("S0, S1, S2 and 2 more"));
    }
}
