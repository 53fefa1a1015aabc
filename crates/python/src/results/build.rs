//! Documents to a site.

use std::path::PathBuf;
use std::sync::Arc;

use jobs::Cancel;
use pipeline::{CacheMode, Config, Options, Overwrite};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;

use super::told::Told;
use crate::error::Error;
use crate::run::{run_with, waited_for};

/// What stays outside the configuration: it changes no result.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct How {
    cache: Option<PathBuf>,
    /// `offline`, `refresh`, or `revalidate`.
    requests: String,
    force: bool,
    keep_topics: bool,
    previous: Option<PathBuf>,
    memory: Option<u64>,
    headers: Vec<(String, String)>,
    threads: usize,
}

impl How {
    fn options(&self, out: &std::path::Path) -> PyResult<Options> {
        let cache = cli::cache_folder(self.cache.as_deref()).ok_or_else(|| {
            PyOSError::new_err("no folder for the cache: HOME is not set; name one with cache")
        })?;
        let cache_mode = match &*self.requests {
            "offline" => CacheMode::Offline,
            "refresh" => CacheMode::Refresh,
            _ => CacheMode::Revalidate,
        };
        let lock = Some(out.join(pipeline::LOCK_FILE));
        Ok(Options { cache, cache_mode, lock, headers: self.headers.clone() })
    }
}

/// Raises what is wrong with the configuration file at `path`.
#[pyfunction]
pub(crate) fn check_config(path: PathBuf) -> PyResult<()> {
    Config::read(&path).map_err(Error::from)?;
    Ok(())
}

/// Builds the site at `out` by the configuration `settings`, the text of a `topicmill.toml`: the report as
/// JSON, and what the user should know. `progress` is called as [`Told::tell`] says.
#[pyfunction]
#[pyo3(signature = (settings, out, how, progress = None))]
pub(crate) fn build_site(
    py: Python<'_>,
    settings: &str,
    out: PathBuf,
    how: How,
    progress: Option<Py<PyAny>>,
) -> PyResult<(String, Vec<String>)> {
    let mut config = Config::parse(settings, "the settings".as_ref()).map_err(Error::from)?;
    config.keep_topics = how.keep_topics;
    config.previous.clone_from(&how.previous);
    let options = how.options(&out)?;
    let overwrite = if how.force { Overwrite::Anything } else { Overwrite::OwnSites };
    let told = Arc::new(Told::default());
    let mut run = run_with(how.threads)?
        .with_cancel(Cancel::default())
        .with_progress(Arc::<Told>::clone(&told));
    if let Some(memory) = how.memory {
        run = run.with_memory(memory);
    }
    let report = waited_for(
        py,
        &run,
        |run| {
            let report = pipeline::build(&config, &options, (&out, overwrite), run)?;
            Ok(report.to_json().map_err(pipeline::Error::from)?)
        },
        |py| progress.as_ref().map_or(Ok(()), |function| told.tell(function.bind(py))),
    )?;
    drop(run);
    let warnings = Arc::into_inner(told).map(Told::into_warnings).unwrap_or_default();
    Ok((String::from_utf8_lossy(&report).into_owned(), warnings))
}
