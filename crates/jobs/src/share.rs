//! Parts of one piece of work, shared out with little delay.

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
