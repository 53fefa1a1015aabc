//! A map-reduce in bounded memory, in the order of the items.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use crate::{Error, Run};

impl Run {
    /// Applies `map` to every item on all threads, and `reduce` to the results on the calling
    /// thread, in the order of the items: the sum is the same for any number of threads.
    ///
    /// Items are drawn when there is room for them. No more than `threads + 1` are alive at once,
    /// each from the moment when it is drawn until its result has been reduced, so that what is
    /// too much for memory can be read, worked on and summed up piece by piece. A piece costs some
    /// microseconds besides its own work; for many small ones there is
    /// [`fold_batches`](Self::fold_batches).
    ///
    /// ```
    /// let run = jobs::Run::serial();
    /// let sum = run.fold(1..=4, |n| n * n, 0, |sum, square| Ok::<_, jobs::Error>(sum + square))?;
    /// assert_eq!(sum, 30);
    /// # Ok::<(), jobs::Error>(())
    /// ```
    ///
    /// # Errors
    /// The first of `reduce`, which ends the work; [`Error::Cancelled`]; [`Error::Panicked`] when
    /// `map` panicked.
    ///
    /// # Panics
    /// When `reduce` or the iterator does: they run on the calling thread.
    pub fn fold<T, R, A, E>(
        &self,
        items: impl IntoIterator<Item = T>,
        map: impl Fn(T) -> R + Sync,
        init: A,
        mut reduce: impl FnMut(A, R) -> Result<A, E>,
    ) -> Result<A, E>
    where
        T: Send,
        R: Send,
        E: From<Error>,
    {
        let mut items = items.into_iter().fuse();
        let Some(pool) = self.idle_pool() else {
            return items.try_fold(init, |sum, item| reduce(sum, self.guard(&map, item)?));
        };
        let room = pool.current_num_threads() + 1;
        let (sender, receiver) = mpsc::channel();
        let given_up = AtomicBool::new(false);
        let (map, given_up) = (&map, &given_up);
        pool.in_place_scope(|scope| {
            let work = || {
                let mut sum = init;
                // Results that came before their turn; the first place is that of item `reduced`.
                let mut early: VecDeque<Option<Result<R, Error>>> = VecDeque::new();
                let mut reduced = 0;
                loop {
                    while early.len() < room
                        && let Some(item) = items.next()
                    {
                        let (sender, number) = (sender.clone(), reduced + early.len());
                        scope.spawn(move |_| {
                            if !given_up.load(Ordering::Relaxed) {
                                // Nobody listens when the work has just been given up.
                                drop(sender.send((number, self.guard(map, item))));
                            }
                        });
                        early.push_back(None);
                    }
                    match early.front_mut() {
                        None => return Ok(sum),
                        Some(Some(_)) => {}
                        Some(None) => {
                            let (number, result) =
                                receiver.recv().expect("we hold a sender: it cannot hang up");
                            early[number - reduced] = Some(result);
                            continue;
                        }
                    }
                    // Its place is kept until it is reduced: it still takes up memory.
                    let result = early[0].take().expect("it is there");
                    sum = reduce(sum, result?)?;
                    early.pop_front();
                    reduced += 1;
                }
            };
            let outcome = work();
            given_up.store(true, Ordering::Relaxed);
            outcome
        })
    }

    /// As [`fold`](Self::fold), for many `items` that are worth less than some microseconds: `batch` of
    /// them, by their numbers alone, are mapped as one piece. The results are reduced one by one in the
    /// order of the items, so that the sum is that of `fold`, for any number of threads and any
    /// `batch`. No more than `threads + 1` batches are alive at once. With a thousand in a batch an
    /// item costs a tenth of a microsecond or less.
    ///
    /// ```
    /// use std::num::NonZeroUsize;
    ///
    /// let thousand = NonZeroUsize::new(1000).expect("it is not zero");
    /// let add = |sum, square| Ok::<_, jobs::Error>(sum + square);
    /// let sum = jobs::Run::serial().fold_batches((thousand, 1..=4), |n| n * n, 0, add)?;
    /// assert_eq!(sum, 30);
    /// # Ok::<(), jobs::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`fold`](Self::fold); a panic of `map` comes before what `reduce` says of the items of its
    /// batch, and a wish to stop is heard between batches.
    ///
    /// # Panics
    /// As [`fold`](Self::fold).
    pub fn fold_batches<T, R, A, E>(
        &self,
        (batch, items): (NonZeroUsize, impl IntoIterator<Item = T>),
        map: impl Fn(T) -> R + Sync,
        init: A,
        mut reduce: impl FnMut(A, R) -> Result<A, E>,
    ) -> Result<A, E>
    where
        T: Send,
        R: Send,
        E: From<Error>,
    {
        let mut items = items.into_iter().fuse();
        let batches = std::iter::from_fn(|| {
            let batch: Vec<T> = items.by_ref().take(batch.get()).collect();
            (!batch.is_empty()).then_some(batch)
        });
        let map = |batch: Vec<T>| batch.into_iter().map(&map).collect::<Vec<R>>();
        self.fold(batches, map, init, |sum, batch| batch.into_iter().try_fold(sum, &mut reduce))
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    fn runs() -> Vec<Run> {
        let of = |n| Run::with_threads(NonZeroUsize::new(n).unwrap()).unwrap();
        vec![of(1), of(2), of(5)]
    }

    /// A piece that is counted as long as it lives.
    struct Piece<'a>(&'a AtomicUsize);

    impl Drop for Piece<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn results_are_reduced_in_the_order_of_the_items() {
        for run in runs() {
            let text = run
                .fold(
                    0..2000_u64,
                    |n| {
                        // The later ones are done first.
                        std::hint::black_box((0..(2000 - n) % 7 * 1000).sum::<u64>());
                        n
                    },
                    Vec::new(),
                    |mut sum, n| {
                        sum.push(n);
                        Ok::<_, Error>(sum)
                    },
                )
                .unwrap();
            assert_eq!(text, (0..2000).collect::<Vec<_>>());
        }
    }

    #[test]
    fn no_more_pieces_live_than_threads_and_one() {
        for run in runs() {
            let (living, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let pieces = (0..500).map(|_| {
                let now = living.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                Piece(&living)
            });
            let n = run.fold(pieces, |piece| piece, 0, |n, _| Ok::<_, Error>(n + 1)).unwrap();
            assert_eq!(n, 500);
            assert!(most.into_inner() <= run.threads() + 1);
        }
    }

    #[test]
    fn batches_give_the_sum_of_single_items_in_their_order() {
        // Neither commutative nor associative.
        let reduce = |sum: u64, n: u64| Ok::<_, Error>(sum.wrapping_mul(31) ^ n);
        for n_items in [0, 1, 7, 8, 1000] {
            let single = Run::serial().fold(0..n_items, |n| n * n, 1, reduce).unwrap();
            for run in runs() {
                for batch in [1, 3, 8, 5000] {
                    let batch = NonZeroUsize::new(batch).unwrap();
                    let sum = run.fold_batches((batch, 0..n_items), |n| n * n, 1, reduce).unwrap();
                    assert_eq!(sum, single, "{n_items} items, {batch} in a batch");
                }
            }
        }
    }

    #[test]
    fn no_more_batches_live_than_threads_and_one() {
        for run in runs() {
            let (living, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let pieces = (0..500).map(|_| {
                let now = living.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                Piece(&living)
            });
            let batch = NonZeroUsize::new(10).unwrap();
            let count = |n, _| Ok::<_, Error>(n + 1);
            assert_eq!(run.fold_batches((batch, pieces), |piece| piece, 0, count).unwrap(), 500);
            assert!(most.into_inner() <= 10 * (run.threads() + 1));
        }
    }

    #[test]
    fn an_error_of_the_reduction_ends_the_work() {
        for run in runs() {
            let drawn = AtomicUsize::new(0);
            let items = (0..100_000).inspect(|_| {
                drawn.fetch_add(1, Ordering::Relaxed);
            });
            let failed = run.fold(
                items,
                |n| n,
                0,
                |sum, n| {
                    if n == 10 {
                        Err(Error::Panicked { message: "ten".to_owned() })
                    } else {
                        Ok(sum)
                    }
                },
            );
            assert!(failed.unwrap_err().to_string().contains("ten"));
            assert!(drawn.into_inner() < 100);
        }
    }

    #[test]
    fn panics_and_cancellation_are_errors() {
        for run in runs() {
            let failed =
                run.fold(0..9, |n| assert!(n != 5, "five"), (), |(), ()| Ok::<_, Error>(()));
            assert!(failed.unwrap_err().to_string().contains("five"));
            let (three, refuse) = (NonZeroUsize::new(3).unwrap(), |n| assert!(n != 5, "five"));
            let failed = run.fold_batches((three, 0..9), refuse, (), |(), ()| Ok::<_, Error>(()));
            assert!(failed.unwrap_err().to_string().contains("five"));
            let failed = run.fold(
                0..1_000_000,
                |n| n,
                0,
                |sum, n| {
                    if n == 100 {
                        run.cancel().cancel();
                    }
                    Ok::<_, Error>(sum + 1)
                },
            );
            assert!(matches!(failed, Err(Error::Cancelled)));
        }
    }

    #[test]
    fn a_fold_inside_a_task_is_done_inline() {
        for run in runs() {
            let sums = run.map(vec![10_u64, 20], |n| {
                run.fold(0..n, |m| m, 0, |sum, m| Ok::<_, Error>(sum + m)).unwrap()
            });
            assert_eq!(sums.unwrap(), [45, 190]);
        }
    }
}
