//! Work that goes on while its caller does something else.

use std::fmt;
use std::sync::{Arc, mpsc};

use crate::{Error, Run};

/// Results of [`Run::begin`] that are, or will be.
pub struct Begun<R>(State<R>);

enum State<R> {
    /// There is nobody to do it but who waits for it.
    Later(Box<dyn FnOnce() -> Result<Vec<R>, Error> + Send>),
    /// The results, each with its number.
    Coming(mpsc::Receiver<(usize, Result<R, Error>)>),
}

impl Run {
    /// Begins to apply `f` to every item, on all threads, and does not wait for it. With one thread, and
    /// inside a task of the run, it is done when it is waited for.
    ///
    /// Items and results are in memory at once, beside whatever else is worked on. What is begun is done
    /// to its end, also when nobody waits for it.
    ///
    /// ```
    /// let begun = jobs::Run::serial().begin(vec![1, 2, 3], |n| n * n);
    /// assert_eq!(begun.wait()?, [1, 4, 9]);
    /// # Ok::<(), jobs::Error>(())
    /// ```
    pub fn begin<T, R, F>(&self, items: Vec<T>, f: F) -> Begun<R>
    where
        T: Send + 'static,
        R: Send + 'static,
        F: Fn(T) -> R + Send + Sync + 'static,
    {
        let inline = self.inline();
        let Some(pool) = self.idle_pool() else {
            return Begun(State::Later(Box::new(move || inline.map(items, f))));
        };
        let (sender, receiver) = mpsc::channel();
        let shared = Arc::new((inline, f));
        for (number, item) in items.into_iter().enumerate() {
            let (shared, sender) = (Arc::clone(&shared), sender.clone());
            pool.spawn(move || {
                let result = shared.0.guard(&shared.1, item);
                // Who waits may find in the results what others shared with it.
                drop(shared);
                // Sending fails when nobody waits for it any more.
                drop(sender.send((number, result)));
            });
        }
        Begun(State::Coming(receiver))
    }
}

impl<R> Begun<R> {
    /// Waits for the results, which come in the order of the items. It must not be called by a task of the
    /// run whose work this is: all its threads might wait, and none work.
    ///
    /// # Errors
    /// [`Error::Cancelled`], and [`Error::Panicked`] with the message of the first item whose `f` panicked.
    pub fn wait(self) -> Result<Vec<R>, Error> {
        let coming = match self.0 {
            State::Later(work) => return work(),
            State::Coming(coming) => coming,
        };
        // Every task sends its result before it hangs up.
        let mut results: Vec<_> = coming.into_iter().collect();
        results.sort_unstable_by_key(|(number, _)| *number);
        results.into_iter().map(|(_, result)| result).collect()
    }
}

impl<R> fmt::Debug for Begun<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Begun").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::sync::Barrier;

    use super::*;

    fn threads(n: usize) -> Run {
        Run::with_threads(NonZeroUsize::new(n).unwrap()).unwrap()
    }

    #[test]
    fn results_come_in_the_order_of_the_items() {
        for run in [Run::serial(), threads(3)] {
            let begun = run.begin((0..1000).collect(), |n: u64| 2 * n);
            assert_eq!(begun.wait().unwrap(), (0..1000).map(|n| 2 * n).collect::<Vec<_>>());
            assert!(run.begin(Vec::<u64>::new(), |n| n).wait().unwrap().is_empty());
        }
    }

    #[test]
    fn it_goes_on_beside_its_caller() {
        let both = Arc::new(Barrier::new(2));
        let of_task = Arc::clone(&both);
        let begun = threads(2).begin(vec![7], move |n| {
            of_task.wait();
            n
        });
        // Nobody would come here if the caller had waited.
        both.wait();
        assert_eq!(begun.wait().unwrap(), [7]);
    }

    #[test]
    fn inside_a_task_it_is_done_by_who_waits() {
        let run = threads(2);
        let sums = run.map((0..20).collect(), |n: u64| {
            run.begin((0..n).collect(), |m: u64| m).wait().unwrap().into_iter().sum::<u64>()
        });
        assert_eq!(sums.unwrap()[19], 19 * 18 / 2);
    }

    #[test]
    fn panics_and_the_wish_to_stop_are_errors() {
        for run in [Run::serial(), threads(2)] {
            let failed = run.begin(vec![1, 2, 3], |n| assert!(n != 2, "two is refused")).wait();
            assert!(failed.unwrap_err().to_string().contains("two is refused"));
            run.cancel().cancel();
            assert!(matches!(run.begin(vec![1], |n| n).wait(), Err(Error::Cancelled)));
        }
    }
}
