//! One multiplicative update of one factor.

use jobs::Run;
use ndarray::{ArrayView2, ArrayViewMut2};
use sprs::CsMatViewI;

use super::{LEAST, add, dot, inner_products, power};
use crate::{Error, Real};

/// Rows updated by one task.
const BLOCK: usize = 64;

/// An update of a factor whose rows are those of the matrix: of `W` for `X`, of `Hᵀ` for `Xᵀ`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Update {
    /// The divergence.
    pub beta: f64,
    /// What the sum of the factor costs.
    pub l1: f64,
    /// What half the squares of the factor cost.
    pub l2: f64,
}

/// What former updates of a factor leave for later ones, when a matrix comes in batches (Lefèvre, Bach and
/// Févotte, WASPAA 2011): its numerators and denominators, (n_rows, k), and how much of them is kept.
#[derive(Debug)]
pub struct History<'a, F> {
    /// The sums of the numerators, each times the factor that it was for.
    pub numerator: ArrayViewMut2<'a, F>,
    /// The sums of the denominators.
    pub denominator: ArrayViewMut2<'a, F>,
    /// The share of both that is kept, 0 to 1.
    pub forget: f64,
}

impl Update {
    /// The exponent under which the update never raises the divergence.
    #[must_use]
    pub fn gamma(&self) -> f64 {
        if self.beta < 1.0 {
            1.0 / (2.0 - self.beta)
        } else if self.beta > 2.0 {
            1.0 / (self.beta - 1.0)
        } else {
            1.0
        }
    }

    /// Updates `factor`, (n_rows, k), given the other one, (n_columns, k), for `x`, CSR,
    /// (n_rows, n_columns), non-negative.
    ///
    /// The same bytes for any number of threads. Cost: `k` for every non-zero for β of 1 and 2, and for
    /// every entry of the matrix otherwise.
    ///
    /// # Errors
    /// [`Error::Shape`] for factors of other shapes, [`Error::Run`].
    pub fn apply<F: Real>(
        &self,
        x: CsMatViewI<'_, F, u32, usize>,
        (factor, other): (ArrayViewMut2<'_, F>, ArrayView2<'_, F>),
        history: Option<History<'_, F>>,
        run: &Run,
    ) -> Result<(), Error> {
        let k = other.ncols();
        for (name, got, expected) in
            [("the factor", factor.dim(), (x.rows(), k)), ("the other", other.dim(), (x.cols(), k))]
        {
            if got != expected {
                return Err(Error::Shape { name, expected, got });
            }
        }
        let other: Vec<F> = other.iter().copied().collect();
        let shared = Shared::new(self.beta, &other, k);
        let starts: Vec<usize> = (0..x.rows()).step_by(BLOCK).collect();
        let rows: Vec<F> = factor.iter().copied().collect();
        let ratios = run.map(starts, |start| {
            let end = (start + BLOCK).min(x.rows());
            let mut part = Vec::with_capacity((end - start) * 2 * k);
            for row in start..end {
                let entries = x.indptr().outer_inds_sz(row);
                let entries = (&x.indices()[entries.clone()], &x.data()[entries]);
                self.ratio(&shared, entries, &rows[row * k..(row + 1) * k], &mut part);
            }
            part
        })?;
        self.multiply(
            factor,
            history,
            ratios.iter().flat_map(|part| part.chunks_exact(2 * k.max(1))),
        );
        Ok(())
    }

    /// Appends the numerator and the denominator for one row.
    fn ratio<F: Real>(
        &self,
        shared: &Shared<'_, F>,
        (columns, values): (&[u32], &[F]),
        row: &[F],
        to: &mut Vec<f64>,
    ) {
        let (beta, k) = (self.beta, row.len());
        let mut numerator = vec![0.0; k];
        for (&column, &value) in columns.iter().zip(values) {
            let other = shared.row(column as usize);
            let value: f64 = value.into();
            let weight = if beta == 2.0 {
                value
            } else {
                let model = dot(row, other);
                value * power(if beta < 2.0 { model.max(LEAST) } else { model }, beta - 2.0)
            };
            add(&mut numerator, weight, other);
        }
        let mut denominator = vec![0.0; k];
        if beta == 1.0 {
            denominator.copy_from_slice(&shared.sums);
        } else if beta == 2.0 {
            for (&w, gram) in row.iter().zip(shared.gram.chunks_exact(k.max(1))) {
                let w: f64 = w.into();
                denominator.iter_mut().zip(gram).for_each(|(sum, &entry)| *sum += w * entry);
            }
        } else {
            for other in shared.other.chunks_exact(k.max(1)) {
                let model = dot(row, other);
                let model = if beta < 1.0 { model.max(LEAST) } else { model };
                add(&mut denominator, power(model, beta - 1.0), other);
            }
        }
        for (sum, &w) in denominator.iter_mut().zip(row) {
            *sum += self.l1 + self.l2 * w.into();
            if *sum == 0.0 {
                // The numerator is 0 as well. In a history a topic that is absent from a batch must not
                // lose the weight of what was seen of it.
                *sum = if beta == 1.0 { 1.0 } else { LEAST };
            }
        }
        to.append(&mut numerator);
        to.append(&mut denominator);
    }

    /// Multiplies the factor by the ratios, and those of the past.
    fn multiply<'a, F: Real>(
        &self,
        mut factor: ArrayViewMut2<'_, F>,
        mut history: Option<History<'_, F>>,
        ratios: impl Iterator<Item = &'a [f64]>,
    ) {
        let (gamma, k) = (self.gamma(), factor.ncols());
        for (at, ratio) in ratios.enumerate() {
            let (numerator, denominator) = ratio.split_at(k);
            for topic in 0..k {
                let w: f64 = factor[[at, topic]].into();
                let updated = match &mut history {
                    None => w * power(numerator[topic] / denominator[topic], gamma),
                    Some(past) => {
                        let (sum, divisor) =
                            (&mut past.numerator[[at, topic]], &mut past.denominator[[at, topic]]);
                        let now = numerator[topic] * power(w, 1.0 / gamma);
                        let above = past.forget * (*sum).into() + now;
                        let below = past.forget * (*divisor).into() + denominator[topic];
                        (*sum, *divisor) = (F::from_f64(above), F::from_f64(below));
                        power(above / below, gamma)
                    }
                };
                factor[[at, topic]] = F::from_f64(updated);
            }
        }
    }
}

/// What every row's update takes of the other factor.
struct Shared<'a, F> {
    other: &'a [F],
    k: usize,
    /// Its columns' sums, for β = 1.
    sums: Vec<f64>,
    /// Its inner products, for β = 2.
    gram: Vec<f64>,
}

impl<'a, F: Real> Shared<'a, F> {
    fn new(beta: f64, other: &'a [F], k: usize) -> Self {
        let (mut sums, mut gram) = (vec![0.0; k], Vec::new());
        if beta == 1.0 {
            other.chunks_exact(k.max(1)).for_each(|row| add(&mut sums, 1.0, row));
        } else if beta == 2.0 {
            gram = inner_products(other, k);
        }
        Self { other, k, sums, gram }
    }

    fn row(&self, at: usize) -> &'a [F] {
        &self.other[at * self.k..(at + 1) * self.k]
    }
}
