//! Python's values as operands: arrays by their address, numbers by their value.
#![allow(unsafe_code, reason = "an operand is an address with a promise")]

use expr::{Operand, Output, Type};
use numpy::npyffi::{NPY_ARRAY_WRITEABLE, NPY_TYPES};
use numpy::{PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyFloat, PyInt};

/// What was given for a name.
pub(super) enum Given<'py> {
    /// An array of a type that expressions know.
    Array(Bound<'py, PyUntypedArray>, Type),
    /// Truth.
    Bool(bool),
    /// A whole number of Python, which takes the type of what it meets.
    Int(i64),
    /// A number of Python, likewise.
    Float(f64),
}

impl<'py> Given<'py> {
    pub(super) fn new(value: Bound<'py, PyAny>) -> PyResult<Self> {
        let value = match value.cast_into::<PyUntypedArray>() {
            Ok(array) => match type_of(&array) {
                Some(ty) => return Ok(Self::Array(array, ty)),
                None => array.into_any(),
            },
            Err(error) => error.into_inner(),
        };
        if value.is_exact_instance_of::<PyFloat>() {
            return Ok(Self::Float(value.extract()?));
        }
        if value.is_exact_instance_of::<PyBool>() {
            return Ok(Self::Bool(value.extract()?));
        }
        if value.is_exact_instance_of::<PyInt>() {
            return Ok(Self::Int(value.extract()?));
        }
        let array = converted(&value)?;
        let ty = type_of(&array).ok_or_else(|| {
            PyTypeError::new_err(format!("an operand cannot be of type {}", array.dtype()))
        })?;
        Ok(Self::Array(array, ty))
    }

    pub(super) fn operand(&self) -> Operand<'_> {
        match self {
            Self::Array(array, ty) => {
                // SAFETY: the array is alive while the operand is. Its memory is the interpreter's, whose
                // other threads are asked, as by NumPy itself, not to write to it meanwhile.
                unsafe { Operand::from_raw(address(array), *ty, array.shape(), array.strides()) }
            }
            Self::Bool(value) => Operand::scalar(*value),
            Self::Int(value) => Operand::scalar(*value),
            Self::Float(value) => Operand::scalar(*value),
        }
    }
}

/// The array as an output.
pub(super) fn output<'a>(array: &'a Bound<'_, PyUntypedArray>) -> PyResult<Output<'a>> {
    let ty = type_of(array).ok_or_else(|| {
        PyTypeError::new_err(format!("an output cannot be of type {}", array.dtype()))
    })?;
    // SAFETY: the pointer is that of a living array.
    let flags = unsafe { (*array.as_array_ptr()).fields.flags };
    if flags & NPY_ARRAY_WRITEABLE == 0 {
        return Err(PyValueError::new_err("output array is read-only"));
    }
    // SAFETY: as of operands; the array is writable.
    Ok(unsafe { Output::from_raw(address(array), ty, array.shape(), array.strides()) })
}

fn address(array: &Bound<'_, PyUntypedArray>) -> *mut u8 {
    // SAFETY: the pointer is that of a living array.
    unsafe { (*array.as_array_ptr()).fields.data.cast() }
}

/// The type of the elements; none for those that expressions do not know, and for foreign byte orders.
fn type_of(array: &Bound<'_, PyUntypedArray>) -> Option<Type> {
    const BOOL: i32 = NPY_TYPES::NPY_BOOL as i32;
    const U8: i32 = NPY_TYPES::NPY_UBYTE as i32;
    const I32: i32 = NPY_TYPES::NPY_INT as i32;
    const U32: i32 = NPY_TYPES::NPY_UINT as i32;
    const LONG: i32 = NPY_TYPES::NPY_LONG as i32;
    const LONGLONG: i32 = NPY_TYPES::NPY_LONGLONG as i32;
    const F32: i32 = NPY_TYPES::NPY_FLOAT as i32;
    const F64: i32 = NPY_TYPES::NPY_DOUBLE as i32;
    let dtype = array.dtype();
    let ty = match dtype.num() {
        BOOL => Type::Bool,
        U8 => Type::U8,
        U32 => Type::U32,
        LONG if size_of::<std::ffi::c_long>() == 8 => Type::I64,
        I32 | LONG => Type::I32,
        LONGLONG => Type::I64,
        F32 => Type::F32,
        F64 => Type::F64,
        _ => return None,
    };
    dtype.is_native_byteorder().unwrap_or(true).then_some(ty)
}

/// Anything else as an array, by a function of the Python half.
fn converted<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyUntypedArray>> {
    static AS_ARRAY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let as_array = AS_ARRAY.import(value.py(), "topicmill.expressions._operands", "as_array")?;
    Ok(as_array.call1((value,))?.cast_into::<PyUntypedArray>()?)
}
