//! Parts of one piece of work, shared out with little delay, and two pieces at once.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{Error, Run};

impl Run {
    /// Applies `f` to `0..parts`, on all threads and the calling one; results come in the order
    /// of the parts.
    ///
    /// It is for work of some ten microseconds and more. The calling thread does not wait to be
    /// woken: it takes parts at once, and others join when they are awake. Parts are taken in
    /// order, so that neighbours work on neighbouring memory.
    ///
    /// # Errors
    /// [`Error::Cancelled`], and [`Error::Panicked`] with the message of the first part that
    /// panicked.
    pub fn share<R, F>(&self, parts: usize, f: F) -> Result<Vec<R>, Error>
    where
        R: Send,
        F: Fn(usize) -> R + Sync,
    {
        let Some(pool) = self.idle_pool().filter(|_| parts > 1) else {
            return (0..parts).map(|part| self.guard(&f, part)).collect();
        };
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::with_capacity(parts));
        let work = || {
            let mut own = Vec::new();
            loop {
                let part = next.fetch_add(1, Ordering::Relaxed);
                if part >= parts {
                    break;
                }
                own.push((part, self.guard(&f, part)));
            }
            done.lock().unwrap_or_else(PoisonError::into_inner).append(&mut own);
        };
        pool.in_place_scope(|scope| {
            // The calling thread is one of them.
            for _ in 1..self.threads().min(parts) {
                scope.spawn(|_| work());
            }
            work();
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_unstable_by_key(|(part, _)| *part);
        done.into_iter().map(|(_, result)| result).collect()
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

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;

    #[test]
    fn parts_are_all_done_and_come_in_order() {
        for threads in [1, 2, 5] {
            let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
            for parts in [0, 1, 2, 1000] {
                let doubled = run.share(parts, |part| 2 * part).unwrap();
                assert_eq!(doubled, (0..parts).map(|part| 2 * part).collect::<Vec<_>>());
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
