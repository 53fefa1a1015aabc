//! The command line: arguments to the pipeline, results to the terminal, errors to exit codes.
//!
//! ```
//! let code = cli::run(["topicmill", "recipe", "list"]);
//! assert_eq!(format!("{code:?}"), format!("{:?}", std::process::ExitCode::SUCCESS));
//! ```
//!
//! It holds no logic of its own: every command parses, calls `pipeline` or `server`, and prints.

mod args;
mod commands;
mod demo;
mod exit;
mod progress;
mod settings;

use std::ffi::OsString;
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
    exit::on_panic();
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        // Help and version are no errors and go to standard output.
        Err(error) if !error.use_stderr() => {
            drop(error.print());
            return Exit::Done.into();
        }
        Err(error) => {
            exit::print_usage_error(&error);
            return Exit::Usage.into();
        }
    };
    match std::panic::catch_unwind(|| commands::run(args.command)) {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(error)) => {
            exit::print_error(&error);
            exit::code_of(&error).into()
        }
        // What happened has been printed by the hook.
        Err(_) => Exit::Failed.into(),
    }
}
