//! How to run: threads, progress, cancellation and memory.

use std::any::Any;
use std::fmt;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};

use rayon::prelude::*;

use crate::helpers::Helpers;
use crate::{Cancel, Error, Progress, Silent, Spill};

/// Parts at least that many items are cut into, as far as there are so many: a thread that is done with its
/// own takes from those of the others, and a part is taken as a whole.
const STEALABLE: usize = 256;

/// How to run: with how many threads, who hears of the progress, who may stop it, and how much
/// memory is meant to be enough.
///
/// Cheap to clone. Results never depend on the number of threads: [`map`](Run::map) keeps the
/// order of its input, and [`fold`](Run::fold) reduces in that order.
///
/// A call from inside a task of the same run does its work inline, on the thread of that task: it
/// cannot deadlock, and no more is alive at once than the outer call allows.
#[derive(Clone)]
pub struct Run {
    /// None: everything inline on the calling thread.
    threads: Option<Arc<Threads>>,
    progress: Arc<dyn Progress>,
    cancel: Cancel,
    memory: Option<u64>,
    /// None: the system's folder of temporary files.
    scratch: Option<PathBuf>,
}

/// The threads of a run.
struct Threads {
    pool: rayon::ThreadPool,
    helpers: Helpers,
}

impl Run {
    /// One thread, no progress, nobody to cancel it, no limit of memory.
    #[must_use]
    pub fn serial() -> Self {
        Self {
            threads: None,
            progress: Arc::new(Silent),
            cancel: Cancel::default(),
            memory: None,
            scratch: None,
        }
    }

    /// `threads` threads, no progress; with one thread nothing is spawned. Those of
    /// [`share`](Self::share), one less because the calling thread works as well, are threads of
    /// their own, which sleep otherwise.
    ///
    /// # Errors
    /// [`Error::Threads`] when the system does not give that many.
    pub fn with_threads(threads: NonZeroUsize) -> Result<Self, Error> {
        let threads = threads.get();
        if threads == 1 {
            return Ok(Self::serial());
        }
        let name = |n| format!("topicmill-{n}");
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(name).build();
        let both =
            pool.and_then(|pool| Ok(Threads { pool, helpers: Helpers::new(threads - 1, name)? }));
        let threads = both.map_err(|source| Error::Threads { threads, source })?;
        Ok(Self { threads: Some(Arc::new(threads)), ..Self::serial() })
    }

    /// The same run, with its progress reported to `progress`.
    #[must_use]
    pub fn with_progress(self, progress: Arc<dyn Progress>) -> Self {
        Self { progress, ..self }
    }

    /// The same run, which ends with [`Error::Cancelled`] soon after `cancel` is raised.
    #[must_use]
    pub fn with_cancel(self, cancel: Cancel) -> Self {
        Self { cancel, ..self }
    }

    /// The same run, for which `bytes` of memory are meant to be enough. It bounds nothing by itself:
    /// work that could need more asks for it, and puts what it can into a [`spill`](Self::spill).
    #[must_use]
    pub fn with_memory(self, bytes: u64) -> Self {
        Self { memory: Some(bytes), ..self }
    }

    /// What raises the wish to stop.
    #[must_use]
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// The same run, whose [`spill`](Self::spill)s lie in `folder`: better not one that is itself
    /// in memory, as the folder of temporary files may be.
    #[must_use]
    pub fn with_scratch(self, folder: PathBuf) -> Self {
        Self { scratch: Some(folder), ..self }
    }

    /// An empty place on disk for what does not fit into memory.
    ///
    /// # Errors
    /// [`Error::Io`] when nothing can be written to the run's folder for it.
    pub fn spill(&self) -> Result<Spill, Error> {
        match &self.scratch {
            Some(folder) => Spill::open(folder),
            None => Spill::open(&std::env::temp_dir()),
        }
    }

    /// The memory that is meant to be enough, bytes; `None` when nobody asked for a limit.
    #[must_use]
    pub fn memory(&self) -> Option<u64> {
        self.memory
    }

    /// Fails when the run has been cancelled. Long loops call it about every 10 ms of work.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub fn check(&self) -> Result<(), Error> {
        if self.cancel.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// How many threads work at once, at least 1.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads.as_ref().map_or(1, |threads| threads.pool.current_num_threads())
    }

    /// Who hears of the progress.
    #[must_use]
    pub fn progress(&self) -> &dyn Progress {
        self.progress.as_ref()
    }

    /// The same, for who outlives the run.
    #[must_use]
    pub fn shared_progress(&self) -> Arc<dyn Progress> {
        Arc::clone(&self.progress)
    }

    /// Applies `f` to every item, on all threads; results come in the order of the items.
    ///
    /// A task costs a few hundred nanoseconds. Everything is in memory at once: for what may be too
    /// much there is [`fold`](Self::fold).
    ///
    /// # Errors
    /// [`Error::Cancelled`], and [`Error::Panicked`] with the message of the first item (in input
    /// order) whose `f` panicked.
    pub fn map<T, R, F>(&self, items: Vec<T>, f: F) -> Result<Vec<R>, Error>
    where
        T: Send,
        R: Send,
        F: Fn(T) -> R + Sync,
    {
        let guarded = |item| self.guard(&f, item);
        // One item needs no thread but the caller's: waking another costs more than small work.
        match self.idle_pool().filter(|_| items.len() > 1) {
            None => items.into_iter().map(guarded).collect(),
            Some(pool) => {
                let most = (items.len() / STEALABLE).max(1);
                let items = items.into_par_iter().with_max_len(most);
                let results: Vec<Result<R, Error>> = pool.install(|| items.map(guarded).collect());
                results.into_iter().collect()
            }
        }
    }

    /// Applies `f` to every item, on all threads, and gives each result to `sink` on the calling
    /// thread as soon as it is there: in any order, never more than a few waiting.
    ///
    /// It is for work that many threads do and one must end, such as writing files. The first
    /// error of `sink` ends the work.
    ///
    /// # Errors
    /// Those of `sink`, [`Error::Cancelled`], and [`Error::Panicked`] when `f` panicked.
    pub fn map_into<T, R, E, F, S>(&self, items: Vec<T>, f: F, mut sink: S) -> Result<(), E>
    where
        T: Send,
        R: Send,
        E: From<Error>,
        F: Fn(T) -> R + Sync,
        S: FnMut(R) -> Result<(), E>,
    {
        let guarded = |item| self.guard(&f, item);
        let Some(pool) = self.idle_pool() else {
            return items.into_iter().try_for_each(|item| sink(guarded(item)?));
        };
        let (sender, receiver) = mpsc::sync_channel(2 * self.threads());
        std::thread::scope(|scope| {
            scope.spawn(move || {
                pool.install(|| {
                    // Each item is a task of its own: one thread may need long for one, and must keep
                    // none of those behind it from the others.
                    let items = items.into_par_iter().with_max_len(1);
                    // Sending fails when the sink has given up: then nothing more is worth doing.
                    items.try_for_each(|item| sender.send(guarded(item)).ok())
                })
            });
            receiver.into_iter().try_for_each(|result| sink(result?))
        })
    }

    /// The same run, without its threads.
    pub(crate) fn inline(&self) -> Self {
        Self { threads: None, ..self.clone() }
    }

    /// The threads, unless the caller is one of them: then its work is done inline.
    pub(crate) fn idle_pool(&self) -> Option<&rayon::ThreadPool> {
        self.idle_threads().map(|threads| &threads.pool)
    }

    /// The threads that work beside a calling one, unless it is a thread of the run.
    pub(crate) fn idle_helpers(&self) -> Option<&Helpers> {
        self.idle_threads().map(|threads| &threads.helpers)
    }

    fn idle_threads(&self) -> Option<&Threads> {
        let is_outside = |pool: &rayon::ThreadPool| pool.current_thread_index().is_none();
        let is_idle =
            |threads: &&Threads| is_outside(&threads.pool) && is_outside(&threads.helpers.pool);
        self.threads.as_deref().filter(is_idle)
    }

    /// `f` of `item`, a panic made an error; nothing is begun once the run is cancelled.
    pub(crate) fn guard<T, R>(&self, f: &impl Fn(T) -> R, item: T) -> Result<R, Error> {
        self.guard_once(|| f(item))
    }

    /// The same for what is called once.
    pub(crate) fn guard_once<R>(&self, f: impl FnOnce() -> R) -> Result<R, Error> {
        self.check()?;
        catch_unwind(AssertUnwindSafe(f))
            .map_err(|payload| Error::Panicked { message: message_of(&*payload) })
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
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

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
    fn what_takes_long_keeps_none_of_the_others() {
        const N: usize = 200;
        let run = Run::with_threads(NonZeroUsize::new(2).unwrap()).unwrap();
        let wait_for_others = |n: usize, done: &AtomicUsize| {
            let started = Instant::now();
            while n == 40 && done.load(Ordering::SeqCst) < N - 1 {
                assert!(started.elapsed() < Duration::from_secs(20), "the others wait as well");
                std::thread::yield_now();
            }
            done.fetch_add(1, Ordering::SeqCst);
        };
        let done = AtomicUsize::new(0);
        run.map((0..N).collect(), |n| wait_for_others(n, &done)).unwrap();
        let done = AtomicUsize::new(0);
        let made = |n| wait_for_others(n, &done);
        run.map_into((0..N).collect(), made, |()| Ok::<_, Error>(())).unwrap();
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
    fn a_cancelled_run_begins_nothing_more() {
        for run in runs() {
            let begun = AtomicUsize::new(0);
            let failed = run.map((0..100_000).collect(), |n: usize| {
                begun.fetch_add(1, Ordering::Relaxed);
                if n == 3 {
                    run.cancel().cancel();
                }
            });
            assert!(matches!(failed, Err(Error::Cancelled)));
            // Those that run on other threads at that moment come to their end.
            assert!(begun.into_inner() < 100_000);
            assert!(matches!(run.check(), Err(Error::Cancelled)));
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
