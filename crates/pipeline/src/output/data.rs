//! The files below `data/` but the report, which tells of the writing of the others.

use super::{Folder, documents_csv, documents_jsonl, topics_csv, topics_json, write_results_db};
use crate::Error;
use crate::model::{Model, TopicName};
use crate::read::prepare::{LOCK_FILE, Prepared};
use crate::results::Results;
use crate::stages::Fitted;
use crate::topics::describe::Topic;

/// Writes the files below `data/` but the report; returns how many.
pub(crate) fn write_data(
    results: &Results,
    fitted: &Fitted,
    prepared: &Prepared,
    folder: &Folder<'_>,
) -> Result<usize, Error> {
    folder.write("data/topics.json", &topics_json(results)?)?;
    // One buffer for the two large ones: memory that is new has to be cleared by the system.
    let mut bytes = documents_jsonl(results)?;
    folder.write("data/documents.jsonl", &bytes)?;
    bytes.clear();
    folder.write("data/documents.csv", &documents_csv(results, bytes)?)?;
    folder.write("data/topics.csv", &topics_csv(results)?)?;
    folder.write_by("data/results.db", |path| write_results_db(results, path))?;
    folder.write("data/model.topicmill", &model(results, fitted, prepared).to_bytes()?)?;
    if let Some(lock) = &prepared.lock {
        folder.write(LOCK_FILE, lock.as_bytes())?;
    }
    Ok(6 + usize::from(prepared.lock.is_some()))
}

/// The model that places new documents in the topics of `results`.
pub(crate) fn model(results: &Results, fitted: &Fitted, prepared: &Prepared) -> Model {
    let name = |topic: &Topic| TopicName {
        id: topic.id,
        slug: topic.slug.clone(),
        title: topic.title.clone(),
    };
    Model {
        told: Some(fitted.told.clone()),
        vocabulary: results.vocabulary.clone(),
        weighing: fitted.weighing.clone(),
        nmf: fitted.fit.nmf.clone(),
        weights: prepared.weights,
        names: results.topics.iter().map(name).collect(),
        next_id: results.next_topic_id,
        explained: results.explained.clone(),
        passages: prepared.repeats.known_passages(),
    }
}
