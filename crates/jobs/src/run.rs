//! How to run: threads and progress.

use std::any::Any;
use std::fmt;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};

use rayon::prelude::*;

use crate::Error;

/// Who is told how work goes on. Every method has an empty default.
pub trait Progress: Send + Sync {
    /// A stage begins; `total` is its number of items where it is known.
    fn started(&self, _stage: &str, _total: Option<u64>) {}
    /// `n` more items of the current stage are done.
    fn advanced(&self, _n: u64) {}
    /// A stage ended well, after `seconds`, having made `items`.
    fn finished(&self, _stage: &str, _items: u64, _seconds: f64) {}
    /// Something that the user should know and that stops nothing.
    fn warn(&self, _message: &str) {}
}

/// The [`Progress`] that says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}

/// How to run: with how many threads, and who hears of the progress.
///
/// Cheap to clone. Results never depend on the number of threads: [`map`](Run::map) keeps the
/// order of its input, and callers reduce in that order.
#[derive(Clone)]
pub struct Run {
    /// None: everything inline on the calling thread.
    pool: Option<Arc<rayon::ThreadPool>>,
    progress: Arc<dyn Progress>,
}

impl Run {
    /// One thread, no progress.
    #[must_use]
    pub fn serial() -> Self {
        Self { pool: None, progress: Arc::new(Silent) }
    }

    /// `threads` threads, no progress; with one thread nothing is spawned.
    ///
    /// # Errors
    /// [`Error::Threads`] when the system does not give that many.
    pub fn with_threads(threads: NonZeroUsize) -> Result<Self, Error> {
        let threads = threads.get();
        if threads == 1 {
            return Ok(Self::serial());
        }
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|n| format!("topicmill-{n}"))
            .build()
            .map_err(|source| Error::Threads { threads, source })?;
        Ok(Self { pool: Some(Arc::new(pool)), progress: Arc::new(Silent) })
    }

    /// The same run, with its progress reported to `progress`.
    #[must_use]
    pub fn with_progress(self, progress: Arc<dyn Progress>) -> Self {
        Self { progress, ..self }
    }

    /// How many threads work at once, at least 1.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.pool.as_ref().map_or(1, |pool| pool.current_num_threads())
    }

    /// Who hears of the progress.
    #[must_use]
    pub fn progress(&self) -> &dyn Progress {
        self.progress.as_ref()
    }

    /// Applies `f` to every item, on all threads; results come in the order of the items.
    ///
    /// Give it chunks, not grains: a task costs about a microsecond. A call from inside `f` runs
    /// on the same threads and cannot deadlock.
    ///
    /// # Errors
    /// [`Error::Panicked`] with the message of the first item (in input order) whose `f` panicked.
    pub fn map<T, R, F>(&self, items: Vec<T>, f: F) -> Result<Vec<R>, Error>
    where
        T: Send,
        R: Send,
        F: Fn(T) -> R + Sync,
    {
        let guarded = |item| catch_unwind(AssertUnwindSafe(|| f(item)));
        let results: Vec<_> = match &self.pool {
            None => items.into_iter().map(guarded).collect(),
            Some(pool) => pool.install(|| items.into_par_iter().map(guarded).collect()),
        };
        results
            .into_iter()
            .map(|result| {
                result.map_err(|payload| Error::Panicked { message: message_of(&*payload) })
            })
            .collect()
    }

    /// Applies `f` to every item, on all threads, and gives each result to `sink` on the calling
    /// thread as soon as it is there: in any order, never more than a few waiting.
    ///
    /// It is for work that many threads do and one must end, such as writing files. The first
    /// error of `sink` ends the work.
    ///
    /// # Errors
    /// Those of `sink`, and [`Error::Panicked`] when `f` panicked.
    pub fn map_into<T, R, E, F, S>(&self, items: Vec<T>, f: F, mut sink: S) -> Result<(), E>
    where
        T: Send,
        R: Send,
        E: From<Error>,
        F: Fn(T) -> R + Sync,
        S: FnMut(R) -> Result<(), E>,
    {
        let guarded = |item| {
            catch_unwind(AssertUnwindSafe(|| f(item)))
                .map_err(|payload| Error::Panicked { message: message_of(&*payload) })
        };
        let Some(pool) = &self.pool else {
            return items.into_iter().try_for_each(|item| sink(guarded(item)?));
        };
        let (sender, receiver) = mpsc::sync_channel(2 * self.threads());
        std::thread::scope(|scope| {
            scope.spawn(move || {
                pool.install(|| {
                    // Sending fails when the sink has given up: then nothing more is worth doing.
                    items.into_par_iter().try_for_each(|item| sender.send(guarded(item)).ok())
                })
            });
            receiver.into_iter().try_for_each(|result| sink(result?))
        })
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("threads", &self.threads()).finish_non_exhaustive()
    }
}

fn message_of(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a message".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs() -> Vec<Run> {
        let four = NonZeroUsize::new(4).unwrap();
        vec![Run::serial(), Run::with_threads(four).unwrap()]
    }

    #[test]
    fn results_keep_the_order_of_the_items() {
        for run in runs() {
            let doubled = run.map((0..1000).collect(), |n: u64| n * 2).unwrap();
            assert_eq!(doubled, (0..1000).map(|n| n * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_panic_becomes_an_error_that_carries_its_message() {
        for run in runs() {
            let failed = run.map(vec![1, 2, 3], |n| {
                assert!(n != 2, "two is refused");
                n
            });
            let message = failed.unwrap_err().to_string();
            assert!(message.contains("two is refused"), "{message}");
        }
    }

    #[test]
    fn every_result_reaches_the_sink_once() {
        for run in runs() {
            let mut seen = vec![0; 1000];
            let kept: Result<(), Error> = run.map_into(
                (0..1000).collect(),
                |n: usize| n,
                |n| {
                    seen[n] += 1;
                    Ok(())
                },
            );
            assert!(kept.is_ok() && seen == vec![1; 1000]);
        }
    }

    #[test]
    fn a_sink_that_fails_ends_the_work() {
        for run in runs() {
            let mut taken = 0;
            let failed: Result<(), Error> = run.map_into(
                (0..10_000).collect(),
                |n: u64| n,
                |_| {
                    taken += 1;
                    Err(Error::Panicked { message: "full".to_owned() })
                },
            );
            assert!(failed.unwrap_err().to_string().contains("full"));
            assert_eq!(taken, 1);
        }
    }

    #[test]
    fn a_panic_on_the_way_to_the_sink_is_an_error() {
        for run in runs() {
            let failed: Result<(), Error> =
                run.map_into(vec![1, 2, 3], |n| assert!(n != 2, "two is refused"), |()| Ok(()));
            assert!(failed.unwrap_err().to_string().contains("two is refused"));
        }
    }

    #[test]
    fn nested_calls_finish() {
        for run in runs() {
            let sums = run
                .map((0..50).collect(), |n: u64| {
                    run.map((0..n).collect(), |m| m).unwrap().iter().sum::<u64>()
                })
                .unwrap();
            assert_eq!(sums[49], 49 * 48 / 2);
        }
    }
}
