//! `data/report.json`: what the run did, and everything that differs from run to run.

mod graph;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use jobs::{Run, Trace};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::read::prepare::{Prepared, Site};
use crate::read::set_aside::SetAside;
use crate::results::Results;
use crate::topics::arrange::Previous;
use crate::topics::number::TopicNumber;

/// The file of a site that differs from run to run.
pub(crate) const REPORT: &str = "data/report.json";

/// The report of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The program and its version.
    pub program: Cow<'static, str>,
    /// Threads used.
    pub threads: usize,
    /// The stages in their order.
    pub stages: Vec<Stage>,
    /// The documents.
    pub documents: Documents,
    /// The sites that were crawled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteFound>,
    /// The recipe that was found in the pages of a site, as the text of its file.
    #[serde(skip)]
    pub lock: Option<String>,
    /// What the documents repeat and was set aside.
    #[serde(default)]
    pub set_aside: SetAside,
    /// How many topics, terms and pages there are; pages only after a build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub results: Option<Counts>,
    /// What the number of topics was chosen by, when it was not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<TopicNumber>,
    /// What became of the topics of a former build, when one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
    /// Wall time of all stages, seconds.
    pub seconds: f64,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Its name.
    pub stage: Cow<'static, str>,
    /// Wall time, seconds.
    pub seconds: f64,
    /// Wall time of the last run in which nothing of it came from a cache, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clean_seconds: Option<f64>,
    /// Whether all of it came from a cache.
    pub cached: bool,
    /// How many things it made.
    pub items: u64,
    /// Results of its tasks that came from the cache.
    #[serde(default)]
    pub hits: u64,
    /// Results of its tasks that were computed.
    #[serde(default)]
    pub misses: u64,
    /// Bytes of the results of its tasks.
    #[serde(default)]
    pub bytes: u64,
    /// Bytes that it put on disk, as they were too many for memory.
    #[serde(default)]
    pub spilled_bytes: u64,
    /// The digests of what it was made from.
    #[serde(default)]
    pub inputs: BTreeMap<Cow<'static, str>, String>,
    /// The digests that differed in the build before, at the same place.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub former_inputs: BTreeMap<Cow<'static, str>, String>,
    /// The digest of what it made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// The process's highest resident memory up to its end, bytes.
    pub peak_rss_bytes: u64,
}

/// The documents of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Documents {
    /// How many the sources named.
    pub found: usize,
    /// Pages that the network brought; the others came from files or the cache.
    pub fetched: usize,
    /// Requests made, those for robots.txt, redirects and second tries included.
    pub requests: usize,
    /// How many are on the site.
    pub kept: usize,
    /// How many of them are in no topic: they have no words, or none that is a term.
    #[serde(default)]
    pub without_topic: usize,
    /// Those that are not.
    pub dropped: Vec<Dropped>,
    /// The files of which the rest cannot be read: how many documents that holds is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<String>,
}

/// A site that was crawled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteFound {
    /// Where the crawl started.
    pub url: String,
    /// How sure it is that the right list was found, 0 to 1; 1 with a recipe.
    pub confidence: f64,
    /// The share of the documents that have each part, 0 to 1.
    pub coverage: BTreeMap<Cow<'static, str>, f64>,
}

impl SiteFound {
    fn of(site: &Site) -> Self {
        let n = site.coverage.documents.max(1) as f64;
        let share = |count: usize| (count as f64 / n * 1e4).round() / 1e4;
        let coverage = site
            .coverage
            .parts()
            .into_iter()
            .map(|(part, count)| (part.into(), share(count)))
            .collect();
        Self { url: site.url.clone(), confidence: site.confidence, coverage }
    }
}

/// A document that is not on the site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dropped {
    /// Where it was: a URL, or a file and a line.
    pub url: String,
    /// Why it was dropped.
    pub reason: String,
}

/// What was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Topics.
    pub topics: usize,
    /// Terms.
    pub terms: usize,
    /// Files of the site.
    pub files: usize,
    /// Those of them that are the files of the build before, byte for byte.
    #[serde(default)]
    pub unchanged: usize,
}

impl Report {
    pub(crate) fn new(trace: &Trace, prepared: &Prepared, run: &Run) -> Self {
        Self::of((trace, SetAside::of(prepared)), prepared, run)
    }

    /// The same, where it is known what was set aside.
    pub(crate) fn of(
        (trace, set_aside): (&Trace, SetAside),
        prepared: &Prepared,
        run: &Run,
    ) -> Self {
        Self {
            program: concat!("topicmill ", env!("CARGO_PKG_VERSION")).into(),
            threads: run.threads(),
            stages: stages(trace),
            documents: documents(prepared),
            sites: prepared.sites.iter().map(SiteFound::of).collect(),
            lock: prepared.lock.clone(),
            set_aside,
            results: None,
            number: None,
            previous: None,
            seconds: trace.seconds(),
        }
    }

    pub(crate) fn with_results(
        self,
        results: &Results,
        (files, unchanged): (usize, usize),
    ) -> Self {
        let counts = Counts {
            topics: results.topics.len(),
            terms: results.vocabulary.len(),
            files,
            unchanged,
        };
        let without_topic = results.doc_topics.iter().filter(|topics| topics.is_empty()).count();
        Self {
            documents: Documents { without_topic, ..self.documents },
            results: Some(counts),
            number: results.number.clone(),
            previous: results.previous.clone(),
            ..self
        }
    }

    /// What is known of each stage from the build before: how long it takes when nothing comes from
    /// a cache, and which of its inputs are others now.
    pub(crate) fn after(mut self, former: Option<&Self>) -> Self {
        for stage in &mut self.stages {
            let before = former.and_then(|f| f.stages.iter().find(|s| s.stage == stage.stage));
            let Some(before) = before else { continue };
            stage.clean_seconds = stage.clean_seconds.or(before.clean_seconds);
            let differs = |(name, _): &(&Cow<'_, str>, &String)| {
                before.inputs.get(*name) != stage.inputs.get(*name)
            };
            let others = before.inputs.iter().filter(differs);
            stage.former_inputs = others.map(|(name, d)| (name.clone(), d.clone())).collect();
        }
        self
    }

    /// The report of a run that found everything as this one left it: the stages in `trace` ran,
    /// the others did not have to.
    pub(crate) fn again(mut self, trace: &Trace, prepared: Option<&Prepared>, run: &Run) -> Self {
        let ran = stages(trace);
        for stage in &mut self.stages {
            if let Some(ran) = ran.iter().find(|ran| ran.stage == stage.stage) {
                let clean_seconds = ran.clean_seconds.or(stage.clean_seconds);
                *stage = Stage { clean_seconds, ..ran.clone() };
            } else {
                stage.seconds = 0.0;
                stage.cached = true;
                stage.hits += stage.misses;
                stage.misses = 0;
                stage.former_inputs.clear();
            }
        }
        self.threads = run.threads();
        self.seconds = self.stages.iter().map(|stage| stage.seconds).sum();
        self.documents.requests = 0;
        self.documents.fetched = 0;
        if let Some(prepared) = prepared {
            self.documents = documents(prepared);
            self.sites = prepared.sites.iter().map(SiteFound::of).collect();
            self.lock.clone_from(&prepared.lock);
        }
        self
    }

    /// The report of the site in `out`.
    ///
    /// # Errors
    /// [`Error::NoReport`] when there is none, or one of another program.
    pub fn read(out: &Path) -> Result<Self, Error> {
        let failed = |why| Error::NoReport { path: out.to_owned(), why };
        if !out.is_dir() {
            let is_there = out.try_exists().unwrap_or(true);
            let why = if is_there { "it is no folder" } else { "there is no such folder" };
            return Err(failed(why.to_owned()));
        }
        let bytes = fs::read(out.join(REPORT)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => failed(format!("{REPORT} is missing")),
            _ => failed(format!("{REPORT} cannot be read: {error}")),
        })?;
        serde_json::from_slice(&bytes)
            .map_err(|error| failed(format!("{REPORT} is damaged, or of another program: {error}")))
    }

    /// The share of the documents found that were dropped, 0 to 1.
    #[must_use]
    pub fn dropped_share(&self) -> f64 {
        match self.documents.found {
            0 => 0.0,
            found => self.documents.dropped.len() as f64 / found as f64,
        }
    }

    /// The report as JSON, with a final line break.
    ///
    /// # Errors
    /// None with finite numbers, which is what reports hold.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json)
    }
}

fn documents(prepared: &Prepared) -> Documents {
    let dropped = prepared
        .dropped
        .iter()
        .map(|skipped| Dropped { url: skipped.location.clone(), reason: skipped.reason.clone() });
    Documents {
        found: prepared.found,
        fetched: prepared.fetched,
        requests: prepared.requests,
        kept: prepared.documents.len(),
        without_topic: 0,
        dropped: dropped.collect(),
        cut: prepared.cut.clone(),
    }
}

fn stages(trace: &Trace) -> Vec<Stage> {
    trace.records().iter().map(Stage::of).collect()
}

impl Stage {
    pub(crate) fn of(record: &jobs::StageRecord) -> Self {
        Self {
            stage: record.stage.into(),
            seconds: record.seconds,
            clean_seconds: (!record.cached && record.hits == 0).then_some(record.seconds),
            cached: record.cached,
            items: record.items,
            hits: record.hits,
            misses: record.misses,
            bytes: record.bytes,
            spilled_bytes: record.spilled,
            inputs: record.inputs.iter().map(|(name, d)| ((*name).into(), d.to_hex())).collect(),
            former_inputs: BTreeMap::new(),
            output: record.output.map(|digest| digest.to_hex()),
            peak_rss_bytes: record.peak_rss_bytes,
        }
    }
}
