//! The accept loop.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::sync::{Semaphore, watch};

use crate::Error;
use crate::files::router;

/// How long a connection may take to send the head of a request. `axum::serve` sets no timer, so
/// that clients which send nothing would be kept for ever.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection may live, so that clients which never read do not hold every place.
const CONNECTION_TIMEOUT: Duration = Duration::from_mins(5);
/// Connections open at once; more wait their turn.
const MAX_CONNECTIONS: usize = 512;
/// A pause after the system refused a connection, lest the loop spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A server that listens and does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    root: std::path::PathBuf,
    stop: watch::Sender<bool>,
}

/// Stops a running [`Server`] from another thread.
#[derive(Debug, Clone)]
pub struct Stop(watch::Sender<bool>);

impl Stop {
    /// Ends [`Server::run`]; open connections are closed.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Server {
    /// Listens on `address` for requests for the files below `root`; port 0 takes a free one.
    ///
    /// # Errors
    /// [`Error::NoSite`] when `root` has no `index.html`, [`Error::Bind`] when the address is taken
    /// or not ours.
    pub fn bind(root: &Path, address: SocketAddr) -> Result<Self, Error> {
        if !root.join("index.html").is_file() {
            return Err(Error::NoSite { path: root.to_owned() });
        }
        let failed = |source| Error::Bind { address, source };
        let listener = TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (stop, _) = watch::channel(false);
        Ok(Self { listener, address, root: root.to_owned(), stop })
    }

    /// The address that is listened on, with the port that was taken.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What stops the server.
    #[must_use]
    pub fn stop_handle(&self) -> Stop {
        Stop(self.stop.clone())
    }

    /// Answers requests until it is stopped.
    ///
    /// # Errors
    /// [`Error::Start`] when the system gives no event loop.
    pub fn run(self) -> Result<(), Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(|source| Error::Start { source })?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(self.listener)
                .map_err(|source| Error::Start { source })?;
            let mut stopped = self.stop.subscribe();
            tokio::select! {
                () = accept(listener, &self.root) => {}
                // The sender lives as long as `self`, so that this ends only by a stop.
                _ = stopped.wait_for(|&stop| stop) => {}
            }
            Ok(())
        })
    }
}

async fn accept(listener: tokio::net::TcpListener, root: &Path) {
    let router = router(root);
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) if is_of_one_connection(&error) => continue,
            Err(_) => {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // Small answers go out at once. A stream that cannot be told so is slower, not wrong.
        drop(stream.set_nodelay(true));
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIMEOUT)
                .serve_connection(TokioIo::new(stream), service);
            // A connection that breaks or takes too long is its client's affair.
            drop(tokio::time::timeout(CONNECTION_TIMEOUT, connection).await);
            drop(place);
        });
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}
