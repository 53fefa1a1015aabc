//! Our side of the benches: each subcommand times one kind of work and prints its figures as one
//! JSON object on a line.
//!
//! `cargo xtask bench NAME` builds this program and runs `bench/NAME.py`, which calls it and the
//! peers in turn.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its caller")]

mod clouds;
mod crawl;
mod expr;
mod jobs;
mod learn;
mod machine;
mod measure;
mod scan;
mod shards;
mod tables;
mod text;

use std::process::ExitCode;

/// What a bench prints, or why it cannot run.
type Figures = Result<serde_json::Value, String>;

/// Runs one bench with the arguments behind its name.
type Bench = fn(&[String]) -> Figures;

/// The subcommands: one file each.
const BENCHES: &[(&str, Bench)] = &[
    ("clouds", clouds::run),
    ("crawl", crawl::run),
    ("expr", expr::run),
    ("jobs", jobs::run),
    ("learn", learn::run),
    ("machine", machine::run),
    ("scan", scan::run),
    ("tables", tables::run),
    ("text", text::run),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let found = args.first().and_then(|name| BENCHES.iter().find(|(known, _)| known == name));
    let Some((_, run)) = found else {
        let known: Vec<&str> = BENCHES.iter().map(|(name, _)| *name).collect();
        eprintln!("usage: topicmill-bench NAME [ARGUMENT...]\n\nnames: {}", known.join(", "));
        return ExitCode::from(2);
    };
    match run(&args[1..]) {
        Ok(figures) => {
            println!("{figures}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
