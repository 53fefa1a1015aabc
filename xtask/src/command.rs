//! Commands, shown before they run.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Runs cargo at the root.
pub(crate) fn cargo(root: &Path, args: &[&str]) -> Result<(), String> {
    let mut command = Command::new("cargo");
    command.args(args);
    run(root, command)
}

/// Prints the command, runs it in `folder`, and fails when it fails.
pub(crate) fn run(folder: &Path, mut command: Command) -> Result<(), String> {
    let words: Vec<String> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let line = words.join(" ");
    println!("$ {line}");
    let started = Instant::now();
    let status = command
        .current_dir(folder)
        .status()
        .map_err(|error| format!("cannot run {line}: {error}"))?;
    println!("  ({:.0} s)", started.elapsed().as_secs_f64());
    if status.success() { Ok(()) } else { Err(format!("{line} failed ({status})")) }
}
