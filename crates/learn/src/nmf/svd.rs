//! The leading singular vectors of a sparse matrix.

use std::ops::Range;

use jobs::Run;
use nalgebra::{DMatrix, SymmetricEigen};

use super::blocks::RowBlocks;
use super::gram::Gram;
use crate::kernels::{gather, padded, times_matrix};
use crate::random::mix;
use crate::{Error, InstructionSet, Real};

/// Directions beyond those asked for: they catch what the random start mixes in.
const EXTRA: usize = 10;
/// Power iterations of [`Power::Least`].
const LEAST_ITERATIONS: usize = 2;
/// Those of [`Power::Cheap`]: at least, and at most.
const POWER_ITERATIONS: (usize, usize) = (4, 20);
/// Multiplications that all power iterations together may take when they are more than the least.
const POWER_WORK: usize = 400_000_000;
/// Rows of a dense matrix in one parallel task.
const DENSE_ROWS: usize = 1024;
/// Directions below this share of the strongest are noise.
const RANK_TOL: f64 = 1e-6;

/// Singular values in falling order, with the vectors as columns of padded row-major matrices.
pub(super) struct Svd<F> {
    pub(super) values: Vec<f64>,
    /// (n_docs, width)
    pub(super) left: Vec<F>,
    /// (n_terms, width)
    pub(super) right: Vec<F>,
    pub(super) width: usize,
}

/// How many power iterations are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Power {
    /// No more than topics need to begin at.
    Least,
    /// As many as cost little. Text has a slowly falling spectrum, and the topics of a small corpus hang on
    /// directions that lie close together: there another one is cheap and makes every seed start from the
    /// same place.
    Cheap,
}

/// Where and how the products are made.
#[derive(Clone, Copy)]
pub(super) struct How<'a> {
    pub(super) isa: InstructionSet,
    pub(super) power: Power,
    pub(super) run: &'a Run,
}

/// The first `k` singular triplets by randomised subspace iteration (Halko, Martinsson and Tropp,
/// SIAM Review 53(2), 2011, algorithm 4.4), orthogonalised through Gram matrices.
pub(super) fn truncated<F: Real>(
    by_doc: &RowBlocks<'_, F>,
    by_term: &RowBlocks<'_, F>,
    (k, seed): (usize, u64),
    how: How<'_>,
) -> Result<Svd<F>, Error> {
    let width = padded((k + EXTRA).min(by_doc.n_rows()).min(by_term.n_rows()));
    let mut right = random_signs(by_term.n_rows(), width, seed);
    let mut left = vec![F::ZERO; by_doc.n_rows() * width];
    // Memory that is met for the first time takes longer than what is computed into it.
    let mut turned = left.clone();
    let (least, most) = POWER_ITERATIONS;
    let last = match how.power {
        Power::Least => LEAST_ITERATIONS,
        Power::Cheap => (POWER_WORK / (2 * by_doc.nnz() * width).max(1)).clamp(least, most),
    };
    for iteration in 0..=last {
        // Once keeps the directions apart; the last time they must be orthogonal, and the first
        // pass leaves errors of the size of the condition number squared.
        let passes = if iteration == last { 2 } else { 1 };
        times(by_doc, &right, &mut left, how)?;
        for _ in 0..passes {
            orthonormal(&left, &mut turned, (width, how))?;
            std::mem::swap(&mut left, &mut turned);
        }
        times(by_term, &left, &mut right, how)?;
    }
    // `right` is now Xᵀ·Q: its Gram matrix Q's view of X·Xᵀ, whose eigenvectors turn Q into the
    // left singular vectors.
    let eigen = Eigen::of_gram(&right, width, how)?;
    let values: Vec<f64> = eigen.values.iter().map(|&value| value.max(0.0).sqrt()).collect();
    let strongest = values.first().copied().unwrap_or(0.0);
    eigen.rotate(&left, &mut turned, how, |_| 1.0)?;
    let left = turned;
    let mut turned = vec![F::ZERO; right.len()];
    eigen.rotate(&right, &mut turned, how, |j| {
        if values[j] > RANK_TOL * strongest { 1.0 / values[j] } else { 0.0 }
    })?;
    let right = turned;
    Ok(Svd { values, left, right, width })
}

/// A (rows, width) matrix of +1 and -1: as good a start as normal deviates.
fn random_signs<F: Real>(rows: usize, width: usize, seed: u64) -> Vec<F> {
    let sign = |at| if mix(seed, at) & 1 == 0 { F::ONE } else { -F::ONE };
    (0..(rows * width) as u64).map(sign).collect()
}

/// The sparse matrix times a dense one, whose rows are as long as those of the product.
fn times<F: Real>(
    sparse: &RowBlocks<'_, F>,
    dense: &[F],
    product: &mut [F],
    how: How<'_>,
) -> Result<(), Error> {
    let width = product.len() / sparse.n_rows();
    let mut rest = product;
    let part = |rows: &Range<usize>| {
        let (part, after) = std::mem::take(&mut rest).split_at_mut(rows.len() * width);
        rest = after;
        (rows.clone(), part)
    };
    let parts = sparse.ranges().iter().map(part).collect();
    how.run.map(parts, |(rows, part): (Range<usize>, &mut [F])| {
        for (row, out) in rows.zip(part.chunks_exact_mut(width)) {
            let (indices, values) = sparse.row(row);
            out.fill(F::ZERO);
            gather(how.isa, out, indices, values, dense);
        }
    })?;
    Ok(())
}

/// The columns of `y` made orthonormal, in `into`; directions without length become zero.
fn orthonormal<F: Real>(
    y: &[F],
    into: &mut [F],
    (width, how): (usize, How<'_>),
) -> Result<(), Error> {
    let eigen = Eigen::of_gram(y, width, how)?;
    let strongest = eigen.values[0].max(0.0).sqrt();
    eigen.rotate(y, into, how, |j| {
        let length = eigen.values[j].max(0.0).sqrt();
        if length > RANK_TOL * strongest { 1.0 / length } else { 0.0 }
    })
}

/// Eigenvalues, falling, and eigenvectors (columns) of a Gram matrix.
struct Eigen {
    width: usize,
    values: Vec<f64>,
    vectors: DMatrix<f64>,
}

impl Eigen {
    /// Of `yᵀ·y`, `y` having rows of `width`.
    fn of_gram<F: Real>(y: &[F], width: usize, how: How<'_>) -> Result<Self, Error> {
        let gram = Gram::of_rows(y, (width, &[]), how.isa, how.run)?;
        let eigen = SymmetricEigen::new(DMatrix::from_row_slice(width, width, &gram.sums));
        let mut order: Vec<usize> = (0..width).collect();
        order.sort_by(|&a, &b| {
            eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]).then(a.cmp(&b))
        });
        let values = order.iter().map(|&j| eigen.eigenvalues[j]).collect();
        let vectors = DMatrix::from_fn(width, width, |i, j| eigen.eigenvectors[(i, order[j])]);
        Ok(Self { width, values, vectors })
    }

    /// `y · vectors`, column `j` scaled by `scale(j)`, in `into`.
    fn rotate<F: Real>(
        &self,
        y: &[F],
        into: &mut [F],
        how: How<'_>,
        scale: impl Fn(usize) -> f64,
    ) -> Result<(), Error> {
        let width = self.width;
        // Row-major and scaled once, so that the inner loop runs along memory.
        let scales: Vec<f64> = (0..width).map(scale).collect();
        let turned: Vec<F> = (0..width)
            .flat_map(|i| (0..width).map(move |j| (i, j)))
            .map(|(i, j)| F::from_f64(self.vectors[(i, j)] * scales[j]))
            .collect();
        let len = width * DENSE_ROWS;
        let parts = y.chunks(len).zip(into.chunks_mut(len)).collect();
        how.run.map(parts, |(rows, part): (&[F], &mut [F])| {
            for (row, out) in rows.chunks_exact(width).zip(part.chunks_exact_mut(width)) {
                out.fill(F::ZERO);
                times_matrix(how.isa, out, row, &turned);
            }
        })?;
        Ok(())
    }
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
        let run = Run::serial();
        let how = How { isa: InstructionSet::best(), power: Power::Cheap, run: &run };
        let svd =
            truncated(&RowBlocks::of(x.view()), &RowBlocks::of(xt.view()), (3, 1), how).unwrap();
        for (found, expected) in svd.values.iter().zip([3.0, 2.0, 1.0]) {
            assert!((found - expected).abs() < 1e-5, "{:?}", svd.values);
        }
        // The first triplet is (±e₁, ±e₁).
        assert!((svd.left[0].abs() - 1.0).abs() < 1e-5 && (svd.right[0].abs() - 1.0).abs() < 1e-5);
    }

    #[test]
    fn random_signs_are_balanced_and_follow_the_seed() {
        let signs: Vec<f32> = random_signs(1000, 8, 7);
        let sum: f32 = signs.iter().sum();
        assert!(sum.abs() < 400.0, "{sum}");
        assert_eq!(signs, random_signs::<f32>(1000, 8, 7));
        assert_ne!(signs, random_signs::<f32>(1000, 8, 8));
    }
}
