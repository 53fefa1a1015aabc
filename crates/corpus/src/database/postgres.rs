//! PostgreSQL: the rows of a query, read through a cursor.

use std::error::Error as _;
use std::io;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use postgres::config::SslMode;
use postgres::{Client, Config};

use super::encryption::Encryption;
use super::{Row, Rows, WAITING_ROWS, columns_of};
use crate::columns::{Cell, Columns};
use crate::{Error, ReadConfig, Reader, Skipped};

/// Rows that the server is asked for at once.
const FETCHED_ROWS: i32 = 1000;

/// The time for a connection, unless the address gives one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads the rows of `query` from the PostgreSQL server at `address`
/// (`postgres://USER:PASSWORD@HOST:PORT/DATABASE`), in a transaction that cannot write. Columns are
/// found as in tables; values of any type are read as the server writes them in JSON. Rows come
/// through a cursor, a thousand at once, and memory is that of two thousand.
///
/// `sslmode` in the address says how the connection is encrypted, as libpq has it: `disable`; `prefer`,
/// where the server offers it, without a check of its certificate (the default); `require`, always;
/// `verify-ca`, with a certificate whose issuer is trusted; `verify-full`, with one for this host.
/// Trusted are those of the PEM file that `sslrootcert` names, of which one may be the server's own (its
/// dates are then not looked at), or with `verify-full` the system's. With such a file the issuer is
/// checked in every encrypted connection, and the host too where no `sslmode` is given.
///
/// The password of the address is in nothing that comes back.
///
/// # Errors
/// [`Error::Connection`] and [`Error::Query`] with what the driver or the server says, and
/// [`Error::NoColumn`].
pub fn read_postgres(address: &str, query: &str, config: &ReadConfig) -> Result<Reader, Error> {
    let name = shown(address);
    let refused =
        |source: &postgres::Error| Error::Query { name: name.clone(), problem: problem_of(source) };
    let not_connected = |problem| Error::Connection { name: name.clone(), problem };
    let (address, encryption) = Encryption::taken_off(address).map_err(not_connected)?;
    let mut settings: Config = address.parse().map_err(|_| Error::Query {
        name: name.clone(),
        // What the driver says would repeat the address with its password.
        problem: "the address is none of a server, allowed is \
                  postgres://USER:PASSWORD@HOST:PORT/DATABASE?query=SELECT …"
            .to_owned(),
    })?;
    if settings.get_connect_timeout().is_none() {
        settings.connect_timeout(CONNECT_TIMEOUT);
    }
    settings.application_name("topicmill");
    if settings.get_ssl_mode() != SslMode::Prefer {
        // The driver found one where we found none: whose part of the address it is, is not clear.
        return Err(not_connected(
            "sslmode cannot be told from the password; in a password `?` is written %3F and `@` %40"
                .to_owned(),
        ));
    }
    settings.ssl_mode(encryption.ssl_mode());
    let connector = encryption.connector().map_err(not_connected)?;
    let mut client =
        settings.connect(connector).map_err(|source| not_connected(problem_of(&source)))?;
    client.batch_execute("SET TIME ZONE 'UTC'").map_err(|source| refused(&source))?;
    let query = query.trim().trim_end_matches(';').trim_end().to_owned();
    let statement = client.prepare(&query).map_err(|source| refused(&source))?;
    let headers: Vec<String> =
        statement.columns().iter().map(|column| column.name().to_owned()).collect();
    let columns = columns_of(&headers, &config.columns, &name)?;
    // The columns get names of our own: those of the query may be missing, or be there twice.
    let own: Vec<String> = (0..headers.len()).map(|n| format!("c{n}")).collect();
    let values: Vec<String> = own.iter().map(|c| format!("to_json({c}) #>> '{{}}'")).collect();
    let select = format!("SELECT {} FROM ({query}\n) AS q({})", values.join(", "), own.join(", "));
    let (sender, receiver) = sync_channel(WAITING_ROWS);
    let location = name.clone();
    thread::spawn(move || {
        if let Err(error) = send_rows(&mut client, &select, (&columns, &location), &sender) {
            // Nobody listens any more, when this fails.
            sender.send(Err(io::Error::other(problem_of(&error)))).ok();
        }
    });
    Ok(Reader::of_rows(Rows { receiver, n_rows: 0 }, name, config))
}

fn send_rows(
    client: &mut Client,
    select: &str,
    (columns, location): (&Columns, &str),
    sender: &SyncSender<Row>,
) -> Result<(), postgres::Error> {
    let stem = location.rsplit('/').next().unwrap_or(location);
    let mut transaction = client.build_transaction().read_only(true).start()?;
    let portal = transaction.bind(select, &[])?;
    let mut n = 0_u64;
    loop {
        let rows = transaction.query_portal(&portal, FETCHED_ROWS)?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            n += 1;
            let cell = |at: usize| {
                let text: Option<String> = row.try_get(at).ok()?;
                text.map(|text| Cell::Text(text.into()))
            };
            let read = columns.document(cell, || format!("{stem}:{n}"));
            let read =
                read.map_err(|reason| Skipped { location: format!("{location}:{n}"), reason });
            if sender.send(Ok(read)).is_err() {
                return Ok(());
            }
        }
    }
}

/// The server and the database of an address, without user, password and parameters.
fn shown(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or(("postgres", address));
    let (before, after) = rest.split_once('?').unwrap_or((rest, ""));
    // A password may hold an `@` that nobody escaped, or a `?`: then it goes on behind that.
    let place = match before.rsplit_once('@') {
        Some((_, place)) => place,
        None if after.contains('@') => "…",
        None => before,
    };
    format!("{scheme}://{place}")
}

/// What went wrong, on one line: the server's own message where it answered.
fn problem_of(error: &postgres::Error) -> String {
    let problem = match error.as_db_error() {
        Some(said) => {
            let hint = said.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
            format!("{}{hint}", said.message())
        }
        None => {
            error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
        }
    };
    crate::single_line(&problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_an_address_has_no_secret() {
        for (address, expected) in [
            (
                "postgres://ada:se@cret@db.example:5433/talks?sslmode=disable",
                "postgres://db.example:5433/talks",
            ),
            ("postgresql://localhost/talks", "postgresql://localhost/talks"),
            ("postgres:///talks?host=/run&password=secret", "postgres:///talks"),
        ] {
            assert_eq!(shown(address), expected);
        }
        let error =
            read_postgres("postgres://u:secret@h:port/", "select 1", &ReadConfig::default());
        let message = error.unwrap_err().to_string();
        assert!(!message.contains("secret") && message.contains("allowed is"), "{message}");
        let address = "postgres://u:secret@127.0.0.1:1/x?sslmode=allow";
        let error = read_postgres(address, "select 1", &ReadConfig::default()).unwrap_err();
        assert!(matches!(error, Error::Connection { .. }));
        let hidden = "postgres://u:what?secret@127.0.0.1:1/x?sslmode=require";
        let error = read_postgres(hidden, "select 1", &ReadConfig::default()).unwrap_err();
        let told = error.to_string();
        assert!(told.contains("cannot be told from the password"), "{told}");
        assert!(!told.contains("secret") && !told.contains("what"), "{told}");
        let error = read_postgres(address, "select 1", &ReadConfig::default()).unwrap_err();
        let message = error.to_string();
        assert!(message.contains("sslmode is \"allow\", allowed are"), "{message}");
        assert!(!message.contains("secret"), "{message}");
    }
}
