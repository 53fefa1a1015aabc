//! Non-negative matrix factorisation: `X ≈ W · H`.

mod blocks;
mod hals;
mod start;
mod svd;

use jobs::Run;
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use sprs::CsMatViewI;

use crate::Error;
use crate::kernels::{self, padded};
use blocks::RowBlocks;

/// Settings of the factorisation.
///
/// The objective is `‖X − W·H‖²` (Frobenius) over non-negative `W`, (n_docs, n_topics), and `H`,
/// (n_topics, n_terms).
///
/// | field | default | meaning | allowed |
/// |---|---|---|---|
/// | `n_topics` | – | columns of `W`, rows of `H` | 1..=min(n_docs, n_terms) |
/// | `seed` | 0 | of the random start of the singular vectors | any |
/// | `max_iter` | 200 | outer iterations at most | ≥ 1 |
/// | `tol` | 1e-5 | stop when five iterations lowered the error by less than this share | ≥ 0 |
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
}

impl NmfConfig {
    /// The default settings for `n_topics` topics.
    #[must_use]
    pub fn new(n_topics: usize) -> Self {
        Self { n_topics, seed: 0, max_iter: 200, tol: 1e-5 }
    }

    /// The same settings with another seed.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Factorises `x`: CSR, (n_docs, n_terms), finite and non-negative.
    ///
    /// Start: NNDSVDa (Boutsidis and Gallopoulos, Pattern Recognition 41(4), 2008) on a randomised
    /// SVD. Steps: hierarchical alternating least squares (Cichocki et al. 2007) with several inner
    /// sweeps (Gillis and Glineur, Neural Computation 24(4), 2012) and extrapolation with restarts
    /// (Ang and Gillis, Neural Computation 31(2), 2019, algorithm 2). Topics come in the order of
    /// falling share (the mean over the documents of `w_ik / Σ_k w_ik`), each row of `H` summing
    /// to 1.
    ///
    /// The same bytes for any number of threads. Cost of an iteration: `2 · nnz · n_topics` and
    /// about `(n_docs + n_terms) · n_topics²` multiplications; memory: the transposed matrix and
    /// three copies of `W` and of `H`.
    ///
    /// # Errors
    /// [`Error::TopicCount`], [`Error::Setting`], [`Error::Value`] and [`Error::AllZero`] for what
    /// cannot be factorised.
    pub fn fit(&self, x: CsMatViewI<'_, f32, u32, usize>, run: &Run) -> Result<Fit, Error> {
        self.check(x)?;
        let start = start::nndsvda(x, self.n_topics, self.seed, run)?;
        let (ht, iterations) = hals::factorise(x, start, self, run)?;
        let nmf = Nmf::in_order(x, ht, self.n_topics, run)?;
        let doc_topics = nmf.transform(x, run)?;
        let loss = Loss { relative: nmf.relative_error(x, doc_topics.view()), iterations };
        Ok(Fit { nmf, doc_topics, loss })
    }

    fn check(&self, x: CsMatViewI<'_, f32, u32, usize>) -> Result<(), Error> {
        let (n_docs, n_terms) = x.shape();
        let most = n_docs.min(n_terms);
        if !(1..=most).contains(&self.n_topics) {
            return Err(Error::TopicCount { got: self.n_topics, most, n_docs, n_terms });
        }
        if self.max_iter == 0 {
            let got = self.max_iter.to_string();
            return Err(Error::Setting { name: "max_iter", allowed: "at least 1", got });
        }
        if !(self.tol >= 0.0 && self.tol.is_finite()) {
            let got = self.tol.to_string();
            return Err(Error::Setting { name: "tol", allowed: "finite and at least 0", got });
        }
        let mut any = false;
        for (doc, row) in x.outer_iterator().enumerate() {
            for (term, &got) in row.iter() {
                if !(got.is_finite() && got >= 0.0) {
                    return Err(Error::Value { doc, term, got });
                }
                any |= got > 0.0;
            }
        }
        if any { Ok(()) } else { Err(Error::AllZero { n_docs }) }
    }
}

/// What a fit gives.
#[derive(Debug, Clone)]
pub struct Fit {
    /// The topics.
    pub nmf: Nmf,
    /// `W`, (n_docs, n_topics): the topics' weights in the documents that were fitted.
    pub doc_topics: Array2<f32>,
    /// How well the topics give the matrix back.
    pub loss: Loss,
}

/// How well the topics give the matrix back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loss {
    /// `‖X − W·H‖ / ‖X‖`, Frobenius.
    pub relative: f64,
    /// Outer iterations made.
    pub iterations: usize,
}

/// Fitted topics.
#[derive(Debug, Clone, PartialEq)]
pub struct Nmf {
    /// `H`, (n_topics, n_terms).
    components: Array2<f32>,
}

/// Relative change of a document's weights at which [`Nmf::transform`] is done with it.
const TRANSFORM_TOL: f32 = 1e-5;
/// Sweeps over a document's weights at most.
const TRANSFORM_SWEEPS: usize = 500;

impl Nmf {
    /// Topics from their weights on terms: (n_topics, n_terms), finite and non-negative.
    ///
    /// # Errors
    /// [`Error::Value`] for a value that is negative or not finite (its document is the topic).
    pub fn from_components(components: Array2<f32>) -> Result<Self, Error> {
        let wrong = components.indexed_iter().find(|(_, h)| !(h.is_finite() && **h >= 0.0));
        match wrong {
            Some(((doc, term), &got)) => Err(Error::Value { doc, term, got }),
            None => Ok(Self { components }),
        }
    }

    /// `H`, (n_topics, n_terms): rows of sum 1, or 0 for a topic that no document needs.
    #[must_use]
    pub fn components(&self) -> ArrayView2<'_, f32> {
        self.components.view()
    }

    /// The weights of the topics in the documents `x`, CSR, (n_docs, n_terms): for every row the
    /// non-negative least-squares solution, (n_docs, n_topics), by coordinate descent from zero.
    ///
    /// A row does not depend on the others; an empty row gives zeros.
    ///
    /// # Errors
    /// [`Error::Columns`] when `x` has other columns than the model has terms.
    pub fn transform(
        &self,
        x: CsMatViewI<'_, f32, u32, usize>,
        run: &Run,
    ) -> Result<Array2<f32>, Error> {
        let (k, n_terms) = self.components.dim();
        if x.cols() != n_terms {
            return Err(Error::Columns { expected: n_terms, got: x.cols() });
        }
        let width = padded(k);
        let ht = self.by_term();
        let gram = hals::Gram::of_rows(&ht, width);
        let blocks = RowBlocks::of(x);
        let parts = run.map(blocks.ranges().to_vec(), |rows| {
            let mut part = Vec::with_capacity(rows.len() * k);
            let mut sweeper = hals::Sweeper::new(&gram, k);
            for row in rows {
                let (indices, values) = blocks.row(row);
                let w = sweeper.solve(indices, values, &ht, (TRANSFORM_SWEEPS, TRANSFORM_TOL));
                part.extend_from_slice(&w[..k]);
            }
            part
        })?;
        let mut weights = Array2::zeros((x.rows(), k));
        let solved = parts.iter().flat_map(|part| part.chunks_exact(k));
        for (mut row, w) in weights.rows_mut().into_iter().zip(solved) {
            row.assign(&ArrayView1::from(w));
        }
        Ok(weights)
    }

    /// Normalises the term-major `ht`, (n_terms, padded k), and puts its topics in order.
    fn in_order(
        x: CsMatViewI<'_, f32, u32, usize>,
        ht: Vec<f32>,
        k: usize,
        run: &Run,
    ) -> Result<Self, Error> {
        let width = padded(k);
        let mut components = Array2::zeros((k, x.cols()));
        for (term, row) in ht.chunks_exact(width).enumerate() {
            for (topic, &h) in row[..k].iter().enumerate() {
                components[[topic, term]] = h;
            }
        }
        for mut row in components.rows_mut() {
            let sum: f64 = row.iter().map(|&h| f64::from(h)).sum();
            if sum > 0.0 {
                row.mapv_inplace(|h| (f64::from(h) / sum) as f32);
            }
        }
        let unordered = Self { components };
        let weights = unordered.transform(x, run)?;
        let mut totals = vec![0.0; k];
        for row in weights.rows() {
            let sum: f64 = row.iter().map(|&w| f64::from(w)).sum();
            for (total, &w) in totals.iter_mut().zip(row) {
                *total += if sum > 0.0 { f64::from(w) / sum } else { 0.0 };
            }
        }
        let mut order: Vec<usize> = (0..k).collect();
        let heaviest: Vec<usize> =
            unordered.components.rows().into_iter().map(|row| argmax(row.iter())).collect();
        order.sort_by(|&a, &b| {
            totals[b].total_cmp(&totals[a]).then(heaviest[a].cmp(&heaviest[b])).then(a.cmp(&b))
        });
        Ok(Self { components: unordered.components.select(Axis(0), &order) })
    }

    /// `Hᵀ`, rows padded to whole lanes: what documents gather from.
    fn by_term(&self) -> Vec<f32> {
        let (k, n_terms) = self.components.dim();
        let width = padded(k);
        let mut ht = vec![0.0; n_terms * width];
        for (topic, row) in self.components.rows().into_iter().enumerate() {
            for (term, &h) in row.iter().enumerate() {
                ht[term * width + topic] = h;
            }
        }
        ht
    }

    /// `‖X − W·H‖ / ‖X‖` from `‖X‖² − 2⟨X·Hᵀ, W⟩ + ⟨WᵀW, H·Hᵀ⟩`, without the residual.
    fn relative_error(&self, x: CsMatViewI<'_, f32, u32, usize>, w: ArrayView2<'_, f32>) -> f64 {
        let k = self.components.nrows();
        let ht = self.by_term();
        let mut xh = vec![0.0; padded(k)];
        let (mut square, mut cross) = (0.0, 0.0);
        for (row, weights) in x.outer_iterator().zip(w.rows()) {
            kernels::gather(&mut xh, row.indices(), row.data(), &ht);
            square += kernels::dot(row.data(), row.data());
            cross +=
                weights.iter().zip(&xh).map(|(&w, &b)| f64::from(w) * f64::from(b)).sum::<f64>();
        }
        let product =
            gram(w.t()).iter().zip(&gram(self.components())).map(|(a, b)| a * b).sum::<f64>();
        ((square - 2.0 * cross + product).max(0.0) / square).sqrt()
    }
}

/// A number of topics for `n_docs` documents over `n_terms` terms: `0.9 · √n_docs`, at least 2, at
/// most 50 and what the matrix allows. A rule of thumb that looks at no text.
#[must_use]
pub fn suggest_n_topics(n_docs: usize, n_terms: usize) -> usize {
    let wish = (0.9 * (n_docs as f64).sqrt()).round() as usize;
    wish.clamp(2, 50).min(n_docs.div_ceil(2).max(2)).min(n_docs.min(n_terms)).max(1)
}

/// `Y·Yᵀ` of `y`, (k, n). Summed here and not by a matrix library, whose kernels differ with the
/// processor and so the last bits of their sums.
fn gram(y: ArrayView2<'_, f32>) -> Array2<f64> {
    let k = y.nrows();
    let mut gram = Array2::zeros((k, k));
    for column in y.columns() {
        for (i, &a) in column.iter().enumerate().filter(|(_, a)| **a != 0.0) {
            for (j, &b) in column.iter().enumerate() {
                gram[[i, j]] += f64::from(a) * f64::from(b);
            }
        }
    }
    gram
}

fn argmax<'a>(values: impl Iterator<Item = &'a f32>) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (at, &value) in values.enumerate() {
        if value > best.1 {
            best = (at, value);
        }
    }
    best.0
}
