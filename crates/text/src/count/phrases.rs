//! Phrases: words that stand beside each other far more often than chance would have them.
//!
//! Pairs are judged by their normalised pointwise mutual information (Bouma, "Normalized (pointwise)
//! mutual information in collocation extraction", 2009); a pair that is a phrase is then one word in
//! the search for phrases of three. Which pairs are frequent is found in two passes in bounded memory
//! (Park, Chen and Yu, "An effective hash-based algorithm for mining association rules", 1995): the
//! first counts pairs by their hashes, the second counts exactly those that the first does not rule out.

use hashbrown::HashMap;
use jobs::Run;

use super::config::PhraseConfig;
use super::rows::Numbers;
use super::shard::{RowsView, ShardRows};
use super::spilled::Shards;
use super::tokens::{Adding, each_run};
use crate::Error;

/// A word that is too rare to be a part of a phrase.
const RARE: u32 = u32::MAX;
/// What stands for the third word of a phrase of two.
const NO_WORD: u32 = u32::MAX;
/// Slots of the hashed counts at most: two bytes each, for every task.
const MAX_SLOTS: usize = 1 << 22;
/// Tasks at most: each has hashed counts of its own.
const MAX_TASKS: usize = 8;

/// The words of a phrase as a document has them, by their numbers in the corpus.
pub(super) type Surface = [u32; 3];

/// The phrases of a corpus. Words stand in them by their fold target's number, and a phrase of two
/// words is itself a part of one of three, by [`n_words`](Self::n_words) and its own number.
#[derive(Debug)]
pub(super) struct Phrases {
    n_words: u32,
    /// Two parts to the number of the phrase that they are.
    of_parts: HashMap<u64, u32>,
    /// For every word a bit: whether it begins one.
    starts: Vec<u64>,
    /// For every phrase: whether its words are counted, and not it.
    is_left_out: Vec<bool>,
}

/// The words of the shards as phrases see them.
struct Corpus<'a> {
    shards: &'a Shards<'a>,
    /// The corpus numbers of their words.
    numbers: &'a Numbers,
    /// For every word of the corpus: its fold target's number, or [`RARE`].
    parts: Vec<u32>,
}

/// A pair and how often it comes.
struct Pair {
    parts: u64,
    count: u32,
}

impl Phrases {
    /// Finds the phrases of `shards`. `numbers`: the corpus numbers of every shard's words, of which there
    /// are `n_words`; `target`: what each is folded to; `is_dropped`: whether it is a part of none, nothing where
    /// all may be.
    ///
    /// Cost: five passes over the tokens; memory: the hashed counts, and the frequent pairs.
    pub(super) fn find(
        shards: &Shards<'_>,
        (numbers, n_words, target): (&Numbers, u32, Option<&[u32]>),
        (config, is_dropped): (&PhraseConfig, &[bool]),
        run: &Run,
    ) -> Result<Self, Error> {
        let target_of = |word: u32| target.map_or(word, |target| target[word as usize]);
        let counts = n_tokens_of(shards, (numbers, n_words), &target_of, run)?;
        let n_docs = shards.n_docs();
        let min_docs = config.min_docs.max((config.min_share * n_docs as f64).ceil() as u32);
        let min_count = config.min_count.max(min_docs);
        let part = |word: u32| {
            let target = target_of(word);
            let is_dropped = is_dropped.get(word as usize).is_some_and(|is_dropped| *is_dropped);
            let is_rare = counts[target as usize] < u64::from(min_count);
            if is_dropped || is_rare { RARE } else { target }
        };
        let corpus = Corpus { shards, numbers, parts: (0..n_words).map(part).collect() };
        let limits = (min_count, min_docs);
        let total = counts.iter().sum::<u64>() as f64;
        let is_phrase = |pair: &Pair, counts: &[u64]| {
            let [a, b] = parts_of(pair.parts).map(|part| counts[part as usize] as f64 / total);
            npmi(f64::from(pair.count) / total, a * b) >= config.min_npmi
        };

        let starts = vec![0; (n_words as usize).div_ceil(64)];
        let mut found = Self { n_words, of_parts: HashMap::new(), starts, is_left_out: Vec::new() };
        let pairs = corpus.frequent(limits, run, |words, pairs| {
            for pair in words.windows(2) {
                if pair[0] != RARE && pair[1] != RARE && pair[0] != pair[1] {
                    pairs.push(key(pair[0], pair[1]));
                }
            }
        })?;
        for pair in pairs.iter().filter(|pair| is_phrase(pair, &counts)) {
            found.insert(pair.parts);
        }
        if found.of_parts.is_empty() {
            return Ok(found);
        }
        let mut with_pairs = counts.clone();
        with_pairs.resize(counts.len() + found.of_parts.len(), 0);
        for pair in &pairs {
            if let Some(&number) = found.of_parts.get(&pair.parts) {
                with_pairs[(n_words + number) as usize] = u64::from(pair.count);
            }
        }
        let triples = corpus.frequent(limits, run, |words, pairs| {
            pairs.extend(words.windows(3).filter_map(|three| found.parts_of_three(three)));
        })?;
        for triple in triples.iter().filter(|triple| is_phrase(triple, &with_pairs)) {
            found.insert(triple.parts);
        }
        Ok(found)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.of_parts.len()
    }

    fn insert(&mut self, parts: u64) {
        let number = self.of_parts.len() as u32;
        self.of_parts.insert(parts, number);
        self.is_left_out.push(false);
        let [first, second] = parts_of(parts);
        if first < self.n_words {
            self.starts[first as usize / 64] |= 1 << (first % 64);
        }
        // A phrase of three whose last two are one.
        debug_assert!(
            second < self.n_words || first < self.n_words,
            "a phrase has three words at most"
        );
    }

    /// Whether a phrase may begin with `word`, which most do not.
    #[inline]
    fn begins_with(&self, word: u32) -> bool {
        self.starts.get(word as usize / 64).is_some_and(|bits| bits >> (word % 64) & 1 == 1)
    }

    #[inline]
    fn pair(&self, a: u32, b: u32) -> Option<u32> {
        if !self.begins_with(a) {
            return None;
        }
        self.of_parts.get(&key(a, b)).copied()
    }

    /// How three words that might be a phrase fall into a phrase of two and a word.
    #[inline]
    fn parts_of_three(&self, words: &[u32]) -> Option<u64> {
        let &[a, b, c] = words else { return None };
        if a == RARE || b == RARE || c == RARE {
            return None;
        }
        match self.pair(a, b) {
            Some(ab) => Some(key(self.n_words + ab, c)),
            None => self.pair(b, c).map(|bc| key(a, self.n_words + bc)),
        }
    }

    /// From now on the words of this phrase are counted in its place, or a shorter phrase among them.
    pub(super) fn leave_out(&mut self, phrase: usize) {
        self.is_left_out[phrase] = true;
    }

    /// Whether this phrase is counted.
    pub(super) fn is_counted(&self, phrase: usize) -> bool {
        !self.is_left_out[phrase]
    }

    /// The longest phrase at the start of `words`: its number, and how many words it has.
    #[inline]
    fn at(&self, words: &[u32]) -> Option<(u32, usize)> {
        if words.len() < 2 || !self.begins_with(words[0]) {
            return None;
        }
        let three = words
            .first_chunk::<3>()
            .and_then(|three| self.parts_of_three(three))
            .and_then(|parts| self.of_parts.get(&parts))
            .filter(|&&number| self.is_counted(number as usize));
        match three {
            Some(&number) => Some((number, 3)),
            None => self
                .pair(words[0], words[1])
                .filter(|&number| self.is_counted(number as usize))
                .map(|number| (number, 2)),
        }
    }

    /// The rows of a shard in which a phrase is counted instead of its words: from the left, the
    /// longest first. `of_word`: the corpus numbers of the shard's words.
    pub(super) fn rows_of(
        &self,
        shard: RowsView<'_>,
        (of_word, target): (&[u32], Option<&[u32]>),
    ) -> Joined {
        let n_words = shard.n_words as u32;
        let parts: Vec<u32> = of_word
            .iter()
            .map(|&word| target.map_or(word, |target| target[word as usize]))
            .collect();
        let mut joined = Joined::default();
        let mut local: HashMap<u32, u32> = HashMap::new();
        let mut adding = Adding::new(shard.n_words);
        let mut run_parts = Vec::new();
        for row in shard.token_rows() {
            each_run(row, |words, weight| {
                run_parts.clear();
                run_parts.extend(words.iter().map(|&word| parts[word as usize]));
                let mut at = 0;
                while at < words.len() {
                    let Some((phrase, len)) = self.at(&run_parts[at..]) else {
                        adding.add(words[at], weight);
                        at += 1;
                        continue;
                    };
                    let word = *local.entry(phrase).or_insert_with(|| {
                        joined.phrases.push(phrase);
                        n_words + joined.phrases.len() as u32 - 1
                    });
                    adding.add(word, weight);
                    let mut surface = [NO_WORD; 3];
                    for (surface, &word) in surface.iter_mut().zip(&words[at..at + len]) {
                        *surface = of_word[word as usize];
                    }
                    *joined.surfaces.entry((phrase, surface)).or_insert(0) += 1;
                    at += len;
                }
            });
            adding.end_row();
        }
        joined.rows = adding.into_rows();
        joined
    }
}

/// A shard's rows with phrases.
#[derive(Default)]
pub(super) struct Joined {
    pub(super) rows: ShardRows<'static>,
    /// The phrases that it has, numbered after its words.
    pub(super) phrases: Vec<u32>,
    /// How often each is written how.
    pub(super) surfaces: HashMap<(u32, Surface), u32>,
}

/// The words of `surface`.
pub(super) fn words_of(surface: &Surface) -> impl Iterator<Item = u32> {
    surface.iter().copied().filter(|&word| word != NO_WORD)
}

impl Corpus<'_> {
    /// The pairs that come in documents and as often as `limits` say. `pairs_of` puts down those of a run
    /// of neighbours.
    fn frequent(
        &self,
        (min_count, min_docs): (u32, u32),
        run: &Run,
        pairs_of: impl Fn(&[u32], &mut Vec<u64>) + Sync,
    ) -> Result<Vec<Pair>, Error> {
        let n_tokens = self.shards.n_tokens();
        let n_slots = n_tokens.next_power_of_two().clamp(1 << 10, MAX_SLOTS);
        let shift = 64 - n_slots.trailing_zeros();
        let slot_of = |pair: u64| (pair.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> shift) as usize;
        let n_tasks = run.threads().min(MAX_TASKS);
        let all: Vec<usize> = (0..self.shards.len()).collect();
        let tasks: Vec<&[usize]> = all.chunks(all.len().div_ceil(n_tasks).max(1)).collect();

        let hashed = run.map(tasks.clone(), |shards| {
            let mut slots = vec![0_u16; n_slots];
            let mut pairs = Vec::new();
            self.each_row(shards, |_, words| {
                pairs_of(words, &mut pairs);
                for pair in pairs.drain(..) {
                    let slot = &mut slots[slot_of(pair)];
                    *slot = slot.saturating_add(1);
                }
            })?;
            Ok(slots)
        })?;
        let mut hashed = hashed.into_iter().collect::<Result<Vec<_>, Error>>()?.into_iter();
        let mut slots = hashed.next().unwrap_or_default();
        for others in hashed {
            for (slot, other) in slots.iter_mut().zip(others) {
                *slot = slot.saturating_add(other);
            }
        }
        let least = u16::try_from(min_count).unwrap_or(u16::MAX);
        let counted = run.map(tasks, |shards| {
            // Count, documents, and the last of these.
            let mut counts: HashMap<u64, (u32, u32, usize)> = HashMap::new();
            let mut pairs = Vec::new();
            self.each_row(shards, |row, words| {
                pairs_of(words, &mut pairs);
                for pair in pairs.drain(..).filter(|&pair| slots[slot_of(pair)] >= least) {
                    let (count, n_docs, last) = counts.entry(pair).or_insert((0, 0, usize::MAX));
                    *count += 1;
                    if *last != row {
                        (*n_docs, *last) = (*n_docs + 1, row);
                    }
                }
            })?;
            Ok(counts)
        })?;
        let mut counted = counted.into_iter().collect::<Result<Vec<_>, Error>>()?.into_iter();
        let mut counts = counted.next().unwrap_or_default();
        for others in counted {
            let others: Vec<_> = others.into_iter().collect();
            for (pair, (count, n_docs, last)) in others {
                let sum = counts.entry(pair).or_insert((0, 0, last));
                (sum.0, sum.1) = (sum.0 + count, sum.1 + n_docs);
            }
        }
        let is_frequent = |&(_, (count, n_docs, _)): &(u64, (u32, u32, usize))| {
            count >= min_count && n_docs >= min_docs
        };
        let found = counts.into_iter().filter(is_frequent);
        let mut found: Vec<Pair> =
            found.map(|(parts, (count, _, _))| Pair { parts, count }).collect();
        // A map gives them in another order each time.
        found.sort_unstable_by_key(|pair| pair.parts);
        Ok(found)
    }

    /// Calls `each` with the runs of neighbours of these shards, and a number for their row.
    fn each_row(&self, shards: &[usize], mut each: impl FnMut(usize, &[u32])) -> Result<(), Error> {
        let mut run = Vec::new();
        let mut n_rows = 0;
        for &shard in shards {
            let numbers = self.numbers.get(shard)?;
            let parts: Vec<u32> = numbers.iter().map(|&word| self.parts[word as usize]).collect();
            for row in self.shards.get(shard)?.view().token_rows() {
                each_run(row, |words, _| {
                    if words.len() > 1 {
                        run.clear();
                        run.extend(words.iter().map(|&word| parts[word as usize]));
                        each(n_rows, &run);
                    }
                });
                n_rows += 1;
            }
        }
        Ok(())
    }
}

/// How often each word stands in the corpus, as its target.
fn n_tokens_of(
    shards: &Shards<'_>,
    (numbers, n_words): (&Numbers, u32),
    target_of: &(impl Fn(u32) -> u32 + Sync),
    run: &Run,
) -> Result<Vec<u64>, Error> {
    let of_shard = |shard| {
        let held = shards.get(shard)?;
        let rows = held.view();
        let mut n_tokens = vec![0_u32; rows.n_words];
        for row in rows.token_rows() {
            each_run(row, |words, _| {
                for &word in words {
                    n_tokens[word as usize] += 1;
                }
            });
        }
        Ok::<_, Error>((n_tokens, numbers.get(shard)?))
    };
    let counts = vec![0_u64; n_words as usize];
    run.fold(0..shards.len(), of_shard, counts, |mut counts, of_shard| {
        let (n_tokens, numbers) = of_shard?;
        for (&n, &word) in n_tokens.iter().zip(&numbers[..]) {
            counts[target_of(word) as usize] += u64::from(n);
        }
        Ok::<_, Error>(counts)
    })
}

fn key(a: u32, b: u32) -> u64 {
    u64::from(a) << 32 | u64::from(b)
}

fn parts_of(key: u64) -> [u32; 2] {
    [(key >> 32) as u32, key as u32]
}

/// `both`: the share of pairs that are this one; `apart`: the product of its parts' shares.
fn npmi(both: f64, apart: f64) -> f64 {
    if both >= 1.0 { 1.0 } else { libm::log(both / apart) / -libm::log(both) }
}
