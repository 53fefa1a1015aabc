//! The stages from the sources to the results: topics found, or kept as they were.

use std::collections::HashSet;
use std::path::Path;

use corpus::Document;
use jobs::{Codec, Digest, Made, Memo, Run, Stage, Trace};
use learn::{Fit, Weighing};
use sprs::CsMatI;
use text::{CountConfig, Counter, Counts, ShardCounts, Text, Vocabulary};

use crate::config::settings::{count_config, guide, nmf_config, weighing, without_common};
use crate::config::{Config, TopicCount};
use crate::model::Told;
use crate::names::Names;
use crate::read::prepare::{Options, Prepared, prepare};
use crate::read::set_aside;
use crate::results::{Results, Tag};
use crate::standing::former;
use crate::topics::arrange::{Given, arrange};
use crate::topics::describe;
use crate::topics::explained::Explained;
use crate::topics::keep::{Kept, Standing};
use crate::topics::number;
use crate::topics::number::TopicNumber;
use crate::topics::parts::{Part, parts};
use crate::topics::quality::quality;
use crate::topics::related::{self, Known, Related, fits, related};
use crate::{Error, Source, tags, tasks};

/// What a fit leaves besides the results that are shown.
pub(crate) struct Fitted {
    pub(crate) weighing: Weighing,
    /// CSR, (n_docs, n_terms): the weights.
    pub(crate) x: CsMatI<f32, u32, usize>,
    pub(crate) fit: Fit,
    /// How much of each document the topics explain, as [`learn::Nmf::explained`] tells it.
    pub(crate) shares: Vec<f64>,
    /// What the documents in which the topics were found tell of them.
    pub(crate) told: Told,
    /// How much of their own documents the topics explain; that of these documents when nothing
    /// else is known.
    pub(crate) explained: Option<Explained>,
}

/// What the topics divide into, and the documents that are related to each document.
pub(crate) type Judged = (Vec<Vec<Part>>, Vec<Vec<Related>>);

/// Topics and the documents' places in them, not yet described.
pub(crate) struct Findings {
    pub(crate) vocabulary: Vocabulary,
    pub(crate) fitted: Fitted,
    pub(crate) given: Given,
    pub(crate) judged: Judged,
    pub(crate) number: Option<TopicNumber>,
}

/// What is shown of the documents, whatever their topics are.
pub(crate) struct Shown {
    documents: Vec<Document>,
    slugs: Vec<String>,
    tags: Vec<Tag>,
    doc_tags: Vec<Vec<usize>>,
}

impl Shown {
    pub(crate) fn of(config: &Config, prepared: &Prepared) -> Self {
        let shown = |(document, origin): (&Document, &usize)| {
            config.sources[*origin].shown(document.clone())
        };
        let documents = prepared.documents.iter().zip(&prepared.origins);
        let mut documents: Vec<Document> = documents.map(shown).collect();
        let mut names = Names::default();
        let slugs = documents.iter().map(|d| names.give(&d.title, &d.id, "document")).collect();
        let (tags, doc_tags) = tags::tags(&documents);
        // As they are called on the site, and in all of its data.
        for (document, own) in documents.iter_mut().zip(&doc_tags) {
            document.tags = own.iter().map(|&tag: &usize| tags[tag].name.clone()).collect();
        }
        Self { documents, slugs, tags, doc_tags }
    }
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
    let (prepared, _) = read((config, None), options, trace, run)?;
    let (found, _) = find_topics_in(&prepared, config, (&memo, trace), run)?;
    let shown = Shown::of(config, &prepared);
    let (results, fitted) = found.results(config, (&prepared, shown), (&memo, run))?;
    Ok((results, prepared, fitted))
}

/// The documents, and the digest of them; `sources` is that of the files they are read from, where it is
/// known.
pub(crate) fn read(
    (config, sources): (&Config, Option<Digest>),
    options: &Options,
    trace: &mut Trace,
    run: &Run,
) -> Result<(Prepared, Digest), Error> {
    trace.stage("read", run, |stage| {
        if let Some(sources) = sources {
            stage.input("sources", sources);
            stage.input("settings", Digest::of_value(&reading(config)));
        }
        let mut prepared = prepare(config, options, run)?;
        prepared.check_topics_can_be_found()?;
        prepared.repeats = set_aside::find(&prepared, config, &options.quiet_memo(), run)?;
        stage.items = prepared.documents.len() as u64;
        stage.cached =
            prepared.requests == 0 && config.sources.iter().all(|s| s.from.contains("://"));
        let documents = former::digest_of_documents(&prepared);
        stage.output = Some(documents);
        Ok((prepared, documents))
    })
}

/// What of the configuration says how files are read.
fn reading(config: &Config) -> String {
    let Config { language, exclude, columns, text, .. } = config;
    let weights = (text.title_weight, text.tags_weight);
    format!("{language:?} {exclude:?} {columns:?} {weights:?} {:?}", text.keep_repeats)
}

/// The stages between the documents and the clouds: topics found, or kept. What is known already of the
/// site that stands, `standing`, is not looked up again.
pub(crate) fn place_documents(
    prepared: &Prepared,
    config: &Config,
    (target, standing): (&Path, Option<Standing>),
    (memo, trace): (&Memo, &mut Trace),
    run: &Run,
) -> Result<Findings, Error> {
    if config.keep_topics {
        return keep_topics_in(prepared, config, (target, standing), (memo, trace), run);
    }
    let (mut found, weights) = find_topics_in(prepared, config, (memo, trace), run)?;
    let x = found.fitted.x.view();
    let related = trace.stage("related", run, |stage| {
        let limit = config.site.related;
        stage.input("weights", weights);
        stage.input("settings", Digest::of_value(&limit));
        let fits = |related: &Vec<Vec<Related>>| fits(related, x.shape());
        let task = (&tasks::RELATED, Codec::of_serde(), fits);
        let related =
            memo.get_or_run_if(task, &(weights, limit), run, || related(x, limit, run))?;
        stage.output = Some(related.digest);
        let related = stage.take(related);
        stage.items = related.iter().map(Vec::len).sum::<usize>() as u64;
        Ok::<_, Error>(related)
    })?;
    if memo.store().is_some() {
        let rows = related::digests(x, run)?;
        let known = Known::to_bytes((&related, config.site.related), (x.cols(), &rows));
        Known::keep(&known, (memo, target), run);
    }
    found.judged.1 = related;
    Ok(found)
}

/// The stages from the documents to the topics, and the digest of the weights. Which documents are related
/// is left open: only a site shows it, and each document is compared with all that share a term with it.
pub(crate) fn find_topics_in(
    prepared: &Prepared,
    config: &Config,
    (memo, trace): (&Memo, &mut Trace),
    run: &Run,
) -> Result<(Findings, Digest), Error> {
    let counts = trace.stage("count", run, |stage| {
        let counts = count(prepared, config, (memo, stage), run)?;
        stage.items = counts.vocabulary.len() as u64;
        Ok::<_, Error>(counts)
    })?;
    let (weighing, x, weights) = trace.stage("weigh", run, |stage| {
        let settings = &config.topics.weight;
        stage.input("counts", tasks::digest_of_counts(&counts));
        stage.input("settings", Digest::of_value(&format!("{settings:?}")));
        let weighing = weighing(config, counts.matrix.view())?;
        let x = weighing.transform(counts.matrix.view(), run)?;
        let weights = tasks::digest_of(x.view());
        stage.output = Some(weights);
        stage.items = x.nnz() as u64;
        Ok::<_, Error>((weighing, x, weights))
    })?;
    let (n_topics, number) = match config.k {
        TopicCount::Exactly(k) => (k, None),
        TopicCount::Auto => {
            let number = trace.stage("number", run, |stage| {
                stage.input("weights", weights);
                stage.input("seed", Digest::of_value(&config.seed));
                let fits = |number: &TopicNumber| (1..=x.rows()).contains(&number.k);
                let task = (&tasks::NUMBER, Codec::of_serde(), fits);
                let number = memo.get_or_run_if(task, &(weights, config.seed), run, || {
                    number::choose(x.view(), config.seed, run)
                })?;
                stage.output = Some(number.digest);
                let number = stage.take(number);
                stage.items = number.curve.len() as u64;
                Ok::<_, Error>(number)
            })?;
            (number.k.max(config.topics.seeds.len()), Some(number))
        }
    };
    let settings = nmf_config(config, n_topics);
    let guide = guide(config, &counts.vocabulary)?;
    let made_by = format!("{settings:?} {guide:?}");
    let (fit, topics) = trace.stage("topics", run, |stage| {
        let down_weighted = set_aside::down_weighted(&x, &prepared.repeats);
        let x = down_weighted.as_ref().unwrap_or(&x);
        let weights = tasks::digest_of(x.view());
        let input = (weights, made_by.as_str());
        stage.input("weights", weights);
        stage.input("settings", Digest::of_value(&made_by));
        let task = (&tasks::TOPICS, tasks::FIT, |fit: &Fit| is_of(fit, x.shape()));
        let fit = memo.get_or_run_if(task, &input, run, || {
            Ok::<_, Error>(settings.fit_guided(x.view(), guide.as_ref(), run)?)
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
    let (told, parts) = trace.stage("quality", run, |stage| {
        stage.items = fit.doc_topics.ncols() as u64;
        stage.input("weights", weights);
        stage.input("topics", topics);
        let input = (weights, topics, made_by.as_str());
        let fits = |told: &Told| told.fits(fit.nmf.components().dim());
        let task = (&tasks::QUALITY, Codec::of_serde(), fits);
        let told = memo.get_or_run_if(task, &input, run, || {
            quality(&fit, x.view(), (&settings, guide.as_ref()), run)
        })?;
        stage.output = Some(told.digest);
        let told = stage.take(told);
        let parts = parts(&fit, x.view(), config.seed, (memo, run))?;
        let parts = parts.into_iter().map(|parts| stage.take(parts)).collect();
        Ok::<_, Error>((told, parts))
    })?;
    let shares = fit.nmf.explained(x.view(), fit.doc_topics.view(), run)?;
    let fitted = Fitted { weighing, x, fit, shares, told, explained: None };
    let judged = (parts, vec![Vec::new(); prepared.documents.len()]);
    Ok((Findings { vocabulary: counts.vocabulary, fitted, given, judged, number }, weights))
}

/// Whether a fit can be of so many documents and terms.
fn is_of(fit: &Fit, (n_docs, n_terms): (usize, usize)) -> bool {
    let components = fit.nmf.components();
    fit.doc_topics.dim() == (n_docs, components.nrows()) && components.ncols() == n_terms
}

/// The stages from the documents to their places in the topics that stand.
pub(crate) fn keep_topics_in(
    prepared: &Prepared,
    config: &Config,
    (target, standing): (&Path, Option<Standing>),
    (memo, trace): (&Memo, &mut Trace),
    run: &Run,
) -> Result<Findings, Error> {
    let kept = Kept::place((target, standing), (prepared, config), (memo, trace), run)?;
    let x = kept.x.view();
    let of_quality = |stage: &mut Stage| kept.judge(config, stage, (memo, run));
    let of_related = |stage: &mut Stage| {
        let limit = config.site.related;
        stage.input("weights", kept.weights);
        stage.input("settings", Digest::of_value(&limit));
        let rows = related::digests(x, run)?;
        let (related, n_known) = kept.known.related((x, &rows), limit, run)?;
        stage.count(n_known as u64, (related.len() - n_known) as u64);
        let known = Known::to_bytes((&related, limit), (x.cols(), &rows));
        stage.output = Some(Digest::of(&known));
        Known::keep(&known, (memo, target), run);
        stage.items = related.iter().map(Vec::len).sum::<usize>() as u64;
        Ok::<_, Error>(related)
    };
    // What a topic divides into is found by one thread.
    let ((told, parts), related) =
        trace.stages(("quality", of_quality), ("related", of_related), run)?;
    let Kept { vocabulary, weighing, x, fit, shares, explained, given, .. } = kept;
    let fitted = Fitted { weighing, x, fit, shares, told, explained: Some(explained) };
    Ok(Findings { vocabulary, fitted, given, judged: (parts, related), number: None })
}

/// The counts of the documents without what is set aside, and without what is common.
fn count(
    prepared: &Prepared,
    config: &Config,
    (memo, stage): (&Memo, &mut Stage),
    run: &Run,
) -> Result<Counts, Error> {
    let settings = count_config(config, prepared.documents.len());
    let texts = set_aside::own_texts(prepared);
    let words = prepared.repeats.words();
    let (counter, shards) =
        count_shards((&texts, words), (prepared, &settings), (memo, stage), run)?;
    let counts = counter.merge_of(&texts, &shards, run)?;
    if config.text.max_df.is_some() {
        return Ok(counts);
    }
    without_common(counts, config, |max_df| {
        let counter = Counter::new(&CountConfig { max_df, ..settings })?;
        Ok(counter.merge_of(&texts, &shards, run)?)
    })
}

/// Counts shard by shard, and leaves out `set_aside` of the shards, to be brought together; a shard that
/// was counted before is not counted again, whatever is set aside now.
fn count_shards(
    (texts, set_aside): (&[Text<'_>], &[String]),
    (prepared, settings): (&Prepared, &CountConfig),
    (memo, stage): (&Memo, &mut Stage),
    run: &Run,
) -> Result<(Counter, Vec<ShardCounts>), Error> {
    let counter = Counter::new(settings)?;
    let keys = prepared.keys();
    let shards = keys.in_shards(texts, &set_aside::digests_of_own_texts(prepared, &keys));
    let weights = (prepared.weights.title, prepared.weights.tags);
    let analyzer = format!("{:?} {}", settings.analyzer, settings.phrases.is_some());
    stage
        .input("documents", Digest::of_value(&shards.iter().map(|s| s.digest).collect::<Vec<_>>()));
    stage.input("settings", Digest::of_value(&(format!("{settings:?}"), weights)));
    stage.input("words set aside", Digest::of_value(set_aside));
    run.progress().expected(texts.len() as u64);
    let counted = run.map(shards, |shard| {
        let input = (shard.digest, analyzer.as_str(), weights);
        let fits = |counted: &ShardCounts| counted.n_docs() == shard.docs.len();
        let task = (&tasks::COUNT, tasks::COUNTS, fits);
        let counted = memo
            .get_or_run_if(task, &input, run, || Ok::<_, Error>(counter.count_shard(shard.docs)?));
        run.progress().advanced(shard.docs.len() as u64);
        counted
    })?;
    let made: Vec<Made<ShardCounts>> = counted.into_iter().collect::<Result<_, _>>()?;
    stage.output = Some(Digest::of_value(&made.iter().map(|made| made.digest).collect::<Vec<_>>()));
    let shards: Vec<ShardCounts> = made.into_iter().map(|made| stage.take(made)).collect();
    let set_aside: HashSet<&str> = set_aside.iter().map(String::as_str).collect();
    let shards = run.map(shards, |shard: ShardCounts| shard.without(&set_aside))?;
    Ok((counter, shards))
}

impl Findings {
    /// The results, and what the topics leave besides; `shown` is of the same documents.
    pub(crate) fn results(
        self,
        config: &Config,
        (prepared, shown): (&Prepared, Shown),
        (memo, run): (&Memo, &Run),
    ) -> Result<(Results, Fitted), Error> {
        let Self { vocabulary, fitted, given, judged: (parts, related), number } = self;
        let Fitted { fit, shares, told, .. } = &fitted;
        let explained = fitted.explained.clone().unwrap_or_else(|| Explained::of(shares.clone()));
        let doc_topics = describe::of_documents(fit.doc_topics.view(), fitted.x.view(), run)?;
        let described = (fit, &told.words[..], &given, &parts[..]);
        let topics =
            describe::describe(described, &doc_topics, &vocabulary, prepared, (memo, run))?;
        let Shown { documents, slugs, tags, doc_tags } = shown;
        let results = Results {
            title: title(config, prepared)?,
            base_url: config.base_url.clone(),
            language: config.language.clone(),
            seed: config.seed,
            n_documents: prepared.documents.len(),
            topics,
            doc_topics,
            documents,
            slugs,
            vocabulary,
            related,
            tags,
            doc_tags,
            loss: fit.loss,
            quality: told.quality,
            number,
            none: shares.iter().map(|&share| explained.none(share)).collect(),
            explained,
            next_topic_id: given.next_id,
            previous: given.previous,
        };
        Ok((results, fitted))
    }
}

/// The title that was asked for, else that of the recipe, else the name of the first source.
fn title(config: &Config, prepared: &Prepared) -> Result<String, Error> {
    match (config.title.as_ref().or(prepared.title.as_ref()), config.sources.first()) {
        (Some(title), _) => Ok(title.clone()),
        (None, Some(source)) => Ok(Source::parse(&source.from)?.name()),
        (None, None) => Err(Error::NoSources),
    }
}
