//! Documents alone, topics alone, and new documents placed in topics that stand.

use corpus::{Document, Ids};
use jobs::{Run, Trace};
use serde::Serialize;
use text::Text;

use crate::config::Config;
use crate::model::Model;
use crate::output::model;
use crate::read::prepare::{Options, Prepared, prepare, read_sources};
use crate::read::set_aside::{TITLE, without_names};
use crate::report::Report;
use crate::results::Results;
use crate::stages::find_topics;
use crate::topics::describe::of_documents;
use crate::{Error, large, output};

/// Reads the sources of `config` and nothing more. Of each text there is what its source publishes.
///
/// # Errors
/// Those of the sources.
pub fn documents(
    config: &Config,
    options: &Options,
    run: &Run,
) -> Result<(Vec<Document>, Report), Error> {
    let mut documents = Vec::new();
    let report = documents_each(config, options, run, &mut |document| {
        documents.push(document);
        Ok(())
    })?;
    Ok((documents, report))
}

/// As [`documents`], for more documents than memory should hold: each is handed to `take`, in their order,
/// while others are still being read.
///
/// Memory: a batch of documents, and the addresses of pages.
///
/// # Errors
/// Those of the sources and of `take`.
pub fn documents_each(
    config: &Config,
    options: &Options,
    run: &Run,
    take: &mut dyn FnMut(Document) -> Result<(), Error>,
) -> Result<Report, Error> {
    let mut trace = Trace::default();
    let memo = options.quiet_memo();
    let (mut ids, mut n_docs) = (Ids::default(), 0);
    let prepared = trace.stage("read", run, |stage| {
        let mut take = |prepared: &mut Prepared| {
            prepared.exclude(&config.exclude);
            prepared.make_ready(&mut ids);
            prepared.detect_languages(config, &memo, run)?;
            n_docs += prepared.documents.len();
            let origins = std::mem::take(&mut prepared.origins);
            for (document, origin) in prepared.documents.drain(..).zip(origins) {
                take(config.sources[origin].shown(document))?;
            }
            Ok(())
        };
        let prepared = read_sources(config, options, &mut take, run)?;
        prepared.warn_of_exclude(&config.exclude, run);
        stage.items = n_docs as u64;
        Ok::<_, Error>(prepared)
    })?;
    if n_docs == 0 {
        return Err(prepared.too_few(1));
    }
    let mut report = Report::new(&trace, &prepared, run);
    report.documents.kept = n_docs;
    Ok(report)
}

/// The topics of a corpus, without a site.
#[derive(Debug)]
pub struct FoundTopics {
    /// All that was found out.
    pub results: Results,
    /// What places new documents in the topics.
    pub model: Model,
    /// What the run did.
    pub report: Report,
}

impl FoundTopics {
    /// The content of `topics.json`.
    ///
    /// # Errors
    /// None with finite numbers, which is what results hold.
    pub fn to_json(&self) -> Result<Vec<u8>, Error> {
        Ok(output::topics_json(&self.results)?)
    }
}

/// Reads the sources of `config` and finds their topics.
///
/// Where the run has a limit of memory, and the documents with all that is made of them would not fit,
/// they are counted and learned from disk: topics, terms and shares are those of all documents; what else is
/// told of them is told by an even sample.
///
/// # Errors
/// Those of the sources, of counting and of the factorisation.
pub fn topics(config: &Config, options: &Options, run: &Run) -> Result<FoundTopics, Error> {
    if let Some(memory) = run.memory() {
        return large::topics(config, options, memory, run);
    }
    let mut trace = Trace::default();
    let (results, prepared, fitted) = find_topics(config, options, &mut trace, run)?;
    let report = Report::new(&trace, &prepared, run).with_results(&results, (0, 0));
    let model = model(&results, &fitted, &prepared);
    Ok(FoundTopics { results, model, report })
}

/// A document and its topics.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inferred {
    /// The document's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its topics by falling share, those of a twentieth or more.
    pub topics: Vec<InferredTopic>,
    /// How sure it is that none of the topics fits: the part of the model's own documents that its
    /// topics explain better, 0 to 1. Nothing with a model that was made before this was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub none: Option<f64>,
}

/// A topic's part of a document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InferredTopic {
    /// The topic's number.
    pub id: usize,
    /// Its title.
    pub title: String,
    /// Its share of the document, 0 to 1.
    pub weight: f64,
}

/// Places the documents of `config`'s sources in the topics of `model`. A document is placed the
/// same alone and among others.
///
/// # Errors
/// Those of the sources.
pub fn infer(
    model: &Model,
    config: &Config,
    options: &Options,
    run: &Run,
) -> Result<(Vec<Inferred>, Report), Error> {
    let mut trace = Trace::default();
    let mut prepared = read(config, options, &mut trace, run)?;
    prepared.weights = model.weights;
    let inferred = trace.stage("infer", run, |stage| {
        stage.items = prepared.documents.len() as u64;
        place(model, &prepared, run)
    })?;
    Ok((inferred, Report::new(&trace, &prepared, run)))
}

fn read(
    config: &Config,
    options: &Options,
    trace: &mut Trace,
    run: &Run,
) -> Result<Prepared, Error> {
    trace.stage("read", run, |stage| {
        let prepared = prepare(config, options, run)?;
        prepared.check_not_empty()?;
        stage.items = prepared.documents.len() as u64;
        Ok(prepared)
    })
}

fn place(model: &Model, prepared: &Prepared, run: &Run) -> Result<Vec<Inferred>, Error> {
    let documents = &prepared.documents;
    let texts = prepared.texts();
    let own = texts
        .iter()
        .zip(documents)
        .map(|(text, document)| without_names(model.passages.without(text, Some(TITLE)), document));
    let texts: Vec<Text<'_>> = own.collect();
    let counts = text::count_known(&texts, &model.vocabulary, run)?;
    let x = model.weighing.transform(counts.view(), run)?;
    let w = model.nmf.transform(x.view(), run)?;
    let explained = model.nmf.explained(x.view(), w.view(), run)?;
    let doc_topics = of_documents(w.view(), x.view(), run)?.into_iter().zip(explained);
    let inferred = documents.iter().zip(doc_topics).map(|(document, (topics, share))| Inferred {
        id: document.id.clone(),
        title: document.title.clone(),
        topics: topics
            .into_iter()
            .map(|topic| InferredTopic {
                id: model.names[topic.index].id,
                title: model.names[topic.index].title.clone(),
                weight: (topic.weight * 1e4).round() / 1e4,
            })
            .collect(),
        none: model.explained.none(share).map(|none| (none * 1e4).round() / 1e4),
    });
    Ok(inferred.collect())
}
