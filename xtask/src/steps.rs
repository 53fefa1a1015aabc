//! Tasks that are a list of commands.

use std::path::Path;
use std::process::Command;

use crate::command::{cargo, run};
use crate::postgres::{self, Postgres};
use crate::{browser, generate, instructions, python};

/// The quick inner loop. One PostgreSQL serves all tests that ask one.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    cargo(root, &["fmt", "--all", "--check"])?;
    tidy(root)?;
    cargo(root, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    let postgres = Postgres::start();
    let mut test = Command::new("cargo");
    test.args(["test", "--workspace", "--profile", "ci", "--lib", "--bins", "--tests"]);
    postgres.tell(&mut test);
    run(root, test)
}

/// Everything that continuous integration runs.
pub(crate) fn test(root: &Path) -> Result<(), String> {
    postgres::install_missing(root);
    check(root)?;
    cargo(root, &["test", "--workspace", "--profile", "ci", "--doc"])?;
    generate::run(root, generate::Mode::Check)?;
    instructions::check(root)?;
    python::test(root)?;
    browser::test(root)?;
    let mut doc = Command::new("cargo");
    doc.args(["doc", "--workspace", "--no-deps", "--document-private-items"]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    run(root, doc)
}

/// The fault tests at full length.
pub(crate) fn soak(root: &Path) -> Result<(), String> {
    let tests = [("topicmill-jobs", "jobs", "faults"), ("topicmill-cli", "cli", "killed")];
    for (package, target, module) in tests {
        let mut test = Command::new("cargo");
        test.args(["test", "--profile", "ci", "-p", package, "--test", target, module]);
        test.env("TOPICMILL_SOAK", "1");
        run(root, test)?;
    }
    Ok(())
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
