//! What every source yields.

use serde::{Deserialize, Serialize};

/// One document: plain text with what is known about it. Only the text is required.
///
/// Text holds no markup. Paragraphs are parted by an empty line; a paragraph whose every line
/// begins with `- ` is a list. Titles, tags and names are single lines without outer white space.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Unique in its source and stable from run to run: an `id` column, a path, or the URL.
    pub id: String,
    /// Where the document can be read in full; `http:` or `https:`.
    pub url: Option<String>,
    /// The title; never empty: readers fall back to the first words of the text, then to the id.
    pub title: String,
    /// The body: abstract, description, content.
    pub text: String,
    /// Tags as the source spells them, in its order.
    pub tags: Vec<String>,
    /// Speakers or authors.
    pub speakers: Vec<String>,
    /// The day, as the source gives it (`2026-05-14`, `14 May 2026`).
    pub date: Option<String>,
    /// The start, RFC 3339.
    pub start: Option<String>,
    /// The end, RFC 3339.
    pub end: Option<String>,
    /// Where it takes place.
    pub room: Option<String>,
    /// The track or section.
    pub track: Option<String>,
    /// The language, an ISO 639-1 code (`en`).
    pub language: Option<String>,
}

/// A document that was found and not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Where it was: a URL, a path, or a path and a line (`talks.jsonl:12`).
    pub location: String,
    /// Why it was not kept: what, which value, what is allowed; one line.
    pub reason: String,
}
