//! Questions of a site's results, and the words of a topic as a picture.

use std::path::PathBuf;

use cloud::{CloudConfig, Link, Word};
use expr::Query;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::error::Error;
use crate::expressions::to_python;
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
    let explained = |error| Error::Expr(Box::new(error), question.to_owned());
    let query = Query::parse(question).map_err(explained)?.with_keys();
    let run = run_with(threads)?;
    let work = |run: &jobs::Run| {
        let table = pipeline::results_table(&out, &query.names())?;
        query.ask(&table, run).map_err(explained)
    };
    let answer = waited_for(py, &run, work, |_| Ok(()))?;
    let schema = answer.schema().enumerate();
    schema.map(|(at, (name, _))| Ok((name.to_owned(), to_python(py, answer.column(at))?))).collect()
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
