//! The inner loops of the factorisation, over dense rows of `f32`.
//!
//! Rows are padded with zeros to a multiple of [`LANES`]. Every lane is computed by the same
//! multiplications and additions in the same order, without fusing them, so that the result has the
//! same bits however wide the machine's registers are.

/// Dense rows are padded to a multiple of this many values.
pub(crate) const LANES: usize = 8;
/// Values summed at once by [`gather`]: eight registers of 128 bits, four of 256.
const TILE: usize = 32;

/// `k` rounded up to whole lanes.
pub(crate) fn padded(k: usize) -> usize {
    k.next_multiple_of(LANES)
}

/// `out = Σ values[i] · rows[indices[i]]`, `rows` being a dense matrix with rows as long as `out`.
pub(crate) fn gather(out: &mut [f32], indices: &[u32], values: &[f32], rows: &[f32]) {
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

/// Columns `at..at + N` of [`gather`], summed in registers.
#[inline]
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
#[inline]
pub(crate) fn add_scaled(y: &mut [f32], a: f32, x: &[f32]) {
    for (y, x) in y.as_chunks_mut::<LANES>().0.iter_mut().zip(x.as_chunks::<LANES>().0) {
        for (y, x) in y.iter_mut().zip(x) {
            *y += a * x;
        }
    }
}

/// `Σ xᵢ yᵢ` in `f64`.
pub(crate) fn dot(x: &[f32], y: &[f32]) -> f64 {
    x.iter().zip(y).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum()
}

/// Adds the outer product of `x` with itself to `gram`, a square matrix with rows as long as `x`.
/// Zeros of `x` cost nothing.
pub(crate) fn add_outer(gram: &mut [f32], x: &[f32]) {
    for (row, &value) in gram.chunks_exact_mut(x.len()).zip(x) {
        if value != 0.0 {
            add_scaled(row, value, x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
