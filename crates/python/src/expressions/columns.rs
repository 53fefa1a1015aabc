//! Columns of tables: numbers are borrowed, texts are not.

use expr::{Column, Scalar, Type};
use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;

/// A column as the Python half hands it over.
#[derive(FromPyObject)]
pub(crate) enum Values<'py> {
    /// Truth.
    Bool(PyReadonlyArray1<'py, bool>),
    /// Whole numbers.
    U8(PyReadonlyArray1<'py, u8>),
    /// Whole numbers.
    U32(PyReadonlyArray1<'py, u32>),
    /// Whole numbers.
    I32(PyReadonlyArray1<'py, i32>),
    /// Whole numbers.
    I64(PyReadonlyArray1<'py, i64>),
    /// Single precision.
    F32(PyReadonlyArray1<'py, f32>),
    /// Double precision.
    F64(PyReadonlyArray1<'py, f64>),
    /// A list of strings.
    Texts(Vec<String>),
}

impl Values<'_> {
    /// The same, for a table. The arrays must be in one piece.
    pub(crate) fn column(&self) -> PyResult<Column<'_>> {
        Ok(match self {
            Self::Bool(values) => Column::from(values.as_slice()?),
            Self::U8(values) => Column::from(values.as_slice()?),
            Self::U32(values) => Column::from(values.as_slice()?),
            Self::I32(values) => Column::from(values.as_slice()?),
            Self::I64(values) => Column::from(values.as_slice()?),
            Self::F32(values) => Column::from(values.as_slice()?),
            Self::F64(values) => Column::from(values.as_slice()?),
            Self::Texts(texts) => texts.iter().collect(),
        })
    }
}

/// A column of an answer: numbers as an array, texts as a list.
pub(crate) fn to_python<'py>(py: Python<'py>, column: &Column<'_>) -> PyResult<Bound<'py, PyAny>> {
    let scalars = column.values().map(expr::Value::scalars).unwrap_or_default().into_iter();
    Ok(match column.ty() {
        Type::Text => {
            let texts = (0..column.len()).map(|row| column.text_at(row).unwrap_or_default());
            texts.collect::<Vec<&str>>().into_pyobject(py)?
        }
        Type::Bool => {
            let truths = scalars.map(|scalar| matches!(scalar, Scalar::Bool(true))).collect();
            PyArray1::from_vec(py, truths).into_any()
        }
        Type::F32 | Type::F64 => {
            PyArray1::from_vec(py, scalars.map(Scalar::to_f64).collect()).into_any()
        }
        _ => {
            let wholes = scalars.map(|scalar| match scalar {
                Scalar::I64(whole) => whole,
                other => other.to_f64() as i64,
            });
            PyArray1::from_vec(py, wholes.collect()).into_any()
        }
    })
}
