//! A small conference of our own invention, and its web site on loopback.

mod pages;
mod talks;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use anyhow::Context;
use server::{Server, Stop};
use tempfile::TempDir;

/// How its pages are read.
const RECIPE: &str = include_str!("../../demo/recipe.toml");
/// The port of its site when it is free: the demo's pages are then the same each time, for they
/// hold the addresses of their sources.
const PORT: u16 = 8016;

/// The site of the conference, up as long as the value lives.
#[derive(Debug)]
pub(crate) struct Conference {
    start: String,
    recipe: PathBuf,
    stop: Stop,
    thread: JoinHandle<()>,
    _folder: TempDir,
}

impl Conference {
    /// Writes the site to a temporary folder and serves it.
    pub(crate) fn open() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let root = folder.path().join("site");
        for (path, page) in pages::pages(&talks::talks()?)? {
            let path = root.join(path);
            let parent = path.parent().unwrap_or(&root);
            fs::create_dir_all(parent)
                .and_then(|()| fs::write(&path, page))
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        let recipe = folder.path().join("recipe.toml");
        fs::write(&recipe, RECIPE).with_context(|| format!("cannot write {}", recipe.display()))?;
        let server = bind(&root)?;
        let (start, stop) =
            (format!("http://{}/schedule/", server.address()), server.stop_handle());
        let thread = std::thread::spawn(move || {
            // Without the site the crawl fails and says so.
            drop(server.run());
        });
        Ok(Self { start, recipe, stop, thread, _folder: folder })
    }

    /// The address of the schedule.
    pub(crate) fn start(&self) -> &str {
        &self.start
    }

    /// The file that says how to read the pages.
    pub(crate) fn recipe(&self) -> &Path {
        &self.recipe
    }

    /// Takes the site down.
    pub(crate) fn close(self) {
        self.stop.stop();
        // A panic there has been reported by the hook.
        drop(self.thread.join());
    }
}

fn bind(root: &Path) -> Result<Server, server::Error> {
    let address = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Server::bind(root, address(PORT)).or_else(|_| Server::bind(root, address(0)))
}
