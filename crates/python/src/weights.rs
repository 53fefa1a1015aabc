//! Counts to weights.

use learn::{DocFreqWeight, Norm, Real, TermFreq, TfIdf, TfIdfConfig};
use numpy::{Element, PyArray1, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::error::Error;
use crate::run::detached;
use crate::sparse::{Floats, SciPy, Structure};

/// What weights are made of.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Settings {
    use_idf: bool,
    smooth_idf: bool,
    sublinear_tf: bool,
    norm: Option<String>,
    threads: usize,
}

impl Settings {
    pub(crate) fn config(&self) -> PyResult<TfIdfConfig> {
        Ok(TfIdfConfig {
            term_freq: if self.sublinear_tf { TermFreq::Sublinear } else { TermFreq::Raw },
            doc_freq: match (self.use_idf, self.smooth_idf) {
                (false, _) => DocFreqWeight::One,
                (true, true) => DocFreqWeight::Smooth,
                (true, false) => DocFreqWeight::Plain,
            },
            norm: match self.norm.as_deref() {
                None => Norm::None,
                Some("l1") => Norm::L1,
                Some("l2") => Norm::L2,
                Some(other) => {
                    let message = format!("norm must be 'l1', 'l2' or None, got {other:?}");
                    return Err(PyValueError::new_err(message));
                }
            },
        })
    }
}

/// What every term is worth, in the precision of the entries of `counts`: the inverse document frequency
/// of each column.
#[pyfunction]
pub(crate) fn fit_idf<'py>(
    py: Python<'py>,
    counts: SciPy<'py>,
    settings: Settings,
) -> PyResult<Bound<'py, PyAny>> {
    let config = settings.config()?;
    let (structure, data) = counts.into_parts()?;
    match data {
        Floats::F32(data) => idf(py, config, &structure, &data),
        Floats::F64(data) => idf(py, config, &structure, &data),
    }
}

fn idf<'py, F: Real + Element>(
    py: Python<'py>,
    config: TfIdfConfig,
    structure: &Structure<'py>,
    data: &PyReadonlyArray1<'py, F>,
) -> PyResult<Bound<'py, PyAny>> {
    let counts = structure.with(data.as_slice()?)?;
    let idf = detached(py, 1, |_| Ok::<_, Error>(config.fit::<F, F>(counts).idf().to_vec()))?;
    Ok(PyArray1::from_vec(py, idf).into_any())
}

/// The weights of counts, in the order of their entries: `tf · idf`, rows of norm 1. Without `idf` every
/// term is worth 1.
#[pyfunction]
pub(crate) fn weigh<'py>(
    py: Python<'py>,
    counts: SciPy<'py>,
    idf: Option<Floats<'py>>,
    settings: Settings,
) -> PyResult<Bound<'py, PyAny>> {
    let how = (settings.config()?, settings.threads);
    let (structure, data) = counts.into_parts()?;
    match data {
        Floats::F32(data) => weights(py, how, &structure, &data, idf.as_ref()),
        Floats::F64(data) => weights(py, how, &structure, &data, idf.as_ref()),
    }
}

fn weights<'py, F: Real + Element>(
    py: Python<'py>,
    (config, threads): (TfIdfConfig, usize),
    structure: &Structure<'py>,
    data: &PyReadonlyArray1<'py, F>,
    idf: Option<&Floats<'py>>,
) -> PyResult<Bound<'py, PyAny>> {
    let counts = structure.with(data.as_slice()?)?;
    let idf: Vec<F> = match idf {
        None => vec![F::ONE; counts.cols()],
        Some(Floats::F32(idf)) => {
            idf.as_slice()?.iter().map(|&value| F::from_f64(value.into())).collect()
        }
        Some(Floats::F64(idf)) => idf.as_slice()?.iter().map(|&value| F::from_f64(value)).collect(),
    };
    if idf.len() != counts.cols() {
        let message = format!(
            "idf must have {} values (the number of columns), got {}",
            counts.cols(),
            idf.len()
        );
        return Err(PyValueError::new_err(message));
    }
    let fitted = TfIdf::from_parts(config, idf, 0.0);
    let weights = detached(py, threads, |run| Ok(fitted.values(counts, run)?))?;
    Ok(PyArray1::from_vec(py, weights).into_any())
}
