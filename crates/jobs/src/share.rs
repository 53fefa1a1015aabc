//! Parts of one piece of work, shared out with little delay, and two pieces at once.

use std::hint::spin_loop;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::yield_now;

use crate::desk::Join;
use crate::{Error, Run};

/// How often it is looked whether the others are done, without a pause that lets another thread run,
/// then with one: some ten microseconds, which it takes to be put to sleep and woken.
const SPINS: usize = 100;
const YIELDS: usize = 20;

impl Run {
    /// Applies `f` to `0..parts`, on all threads and the calling one; results come in the order
    /// of the parts.
    ///
    /// It is for work of some ten microseconds and more. The calling thread does not wait to be
    /// woken: it takes parts at once, and others join when they are awake. Each thread begins with
    /// a run of neighbouring parts of its own, the same in every call with as many parts: what it
    /// has in its caches from the call before it finds there. Then it helps the others.
    ///
    /// # Errors
    /// [`Error::Cancelled`], and [`Error::Panicked`] with the message of the first part that
    /// panicked.
    pub fn share<R, F>(&self, parts: usize, f: F) -> Result<Vec<R>, Error>
    where
        R: Send,
        F: Fn(usize) -> R + Sync,
    {
        let Some(helpers) = self.idle_helpers().filter(|_| parts > 1) else {
            return (0..parts).map(|part| self.guard(&f, part)).collect();
        };
        let places: Vec<_> = (0..parts).map(|_| Mutex::new(None)).collect();
        let shared = Shared {
            // The calling thread is the first.
            begun: AtomicUsize::new(1),
            runs: Runs::new(parts, self.threads().min(parts)),
            places: &places,
            f,
            run: self,
        };
        helpers.beside(shared.runs.len() - 1, &shared, || shared.work(0));
        let done = |place: Mutex<_>| place.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Every part is taken once, and whoever takes one has ended, so that none is missing.
        places.into_iter().filter_map(done).collect()
    }

    /// Applies `f` to every item, as [`share`](Self::share) does to numbers; results come in the order of the
    /// items.
    ///
    /// It is for several short pieces of work one after the other, where [`map`](Self::map) would wake its
    /// threads anew for each.
    ///
    /// ```
    /// let lengths = jobs::Run::serial().share_items(vec!["a", "bc"], str::len)?;
    /// assert_eq!(lengths, [1, 2]);
    /// # Ok::<(), jobs::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`share`](Self::share).
    pub fn share_items<T, R, F>(&self, items: Vec<T>, f: F) -> Result<Vec<R>, Error>
    where
        T: Send,
        R: Send,
        F: Fn(T) -> R + Sync,
    {
        let items: Vec<Mutex<Option<T>>> =
            items.into_iter().map(|item| Mutex::new(Some(item))).collect();
        let take = |part: usize| items[part].lock().unwrap_or_else(PoisonError::into_inner).take();
        let results = self.share(items.len(), |part| take(part).map(&f))?;
        // Every part is given once, so that none is missing.
        Ok(results.into_iter().flatten().collect())
    }

    /// Runs `beside` and `own` at the same time, `own` on the calling thread; with one thread, and
    /// inside a task, `own` after `beside`. Both may share out work on the threads of the run.
    ///
    /// ```
    /// let run = jobs::Run::serial();
    /// assert_eq!(run.both(|| 2 + 3, || 2 * 3)?, (5, 6));
    /// # Ok::<(), jobs::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Cancelled`], and [`Error::Panicked`] when one of them panicked; both have ended then.
    pub fn both<A: Send, B>(
        &self,
        beside: impl FnOnce() -> A + Send,
        own: impl FnOnce() -> B,
    ) -> Result<(A, B), Error> {
        if self.idle_pool().is_none() {
            return Ok((self.guard_once(beside)?, self.guard_once(own)?));
        }
        let (beside, own) = std::thread::scope(|scope| {
            let beside = scope.spawn(|| self.guard_once(beside));
            let own = self.guard_once(own);
            (beside.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), own)
        });
        Ok((beside?, own?))
    }
}

/// Looks for some microseconds whether `ended`, as whoever waits otherwise is put to sleep; whether it has.
pub(crate) fn wait_a_little(ended: impl Fn() -> bool) -> bool {
    let pauses = [(SPINS, spin_loop as fn()), (YIELDS, yield_now as fn())];
    for (n, pause) in pauses {
        for _ in 0..n {
            if ended() {
                return true;
            }
            pause();
        }
    }
    false
}

/// What threads that work beside each other look at, side by side in memory: what one of them has just written
/// goes from processor to processor by the line.
struct Shared<'a, R, F> {
    /// Threads that have begun.
    begun: AtomicUsize,
    runs: Runs,
    places: &'a [Mutex<Option<Result<R, Error>>>],
    f: F,
    run: &'a Run,
}

impl<R: Send, F: Fn(usize) -> R + Sync> Join for Shared<'_, R, F> {
    fn join(&self) {
        self.work(self.begun.fetch_add(1, Ordering::Relaxed));
    }
}

impl<R, F: Fn(usize) -> R> Shared<'_, R, F> {
    fn work(&self, thread: usize) {
        for part in self.runs.from(thread) {
            let done = self.run.guard(&self.f, part);
            *self.places[part].lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
        }
    }
}

/// A run of parts for each thread: the next to be taken, and where the run ends.
struct Runs {
    few: [(AtomicUsize, usize); Self::FEW],
    /// Where there are more threads.
    many: Vec<(AtomicUsize, usize)>,
    n: usize,
}

impl Runs {
    const FEW: usize = 4;

    fn new(parts: usize, threads: usize) -> Self {
        let run =
            |thread| (AtomicUsize::new(parts * thread / threads), parts * (thread + 1) / threads);
        let many = if threads > Self::FEW { (0..threads).map(run).collect() } else { Vec::new() };
        Self { few: std::array::from_fn(run), many, n: threads }
    }

    fn len(&self) -> usize {
        self.n
    }

    /// Parts that nobody else gets: of the thread's own run first, then of those after it.
    fn from(&self, thread: usize) -> impl Iterator<Item = usize> {
        let all = if self.many.is_empty() { &self.few[..self.n] } else { &self.many[..] };
        (0..self.n).map(move |after| &all[(thread + after) % self.n]).flat_map(|(next, end)| {
            std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| at < end))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;

    #[test]
    fn parts_are_all_done_and_come_in_order() {
        for threads in [1, 2, 5] {
            let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
            for parts in [0, 1, 2, 1000] {
                let expected: Vec<usize> = (0..parts).map(|part| 2 * part).collect();
                assert_eq!(run.share(parts, |part| 2 * part).unwrap(), expected);
                let items: Vec<String> = (0..parts).map(|part| part.to_string()).collect();
                let doubled = run.share_items(items, |item| 2 * item.parse::<usize>().unwrap());
                assert_eq!(doubled.unwrap(), expected);
            }
        }
    }

    #[test]
    fn two_works_at_once_share_the_threads() {
        for threads in [1, 2] {
            let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
            let sum = |n: u64| run.map((0..n).collect(), |m| m).unwrap().into_iter().sum::<u64>();
            assert_eq!(run.both(|| sum(10), || sum(20)).unwrap(), (45, 190));
            let inside = run.map(vec![3, 4], |n| run.both(|| sum(n), || n).unwrap());
            assert_eq!(inside.unwrap(), [(3, 3), (6, 4)]);
        }
    }

    #[test]
    fn one_of_two_works_that_panics_is_an_error() {
        for threads in [1, 2] {
            let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
            let fail = || panic!("no such lamp");
            let failed = [run.both(fail, || ()), run.both(|| (), fail)];
            for failed in failed {
                assert!(failed.unwrap_err().to_string().contains("no such lamp"));
            }
        }
    }

    #[test]
    fn every_part_is_taken_once_by_whomever() {
        for (parts, threads) in [(1, 1), (2, 2), (7, 3), (100, 8)] {
            let runs = Runs::new(parts, threads);
            // The last thread first, which then takes those of all others.
            let mut taken: Vec<usize> = (0..threads)
                .rev()
                .flat_map(|thread| runs.from(thread).collect::<Vec<_>>())
                .collect();
            assert_eq!(taken[0], parts * (threads - 1) / threads);
            taken.sort_unstable();
            assert_eq!(taken, (0..parts).collect::<Vec<_>>());
        }
    }

    #[test]
    fn work_that_comes_soon_is_done_as_well() {
        let run = Run::with_threads(NonZeroUsize::new(3).unwrap()).unwrap();
        for round in 0..300 {
            let found = run.share(9, |part| part + round).unwrap();
            assert_eq!(found, (round..round + 9).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_part_that_panics_is_an_error() {
        for threads in [1, 2] {
            let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
            let failed = run.share(9, |part| assert!(part != 7, "seven is refused"));
            assert!(failed.unwrap_err().to_string().contains("seven is refused"));
        }
    }

    #[test]
    fn a_part_may_share_out_its_own_work() {
        let run = Run::with_threads(NonZeroUsize::new(2).unwrap()).unwrap();
        let sums = run.share(20, |n| run.share(n, |m| m).unwrap().into_iter().sum::<usize>());
        assert_eq!(sums.unwrap()[19], 19 * 18 / 2);
    }
}
