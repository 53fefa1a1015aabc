//! `data/topics.json`.

use serde::Serialize;

use super::rounded;
use crate::results::Results;

/// Terms written for each topic.
const TERMS: usize = 60;

#[derive(Serialize)]
struct TopicsFile<'a> {
    n_documents: usize,
    n_terms: usize,
    k: usize,
    seed: u64,
    loss: Loss,
    quality: Quality,
    topics: Vec<Topic<'a>>,
}

#[derive(Serialize)]
struct Loss {
    relative: f64,
    iterations: usize,
}

#[derive(Serialize)]
struct Quality {
    #[serde(skip_serializing_if = "Option::is_none")]
    npmi: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    npmi_held_out: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diversity: Option<f64>,
}

#[derive(Serialize)]
struct Topic<'a> {
    id: usize,
    slug: &'a str,
    title: &'a str,
    share: f64,
    terms: Vec<Term<'a>>,
    documents: Vec<Document<'a>>,
    sub_topics: Vec<SubTopic<'a>>,
}

#[derive(Serialize)]
struct SubTopic<'a> {
    title: &'a str,
    terms: Vec<&'a str>,
    documents: Vec<&'a str>,
}

#[derive(Serialize)]
struct Term<'a> {
    term: &'a str,
    weight: f64,
}

#[derive(Serialize)]
struct Document<'a> {
    id: &'a str,
    weight: f64,
}

/// The topics as one JSON object.
///
/// # Errors
/// None with finite numbers, which is what results hold.
pub(crate) fn topics_json(results: &Results) -> Result<Vec<u8>, serde_json::Error> {
    let quality = Quality {
        npmi: results.quality.npmi.map(rounded),
        npmi_held_out: results.quality.npmi_held_out.map(rounded),
        diversity: results.quality.diversity.map(rounded),
    };
    let topics = results.topics.iter().map(|topic| Topic {
        id: topic.id,
        slug: &topic.slug,
        title: &topic.title,
        share: rounded(topic.share),
        terms: topic
            .terms
            .iter()
            .take(TERMS)
            .map(|term| Term {
                term: &results.vocabulary.terms()[term.column as usize],
                weight: rounded(term.weight),
            })
            .collect(),
        documents: topic
            .documents
            .iter()
            .map(|document| Document {
                id: &results.documents[document.index].id,
                weight: rounded(document.weight),
            })
            .collect(),
        sub_topics: topic
            .sub_topics
            .iter()
            .map(|part| SubTopic {
                title: &part.title,
                terms: part.words(&results.vocabulary),
                documents: part
                    .documents
                    .iter()
                    .map(|&doc| results.documents[doc].id.as_str())
                    .collect(),
            })
            .collect(),
    });
    let file = TopicsFile {
        n_documents: results.n_documents,
        n_terms: results.vocabulary.len(),
        k: results.topics.len(),
        seed: results.seed,
        loss: Loss {
            relative: rounded(results.loss.relative),
            iterations: results.loss.iterations,
        },
        quality,
        topics: topics.collect(),
    };
    let mut json = serde_json::to_vec(&file)?;
    json.push(b'\n');
    Ok(json)
}
