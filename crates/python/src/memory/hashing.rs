//! The digest of a Python value: equal values have equal ones, in every process.
#![allow(unsafe_code, reason = "arrays are hashed where they lie")]

use std::collections::HashMap;

use jobs::{Digest, Encode, Encoder, Strided};
use numpy::{PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::PyRecursionError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PySet, PyString, PyTuple,
};

/// Collections within each other beyond this are refused: a thread's stack has an end.
const DEEPEST: usize = 500;
/// Bytes of an array from which on the interpreter's lock is given away.
const LARGE: usize = 1 << 20;
/// The digest of `value`, in hexadecimal digits.
///
/// Numbers, strings, collections and arrays are told to the hash one by one; everything else is taken
/// apart by `parts`, a function of the Python half that gives a name and a value. Arrays of `also`, a
/// subclass, count as plain ones.
#[pyfunction]
#[pyo3(signature = (value, parts, also = None))]
pub(crate) fn digest(
    value: &Bound<'_, PyAny>,
    parts: &Bound<'_, PyAny>,
    also: Option<&Bound<'_, PyAny>>,
) -> PyResult<String> {
    let mut walk = Walk {
        parts,
        also,
        known: HashMap::new(),
        path: Vec::new(),
        open: Vec::new(),
        waiting: HashMap::new(),
        lowest: usize::MAX,
    };
    let mut encoder = Encoder::new();
    walk.tell(value, &mut encoder)?;
    Ok(encoder.finish().to_hex())
}

struct Walk<'a, 'py> {
    parts: &'a Bound<'py, PyAny>,
    also: Option<&'a Bound<'py, PyAny>>,
    /// Collections that were met, kept alive so that no other takes their address.
    known: HashMap<usize, (Digest, Bound<'py, PyAny>)>,
    /// The collections around the current value, the outermost first.
    path: Vec<usize>,
    /// These, and those within them that lead back to one of them, as they were first met.
    open: Vec<Open<'py>>,
    /// Where in `open` the latter are.
    waiting: HashMap<usize, usize>,
    /// The outermost of the path that the current value leads back to.
    lowest: usize,
}

/// A collection that is no whole yet.
struct Open<'py> {
    /// Kept alive so that no other takes its address.
    value: Bound<'py, PyAny>,
    /// The outermost of the path that it leads back to.
    lowest: usize,
}

impl<'py> Walk<'_, 'py> {
    /// Tells `value` to `to`; a collection by its digest.
    fn tell(&mut self, value: &Bound<'py, PyAny>, to: &mut Encoder) -> PyResult<()> {
        if value.is_none() {
            to.nothing();
        } else if let Ok(string) = value.cast_exact::<PyString>() {
            tell_string(string, to)?;
        } else if let Ok(number) = value.cast_exact::<PyInt>() {
            tell_integer(number, to)?;
        } else if let Ok(number) = value.cast_exact::<PyFloat>() {
            to.float(number.extract()?);
        } else if let Ok(truth) = value.cast_exact::<PyBool>() {
            to.boolean(truth.is_true());
        } else if let Ok(bytes) = value.cast_exact::<PyBytes>() {
            to.bytes(bytes.as_bytes());
        } else {
            to.digest(&self.collection(value)?);
        }
        Ok(())
    }

    /// The digest of a value that has parts.
    fn collection(&mut self, value: &Bound<'py, PyAny>) -> PyResult<Digest> {
        let address = value.as_ptr() as usize;
        if let Some((digest, _)) = self.known.get(&address) {
            return Ok(*digest);
        }
        let depth = self.path.len();
        if let Some(at) = self.path.iter().position(|&one| one == address) {
            // A value that contains itself: how far out it lies says which one is meant.
            self.lowest = self.lowest.min(at);
            let mut encoder = Encoder::new();
            encoder.named("itself");
            encoder.integer((depth - at) as u64);
            return Ok(encoder.finish());
        }
        if let Some(&at) = self.waiting.get(&address) {
            // Within a cycle, and told before: when that was says which one is meant, as whole values have
            // left `open` and do not count. To tell it once more takes exponential time.
            self.lowest = self.lowest.min(self.open[at].lowest);
            let mut encoder = Encoder::new();
            encoder.named("told before");
            encoder.integer((self.open.len() - at) as u64);
            return Ok(encoder.finish());
        }
        if depth >= DEEPEST {
            let message = format!("a value nested deeper than {DEEPEST} levels cannot be hashed");
            return Err(PyRecursionError::new_err(message));
        }
        self.path.push(address);
        let at = self.open.len();
        self.open.push(Open { value: value.clone(), lowest: usize::MAX });
        let before = std::mem::replace(&mut self.lowest, usize::MAX);
        // Not on the stack, which has one of them for every level.
        let mut encoder = Box::new(Encoder::new());
        self.tell_collection(value, &mut encoder)?;
        self.path.pop();
        let digest = encoder.finish();
        let lowest = std::mem::replace(&mut self.lowest, before);
        if lowest >= depth {
            for within in self.open.drain(at..) {
                self.waiting.remove(&(within.value.as_ptr() as usize));
            }
            self.known.insert(address, (digest, value.clone()));
        } else {
            self.open[at].lowest = lowest;
            self.waiting.insert(address, at);
            self.lowest = before.min(lowest);
        }
        Ok(digest)
    }

    fn tell_collection(&mut self, value: &Bound<'py, PyAny>, to: &mut Encoder) -> PyResult<()> {
        if let Ok(list) = value.cast_exact::<PyList>() {
            to.list(list.len());
            return list.iter().try_for_each(|item| self.tell(&item, to));
        }
        if let Ok(tuple) = value.cast_exact::<PyTuple>() {
            to.tuple(tuple.len());
            return tuple.iter().try_for_each(|item| self.tell(&item, to));
        }
        if let Ok(dict) = value.cast_exact::<PyDict>() {
            to.map();
            for (key, item) in dict.iter() {
                to.entry();
                self.tell(&key, to)?;
                self.tell(&item, to)?;
            }
            to.end();
            return Ok(());
        }
        if value.is_exact_instance_of::<PySet>() || value.is_exact_instance_of::<PyFrozenSet>() {
            if value.is_exact_instance_of::<PyFrozenSet>() {
                to.named("frozenset");
            }
            to.set();
            for item in value.try_iter()? {
                to.entry();
                self.tell(&item?, to)?;
            }
            to.end();
            return Ok(());
        }
        if let Some(array) = self.plain_array(value)?
            && !array.dtype().has_object()
        {
            return tell_array(&array, to);
        }
        let (name, rest): (Bound<'py, PyString>, Bound<'py, PyAny>) =
            self.parts.call1((value,))?.extract()?;
        to.named(name.to_str()?);
        self.tell(&rest, to)
    }

    /// The array, if it is one of NumPy's own and not of a subclass.
    fn plain_array(
        &self,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyUntypedArray>>> {
        static NDARRAY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let kind = value.get_type();
        let is_plain = kind.is(NDARRAY.import(value.py(), "numpy", "ndarray")?)
            || self.also.is_some_and(|also| kind.is(also));
        Ok(if is_plain { value.cast::<PyUntypedArray>().ok().cloned() } else { None })
    }
}

fn tell_string(string: &Bound<'_, PyString>, to: &mut Encoder) -> PyResult<()> {
    if let Ok(text) = string.to_str() {
        to.string(text);
    } else {
        // Lone surrogates have no UTF-8.
        to.named("surrogates");
        let bytes = string.call_method1("encode", ("utf-8", "surrogatepass"))?;
        to.bytes(bytes.cast::<PyBytes>()?.as_bytes());
    }
    Ok(())
}

fn tell_integer(number: &Bound<'_, PyInt>, to: &mut Encoder) -> PyResult<()> {
    if let Ok(small) = number.extract::<i64>() {
        to.integer(small);
        return Ok(());
    }
    let bits: usize = number.call_method0("bit_length")?.extract()?;
    let keywords = PyDict::new(number.py());
    keywords.set_item("signed", true)?;
    let bytes = number.call_method("to_bytes", (bits / 8 + 1, "little"), Some(&keywords))?;
    to.big_integer(bytes.cast::<PyBytes>()?.as_bytes());
    Ok(())
}

fn tell_array(array: &Bound<'_, PyUntypedArray>, to: &mut Encoder) -> PyResult<()> {
    let dtype = array.dtype();
    let items: String = if dtype.has_fields() {
        dtype.getattr("descr")?.str()?.extract()?
    } else {
        dtype.getattr("str")?.extract()?
    };
    let (shape, strides, item_size) = (array.shape(), array.strides(), dtype.itemsize());
    let is_empty = shape.contains(&0) || item_size == 0;
    let (mut below, mut above) = (0, item_size);
    for (&len, &stride) in shape.iter().zip(strides) {
        let reach = stride.unsigned_abs() * len.saturating_sub(1);
        if stride < 0 { below += reach } else { above += reach }
    }
    let bytes: &[u8] = if is_empty {
        &[]
    } else {
        // SAFETY: shape and strides reach from `below` bytes before the first item to `above` after it, all
        // of it the array's own memory, which the reference keeps alive.
        unsafe {
            let first: *const u8 = (*array.as_array_ptr()).fields.data.cast();
            std::slice::from_raw_parts(first.sub(below), below + above)
        }
    };
    let strides = if array.is_c_contiguous() { &[][..] } else { strides };
    let view = Strided { items: &items, item_size, shape, strides, offset: below, bytes };
    if bytes.len() < LARGE {
        view.encode(to);
    } else {
        array.py().detach(|| view.encode(to));
    }
    Ok(())
}
