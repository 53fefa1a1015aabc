//! The command line: arguments to the pipeline, results to the terminal, errors to exit codes.
//!
//! ```
//! let code = cli::run(["topicmill", "recipe", "list"]);
//! assert_eq!(format!("{code:?}"), format!("{:?}", std::process::ExitCode::SUCCESS));
//! ```
//!
//! It holds no logic of its own: every command parses, calls `pipeline` or `server`, and prints.

mod args;
mod arrays;
mod commands;
mod demo;
mod exit;
mod interrupt;
mod new_file;
mod progress;
mod settings;
mod size;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use args::Args;
use exit::Exit;

/// Runs the command that `args` spell, the program's name first, and says how it ended.
pub fn run<I, T>(args: I) -> ExitCode
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    ExitCode::from(run_to_code(args))
}

/// Like [`run`], for a caller who ends the process in a way of its own: the code as a number.
pub fn run_to_code<I, T>(args: I) -> u8
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    run_command(args).code()
}

/// The folder of the cache: `named`, or else the user's; none where the system tells no home.
#[must_use]
pub fn cache_folder(named: Option<&Path>) -> Option<PathBuf> {
    settings::cache(named).ok()
}

fn run_command<I, T>(args: I) -> Exit
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    exit::on_panic();
    interrupt::survive_limits();
    let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
    let args = match Args::try_parse_from(&args) {
        Ok(args) => args,
        // Help and version are no errors and go to standard output.
        Err(error) if !error.use_stderr() => {
            drop(error.print());
            return Exit::Done;
        }
        Err(error) => {
            exit::print_usage_error(&error, &args);
            return Exit::Usage;
        }
    };
    match std::panic::catch_unwind(|| commands::run(args.command)) {
        Ok(Ok(exit)) => exit,
        Ok(Err(error)) => {
            exit::print_error(&error);
            exit::code_of(&error)
        }
        // What happened has been printed by the hook.
        Err(_) => Exit::Failed,
    }
}
