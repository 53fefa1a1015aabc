//! Sums by group of one column under several masks: a row is taken into all of them at once.
#![allow(unsafe_code, reason = "a loop compiled for a level may be called only where it exists")]
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]

use super::Level;

/// Masks that a word tells of, at most: a bit for each.
pub(crate) const MOST_MASKS: usize = u16::BITS as usize;

/// What is known of a group: for each of `W` masks the sum, and how many values are in it, of which
/// there are less than 2³². It is whole lines of the caches, because groups come in any order.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Cells<const W: usize> {
    pub(crate) sums: [f64; W],
    pub(crate) counts: [u32; W],
}

impl<const W: usize> Cells<W> {
    /// Before any row.
    pub(crate) const EMPTY: Self = Self { sums: [0.0; W], counts: [0; W] };

    /// Takes in what is known of later rows.
    pub(crate) fn merge(&mut self, later: &Self) {
        for (sum, more) in self.sums.iter_mut().zip(&later.sums) {
            *sum += more;
        }
        for (count, more) in self.counts.iter_mut().zip(&later.counts) {
            *count += more;
        }
    }
}

/// Makes of the loops below one for each level, and calls that of `level`.
macro_rules! at_level {
    ($level:expr, $of:ident $(::<$w:ident>)? ($($arg:ident: $ty:ty),*)) => {{
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2")]
        fn avx2 $(<const $w: usize>)? ($($arg: $ty),*) {
            $of $(::<$w>)? ($($arg),*);
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
        fn avx512 $(<const $w: usize>)? ($($arg: $ty),*) {
            $of $(::<$w>)? ($($arg),*);
        }
        assert!($level <= Level::best(), "a level that this machine has");
        match $level {
            // SAFETY: the machine has the level, and with it what the loop was compiled for.
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => unsafe { avx512 $(::<$w>)? ($($arg),*) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => unsafe { avx2 $(::<$w>)? ($($arg),*) },
            _ => $of $(::<$w>)? ($($arg),*),
        }
    }};
}

/// Takes in rows: row `i`, of the value `values[i]`, is in group `groups[i]`, and bit `j` of
/// `words[i]` says whether mask `j` holds. Each sum is taken in the order of the rows.
///
/// # Panics
/// When there is no such group, or the machine does not have `level`.
pub(crate) fn add_rows<const W: usize>(
    level: Level,
    cells: &mut [Cells<W>],
    (groups, values, words): (&[u32], &[f64], &[u16]),
) {
    at_level!(level, rows::<W>(cells: &mut [Cells<W>], groups: &[u32], values: &[f64], words: &[u16]));
}

#[inline(always)]
fn rows<const W: usize>(cells: &mut [Cells<W>], groups: &[u32], values: &[f64], words: &[u16]) {
    for ((&group, &x), &word) in groups.iter().zip(values).zip(words) {
        let Cells { sums, counts } = &mut cells[group as usize];
        // No sum is ever -0, so that adding 0 changes none; a choice is no guess, as a branch is.
        for (lane, sum) in sums.iter_mut().enumerate() {
            *sum += if u64::from(word) & (1 << lane) != 0 { x } else { 0.0 };
        }
        for (lane, count) in counts.iter_mut().enumerate() {
            *count += u32::from(u32::from(word) & (1 << lane) != 0);
        }
    }
}

/// Makes of each row a word of what the masks, which come with the numbers of their bits, say of it;
/// the bits of `always` are set.
///
/// # Panics
/// When the machine does not have `level`.
pub(crate) fn tell_rows(level: Level, masks: &[(u32, &[bool])], always: u16, words: &mut [u16]) {
    at_level!(level, bits(masks: &[(u32, &[bool])], always: u16, words: &mut [u16]));
}

#[inline(always)]
fn bits(masks: &[(u32, &[bool])], always: u16, words: &mut [u16]) {
    words.fill(always);
    for (bit, mask) in masks {
        for (word, holds) in words.iter_mut().zip(*mask) {
            *word |= u16::from(*holds) << bit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds the loops for `W` masks to plain ones, at every level.
    fn check<const W: usize>() {
        let (n, n_groups) = (1003, 37);
        let groups: Vec<u32> = (0..n).map(|row| row * 7919 % n_groups).collect();
        let values: Vec<f64> = (0..n)
            .map(|row| match row % 101 {
                0 => f64::INFINITY,
                1 => -0.0,
                _ => f64::from(row * 31 % 1009) / 7.0 - 60.0,
            })
            .collect();
        let masks: Vec<Vec<bool>> = (0..W as u32)
            .map(|mask| (0..n).map(|row| row * (mask + 3) % 11 < 4).collect())
            .collect();
        // The last holds for every row.
        let always = 1 << (W - 1);
        let some: Vec<(u32, &[bool])> =
            (0..W as u32 - 1).map(|bit| (bit, &masks[bit as usize][..])).collect();
        for level in Level::available() {
            let mut words = vec![0xFFFF_u16; n as usize];
            tell_rows(level, &some, always, &mut words);
            let mut cells = vec![Cells::<W>::EMPTY; n_groups as usize];
            add_rows(level, &mut cells, (&groups, &values, &words));
            let mut expected = vec![[(0.0_f64, 0_u32); W]; n_groups as usize];
            for (row, (&group, x)) in groups.iter().zip(&values).enumerate() {
                for (mask, (sum, count)) in expected[group as usize].iter_mut().enumerate() {
                    if mask == W - 1 || masks[mask][row] {
                        *sum += x;
                        *count += 1;
                    }
                }
            }
            for (group, (cells, expected)) in cells.iter().zip(&expected).enumerate() {
                for (mask, (sum, count)) in expected.iter().enumerate() {
                    let got = (cells.sums[mask].to_bits(), cells.counts[mask]);
                    assert_eq!(got, (sum.to_bits(), *count), "{level:?}, {group}, mask {mask}");
                }
            }
        }
    }

    #[test]
    fn every_level_takes_rows_into_the_sums_of_a_plain_loop() {
        check::<5>();
        check::<10>();
        check::<16>();
    }
}
