//! Repeated timing.

use std::hint::black_box;
use std::time::Instant;

/// Seconds of each of `runs` calls of `work`, after one call that is not counted.
pub(crate) fn seconds<T>(runs: usize, mut work: impl FnMut() -> T) -> Vec<f64> {
    black_box(work());
    (0..runs)
        .map(|_| {
            let started = Instant::now();
            black_box(work());
            started.elapsed().as_secs_f64()
        })
        .collect()
}

/// The middle value, of an even number the lower of the two.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}
