//! Questions of a site's results, and the words of a topic as a picture.

use std::path::PathBuf;

use cloud::{CloudConfig, Link, Word};
use expr::{Answer, Query, Scalar, Type};
use numpy::PyArray1;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::error::Error;
use crate::run::{run_with, waited_for};

/// The answer to a question of the results in `out`: columns, each with its name. Numbers are arrays, texts
/// lists.
#[pyfunction]
pub(crate) fn query<'py>(
    py: Python<'py>,
    out: PathBuf,
    question: &str,
    threads: usize,
) -> PyResult<Vec<(String, Bound<'py, PyAny>)>> {
    let explained = |error| Error::Expr(error, question.to_owned());
    let query = Query::parse(question).map_err(explained)?;
    let run = run_with(threads)?;
    let work = |run: &jobs::Run| {
        let table = pipeline::results_table(&out, &query.names())?;
        query.ask(&table, run).map_err(explained)
    };
    let answer = waited_for(py, &run, work, |_| Ok(()))?;
    let schema = answer.schema().enumerate();
    schema.map(|(at, (name, ty))| Ok((name.to_owned(), column(py, &answer, (at, ty))?))).collect()
}

fn column<'py>(
    py: Python<'py>,
    answer: &Answer,
    (at, ty): (usize, Type),
) -> PyResult<Bound<'py, PyAny>> {
    let rows = 0..answer.n_rows();
    let scalars = rows.clone().map(|row| answer.scalar(row, at).unwrap_or(Scalar::Bool(false)));
    Ok(match ty {
        Type::Text => {
            let texts: Vec<&str> =
                rows.map(|row| answer.text(row, at).unwrap_or_default()).collect();
            texts.into_pyobject(py)?
        }
        Type::Bool => {
            let truths = scalars.map(|scalar| matches!(scalar, Scalar::Bool(true))).collect();
            PyArray1::from_vec(py, truths).into_any()
        }
        Type::F32 | Type::F64 => {
            PyArray1::from_vec(py, scalars.map(Scalar::to_f64).collect()).into_any()
        }
        _ => {
            let wholes = scalars.map(|scalar| scalar.to_f64() as i64).collect();
            PyArray1::from_vec(py, wholes).into_any()
        }
    })
}

/// A cloud of words by their weights, as an SVG element whose words lead to `href`.
#[pyfunction]
pub(crate) fn draw_cloud(words: Vec<(String, f64)>, label: &str, href: &str) -> PyResult<String> {
    let words: Vec<Word<'_>> =
        words.iter().map(|(text, weight)| Word { text, weight: *weight }).collect();
    let cloud = cloud::layout(&words, &CloudConfig::default())
        .map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(cloud.to_svg(label, |_, word| Link {
        href: href.to_owned(),
        title: format!("{}, weight {}", word.text, word.weight),
    }))
}
