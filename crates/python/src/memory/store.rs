//! The store of results, for Python.

use std::path::PathBuf;
use std::time::Duration;

use jobs::{About, Content, Digest, FileStore, Limits, Lookup, Run, Store as _};
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::Error;

/// How long to wait for another process that makes the same result.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder of results, shared by threads and processes. Keys are digests in hexadecimal digits.
#[pyclass(frozen, module = "topicmill._native")]
pub(crate) struct Store {
    store: FileStore,
}

#[pymethods]
impl Store {
    /// Opens the folder, and makes it if need be.
    #[new]
    fn new(root: PathBuf) -> PyResult<Self> {
        let store =
            FileStore::open(&root).map_err(|error| PyOSError::new_err(error.to_string()))?;
        Ok(Self { store })
    }

    /// The bytes under `key`, and whether what was there is damaged and has been set aside.
    fn get<'py>(
        &self,
        py: Python<'py>,
        key: &str,
    ) -> PyResult<(Option<Bound<'py, PyBytes>>, bool)> {
        let key = digest(key)?;
        Ok(match py.detach(|| self.store.get(&key)).map_err(Error::from)? {
            Lookup::Hit(bytes) => (Some(PyBytes::new(py, &bytes)), false),
            Lookup::Miss => (None, false),
            Lookup::Damaged(_) => (None, true),
        })
    }

    /// Keeps bytes under `key`, with what made them and how many seconds that took.
    fn put(&self, py: Python<'_>, key: &str, bytes: &[u8], made: (String, f64)) -> PyResult<()> {
        let (task, seconds) = made;
        let key = digest(key)?;
        let cost = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        let about = About { task: &task, cost, content: Content::Plain };
        Ok(py.detach(|| self.store.put(&key, bytes, &about)).map_err(Error::from)?)
    }

    /// Removes what is cheapest to make and was not asked for until so many bytes and files are left, and
    /// what nobody asked for in so many seconds; how many files and bytes that were.
    fn reduce(
        &self,
        py: Python<'_>,
        bytes: Option<u64>,
        files: Option<u64>,
        age: Option<f64>,
    ) -> PyResult<(u64, u64)> {
        let limits = Limits {
            bytes: bytes.unwrap_or(u64::MAX),
            files: files.unwrap_or(u64::MAX),
            age: age.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default()),
        };
        let removed = py.detach(|| self.store.collect(&limits)).map_err(Error::from)?;
        Ok((removed.files, removed.bytes))
    }

    /// Waits until nobody else makes the entry under `key`; what it returns holds that right.
    fn claim(&self, py: Python<'_>, key: &str) -> PyResult<Claim> {
        let key = digest(key)?;
        let claim = py.detach(|| self.store.claim(&key, PATIENCE, &Run::serial()));
        Ok(Claim { _claim: claim.map_err(Error::from)? })
    }
}

/// The right to make an entry, given back when it is let go.
#[pyclass(frozen, module = "topicmill._native")]
pub(crate) struct Claim {
    _claim: Option<jobs::Claim>,
}

fn digest(key: &str) -> PyResult<Digest> {
    Digest::from_hex(key).ok_or_else(|| {
        PyValueError::new_err(format!("a key has 64 hexadecimal digits, got {key:?}"))
    })
}
