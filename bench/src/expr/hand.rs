//! The limit: loops written by hand for this machine, on one thread and on several that wait
//! spinning for their part.
#![allow(unsafe_code, reason = "the limit is what the machine can do")]
#![allow(
    clippy::fn_params_excessive_bools,
    clippy::inline_always,
    clippy::too_many_arguments,
    reason = "one loop with all its variants, compiled for each level"
)]

use std::sync::atomic::{AtomicU32, Ordering};

use super::timed;

/// Seconds of each kind of work.
pub(super) fn limits(
    tf: &[f64],
    idf: &[f64],
    out: &mut [f64],
    threads: usize,
) -> Vec<(&'static str, f64)> {
    let n = tf.len();
    let mut found = Vec::new();
    let place = Place(out.as_mut_ptr());
    let part = |at: usize, of: usize| {
        (n * at / of / 64 * 64, if at + 1 == of { n } else { n * (at + 1) / of / 64 * 64 })
    };
    let mut best: [(&'static str, f64); 3] =
        [("limit", f64::INFINITY), ("triad", f64::INFINITY), ("read", f64::INFINITY)];
    for used in 1..=threads {
        let works: [&(dyn Fn(usize) + Sync); 3] = [
            &|at| {
                let (start, end) = part(at, used);
                mul_sub(place, tf, idf, start, end);
            },
            &|at| {
                let (start, end) = part(at, used);
                triad(place, tf, idf, start, end);
            },
            &|at| {
                let (start, end) = part(at, used);
                std::hint::black_box(read(&tf[start..end], &idf[start..end]));
            },
        ];
        for ((_, best), work) in best.iter_mut().zip(works) {
            *best = best.min(with_helpers(used, work));
        }
    }
    found.extend(best);
    found
}

#[derive(Clone, Copy)]
struct Place(*mut f64);

// SAFETY: threads write to parts that do not meet.
unsafe impl Send for Place {}
// SAFETY: as above.
unsafe impl Sync for Place {}

/// Times `work` on `threads` threads: the helpers spin until there is something to do.
fn with_helpers(threads: usize, work: &(dyn Fn(usize) + Sync)) -> f64 {
    if threads == 1 {
        return timed(|| work(0));
    }
    let (epoch, done) = (AtomicU32::new(0), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for at in 1..threads {
            let (epoch, done) = (&epoch, &done);
            scope.spawn(move || {
                let mut seen = 0;
                loop {
                    let now = epoch.load(Ordering::Acquire);
                    if now == u32::MAX {
                        return;
                    }
                    if now != seen {
                        seen = now;
                        work(at);
                        done.fetch_add(1, Ordering::Release);
                    }
                    std::hint::spin_loop();
                }
            });
        }
        let seconds = timed(|| {
            done.store(0, Ordering::Relaxed);
            epoch.fetch_add(1, Ordering::Release);
            work(0);
            while (done.load(Ordering::Acquire) as usize) < threads - 1 {
                std::hint::spin_loop();
            }
        });
        epoch.store(u32::MAX, Ordering::Release);
        seconds
    })
}

/// Outputs that no cache holds are written past them.
const STREAMED: usize = 2 << 20;

fn mul_sub(place: Place, tf: &[f64], idf: &[f64], start: usize, end: usize) {
    by_level(place, tf, idf, (start, end), tf.len() >= STREAMED, |a, b| a * b - 1.0);
}

fn triad(place: Place, tf: &[f64], idf: &[f64], start: usize, end: usize) {
    by_level(place, tf, idf, (start, end), tf.len() >= STREAMED, |a, b| a + 3.0 * b);
}

fn read(a: &[f64], b: &[f64]) -> f64 {
    #[inline(always)]
    fn sum(a: &[f64], b: &[f64]) -> f64 {
        let mut lanes = [0.0; 32];
        for (a, b) in a.as_chunks::<32>().0.iter().zip(b.as_chunks::<32>().0) {
            for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
                *lane += a + b;
            }
        }
        lanes.iter().sum()
    }
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        fn avx2(a: &[f64], b: &[f64]) -> f64 {
            sum(a, b)
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the feature has just been detected.
            return unsafe { avx2(a, b) };
        }
    }
    sum(a, b)
}

#[cfg(target_arch = "x86_64")]
fn by_level(
    place: Place,
    a: &[f64],
    b: &[f64],
    (start, end): (usize, usize),
    streamed: bool,
    f: impl Fn(f64, f64) -> f64 + Copy,
) {
    use std::arch::x86_64::{
        _mm_sfence, _mm256_loadu_pd, _mm256_stream_pd, _mm512_loadu_pd, _mm512_stream_pd,
    };

    macro_rules! level {
        ($name:ident, $feature:literal, $lanes:literal, $load:ident, $stream:ident) => {
            #[target_feature(enable = $feature)]
            unsafe fn $name(
                d: *mut f64,
                a: &[f64],
                b: &[f64],
                streamed: bool,
                f: impl Fn(f64, f64) -> f64,
            ) {
                const BLOCK: usize = $lanes * 4;
                let n = a.len().min(b.len());
                let mut i = 0;
                // SAFETY: every index is below the length; streamed stores are aligned.
                unsafe {
                    if streamed {
                        while i < n && !d.add(i).addr().is_multiple_of(64) {
                            *d.add(i) = f(a[i], b[i]);
                            i += 1;
                        }
                    }
                    while i + BLOCK <= n {
                        let mut block = [0.0_f64; BLOCK];
                        for k in 0..BLOCK {
                            block[k] = f(*a.get_unchecked(i + k), *b.get_unchecked(i + k));
                        }
                        if streamed {
                            for k in 0..4 {
                                $stream(
                                    d.add(i + k * $lanes),
                                    $load(block.as_ptr().add(k * $lanes)),
                                );
                            }
                        } else {
                            d.add(i).cast::<[f64; BLOCK]>().write_unaligned(block);
                        }
                        i += BLOCK;
                    }
                    while i + $lanes <= n {
                        let mut vector = [0.0_f64; $lanes];
                        for k in 0..$lanes {
                            vector[k] = f(*a.get_unchecked(i + k), *b.get_unchecked(i + k));
                        }
                        d.add(i).cast::<[f64; $lanes]>().write_unaligned(vector);
                        i += $lanes;
                    }
                    while i < n {
                        *d.add(i) = f(a[i], b[i]);
                        i += 1;
                    }
                    if streamed {
                        _mm_sfence();
                    }
                }
            }
        };
    }
    level!(avx2, "avx2", 4, _mm256_loadu_pd, _mm256_stream_pd);
    level!(avx512, "avx512f", 8, _mm512_loadu_pd, _mm512_stream_pd);
    // SAFETY: the features are detected; `start..end` is within all three arrays.
    unsafe {
        let d = place.0.add(start);
        let (a, b) = (&a[start..end], &b[start..end]);
        if is_x86_feature_detected!("avx512f") {
            avx512(d, a, b, streamed, f);
        } else {
            avx2(d, a, b, streamed, f);
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn by_level(
    place: Place,
    a: &[f64],
    b: &[f64],
    (start, end): (usize, usize),
    _streamed: bool,
    f: impl Fn(f64, f64) -> f64 + Copy,
) {
    for i in start..end {
        // SAFETY: `start..end` is within all three arrays.
        unsafe { *place.0.add(i) = f(a[i], b[i]) };
    }
}
