//! Expressions that are prepared once and called many times.

use expr::{Dialect, Expr, Operand, Output, Prepared, Type};
use jobs::Run;
use ndarray::IxDyn;
use numpy::{Element, PyArray, PyArrayMethods, PyUntypedArray};
use pyo3::exceptions::{PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use smallvec::{SmallVec, smallvec};

use super::numbers::Written;
use super::operands::{Given, output};
use crate::error::Error;
use crate::run::run_with;

/// Elements up to which the interpreter's lock is kept and one thread works: giving the lock away and
/// waking threads takes longer than the work.
const SMALL: usize = 1 << 14;

/// So many operands, and one output, take no memory but the stack's: a call with few elements is over
/// before many allocations are.
pub(super) const FEW: usize = 4;

type Arrays<'py> = SmallVec<[Bound<'py, PyUntypedArray>; 1]>;

/// An expression, ready to be called with arrays for its names.
#[pyclass(frozen, module = "topicmill._native")]
pub(crate) struct Expression {
    prepared: Prepared,
    written: Written,
    /// The names, in the order of their first use.
    names: Vec<Py<PyString>>,
    /// The constants in it, which an operand may be called like.
    constants: Vec<Py<PyString>>,
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
    pub(super) fn new(
        py: Python<'_>,
        text: &str,
        threads: usize,
        parameters: Option<Vec<String>>,
    ) -> PyResult<Self> {
        let operands: Vec<&str> = parameters.iter().flatten().map(String::as_str).collect();
        let read = parse_over(text, &operands)?;
        // Most texts have none of them, and are read once.
        let constants = if Expr::CONSTANTS.iter().any(|name| text.contains(name)) {
            let all = parse_over(text, &Expr::CONSTANTS)?;
            let own = all.names().into_iter().filter(|name| !read.names().contains(name));
            own.map(|name| PyString::intern(py, name).unbind()).collect()
        } else {
            Vec::new()
        };
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
        let written = Written::new(&read);
        let names = names.iter().map(|name| PyString::intern(py, name).unbind()).collect();
        let serial = Run::serial();
        Ok(Self { prepared, written, names, constants, parameters, places, threads, serial })
    }

    /// What calls take, in their order.
    #[getter(names)]
    fn parameters(&self) -> Vec<String> {
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

    /// The results as SQL over columns that are called as the names: a text, or a tuple of several.
    ///
    /// `types` tells those of columns; without it they are guessed from what is done with them.
    #[pyo3(signature = (dialect, types = None))]
    fn to_sql<'py>(
        &self,
        py: Python<'py>,
        dialect: &str,
        types: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let dialect = match dialect {
            "sqlite" => Dialect::Sqlite,
            "postgres" | "postgresql" => Dialect::Postgres,
            other => {
                let message = format!("dialect must be 'sqlite', 'postgres', got {other:?}");
                return Err(PyValueError::new_err(message));
            }
        };
        let mut schema: Vec<(String, Type)> = Vec::new();
        for (name, ty) in types.into_iter().flatten() {
            schema.push((name.extract()?, type_named(ty.str()?.to_str()?)?));
        }
        let schema = schema.iter().map(|(name, ty)| (name.as_str(), *ty));
        let texts = self.prepared.expr().to_sql(schema, dialect);
        let texts = texts.map_err(|error| explained(error, &self.prepared))?;
        match <[String; 1]>::try_from(texts) {
            Ok([text]) => Ok(text.into_pyobject(py)?.into_any()),
            Err(texts) => Ok(PyTuple::new(py, texts)?.into_any()),
        }
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
        self.result(py, &self.given(operands)?, out)
    }
}

impl Expression {
    /// The names, in the order of their first use.
    pub(super) fn names(&self) -> &[Py<PyString>] {
        &self.names
    }

    /// The constants in it.
    pub(super) fn constants(&self) -> &[Py<PyString>] {
        &self.constants
    }

    /// The result for an operand for each of the names, into `out` when it is given.
    pub(super) fn result<'py>(
        &self,
        py: Python<'py>,
        given: &[Given<'py>],
        out: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(numbers) = self.written.numbers(given) else {
            let operands: SmallVec<[Operand<'_>; FEW]> = given.iter().map(Given::operand).collect();
            return self.ran(py, &self.prepared, &operands, out);
        };
        let prepared = self.written.prepared(self.prepared.expr(), &numbers)?;
        let others = given.iter().zip(&numbers).filter(|(_, number)| number.is_none());
        let operands: SmallVec<[Operand<'_>; FEW]> = others.map(|(one, _)| one.operand()).collect();
        self.ran(py, &prepared, &operands, out)
    }

    /// What `prepared` makes of `operands`, into `out` when it is given.
    fn ran<'py>(
        &self,
        py: Python<'py>,
        prepared: &Prepared,
        operands: &[Operand<'_>],
        out: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let explained = |error| explained(error, prepared);
        let mut arrays = match out {
            Some(out) => outputs_given(out)?,
            None => match prepared.result_like(operands) {
                Some((ty, of)) => smallvec![empty(py, ty, operands[of].shape())?],
                None => prepared
                    .results(operands)
                    .map_err(explained)?
                    .into_iter()
                    .map(|(ty, shape)| empty(py, ty, &shape))
                    .collect::<PyResult<_>>()?,
            },
        };
        let mut outputs: SmallVec<[Output<'_>; 1]> =
            arrays.iter().map(output).collect::<PyResult<_>>()?;
        let sizes = operands.iter().map(|one| one.shape().iter().product());
        if sizes.max().unwrap_or(0) <= SMALL {
            prepared.call(operands, &mut outputs, &self.serial)
        } else {
            let run = run_with(self.threads)?;
            py.detach(|| prepared.call(operands, &mut outputs, &run))
        }
        .map_err(explained)?;
        drop(outputs);
        match arrays.pop() {
            Some(array) if arrays.is_empty() => Ok(array.into_any()),
            last => {
                Ok(PyTuple::new(py, arrays.into_iter().chain(last).collect::<Vec<_>>())?.into_any())
            }
        }
    }

    /// The operands in the order of the expression's names.
    fn given<'py>(&self, operands: &Bound<'py, PyTuple>) -> PyResult<SmallVec<[Given<'py>; FEW]>> {
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
}

fn explained(error: expr::Error, prepared: &Prepared) -> Error {
    Error::Expr(Box::new(error), prepared.expr().text().to_owned())
}

/// A type by the name that NumPy has for it.
fn type_named(name: &str) -> PyResult<Type> {
    const TYPES: [(&str, Type); 8] = [
        ("bool", Type::Bool),
        ("uint8", Type::U8),
        ("uint32", Type::U32),
        ("int32", Type::I32),
        ("int64", Type::I64),
        ("float32", Type::F32),
        ("float64", Type::F64),
        ("str", Type::Text),
    ];
    TYPES.iter().find(|(known, _)| *known == name).map(|(_, ty)| *ty).ok_or_else(|| {
        let known: Vec<&str> = TYPES.iter().map(|(known, _)| *known).collect();
        PyValueError::new_err(format!("a type is one of {}, got {name:?}", known.join(", ")))
    })
}

/// Reads `text`, in which `names` are those of operands.
fn parse_over(text: &str, names: &[&str]) -> Result<Expr, Error> {
    Expr::parse_over(text, names).map_err(|error| Error::Expr(Box::new(error), text.to_owned()))
}

/// The arrays of `out`: one, or a tuple of as many as there are results.
fn outputs_given<'py>(out: &Bound<'py, PyAny>) -> PyResult<Arrays<'py>> {
    if let Ok(several) = out.cast::<PyTuple>() {
        return several.iter().map(|one| Ok(one.cast_into::<PyUntypedArray>()?)).collect();
    }
    Ok(smallvec![out.clone().cast_into::<PyUntypedArray>()?])
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
