//! All documents placed in the topics, one part of the matrix after the other.

use jobs::Run;
use learn::{Nmf, SpilledMatrix};

use crate::Error;
use crate::results::Results;
use crate::topics::describe::{MIN_SHARE, Weighted, shares, told_shares};

/// Documents that are named for each topic: those of the greatest share.
const NAMED: usize = 50;

/// What all documents tell of the topics.
pub(super) struct Places {
    n_docs: usize,
    /// The sums of each topic's shares of the documents.
    totals: Vec<f64>,
    /// The documents of each topic, by falling weight.
    heaviest: Vec<Vec<Weighted>>,
    /// How much of each document the topics explain.
    pub(super) explained: Vec<f64>,
}

impl Places {
    /// Of the weights `x`, (n_docs, n_terms). Cost: that of [`Nmf::transform`].
    pub(super) fn of(x: &SpilledMatrix<f32>, nmf: &Nmf, run: &Run) -> Result<Self, Error> {
        let k = nmf.components().nrows();
        let mut places = Self {
            n_docs: x.shape().0,
            totals: vec![0.0; k],
            heaviest: vec![Vec::new(); k],
            explained: Vec::with_capacity(x.shape().0),
        };
        x.each_part(|part| {
            let rows = part.view();
            let w = nmf.transform(rows, run)?;
            places.explained.extend(nmf.explained(rows, w.view(), run)?);
            let (shares, told) = (shares(w.view()), told_shares(w.view(), rows));
            for (row, (shares, told)) in shares.rows().into_iter().zip(told.rows()).enumerate() {
                for (topic, (share, &weight)) in shares.iter().zip(told).enumerate() {
                    places.totals[topic] += share;
                    if weight >= MIN_SHARE {
                        let index = part.first_row() + row;
                        keep(&mut places.heaviest[topic], Weighted { index, weight });
                    }
                }
            }
            run.check()?;
            Ok::<_, Error>(())
        })?;
        Ok(places)
    }

    /// The documents that the topics name.
    pub(super) fn named(&self) -> impl Iterator<Item = usize> {
        self.heaviest.iter().flatten().map(|document| document.index)
    }

    /// `results` of the documents at the places `shown`, rising, with the shares of all documents, and the
    /// documents that have most of each topic.
    pub(super) fn told_in(self, mut results: Results, shown: &[usize]) -> Results {
        let shares = self.totals.iter().map(|total| total / self.n_docs.max(1) as f64);
        for ((topic, share), heaviest) in results.topics.iter_mut().zip(shares).zip(self.heaviest) {
            topic.share = share;
            topic.documents = heaviest
                .into_iter()
                .filter_map(|Weighted { index, weight }| {
                    let index = shown.binary_search(&index).ok()?;
                    Some(Weighted { index, weight })
                })
                .collect();
        }
        results
    }
}

/// Adds a document to those of a topic, by falling weight; ties go to the first.
fn keep(heaviest: &mut Vec<Weighted>, document: Weighted) {
    let at = heaviest.partition_point(|other| other.weight >= document.weight);
    if at < NAMED {
        heaviest.insert(at, document);
        heaviest.truncate(NAMED);
    }
}
