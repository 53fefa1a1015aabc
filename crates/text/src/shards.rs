//! Counts shard by shard, and the words of all shards together.

use crate::count::{Row, Text, each_word};
use crate::numbered::Words;
use crate::plural;

/// The counts of one shard, over the words of that shard.
pub(crate) struct ShardCounts {
    pub(crate) words: Words,
    rows: Vec<Row>,
}

impl ShardCounts {
    pub(crate) fn of(docs: &[Text<'_>], is_stop: impl Fn(&Text<'_>, &str) -> bool) -> Self {
        let mut words = Words::default();
        // Counts of the current document by word number; `touched` lists the non-zero ones.
        let mut counts: Vec<u32> = Vec::new();
        let mut touched: Vec<u32> = Vec::new();
        let rows = docs
            .iter()
            .map(|doc| {
                each_word(doc, |word, weight| {
                    let number = words.number(word);
                    if counts.len() <= number as usize {
                        counts.resize(number as usize + 1, 0);
                    }
                    let count = &mut counts[number as usize];
                    if *count == 0 {
                        touched.push(number);
                    }
                    *count = count.saturating_add(weight);
                });
                touched.sort_unstable();
                let mut row = Row::with_capacity(touched.len());
                for number in touched.drain(..) {
                    let count = std::mem::take(&mut counts[number as usize]);
                    if !is_stop(doc, words.get(number)) {
                        row.push((number, count));
                    }
                }
                row
            })
            .collect();
        Self { words, rows }
    }

    /// The rows over other numbers; counts of words with one number are added up.
    pub(crate) fn rows_in(&self, renumber: impl Fn(u32) -> u32) -> Vec<Row> {
        self.rows
            .iter()
            .map(|row| {
                let mut row: Row = row.iter().map(|&(word, n)| (renumber(word), n)).collect();
                row.sort_unstable_by_key(|&(word, _)| word);
                row.dedup_by(|later, first| {
                    let same = later.0 == first.0;
                    if same {
                        first.1 = first.1.saturating_add(later.1);
                    }
                    same
                });
                row
            })
            .collect()
    }
}

/// The words of all shards.
pub(crate) struct CorpusWords {
    pub(crate) words: Words,
    /// For every word: in how many documents it occurs.
    pub(crate) doc_freq: Vec<u32>,
    /// For every shard: the corpus numbers of its words.
    pub(crate) shard_words: Vec<Vec<u32>>,
}

impl CorpusWords {
    pub(crate) fn merge(shards: &[ShardCounts]) -> Self {
        let mut words = Words::default();
        let mut doc_freq: Vec<u32> = Vec::new();
        let mut shard_words = Vec::with_capacity(shards.len());
        for shard in shards {
            let numbers: Vec<u32> =
                (0..shard.words.len() as u32).map(|n| words.number(shard.words.get(n))).collect();
            doc_freq.resize(words.len(), 0);
            for &(word, _) in shard.rows.iter().flatten() {
                doc_freq[numbers[word as usize] as usize] += 1;
            }
            shard_words.push(numbers);
        }
        Self { words, doc_freq, shard_words }
    }

    pub(crate) fn fold_plurals(&self) -> Folded {
        let doc_freq_of = |word: &str| {
            self.words.find(word).map(|n| self.doc_freq[n as usize]).filter(|&df| df > 0)
        };
        let mut target: Vec<u32> = (0..self.words.len() as u32).collect();
        for number in 0..self.words.len() as u32 {
            let word = self.words.get(number);
            if let Some(singular) = plural::singular_in(word, doc_freq_of) {
                let found = self.words.find(&singular);
                target[number as usize] = found.expect("a singular is a word of the corpus");
            }
        }
        // `a -> b -> c` becomes `a -> c`: singulars are shorter, so that chains end.
        for number in 0..target.len() {
            let mut end = target[number];
            while target[end as usize] != end {
                end = target[end as usize];
            }
            target[number] = end;
        }
        Folded { target }
    }
}

pub(crate) struct Folded {
    /// For every word: the word it is counted as, itself as a rule.
    pub(crate) target: Vec<u32>,
}
