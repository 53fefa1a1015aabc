//! PostgreSQL, asked for real.

// Tests of other crates take it as theirs: it needs nothing but the standard library.
#[path = "../../../../xtask/src/postgres/cluster.rs"]
#[allow(dead_code, reason = "it is written for other tests too")]
mod cluster;

use std::fmt::Write as _;

use corpus::{Error, ReadConfig, read_postgres};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use super::gathered;

/// A server, or a loud word that the tests were skipped.
fn server() -> Option<cluster::Server> {
    told(cluster::Server::start())
}

fn told(server: Result<cluster::Server, String>) -> Option<cluster::Server> {
    match server {
        Ok(server) => Some(server),
        Err(why) => {
            let mut err = std::io::stderr();
            std::io::Write::write_fmt(&mut err, format_args!("SKIPPED: PostgreSQL: {why}\n"))
                .unwrap();
            None
        }
    }
}

#[test]
fn rows_of_a_query_are_documents_whatever_their_types() {
    let Some(server) = server() else { return };
    let query = "select 7 as id, 'Über\nuns' as title, E'One\\n\\ntwo' as body, array['a, x', 'b'] as tags, \
                 timestamptz '2026-05-14 10:00+02' as start, json_build_array('Ada')::json as speakers, \
                 null::text as room, 'de'::varchar as lang, 12.5::numeric as track;";
    let (documents, skipped) =
        gathered(read_postgres(server.url(), query, &ReadConfig::default()).unwrap());
    assert!(skipped.is_empty(), "{skipped:?}");
    let document = &documents[0];
    assert_eq!((document.id.as_str(), document.title.as_str()), ("7", "Über uns"));
    assert_eq!(document.text, "One\n\ntwo");
    assert_eq!(document.tags, ["a, x", "b"]);
    assert_eq!(document.speakers, ["Ada"]);
    assert_eq!(document.start.as_deref(), Some("2026-05-14T08:00:00+00:00"));
    assert_eq!((document.room.as_deref(), document.track.as_deref()), (None, Some("12.5")));
    assert_eq!(document.language.as_deref(), Some("de"));
}

#[test]
fn many_rows_come_in_their_order_and_one_bad_row_is_told() {
    let Some(server) = server() else { return };
    let query = "select 'Text ' || n as text, n as id from generate_series(1, 4321) as n \
                 union all select null, 5000 order by 2";
    let (documents, skipped) =
        gathered(read_postgres(server.url(), query, &ReadConfig::default()).unwrap());
    assert_eq!(documents.len(), 4321);
    assert!(documents.iter().enumerate().all(|(n, d)| d.id == (n + 1).to_string()));
    assert_eq!(skipped.len(), 1);
    assert!(skipped[0].reason.contains("no text"), "{skipped:?}");
}

#[test]
fn a_reader_that_is_left_ends_the_query() {
    let Some(server) = server() else { return };
    let query = "select 'x' as text from generate_series(1, 100000000)";
    let mut reader = read_postgres(server.url(), query, &ReadConfig::default()).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().documents.len(), 1024);
}

#[test]
fn what_the_server_refuses_is_told_without_the_password() {
    let Some(server) = server() else { return };
    let secret = server.url().replacen("topicmill@", "topicmill:geheim@", 1);
    let check = |address: &str, query: &str, part: &str| {
        let error = match read_postgres(address, query, &ReadConfig::default()) {
            Err(error) => error,
            Ok(mut reader) => loop {
                match reader.next() {
                    Some(Err(error)) => break error,
                    Some(Ok(_)) => {}
                    None => panic!("{query}: no error"),
                }
            },
        };
        let mut message = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            write!(message, ": {cause}").unwrap();
            source = cause.source();
        }
        message += &format!(" {error:?} {:?}", error.hint());
        assert!(message.contains(part) && !message.contains("geheim"), "{message}");
        error
    };
    check(&secret, "select text from nowhere", "relation \"nowhere\" does not exist");
    check(&secret, "select 1 as a, 2 as b", "no column for the text");
    check(&secret, "selec", "syntax error");
    check(
        &secret,
        "select (1 / (5 - n))::text as text from generate_series(1, 9) n",
        "division by zero",
    );
    check(&secret, "create table t (text text)", "it gives no rows; allowed is a select");
    let elsewhere = "postgres://u:geheim@127.0.0.1:1/x";
    let error = check(elsewhere, "select 1", "127.0.0.1:1/x");
    assert!(matches!(error, Error::Connection { .. }));
}

/// Something that signs certificates.
fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Whether the connection of `address` is encrypted, or why there is none.
fn is_encrypted(address: &str) -> Result<bool, String> {
    let query = "select ssl::text as text from pg_stat_ssl where pid = pg_backend_pid()";
    match read_postgres(address, query, &ReadConfig::default()) {
        Ok(reader) => Ok(gathered(reader).0[0].text == "true"),
        Err(Error::Connection { problem, .. }) => Err(problem),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn the_address_says_whether_a_connection_is_encrypted_and_whom_it_trusts() {
    let (ours, other) = (authority("ours"), authority("another"));
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &ours).unwrap();
    let server = cluster::Server::start_encrypted(&certificate.pem(), &key.serialize_pem());
    let Some(server) = told(server) else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let ours = file("ours.pem", &ours.pem());
    let other = file("other.pem", &other.pem());
    let own = file("own.pem", &certificate.pem());

    let by_number = server.url().to_owned();
    let by_name = by_number.replace("127.0.0.1", "localhost");
    let unknown = "UnknownIssuer";
    for (host, parameters, expected) in [
        (&by_number, String::new(), Ok(true)),
        (&by_number, "sslmode=disable".to_owned(), Ok(false)),
        (&by_number, "sslmode=prefer".to_owned(), Ok(true)),
        (&by_number, "sslmode=require".to_owned(), Ok(true)),
        (&by_number, "sslmode=verify-ca".to_owned(), Err("sslrootcert=FILE")),
        (&by_number, "sslmode=require&sslrootcert=system".to_owned(), Err("sslmode=verify-full")),
        (&by_number, format!("sslmode=require&sslrootcert={ours}"), Ok(true)),
        (&by_number, format!("sslmode=require&sslrootcert={other}"), Err(unknown)),
        (&by_number, format!("sslmode=verify-ca&sslrootcert={ours}"), Ok(true)),
        (&by_number, format!("sslmode=verify-ca&sslrootcert={own}"), Ok(true)),
        (&by_number, format!("sslrootcert={other}&sslmode=verify-ca"), Err(unknown)),
        (&by_name, format!("sslmode=verify-full&sslrootcert={ours}"), Ok(true)),
        (&by_name, format!("sslrootcert={ours}"), Ok(true)),
        (&by_number, format!("sslmode=verify-full&sslrootcert={ours}"), Err("not valid for name")),
        (&by_number, format!("sslrootcert={own}"), Err("not valid for name")),
    ] {
        let address = format!("{host}?{parameters}");
        match (is_encrypted(&address), expected) {
            (Ok(is_encrypted), Ok(expected)) => assert_eq!(is_encrypted, expected, "{parameters}"),
            (Err(problem), Err(part)) => assert!(problem.contains(part), "{parameters}: {problem}"),
            (got, expected) => panic!("{parameters}: {got:?}, expected {expected:?}"),
        }
    }
}

#[test]
fn a_server_that_cannot_encrypt_is_told() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    // All that the protocol has until then: eight bytes ask for encryption, and one says no.
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        std::io::Read::read_exact(&mut stream, &mut [0; 8]).unwrap();
        std::io::Write::write_all(&mut stream, b"N").unwrap();
    });
    let address = format!("postgres://u@127.0.0.1:{port}/x?sslmode=require");
    let problem = is_encrypted(&address).unwrap_err();
    assert!(problem.contains("server does not support TLS"), "{problem}");
    server.join().unwrap();
}
