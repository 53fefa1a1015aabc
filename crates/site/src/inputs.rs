//! What each page is made from, in far less time than it takes to make it.

use serde::Serialize;

use crate::pages::{MAX_ROWS, documents, speaker, speakers, tag, tags, terms};
use crate::views::{Links, count_of, mean_topics, percent, thousands};
use crate::{Document, Renderer, Route, Site, Weighted};

/// The hash of what something is shown from, which stands for it in all pages that show it.
type Key = [u8; 32];

/// What the pages of a site are made from, as bytes to be compared: a page whose bytes are those of
/// a former site of the same program is the page of that site.
///
/// It may be shared by threads. What many pages show of a document is written down once, and stands
/// for in them by a hash.
#[derive(Debug)]
pub struct Inputs<'s> {
    site: &'s Site<'s>,
    /// What every page shows.
    whole: Vec<u8>,
    /// Every topic beside the others.
    spectrum: Vec<u8>,
    /// For each document its line in lists, and a link to it.
    rows: Vec<Key>,
    links: Vec<Key>,
    /// Links to each topic, speaker and tag.
    topics: Vec<Key>,
    speakers: Vec<Key>,
    tags: Vec<Key>,
}

impl<'s> Inputs<'s> {
    /// Of the pages of `site` as `renderer` makes them. `hash` gives bytes that differ hashes that
    /// do; a cryptographic one, as texts of documents are anybody's.
    #[must_use]
    pub fn new(site: &'s Site<'s>, renderer: &Renderer, hash: impl Fn(&[u8]) -> [u8; 32]) -> Self {
        let data = site.data();
        let flags = [
            data.tags.is_empty(),
            data.speakers.is_empty(),
            data.terms.is_empty(),
            data.downloads.is_empty(),
            site.timeline().is_none(),
        ];
        let mut whole = Vec::new();
        let names = (data.title, data.language, data.base_url, data.generator);
        put(&mut whole, &(names, site.noun(), site.people(), flags));
        put(&mut whole, &renderer.overrides);
        let shares = site
            .topics_by_share()
            .iter()
            .map(|&index| Weighted { index, weight: data.topics[index].share });
        let mut spectrum = Vec::new();
        let paths = Links { site, root: String::new() };
        put(&mut spectrum, &paths.parts(shares));
        let mut from = Vec::new();
        let mut keys = |n: usize, write: &dyn Fn(usize, &mut Vec<u8>)| -> Vec<Key> {
            let key = |index| {
                from.clear();
                write(index, &mut from);
                hash(&from)
            };
            (0..n).map(key).collect()
        };
        let topics = keys(data.topics.len(), &|topic, to| put(to, &paths.topic(topic)));
        let speakers = keys(data.speakers.len(), &|speaker, to| {
            let speaker = &data.speakers[speaker];
            put_texts(to, [speaker.name, speaker.slug]);
        });
        let tags = keys(data.tags.len(), &|tag, to| {
            let tag = &data.tags[tag];
            put_texts(to, [tag.name, tag.slug]);
        });
        let n = data.documents.len();
        let links = keys(n, &|document, to| put_link(site, document, to));
        let rows = keys(n, &|document, to| put_row(site, document, &topics, to));
        Self { site, whole, spectrum, rows, links, topics, speakers, tags }
    }

    /// Writes what the page of `route` is made from to `to`, and says whether that is known: it is of
    /// pages of which there are many. The others have to be made.
    pub fn write(&self, route: Route, to: &mut Vec<u8>) -> bool {
        let (Ok(path), true) = (self.site.path(route), self.is_known(route)) else { return false };
        put_text(to, &path);
        to.extend_from_slice(&self.whole);
        match route {
            Route::Document(document) => self.document(document, to),
            Route::Speaker(speaker) => self.speaker(speaker, to),
            Route::Tag(tag, page) => self.tag(tag, page, to),
            Route::Topic(topic, page) => self.topic(topic, page, to),
            Route::Documents(page) => self.documents(page, to),
            Route::Tags(page) => {
                let shown = self.site.tags_by_name().chunks(tags::PER_PAGE).nth(page);
                let tags = &self.site.data().tags;
                put_names(shown, (&self.tags, |tag| tags[tag].documents.len()), to);
            }
            Route::Speakers(page) => {
                let shown = self.site.speakers_by_name().chunks(speakers::PER_PAGE).nth(page);
                let speakers = &self.site.data().speakers;
                put_names(shown, (&self.speakers, |who| speakers[who].documents.len()), to);
            }
            Route::Terms(page) => self.terms(page, to),
            _ => {}
        }
        true
    }

    fn is_known(&self, route: Route) -> bool {
        let data = self.site.data();
        match route {
            Route::Document(document) => document < self.site.n_document_pages(),
            Route::Speaker(speaker) => speaker < data.speakers.len(),
            Route::Tag(tag, _) => tag < data.tags.len(),
            Route::Topic(topic, _) => topic < data.topics.len(),
            Route::Documents(_) | Route::Tags(_) | Route::Speakers(_) | Route::Terms(_) => true,
            _ => false,
        }
    }

    fn document(&self, index: usize, to: &mut Vec<u8>) {
        let document = &self.site.data().documents[index];
        put_text(to, document.title);
        put_texts(to, whereabouts(document));
        put_texts(to, [document.language, document.track, document.url]);
        put_text(to, document.text);
        put_number(to, document.speakers.len());
        for &speaker in &document.speakers {
            to.extend_from_slice(&self.speakers[speaker]);
        }
        self.weights(&document.topics, to);
        put_number(to, document.reasons.len());
        for reasons in &document.reasons {
            put_texts(to, reasons.iter().copied());
        }
        put_number(to, document.tags.len());
        for &tag in &document.tags {
            to.extend_from_slice(&self.tags[tag]);
        }
        put_number(to, document.related.len());
        for related in &document.related {
            self.row(related.index, to);
            put_texts(to, related.terms.iter().copied());
        }
        let neighbours = self.site.neighbours(index);
        for neighbour in [neighbours.previous, neighbours.next] {
            to.push(u8::from(neighbour.is_some()));
            if let Some(document) = neighbour {
                self.link(document, to);
            }
        }
    }

    fn speaker(&self, index: usize, to: &mut Vec<u8>) {
        let data = self.site.data();
        let own = &data.speakers[index];
        put_text(to, own.name);
        self.weights(&mean_topics(self.site, &own.documents), to);
        let others = speaker::others(data, index);
        put_number(to, others.len());
        for other in others {
            to.extend_from_slice(&self.speakers[other]);
        }
        self.rows(own.documents.iter().copied(), to);
    }

    fn tag(&self, index: usize, page: usize, to: &mut Vec<u8>) {
        let links = Links { site: self.site, root: String::new() };
        let own = &self.site.data().tags[index];
        put_text(to, own.name);
        put_number(to, own.documents.len());
        self.weights(&mean_topics(self.site, &own.documents), to);
        let beside = tag::beside(&links, index);
        put_number(to, beside.len());
        for beside in beside {
            to.extend_from_slice(&self.tags[beside]);
        }
        self.rows(own.documents.iter().skip(page * MAX_ROWS).take(MAX_ROWS).copied(), to);
    }

    fn topic(&self, index: usize, page: usize, to: &mut Vec<u8>) {
        let site = self.site;
        let data = site.data();
        let topic = &data.topics[index];
        to.extend_from_slice(&self.topics[index]);
        put_text(to, &percent(topic.share));
        put_number(to, topic.documents.len());
        let order = site.topics_by_share();
        let place = order.iter().position(|&other| other == index);
        for offset in [-1, 1] {
            let neighbour = place.and_then(|place| order.get(place.checked_add_signed(offset)?));
            to.push(u8::from(neighbour.is_some()));
            if let Some(&other) = neighbour {
                to.extend_from_slice(&self.topics[other]);
            }
        }
        put_number(to, topic.terms.len());
        for term in &topic.terms {
            put_texts(to, [term.term, term.slug]);
            to.extend_from_slice(&term.weight.to_le_bytes());
            let documents = if page == 0 { &term.documents[..] } else { &[] };
            self.linked(documents, to);
        }
        if page == 0 {
            to.extend_from_slice(&self.spectrum);
            put_text(to, &format!("{:?}", topic.cloud));
            put_number(to, site.near(index).len());
            for near in site.near(index) {
                to.extend_from_slice(&self.topics[near.topic]);
                put(to, &near.terms);
            }
            put_number(to, topic.sub_topics.len());
            for part in &topic.sub_topics {
                put_text(to, part.title);
                put_texts(to, part.terms.iter().copied());
                self.linked(&part.documents, to);
            }
        }
        for document in topic.documents.iter().skip(page * MAX_ROWS).take(MAX_ROWS) {
            self.row(document.index, to);
            to.extend_from_slice(&document.weight.to_le_bytes());
            let of = &data.documents[document.index];
            let at = of.topics.iter().position(|part| part.index == index);
            let reasons = at.and_then(|at| of.reasons.get(at));
            put_texts(to, reasons.into_iter().flatten().copied());
        }
    }

    fn documents(&self, page: usize, to: &mut Vec<u8>) {
        let order = self.site.documents_by_title();
        put_text(to, &count_of(order.len(), self.site.noun()));
        let shown = order.chunks(documents::PER_PAGE).nth(page).unwrap_or_default();
        self.rows(shown.iter().copied(), to);
    }

    fn terms(&self, page: usize, to: &mut Vec<u8>) {
        let data = self.site.data();
        let links = Links { site: self.site, root: String::new() };
        let order = self.site.terms_by_name();
        put_number(to, order.len());
        put(to, &terms::letters(&links, page));
        for &term in order.chunks(terms::PER_PAGE).nth(page).unwrap_or_default() {
            let term = &data.terms[term];
            put_texts(to, [term.term, &thousands(term.n_documents)]);
            self.linked(&term.documents, to);
        }
    }

    /// Topics with their weights.
    fn weights(&self, weights: &[Weighted], to: &mut Vec<u8>) {
        put_number(to, weights.len());
        for topic in weights {
            to.extend_from_slice(&self.topics[topic.index]);
            to.extend_from_slice(&topic.weight.to_le_bytes());
        }
    }

    fn rows(&self, documents: impl Iterator<Item = usize>, to: &mut Vec<u8>) {
        documents.for_each(|document| self.row(document, to));
    }

    /// The line of a document in lists.
    fn row(&self, document: usize, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.rows[document]);
    }

    fn linked(&self, documents: &[usize], to: &mut Vec<u8>) {
        put_number(to, documents.len());
        for &document in documents {
            self.link(document, to);
        }
    }

    fn link(&self, document: usize, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.links[document]);
    }
}

/// How many names there are, and those that a page of their list shows, with how many documents each has;
/// `keys` are those of the links to them.
fn put_names(
    shown: Option<&[usize]>,
    (keys, n_documents): (&[Key], impl Fn(usize) -> usize),
    to: &mut Vec<u8>,
) {
    put_number(to, keys.len());
    for &name in shown.unwrap_or_default() {
        to.extend_from_slice(&keys[name]);
        put_number(to, n_documents(name));
    }
}

/// What a link to a document is made from; the languages of the site are those of the whole.
fn put_link(site: &Site<'_>, index: usize, to: &mut Vec<u8>) {
    let document = &site.data().documents[index];
    put_texts(to, [Some(document.title), document.language]);
    let has_page = index < site.n_document_pages();
    to.push(u8::from(has_page));
    if has_page {
        put_text(to, document.slug);
    } else {
        put_texts(to, [document.url]);
        put_number(to, index);
        put_number(to, site.place_by_title(index) / documents::PER_PAGE);
    }
}

/// What the line of a document is made from; `topics` are the keys of topics.
fn put_row(site: &Site<'_>, index: usize, topics: &[Key], to: &mut Vec<u8>) {
    let data = site.data();
    let document = &data.documents[index];
    put_link(site, index, to);
    put_texts(to, document.speakers.iter().map(|&speaker| data.speakers[speaker].name));
    put_texts(to, whereabouts(document));
    if let Some(main) = document.topics.first() {
        to.extend_from_slice(&topics[main.index]);
    }
}

/// When and where a document was told.
fn whereabouts<'s>(document: &Document<'s>) -> [Option<&'s str>; 4] {
    [document.date, document.start, document.end, document.room]
}

/// Writes `value` on a line of its own: JSON ends where the line does.
fn put(to: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    serde_json::to_writer(&mut *to, value).expect("texts and numbers can be written to memory");
    to.push(b'\n');
}

fn put_number(to: &mut Vec<u8>, number: usize) {
    to.extend_from_slice(&(number as u64).to_le_bytes());
}

/// Writes a text after its length.
fn put_text(to: &mut Vec<u8>, text: &str) {
    put_number(to, text.len());
    to.extend_from_slice(text.as_bytes());
}

/// Writes texts, some of which may be absent, before their number.
fn put_texts<'t>(to: &mut Vec<u8>, texts: impl IntoIterator<Item = impl Into<Option<&'t str>>>) {
    let mut n = 0;
    for text in texts {
        let text = text.into();
        to.push(u8::from(text.is_some()));
        put_text(to, text.unwrap_or_default());
        n += 1;
    }
    put_number(to, n);
}
