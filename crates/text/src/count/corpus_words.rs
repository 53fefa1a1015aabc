//! The words of all shards, numbered together.

use std::sync::Arc;

use jobs::Run;

use super::rows::Numbers;
use super::shard::ShardCounts;
use super::spilled::SpilledShards;
use crate::Error;
use crate::intern::Words;

/// Words are numbered in so many parts at once, by their hash.
const N_PARTS: usize = 16;

/// The words of all shards.
pub(super) struct CorpusWords {
    parts: Vec<Arc<Words>>,
    /// The number of each part's first word, and the number of all words.
    bases: Vec<u32>,
    /// Parts that a word is looked for in, by its hash; those behind them have phrases.
    n_parts: usize,
}

/// A shard's words by part.
struct Split {
    /// The words of the first part, then those of the second, and so on.
    words: Vec<u32>,
    /// Where each part ends.
    ends: [usize; N_PARTS],
}

impl CorpusWords {
    /// The words of shards on disk, which were numbered when they were put there, and the numbers of those
    /// of each.
    pub(super) fn of_spilled(shards: &SpilledShards) -> (Self, Numbers) {
        let parts = vec![Arc::clone(shards.words())];
        let words = Self { bases: bases(&parts), parts, n_parts: 1 };
        (words, Numbers::Spilled(Arc::clone(shards.stored())))
    }

    /// The words of `shards`, and the numbers of those of each. Cost: a look-up for every word of every
    /// shard, on all threads.
    pub(super) fn of_kept(shards: &[ShardCounts], run: &Run) -> Result<(Self, Numbers), Error> {
        let empty = Words::default();
        let splits = run.share_items(shards.iter().collect(), |shard| Split::of(shard, &empty))?;
        let numbered = run.share(N_PARTS, |part| {
            // Most words of a corpus are in few of its shards.
            let most: usize = splits.iter().map(|split| split.part(part).len()).sum();
            let mut words = Words::like(&empty, most / 2);
            let numbers: Vec<Vec<u32>> = shards
                .iter()
                .zip(&splits)
                .map(|(shard, split)| {
                    let spans = split.part(part).iter().map(|&word| shard.span_of(word));
                    words.number_all(&shard.words, spans)
                })
                .collect();
            (Arc::new(words), numbers)
        })?;
        let (parts, numbers): (Vec<_>, Vec<_>) = numbered.into_iter().unzip();
        let bases = bases(&parts);
        let of_shard = run.share(shards.len(), |s| {
            let mut of_word = vec![0; shards[s].n_words()];
            for part in 0..N_PARTS {
                let numbers = &numbers[part][s];
                for (&word, number) in splits[s].part(part).iter().zip(numbers) {
                    of_word[word as usize] = bases[part] + number;
                }
            }
            of_word
        })?;
        Ok((Self { parts, bases, n_parts: N_PARTS }, Numbers::Kept(of_shard)))
    }

    pub(super) fn len(&self) -> usize {
        self.bases[self.bases.len() - 1] as usize
    }

    pub(super) fn get(&self, number: u32) -> &str {
        let part = self.part(number);
        self.parts[part].get(number - self.bases[part])
    }

    pub(super) fn bytes(&self, number: u32) -> &[u8] {
        let part = self.part(number);
        self.parts[part].bytes(number - self.bases[part])
    }

    /// Its first sixteen bytes, as a number by which words are sorted, and how many it has.
    pub(super) fn first_bytes(&self, number: u32) -> (u128, u32) {
        let part = self.part(number);
        self.parts[part].first_bytes(number - self.bases[part])
    }

    fn part(&self, number: u32) -> usize {
        self.bases[1..].partition_point(|&next| next <= number)
    }

    pub(super) fn find(&self, word: &str) -> Option<u32> {
        let word = word.as_bytes();
        let key = self.parts[0].key_of(word);
        let part = part_of(key.hash()) % self.n_parts;
        self.parts[part].find_key(&key, word).map(|number| self.bases[part] + number)
    }
}

impl CorpusWords {
    /// Numbers further words after all others, as if none of them were there already; equal ones are
    /// one.
    pub(super) fn extend<'w>(&mut self, further: impl Iterator<Item = &'w str>) -> Vec<u32> {
        let base = self.len() as u32;
        let mut words = Words::default();
        let numbers = further.map(|word| base + words.number(word.as_bytes())).collect();
        self.bases.push(base + words.len() as u32);
        self.parts.push(Arc::new(words));
        numbers
    }
}

impl Split {
    fn of(shard: &ShardCounts, hasher: &Words) -> Self {
        let part_of_word: Vec<u8> = (0..shard.n_words() as u32)
            .map(|word| part_of(hasher.hash_in(&shard.words, shard.span_of(word))) as u8)
            .collect();
        let mut ends = [0; N_PARTS];
        for &part in &part_of_word {
            ends[usize::from(part)] += 1;
        }
        let mut next = [0; N_PARTS];
        let mut n_words = 0;
        for (end, next) in ends.iter_mut().zip(&mut next) {
            *next = n_words;
            n_words += *end;
            *end = n_words;
        }
        let mut words = vec![0; part_of_word.len()];
        for (word, &part) in (0..).zip(&part_of_word) {
            let next = &mut next[usize::from(part)];
            words[*next] = word;
            *next += 1;
        }
        Self { words, ends }
    }

    fn part(&self, part: usize) -> &[u32] {
        let start = if part == 0 { 0 } else { self.ends[part - 1] };
        &self.words[start..self.ends[part]]
    }
}

/// The number of each part's first word, and the number of all words.
fn bases(parts: &[Arc<Words>]) -> Vec<u32> {
    let mut bases = vec![0_u32];
    for words in parts {
        let next = bases[bases.len() - 1].checked_add(words.len() as u32);
        bases.push(next.expect("memory ends before four thousand million different words"));
    }
    bases
}

/// By the hash's lowest bits: the table of a part chooses its slots by the highest.
fn part_of(hash: u64) -> usize {
    hash as usize % N_PARTS
}
