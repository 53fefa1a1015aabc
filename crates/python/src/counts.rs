//! Texts to counts.

use std::collections::BTreeMap;

use learn::Real;
use numpy::{Element, PyArray1, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use sprs::CsMatI;
use text::{CountConfig, Counter, DocFreq, HashingConfig, Signs, Vocabulary};

use crate::analysis::Analysis;
use crate::error::Error;
use crate::run::{beside, detached};
use crate::sparse::{Parts, structure_parts};
use crate::texts::{Coming, come, strings};
use crate::weights;

/// A limit of document frequency: so many documents, or a share of them.
#[derive(Debug, Clone, Copy, FromPyObject)]
pub(crate) enum Limit {
    /// So many documents.
    Count(u32),
    /// This share of the documents.
    Share(f64),
}

impl From<Limit> for DocFreq {
    fn from(limit: Limit) -> Self {
        match limit {
            Limit::Count(count) => Self::Count(count),
            Limit::Share(share) => Self::Share(share),
        }
    }
}

/// How to cut and to count.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Settings {
    analysis: Analysis,
    min_df: Limit,
    max_df: Limit,
    binary: bool,
    dtype: String,
    threads: usize,
}

impl Settings {
    fn config(&self) -> PyResult<CountConfig> {
        Ok(CountConfig {
            analyzer: self.analysis.config()?,
            min_df: self.min_df.into(),
            max_df: self.max_df.into(),
            binary: self.binary,
            ..CountConfig::sklearn()
        })
    }
}

/// The terms of a vocabulary, in the order of their columns.
#[pyclass(frozen, module = "topicmill._native")]
pub(crate) struct Terms {
    vocabulary: Vocabulary,
}

#[pymethods]
impl Terms {
    /// The terms `terms`, one a column.
    #[new]
    fn new(terms: Vec<String>) -> Self {
        Self { vocabulary: Vocabulary::new(terms, BTreeMap::new()) }
    }

    /// How many there are.
    fn __len__(&self) -> usize {
        self.vocabulary.len()
    }

    /// The terms.
    fn names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.vocabulary.terms().iter())
    }

    /// Every term's column.
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(py);
        for (column, term) in self.vocabulary.terms().iter().enumerate() {
            columns.set_item(term, column)?;
        }
        Ok(columns)
    }
}

/// Counts the terms of `texts`: the matrix, and its columns' terms in alphabetical order.
#[pyfunction]
pub(crate) fn count<'py>(
    py: Python<'py>,
    texts: &Bound<'py, PyList>,
    settings: Settings,
) -> PyResult<(Parts<'py>, Terms)> {
    let strings = strings(texts)?;
    let texts = Coming::of(&strings)?;
    let come = || come(&texts, &strings);
    let config = settings.config()?;
    let counts = beside(py, settings.threads, come, |run| Ok(text::count(&texts, &config, run)?))?;
    let parts = counts_parts(py, counts.matrix, &settings.dtype)?;
    Ok((parts, Terms { vocabulary: counts.vocabulary }))
}

/// Counts the terms of `texts` and weighs them in one go: the matrix of weights, its columns' terms in
/// alphabetical order, and what each of them is worth.
#[pyfunction]
pub(crate) fn count_weighed<'py>(
    py: Python<'py>,
    texts: &Bound<'py, PyList>,
    settings: Settings,
    weights: weights::Settings,
) -> PyResult<(Parts<'py>, Terms, Bound<'py, PyAny>)> {
    match &*settings.dtype {
        "float32" => weighed::<f32>(py, texts, &settings, &weights),
        "float64" => weighed::<f64>(py, texts, &settings, &weights),
        other => Err(PyValueError::new_err(format!("weights cannot be {other:?}"))),
    }
}

fn weighed<'py, F: Real + Element>(
    py: Python<'py>,
    texts: &Bound<'py, PyList>,
    settings: &Settings,
    weights: &weights::Settings,
) -> PyResult<(Parts<'py>, Terms, Bound<'py, PyAny>)> {
    let strings = strings(texts)?;
    let texts = Coming::of(&strings)?;
    let come = || come(&texts, &strings);
    let (config, weights) = (settings.config()?, weights.config()?);
    let (counts, fitted, values) = beside(py, settings.threads, come, |run| {
        let counts = text::count(&texts, &config, run)?;
        let fitted = weights.fit::<F, u32>(counts.matrix.view());
        let values = fitted.values(counts.matrix.view(), run)?;
        Ok((counts, fitted, values))
    })?;
    let (indptr, indices, _) = counts.matrix.into_raw_storage();
    let (indptr, indices) = structure_parts(py, indptr, indices);
    let parts = (indptr, indices, PyArray1::from_vec(py, values).into_any());
    let idf = PyArray1::from_slice(py, fitted.idf()).into_any();
    Ok((parts, Terms { vocabulary: counts.vocabulary }, idf))
}

/// Counts the terms of `texts` that stand in `terms`, whose positions are the columns.
#[pyfunction]
pub(crate) fn count_known<'py>(
    py: Python<'py>,
    texts: &Bound<'py, PyList>,
    terms: &Terms,
    settings: Settings,
) -> PyResult<Parts<'py>> {
    let strings = strings(texts)?;
    let texts = Coming::of(&strings)?;
    let come = || come(&texts, &strings);
    let config = settings.config()?;
    let matrix = beside(py, settings.threads, come, |run| {
        Ok(Counter::new(&config)?.count_known(&texts, &terms.vocabulary, run)?)
    })?;
    counts_parts(py, matrix, &settings.dtype)
}

/// How to cut, and to count in columns that hashes choose.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Hashing {
    analysis: Analysis,
    n_features: u32,
    alternate_sign: bool,
    dtype: String,
    threads: usize,
}

/// Counts the terms of `texts` in columns that their hashes choose. Terms that cancel out leave a zero.
#[pyfunction]
pub(crate) fn count_hashed<'py>(
    py: Python<'py>,
    texts: &Bound<'py, PyList>,
    settings: Hashing,
) -> PyResult<Parts<'py>> {
    let strings = strings(texts)?;
    let texts = Coming::of(&strings)?;
    let come = || come(&texts, &strings);
    let config = HashingConfig {
        analyzer: settings.analysis.config()?,
        n_columns: settings.n_features,
        signs: if settings.alternate_sign { Signs::Alternate } else { Signs::Positive },
    };
    let matrix = beside(py, settings.threads, come, |run| Ok(config.count(&texts, run)?))?;
    counts_parts(py, matrix, &settings.dtype)
}

/// How counts of numbered terms are written.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Written {
    binary: bool,
    dtype: String,
}

/// Terms of documents as numbers that the caller gave them: for analysers written in Python.
#[pyclass(frozen, module = "topicmill._native")]
pub(crate) struct Numbered {
    /// The numbers of all documents, one after the other.
    numbers: Vec<u32>,
    /// Where in `numbers` each document ends.
    ends: Vec<usize>,
    /// How many numbers there are.
    n_terms: usize,
}

#[pymethods]
impl Numbered {
    /// The documents whose terms are `numbers`, each in `0..n_terms`; document `i` ends before
    /// `ends[i]`.
    #[new]
    fn new(
        numbers: PyReadonlyArray1<'_, i32>,
        ends: PyReadonlyArray1<'_, i64>,
        n_terms: usize,
    ) -> PyResult<Self> {
        let wrong = |what: &str| PyValueError::new_err(format!("{what} out of range"));
        let numbers = numbers.as_slice()?.iter().map(|&number| {
            u32::try_from(number)
                .ok()
                .filter(|&number| (number as usize) < n_terms)
                .ok_or_else(|| wrong("a term's number is"))
        });
        let numbers: Vec<u32> = numbers.collect::<PyResult<_>>()?;
        let mut last = 0;
        let ends = ends.as_slice()?.iter().map(|&end| {
            let end = usize::try_from(end).ok().filter(|&end| end >= last && end <= numbers.len());
            last = end.ok_or_else(|| wrong("a document's end is"))?;
            Ok(last)
        });
        let ends = ends.collect::<PyResult<_>>()?;
        Ok(Self { numbers, ends, n_terms })
    }

    /// How many documents there are.
    #[getter]
    fn n_docs(&self) -> usize {
        self.ends.len()
    }

    /// For every term, the number of documents with it and how often it occurs.
    fn usage<'py>(&self, py: Python<'py>) -> PyResult<[Bound<'py, PyArray1<i64>>; 2]> {
        let (doc_freq, total) = detached(py, 1, |_| {
            let (mut doc_freq, mut total) = (vec![0; self.n_terms], vec![0; self.n_terms]);
            let mut seen_in = vec![0_usize; self.n_terms];
            for (document, terms) in (1..).zip(self.documents()) {
                for &term in terms {
                    let term = term as usize;
                    total[term] += 1;
                    if seen_in[term] != document {
                        seen_in[term] = document;
                        doc_freq[term] += 1;
                    }
                }
            }
            Ok::<_, Error>((doc_freq, total))
        })?;
        Ok([PyArray1::from_vec(py, doc_freq), PyArray1::from_vec(py, total)])
    }

    /// The matrix of counts whose column for term `t` is `columns[t]`; a negative one leaves it out.
    fn matrix<'py>(
        &self,
        py: Python<'py>,
        columns: PyReadonlyArray1<'py, i32>,
        n_columns: usize,
        settings: Written,
    ) -> PyResult<Parts<'py>> {
        let columns = columns.as_slice()?;
        if columns.len() != self.n_terms
            || columns.iter().any(|&c| usize::try_from(c).is_ok_and(|c| c >= n_columns))
        {
            return Err(PyValueError::new_err("a column for every term, each in 0..n_columns"));
        }
        let matrix = detached(py, 1, |_| {
            let mut indptr = vec![0];
            let (mut indices, mut data) = (Vec::new(), Vec::new());
            let mut row: Vec<u32> = Vec::new();
            for terms in self.documents() {
                row.clear();
                row.extend(
                    terms.iter().filter_map(|&term| u32::try_from(columns[term as usize]).ok()),
                );
                row.sort_unstable();
                for same in row.chunk_by(|a, b| a == b) {
                    indices.push(same[0]);
                    data.push(if settings.binary { 1 } else { same.len() as u32 });
                }
                indptr.push(indices.len());
            }
            let shape = (self.ends.len(), n_columns);
            Ok::<_, Error>(CsMatI::new(shape, indptr, indices, data))
        })?;
        counts_parts(py, matrix, &settings.dtype)
    }
}

impl Numbered {
    fn documents(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.numbers[start..end])
    }
}

/// Hands counts out in one of the types that Python asks for.
fn counts_parts<'py, C: Copy + Into<f64> + Into<i64>>(
    py: Python<'py>,
    matrix: CsMatI<C, u32, usize>,
    dtype: &str,
) -> PyResult<Parts<'py>> {
    let (indptr, indices, data) = matrix.into_raw_storage();
    let data = match dtype {
        "int32" => data_as(py, data, |count| Into::<i64>::into(count) as i32),
        "int64" => data_as(py, data, Into::<i64>::into),
        "uint32" => data_as(py, data, |count| Into::<i64>::into(count) as u32),
        "float32" => data_as(py, data, |count| Into::<f64>::into(count) as f32),
        "float64" => data_as(py, data, Into::<f64>::into),
        other => return Err(PyValueError::new_err(format!("counts cannot be {other:?}"))),
    };
    let (indptr, indices) = structure_parts(py, indptr, indices);
    Ok((indptr, indices, data))
}

fn data_as<C, T: Element>(
    py: Python<'_>,
    data: Vec<C>,
    convert: impl Fn(C) -> T,
) -> Bound<'_, PyAny> {
    PyArray1::from_vec(py, data.into_iter().map(convert).collect()).into_any()
}
