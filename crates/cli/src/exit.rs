//! How a command ends: exit codes and error messages.

use std::ffi::OsString;
use std::io::{self, Write};

use clap::error::ErrorKind;

/// What to do about arguments that are not understood.
const HELP_HINT: &str = "topicmill --help lists the commands and flags";

/// 128 and the number of the signal, as shells have it.
const INTERRUPTED: u8 = 130;

/// The exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All went well.
    Done,
    /// It did not.
    Failed,
    /// Arguments or configuration were wrong.
    Usage,
    /// Done, but more documents were skipped than allowed.
    TooManySkipped,
    /// Stopped by the user.
    Interrupted,
}

impl Exit {
    /// As the operating system sees it.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::TooManySkipped => 3,
            Self::Interrupted => INTERRUPTED,
        }
    }
}

/// An error of the command line's own, with its hint.
#[derive(Debug)]
pub(crate) struct Usage {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Usage {}

/// The exit code that an error calls for.
pub(crate) fn code_of(error: &anyhow::Error) -> Exit {
    if is_broken_pipe(error) {
        // Whoever read our output has seen enough.
        return Exit::Done;
    }
    if is_cancelled(error) {
        return Exit::Interrupted;
    }
    let is_usage = error.downcast_ref::<pipeline::Error>().is_some_and(pipeline::Error::is_usage)
        || error.downcast_ref::<jobs::Error>().is_some_and(jobs::Error::is_usage)
        || error.is::<Usage>()
        || error.is::<server::Error>();
    if is_usage { Exit::Usage } else { Exit::Failed }
}

/// Prints `error: …` in one line, and the next step after `hint:`.
pub(crate) fn print_error(error: &anyhow::Error) {
    if is_broken_pipe(error) {
        return;
    }
    let mut message = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        // Many messages tell their cause already.
        if message.is_empty() {
            message = cause;
        } else if !message.contains(&cause) {
            message = format!("{message}: {cause}");
        }
    }
    let hint = error
        .downcast_ref::<pipeline::Error>()
        .and_then(pipeline::Error::hint)
        .or_else(|| error.downcast_ref::<Usage>().and_then(|usage| usage.hint.clone()))
        .or_else(|| error.downcast_ref::<jobs::Error>()?.hint().map(str::to_owned))
        .or_else(|| {
            error.downcast_ref::<server::Error>().and_then(server::Error::hint).map(str::to_owned)
        });
    print_lines(&one_line(&message), hint.as_deref());
}

/// Prints what clap found wrong in the same form as every other error.
pub(crate) fn print_usage_error(error: &clap::Error, args: &[OsString]) {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        print_lines("no command was given", Some(HELP_HINT));
        return;
    }
    if error.kind() == ErrorKind::InvalidUtf8 {
        // It does not say which.
        let odd = args.iter().filter(|arg| arg.to_str().is_none());
        #[expect(
            clippy::unnecessary_debug_formatting,
            reason = "it shows the bytes that are no UTF-8"
        )]
        let odd: Vec<String> = odd.map(|arg| format!("{arg:?}")).collect();
        print_lines(
            &format!("sources and other texts must be UTF-8, got {}", odd.join(" and ")),
            Some("rename the file, or name the folder that it is in"),
        );
        return;
    }
    let text = error.to_string();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or("the arguments are not valid");
    let message = first.strip_prefix("error: ").unwrap_or(first);
    let rest: Vec<&str> = lines.filter(|line| !line.starts_with("For more information")).collect();
    let (tips, details): (Vec<&str>, Vec<&str>) =
        rest.into_iter().partition(|line| line.starts_with("tip:") || line.starts_with("Usage:"));
    let message =
        details.iter().fold(message.to_owned(), |message, part| format!("{message} {part}"));
    let tip = tips.iter().find_map(|tip| tip.strip_prefix("tip:"));
    // To pass a flag that is none as a value is nobody's wish.
    let tip = tip.map(str::trim).filter(|tip| !tip.contains("as a value"));
    print_lines(&message, Some(tip.unwrap_or(HELP_HINT)));
}

/// Lets a panic end in a message for the user instead of a back-trace.
pub(crate) fn on_panic() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|at| format!(" ({}:{})", at.file(), at.line()));
        let what = info.payload_as_str().unwrap_or("no message");
        print_lines(
            &format!("internal error: {}{}", one_line(what), place.unwrap_or_default()),
            Some("this is a fault of topicmill; please report it with the command you ran"),
        );
    }));
}

fn print_lines(message: &str, hint: Option<&str>) {
    let mut text = format!("error: {message}\n");
    if let Some(hint) = hint {
        text.push_str(&format!("hint: {hint}\n"));
    }
    // Nowhere is left to complain to when standard error is closed.
    drop(io::stderr().lock().write_all(text.as_bytes()));
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Ends the process as an interrupted run ends, in the middle of whatever it does.
#[expect(clippy::exit, reason = "the run did not stop when it was asked to")]
pub(crate) fn end_now() -> ! {
    let stopped = jobs::Error::Cancelled;
    print_lines(&stopped.to_string(), stopped.hint());
    std::process::exit(INTERRUPTED.into());
}

/// Errors that hold another one tell its words: so it is known at any depth.
fn is_cancelled(error: &anyhow::Error) -> bool {
    let cancelled = jobs::Error::Cancelled.to_string();
    error.chain().any(|cause| cause.to_string() == cancelled)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
    })
}
