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

/// Columns and groups of lanes whose products [`add_products`] sums at once: eight registers of 256
/// bits for `f32`.
const LEFT: usize = 4;
const RIGHT: usize = 2;

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

mod sweeps;

pub(crate) use sweeps::{Quadratic, SIDE, Scratch, Sides, improve, improve_rows};

by_isa! {
    /// `out += Σ values[i] · rows[indices[i]]`, `rows` being a matrix with rows as long as `out`.
    fn gather / gather_portable<F>(out: &mut [F], indices: &[u32], values: &[F], rows: &[F]) {
        add_rows(out, indices, values, rows);
    }
}

by_isa! {
    /// Adds the products `xᵀ·x` of some rows `x` of `width` values to `gram`, a square matrix, on and
    /// above its diagonal (and at some places below it). They are summed in the precision of the rows
    /// first: no more rows than that is good for.
    fn add_products / add_products_portable<F>(gram: &mut [f64], rows: &[F], width: usize) {
        let rows = rows.as_chunks().0;
        let lanes = width / LANES;
        for left in (0..width).step_by(LEFT) {
            for right in (left / LANES..lanes).step_by(RIGHT) {
                if right + RIGHT <= lanes {
                    products_tile::<F, RIGHT>(gram, rows, (width, left, right));
                } else {
                    products_tile::<F, 1>(gram, rows, (width, left, right));
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

/// `Σ xᵢ yᵢ` in `f64`.
pub(crate) fn dot<F: Real>(x: &[F], y: &[F]) -> f64 {
    let (x_lanes, x_rest) = x.as_chunks::<LANES>();
    let (y_lanes, y_rest) = y.as_chunks::<LANES>();
    // Sums side by side: an addition need not wait for the one before.
    let mut sums = [0.0; LANES];
    for (x, y) in x_lanes.iter().zip(y_lanes) {
        for lane in 0..LANES {
            sums[lane] += x[lane].into() * y[lane].into();
        }
    }
    let rest: f64 = x_rest.iter().zip(y_rest).map(|(&x, &y)| x.into() * y.into()).sum();
    sums.iter().sum::<f64>() + rest
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

/// [`add_products`] of `LEFT` columns from `left` on and the `N` groups of lanes from `right` on,
/// summed in registers.
#[inline(always)]
#[allow(clippy::inline_always, reason = "only what is inlined is compiled for each set")]
fn products_tile<F: Real, const N: usize>(
    gram: &mut [f64],
    rows: &[Lanes<F>],
    (width, left, right): (usize, usize, usize),
) {
    let mut sums = [[[F::ZERO; LANES]; N]; LEFT];
    for row in rows.chunks_exact(width / LANES) {
        let lanes: &[Lanes<F>; N] = row[right..].first_chunk().expect("rows are whole");
        let values: &[F; LEFT] =
            row[left / LANES][left % LANES..].first_chunk().expect("a part of a group");
        for (sums, &value) in sums.iter_mut().zip(values) {
            add_lanes(sums, value, lanes);
        }
    }
    for (sums, gram) in sums.iter().zip(gram[left * width..].chunks_exact_mut(width)) {
        for (gram, &sum) in gram[right * LANES..].iter_mut().zip(sums.as_flattened()) {
            *gram += sum.into();
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
    fn products_of_rows_add_up_to_the_gram_matrix() {
        for width in [8, 24, 40] {
            let rows = values(5 * width, 1);
            let mut gram = vec![1.0; width * width];
            add_products(InstructionSet::best(), &mut gram, &rows, width);
            for (left, right) in [(0, 0), (0, width - 1), (3, 5), (width - 2, width - 1)] {
                let sum: f32 = rows.chunks(width).map(|row| row[left] * row[right]).sum();
                assert_eq!(gram[left * width + right], 1.0 + f64::from(sum), "{left}, {right}");
            }
        }
    }

    /// What every loop makes of the same numbers.
    fn all_loops(isa: InstructionSet, width: usize) -> Vec<Vec<f32>> {
        let rows = values(20 * width, 1);
        let mut gathered = vec![0.0; width];
        gather(isa, &mut gathered, &[3, 0, 19, 7, 7], &values(5, 2), &rows);
        let mut products = vec![0.0; width * width];
        add_products(isa, &mut products, &rows, width);
        let gram = values(width * width, 3);
        let mut scratch = Scratch::new(width);
        let mut w: Vec<f32> = values(width, 4).iter().map(|w| w.max(0.0)).collect();
        let inverse_diagonal = vec![0.01; width - 3];
        let problem =
            Quadratic { gram: &gram, inverse_diagonal: &inverse_diagonal, target: &gathered };
        improve(isa, &mut w, problem, &mut scratch, (3, 0.01));
        let (mut side_by_side, mut sides) = (vec![0.0; rows.len()], Sides::new(width));
        sides.load(&rows, &rows);
        improve_rows(isa, &mut sides, (&gram, &inverse_diagonal), (3, 0.01));
        sides.store(&mut side_by_side);
        let mut turned = vec![0.0; width];
        times_matrix(isa, &mut turned, &gathered, &gram);
        let products = products.iter().map(|&product| product as f32).collect();
        vec![gathered, products, scratch.gradient.clone(), w, side_by_side, turned]
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
