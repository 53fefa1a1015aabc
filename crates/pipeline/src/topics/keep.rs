//! The topics as they were, and the documents placed in them.

use std::path::{Path, PathBuf};

use jobs::{Codec, Digest, Made, Memo, Run, Stage, Trace};
use learn::{Fit, Loss, Nmf, Occurrence, Weighing, WordsConfig, diversity, npmi};
use ndarray::Array2;
use serde::{Deserialize, Serialize};
use sprs::{CsMatI, CsMatViewI};
use text::{Counter, Text, Vocabulary};

use crate::config::settings::count_config;
use crate::model::{Model, Told};
use crate::read::prepare::Prepared;
use crate::read::set_aside;
use crate::read::shards::Shard;
use crate::results::Quality;
use crate::topics::arrange::Given;
use crate::topics::explained::Explained;
use crate::topics::parts::{Part, parts};
use crate::topics::related::Known;
use crate::{Config, Error, tasks};

/// What the site that stands tells of its topics, and the cache of its documents.
pub(crate) struct Standing {
    model: Model,
    digest: Digest,
    known: Known,
}

impl Standing {
    /// Of the site in `target`.
    pub(crate) fn find(memo: &Memo, target: &Path) -> Result<Self, Error> {
        let model = Model::read(&path_of_model(target))?;
        let digest = model.digest_of_topics()?;
        let is_anew = memo.is_anew(tasks::RELATED.name);
        let known = if is_anew { Known::default() } else { Known::find(memo, target) };
        Ok(Self { model, digest, known })
    }
}

fn path_of_model(target: &Path) -> PathBuf {
    target.join("data/model.topicmill")
}

/// What the documents are placed in, and where they are.
pub(crate) struct Kept {
    pub(crate) vocabulary: Vocabulary,
    pub(crate) weighing: Weighing,
    /// CSR, (n_docs, n_terms): the weights of the documents.
    pub(crate) x: CsMatI<f32, u32, usize>,
    /// The digest of them.
    pub(crate) weights: Digest,
    pub(crate) fit: Fit,
    /// How much of each document the topics explain, and of those that they were found in.
    pub(crate) shares: Vec<f64>,
    pub(crate) explained: Explained,
    /// What the topics were called.
    pub(crate) given: Given,
    /// What the model tells of the topics.
    told: Option<Told>,
    /// The digest of the model.
    model: Digest,
    /// The related documents of the last build.
    pub(crate) known: Known,
}

/// A shard of documents in the topics of a model: its rows of `X`, CSR, and of `W`, and what the
/// topics explain of each.
#[derive(Serialize, Deserialize)]
pub(crate) struct Placed {
    indptr: Vec<usize>,
    indices: Vec<u32>,
    weights: Vec<f32>,
    doc_topics: Vec<f32>,
    shares: Vec<f64>,
}

impl Placed {
    /// Whether it can be of so many documents, terms and topics.
    fn fits(&self, (n_docs, n_terms, n_topics): (usize, usize, usize)) -> bool {
        let Self { indptr, indices, weights, doc_topics, shares } = self;
        let is_weight = |weight: &f32| weight.is_finite() && *weight >= 0.0;
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
            && weights.len() == indices.len()
            && Some(doc_topics.len()) == n_docs.checked_mul(n_topics)
            && shares.len() == n_docs
            && weights.iter().chain(doc_topics).all(is_weight)
            && shares.iter().all(|share| (0.0..=1.0).contains(share))
            && rows.into_iter().all(is_row)
    }
}

/// All documents in the topics of a model.
struct Places {
    x: CsMatI<f32, u32, usize>,
    doc_topics: Array2<f32>,
    shares: Vec<f64>,
}

impl Kept {
    /// Places the documents in the topics of the site in `target`. Shards that were placed in them
    /// before are not placed again.
    pub(crate) fn place(
        (target, standing): (&Path, Option<Standing>),
        (prepared, config): (&Prepared, &Config),
        (memo, trace): (&Memo, &mut Trace),
        run: &Run,
    ) -> Result<Self, Error> {
        let keys = prepared.keys();
        let find = || standing.map_or_else(|| Standing::find(memo, target), Ok);
        let own =
            || (set_aside::own_texts(prepared), set_aside::digests_of_own_texts(prepared, &keys));
        let (standing, (texts, own)) = run.both(find, own)?;
        let Standing { model, digest, known } = standing?;
        let settings = count_config(config, prepared.documents.len());
        let counter = Counter::new(&settings)?;
        let analyzer = format!("{:?}", settings.analyzer);
        let (n_terms, n_topics) = (model.vocabulary.len(), model.nmf.components().nrows());
        let weights = (prepared.weights.title, prepared.weights.tags);
        let Places { x, doc_topics, shares } = trace.stage("place", run, |stage| {
            stage.items = texts.len() as u64;
            let shards = keys.in_shards(&texts, &own);
            let documents: Vec<Digest> = shards.iter().map(|shard| shard.digest).collect();
            stage.input("documents", Digest::of_value(&documents));
            stage.input("model", digest);
            stage.input("settings", Digest::of_value(&(analyzer.as_str(), weights)));
            let place = |shard: Shard<'_, Text<'_>>| {
                let input = (shard.digest, digest, analyzer.as_str(), weights);
                let shape = (shard.docs.len(), n_terms, n_topics);
                let task = (&tasks::PLACE, Codec::of_serde(), |placed: &Placed| placed.fits(shape));
                memo.get_or_run_if(task, &input, run, || {
                    place_shard(shard.docs, (&counter, &model), run)
                })
            };
            let placed = run.map(shards, place)?;
            let placed: Vec<Made<Placed>> = placed.into_iter().collect::<Result<_, _>>()?;
            let digests: Vec<Digest> = placed.iter().map(|placed| placed.digest).collect();
            stage.output = Some(Digest::of_value(&digests));
            let (mut indptr, mut indices, mut weights) = (vec![0], Vec::new(), Vec::new());
            let (mut doc_topics, mut shares) = (Vec::new(), Vec::new());
            for placed in placed {
                let placed = stage.take(placed);
                indptr.extend(placed.indptr.iter().skip(1).map(|end| indices.len() + end));
                indices.extend(placed.indices);
                weights.extend(placed.weights);
                doc_topics.extend(placed.doc_topics);
                shares.extend(placed.shares);
            }
            let x = CsMatI::new((texts.len(), n_terms), indptr, indices, weights);
            let doc_topics = Array2::from_shape_vec((texts.len(), n_topics), doc_topics);
            let doc_topics = doc_topics.map_err(|_| Error::DamagedModel {
                path: path_of_model(target),
                what: "its topics do not fit what was placed in them",
            })?;
            Ok::<_, Error>(Places { x, doc_topics, shares })
        })?;
        let weights = tasks::digest_of(x.view());
        let loss = Loss { relative: relative_error(x.view(), &shares), iterations: 0 };
        Ok(Self {
            vocabulary: model.vocabulary,
            weighing: model.weighing,
            x,
            weights,
            fit: Fit { nmf: model.nmf, doc_topics, loss },
            shares,
            explained: model.explained,
            given: Given::kept(model.names, model.next_id),
            told: model.told,
            model: digest,
            known,
        })
    }

    /// What is told of the topics, and what they divide into: the stage `quality`.
    pub(crate) fn judge(
        &self,
        config: &Config,
        stage: &mut Stage,
        (memo, run): (&Memo, &Run),
    ) -> Result<(Told, Vec<Vec<Part>>), Error> {
        stage.items = self.fit.doc_topics.ncols() as u64;
        stage.input("weights", self.weights);
        stage.input("model", self.model);
        let x = self.x.view();
        let told = match &self.told {
            Some(told) => told.clone(),
            None => tell(&self.fit.nmf, x, run)?,
        };
        // Not counted as results found again: the rest is computed every time.
        let parts = parts(&self.fit, x, config.seed, (memo, run))?.into_iter();
        let parts: Vec<Vec<Part>> = parts.map(|parts| parts.value).collect();
        let made = format!("{:?} {told:?} {parts:?}", self.fit.loss.relative);
        stage.output = Some(Digest::of(made.as_bytes()));
        Ok((told, parts))
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
    let shares = model.nmf.explained(x.view(), doc_topics.view(), run)?;
    let (indptr, indices, weights) = x.into_raw_storage();
    let doc_topics = doc_topics.iter().copied().collect();
    Ok(Placed { indptr, indices, weights, doc_topics, shares })
}

/// The words and the quality of the topics of a model that does not know them, as the documents `x`
/// tell them.
fn tell(nmf: &Nmf, x: CsMatViewI<'_, f32, u32, usize>, run: &Run) -> Result<Told, Error> {
    let occurrence = Occurrence::of(x);
    let words = WordsConfig::default().choose(nmf.components(), &occurrence, run)?;
    let quality = Quality {
        npmi: npmi(&words, &occurrence),
        npmi_held_out: None,
        diversity: diversity(&words),
    };
    Ok(Told { words, quality })
}

/// `‖X − W·H‖ / ‖X‖` of documents `x`, of which topics explain `shares`: those that
/// [`Nmf::explained`] gives for the `W` of [`Nmf::transform`].
pub(crate) fn relative_error(x: CsMatViewI<'_, f32, u32, usize>, shares: &[f64]) -> f64 {
    let (mut all, mut left) = (0.0, 0.0);
    for (row, share) in x.outer_iterator().zip(shares) {
        let square: f64 = row.data().iter().map(|&value| f64::from(value).powi(2)).sum();
        all += square;
        left += (1.0 - share) * square;
    }
    if all > 0.0 { (left / all).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr2;

    #[test]
    fn what_another_wrote_into_the_cache_has_to_fit() {
        let placed =
            |indptr: &[usize], indices: &[u32], n_weights: usize, n_topics: usize| Placed {
                indptr: indptr.to_vec(),
                indices: indices.to_vec(),
                weights: vec![0.5; n_weights],
                doc_topics: vec![0.5; n_topics],
                shares: vec![0.5; 2],
            };
        let shape = (2, 3, 2);
        assert!(placed(&[0, 2, 3], &[0, 2, 1], 3, 4).fits(shape));
        for (wrong, what) in [
            (placed(&[0, 2, 3], &[0, 3, 1], 3, 4), "a term beyond the end"),
            (placed(&[0, 2, 3], &[2, 0, 1], 3, 4), "terms without order"),
            (placed(&[0, 2, 3], &[0, 2, 1], 2, 4), "a weight less"),
            (placed(&[0, 2, 3], &[0, 2, 1], 3, 5), "a topic more"),
            (placed(&[0, 3], &[0, 1, 2], 3, 4), "a document less"),
            (placed(&[0, 9, 3], &[0, 2, 1], 3, 4), "an end beyond the end"),
            (placed(&[1, 2, 3], &[0, 2, 1], 3, 4), "a start behind the first"),
            (placed(&[], &[], 0, 0), "nothing"),
        ] {
            assert!(!wrong.fits(shape), "{what}");
        }
        let good = || placed(&[0, 2, 3], &[0, 2, 1], 3, 4);
        let shares = |shares: &[f64]| Placed { shares: shares.to_vec(), ..good() };
        assert!(!shares(&[0.5]).fits(shape), "a share less");
        assert!(!shares(&[0.5, 1.5]).fits(shape), "more than the whole");
        let weights = |weights: &[f32]| Placed { weights: weights.to_vec(), ..good() };
        assert!(!weights(&[0.5, f32::NAN, 0.5]).fits(shape), "no number");
        let doc_topics = |doc_topics: &[f32]| Placed { doc_topics: doc_topics.to_vec(), ..good() };
        assert!(!doc_topics(&[0.5, -0.5, 0.5, 0.5]).fits(shape), "less than nothing");
    }

    #[test]
    fn the_error_is_that_of_the_product() {
        let indices = vec![0, 2, 1, 0, 1, 2];
        let data = vec![1.0_f32, 2.0, 3.0, 2.0, 4.0, 7.0];
        let x = CsMatI::new((3, 3), vec![0, 2, 3, 6], indices, data);
        let nmf = Nmf::from_components(arr2(&[[1.0_f32, 2.0, 3.0], [0.0, 1.0, 0.0]])).unwrap();
        let w = nmf.transform(x.view(), &Run::serial()).unwrap();
        let shares = nmf.explained(x.view(), w.view(), &Run::serial()).unwrap();
        let dense = arr2(&[[1.0_f32, 0.0, 2.0], [0.0, 3.0, 0.0], [2.0, 4.0, 7.0]]);
        let length = |a: Array2<f32>| a.mapv(|v| f64::from(v).powi(2)).sum().sqrt();
        let expected = length(&dense - &w.dot(&nmf.components())) / length(dense);
        let got = relative_error(x.view(), &shares);
        assert!(expected > 0.1 && (got - expected).abs() < 1e-6, "{got} {expected}");
        assert_eq!(relative_error(CsMatI::<f32, u32, usize>::zero((2, 3)).view(), &[0.0; 2]), 0.0);
    }
}
