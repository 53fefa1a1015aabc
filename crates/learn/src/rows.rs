//! Some rows of a matrix.

use sprs::{CsMatI, CsMatViewI};

use crate::Real;
use crate::nmf::blocks::RowBlocks;

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

/// The matrix without its empty columns, and which columns those are that stay.
pub(crate) fn without_empty_columns<F: Real>(
    x: CsMatI<F, u32, usize>,
) -> (CsMatI<F, u32, usize>, Vec<u32>) {
    let mut is_held = vec![false; x.cols()];
    for &column in x.indices() {
        is_held[column as usize] = true;
    }
    let columns: Vec<u32> =
        (0..).zip(&is_held).filter(|(_, held)| **held).map(|(column, _)| column).collect();
    let mut places = vec![0_u32; x.cols()];
    for (place, &column) in (0..).zip(&columns) {
        places[column as usize] = place;
    }
    let n_docs = x.rows();
    let (indptr, mut indices, data) = x.into_raw_storage();
    for column in &mut indices {
        *column = places[*column as usize];
    }
    (CsMatI::new((n_docs, columns.len()), indptr, indices, data), columns)
}

/// A matrix by its columns: CSR, (n_terms, n_docs).
#[derive(Debug)]
pub(crate) struct ByColumn<F> {
    /// Where each column begins, and the end.
    starts: Vec<usize>,
    rows: Vec<u32>,
    values: Vec<F>,
}

impl<F: Real> ByColumn<F> {
    /// Room for `x`: who fills it may be another thread, whose memory grows by nothing.
    pub(crate) fn for_matrix(x: CsMatViewI<'_, F, u32, usize>) -> Self {
        let (starts, rows) = (vec![0; x.cols() + 1], vec![0; x.nnz()]);
        Self { starts, rows, values: vec![F::ZERO; x.nnz()] }
    }

    /// Fills it with the matrix that there is room for.
    pub(crate) fn fill(&mut self, x: CsMatViewI<'_, F, u32, usize>) {
        let Self { starts, rows, values, .. } = self;
        for &column in x.indices() {
            starts[column as usize + 1] += 1;
        }
        for column in 1..starts.len() {
            starts[column] += starts[column - 1];
        }
        for (number, row) in (0..).zip(x.outer_iterator()) {
            for (column, &value) in row.iter() {
                let next = &mut starts[column];
                rows[*next] = number;
                values[*next] = value;
                *next += 1;
            }
        }
        // Each start has moved to the one behind it.
        starts.rotate_right(1);
        starts[0] = 0;
    }

    pub(crate) fn blocks(&self) -> RowBlocks<'_, F> {
        RowBlocks::of_parts(&self.starts, &self.rows, &self.values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three documents; the second and the last column are empty, and so is the second row.
    fn matrix() -> CsMatI<f32, u32, usize> {
        let (indptr, indices) = (vec![0, 2, 2, 4], vec![0, 3, 2, 3]);
        CsMatI::new((3, 5), indptr, indices, vec![1.0, 2.0, 3.0, 4.0])
    }

    #[test]
    fn empty_columns_are_left_out_and_the_others_keep_their_order() {
        let (held, columns) = without_empty_columns(matrix());
        assert_eq!(columns, [0, 2, 3]);
        assert_eq!(held.shape(), (3, 3));
        assert_eq!(held.indices(), [0, 2, 1, 2]);
        assert_eq!(held.data(), matrix().data());
    }

    #[test]
    fn a_matrix_by_its_columns_is_the_transposed_one() {
        let whole = matrix();
        for x in [whole.view(), whole.slice_outer(1..3), whole.slice_outer(0..0)] {
            let mut by_column = ByColumn::for_matrix(x);
            by_column.fill(x);
            let (found, expected) = (by_column.blocks(), x.transpose_view().to_csr());
            assert_eq!(found.n_rows(), expected.rows());
            for (column, row) in expected.outer_iterator().enumerate() {
                assert_eq!(found.row(column), (row.indices(), row.data()));
            }
        }
    }
}
