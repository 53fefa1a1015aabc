//! The inner loops of the factorisation, over dense rows of numbers.
//!
//! Rows are padded with zeros to a multiple of [`LANES`]. Every lane is computed by the same
//! multiplications and additions in the same order, without fusing them, so that the result has the
//! same bits however wide the machine's registers are: the macro `by_isa` compiles a loop once for
//! each [`InstructionSet`] and picks when it is called.
#![allow(
    unsafe_code,
    reason = "calling a function compiled for a wider instruction set needs a check of the processor"
)]

use crate::{InstructionSet, Real};

/// Dense rows are padded to a multiple of this many values.
pub(crate) const LANES: usize = 8;
/// Groups of lanes that [`gather`] sums at once at most: eight registers of 256 bits for `f32`.
const TILE: usize = 8;

/// How many rows ahead [`gather`] asks for.
const AHEAD: usize = 6;
/// Bytes of a line of the cache.
const CACHE_LINE: usize = 64;

/// Values that are computed side by side.
type Lanes<F> = [F; LANES];

/// `k` rounded up to whole lanes.
pub(crate) fn padded(k: usize) -> usize {
    k.next_multiple_of(LANES)
}

/// Calls `$tile::<F, N>` with the constant `N` that equals `$n`, up to a tile: sums of known length
/// are kept in registers.
macro_rules! by_width {
    ($n:expr, $tile:ident($($arg:expr),*)) => {
        match $n {
            1 => $tile::<F, 1>($($arg),*),
            2 => $tile::<F, 2>($($arg),*),
            3 => $tile::<F, 3>($($arg),*),
            4 => $tile::<F, 4>($($arg),*),
            5 => $tile::<F, 5>($($arg),*),
            6 => $tile::<F, 6>($($arg),*),
            7 => $tile::<F, 7>($($arg),*),
            _ => $tile::<F, 8>($($arg),*),
        }
    };
}
/// Defines a function whose body is compiled for every machine of the architecture and, on x86-64,
/// once more for AVX2; its first argument chooses. `$portable` is the first of them, the oracle of
/// tests.
macro_rules! by_isa {
    ($(#[$doc:meta])* fn $name:ident / $portable:ident<F>($($arg:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block) => {
        $(#[$doc])*
        pub(crate) fn $name<F: Real>(isa: InstructionSet, $($arg: $type),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn avx2<F: Real>($($arg: $type),*) $(-> $result)? {
                    $portable($($arg),*)
                }
                if isa == InstructionSet::Avx2 && isa.is_available() {
                    // SAFETY: the only condition of `avx2` is the feature just asked for.
                    return unsafe { avx2($($arg),*) };
                }
            }
            #[cfg(not(target_arch = "x86_64"))]
            let _ = isa;
            $portable($($arg),*)
        }

        #[inline(always)]
        #[allow(clippy::inline_always, reason = "only what is inlined is compiled for each set")]
        fn $portable<F: Real>($($arg: $type),*) $(-> $result)? $body
    };
}

by_isa! {
    /// `out += Σ values[i] · rows[indices[i]]`, `rows` being a matrix with rows as long as `out`.
    fn gather / gather_portable<F>(out: &mut [F], indices: &[u32], values: &[F], rows: &[F]) {
        add_rows(out, indices, values, rows);
    }
}

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
    /// Adds the outer product of `x` with itself to `gram`, a square matrix with rows as long as
    /// `x`. Zeros of `x` cost nothing.
    fn add_outer / add_outer_portable<F>(gram: &mut [F], x: &[F]) {
        let width = x.len() / LANES;
        if width <= TILE {
            by_width!(width, outer_tile(gram, x));
        } else {
            for (row, &value) in gram.chunks_exact_mut(x.len()).zip(x) {
                if value != F::ZERO {
                    add_scaled(row, value, x);
                }
            }
        }
    }
}

by_isa! {
    /// `out += Σ values[i] · rows[i]`, `rows` being a matrix with rows as long as `out`.
    fn times_matrix / times_matrix_portable<F>(out: &mut [F], values: &[F], rows: &[F]) {
        let (out, rows) = (out.as_chunks_mut().0, rows.as_chunks().0);
        let width = out.len();
        let mut at = 0;
        while at < width {
            let n = TILE.min(width - at);
            by_width!(n, dense_tile(&mut out[at..], values, (rows, width, at)));
            at += n;
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

/// `Σ xᵢ yᵢ` in `f64`.
pub(crate) fn dot<F: Real>(x: &[F], y: &[F]) -> f64 {
    x.iter().zip(y).map(|(&x, &y)| x.into() * y.into()).sum()
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "only what is inlined is compiled for each set")]
fn add_rows<F: Real>(out: &mut [F], indices: &[u32], values: &[F], rows: &[F]) {
    let (out, rows) = (out.as_chunks_mut().0, rows.as_chunks().0);
    let width = out.len();
    let mut at = 0;
    while at < width {
        let n = TILE.min(width - at);
        by_width!(n, sparse_tile(&mut out[at..], indices, values, (rows, width, at)));
        at += n;
    }
}

/// Lanes `at..at + N` of [`gather`], summed in registers.
#[inline(always)]
#[allow(clippy::inline_always, reason = "only what is inlined is compiled for each set")]
fn sparse_tile<F: Real, const N: usize>(
    out: &mut [Lanes<F>],
    indices: &[u32],
    values: &[F],
    (rows, width, at): (&[Lanes<F>], usize, usize),
) {
    let Some(out) = out.first_chunk_mut::<N>() else { return };
    let mut sums = *out;
    for (nth, (&index, &value)) in indices.iter().zip(values).enumerate() {
        if let Some(&later) = indices.get(nth + AHEAD) {
            prefetch::<F, N>(rows, later as usize * width + at);
        }
        let start = index as usize * width + at;
        let row: &[Lanes<F>; N] = rows[start..].first_chunk().expect("rows are whole");
        add_lanes(&mut sums, value, row);
    }
    *out = sums;
}

/// Asks for the lanes `start..start + N` to be brought into the cache: the rows that a sparse row
/// names lie far apart, and no processor guesses where.
#[inline(always)]
#[allow(clippy::inline_always, reason = "only what is inlined is compiled for each set")]
fn prefetch<F: Real, const N: usize>(rows: &[Lanes<F>], start: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let bytes = N * size_of::<Lanes<F>>();
        let first = rows.as_ptr().wrapping_add(start).cast::<i8>();
        for line in 0..bytes.div_ceil(CACHE_LINE) {
            // SAFETY: a prefetch reads nothing that the program sees and never faults, whatever the
            // address; its only condition is SSE, which every x86-64 processor has.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(first.wrapping_add(line * CACHE_LINE)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (rows, start, N);
}

/// Lanes `at..at + N` of [`times_matrix`].
#[inline(always)]
#[allow(clippy::inline_always, reason = "only what is inlined is compiled for each set")]
fn dense_tile<F: Real, const N: usize>(
    out: &mut [Lanes<F>],
    values: &[F],
    (rows, width, at): (&[Lanes<F>], usize, usize),
) {
    let Some(out) = out.first_chunk_mut::<N>() else { return };
    let mut sums = *out;
    for (&value, row) in values.iter().zip(rows.chunks_exact(width)) {
        let row: &[Lanes<F>; N] = row[at..].first_chunk().expect("rows are whole");
        add_lanes(&mut sums, value, row);
    }
    *out = sums;
}

/// [`add_outer`] for rows of `N` groups of lanes.
#[inline(always)]
#[allow(clippy::inline_always, reason = "only what is inlined is compiled for each set")]
fn outer_tile<F: Real, const N: usize>(gram: &mut [F], x: &[F]) {
    let Some(lanes) = x.as_chunks().0.first_chunk::<N>() else { return };
    let lanes: [Lanes<F>; N] = *lanes;
    for (row, &value) in gram.as_chunks_mut().0.as_chunks_mut::<N>().0.iter_mut().zip(x) {
        if value != F::ZERO {
            add_lanes(row, value, &lanes);
        }
    }
}

/// `sums += a · row`.
#[inline(always)]
#[allow(clippy::inline_always, reason = "only what is inlined is compiled for each set")]
fn add_lanes<F: Real, const N: usize>(sums: &mut [Lanes<F>; N], a: F, row: &[Lanes<F>; N]) {
    for n in 0..N {
        // By value, so that the compiler sees one operation on a whole register.
        let (mut lanes, row) = (sums[n], row[n]);
        for lane in 0..LANES {
            lanes[lane] += a * row[lane];
        }
        sums[n] = lanes;
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

/// `y += a · x`; both of whole lanes.
#[inline(always)]
#[allow(clippy::inline_always, reason = "only what is inlined is compiled for each set")]
fn add_scaled<F: Real>(y: &mut [F], a: F, x: &[F]) {
    for (y, x) in y.as_chunks_mut::<LANES>().0.iter_mut().zip(x.as_chunks::<LANES>().0) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y += a * x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values whose sums round: any change of order or fusing would show.
    fn values(n: usize, seed: u32) -> Vec<f32> {
        (0..n as u32)
            .map(|i| (((i * 7919 + seed * 104_729) % 1000) as f32 - 300.0) / 777.0)
            .collect()
    }

    #[test]
    fn gather_adds_the_rows_that_the_indices_name() {
        for width in [8, 32, 40, 72, 136] {
            let rows: Vec<f64> = (0..3 * width).map(f64::from).collect();
            let width = width as usize;
            let mut out = vec![7.0; width];
            gather(InstructionSet::best(), &mut out, &[2, 0], &[0.5, 2.0], &rows);
            let expected: Vec<f64> =
                (0..width).map(|n| 7.0 + 0.5 * rows[2 * width + n] + 2.0 * rows[n]).collect();
            assert_eq!(out, expected, "width {width}");
        }
    }

    #[test]
    fn outer_products_add_up_to_the_gram_matrix() {
        let (mut gram, x) = (vec![0.0; 64], [1.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 3.0]);
        add_outer(InstructionSet::best(), &mut gram, &x);
        add_outer(InstructionSet::best(), &mut gram, &x);
        assert_eq!((gram[0], gram[2], gram[16 + 7], gram[8]), (2.0, 4.0, 12.0, 0.0));
    }

    /// What every loop makes of the same numbers.
    fn all_loops(isa: InstructionSet, width: usize) -> Vec<Vec<f32>> {
        let rows = values(20 * width, 1);
        let mut gathered = vec![0.0; width];
        gather(isa, &mut gathered, &[3, 0, 19, 7, 7], &values(5, 2), &rows);
        let mut gram = values(width * width, 3);
        add_outer(isa, &mut gram, &gathered);
        let mut scratch = Scratch::new(width);
        let mut w: Vec<f32> = values(width, 4).iter().map(|w| w.max(0.0)).collect();
        let inverse_diagonal = vec![0.01; width - 3];
        let problem =
            Quadratic { gram: &gram, inverse_diagonal: &inverse_diagonal, target: &gathered };
        improve(isa, &mut w, problem, &mut scratch, (3, 0.01));
        let mut turned = vec![0.0; width];
        times_matrix(isa, &mut turned, &gathered, &gram);
        vec![gathered, gram.clone(), scratch.gradient.clone(), w, turned]
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        for width in [8, 24, 56, 64, 104] {
            let portable = all_loops(InstructionSet::Portable, width);
            for isa in InstructionSet::available() {
                assert_eq!(all_loops(isa, width), portable, "{isa:?}, width {width}");
            }
        }
    }
}
