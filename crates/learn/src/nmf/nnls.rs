//! Exact non-negative least squares for one row at a time.

use super::gram::Gram;
use crate::kernels::{Scratch, gather, improve};
use crate::{InstructionSet, Real};

/// Sweeps between two attempts to solve for the support that they lead to.
const SWEEPS: usize = 4;
/// Attempts, after which the sweeps alone decide: only topics that are sums of one another, whose
/// problem has many solutions, come so far.
const ATTEMPTS: usize = 60;
/// A gradient this much below zero, relative to the largest entry of the right side, is rounding.
const SLACK: f64 = 1e-6;
/// A pivot below this share of its diagonal makes the matrix of the support singular.
const SINGULAR: f64 = 1e-9;

/// Solves `min ‖x − w·H‖², w ≥ 0` for rows `x`: coordinate descent finds the support, a Cholesky
/// factorisation in `f64` the values on it, and the conditions of Karush, Kuhn and Tucker tell
/// whether they are the solution.
pub(super) struct Nnls<'a, F> {
    gram: &'a Gram<F>,
    isa: InstructionSet,
    width: usize,
    /// What every coordinate costs, times its value.
    l1: F,
    target: Vec<F>,
    w: Vec<F>,
    scratch: Scratch<F>,
    support: Vec<usize>,
    factor: Vec<f64>,
    solution: Vec<f64>,
}

impl<'a, F: Real> Nnls<'a, F> {
    pub(super) fn new(gram: &'a Gram<F>, width: usize, isa: InstructionSet) -> Self {
        Self {
            gram,
            isa,
            width,
            l1: F::ZERO,
            target: vec![F::ZERO; width],
            w: vec![F::ZERO; width],
            scratch: Scratch::new(width),
            support: Vec::with_capacity(width),
            factor: Vec::new(),
            solution: Vec::with_capacity(width),
        }
    }

    /// The same with `l1 · Σ w` added to the objective.
    pub(super) fn with_l1(self, l1: f64) -> Self {
        Self { l1: F::from_f64(l1), ..self }
    }

    /// The solution for one sparse row, given `Hᵀ` with padded rows and a guess (padded too).
    pub(super) fn solve(
        &mut self,
        (indices, values): (&[u32], &[F]),
        ht: &[F],
        guess: Option<&[F]>,
    ) -> &[F] {
        self.target.fill(F::ZERO);
        gather(self.isa, &mut self.target, indices, values, ht);
        if self.l1 > F::ZERO {
            self.target.iter_mut().for_each(|target| *target -= self.l1);
        }
        match guess {
            Some(guess) => self.w.copy_from_slice(guess),
            None => self.w.fill(F::ZERO),
        }
        for attempt in 0..ATTEMPTS {
            let sweeps = (SWEEPS << (attempt / 8), F::ZERO);
            let quadratic = self.gram.quadratic(&self.target);
            improve(self.isa, &mut self.w, quadratic, &mut self.scratch, sweeps);
            if self.solves_on_support() && self.is_optimal() {
                self.w.fill(F::ZERO);
                for (&at, &value) in self.support.iter().zip(&self.solution) {
                    self.w[at] = F::from_f64(value);
                }
                break;
            }
        }
        &self.w
    }

    /// Solves the equations for the coordinates that are above zero; whether they stay there.
    fn solves_on_support(&mut self) -> bool {
        let Self { support, factor, solution, w, .. } = self;
        support.clear();
        support.extend((0..w.len()).filter(|&at| w[at] > F::ZERO));
        let n = support.len();
        factor.clear();
        factor.resize(n * n, 0.0);
        solution.clear();
        for i in 0..n {
            let row = support[i] * self.width;
            for j in 0..=i {
                let inner: f64 = (0..j).map(|t| factor[i * n + t] * factor[j * n + t]).sum();
                let entry = self.gram.sums[row + support[j]];
                let rest = entry - inner;
                if i > j {
                    factor[i * n + j] = rest / factor[j * n + j];
                } else if rest > SINGULAR * entry {
                    factor[i * n + i] = rest.sqrt();
                } else {
                    return false;
                }
            }
            let known: f64 = (0..i).map(|t| factor[i * n + t] * solution[t]).sum();
            let right: f64 = self.target[support[i]].into();
            solution.push((right - known) / factor[i * n + i]);
        }
        for i in (0..n).rev() {
            let known: f64 = (i + 1..n).map(|t| factor[t * n + i] * solution[t]).sum();
            solution[i] = (solution[i] - known) / factor[i * n + i];
        }
        solution.iter().all(|&value| value > 0.0)
    }

    /// Whether no coordinate at zero wants to rise.
    fn is_optimal(&self) -> bool {
        let largest = self.target.iter().fold(0.0_f64, |largest, &value| largest.max(value.into()));
        let mut support = self.support.iter().peekable();
        (0..self.width).all(|at| {
            if support.next_if(|&&next| next == at).is_some() {
                return true;
            }
            let row = &self.gram.sums[at * self.width..];
            let product: f64 =
                self.support.iter().zip(&self.solution).map(|(&j, value)| row[j] * value).sum();
            product - self.target[at].into() >= -SLACK * largest
        })
    }
}
