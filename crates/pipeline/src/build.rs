//! The whole way from sources to a site.

use std::path::Path;

use jobs::{Run, Trace};
use learn::{Fit, NmfConfig, Occurrence, TfIdf, TfIdfConfig, diversity, npmi};
use sprs::{CsMatI, CsMatViewI};
use text::{AnalyzerConfig, CountConfig, Counts, DocFreq};

use crate::config::{Config, TopicCount, Weight};
use crate::model::Model;
use crate::names::Names;
use crate::output;
use crate::prepare::{LOCK_FILE, Options, Prepared, prepare};
use crate::publish::{Overwrite, Staging};
use crate::related::{Related, related};
use crate::report::Report;
use crate::results::{Quality, Results};
use crate::{Error, Source, tags, topics};

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
    let staging = Staging::begin(out, overwrite)?;
    let mut trace = Trace::default();
    let (results, prepared, fitted) = find_topics(config, options, &mut trace, run)?;
    let clouds = trace.stage("clouds", run, |stage| {
        let clouds = output::clouds(&results, config.site.cloud_words, run)?;
        stage.items = clouds.len() as u64;
        Ok::<_, Error>(clouds)
    })?;
    let files = trace.stage("write", run, |stage| {
        let root = staging.folder();
        // The data files keep one thread busy while another renders pages.
        let data = || write_data(&results, &fitted, &prepared, root);
        let inputs = output::Inputs {
            x: fitted.x.view(),
            components: fitted.fit.nmf.components(),
            prepared: &prepared,
            config,
            renderer: &renderer,
        };
        let files = output::write_site(&results, &clouds, inputs, (root, &data), run)?;
        stage.items = files as u64;
        Ok::<_, Error>(files)
    })?;
    let report = Report::new(&trace, &prepared, run).with_results(&results, files + 1);
    output::write(staging.folder(), "data/report.json", &report.to_json()?)?;
    staging.publish()?;
    Ok(report)
}

/// Refuses an output folder that holds a source: a new site takes the place of all that is in it.
fn check_sources_survive(config: &Config, out: &Path) -> Result<(), Error> {
    let Ok(folder) = out.canonicalize() else { return Ok(()) };
    for source in &config.sources {
        if let Source::Path(path) = Source::parse(source)?
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
    let prepared = trace.stage("read", run, |stage| {
        let prepared = prepare(config, options, run)?;
        prepared.check_topics_can_be_found()?;
        stage.items = prepared.documents.len() as u64;
        stage.cached = prepared.requests == 0 && config.sources.iter().all(|s| s.contains("://"));
        Ok::<_, Error>(prepared)
    })?;
    let counts = trace.stage("count", run, |stage| {
        let settings = count_config(config, prepared.documents.len());
        let counts = text::count(&prepared.texts(), &settings, run)?;
        let counts =
            if config.text.max_df.is_some() { counts } else { without_common(counts, config) };
        stage.items = counts.vocabulary.len() as u64;
        Ok::<_, Error>(counts)
    })?;
    let (tfidf, x) = trace.stage("weigh", run, |stage| {
        let tfidf = weights(config).fit(counts.matrix.view());
        let x = tfidf.transform(counts.matrix.view());
        stage.items = x.nnz() as u64;
        Ok::<_, Error>((tfidf, x))
    })?;
    let fit = trace.stage("topics", run, |stage| {
        let fit = nmf_config(config, &x).fit(x.view(), run)?;
        stage.items = fit.doc_topics.ncols() as u64;
        Ok::<_, Error>(fit)
    })?;
    let quality = trace.stage("quality", run, |stage| {
        stage.items = fit.doc_topics.ncols() as u64;
        quality(&fit, x.view(), config, run)
    })?;
    let related = trace.stage("related", run, |stage| {
        let related = related(x.view(), config.site.related, run)?;
        stage.items = related.iter().map(Vec::len).sum::<usize>() as u64;
        Ok::<_, Error>(related)
    })?;
    let fitted = Fitted { tfidf, x, fit };
    let results = results(config, &prepared, (counts, &fitted), (quality, related), run)?;
    Ok((results, prepared, fitted))
}

fn results(
    config: &Config,
    prepared: &Prepared,
    (counts, fitted): (Counts, &Fitted),
    (quality, related): (Quality, Vec<Vec<Related>>),
    run: &Run,
) -> Result<Results, Error> {
    let (fit, x) = (&fitted.fit, fitted.x.view());
    let mut names = Names::default();
    let documents = prepared.documents.clone();
    let slugs = documents.iter().map(|d| names.give(&d.title, &d.id, "document")).collect();
    let (tags, doc_tags) = tags::tags(&documents);
    Ok(Results {
        title: title(config, prepared)?,
        base_url: config.base_url.clone(),
        language: config.language.clone(),
        seed: config.seed,
        topics: topics::describe(fit, x, &counts.vocabulary, prepared, run)?,
        doc_topics: topics::of_documents(&fit.doc_topics, x),
        documents,
        slugs,
        vocabulary: counts.vocabulary,
        related,
        tags,
        doc_tags,
        loss: fit.loss,
        quality,
    })
}

/// The title that was asked for, else that of the recipe, else the name of the first source.
fn title(config: &Config, prepared: &Prepared) -> Result<String, Error> {
    match (config.title.as_ref().or(prepared.title.as_ref()), config.sources.first()) {
        (Some(title), _) => Ok(title.clone()),
        (None, Some(source)) => Ok(Source::parse(source)?.name()),
        (None, None) => Err(Error::NoSources),
    }
}

fn count_config(config: &Config, n_docs: usize) -> CountConfig {
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
            language: Some(config.language.clone()),
            stop_words: config.text.stop_words.iter().map(|word| word.to_lowercase()).collect(),
        },
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

fn nmf_config(config: &Config, x: &CsMatI<f32, u32, usize>) -> NmfConfig {
    let n_topics = match config.k {
        TopicCount::Auto => learn::suggest_n_topics(x.rows(), x.cols()),
        TopicCount::Exactly(k) => k,
    };
    NmfConfig {
        n_topics,
        seed: config.seed,
        max_iter: config.topics.max_iter,
        tol: config.topics.tol,
    }
}

/// Coherence and diversity of the topics, and the coherence of topics fitted on every other document,
/// judged on those between. Of many documents an even sample is halved.
fn quality(
    fit: &Fit,
    x: CsMatViewI<'_, f32, u32, usize>,
    config: &Config,
    run: &Run,
) -> Result<Quality, Error> {
    let words = topics::top_words(&fit.nmf);
    let stride = 2 * x.rows().div_ceil(QUALITY_DOCS).max(1);
    let (even, odd) = (every(stride, 0, x), every(stride, stride / 2, x));
    let k = fit.nmf.components().nrows();
    let can_be_halved = k <= even.rows().min(even.cols()) && even.nnz() > 0;
    let npmi_held_out = if can_be_halved {
        // The words of the topics stand long before their last decimals.
        let tol = config.topics.tol.max(HELD_OUT_TOL);
        let config = NmfConfig { n_topics: k, tol, ..nmf_config(config, &even) };
        let half = config.fit(even.view(), run)?;
        npmi(&topics::top_words(&half.nmf), &Occurrence::of(odd.view()))
    } else {
        None
    };
    Ok(Quality {
        npmi: npmi(&words, &Occurrence::of(x)),
        npmi_held_out,
        diversity: diversity(&words),
    })
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
    root: &Path,
) -> Result<usize, Error> {
    output::write(root, "data/topics.json", &output::topics_json(results)?)?;
    output::write(root, "data/documents.jsonl", &output::documents_jsonl(results)?)?;
    output::write_results_db(results, &root.join("data/results.db"))?;
    output::write(root, "data/model.topicmill", &model(results, fitted, prepared).to_bytes()?)?;
    if let Some(lock) = &prepared.lock {
        output::write(root, LOCK_FILE, lock.as_bytes())?;
    }
    Ok(4 + usize::from(prepared.lock.is_some()))
}

/// The model that places new documents in the topics of `results`.
pub(crate) fn model(results: &Results, fitted: &Fitted, prepared: &Prepared) -> Model {
    Model {
        vocabulary: results.vocabulary.clone(),
        tfidf: fitted.tfidf.clone(),
        nmf: fitted.fit.nmf.clone(),
        weights: prepared.weights,
        titles: results.topics.iter().map(|topic| topic.title.clone()).collect(),
    }
}
