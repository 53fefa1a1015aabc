//! One factor of the factorisation, and the half step that improves it.

use std::collections::BTreeMap;
use std::ops::Range;

use jobs::Run;

use super::blocks::RowBlocks;
use super::gram::{Gram, GramSum, total};
use crate::kernels::{SIDE, Scratch, Sides, dot, gather, improve, improve_rows};
use crate::{Error, InstructionSet, Real};

/// Inner sweeps end when one moved less than this share of the first (δ of Gillis and Glineur).
const ENOUGH: f64 = 0.1;

/// What is added to the objective for one factor `Y`, row-major with padded rows of `width`:
/// `l1 · ΣY + ½ Σ_k ridge_k ‖Y_k‖²`, and for each entry `(row, k)` that is drawn somewhere
/// `½ strength · Y² − strength · goal · Y`.
#[derive(Debug, Clone)]
pub(super) struct Extra {
    /// At least 0.
    pub(super) l1: f64,
    /// One for each topic, at least 0.
    pub(super) ridge: Vec<f64>,
    /// By rows.
    pub(super) drawn: BTreeMap<usize, Vec<Drawn>>,
}

/// An entry of one row that is drawn to a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drawn {
    pub(super) topic: usize,
    pub(super) goal: f64,
    /// At least 0.
    pub(super) strength: f64,
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
    pub(super) extra: Extra,
}

/// What a half step tells besides the factor itself.
pub(super) struct Step<F> {
    /// Gram matrix of the new iterate; that of the extrapolated one where it is cut off at zero. It and
    /// `ahead` have the ridge of the other factor.
    pub(super) next: Gram<F>,
    /// Gram matrix of the extrapolated iterate.
    pub(super) ahead: Gram<F>,
    /// `⟨X·Yᵀ, Z⟩` of the new iterate `Z` and the other factor `Y`.
    pub(super) cross: f64,
    /// What `l1` and the drawn entries add to the objective for the iterate of `next`.
    pub(super) added: f64,
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
    /// Of the other factor, with the ridge of the one that is swept.
    pub(super) gram: &'a Gram<F>,
    /// For the Gram matrices of the new iterates.
    pub(super) ridge_of_other: &'a [f64],
    pub(super) isa: InstructionSet,
    pub(super) width: usize,
}

impl<F: Real> Factor<F> {
    pub(super) fn new(start: Vec<F>, sweeps: usize, extra: Extra) -> Self {
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
        let blocks = self.blocks(given.sparse.ranges(), width);
        let parts = run.map(blocks, |block| block.step(given, beta, kind))?;
        let (mut nexts, mut aheads) = (Vec::new(), Vec::new());
        let (mut cross, mut added) = (0.0, 0.0);
        for part in parts {
            nexts.push(part.next);
            aheads.extend(part.ahead);
            cross += part.cross;
            added += part.added;
        }
        // It is what the other factor is swept against.
        let next = Gram::new(total(width, nexts), width, given.ridge_of_other);
        let ahead = match kind {
            Ahead::CutOff => next.clone(),
            Ahead::Free => Gram::new(total(width, aheads), width, given.ridge_of_other),
        };
        Ok(Step { next, ahead, cross, added })
    }

    fn blocks(&mut self, ranges: &[Range<usize>], width: usize) -> Vec<Block<'_, F>> {
        let Self { accepted, ahead, next, sweeps, extra } = self;
        let (mut accepted, mut ahead, mut next) = (&accepted[..], &mut ahead[..], &mut next[..]);
        let mut blocks = Vec::with_capacity(ranges.len());
        for rows in ranges {
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
                extra,
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
    extra: &'a Extra,
    sweeps: usize,
}

struct Part {
    next: Vec<f64>,
    ahead: Option<Vec<f64>>,
    cross: f64,
    added: f64,
}

impl<F: Real> Block<'_, F> {
    fn step(self, given: &Given<'_, F>, beta: F, kind: Ahead) -> Part {
        let &Given { sparse, other, gram, isa, width, .. } = given;
        let enough = F::from_f64(ENOUGH);
        let (mut nexts, mut aheads) = (GramSum::new(width, isa), GramSum::new(width, isa));
        let (mut cross, mut added) = (0.0, 0.0);
        let mut sides = Sides::new(width);
        let (mut products, mut targets) = (vec![F::ZERO; SIDE * width], Vec::new());
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
            let rows = first..first + next.len() / width;
            first = rows.end;
            let targets: &[F] = if self.extra.l1 == 0.0 {
                products
            } else {
                targets.clear();
                let l1 = F::from_f64(self.extra.l1);
                targets.extend(products.iter().map(|&product| product - l1));
                &targets
            };
            sides.load(ahead, targets);
            improve_rows(isa, &mut sides, gram.shared(), (self.sweeps, enough));
            sides.store(next);
            for (row, drawn) in self.extra.drawn.range(rows.clone()) {
                let at = (row - rows.start) * width..(row - rows.start + 1) * width;
                let begin = &ahead[at.clone()];
                draw(given, (begin, &targets[at.clone()], drawn), self.sweeps, &mut next[at]);
            }
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
            if self.extra.l1 != 0.0 {
                added += self.extra.l1 * settled.iter().map(|&value| value.into()).sum::<f64>();
            }
            for (row, drawn) in self.extra.drawn.range(rows.clone()) {
                let row = &settled[(row - rows.start) * width..];
                added += drawn.iter().map(|one| one.cost(row[one.topic].into())).sum::<f64>();
            }
        }
        let ahead = (kind == Ahead::Free).then(|| aheads.finish());
        Part { next: nexts.finish(), ahead, cross, added }
    }
}

impl Drawn {
    /// What the entry adds to the objective at `value`, but for a constant.
    fn cost(&self, value: f64) -> f64 {
        self.strength * value * (0.5 * value - self.goal)
    }
}

/// Sweeps over one row, from `begin`, some of whose entries are drawn: they have a quadratic form of their
/// own.
fn draw<F: Real>(
    given: &Given<'_, F>,
    (begin, target, drawn): (&[F], &[F], &[Drawn]),
    sweeps: usize,
    row: &mut [F],
) {
    let (mut target, mut gram) = (target.to_vec(), given.gram.clone());
    for one in drawn {
        target[one.topic] += F::from_f64(one.strength * one.goal);
        gram.add_ridge(one.topic, one.strength);
    }
    row.copy_from_slice(begin);
    let limit = (sweeps, F::from_f64(ENOUGH));
    improve(given.isa, row, gram.quadratic(&target), &mut Scratch::new(given.width), limit);
}
