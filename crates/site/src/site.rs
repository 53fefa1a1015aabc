//! The data of a site, checked and joined.

use std::collections::HashMap;

use crate::error::Kind;
use crate::views::fraction;
use crate::{Error, SiteData};

/// The data of a site with what many pages need of it, worked out once.
#[derive(Debug)]
pub struct Site<'a> {
    data: SiteData<'a>,
    noun: Noun,
    topics_by_share: Vec<usize>,
    documents_by_title: Vec<usize>,
    tags_by_name: Vec<usize>,
    neighbours: Vec<Neighbours>,
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
        Ok(Self {
            noun: noun(&data),
            topics_by_share: sorted_by(data.topics.len(), |a, b| {
                fraction(data.topics[b].share).total_cmp(&fraction(data.topics[a].share))
            }),
            documents_by_title: sorted_by_key(data.documents.iter().map(|d| title_key(d.title))),
            tags_by_name: sorted_by_key(data.tags.iter().map(|tag| title_key(tag.name))),
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

    pub(crate) fn neighbours(&self, document: usize) -> Neighbours {
        self.neighbours[document]
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
            Kind::Document | Kind::Term => data.documents.len(),
        };
        let fits = to_index < len;
        fits.then_some(()).ok_or(Error::Position { from, from_index, to, to_index, len })
    };
    for (index, topic) in data.topics.iter().enumerate() {
        let from = (Kind::Topic, index);
        let of_terms = topic.terms.iter().flat_map(|term| term.documents.iter().copied());
        for document in of_terms.chain(topic.documents.iter().map(|document| document.index)) {
            check(from, Kind::Document, document)?;
        }
    }
    for (index, document) in data.documents.iter().enumerate() {
        let from = (Kind::Document, index);
        document.topics.iter().try_for_each(|topic| check(from, Kind::Topic, topic.index))?;
        document.tags.iter().try_for_each(|&tag| check(from, Kind::Tag, tag))?;
        let mut related = document.related.iter();
        related.try_for_each(|related| check(from, Kind::Document, related.index))?;
    }
    for (index, tag) in data.tags.iter().enumerate() {
        let mut documents = tag.documents.iter();
        documents.try_for_each(|&document| check((Kind::Tag, index), Kind::Document, document))?;
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
