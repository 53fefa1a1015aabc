//! Benches: our program beside its peers.

use std::path::Path;
use std::process::Command;

use crate::command::{cargo, run};
use crate::{python, venv};

/// Builds what is measured, makes the peers' environment, and runs `bench/NAME.py`.
pub(crate) fn bench(root: &Path, name: &str, args: &[&str]) -> Result<(), String> {
    let script = root.join("bench").join(format!("{name}.py"));
    if !script.is_file() || name == "frame" {
        return Err(format!("there is no bench {name:?}; there are: {}", names(root)?.join(", ")));
    }
    cargo(root, &["build", "--release", "-p", "topicmill-bench", "-p", "topicmill-cli"])?;
    let requirements = root.join("bench/requirements").join(format!("{name}.txt"));
    let mut command = if requirements.is_file() {
        let interpreter = venv::python(root, &format!("bench-{name}"), &requirements)?;
        if name == "python" {
            python::install_release(root, &interpreter)?;
        }
        Command::new(interpreter)
    } else {
        Command::new("python3")
    };
    command.arg(script).args(args);
    run(root, command)
}

/// The benches that there are, in the order of the alphabet.
fn names(root: &Path) -> Result<Vec<String>, String> {
    let folder = root.join("bench");
    let entries = folder.read_dir().map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            entry.ok()?.file_name().to_str()?.strip_suffix(".py").map(str::to_owned)
        })
        .filter(|name| name != "frame")
        .collect();
    names.sort();
    Ok(names)
}
