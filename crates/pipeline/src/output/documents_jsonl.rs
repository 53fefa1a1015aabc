//! `data/documents.jsonl`, and documents alone as JSON lines.

use corpus::Document;
use serde::Serialize;

use super::rounded;
use crate::results::Results;

/// What a line takes beside title and text, about, bytes.
const LINE_LEN: usize = 1000;

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    slug: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    title: &'a str,
    text: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    speakers: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    track: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topics: Option<Vec<Topic>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    none: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    related: Option<Vec<Related<'a>>>,
}

#[derive(Serialize)]
struct Topic {
    id: usize,
    weight: f64,
}

#[derive(Serialize)]
struct Related<'a> {
    id: &'a str,
    score: f64,
    terms: Vec<&'a str>,
}

impl<'a> Line<'a> {
    fn of(document: &'a Document) -> Self {
        Self {
            id: &document.id,
            slug: None,
            url: document.url.as_deref(),
            title: &document.title,
            text: &document.text,
            tags: &document.tags,
            speakers: &document.speakers,
            date: document.date.as_deref(),
            start: document.start.as_deref(),
            end: document.end.as_deref(),
            room: document.room.as_deref(),
            track: document.track.as_deref(),
            language: document.language.as_deref(),
            topics: None,
            none: None,
            related: None,
        }
    }
}

/// The documents with their topics and related documents, one JSON object a line.
///
/// # Errors
/// None with finite numbers, which is what results hold.
pub(crate) fn documents_jsonl(results: &Results) -> Result<Vec<u8>, serde_json::Error> {
    // Room for all at once: memory that grows is copied, and is new to the system each time.
    let len = |document: &Document| document.title.len() + document.text.len() + LINE_LEN;
    let mut lines = Vec::with_capacity(results.documents.iter().map(len).sum());
    for (doc, document) in results.documents.iter().enumerate() {
        let topics = results.doc_topics[doc].iter().map(|topic| Topic {
            id: results.topics[topic.index].id,
            weight: rounded(topic.weight),
        });
        let related = results.related[doc].iter().map(|related| Related {
            id: &results.documents[related.index].id,
            score: rounded(related.score),
            terms: related
                .terms
                .iter()
                .map(|&column| &results.vocabulary.terms()[column as usize])
                .collect(),
        });
        let line = Line {
            slug: Some(&results.slugs[doc]),
            topics: Some(topics.collect()),
            none: results.none[doc].map(rounded),
            related: Some(related.collect()),
            ..Line::of(document)
        };
        serde_json::to_writer(&mut lines, &line)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// The line of a document alone, with the columns that [`corpus::read`] knows.
///
/// # Errors
/// None.
pub(super) fn line(document: &Document) -> Result<Vec<u8>, serde_json::Error> {
    let mut line = serde_json::to_vec(&Line::of(document))?;
    line.push(b'\n');
    Ok(line)
}
