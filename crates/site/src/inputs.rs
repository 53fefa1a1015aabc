//! What each page is made from, in far less time than it takes to make it.

use serde::Serialize;

use crate::pages::{MAX_ROWS, documents, speaker, tag, terms};
use crate::views::{Links, count_of, document_lang, mean_topics, percent, thousands};
use crate::{Renderer, Route, Site, Weighted};

/// What the pages of a site are made from, as bytes to be compared: a page whose bytes are those of
/// a former site of the same program is the page of that site.
///
/// It may be shared by threads. What many pages show of a document is written down once.
#[derive(Debug)]
pub struct Inputs<'s> {
    site: &'s Site<'s>,
    /// What every page shows.
    whole: Vec<u8>,
    /// Every topic beside the others.
    spectrum: Vec<u8>,
    /// For each document its line in lists, and a link to it.
    rows: Vec<Box<[u8]>>,
    links: Vec<Box<[u8]>>,
    /// Links to each topic, speaker and tag.
    topics: Vec<Box<[u8]>>,
    speakers: Vec<Box<[u8]>>,
    tags: Vec<Box<[u8]>>,
}

impl<'s> Inputs<'s> {
    /// Of the pages of `site` as `renderer` makes them.
    #[must_use]
    pub fn new(site: &'s Site<'s>, renderer: &Renderer) -> Self {
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
        put(&mut spectrum, &links(site).parts(shares));
        let all = || 0..data.documents.len();
        Self {
            site,
            whole,
            spectrum,
            rows: all().map(|document| bytes_of(&links(site).row_with_topic(document))).collect(),
            links: all().map(|document| bytes_of(&links(site).document(document))).collect(),
            topics: (0..data.topics.len())
                .map(|topic| bytes_of(&links(site).topic(topic)))
                .collect(),
            speakers: (0..data.speakers.len())
                .map(|speaker| bytes_of(&links(site).speaker(speaker)))
                .collect(),
            tags: (0..data.tags.len()).map(|tag| bytes_of(&links(site).tag(tag))).collect(),
        }
    }

    /// Writes what the page of `route` is made from to `to`, and says whether that is known: it is of
    /// pages of which there are many. The others have to be made.
    pub fn write(&self, route: Route, to: &mut Vec<u8>) -> bool {
        let (Ok(path), true) = (self.site.path(route), self.is_known(route)) else { return false };
        put(to, &path);
        to.extend_from_slice(&self.whole);
        match route {
            Route::Document(document) => self.document(document, to),
            Route::Speaker(speaker) => self.speaker(speaker, to),
            Route::Tag(tag, page) => self.tag(tag, page, to),
            Route::Topic(topic, page) => self.topic(topic, page, to),
            Route::Documents(page) => self.documents(page, to),
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
            Route::Documents(_) | Route::Terms(_) => true,
            _ => false,
        }
    }

    fn document(&self, index: usize, to: &mut Vec<u8>) {
        let data = self.site.data();
        let document = &data.documents[index];
        let times = (document.date, document.start, document.end);
        let places = (document.room, document.track, document.url);
        put(to, &(document.title, document_lang(self.site, document), times, places));
        // As it is, after its length: it is most of what there is.
        to.extend_from_slice(&(document.text.len() as u64).to_le_bytes());
        to.extend_from_slice(document.text.as_bytes());
        for &speaker in &document.speakers {
            to.extend_from_slice(&self.speakers[speaker]);
        }
        to.push(b'\n');
        for topic in &document.topics {
            to.extend_from_slice(&self.topics[topic.index]);
            to.extend_from_slice(&topic.weight.to_le_bytes());
        }
        put(to, &document.reasons);
        for &tag in &document.tags {
            to.extend_from_slice(&self.tags[tag]);
        }
        to.push(b'\n');
        for related in &document.related {
            self.row(related.index, to);
            put(to, &related.terms);
        }
        let neighbours = self.site.neighbours(index);
        for neighbour in [neighbours.previous, neighbours.next] {
            to.push(b'\n');
            if let Some(document) = neighbour {
                self.link(document, to);
            }
        }
    }

    fn speaker(&self, index: usize, to: &mut Vec<u8>) {
        let data = self.site.data();
        let own = &data.speakers[index];
        put(to, &own.name);
        put(to, &links(self.site).leading_parts(&mean_topics(self.site, &own.documents)));
        for other in speaker::others(data, index) {
            to.extend_from_slice(&self.speakers[other]);
        }
        self.rows(own.documents.iter().copied(), to);
    }

    fn tag(&self, index: usize, page: usize, to: &mut Vec<u8>) {
        let links = links(self.site);
        let own = &self.site.data().tags[index];
        put(to, &(own.name, own.documents.len()));
        put(to, &links.leading_parts(&mean_topics(self.site, &own.documents)));
        for beside in tag::beside(&links, index) {
            to.extend_from_slice(&self.tags[beside]);
        }
        self.rows(own.documents.iter().skip(page * MAX_ROWS).take(MAX_ROWS).copied(), to);
    }

    fn topic(&self, index: usize, page: usize, to: &mut Vec<u8>) {
        let site = self.site;
        let (links, data) = (links(site), site.data());
        let topic = &data.topics[index];
        put(to, &(links.topic(index), percent(topic.share), topic.documents.len()));
        to.extend_from_slice(&self.spectrum);
        let order = site.topics_by_share();
        let place = order.iter().position(|&other| other == index);
        for offset in [-1, 1] {
            let neighbour = place.and_then(|place| order.get(place.checked_add_signed(offset)?));
            put(to, &neighbour.map(|&other| links.topic(other)));
        }
        for term in &topic.terms {
            put(to, &(term.term, term.slug, term.weight));
            let documents = term.documents.iter().filter(|_| page == 0);
            documents.for_each(|&document| self.link(document, to));
        }
        if page == 0 {
            put(to, &format!("{:?}", topic.cloud));
            for near in site.near(index) {
                put(to, &(links.topic(near.topic), &near.terms));
            }
            for part in &topic.sub_topics {
                put(to, &(part.title, &part.terms, part.documents.len()));
                part.documents.iter().for_each(|&document| self.link(document, to));
            }
        }
        for document in topic.documents.iter().skip(page * MAX_ROWS).take(MAX_ROWS) {
            self.row(document.index, to);
            let of = &data.documents[document.index];
            let at = of.topics.iter().position(|part| part.index == index);
            put(to, &(document.weight, at.and_then(|at| of.reasons.get(at))));
        }
    }

    fn documents(&self, page: usize, to: &mut Vec<u8>) {
        let order = self.site.documents_by_title();
        put(to, &count_of(order.len(), self.site.noun()));
        let shown = order.chunks(documents::PER_PAGE).nth(page).unwrap_or_default();
        self.rows(shown.iter().copied(), to);
    }

    fn terms(&self, page: usize, to: &mut Vec<u8>) {
        let data = self.site.data();
        let order = self.site.terms_by_name();
        put(to, &order.len());
        put(to, &terms::letters(&links(self.site), page));
        for &term in order.chunks(terms::PER_PAGE).nth(page).unwrap_or_default() {
            let term = &data.terms[term];
            put(to, &(term.term, thousands(term.n_documents)));
            term.documents.iter().for_each(|&document| self.link(document, to));
        }
    }

    fn rows(&self, documents: impl Iterator<Item = usize>, to: &mut Vec<u8>) {
        documents.for_each(|document| self.row(document, to));
    }

    /// The line of a document in lists.
    fn row(&self, document: usize, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.rows[document]);
    }

    fn link(&self, document: usize, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.links[document]);
    }
}

/// Links from the root: the way there is that of the path, which is known.
fn links<'s>(site: &'s Site<'s>) -> Links<'s> {
    Links { site, root: String::new() }
}

fn bytes_of(value: &impl Serialize) -> Box<[u8]> {
    let mut bytes = Vec::new();
    put(&mut bytes, value);
    bytes.into_boxed_slice()
}

/// Writes `value` on a line of its own: JSON ends where the line does.
fn put(to: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    serde_json::to_writer(&mut *to, value).expect("texts and numbers can be written to memory");
    to.push(b'\n');
}
