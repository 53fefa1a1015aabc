//! One module for each command.

mod build;
mod cache;
mod crawl;
mod demo;
mod eval;
mod infer;
mod init;
mod query;
mod recipe;
mod report;
mod serve;
mod topics;

use std::io::{self, Write};

use expr::Scalar;
use pipeline::Report;
use serde_json::Value;

use crate::args::{Command, Common, Recipe};
use crate::exit::{Exit, Usage};

/// Dropped documents that are named one by one.
const NAMED: usize = 3;

/// Runs one command.
pub(crate) fn run(command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Build(args) => build::run(&args),
        Command::Crawl(args) => crawl::run(&args),
        Command::Topics(args) => topics::run(&args),
        Command::Infer(args) => infer::run(&args),
        Command::Query(args) => query::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Cache(command) => cache::run(&command),
        Command::Recipe(Recipe::List) => recipe::list(),
        Command::Recipe(Recipe::Test(args)) => recipe::test(&args),
        Command::Recipe(Recipe::Learn(args)) => recipe::learn(&args),
        Command::Init(args) => init::run(&args),
        Command::Demo(args) => demo::run(&args),
    }
}

/// An error of an expression, with the part of its text that it is about.
fn expression_error(error: &expr::Error, text: &str) -> Usage {
    let column = |start: u32| text.get(..start as usize).map_or(0, |part| part.chars().count()) + 1;
    let place = error.span().filter(|span| span.end > 0).map(|span| {
        let part: String = span.of(text).chars().take(60).collect();
        let place = format!("at character {}", column(span.start));
        if part.is_empty() { place } else { format!("{place}, in {part:?}") }
    });
    Usage {
        message: place.map_or_else(|| error.to_string(), |place| format!("{error} ({place})")),
        hint: None,
    }
}

/// A value as JSON has it: whole numbers with all digits, null for what is no finite number.
fn number(scalar: Scalar) -> Value {
    match scalar {
        Scalar::Bool(truth) => Value::from(truth),
        Scalar::U8(x) => Value::from(x),
        Scalar::U32(x) => Value::from(x),
        Scalar::I32(x) => Value::from(x),
        Scalar::I64(x) => Value::from(x),
        Scalar::F32(x) => Value::from(x),
        Scalar::F64(x) => Value::from(x),
    }
}

/// Prints to standard output.
fn print(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Warns of dropped documents; the code says whether there are more than allowed, or may be: nobody knows
/// how many the rest of a file holds that cannot be read.
fn end(report: &Report, common: &Common) -> Exit {
    let (dropped, cut) = (&report.documents.dropped, &report.documents.cut);
    let is_over = report.dropped_share() > common.max_skipped.0;
    let too_many = is_over || !cut.is_empty();
    let mut lines = String::new();
    if !common.quiet || too_many {
        for document in dropped.iter().take(NAMED) {
            lines.push_str(&format!("warning: skipped {}: {}\n", document.url, document.reason));
        }
        if dropped.len() > NAMED {
            let more = dropped.len() - NAMED;
            lines.push_str(&format!("warning: skipped {more} more\n"));
        }
    }
    if let Some(file) = cut.first() {
        let others = match cut.len() - 1 {
            0 => String::new(),
            n => format!(" and of {n} more"),
        };
        lines.push_str(&format!(
            "error: the rest of {file}{others} is missing, allowed are whole files\nhint: mend the file, or \
             copy or download it again\n"
        ));
    } else if is_over {
        lines.push_str(&format!(
            "error: {} of {} documents were skipped, allowed are {}%\nhint: --max-skipped sets \
             how many may be\n",
            dropped.len(),
            report.documents.found,
            common.max_skipped.0 * 100.0,
        ));
    }
    // Nobody can be told when standard error is closed; the exit code still says it.
    drop(io::stderr().lock().write_all(lines.as_bytes()));
    if too_many { Exit::TooManySkipped } else { Exit::Done }
}
