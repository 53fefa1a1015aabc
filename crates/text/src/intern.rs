//! Words as numbers: an open-addressing table over one long string.
//!
//! Counting spends its time here, so a slot is half a cache line and holds all that a word of up to
//! sixteen bytes needs: its bytes, its number, and where the current document counts it. Most lookups
//! touch one line and compare two integers; only longer words look into the long string. Nothing is
//! allocated for a word that is already known.

use std::hash::BuildHasher;

/// Bytes that a word's neighbourhood must have readable after its start.
pub(crate) const PADDING: usize = 16;
/// The longest word that a slot holds.
const INLINE: usize = 16;
/// A slot's number while it is free.
const FREE: u32 = u32::MAX;
/// Slots of an empty table.
const MIN_SLOTS: usize = 1 << 10;

/// Words numbered in the order in which they come, each stored once in one long string.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    slots: Vec<Slot>,
    /// `64 - log2(slots)`: the hash's upper bits choose the slot.
    shift: u32,
    seeds: [u64; 2],
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// Half a cache line.
#[derive(Debug, Clone, Copy)]
struct Slot {
    /// The word itself, padded with zeros, or for a longer one two hashes of it.
    key: [u64; 2],
    len: u32,
    number: u32,
    /// The document that counted the word last, and where its row has it.
    mark: Mark,
}

/// Where a row counts a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The row, counted from 1; 0 is none.
    pub(crate) row: u32,
    /// The position of the word's entry.
    pub(crate) at: u32,
}

const EMPTY: Slot = Slot { key: [0; 2], len: 0, number: FREE, mark: Mark { row: 0, at: 0 } };

/// A word ready to be looked up.
#[derive(Debug, Clone, Copy)]
struct Key {
    bytes: [u64; 2],
    len: u32,
    hash: u64,
}

impl Default for Words {
    fn default() -> Self {
        Self::with_seeds(seeds())
    }
}

impl Words {
    /// An empty table with the seeds of `other`, so that both give a word the same hash.
    pub(crate) fn like(other: &Self) -> Self {
        Self::with_seeds(other.seeds)
    }

    fn with_seeds(seeds: [u64; 2]) -> Self {
        Self {
            slots: vec![EMPTY; MIN_SLOTS],
            shift: 64 - MIN_SLOTS.trailing_zeros(),
            seeds,
            text: Vec::new(),
            ends: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, number: u32) -> &str {
        std::str::from_utf8(self.bytes(number)).expect("only whole words of UTF-8 are put in")
    }

    pub(crate) fn bytes(&self, number: u32) -> &[u8] {
        span(&self.text, &self.ends, number)
    }

    /// All words in one string, and where each ends.
    pub(crate) fn into_parts(self) -> (Vec<u8>, Vec<usize>) {
        (self.text, self.ends)
    }

    /// The number of a word that was put in.
    pub(crate) fn find(&self, word: &str) -> Option<u32> {
        let key = self.key_of(word.as_bytes());
        self.slot_of(&key, word.as_bytes()).ok().map(|slot| self.slots[slot].number)
    }

    /// The word's number, a new one when it was not seen before.
    pub(crate) fn number(&mut self, word: &[u8]) -> u32 {
        let key = self.key_of(word);
        let slot = self.slot_for(&key, word);
        self.slots[slot].number
    }

    /// The number of the word `buffer[start..end]` and its mark, which the caller may change.
    ///
    /// `buffer` has [`PADDING`] bytes after `start`, so that the word is read in two loads whatever
    /// its length.
    #[inline]
    pub(crate) fn mark(&mut self, buffer: &[u8], start: usize, end: usize) -> (u32, &mut Mark) {
        let len = end - start;
        let key = if len <= INLINE {
            self.short_key(buffer, start, len)
        } else {
            self.long_key(&buffer[start..end])
        };
        let slot = self.slot_for(&key, &buffer[start..end]);
        let slot = &mut self.slots[slot];
        (slot.number, &mut slot.mark)
    }

    /// The hash of a word that was put in, for a caller who splits words by it.
    pub(crate) fn hash(&self, word: &[u8]) -> u64 {
        self.key_of(word).hash
    }

    fn key_of(&self, word: &[u8]) -> Key {
        if word.len() > INLINE {
            return self.long_key(word);
        }
        let mut padded = [0; INLINE];
        padded[..word.len()].copy_from_slice(word);
        self.short_key(&padded, 0, word.len())
    }

    #[inline]
    fn short_key(&self, buffer: &[u8], start: usize, len: usize) -> Key {
        let bytes: [u8; INLINE] =
            buffer[start..start + INLINE].try_into().expect("a slice of this length");
        let all = u128::from_le_bytes(bytes);
        // A shift by all 128 bits, for the empty word, would be none.
        let kept = if len == 0 { 0 } else { all & (u128::MAX >> (8 * (INLINE - len))) };
        let key = [kept as u64, (kept >> 64) as u64];
        let hash = folded(key[0] ^ self.seeds[0], key[1] ^ self.seeds[1] ^ len as u64);
        Key { bytes: key, len: len as u32, hash }
    }

    #[cold]
    fn long_key(&self, word: &[u8]) -> Key {
        let mut state = self.seeds;
        for chunk in word.chunks(INLINE) {
            let mut padded = [0; INLINE];
            padded[..chunk.len()].copy_from_slice(chunk);
            let all = u128::from_le_bytes(padded);
            let (low, high) = (all as u64, (all >> 64) as u64);
            state = [
                folded(low ^ state[0], high ^ self.seeds[1]),
                folded(high ^ state[1], low ^ self.seeds[0]),
            ];
        }
        let hash = folded(state[0] ^ self.seeds[0], state[1] ^ self.seeds[1] ^ word.len() as u64);
        Key { bytes: state, len: word.len() as u32, hash }
    }

    /// The slot that holds the word, or the free one where it would go.
    #[inline]
    fn slot_of(&self, key: &Key, word: &[u8]) -> Result<usize, usize> {
        let last = self.slots.len() - 1;
        let mut at = (key.hash >> self.shift) as usize & last;
        loop {
            let slot = &self.slots[at];
            if slot.key == key.bytes && slot.len == key.len && slot.number != FREE {
                let is_same = word.len() <= INLINE || self.bytes(slot.number) == word;
                if is_same {
                    return Ok(at);
                }
            } else if slot.number == FREE {
                return Err(at);
            }
            at = (at + 1) & last;
        }
    }

    #[inline]
    fn slot_for(&mut self, key: &Key, word: &[u8]) -> usize {
        match self.slot_of(key, word) {
            Ok(slot) => slot,
            Err(free) => self.insert(free, key, word),
        }
    }

    #[cold]
    #[inline(never)]
    fn insert(&mut self, free: usize, key: &Key, word: &[u8]) -> usize {
        let number = u32::try_from(self.ends.len()).ok().filter(|&number| number != FREE);
        let number = number.expect("memory ends before four thousand million different words");
        self.text.extend_from_slice(word);
        self.ends.push(self.text.len());
        self.slots[free] = Slot { key: key.bytes, len: key.len, number, ..EMPTY };
        if 2 * self.ends.len() <= self.slots.len() {
            return free;
        }
        self.grow();
        self.slot_of(key, word).expect("it was put in just now")
    }

    fn grow(&mut self) {
        let doubled = vec![EMPTY; 2 * self.slots.len()];
        let old = std::mem::replace(&mut self.slots, doubled);
        self.shift -= 1;
        let last = self.slots.len() - 1;
        for slot in old.into_iter().filter(|slot| slot.number != FREE) {
            let hash = if slot.len as usize <= INLINE {
                folded(
                    slot.key[0] ^ self.seeds[0],
                    slot.key[1] ^ self.seeds[1] ^ u64::from(slot.len),
                )
            } else {
                self.long_key(span(&self.text, &self.ends, slot.number)).hash
            };
            let mut at = (hash >> self.shift) as usize & last;
            while self.slots[at].number != FREE {
                at = (at + 1) & last;
            }
            self.slots[at] = slot;
        }
    }
}

/// The word `number` of many in one string.
pub(crate) fn span<'a>(text: &'a [u8], ends: &[usize], number: u32) -> &'a [u8] {
    let number = number as usize;
    let start = if number == 0 { 0 } else { ends[number - 1] };
    &text[start..ends[number]]
}

/// The two halves of the product, folded: a good mix of all bits in one multiplication.
#[inline]
fn folded(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Seeds that differ from process to process, so that nobody can write a text whose words all fall
/// into one slot. No result depends on them: numbers follow the order of the words.
fn seeds() -> [u64; 2] {
    let hasher = hashbrown::DefaultHashBuilder::default();
    // Odd and with many bits: a factor of zero would fold everything to zero.
    [hasher.hash_one(1_u64) | 1, hasher.hash_one(2_u64) | 1]
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_slot_is_half_a_cache_line() {
        assert_eq!(size_of::<Slot>(), 32);
    }

    #[test]
    fn words_that_differ_in_zeros_or_length_alone_are_different() {
        let mut words = Words::default();
        let all: [&[u8]; 6] = [b"", b"a", b"a\0", b"a\0\0", &[0; 16], &[0; 17]];
        for (number, word) in (0..).zip(all) {
            assert_eq!(words.number(word), number);
        }
        for (number, word) in (0..).zip(all) {
            assert_eq!((words.number(word), words.bytes(number)), (number, word));
        }
    }

    proptest! {
        #[test]
        fn a_table_of_words_agrees_with_a_map(list in prop::collection::vec("\\PC{0,24}", 0..400)) {
            let mut words = Words::default();
            let mut map = HashMap::new();
            for word in list.iter().chain(&list) {
                let next = map.len() as u32;
                let expected = *map.entry(word.as_str()).or_insert(next);
                let mut padded = word.clone().into_bytes();
                padded.resize(word.len() + PADDING, b'x');
                prop_assert_eq!(words.mark(&padded, 0, word.len()).0, expected);
                prop_assert_eq!(words.number(word.as_bytes()), expected);
                prop_assert_eq!(words.find(word), Some(expected));
                prop_assert_eq!(words.get(expected), word);
            }
            prop_assert_eq!(words.len(), map.len());
        }

        #[test]
        fn many_words_grow_the_table(n in 1_u32..5000) {
            let mut words = Words::default();
            for number in 0..n {
                prop_assert_eq!(words.number(format!("word number {number}").as_bytes()), number);
            }
            for number in 0..n {
                prop_assert_eq!(words.find(&format!("word number {number}")), Some(number));
            }
            prop_assert_eq!(words.find("another"), None);
        }
    }
}
