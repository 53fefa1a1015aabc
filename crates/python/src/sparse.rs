//! SciPy's compressed sparse rows, borrowed and handed out without copying their entries.

use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use sprs::CsMatViewI;

/// Integers as SciPy keeps them.
#[derive(FromPyObject)]
enum Integers<'py> {
    /// The usual width.
    I32(PyReadonlyArray1<'py, i32>),
    /// The width of matrices with more than 2³¹ entries, and of some that were made by hand.
    I64(PyReadonlyArray1<'py, i64>),
}

/// The entries of a matrix of floats.
#[derive(FromPyObject)]
pub(crate) enum Floats<'py> {
    /// Single precision.
    F32(PyReadonlyArray1<'py, f32>),
    /// Double precision.
    F64(PyReadonlyArray1<'py, f64>),
}

/// A SciPy matrix or array in CSR format, by its attributes.
#[derive(FromPyObject)]
pub(crate) struct SciPy<'py> {
    shape: (usize, usize),
    indptr: Integers<'py>,
    indices: Integers<'py>,
    data: Floats<'py>,
}

impl<'py> SciPy<'py> {
    /// The structure, and the entries that belong to it.
    pub(crate) fn into_parts(self) -> PyResult<(Structure<'py>, Floats<'py>)> {
        Ok((Structure::new(self.shape, &self.indptr, self.indices)?, self.data))
    }
}

/// The structure of a matrix: `(n_rows, n_columns)`, where its rows end, and the columns of its entries.
pub(crate) struct Structure<'py> {
    shape: (usize, usize),
    indptr: Vec<usize>,
    indices: Columns<'py>,
}

enum Columns<'py> {
    Borrowed(PyReadonlyArray1<'py, i32>),
    Converted(Vec<u32>),
}

impl<'py> Structure<'py> {
    /// The structure of a SciPy matrix from its parts. Columns of 32 bits are borrowed; the ends of the
    /// rows, and columns of 64 bits, are converted.
    fn new(
        shape: (usize, usize),
        indptr: &Integers<'py>,
        indices: Integers<'py>,
    ) -> PyResult<Self> {
        let wrong = || PyValueError::new_err("the rows of the sparse matrix have negative ends");
        let indptr = match indptr {
            Integers::I32(ends) => {
                ends.as_slice()?.iter().map(|&end| usize::try_from(end)).collect::<Result<_, _>>()
            }
            Integers::I64(ends) => {
                ends.as_slice()?.iter().map(|&end| usize::try_from(end)).collect::<Result<_, _>>()
            }
        };
        let indices = match indices {
            Integers::I32(columns) => Columns::Borrowed(columns),
            Integers::I64(columns) => Columns::Converted(
                columns
                    .as_slice()?
                    .iter()
                    .map(|&column| {
                        u32::try_from(column).map_err(|_| {
                            PyValueError::new_err(format!(
                                "columns of a sparse matrix must be in 0..{}, got {column}",
                                u32::MAX
                            ))
                        })
                    })
                    .collect::<PyResult<_>>()?,
            ),
        };
        Ok(Self { shape, indptr: indptr.map_err(|_| wrong())?, indices })
    }

    /// The matrix with `data` as its entries, checked: rows end in order and within the entries, and
    /// their columns rise and exist.
    pub(crate) fn with<'a, F>(&'a self, data: &'a [F]) -> PyResult<CsMatViewI<'a, F, u32, usize>> {
        let indices = match &self.indices {
            Columns::Borrowed(columns) => as_unsigned(columns.as_slice()?),
            Columns::Converted(columns) => columns,
        };
        CsMatViewI::try_new(self.shape, &self.indptr, indices, data).map_err(|(.., error)| {
            PyValueError::new_err(format!("this is no sparse matrix in canonical form: {error}"))
        })
    }
}

/// A matrix for SciPy: the ends of its rows, the columns and the values of its entries.
pub(crate) type Parts<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>, Bound<'py, PyAny>);

/// Hands the structure of a matrix out, in the width that its number of entries needs.
pub(crate) fn structure_parts(
    py: Python<'_>,
    indptr: Vec<usize>,
    indices: Vec<u32>,
) -> (Bound<'_, PyAny>, Bound<'_, PyAny>) {
    let fits = i32::try_from(indices.len()).is_ok()
        && indices.iter().all(|&column| i32::try_from(column).is_ok());
    if fits {
        let indptr: Vec<i32> = indptr.into_iter().map(|end| end as i32).collect();
        // The same width: the vector's memory is used again.
        let indices: Vec<i32> = indices.into_iter().map(|column| column as i32).collect();
        (PyArray1::from_vec(py, indptr).into_any(), PyArray1::from_vec(py, indices).into_any())
    } else {
        let indptr: Vec<i64> = indptr.into_iter().map(|end| end as i64).collect();
        let indices: Vec<i64> = indices.into_iter().map(i64::from).collect();
        (PyArray1::from_vec(py, indptr).into_any(), PyArray1::from_vec(py, indices).into_any())
    }
}

/// The same columns, read as unsigned. A negative one becomes larger than any matrix has columns, and is
/// refused as such.
fn as_unsigned(columns: &[i32]) -> &[u32] {
    #[expect(
        unsafe_code,
        reason = "the columns of a large matrix are not copied to change their sign"
    )]
    // SAFETY: i32 and u32 have one size and alignment, and every pattern of bits is a value of both.
    unsafe {
        std::slice::from_raw_parts(columns.as_ptr().cast(), columns.len())
    }
}
