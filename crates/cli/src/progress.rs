//! Progress on standard error: a bar on a terminal, plain lines elsewhere.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jobs::Progress;

/// How often a bar moves.
const TICK: Duration = Duration::from_millis(100);
/// With a total: how many, how fast, and how long it will take.
const KNOWN: &str = "{msg:<8} {bar:30} {pos}/{len} {per_sec} {eta} left";
/// Without one: how many, how fast, and for how long.
const UNKNOWN: &str = "{msg:<8} {spinner} {pos} {per_sec} {elapsed}";

/// One line for each stage that ended.
#[derive(Debug)]
pub(crate) struct Lines;

impl Progress for Lines {
    fn finished(&self, stage: &str, items: u64, seconds: f64) {
        print_line(&finished_line(stage, items, seconds));
    }

    fn warn(&self, message: &str) {
        print_line(&format!("warning: {message}"));
    }
}

/// A bar for the stage that runs, and a line for each that ended.
#[derive(Debug, Default)]
pub(crate) struct Bars {
    current: Mutex<Option<ProgressBar>>,
}

impl Bars {
    fn with_current(&self, act: impl FnOnce(&mut Option<ProgressBar>)) {
        // A bar is whole whatever happened to the thread that held it.
        act(&mut self.current.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Progress for Bars {
    fn started(&self, stage: &str, total: Option<u64>) {
        let bar = match total {
            Some(total) => ProgressBar::new(total).with_style(style(KNOWN)),
            None => ProgressBar::new_spinner().with_style(style(UNKNOWN)),
        };
        bar.set_message(stage.to_owned());
        bar.enable_steady_tick(TICK);
        self.with_current(|current| *current = Some(bar));
    }

    fn expected(&self, total: u64) {
        self.with_current(|current| {
            if let Some(bar) = current {
                bar.set_length(total);
                bar.set_style(style(KNOWN));
            }
        });
    }

    fn advanced(&self, n: u64) {
        self.with_current(|current| {
            if let Some(bar) = current {
                bar.inc(n);
            }
        });
    }

    fn finished(&self, stage: &str, items: u64, seconds: f64) {
        self.with_current(|current| {
            if let Some(bar) = current.take() {
                bar.finish_and_clear();
            }
        });
        print_line(&finished_line(stage, items, seconds));
    }

    fn warn(&self, message: &str) {
        let line = format!("warning: {message}");
        self.with_current(|current| match current {
            Some(bar) => bar.suspend(|| print_line(&line)),
            None => print_line(&line),
        });
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn finished_line(stage: &str, items: u64, seconds: f64) -> String {
    let what = match stage {
        "count" => "terms",
        "weigh" => "weights",
        "number" => "tried",
        "topics" | "quality" | "clouds" => "topics",
        "related" => "links",
        "write" => "files",
        _ => "documents",
    };
    format!("{stage:<8} {items:>9} {what:<10} {seconds:>7.2} s")
}

fn print_line(line: &str) {
    // Nobody can be told when standard error is closed.
    drop(writeln!(io::stderr().lock(), "{line}"));
}
