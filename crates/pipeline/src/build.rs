//! The whole way from sources to a site.

use std::cell::OnceCell;
use std::fs;
use std::path::Path;

use jobs::{Digest, Memo, Run, Trace};
use site::Renderer;

use crate::config::Config;
use crate::output::{self, Clouds, Folder, Written};
use crate::read::prepare::{Options, Prepared};
use crate::read::set_aside::SetAside;
use crate::report::{REPORT, Report};
use crate::rerun::step_inputs::StepInputs;
use crate::results::Results;
use crate::stages::{Fitted, Shown, place_documents, read};
use crate::standing::former::{self, Former};
use crate::standing::guard;
use crate::standing::manifest::{Manifest, Survey};
use crate::standing::publish::{Overwrite, Staging};
use crate::standing::rendered::Rendered;
use crate::standing::spare::{self, Spare, Spares};
use crate::topics::keep::Standing;
use crate::{Error, tasks};

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
    guard::check(config, &options.cache, out)?;
    config.check()?;
    let renderer = output::renderer(config.templates.as_deref())?;
    let memo = options.memo(run);
    let staging = Staging::begin(out, overwrite)?;
    let mut trace = Trace::default();
    let built = build_site(config, options, (&memo, staging, &renderer), &mut trace, run);
    spare::prune(&options.cache);
    built.map_err(|error| in_stage(error, &trace, out))
}

fn build_site(
    config: &Config,
    options: &Options,
    (memo, mut staging, renderer): (&Memo, Staging, &Renderer),
    trace: &mut Trace,
    run: &Run,
) -> Result<Report, Error> {
    let target = staging.target().to_owned();
    // Reading the record of a large site takes as long as hashing its sources.
    let find = || Former::find(memo, &target);
    let (sources, former) = run.both(|| former::digests_of_sources(config), find)?;
    let sources = sources?;
    let (files, sources) = (sources.map(|s| s.files), sources.map(|s| s.all));
    let stands = |is_same: bool| match &former {
        Some(former) if is_same && former.report().is_some() => {
            former.manifest.is_intact(&target, run)
        }
        _ => Ok(false),
    };
    let is_same = former.as_ref().is_some_and(|f| sources.is_some() && f.sources == sources);
    if stands(is_same)? {
        return again(former.as_ref(), trace, None, (&staging, run));
    }
    let spares = Spares::of(&options.cache, &target);
    let look = || {
        let survey = former.as_ref().map(|former| former.manifest.survey(&target, run));
        let spare = former.as_ref().and_then(|former| former.spare.as_deref());
        let spare = spare.and_then(|name| Spare::find(memo, &target, name));
        (survey, spare, Rendered::find(memo, &target))
    };
    let stand = || config.keep_topics.then(|| Standing::find(memo, &target));
    // The site that stands is looked at while files are read; to read from elsewhere may take hours, in
    // which the site may be touched.
    let (looked, read) = match sources {
        Some(_) => {
            let read = || read((config, files), options, trace, run);
            let (looked, read) = run.both(|| (look(), stand()), read)?;
            (Some(looked), read?)
        }
        None => (None, read((config, files), options, trace, run)?),
    };
    let (looked, standing) = looked.unzip();
    let (prepared, documents) = read;
    let all = former::digest_of_build(config, &prepared, documents);
    if stands(former.as_ref().is_some_and(|former| former.documents == all))? {
        return again(former.as_ref(), trace, Some(&prepared), (&staging, run));
    }
    let standing = standing.flatten().transpose()?;
    let keep_and_look = || {
        StepInputs::of(config, &prepared).keep(memo, (&target, &prepared), run);
        let told = (Shown::of(config, &prepared), SetAside::of(&prepared));
        (looked.unwrap_or_else(look), told)
    };
    let place = || place_documents(&prepared, config, (&target, standing), (memo, trace), run);
    let (((survey, spare, rendered), (shown, set_aside)), found) =
        run.both(keep_and_look, place)?;
    let (results, fitted) = found?.results(config, (&prepared, shown), (memo, run))?;
    let clouds = draw_clouds(&results, config, (memo, trace), run)?;
    let Survey { standing, is_alone } = survey.transpose()?.unwrap_or_default();
    let mut spare = match spare {
        Some(spare) if spares.is_as_left(&spare, run)? => {
            staging.start_from(&spares.path(&spare.name))?.then_some(spare)
        }
        _ => None,
    };
    let folder = Folder::new(staging.folder());
    let folder = folder.after(&target, standing, rendered);
    let folder = match &spare {
        Some(spare) => folder.with_spare(&spare.differing),
        None => folder,
    };
    let made = (&results, &fitted, &clouds[..]);
    let read = (&prepared, documents, config, renderer);
    let words = OnceCell::new();
    let site = OnceCell::new();
    let files = write_files(made, read, (&words, &site), (&folder, memo, trace), run)?;
    let manifest = former.as_ref().map(|former| &former.manifest);
    folder.remove_others(manifest.into_iter().flat_map(Manifest::files))?;
    let written = folder.into_written();
    let former_report = former.as_ref().and_then(Former::report);
    let report = Report::of((trace, set_aside), &prepared, run)
        .with_results(&results, (files + 1, written.n_kept()))
        .after(former_report.as_ref());
    let json = report.to_json()?;
    put_report(&json, &staging.folder().join("report.json"), &staging.folder().join(REPORT))?;
    run.check()?;
    let former = former.filter(|_| is_alone).map(|former| former.manifest);
    let spare = spare.as_mut().map(|spare| std::mem::take(&mut spare.folders));
    let place = (target.as_path(), memo, &spares);
    // What pages were made from is true whether the site comes to stand or not.
    let keep = || {
        drop(site);
        Rendered::keep(&written.pages, memo, &target, run);
    };
    let ((), published) =
        run.both(keep, || publish(staging, (former, spare), &written, place, run))?;
    let (manifest, spare) = published?;
    let kept = spare.as_ref().map(|spare| spare.name.clone());
    let former = Former { sources, documents: all, manifest, report: json, spare: kept };
    // Each names the other: where only one of them is kept there is no spare. No thread of the run's, as what
    // stands is recorded though somebody wants to stop.
    std::thread::scope(|scope| {
        scope.spawn(|| spare.iter().for_each(|spare| spare.keep(memo, &target)));
        former.keep(memo, &target, run);
    });
    spares.remove_others(former.spare.as_deref());
    drop_beside((results, fitted, (clouds, words), prepared, (written, former, spare)));
    Ok(report)
}

/// Takes apart what is large and no longer needed beside what comes next: nobody waits for it.
fn drop_beside(values: impl Send + 'static) {
    // Where no thread is to be had they are dropped here.
    drop(std::thread::Builder::new().spawn(move || drop(values)));
}

/// Puts the site in place. The former one becomes the spare, where `former` is all that it holds; else
/// one is made. `patched` are the folders of the spare that the site was made of.
fn publish(
    staging: Staging,
    (former, patched): (Option<Manifest>, Option<Manifest>),
    written: &Written,
    (target, memo, spares): (&Path, &Memo, &Spares<'_>),
    run: &Run,
) -> Result<(Manifest, Option<Spare>), Error> {
    let mut made = None;
    if former.is_none() && memo.store().is_some() {
        let paths = written.digests.keys().map(String::as_str).collect();
        made = spares.mirror((staging.folder(), paths), run)?;
    }
    // Held until the site stands that it is of.
    let (mut next, _lock) = made.unzip();
    let name = former.as_ref().and_then(|_| spares.name().ok());
    let is_kept = staging.publish(name.as_deref().map(|name| spares.path(name)).as_deref())?;
    let Some((former, name)) = former.zip(name).filter(|_| is_kept) else {
        return Ok((Manifest::of(target, &written.digests, run)?, next));
    };
    let differing = written.differing(former.files());
    let (files, folders) = former.into_parts();
    next = Some(Spare { name, differing, folders });
    let manifest = match patched {
        Some(folders) => {
            let former = files.with_folders(folders);
            former.patched(target, (&written.digests, &written.touched))?
        }
        None => Manifest::of(target, &written.digests, run)?,
    };
    Ok((manifest, next))
}

/// The clouds of the topics.
pub(crate) fn draw_clouds(
    results: &Results,
    config: &Config,
    (memo, trace): (&Memo, &mut Trace),
    run: &Run,
) -> Result<Vec<Clouds>, Error> {
    trace.stage("clouds", run, |stage| {
        let (words, settings) = output::cloud_inputs(results, &config.site);
        stage.input("topics", words);
        stage.input("settings", settings);
        let clouds = output::clouds(results, &config.site, (memo, run))?;
        let digests: Vec<Digest> = clouds.iter().map(|clouds| clouds.digest).collect();
        stage.output = Some(Digest::of_value(&digests));
        stage.items = clouds.len() as u64;
        Ok::<_, Error>(clouds.into_iter().map(|clouds| stage.take(clouds)).collect())
    })
}

/// Writes every file of the site but the report to `folder`; returns how many.
pub(crate) fn write_files<'a>(
    (results, fitted, clouds): (&'a Results, &'a Fitted, &'a [Clouds]),
    (prepared, documents, config, renderer): (&'a Prepared, Digest, &'a Config, &'a Renderer),
    made: output::MadeFrom<'a, '_>,
    (folder, memo, trace): (&Folder<'_>, &'a Memo, &mut Trace),
    run: &Run,
) -> Result<usize, Error> {
    trace.stage("write", run, |stage| {
        stage.input("documents", documents);
        let names = results.topics.iter().map(|topic| (&topic.slug, &topic.title));
        let names: Vec<_> = names.collect();
        stage.input("topics", Digest::of_value(&(tasks::digest_of_fit(&fitted.fit), names)));
        stage.input("weights", tasks::digest_of(fitted.x.view()));
        stage.input("settings", output::site_settings(results, &config.site));
        let data = || output::write_data(results, fitted, prepared, folder);
        let inputs = output::Inputs {
            x: fitted.x.view(),
            components: fitted.fit.nmf.components(),
            prepared,
            config,
            renderer,
            memo,
        };
        let files = output::write_site((results, clouds), inputs, (folder, &data), made, run)?;
        stage.output = Some(folder.digest());
        stage.items = files as u64;
        let n_kept = folder.n_kept();
        stage.count(n_kept as u64, (files - n_kept) as u64);
        Ok::<_, Error>(files)
    })
}

/// The report of a build that found the site of the former one standing, which it is put into.
fn again(
    former: Option<&Former>,
    trace: &Trace,
    prepared: Option<&Prepared>,
    (staging, run): (&Staging, &Run),
) -> Result<Report, Error> {
    let target = staging.target();
    let former = former.and_then(Former::report).ok_or_else(|| Error::NoReport {
        path: target.to_owned(),
        why: "the cache has none".to_owned(),
    })?;
    let report = former.again(trace, prepared, run);
    let written = staging.folder().join("report.json");
    put_report(&report.to_json()?, &written, &target.join(REPORT))?;
    Ok(report)
}

/// Writes the report to `beside` and puts it at `path` in one step: others may be reading what is there,
/// and it may be a further link to what somebody keeps.
fn put_report(json: &[u8], beside: &Path, path: &Path) -> Result<(), Error> {
    fs::write(beside, json)
        .and_then(|()| fs::rename(beside, path))
        .map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// An error that is neither the user's fault nor their wish is told with the stage it came from, and
/// how to run that alone; not one of a disk that is full, which that does not help, nor one of reading,
/// which names its source.
pub(crate) fn in_stage(error: Error, trace: &Trace, out: &Path) -> Error {
    let is_plain = error.is_usage()
        || error.refusal().is_some()
        || matches!(error, Error::Jobs(jobs::Error::Cancelled));
    match trace.failed() {
        Some(failed) if !is_plain && !failed.inputs.is_empty() && failed.stage != "read" => {
            let input = |(name, digest): &(_, Digest)| format!("{name} {}", &digest.to_hex()[..12]);
            let inputs: Vec<String> = failed.inputs.iter().map(input).collect();
            let source = Box::new(error);
            let out = out.to_owned();
            Error::Stage { stage: failed.stage, inputs: inputs.join(", "), out, source }
        }
        _ => error,
    }
}
