//! Errors to Python's exceptions, in the words that scikit-learn's users know where it has them.

use pyo3::exceptions::{
    PyFileNotFoundError, PyIndexError, PyKeyError, PyMemoryError, PyNameError,
    PyNotImplementedError, PyOSError, PyOverflowError, PyPermissionError, PyRuntimeError,
    PySyntaxError, PyTypeError, PyValueError, PyZeroDivisionError,
};
use pyo3::prelude::*;
use text::DocFreq;

pyo3::create_exception!(
    topicmill._native,
    CannotCut,
    PyValueError,
    "A token pattern, or a text, that only Python can cut."
);

/// An error of a crate below, on its way to Python.
#[derive(Debug)]
pub(crate) enum Error {
    /// The exception itself: a callback raised it, or a signal came.
    Python(PyErr),
    /// Of counting.
    Text(text::Error),
    /// Of learning.
    Learn(learn::Error),
    /// Of an expression, with its text.
    Expr(Box<expr::Error>, String),
    /// Of the parallel run.
    Jobs(jobs::Error),
    /// Of building a site, or of reading one.
    Pipeline(pipeline::Error),
    /// A value that has to be refused, in plain words.
    Value(String),
}

impl From<PyErr> for Error {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl From<text::Error> for Error {
    fn from(error: text::Error) -> Self {
        Self::Text(error)
    }
}

impl From<learn::Error> for Error {
    fn from(error: learn::Error) -> Self {
        Self::Learn(error)
    }
}

impl From<pipeline::Error> for Error {
    fn from(error: pipeline::Error) -> Self {
        Self::Pipeline(error)
    }
}

impl From<jobs::Error> for Error {
    fn from(error: jobs::Error) -> Self {
        Self::Jobs(error)
    }
}

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        match error {
            Error::Python(error) => error,
            Error::Text(error) => of_text(error),
            Error::Expr(error, text) => of_expr(&error, &text),
            Error::Jobs(error) | Error::Learn(learn::Error::Run(error)) => of_jobs(error),
            Error::Learn(error) => PyValueError::new_err(error.to_string()),
            Error::Pipeline(error) => of_pipeline(&error),
            Error::Value(message) => PyValueError::new_err(message),
        }
    }
}

fn of_text(error: text::Error) -> PyErr {
    match error {
        text::Error::EmptyVocabulary { n_words, min_df, max_df, .. } => {
            let is_unlimited = min_df == DocFreq::Count(1) && max_df == DocFreq::Share(1.0);
            PyValueError::new_err(if n_words == 0 || is_unlimited {
                "empty vocabulary; perhaps the documents only contain stop words"
            } else {
                "After pruning, no terms remain. Try a lower min_df or a higher max_df."
            })
        }
        text::Error::DocFreqOrder { .. } => {
            PyValueError::new_err("max_df corresponds to < documents than min_df")
        }
        text::Error::Pattern { .. } | text::Error::TextTooLong { .. } => {
            CannotCut::new_err(error.to_string())
        }
        text::Error::Run(error) => of_jobs(error),
        other => PyValueError::new_err(other.to_string()),
    }
}

fn of_jobs(error: jobs::Error) -> PyErr {
    match error {
        jobs::Error::Threads { .. } => PyMemoryError::new_err(error.to_string()),
        other => PyRuntimeError::new_err(other.to_string()),
    }
}

fn of_expr(error: &expr::Error, text: &str) -> PyErr {
    use expr::Error as E;
    let message = match error.span() {
        Some(span) if !span.of(text).is_empty() => {
            format!("{error}, at {:?} in {text:?}", span.of(text))
        }
        _ => error.to_string(),
    };
    match error {
        E::Syntax { .. } => PySyntaxError::new_err(format!("{error} in {text:?}")),
        E::UnknownName { .. } => PyKeyError::new_err(message),
        E::UnknownFunction { .. } => PyNameError::new_err(message),
        E::Types { .. } | E::OutputType { .. } | E::Arguments { .. } | E::Count { .. } => {
            PyTypeError::new_err(message)
        }
        E::Overflow { .. } => PyOverflowError::new_err(message),
        E::ZeroDivision { .. } => PyZeroDivisionError::new_err(message),
        E::Index { .. } => PyIndexError::new_err(message),
        E::Memory { .. } => PyMemoryError::new_err(message),
        E::Unsupported { .. } => PyNotImplementedError::new_err(message),
        E::Run { .. } => PyRuntimeError::new_err(message),
        _ => PyValueError::new_err(message),
    }
}

/// What the world refused is an `OSError`, what the user asked for a `ValueError`; the next step follows
/// on a line of its own.
fn of_pipeline(error: &pipeline::Error) -> PyErr {
    use pipeline::Error as E;
    let chain = || std::iter::successors(Some(error as &dyn std::error::Error), |e| e.source());
    let mut message = String::new();
    for cause in chain().map(ToString::to_string) {
        // Many messages tell their cause already.
        if message.is_empty() {
            message = cause;
        } else if !message.contains(&cause) {
            message = format!("{message}: {cause}");
        }
    }
    if let Some(hint) = error.hint() {
        message = format!("{message}\nhint: {hint}");
    }
    let kind = chain().find_map(|e| e.downcast_ref::<std::io::Error>()).map(std::io::Error::kind);
    match (error, kind) {
        (E::Corpus(corpus::Error::NotFound { .. }) | E::NoResults { .. }, _)
        | (_, Some(std::io::ErrorKind::NotFound)) => PyFileNotFoundError::new_err(message),
        (_, Some(std::io::ErrorKind::PermissionDenied)) => PyPermissionError::new_err(message),
        (E::Crawl(_), _) | (_, Some(_)) => PyOSError::new_err(message),
        (E::Stage { .. } | E::Jobs(_), _) => PyRuntimeError::new_err(message),
        _ => PyValueError::new_err(message),
    }
}
