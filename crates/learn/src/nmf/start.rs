//! Where the factorisation starts.

use jobs::Run;
use sprs::{CsMatI, CsMatViewI};

use super::svd::{self, Svd};
use crate::Error;
use crate::kernels::padded;

/// Entries below this are taken for zero before the zeros are filled.
const NEGLIGIBLE: f64 = 1e-6;

/// A start for both factors, as row-major matrices with rows padded to `width`.
pub(super) struct Start {
    /// (n_docs, width)
    pub(super) w: Vec<f32>,
    /// `Hᵀ`, (n_terms, width)
    pub(super) ht: Vec<f32>,
    /// The transposed matrix: CSR, (n_terms, n_docs).
    pub(super) xt: CsMatI<f32, u32, usize>,
}

/// NNDSVDa: the non-negative parts of the singular vectors, zeros filled with the mean of `x`.
///
/// Of each pair of singular vectors after the first the positive or the negative parts are kept,
/// whichever are longer. A direction that the matrix does not have (its rank is below `k`) starts
/// from a document instead.
pub(super) fn nndsvda(
    x: CsMatViewI<'_, f32, u32, usize>,
    k: usize,
    seed: u64,
    run: &Run,
) -> Result<Start, Error> {
    let xt = x.transpose_view().to_csr();
    let svd = svd::truncated(x, xt.view(), (k, seed), run)?;
    let width = padded(k);
    let sum: f64 = x.data().iter().map(|&v| f64::from(v)).sum();
    let mean = (sum / (x.rows() as f64 * x.cols() as f64)) as f32;
    let mut w = filled(x.rows(), (k, width), mean);
    let mut ht = filled(x.cols(), (k, width), mean);
    let strongest = svd.values[0];
    for j in 0..k {
        let value = svd.values.get(j).copied().unwrap_or(0.0);
        if value > NEGLIGIBLE * strongest {
            let (left, right) = non_negative_pair(&svd, j);
            put_column(&mut w, &left, (j, width));
            put_column(&mut ht, &right, (j, width));
        } else {
            let row = x.outer_view(j % x.rows()).expect("a row below the number of rows");
            for (term, &v) in row.iter() {
                ht[term * width + j] = v.max(mean);
            }
        }
    }
    Ok(Start { w, ht, xt })
}

/// (rows, width), `mean` in the first `k` columns and zero in the padding.
fn filled(rows: usize, (k, width): (usize, usize), mean: f32) -> Vec<f32> {
    let mut matrix = vec![0.0; rows * width];
    for row in matrix.chunks_exact_mut(width) {
        row[..k].fill(mean);
    }
    matrix
}

fn put_column(matrix: &mut [f32], column: &[f64], (j, width): (usize, usize)) {
    for (row, &value) in matrix.chunks_exact_mut(width).zip(column) {
        if value > NEGLIGIBLE {
            row[j] = value as f32;
        }
    }
}

/// The scaled non-negative parts of the `j`-th singular vectors, left and right.
fn non_negative_pair(svd: &Svd, j: usize) -> (Vec<f64>, Vec<f64>) {
    let column = |matrix: &[f32]| -> Vec<f64> {
        matrix.chunks_exact(svd.width).map(|row| f64::from(row[j])).collect()
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
