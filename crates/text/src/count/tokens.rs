//! The words of a shard in the order in which they stand, for who looks at neighbours.
//!
//! Two numbers that no word has say what is no word: [`BREAK`] parts words that are no neighbours, and
//! [`WEIGHT`] is followed by what each word counts from there on. A row begins with the weight 1.

use super::entries::{Entries, Entry};
use super::shard::{Counted, ShardRows};
use crate::intern::Mark;

/// Between words that are no neighbours.
pub(super) const BREAK: u32 = u32::MAX;
/// Before a weight.
pub(super) const WEIGHT: u32 = u32::MAX - 1;

/// Whether a word that ends at `end` in `buffer` and one that starts at `start` stand beside one another.
/// Pairs of Chinese characters overlap: they do not.
#[inline]
pub(super) fn are_neighbours(buffer: &[u8], end: u32, start: u32) -> bool {
    buffer.get(end as usize..start as usize).is_some_and(joins)
}

/// Whether the words before and after `gap` stand beside one another: white space with one line end at
/// most, a hyphen, or nothing, where words are written without spaces.
#[inline]
fn joins(gap: &[u8]) -> bool {
    match gap {
        [] | [b' ' | b'-' | b'\n'] => true,
        _ => {
            let mut line_ends = gap.iter().filter(|&&byte| byte == b'\n');
            gap.len() <= LONGEST_GAP
                && gap.iter().all(u8::is_ascii_whitespace)
                && line_ends.nth(1).is_none()
        }
    }
}

/// White space that is more is a gap of another kind, in a table or a listing.
const LONGEST_GAP: usize = 16;

/// Calls `each` with every run of neighbours of a row, and what its words count.
#[inline]
pub(super) fn each_run<'t>(row: &'t [u32], mut each: impl FnMut(&'t [u32], u32)) {
    let (mut weight, mut start, mut at) = (1, 0, 0);
    while at < row.len() {
        let token = row[at];
        if token < WEIGHT {
            at += 1;
            continue;
        }
        if start < at {
            each(&row[start..at], weight);
        }
        if token == WEIGHT {
            at += 1;
            weight = row.get(at).copied().unwrap_or(1);
        }
        at += 1;
        start = at;
    }
    if start < row.len() {
        each(&row[start..], weight);
    }
}

/// Adds up the entries of rows.
#[derive(Debug, Default)]
pub(super) struct Adding {
    entries: Vec<Entry>,
    row_ends: Vec<usize>,
    /// For every word: the row, counted from 1, that counted it last, its entry there, and how many
    /// rows have it.
    marks: Vec<Mark>,
}

impl Adding {
    pub(super) fn new(n_words: usize) -> Self {
        Self { entries: Vec::new(), row_ends: Vec::new(), marks: vec![Mark::NONE; n_words] }
    }

    /// `word` comes `weight` times more in the row that is not ended yet.
    #[inline]
    pub(super) fn add(&mut self, word: u32, weight: u32) {
        let row = self.row_ends.len() as u32 + 1;
        if self.marks.len() <= word as usize {
            self.marks.resize(word as usize + 1, Mark::NONE);
        }
        let mark = &mut self.marks[word as usize];
        if mark.row == row {
            let entry = &mut self.entries[mark.at as usize];
            entry.count = entry.count.saturating_add(weight);
        } else {
            *mark = Mark { row, at: self.entries.len() as u32, n_rows: mark.n_rows + 1 };
            self.entries.push(Entry { word, count: weight });
        }
    }

    pub(super) fn end_row(&mut self) {
        self.row_ends.push(self.entries.len());
    }

    /// The rows that were ended.
    pub(super) fn into_rows(self) -> ShardRows<'static> {
        let n_of_word = self.marks.iter().map(|mark| mark.n_rows).collect();
        let entries = Entries::of(&self.entries);
        ShardRows::owned(Counted { entries, n_of_word }, self.row_ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_end_at_breaks_and_where_the_weight_changes() {
        let row = [1, 2, BREAK, 3, WEIGHT, 7, 4, 5, BREAK, WEIGHT, 1, 6];
        let mut runs = Vec::new();
        each_run(&row, |run, weight| runs.push((run.to_vec(), weight)));
        let expected: [(&[u32], u32); 4] = [(&[1, 2], 1), (&[3], 1), (&[4, 5], 7), (&[6], 1)];
        assert_eq!(runs, expected.map(|(run, weight)| (run.to_vec(), weight)));
    }

    #[test]
    fn spaces_hyphens_and_one_line_end_join_and_signs_part() {
        for gap in [" ", "-", "", "\n", "  ", " \n    "] {
            assert!(joins(gap.as_bytes()), "{gap:?}");
        }
        for gap in [", ", ". ", " (", "\n\n", " - ", "\u{3002}", "                    "] {
            assert!(!joins(gap.as_bytes()), "{gap:?}");
        }
    }
}
