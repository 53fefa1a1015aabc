//! Expressions that are prepared once and called many times.

use expr::{Expr, Operand, Output, Prepared, Type};
use jobs::Run;
use ndarray::IxDyn;
use numpy::{Element, PyArray, PyArrayMethods, PyUntypedArray};
use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::operands::{Given, output};
use crate::error::Error;
use crate::run::run_with;

/// Elements up to which the interpreter's lock is kept and one thread works: giving the lock away and
/// waking threads takes longer than the work.
const SMALL: usize = 1 << 14;

/// An expression, ready to be called with arrays for its names.
#[pyclass(frozen, module = "topicmill._native")]
pub(crate) struct Expression {
    prepared: Prepared,
    /// What calls take, in their order.
    parameters: Vec<String>,
    /// For each name of the expression, which parameter it is; none when they are in one order.
    places: Option<Vec<usize>>,
    threads: usize,
    serial: Run,
}

#[pymethods]
impl Expression {
    /// Reads `text`; calls take up to `threads` threads, and an operand for each of `parameters`, or for
    /// each name in the order of their first use.
    #[new]
    #[pyo3(signature = (text, threads, parameters = None))]
    fn new(text: &str, threads: usize, parameters: Option<Vec<String>>) -> PyResult<Self> {
        let read = Expr::parse(text).map_err(|error| Error::Expr(error, text.to_owned()))?;
        let names: Vec<String> = read.names().into_iter().map(str::to_owned).collect();
        let parameters = parameters.unwrap_or_else(|| names.clone());
        let place_of = |name: &String| {
            parameters.iter().position(|one| one == name).ok_or_else(|| {
                PyKeyError::new_err(format!("{name} is none of {}", parameters.join(", ")))
            })
        };
        let places = if parameters == names {
            None
        } else {
            Some(names.iter().map(place_of).collect::<PyResult<_>>()?)
        };
        let prepared = Prepared::new(&read);
        Ok(Self { prepared, parameters, places, threads, serial: Run::serial() })
    }

    /// What calls take, in their order.
    #[getter]
    fn names(&self) -> Vec<String> {
        self.parameters.clone()
    }

    /// The text that it was read from.
    #[getter]
    fn text(&self) -> &str {
        self.prepared.expr().text()
    }

    /// How many results it has.
    fn __len__(&self) -> usize {
        self.prepared.expr().len()
    }

    /// Specialisations that are kept, and how many were made.
    fn stats(&self) -> (usize, u64) {
        let stats = self.prepared.stats();
        (stats.kept, stats.made)
    }

    /// The result for these operands, in the order of `names`: an array, or `out` when it is given; a
    /// tuple where there are several.
    #[pyo3(signature = (*operands, out = None))]
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        operands: &Bound<'py, PyTuple>,
        out: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let given = self.given(operands)?;
        let weak = Given::weak_type(&given);
        let operands: Vec<Operand<'_>> =
            given.iter().map(|one| one.operand(weak)).collect::<PyResult<_>>()?;
        let arrays = match out {
            Some(out) => outputs_given(out)?,
            None => self
                .prepared
                .results(&operands)
                .map_err(|error| self.explained(error))?
                .into_iter()
                .map(|(ty, shape)| empty(py, ty, &shape))
                .collect::<PyResult<_>>()?,
        };
        let mut outputs: Vec<Output<'_>> = arrays.iter().map(output).collect::<PyResult<_>>()?;
        let sizes = operands.iter().map(|one| one.shape().iter().product());
        if sizes.max().unwrap_or(0) <= SMALL {
            self.prepared.call(&operands, &mut outputs, &self.serial)
        } else {
            let run = run_with(self.threads)?;
            py.detach(|| self.prepared.call(&operands, &mut outputs, &run))
        }
        .map_err(|error| self.explained(error))?;
        match <[_; 1]>::try_from(arrays) {
            Ok([array]) => Ok(array.into_any()),
            Err(arrays) => Ok(PyTuple::new(py, arrays)?.into_any()),
        }
    }
}

impl Expression {
    /// The operands in the order of the expression's names.
    fn given<'py>(&self, operands: &Bound<'py, PyTuple>) -> PyResult<Vec<Given<'py>>> {
        if operands.len() != self.parameters.len() {
            return Err(PyTypeError::new_err(format!(
                "the expression takes {} arrays ({}), got {}",
                self.parameters.len(),
                self.parameters.join(", "),
                operands.len()
            )));
        }
        match &self.places {
            None => operands.iter().map(Given::new).collect(),
            Some(places) => {
                places.iter().map(|&place| Given::new(operands.get_item(place)?)).collect()
            }
        }
    }

    fn explained(&self, error: expr::Error) -> Error {
        Error::Expr(error, self.prepared.expr().text().to_owned())
    }
}

/// The arrays of `out`: one, or a tuple of as many as there are results.
fn outputs_given<'py>(out: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyUntypedArray>>> {
    if let Ok(several) = out.cast::<PyTuple>() {
        return several.iter().map(|one| Ok(one.cast_into::<PyUntypedArray>()?)).collect();
    }
    Ok(vec![out.clone().cast_into::<PyUntypedArray>()?])
}

/// An array that has not been written.
fn empty<'py>(py: Python<'py>, ty: Type, shape: &[usize]) -> PyResult<Bound<'py, PyUntypedArray>> {
    Ok(match ty {
        Type::Bool => array::<bool>(py, shape),
        Type::U8 => array::<u8>(py, shape),
        Type::U32 => array::<u32>(py, shape),
        Type::I32 => array::<i32>(py, shape),
        Type::I64 => array::<i64>(py, shape),
        Type::F32 => array::<f32>(py, shape),
        Type::F64 => array::<f64>(py, shape),
        Type::Text => {
            let message = "an expression cannot make texts".to_owned();
            return Err(Error::Value(message).into());
        }
    })
}

#[expect(unsafe_code, reason = "large results are not written twice")]
fn array<'py, T: Element>(py: Python<'py>, shape: &[usize]) -> Bound<'py, PyUntypedArray> {
    // SAFETY: plain numbers, which the call writes before anybody reads them; after an error the array is
    // dropped.
    let array = unsafe { PyArray::<T, _>::new(py, IxDyn(shape), false) };
    array.as_untyped().clone()
}
