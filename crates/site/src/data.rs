//! What a site is made from: plain borrowed data, joined by positions.

/// Everything that the pages show. Positions (`usize`) point into [`topics`](Self::topics),
/// [`documents`](Self::documents) and [`tags`](Self::tags); [`Site::new`](crate::Site::new) checks
/// them.
#[derive(Debug, Clone)]
pub struct SiteData<'a> {
    /// The name of the site.
    pub title: &'a str,
    /// The language of the documents that do not tell theirs, an ISO 639-1 code (`en`). The
    /// interface itself is in English.
    pub language: &'a str,
    /// Where the site will be published (`https://example.org/talks/`). It is needed by two things
    /// only: canonical links, and a 404 page whose links work at any depth.
    pub base_url: Option<&'a str>,
    /// How many terms the topics were learnt from.
    pub n_terms: usize,
    /// The topics, in the order of their numbers: the first is topic 1.
    pub topics: Vec<Topic<'a>>,
    /// The documents, in the order of their source.
    pub documents: Vec<Document<'a>>,
    /// The tags; none at all leaves the tag pages out.
    pub tags: Vec<Tag<'a>>,
    /// Figures for the page that explains the site (`Relative loss`, `0.83`), shown in this order.
    pub facts: Vec<Fact<'a>>,
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
    /// Speakers or authors.
    pub speakers: &'a [String],
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

/// One figure about the model.
#[derive(Debug, Clone, Copy)]
pub struct Fact<'a> {
    /// What it is.
    pub name: &'a str,
    /// Its value, formatted.
    pub value: &'a str,
}
