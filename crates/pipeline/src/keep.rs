//! The topics as they were, and the documents placed in them.

use std::path::Path;

use jobs::{Codec, Digest, Made, Memo, Run, Trace};
use learn::{Fit, Loss, Occurrence, WordsConfig, diversity, npmi};
use ndarray::{Array2, ArrayView2, s};
use serde::{Deserialize, Serialize};
use sprs::{CsMatI, CsMatViewI};
use text::{Counter, Counts, Text};

use crate::arrange::Given;
use crate::model::Model;
use crate::parts::{Part, parts};
use crate::prepare::Prepared;
use crate::results::Quality;
use crate::settings::count_config;
use crate::shards::{Shard, shards};
use crate::stages::Fitted;
use crate::{Config, Error, set_aside, tasks};

/// Documents in one parallel task of the error.
const ERROR_DOCS: usize = 1024;

/// What the documents are placed in, and where they are.
pub(crate) struct Kept {
    pub(crate) counts: Counts,
    pub(crate) fitted: Fitted,
    /// The digest of the documents' weights.
    pub(crate) weights: Digest,
    /// The words that each topic is told by.
    pub(crate) words: Vec<Vec<usize>>,
    /// How good the topics are for these documents.
    pub(crate) quality: Quality,
    /// What the topics divide into.
    pub(crate) parts: Vec<Vec<Part>>,
    /// What the topics were called.
    pub(crate) given: Given,
}

/// A shard of documents in the topics of a model: its counts, CSR, and its rows of `W`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Placed {
    indptr: Vec<usize>,
    indices: Vec<u32>,
    counts: Vec<u32>,
    doc_topics: Vec<f32>,
}

impl Placed {
    /// Whether it can be of so many documents, terms and topics.
    fn fits(&self, (n_docs, n_terms, n_topics): (usize, usize, usize)) -> bool {
        let Self { indptr, indices, counts, doc_topics } = self;
        let rows = indptr.windows(2).map(|ends| indices.get(ends[0]..ends[1]));
        let is_row = |row: Option<&[u32]>| {
            row.is_some_and(|row| {
                row.is_sorted_by(|a, b| a < b)
                    && row.last().is_none_or(|&last| (last as usize) < n_terms)
            })
        };
        let ends = (indptr.first().copied(), indptr.last().copied());
        indptr.len() == n_docs + 1
            && ends == (Some(0), Some(indices.len()))
            && counts.len() == indices.len()
            && Some(doc_topics.len()) == n_docs.checked_mul(n_topics)
            && rows.into_iter().all(is_row)
    }
}

impl Kept {
    /// Places the documents in the topics of the site in `target`. Shards that were placed in them
    /// before are not placed again.
    pub(crate) fn place(
        target: &Path,
        (prepared, config): (&Prepared, &Config),
        (memo, trace): (&Memo, &mut Trace),
        run: &Run,
    ) -> Result<Self, Error> {
        let path = target.join("data/model.topicmill");
        let model = Model::read(&path)?;
        let digest = Digest::of_file(&path)
            .map_err(|source| Error::ReadModel { path: path.clone(), source })?;
        let settings = count_config(config, prepared.documents.len());
        let counter = Counter::new(&settings)?;
        let analyzer = format!("{:?}", settings.analyzer);
        let n_topics = model.nmf.components().nrows();
        let texts = set_aside::own_texts(prepared);
        let (counts, doc_topics) = trace.stage("place", run, |stage| {
            stage.items = texts.len() as u64;
            stage.input("model", digest);
            let place = |shard: Shard<'_, '_>| {
                let input = (shard.digest, digest, analyzer.as_str());
                let shape = (shard.docs.len(), model.vocabulary.len(), n_topics);
                let task = (&tasks::PLACE, Codec::of_serde(), |placed: &Placed| placed.fits(shape));
                memo.get_or_run_if(task, &input, run, || {
                    place_shard(shard.docs, (&counter, &model), run)
                })
            };
            let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
            let mut doc_topics = Vec::new();
            let placed = run.map(shards(&texts), place)?;
            let placed: Vec<Made<Placed>> = placed.into_iter().collect::<Result<_, _>>()?;
            let digests: Vec<Digest> = placed.iter().map(|placed| placed.digest).collect();
            stage.output = Some(Digest::of_value(&digests));
            for placed in placed {
                let placed = stage.take(placed);
                indptr.extend(placed.indptr.iter().skip(1).map(|end| indices.len() + end));
                indices.extend(placed.indices);
                data.extend(placed.counts);
                doc_topics.extend(placed.doc_topics);
            }
            let shape = (texts.len(), model.vocabulary.len());
            let matrix = CsMatI::new(shape, indptr, indices, data);
            let doc_topics = Array2::from_shape_vec((texts.len(), n_topics), doc_topics);
            let doc_topics = doc_topics.map_err(|_| Error::DamagedModel {
                path: path.clone(),
                what: "its topics do not fit what was placed in them",
            })?;
            Ok::<_, Error>((Counts { matrix, vocabulary: model.vocabulary.clone() }, doc_topics))
        })?;
        let x = model.weighing.transform(counts.matrix.view(), run)?;
        let weights = tasks::digest_of(x.view());
        let (fit, words, quality, parts) = trace.stage("quality", run, |stage| {
            stage.items = n_topics as u64;
            stage.input("weights", weights);
            stage.input("model", digest);
            let components = model.nmf.components();
            let relative = relative_error(x.view(), doc_topics.view(), components, run)?;
            let occurrence = Occurrence::of(x.view());
            let words = WordsConfig::default().choose(components, &occurrence, run)?;
            let quality = Quality {
                npmi: npmi(&words, &occurrence),
                npmi_held_out: None,
                diversity: diversity(&words),
            };
            let loss = Loss { relative, iterations: 0 };
            let fit = Fit { nmf: model.nmf, doc_topics, loss };
            let parts = parts(&fit, x.view(), config.seed, (memo, run))?;
            // Not counted as results found again: the rest is computed every time.
            let parts: Vec<Vec<Part>> = parts.into_iter().map(|parts| parts.value).collect();
            let made = format!("{relative:?} {words:?} {quality:?} {parts:?}");
            stage.output = Some(Digest::of(made.as_bytes()));
            Ok::<_, Error>((fit, words, quality, parts))
        })?;
        let explained = Some(model.explained);
        let fitted = Fitted { weighing: model.weighing, x, fit, explained };
        let given = Given::kept(model.names, model.next_id);
        Ok(Self { counts, fitted, weights, words, quality, parts, given })
    }
}

/// Counts documents and places them in the topics of `model`.
pub(crate) fn place_shard(
    docs: &[Text<'_>],
    (counter, model): (&Counter, &Model),
    run: &Run,
) -> Result<Placed, Error> {
    let counts = counter.count_known(docs, &model.vocabulary, run)?;
    let x = model.weighing.transform(counts.view(), &Run::serial())?;
    let doc_topics = model.nmf.transform(x.view(), run)?;
    let (indptr, indices, counts) = counts.into_raw_storage();
    Ok(Placed { indptr, indices, counts, doc_topics: doc_topics.iter().copied().collect() })
}

/// `‖X − W·H‖ / ‖X‖`, without making the product: `‖X‖² − 2 ⟨X, W·H⟩ + ⟨WᵀW, HHᵀ⟩`.
pub(crate) fn relative_error(
    x: CsMatViewI<'_, f32, u32, usize>,
    w: ArrayView2<'_, f32>,
    h: ArrayView2<'_, f32>,
    run: &Run,
) -> Result<f64, Error> {
    let w = w.mapv(f64::from);
    // One term after the other in memory: they are asked for in no order.
    let by_term = h.t().as_standard_layout().mapv(f64::from);
    let starts: Vec<usize> = (0..x.rows()).step_by(ERROR_DOCS).collect();
    let sums = run.map(starts, |start| {
        let (mut norm, mut cross) = (0.0, 0.0);
        let end = x.rows().min(start + ERROR_DOCS);
        let rows = x.slice_outer(start..end);
        for (row, w) in rows.outer_iterator().zip(w.slice(s![start..end, ..]).rows()) {
            for (term, &value) in row.iter() {
                norm += f64::from(value).powi(2);
                cross += f64::from(value) * w.dot(&by_term.row(term));
            }
        }
        (norm, cross)
    })?;
    // In the order of the documents: the same for any number of threads.
    let add = |(norm, cross): (f64, f64), (a, b): (f64, f64)| (norm + a, cross + b);
    let (norm, cross) = sums.into_iter().fold((0.0, 0.0), add);
    let product = (w.t().dot(&w) * by_term.t().dot(&by_term)).sum();
    Ok(if norm > 0.0 { ((norm - 2.0 * cross + product).max(0.0) / norm).sqrt() } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr2;

    #[test]
    fn what_another_wrote_into_the_cache_has_to_fit() {
        let placed =
            |indptr: &[usize], indices: &[u32], n_counts: usize, n_weights: usize| Placed {
                indptr: indptr.to_vec(),
                indices: indices.to_vec(),
                counts: vec![1; n_counts],
                doc_topics: vec![0.5; n_weights],
            };
        let shape = (2, 3, 2);
        assert!(placed(&[0, 2, 3], &[0, 2, 1], 3, 4).fits(shape));
        for (wrong, what) in [
            (placed(&[0, 2, 3], &[0, 3, 1], 3, 4), "a term beyond the end"),
            (placed(&[0, 2, 3], &[2, 0, 1], 3, 4), "terms without order"),
            (placed(&[0, 2, 3], &[0, 2, 1], 2, 4), "a count less"),
            (placed(&[0, 2, 3], &[0, 2, 1], 3, 5), "a weight more"),
            (placed(&[0, 3], &[0, 1, 2], 3, 4), "a document less"),
            (placed(&[0, 9, 3], &[0, 2, 1], 3, 4), "an end beyond the end"),
            (placed(&[1, 2, 3], &[0, 2, 1], 3, 4), "a start behind the first"),
            (placed(&[], &[], 0, 0), "nothing"),
        ] {
            assert!(!wrong.fits(shape), "{what}");
        }
    }

    #[test]
    fn the_error_is_that_of_the_product() {
        let x = CsMatI::new((2, 3), vec![0, 2, 3], vec![0, 2, 1], vec![1.0_f32, 2.0, 3.0]);
        let (w, h) = (arr2(&[[0.5_f32], [1.0]]), arr2(&[[1.0_f32, 2.0, 3.0]]));
        let dense = arr2(&[[1.0_f32, 0.0, 2.0], [0.0, 3.0, 0.0]]);
        let expected = (&dense - &w.dot(&h)).mapv(|v| f64::from(v).powi(2)).sum().sqrt()
            / dense.mapv(|v| f64::from(v).powi(2)).sum().sqrt();
        let got = relative_error(x.view(), w.view(), h.view(), &Run::serial()).unwrap();
        assert!((got - expected).abs() < 1e-9, "{got} {expected}");
    }

    #[test]
    fn the_error_is_the_same_for_any_number_of_threads() {
        let n = 3 * ERROR_DOCS + 7;
        let term = |doc: usize| (doc * 7 % 5) as u32;
        let data: Vec<f32> = (0..n).map(|doc| 0.1 + (doc % 13) as f32).collect();
        let x = CsMatI::new((n, 5), (0..=n).collect(), (0..n).map(term).collect(), data);
        let w = Array2::from_shape_fn((n, 3), |(doc, k)| ((doc + k) % 4) as f32 * 0.3);
        let h = Array2::from_shape_fn((3, 5), |(k, term)| (k * term % 4) as f32 * 0.7);
        let of = |run: &Run| relative_error(x.view(), w.view(), h.view(), run).unwrap().to_bits();
        let threads = |n| Run::with_threads(std::num::NonZeroUsize::new(n).unwrap()).unwrap();
        assert_eq!(of(&Run::serial()), of(&threads(2)));
        assert_eq!(of(&Run::serial()), of(&threads(5)));
    }
}
