//! How far a model is from a matrix.

use jobs::Run;
use ndarray::ArrayView2;
use sprs::CsMatViewI;

use super::{LEAST, dot, power};
use crate::kernels::{self, gather, padded};
use crate::nmf::blocks::RowBlocks;
use crate::nmf::gram::Gram;
use crate::{Error, InstructionSet, Real};

/// Rows summed by one task.
const BLOCK: usize = 256;

/// `Σ D(x_ij | (W Hᵀ)_ij)` over all entries of `x`, CSR, (n_docs, n_terms), with `w`, (n_docs, k), and
/// `ht`, (n_terms, k).
///
/// Entries of `x` up to 1.2e-7, and as small ones of the model under others, count as scikit-learn counts
/// them: the first as nothing, the second as 1.2e-7. Cost: as of an [`Update`](super::Update), and for β = 2
/// `k²` for every row and column, and the factors again in `f64`.
///
/// # Errors
/// [`Error::Shape`] for factors of other shapes, [`Error::Run`].
pub fn divergence<F: Real>(
    x: CsMatViewI<'_, F, u32, usize>,
    (w, ht): (ArrayView2<'_, F>, ArrayView2<'_, F>),
    beta: f64,
    run: &Run,
) -> Result<f64, Error> {
    let k = ht.ncols();
    for (name, got, expected) in [("W", w.dim(), (x.rows(), k)), ("Hᵀ", ht.dim(), (x.cols(), k))]
    {
        if got != expected {
            return Err(Error::Shape { name, expected, got });
        }
    }
    // A sum of differences is exact where the model is; that of a sparse matrix would have far more terms
    // than the matrix has entries.
    if beta == 2.0 && x.rows().saturating_mul(x.cols()) / 8 > x.nnz() {
        return sparse_squares(x, (w, ht), run);
    }
    let (rows, others): (Vec<F>, Vec<F>) =
        (w.iter().copied().collect(), ht.iter().copied().collect());
    let (rows, others) = (rows.as_slice(), others.as_slice());
    let mut sums = vec![0.0; k];
    for other in others.chunks_exact(k.max(1)) {
        sums.iter_mut().zip(other).for_each(|(sum, &entry)| *sum += entry.into());
    }
    let starts: Vec<usize> = (0..x.rows()).step_by(BLOCK).collect();
    let parts = run.map(starts, |start| {
        let mut total = 0.0;
        for at in start..(start + BLOCK).min(x.rows()) {
            let row = &rows[at * k..(at + 1) * k];
            let entries = x.indptr().outer_inds_sz(at);
            let entries = x.indices()[entries.clone()].iter().zip(&x.data()[entries]);
            let entries = entries.map(|(&column, &value)| {
                (value.into(), dot(row, &others[column as usize * k..(column as usize + 1) * k]))
            });
            total += if beta == 2.0 {
                squares(entries, row, others)
            } else if beta == 1.0 {
                let model: f64 = row.iter().zip(&sums).map(|(&w, sum)| w.into() * sum).sum();
                kullback_leibler(entries, model)
            } else if beta == 0.0 {
                itakura_saito(entries) - x.cols() as f64
            } else {
                let all = others.chunks_exact(k.max(1)).map(|other| power(dot(row, other), beta));
                let own = entries.map(|(value, model)| {
                    if value <= LEAST {
                        return 0.0;
                    }
                    power(value, beta) - beta * value * power(model.max(LEAST), beta - 1.0)
                });
                (own.sum::<f64>() + (beta - 1.0) * all.sum::<f64>()) / (beta * (beta - 1.0))
            };
        }
        total
    })?;
    Ok(parts.into_iter().sum())
}

/// `½ (‖X‖² − 2 ⟨X, W Hᵀ⟩ + ⟨WᵀW, HᵀH⟩)`: the model is computed nowhere.
fn sparse_squares<F: Real>(
    x: CsMatViewI<'_, F, u32, usize>,
    (w, ht): (ArrayView2<'_, F>, ArrayView2<'_, F>),
    run: &Run,
) -> Result<f64, Error> {
    let (width, isa) = (padded(w.ncols()).max(1), InstructionSet::best());
    // In `f64` all of it: of a model that is near, little is left of these sums.
    let (w, ht) = (wide_rows(w, width), wide_rows(ht, width));
    let by_doc = RowBlocks::of(x);
    let parts = run.map(by_doc.ranges().to_vec(), |block| {
        let (mut target, mut wide) = (vec![0.0; width], Vec::new());
        let mut sum = 0.0;
        for at in block {
            let (indices, values) = by_doc.row(at);
            wide.clear();
            wide.extend(values.iter().map(|&value| value.into()));
            target.fill(0.0);
            gather(isa, &mut target, indices, &wide, &ht);
            let cross = kernels::dot(&target, &w[at * width..(at + 1) * width]);
            sum += kernels::dot(&wide, &wide) - 2.0 * cross;
        }
        sum
    })?;
    let [gram_w, gram_h] = [&w, &ht].map(|rows| Gram::of_rows(rows, (width, &[]), isa, run));
    Ok(0.5 * (parts.into_iter().sum::<f64>() + gram_w?.inner(&gram_h?)))
}

/// The rows of a matrix in `f64`, each of `width` values, zeros behind its own.
fn wide_rows<F: Real>(matrix: ArrayView2<'_, F>, width: usize) -> Vec<f64> {
    let mut rows = vec![0.0; matrix.nrows() * width];
    for (row, wide) in matrix.rows().into_iter().zip(rows.chunks_exact_mut(width)) {
        wide.iter_mut().zip(row).for_each(|(wide, &value)| *wide = value.into());
    }
    rows
}

/// `½ Σ (x − y)²` over a row: the entries that are there, and the model's squares everywhere else.
fn squares<F: Real>(entries: impl Iterator<Item = (f64, f64)>, row: &[F], others: &[F]) -> f64 {
    let all = others.chunks_exact(row.len().max(1)).map(|other| dot(row, other));
    let all: f64 = all.map(|y| y * y).sum();
    let own: f64 = entries.map(|(x, y)| (x - y) * (x - y) - y * y).sum();
    0.5 * (all + own)
}

fn kullback_leibler(entries: impl Iterator<Item = (f64, f64)>, model: f64) -> f64 {
    entries
        .filter(|(x, _)| *x > LEAST)
        .map(|(x, y)| x * libm::log(x / y.max(LEAST)) - x)
        .sum::<f64>()
        + model
}

fn itakura_saito(entries: impl Iterator<Item = (f64, f64)>) -> f64 {
    entries
        .filter(|(x, _)| *x > LEAST)
        .map(|(x, y)| x / y.max(LEAST))
        .map(|ratio| ratio - libm::log(ratio))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;
    use sprs::CsMatI;

    #[test]
    fn squares_of_a_sparse_matrix_are_those_of_all_its_entries() {
        let entry = |at: (usize, usize)| {
            if (7 * at.0 + 3 * at.1).is_multiple_of(23) { (1 + at.0 % 5) as f32 / 3.0 } else { 0.0 }
        };
        let dense = Array2::from_shape_fn((300, 40), entry);
        let x = CsMatI::<f32, u32, usize>::csr_from_dense(dense.view(), 0.0);
        let w = Array2::from_shape_fn((300, 3), |(row, k)| ((row + 2 * k) % 7) as f32 / 9.0);
        let ht = Array2::from_shape_fn((40, 3), |(row, k)| ((row * 5 + k) % 11) as f32 / 8.0);
        let [wide_w, wide_h] = [&w, &ht].map(|factor| factor.mapv(f64::from));
        let rest = dense.mapv(f64::from) - wide_w.dot(&wide_h.t());
        let expected = 0.5 * rest.mapv(|rest| rest * rest).sum();
        let found = divergence(x.view(), (w.view(), ht.view()), 2.0, &Run::serial()).unwrap();
        assert!((found - expected).abs() < 1e-12 * expected, "{found}, {expected}");
    }
}
