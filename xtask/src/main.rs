//! The project's own tasks, run with `cargo xtask TASK`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a task speaks to its user")]

mod bench;
mod browser;
mod command;
mod fuzz;
mod generate;
mod instructions;
mod postgres;
mod python;
mod stems;
mod steps;
mod tidy;
mod venv;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
usage: cargo xtask TASK

  check        the quick inner loop: format, tidy, lints, tests; installs nothing
  test         everything, as continuous integration runs it; installs what it lacks
  browser      the site in headless Chromium: search, keyboard, barriers, hostile texts
  tidy         the rules of the house: layers, forbidden crates, files that no mod reaches
  instructions how many instructions counting words takes for a byte, with valgrind
  fuzz [S]     what reads stored files and sources, on what libFuzzer makes up, S seconds each (60)
  stems        the stems of Snowball's public vocabularies beside its own; installs them, on Debian
  soak         the long fault tests: kills and damage by the hundred thousand
  gen          write the generated reference below docs/reference
  gen --check  fail when the reference is not fresh
  python       build the Python package's wheel and run its tests
  wheel        build the wheel that is published, for glibc 2.28 and newer, and try it
  bench NAME   time the program beside its peers, see bench/README.md
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let root = root();
    let result = match args[..] {
        ["check"] => steps::check(&root),
        ["test"] => steps::test(&root),
        ["browser"] => browser::test(&root),
        ["instructions"] => instructions::check(&root),
        ["fuzz"] => fuzz::run_all(&root, 60),
        ["fuzz", seconds] => match seconds.parse() {
            Ok(seconds) => fuzz::run_all(&root, seconds),
            Err(_) => Err(format!("the seconds must be a whole number, got {seconds:?}")),
        },
        ["stems"] => stems::compare(&root),
        ["soak"] => steps::soak(&root),
        ["tidy"] => steps::tidy(&root),
        ["gen"] => generate::run(&root, generate::Mode::Write),
        ["gen", "--check"] => generate::run(&root, generate::Mode::Check),
        ["python"] => python::test(&root),
        ["wheel"] => python::publish(&root),
        ["bench", name, ref args @ ..] => bench::bench(&root, name, args),
        ["help" | "--help" | "-h"] | [] => {
            print!("{HELP}");
            Ok(())
        }
        _ => {
            eprint!("error: there is no task {:?}\n\n{HELP}", args.join(" "));
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace.
fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}
