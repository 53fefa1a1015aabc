//! Flags and file to the settings of a run.

use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jobs::Run;
use pipeline::{CacheMode, Config, Options, SourceEntry};

use crate::args::{Common, Sources, TopicFlags};
use crate::exit::Usage;
use crate::interrupt;
use crate::progress::{Bars, Lines};

/// The file that is read without being named.
pub(crate) const CONFIG_FILE: &str = "topicmill.toml";

/// The configuration file with the flags over it.
pub(crate) fn config(
    common: &Common,
    sources: Option<&Sources>,
    topics: Option<&TopicFlags>,
) -> anyhow::Result<Config> {
    let mut config = match &common.config {
        Some(path) => Config::read(path)?,
        None if Path::new(CONFIG_FILE).is_file() => Config::read(Path::new(CONFIG_FILE))?,
        None => Config::default(),
    };
    if let Some(sources) = sources {
        if !sources.sources.is_empty() {
            config.sources =
                sources.sources.iter().map(|from| SourceEntry::from(&**from)).collect();
        }
        config.columns.extend(sources.columns.iter().cloned());
        set_column(&mut config, "text", sources.text.as_ref());
        if sources.recipe.is_some() {
            config.crawl.recipe.clone_from(&sources.recipe);
        }
    }
    if let Some(k) = topics.and_then(|topics| topics.k) {
        config.k = k;
    }
    if let Some(weight) = topics.and_then(|topics| topics.weight.clone()) {
        config.topics.weight = weight;
    }
    if let Some(seed) = common.seed {
        config.seed = seed;
    }
    Ok(config)
}

/// The headers that were asked for, with their values from the environment: so that no secret
/// stands in a list of processes or the history of a shell.
fn headers(common: &Common) -> anyhow::Result<Vec<(String, String)>> {
    let value = |(name, variable): &(String, String)| {
        match std::env::var(variable) {
        Ok(value) if !value.is_empty() && value.bytes().all(|b| (0x20..0x7F).contains(&b)) => {
            Ok((name.clone(), value))
        }
        _ => Err(Usage {
            message: format!("the header {name} needs the environment variable {variable}, which is not set to printable text"),
            hint: Some(format!("set it: export {variable}=...")),
        }
        .into()),
    }
    };
    common.headers.iter().map(value).collect()
}

/// Lets the column `name` hold a part of the documents, if it is given.
pub(crate) fn set_column(config: &mut Config, part: &str, name: Option<&String>) {
    if let Some(name) = name {
        config.columns.insert(part.to_owned(), name.clone());
    }
}

/// What changes no result.
///
/// The recipe that a crawl finds by itself lies in `folder`, that of the output.
pub(crate) fn options(common: &Common, folder: Option<&Path>) -> anyhow::Result<Options> {
    let cache_mode = match (common.offline, common.refresh) {
        (true, _) => CacheMode::Offline,
        (_, true) => CacheMode::Refresh,
        _ => CacheMode::Revalidate,
    };
    let cache = cache(common.cache.as_deref())?;
    Ok(Options {
        cache,
        cache_mode,
        lock: folder.map(|folder| folder.join(pipeline::LOCK_FILE)),
        headers: headers(common)?,
    })
}

/// Threads and progress.
pub(crate) fn run(common: &Common) -> anyhow::Result<Run> {
    let one = NonZeroUsize::MIN;
    let threads =
        common.threads.unwrap_or_else(|| std::thread::available_parallelism().unwrap_or(one));
    let mut run = Run::with_threads(threads)?.with_cancel(interrupt::cancel());
    if let Some(memory) = common.memory {
        // The folder of temporary files is often in memory itself.
        run = run.with_memory(memory.0).with_scratch(cache(common.cache.as_deref())?);
    }
    Ok(if common.quiet {
        run
    } else if std::io::stderr().is_terminal() {
        run.with_progress(Arc::new(Bars::default()))
    } else {
        run.with_progress(Arc::new(Lines))
    })
}

/// All processors, and nobody hears of the progress.
pub(crate) fn quiet_run() -> anyhow::Result<Run> {
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    Ok(Run::with_threads(threads)?.with_cancel(interrupt::cancel()))
}

/// The folder of the cache: the one that was named, or else the user's.
pub(crate) fn cache(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    named.map_or_else(default_cache, |folder| Ok(folder.to_owned()))
}

/// `topicmill` in the folder where the system keeps what can be made again.
fn default_cache() -> anyhow::Result<PathBuf> {
    let from_env = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let folder = from_env("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .or_else(|| from_env("LOCALAPPDATA").map(PathBuf::from))
        .or_else(|| from_env("HOME").map(|home| PathBuf::from(home).join(".cache")));
    let folder = folder.ok_or_else(|| Usage {
        message: "no folder for the cache: HOME is not set".to_owned(),
        hint: Some("name one with --cache DIR".to_owned()),
    })?;
    Ok(folder.join("topicmill"))
}
