//! The `topicmill` command.

use pyo3::prelude::*;

/// Runs the command that `args` spell, the program's name first; its exit code.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, args: Vec<String>) -> u8 {
    py.detach(|| cli::run_to_code(args))
}
