//! Topics of more documents than fit into memory: counted, weighed and learned from disk.

mod documents;
mod places;

use std::collections::{BTreeSet, HashSet};

use jobs::{Memo, Run, Trace};
use learn::{Fit, MatrixSpill, SpilledMatrix, Weighing};
use ndarray::Array2;
use sprs::CsMatI;
use text::{CountConfig, Counter, SpilledShards, Vocabulary};

use crate::config::settings::{
    count_config, guide, nmf_config, weighing_spilled, without_common_spilled,
};
use crate::config::{Config, TopicCount};
use crate::infer::FoundTopics;
use crate::model::Told;
use crate::read::prepare::{Options, Prepared, read_sources};
use crate::read::set_aside;
use crate::report::Report;
use crate::results::Results;
use crate::stages::{Findings, Fitted, Shown, find_topics_in};
use crate::topics::arrange::{Given, arrange};
use crate::topics::explained::Explained;
use crate::topics::number;
use crate::topics::number::TopicNumber;
use crate::topics::parts::parts;
use crate::topics::quality::quality;
use crate::{Error, output};

use self::documents::{Documents, with_documents};
use self::places::Places;

/// Memory that a corpus takes whose topics are found in memory, for each byte of its texts.
const MEMORY_PER_BYTE: u64 = 10;
/// Documents of the sample, at most; of long ones fewer.
const SAMPLE_DOCS: u64 = 8192;
/// And at least.
const LEAST_SAMPLE_DOCS: u64 = 1024;
/// The part of the memory that the texts of the sample may take.
const SAMPLE_SHARE: u64 = 32;

/// Reads the sources of `config` and finds their topics in about `memory` bytes.
///
/// Where all fits, the result is that of a run without a limit.
pub(crate) fn topics(
    config: &Config,
    options: &Options,
    memory: u64,
    run: &Run,
) -> Result<FoundTopics, Error> {
    config.check()?;
    let mut trace = Trace::default();
    let (documents, mut prepared) = read(config, options, &mut trace, run)?;
    if documents.n_bytes().saturating_mul(MEMORY_PER_BYTE) <= memory {
        let all: Vec<usize> = (0..documents.len()).collect();
        prepared = with_documents(prepared, documents.some(&all)?);
        prepared.keys = Some(prepared.keys().into_owned());
        drop(documents);
        prepared.repeats = set_aside::find(&prepared, config, &options.quiet_memo(), run)?;
        let memo = options.memo(run);
        let (found, _) = find_topics_in(&prepared, config, (&memo, &mut trace), run)?;
        let shown = Shown::of(config, &prepared);
        let (results, fitted) = found.results(config, (&prepared, shown), (&memo, run))?;
        let report = Report::new(&trace, &prepared, run).with_results(&results, (0, 0));
        let model = output::model(&results, &fitted, &prepared);
        return Ok(FoundTopics { results, model, report });
    }
    let sample = Sample::of(&documents, memory);
    prepared = with_documents(prepared, documents.some(&sample.places)?);
    prepared.repeats = set_aside::find(&prepared, config, &Memo::off(), run)?;
    let (counts, vocabulary) = count(&documents, &prepared, config, (&mut trace, run))?;
    let (weighing, x) = weigh(counts, config, (&mut trace, run))?;
    let of_sample = x.some_rows(sample.places.iter().copied())?;
    let found = fit((&x, &of_sample), &vocabulary, config, (&mut trace, run))?;
    let places = trace.stage("place", run, |stage| {
        stage.items = x.shape().0 as u64;
        Places::of(&x, &found.fit.nmf, run)
    })?;
    let report = Report::new(&trace, &prepared, run);
    let repeats = std::mem::take(&mut prepared.repeats);
    let shown: Vec<usize> =
        places.named().chain(sample.places).collect::<BTreeSet<_>>().into_iter().collect();
    prepared = with_documents(prepared, documents.some(&shown)?);
    let n_documents = documents.len();
    drop(documents);
    let x = x.some_rows(shown.iter().copied())?;
    let doc_topics = found.fit.nmf.transform(x.view(), run)?;
    let shares = found.fit.nmf.explained(x.view(), doc_topics.view(), run)?;
    let explained = Some(Explained::of(places.explained.clone()));
    let fit = Fit { doc_topics, ..found.fit };
    let fitted = Fitted { weighing, x, fit, shares, told: found.told, explained };
    let memo = Memo::off();
    let parts = parts(&fitted.fit, fitted.x.view(), config.seed, (&memo, run))?;
    let parts = parts.into_iter().map(|parts| parts.value).collect();
    let judged = (parts, shown.iter().map(|_| Vec::new()).collect());
    let (given, number) = (found.given, found.number);
    let found = Findings { vocabulary, fitted, given, judged, number };
    let of_shown = Shown::of(config, &prepared);
    let (results, fitted) = found.results(config, (&prepared, of_shown), (&memo, run))?;
    let results = Results { n_documents, ..places.told_in(results, &shown) };
    prepared.repeats = repeats;
    let model = output::model(&results, &fitted, &prepared);
    let mut report = report.with_results(&results, (0, 0));
    report.documents.kept = n_documents;
    Ok(FoundTopics { results, model, report })
}

/// All documents on disk, and what else is known of the sources.
fn read(
    config: &Config,
    options: &Options,
    trace: &mut Trace,
    run: &Run,
) -> Result<(Documents, Prepared), Error> {
    trace.stage("read", run, |stage| {
        let mut documents = Documents::new(run)?;
        let mut take = |prepared: &mut Prepared| documents.take(prepared, config, run);
        let prepared = read_sources(config, options, &mut take, run)?;
        prepared.warn_of_exclude(&config.exclude, run);
        match documents.len() {
            n @ 0..=1 => {
                let few: Vec<usize> = (0..n).collect();
                return Err(with_documents(prepared, documents.some(&few)?).too_few(2));
            }
            n if !documents.has_text => return Err(Error::NoText { n_documents: n }),
            n => stage.items = n as u64,
        }
        stage.spilled = documents.spilled();
        Ok((documents, prepared))
    })
}

/// Documents at even distances, by which is told what is not told by all.
struct Sample {
    places: Vec<usize>,
}

impl Sample {
    fn of(documents: &Documents, memory: u64) -> Self {
        let n = documents.len();
        let mean = documents.n_bytes() / n as u64 + 1;
        let fitting = memory / SAMPLE_SHARE / mean;
        let most = fitting.clamp(LEAST_SAMPLE_DOCS, SAMPLE_DOCS) as usize;
        Self { places: (0..n).step_by(n.div_ceil(most)).collect() }
    }
}

/// The counts of all documents without what the sample, in `prepared`, tells to set aside.
fn count(
    documents: &Documents,
    prepared: &Prepared,
    config: &Config,
    (trace, run): (&mut Trace, &Run),
) -> Result<(SpilledMatrix<u32>, Vocabulary), Error> {
    trace.stage("count", run, |stage| {
        let settings = count_config(config, documents.len());
        let counter = Counter::new(&settings)?;
        let known = prepared.repeats.known_passages();
        let words: HashSet<&str> = prepared.repeats.words().iter().map(String::as_str).collect();
        run.progress().expected(documents.len() as u64);
        let shards = SpilledShards::new(run)?;
        let place = shards.place();
        let count = |number| {
            let stored = documents.batch(number)?;
            let texts = stored.iter().map(|stored| stored.own_text(prepared.weights, &known));
            let counts = counter.count_shard(texts)?.without(&words);
            let languages = stored.into_iter().map(|stored| stored.document.language);
            Ok::<_, Error>((place.put(counts)?, languages.collect::<Vec<_>>()))
        };
        let shards = run.fold(0..documents.n_batches(), count, shards, |mut shards, counted| {
            let (shard, languages) = counted?;
            shards.push(shard, languages.iter().map(Option::as_deref))?;
            run.progress().advanced(languages.len() as u64);
            Ok::<_, Error>(shards)
        })?;
        let merged = counter.merge_spilled(&shards, run)?;
        let merged = match config.text.max_df {
            Some(_) => merged,
            None => without_common_spilled(merged, (documents.len(), config), |max_df| {
                Counter::new(&CountConfig { max_df, ..settings })?.merge_spilled(&shards, run)
            })?,
        };
        stage.spilled = shards.bytes();
        // The words that are no terms are of no more use.
        drop(shards);
        let mut spill = MatrixSpill::new(merged.vocabulary().len(), run)?;
        merged.each_run(run, |counts| Ok::<_, Error>(spill.push(counts.view())?))?;
        let vocabulary = merged.into_vocabulary();
        let counts = spill.finish()?;
        stage.items = vocabulary.len() as u64;
        stage.spilled += counts.bytes();
        Ok((counts, vocabulary))
    })
}

fn weigh(
    counts: SpilledMatrix<u32>,
    config: &Config,
    (trace, run): (&mut Trace, &Run),
) -> Result<(Weighing, SpilledMatrix<f32>), Error> {
    trace.stage("weigh", run, |stage| {
        let weighing = weighing_spilled(config, &counts)?;
        let x = weighing.transform_spilled(&counts, run)?;
        stage.items = x.nnz() as u64;
        stage.spilled = x.bytes();
        Ok((weighing, x))
    })
}

/// Topics, and what the sample tells of them.
struct Found {
    /// `W` is that of the sample.
    fit: Fit,
    given: Given,
    told: Told,
    number: Option<TopicNumber>,
}

/// Topics that are drawn to given words are found in the sample alone.
fn fit(
    (x, sample): (&SpilledMatrix<f32>, &CsMatI<f32, u32, usize>),
    vocabulary: &Vocabulary,
    config: &Config,
    (trace, run): (&mut Trace, &Run),
) -> Result<Found, Error> {
    let (n_topics, number) = match config.k {
        TopicCount::Exactly(k) => (k, None),
        TopicCount::Auto => {
            let number = trace.stage("number", run, |stage| {
                let number = number::choose(sample.view(), config.seed, run)?;
                stage.items = number.curve.len() as u64;
                Ok::<_, Error>(number)
            })?;
            (number.k.max(config.topics.seeds.len()), Some(number))
        }
    };
    let settings = nmf_config(config, n_topics);
    let guide = guide(config, vocabulary)?;
    let fit = trace.stage("topics", run, |stage| {
        stage.items = n_topics as u64;
        if guide.is_some() {
            return Ok::<_, Error>(settings.fit_guided(sample.view(), guide.as_ref(), run)?);
        }
        let fit = settings.fit_spilled(x, run)?;
        let doc_topics: Array2<f32> = fit.nmf.transform(sample.view(), run)?;
        Ok::<_, Error>(Fit { nmf: fit.nmf, doc_topics, loss: fit.loss })
    })?;
    let (fit, given) = arrange(fit, sample.view(), vocabulary, config, run)?;
    let told = trace.stage("quality", run, |stage| {
        stage.items = n_topics as u64;
        quality(&fit, sample.view(), (&settings, guide.as_ref()), run)
    })?;
    Ok(Found { fit, given, told, number })
}
