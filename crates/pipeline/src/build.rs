//! The whole way from sources to a site.

use std::fs;
use std::path::Path;

use jobs::{Digest, Memo, Run, Trace};
use site::Renderer;

use crate::config::Config;
use crate::former::{self, Former};
use crate::manifest::Manifest;
use crate::output::{self, Clouds, Folder};
use crate::prepare::{Options, Prepared};
use crate::publish::{Overwrite, Staging};
use crate::rendered::Rendered;
use crate::report::Report;
use crate::results::Results;
use crate::stages::{Fitted, place_documents, read};
use crate::step_inputs::StepInputs;
use crate::{Error, Source, tasks};

/// Reads the sources of `config`, finds the topics and writes the site to `out`.
///
/// The site appears whole or not at all. Every file but `data/report.json` is the same for the same
/// documents, configuration and seed.
///
/// # Errors
/// Every variant of [`Error`] but those of models and single documents.
pub fn build(
    config: &Config,
    options: &Options,
    (out, overwrite): (&Path, Overwrite),
    run: &Run,
) -> Result<Report, Error> {
    config.check()?;
    check_sources_survive(config, out)?;
    let renderer = output::renderer(config.templates.as_deref())?;
    let memo = options.memo(run);
    let staging = Staging::begin(out, overwrite)?;
    let mut trace = Trace::default();
    let built = build_site(config, options, (&memo, staging, &renderer), &mut trace, run);
    built.map_err(|error| in_stage(error, &trace, out))
}

fn build_site(
    config: &Config,
    options: &Options,
    (memo, staging, renderer): (&Memo, Staging, &Renderer),
    trace: &mut Trace,
    run: &Run,
) -> Result<Report, Error> {
    let target = staging.target().to_owned();
    let former = Former::find(memo, &target);
    let sources = former::digest_of_sources(config)?;
    let stands = |is_same: bool| match &former {
        Some(former) if is_same && former.report().is_some() => {
            former.manifest.is_intact(&target, run)
        }
        _ => Ok(false),
    };
    let is_same = former.as_ref().is_some_and(|f| sources.is_some() && f.sources == sources);
    if stands(is_same)? {
        return again(former.as_ref(), trace, None, (&target, run));
    }
    let (prepared, documents) = read(config, options, trace, run)?;
    let all = former::digest_of_build(config, &prepared, documents);
    if stands(former.as_ref().is_some_and(|former| former.documents == all))? {
        return again(former.as_ref(), trace, Some(&prepared), (&target, run));
    }
    StepInputs::of(config, &prepared).keep(memo, (&target, &prepared), run);
    let (results, fitted) = place_documents(&prepared, config, (&target, memo, trace), run)?;
    let clouds = draw_clouds(&results, config, trace, run)?;
    let standing = former.as_ref().map(|former| former.manifest.standing(&target, run));
    let standing = standing.transpose()?.unwrap_or_default();
    let rendered = Rendered::find(memo, &target);
    let folder = Folder::new(staging.folder()).after(&target, standing, rendered);
    let made = (&results, &fitted, &clouds[..]);
    let read = (&prepared, documents, config, renderer);
    let files = write_files(made, read, (&folder, trace), run)?;
    let written = folder.into_written();
    let former_report = former.as_ref().and_then(Former::report);
    let report = Report::new(trace, &prepared, run)
        .with_results(&results, (files + 1, written.kept))
        .after(former_report.as_ref());
    let json = report.to_json()?;
    write_report(staging.folder(), &json)?;
    run.check()?;
    staging.publish()?;
    let manifest = Manifest::of(&target, &written.digests, run)?;
    Rendered::keep(&written.pages, memo, &target, run);
    Former { sources, documents: all, manifest, report: json }.keep(memo, &target, run);
    Ok(report)
}

/// The clouds of the topics.
pub(crate) fn draw_clouds(
    results: &Results,
    config: &Config,
    trace: &mut Trace,
    run: &Run,
) -> Result<Vec<Clouds>, Error> {
    trace.stage("clouds", run, |stage| {
        let (words, settings) = output::cloud_inputs(results, &config.site);
        stage.input("topics", words);
        stage.input("settings", settings);
        let clouds = output::clouds(results, &config.site, run)?;
        stage.output = Some(Digest::of(format!("{clouds:?}").as_bytes()));
        stage.items = clouds.len() as u64;
        Ok::<_, Error>(clouds)
    })
}

/// Writes every file of the site but the report to `folder`; returns how many.
pub(crate) fn write_files(
    (results, fitted, clouds): (&Results, &Fitted, &[Clouds]),
    (prepared, documents, config, renderer): (&Prepared, Digest, &Config, &Renderer),
    (folder, trace): (&Folder<'_>, &mut Trace),
    run: &Run,
) -> Result<usize, Error> {
    trace.stage("write", run, |stage| {
        stage.input("documents", documents);
        let names = results.topics.iter().map(|topic| (&topic.slug, &topic.title));
        let names: Vec<_> = names.collect();
        stage.input("topics", Digest::of_value(&(tasks::digest_of_fit(&fitted.fit), names)));
        stage.input("weights", tasks::digest_of(fitted.x.view()));
        stage.input("settings", output::site_settings(results, &config.site));
        // The data files keep one thread busy while another renders pages.
        let data = || output::write_data(results, fitted, prepared, folder);
        let inputs = output::Inputs {
            x: fitted.x.view(),
            components: fitted.fit.nmf.components(),
            prepared,
            config,
            renderer,
        };
        let files = output::write_site(results, clouds, inputs, (folder, &data), run)?;
        stage.output = Some(folder.digest());
        stage.items = files as u64;
        Ok::<_, Error>(files)
    })
}

/// The report of a build that found the site of the former one standing, written beside it.
fn again(
    former: Option<&Former>,
    trace: &Trace,
    prepared: Option<&Prepared>,
    (target, run): (&Path, &Run),
) -> Result<Report, Error> {
    let former = former.and_then(Former::report).ok_or(Error::NoReport { path: target.into() })?;
    let report = former.again(trace, prepared, run);
    write_report(target, &report.to_json()?)?;
    Ok(report)
}

/// Puts the report in place in one step: others may be reading it.
fn write_report(root: &Path, json: &[u8]) -> Result<(), Error> {
    let path = root.join("data/report.json");
    let beside = root.join("data/.report.json");
    fs::write(&beside, json)
        .and_then(|()| fs::rename(&beside, &path))
        .map_err(|source| Error::Write { path, source })
}

/// An error that is neither the user's fault nor their wish is told with the stage it came from, and
/// how to run that alone.
pub(crate) fn in_stage(error: Error, trace: &Trace, out: &Path) -> Error {
    let is_plain = error.is_usage() || matches!(error, Error::Jobs(jobs::Error::Cancelled));
    match trace.failed() {
        Some(failed) if !is_plain && !failed.inputs.is_empty() => {
            let input = |(name, digest): &(_, Digest)| format!("{name} {}", &digest.to_hex()[..12]);
            let inputs: Vec<String> = failed.inputs.iter().map(input).collect();
            let source = Box::new(error);
            let out = out.to_owned();
            Error::Stage { stage: failed.stage, inputs: inputs.join(", "), out, source }
        }
        _ => error,
    }
}

/// Refuses an output folder that holds a source: a new site takes the place of all that is in it.
fn check_sources_survive(config: &Config, out: &Path) -> Result<(), Error> {
    let Ok(folder) = out.canonicalize() else { return Ok(()) };
    for source in &config.sources {
        if let Source::Path(path) = Source::parse(&source.from)?
            && path.canonicalize().is_ok_and(|path| path.starts_with(&folder))
        {
            return Err(Error::OutHoldsSource { out: out.to_owned(), source_path: path });
        }
    }
    Ok(())
}
