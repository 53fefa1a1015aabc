//! Sources to documents, ready to be counted.

use std::borrow::Cow;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use corpus::{Document, Ids, ReadConfig, Reader, Skipped};
use crawl::{CacheMode, Coverage};
use jobs::{Codec, Digest, FileStore, Limits, Made, Memo, Run};
use serde::{Deserialize, Serialize};
use text::{Field, Languages, Repeats, Text};

use crate::read::shards::{Shard, cut, in_shards};
use crate::read::sites::{Crawled, warn_of_weak, with_crawls};
use crate::{Config, Error, Seen, Source, tasks};

/// What stays outside the configuration file: it changes no result.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder of the page cache.
    pub cache: PathBuf,
    /// What may come from the cache and from the network.
    pub cache_mode: CacheMode,
    /// Where the recipe that an earlier run found without being given one would lie; it is used
    /// when it is for the same start page.
    pub lock: Option<PathBuf>,
    /// Headers for the hosts of the sources alone: names and values.
    pub headers: Vec<(String, String)>,
}

/// The file with the recipe that was found in the pages of a site.
pub const LOCK_FILE: &str = "recipe.lock.toml";

/// Documents in one parallel task.
const TASK_DOCS: usize = 1024;

/// What was found out about a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Where the crawl started.
    pub url: String,
    /// How sure it is that the right list was found, 0 to 1; 1 with a recipe.
    pub confidence: f64,
    /// How many documents have each part.
    pub coverage: Coverage,
}

impl Options {
    /// The results of former runs. A cache that cannot be used is a warning: then everything is
    /// computed.
    pub(crate) fn memo(&self, run: &Run) -> Memo {
        match FileStore::open_with(&self.cache, Limits::default(), run.shared_progress()) {
            Ok(store) => Memo::new(store),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
                let cause = cause.unwrap_or_default();
                run.progress().warn(&format!("results are not kept: {error}{cause}"));
                Memo::off()
            }
        }
    }

    /// As [`memo`](Self::memo), without a word of a cache that cannot be used.
    pub(crate) fn quiet_memo(&self) -> Memo {
        FileStore::open(&self.cache).map_or_else(|_| Memo::off(), Memo::new)
    }
}

/// How often the words of each part of a document count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// Words of the title.
    pub title: u32,
    /// Words of the tags.
    pub tags: u32,
}

/// The documents of all sources.
#[derive(Debug)]
pub struct Prepared {
    /// Those that are kept, in the order of their sources. Their languages are filled in where they
    /// were not given and can be told from the text.
    pub documents: Vec<Document>,
    /// Of each of them, which source it comes from.
    pub origins: Vec<usize>,
    /// Those that are not, with the reasons.
    pub dropped: Vec<Skipped>,
    /// The files of which the rest cannot be read.
    pub cut: Vec<String>,
    /// How many the sources named.
    pub found: usize,
    /// Pages that the network brought.
    pub fetched: usize,
    /// Requests made.
    pub requests: usize,
    /// How often words count.
    pub weights: Weights,
    /// What a site made of them is called, where the first recipe used says.
    pub title: Option<String>,
    /// The recipe that was found in the pages of the first site that was crawled without one.
    pub lock: Option<String>,
    /// The sites that were crawled.
    pub sites: Vec<Site>,
    /// For every document: the languages of passages in another one than its own.
    pub other_languages: Vec<Vec<String>>,
    /// What the documents repeat; nothing before it is looked for.
    pub repeats: Repeats,
    /// What each source had.
    pub(crate) seen: Vec<Seen>,
    /// For everything that the configuration excludes: whether a document was left out by it.
    pub(crate) excluded_by: Vec<bool>,
    /// What stands for the documents in keys; `None` where it is not worked out yet.
    pub(crate) keys: Option<Keys>,
}

/// What stands for documents in the keys of results.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    /// Of every document the digest of all that is known of it.
    pub(crate) digests: Vec<Digest>,
    /// How the documents are cut into shards.
    shards: Vec<Range<usize>>,
}

impl Keys {
    /// Of `documents` with the languages `others` besides their own; `bodies` are the digests of all
    /// else.
    fn of(
        documents: &[Document],
        (others, bodies): (&[Vec<String>], &[Digest]),
        run: &Run,
    ) -> Result<Self, jobs::Error> {
        let others_of = |doc: usize| others.get(doc).map_or(&[][..], Vec::as_slice);
        let digest = |doc: usize| {
            let language = documents[doc].language.as_deref();
            Digest::of_value(&(bodies[doc], language, others_of(doc)))
        };
        let starts = (0..documents.len()).step_by(TASK_DOCS).collect();
        let digests = run.map(starts, |start: usize| {
            let docs = start..(start + TASK_DOCS).min(documents.len());
            docs.map(digest).collect::<Vec<_>>()
        })?;
        let shards = cut(documents.iter().zip(bodies).map(|(document, digest)| {
            let Document { title, text, tags, .. } = document;
            (*digest, title.len() + text.len() + tags.iter().map(String::len).sum::<usize>())
        }));
        Ok(Self { digests: digests.concat(), shards })
    }

    /// Runs of `docs`, something of every document; `digests` are those of all that tells of each.
    pub(crate) fn in_shards<'a, T>(&self, docs: &'a [T], digests: &[Digest]) -> Vec<Shard<'a, T>> {
        in_shards(&self.shards, docs, digests)
    }
}

impl Prepared {
    /// The documents as the counter takes them.
    #[must_use]
    pub fn texts(&self) -> Vec<Text<'_>> {
        let others = self.other_languages.iter().map(Vec::as_slice);
        let others = others.chain(std::iter::repeat(&[][..]));
        self.documents
            .iter()
            .zip(others)
            .map(|(document, others)| Text {
                others: others.iter().map(String::as_str).collect(),
                ..text_of(document, self.weights)
            })
            .collect()
    }

    /// What stands for the documents in keys.
    pub(crate) fn keys(&self) -> Cow<'_, Keys> {
        if let Some(keys) = &self.keys {
            return Cow::Borrowed(keys);
        }
        let bodies: Vec<Digest> = self.documents.iter().map(digest_without_language).collect();
        let others = (&self.other_languages[..], &bodies[..]);
        let keys = Keys::of(&self.documents, others, &Run::serial());
        Cow::Owned(keys.expect("nobody can cancel a run that nobody else has"))
    }
}

/// Reads all sources of `config`.
///
/// # Errors
/// Those of the sources themselves; a single bad document is only dropped.
///
/// # Panics
/// When it is called inside an asynchronous runtime and a source is an address.
pub fn prepare(config: &Config, options: &Options, run: &Run) -> Result<Prepared, Error> {
    let mut prepared = read_sources(config, options, &mut |_| Ok(()), run)?;
    prepared.exclude(&config.exclude);
    prepared.warn_of_exclude(&config.exclude, run);
    prepared.make_ready(&mut Ids::default());
    prepared.detect_languages(config, &options.quiet_memo(), run)?;
    Ok(prepared)
}

/// Sees what was read after every batch of documents, and may take them.
pub(crate) type EachBatch<'a> = &'a mut dyn FnMut(&mut Prepared) -> Result<(), Error>;

/// What the sources of `config` hold, nothing done to it yet.
pub(crate) fn read_sources(
    config: &Config,
    options: &Options,
    each: EachBatch<'_>,
    run: &Run,
) -> Result<Prepared, Error> {
    if config.sources.is_empty() {
        return Err(Error::NoSources);
    }
    let mut prepared = Prepared {
        documents: Vec::new(),
        origins: Vec::new(),
        dropped: Vec::new(),
        cut: Vec::new(),
        found: 0,
        fetched: 0,
        requests: 0,
        weights: Weights { title: 1, tags: 1 },
        title: None,
        lock: None,
        sites: Vec::new(),
        other_languages: Vec::new(),
        repeats: Repeats::default(),
        seen: Vec::new(),
        excluded_by: Vec::new(),
        keys: None,
    };
    let sources: Vec<Source> = config
        .sources
        .iter()
        .map(|source| Source::parse(&source.from))
        .collect::<Result<_, _>>()?;
    let columns = config.column_names();
    let output = config.output.as_ref().and_then(|output| output.canonicalize().ok());
    let is_output = |path: &Path| output.is_some() && path.canonicalize().ok() == output;
    for source in &sources {
        if let Source::Path(path) | Source::Sqlite { path, .. } = source
            && is_output(path)
        {
            return Err(Error::OutIsInput { path: path.clone(), what: "a source" });
        }
    }
    if let Some(path) = config.file.as_ref().filter(|path| is_output(path)) {
        return Err(Error::OutIsInput { path: path.clone(), what: "the configuration" });
    }
    let reading = ReadConfig { columns, except: output, ..ReadConfig::default() };
    with_crawls(&sources, config, options, run, |crawls| {
        for (origin, source) in sources.iter().enumerate() {
            prepared.seen.push(Seen::none_of(source));
            let reader = match source {
                Source::Url(_) => {
                    let crawled = crawls.next(&mut |documents| {
                        prepared.found += documents.len();
                        prepared.seen[origin].found += documents.len();
                        prepared.documents.extend(documents);
                        prepared.origins.resize(prepared.documents.len(), origin);
                        each(&mut prepared)
                    })?;
                    prepared.take(crawled, run);
                    continue;
                }
                Source::Path(path) => corpus::read(path, &reading)?,
                Source::Sqlite { path, query } => corpus::read_sqlite(path, query, &reading)?,
                Source::Postgres { address, query } => {
                    corpus::read_postgres(&address.0, query, &reading)?
                }
                Source::Stdin => corpus::read_lines(io::BufReader::new(io::stdin()), "-", &reading),
            };
            prepared.read(reader, origin, each, run)?;
        }
        Ok(())
    })?;
    prepared.weights = Weights {
        title: config.text.title_weight.unwrap_or(prepared.weights.title),
        tags: config.text.tags_weight.unwrap_or(prepared.weights.tags),
    };
    Ok(prepared)
}

impl Prepared {
    /// Adds what came of a site besides its documents.
    fn take(&mut self, crawled: Crawled, run: &Run) {
        let Crawled { url, crawl: crawled, weights, lock } = crawled;
        self.weights = weights.unwrap_or(self.weights);
        let site = Site {
            url: crawl::redact(&url),
            confidence: crawled.confidence,
            coverage: crawled.coverage,
        };
        warn_of_weak(&site, run);
        self.sites.push(site);
        self.lock = self.lock.take().or(lock).or(crawled.recipe);
        self.title = self.title.take().or(crawled.title);
        // The documents are counted.
        let others = crawled.found.saturating_sub(crawled.coverage.documents);
        self.found += others;
        if let Some(seen) = self.seen.last_mut() {
            seen.found += others;
            seen.set_aside(&crawled.skipped);
        }
        self.fetched += crawled.fetched;
        self.requests += crawled.requests;
        self.dropped.extend(crawled.skipped);
    }

    fn read(
        &mut self,
        reader: Reader,
        origin: usize,
        each: EachBatch<'_>,
        run: &Run,
    ) -> Result<(), Error> {
        for batch in reader.on(run) {
            // A read that was stopped ends in an error of its own, which says less.
            run.check()?;
            let batch = batch?;
            let n_found = batch.documents.len() + batch.skipped.len();
            self.found += n_found;
            self.seen[origin].found += n_found;
            self.seen[origin].set_aside(&batch.skipped);
            run.progress().advanced(batch.documents.len() as u64);
            self.documents.extend(batch.documents);
            self.dropped.extend(batch.skipped);
            self.cut.extend(batch.cut);
            self.origins.resize(self.documents.len(), origin);
            each(self)?;
        }
        Ok(())
    }

    pub(crate) fn exclude(&mut self, excluded: &[String]) {
        if excluded.is_empty() {
            return;
        }
        self.excluded_by.resize(excluded.len(), false);
        let excluded_by = &mut self.excluded_by;
        let mut is_excluded = |document: &Document| {
            let mut is_any = false;
            for (name, has_effect) in excluded.iter().zip(&mut *excluded_by) {
                let names = *name == document.id
                    || *name == document.title
                    || document.url.as_ref() == Some(name)
                    || document.speakers.contains(name);
                *has_effect |= names;
                is_any |= names;
            }
            is_any
        };
        let n_before = self.documents.len();
        let all = std::mem::take(&mut self.documents).into_iter().zip(self.origins.drain(..));
        let seen = &mut self.seen;
        let kept = all.filter(|(document, origin)| {
            let is_excluded = is_excluded(document);
            if let Some(seen) = seen.get_mut(*origin) {
                seen.excluded += usize::from(is_excluded);
            }
            !is_excluded
        });
        (self.documents, self.origins) = kept.collect();
        // What the user asked for is no failure: it counts neither as found nor as dropped.
        self.found -= n_before - self.documents.len();
    }

    /// Warns of what should be left out and was not there, once all is read.
    pub(crate) fn warn_of_exclude(&self, excluded: &[String], run: &Run) {
        let has_effect = self.excluded_by.iter().copied().chain(std::iter::repeat(false));
        for (name, _) in excluded.iter().zip(has_effect).filter(|(_, has_effect)| !has_effect) {
            run.progress().warn(&format!(
                "exclude leaves out nothing by {name:?}: no document has it as its id, URL, title or speaker"
            ));
        }
    }

    /// Takes e-mail addresses out of the documents, and gives them ids that no other has: several
    /// sources may use one.
    pub(crate) fn make_ready(&mut self, ids: &mut Ids) {
        let documents = std::mem::take(&mut self.documents).into_iter();
        let ready = documents.map(|document| {
            let document = document.without_addresses();
            Document { id: ids.give(document.id), ..document }
        });
        self.documents = ready.collect();
    }

    /// One document is enough to be written down or placed in topics.
    pub(crate) fn check_not_empty(&self) -> Result<(), Error> {
        if self.documents.is_empty() { Err(self.too_few(1)) } else { Ok(()) }
    }

    /// Topics need two documents, and a text.
    pub(crate) fn check_topics_can_be_found(&self) -> Result<(), Error> {
        match self.documents.len() {
            0..=1 => Err(self.too_few(2)),
            n if self.documents.iter().all(|document| document.text.trim().is_empty()) => {
                Err(Error::NoText { n_documents: n })
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn too_few(&self, needed: usize) -> Error {
        Error::TooFewDocuments { needed, got: self.documents.len(), seen: self.seen.clone() }
    }

    /// Fills in the language of documents that do not tell theirs, and mends that of documents
    /// which claim the site's own: it is what pages say that nobody thought about. Finds the languages
    /// of passages besides, and with them what stands for the documents in keys. Shards of documents
    /// that were looked at before are not looked at again.
    pub(crate) fn detect_languages(
        &mut self,
        config: &Config,
        memo: &Memo,
        run: &Run,
    ) -> Result<(), Error> {
        // The lists of words are made when a shard needs them.
        let languages = LazyLock::new(Languages::new);
        let own = config.language.as_str();
        let bodies = run.map(self.documents.chunks(TASK_DOCS).collect(), |docs| {
            docs.iter().map(digest_without_language).collect::<Vec<_>>()
        })?;
        let bodies = bodies.concat();
        let keys = Keys::of(&self.documents, (&[], &bodies), run)?;
        let texts: Vec<Text<'_>> = self.documents.iter().map(claimed).collect();
        let found = run.map(keys.in_shards(&texts, &keys.digests), |shard| {
            let fits = |found: &Vec<Detected>| found.len() == shard.docs.len();
            let task = (&tasks::LANGUAGES, Codec::of_serde(), fits);
            memo.get_or_run_if(task, &(own, shard.digest), run, || {
                let one = |text| Detected::of(text, own, &languages);
                Ok::<_, Error>(shard.docs.iter().map(one).collect::<Vec<Detected>>())
            })
        })?;
        let found: Vec<Made<Vec<Detected>>> = found.into_iter().collect::<Result<_, _>>()?;
        let found = found.into_iter().flat_map(|made| made.value);
        let take = |(document, found): (&mut Document, Detected)| {
            document.language = found.language;
            found.others
        };
        self.other_languages = self.documents.iter_mut().zip(found).map(take).collect();
        self.keys = Some(Keys::of(&self.documents, (&self.other_languages, &bodies), run)?);
        Ok(())
    }
}

/// The digest of all of a document but its language.
fn digest_without_language(document: &Document) -> Digest {
    let Document {
        id,
        url,
        title,
        text,
        tags,
        speakers,
        date,
        start,
        end,
        room,
        track,
        language: _,
    } = document;
    let all = (id, url, title, text, tags, speakers, (date, start, end, room, track));
    Digest::of(&postcard::to_stdvec(&all).expect("texts can be written"))
}

/// A document's text, and the language that it claims.
pub(crate) fn claimed(document: &Document) -> Text<'_> {
    let fields = vec![Field { text: &document.text, weight: 1 }];
    Text { fields, language: document.language.as_deref(), others: Vec::new() }
}

/// The languages of a document.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Detected {
    /// That of the document, where it is known.
    pub(crate) language: Option<String>,
    /// Those of its passages besides, and besides that of the site.
    pub(crate) others: Vec<String>,
}

impl Detected {
    /// Of a document of one field, which claims a language or none, on a site in the language `own`.
    pub(crate) fn of(document: &Text<'_>, own: &str, languages: &Languages) -> Self {
        let text = document.fields.first().map_or("", |field| field.text);
        let claimed = document.language;
        let (language, others) = if claimed.is_none_or(|claimed| claimed == own) {
            let (found, others) = languages.of_text(text);
            (found.or(claimed), others)
        } else {
            (claimed, languages.of_passages(text))
        };
        let others = others.into_iter().filter(|&code| code != own && language != Some(code));
        Self { language: language.map(str::to_owned), others: others.map(str::to_owned).collect() }
    }
}

/// A document as the counter takes it.
pub(crate) fn text_of(document: &Document, weights: Weights) -> Text<'_> {
    let mut fields = vec![
        Field { text: &document.title, weight: weights.title },
        Field { text: &document.text, weight: 1 },
    ];
    fields.extend(document.tags.iter().map(|tag| Field { text: tag, weight: weights.tags }));
    Text { fields, language: document.language.as_deref(), others: Vec::new() }
}
