//! Non-negative matrix factorisation: `X ≈ W · H`.

pub(crate) mod blocks;
mod doc_weight;
mod explained;
mod factor;
pub(crate) mod gram;
mod hals;
mod k_means;
mod nnls;
mod online;
mod plain;
mod spilled;
mod start;
mod svd;
mod topics;

use std::collections::BTreeMap;

use jobs::Run;
use ndarray::{Array2, ArrayView2};
use sprs::CsMatViewI;

use crate::kernels::padded;
use crate::{Error, InstructionSet, Real};
use blocks::RowBlocks;
use doc_weight::DocWeights;
use factor::{Drawn, Extra};
use hals::{Problem, Stop};
use start::Start;
use svd::{How, Power};

pub use doc_weight::DocWeight;
pub use online::OnlineNmf;
pub use plain::{LearnH, PlainConfig, PlainFactors, Solver, factorise_plain};
pub use spilled::SpilledFit;
pub use start::Init;
pub use topics::{Fit, Nmf};

/// Settings of the factorisation.
///
/// The objective is `½‖X − W·H‖²` (Frobenius) over non-negative `W`, (n_docs, n_topics), and `H`,
/// (n_topics, n_terms), and what [`Penalty`] adds.
///
/// | field | default | meaning | allowed |
/// |---|---|---|---|
/// | `n_topics` | – | columns of `W`, rows of `H` | 1..=min(n_docs, n_terms); any from 1 with a random or custom start |
/// | `seed` | 0 | of everything random in the start | any |
/// | `max_iter` | 200 | outer iterations at most | ≥ 1 |
/// | `tol` | 1e-5 | stop when five iterations lowered the error by less than this share | ≥ 0 |
/// | `init` | [`Init::Nndsvda`] | the start | |
/// | `penalty` | none | what large entries cost | ≥ 0 |
/// | `doc_weight` | [`DocWeight::Equal`] | how much each document counts | |
/// | `k_means` | 0 | rounds that draw topics to the documents that they lead | ≥ 0 |
/// | `isa` | the widest there is | what the inner loops run on; changes no result | |
#[derive(Debug, Clone)]
pub struct NmfConfig {
    /// How many topics.
    pub n_topics: usize,
    /// The seed.
    pub seed: u64,
    /// Outer iterations at most.
    pub max_iter: usize,
    /// The relative fall of the error over five iterations below which the fit ends.
    pub tol: f64,
    /// How both factors begin.
    pub init: Init,
    /// What is added to the objective.
    pub penalty: Penalty,
    /// How much each document counts in the objective; `W` is of the documents as they are. A penalty
    /// of `W` counts for each document by the square root of that. With a guide all count alike.
    pub doc_weight: DocWeight,
    /// Rounds of spherical k-means at the end, from the documents that each topic leads, with one
    /// iteration after them. Topics then tell groups of documents apart better (by some hundredths
    /// of the mutual information with labels that people gave), for about a thousandth of the error.
    /// Guided topics are left alone.
    pub k_means: usize,
    /// The instruction set of the inner loops.
    pub isa: InstructionSet,
}

/// What is added to the objective: `l1_w ΣW + ½ l2_w ‖W‖² + l1_h ΣH + ½ l2_h ‖H‖²`.
///
/// scikit-learn's `alpha_W`, `alpha_H` and `l1_ratio` are `l1_w = alpha_W · l1_ratio · n_terms`,
/// `l2_w = alpha_W · (1 − l1_ratio) · n_terms`, and the same for `H` with `n_docs`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Penalty {
    /// Of the sum of `W`.
    pub l1_w: f64,
    /// Of half the squares of `W`.
    pub l2_w: f64,
    /// Of the sum of `H`.
    pub l1_h: f64,
    /// Of half the squares of `H`.
    pub l2_h: f64,
}

/// A factorisation as the iterations left it, neither normalised nor put in order.
#[derive(Debug, Clone)]
pub struct Factors<F> {
    /// (n_docs, n_topics)
    pub w: Array2<F>,
    /// (n_topics, n_terms)
    pub h: Array2<F>,
    /// Outer iterations made.
    pub iterations: usize,
}

/// How well the topics give the matrix back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loss {
    /// `‖X − W·H‖ / ‖X‖`, Frobenius.
    pub relative: f64,
    /// Outer iterations made.
    pub iterations: usize,
}

/// Terms that topics are drawn to: `½ strength (H_kt − s_k)²` is added to the objective for each term `t` of
/// topic `k`. What else a topic is about is left to the documents.
#[derive(Debug, Clone, PartialEq)]
pub struct Guide {
    /// For the first topics the columns of their terms: with the weight `s_k` on each, these alone have the
    /// length of an average topic at the start.
    pub terms: Vec<Vec<u32>>,
    /// How strong the pull is, relative to the pull of the documents; at least 0.
    pub strength: f64,
}

/// What the iterations begin with.
enum Begin<F> {
    /// Given factors.
    At(Start<F>),
    /// What `init` makes, from singular vectors of this care.
    Made(Power),
}

impl NmfConfig {
    /// The default settings for `n_topics` topics.
    #[must_use]
    pub fn new(n_topics: usize) -> Self {
        Self {
            n_topics,
            seed: 0,
            max_iter: 200,
            tol: 1e-5,
            init: Init::default(),
            penalty: Penalty::default(),
            doc_weight: DocWeight::default(),
            k_means: 0,
            isa: InstructionSet::best(),
        }
    }

    /// The same settings with another seed.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Factorises `x`, CSR, (n_docs, n_terms), finite and non-negative, and makes topics of the
    /// factors: each row of `H` has the Euclidean length 1 (so that a topic of few terms counts in a
    /// document as one of many does), topics come in the order of falling share (the mean over the
    /// documents of `w_ik / Σ_k w_ik`), and `W` is the exact least-squares solution for that `H`.
    ///
    /// Steps: hierarchical alternating least squares (Cichocki et al. 2007) with several inner
    /// sweeps (Gillis and Glineur, Neural Computation 24(4), 2012) and extrapolation with restarts
    /// (Ang and Gillis, Neural Computation 31(2), 2019, algorithm 2).
    ///
    /// The same bytes for any number of threads and on every instruction set. Cost of an iteration:
    /// `2 · nnz · n_topics` and up to `(n_docs + n_terms) · n_topics²` multiplications; memory: the
    /// transposed matrix and four copies of `W` and of `H`.
    ///
    /// # Errors
    /// [`Error::TopicCount`], [`Error::Setting`], [`Error::Value`] and [`Error::AllZero`] for what
    /// cannot be factorised.
    pub fn fit<F: Real>(
        &self,
        x: CsMatViewI<'_, F, u32, usize>,
        run: &Run,
    ) -> Result<Fit<F>, Error> {
        self.fit_guided(x, None, run)
    }

    /// As [`fit`](Self::fit), with topics drawn to given terms.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and [`Error::Setting`] for a guide that does not fit.
    pub fn fit_guided<F: Real>(
        &self,
        x: CsMatViewI<'_, F, u32, usize>,
        guide: Option<&Guide>,
        run: &Run,
    ) -> Result<Fit<F>, Error> {
        self.check(x)?;
        if x.data().iter().all(|&value| value == F::ZERO) {
            return Err(Error::AllZero { n_docs: x.rows() });
        }
        let begin = Begin::Made(Power::Cheap);
        let end = self.iterate_weighed(x, begin, guide, (&mut |_, _| true, run))?;
        topics::fit(x, end, self, run)
    }

    /// Factorises `x` and leaves the factors as they are.
    ///
    /// `start` are factors to begin with, `W` (n_docs, n_topics) and `H` (n_topics, n_terms), in
    /// place of what `init` makes. `watch` sees the number of every iteration and the relative error
    /// `‖X − W·H‖ / ‖X‖` of its iterate, documents counting as `doc_weight` says, and ends the fit with
    /// `false`.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and [`Error::Shape`] for a start of another shape; a matrix of zeros
    /// has factors of zeros.
    pub fn factorise<F: Real>(
        &self,
        x: CsMatViewI<'_, F, u32, usize>,
        start: Option<(ArrayView2<'_, F>, ArrayView2<'_, F>)>,
        watch: &mut dyn FnMut(usize, f64) -> bool,
        run: &Run,
    ) -> Result<Factors<F>, Error> {
        if start.is_some() || self.init == Init::Random {
            check_settings(self)?;
            check_values(x)?;
        } else {
            self.check(x)?;
        }
        let k = self.n_topics;
        let start = start.map(|(w, h)| custom_start((w, h), (x.shape(), k))).transpose()?;
        if x.data().iter().all(|&value| value == F::ZERO) {
            let (w, h) = (Array2::from_elem((x.rows(), k), F::ZERO), (k, x.cols()));
            return Ok(Factors { w, h: Array2::from_elem(h, F::ZERO), iterations: 0 });
        }
        let begin = start.map_or(Begin::Made(Power::Cheap), Begin::At);
        let end = self.iterate_weighed(x, begin, None, (watch, run))?;
        let h = unpadded(&end.ht, k).reversed_axes();
        Ok(Factors { w: unpadded(&end.w, k), h, iterations: end.iterations })
    }

    /// Topics for `x`, whose rows count alike, that are learned on: `Hᵀ`, (n_terms, width), of a few
    /// iterations.
    fn begun<F: Real>(&self, x: CsMatViewI<'_, F, u32, usize>, run: &Run) -> Result<Vec<F>, Error> {
        self.check(x)?;
        if x.data().iter().all(|&value| value == F::ZERO) {
            return Ok(vec![F::ZERO; x.cols() * padded(self.n_topics)]);
        }
        let begin = Begin::Made(Power::Least);
        Ok(self.iterate(x, begin, None, (&mut |_, _| true, run))?.ht)
    }

    /// As [`iterate`](Self::iterate), each document counting as much as it is meant to.
    fn iterate_weighed<F: Real>(
        &self,
        x: CsMatViewI<'_, F, u32, usize>,
        begin: Begin<F>,
        guide: Option<&Guide>,
        watched: (&mut dyn FnMut(usize, f64) -> bool, &Run),
    ) -> Result<hals::End<F>, Error> {
        // The strength of a guide is set against documents that count alike.
        let kind = if guide.is_some() { DocWeight::Equal } else { self.doc_weight };
        let mut weights = DocWeights::new(kind);
        weights.add(x);
        let Some(weighed) = weights.weighed(x) else {
            return self.iterate(x, begin, guide, watched);
        };
        let width = padded(self.n_topics);
        let begin = match begin {
            Begin::At(mut start) => {
                weighed.of_rows(&mut start.w, width);
                Begin::At(start)
            }
            made @ Begin::Made(_) => made,
        };
        let mut end = self.iterate(weighed.view(&x), begin, guide, watched)?;
        weighed.of_documents(&mut end.w, width);
        Ok(end)
    }

    fn iterate<F: Real>(
        &self,
        x: CsMatViewI<'_, F, u32, usize>,
        begin: Begin<F>,
        guide: Option<&Guide>,
        (watch, run): (&mut dyn FnMut(usize, f64) -> bool, &Run),
    ) -> Result<hals::End<F>, Error> {
        let xt = x.transpose_view().to_csr();
        let (by_doc, by_term) = (RowBlocks::of(x), RowBlocks::of(xt.view()));
        let mut start = match begin {
            Begin::At(start) => start,
            Begin::Made(power) => {
                let how = How { isa: self.isa, power, run };
                self.init.start((&by_doc, &by_term), (self.n_topics, self.seed), how)?
            }
        };
        let Penalty { l1_w, l2_w, l1_h, l2_h } = self.penalty;
        let ridge = |l2| vec![l2; self.n_topics];
        let extra_w = Extra { l1: l1_w, ridge: ridge(l2_w), drawn: BTreeMap::new() };
        let mut extra_h = Extra { l1: l1_h, ridge: ridge(l2_h), drawn: BTreeMap::new() };
        let mut constant = 0.0;
        if let Some(guide) = guide {
            constant = self.draw_to(guide, &mut start, &mut extra_h)?;
        }
        let (k, isa) = (self.n_topics, self.isa);
        let problem = Problem { by_doc, by_term, k, extra_w, extra_h, constant, isa, run };
        let stop = Stop { max_iter: self.max_iter, tol: self.tol, goes_on: watch };
        let end = problem.factorise(start, stop)?;
        // Topics that are drawn to given terms stay there.
        if self.k_means == 0 || guide.is_some() {
            return Ok(end);
        }
        let iterations = end.iterations + 1;
        let rounds = (k, self.k_means);
        let start = k_means::drawn_to_documents((x, &problem.by_term), end, rounds, (isa, run))?;
        let stop = Stop { max_iter: 1, tol: self.tol, goes_on: watch };
        Ok(hals::End { iterations, ..problem.factorise(start, stop)? })
    }

    /// Puts the guide's terms at the start of the first topics, and what draws them into `extra`; returns
    /// what that adds to the objective whatever the topics are.
    fn draw_to<F: Real>(
        &self,
        guide: &Guide,
        start: &mut Start<F>,
        extra: &mut Extra,
    ) -> Result<f64, Error> {
        let (k, width) = (self.n_topics, padded(self.n_topics));
        let n_terms = start.ht.len() / width;
        let terms = guide.terms.iter().flatten();
        if guide.terms.len() > k || terms.clone().any(|&term| term as usize >= n_terms) {
            let got = format!("{} of them", guide.terms.len());
            let allowed = "terms of the matrix for at most as many topics as there are";
            return Err(Error::Setting { name: "guide", allowed, got });
        }
        if !(guide.strength >= 0.0 && guide.strength.is_finite()) {
            let got = guide.strength.to_string();
            let allowed = "finite and at least 0";
            return Err(Error::Setting { name: "the guide's strength", allowed, got });
        }
        let squares = |factor: &[F]| -> f64 {
            factor.iter().map(|&value| value.into() * value.into()).sum::<f64>() / k as f64
        };
        // In the H step a topic's row is weighed by ‖W_k‖²: the strength is relative to that.
        let (strength, length) = (guide.strength * squares(&start.w), squares(&start.ht).sqrt());
        let mut constant = 0.0;
        for (topic, terms) in guide.terms.iter().enumerate().filter(|(_, terms)| !terms.is_empty())
        {
            let weight = length / (terms.len() as f64).sqrt();
            for &term in terms {
                let at = term as usize * width + topic;
                let drawn = Drawn { topic, goal: weight, strength };
                extra.drawn.entry(term as usize).or_default().push(drawn);
                start.ht[at] = start.ht[at].max(F::from_f64(weight));
                constant += 0.5 * strength * weight * weight;
            }
        }
        Ok(constant)
    }

    fn check<F: Real>(&self, x: CsMatViewI<'_, F, u32, usize>) -> Result<(), Error> {
        self.check_for(x.shape())?;
        check_values(x)
    }

    /// Refuses settings that are out of range, or no settings for a matrix of this shape.
    fn check_for(&self, (n_docs, n_terms): (usize, usize)) -> Result<(), Error> {
        let most = n_docs.min(n_terms);
        if !(1..=most).contains(&self.n_topics) {
            return Err(Error::TopicCount { got: self.n_topics, most, n_docs, n_terms });
        }
        check_settings(self)
    }
}

fn check_settings(config: &NmfConfig) -> Result<(), Error> {
    let setting = |name, allowed, got: String| Err(Error::Setting { name, allowed, got });
    if config.n_topics == 0 {
        return setting("n_topics", "at least 1", "0".to_owned());
    }
    if config.max_iter == 0 {
        return setting("max_iter", "at least 1", "0".to_owned());
    }
    let Penalty { l1_w, l2_w, l1_h, l2_h } = config.penalty;
    for (name, value) in
        [("tol", config.tol), ("l1_w", l1_w), ("l2_w", l2_w), ("l1_h", l1_h), ("l2_h", l2_h)]
    {
        if !(value >= 0.0 && value.is_finite()) {
            return setting(name, "finite and at least 0", value.to_string());
        }
    }
    Ok(())
}

/// Values that are checked before the next look at whether one was wrong.
const CHECKED_AT_ONCE: usize = 1 << 10;
/// Terms for each topic that is suggested, at least.
const TERMS_OF_TOPIC: usize = 10;

/// Refuses the first value that is negative or not finite.
pub(crate) fn check_values<F: Real>(x: CsMatViewI<'_, F, u32, usize>) -> Result<(), Error> {
    let wrong = |value: F| !(value.is_finite() && value >= F::ZERO);
    // Without a way out within a block, so that many values are looked at side by side.
    let is_wrong = |block: &[F]| block.iter().fold(false, |found, &value| found | wrong(value));
    if !x.data().chunks(CHECKED_AT_ONCE).any(is_wrong) {
        return Ok(());
    }
    for (doc, row) in x.outer_iterator().enumerate() {
        if let Some((term, &got)) = row.iter().find(|(_, got)| wrong(**got)) {
            return Err(Error::Value { doc, term, got: got.into() });
        }
    }
    Ok(())
}

fn custom_start<F: Real>(
    (w, h): (ArrayView2<'_, F>, ArrayView2<'_, F>),
    ((n_docs, n_terms), k): ((usize, usize), usize),
) -> Result<Start<F>, Error> {
    for (name, found, expected) in [("W", w.dim(), (n_docs, k)), ("H", h.dim(), (k, n_terms))] {
        if found != expected {
            return Err(Error::Shape { name, expected, got: found });
        }
    }
    for factor in [w, h] {
        let wrong = factor.indexed_iter().find(|(_, v)| !(v.is_finite() && **v >= F::ZERO));
        if let Some(((doc, term), &got)) = wrong {
            return Err(Error::Value { doc, term, got: got.into() });
        }
    }
    Ok(Start { w: padded_rows(w), ht: padded_rows(h.reversed_axes()) })
}

/// Row-major, every row padded with zeros to whole lanes.
pub(crate) fn padded_rows<F: Real>(matrix: ArrayView2<'_, F>) -> Vec<F> {
    let width = padded(matrix.ncols());
    let mut rows = vec![F::ZERO; matrix.nrows() * width];
    for (row, out) in matrix.rows().into_iter().zip(rows.chunks_exact_mut(width.max(1))) {
        for (out, &value) in out.iter_mut().zip(row) {
            *out = value;
        }
    }
    rows
}

/// The first `k` columns of padded rows.
pub(crate) fn unpadded<F: Real>(rows: &[F], k: usize) -> Array2<F> {
    let width = padded(k);
    Array2::from_shape_fn((rows.len() / width, k), |(row, column)| rows[row * width + column])
}

/// A number of topics for `n_docs` documents over `n_terms` terms: `0.9 · √n_docs`, at least 2, at
/// most 50, one for every ten terms, and what the matrix allows. A rule of thumb that looks at no text.
#[must_use]
pub fn suggest_n_topics(n_docs: usize, n_terms: usize) -> usize {
    let wish = (0.9 * (n_docs as f64).sqrt()).round() as usize;
    // A topic of fewer terms is a pair of words that happen to stand together.
    let most = n_docs.div_ceil(2).min(n_terms / TERMS_OF_TOPIC).max(2);
    wish.clamp(2, 50).min(most).min(n_docs.min(n_terms)).max(1)
}
