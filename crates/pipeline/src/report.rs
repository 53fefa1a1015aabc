//! `data/report.json`: what the run did, and everything that differs from run to run.

use std::collections::BTreeMap;

use jobs::{Run, Trace};
use serde::Serialize;

use crate::prepare::{Prepared, Site};
use crate::results::Results;

/// The report of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The program and its version.
    pub program: &'static str,
    /// Threads used.
    pub threads: usize,
    /// The stages in their order.
    pub stages: Vec<Stage>,
    /// The documents.
    pub documents: Documents,
    /// The sites that were crawled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteFound>,
    /// The recipe that was found in the pages of a site, as the text of its file.
    #[serde(skip)]
    pub lock: Option<String>,
    /// How many topics, terms and pages there are; pages only after a build.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub results: Option<Counts>,
    /// Wall time of all stages, seconds.
    pub seconds: f64,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stage {
    /// Its name.
    pub stage: &'static str,
    /// Wall time, seconds.
    pub seconds: f64,
    /// Whether all of it came from a cache.
    pub cached: bool,
    /// How many things it made.
    pub items: u64,
    /// The process's highest resident memory up to its end, bytes.
    pub peak_rss_bytes: u64,
}

/// The documents of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Documents {
    /// How many the sources named.
    pub found: usize,
    /// Pages that the network brought; the others came from files or the cache.
    pub fetched: usize,
    /// Requests made, those for robots.txt, redirects and second tries included.
    pub requests: usize,
    /// How many are on the site.
    pub kept: usize,
    /// Those that are not.
    pub dropped: Vec<Dropped>,
}

/// A site that was crawled.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SiteFound {
    /// Where the crawl started.
    pub url: String,
    /// How sure it is that the right list was found, 0 to 1; 1 with a recipe.
    pub confidence: f64,
    /// The share of the documents that have each part, 0 to 1.
    pub coverage: BTreeMap<&'static str, f64>,
}

impl SiteFound {
    fn of(site: &Site) -> Self {
        let n = site.coverage.documents.max(1) as f64;
        let share = |count: usize| (count as f64 / n * 1e4).round() / 1e4;
        let coverage =
            site.coverage.parts().into_iter().map(|(part, count)| (part, share(count))).collect();
        Self { url: site.url.clone(), confidence: site.confidence, coverage }
    }
}

/// A document that is not on the site.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dropped {
    /// Where it was: a URL, or a file and a line.
    pub url: String,
    /// Why it was dropped.
    pub reason: String,
}

/// What was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Topics.
    pub topics: usize,
    /// Terms.
    pub terms: usize,
    /// Files written.
    pub files: usize,
}

impl Report {
    pub(crate) fn new(trace: &Trace, prepared: &Prepared, run: &Run) -> Self {
        let dropped = prepared.dropped.iter().map(|skipped| Dropped {
            url: skipped.location.clone(),
            reason: skipped.reason.clone(),
        });
        Self {
            program: concat!("topicmill ", env!("CARGO_PKG_VERSION")),
            threads: run.threads(),
            stages: stages(trace),
            documents: Documents {
                found: prepared.found,
                fetched: prepared.fetched,
                requests: prepared.requests,
                kept: prepared.documents.len(),
                dropped: dropped.collect(),
            },
            sites: prepared.sites.iter().map(SiteFound::of).collect(),
            lock: prepared.lock.clone(),
            results: None,
            seconds: trace.records().iter().map(|record| record.seconds).sum(),
        }
    }

    pub(crate) fn with_results(self, results: &Results, files: usize) -> Self {
        let counts =
            Counts { topics: results.topics.len(), terms: results.vocabulary.len(), files };
        Self { results: Some(counts), ..self }
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

fn stages(trace: &Trace) -> Vec<Stage> {
    let stage = |record: &jobs::StageRecord| Stage {
        stage: record.stage,
        seconds: record.seconds,
        cached: record.cached,
        items: record.items,
        peak_rss_bytes: record.peak_rss_bytes,
    };
    trace.records().iter().map(stage).collect()
}
