//! `data/documents.csv` and `data/topics.csv`: the results for spreadsheets.

use std::borrow::Cow;

use super::rounded;
use crate::results::Results;

/// Terms written for each topic.
const TERMS: usize = 20;
/// Between the parts of a cell that holds several.
const SEPARATOR: &str = "; ";

/// The columns of `documents.csv`. Those before `topic` have the names that tables are read by.
const DOCUMENT_COLUMNS: [&str; 15] = [
    "id",
    "url",
    "title",
    "text",
    "tags",
    "speakers",
    "date",
    "start",
    "end",
    "room",
    "track",
    "language",
    "topic",
    "topic_title",
    "topic_weight",
];
const TOPIC_COLUMNS: [&str; 6] = ["topic", "slug", "title", "share", "documents", "terms"];

/// One line for each document, with its strongest topic; of its other topics the other files tell.
///
/// # Errors
/// None: everything is written to memory.
pub(crate) fn documents_csv(results: &Results) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(DOCUMENT_COLUMNS)?;
    for (doc, document) in results.documents.iter().enumerate() {
        let or_empty = |value: &Option<String>| value.clone().unwrap_or_default();
        let main = results.doc_topics[doc].first();
        let cells = [
            document.id.clone(),
            or_empty(&document.url),
            document.title.clone(),
            document.text.clone(),
            document.tags.join(SEPARATOR),
            document.speakers.join(SEPARATOR),
            or_empty(&document.date),
            or_empty(&document.start),
            or_empty(&document.end),
            or_empty(&document.room),
            or_empty(&document.track),
            or_empty(&document.language),
            main.map(|topic| topic.index.to_string()).unwrap_or_default(),
            main.map(|topic| results.topics[topic.index].title.clone()).unwrap_or_default(),
            main.map(|topic| rounded(topic.weight).to_string()).unwrap_or_default(),
        ];
        table.write_record(cells.iter().map(|cell| harmless(cell).into_owned()))?;
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
    for (id, topic) in results.topics.iter().enumerate() {
        let terms = topic.terms.iter().take(TERMS);
        let terms: Vec<&str> =
            terms.map(|term| results.vocabulary.terms()[term.column as usize].as_str()).collect();
        let cells = [
            id.to_string(),
            topic.slug.clone(),
            topic.title.clone(),
            rounded(topic.share).to_string(),
            topic.documents.len().to_string(),
            terms.join(SEPARATOR),
        ];
        table.write_record(cells.iter().map(|cell| harmless(cell).into_owned()))?;
    }
    finish(table)
}

fn finish(table: csv::Writer<Vec<u8>>) -> Result<Vec<u8>, csv::Error> {
    table.into_inner().map_err(|error| error.into_error().into())
}

/// A cell that no spreadsheet takes for a formula: texts come from anywhere, and a formula could
/// send what stands beside it elsewhere (OWASP, "CSV Injection"). A quotation mark before the sign says that
/// text follows.
fn harmless(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, expected) in [
            ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("a = b", "a = b"),
            ("", ""),
        ] {
            assert_eq!(harmless(cell), expected);
        }
    }
}
