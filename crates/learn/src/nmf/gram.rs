//! Gram matrices of factors.

use jobs::Run;

use crate::kernels::{Quadratic, add_products};
use crate::{Error, InstructionSet, Real};

/// Rows whose outer products are added up in the factor's own precision before they join the sum in
/// `f64`.
const ROWS: usize = 32;
/// Rows of a dense matrix in one parallel task.
const BLOCK_ROWS: usize = 1024;

/// A Gram matrix `YᵀY` of a row-major matrix with rows of padded length, and what a ridge adds to its
/// diagonal in the sweeps.
#[derive(Debug, Clone)]
pub(crate) struct Gram<F> {
    /// (width, width), in `f64` as summed, without the ridge.
    pub(crate) sums: Vec<f64>,
    width: usize,
    values: Vec<F>,
    inverse_diagonal: Vec<F>,
}

impl<F: Real> Gram<F> {
    /// `ridge` has one number for each coordinate that may move, or is empty where all of the padded
    /// row may and nothing is added.
    pub(crate) fn new(sums: Vec<f64>, width: usize, ridge: &[f64]) -> Self {
        let mut values: Vec<F> = sums.iter().map(|&sum| F::from_f64(sum)).collect();
        for (at, ridge) in ridge.iter().enumerate() {
            values[at * (width + 1)] = F::from_f64(sums[at * (width + 1)] + ridge);
        }
        let movable = if ridge.is_empty() { width } else { ridge.len() };
        let inverse_diagonal = (0..movable)
            .map(|at| values[at * (width + 1)])
            .map(|diagonal| if diagonal > F::ZERO { F::ONE / diagonal } else { F::ZERO })
            .collect();
        Self { sums, width, values, inverse_diagonal }
    }

    /// Adds `ridge` to what the sweeps see of the diagonal at `at`.
    pub(crate) fn add_ridge(&mut self, at: usize, ridge: f64) {
        let diagonal = &mut self.values[at * (self.width + 1)];
        *diagonal += F::from_f64(ridge);
        self.inverse_diagonal[at] = if *diagonal > F::ZERO { F::ONE / *diagonal } else { F::ZERO };
    }

    /// Of all rows of `rows`.
    pub(crate) fn of_rows(
        rows: &[F],
        (width, ridge): (usize, &[f64]),
        isa: InstructionSet,
        run: &Run,
    ) -> Result<Self, Error> {
        let parts = run.map(rows.chunks(BLOCK_ROWS * width).collect(), |rows| {
            let mut sum = GramSum::new(width, isa);
            sum.add(rows);
            sum.finish()
        })?;
        Ok(Self::new(total(width, parts), width, ridge))
    }

    /// The quadratic form that the sweeps over a row with this right side lower.
    pub(crate) fn quadratic<'a>(&'a self, target: &'a [F]) -> Quadratic<'a, F> {
        Quadratic { gram: &self.values, inverse_diagonal: &self.inverse_diagonal, target }
    }

    /// The matrix with its ridge, and what a step along each coordinate that may move divides by.
    pub(crate) fn shared(&self) -> (&[F], &[F]) {
        (&self.values, &self.inverse_diagonal)
    }

    /// `⟨A, B⟩`, the sum of the products of the entries, without ridges.
    pub(crate) fn inner(&self, other: &Self) -> f64 {
        self.sums.iter().zip(&other.sums).map(|(a, b)| a * b).sum()
    }

    /// The `at`-th entry of the diagonal, without the ridge.
    pub(crate) fn diagonal(&self, at: usize) -> f64 {
        self.sums[at * (self.width + 1)]
    }
}

/// A Gram matrix while it is summed up: in the factor's precision over a few rows, in `f64` over all.
pub(crate) struct GramSum {
    isa: InstructionSet,
    width: usize,
    sums: Vec<f64>,
}

impl GramSum {
    pub(crate) fn new(width: usize, isa: InstructionSet) -> Self {
        Self { isa, width, sums: vec![0.0; width * width] }
    }

    pub(crate) fn add<F: Real>(&mut self, rows: &[F]) {
        for rows in rows.chunks(ROWS * self.width) {
            add_products(self.isa, &mut self.sums, rows, self.width);
        }
    }

    pub(crate) fn finish(self) -> Vec<f64> {
        let Self { width, mut sums, .. } = self;
        for row in 1..width {
            for column in 0..row {
                sums[row * width + column] = sums[column * width + row];
            }
        }
        sums
    }
}

/// Adds up square matrices in their order.
pub(crate) fn total(width: usize, parts: Vec<Vec<f64>>) -> Vec<f64> {
    let mut sums = vec![0.0; width * width];
    for part in parts {
        for (sum, value) in sums.iter_mut().zip(part) {
            *sum += value;
        }
    }
    sums
}
