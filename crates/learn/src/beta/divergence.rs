//! How far a model is from a matrix.

use jobs::Run;
use ndarray::ArrayView2;
use sprs::CsMatViewI;

use super::{LEAST, dot, inner_products, power};
use crate::{Error, Real};

/// Rows summed by one task.
const BLOCK: usize = 256;

/// `Σ D(x_ij | (W Hᵀ)_ij)` over all entries of `x`, CSR, (n_docs, n_terms), with `w`, (n_docs, k), and
/// `ht`, (n_terms, k).
///
/// Entries of `x` up to 1.2e-7, and as small ones of the model under others, count as scikit-learn counts
/// them: the first as nothing, the second as 1.2e-7. Cost: as of an [`Update`](super::Update), and for β = 2
/// `k²` for every row and column.
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
    let (rows, others): (Vec<F>, Vec<F>) =
        (w.iter().copied().collect(), ht.iter().copied().collect());
    let (rows, others) = (rows.as_slice(), others.as_slice());
    let mut sums = vec![0.0; k];
    for other in others.chunks_exact(k.max(1)) {
        sums.iter_mut().zip(other).for_each(|(sum, &entry)| *sum += entry.into());
    }
    // A sum of differences is exact where the model is; that of a sparse matrix would have far more terms
    // than the matrix has entries.
    let is_sparse = x.rows().saturating_mul(x.cols()) / 8 > x.nnz();
    let gram = (beta == 2.0 && is_sparse).then(|| inner_products(others, k));
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
                squares(entries, row, others, gram.as_deref())
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

/// `½ Σ (x − y)²` over a row: the entries that are there, and the model's squares everywhere else, from
/// the inner products of `H` where there are any.
fn squares<F: Real>(
    entries: impl Iterator<Item = (f64, f64)>,
    row: &[F],
    others: &[F],
    gram: Option<&[f64]>,
) -> f64 {
    let k = row.len().max(1);
    let all: f64 = match gram {
        None => others.chunks_exact(k).map(|other| dot(row, other)).map(|y| y * y).sum(),
        Some(gram) => row
            .iter()
            .zip(gram.chunks_exact(k))
            .map(|(&w, gram)| {
                w.into() * row.iter().zip(gram).map(|(&w, &g)| w.into() * g).sum::<f64>()
            })
            .sum(),
    };
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
