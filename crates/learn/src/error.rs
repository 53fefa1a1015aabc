//! What can go wrong in this crate.

/// An error of learning.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The number of topics does not fit the matrix.
    #[error(
        "the number of topics must be in 1..={most} (the smaller of {n_docs} documents and \
         {n_terms} terms), got {got}"
    )]
    TopicCount {
        /// The number asked for.
        got: usize,
        /// The most that are possible.
        most: usize,
        /// Rows of the matrix.
        n_docs: usize,
        /// Columns of the matrix.
        n_terms: usize,
    },
    /// A value that no factorisation into non-negative parts can have.
    #[error("values must be finite and at least 0, got {got} in document {doc}, term {term}")]
    Value {
        /// The row, from 0.
        doc: usize,
        /// The column, from 0.
        term: usize,
        /// The value.
        got: f64,
    },
    /// A matrix over other terms than the model's.
    #[error("the model has {expected} terms, the matrix {got} columns")]
    Columns {
        /// The model's terms.
        expected: usize,
        /// The matrix's columns.
        got: usize,
    },
    /// A factor to start from of another shape than the factorisation's.
    #[error("{name} must have the shape {expected:?}, got {got:?}")]
    Shape {
        /// The factor.
        name: &'static str,
        /// The shape that fits.
        expected: (usize, usize),
        /// Its shape.
        got: (usize, usize),
    },
    /// A matrix without a single non-zero value.
    #[error("all of the {n_docs} documents are empty: there is nothing to find topics in")]
    AllZero {
        /// Rows of the matrix.
        n_docs: usize,
    },
    /// A setting out of its range.
    #[error("{name} must be {allowed}, got {got}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// Its range.
        allowed: &'static str,
        /// The value.
        got: String,
    },
    /// An expression for weights that is none, or cannot be computed.
    #[error("the weight {text:?} cannot be used: {source}")]
    Expression {
        /// The expression.
        text: String,
        /// Why not.
        source: Box<expr::Error>,
    },
    /// An expression for weights with a name that stands for nothing.
    #[error("the weight {text:?} has the unknown name {name:?}, known are {known}")]
    WeightName {
        /// The expression.
        text: String,
        /// The name.
        name: String,
        /// What it could be.
        known: String,
    },
    /// The parallel run failed.
    #[error(transparent)]
    Run(#[from] jobs::Error),
}

impl Error {
    /// What the user can do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::TopicCount { most, .. } => {
                Some(format!("ask for at most {most} topics with -k, or leave it at auto"))
            }
            Self::Expression { text, source } => source.excerpt(text),
            _ => None,
        }
    }
}
