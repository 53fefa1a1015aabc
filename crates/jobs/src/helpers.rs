//! Threads that work beside the calling one, and stay awake for a moment when they are done.

use std::hint::spin_loop;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::yield_now;
use std::time::{Duration, Instant};

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder, Yield};

use crate::desk::{Desk, Join};
use crate::share::wait_a_little;

/// How long a helper looks for more work before it sleeps. To wake one takes fifty microseconds and
/// more where the processor has to be woken as well, which is longer than much of the work.
const STAYS: Duration = Duration::from_micros(100);
/// Looks at the desk between two looks for other work, and those between two looks at the clock.
const GLANCES: usize = 16;
const LOOKS: usize = 8;

/// The threads of a run but one: the calling thread is the one. Where it worked beside as many as the
/// run has, they would be one too many, and take each other's processors.
pub(crate) struct Helpers {
    pub(crate) pool: ThreadPool,
    desks: Arc<[Desk]>,
}

impl Helpers {
    pub(crate) fn new(n: usize, name: fn(usize) -> String) -> Result<Self, ThreadPoolBuildError> {
        let pool = ThreadPoolBuilder::new().num_threads(n).thread_name(name).build()?;
        Ok(Self { pool, desks: (0..n).map(|_| Desk::new()).collect() })
    }

    /// Calls `own`, and joins in `beside` on at most `n` helpers at the same time. All have ended when it returns.
    pub(crate) fn beside(&self, n: usize, beside: &impl Join, mut own: impl FnMut()) {
        let watched = || self.desks.iter().filter(|desk| desk.is_watched());
        if watched().take(n).count() == n {
            return lend(&mut watched().take(n), beside, &mut own);
        }
        let ended = AtomicUsize::new(0);
        self.pool.in_place_scope(|scope| {
            for _ in 0..n {
                scope.spawn(|_| {
                    beside.join();
                    self.stay();
                    ended.fetch_add(1, Ordering::Release);
                });
            }
            own();
            if wait_a_little(|| ended.load(Ordering::Acquire) == n) {
                // Whoever told it has yet to put its work away.
                (0..4).for_each(|_| spin_loop());
            }
        });
    }

    /// Makes the helper that calls it stay when it has ended what it works on.
    fn stay(&self) {
        let own = self.pool.current_thread_index().map(|at| &self.desks[at]);
        // What is found by one that stays is worked on while it does.
        if own.is_some_and(|desk| !desk.is_watched()) {
            let desks = Arc::clone(&self.desks);
            self.pool.spawn(move || look_for_work(&desks));
        }
    }
}

/// Calls `own`, and leaves `beside` on each of the desks meanwhile.
fn lend(desks: &mut dyn Iterator<Item = &Desk>, beside: &impl Join, own: &mut dyn FnMut()) {
    match desks.next() {
        None => own(),
        Some(desk) => desk.lend(beside, &mut || lend(desks, beside, own)),
    }
}

/// Works on what comes until nothing has come for a while.
fn look_for_work(desks: &[Desk]) {
    let Some(own) = rayon::current_thread_index().map(|at| &desks[at]) else { return };
    if !own.watch() {
        return;
    }
    let glance = |_| {
        spin_loop();
        own.work()
    };
    let mut last = Instant::now();
    while last.elapsed() < STAYS {
        for _ in 0..LOOKS {
            if (0..GLANCES).any(glance) || rayon::yield_now() == Some(Yield::Executed) {
                last = Instant::now();
            }
        }
        yield_now();
    }
    own.leave();
}
