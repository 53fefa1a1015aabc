//! Tasks that are a list of commands.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::generate;

/// The quick inner loop.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    cargo(root, &["fmt", "--all", "--check"])?;
    tidy(root)?;
    cargo(root, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    cargo(root, &["test", "--workspace", "--profile", "ci", "--lib", "--bins", "--tests"])
}

/// Everything that continuous integration runs.
pub(crate) fn test(root: &Path) -> Result<(), String> {
    check(root)?;
    cargo(root, &["test", "--workspace", "--profile", "ci", "--doc"])?;
    generate::run(root, generate::Mode::Check)?;
    let mut doc = Command::new("cargo");
    doc.args(["doc", "--workspace", "--no-deps", "--document-private-items"]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    run(root, doc)
}

/// The rules of the house.
pub(crate) fn tidy(root: &Path) -> Result<(), String> {
    println!("$ cargo xtask tidy");
    let broken = crate::tidy::check(root)?;
    for rule in &broken {
        println!("{rule}");
    }
    match broken.len() {
        0 => Ok(()),
        n => Err(format!("{n} rules of the house are broken")),
    }
}

pub(crate) fn cargo(root: &Path, args: &[&str]) -> Result<(), String> {
    let mut command = Command::new("cargo");
    command.args(args);
    run(root, command)
}

/// Prints the command, runs it at the root, and fails when it fails.
fn run(root: &Path, mut command: Command) -> Result<(), String> {
    let words: Vec<String> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let line = words.join(" ");
    println!("$ {line}");
    let started = Instant::now();
    let status = command
        .current_dir(root)
        .status()
        .map_err(|error| format!("cannot run {line}: {error}"))?;
    println!("  ({:.0} s)", started.elapsed().as_secs_f64());
    if status.success() { Ok(()) } else { Err(format!("{line} failed ({status})")) }
}
