//! The data of a site, checked and joined.

use std::ops::Range;

use hashbrown::HashMap;

use crate::error::Kind;
use crate::map::{self, Map};
use crate::near::{self, Near};
use crate::timeline::{self, Timeline};
use crate::views::fraction;
use crate::{Error, SiteData};

/// The data of a site with what many pages need of it, worked out once.
#[derive(Debug)]
pub struct Site<'a> {
    data: SiteData<'a>,
    noun: Noun,
    topics_by_share: Vec<usize>,
    documents_by_title: Vec<usize>,
    /// For each document its place in [`documents_by_title`](Self::documents_by_title).
    places_by_title: Vec<usize>,
    tags_by_name: Vec<usize>,
    speakers_by_name: Vec<usize>,
    terms_by_name: Vec<usize>,
    /// The letters that terms begin with, and the places of these in [`terms_by_name`](Self::terms_by_name).
    term_letters: Vec<(Option<char>, Range<usize>)>,
    neighbours: Vec<Neighbours>,
    near: Vec<Vec<Near<'a>>>,
    map: Map,
    timeline: Option<Timeline>,
}

/// What the documents are called.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(crate) struct Noun {
    pub(crate) one: &'static str,
    pub(crate) many: &'static str,
    /// At the start of a line.
    pub(crate) title: &'static str,
}

/// The documents before and after one in the list of its main topic.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Neighbours {
    pub(crate) previous: Option<usize>,
    pub(crate) next: Option<usize>,
}

impl<'a> Site<'a> {
    /// Checks that every position points to something, and that every slug can name a folder or a
    /// fragment: 1 to 100 ASCII letters, digits, `-`, `_` and `.`, not beginning with `.`; no two
    /// of a kind equal, apart from case. Slugs of terms need to differ within their topic only.
    ///
    /// Takes time in proportion to the data, and sorts documents and tags by name.
    ///
    /// # Errors
    /// [`Error::Slug`], [`Error::SharedSlug`] and [`Error::Position`].
    pub fn new(data: SiteData<'a>) -> Result<Self, Error> {
        check_slugs(&data)?;
        check_positions(&data)?;
        let documents_by_title = sorted_by_key(data.documents.iter().map(|d| title_key(d.title)));
        let mut places_by_title = vec![0; documents_by_title.len()];
        for (place, &document) in documents_by_title.iter().enumerate() {
            places_by_title[document] = place;
        }
        let near = near::of_topics(&data);
        let terms_by_name = sorted_by_key(data.terms.iter().map(|term| title_key(term.term)));
        Ok(Self {
            noun: noun(&data),
            map: map::lay_out(&data, &near),
            timeline: timeline::timeline(&data),
            near,
            topics_by_share: sorted_by(data.topics.len(), |a, b| {
                fraction(data.topics[b].share).total_cmp(&fraction(data.topics[a].share))
            }),
            documents_by_title,
            places_by_title,
            tags_by_name: sorted_by_key(data.tags.iter().map(|tag| title_key(tag.name))),
            speakers_by_name: sorted_by_key(data.speakers.iter().map(|who| name_key(who.name))),
            term_letters: letters(&terms_by_name, |term| data.terms[term].term),
            terms_by_name,
            neighbours: neighbours(&data),
            data,
        })
    }

    /// The data.
    #[must_use]
    pub fn data(&self) -> &SiteData<'a> {
        &self.data
    }

    pub(crate) fn noun(&self) -> Noun {
        self.noun
    }

    /// What those who speak or write are called, at the start of a line.
    pub(crate) fn people(&self) -> &'static str {
        if self.noun.one == "talk" { "Speakers" } else { "Authors" }
    }

    /// Topics, the biggest first.
    pub(crate) fn topics_by_share(&self) -> &[usize] {
        &self.topics_by_share
    }

    /// Documents from A to Z; the first page lists those that begin with a sign or a digit.
    pub(crate) fn documents_by_title(&self) -> &[usize] {
        &self.documents_by_title
    }

    /// Tags from A to Z.
    pub(crate) fn tags_by_name(&self) -> &[usize] {
        &self.tags_by_name
    }

    /// The place of a document in [`documents_by_title`](Self::documents_by_title).
    pub(crate) fn place_by_title(&self, document: usize) -> usize {
        self.places_by_title[document]
    }

    /// Speakers from A to Z, by their last names.
    pub(crate) fn speakers_by_name(&self) -> &[usize] {
        &self.speakers_by_name
    }

    /// The terms of the index from A to Z.
    pub(crate) fn terms_by_name(&self) -> &[usize] {
        &self.terms_by_name
    }

    /// The letters that terms begin with, `None` for signs and digits, and where among the
    /// [terms by name](Self::terms_by_name) these are.
    pub(crate) fn term_letters(&self) -> &[(Option<char>, Range<usize>)] {
        &self.term_letters
    }

    pub(crate) fn neighbours(&self, document: usize) -> Neighbours {
        self.neighbours[document]
    }

    /// The topics most like one.
    pub(crate) fn near(&self, topic: usize) -> &[Near<'a>] {
        &self.near[topic]
    }

    pub(crate) fn map(&self) -> &Map {
        &self.map
    }

    /// The topics over time, when the documents' dates tell of more than one period.
    pub(crate) fn timeline(&self) -> Option<&Timeline> {
        self.timeline.as_ref()
    }

    /// How many documents have a page of their own.
    pub(crate) fn n_document_pages(&self) -> usize {
        self.data.documents.len().min(self.data.max_document_pages)
    }
}

/// `Some(letter)` under which a title is filed: its first letter, in upper case, looking past
/// quotation marks and other signs; `None` when it begins with a digit or has neither.
pub(crate) fn initial(title: &str) -> Option<char> {
    let first = title.chars().find(|c| c.is_alphanumeric())?;
    // Letters whose upper case is two letters stay as they are.
    let mut upper = first.to_uppercase();
    let initial = upper.next().filter(|_| upper.next().is_none()).unwrap_or(first);
    initial.is_alphabetic().then_some(initial)
}

/// Sorts titles under their initials, `None` first, and by their lower-case letters.
fn title_key(title: &str) -> (Option<char>, String) {
    let first = title.find(char::is_alphanumeric).unwrap_or(0);
    (initial(title), title[first..].to_lowercase())
}

/// The last word of a name, which is what people look for, and then all of it.
pub(crate) fn last_name(name: &str) -> &str {
    name.split_whitespace().next_back().unwrap_or(name)
}

fn name_key(name: &str) -> (Option<char>, String, String) {
    let (initial, last) = title_key(last_name(name));
    (initial, last, name.to_lowercase())
}

fn noun(data: &SiteData<'_>) -> Noun {
    let is_talk = |document: &&crate::Document<'_>| {
        let has_place =
            document.room.is_some() || document.track.is_some() || document.start.is_some();
        !document.speakers.is_empty() && has_place
    };
    let n_talks = data.documents.iter().filter(is_talk).count();
    if n_talks * 2 > data.documents.len() {
        Noun { one: "talk", many: "talks", title: "Talks" }
    } else {
        Noun { one: "document", many: "documents", title: "Documents" }
    }
}

fn sorted_by(len: usize, compare: impl Fn(usize, usize) -> std::cmp::Ordering) -> Vec<usize> {
    let mut order: Vec<_> = (0..len).collect();
    order.sort_by(|&a, &b| compare(a, b));
    order
}

fn sorted_by_key<K: Ord>(keys: impl Iterator<Item = K>) -> Vec<usize> {
    let mut keyed: Vec<_> = keys.enumerate().map(|(position, key)| (key, position)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, position)| position).collect()
}

/// The initials of titles in their order, and the places that each has there.
fn letters<'t>(
    order: &[usize],
    title: impl Fn(usize) -> &'t str,
) -> Vec<(Option<char>, Range<usize>)> {
    let initials: Vec<_> = order.iter().map(|&at| initial(title(at))).collect();
    let mut end = 0;
    let groups = initials.chunk_by(|a, b| a == b).map(|group| {
        let start = end;
        end += group.len();
        (group[0], start..end)
    });
    groups.collect()
}

/// Joins each document to those around it among the documents with the same main topic.
fn neighbours(data: &SiteData<'_>) -> Vec<Neighbours> {
    let mut neighbours = vec![Neighbours::default(); data.documents.len()];
    for (topic_idx, topic) in data.topics.iter().enumerate() {
        let is_main = |document: usize| {
            data.documents[document].topics.first().is_some_and(|main| main.index == topic_idx)
        };
        let mut previous = None;
        for document in topic.documents.iter().map(|d| d.index).filter(|&d| is_main(d)) {
            neighbours[document].previous = previous;
            if let Some(previous) = previous {
                neighbours[previous].next = Some(document);
            }
            previous = Some(document);
        }
    }
    neighbours
}

fn check_slugs(data: &SiteData<'_>) -> Result<(), Error> {
    check_slugs_of(Kind::Topic, data.topics.iter().map(|topic| topic.slug))?;
    check_slugs_of(Kind::Document, data.documents.iter().map(|document| document.slug))?;
    check_slugs_of(Kind::Tag, data.tags.iter().map(|tag| tag.slug))?;
    check_slugs_of(Kind::Speaker, data.speakers.iter().map(|speaker| speaker.slug))?;
    data.topics
        .iter()
        .try_for_each(|topic| check_slugs_of(Kind::Term, topic.terms.iter().map(|term| term.slug)))
}

fn check_slugs_of<'s>(kind: Kind, slugs: impl Iterator<Item = &'s str>) -> Result<(), Error> {
    let mut holders = HashMap::new();
    for (index, slug) in slugs.enumerate() {
        let fits = (1..=100).contains(&slug.len())
            && !slug.starts_with('.')
            && slug.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        if !fits {
            return Err(Error::Slug { kind, index, slug: slug.to_owned() });
        }
        if let Some(first) = holders.insert(slug.to_ascii_lowercase(), index) {
            return Err(Error::SharedSlug { kind, first, second: index, slug: slug.to_owned() });
        }
    }
    Ok(())
}

fn check_positions(data: &SiteData<'_>) -> Result<(), Error> {
    let check = |(from, from_index): (Kind, usize), to: Kind, to_index: usize| {
        let len = match to {
            Kind::Topic => data.topics.len(),
            Kind::Tag => data.tags.len(),
            Kind::Speaker => data.speakers.len(),
            Kind::Document | Kind::Term => data.documents.len(),
        };
        let fits = to_index < len;
        fits.then_some(()).ok_or(Error::Position { from, from_index, to, to_index, len })
    };
    for (index, topic) in data.topics.iter().enumerate() {
        let from = (Kind::Topic, index);
        let of_terms = topic.terms.iter().flat_map(|term| term.documents.iter().copied());
        let of_parts = topic.sub_topics.iter().flat_map(|part| part.documents.iter().copied());
        let own = topic.documents.iter().map(|document| document.index);
        for document in own.chain(of_terms).chain(of_parts) {
            check(from, Kind::Document, document)?;
        }
    }
    for (index, document) in data.documents.iter().enumerate() {
        let from = (Kind::Document, index);
        document.topics.iter().try_for_each(|topic| check(from, Kind::Topic, topic.index))?;
        document.tags.iter().try_for_each(|&tag| check(from, Kind::Tag, tag))?;
        let mut speakers = document.speakers.iter();
        speakers.try_for_each(|&speaker| check(from, Kind::Speaker, speaker))?;
        let mut related = document.related.iter();
        related.try_for_each(|related| check(from, Kind::Document, related.index))?;
    }
    for (index, tag) in data.tags.iter().enumerate() {
        let mut documents = tag.documents.iter();
        documents.try_for_each(|&document| check((Kind::Tag, index), Kind::Document, document))?;
    }
    for (index, speaker) in data.speakers.iter().enumerate() {
        let from = (Kind::Speaker, index);
        let mut documents = speaker.documents.iter();
        documents.try_for_each(|&document| check(from, Kind::Document, document))?;
    }
    for (index, term) in data.terms.iter().enumerate() {
        let mut documents = term.documents.iter();
        documents.try_for_each(|&document| check((Kind::Term, index), Kind::Document, document))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_filed_under_their_first_letter() {
        for (title, expected) in [
            ("async", Some('A')),
            ("“Élan”", Some('É')),
            ("10 things", None),
            ("👍", None),
            ("ßtrange", Some('ß')),
            ("שלום", Some('ש')),
        ] {
            assert_eq!(initial(title), expected, "{title}");
        }
    }

    #[test]
    fn titles_sort_by_letters_and_not_by_signs_or_case() {
        let titles = ["beta", "“Alpha”", "alpha 2", "3 ways", "👍", "Beta"];
        let order = sorted_by_key(titles.iter().map(|title| title_key(title)));
        let sorted: Vec<_> = order.iter().map(|&position| titles[position]).collect();
        assert_eq!(sorted, ["3 ways", "👍", "alpha 2", "“Alpha”", "beta", "Beta"]);
    }
}
