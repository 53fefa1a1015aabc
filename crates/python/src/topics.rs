//! Matrices to topics.

use learn::beta::{History, Update, divergence};
use learn::{Init, Nmf, NmfConfig, Penalty, Real};
use ndarray::{Array2, ArrayView2};
use numpy::{Element, PyArray2, PyReadonlyArray2, PyReadwriteArray2};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

use crate::run::detached;
use crate::sparse::{Floats, SciPy, Structure};

/// A dense matrix of floats.
#[derive(FromPyObject)]
pub(crate) enum Dense<'py> {
    /// Single precision.
    F32(PyReadonlyArray2<'py, f32>),
    /// Double precision.
    F64(PyReadonlyArray2<'py, f64>),
}

/// A dense matrix of floats that is written to.
#[derive(FromPyObject)]
pub(crate) enum DenseMut<'py> {
    /// Single precision.
    F32(PyReadwriteArray2<'py, f32>),
    /// Double precision.
    F64(PyReadwriteArray2<'py, f64>),
}

/// How to factorise.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Settings {
    n_components: usize,
    init: String,
    seed: u64,
    max_iter: usize,
    tol: f64,
    l1_w: f64,
    l2_w: f64,
    l1_h: f64,
    l2_h: f64,
    threads: usize,
}

impl Settings {
    fn config(&self) -> PyResult<NmfConfig> {
        let init = match self.init.as_str() {
            "nndsvd" => Init::Nndsvd,
            "nndsvda" => Init::Nndsvda,
            "nndsvdar" => Init::Nndsvdar,
            "random" | "custom" => Init::Random,
            other => return Err(PyValueError::new_err(format!("there is no init {other:?}"))),
        };
        let Self { l1_w, l2_w, l1_h, l2_h, .. } = *self;
        Ok(NmfConfig {
            seed: self.seed,
            max_iter: self.max_iter,
            tol: self.tol,
            init,
            penalty: Penalty { l1_w, l2_w, l1_h, l2_h },
            ..NmfConfig::new(self.n_components)
        })
    }
}

/// The factors of a matrix: `W`, `H` and the number of iterations.
type Factors<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>, usize);

/// A start for both factors: `W` and `H`.
type Start<'py> = (Dense<'py>, Dense<'py>);

/// Factorises `x` by alternating least squares; `start` are factors to begin with.
#[pyfunction]
pub(crate) fn factorise<'py>(
    py: Python<'py>,
    x: SciPy<'py>,
    start: Option<Start<'py>>,
    settings: Settings,
) -> PyResult<Factors<'py>> {
    let (structure, data) = x.into_parts()?;
    match (data, start) {
        (Floats::F32(data), None) => {
            factors(py, structure.with(data.as_slice()?)?, None, &settings)
        }
        (Floats::F64(data), None) => {
            factors(py, structure.with(data.as_slice()?)?, None, &settings)
        }
        (Floats::F32(data), Some((Dense::F32(w), Dense::F32(h)))) => {
            let start = Some((w.as_array(), h.as_array()));
            factors(py, structure.with(data.as_slice()?)?, start, &settings)
        }
        (Floats::F64(data), Some((Dense::F64(w), Dense::F64(h)))) => {
            let start = Some((w.as_array(), h.as_array()));
            factors(py, structure.with(data.as_slice()?)?, start, &settings)
        }
        _ => Err(one_type()),
    }
}

fn factors<'py, F: Real + Element>(
    py: Python<'py>,
    x: sprs::CsMatViewI<'_, F, u32, usize>,
    start: Option<(ArrayView2<'_, F>, ArrayView2<'_, F>)>,
    settings: &Settings,
) -> PyResult<Factors<'py>> {
    let config = settings.config()?;
    let found = detached(py, settings.threads, |run| {
        let watch = &mut |_, _| !run.cancel().is_cancelled();
        Ok(config.factorise(x, start, watch, run)?)
    })?;
    Ok((to_numpy(py, found.w), to_numpy(py, found.h), found.iterations))
}

/// `W` for the rows of `x`, given `H`: the exact solution of least squares with penalties.
#[pyfunction]
pub(crate) fn solve<'py>(
    py: Python<'py>,
    x: SciPy<'py>,
    h: Dense<'py>,
    settings: Settings,
) -> PyResult<Bound<'py, PyAny>> {
    let (structure, data) = x.into_parts()?;
    match (data, h) {
        (Floats::F32(data), Dense::F32(h)) => {
            solution(py, structure.with(data.as_slice()?)?, h.as_array(), &settings)
        }
        (Floats::F64(data), Dense::F64(h)) => {
            solution(py, structure.with(data.as_slice()?)?, h.as_array(), &settings)
        }
        _ => Err(one_type()),
    }
}

fn solution<'py, F: Real + Element>(
    py: Python<'py>,
    x: sprs::CsMatViewI<'_, F, u32, usize>,
    h: ArrayView2<'_, F>,
    settings: &Settings,
) -> PyResult<Bound<'py, PyAny>> {
    let penalty = (settings.l1_w, settings.l2_w);
    let w = detached(py, settings.threads, |run| {
        let topics = Nmf::from_components(h.to_owned())?;
        Ok(topics.transform_with(x, penalty, run)?)
    })?;
    Ok(to_numpy(py, w))
}

/// How to update a factor.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Step {
    beta: f64,
    l1: f64,
    l2: f64,
    /// The share of what former updates left that is kept.
    forget: f64,
    threads: usize,
}

/// Numerators and denominators of former updates.
type Past<'py> = (DenseMut<'py>, DenseMut<'py>);

/// Updates `factor` in place by one multiplicative step; its rows are those of `x`, the rows of `other` the
/// columns of `x`.
#[pyfunction]
#[pyo3(signature = (x, factor, other, step, past = None))]
#[expect(clippy::needless_pass_by_value, reason = "Python's arguments are values")]
pub(crate) fn update<'py>(
    x: SciPy<'py>,
    factor: DenseMut<'py>,
    other: Dense<'py>,
    step: Step,
    past: Option<Past<'py>>,
) -> PyResult<()> {
    let (structure, data) = x.into_parts()?;
    match (data, factor, other, past) {
        (Floats::F32(data), DenseMut::F32(factor), Dense::F32(other), None) => {
            updated((&structure, data.as_slice()?), factor, other, (&step, None))
        }
        (Floats::F64(data), DenseMut::F64(factor), Dense::F64(other), None) => {
            updated((&structure, data.as_slice()?), factor, other, (&step, None))
        }
        (
            Floats::F32(data),
            DenseMut::F32(factor),
            Dense::F32(other),
            Some((DenseMut::F32(above), DenseMut::F32(below))),
        ) => updated((&structure, data.as_slice()?), factor, other, (&step, Some((above, below)))),
        (
            Floats::F64(data),
            DenseMut::F64(factor),
            Dense::F64(other),
            Some((DenseMut::F64(above), DenseMut::F64(below))),
        ) => updated((&structure, data.as_slice()?), factor, other, (&step, Some((above, below)))),
        _ => Err(one_type()),
    }
}

/// Numerators and denominators, writable.
type Sums<'py, F> = (PyReadwriteArray2<'py, F>, PyReadwriteArray2<'py, F>);

fn updated<'py, F: Real + Element>(
    (structure, data): (&Structure<'py>, &[F]),
    mut factor: PyReadwriteArray2<'py, F>,
    other: PyReadonlyArray2<'py, F>,
    (step, mut past): (&Step, Option<Sums<'py, F>>),
) -> PyResult<()> {
    let py = other.py();
    let x = structure.with(data)?;
    let update = Update { beta: step.beta, l1: step.l1, l2: step.l2 };
    let (factor, other) = (factor.as_array_mut(), other.as_array());
    let history = past.as_mut().map(|(above, below)| History {
        numerator: above.as_array_mut(),
        denominator: below.as_array_mut(),
        forget: step.forget,
    });
    detached(py, step.threads, |run| Ok(update.apply(x, (factor, other), history, run)?))
}

/// How far `W · H` is from `x`: the sum of the β-divergence over all entries. `ht` is `Hᵀ`.
#[pyfunction]
pub(crate) fn beta_divergence<'py>(
    py: Python<'py>,
    x: SciPy<'py>,
    w: Dense<'py>,
    ht: Dense<'py>,
    step: Step,
) -> PyResult<f64> {
    let (structure, data) = x.into_parts()?;
    match (data, w, ht) {
        (Floats::F32(data), Dense::F32(w), Dense::F32(ht)) => {
            let (x, factors) = (structure.with(data.as_slice()?)?, (w.as_array(), ht.as_array()));
            detached(py, step.threads, |run| Ok(divergence(x, factors, step.beta, run)?))
        }
        (Floats::F64(data), Dense::F64(w), Dense::F64(ht)) => {
            let (x, factors) = (structure.with(data.as_slice()?)?, (w.as_array(), ht.as_array()));
            detached(py, step.threads, |run| Ok(divergence(x, factors, step.beta, run)?))
        }
        _ => Err(one_type()),
    }
}

fn to_numpy<F: Element>(py: Python<'_>, array: Array2<F>) -> Bound<'_, PyAny> {
    PyArray2::from_owned_array(py, array).into_any()
}

fn one_type() -> PyErr {
    PyTypeError::new_err("the matrix and its factors must have one type of floats")
}
