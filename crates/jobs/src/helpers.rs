//! Threads that work beside the calling one, and stay awake for a moment when they are done.

use std::hint::spin_loop;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::yield_now;
use std::time::{Duration, Instant};

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder, Yield};

/// How long a helper looks for more work before it sleeps. To wake one takes fifty microseconds and
/// more where the processor has to be woken as well, which is longer than much of the work.
const STAYS: Duration = Duration::from_micros(100);
/// Looks for work between two looks at the clock, and pauses between two looks for work.
const LOOKS: usize = 8;
const PAUSES: usize = 4;

/// The threads of a run but one: the calling thread is the one. Where it worked beside as many as the
/// run has, they would be one too many, and take each other's processors.
pub(crate) struct Helpers {
    pub(crate) pool: ThreadPool,
    /// Whether each of them stays.
    staying: Arc<[AtomicBool]>,
}

impl Helpers {
    pub(crate) fn new(n: usize, name: fn(usize) -> String) -> Result<Self, ThreadPoolBuildError> {
        let pool = ThreadPoolBuilder::new().num_threads(n).thread_name(name).build()?;
        Ok(Self { pool, staying: (0..n).map(|_| AtomicBool::new(false)).collect() })
    }

    /// Makes the helper that calls it stay when it has ended what it works on.
    pub(crate) fn stay(&self) {
        let own = self.pool.current_thread_index().map(|at| &self.staying[at]);
        // What is found by one that stays is worked on while it does.
        if own.is_some_and(|stays| !stays.load(Ordering::Relaxed)) {
            let staying = Arc::clone(&self.staying);
            self.pool.spawn(move || look_for_work(&staying));
        }
    }
}

/// Works on what comes until nothing has come for a while.
fn look_for_work(staying: &[AtomicBool]) {
    let Some(own) = rayon::current_thread_index().map(|at| &staying[at]) else { return };
    if own.swap(true, Ordering::Relaxed) {
        return;
    }
    let mut last = Instant::now();
    while last.elapsed() < STAYS {
        for _ in 0..LOOKS {
            if rayon::yield_now() == Some(Yield::Executed) {
                last = Instant::now();
            }
            (0..PAUSES).for_each(|_| spin_loop());
        }
        yield_now();
    }
    own.store(false, Ordering::Relaxed);
}
