//! One step of a build once more, alone, from its stored inputs.

pub(crate) mod step_inputs;

use std::cell::OnceCell;
use std::path::Path;

use jobs::{Memo, Run, Trace};

use crate::build::{draw_clouds, in_stage, write_files};
use crate::config::TopicCount;
use crate::output::{self, Folder};
use crate::read::prepare::{Options, Prepared};
use crate::report::{Report, Stage};
use crate::rerun::step_inputs::StepInputs;
use crate::stages::{Shown, place_documents, read};
use crate::standing::former::{self, digest_of_documents};
use crate::standing::publish::place_of;
use crate::{Config, Error};

/// What came of a step that was run alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Rerun {
    /// The step, with the digests of what it was made from and of what it made.
    pub stage: Stage,
    /// The digest of what it made in the build of the site that stands, when it was made from the
    /// same there.
    pub before: Option<String>,
}

impl Rerun {
    /// Whether it made something else than in the build, from the same.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.before.is_some() && self.before != self.stage.output
    }
}

/// Runs the step `step` of the last build of `out`, which may have failed there, alone: on the
/// documents that the build read, with results of the steps before it from the cache. Those that the
/// cache has no more are made again; the step itself is computed in any case, and changes neither
/// the site nor the cache. The step `read` reads the sources again, pages from the cache alone.
///
/// # Errors
/// [`Error::NoInputs`] when the cache does not know of the build, [`Error::UnknownStep`], and those
/// of the step.
pub fn rerun(out: &Path, step: &str, options: &Options, run: &Run) -> Result<Rerun, Error> {
    let no_inputs = || Error::NoInputs { out: out.to_owned() };
    let target = place_of(out).map_err(|_| no_inputs())?;
    let memo = options.memo(run);
    let inputs = StepInputs::find(&memo, &target).ok_or_else(no_inputs)?;
    let config = inputs.config().ok_or_else(no_inputs)?;
    let unknown = || Error::UnknownStep {
        out: out.to_owned(),
        got: step.to_owned(),
        known: steps(&config).join(", "),
    };
    if !steps(&config).contains(&step) {
        return Err(unknown());
    }
    let mut trace = Trace::until(step);
    let ended = if step == "read" {
        let files = former::digests_of_sources(&config)?.map(|sources| sources.files);
        read((&config, files), options, &mut trace, run).map(drop)
    } else {
        let prepared = inputs.prepared(&memo, &config, run)?.ok_or_else(no_inputs)?;
        let memo = memo.anew(step);
        after_reading(&prepared, &config, (&target, &memo, &mut trace), run)
    };
    let Some(record) = trace.records().iter().find(|record| record.stage == step) else {
        return Err(ended.map_or_else(|error| in_stage(error, &trace, out), |()| unknown()));
    };
    let stage = Stage::of(record);
    let report = Report::read(out).ok();
    let before = report.and_then(|report| {
        let before = report.stages.into_iter().find(|before| before.stage == step)?;
        (before.inputs == stage.inputs).then_some(before.output).flatten()
    });
    Ok(Rerun { stage, before })
}

/// The steps of a build, in their order.
fn steps(config: &Config) -> Vec<&'static str> {
    let between: &[&str] = match (config.keep_topics, config.k) {
        (true, _) => &["place", "quality"],
        (_, TopicCount::Auto) => &["count", "weigh", "number", "topics", "quality"],
        (_, TopicCount::Exactly(_)) => &["count", "weigh", "topics", "quality"],
    };
    [&["read"], between, &["related", "clouds", "write"]].concat()
}

/// The steps after `read`, up to the last of `trace`; files are written to a folder that is then
/// removed.
fn after_reading(
    prepared: &Prepared,
    config: &Config,
    (target, memo, trace): (&Path, &Memo, &mut Trace),
    run: &Run,
) -> Result<(), Error> {
    let found = place_documents(prepared, config, (target, None), (memo, trace), run)?;
    let shown = Shown::of(config, prepared);
    let (results, fitted) = found.results(config, (prepared, shown), (memo, run))?;
    let clouds = draw_clouds(&results, config, (memo, trace), run)?;
    let renderer = output::renderer(config.templates.as_deref())?;
    let unwritable = |source| Error::Unwritable { path: std::env::temp_dir(), source };
    let scratch = tempfile::tempdir().map_err(unwritable)?;
    let folder = Folder::new(scratch.path());
    let made = (&results, &fitted, &clouds[..]);
    let documents = digest_of_documents(prepared);
    let read = (prepared, documents, config, &renderer);
    // All of the step is computed.
    let memo = Memo::off();
    let words = OnceCell::new();
    let site = OnceCell::new();
    write_files(made, read, (&words, &site), (&folder, &memo, trace), run)?;
    Ok(())
}
