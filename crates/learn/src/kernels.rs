//! The inner loops of the factorisation, over dense rows of `f32`.
//!
//! Rows are padded with zeros to a multiple of [`LANES`]. Every lane is computed by the same
//! multiplications and additions in the same order, without fusing them, so that the result has the
//! same bits however wide the machine's registers are: the macro `by_isa` compiles a loop once for
//! each width and picks when it is called.
#![allow(
    unsafe_code,
    reason = "calling a function compiled for AVX2 needs a check of the processor"
)]

/// Dense rows are padded to a multiple of this many values.
pub(crate) const LANES: usize = 8;
/// Values summed at once by [`gather`]: eight registers of 128 bits, four of 256.
const TILE: usize = 32;

/// `k` rounded up to whole lanes.
pub(crate) fn padded(k: usize) -> usize {
    k.next_multiple_of(LANES)
}

/// Defines a function whose body is compiled for every x86-64 machine and once more for those with
/// AVX2. `$portable` is the first of the two, the oracle of tests.
macro_rules! by_isa {
    ($(#[$doc:meta])* fn $name:ident / $portable:ident($($arg:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block) => {
        $(#[$doc])*
        pub(crate) fn $name($($arg: $type),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn avx2($($arg: $type),*) $(-> $result)? {
                    $portable($($arg),*)
                }
                if is_x86_feature_detected!("avx2") {
                    // SAFETY: the only condition of `avx2` is the feature just detected.
                    return unsafe { avx2($($arg),*) };
                }
            }
            $portable($($arg),*)
        }

        #[inline(always)]
        #[allow(clippy::inline_always, reason = "only what is inlined is compiled for AVX2")]
        fn $portable($($arg: $type),*) $(-> $result)? $body
    };
}

by_isa! {
    /// `out = Σ values[i] · rows[indices[i]]`, `rows` being a matrix with rows as long as `out`.
    fn gather / gather_portable(out: &mut [f32], indices: &[u32], values: &[f32], rows: &[f32]) {
        let width = out.len();
        let mut at = 0;
        while at + TILE <= width {
            tile::<TILE>(&mut out[at..], indices, values, (rows, width, at));
            at += TILE;
        }
        while at < width {
            tile::<LANES>(&mut out[at..], indices, values, (rows, width, at));
            at += LANES;
        }
    }
}

by_isa! {
    /// `out = w·G − target`: the gradient of a least-squares problem with Gram matrix `gram`.
    fn gradient / gradient_portable(out: &mut [f32], w: &[f32], gram: &[f32], target: &[f32]) {
        for (out, target) in out.iter_mut().zip(target) {
            *out = -target;
        }
        for (&w, row) in w.iter().zip(gram.chunks_exact(w.len())) {
            if w != 0.0 {
                add_scaled(out, w, row);
            }
        }
    }
}

by_isa! {
    /// One sweep of coordinate descent over the first `inverse_diagonal.len()` entries of `w`, with
    /// the gradient kept up to date; returns the squared length of the movement.
    fn descend / descend_portable(
        w: &mut [f32],
        gradient: &mut [f32],
        gram: &[f32],
        inverse_diagonal: &[f32],
    ) -> f32 {
        let width = w.len();
        let mut moved = 0.0;
        for (t, inverse) in inverse_diagonal.iter().enumerate() {
            let next = (w[t] - gradient[t] * inverse).max(0.0);
            let delta = next - w[t];
            if delta != 0.0 {
                w[t] = next;
                add_scaled(gradient, delta, &gram[t * width..(t + 1) * width]);
                moved += delta * delta;
            }
        }
        moved
    }
}

by_isa! {
    /// Adds the outer product of `x` with itself to `gram`, a square matrix with rows as long as
    /// `x`. Zeros of `x` cost nothing.
    fn add_outer / add_outer_portable(gram: &mut [f32], x: &[f32]) {
        for (row, &value) in gram.chunks_exact_mut(x.len()).zip(x) {
            if value != 0.0 {
                add_scaled(row, value, x);
            }
        }
    }
}

by_isa! {
    /// Adds the outer product of `x` with itself to `gram` in `f64`.
    fn add_outer_f64 / add_outer_f64_portable(gram: &mut [f64], x: &[f64]) {
        for (row, value) in gram.chunks_exact_mut(x.len()).zip(x) {
            for (sum, x) in row.iter_mut().zip(x) {
                *sum += value * x;
            }
        }
    }
}

by_isa! {
    /// `out = row · matrix`, a square matrix with rows as long as `row`, in `f64`.
    fn times_square / times_square_portable(out: &mut [f64], row: &[f32], matrix: &[f64]) {
        out.fill(0.0);
        for (&value, line) in row.iter().zip(matrix.chunks_exact(out.len())) {
            let value = f64::from(value);
            for (out, t) in out.iter_mut().zip(line) {
                *out += value * t;
            }
        }
    }
}

/// `Σ xᵢ yᵢ` in `f64`.
pub(crate) fn dot(x: &[f32], y: &[f32]) -> f64 {
    x.iter().zip(y).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum()
}

/// Columns `at..at + N` of [`gather`], summed in registers.
#[inline(always)]
#[allow(clippy::inline_always, reason = "only what is inlined is compiled for AVX2")]
fn tile<const N: usize>(
    out: &mut [f32],
    indices: &[u32],
    values: &[f32],
    (rows, width, at): (&[f32], usize, usize),
) {
    let mut sums = [0.0_f32; N];
    for (&index, &value) in indices.iter().zip(values) {
        let start = index as usize * width + at;
        let row = &rows[start..start + N];
        for (sum, x) in sums.iter_mut().zip(row) {
            *sum += value * x;
        }
    }
    out[..N].copy_from_slice(&sums);
}

/// `y += a · x`; both of whole lanes.
#[inline(always)]
#[allow(clippy::inline_always, reason = "only what is inlined is compiled for AVX2")]
fn add_scaled(y: &mut [f32], a: f32, x: &[f32]) {
    for (y, x) in y.as_chunks_mut::<LANES>().0.iter_mut().zip(x.as_chunks::<LANES>().0) {
        for (y, x) in y.iter_mut().zip(x) {
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
    fn gather_sums_the_rows_that_the_indices_name() {
        for width in [8, 32, 40, 72] {
            let rows: Vec<f32> = (0..3 * width).map(|n| n as f32).collect();
            let mut out = vec![7.0; width];
            gather(&mut out, &[2, 0], &[0.5, 2.0], &rows);
            let expected: Vec<f32> =
                (0..width).map(|n| 0.5 * rows[2 * width + n] + 2.0 * rows[n]).collect();
            assert_eq!(out, expected, "width {width}");
        }
    }

    #[test]
    fn gather_of_nothing_is_zero() {
        let mut out = vec![7.0; 8];
        gather(&mut out, &[], &[], &[1.0; 8]);
        assert_eq!(out, vec![0.0; 8]);
    }

    #[test]
    fn outer_products_add_up_to_the_gram_matrix() {
        let (mut gram, x) = (vec![0.0; 64], [1.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 3.0]);
        add_outer(&mut gram, &x);
        add_outer(&mut gram, &x);
        assert_eq!((gram[0], gram[2], gram[16 + 7], gram[8]), (2.0, 4.0, 12.0, 0.0));
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        for width in [8, 24, 56, 64, 104] {
            let rows = values(20 * width, 1);
            let (indices, weights) = ([3, 0, 19, 7, 7], values(5, 2));
            let (mut fast, mut portable) = (vec![0.0; width], vec![0.0; width]);
            gather(&mut fast, &indices, &weights, &rows);
            gather_portable(&mut portable, &indices, &weights, &rows);
            assert_eq!(fast, portable);

            let (mut gram, mut gram_portable) =
                (values(width * width, 3), values(width * width, 3));
            add_outer(&mut gram, &fast);
            add_outer_portable(&mut gram_portable, &fast);
            assert_eq!(gram, gram_portable);

            let (mut slope, mut slope_portable) = (vec![0.0; width], vec![0.0; width]);
            let mut w: Vec<f32> = values(width, 4).iter().map(|w| w.max(0.0)).collect();
            gradient(&mut slope, &w, &gram, &fast);
            gradient_portable(&mut slope_portable, &w, &gram, &fast);
            assert_eq!(slope, slope_portable);

            let (mut w_portable, inverse) = (w.clone(), vec![0.01; width - 3]);
            let moved = descend(&mut w, &mut slope, &gram, &inverse);
            let moved_portable =
                descend_portable(&mut w_portable, &mut slope_portable, &gram, &inverse);
            assert_eq!((w, slope, moved), (w_portable, slope_portable, moved_portable));

            let wide: Vec<f64> = fast.iter().map(|&x| f64::from(x)).collect();
            let (mut sums, mut sums_portable) =
                (vec![0.5; width * width], vec![0.5; width * width]);
            add_outer_f64(&mut sums, &wide);
            add_outer_f64_portable(&mut sums_portable, &wide);
            assert_eq!(sums, sums_portable);

            let (mut turned, mut turned_portable) = (vec![0.0; width], vec![0.0; width]);
            times_square(&mut turned, &fast, &sums);
            times_square_portable(&mut turned_portable, &fast, &sums);
            assert_eq!(turned, turned_portable);
        }
    }
}
