//! Factorisation step by step as scikit-learn makes it: coordinate descent and multiplicative
//! updates, without extrapolation, from a start that the caller gives.
//!
//! It is for comparisons and for the other divergences: the default of this crate comes to the same
//! error many times sooner.

use jobs::Run;
use ndarray::{Array2, ArrayView2};
use sprs::{CsMatI, CsMatViewI};

use super::blocks::RowBlocks;
use super::gram::Gram;
use super::{Penalty, check_values, custom_start, padded_rows, unpadded};
use crate::beta::{Update, divergence};
use crate::kernels::{gather, padded};
use crate::random::mix;
use crate::{Error, InstructionSet, Real};

/// Iterations between two looks at the divergence.
const LOOK: usize = 10;

/// What makes the steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Solver {
    /// Cyclic coordinate descent on the squares (Cichocki and Phan, IEICE Transactions E92-A(3),
    /// 2009): one sweep over `W`, one over `H`.
    CoordinateDescent {
        /// Draws a new order of the topics before each sweep, from this seed; without it, 0, 1, ….
        shuffle: Option<u64>,
    },
    /// Multiplicative updates (Lee and Seung 2001; for other divergences Févotte and Idier, Neural
    /// Computation 23(9), 2011).
    Multiplicative {
        /// The exponent of the [divergence](crate::beta), finite.
        beta: f64,
    },
}

/// Settings of [`factorise_plain`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlainConfig {
    /// What makes the steps.
    pub solver: Solver,
    /// What is added to the objective.
    pub penalty: Penalty,
    /// Coordinate descent ends when the projected gradient's sum fell to this share of the first
    /// iteration's; multiplicative updates when ten iterations lowered the root of the divergence by
    /// less than this share of the first.
    pub tol: f64,
    /// Iterations at most.
    pub max_iter: usize,
    /// Whether `H` is learned, or only `W` for the `H` that is given.
    pub learn_h: LearnH,
}

/// Whether `H` moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LearnH {
    /// Both factors move.
    Yes,
    /// `H` stays.
    Fixed,
}

/// Where the steps ended.
#[derive(Debug, Clone)]
pub struct PlainFactors<F> {
    /// (n_docs, n_topics)
    pub w: Array2<F>,
    /// (n_topics, n_terms)
    pub h: Array2<F>,
    /// Iterations made; at `max_iter` the steps may not have converged.
    pub iterations: usize,
}

/// Factorises `x`, CSR, (n_docs, n_terms), from `W`, (n_docs, n_topics), and `H`, (n_topics,
/// n_terms), as scikit-learn's `non_negative_factorization` with `init='custom'` does.
///
/// The same bytes for any number of threads. Cost of an iteration: `2 · nnz · n_topics` and
/// `(n_docs + n_terms) · n_topics²`; for divergences whose exponent is neither 1 nor 2, `n_docs ·
/// n_terms · n_topics`.
///
/// # Errors
/// [`Error::Value`], [`Error::Shape`] and [`Error::Setting`] for what cannot be factorised.
pub fn factorise_plain<F: Real>(
    x: CsMatViewI<'_, F, u32, usize>,
    (w, h): (ArrayView2<'_, F>, ArrayView2<'_, F>),
    config: &PlainConfig,
    run: &Run,
) -> Result<PlainFactors<F>, Error> {
    check_values(x)?;
    let k = w.ncols();
    if !(config.tol >= 0.0 && config.tol.is_finite()) {
        let got = config.tol.to_string();
        return Err(Error::Setting { name: "tol", allowed: "finite and at least 0", got });
    }
    if let Solver::Multiplicative { beta } = config.solver
        && !beta.is_finite()
    {
        return Err(Error::Setting { name: "beta", allowed: "finite", got: beta.to_string() });
    }
    let start = custom_start((w, h), (x.shape(), k))?;
    let xt = x.transpose_view().to_csr();
    let mut problem = Plain { x, xt, k, w: start.w, ht: start.ht, config: *config, run };
    let iterations = match config.solver {
        Solver::CoordinateDescent { shuffle } => problem.descend(shuffle)?,
        Solver::Multiplicative { beta } => problem.multiply(beta)?,
    };
    let h = unpadded(&problem.ht, k).reversed_axes();
    Ok(PlainFactors { w: unpadded(&problem.w, k), h, iterations })
}

struct Plain<'a, F> {
    x: CsMatViewI<'a, F, u32, usize>,
    xt: CsMatI<F, u32, usize>,
    k: usize,
    w: Vec<F>,
    ht: Vec<F>,
    config: PlainConfig,
    run: &'a Run,
}

impl<F: Real> Plain<'_, F> {
    fn descend(&mut self, shuffle: Option<u64>) -> Result<usize, Error> {
        let Penalty { l1_w, l2_w, l1_h, l2_h } = self.config.penalty;
        let mut first = 0.0;
        for iteration in 1..=self.config.max_iter {
            let order = |half: usize| order(self.k, shuffle, 2 * iteration + half);
            let (x, xt) = (RowBlocks::of(self.x), RowBlocks::of(self.xt.view()));
            let mut violation =
                sweep_all((&x, &self.ht), &mut self.w, (&order(0), l1_w, l2_w), self.run)?;
            if self.config.learn_h == LearnH::Yes {
                violation +=
                    sweep_all((&xt, &self.w), &mut self.ht, (&order(1), l1_h, l2_h), self.run)?;
            }
            if iteration == 1 {
                first = violation;
            }
            if first == 0.0 || violation <= self.config.tol * first {
                return Ok(iteration);
            }
        }
        Ok(self.config.max_iter)
    }

    fn multiply(&mut self, beta: f64) -> Result<usize, Error> {
        let Penalty { l1_w, l2_w, l1_h, l2_h } = self.config.penalty;
        let (mut w, mut ht) = (unpadded(&self.w, self.k), unpadded(&self.ht, self.k));
        let root = |w: &Array2<F>, ht: &Array2<F>| {
            divergence(self.x, (w.view(), ht.view()), beta, self.run)
                .map(|d| (2.0 * d.max(0.0)).sqrt())
        };
        let at_start = root(&w, &ht)?;
        let mut last = at_start;
        let mut iterations = self.config.max_iter;
        for iteration in 1..=self.config.max_iter {
            let update = Update { beta, l1: l1_w, l2: l2_w };
            update.apply(self.x, (w.view_mut(), ht.view()), None, self.run)?;
            flush_tiny(beta, &mut w);
            if self.config.learn_h == LearnH::Yes {
                let update = Update { beta, l1: l1_h, l2: l2_h };
                update.apply(self.xt.view(), (ht.view_mut(), w.view()), None, self.run)?;
                flush_tiny(beta, &mut ht);
            }
            if self.config.tol > 0.0 && iteration % LOOK == 0 {
                let now = root(&w, &ht)?;
                if (last - now) / at_start < self.config.tol {
                    iterations = iteration;
                    break;
                }
                last = now;
            }
        }
        (self.w, self.ht) = (padded_rows(w.view()), padded_rows(ht.view()));
        Ok(iterations)
    }
}

/// Sets what is too small to be divided by to zero, where the updates cannot make it so themselves.
fn flush_tiny<F: Real>(beta: f64, factor: &mut Array2<F>) {
    if beta < 1.0 {
        for value in factor.iter_mut().filter(|value| (**value).into() < f64::EPSILON) {
            *value = F::ZERO;
        }
    }
}

/// 0, 1, …, or a shuffled order drawn from the seed for the `nth` sweep (Fisher and Yates).
fn order(k: usize, shuffle: Option<u64>, nth: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..k).collect();
    if let Some(seed) = shuffle {
        for at in (1..k).rev() {
            let draw = mix(seed, (nth * k + at) as u64);
            order.swap(at, (draw % (at as u64 + 1)) as usize);
        }
    }
    order
}

/// One sweep over all rows of a factor; returns the sum of the projected gradients' sizes.
fn sweep_all<F: Real>(
    (sparse, other): (&RowBlocks<'_, F>, &[F]),
    factor: &mut [F],
    (order, l1, l2): (&[usize], f64, f64),
    run: &Run,
) -> Result<f64, Error> {
    let k = order.len();
    let width = padded(k);
    let isa = InstructionSet::best();
    let gram = Gram::of_rows(other, (width, &vec![l2; k]), isa, run)?;
    let mut rest = factor;
    let mut tasks = Vec::new();
    for rows in sparse.ranges() {
        let (head, tail) = rest.split_at_mut(rows.len() * width);
        tasks.push((rows.clone(), head));
        rest = tail;
    }
    let l1 = F::from_f64(l1);
    let violations = run.map(tasks, |(rows, part)| {
        let mut violation = 0.0;
        let mut target = vec![F::ZERO; width];
        for (row, w) in rows.zip(part.chunks_exact_mut(width)) {
            let (indices, values) = sparse.row(row);
            target.fill(F::ZERO);
            gather(isa, &mut target, indices, values, other);
            let problem = gram.quadratic(&target);
            for &t in order {
                let row = &problem.gram[t * width..(t + 1) * width];
                let product: F = row.iter().zip(&*w).map(|(&g, &w)| g * w).sum();
                let gradient = product - target[t] + l1;
                let projected =
                    if w[t] == F::ZERO && gradient > F::ZERO { F::ZERO } else { gradient };
                let size: f64 = projected.into();
                violation += size.abs();
                if row[t] != F::ZERO {
                    w[t] = (w[t] - gradient / row[t]).max(F::ZERO);
                }
            }
        }
        violation
    })?;
    Ok(violations.iter().sum())
}
