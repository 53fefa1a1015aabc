//! A web server as plain as can be, which counts its requests and says nothing of how long its
//! pages keep.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The files of a folder over HTTP. It ends with the test program.
pub(crate) struct PlainServer {
    address: SocketAddr,
    requests: Arc<AtomicU64>,
}

impl PlainServer {
    pub(crate) fn serve(folder: &Path) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has ports");
        let address = listener.local_addr().expect("a listener has an address");
        let requests = Arc::new(AtomicU64::new(0));
        let (folder, counter) = (folder.to_owned(), Arc::clone(&requests));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (folder, counter) = (folder.clone(), Arc::clone(&counter));
                // A connection that breaks is its client's affair.
                std::thread::spawn(move || drop(answer(&stream, &folder, &counter)));
            }
        });
        Self { address, requests }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Requests since they were last taken.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// The same, and counts from 0.
    pub(crate) fn take_requests(&self) -> u64 {
        self.requests.swap(0, Ordering::Relaxed)
    }
}

fn answer(mut stream: &TcpStream, folder: &Path, requests: &AtomicU64) -> io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    requests.fetch_add(1, Ordering::Relaxed);
    let path = first.split(' ').nth(1).unwrap_or("/").trim_matches('/');
    let page: PathBuf = folder.join(path);
    let page = if page.is_dir() { page.join("index.html") } else { page };
    let (status, body) = match fs::read(page) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.into_bytes(), body].concat())
}
