//! Sites that encrypt, in HTTP/2 and in HTTP/1.1: a server with a certificate of its own authority.

use std::sync::{Arc, Mutex};
use std::thread;

use crawl::{Crawl, CrawlConfig, Error, Recipe, crawl};
use jobs::{FileStore, Run};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;
use url::Url;

use super::RECIPE;

/// What a server has seen.
#[derive(Default)]
struct Seen {
    /// Of each connection: the protocol that was agreed on.
    protocols: Vec<String>,
    /// Of each request: its version and its path.
    requests: Vec<String>,
}

/// A site of talks on loopback. It ends with the test's process.
struct Site {
    port: u16,
    /// What it takes to trust it, in PEM.
    authority: String,
    seen: Arc<Mutex<Seen>>,
}

impl Site {
    /// One that speaks `protocols`, the preferred first.
    fn speaking(protocols: &[&str]) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let acceptor = TlsAcceptor::from(Arc::new(config));

        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = Arc::clone(&seen);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    tokio::spawn(serve(stream, acceptor.clone(), Arc::clone(&shared)));
                }
            });
        });
        Self { port, authority: authority.pem(), seen }
    }

    fn crawl(&self, certificates: &str) -> Result<Crawl, Error> {
        let folder = tempfile::tempdir().unwrap();
        let start: Url = format!("https://localhost:{}/", self.port).parse().unwrap();
        let config = CrawlConfig {
            certificates: certificates.as_bytes().to_vec(),
            tries: 1,
            ..CrawlConfig::default()
        };
        let store = FileStore::open(folder.path()).unwrap();
        crawl(&[start], &Recipe::parse(RECIPE).unwrap(), &config, &store, &Run::serial())
    }
}

/// Connections that break off are part of some tests.
async fn serve(stream: TcpStream, acceptor: TlsAcceptor, seen: Arc<Mutex<Seen>>) {
    let Ok(mut stream) = acceptor.accept(stream).await else { return };
    let protocol = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec).unwrap_or_default();
    seen.lock().unwrap().protocols.push(String::from_utf8(protocol.clone()).unwrap());
    if protocol == b"h2" {
        let mut connection = h2::server::handshake(stream).await.unwrap();
        while let Some(Ok((request, mut respond))) = connection.accept().await {
            let path = request.uri().path();
            seen.lock().unwrap().requests.push(format!("{:?} {path}", request.version()));
            let (status, body) = page(path);
            let answer = http::Response::builder().status(status);
            let answer = answer.header("content-type", "text/html; charset=utf-8").body(());
            let mut answer = respond.send_response(answer.unwrap(), false).unwrap();
            answer.send_data(body.into(), true).unwrap();
        }
    } else {
        while let Some(path) = next_path(&mut stream).await {
            seen.lock().unwrap().requests.push(format!("HTTP/1.1 {path}"));
            let (status, body) = page(&path);
            let n = body.len();
            let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {n}\r\n\r\n");
            stream.write_all((head + &body).as_bytes()).await.unwrap();
        }
    }
}

/// The path of the next request of HTTP/1.1 on a connection.
async fn next_path(stream: &mut TlsStream<TcpStream>) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some(String::from_utf8(head).unwrap().split(' ').nth(1).unwrap().to_owned())
}

const N_TALKS: usize = 20;

/// The status and the body of a page: a list, the talks, no robots.txt.
fn page(path: &str) -> (u16, String) {
    let number = path.strip_prefix("/t").and_then(|number| number.parse::<usize>().ok());
    match (path, number) {
        ("/", _) => {
            let link = |n: usize| format!("<li><a href=/t{n}>Talk number {n}</a></li>");
            (200, (0..N_TALKS).map(link).collect::<String>())
        }
        (_, Some(n)) => {
            (200, format!("<div class=abstract>{}</div>", format!("Text {n}. ").repeat(4000)))
        }
        _ => (404, String::new()),
    }
}

#[test]
fn a_server_that_can_is_asked_in_http_2_over_one_connection() {
    let site = Site::speaking(&["h2", "http/1.1"]);
    let crawl = site.crawl(&site.authority).unwrap();
    assert_eq!(crawl.skipped, []);
    assert_eq!(crawl.documents.len(), N_TALKS);
    assert!(crawl.documents[7].text.starts_with("Text 7. Text 7."), "{}", crawl.documents[7].text);
    let seen = site.seen.lock().unwrap();
    assert_eq!(seen.protocols, ["h2"]);
    assert_eq!(seen.requests.len(), N_TALKS + 2);
    assert!(seen.requests.iter().all(|line| line.starts_with("HTTP/2.0 /")), "{:?}", seen.requests);
}

#[test]
fn a_server_that_cannot_is_asked_in_http_1_1() {
    for protocols in [&["http/1.1"][..], &[]] {
        let site = Site::speaking(protocols);
        assert_eq!(site.crawl(&site.authority).unwrap().documents.len(), N_TALKS);
        let seen = site.seen.lock().unwrap();
        assert!(seen.protocols.iter().all(|protocol| protocol != "h2"), "{:?}", seen.protocols);
        assert_eq!(seen.requests.len(), N_TALKS + 2);
    }
}

#[test]
fn a_certificate_of_an_unknown_authority_is_refused() {
    let site = Site::speaking(&["h2"]);
    let other = Site::speaking(&["h2"]);
    for certificates in ["", other.authority.as_str()] {
        let message = site.crawl(certificates).unwrap_err().to_string();
        assert!(message.contains("certificate"), "{message}");
    }
    assert_eq!(site.seen.lock().unwrap().requests, [""; 0]);
    let message = site.crawl("no certificate").unwrap_err().to_string();
    assert!(message.contains("it holds none"), "{message}");
    let message = site.crawl("-----BEGIN CERTIFICATE-----\n%\n").unwrap_err().to_string();
    assert!(message.contains("allowed is PEM"), "{message}");
}
