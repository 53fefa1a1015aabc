//! Databases: the rows of a query, a document each.

mod encryption;
mod postgres;

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::{io, thread};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::columns::{Cell, ColumnNames, Columns};
use crate::{Document, Error, ReadConfig, Reader, Skipped};

pub use self::postgres::read_postgres;

/// Rows that may wait to be taken.
const WAITING_ROWS: usize = 1024;

/// A row, or what ended the query.
type Row = io::Result<Result<Document, Skipped>>;

/// Reads the rows of `query` from the SQLite database in the file `path`, which is opened for
/// reading alone. Columns are found as in tables; rows come as they are made, and memory is that
/// of a thousand of them.
///
/// # Errors
/// [`Error::NotFound`], [`Error::NotADatabase`], [`Error::Query`] with what the database says, and
/// [`Error::NoColumn`].
pub fn read_sqlite(path: &Path, query: &str, config: &ReadConfig) -> Result<Reader, Error> {
    if !path.exists() {
        return Err(Error::NotFound { path: path.to_owned() });
    }
    let name = path.display().to_string();
    let refused = {
        let (name, path) = (name.clone(), path.to_owned());
        move |source: rusqlite::Error| match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Error::NotADatabase { path: path.clone() },
            _ => Error::Query { name: name.clone(), problem: one_line(&source) },
        }
    };
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(&refused)?;
    let statement = connection.prepare(query).map_err(&refused)?;
    let headers: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let columns = columns_of(&headers, &config.columns, &name)?;
    drop(statement);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let query = query.to_owned();
    let (sender, receiver) = sync_channel(WAITING_ROWS);
    let location = name.clone();
    // A statement borrows its connection: both live on a thread of their own, and end with it
    // when nobody takes rows any more.
    thread::spawn(move || {
        let sent = send_rows(&connection, &query, (&columns, &location, &stem), &sender);
        if let Err(error) = sent {
            // Nobody listens any more, when this fails.
            sender.send(Err(io::Error::other(one_line(&error)))).ok();
        }
    });
    Ok(Reader::of_rows(Rows { receiver, n_rows: 0 }, name, config))
}

fn columns_of(headers: &[String], given: &ColumnNames, name: &str) -> Result<Columns, Error> {
    if headers.is_empty() {
        let problem = "it gives no rows; allowed is a select".to_owned();
        return Err(Error::Query { name: name.to_owned(), problem });
    }
    Columns::of(headers, given).map_err(|(part, column)| Error::NoColumn {
        name: name.to_owned(),
        part,
        column,
        columns: headers.to_vec(),
    })
}

fn send_rows(
    connection: &Connection,
    query: &str,
    (columns, location, stem): (&Columns, &str, &str),
    sender: &SyncSender<Row>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(query)?;
    let mut rows = statement.query([])?;
    let mut n = 0_u64;
    while let Some(row) = rows.next()? {
        n += 1;
        let cell = |at: usize| match row.get_ref(at).ok()? {
            ValueRef::Null => None,
            ValueRef::Integer(number) => Some(Cell::Text(number.to_string().into())),
            ValueRef::Real(number) => Some(Cell::Text(number.to_string().into())),
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                Some(Cell::Text(String::from_utf8_lossy(bytes).into_owned().into()))
            }
        };
        let read = columns.document(cell, || format!("{stem}:{n}"));
        let read = read.map_err(|reason| Skipped { location: format!("{location}:{n}"), reason });
        if sender.send(Ok(read)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn one_line(error: &rusqlite::Error) -> String {
    crate::single_line(&error.to_string())
}

/// The rows of a query that runs on another thread.
pub(crate) struct Rows {
    receiver: Receiver<Row>,
    n_rows: u64,
}

impl Rows {
    /// How many rows were read so far.
    pub(crate) fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// The next document, or why a row is none.
    ///
    /// # Errors
    /// When the query ended in an error.
    pub(crate) fn next(&mut self) -> io::Result<Option<Result<Document, Skipped>>> {
        // The sender is gone when the query has ended.
        let Ok(row) = self.receiver.recv() else { return Ok(None) };
        self.n_rows += 1;
        row.map(Some)
    }
}
