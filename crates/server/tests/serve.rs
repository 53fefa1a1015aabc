//! A server asked over a socket.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::JoinHandle;

use server::{Error, Server, Stop};
use tempfile::TempDir;

struct Running {
    address: std::net::SocketAddr,
    stop: Stop,
    thread: Option<JoinHandle<()>>,
    folder: TempDir,
}

impl Running {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().join("site");
        fs::create_dir_all(root.join("topic/lamps")).expect("a folder");
        fs::write(root.join("index.html"), "<h1>Lanterns</h1>").expect("a file");
        fs::write(root.join("404.html"), "<h1>Nothing here</h1>").expect("a file");
        fs::write(root.join("style.css"), "h1 { color: teal }").expect("a file");
        fs::write(root.join("topic/lamps/index.html"), "<h1>Lamps</h1>").expect("a file");
        fs::write(folder.path().join("secret"), "outside").expect("a file");
        let address = "127.0.0.1:0".parse().expect("an address");
        let server = Server::bind(&root, address).expect("a free port");
        let (address, stop) = (server.address(), server.stop_handle());
        let thread = std::thread::spawn(move || server.run().expect("an event loop"));
        Self { address, stop, thread: Some(thread), folder }
    }

    /// The answer to a request as text: status line, headers, body.
    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        write!(stream, "{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer in UTF-8");
        answer
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.stop();
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server ends without a panic");
        }
        assert!(self.folder.path().exists());
    }
}

#[test]
fn pages_are_served_with_their_types_and_guards() {
    let server = Running::start();
    let answer = server.ask("GET /");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("content-type: text/html"), "{answer}");
    assert!(answer.contains("content-security-policy: default-src 'self'"), "{answer}");
    assert!(answer.contains("x-content-type-options: nosniff"), "{answer}");
    assert!(answer.ends_with("<h1>Lanterns</h1>"), "{answer}");
    assert!(server.ask("GET /topic/lamps/").ends_with("<h1>Lamps</h1>"));
    assert!(server.ask("GET /style.css").contains("content-type: text/css"));
}

#[test]
fn what_is_not_there_gets_the_sites_own_page() {
    let server = Running::start();
    let answer = server.ask("GET /no/such/page");
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(answer.ends_with("<h1>Nothing here</h1>"), "{answer}");
}

#[test]
fn nothing_outside_the_folder_is_served() {
    let server = Running::start();
    for path in ["/../secret", "/..%2fsecret", "/topic/../../secret", "/%2e%2e/secret"] {
        let answer = server.ask(&format!("GET {path}"));
        assert!(!answer.contains("outside"), "{path}: {answer}");
    }
}

#[test]
fn what_the_user_keeps_in_dotfiles_is_not_served() {
    let server = Running::start();
    let git = server.folder.path().join("site/.git");
    fs::create_dir(&git).expect("a folder");
    fs::write(git.join("config"), "private").expect("a file");
    let env = server.folder.path().join("site/topic/.env");
    fs::write(env, "private").expect("a file");
    for path in [
        "/.git/config",
        "/%2egit/config",
        "/topic/../.git/config",
        "/%2Egit/config",
        "/topic%2F.env",
    ] {
        let answer = server.ask(&format!("GET {path}"));
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        assert!(!answer.contains("private"), "{path}: {answer}");
    }
}

#[test]
fn only_reading_is_allowed() {
    let server = Running::start();
    assert!(server.ask("POST /").starts_with("HTTP/1.1 405"));
    assert!(server.ask("HEAD /").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_folder_without_a_site_and_an_address_in_use_are_errors() {
    let server = Running::start();
    let site = server.folder.path().join("site");
    let taken = Server::bind(&site, server.address).unwrap_err();
    assert!(matches!(taken, Error::Bind { .. }), "{taken}");
    assert!(taken.hint().is_some());
    let none = Server::bind(server.folder.path(), server.address).unwrap_err();
    assert!(matches!(none, Error::NoSite { .. }), "{none}");
}
