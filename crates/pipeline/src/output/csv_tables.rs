//! `data/documents.csv` and `data/topics.csv`: the results for spreadsheets.

use corpus::{COLUMNS, csv_row, harmless};

use super::rounded;
use crate::results::Results;

/// Terms written for each topic.
const TERMS: usize = 20;

/// What `documents.csv` tells after the columns of the documents: the strongest topic of each.
const TOPIC_OF_DOCUMENT: [&str; 3] = ["topic", "topic_title", "topic_weight"];
const TOPIC_COLUMNS: [&str; 6] = ["topic", "slug", "title", "share", "documents", "terms"];

/// One line for each document, with its strongest topic; of its other topics the other files tell. `room`
/// is memory to write to, empty.
///
/// # Errors
/// None: everything is written to memory.
pub(crate) fn documents_csv(results: &Results, room: Vec<u8>) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(room);
    table.write_record(COLUMNS.iter().chain(&TOPIC_OF_DOCUMENT))?;
    for (document, topics) in results.documents.iter().zip(&results.doc_topics) {
        let main = topics.first().map_or_else(Default::default, |main| {
            let topic = &results.topics[main.index];
            let weight = rounded(main.weight).to_string();
            [topic.id.to_string(), harmless(topic.title.clone()), weight]
        });
        table.write_record(csv_row(document).iter().chain(&main))?;
    }
    finish(table)
}

/// One line for each topic.
///
/// # Errors
/// None: everything is written to memory.
pub(crate) fn topics_csv(results: &Results) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(TOPIC_COLUMNS)?;
    for topic in &results.topics {
        let terms = topic.terms.iter().take(TERMS);
        let terms: Vec<&str> =
            terms.map(|term| &results.vocabulary.terms()[term.column as usize]).collect();
        table.write_record([
            topic.id.to_string(),
            topic.slug.clone(),
            harmless(topic.title.clone()),
            rounded(topic.share).to_string(),
            topic.documents.len().to_string(),
            harmless(terms.join("; ")),
        ])?;
    }
    finish(table)
}

fn finish(table: csv::Writer<Vec<u8>>) -> Result<Vec<u8>, csv::Error> {
    table.into_inner().map_err(|error| error.into_error().into())
}
