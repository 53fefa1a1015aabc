//! Beta divergences: how far `W·H` is from `X`, and the multiplicative updates that lower it.

use jobs::Run;

use super::blocks::RowBlocks;
use super::gram::Gram;
use crate::kernels::{dot, gather, padded};
use crate::{Error, InstructionSet, Real};

/// The smallest number that a model's entry is taken for, so that nothing is divided by zero:
/// the `f32` machine epsilon, as scikit-learn has it.
const TINY: f64 = f32::EPSILON as f64;

/// The beta divergence with exponent β: `½‖X − WH‖²` for 2, Kullback and Leibler's for 1, Itakura and
/// Saito's for 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Divergence {
    beta: f64,
}

impl Divergence {
    /// `½‖X − WH‖²`.
    pub const FROBENIUS: Self = Self { beta: 2.0 };
    /// That of Kullback and Leibler: `Σ x ln(x / wh) − x + wh`.
    pub const KULLBACK_LEIBLER: Self = Self { beta: 1.0 };
    /// That of Itakura and Saito: `Σ x / wh − ln(x / wh) − 1`; every entry of `X` must be above 0.
    pub const ITAKURA_SAITO: Self = Self { beta: 0.0 };

    /// With any finite exponent.
    ///
    /// # Errors
    /// [`Error::Setting`] when `beta` is infinite or NaN.
    pub fn new(beta: f64) -> Result<Self, Error> {
        if beta.is_finite() {
            return Ok(Self { beta });
        }
        Err(Error::Setting { name: "beta", allowed: "finite", got: beta.to_string() })
    }

    /// β.
    #[must_use]
    pub fn beta(self) -> f64 {
        self.beta
    }

    /// The exponent that keeps the updates from overshooting (Févotte and Idier, table 2).
    fn damping(self) -> f64 {
        if self.beta < 1.0 {
            1.0 / (2.0 - self.beta)
        } else if self.beta > 2.0 {
            1.0 / (self.beta - 1.0)
        } else {
            1.0
        }
    }

    /// The divergence of `X` from `W·H`; factors row-major with padded rows, `H` transposed.
    pub(super) fn between<F: Real>(
        self,
        x: &RowBlocks<'_, F>,
        (w, ht): (&[F], &[F]),
        k: usize,
        run: &Run,
    ) -> Result<f64, Error> {
        let (width, isa) = (padded(k), InstructionSet::best());
        let beta = self.beta;
        let n_terms = ht.len() / width;
        let parts = run.map(x.ranges().to_vec(), |rows| {
            let mut sum = 0.0;
            let mut product = vec![F::ZERO; width];
            for row in rows {
                let w = &w[row * width..(row + 1) * width];
                let (indices, values) = x.row(row);
                if beta == 2.0 {
                    product.fill(F::ZERO);
                    gather(isa, &mut product, indices, values, ht);
                    sum += 0.5 * dot(values, values) - dot(&product, w);
                    continue;
                }
                let model = |term: usize| dot(w, &ht[term * width..(term + 1) * width]);
                for (&term, &value) in indices.iter().zip(values) {
                    let value: f64 = value.into();
                    if value > TINY {
                        sum += self.of_entry(value, model(term as usize).max(TINY));
                    }
                }
                if beta != 0.0 && beta != 1.0 {
                    let all: f64 = (0..n_terms).map(|term| libm::pow(model(term), beta)).sum();
                    sum += all / beta;
                }
            }
            sum
        })?;
        let sum: f64 = parts.iter().sum();
        Ok(if beta == 2.0 {
            let gram_w = Gram::of_rows(w, (width, &[]), isa, run)?;
            sum + 0.5 * gram_w.inner(&Gram::of_rows(ht, (width, &[]), isa, run)?)
        } else if beta == 1.0 {
            let totals = |rows: &[F]| column_sums(rows, width);
            let (w, h) = (totals(w), totals(ht));
            sum + w.iter().zip(&h).map(|(w, h)| w * h).sum::<f64>()
        } else if beta == 0.0 {
            sum - (x.n_rows() * n_terms) as f64
        } else {
            sum
        })
    }

    /// The part of the divergence that an entry above 0 has by itself; what all entries of `W·H` have,
    /// zero or not in `X`, is added elsewhere.
    fn of_entry(self, x: f64, model: f64) -> f64 {
        let beta = self.beta;
        if beta == 1.0 {
            x * libm::log(x / model) - x
        } else if beta == 0.0 {
            x / model - libm::log(x / model)
        } else {
            libm::pow(x, beta) / (beta * (beta - 1.0))
                - x * libm::pow(model, beta - 1.0) / (beta - 1.0)
        }
    }

    /// One multiplicative update of every row of a factor, given the other one.
    pub(super) fn update<F: Real>(
        self,
        (sparse, other): (&RowBlocks<'_, F>, &[F]),
        factor: &mut [F],
        (k, l1, l2): (usize, f64, f64),
        run: &Run,
    ) -> Result<(), Error> {
        let (width, isa) = (padded(k), InstructionSet::best());
        let gram = match self.beta {
            2.0 => Some(Gram::of_rows(other, (width, &[]), isa, run)?),
            _ => None,
        };
        let sums = column_sums(other, width);
        let mut rest = factor;
        let mut tasks = Vec::new();
        for rows in sparse.ranges() {
            let (head, tail) = rest.split_at_mut(rows.len() * width);
            tasks.push((rows.clone(), head));
            rest = tail;
        }
        run.map(tasks, |(rows, part)| {
            let mut ratios = Vec::new();
            let (mut up, mut down) = (vec![F::ZERO; width], vec![0.0; width]);
            for (row, w) in rows.zip(part.chunks_exact_mut(width)) {
                let (indices, values) = sparse.row(row);
                up.fill(F::ZERO);
                if let Some(gram) = &gram {
                    gather(isa, &mut up, indices, values, other);
                    for (t, down) in down.iter_mut().enumerate() {
                        let row = &gram.sums[t * width..(t + 1) * width];
                        *down = row.iter().zip(&*w).map(|(g, &w)| g * w.into()).sum();
                    }
                } else {
                    ratios.clear();
                    ratios.extend(indices.iter().zip(values).map(|(&at, &value)| {
                        let at = at as usize * width;
                        let model = dot(w, &other[at..at + width]).max(TINY);
                        F::from_f64(value.into() * libm::pow(model, self.beta - 2.0))
                    }));
                    gather(isa, &mut up, indices, &ratios, other);
                    self.weigh_models(w, other, (&sums, &mut down));
                }
                for ((w, &up), &down) in w[..k].iter_mut().zip(&up).zip(&down) {
                    let old: f64 = (*w).into();
                    let mut below = down + l1 + l2 * old;
                    if below == 0.0 {
                        below = TINY;
                    }
                    let ratio = up.into() / below;
                    let damping = self.damping();
                    let step = if damping == 1.0 { ratio } else { libm::pow(ratio, damping) };
                    *w = F::from_f64(old * step);
                }
            }
        })?;
        Ok(())
    }

    /// `Σ_j (w·h_j)^(β−1) h_j` over all rows `h_j` of the other factor.
    fn weigh_models<F: Real>(self, w: &[F], other: &[F], (sums, out): (&[f64], &mut [f64])) {
        if self.beta == 1.0 {
            out.copy_from_slice(sums);
            return;
        }
        out.fill(0.0);
        for h in other.chunks_exact(w.len()) {
            let model = dot(w, h);
            let model = if self.beta < 1.0 { model.max(TINY) } else { model };
            let power = libm::pow(model, self.beta - 1.0);
            for (out, &h) in out.iter_mut().zip(h) {
                *out += power * h.into();
            }
        }
    }
}

/// Sets what is too small to be divided by to zero, where the updates cannot make it so themselves.
pub(super) fn flush_tiny<F: Real>(divergence: Divergence, factor: &mut [F]) {
    if divergence.beta < 1.0 {
        for value in factor.iter_mut().filter(|value| (**value).into() < f64::EPSILON) {
            *value = F::ZERO;
        }
    }
}

fn column_sums<F: Real>(rows: &[F], width: usize) -> Vec<f64> {
    let mut sums = vec![0.0; width];
    for row in rows.chunks_exact(width) {
        for (sum, &value) in sums.iter_mut().zip(row) {
            *sum += value.into();
        }
    }
    sums
}
