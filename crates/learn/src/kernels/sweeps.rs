//! Sweeps of coordinate descent over rows of a non-negative least-squares problem.

use super::{LANES, Lanes, TILE, add_lanes, add_rows, add_scaled};
use crate::{InstructionSet, Real};

/// Rows that [`improve_rows`] takes side by side, one in each lane: four registers of 256 bits for
/// `f32`, enough to hide how long an addition takes.
pub(crate) const SIDE: usize = 4 * LANES;

by_isa! {
    /// One row of a non-negative least-squares problem: `w` becomes the result of at most `sweeps`
    /// sweeps of coordinate descent from `w`.
    ///
    /// The sweeps end when one moved less than the share `enough` of what the first one moved (both
    /// as lengths).
    fn improve / improve_portable<F>(
        w: &mut [F],
        problem: Quadratic<'_, F>,
        scratch: &mut Scratch<F>,
        limit: (usize, F),
    ) {
        let (sweeps, enough) = limit;
        slope(w, problem, scratch);
        let gradient = &mut scratch.gradient[..w.len()];
        let first = sweep(w, gradient, problem);
        for _ in 1..sweeps {
            if sweep(w, gradient, problem) <= enough * enough * first {
                break;
            }
        }
    }
}

by_isa! {
    /// [`improve`] for rows side by side: each takes the steps that it would take alone, but the
    /// gradient is summed anew for each coordinate, without looking for zeros. That has no branch to
    /// be guessed and nothing to wait for.
    ///
    /// `shared` are the Gram matrix and one over its diagonal, as in [`Quadratic`].
    fn improve_rows / improve_rows_portable<F>(
        sides: &mut Sides<F>,
        shared: (&[F], &[F]),
        limit: (usize, F),
    ) {
        let (sweeps, enough) = limit;
        let mut pace = [[F::ONE; LANES]; SIDE / LANES];
        let first = sweep_sides(sides, shared, &pace);
        for _ in 1..sweeps {
            let moved = sweep_sides(sides, shared, &pace);
            let mut goes_on = false;
            let lengths = moved.as_flattened().iter().zip(first.as_flattened());
            for (pace, (moved, first)) in pace.as_flattened_mut().iter_mut().zip(lengths) {
                if *moved <= enough * enough * *first {
                    *pace = F::ZERO;
                }
                goes_on |= *pace != F::ZERO;
            }
            if !goes_on {
                break;
            }
        }
    }
}

/// A quadratic form `½ w·G·wᵀ − w·target`, to be lowered over `w ≥ 0` of padded length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quadratic<'a, F> {
    /// (width, width)
    pub(crate) gram: &'a [F],
    /// One over the diagonal of `gram`, 0 where the diagonal is 0; as long as `w` has coordinates
    /// that may move.
    pub(crate) inverse_diagonal: &'a [F],
    /// (width)
    pub(crate) target: &'a [F],
}

/// What the loops need besides their arguments, kept to be allocated once.
#[derive(Debug, Clone)]
pub(crate) struct Scratch<F> {
    /// The gradient of the row at hand.
    pub(crate) gradient: Vec<F>,
    indices: Vec<u32>,
    values: Vec<F>,
}

impl<F: Real> Scratch<F> {
    pub(crate) fn new(width: usize) -> Self {
        Self {
            gradient: vec![F::ZERO; width],
            indices: vec![0; width],
            values: vec![F::ZERO; width],
        }
    }
}

/// Rows side by side: coordinate by coordinate, a row in each lane.
#[derive(Debug, Clone)]
pub(crate) struct Sides<F> {
    w: Vec<Side<F>>,
    target: Vec<Side<F>>,
}

/// One coordinate of rows side by side.
type Side<F> = [Lanes<F>; SIDE / LANES];

impl<F: Real> Sides<F> {
    pub(crate) fn new(width: usize) -> Self {
        let zeros = vec![[[F::ZERO; LANES]; SIDE / LANES]; width];
        Self { w: zeros.clone(), target: zeros }
    }

    /// Takes up to [`SIDE`] rows of `w` and of what [`Quadratic`] calls `target`, padded.
    pub(crate) fn load(&mut self, w: &[F], targets: &[F]) {
        turn(self.w.as_flattened_mut().as_flattened_mut(), w);
        turn(self.target.as_flattened_mut().as_flattened_mut(), targets);
    }

    /// Writes what became of `w`, as many rows as it holds.
    pub(crate) fn store(&self, w: &mut [F]) {
        let width = self.w.len();
        let sides = self.w.as_flattened().as_flattened();
        for (row, w) in w.chunks_exact_mut(width).enumerate() {
            for (w, side) in w.iter_mut().zip(sides.chunks_exact(SIDE)) {
                *w = side[row];
            }
        }
    }
}

/// Puts the rows into the first lanes.
fn turn<F: Real>(sides: &mut [F], rows: &[F]) {
    let width = sides.len() / SIDE;
    for (at, row) in rows.chunks_exact(width).enumerate() {
        for (side, &value) in sides.chunks_exact_mut(SIDE).zip(row) {
            side[at] = value;
        }
    }
}

/// `scratch.gradient = w·G − target`, reading only the rows of `G` where `w` is not 0.
#[inline(always)]
#[allow(clippy::inline_always, reason = "only what is inlined is compiled for each set")]
fn slope<F: Real>(w: &[F], problem: Quadratic<'_, F>, scratch: &mut Scratch<F>) {
    let Scratch { gradient, indices, values } = scratch;
    // Without a branch: which entries are zero cannot be guessed.
    let mut n = 0;
    for (at, &w) in (0..).zip(w) {
        indices[n] = at;
        values[n] = w;
        n += usize::from(w != F::ZERO);
    }
    let (indices, values) = (&indices[..n], &values[..n]);
    let gradient = &mut gradient[..w.len()];
    for (gradient, &target) in gradient.iter_mut().zip(problem.target) {
        *gradient = -target;
    }
    add_rows(gradient, indices, values, problem.gram);
}

/// One sweep of coordinate descent, with the gradient kept up to date; returns the squared length of
/// the movement.
#[inline(always)]
#[allow(clippy::inline_always, reason = "only what is inlined is compiled for each set")]
fn sweep<F: Real>(w: &mut [F], gradient: &mut [F], problem: Quadratic<'_, F>) -> F {
    let width = w.len() / LANES;
    if width <= TILE {
        by_width!(width, sweep_tile(w, gradient, problem))
    } else {
        sweep_any(w, gradient, problem)
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "only what is inlined is compiled for each set")]
fn sweep_tile<F: Real, const N: usize>(
    w: &mut [F],
    gradient: &mut [F],
    problem: Quadratic<'_, F>,
) -> F {
    let Some(kept) = gradient.as_chunks_mut().0.first_chunk_mut::<N>() else {
        return F::ZERO;
    };
    // A copy, which nothing else can point into.
    let mut gradient: [Lanes<F>; N] = *kept;
    let rows = problem.gram.as_chunks().0.as_chunks::<N>().0;
    let mut moved = F::ZERO;
    for (((w, &inverse), row), at) in w.iter_mut().zip(problem.inverse_diagonal).zip(rows).zip(0..)
    {
        let delta = step(*w, gradient.as_flattened()[at], inverse);
        if delta != F::ZERO {
            *w += delta;
            add_lanes(&mut gradient, delta, row);
            moved += delta * delta;
        }
    }
    *kept = gradient;
    moved
}

/// Coordinates whose gradients [`sweep_sides`] sums at once: what is loaded of the rows serves all of
/// them, and their sums fill eight registers of 256 bits for `f32`.
const TOGETHER: usize = 2;

/// One sweep over rows side by side, each going `pace` times its way; returns the squared lengths of
/// the movements.
#[inline(always)]
#[allow(clippy::inline_always, reason = "only what is inlined is compiled for each set")]
fn sweep_sides<F: Real>(
    sides: &mut Sides<F>,
    (gram, inverse_diagonal): (&[F], &[F]),
    pace: &Side<F>,
) -> Side<F> {
    let (width, n) = (sides.w.len(), inverse_diagonal.len());
    // The others stay at zero.
    let (w, target) = (&mut sides.w[..n], &sides.target[..n]);
    let mut moved = [[F::ZERO; LANES]; SIDE / LANES];
    let whole = n - n % TOGETHER;
    for at in (0..whole).step_by(TOGETHER) {
        move_some::<F, TOGETHER>(
            w,
            target,
            (gram, inverse_diagonal, width),
            (at, pace, &mut moved),
        );
    }
    for at in whole..n {
        move_some::<F, 1>(w, target, (gram, inverse_diagonal, width), (at, pace, &mut moved));
    }
    moved
}

/// Moves the coordinates `at..at + N`, one after the other.
#[inline(always)]
#[allow(clippy::inline_always, reason = "only what is inlined is compiled for each set")]
fn move_some<F: Real, const N: usize>(
    w: &mut [Side<F>],
    target: &[Side<F>],
    (gram, inverse_diagonal, width): (&[F], &[F], usize),
    (at, pace, moved): (usize, &Side<F>, &mut Side<F>),
) {
    let rows: [&[F]; N] = std::array::from_fn(|n| &gram[(at + n) * width..][..w.len()]);
    let mut sums = [[[F::ZERO; LANES]; SIDE / LANES]; N];
    for (column, w) in w.iter().enumerate() {
        for (sums, row) in sums.iter_mut().zip(rows) {
            add_lanes(sums, row[column], w);
        }
    }
    for n in 0..N {
        let (own, inverse) = (at + n, inverse_diagonal[at + n]);
        let mut deltas = [[F::ZERO; LANES]; SIDE / LANES];
        for group in 0..SIDE / LANES {
            // By value, as above.
            let (sums, target, pace) = (sums[n][group], target[own][group], pace[group]);
            let (mut lanes, mut lengths) = (w[own][group], moved[group]);
            for lane in 0..LANES {
                let gradient = sums[lane] - target[lane];
                let next = lanes[lane] - gradient * (inverse * pace[lane]);
                let next = if next > F::ZERO { next } else { F::ZERO };
                let delta = next - lanes[lane];
                lengths[lane] += delta * delta;
                lanes[lane] = next;
                deltas[group][lane] = delta;
            }
            (w[own][group], moved[group]) = (lanes, lengths);
        }
        // What was summed up before this one moved.
        for later in n + 1..N {
            add_lanes(&mut sums[later], rows[later][own], &deltas);
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "only what is inlined is compiled for each set")]
fn sweep_any<F: Real>(w: &mut [F], gradient: &mut [F], problem: Quadratic<'_, F>) -> F {
    let width = w.len();
    let rows = problem.gram.chunks_exact(width);
    let mut moved = F::ZERO;
    for (((w, &inverse), row), at) in w.iter_mut().zip(problem.inverse_diagonal).zip(rows).zip(0..)
    {
        let delta = step(*w, gradient[at], inverse);
        if delta != F::ZERO {
            *w += delta;
            add_scaled(gradient, delta, row);
            moved += delta * delta;
        }
    }
    moved
}

/// How far a coordinate moves: to the least value along it, and not below zero.
#[inline(always)]
#[allow(clippy::inline_always, reason = "only what is inlined is compiled for each set")]
fn step<F: Real>(w: F, gradient: F, inverse: F) -> F {
    let next = w - gradient * inverse;
    // `-w` and not `0 - w` in the other arm: the coordinate ends at zero exactly.
    if next > F::ZERO { next - w } else { -w }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::add_products;

    const WIDTH: usize = 24;

    /// The products of some rows, with what they are divided by in a step.
    fn gram() -> (Vec<f64>, Vec<f64>) {
        let rows: Vec<f64> =
            (0..40 * WIDTH).map(|at| ((at * 7919 + 13) % 101) as f64 / 101.0).collect();
        let mut gram = vec![0.0; WIDTH * WIDTH];
        add_products(InstructionSet::best(), &mut gram, &rows, WIDTH);
        for at in 0..WIDTH * WIDTH {
            gram[at] = gram[(at % WIDTH).min(at / WIDTH) * WIDTH + (at % WIDTH).max(at / WIDTH)];
        }
        let inverse = (0..WIDTH).map(|at| 1.0 / gram[at * (WIDTH + 1)]).collect();
        (gram, inverse)
    }

    fn targets(rows: usize) -> Vec<f64> {
        (0..rows * WIDTH).map(|at| ((at * 104_729) % 211) as f64 / 20.0 - 3.0).collect()
    }

    #[test]
    fn rows_side_by_side_come_to_where_each_comes_alone() {
        let isa = InstructionSet::best();
        let (gram, inverse) = gram();
        // With an odd number of coordinates that may move as well; the last is padding then.
        for (n_rows, n_movable) in [(1, WIDTH), (5, WIDTH - 1), (SIDE, WIDTH)] {
            let (targets, inverse) = (targets(n_rows), &inverse[..n_movable]);
            let mut start = vec![1.0; targets.len()];
            start.chunks_mut(WIDTH).for_each(|row| row[n_movable..].fill(0.0));
            let mut together = vec![9.0; targets.len()];
            let (mut sides, mut scratch) = (Sides::new(WIDTH), Scratch::new(WIDTH));
            let limit = (7, 0.01);
            sides.load(&start, &targets);
            improve_rows(isa, &mut sides, (&gram, inverse), limit);
            sides.store(&mut together);
            for (row, target) in targets.chunks(WIDTH).enumerate() {
                let mut alone = start[..WIDTH].to_vec();
                let problem = Quadratic { gram: &gram, inverse_diagonal: inverse, target };
                improve(isa, &mut alone, problem, &mut scratch, limit);
                let together = &together[row * WIDTH..(row + 1) * WIDTH];
                for (a, b) in alone.iter().zip(together) {
                    assert!((a - b).abs() < 1e-9, "row {row} of {n_rows}: {a} and {b}");
                }
            }
        }
    }

    #[test]
    fn neighbours_of_a_row_change_none_of_its_bits() {
        let isa = InstructionSet::best();
        let (gram, inverse) = gram();
        let improved = |targets: &[f64]| {
            let mut w = vec![0.0; targets.len()];
            let start = vec![0.5; targets.len()];
            let mut sides = Sides::new(WIDTH);
            let shared = (&gram[..], &inverse[..]);
            sides.load(&start, targets);
            improve_rows(isa, &mut sides, shared, (9, 0.1));
            sides.store(&mut w);
            w
        };
        let targets = targets(SIDE);
        let together = improved(&targets);
        for (target, w) in targets.chunks(WIDTH).zip(together.chunks(WIDTH)) {
            assert_eq!(improved(target), w);
        }
    }
}
