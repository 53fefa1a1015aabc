//! Where the factorisation starts.

use super::blocks::RowBlocks;
use super::svd::{self, How, Svd};
use crate::kernels::padded;
use crate::random::normal;
use crate::{Error, Real};

/// Entries below this are taken for zero before the zeros are filled.
const NEGLIGIBLE: f64 = 1e-6;

/// How both factors begin.
///
/// The first three are NNDSVD (Boutsidis and Gallopoulos, Pattern Recognition 41(4), 2008) on a
/// randomised SVD: of each pair of singular vectors after the first the positive or the negative
/// parts, whichever are longer. They differ in what becomes of the zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Init {
    /// Zeros stay.
    Nndsvd,
    /// Zeros become the mean of the matrix.
    #[default]
    Nndsvda,
    /// Zeros become small random numbers: the mean of the matrix / 100 times `|N(0, 1)|`.
    Nndsvdar,
    /// Every entry is `|N(0, 1)| · √(mean of the matrix / n_topics)`.
    Random,
}

/// A start for both factors, as row-major matrices with rows padded to `width`.
pub(super) struct Start<F> {
    /// (n_docs, width)
    pub(super) w: Vec<F>,
    /// `Hᵀ`, (n_terms, width)
    pub(super) ht: Vec<F>,
}

/// Streams of random numbers, so that the factors do not share theirs.
const STREAM_W: u64 = 0x57;
const STREAM_H: u64 = 0x48;

impl Init {
    /// The start for `k` topics.
    pub(super) fn start<F: Real>(
        self,
        (by_doc, by_term): (&RowBlocks<'_, F>, &RowBlocks<'_, F>),
        (k, seed): (usize, u64),
        how: How<'_>,
    ) -> Result<Start<F>, Error> {
        let (n_docs, n_terms) = (by_doc.n_rows(), by_term.n_rows());
        let rows = (0..n_docs).map(|row| by_doc.row(row).1);
        let sum: f64 = rows.map(|row| row.iter().map(|&v| v.into()).sum::<f64>()).sum();
        let mean = sum / (n_docs as f64 * n_terms as f64);
        let width = padded(k);
        if self == Self::Random {
            let scale = (mean / k as f64).sqrt();
            let entry = |seed, at| scale * normal(seed, at).abs();
            return Ok(Start {
                w: filled(n_docs, (k, width), |at| entry(seed ^ STREAM_W, at)),
                ht: filled(n_terms, (k, width), |at| entry(seed ^ STREAM_H, at)),
            });
        }
        let fill = |seed, at| match self {
            Self::Nndsvda => mean,
            Self::Nndsvdar => mean / 100.0 * normal(seed, at).abs(),
            _ => 0.0,
        };
        let svd = svd::truncated(by_doc, by_term, (k, seed), how)?;
        let mut w = filled(n_docs, (k, width), |at| fill(seed ^ STREAM_W, at));
        let mut ht: Vec<F> = filled(n_terms, (k, width), |at| fill(seed ^ STREAM_H, at));
        let strongest = svd.values[0];
        for j in 0..k {
            let value = svd.values.get(j).copied().unwrap_or(0.0);
            if value > NEGLIGIBLE * strongest {
                let (left, right) = non_negative_pair(&svd, j);
                put_column(&mut w, &left, (j, width));
                put_column(&mut ht, &right, (j, width));
            } else {
                // The rank of the matrix is below `k`: this topic begins at a document.
                let (terms, values) = by_doc.row(j % n_docs);
                for (&term, &value) in terms.iter().zip(values) {
                    let entry = &mut ht[term as usize * width + j];
                    *entry = entry.max(value);
                }
            }
        }
        Ok(Start { w, ht })
    }
}

/// (rows, width), `entry(position)` in the first `k` columns and zero in the padding.
fn filled<F: Real>(rows: usize, (k, width): (usize, usize), entry: impl Fn(u64) -> f64) -> Vec<F> {
    let mut matrix = vec![F::ZERO; rows * width];
    for (at, row) in matrix.chunks_exact_mut(width).enumerate() {
        for (j, value) in row[..k].iter_mut().enumerate() {
            *value = F::from_f64(entry((at * k + j) as u64));
        }
    }
    matrix
}

fn put_column<F: Real>(matrix: &mut [F], column: &[f64], (j, width): (usize, usize)) {
    for (row, &value) in matrix.chunks_exact_mut(width).zip(column) {
        if value > NEGLIGIBLE {
            row[j] = F::from_f64(value);
        }
    }
}

/// The scaled non-negative parts of the `j`-th singular vectors, left and right.
fn non_negative_pair<F: Real>(svd: &Svd<F>, j: usize) -> (Vec<f64>, Vec<f64>) {
    let column = |matrix: &[F]| -> Vec<f64> {
        matrix.chunks_exact(svd.width).map(|row| row[j].into()).collect()
    };
    let (left, right) = (column(&svd.left), column(&svd.right));
    let part = |vector: &[f64], sign: f64| -> Vec<f64> {
        vector.iter().map(|&v| (sign * v).max(0.0)).collect()
    };
    let norm = |vector: &[f64]| vector.iter().map(|v| v * v).sum::<f64>().sqrt();
    let sides = [1.0, -1.0].map(|sign| {
        let (u, v) = (part(&left, sign), part(&right, sign));
        let (u_norm, v_norm) = (norm(&u), norm(&v));
        (u_norm * v_norm, u, v, u_norm, v_norm)
    });
    let [positive, negative] = sides;
    let (product, u, v, u_norm, v_norm) =
        if positive.0 >= negative.0 { positive } else { negative };
    // The first pair is of one sign (Perron and Frobenius), so that its product of norms is 1 and
    // the same formula serves.
    let scale = (svd.values[j] * product).sqrt();
    let scaled = |vector: Vec<f64>, norm: f64| -> Vec<f64> {
        if norm > 0.0 { vector.iter().map(|v| scale * v / norm).collect() } else { vector }
    };
    (scaled(u, u_norm), scaled(v, v_norm))
}
