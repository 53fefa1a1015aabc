//! Shards to the rows of a matrix.

use super::shard::ShardRows;

/// A word that has no column.
pub(super) const NO_COLUMN: u32 = u32::MAX;

/// The columns that a shard has entries in.
#[derive(Debug, Default)]
pub(super) struct Ranks {
    /// The columns in their order.
    columns: Vec<u32>,
    /// For every word of the shard: the place of its column among them, or [`NO_COLUMN`].
    of_word: Vec<u32>,
    /// How many entries the rows have at most: as many as there are when no two words share a column.
    pub(super) n_entries: usize,
}

impl Ranks {
    /// Those of a shard with the columns `column_of` its words, each of which has `n_of_word` entries;
    /// there are `n_columns` in all. Cost: two passes over the words, and one over a bitmap of the
    /// columns, which takes the place of sorting them.
    pub(super) fn new(n_of_word: &[u32], column_of: &[u32], n_columns: usize) -> Self {
        let mut marks = vec![0_u64; n_columns.div_ceil(64)];
        for &column in column_of {
            if column != NO_COLUMN {
                marks[column as usize / 64] |= 1 << (column % 64);
            }
        }
        let mut columns = Vec::with_capacity(column_of.len());
        // For every word of the bitmap: how many columns come before it.
        let mut n_before = Vec::with_capacity(marks.len());
        for (base, &marks) in (0..).step_by(64).zip(&marks) {
            n_before.push(columns.len() as u32);
            let mut marks = marks;
            while marks != 0 {
                columns.push(base + marks.trailing_zeros());
                marks &= marks - 1;
            }
        }
        let mut n_entries = 0;
        let rank = |(&column, &n_of_word): (&u32, &u32)| {
            if column == NO_COLUMN {
                return NO_COLUMN;
            }
            n_entries += n_of_word as usize;
            let (place, lower) = (column as usize / 64, (1_u64 << (column % 64)) - 1);
            n_before[place] + (marks[place] & lower).count_ones()
        };
        let of_word = column_of.iter().zip(n_of_word).map(rank).collect();
        Self { columns, of_word, n_entries }
    }

    /// Writes the rows of `shard`: the columns and the counts of their entries, in the order of the
    /// columns, one row after the other; counts of words with one column are added up. Returns how many
    /// entries each row has.
    ///
    /// No row is sorted: its ranks are marked in a bitmap that the processor's first cache holds, and
    /// read off in their order. A second bitmap says which words of the first have marks.
    pub(super) fn write_rows(
        &self,
        shard: &ShardRows<'_>,
        (columns, counts): (&mut [u32], &mut [u32]),
    ) -> Vec<u32> {
        let n_marks = self.columns.len().div_ceil(64);
        let mut marks = vec![0_u64; n_marks];
        let mut summary = vec![0_u64; n_marks.div_ceil(64)];
        let mut count_of = vec![0_u32; self.columns.len()];
        let mut lens = Vec::with_capacity(shard.n_docs());
        let mut at = 0;
        for entries in shard.rows() {
            entries.each(|entry| {
                let rank = self.of_word[entry.word as usize];
                if rank != NO_COLUMN {
                    let rank = rank as usize;
                    let place = rank / 64;
                    marks[place] |= 1 << (rank % 64);
                    summary[place / 64] |= 1 << (place % 64);
                    count_of[rank] = count_of[rank].saturating_add(entry.count);
                }
            });
            let start = at;
            for (base, places) in (0..).step_by(64).zip(&mut summary) {
                let mut places = std::mem::take(places);
                while places != 0 {
                    let place = base + places.trailing_zeros() as usize;
                    places &= places - 1;
                    let mut ranks = std::mem::take(&mut marks[place]);
                    while ranks != 0 {
                        let rank = 64 * place + ranks.trailing_zeros() as usize;
                        ranks &= ranks - 1;
                        columns[at] = self.columns[rank];
                        counts[at] = std::mem::take(&mut count_of[rank]);
                        at += 1;
                    }
                }
            }
            lens.push((at - start) as u32);
        }
        lens
    }
}
