//! Expressions from texts, which are read once.

use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyTuple};
use smallvec::SmallVec;

use super::call::{Expression, FEW};
use super::operands::Given;

/// So many expressions are kept.
const MOST: usize = 256;

/// The expressions that were read, by their texts, the oldest first.
static READ: PyOnceLock<Py<PyDict>> = PyOnceLock::new();

/// The expression of a text, from those that were read before if it is among them.
fn read<'py>(text: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Expression>> {
    read_as(text, text, || None)
}

/// The same with `names` for operands, even those of constants; it is kept under `key`.
fn read_as<'py>(
    key: &Bound<'py, PyAny>,
    text: &Bound<'py, PyAny>,
    names: impl FnOnce() -> Option<Vec<String>>,
) -> PyResult<Bound<'py, Expression>> {
    static N_THREADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = text.py();
    let kept = READ.get_or_init(py, || PyDict::new(py).unbind()).bind(py);
    // What cannot be hashed is no text, which is said below.
    if let Ok(Some(known)) = kept.get_item(key) {
        return Ok(known.cast_into()?);
    }
    let Ok(string) = text.cast::<PyString>() else {
        return Err(PyValueError::new_err("must specify expression as a string"));
    };
    let n_threads = N_THREADS.import(py, "topicmill._threads", "n_threads")?;
    let threads = n_threads.call1((py.None(),))?.extract()?;
    let expression = Expression::new(py, string.to_str()?, threads, names())?;
    let expression = Bound::new(py, expression)?;
    if kept.len() >= MOST
        && let Some((oldest, _)) = kept.iter().next()
    {
        kept.del_item(oldest)?;
    }
    kept.set_item(key, &expression)?;
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
    let mut expression = read(text)?;
    if !expression.get().constants().is_empty() {
        expression = over_constants(expression, text, [locals, globals])?;
    }
    let expression = expression.get();
    let given: SmallVec<[Given<'py>; FEW]> = expression
        .names()
        .iter()
        .map(|name| Given::new(needed(name.bind(py), [locals, globals])?))
        .collect::<PyResult<_>>()?;
    expression.result(py, &given, out)
}

/// The expression of `text` in which what is found in `places` under the name of a constant stands for it.
fn over_constants<'py>(
    expression: Bound<'py, Expression>,
    text: &Bound<'py, PyAny>,
    places: [&Bound<'py, PyAny>; 2],
) -> PyResult<Bound<'py, Expression>> {
    let py = text.py();
    let mut found_ones = Vec::new();
    for name in expression.get().constants() {
        if found(name.bind(py), places)?.is_some() {
            found_ones.push(name.bind(py));
        }
    }
    if found_ones.is_empty() {
        return Ok(expression);
    }
    let key = (text, PyTuple::new(py, &found_ones)?).into_pyobject(py)?;
    let known = expression.get().names().iter().map(|name| name.bind(py));
    let names = || Some(known.chain(found_ones).map(ToString::to_string).collect());
    read_as(&key, text, names)
}

/// What the first of `places` to know `name` has under it.
fn needed<'py>(
    name: &Bound<'py, PyString>,
    places: [&Bound<'py, PyAny>; 2],
) -> PyResult<Bound<'py, PyAny>> {
    found(name, places)?.ok_or_else(|| PyKeyError::new_err(name.clone().unbind()))
}

/// The same, if one does.
fn found<'py>(
    name: &Bound<'py, PyString>,
    places: [&Bound<'py, PyAny>; 2],
) -> PyResult<Option<Bound<'py, PyAny>>> {
    for place in places {
        let value = match place.cast_exact::<PyDict>() {
            Ok(dict) => dict.get_item(name)?,
            Err(_) => match place.get_item(name) {
                Ok(value) => Some(value),
                Err(error) if error.is_instance_of::<PyKeyError>(name.py()) => None,
                Err(error) => return Err(error),
            },
        };
        if value.is_some() {
            return Ok(value);
        }
    }
    Ok(None)
}
