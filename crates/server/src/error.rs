//! What can go wrong in this crate.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// An error of serving.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder is no site.
    #[error("{} holds no site: there is no index.html in it", path.display())]
    NoSite {
        /// The folder.
        path: PathBuf,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The system gave no event loop.
    #[error("cannot start serving: {source}")]
    Start {
        /// Why not.
        source: io::Error,
    },
}

impl Error {
    /// What the user can do next.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoSite { .. } => Some("build one with topicmill build, or name its folder"),
            Self::Bind { .. } => Some("choose another address with --listen, such as 127.0.0.1:0"),
            Self::Start { .. } => None,
        }
    }
}
