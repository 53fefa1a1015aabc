//! Sparse matrices on disk, for what is too much for memory.

use jobs::{Number, Piece, Run, Spill, Spilled};
use sprs::{CsMatI, CsMatViewI};

use crate::Error;

/// Bytes of the columns and values of a part when nobody set a limit to memory, about.
const PART_BYTES: u64 = 8 << 20;
/// And at least.
const LEAST_PART_BYTES: u64 = 64 << 10;
/// Parts that the memory of a run would hold: a batch that is learned from takes that of some of them.
const PARTS_IN_MEMORY: u64 = 32;
/// Rows in a part at most: they may be empty.
const PART_ROWS: usize = 1 << 16;

/// A matrix on its way to disk: rows are pushed one after the other.
///
/// ```
/// use jobs::Run;
/// use learn::MatrixSpill;
/// use sprs::CsMatI;
///
/// let rows = CsMatI::new((2, 3), vec![0, 1, 3], vec![0_u32, 1, 2], vec![1.0_f32, 2.0, 3.0]);
/// let mut spill = MatrixSpill::new(3, &Run::serial())?;
/// for _ in 0..100 {
///     spill.push(rows.view())?;
/// }
/// let matrix = spill.finish()?;
/// assert_eq!((matrix.shape(), matrix.nnz()), ((200, 3), 300));
/// assert_eq!(matrix.part(0)?.view().data()[..3], [1.0, 2.0, 3.0]);
/// # Ok::<(), learn::Error>(())
/// ```
#[derive(Debug)]
pub struct MatrixSpill<N> {
    matrix: SpilledMatrix<N>,
    part_nnz: usize,
    /// The rows that are no part yet.
    indptr: Vec<usize>,
    indices: Vec<u32>,
    data: Vec<N>,
}

impl<N: Number> MatrixSpill<N> {
    /// No rows yet, of `n_terms` columns. Parts are of eight megabytes, or of a thirty-second of the
    /// memory that is meant to be enough for `run`.
    ///
    /// # Errors
    /// Those of [`Run::spill`].
    pub fn new(n_terms: usize, run: &Run) -> Result<Self, Error> {
        let bytes = run.memory().map_or(PART_BYTES, |memory| memory / PARTS_IN_MEMORY);
        let bytes = bytes.clamp(LEAST_PART_BYTES, PART_BYTES) as usize;
        let matrix =
            SpilledMatrix { spill: run.spill()?, parts: Vec::new(), n_terms, n_rows: 0, nnz: 0 };
        let part_nnz = bytes / (size_of::<u32>() + size_of::<N>());
        Ok(Self { matrix, part_nnz, indptr: vec![0], indices: Vec::new(), data: Vec::new() })
    }

    /// Adds the rows of `x`, CSR, (any number, n_terms). Where parts end depends on the rows alone.
    ///
    /// # Errors
    /// [`Error::Columns`] for another number of columns; those of writing.
    pub fn push(&mut self, x: CsMatViewI<'_, N, u32, usize>) -> Result<(), Error> {
        if x.cols() != self.matrix.n_terms {
            return Err(Error::Columns { expected: self.matrix.n_terms, got: x.cols() });
        }
        for row in x.outer_iterator() {
            self.indices.extend_from_slice(row.indices());
            self.data.extend_from_slice(row.data());
            self.indptr.push(self.indices.len());
            if self.indices.len() >= self.part_nnz || self.indptr.len() > PART_ROWS {
                self.end_part()?;
            }
        }
        Ok(())
    }

    /// The matrix of all rows.
    ///
    /// # Errors
    /// Those of writing.
    pub fn finish(mut self) -> Result<SpilledMatrix<N>, Error> {
        if self.indptr.len() > 1 {
            self.end_part()?;
        }
        Ok(self.matrix)
    }

    fn end_part(&mut self) -> Result<(), Error> {
        let matrix = &mut self.matrix;
        matrix.parts.push(SpilledPart {
            first_row: matrix.n_rows,
            indptr: matrix.spill.put(&self.indptr)?,
            indices: matrix.spill.put(&self.indices)?,
            data: matrix.spill.put(&self.data)?,
        });
        matrix.n_rows += self.indptr.len() - 1;
        matrix.nnz += self.indices.len();
        self.indptr.truncate(1);
        self.indices.clear();
        self.data.clear();
        Ok(())
    }
}

/// A CSR matrix on disk, (n_docs, n_terms), in parts of some megabytes, each a run of rows that is mapped
/// into memory while somebody looks at it. It is gone with the value.
#[derive(Debug)]
pub struct SpilledMatrix<N> {
    spill: Spill,
    parts: Vec<SpilledPart<N>>,
    n_terms: usize,
    n_rows: usize,
    nnz: usize,
}

#[derive(Debug)]
struct SpilledPart<N> {
    first_row: usize,
    indptr: Spilled<usize>,
    indices: Spilled<u32>,
    data: Spilled<N>,
}

impl<N: Number> SpilledMatrix<N> {
    /// Rows and columns.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        (self.n_rows, self.n_terms)
    }

    /// How many entries it has.
    #[must_use]
    pub fn nnz(&self) -> usize {
        self.nnz
    }

    /// How much of the disk it takes up, bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.spill.bytes()
    }

    /// How many parts it has.
    #[must_use]
    pub fn n_parts(&self) -> usize {
        self.parts.len()
    }

    /// The rows of one part. Cost: some microseconds, and reading what is looked at.
    ///
    /// # Errors
    /// Those of mapping the file.
    ///
    /// # Panics
    /// When there is no such part.
    pub fn part(&self, number: usize) -> Result<MatrixPart<N>, Error> {
        let part = &self.parts[number];
        Ok(MatrixPart {
            first_row: part.first_row,
            n_terms: self.n_terms,
            indptr: self.spill.get(&part.indptr)?,
            indices: self.spill.get(&part.indices)?,
            data: self.spill.get(&part.data)?,
        })
    }

    /// Calls `each` with every part, in the order of the rows.
    ///
    /// # Errors
    /// Those of mapping the file, and of `each`.
    pub fn each_part<E: From<Error>>(
        &self,
        mut each: impl FnMut(&MatrixPart<N>) -> Result<(), E>,
    ) -> Result<(), E> {
        (0..self.n_parts()).try_for_each(|number| each(&self.part(number)?))
    }

    /// The rows `rows`, rising, in memory: CSR.
    ///
    /// # Errors
    /// Those of mapping the file.
    ///
    /// # Panics
    /// When one is no row of the matrix, or they do not rise.
    pub fn some_rows(
        &self,
        rows: impl IntoIterator<Item = usize>,
    ) -> Result<CsMatI<N, u32, usize>, Error> {
        let mut collected = Collected::new(self.n_terms);
        let mut rows = rows.into_iter().peekable();
        for number in 0..self.n_parts() {
            let part = self.part(number)?;
            let end = part.first_row + part.n_rows();
            while let Some(row) = rows.next_if(|&row| row < end) {
                let row = row.checked_sub(part.first_row).expect("rows rise");
                collected.add(&part, row..row + 1);
            }
        }
        assert!(rows.next().is_none(), "a row of the matrix");
        Ok(collected.matrix())
    }

    /// One of `n` batches that have something of every part each, in memory: whatever the order of
    /// the rows, batches are alike.
    ///
    /// # Errors
    /// Those of mapping the file.
    pub(crate) fn batch(&self, number: usize, n: usize) -> Result<CsMatI<N, u32, usize>, Error> {
        let mut collected = Collected::new(self.n_terms);
        self.each_part(|part| {
            let at = |batch: usize| batch * part.n_rows() / n;
            collected.add(part, at(number)..at(number + 1));
            Ok::<_, Error>(())
        })?;
        Ok(collected.matrix())
    }
}

/// Rows of a matrix on disk.
#[derive(Debug)]
pub struct MatrixPart<N> {
    first_row: usize,
    n_terms: usize,
    indptr: Piece<usize>,
    indices: Piece<u32>,
    data: Piece<N>,
}

impl<N: Number> MatrixPart<N> {
    /// The place of the first of them in the matrix.
    #[must_use]
    pub fn first_row(&self) -> usize {
        self.first_row
    }

    /// How many rows there are.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.indptr.len() - 1
    }

    /// The rows: CSR, (n_rows, n_terms). Cost: linear in the entries.
    #[must_use]
    pub fn view(&self) -> CsMatViewI<'_, N, u32, usize> {
        let shape = (self.n_rows(), self.n_terms);
        CsMatViewI::new(shape, &self.indptr, &self.indices, &self.data)
    }
}

/// Rows of parts, put together.
struct Collected<N> {
    n_terms: usize,
    indptr: Vec<usize>,
    indices: Vec<u32>,
    data: Vec<N>,
}

impl<N: Number> Collected<N> {
    fn new(n_terms: usize) -> Self {
        Self { n_terms, indptr: vec![0], indices: Vec::new(), data: Vec::new() }
    }

    fn add(&mut self, part: &MatrixPart<N>, rows: std::ops::Range<usize>) {
        let (start, before) = (part.indptr[rows.start], self.indices.len());
        let entries = start..part.indptr[rows.end];
        self.indptr.extend(rows.map(|row| before + part.indptr[row + 1] - start));
        self.indices.extend_from_slice(&part.indices[entries.clone()]);
        self.data.extend_from_slice(&part.data[entries]);
    }

    fn matrix(self) -> CsMatI<N, u32, usize> {
        let shape = (self.indptr.len() - 1, self.n_terms);
        CsMatI::new(shape, self.indptr, self.indices, self.data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of one to five entries, every tenth of none.
    fn rows(n: usize) -> CsMatI<f32, u32, usize> {
        let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
        for row in 0..n {
            for at in 0..if row % 10 == 9 { 0 } else { 1 + row % 5 } {
                indices.push((3 * at + row % 3) as u32);
                data.push((row * 7 + at) as f32);
            }
            indptr.push(indices.len());
        }
        CsMatI::new((n, 15), indptr, indices, data)
    }

    fn spilled(x: &CsMatI<f32, u32, usize>, at_once: usize) -> SpilledMatrix<f32> {
        let run = Run::serial().with_memory(1);
        let mut spill = MatrixSpill::new(15, &run).unwrap();
        for start in (0..x.rows()).step_by(at_once) {
            spill.push(x.slice_outer(start..(start + at_once).min(x.rows()))).unwrap();
        }
        spill.finish().unwrap()
    }

    #[test]
    fn parts_hold_the_rows_in_their_order_however_they_were_pushed() {
        let x = rows(20_000);
        let (one, other) = (spilled(&x, 7), spilled(&x, 20_000));
        assert!(one.n_parts() > 5 && one.n_parts() == other.n_parts());
        for matrix in [one, other] {
            assert_eq!((matrix.shape(), matrix.nnz()), (x.shape(), x.nnz()));
            let mut next = 0;
            matrix
                .each_part(|part| {
                    assert_eq!(part.first_row(), next);
                    let expected = crate::some_rows(x.view(), next..next + part.n_rows());
                    assert_eq!(part.view().to_owned(), expected);
                    next += part.n_rows();
                    Ok::<_, Error>(())
                })
                .unwrap();
            assert_eq!(next, x.rows());
        }
    }

    #[test]
    fn batches_have_every_row_once_and_something_of_every_part() {
        let x = rows(20_000);
        let matrix = spilled(&x, 1000);
        let n = matrix.n_parts();
        let batches: Vec<_> = (0..n).map(|number| matrix.batch(number, n).unwrap()).collect();
        let sum = |x: &CsMatI<f32, u32, usize>| x.data().iter().map(|&v| f64::from(v)).sum::<f64>();
        assert_eq!(batches.iter().map(sum).sum::<f64>(), sum(&x));
        for batch in &batches {
            let share = batch.rows() * n;
            assert!(share > x.rows() / 2 && share < 2 * x.rows(), "{} rows", batch.rows());
        }
    }

    #[test]
    fn some_rows_are_those_that_were_asked_for() {
        let x = rows(20_000);
        let matrix = spilled(&x, 999);
        let wanted = || (3..20_000).step_by(997);
        let found = matrix.some_rows(wanted()).unwrap();
        assert_eq!(found, crate::some_rows(x.view(), wanted()));
    }

    #[test]
    fn rows_over_other_terms_are_refused() {
        let mut spill = MatrixSpill::<f32>::new(3, &Run::serial()).unwrap();
        let error = spill.push(rows(2).view()).unwrap_err();
        assert!(matches!(error, Error::Columns { expected: 3, got: 15 }), "{error}");
    }
}
