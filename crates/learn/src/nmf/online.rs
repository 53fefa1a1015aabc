//! Factorisation of documents that come in batches.

use std::ops::Range;

use jobs::{Run, zeros_in_large_pages};
use ndarray::Array2;
use sprs::CsMatViewI;

use super::blocks::RowBlocks;
use super::doc_weight::DocWeights;
use super::gram::Gram;
use super::topics::lengths;
use super::{Nmf, NmfConfig, check_settings, check_values};
use crate::kernels::{SIDE, Sides, gather, improve_rows, padded};
use crate::rows::{ByColumn, without_empty_columns};
use crate::{Error, Real, some_rows};

/// Sweeps over a document's weights at most.
const DOC_SWEEPS: usize = 4;
/// The share of the first movement at which sweeps end.
const ENOUGH: f64 = 1e-2;
/// Sweeps over a term's weights after each batch, and over those of all terms at the end.
const TERM_SWEEPS: usize = 2;
const LAST_SWEEPS: usize = 3;
/// Documents of the first batch that the topics start from, at least, if it has more, and for each topic;
/// and iterations of the factorisation of these.
const START_DOCS: usize = 1000;
const START_DOCS_PER_TOPIC: usize = 20;
const START_ITERATIONS: usize = 6;
/// Terms whose weights are turned at once from rows of terms to rows of topics.
const TURNED: usize = 256;
/// The scale of the kept sums is worked into them below this.
const LEAST_SCALE: f64 = 1e-3;

/// What becomes of a batch's terms when it is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Terms {
    /// Their weights in the topics are brought up to date.
    Improved,
    /// They stay as they are until [`OnlineNmf::finish`].
    Kept,
}

/// Topics while they are learned from batches of documents (Mairal, Bach, Ponce and Sapiro, JMLR 11,
/// 2010): what a batch says is kept as `Wᵀ·W` and `Wᵀ·X`, and earlier batches count less, by
/// `(1 − b / seen)^forgetting` for a batch of `b` documents when `seen` have come.
///
/// Memory: two numbers for each topic and term, and one batch. The vocabulary may grow: a batch with
/// more columns than those before brings new terms. Any number of passes may be made.
///
/// ```
/// use jobs::Run;
/// use learn::{NmfConfig, OnlineNmf};
/// use sprs::CsMatI;
///
/// let batch = CsMatI::<f32, u32, usize>::new(
///     (4, 4), vec![0, 2, 4, 6, 8], vec![0, 1, 0, 1, 2, 3, 2, 3], vec![1.0; 8]);
/// let run = Run::serial();
/// let mut online = OnlineNmf::new(NmfConfig::new(2), 3.0)?;
/// for _ in 0..3 {
///     online.partial_fit(batch.view(), &run)?;
/// }
/// assert_eq!(online.finish(&run)?.components().dim(), (2, 4));
/// # Ok::<(), learn::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct OnlineNmf<F = f32> {
    config: NmfConfig,
    forgetting: f64,
    /// Documents of all batches so far, and what they count.
    seen: f64,
    weights: DocWeights,
    /// `Hᵀ`, (n_terms, width).
    ht: Vec<F>,
    /// `Wᵀ·W`, (width, width).
    gram: Vec<f64>,
    /// `Xᵀ·W` divided by `scale`, (n_terms, width).
    products: Vec<F>,
    scale: f64,
    /// The sum of each topic's weights, forgotten at the same rate.
    mass: Vec<f64>,
}

impl<F: Real> OnlineNmf<F> {
    /// Nothing learned yet. Of `config` the number of topics, seed, start, weights of documents (what
    /// they count is told from those that have come so far) and instruction set count.
    ///
    /// `forgetting` is 0 when every batch counts alike for ever; 2 to 4 suit several passes.
    ///
    /// # Errors
    /// [`Error::Setting`] for a number out of its range.
    pub fn new(config: NmfConfig, forgetting: f64) -> Result<Self, Error> {
        check_settings(&config)?;
        if !(forgetting >= 0.0 && forgetting.is_finite()) {
            let got = forgetting.to_string();
            return Err(Error::Setting {
                name: "forgetting",
                allowed: "finite and at least 0",
                got,
            });
        }
        let width = padded(config.n_topics);
        Ok(Self {
            mass: vec![0.0; config.n_topics],
            weights: DocWeights::new(config.doc_weight),
            config,
            forgetting,
            seen: 0.0,
            ht: Vec::new(),
            gram: vec![0.0; width * width],
            products: Vec::new(),
            scale: 1.0,
        })
    }

    /// How many terms there are so far.
    #[must_use]
    pub fn n_terms(&self) -> usize {
        self.ht.len() / padded(self.config.n_topics)
    }

    /// Learns from a batch: CSR, (any number of documents, at least as many terms as before), finite
    /// and non-negative. The first batch needs as many documents and terms as there are topics, and
    /// should have thousands of documents: the topics start from it.
    ///
    /// The same bytes for any number of threads. Cost: that of one iteration of
    /// [`NmfConfig::fit`] on the batch, for the terms that it holds.
    ///
    /// # Errors
    /// [`Error::TopicCount`] for a first batch that is too small, [`Error::Columns`] for a batch of
    /// fewer columns than before, [`Error::Value`] for what cannot be factorised. Nothing is learned
    /// of a batch that is refused.
    pub fn partial_fit(
        &mut self,
        x: CsMatViewI<'_, F, u32, usize>,
        run: &Run,
    ) -> Result<(), Error> {
        check_values(x)?;
        if x.cols() < self.n_terms() {
            return Err(Error::Columns { expected: self.n_terms(), got: x.cols() });
        }
        if x.rows() == 0 {
            return Ok(());
        }
        let mut weights = self.weights.clone();
        weights.add(x);
        weights.with(x, |x| self.learn_from(x, run))?;
        self.weights = weights;
        Ok(())
    }

    /// Learns from documents with what they count in their rows.
    fn learn_from(&mut self, x: CsMatViewI<'_, F, u32, usize>, run: &Run) -> Result<(), Error> {
        let width = padded(self.config.n_topics);
        if self.seen == 0.0 {
            self.ht = self.start(x, run)?;
            self.products = zeros_in_large_pages(self.ht.len());
        }
        // New terms have no weight in any topic yet; the steps below give them theirs.
        self.ht.resize(x.cols() * width, F::ZERO);
        self.products.resize(x.cols() * width, F::ZERO);
        let (w, xt) = self.documents(x, run)?;
        self.forget(x.rows() as f64);
        self.learn(&xt.blocks(), &w, (Terms::Improved, run))
    }

    /// Topics that stand, `Hᵀ` with padded rows, of which nothing is known but what is added from now on.
    pub(super) fn standing(config: NmfConfig, ht: Vec<F>) -> Result<Self, Error> {
        Ok(Self { products: vec![F::ZERO; ht.len()], ht, ..Self::new(config, 0.0)? })
    }

    /// Adds what the documents `x`, all counting alike, with the weights `w`, (n_docs, width), say.
    pub(super) fn add(
        &mut self,
        x: CsMatViewI<'_, F, u32, usize>,
        w: &[F],
        (terms, run): (Terms, &Run),
    ) -> Result<(), Error> {
        self.forget(x.rows() as f64);
        let xt = x.transpose_view().to_csr();
        self.learn(&RowBlocks::of(xt.view()), w, (terms, run))
    }

    /// The topics so far, as [`NmfConfig::fit`] gives them: rows of length 1, by falling mass. Every
    /// term's weights are brought up to date; learning may go on afterwards.
    ///
    /// # Errors
    /// Those of the parallel run.
    pub fn finish(&mut self, run: &Run) -> Result<Nmf<F>, Error> {
        let (k, width) = (self.config.n_topics, padded(self.config.n_topics));
        let gram = Gram::new(self.gram.clone(), width, &vec![0.0; k]);
        let (isa, scale) = (self.config.isa, F::from_f64(self.scale));
        let tasks: Vec<_> =
            self.ht.chunks_mut(width << 10).zip(self.products.chunks(width << 10)).collect();
        run.map(tasks, |(rows, products)| {
            let mut sides = Sides::new(width);
            let mut targets = vec![F::ZERO; SIDE * width];
            let limit = (LAST_SWEEPS, F::from_f64(ENOUGH));
            for (h, products) in rows.chunks_mut(SIDE * width).zip(products.chunks(SIDE * width)) {
                scaled(&mut targets, products, scale);
                sides.load(h, &targets[..h.len()]);
                improve_rows(isa, &mut sides, gram.shared(), limit);
                sides.store(h);
            }
        })?;
        let lengths = lengths(&self.ht, k);
        let mut order: Vec<usize> = (0..k).collect();
        let mass = |topic: usize| self.mass[topic] * lengths[topic];
        order.sort_by(|&a, &b| mass(b).total_cmp(&mass(a)).then(a.cmp(&b)));
        Nmf::from_components(self.of_length_one(&order, &lengths))
    }

    /// `H` with its rows in this order, each divided by its length.
    fn of_length_one(&self, order: &[usize], lengths: &[f64]) -> Array2<F> {
        let (n_terms, width) = (self.n_terms(), padded(self.config.n_topics));
        let mut components = zeros_in_large_pages(order.len() * n_terms);
        // Some terms at a time, so that what is turned stays in the cache.
        for (rows, first) in self.ht.chunks(TURNED * width).zip((0..).step_by(TURNED)) {
            for (&topic, out) in order.iter().zip(components.chunks_exact_mut(n_terms)) {
                let length = lengths[topic];
                for (out, row) in out[first..].iter_mut().zip(rows.chunks_exact(width)) {
                    let h: f64 = row[topic].into();
                    *out = F::from_f64(if length > 0.0 { h / length } else { 0.0 });
                }
            }
        }
        Array2::from_shape_vec((order.len(), n_terms), components)
            .expect("a weight for every topic and term")
    }

    /// `Hᵀ` of some documents, evenly spread. Terms that none of them has have no weight in any topic yet.
    fn start(&self, x: CsMatViewI<'_, F, u32, usize>, run: &Run) -> Result<Vec<F>, Error> {
        let k = self.config.n_topics;
        let enough = START_DOCS.max(START_DOCS_PER_TOPIC * k);
        let config = NmfConfig { max_iter: START_ITERATIONS, ..self.config.clone() };
        let some = some_rows(x, (0..x.rows()).step_by((x.rows() / enough).max(1)));
        let (held, columns) = without_empty_columns(some);
        if columns.len() < k {
            return config.begun(x, run);
        }
        let width = padded(k);
        let mut ht = zeros_in_large_pages(x.cols() * width);
        for (&term, h) in columns.iter().zip(config.begun(held.view(), run)?.chunks_exact(width)) {
            ht[term as usize * width..][..width].copy_from_slice(h);
        }
        Ok(ht)
    }

    /// The weights of the batch's documents, (n_docs, width), by sweeps from zero; and the batch by terms.
    fn documents(
        &self,
        x: CsMatViewI<'_, F, u32, usize>,
        run: &Run,
    ) -> Result<(Vec<F>, ByColumn<F>), Error> {
        let (k, isa) = (self.config.n_topics, self.config.isa);
        let width = padded(k);
        let gram = Gram::of_rows(&self.ht, (width, &vec![0.0; k]), isa, run)?;
        let blocks = RowBlocks::of(x);
        let mut w = vec![F::ZERO; x.rows() * width];
        // One thread turns the batch while others sweep.
        let mut by_term = ByColumn::for_matrix(x);
        let mut tasks = vec![Task::Turn(&mut by_term)];
        let mut rest = &mut w[..];
        for rows in blocks.ranges() {
            let (part, tail) = rest.split_at_mut(rows.len() * width);
            tasks.push(Task::Sweep(rows.clone(), part));
            rest = tail;
        }
        run.map(tasks, |task| {
            let (rows, part) = match task {
                Task::Turn(by_term) => return by_term.fill(x),
                Task::Sweep(rows, part) => (rows, part),
            };
            let mut sides = Sides::new(width);
            let mut targets = vec![F::ZERO; SIDE * width];
            let limit = (DOC_SWEEPS, F::from_f64(ENOUGH));
            for (some, w) in rows.step_by(SIDE).zip(part.chunks_mut(SIDE * width)) {
                let targets = &mut targets[..w.len()];
                targets.fill(F::ZERO);
                for (row, target) in (some..).zip(targets.chunks_exact_mut(width)) {
                    let (indices, values) = blocks.row(row);
                    gather(isa, target, indices, values, &self.ht);
                }
                sides.load(w, targets);
                improve_rows(isa, &mut sides, gram.shared(), limit);
                sides.store(w);
            }
        })?;
        Ok((w, by_term))
    }

    /// Lets what was learned before count less, now that `n` documents more have come.
    fn forget(&mut self, n: f64) {
        self.seen += n;
        let kept = libm::pow(1.0 - n / self.seen, self.forgetting);
        for value in self.gram.iter_mut().chain(&mut self.mass) {
            *value *= kept;
        }
        self.scale *= kept;
        if self.scale < LEAST_SCALE {
            let scale = F::from_f64(self.scale);
            for value in &mut self.products {
                *value *= scale;
            }
            self.scale = 1.0;
        }
    }

    /// Adds what the batch `terms`, (n_terms, n_docs), says, and sweeps over the terms that it holds.
    fn learn(
        &mut self,
        terms: &RowBlocks<'_, F>,
        w: &[F],
        (terms_are, run): (Terms, &Run),
    ) -> Result<(), Error> {
        let (k, isa) = (self.config.n_topics, self.config.isa);
        let width = padded(k);
        let gram = Gram::of_rows(w, (width, &[]), isa, run)?;
        for (sum, value) in self.gram.iter_mut().zip(&gram.sums) {
            *sum += value;
        }
        for row in w.chunks_exact(width) {
            for (mass, &w) in self.mass.iter_mut().zip(row) {
                *mass += w.into();
            }
        }
        let gram = Gram::new(self.gram.clone(), width, &vec![0.0; k]);
        let (scale, inverse) = (F::from_f64(self.scale), F::from_f64(1.0 / self.scale));
        let (mut h_rest, mut b_rest) = (&mut self.ht[..], &mut self.products[..]);
        let mut tasks = Vec::new();
        for rows in terms.ranges() {
            let (h, h_tail) = h_rest.split_at_mut(rows.len() * width);
            let (b, b_tail) = b_rest.split_at_mut(rows.len() * width);
            tasks.push((rows.clone(), h, b));
            (h_rest, b_rest) = (h_tail, b_tail);
        }
        run.map(tasks, |(rows, ht, products)| {
            let mut sides = Sides::new(width);
            let mut states = vec![F::ZERO; SIDE * width];
            let mut targets = states.clone();
            let limit = (TERM_SWEEPS, F::from_f64(ENOUGH));
            let held: Vec<usize> =
                rows.clone().filter(|&row| !terms.row(row).0.is_empty()).collect();
            for some in held.chunks(SIDE) {
                let len = some.len() * width;
                let (states, targets) = (&mut states[..len], &mut targets[..len]);
                targets.fill(F::ZERO);
                let lanes = states.chunks_exact_mut(width).zip(targets.chunks_exact_mut(width));
                for (&row, (state, target)) in some.iter().zip(lanes) {
                    let (docs, values) = terms.row(row);
                    gather(isa, target, docs, values, w);
                    let at = (row - rows.start) * width;
                    let product = &mut products[at..at + width];
                    for (product, &new) in product.iter_mut().zip(&*target) {
                        *product += new * inverse;
                    }
                    scaled(target, product, scale);
                    state.copy_from_slice(&ht[at..at + width]);
                }
                if terms_are == Terms::Kept {
                    continue;
                }
                sides.load(states, targets);
                improve_rows(isa, &mut sides, gram.shared(), limit);
                sides.store(states);
                for (&row, state) in some.iter().zip(states.chunks_exact(width)) {
                    let at = (row - rows.start) * width;
                    ht[at..at + width].copy_from_slice(state);
                }
            }
        })?;
        Ok(())
    }
}

/// A part of the work on a batch's documents.
enum Task<'a, F> {
    /// Brings the batch into the order of its terms.
    Turn(&'a mut ByColumn<F>),
    /// Sweeps over the weights of some rows, from zero.
    Sweep(Range<usize>, &'a mut [F]),
}

fn scaled<F: Real>(out: &mut [F], values: &[F], scale: F) {
    for (out, &value) in out.iter_mut().zip(values) {
        *out = value * scale;
    }
}
