//! The site that stands at a place: from what it was built, and what was left there.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jobs::{Digest, Memo, Run};
use serde::{Deserialize, Serialize};

use crate::read::prepare::Prepared;
use crate::report::Report;
use crate::standing::manifest::Manifest;
use crate::topics::arrange;
use crate::{Config, Error, Source, tasks};

/// Folders in folders that are looked through for sources.
const MAX_DEPTH: usize = 64;

/// What a build leaves in the cache, for the next one at the same place.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Former {
    /// Of the program, the configuration and the sources; none where the sources cannot be told
    /// without being fetched.
    pub(crate) sources: Option<Digest>,
    /// Of the program, the configuration and the documents.
    pub(crate) documents: Digest,
    pub(crate) manifest: Manifest,
    /// `report.json`.
    pub(crate) report: Vec<u8>,
    /// The name of the spare, where there is one.
    pub(crate) spare: Option<String>,
}

impl Former {
    /// What was built in `target`, if the cache knows.
    pub(crate) fn find(memo: &Memo, target: &Path) -> Option<Self> {
        let jobs::Lookup::Hit(bytes) = memo.store()?.get(&key(target)).ok()? else { return None };
        let former: Self = postcard::from_bytes(&bytes).ok()?;
        former.manifest.is_plain().then_some(former)
    }

    /// Keeps it; a cache that fails only makes the next build longer.
    pub(crate) fn keep(&self, memo: &Memo, target: &Path, run: &Run) {
        let Some(store) = memo.store() else { return };
        let Ok(bytes) = postcard::to_stdvec(self) else { return };
        let about = jobs::About {
            task: tasks::SITE.name,
            // As long as a build: it is what its loss would cost.
            cost: std::time::Duration::from_mins(1),
            // To pack some megabytes of digests takes longer than to write them.
            content: jobs::Content::Packed,
        };
        if let Err(error) = store.put(&key(target), &bytes, &about) {
            run.progress().warn(&format!("the next build cannot build on this one: {error}"));
        }
    }

    /// The report of the build that left it.
    pub(crate) fn report(&self) -> Option<Report> {
        serde_json::from_slice(&self.report).ok()
    }
}

fn key(target: &Path) -> Digest {
    tasks::SITE.key(&Digest::of(target.as_os_str().as_encoded_bytes()))
}

/// What the sources hold, as digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sources {
    /// Of their files alone, wherever they lie.
    pub(crate) files: Digest,
    /// Of the program, the configuration and the files.
    pub(crate) all: Digest,
}

/// The digests of what all sources hold; `None` when that of a source is known only once it has been
/// read, or cannot be told.
pub(crate) fn digests_of_sources(config: &Config) -> Result<Option<Sources>, Error> {
    let mut files = BTreeMap::new();
    for source in &config.sources {
        let Source::Path(path) = Source::parse(&source.from)? else { return Ok(None) };
        if add_files(&path, &mut files, MAX_DEPTH).is_err() {
            return Ok(None);
        }
    }
    let mut contents: Vec<Digest> = files.values().copied().collect();
    contents.sort_unstable();
    if add_own_files(config, &mut files).is_err() {
        return Ok(None);
    }
    let files: Vec<(&[u8], &Digest)> =
        files.iter().map(|(path, digest)| (path.as_encoded_bytes(), digest)).collect();
    let all = Digest::of_value(&(program(), format!("{config:?}"), files));
    Ok(Some(Sources { files: Digest::of_value(&contents), all }))
}

/// The digest of the documents.
pub(crate) fn digest_of_documents(prepared: &Prepared) -> Digest {
    Digest::of_value(&prepared.keys().digests)
}

/// The digest of the program, the configuration and all that was read; `documents` is that of the
/// documents.
pub(crate) fn digest_of_build(config: &Config, prepared: &Prepared, documents: Digest) -> Digest {
    let weights = (prepared.weights.title, prepared.weights.tags);
    let mut own = BTreeMap::new();
    // What cannot be read makes the build fail elsewhere, and no former one like it.
    let is_readable = add_own_files(config, &mut own).is_ok();
    // The names too: a template replaces the one that is called like it.
    let own: Vec<(&[u8], &Digest)> =
        own.iter().map(|(path, digest)| (path.as_encoded_bytes(), digest)).collect();
    // The pages tell what was left out, and why.
    let dropped: Vec<&str> = prepared.dropped.iter().map(|skipped| &*skipped.reason).collect();
    Digest::of_value(&(
        program(),
        format!("{config:?}"),
        (is_readable, own),
        (weights, prepared.title.as_deref(), prepared.lock.as_deref(), documents, dropped),
    ))
}

/// The program by its own bytes, so that a new one builds anew, and by its version, which counts where
/// it is part of another.
pub(crate) fn program() -> Digest {
    static PROGRAM: std::sync::OnceLock<Digest> = std::sync::OnceLock::new();
    *PROGRAM.get_or_init(|| {
        let version = env!("CARGO_PKG_VERSION");
        let file = std::env::current_exe().and_then(|path| Digest::of_file(&path)).ok();
        Digest::of_value(&(file, version))
    })
}

/// The files that the configuration names besides the sources.
fn add_own_files(config: &Config, files: &mut BTreeMap<OsString, Digest>) -> io::Result<()> {
    let mask = config.site.mask();
    let previous = config.previous.as_deref().map(arrange::model_of);
    let own = config.templates.iter().chain(&config.labels).chain(&mask).chain(&previous);
    own.into_iter().try_for_each(|path| add_files(path, files, MAX_DEPTH))
}

fn add_files(path: &Path, files: &mut BTreeMap<OsString, Digest>, depth: usize) -> io::Result<()> {
    if !fs::metadata(path)?.is_dir() {
        files.insert(path.as_os_str().to_owned(), Digest::of_file(path)?);
        return Ok(());
    }
    if depth == 0 {
        return Err(io::Error::other("folders in folders without an end"));
    }
    let entries: io::Result<Vec<PathBuf>> =
        fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect();
    entries?.iter().try_for_each(|path| add_files(path, files, depth - 1))
}
