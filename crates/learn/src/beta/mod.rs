//! Factorisation by multiplicative updates, for every β-divergence.
//!
//! `D(x | y)` is `½(x − y)²` for β = 2, `x ln(x / y) − x + y` (Kullback and Leibler) for β = 1,
//! `x / y − ln(x / y) − 1` (Itakura and Saito) for β = 0, and
//! `(x^β + (β − 1) y^β − β x y^(β−1)) / (β (β − 1))` otherwise. The updates are those of Févotte and Idier
//! (Neural Computation 23(9), 2011): each multiplies a factor by a ratio of two non-negative parts of the
//! gradient, to the power of γ(β), and never raises the divergence.

mod divergence;
mod update;

pub use divergence::divergence;
pub use update::{History, Update};

/// Smaller denominators and models count as this, as in scikit-learn: the distance from 1 to the next
/// larger `f32`.
const LEAST: f64 = f32::EPSILON as f64;

/// `Σ a b`.
fn dot<F: crate::Real>(a: &[F], b: &[F]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| a.into() * b.into()).sum()
}

/// `sums += weight · row`.
fn add<F: crate::Real>(sums: &mut [f64], weight: f64, row: &[F]) {
    sums.iter_mut().zip(row).for_each(|(sum, &entry)| *sum += weight * entry.into());
}

/// The inner products of the columns of `rows`, (n, k): (k, k).
fn inner_products<F: crate::Real>(rows: &[F], k: usize) -> Vec<f64> {
    let mut gram = vec![0.0; k * k];
    for row in rows.chunks_exact(k.max(1)) {
        for (&entry, sums) in row.iter().zip(gram.chunks_exact_mut(k)) {
            add(sums, entry.into(), row);
        }
    }
    gram
}

/// `x^p`, quick for the powers that the common divergences need.
fn power(x: f64, p: f64) -> f64 {
    if p == 0.0 {
        1.0
    } else if p == 1.0 {
        x
    } else if p == -1.0 {
        1.0 / x
    } else if p == -2.0 {
        1.0 / (x * x)
    } else {
        libm::pow(x, p)
    }
}
