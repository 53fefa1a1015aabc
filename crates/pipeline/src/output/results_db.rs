//! `data/results.db`: the results as SQLite tables.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, Transaction, params};

use super::rounded;
use crate::Error;
use crate::results::Results;

/// Version of the tables, in SQLite's `user_version`.
pub(crate) const SCHEMA_VERSION: i32 = 1;

const SCHEMA: &str = "
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, source_id TEXT NOT NULL, slug TEXT NOT NULL, url TEXT,
    title TEXT NOT NULL, text TEXT NOT NULL, speakers TEXT NOT NULL, date TEXT, \"start\" TEXT,
    \"end\" TEXT, room TEXT, track TEXT, language TEXT
);
CREATE TABLE topics (
    id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, title TEXT NOT NULL, share REAL NOT NULL
);
CREATE TABLE terms (
    id INTEGER PRIMARY KEY, term TEXT NOT NULL
);
CREATE TABLE document_topics (
    document_id INTEGER NOT NULL REFERENCES documents, topic_id INTEGER NOT NULL REFERENCES topics,
    weight REAL NOT NULL, PRIMARY KEY (document_id, topic_id)
) WITHOUT ROWID;
CREATE TABLE topic_terms (
    topic_id INTEGER NOT NULL REFERENCES topics, term_id INTEGER NOT NULL REFERENCES terms,
    weight REAL NOT NULL, PRIMARY KEY (topic_id, term_id)
) WITHOUT ROWID;
CREATE TABLE tags (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, slug TEXT NOT NULL UNIQUE
);
CREATE TABLE document_tags (
    document_id INTEGER NOT NULL REFERENCES documents, tag_id INTEGER NOT NULL REFERENCES tags,
    PRIMARY KEY (document_id, tag_id)
) WITHOUT ROWID;
";

/// After the rows: an index that is built once is smaller and faster than one that grows. The
/// first column of a primary key has its index already.
const INDEXES: &str = "
CREATE UNIQUE INDEX documents_source_id ON documents (source_id);
CREATE UNIQUE INDEX documents_slug ON documents (slug);
CREATE UNIQUE INDEX terms_term ON terms (term);
CREATE INDEX document_topics_topic ON document_topics (topic_id);
CREATE INDEX topic_terms_term ON topic_terms (term_id);
CREATE INDEX document_tags_tag ON document_tags (tag_id);
";

/// A build that is cut short is thrown away whole: no journal has to bring its file back. Pages are
/// written once, when they are complete, as far as 64 MiB go, and in larger pieces than are usual. What rows
/// refer to is written with them, and is not looked for.
const SETTINGS: &str = "
PRAGMA foreign_keys = OFF; PRAGMA page_size = 16384; PRAGMA cache_size = -65536; PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
";

/// Writes the database to `path`, which must not exist. Speakers are a JSON array.
pub(crate) fn write_results_db(results: &Results, path: &Path) -> Result<(), Error> {
    let to_error = |source: rusqlite::Error| match source.sqlite_error_code() {
        // As every other file says it.
        Some(ErrorCode::DiskFull) => {
            Error::Write { path: path.to_owned(), source: rustix::io::Errno::NOSPC.into() }
        }
        _ => Error::Database { path: path.to_owned(), source },
    };
    let mut connection = Connection::open(path).map_err(to_error)?;
    connection.execute_batch(SETTINGS).map_err(to_error)?;
    let transaction = connection.transaction().map_err(to_error)?;
    fill(&transaction, results).map_err(to_error)?;
    transaction.commit().map_err(to_error)?;
    connection.close().map_err(|(_, source)| to_error(source))
}

fn fill(transaction: &Transaction<'_>, results: &Results) -> rusqlite::Result<()> {
    transaction.execute_batch(SCHEMA)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    topics(transaction, results)?;
    documents(transaction, results)?;
    tags(transaction, results)?;
    transaction.execute_batch(INDEXES)
}

fn documents(transaction: &Transaction<'_>, results: &Results) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare(
        "INSERT INTO documents VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    let mut insert_topic =
        transaction.prepare("INSERT INTO document_topics VALUES (?1, ?2, ?3)")?;
    for (doc, document) in results.documents.iter().enumerate() {
        insert.execute(params![
            doc as i64,
            document.id,
            results.slugs[doc],
            document.url,
            document.title,
            document.text,
            serde_json::to_string(&document.speakers).expect("texts can be written"),
            document.date,
            document.start,
            document.end,
            document.room,
            document.track,
            document.language,
        ])?;
        let mut topics = results.doc_topics[doc].clone();
        topics.sort_by_key(|topic| topic.index);
        for topic in topics {
            let id = results.topics[topic.index].id as i64;
            insert_topic.execute(params![doc as i64, id, rounded(topic.weight)])?;
        }
    }
    Ok(())
}

fn topics(transaction: &Transaction<'_>, results: &Results) -> rusqlite::Result<()> {
    let mut insert_term = transaction.prepare("INSERT INTO terms VALUES (?1, ?2)")?;
    for (id, term) in results.vocabulary.terms().iter().enumerate() {
        insert_term.execute(params![id as i64, term])?;
    }
    let mut insert = transaction.prepare("INSERT INTO topics VALUES (?1, ?2, ?3, ?4)")?;
    let mut insert_term = transaction.prepare("INSERT INTO topic_terms VALUES (?1, ?2, ?3)")?;
    for topic in &results.topics {
        let id = topic.id;
        insert.execute(params![id as i64, topic.slug, topic.title, rounded(topic.share)])?;
        let mut terms = topic.terms.clone();
        terms.sort_by_key(|term| term.column);
        for term in terms {
            insert_term.execute(params![id as i64, term.column, rounded(term.weight)])?;
        }
    }
    Ok(())
}

fn tags(transaction: &Transaction<'_>, results: &Results) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare("INSERT INTO tags VALUES (?1, ?2, ?3)")?;
    for (id, tag) in results.tags.iter().enumerate() {
        insert.execute(params![id as i64, tag.name, tag.slug])?;
    }
    let mut insert = transaction.prepare("INSERT INTO document_tags VALUES (?1, ?2)")?;
    for (doc, tags) in results.doc_tags.iter().enumerate() {
        let mut tags = tags.clone();
        tags.sort_unstable();
        for tag in tags {
            insert.execute(params![doc as i64, tag as i64])?;
        }
    }
    Ok(())
}
