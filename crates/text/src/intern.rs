//! Words as numbers: an open-addressing table over one long string.
//!
//! Counting spends its time here, waiting for memory. So a slot of the table is eight bytes, a piece
//! of the hash and the word's number, and all that a word of up to sixteen bytes needs stands in a
//! record of half a cache line. Records follow the order in which words come, which brings those of
//! frequent words together; only longer words are compared in the long string. Nothing is allocated
//! for a word that is already known.

use std::hash::BuildHasher;

/// Bytes that a word's neighbourhood must have readable after its start.
pub(crate) const PADDING: usize = 16;
/// The longest word that a slot holds.
const INLINE: usize = 16;
/// Words looked for at once.
pub(crate) const LOOKS: usize = 32;
/// A slot's number while it is free.
const FREE: u32 = u32::MAX;
/// A table with fewer slots grows fourfold.
const SOON_GROWN: usize = 1 << 15;
/// Slots of an empty table.
const MIN_SLOTS: usize = 1 << 13;

/// Words numbered in the order in which they come, each stored once in one long string.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    slots: Vec<Slot>,
    /// `64 - log2(slots)`: the hash's upper bits choose the slot.
    shift: u32,
    seeds: [u64; 2],
    records: Vec<Record>,
    text: Vec<u8>,
    ends: Vec<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    /// The hash's lower bits.
    tag: u32,
    number: u32,
}

/// Half a cache line.
#[derive(Debug, Clone, Copy)]
struct Record {
    /// The word itself, padded with zeros, or for a longer one two hashes of it.
    bytes: [u64; 2],
    len: u32,
    mark: Mark,
}

/// Where rows count a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The row that counted it last, counted from 1; 0 is none.
    pub(crate) row: u32,
    /// The position of the word's entry there.
    pub(crate) at: u32,
    /// How many rows have it.
    pub(crate) n_rows: u32,
}

impl Mark {
    /// Of a word that no row has.
    pub(crate) const NONE: Self = Self { row: 0, at: 0, n_rows: 0 };
}

const EMPTY: Slot = Slot { tag: 0, number: FREE };
/// No word is as long.
static OF_NO_WORD: Record = Record { bytes: [0; 2], len: u32::MAX, mark: Mark::NONE };

/// A word ready to be looked up, in any table with the same seeds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    bytes: [u64; 2],
    len: u32,
    hash: u64,
}

impl Key {
    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }
}

/// The key of a word that is looked for, and what a look found: half a cache line.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Look {
    /// The bytes of the key, apart so that they stay in registers until they are put down.
    low: u64,
    high: u64,
    hash: u64,
    len: u32,
    /// The number in the first slot, which may be that of another word until it is probed.
    number: u32,
}

impl Look {
    fn key(&self) -> Key {
        Key { bytes: [self.low, self.high], len: self.len, hash: self.hash }
    }
}

impl Default for Words {
    fn default() -> Self {
        Self::with_room(MIN_SLOTS / 2, seeds())
    }
}

impl Words {
    /// Forgets all words, and gives them: all in one string, and where each ends. The memory is kept
    /// for the next ones.
    pub(crate) fn drain(&mut self) -> (Vec<u8>, Vec<usize>) {
        self.slots.fill(EMPTY);
        self.records.clear();
        let drained = (self.text.clone(), self.ends.clone());
        self.text.clear();
        self.ends.clear();
        drained
    }

    /// An empty table with the seeds of `other`, so that both give a word the same hash, and with room for
    /// about `n_words`.
    pub(crate) fn like(other: &Self, n_words: usize) -> Self {
        Self { records: Vec::with_capacity(n_words), ..Self::with_room(n_words, other.seeds) }
    }

    fn with_room(n_words: usize, seeds: [u64; 2]) -> Self {
        let n_slots = (2 * n_words).next_power_of_two().max(MIN_SLOTS);
        Self {
            slots: vec![EMPTY; n_slots],
            shift: 64 - n_slots.trailing_zeros(),
            seeds,
            records: Vec::new(),
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
        let [start, end] = span(&self.ends, number);
        &self.text[start..end]
    }

    /// All words in one string, and where each ends.
    pub(crate) fn into_parts(self) -> (Vec<u8>, Vec<usize>) {
        (self.text, self.ends)
    }

    /// The number of a word that was put in, by its key.
    pub(crate) fn find_key(&self, key: &Key, word: &[u8]) -> Option<u32> {
        self.number_of(key, word).ok()
    }

    /// The word's number, a new one when it was not seen before.
    pub(crate) fn number(&mut self, word: &[u8]) -> u32 {
        let key = self.key_of(word);
        self.number_for(&key, word)
    }

    /// Looks for the word `buffer[start..end]` where it would stand first.
    ///
    /// `buffer` has [`PADDING`] bytes after `start`, so that the word is read in two loads whatever
    /// its length. No branch depends on what is found: many such looks wait for memory together, and
    /// [`probe`](Self::probe) then finds the slot in the cache.
    #[inline]
    pub(crate) fn look(&self, buffer: &[u8], [start, end]: [u32; 2]) -> Look {
        let (start, len) = (start as usize, (end - start) as usize);
        if len > INLINE {
            return self.looked_for(self.long_key(&buffer[start..start + len]));
        }
        self.looked_for(self.short_key(buffer, start, len))
    }

    /// Looks for the words `spans` of `buffer`, of which there are [`LOOKS`] at most, and probes them.
    #[inline]
    pub(crate) fn look_up(&self, looks: &mut [Look; LOOKS], buffer: &[u8], spans: &[[u32; 2]]) {
        for (look, &span) in looks.iter_mut().zip(spans) {
            *look = self.look(buffer, span);
        }
        for look in &mut looks[..spans.len()] {
            self.probe(look);
        }
    }

    #[inline]
    fn looked_for(&self, key: Key) -> Look {
        let last = self.slots.len() - 1;
        let number = self.slots[(key.hash >> self.shift) as usize & last].number;
        let [low, high] = key.bytes;
        Look { low, high, hash: key.hash, len: key.len, number }
    }

    /// Keeps what a look found when it is the word that was looked for. Nothing here depends on the look
    /// before, so that many records are waited for together.
    #[inline]
    pub(crate) fn probe(&self, look: &mut Look) {
        let record = self.records.get(look.number as usize).unwrap_or(&OF_NO_WORD);
        let differs = (record.bytes[0] ^ look.low)
            | (record.bytes[1] ^ look.high)
            | u64::from(record.len ^ look.len)
            | u64::from(look.len > INLINE as u32);
        look.number = if differs == 0 { look.number } else { FREE };
    }

    /// The number of the word `buffer[start..end]`, that was looked for and probed.
    #[inline]
    pub(crate) fn number_of_look(&mut self, look: &Look, buffer: &[u8], span: [u32; 2]) -> u32 {
        if look.number != FREE {
            return look.number;
        }
        self.number_looked_for(look, &buffer[span[0] as usize..span[1] as usize])
    }

    /// The number of the word `buffer[start..end]`, that was looked for and probed, if it was put in.
    #[inline]
    pub(crate) fn find_looked_for(
        &self,
        look: &Look,
        buffer: &[u8],
        [start, end]: [u32; 2],
    ) -> Option<u32> {
        if look.number != FREE {
            return Some(look.number);
        }
        self.number_of(&look.key(), &buffer[start as usize..end as usize]).ok()
    }

    /// The number of `word` when it is long, new or not in its first slot.
    #[inline(never)]
    fn number_looked_for(&mut self, look: &Look, word: &[u8]) -> u32 {
        self.number_for(&look.key(), word)
    }

    pub(crate) fn mark_of(&mut self, number: u32) -> &mut Mark {
        &mut self.records[number as usize].mark
    }

    /// The marks of all words.
    pub(crate) fn marks(&self) -> impl Iterator<Item = Mark> {
        self.records.iter().map(|record| record.mark)
    }

    /// The hash of the word `text[start..end]`, for a caller who splits words by it.
    pub(crate) fn hash_in(&self, text: &[u8], span: [usize; 2]) -> u64 {
        self.key_in(text, span).hash
    }

    /// The key in this table of the word that `other` calls `number`: its text is looked at where it is
    /// long.
    #[inline]
    pub(crate) fn key_of_other(&self, other: &Self, number: u32) -> Key {
        let Record { bytes, len, .. } = other.records[number as usize];
        if len as usize > INLINE {
            return self.long_key(other.bytes(number));
        }
        Key { bytes, len, hash: self.short_hash(bytes, len) }
    }

    /// The numbers of the words at `spans` of `text`, new ones for those that were not seen before. Many
    /// of them wait for memory together.
    pub(crate) fn number_all(
        &mut self,
        text: &[u8],
        spans: impl Iterator<Item = [usize; 2]>,
    ) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(spans.size_hint().0);
        let mut looks = [Look::default(); LOOKS];
        let mut places = [[0; 2]; LOOKS];
        let mut spans = spans.peekable();
        while spans.peek().is_some() {
            let mut n = 0;
            for ((look, place), span) in looks.iter_mut().zip(&mut places).zip(&mut spans) {
                *place = span;
                *look = self.looked_for(self.key_in(text, span));
                n += 1;
            }
            for look in &mut looks[..n] {
                self.probe(look);
            }
            for (look, [start, end]) in looks[..n].iter().zip(places) {
                numbers.push(match look.number {
                    FREE => self.number_looked_for(look, &text[start..end]),
                    number => number,
                });
            }
        }
        numbers
    }

    /// Up to sixteen bytes of a word, padded with zeros, as a number by which words are sorted; and how many
    /// it has.
    pub(crate) fn first_bytes(&self, number: u32) -> (u128, u32) {
        let Record { bytes: [low, high], len, .. } = self.records[number as usize];
        if len as usize <= INLINE {
            return ((u128::from(high) << 64 | u128::from(low)).swap_bytes(), len);
        }
        let first = self.bytes(number).first_chunk::<INLINE>().expect("it is longer");
        (u128::from_be_bytes(*first), len)
    }

    /// Where nothing but other words stands behind a short word, it is read as in
    /// [`look`](Self::look).
    #[inline]
    fn key_in(&self, text: &[u8], [start, end]: [usize; 2]) -> Key {
        let len = end - start;
        if len <= INLINE && start + INLINE <= text.len() {
            return self.short_key(text, start, len);
        }
        self.key_of(&text[start..end])
    }

    pub(crate) fn key_of(&self, word: &[u8]) -> Key {
        if word.len() > INLINE {
            return self.long_key(word);
        }
        let mut padded = [0; INLINE];
        padded[..word.len()].copy_from_slice(word);
        self.short_key(&padded, 0, word.len())
    }

    #[inline]
    fn short_key(&self, buffer: &[u8], start: usize, len: usize) -> Key {
        let bytes = first_bytes(buffer, start, len);
        Key { bytes, len: len as u32, hash: self.short_hash(bytes, len as u32) }
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

    /// The number of the word, or the free slot where it would go.
    #[inline]
    fn number_of(&self, key: &Key, word: &[u8]) -> Result<u32, usize> {
        let last = self.slots.len() - 1;
        let mut at = (key.hash >> self.shift) as usize & last;
        loop {
            let slot = self.slots[at];
            if slot.number == FREE {
                return Err(at);
            }
            if slot.tag == key.hash as u32 {
                let record = &self.records[slot.number as usize];
                let is_same = record.bytes == key.bytes
                    && record.len == key.len
                    && (word.len() <= INLINE || self.bytes(slot.number) == word);
                if is_same {
                    return Ok(slot.number);
                }
            }
            at = (at + 1) & last;
        }
    }

    #[inline]
    fn number_for(&mut self, key: &Key, word: &[u8]) -> u32 {
        match self.number_of(key, word) {
            Ok(number) => number,
            Err(free) => self.insert(free, key, word),
        }
    }

    #[cold]
    #[inline(never)]
    fn insert(&mut self, free: usize, key: &Key, word: &[u8]) -> u32 {
        let number = u32::try_from(self.ends.len()).ok().filter(|&number| number != FREE);
        let number = number.expect("memory ends before four thousand million different words");
        self.text.extend_from_slice(word);
        self.ends.push(self.text.len());
        self.records.push(Record { bytes: key.bytes, len: key.len, mark: Mark::NONE });
        self.slots[free] = Slot { tag: key.hash as u32, number };
        if 2 * self.ends.len() > self.slots.len() {
            self.grow();
        }
        number
    }

    fn grow(&mut self) {
        let bits = if self.slots.len() < SOON_GROWN { 2 } else { 1 };
        let last = (self.slots.len() << bits) - 1;
        self.shift -= bits;
        let mut slots = vec![EMPTY; last + 1];
        for (number, record) in (0..).zip(&self.records) {
            let hash = if record.len as usize <= INLINE {
                self.short_hash(record.bytes, record.len)
            } else {
                self.long_key(self.bytes(number)).hash
            };
            let mut at = (hash >> self.shift) as usize & last;
            while slots[at].number != FREE {
                at = (at + 1) & last;
            }
            slots[at] = Slot { tag: hash as u32, number };
        }
        self.slots = slots;
    }

    #[inline]
    fn short_hash(&self, bytes: [u64; 2], len: u32) -> u64 {
        folded(bytes[0] ^ self.seeds[0], bytes[1] ^ self.seeds[1] ^ u64::from(len))
    }
}

/// A word of up to sixteen bytes as two numbers.
#[inline]
fn first_bytes(buffer: &[u8], start: usize, len: usize) -> [u64; 2] {
    let bytes: [u8; INLINE] =
        buffer[start..start + INLINE].try_into().expect("a slice of this length");
    let all = u128::from_le_bytes(bytes);
    let [low, high] = KEPT[len];
    [all as u64 & low, (all >> 64) as u64 & high]
}

/// What a word of so many bytes keeps of sixteen.
static KEPT: [[u64; 2]; INLINE + 1] = {
    let mut kept = [[0; 2]; INLINE + 1];
    let mut len = 1;
    while len <= INLINE {
        let bits = u128::MAX >> (8 * (INLINE - len));
        kept[len] = [bits as u64, (bits >> 64) as u64];
        len += 1;
    }
    kept
};

/// Where the word `number` of many in one string stands.
pub(crate) fn span(ends: &[usize], number: u32) -> [usize; 2] {
    let number = number as usize;
    [if number == 0 { 0 } else { ends[number - 1] }, ends[number]]
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
    fn a_record_is_half_a_cache_line() {
        assert_eq!((size_of::<Slot>(), size_of::<Record>(), size_of::<Look>()), (8, 32, 32));
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
            let (mut words, other) = (Words::default(), Words::default());
            let mut map = HashMap::new();
            for word in list.iter().chain(&list) {
                let next = map.len() as u32;
                let expected = *map.entry(word.as_str()).or_insert(next);
                let mut padded = word.clone().into_bytes();
                padded.resize(word.len() + PADDING, b'x');
                let span = [0, word.len() as u32];
                let mut look = words.look(&padded, span);
                words.probe(&mut look);
                prop_assert_eq!(words.number_of_look(&look, &padded, span), expected);
                prop_assert_eq!(words.number(word.as_bytes()), expected);
                let key = words.key_of(word.as_bytes());
                prop_assert_eq!(words.find_key(&key, word.as_bytes()), Some(expected));
                let [of_other, own] =
                    [other.key_of_other(&words, expected), other.key_of(word.as_bytes())];
                prop_assert_eq!(of_other.hash(), own.hash());
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
            let find = |word: &str| words.find_key(&words.key_of(word.as_bytes()), word.as_bytes());
            for number in 0..n {
                prop_assert_eq!(find(&format!("word number {number}")), Some(number));
            }
            prop_assert_eq!(find("another"), None);
        }
    }
}
