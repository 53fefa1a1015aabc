//! Shards to the rows of a matrix.

use super::shard::ShardRows;

/// A word that has no column.
pub(super) const NO_COLUMN: u32 = u32::MAX;

/// Rows of a CSR matrix.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// How many entries each row has.
    pub(super) lens: Vec<u32>,
    pub(super) columns: Vec<u32>,
    pub(super) counts: Vec<u32>,
}

impl Rows {
    /// The rows of `shard` over the columns `column_of` its words, entries in the order of their
    /// columns; counts of words with one column are added up.
    ///
    /// The entries are not sorted row by row: they are first brought together word by word, then dealt
    /// out to the rows in the order of the columns. Both are linear.
    /// `n_of_word`: how many entries each word has.
    pub(super) fn of(shard: &ShardRows<'_>, n_of_word: &[u32], column_of: &[u32]) -> Self {
        let columns = (0_u32..).zip(column_of).filter(|(_, column)| **column != NO_COLUMN);
        // As one number, by which sorting is twice as fast.
        let mut order: Vec<u64> =
            columns.map(|(word, &column)| u64::from(column) << 32 | u64::from(word)).collect();
        order.sort_unstable();

        let mut next_of_word = vec![0_u32; column_of.len()];
        let mut n_kept = 0;
        for &both in &order {
            let word = both as u32 as usize;
            next_of_word[word] = n_kept;
            n_kept += n_of_word[word];
        }
        let mut by_word = vec![(0_u32, 0_u32); n_kept as usize];
        let mut lens = vec![0_u32; shard.n_docs()];
        for (row, entries) in (0_u32..).zip(shard.rows()) {
            for entry in entries {
                let word = entry.word as usize;
                if column_of[word] != NO_COLUMN {
                    by_word[next_of_word[word] as usize] = (row, entry.count);
                    next_of_word[word] += 1;
                    lens[row as usize] += 1;
                }
            }
        }
        Self::dealt_out(&order, (n_of_word, &by_word), lens)
    }

    /// `order`: columns, each above its word; `by_word`: rows and counts of each word in this order, in
    /// runs of `n_of_word`; `lens`: entries of each row.
    fn dealt_out(
        order: &[u64],
        (n_of_word, by_word): (&[u32], &[(u32, u32)]),
        mut lens: Vec<u32>,
    ) -> Self {
        let mut starts = Vec::with_capacity(lens.len());
        let mut n_entries = 0;
        for &len in &lens {
            starts.push(n_entries);
            n_entries += len as usize;
        }
        let mut next = starts.clone();
        let (mut columns, mut counts) = (vec![0_u32; n_entries], vec![0_u32; n_entries]);
        let mut n_added = 0;
        let mut rest = by_word;
        for &both in order {
            let (column, word) = ((both >> 32) as u32, both as u32);
            let (rows, after) = rest.split_at(n_of_word[word as usize] as usize);
            rest = after;
            for &(row, count) in rows {
                let row = row as usize;
                let at = next[row];
                if at > starts[row] && columns[at - 1] == column {
                    counts[at - 1] = counts[at - 1].saturating_add(count);
                    n_added += 1;
                } else {
                    columns[at] = column;
                    counts[at] = count;
                    next[row] += 1;
                }
            }
        }
        if n_added > 0 {
            close_gaps(&starts, &next, (&mut columns, &mut counts), &mut lens);
        }
        Self { lens, columns, counts }
    }
}

/// Moves every row up to the one before: `starts` to `ends` are filled.
fn close_gaps(
    starts: &[usize],
    ends: &[usize],
    (columns, counts): (&mut Vec<u32>, &mut Vec<u32>),
    lens: &mut [u32],
) {
    let mut filled = 0;
    for ((&start, &end), len) in starts.iter().zip(ends).zip(lens) {
        columns.copy_within(start..end, filled);
        counts.copy_within(start..end, filled);
        *len = (end - start) as u32;
        filled += end - start;
    }
    columns.truncate(filled);
    counts.truncate(filled);
}
