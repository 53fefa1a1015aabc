//! The leading singular vectors of a sparse matrix.

use jobs::Run;
use nalgebra::{DMatrix, SymmetricEigen};
use sprs::CsMatViewI;

use super::blocks::RowBlocks;
use crate::Error;
use crate::kernels::{gather, padded};

/// Directions beyond those asked for: they catch what the random start mixes in.
const EXTRA: usize = 10;
/// Power iterations; text has a slowly falling spectrum, so that fewer are not enough.
const POWER_ITERATIONS: usize = 4;
/// Directions below this share of the strongest are noise.
const RANK_TOL: f64 = 1e-6;

/// Singular values in falling order, with the vectors as columns of padded row-major matrices.
pub(super) struct Svd {
    pub(super) values: Vec<f64>,
    /// (n_docs, width)
    pub(super) left: Vec<f32>,
    /// (n_terms, width)
    pub(super) right: Vec<f32>,
    pub(super) width: usize,
}

/// The first `k` singular triplets of `x` by randomised subspace iteration (Halko, Martinsson and
/// Tropp, SIAM Review 53(2), 2011, algorithm 4.4), orthogonalised through Gram matrices in `f64`.
pub(super) fn truncated(
    x: CsMatViewI<'_, f32, u32, usize>,
    xt: CsMatViewI<'_, f32, u32, usize>,
    (k, seed): (usize, u64),
    run: &Run,
) -> Result<Svd, Error> {
    let (by_doc, by_term) = (RowBlocks::of(x), RowBlocks::of(xt));
    let width = padded((k + EXTRA).min(by_doc.n_rows()).min(by_term.n_rows()));
    let mut right = random_signs(by_term.n_rows(), width, seed);
    let mut left = Vec::new();
    for _ in 0..=POWER_ITERATIONS {
        left = times(&by_doc, &right, width, run)?;
        orthonormalise(&mut left, width);
        right = times(&by_term, &left, width, run)?;
    }
    // `right` is now Xᵀ·Q: its Gram matrix Q's view of X·Xᵀ, whose eigenvectors turn Q into the
    // left singular vectors.
    let (eigenvalues, vectors) = eigen_descending(&right, width);
    let values: Vec<f64> = eigenvalues.iter().map(|&value| value.max(0.0).sqrt()).collect();
    let left = rotate(&left, width, &vectors, |_| 1.0);
    let strongest = values.first().copied().unwrap_or(0.0);
    let right = rotate(&right, width, &vectors, |j| {
        if values[j] > RANK_TOL * strongest { 1.0 / values[j] } else { 0.0 }
    });
    Ok(Svd { values, left, right, width })
}

/// A (rows, width) matrix of +1 and -1: as good a start as normal deviates, and no logarithm or
/// cosine is needed whose last bit differs between machines.
fn random_signs(rows: usize, width: usize, seed: u64) -> Vec<f32> {
    (0..(rows * width) as u64).map(|at| if mix(seed, at) & 1 == 0 { 1.0 } else { -1.0 }).collect()
}

/// The `at`-th random number of the stream `seed`: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014),
/// which needs no state and so no order.
fn mix(seed: u64, at: u64) -> u64 {
    let mut z = seed
        .wrapping_mul(0xd134_2543_de82_ef95)
        .wrapping_add(at.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The sparse matrix times a dense one with rows of `width`.
fn times(
    sparse: &RowBlocks<'_>,
    dense: &[f32],
    width: usize,
    run: &Run,
) -> Result<Vec<f32>, Error> {
    let parts = run.map(sparse.ranges().to_vec(), |rows| {
        let mut part = vec![0.0; rows.len() * width];
        for (row, out) in rows.zip(part.chunks_exact_mut(width)) {
            let (indices, values) = sparse.row(row);
            gather(out, indices, values, dense);
        }
        part
    })?;
    Ok(parts.concat())
}

/// Makes the columns of `y` orthonormal, in place; directions without length become zero.
fn orthonormalise(y: &mut Vec<f32>, width: usize) {
    // Twice: the first pass leaves errors of the size of the condition number squared.
    for _ in 0..2 {
        let (values, vectors) = eigen_descending(y, width);
        let strongest = values[0].max(0.0).sqrt();
        *y = rotate(y, width, &vectors, |j| {
            let length = values[j].max(0.0).sqrt();
            if length > RANK_TOL * strongest { 1.0 / length } else { 0.0 }
        });
    }
}

/// Eigenvalues, falling, and eigenvectors (columns) of `yᵀ·y`.
fn eigen_descending(y: &[f32], width: usize) -> (Vec<f64>, DMatrix<f64>) {
    let mut gram = DMatrix::<f64>::zeros(width, width);
    for row in y.chunks_exact(width) {
        for (i, &a) in row.iter().enumerate() {
            let mut column = gram.column_mut(i);
            for (sum, &b) in column.iter_mut().zip(row) {
                *sum += f64::from(a) * f64::from(b);
            }
        }
    }
    let eigen = SymmetricEigen::new(gram);
    let mut order: Vec<usize> = (0..width).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]).then(a.cmp(&b)));
    let values = order.iter().map(|&j| eigen.eigenvalues[j]).collect();
    let vectors = DMatrix::from_fn(width, width, |i, j| eigen.eigenvectors[(i, order[j])]);
    (values, vectors)
}

/// `y · vectors`, column `j` scaled by `scale(j)`.
fn rotate(
    y: &[f32],
    width: usize,
    vectors: &DMatrix<f64>,
    scale: impl Fn(usize) -> f64,
) -> Vec<f32> {
    // Row-major and scaled once, so that the inner loop runs along memory.
    let turned: Vec<f64> = (0..width)
        .flat_map(|i| (0..width).map(move |j| (i, j)))
        .map(|(i, j)| vectors[(i, j)] * scale(j))
        .collect();
    let mut out = Vec::with_capacity(y.len());
    let mut sums = vec![0.0_f64; width];
    for row in y.chunks_exact(width) {
        sums.fill(0.0);
        for (&value, line) in row.iter().zip(turned.chunks_exact(width)) {
            for (sum, &t) in sums.iter_mut().zip(line) {
                *sum += f64::from(value) * t;
            }
        }
        out.extend(sums.iter().map(|&sum| sum as f32));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use sprs::CsMatI;

    #[test]
    fn singular_values_of_a_known_matrix_are_found() {
        // diag(3, 2, 1) with a rotated pair of columns: singular values 3, 2, 1.
        let x = CsMatI::<f32, u32, usize>::new(
            (4, 3),
            vec![0, 1, 3, 5, 5],
            vec![0, 1, 2, 1, 2],
            vec![3.0, 2.0 * 0.6, 2.0 * 0.8, -0.8, 0.6],
        );
        let xt = x.transpose_view().to_csr();
        let svd = truncated(x.view(), xt.view(), (3, 1), &Run::serial()).unwrap();
        for (found, expected) in svd.values.iter().zip([3.0, 2.0, 1.0]) {
            assert!((found - expected).abs() < 1e-5, "{:?}", svd.values);
        }
        // The first triplet is (±e₁, ±e₁).
        assert!((svd.left[0].abs() - 1.0).abs() < 1e-5 && (svd.right[0].abs() - 1.0).abs() < 1e-5);
    }

    #[test]
    fn random_signs_are_balanced_and_follow_the_seed() {
        let signs = random_signs(1000, 8, 7);
        let sum: f32 = signs.iter().sum();
        assert!(sum.abs() < 400.0, "{sum}");
        assert_eq!(signs, random_signs(1000, 8, 7));
        assert_ne!(signs, random_signs(1000, 8, 8));
    }
}
