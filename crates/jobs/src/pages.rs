//! Large arrays in large pages.
#![allow(unsafe_code, reason = "the system is told where an array lies in memory")]

use crate::Number;

/// Bytes of a large page.
const LARGE_PAGE: usize = 2 << 20;

/// Arrays of fewer bytes are left alone: what of the page they do not use would be for nothing.
const LEAST_BYTES: usize = LARGE_PAGE / 2;

/// What an allocator writes beside an array, at most, bytes.
const BESIDE: usize = 64;

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
    let mut vec = Vec::with_capacity(whole_pages::<T>(n));
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
    let mut vec = vec![N::zeroed(); whole_pages::<N>(n)];
    advise(&mut vec);
    vec.truncate(n);
    vec
}

/// How many items there is to be room for where `n` are wanted, so that a large array with what the
/// allocator writes beside it fills whole large pages: the system gives it addresses where large pages
/// begin, and the rest of the last is never looked at.
fn whole_pages<T>(n: usize) -> usize {
    let n_bytes = n.saturating_mul(size_of::<T>());
    match (n_bytes + BESIDE).checked_next_multiple_of(LARGE_PAGE) {
        Some(whole) if n_bytes >= LEAST_BYTES => n.max((whole - BESIDE) / size_of::<T>()),
        _ => n,
    }
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
    // Pages that it shares with others are advised as well: a large page is there as a whole or not at all.
    let n_before = start.addr() % PAGE;
    let len = (n_before + n_bytes).next_multiple_of(PAGE);
    let first = start.wrapping_sub(n_before).cast();
    // SAFETY: this advice changes no byte and takes no memory away, whoever's they are; the pages are those
    // that a vector of ours lies in. A system with larger pages refuses what begins between them; that it
    // does not follow is no error: the array is there as it was.
    unsafe {
        libc::madvise(first, len, libc::MADV_HUGEPAGE);
    }
    if start.addr() % LARGE_PAGE <= BESIDE {
        // The allocator has written before the array, by which the first page came to be a small one.
        // SAFETY: as above. A system that cannot bring pages together refuses.
        unsafe {
            libc::madvise(first, LARGE_PAGE, libc::MADV_COLLAPSE);
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn advise<T>(_: &mut Vec<T>) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_of_any_length_can_be_filled() {
        for n in [0, 1, 1000, LEAST_BYTES / 4, LEAST_BYTES + 1, LARGE_PAGE / 4, 3 * LEAST_BYTES] {
            let zeros = zeros_in_large_pages::<u32>(n);
            assert!(zeros.len() == n && zeros.iter().all(|&zero| zero == 0), "{n}");
            let mut filled = with_large_pages::<u64>(n);
            assert!(filled.is_empty() && filled.capacity() >= n);
            filled.extend(0..n as u64);
            assert!((0..).zip(&filled).all(|(n, &item)| n == item), "{n}");
        }
    }
}
