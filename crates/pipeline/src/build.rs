//! The whole way from sources to a site.

use std::fs;
use std::path::Path;

use jobs::{Digest, Made, Memo, Plain, Run, Stage, Trace};
use learn::{Fit, Nmf, NmfConfig, Occurrence, TfIdf, TfIdfConfig, WordsConfig, diversity, npmi};
use site::Renderer;
use sprs::{CsMatI, CsMatViewI};
use text::{
    AnalyzerConfig, CountConfig, Counter, Counts, DocFreq, PhraseConfig, ShardCounts, Stops, Text,
};

use crate::arrange::{Given, arrange};
use crate::config::{Config, TopicCount, Weight};
use crate::former::{self, Former};
use crate::keep::Kept;
use crate::manifest::Manifest;
use crate::model::{Model, TopicName};
use crate::names::Names;
use crate::output::{self, Clouds, Folder};
use crate::prepare::{LOCK_FILE, Options, Prepared, prepare};
use crate::publish::{Overwrite, Staging};
use crate::related::{Related, related};
use crate::report::Report;
use crate::results::{Quality, Results};
use crate::shards::shards;
use crate::step_inputs::StepInputs;
use crate::topics::Topic;
use crate::{Error, Source, number, set_aside, tags, tasks, topics};

/// Below this many documents a term counts from the first that it occurs in.
const FEW_DOCUMENTS: usize = 20;
/// And below this from the second: a pair of documents in the same odd words is no topic.
const SOME_DOCUMENTS: usize = 100;
/// The limits of the share of documents in which a term may occur.
const MIN_MAX_DF: f64 = 0.25;
const MAX_MAX_DF: f64 = 0.5;
/// Common words are not more than this share of all terms in running text.
const COMMON_SHARE: f64 = 0.02;
/// Documents that the coherence on documents left out is judged by, at most: more take longer and
/// change a figure that is read to two decimals by less than that.
const QUALITY_DOCS: usize = 8192;
/// Where the fit that is only judged by its words may end.
const HELD_OUT_TOL: f64 = 1e-4;

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
    let folder = Folder::new(staging.folder(), &target, standing);
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
    Former { sources, documents: all, manifest, report: json }.keep(memo, &target, run);
    Ok(report)
}

/// The stages between the documents and the clouds: topics found, or kept.
pub(crate) fn place_documents(
    prepared: &Prepared,
    config: &Config,
    (target, memo, trace): (&Path, &Memo, &mut Trace),
    run: &Run,
) -> Result<(Results, Fitted), Error> {
    if config.keep_topics {
        keep_topics_in(prepared, config, (target, memo, trace), run)
    } else {
        find_topics_in(prepared, config, (memo, trace), run)
    }
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
        let data = || write_data(results, fitted, prepared, folder);
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

/// What a fit leaves besides the results that are shown.
pub(crate) struct Fitted {
    pub(crate) tfidf: TfIdf,
    /// CSR, (n_docs, n_terms): the weights.
    pub(crate) x: CsMatI<f32, u32, usize>,
    pub(crate) fit: Fit,
}

/// The stages from the sources to the topics.
pub(crate) fn find_topics(
    config: &Config,
    options: &Options,
    trace: &mut Trace,
    run: &Run,
) -> Result<(Results, Prepared, Fitted), Error> {
    config.check()?;
    let memo = options.memo(run);
    let (prepared, _) = read(config, options, trace, run)?;
    let (results, fitted) = find_topics_in(&prepared, config, (&memo, trace), run)?;
    Ok((results, prepared, fitted))
}

/// The documents, and the digest of them.
pub(crate) fn read(
    config: &Config,
    options: &Options,
    trace: &mut Trace,
    run: &Run,
) -> Result<(Prepared, Digest), Error> {
    trace.stage("read", run, |stage| {
        let mut prepared = prepare(config, options, run)?;
        prepared.check_topics_can_be_found()?;
        prepared.repeats = set_aside::find(&prepared, config, run)?;
        stage.items = prepared.documents.len() as u64;
        stage.cached =
            prepared.requests == 0 && config.sources.iter().all(|s| s.from.contains("://"));
        let documents = former::digest_of_documents(&prepared, run)?;
        stage.output = Some(documents);
        Ok((prepared, documents))
    })
}

/// The stages from the documents to the topics.
pub(crate) fn find_topics_in(
    prepared: &Prepared,
    config: &Config,
    (memo, trace): (&Memo, &mut Trace),
    run: &Run,
) -> Result<(Results, Fitted), Error> {
    let counts = trace.stage("count", run, |stage| {
        let mut settings = count_config(config, prepared.documents.len());
        settings.analyzer.stop_words.extend_from_slice(prepared.repeats.words());
        let texts = set_aside::own_texts(prepared);
        let counts = count(&texts, &settings, (memo, stage), run)?;
        let counts =
            if config.text.max_df.is_some() { counts } else { without_common(counts, config) };
        stage.items = counts.vocabulary.len() as u64;
        Ok::<_, Error>(counts)
    })?;
    let (tfidf, x, weights) = trace.stage("weigh", run, |stage| {
        let settings = weights(config);
        stage.input("counts", tasks::digest_of_counts(&counts));
        stage.input("settings", Digest::of_value(&format!("{settings:?}")));
        let tfidf = settings.fit(counts.matrix.view());
        let x = tfidf.transform(counts.matrix.view());
        let weights = tasks::digest_of(x.view());
        stage.output = Some(weights);
        stage.items = x.nnz() as u64;
        Ok::<_, Error>((tfidf, x, weights))
    })?;
    let (n_topics, number) = match config.k {
        TopicCount::Exactly(k) => (k, None),
        TopicCount::Auto => {
            let number = trace.stage("number", run, |stage| {
                stage.input("weights", weights);
                stage.input("seed", Digest::of_value(&config.seed));
                let number =
                    memo.get_or_run(&tasks::NUMBER, &(weights, config.seed), run, || {
                        number::choose(x.view(), config.seed, run)
                    })?;
                stage.output = Some(number.digest);
                let number = stage.take(number);
                stage.items = number.curve.len() as u64;
                Ok::<_, Error>(number)
            })?;
            (number.k, Some(number))
        }
    };
    let settings = nmf_config(config, n_topics);
    let (fit, topics) = trace.stage("topics", run, |stage| {
        let down_weighted = set_aside::down_weighted(&x, &prepared.repeats);
        let x = down_weighted.as_ref().unwrap_or(&x);
        let weights = tasks::digest_of(x.view());
        let input = (weights, format!("{settings:?}"));
        stage.input("weights", weights);
        stage.input("settings", Digest::of_value(&input.1));
        let fit = memo.get_or_run_as((&tasks::TOPICS, tasks::FIT), &input, run, || {
            Ok::<_, Error>(settings.fit(x.view(), run)?)
        })?;
        let topics = fit.digest;
        stage.output = Some(topics);
        let fit = stage.take(fit);
        stage.items = fit.doc_topics.ncols() as u64;
        Ok::<_, Error>((fit, topics))
    })?;
    let is_arranged = config.labels.is_some() || config.previous.is_some();
    let (fit, given) = arrange(fit, x.view(), &counts.vocabulary, config, run)?;
    let topics = if is_arranged { tasks::digest_of_fit(&fit) } else { topics };
    let (words, quality) = trace.stage("quality", run, |stage| {
        stage.items = fit.doc_topics.ncols() as u64;
        stage.input("weights", weights);
        stage.input("topics", topics);
        let input = (weights, topics, format!("{settings:?}"));
        let quality = memo
            .get_or_run(&tasks::QUALITY, &input, run, || quality(&fit, x.view(), &settings, run))?;
        stage.output = Some(quality.digest);
        Ok::<_, Error>(stage.take(quality))
    })?;
    let related = trace.stage("related", run, |stage| {
        let limit = config.site.related;
        stage.input("weights", weights);
        stage.input("settings", Digest::of_value(&limit));
        let related = memo.get_or_run(&tasks::RELATED, &(weights, limit), run, || {
            related(x.view(), limit, run)
        })?;
        stage.output = Some(related.digest);
        let related = stage.take(related);
        stage.items = related.iter().map(Vec::len).sum::<usize>() as u64;
        Ok::<_, Error>(related)
    })?;
    let fitted = Fitted { tfidf, x, fit };
    let judged = (words, quality, related);
    let results = results(config, prepared, (counts, &fitted, given), judged, run)?;
    Ok((Results { number, ..results }, fitted))
}

/// The stages from the documents to their places in the topics that stand.
pub(crate) fn keep_topics_in(
    prepared: &Prepared,
    config: &Config,
    (target, memo, trace): (&Path, &Memo, &mut Trace),
    run: &Run,
) -> Result<(Results, Fitted), Error> {
    let kept = Kept::place(target, (prepared, config), (memo, trace), run)?;
    let Kept { counts, fitted, words, quality, given } = kept;
    let related = trace.stage("related", run, |stage| {
        let limit = config.site.related;
        stage.input("weights", tasks::digest_of(fitted.x.view()));
        stage.input("settings", Digest::of_value(&limit));
        let related = related(fitted.x.view(), limit, run)?;
        stage.output = Some(Digest::of_value(&Plain(&related)));
        stage.items = related.iter().map(Vec::len).sum::<usize>() as u64;
        Ok::<_, Error>(related)
    })?;
    let judged = (words, quality, related);
    Ok((results(config, prepared, (counts, &fitted, given), judged, run)?, fitted))
}

/// Counts shard by shard; a shard that was counted before is not counted again.
fn count(
    texts: &[Text<'_>],
    settings: &CountConfig,
    (memo, stage): (&Memo, &mut Stage),
    run: &Run,
) -> Result<Counts, Error> {
    let counter = Counter::new(settings)?;
    let shards = shards(texts);
    let analyzer = format!("{:?} {}", settings.analyzer, settings.phrases.is_some());
    stage
        .input("documents", Digest::of_value(&shards.iter().map(|s| s.digest).collect::<Vec<_>>()));
    stage.input("settings", Digest::of_value(&format!("{settings:?}")));
    run.progress().expected(texts.len() as u64);
    let counted = run.map(shards, |shard| {
        let input = (shard.digest, analyzer.as_str());
        let counted = memo.get_or_run_as((&tasks::COUNT, tasks::COUNTS), &input, run, || {
            Ok::<_, Error>(counter.count_shard(shard.docs)?)
        });
        run.progress().advanced(shard.docs.len() as u64);
        counted
    })?;
    let made: Vec<Made<ShardCounts>> = counted.into_iter().collect::<Result<_, _>>()?;
    stage.output = Some(Digest::of_value(&made.iter().map(|made| made.digest).collect::<Vec<_>>()));
    let shards: Vec<ShardCounts> = made.into_iter().map(|made| stage.take(made)).collect();
    Ok(counter.merge(&shards, run)?)
}

fn results(
    config: &Config,
    prepared: &Prepared,
    (counts, fitted, given): (Counts, &Fitted, Given),
    (words, quality, related): (Vec<Vec<usize>>, Quality, Vec<Vec<Related>>),
    run: &Run,
) -> Result<Results, Error> {
    let (fit, x) = (&fitted.fit, fitted.x.view());
    let mut names = Names::default();
    let shown =
        |(document, origin): (&corpus::Document, &usize)| config.sources[*origin].shown(document);
    let documents: Vec<corpus::Document> =
        prepared.documents.iter().zip(&prepared.origins).map(shown).collect();
    let slugs = documents.iter().map(|d| names.give(&d.title, &d.id, "document")).collect();
    let (tags, doc_tags) = tags::tags(&documents);
    Ok(Results {
        title: title(config, prepared)?,
        base_url: config.base_url.clone(),
        language: config.language.clone(),
        seed: config.seed,
        topics: topics::describe((fit, &words, &given), x, &counts.vocabulary, prepared, run)?,
        doc_topics: topics::of_documents(&fit.doc_topics, x),
        documents,
        slugs,
        vocabulary: counts.vocabulary,
        related,
        tags,
        doc_tags,
        loss: fit.loss,
        quality,
        number: None,
        next_topic_id: given.next_id,
        previous: given.previous,
    })
}

/// The title that was asked for, else that of the recipe, else the name of the first source.
fn title(config: &Config, prepared: &Prepared) -> Result<String, Error> {
    match (config.title.as_ref().or(prepared.title.as_ref()), config.sources.first()) {
        (Some(title), _) => Ok(title.clone()),
        (None, Some(source)) => Ok(Source::parse(&source.from)?.name()),
        (None, None) => Err(Error::NoSources),
    }
}

pub(crate) fn count_config(config: &Config, n_docs: usize) -> CountConfig {
    let min_df = match n_docs {
        0..FEW_DOCUMENTS => 1,
        FEW_DOCUMENTS..SOME_DOCUMENTS => 2,
        _ => 3,
    };
    CountConfig {
        min_df: config.text.min_df.map_or(DocFreq::Count(min_df), |df| df.0),
        max_df: config.text.max_df.map_or(DocFreq::Share(1.0), |df| df.0),
        max_terms: config.text.max_terms,
        analyzer: AnalyzerConfig {
            stops: Stops::OwnAnd(config.language.clone()),
            stop_words: config.text.stop_words.iter().map(|word| word.to_lowercase()).collect(),
            ..AnalyzerConfig::readable()
        },
        phrases: config.text.phrases.then(PhraseConfig::default),
        ..CountConfig::readable()
    }
}

/// Drops what occurs in two and a half times the documents of an average topic: a word in every
/// third of the talks of ten topics is about none of them. Of few documents half are soon reached by a
/// word that says something, so that there nothing is dropped.
fn without_common(counts: Counts, config: &Config) -> Counts {
    let n_docs = counts.matrix.rows();
    if n_docs < FEW_DOCUMENTS {
        return counts;
    }
    let k = match config.k {
        TopicCount::Auto => learn::suggest_n_topics(n_docs, counts.matrix.cols()),
        TopicCount::Exactly(k) => k,
    };
    // In running text such words are a handful. Where they are many, the documents are of another
    // kind, all on a few subjects, say, and these words are their subjects.
    let handful = COMMON_SHARE * counts.vocabulary.len() as f64;
    let max_df = [(2.5 / k as f64).clamp(MIN_MAX_DF, MAX_MAX_DF), MAX_MAX_DF];
    match max_df.into_iter().find(|&max_df| counts.n_common(max_df) as f64 <= handful) {
        Some(max_df) => counts.without_common(max_df),
        None => counts,
    }
}

fn weights(config: &Config) -> TfIdfConfig {
    match config.topics.weight {
        Weight::Tfidf => TfIdfConfig::tf_idf(),
        Weight::Sublinear => TfIdfConfig::sublinear(),
        Weight::Bm25 => TfIdfConfig::bm25(),
        Weight::LogEntropy => TfIdfConfig::log_entropy(),
    }
}

fn nmf_config(config: &Config, n_topics: usize) -> NmfConfig {
    NmfConfig {
        seed: config.seed,
        max_iter: config.topics.max_iter,
        tol: config.topics.tol,
        ..NmfConfig::new(n_topics)
    }
}

/// The words of the topics, their coherence and diversity, and the coherence of topics fitted on every other document,
/// judged on those between. Of many documents an even sample is halved.
pub(crate) fn quality(
    fit: &Fit,
    x: CsMatViewI<'_, f32, u32, usize>,
    settings: &NmfConfig,
    run: &Run,
) -> Result<(Vec<Vec<usize>>, Quality), Error> {
    let words = |nmf: &Nmf, occurrence: &Occurrence| {
        WordsConfig::default().choose(nmf.components(), occurrence, run)
    };
    let occurrence = Occurrence::of(x);
    let chosen = words(&fit.nmf, &occurrence)?;
    let stride = 2 * x.rows().div_ceil(QUALITY_DOCS).max(1);
    let (even, odd) = (every(stride, 0, x), every(stride, stride / 2, x));
    let k = fit.nmf.components().nrows();
    let can_be_halved = k <= even.rows().min(even.cols()) && even.nnz() > 0;
    let npmi_held_out = if can_be_halved {
        // The words of the topics stand long before their last decimals.
        let tol = settings.tol.max(HELD_OUT_TOL);
        let half_settings = NmfConfig { n_topics: k, tol, ..settings.clone() };
        let half = half_settings.fit(even.view(), run)?;
        npmi(&words(&half.nmf, &Occurrence::of(even.view()))?, &Occurrence::of(odd.view()))
    } else {
        None
    };
    let quality =
        Quality { npmi: npmi(&chosen, &occurrence), npmi_held_out, diversity: diversity(&chosen) };
    Ok((chosen, quality))
}

/// Rows `first`, `first + stride`, `first + 2 · stride` and so on.
fn every(
    stride: usize,
    first: usize,
    x: CsMatViewI<'_, f32, u32, usize>,
) -> CsMatI<f32, u32, usize> {
    let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
    for row in x.outer_iterator().skip(first).step_by(stride) {
        indices.extend_from_slice(row.indices());
        data.extend_from_slice(row.data());
        indptr.push(indices.len());
    }
    CsMatI::new((indptr.len() - 1, x.cols()), indptr, indices, data)
}

/// Writes the files below `data/` but the report; returns how many.
fn write_data(
    results: &Results,
    fitted: &Fitted,
    prepared: &Prepared,
    folder: &Folder<'_>,
) -> Result<usize, Error> {
    folder.write("data/topics.json", &output::topics_json(results)?)?;
    folder.write("data/documents.jsonl", &output::documents_jsonl(results)?)?;
    folder.write("data/topics.csv", &output::topics_csv(results)?)?;
    folder.write("data/documents.csv", &output::documents_csv(results)?)?;
    output::write_results_db(results, &folder.join("data/results.db"))?;
    folder.adopt("data/results.db")?;
    folder.write("data/model.topicmill", &model(results, fitted, prepared).to_bytes()?)?;
    if let Some(lock) = &prepared.lock {
        folder.write(LOCK_FILE, lock.as_bytes())?;
    }
    Ok(6 + usize::from(prepared.lock.is_some()))
}

/// The model that places new documents in the topics of `results`.
pub(crate) fn model(results: &Results, fitted: &Fitted, prepared: &Prepared) -> Model {
    let name = |topic: &Topic| TopicName {
        id: topic.id,
        slug: topic.slug.clone(),
        title: topic.title.clone(),
    };
    Model {
        vocabulary: results.vocabulary.clone(),
        tfidf: fitted.tfidf.clone(),
        nmf: fitted.fit.nmf.clone(),
        weights: prepared.weights,
        names: results.topics.iter().map(name).collect(),
        next_id: results.next_topic_id,
    }
}
