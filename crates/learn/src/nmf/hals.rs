//! Hierarchical alternating least squares with extrapolation.

use std::ops::Range;

use jobs::Run;
use sprs::CsMatViewI;

use super::NmfConfig;
use super::blocks::RowBlocks;
use super::start::Start;
use crate::Error;
use crate::kernels::{add_outer, descend, dot, gather, gradient, padded};

/// Rows whose outer products are added up in `f32` before they join the sum in `f64`.
const GRAM_ROWS: usize = 32;
/// How much of the gather's cost the inner sweeps may cost (α of Gillis and Glineur).
const SWEEP_SHARE: f64 = 0.5;
/// Inner sweeps end when one moved less than this share of the first (δ there).
const SWEEP_TOL: f32 = 0.1;
/// Iterations over which the fall of the error is judged.
const STOP_WINDOW: usize = 5;

/// A Gram matrix `YᵀY` of a row-major matrix with rows of `width`.
#[derive(Clone)]
pub(super) struct Gram {
    width: usize,
    /// (width, width), in `f64` as summed.
    sums: Vec<f64>,
    /// The same in `f32`, for the sweeps.
    values: Vec<f32>,
    /// One over the diagonal; 0 where the diagonal is 0.
    inverse_diagonal: Vec<f32>,
}

impl Gram {
    fn new(width: usize, sums: Vec<f64>) -> Self {
        let values: Vec<f32> = sums.iter().map(|&sum| sum as f32).collect();
        let inverse_diagonal = (0..width)
            .map(|t| values[t * width + t])
            .map(|diagonal| if diagonal > 0.0 { 1.0 / diagonal } else { 0.0 })
            .collect();
        Self { width, sums, values, inverse_diagonal }
    }

    pub(super) fn of_rows(rows: &[f32], width: usize) -> Self {
        let mut sum = GramSum::new(width);
        for row in rows.chunks_exact(width) {
            sum.add(row);
        }
        Self::new(width, sum.finish())
    }

    /// `⟨A, B⟩`, the sum of the products of the entries.
    fn inner(&self, other: &Self) -> f64 {
        self.sums.iter().zip(&other.sums).map(|(a, b)| a * b).sum()
    }
}

/// A Gram matrix while it is summed up: in `f32` over a few rows, in `f64` over all.
struct GramSum {
    sums: Vec<f64>,
    recent: Vec<f32>,
    n_recent: usize,
}

impl GramSum {
    fn new(width: usize) -> Self {
        Self { sums: vec![0.0; width * width], recent: vec![0.0; width * width], n_recent: 0 }
    }

    fn add(&mut self, row: &[f32]) {
        add_outer(&mut self.recent, row);
        self.n_recent += 1;
        if self.n_recent == GRAM_ROWS {
            self.flush();
        }
    }

    fn flush(&mut self) {
        for (sum, recent) in self.sums.iter_mut().zip(&mut self.recent) {
            *sum += f64::from(*recent);
            *recent = 0.0;
        }
        self.n_recent = 0;
    }

    fn finish(mut self) -> Vec<f64> {
        self.flush();
        self.sums
    }
}

/// Solves rows of the non-negative least-squares problem `min ‖x − w·H‖²` by coordinate descent.
pub(super) struct Sweeper<'a> {
    gram: &'a Gram,
    k: usize,
    /// `x·Hᵀ` of the current row.
    target: Vec<f32>,
    /// `w·G − x·Hᵀ`: the gradient, kept up to date as `w` moves.
    gradient: Vec<f32>,
    w: Vec<f32>,
}

impl<'a> Sweeper<'a> {
    pub(super) fn new(gram: &'a Gram, k: usize) -> Self {
        let zeros = vec![0.0; gram.width];
        Self { gram, k, target: zeros.clone(), gradient: zeros.clone(), w: zeros }
    }

    /// The solution for one sparse row, from zero, to a relative change of `tol` in at most
    /// `sweeps` sweeps.
    pub(super) fn solve(
        &mut self,
        indices: &[u32],
        values: &[f32],
        ht: &[f32],
        (sweeps, tol): (usize, f32),
    ) -> &[f32] {
        self.w.fill(0.0);
        self.begin(indices, values, ht);
        for _ in 0..sweeps {
            let moved = self.sweep();
            let size = self.w.iter().map(|w| w * w).sum::<f32>();
            if moved <= tol * tol * size {
                break;
            }
        }
        &self.w
    }

    /// At most `limit` sweeps for one sparse row, from `start`.
    fn improve(
        &mut self,
        (indices, values): (&[u32], &[f32]),
        factor: &[f32],
        start: &[f32],
        limit: usize,
    ) {
        self.w.copy_from_slice(start);
        self.begin(indices, values, factor);
        let first = self.sweep();
        for _ in 1..limit {
            if self.sweep() <= SWEEP_TOL * SWEEP_TOL * first {
                break;
            }
        }
    }

    fn begin(&mut self, indices: &[u32], values: &[f32], factor: &[f32]) {
        gather(&mut self.target, indices, values, factor);
        gradient(&mut self.gradient, &self.w, &self.gram.values, &self.target);
    }

    /// One pass over the coordinates; returns the squared length of the movement.
    fn sweep(&mut self) -> f32 {
        let inverse_diagonal = &self.gram.inverse_diagonal[..self.k];
        descend(&mut self.w, &mut self.gradient, &self.gram.values, inverse_diagonal)
    }
}

/// One factor: where it stands, and where extrapolation has taken it. Row-major, rows padded.
struct Factor {
    /// The last accepted iterate.
    accepted: Vec<f32>,
    /// The iterate extrapolated: where the next sweeps begin.
    ahead: Vec<f32>,
    /// The iterate that the last sweeps made.
    next: Vec<f32>,
    /// Inner sweeps at most.
    sweeps: usize,
}

impl Factor {
    fn new(start: Vec<f32>, sweeps: usize) -> Self {
        Self { ahead: start.clone(), next: start.clone(), accepted: start, sweeps }
    }

    fn accept(&mut self) {
        std::mem::swap(&mut self.accepted, &mut self.next);
    }

    fn restart(&mut self) {
        self.ahead.copy_from_slice(&self.accepted);
    }
}

/// How far to extrapolate: β, its ceiling, and their growth and decay (γ, γ̄ and η of Ang and
/// Gillis, with the values that they give for HALS).
struct Momentum {
    beta: f32,
    previous_beta: f32,
    ceiling: f32,
    last_error: f64,
}

impl Momentum {
    const GROWTH: f32 = 1.01;
    const CEILING_GROWTH: f32 = 1.005;
    const DECAY: f32 = 1.5;

    fn new() -> Self {
        Self { beta: 0.5, previous_beta: 0.5, ceiling: 1.0, last_error: f64::INFINITY }
    }

    /// Whether the iterate with this error is accepted; adapts β to the answer.
    fn accepts(&mut self, error: f64) -> bool {
        let accepted = error <= self.last_error;
        let beta = self.beta;
        if accepted {
            self.beta = self.ceiling.min(Self::GROWTH * beta);
            self.ceiling = (Self::CEILING_GROWTH * self.ceiling).min(1.0);
        } else {
            self.ceiling = self.previous_beta;
            self.beta = beta / Self::DECAY;
        }
        self.previous_beta = beta;
        self.last_error = error;
        accepted
    }
}

/// The best `Hᵀ` so far, and how the best error fell.
struct Best {
    errors: Vec<f64>,
    ht: Vec<f32>,
}

impl Best {
    fn update(&mut self, error: f64, ht: &[f32]) {
        let least = self.errors.last().copied().unwrap_or(f64::INFINITY);
        if error < least {
            self.ht.copy_from_slice(ht);
        }
        self.errors.push(error.min(least));
    }

    /// Whether the last iterations lowered the error by less than the share `tol`.
    fn has_settled(&self, tol: f64) -> bool {
        let Some(before) = self.errors.len().checked_sub(STOP_WINDOW + 1) else { return false };
        let (before, now) = (self.errors[before], self.errors[self.errors.len() - 1]);
        before - now <= tol * before
    }
}

/// What stays the same over all iterations.
struct Problem<'a> {
    /// `X` by rows: documents.
    by_doc: RowBlocks<'a>,
    /// `Xᵀ` by rows: terms.
    by_term: RowBlocks<'a>,
    k: usize,
    run: &'a Run,
}

/// Runs the factorisation; returns `Hᵀ`, (n_terms, padded k), and the outer iterations made.
pub(super) fn factorise(
    x: CsMatViewI<'_, f32, u32, usize>,
    start: Start,
    config: &NmfConfig,
    run: &Run,
) -> Result<(Vec<f32>, usize), Error> {
    let by_term = RowBlocks::of(start.xt.view());
    let problem = Problem { by_doc: RowBlocks::of(x), by_term, k: config.n_topics, run };
    let (n_docs, n_terms) = x.shape();
    let square = dot(x.data(), x.data());
    let mut h = Factor::new(start.ht, problem.sweeps(n_terms, n_docs));
    let mut w = Factor::new(problem.scaled(start.w, &h)?, problem.sweeps(n_docs, n_terms));
    let mut gram_accepted = Gram::of_rows(&w.accepted, padded(config.n_topics));
    let mut gram_ahead = gram_accepted.clone();
    let mut momentum = Momentum::new();
    let mut best = Best { errors: Vec::new(), ht: h.accepted.clone() };
    for iteration in 1..=config.max_iter {
        let gram_h = problem.step_h(&mut h, (&w.ahead, &gram_ahead), momentum.beta)?;
        let step = problem.step_w(&mut w, (&h.ahead, &gram_h), momentum.beta)?;
        let residual = square - 2.0 * step.cross + step.next.inner(&gram_h);
        let error = residual.max(0.0).sqrt();
        best.update(error, &h.ahead);
        if best.has_settled(config.tol) {
            return Ok((best.ht, iteration));
        }
        if momentum.accepts(error) {
            h.accept();
            w.accept();
            (gram_accepted, gram_ahead) = (step.next, step.ahead);
        } else {
            h.restart();
            w.restart();
            gram_ahead = gram_accepted.clone();
        }
    }
    Ok((best.ht, config.max_iter))
}

/// What the half step on `W` leaves besides the factor itself.
struct StepW {
    /// Gram matrix of the new iterate.
    next: Gram,
    /// Gram matrix of the extrapolated iterate.
    ahead: Gram,
    /// `⟨X·Hᵀ, W⟩` with the new iterate.
    cross: f64,
}

impl Problem<'_> {
    fn width(&self) -> usize {
        padded(self.k)
    }

    /// How many inner sweeps a factor of `rows` rows is worth: gathering from the matrix is the
    /// dear part, sweeping again over what was gathered the cheap one.
    fn sweeps(&self, rows: usize, other_rows: usize) -> usize {
        let (nnz, k) = (self.by_doc.nnz() as f64, self.k as f64);
        let ratio = 1.0 + (nnz + other_rows as f64 * k) / (rows as f64 * (k + 1.0));
        (1.0 + SWEEP_SHARE * ratio).floor() as usize
    }

    /// `w` times the factor that brings `W·H` closest to `X`.
    fn scaled(&self, mut w: Vec<f32>, h: &Factor) -> Result<Vec<f32>, Error> {
        let width = self.width();
        let crosses = self.run.map(self.by_doc.ranges().to_vec(), |rows| {
            let mut target = vec![0.0; width];
            let mut cross = 0.0;
            for row in rows {
                let (indices, values) = self.by_doc.row(row);
                gather(&mut target, indices, values, &h.accepted);
                cross += dot(&target, &w[row * width..(row + 1) * width]);
            }
            cross
        })?;
        let cross: f64 = crosses.iter().sum();
        let product = Gram::of_rows(&w, width).inner(&Gram::of_rows(&h.accepted, width));
        if cross > 0.0 && product > 0.0 {
            let scale = (cross / product) as f32;
            for value in &mut w {
                *value *= scale;
            }
        }
        Ok(w)
    }

    /// Sweeps over `H` given `W`, extrapolates and cuts off below zero; returns the Gram matrix of
    /// the extrapolated iterate.
    fn step_h(&self, h: &mut Factor, w: (&[f32], &Gram), beta: f32) -> Result<Gram, Error> {
        let width = self.width();
        let sums = self.run.map(blocks_of(h, &self.by_term, width), |block| {
            let mut gram = GramSum::new(width);
            block.sweep(&self.by_term, w, self.k, |row| {
                extrapolate(row.ahead, row.accepted, row.next, beta);
                for value in row.ahead.iter_mut() {
                    *value = value.max(0.0);
                }
                gram.add(row.ahead);
            });
            gram.finish()
        })?;
        Ok(Gram::new(width, total(width * width, &sums)))
    }

    /// Sweeps over `W` given `H`, and extrapolates.
    fn step_w(&self, w: &mut Factor, h: (&[f32], &Gram), beta: f32) -> Result<StepW, Error> {
        let width = self.width();
        let parts = self.run.map(blocks_of(w, &self.by_doc, width), |block| {
            let (mut next, mut ahead) = (GramSum::new(width), GramSum::new(width));
            let mut cross = 0.0;
            block.sweep(&self.by_doc, h, self.k, |row| {
                cross += dot(row.target, row.next);
                next.add(row.next);
                extrapolate(row.ahead, row.accepted, row.next, beta);
                ahead.add(row.ahead);
            });
            (next.finish(), ahead.finish(), cross)
        })?;
        let size = width * width;
        let mut nexts = Vec::with_capacity(parts.len());
        let mut aheads = Vec::with_capacity(parts.len());
        let mut cross = 0.0;
        for (next, ahead, part) in parts {
            nexts.push(next);
            aheads.push(ahead);
            cross += part;
        }
        let gram = |parts: &[Vec<f64>]| Gram::new(width, total(size, parts));
        Ok(StepW { next: gram(&nexts), ahead: gram(&aheads), cross })
    }
}

/// Adds up matrices of `size` entries in their order.
fn total(size: usize, parts: &[Vec<f64>]) -> Vec<f64> {
    let mut sums = vec![0.0; size];
    for part in parts {
        for (sum, value) in sums.iter_mut().zip(part) {
            *sum += value;
        }
    }
    sums
}

/// `ahead = next + β (next − accepted)`.
fn extrapolate(ahead: &mut [f32], accepted: &[f32], next: &[f32], beta: f32) {
    for ((ahead, accepted), next) in ahead.iter_mut().zip(accepted).zip(next) {
        *ahead = next + beta * (next - accepted);
    }
}

/// The rows of one block in the three states of a factor.
struct Block<'a> {
    rows: Range<usize>,
    accepted: &'a [f32],
    ahead: &'a mut [f32],
    next: &'a mut [f32],
    width: usize,
    sweeps: usize,
}

/// One row after its sweeps.
struct SweptRow<'a> {
    accepted: &'a [f32],
    /// Where the sweeps began; the place for where the next ones are to begin.
    ahead: &'a mut [f32],
    next: &'a [f32],
    /// The sparse row times the other factor.
    target: &'a [f32],
}

impl Block<'_> {
    /// Solves every row of the block given the other factor, and shows each to `each`.
    fn sweep(
        self,
        sparse: &RowBlocks<'_>,
        (other, gram): (&[f32], &Gram),
        k: usize,
        mut each: impl FnMut(SweptRow<'_>),
    ) {
        let width = self.width;
        let mut sweeper = Sweeper::new(gram, k);
        let states = self
            .accepted
            .chunks_exact(width)
            .zip(self.ahead.chunks_exact_mut(width))
            .zip(self.next.chunks_exact_mut(width));
        for (row, ((accepted, ahead), next)) in self.rows.zip(states) {
            sweeper.improve(sparse.row(row), other, ahead, self.sweeps);
            next.copy_from_slice(&sweeper.w);
            each(SweptRow { accepted, ahead, next, target: &sweeper.target });
        }
    }
}

fn blocks_of<'a>(factor: &'a mut Factor, sparse: &RowBlocks<'_>, width: usize) -> Vec<Block<'a>> {
    let Factor { accepted, ahead, next, sweeps } = factor;
    let (mut accepted, mut ahead, mut next) = (&accepted[..], &mut ahead[..], &mut next[..]);
    let mut blocks = Vec::with_capacity(sparse.ranges().len());
    for rows in sparse.ranges() {
        let len = rows.len() * width;
        let (accepted_rows, accepted_rest) = accepted.split_at(len);
        let (ahead_rows, ahead_rest) = ahead.split_at_mut(len);
        let (next_rows, next_rest) = next.split_at_mut(len);
        (accepted, ahead, next) = (accepted_rest, ahead_rest, next_rest);
        blocks.push(Block {
            rows: rows.clone(),
            accepted: accepted_rows,
            ahead: ahead_rows,
            next: next_rows,
            width,
            sweeps: *sweeps,
        });
    }
    blocks
}
