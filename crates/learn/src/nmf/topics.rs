//! Factors made into topics, and documents placed in them.

use jobs::Run;
use ndarray::{Array2, ArrayView2, Axis};
use sprs::CsMatViewI;

use super::blocks::RowBlocks;
use super::gram::Gram;
use super::hals::End;
use super::nnls::Nnls;
use super::{Loss, NmfConfig, padded_rows, unpadded};
use crate::kernels::{dot, gather, padded};
use crate::{Error, InstructionSet, Real};

/// What a fit gives.
#[derive(Debug, Clone)]
pub struct Fit<F = f32> {
    /// The topics.
    pub nmf: Nmf<F>,
    /// `W`, (n_docs, n_topics): the topics' weights in the documents that were fitted.
    pub doc_topics: Array2<F>,
    /// How well the topics give the matrix back.
    pub loss: Loss,
}

/// Fitted topics.
#[derive(Debug, Clone)]
pub struct Nmf<F = f32> {
    /// `H`, (n_topics, n_terms).
    components: Array2<F>,
    isa: InstructionSet,
}

impl<F: Real> PartialEq for Nmf<F> {
    fn eq(&self, other: &Self) -> bool {
        self.components == other.components
    }
}

impl<F: Real> Nmf<F> {
    /// Topics from their weights on terms: (n_topics, n_terms), finite and non-negative.
    ///
    /// # Errors
    /// [`Error::Value`] for a value that is negative or not finite (its document is the topic).
    pub fn from_components(components: Array2<F>) -> Result<Self, Error> {
        let wrong = components.indexed_iter().find(|(_, h)| !(h.is_finite() && **h >= F::ZERO));
        match wrong {
            Some(((doc, term), &got)) => Err(Error::Value { doc, term, got: got.into() }),
            None => Ok(Self { components, isa: InstructionSet::best() }),
        }
    }

    /// `H`, (n_topics, n_terms): rows of Euclidean length 1, or 0 for a topic that no document needs.
    #[must_use]
    pub fn components(&self) -> ArrayView2<'_, F> {
        self.components.view()
    }

    /// The weights of the topics in the documents `x`, CSR, (n_docs, n_terms): for every row the
    /// solution of the non-negative least-squares problem, (n_docs, n_topics), exact up to rounding.
    ///
    /// A row does not depend on the others; an empty row gives zeros. Where topics are sums of one
    /// another and several solutions are as good, one of them is found. Cost of a row: `n_topics`
    /// for every term and some `n_topics²`.
    ///
    /// # Errors
    /// [`Error::Columns`] when `x` has other columns than the model has terms, [`Error::Value`] for
    /// a value that is negative or not finite.
    pub fn transform(
        &self,
        x: CsMatViewI<'_, F, u32, usize>,
        run: &Run,
    ) -> Result<Array2<F>, Error> {
        self.transform_with(x, (0.0, 0.0), run)
    }

    /// As [`transform`](Self::transform), with `l1 Σ w + ½ l2 ‖w‖²` added to the objective of every
    /// row ([`Penalty`](crate::Penalty)'s for `W`).
    ///
    /// # Errors
    /// As [`transform`](Self::transform).
    pub fn transform_with(
        &self,
        x: CsMatViewI<'_, F, u32, usize>,
        penalty: (f64, f64),
        run: &Run,
    ) -> Result<Array2<F>, Error> {
        let (k, n_terms) = self.components.dim();
        if x.cols() != n_terms {
            return Err(Error::Columns { expected: n_terms, got: x.cols() });
        }
        super::check_values(x)?;
        let ht = padded_rows(self.components.t());
        Ok(unpadded(&exact(x, &ht, (k, None, penalty), (self.isa, run))?, k))
    }
}

/// Solves for every row of `x` given `Hᵀ`, (n_terms, padded k), from `guess` where there is one.
pub(super) fn exact<F: Real>(
    x: CsMatViewI<'_, F, u32, usize>,
    ht: &[F],
    (k, guess, (l1, l2)): (usize, Option<&[F]>, (f64, f64)),
    (isa, run): (InstructionSet, &Run),
) -> Result<Vec<F>, Error> {
    let width = padded(k);
    // A ridge, of nothing as a rule, that says which coordinates may move.
    let gram = Gram::of_rows(ht, (width, &vec![l2; k]), isa, run)?;
    let blocks = RowBlocks::of(x);
    let parts = run.map(blocks.ranges().to_vec(), |rows| {
        let mut part = Vec::with_capacity(rows.len() * width);
        let mut nnls = Nnls::new(&gram, width, isa).with_l1(l1);
        for row in rows {
            let guess = guess.map(|guess| &guess[row * width..(row + 1) * width]);
            part.extend_from_slice(nnls.solve(blocks.row(row), ht, guess));
        }
        part
    })?;
    Ok(parts.concat())
}

/// Makes topics of the factors: rows of `H` of length 1, in the order of falling share.
pub(super) fn fit<F: Real>(
    x: CsMatViewI<'_, F, u32, usize>,
    end: End<F>,
    config: &NmfConfig,
    run: &Run,
) -> Result<Fit<F>, Error> {
    let (k, isa) = (config.n_topics, config.isa);
    let End { mut w, mut ht, iterations } = end;
    let width = padded(k);
    let lengths = lengths(&ht, k);
    for (rows, invert) in [(&mut ht, true), (&mut w, false)] {
        for row in rows.chunks_exact_mut(width) {
            for (value, &length) in row.iter_mut().zip(&lengths).filter(|(_, l)| **l > 0.0) {
                let scale = if invert { 1.0 / length } else { length };
                *value = F::from_f64((*value).into() * scale);
            }
        }
    }
    let w = exact(x, &ht, (k, Some(&w), (0.0, 0.0)), (isa, run))?;
    let relative = relative_error(x, (&w, &ht), width, (isa, run))?;
    let (doc_topics, components) = (unpadded(&w, k), unpadded(&ht, k).reversed_axes());
    let order = order(doc_topics.view(), components.view());
    let components = components.select(Axis(0), &order);
    Ok(Fit {
        nmf: Nmf { components, isa },
        doc_topics: doc_topics.select(Axis(1), &order),
        loss: Loss { relative, iterations },
    })
}

/// The Euclidean lengths of the rows of `H`, given `Hᵀ`, (n_terms, padded k).
pub(super) fn lengths<F: Real>(ht: &[F], k: usize) -> Vec<f64> {
    let mut squares = vec![0.0_f64; k];
    for row in ht.chunks_exact(padded(k)) {
        for (square, &h) in squares.iter_mut().zip(row) {
            *square += h.into() * h.into();
        }
    }
    squares.into_iter().map(f64::sqrt).collect()
}

/// The topics by falling share, ties by their heaviest terms.
fn order<F: Real>(doc_topics: ArrayView2<'_, F>, components: ArrayView2<'_, F>) -> Vec<usize> {
    let mut totals = vec![0.0_f64; doc_topics.ncols()];
    for row in doc_topics.rows() {
        add_shares(&mut totals, row.iter().copied());
    }
    order_of(&totals, components)
}

/// Adds the share that each topic has of a document's weights.
pub(super) fn add_shares<F: Real>(totals: &mut [f64], row: impl Iterator<Item = F> + Clone) {
    let sum: f64 = row.clone().map(Into::into).sum();
    for (total, w) in totals.iter_mut().zip(row) {
        *total += if sum > 0.0 { w.into() / sum } else { 0.0 };
    }
}

/// The topics by these totals of their shares.
pub(super) fn order_of<F: Real>(totals: &[f64], components: ArrayView2<'_, F>) -> Vec<usize> {
    let heaviest: Vec<usize> =
        components.rows().into_iter().map(|row| argmax(row.iter())).collect();
    let mut order: Vec<usize> = (0..totals.len()).collect();
    order.sort_by(|&a, &b| {
        totals[b].total_cmp(&totals[a]).then(heaviest[a].cmp(&heaviest[b])).then(a.cmp(&b))
    });
    order
}

/// `‖X − W·H‖ / ‖X‖`.
fn relative_error<F: Real>(
    x: CsMatViewI<'_, F, u32, usize>,
    (w, ht): (&[F], &[F]),
    width: usize,
    (isa, run): (InstructionSet, &Run),
) -> Result<f64, Error> {
    let mut sums = ErrorSums::new(width);
    sums.add(x, (w, ht), (isa, run))?;
    sums.relative(ht, (isa, run))
}

/// The sums that `‖X − W·H‖ / ‖X‖` is made of, without the residual: `‖X‖²`, `⟨X·Hᵀ, W⟩` and `WᵀW`.
pub(super) struct ErrorSums {
    width: usize,
    square: f64,
    cross: f64,
    gram: Vec<f64>,
}

impl ErrorSums {
    /// Of no documents, with topics padded to `width`.
    pub(super) fn new(width: usize) -> Self {
        Self { width, square: 0.0, cross: 0.0, gram: vec![0.0; width * width] }
    }

    /// Adds the documents `x` with their weights `w`.
    pub(super) fn add<F: Real>(
        &mut self,
        x: CsMatViewI<'_, F, u32, usize>,
        (w, ht): (&[F], &[F]),
        (isa, run): (InstructionSet, &Run),
    ) -> Result<(), Error> {
        let width = self.width;
        let blocks = RowBlocks::of(x);
        let parts = run.map(blocks.ranges().to_vec(), |rows| {
            let mut xh = vec![F::ZERO; width];
            let (mut square, mut cross) = (0.0, 0.0);
            for row in rows {
                let (indices, values) = blocks.row(row);
                xh.fill(F::ZERO);
                gather(isa, &mut xh, indices, values, ht);
                square += dot(values, values);
                cross += dot(&xh, &w[row * width..(row + 1) * width]);
            }
            (square, cross)
        })?;
        for (square, cross) in parts {
            self.square += square;
            self.cross += cross;
        }
        let gram = Gram::of_rows(w, (width, &[]), isa, run)?;
        for (sum, value) in self.gram.iter_mut().zip(&gram.sums) {
            *sum += value;
        }
        Ok(())
    }

    /// The relative error of all documents; 0 where they are all empty.
    pub(super) fn relative<F: Real>(
        &self,
        ht: &[F],
        (isa, run): (InstructionSet, &Run),
    ) -> Result<f64, Error> {
        if self.square == 0.0 {
            return Ok(0.0);
        }
        let gram = Gram::of_rows(ht, (self.width, &[]), isa, run)?;
        let product: f64 = self.gram.iter().zip(&gram.sums).map(|(a, b)| a * b).sum();
        Ok(((self.square - 2.0 * self.cross + product).max(0.0) / self.square).sqrt())
    }
}

fn argmax<'a, F: Real>(values: impl Iterator<Item = &'a F>) -> usize {
    let mut best = (0, None);
    for (at, &value) in values.enumerate() {
        if best.1.is_none_or(|least| value > least) {
            best = (at, Some(value));
        }
    }
    best.0
}
