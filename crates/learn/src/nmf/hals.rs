//! Hierarchical alternating least squares with extrapolation: the outer iterations.

use jobs::Run;

use super::blocks::RowBlocks;
use super::factor::{Ahead, Extra, Factor, Given};
use super::gram::Gram;
use super::start::Start;
use crate::kernels::{dot, gather, padded};
use crate::{Error, InstructionSet, Real};

/// How much of the gather's cost the inner sweeps may cost (α of Gillis and Glineur).
const SWEEP_SHARE: f64 = 1.0;
/// What rounding adds to the square of an error or takes from it, as a share of the square of the matrix: so
/// many steps of the numbers that factors are held in. One and a half were seen.
const ROUNDED: f64 = 2.0;
/// Iterations over which the fall of the error is judged.
const STOP_WINDOW: usize = 5;

/// How far to extrapolate: β, its ceiling, and their growth and decay (γ, γ̄ and η of Ang and
/// Gillis, with the values that they give for HALS).
struct Momentum {
    beta: f64,
    previous_beta: f64,
    ceiling: f64,
    last_error: f64,
}

impl Momentum {
    const GROWTH: f64 = 1.01;
    const CEILING_GROWTH: f64 = 1.005;
    const DECAY: f64 = 1.5;

    fn new() -> Self {
        Self { beta: 0.5, previous_beta: 0.5, ceiling: 1.0, last_error: f64::INFINITY }
    }

    /// Whether the iterate with this error is accepted; adapts β to the answer.
    fn accepts(&mut self, error: f64) -> bool {
        let accepted = error <= self.last_error;
        let beta = self.beta;
        if accepted {
            self.beta = self.ceiling.min(Self::GROWTH * beta);
            self.ceiling = (Self::CEILING_GROWTH * self.ceiling).min(1.0);
        } else {
            self.ceiling = self.previous_beta;
            self.beta = beta / Self::DECAY;
        }
        self.previous_beta = beta;
        self.last_error = error;
        accepted
    }
}

/// The best iterate so far, and how the best error fell.
struct Best<F> {
    errors: Vec<f64>,
    /// What rounding may add to the square of an error, or take from it.
    rounding: f64,
    ht: Vec<F>,
    w: Vec<F>,
}

impl<F: Real> Best<F> {
    fn update(&mut self, error: f64, ht: &[F], w: &[F]) {
        let least = self.errors.last().copied().unwrap_or(f64::INFINITY);
        // Of those that rounding may have told apart the last is the best: it was improved for longest.
        if error * error <= least * least + self.rounding {
            self.ht.copy_from_slice(ht);
            self.w.copy_from_slice(w);
        }
        self.errors.push(error.min(least));
    }

    /// Whether the last iterations lowered the error by less than the share `tol`.
    fn has_settled(&self, tol: f64) -> bool {
        let Some(before) = self.errors.len().checked_sub(STOP_WINDOW + 1) else { return false };
        let (before, now) = (self.errors[before], self.errors[self.errors.len() - 1]);
        before - now <= tol * before
    }
}

/// What stays the same over all iterations.
pub(super) struct Problem<'a, F> {
    /// `X` by rows: documents.
    pub(super) by_doc: RowBlocks<'a, F>,
    /// `Xᵀ` by rows: terms.
    pub(super) by_term: RowBlocks<'a, F>,
    pub(super) k: usize,
    /// What is added to the objective for `W` and for `Hᵀ`.
    pub(super) extra_w: Extra,
    pub(super) extra_h: Extra,
    /// What the entries of `H` that are drawn add to the objective whatever they are.
    pub(super) constant: f64,
    pub(super) isa: InstructionSet,
    pub(super) run: &'a Run,
}

/// When to stop.
pub(super) struct Stop<'a> {
    pub(super) max_iter: usize,
    pub(super) tol: f64,
    /// Sees the number of each iteration and the relative error of its iterate; ends the fit with
    /// `false`.
    pub(super) goes_on: &'a mut dyn FnMut(usize, f64) -> bool,
}

/// Where the iterations ended: row-major factors with padded rows.
pub(super) struct End<F> {
    pub(super) w: Vec<F>,
    pub(super) ht: Vec<F>,
    pub(super) iterations: usize,
}

impl<F: Real> Problem<'_, F> {
    /// Runs the iterations and gives the best iterate.
    pub(super) fn factorise(&self, start: Start<F>, stop: Stop<'_>) -> Result<End<F>, Error> {
        let width = padded(self.k);
        let (n_docs, n_terms) = (self.by_doc.n_rows(), self.by_term.n_rows());
        let square = self.square();
        let Start { w, ht } = start;
        let sweeps = (self.sweeps(n_docs, n_terms), self.sweeps(n_terms, n_docs));
        let w = self.scaled(w, &ht)?;
        let mut h = Factor::new(ht, sweeps.1, self.extra_h.clone());
        let mut w = Factor::new(w, sweeps.0, self.extra_w.clone());
        let mut gram_accepted =
            Gram::of_rows(&w.accepted, (width, &h.extra.ridge), self.isa, self.run)?;
        let mut gram_ahead = gram_accepted.clone();
        let mut momentum = Momentum::new();
        // The square of an error is what is left of products that are as large as that of the matrix.
        let rounding = ROUNDED * F::EPSILON.into() * square;
        let (errors, ht, w_best) = (Vec::new(), h.accepted.clone(), w.accepted.clone());
        let mut best = Best { errors, rounding, ht, w: w_best };
        let mut iterations = 0;
        while iterations < stop.max_iter {
            iterations += 1;
            let beta = F::from_f64(momentum.beta);
            let given = self.given(&self.by_term, (&w.ahead, &w.extra), &gram_ahead);
            let step_h = h.step(&given, (beta, Ahead::CutOff), self.run)?;
            let given = self.given(&self.by_doc, (&h.ahead, &h.extra), &step_h.next);
            let step_w = w.step(&given, (beta, Ahead::Free), self.run)?;
            let residual = square - 2.0 * step_w.cross + step_w.next.inner(&step_h.next);
            let extra = step_h.added
                + step_w.added
                + half_ridge(&h.extra, &step_h.next)
                + half_ridge(&w.extra, &step_w.next)
                + self.constant;
            let error = (residual + 2.0 * extra).max(0.0).sqrt();
            best.update(error, &h.ahead, &w.next);
            let relative = if square > 0.0 { (residual.max(0.0) / square).sqrt() } else { 0.0 };
            if !(stop.goes_on)(iterations, relative) || best.has_settled(stop.tol) {
                break;
            }
            if momentum.accepts(error) {
                h.accept();
                w.accept();
                (gram_accepted, gram_ahead) = (step_w.next, step_w.ahead);
            } else {
                h.restart();
                w.restart();
                gram_ahead = gram_accepted.clone();
            }
        }
        Ok(End { w: best.w, ht: best.ht, iterations })
    }

    fn given<'a>(
        &self,
        sparse: &'a RowBlocks<'a, F>,
        (other, extra): (&'a [F], &'a Extra),
        gram: &'a Gram<F>,
    ) -> Given<'a, F> {
        let (ridge_of_other, width) = (&extra.ridge[..], padded(self.k));
        Given { sparse, other, gram, ridge_of_other, isa: self.isa, width }
    }

    fn square(&self) -> f64 {
        let rows = 0..self.by_doc.n_rows();
        rows.map(|row| self.by_doc.row(row).1).map(|values| dot(values, values)).sum()
    }

    /// How many inner sweeps a factor of `rows` rows is worth: gathering from the matrix is the
    /// dear part, sweeping again over what was gathered the cheap one.
    fn sweeps(&self, rows: usize, other_rows: usize) -> usize {
        let (nnz, k) = (self.by_doc.nnz() as f64, self.k as f64);
        let ratio = 1.0 + (nnz + other_rows as f64 * k) / (rows as f64 * (k + 1.0));
        (1.0 + SWEEP_SHARE * ratio).floor() as usize
    }

    /// `w` times the factor that brings `W·H` closest to `X`.
    fn scaled(&self, mut w: Vec<F>, ht: &[F]) -> Result<Vec<F>, Error> {
        let width = padded(self.k);
        let crosses = self.run.map(self.by_doc.ranges().to_vec(), |rows| {
            let mut target = vec![F::ZERO; width];
            let mut cross = 0.0;
            for row in rows {
                let (indices, values) = self.by_doc.row(row);
                target.fill(F::ZERO);
                gather(self.isa, &mut target, indices, values, ht);
                cross += dot(&target, &w[row * width..(row + 1) * width]);
            }
            cross
        })?;
        let cross: f64 = crosses.iter().sum();
        let gram_w = Gram::of_rows(&w, (width, &[]), self.isa, self.run)?;
        let product = gram_w.inner(&Gram::of_rows(ht, (width, &[]), self.isa, self.run)?);
        if cross > 0.0 && product > 0.0 {
            let scale = F::from_f64(cross / product);
            for value in &mut w {
                *value *= scale;
            }
        }
        Ok(w)
    }
}

fn half_ridge<F: Real>(extra: &Extra, gram: &Gram<F>) -> f64 {
    extra.ridge.iter().enumerate().map(|(at, ridge)| 0.5 * ridge * gram.diagonal(at)).sum()
}
