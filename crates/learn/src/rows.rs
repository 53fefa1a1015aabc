//! Some rows of a matrix.

use sprs::{CsMatI, CsMatViewI};

use crate::Real;

/// The rows `rows` of `x`, CSR, (n_docs, n_terms), in their order.
///
/// Cost: one copy of their non-zeros.
///
/// # Panics
/// When one is no row of `x`.
///
/// ```
/// use sprs::CsMatI;
///
/// let x = CsMatI::new((3, 2), vec![0, 1, 2, 3], vec![0_u32, 1, 0], vec![1.0_f32, 2.0, 3.0]);
/// let even = learn::some_rows(x.view(), (0..3).step_by(2));
/// assert_eq!(even.data(), [1.0, 3.0]);
/// ```
pub fn some_rows<F: Real>(
    x: CsMatViewI<'_, F, u32, usize>,
    rows: impl IntoIterator<Item = usize>,
) -> CsMatI<F, u32, usize> {
    let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
    for row in rows {
        let row = x.outer_view(row).expect("a row of the matrix");
        indices.extend_from_slice(row.indices());
        data.extend_from_slice(row.data());
        indptr.push(indices.len());
    }
    CsMatI::new((indptr.len() - 1, x.cols()), indptr, indices, data)
}
