//! Rows that are grouped once, for any number of reductions.

use expr::{Column, Expr, Table};
use numpy::PyArray1;
use pyo3::prelude::*;

use super::columns::{Values, to_python};
use crate::error::Error;
use crate::run::{run_with, waited_for};

/// Which group each row is in, and the keys of the groups.
#[pyclass(frozen, module = "topicmill._native")]
pub(crate) struct Groups {
    groups: expr::Groups,
    threads: usize,
}

#[pymethods]
impl Groups {
    /// Groups rows with equal values in all of `keys`; groups come in the order of their keys.
    #[new]
    fn new(py: Python<'_>, keys: Vec<Values<'_>>, threads: usize) -> PyResult<Self> {
        let keys = keys.iter().map(Values::column).collect::<PyResult<Vec<_>>>()?;
        let run = run_with(threads)?;
        let work = |run: &jobs::Run| expr::Groups::new(&keys, run).map_err(plain);
        Ok(Self { groups: waited_for(py, &run, work, |_| Ok(()))?, threads })
    }

    /// How many groups there are.
    fn __len__(&self) -> usize {
        self.groups.len()
    }

    /// For each key its value in every group.
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        self.groups.keys().iter().map(|key| to_python(py, key)).collect()
    }

    /// The number of the group of each row.
    fn of_rows<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        let numbers = self.groups.of_rows().iter().map(|&group| i64::from(group));
        PyArray1::from_vec(py, numbers.collect())
    }

    /// What the expression `text` over `columns` says of every group, for each of its results.
    fn reduce<'py>(
        &self,
        py: Python<'py>,
        text: &str,
        columns: Vec<(String, Values<'py>)>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let explained = |error| Error::Expr(Box::new(error), text.to_owned());
        let read = Expr::parse(text).map_err(explained)?;
        let named = columns.iter().map(|(name, values)| Ok((name.clone(), values.column()?)));
        let table: Vec<(String, Column<'_>)> = named.collect::<PyResult<_>>()?;
        let table = Table::new(table).map_err(explained)?;
        let run = run_with(self.threads)?;
        let work = |run: &jobs::Run| self.groups.reduce(&read, &table, run).map_err(explained);
        let results = waited_for(py, &run, work, |_| Ok(()))?;
        results.iter().map(|column| to_python(py, column)).collect()
    }
}

fn plain(error: expr::Error) -> Error {
    Error::Expr(Box::new(error), String::new())
}
