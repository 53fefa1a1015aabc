//! Large arrays in large pages.
#![allow(unsafe_code, reason = "the system is told where an array lies in memory")]

use crate::Number;

/// Arrays of fewer bytes are left alone: a large page has as many.
const LEAST_BYTES: usize = 2 << 20;

/// An empty vector with room for `n` items, which the system is asked to give in large pages.
///
/// It is for an array that is filled as a whole. The first look at each page of four kilobytes takes the
/// system a microsecond or more: for an array that is written once, longer than what is written. Where the
/// system has no large pages, or the array is small, this is `Vec::with_capacity`.
///
/// ```
/// let mut squares = jobs::with_large_pages(1 << 20);
/// squares.extend((0..1 << 20).map(|n: u64| n * n));
/// assert_eq!(squares[1000], 1_000_000);
/// ```
#[must_use]
pub fn with_large_pages<T>(n: usize) -> Vec<T> {
    let mut vec = Vec::with_capacity(n);
    advise(&mut vec);
    vec
}

/// A vector of `n` zeros, as [`with_large_pages`]: nothing of it is looked at before the caller does.
///
/// ```
/// assert_eq!(jobs::zeros_in_large_pages::<f64>(3), [0.0; 3]);
/// ```
#[must_use]
pub fn zeros_in_large_pages<N: Number>(n: usize) -> Vec<N> {
    // Memory that is new is zero as it is, and is not written.
    let mut vec = vec![N::zeroed(); n];
    advise(&mut vec);
    vec
}

/// Asks for large pages in the memory of `vec`.
#[cfg(target_os = "linux")]
fn advise<T>(vec: &mut Vec<T>) {
    const PAGE: usize = 4 << 10;
    let n_bytes = vec.capacity() * size_of::<T>();
    if n_bytes < LEAST_BYTES {
        return;
    }
    let start = vec.as_mut_ptr().cast::<u8>();
    let n_before = start.align_offset(PAGE);
    let len = (n_bytes - n_before) / PAGE * PAGE;
    // SAFETY: this advice changes no byte and takes no memory away, and the addresses are those of a vector
    // that is ours alone. A system with larger pages refuses what begins between them; that it does not
    // follow is no error: the array is there as it was.
    unsafe {
        libc::madvise(start.wrapping_add(n_before).cast(), len, libc::MADV_HUGEPAGE);
    }
}

#[cfg(not(target_os = "linux"))]
fn advise<T>(_: &mut Vec<T>) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_of_any_length_can_be_filled() {
        for n in [0, 1, 1000, LEAST_BYTES / 4, LEAST_BYTES + 1, 3 * LEAST_BYTES] {
            let zeros = zeros_in_large_pages::<u32>(n);
            assert!(zeros.len() == n && zeros.iter().all(|&zero| zero == 0), "{n}");
            let mut filled = with_large_pages::<u64>(n);
            assert!(filled.is_empty() && filled.capacity() >= n);
            filled.extend(0..n as u64);
            assert!((0..).zip(&filled).all(|(n, &item)| n == item), "{n}");
        }
    }
}
