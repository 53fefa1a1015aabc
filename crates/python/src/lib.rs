//! The native half of the Python package `topicmill`: Python's values to plain views, and errors to
//! Python's exceptions.
//!
//! It holds no logic of its own. What scikit-learn, numexpr and joblib fix (names of parameters,
//! defaults, checks and their wording) stands in Python, below `python/topicmill`; the work is done by
//! the crates below, on arrays that are borrowed and not copied, without the interpreter's lock.

mod analysis;
mod command;
mod counts;
mod error;
mod expressions;
mod memory;
mod results;
mod run;
mod sparse;
mod texts;
mod topics;
mod weights;

use pyo3::prelude::*;

/// The native half of topicmill.
#[pymodule]
#[pyo3(name = "_native")]
mod native {
    #[pymodule_export]
    use super::command::run_command;
    #[pymodule_export]
    use super::counts::{Numbered, Terms, count, count_hashed, count_known, count_weighed};
    #[pymodule_export]
    use super::error::CannotCut;
    #[pymodule_export]
    use super::expressions::{Expression, Groups, evaluated};
    #[pymodule_export]
    use super::memory::{Store, digest};
    #[pymodule_export]
    use super::results::{build_site, check_config, draw_cloud, query};
    #[pymodule_export]
    use super::run::n_fits;
    #[pymodule_export]
    use super::topics::{beta_divergence, factorise, solve, update};
    #[pymodule_export]
    use super::weights::{fit_idf, weigh};
}
