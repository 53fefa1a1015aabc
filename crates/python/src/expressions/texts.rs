//! Expressions from texts, which are read once.

use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};
use smallvec::SmallVec;

use super::call::{Expression, FEW};
use super::operands::Given;

/// So many expressions are kept.
const MOST: usize = 256;

/// The expressions that were read, by their texts, the oldest first.
static READ: PyOnceLock<Py<PyDict>> = PyOnceLock::new();

/// The expression of a text, from those that were read before if it is among them.
fn read<'py>(text: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Expression>> {
    static N_THREADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = text.py();
    let kept = READ.get_or_init(py, || PyDict::new(py).unbind()).bind(py);
    // What cannot be hashed is no text, which is said below.
    if let Ok(Some(known)) = kept.get_item(text) {
        return Ok(known.cast_into()?);
    }
    let Ok(string) = text.cast::<PyString>() else {
        return Err(PyValueError::new_err("must specify expression as a string"));
    };
    let n_threads = N_THREADS.import(py, "topicmill._threads", "n_threads")?;
    let threads = n_threads.call1((py.None(),))?.extract()?;
    let expression = Bound::new(py, Expression::new(py, string.to_str()?, threads, None)?)?;
    if kept.len() >= MOST
        && let Some((oldest, _)) = kept.iter().next()
    {
        kept.del_item(oldest)?;
    }
    kept.set_item(string, &expression)?;
    Ok(expression)
}

/// Computes the expression `text` of what `locals` and `globals` have under its names, into `out` when it
/// is given.
#[pyfunction]
#[pyo3(signature = (text, locals, globals, out))]
pub(crate) fn evaluated<'py>(
    text: &Bound<'py, PyAny>,
    locals: &Bound<'py, PyAny>,
    globals: &Bound<'py, PyAny>,
    out: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = text.py();
    let expression = read(text)?;
    let expression = expression.get();
    let given: SmallVec<[Given<'py>; FEW]> = expression
        .names()
        .iter()
        .map(|name| Given::new(found(name.bind(py), [locals, globals])?))
        .collect::<PyResult<_>>()?;
    expression.result(py, &given, out)
}

/// What the first of `places` to know `name` has under it.
fn found<'py>(
    name: &Bound<'py, PyString>,
    places: [&Bound<'py, PyAny>; 2],
) -> PyResult<Bound<'py, PyAny>> {
    for place in places {
        let value = match place.cast_exact::<PyDict>() {
            Ok(dict) => dict.get_item(name)?,
            Err(_) => match place.get_item(name) {
                Ok(value) => Some(value),
                Err(error) if error.is_instance_of::<PyKeyError>(name.py()) => None,
                Err(error) => return Err(error),
            },
        };
        if let Some(value) = value {
            return Ok(value);
        }
    }
    Err(PyKeyError::new_err(name.clone().unbind()))
}
