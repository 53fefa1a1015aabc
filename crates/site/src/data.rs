//! What a site is made from: plain borrowed data, joined by positions.

/// Everything that the pages show. Positions (`usize`) point into [`topics`](Self::topics),
/// [`documents`](Self::documents), [`tags`](Self::tags) and [`speakers`](Self::speakers);
/// [`Site::new`](crate::Site::new) checks them.
#[derive(Debug, Clone)]
pub struct SiteData<'a> {
    /// The name of the site.
    pub title: &'a str,
    /// The language of the documents that do not tell theirs, an ISO 639-1 code (`en`). The
    /// interface itself is in English.
    pub language: &'a str,
    /// Where the site will be published (`https://example.org/talks/`). Canonical links, a 404 page
    /// whose links work at any depth, `sitemap.xml`, `feed.xml` and `opensearch.xml` need it; without
    /// it they are left out.
    pub base_url: Option<&'a str>,
    /// How many terms the topics were learnt from.
    pub n_terms: usize,
    /// The topics, in the order of their numbers: the first is topic 1.
    pub topics: Vec<Topic<'a>>,
    /// The documents, in the order of their source.
    pub documents: Vec<Document<'a>>,
    /// The tags; none at all leaves the tag pages out.
    pub tags: Vec<Tag<'a>>,
    /// The speakers or authors; none at all leaves their pages out.
    pub speakers: Vec<Speaker<'a>>,
    /// The terms of the index of terms; none at all leaves it out.
    pub terms: Vec<IndexTerm<'a>>,
    /// How many documents get a page of their own, the first ones. Links to the others lead to their
    /// source, or to their line in the list of all documents.
    pub max_document_pages: usize,
    /// Figures for the page that explains the site (`Relative loss`, `0.83`), shown in this order.
    pub facts: Vec<Fact<'a>>,
    /// Where the documents come from.
    pub sources: Vec<Source<'a>>,
    /// Why documents of the sources are not shown, and how many for each reason.
    pub dropped: Vec<Dropped<'a>>,
    /// The files with the results as data.
    pub downloads: Vec<Download<'a>>,
    /// The program and its version (`topicmill 0.1.0`).
    pub generator: &'a str,
}

/// A topic: a mixture of terms that keep each other's company.
#[derive(Debug, Clone)]
pub struct Topic<'a> {
    /// The name of its folder; see [`Site::new`](crate::Site::new) for what is allowed.
    pub slug: &'a str,
    /// What it is called, commonly its two leading terms.
    pub title: &'a str,
    /// Its part of all documents, 0 to 1.
    pub share: f64,
    /// Its terms as a picture, for its own page, which gives a cloud about 900 pixels.
    pub cloud: &'a cloud::Cloud,
    /// The same on a smaller canvas and so with bigger letters, for its card on the start page, which
    /// gives a cloud about 330 pixels. The one above serves too, at the price of very small words.
    pub card_cloud: &'a cloud::Cloud,
    /// Its terms, by falling weight.
    pub terms: Vec<Term<'a>>,
    /// Its documents, by falling weight.
    pub documents: Vec<Weighted>,
    /// What it divides into; empty where it does not.
    pub sub_topics: Vec<SubTopic<'a>>,
}

/// A part of a topic: documents that have more in common than the topic.
#[derive(Debug, Clone)]
pub struct SubTopic<'a> {
    /// What it is called.
    pub title: &'a str,
    /// Its terms, by falling weight; eight are enough.
    pub terms: Vec<&'a str>,
    /// Its documents, by falling weight.
    pub documents: Vec<usize>,
}

/// A term of a topic.
#[derive(Debug, Clone)]
pub struct Term<'a> {
    /// As it is shown, and as the cloud spells it.
    pub term: &'a str,
    /// Its name in links, unique in the topic.
    pub slug: &'a str,
    /// Its weight in the topic; the heaviest has 1.
    pub weight: f64,
    /// Documents of the topic that hold the term, by falling weight; five are enough.
    pub documents: Vec<usize>,
}

/// A position and how much it weighs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighted {
    /// In a topic: a document. In a document: a topic.
    pub index: usize,
    /// The topic's part of the document, 0 to 1.
    pub weight: f64,
}

/// A document. See `corpus::Document` for the fields that come from the source; its text is plain
/// blocks: paragraphs parted by an empty line, and lists whose every line begins with `- `.
#[derive(Debug, Clone, Default)]
pub struct Document<'a> {
    /// The name of its folder; see [`Site::new`](crate::Site::new) for what is allowed.
    pub slug: &'a str,
    /// One line, not empty.
    pub title: &'a str,
    /// The body, or an empty string.
    pub text: &'a str,
    /// Where it can be read in full. Linked when it is `http:` or `https:`, else left out.
    pub url: Option<&'a str>,
    /// Its tags.
    pub tags: Vec<usize>,
    /// Its speakers or authors.
    pub speakers: Vec<usize>,
    /// The day.
    pub date: Option<&'a str>,
    /// The start: RFC 3339, or a time of day (`10:30`).
    pub start: Option<&'a str>,
    /// The end, likewise.
    pub end: Option<&'a str>,
    /// Where it takes place.
    pub room: Option<&'a str>,
    /// The track or section.
    pub track: Option<&'a str>,
    /// The language, an ISO 639-1 code.
    pub language: Option<&'a str>,
    /// Its topics, by falling weight. The first is its main topic.
    pub topics: Vec<Weighted>,
    /// The documents most like it, the closest first.
    pub related: Vec<Related<'a>>,
    /// For its topics, in the same order, the terms by which it belongs to them, the weightiest
    /// first. May be shorter than [`topics`](Self::topics).
    pub reasons: Vec<Vec<&'a str>>,
}

/// A document that is like another one, and why.
#[derive(Debug, Clone)]
pub struct Related<'a> {
    /// Which document.
    pub index: usize,
    /// The terms both hold that count most.
    pub terms: Vec<&'a str>,
}

/// A tag that the source gives to documents.
#[derive(Debug, Clone)]
pub struct Tag<'a> {
    /// The name of its folder; see [`Site::new`](crate::Site::new) for what is allowed.
    pub slug: &'a str,
    /// As the source spells it.
    pub name: &'a str,
    /// The documents that carry it.
    pub documents: Vec<usize>,
}

/// Somebody who speaks, or wrote.
#[derive(Debug, Clone)]
pub struct Speaker<'a> {
    /// The name of their folder; see [`Site::new`](crate::Site::new) for what is allowed.
    pub slug: &'a str,
    /// Their name.
    pub name: &'a str,
    /// Their documents.
    pub documents: Vec<usize>,
}

/// A term and the documents that hold it.
#[derive(Debug, Clone)]
pub struct IndexTerm<'a> {
    /// As it is shown.
    pub term: &'a str,
    /// The documents in which it weighs most, by falling weight; eight are enough.
    pub documents: Vec<usize>,
    /// How many documents hold it in all.
    pub n_documents: usize,
}

/// Where documents come from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// As it was named. Linked when it is `http:` or `https:`.
    pub name: &'a str,
    /// Under which licence it may be used, where that is known.
    pub licence: Option<&'a str>,
}

/// A reason to leave documents out.
#[derive(Debug, Clone, Copy)]
pub struct Dropped<'a> {
    /// The reason.
    pub reason: &'a str,
    /// How many documents.
    pub n_documents: usize,
}

/// A file with data.
#[derive(Debug, Clone, Copy)]
pub struct Download<'a> {
    /// Its path from the root of the site: safe characters only.
    pub path: &'a str,
    /// What it holds, one sentence.
    pub about: &'a str,
}

/// One figure about the model.
#[derive(Debug, Clone, Copy)]
pub struct Fact<'a> {
    /// What it is.
    pub name: &'a str,
    /// Its value, formatted.
    pub value: &'a str,
}
