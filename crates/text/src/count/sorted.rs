//! Words in the order of their texts.

use jobs::{Run, with_large_pages, zeros_in_large_pages};

use super::corpus_words::CorpusWords;
use crate::{Error, Terms};

/// Words that one task looks at.
pub(super) const WORDS_AT_ONCE: usize = 1 << 13;
/// The longest word that is known by what a [`Sorted`] holds.
const INLINE: usize = size_of::<u128>();

/// A word of the corpus with what it is sorted by.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sorted {
    /// Its first sixteen bytes, by which most pairs differ, padded with zeros; the first is the highest.
    first: u128,
    len: u32,
    /// Its number.
    pub(super) word: u32,
}

impl Sorted {
    fn of(word: u32, words: &CorpusWords) -> Self {
        let (first, len) = words.first_bytes(word);
        Self { first, len, word }
    }

    fn first_byte(&self) -> usize {
        usize::from(self.first.to_be_bytes()[0])
    }

    /// Writes the word to the beginning of `to`, which goes on for as long as it does at least. What is
    /// behind it there may be written as well. Most words need no look into memory.
    fn write(&self, words: &CorpusWords, to: &mut [u8]) {
        let len = self.len as usize;
        if len > INLINE {
            to[..len].copy_from_slice(words.bytes(self.word));
        } else if let Some(to) = to.first_chunk_mut() {
            // Sixteen bytes need no call.
            *to = self.first.to_be_bytes();
        } else {
            to[..len].copy_from_slice(&self.first.to_be_bytes()[..len]);
        }
    }
}

/// The texts of `all`, in their order.
pub(super) fn texts_of(all: &[Sorted], words: &CorpusWords, run: &Run) -> Result<Terms, Error> {
    let mut ends = Vec::with_capacity(all.len());
    let mut n_bytes = 0;
    ends.extend(all.iter().map(|word| {
        n_bytes += word.len as usize;
        n_bytes
    }));
    let mut text = zeros_in_large_pages(n_bytes);
    let (mut tasks, mut rest, mut start) = (Vec::new(), &mut text[..], 0);
    for (all, ends) in all.chunks(WORDS_AT_ONCE).zip(ends.chunks(WORDS_AT_ONCE)) {
        let end = ends[ends.len() - 1];
        let (own, after) = rest.split_at_mut(end - start);
        tasks.push((all, own));
        (rest, start) = (after, end);
    }
    run.share_items(tasks, |(all, mut rest): (&[Sorted], &mut [u8])| {
        for word in all {
            word.write(words, rest);
            rest = &mut rest[word.len as usize..];
        }
    })?;
    let text = String::from_utf8(text).expect("only whole words of UTF-8 are put in");
    Ok(Terms::new(text, ends))
}

/// The words `numbers` by their code points.
pub(super) fn sorted(
    numbers: &[u32],
    words: &CorpusWords,
    run: &Run,
) -> Result<Vec<Sorted>, Error> {
    let mut all = with_large_pages(numbers.len());
    all.resize(numbers.len(), Sorted::default());
    let tasks = numbers.chunks(WORDS_AT_ONCE).zip(all.chunks_mut(WORDS_AT_ONCE)).collect();
    run.share_items(tasks, |(numbers, all): (&[u32], &mut [Sorted])| {
        for (&number, word) in numbers.iter().zip(all) {
            *word = Sorted::of(number, words);
        }
    })?;
    sort(&mut all, words, run)?;
    Ok(all)
}

/// Sorts `all` by their code points: dealt out by the first byte, then on all threads.
pub(super) fn sort(all: &mut [Sorted], words: &CorpusWords, run: &Run) -> Result<(), Error> {
    let ends = deal_out(all);
    let (mut tasks, mut rest, mut start) = (Vec::with_capacity(ends.len()), all, 0);
    for end in ends {
        let (task, after) = rest.split_at_mut(end - start);
        tasks.push(task);
        (rest, start) = (after, end);
    }
    run.share_items(tasks, |task: &mut [Sorted]| {
        task.sort_unstable_by(|a, b| {
            a.first.cmp(&b.first).then_with(|| {
                let is_told = a.len as usize <= INLINE && b.len as usize <= INLINE;
                let whole = || words.bytes(a.word).cmp(words.bytes(b.word));
                if is_told { a.len.cmp(&b.len) } else { whole() }
            })
        });
    })?;
    Ok(())
}

/// Brings those with the same first byte together, in the order of these bytes; where each group ends.
fn deal_out(all: &mut [Sorted]) -> [usize; 256] {
    let mut ends = [0; 256];
    for word in &*all {
        ends[word.first_byte()] += 1;
    }
    let (mut next, mut n_before) = ([0; 256], 0);
    for (next, end) in next.iter_mut().zip(&mut ends) {
        *next = n_before;
        n_before += *end;
        *end = n_before;
    }
    for group in 0..ends.len() {
        while next[group] < ends[group] {
            let (at, other) = (next[group], all[next[group]].first_byte());
            // Every exchange brings one to its group.
            all.swap(at, next[other]);
            next[other] += 1;
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{CountConfig, Counter, Tokens};

    proptest! {
        #[test]
        fn words_of_any_length_are_in_the_order_of_their_bytes(
            texts in prop::collection::vec("[a-c\u{0}é中]{1,3}|[a-b]{14,20}|\\PC{1,20}", 0..300),
        ) {
            let mut config = CountConfig::sklearn();
            config.analyzer.tokens = Tokens::Pattern(r"(?s)(.+)".to_owned());
            config.analyzer.lowercase = false;
            let counter = Counter::new(&config).unwrap();
            let shards = [counter.count_shard(&texts).unwrap()];
            let run = Run::serial();
            let (words, _) = CorpusWords::of_kept(&shards, &run).unwrap();
            let numbers: Vec<u32> = (0..words.len() as u32).collect();
            let found = sorted(&numbers, &words, &run).unwrap();
            let found = texts_of(&found, &words, &run).unwrap();
            let mut expected = texts;
            expected.sort_unstable();
            expected.dedup();
            prop_assert_eq!(found.to_vec(), expected);
        }
    }
}
