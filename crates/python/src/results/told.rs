//! The progress of a run, told to a function of Python.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jobs::Progress;
use pyo3::prelude::*;

/// What was not told yet. Any thread adds to it; the one that waits for the work tells it, so that the
/// function is called where it was given.
#[derive(Default)]
pub(super) struct Told(Mutex<State>);

#[derive(Default)]
struct State {
    news: Vec<News>,
    /// The stage that runs.
    current: Option<News>,
    warnings: Vec<String>,
}

/// How far a stage is.
#[derive(Clone)]
struct News {
    stage: String,
    done: u64,
    total: Option<u64>,
    /// How long it took, when it is over.
    seconds: Option<f64>,
}

impl Told {
    /// Calls `function` with the stage, the items done, how many there will be if that is known, and the
    /// seconds that it took if it is over.
    pub(super) fn tell(&self, function: &Bound<'_, PyAny>) -> PyResult<()> {
        let news = std::mem::take(&mut self.state().news);
        for News { stage, done, total, seconds } in news {
            function.call1((stage, done, total, seconds))?;
        }
        Ok(())
    }

    /// What the user should know.
    pub(super) fn into_warnings(self) -> Vec<String> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner).warnings
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A state is whole whatever happened to the thread that held it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what is known of the current stage. What was not told of it gives way to the change.
    fn change(&self, change: impl FnOnce(&mut News)) {
        let mut state = self.state();
        let State { news, current, .. } = &mut *state;
        let Some(current) = current else { return };
        change(current);
        news.pop_if(|last| last.stage == current.stage && last.seconds.is_none());
        news.push(current.clone());
    }
}

impl Progress for Told {
    fn started(&self, stage: &str, total: Option<u64>) {
        let mut state = self.state();
        let news = News { stage: stage.to_owned(), done: 0, total, seconds: None };
        state.news.push(news.clone());
        state.current = Some(news);
    }

    fn expected(&self, total: u64) {
        self.change(|current| current.total = Some(total));
    }

    fn advanced(&self, n: u64) {
        self.change(|current| current.done += n);
    }

    fn finished(&self, stage: &str, items: u64, seconds: f64) {
        let mut state = self.state();
        state.current = None;
        let (stage, seconds) = (stage.to_owned(), Some(seconds));
        state.news.push(News { stage, done: items, total: Some(items), seconds });
    }

    fn warn(&self, message: &str) {
        self.state().warnings.push(message.to_owned());
    }
}
