//! Terms of several tokens.

/// Calls `each` with the start and the end of every run of tokens of the lengths `min..=max`, the
/// short ones first. The tokens stand in one text with one byte between them, and end at `ends`.
pub(super) fn each(ends: &[u32], (min, max): (usize, usize), mut each: impl FnMut(u32, u32)) {
    for n in min..=max.min(ends.len()) {
        for first in 0..=ends.len() - n {
            let start = if first == 0 { 0 } else { ends[first - 1] + 1 };
            each(start, ends[first + n - 1]);
        }
    }
}
