//! A web server of a few lines, which does what a test wants and remembers what it was asked.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use url::Url;

/// What a path is answered with.
#[derive(Clone, Default)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// Before the answer.
    delay: Duration,
    /// Between the bytes of the body.
    drip: Option<Duration>,
    /// How many times to answer with status 503 first.
    n_failures: usize,
}

impl Reply {
    pub(crate) fn html(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, body: body.into(), ..Self::default() }
            .with("Content-Type", "text/html; charset=utf-8")
    }

    pub(crate) fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    pub(crate) fn redirect(to: &str) -> Self {
        Self::status(302).with("Location", to)
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(own, _)| own != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    pub(crate) fn dripping(self, drip: Duration) -> Self {
        Self { drip: Some(drip), ..self }
    }

    pub(crate) fn failing_first(self, n_failures: usize) -> Self {
        Self { n_failures, ..self }
    }
}

/// A request that came: its target and headers, the names in lower case.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) target: String,
    pub(crate) headers: HashMap<String, String>,
}

#[derive(Default)]
struct State {
    replies: Mutex<HashMap<String, Reply>>,
    asked: Mutex<Vec<Asked>>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
    is_closed: AtomicBool,
}

/// The server; it ends when it is dropped.
pub(crate) struct Server {
    port: u16,
    state: Arc<State>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.is_closed.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&shared);
                // A client that goes away in the middle is part of some tests.
                thread::spawn(move || answer(stream.unwrap(), &shared).ok());
            }
        });
        Self { port, state, thread: Some(thread) }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        format!("http://127.0.0.1:{}{path}", self.port).parse().unwrap()
    }

    pub(crate) fn set(&self, path: &str, reply: Reply) -> &Self {
        self.state.replies.lock().unwrap().insert(path.to_owned(), reply);
        self
    }

    /// What was asked since the last call.
    pub(crate) fn take_asked(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.state.asked.lock().unwrap())
    }

    /// The targets asked for since the last call, sorted.
    pub(crate) fn take_targets(&self) -> Vec<String> {
        let mut targets: Vec<_> = self.take_asked().into_iter().map(|asked| asked.target).collect();
        targets.sort();
        targets
    }

    pub(crate) fn most_in_flight(&self) -> usize {
        self.state.most_in_flight.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.is_closed.store(true, Ordering::SeqCst);
        // Wakes the loop up.
        TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        self.thread.take().unwrap().join().unwrap();
    }
}

fn answer(mut stream: TcpStream, state: &State) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let Some(target) = first.split(' ').nth(1) else { return Ok(()) };
    let mut headers = HashMap::new();
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let n_now = state.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
    state.most_in_flight.fetch_max(n_now, Ordering::SeqCst);
    let reply = reply_to(target, &headers, state);
    state.asked.lock().unwrap().push(Asked { target: target.to_owned(), headers });
    thread::sleep(reply.delay);
    // Over before the client can know of it: it cannot ask again too early.
    state.in_flight.fetch_sub(1, Ordering::SeqCst);

    let mut headers = reply.headers.clone();
    headers.push(("Connection".to_owned(), "close".to_owned()));
    if reply.status != 304 {
        headers.push(("Content-Length".to_owned(), reply.body.len().to_string()));
    }
    write!(stream, "HTTP/1.1 {} X\r\n", reply.status)?;
    for (name, value) in headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    stream.write_all(b"\r\n")?;
    match reply.drip {
        None => stream.write_all(&reply.body),
        Some(drip) => reply.body.iter().try_for_each(|byte| {
            thread::sleep(drip);
            stream.write_all(&[*byte])
        }),
    }
}

fn reply_to(target: &str, headers: &HashMap<String, String>, state: &State) -> Reply {
    let mut replies = state.replies.lock().unwrap();
    let Some(reply) = replies.get_mut(target) else { return Reply::status(404) };
    if reply.n_failures > 0 {
        reply.n_failures -= 1;
        return Reply::status(503).with("Retry-After", "0");
    }
    for (given, condition) in [("ETag", "if-none-match"), ("Last-Modified", "if-modified-since")] {
        let own = reply.headers.iter().find(|(name, _)| name == given);
        if let (Some((_, value)), Some(asked)) = (own, headers.get(condition))
            && value == asked
        {
            return Reply { status: 304, body: Vec::new(), ..reply.clone() };
        }
    }
    reply.clone()
}
