//! Results as a table that queries can be asked of.

use std::path::Path;

use expr::{Column, Table};
use rusqlite::{Connection, OpenFlags};

use crate::Error;
use crate::output::RESULTS_SCHEMA_VERSION;

/// What a document tells of itself. The year is the first four digits of its date, where no fifth follows.
const DOCUMENT: &[(&str, &str)] = &[
    ("id", "documents.source_id"),
    ("slug", "documents.slug"),
    ("url", "documents.url"),
    ("title", "documents.title"),
    ("text", "documents.text"),
    ("speakers", "documents.speakers"),
    ("date", "documents.date"),
    (
        "year",
        "CASE WHEN coalesce(documents.date, documents.\"start\", '') || ' ' GLOB \
         '[0-9][0-9][0-9][0-9][^0-9]*' \
         THEN CAST(substr(coalesce(documents.date, documents.\"start\"), 1, 4) AS INTEGER) \
         ELSE 0 END",
    ),
    ("start", "documents.\"start\""),
    ("end", "documents.\"end\""),
    ("room", "documents.room"),
    ("track", "documents.track"),
    ("language", "documents.language"),
];
const TOPIC: &[(&str, &str)] =
    &[("topic", "topics.slug"), ("topic_title", "topics.title"), ("share", "topics.share")];
const WEIGHT: &[(&str, &str)] = &[("weight", "document_topics.weight")];
const TAG: &[(&str, &str)] = &[("tag", "tags.name")];
const TERM: &[(&str, &str)] = &[("term", "terms.term"), ("weight", "topic_terms.weight")];

const TOPICS_OF: &str = "JOIN document_topics ON document_topics.document_id = documents.id \
                         JOIN topics ON topics.id = document_topics.topic_id";
const TAGS_OF: &str = "JOIN document_tags ON document_tags.document_id = documents.id \
                       JOIN tags ON tags.id = document_tags.tag_id";

/// Every column that there may be, and no rows.
const NO_ROWS: &str = "documents, document_topics, topics, tags, terms WHERE FALSE";

/// The results in the folder `out` as a table with at least the columns of `names` that there are.
///
/// Its rows depend on what is asked for: the terms of every topic when `term` is; otherwise the
/// documents, each once for every topic that it has when `topic`, `topic_title`, `share` or
/// `weight` is asked for, and once for every tag with `tag`. What a document does not say is an
/// empty text, or the year 0, which is that of a date too that does not begin with one. When a name is no column at all, the table has all columns and no rows.
///
/// # Errors
/// [`Error::NoResults`] when there are none, [`Error::NewerResults`] for those of a later version,
/// [`Error::ReadDatabase`] when they cannot be read.
pub fn results_table(out: &Path, names: &[&str]) -> Result<Table<'static>, Error> {
    let path = out.join("data").join("results.db");
    if !path.is_file() {
        return Err(Error::NoResults { out: out.to_owned() });
    }
    let to_error = |source| Error::ReadDatabase { path: path.clone(), source };
    let connection =
        Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(to_error)?;
    let version: i32 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(to_error)?;
    if version > RESULTS_SCHEMA_VERSION {
        return Err(Error::NewerResults { path, got: version, known: RESULTS_SCHEMA_VERSION });
    }
    let is_in = |columns: &[(&str, &str)], name| columns.iter().any(|(known, _)| *known == name);
    let all = [DOCUMENT, TOPIC, WEIGHT, TAG, &TERM[..1]];
    if names.iter().any(|name| !all.iter().any(|columns| is_in(columns, *name))) {
        // The query will be refused by naming those that there are.
        return read(&connection, &all.concat(), NO_ROWS, &[]).map_err(to_error);
    }
    let asks = |columns: &[(&str, &str)]| names.iter().any(|name| is_in(columns, *name));
    let (columns, from) = if names.contains(&"term") {
        let from = "topic_terms JOIN topics ON topics.id = topic_terms.topic_id \
                    JOIN terms ON terms.id = topic_terms.term_id \
                    ORDER BY topic_terms.topic_id, topic_terms.weight DESC, topic_terms.term_id";
        ([TOPIC, TERM].concat(), from.to_owned())
    } else {
        let mut columns = DOCUMENT.to_vec();
        let mut from = "documents".to_owned();
        let mut order = "documents.id".to_owned();
        if asks(TOPIC) || asks(WEIGHT) {
            columns.extend_from_slice(TOPIC);
            columns.extend_from_slice(WEIGHT);
            from = format!("{from} {TOPICS_OF}");
            order.push_str(", document_topics.topic_id");
        }
        if asks(TAG) {
            columns.extend_from_slice(TAG);
            from = format!("{from} {TAGS_OF}");
            order.push_str(", document_tags.tag_id");
        }
        (columns, format!("{from} ORDER BY {order}"))
    };
    read(&connection, &columns, &from, names).map_err(to_error)
}

/// Which type a column has.
enum Values {
    Texts(Vec<String>),
    Floats(Vec<f64>),
    Wholes(Vec<i64>),
}

fn read(
    connection: &Connection,
    columns: &[(&str, &str)],
    from: &str,
    names: &[&str],
) -> rusqlite::Result<Table<'static>> {
    // All columns are known to queries, so that they can be named; those are filled that are
    // asked for, and the first, which tells the number of rows.
    let wanted = |at: usize, name: &str| at == 0 || names.contains(&name);
    let selected: Vec<&str> = columns
        .iter()
        .enumerate()
        .map(|(at, (name, sql))| if wanted(at, name) { *sql } else { "NULL" })
        .collect();
    let mut values: Vec<Values> = columns
        .iter()
        .map(|(name, _)| match *name {
            "weight" | "share" => Values::Floats(Vec::new()),
            "year" => Values::Wholes(Vec::new()),
            _ => Values::Texts(Vec::new()),
        })
        .collect();
    let mut statement =
        connection.prepare(&format!("SELECT {} FROM {from}", selected.join(", ")))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        for (at, values) in values.iter_mut().enumerate() {
            match values {
                Values::Texts(list) => {
                    list.push(row.get::<_, Option<String>>(at)?.unwrap_or_default());
                }
                Values::Floats(list) => {
                    list.push(row.get::<_, Option<f64>>(at)?.unwrap_or_default());
                }
                Values::Wholes(list) => {
                    list.push(row.get::<_, Option<i64>>(at)?.unwrap_or_default());
                }
            }
        }
    }
    let columns = columns
        .iter()
        .zip(values)
        .map(|((name, _), values)| {
            let column = match values {
                Values::Texts(list) => list.iter().collect(),
                Values::Floats(list) => Column::from(list),
                Values::Wholes(list) => Column::from(list),
            };
            ((*name).to_owned(), column)
        })
        .collect();
    Ok(Table::new(columns).expect("columns of the same rows with names of their own"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_is_four_digits_at_the_start_of_a_date() {
        let connection = Connection::open_in_memory().expect("a database");
        connection.execute("CREATE TABLE documents (date, \"start\")", []).expect("a table");
        let (_, sql) = DOCUMENT.iter().find(|(name, _)| *name == "year").expect("a column");
        for (date, start, year) in [
            (Some("2021-03-17"), None, 2021),
            (Some("2021"), None, 2021),
            (Some("2021/3"), Some("1999-01-01"), 2021),
            (None, Some("2019-05-01T10:00:00+02:00"), 2019),
            (Some("1700000000"), None, 0),
            (Some("17/03/2021"), None, 0),
            (Some("March 2021"), None, 0),
            (Some("20210317"), None, 0),
            (Some("-2021"), None, 0),
            (Some("٢٠٢١-01"), None, 0),
            (Some(""), None, 0),
            (None, None, 0),
        ] {
            connection.execute("DELETE FROM documents", []).expect("no rows");
            connection
                .execute("INSERT INTO documents VALUES (?1, ?2)", (date, start))
                .expect("a row");
            let found: i64 = connection
                .query_row(&format!("SELECT {sql} FROM documents"), [], |row| row.get(0))
                .expect("a year");
            assert_eq!(found, year, "{date:?} {start:?}");
        }
    }
}
