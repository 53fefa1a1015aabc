//! Rows of a sparse matrix in blocks of about equal work.

use std::ops::Range;

use sprs::CsMatViewI;

/// Non-zeros in a block, about: some tenths of a millisecond of work.
const BLOCK_NNZ: usize = 1 << 14;
/// Rows in a block at most, so that many empty rows are shared out too.
const BLOCK_ROWS: usize = 1 << 10;

/// A CSR matrix as slices, with its rows cut into blocks. The cut depends on the matrix alone, so
/// that sums over blocks, taken in their order, are the same for any number of threads.
pub(crate) struct RowBlocks<'a, F> {
    indptr: &'a [usize],
    indices: &'a [u32],
    data: &'a [F],
    ranges: Vec<Range<usize>>,
}

impl<'a, F> RowBlocks<'a, F> {
    pub(crate) fn of(x: CsMatViewI<'a, F, u32, usize>) -> Self {
        let (indptr, indices, data) = x.into_raw_storage();
        Self::of_parts(indptr, indices, data)
    }

    /// Of a matrix by its parts, which are those of a CSR matrix.
    pub(crate) fn of_parts(indptr: &'a [usize], indices: &'a [u32], data: &'a [F]) -> Self {
        let n_rows = indptr.len() - 1;
        let mut ranges = Vec::new();
        let mut start = 0;
        for row in 0..n_rows {
            let nnz = indptr[row + 1] - indptr[start];
            if nnz >= BLOCK_NNZ || row + 1 - start >= BLOCK_ROWS || row + 1 == n_rows {
                ranges.push(start..row + 1);
                start = row + 1;
            }
        }
        Self { indptr, indices, data, ranges }
    }

    pub(crate) fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// The columns and values of one row.
    pub(crate) fn row(&self, row: usize) -> (&'a [u32], &'a [F]) {
        // A view of some rows of a matrix has pointers that do not begin at 0.
        let first = self.indptr[0];
        let range = self.indptr[row] - first..self.indptr[row + 1] - first;
        (&self.indices[range.clone()], &self.data[range])
    }

    pub(crate) fn nnz(&self) -> usize {
        self.data.len()
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.indptr.len() - 1
    }
}
