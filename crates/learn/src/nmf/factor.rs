//! One factor of the factorisation, and the half step that improves it.

use std::ops::Range;

use jobs::Run;

use super::blocks::RowBlocks;
use super::gram::{Gram, GramSum, total};
use crate::kernels::{SIDE, Sides, dot, gather, improve_rows};
use crate::{Error, InstructionSet, Real};

/// Inner sweeps end when one moved less than this share of the first (δ of Gillis and Glineur).
const ENOUGH: f64 = 0.1;

/// What is added to the objective for one factor `Y`, row-major with padded rows of `width`:
/// `l1 · ΣY + ½ Σ_k ridge_k ‖Y_k‖² − ⟨pull, Y⟩`.
#[derive(Debug, Clone)]
pub(super) struct Extra<F> {
    /// At least 0.
    pub(super) l1: f64,
    /// One for each topic, at least 0.
    pub(super) ridge: Vec<f64>,
    /// As large as the factor, or empty.
    pub(super) pull: Vec<F>,
}

/// One factor: where it stands, and where extrapolation has taken it. Row-major, rows padded.
pub(super) struct Factor<F> {
    /// The last accepted iterate.
    pub(super) accepted: Vec<F>,
    /// The iterate extrapolated: where the next sweeps begin.
    pub(super) ahead: Vec<F>,
    /// The iterate that the last sweeps made.
    pub(super) next: Vec<F>,
    /// Inner sweeps at most.
    pub(super) sweeps: usize,
    pub(super) extra: Extra<F>,
}

/// What a half step tells besides the factor itself.
pub(super) struct Step<F> {
    /// Gram matrix of the new iterate; that of the extrapolated one where it is cut off at zero.
    pub(super) next: Gram<F>,
    /// Gram matrix of the extrapolated iterate.
    pub(super) ahead: Gram<F>,
    /// `⟨X·Yᵀ, Z⟩` of the new iterate `Z` and the other factor `Y`.
    pub(super) cross: f64,
    /// What `l1` and `pull` add to the objective for the iterate of `next`.
    pub(super) linear: f64,
}

/// Whether the extrapolated iterate may have negative entries.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ahead {
    CutOff,
    Free,
}

/// What a half step is made against.
pub(super) struct Given<'a, F> {
    pub(super) sparse: &'a RowBlocks<'a, F>,
    pub(super) other: &'a [F],
    pub(super) gram: &'a Gram<F>,
    pub(super) isa: InstructionSet,
    pub(super) width: usize,
}

impl<F: Real> Factor<F> {
    pub(super) fn new(start: Vec<F>, sweeps: usize, extra: Extra<F>) -> Self {
        Self { ahead: start.clone(), next: start.clone(), accepted: start, sweeps, extra }
    }

    pub(super) fn accept(&mut self) {
        std::mem::swap(&mut self.accepted, &mut self.next);
    }

    pub(super) fn restart(&mut self) {
        self.ahead.copy_from_slice(&self.accepted);
    }

    /// Sweeps over every row from the extrapolated iterate, and extrapolates by `beta`.
    pub(super) fn step(
        &mut self,
        given: &Given<'_, F>,
        (beta, kind): (F, Ahead),
        run: &Run,
    ) -> Result<Step<F>, Error> {
        let width = given.width;
        let ridge = self.extra.ridge.clone();
        let blocks = self.blocks(given.sparse.ranges(), width);
        let parts = run.map(blocks, |block| block.step(given, beta, kind))?;
        let (mut nexts, mut aheads) = (Vec::new(), Vec::new());
        let (mut cross, mut linear) = (0.0, 0.0);
        for part in parts {
            nexts.push(part.next);
            aheads.extend(part.ahead);
            cross += part.cross;
            linear += part.linear;
        }
        let next = Gram::new(total(width, nexts), width, &ridge);
        let ahead = match kind {
            Ahead::CutOff => next.clone(),
            Ahead::Free => Gram::new(total(width, aheads), width, &ridge),
        };
        Ok(Step { next, ahead, cross, linear })
    }

    fn blocks(&mut self, ranges: &[Range<usize>], width: usize) -> Vec<Block<'_, F>> {
        let Self { accepted, ahead, next, sweeps, extra } = self;
        let (mut accepted, mut ahead, mut next) = (&accepted[..], &mut ahead[..], &mut next[..]);
        let mut pull = &extra.pull[..];
        let mut blocks = Vec::with_capacity(ranges.len());
        for rows in ranges {
            let len = rows.len() * width;
            let (accepted_rows, accepted_rest) = accepted.split_at(len);
            let (ahead_rows, ahead_rest) = ahead.split_at_mut(len);
            let (next_rows, next_rest) = next.split_at_mut(len);
            let (pull_rows, pull_rest) = pull.split_at(len.min(pull.len()));
            (accepted, ahead, next, pull) = (accepted_rest, ahead_rest, next_rest, pull_rest);
            blocks.push(Block {
                rows: rows.clone(),
                accepted: accepted_rows,
                ahead: ahead_rows,
                next: next_rows,
                pull: pull_rows,
                l1: extra.l1,
                sweeps: *sweeps,
            });
        }
        blocks
    }
}

/// The rows of one block in the three states of a factor.
struct Block<'a, F> {
    rows: Range<usize>,
    accepted: &'a [F],
    ahead: &'a mut [F],
    next: &'a mut [F],
    pull: &'a [F],
    l1: f64,
    sweeps: usize,
}

struct Part {
    next: Vec<f64>,
    ahead: Option<Vec<f64>>,
    cross: f64,
    linear: f64,
}

impl<F: Real> Block<'_, F> {
    fn step(self, given: &Given<'_, F>, beta: F, kind: Ahead) -> Part {
        let &Given { sparse, other, gram, isa, width } = given;
        let enough = F::from_f64(ENOUGH);
        let (mut nexts, mut aheads) = (GramSum::new(width, isa), GramSum::new(width, isa));
        let (mut cross, mut linear) = (0.0, 0.0);
        let mut sides = Sides::new(width);
        let (mut products, mut targets) = (vec![F::ZERO; SIDE * width], Vec::new());
        let is_plain = self.l1 == 0.0 && self.pull.is_empty();
        let states = self
            .accepted
            .chunks(SIDE * width)
            .zip(self.ahead.chunks_mut(SIDE * width))
            .zip(self.next.chunks_mut(SIDE * width));
        let mut first = self.rows.start;
        for ((accepted, ahead), next) in states {
            let products = &mut products[..next.len()];
            for (row, product) in (first..).zip(products.chunks_exact_mut(width)) {
                let (indices, values) = sparse.row(row);
                product.fill(F::ZERO);
                gather(isa, product, indices, values, other);
            }
            let begin = (first - self.rows.start) * width;
            let pulls = self.pull.get(begin..begin + next.len()).unwrap_or(&[]);
            first += next.len() / width;
            if is_plain {
                sides.load(ahead, products);
            } else {
                targets.clear();
                targets.extend(products.iter().map(|&product| product - F::from_f64(self.l1)));
                for (target, &pull) in targets.iter_mut().zip(pulls) {
                    *target += pull;
                }
                sides.load(ahead, &targets);
            }
            improve_rows(isa, &mut sides, gram.shared(), (self.sweeps, enough));
            sides.store(next);
            cross += dot(products, next);
            for ((ahead, &accepted), &next) in ahead.iter_mut().zip(accepted).zip(&*next) {
                let value = next + beta * (next - accepted);
                *ahead = if kind == Ahead::Free || value > F::ZERO { value } else { F::ZERO };
            }
            let settled: &[F] = match kind {
                Ahead::CutOff => ahead,
                Ahead::Free => {
                    aheads.add(ahead);
                    next
                }
            };
            nexts.add(settled);
            if !is_plain {
                let sum: f64 = settled.iter().map(|&value| value.into()).sum();
                linear += self.l1 * sum - dot(pulls, settled);
            }
        }
        let ahead = (kind == Ahead::Free).then(|| aheads.finish());
        Part { next: nexts.finish(), ahead, cross, linear }
    }
}
