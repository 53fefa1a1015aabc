//! Where the factorisation starts.

use jobs::Run;

use super::blocks::RowBlocks;
use super::svd::{self, How, Svd};
use crate::kernels::padded;
use crate::random::normal;
use crate::{Error, Real};

/// Entries below this are taken for zero before the zeros are filled.
const NEGLIGIBLE: f64 = 1e-6;
/// Rows of a factor in one parallel task.
const ROWS: usize = 1024;

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
                w: filled(n_docs, (k, width), |at| entry(seed ^ STREAM_W, at), how.run)?,
                ht: filled(n_terms, (k, width), |at| entry(seed ^ STREAM_H, at), how.run)?,
            });
        }
        let fill = |seed, at| match self {
            Self::Nndsvda => mean,
            Self::Nndsvdar => mean / 100.0 * normal(seed, at).abs(),
            _ => 0.0,
        };
        let svd = svd::truncated(by_doc, by_term, (k, seed), how)?;
        let mut w = filled(n_docs, (k, width), |at| fill(seed ^ STREAM_W, at), how.run)?;
        let mut ht = filled(n_terms, (k, width), |at| fill(seed ^ STREAM_H, at), how.run)?;
        let halves = halves(&svd, k);
        put(&mut w, &svd.left, (&halves, |half| half.left), (svd.width, width, how.run))?;
        put(&mut ht, &svd.right, (&halves, |half| half.right), (svd.width, width, how.run))?;
        let strongest = svd.values[0];
        for j in (0..k).filter(|&j| svd.values[j] <= NEGLIGIBLE * strongest) {
            // The rank of the matrix is below `k`: this topic begins at a document.
            let (terms, values) = by_doc.row(j % n_docs);
            for (&term, &value) in terms.iter().zip(values) {
                let entry: &mut F = &mut ht[term as usize * width + j];
                *entry = entry.max(value);
            }
        }
        Ok(Start { w, ht })
    }
}

/// (rows, width), `entry(position)` in the first `k` columns and zero in the padding.
fn filled<F: Real>(
    rows: usize,
    (k, width): (usize, usize),
    entry: impl Fn(u64) -> f64 + Sync,
    run: &Run,
) -> Result<Vec<F>, Error> {
    let mut matrix = vec![F::ZERO; rows * width];
    let parts = matrix.chunks_mut(ROWS * width).enumerate().collect();
    run.map(parts, |(part, rows): (usize, &mut [F])| {
        for (at, row) in (part * ROWS..).zip(rows.chunks_exact_mut(width)) {
            for (j, value) in row[..k].iter_mut().enumerate() {
                *value = F::from_f64(entry((at * k + j) as u64));
            }
        }
    })?;
    Ok(matrix)
}

/// What a topic takes of its pair of singular vectors: the entries with a sign, times `scale` over the length
/// of these.
#[derive(Clone, Copy)]
struct Half {
    sign: f64,
    scale: f64,
    left: f64,
    right: f64,
}

/// The longer half of each of the first `k` pairs of singular vectors; nothing of those that are noise.
///
/// The first pair is of one sign (Perron and Frobenius), so that its product of lengths is 1 and the same
/// formula serves.
fn halves<F: Real>(svd: &Svd<F>, k: usize) -> Vec<Half> {
    let [left, right] = [&svd.left, &svd.right].map(|matrix| lengths(matrix, svd.width));
    let strongest = svd.values[0];
    let half = |j: usize| {
        let [positive, negative] = [0, 1].map(|side| left[side][j] * right[side][j]);
        let (side, sign) = if positive >= negative { (0, 1.0) } else { (1, -1.0) };
        let (left, right) = (left[side][j], right[side][j]);
        let is_there = svd.values[j] > NEGLIGIBLE * strongest && left > 0.0 && right > 0.0;
        if is_there {
            Half { sign, scale: (svd.values[j] * (left * right)).sqrt(), left, right }
        } else {
            Half { sign, scale: 0.0, left: 1.0, right: 1.0 }
        }
    };
    (0..k).map(half).collect()
}

/// The lengths of the columns of a matrix: of their positive entries, and of their negative ones.
fn lengths<F: Real>(matrix: &[F], width: usize) -> [Vec<f64>; 2] {
    let [mut positive, mut negative] = [vec![0.0_f64; width], vec![0.0; width]];
    for row in matrix.chunks_exact(width) {
        for ((&value, positive), negative) in row.iter().zip(&mut positive).zip(&mut negative) {
            let value: f64 = value.into();
            let [up, down] = [value.max(0.0), (-value).max(0.0)];
            *positive += up * up;
            *negative += down * down;
        }
    }
    [positive, negative].map(|squares| squares.into_iter().map(f64::sqrt).collect())
}

/// Puts the halves of the columns of `vectors` that are not negligible into a factor.
fn put<F: Real>(
    factor: &mut [F],
    vectors: &[F],
    (halves, length): (&[Half], impl Fn(&Half) -> f64 + Sync),
    (vectors_width, width, run): (usize, usize, &Run),
) -> Result<(), Error> {
    let vectors = vectors.chunks(ROWS * vectors_width);
    let parts = factor.chunks_mut(ROWS * width).zip(vectors).collect();
    run.map(parts, |(factor, vectors): (&mut [F], &[F])| {
        let rows = factor.chunks_exact_mut(width).zip(vectors.chunks_exact(vectors_width));
        for (row, vectors) in rows {
            for ((entry, &value), half) in row.iter_mut().zip(vectors).zip(halves) {
                let value = half.scale * (half.sign * value.into()).max(0.0) / length(half);
                if value > NEGLIGIBLE {
                    *entry = F::from_f64(value);
                }
            }
        }
    })?;
    Ok(())
}
