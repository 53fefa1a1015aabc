//! The counts of a shard as bytes.
//!
//! The layout, after a magic with the version and the BLAKE3 digest of all that follows: the number of
//! words, then each word's length and its bytes; whether rows have entries (0) or words as they stand
//! (1); the number of rows, then for each the number of its entries, and for each entry, by rising word
//! number, the step from the last number and the count; or for each the number of its tokens, and for
//! each token the word's number and two, a break's 0 or a weight's 1, before the weight.
//! All numbers are LEB128: a corpus takes about two bytes an entry or token.

use jobs::Digest;

use super::entries::{Entries, Entry};
use super::shard::{Content, Counted, RowCounts, ShardCounts};
use super::tokens::{BREAK, WEIGHT};
use crate::Error;
use crate::intern::Words;

/// The format and its version: raise it when the bytes mean something else.
const MAGIC: &[u8; 16] = b"topicmill shard2";
const DIGEST_LEN: usize = 32;

impl ShardCounts {
    /// The counts as bytes, the same for the same documents and settings.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.resize(MAGIC.len() + DIGEST_LEN, 0);
        put(&mut bytes, self.n_words() as u64);
        for word in 0..self.n_words() as u32 {
            let word = self.word(word);
            put(&mut bytes, word.len() as u64);
            bytes.extend_from_slice(word);
        }
        let counts = self.counts.view();
        put(&mut bytes, u64::from(counts.has_tokens()));
        put(&mut bytes, self.n_docs() as u64);
        let mut sorted: Vec<Entry> = Vec::new();
        for row in counts.rows() {
            sorted.clear();
            row.each(|entry| sorted.push(entry));
            sorted.sort_unstable_by_key(|entry| entry.word);
            put(&mut bytes, sorted.len() as u64);
            let mut next = 0;
            for entry in &sorted {
                put(&mut bytes, u64::from(entry.word - next));
                put(&mut bytes, u64::from(entry.count));
                next = entry.word + 1;
            }
        }
        for row in counts.token_rows() {
            put(&mut bytes, row.len() as u64);
            let mut tokens = row.iter();
            while let Some(&token) = tokens.next() {
                match token {
                    BREAK => put(&mut bytes, 0),
                    WEIGHT => {
                        put(&mut bytes, 1);
                        put(&mut bytes, u64::from(tokens.next().copied().unwrap_or(1)));
                    }
                    word => put(&mut bytes, u64::from(word) + 2),
                }
            }
        }
        let digest = Digest::of(&bytes[MAGIC.len() + DIGEST_LEN..]);
        bytes[MAGIC.len()..MAGIC.len() + DIGEST_LEN].copy_from_slice(digest.as_bytes());
        bytes
    }

    /// The counts in `bytes`. What it allocates is a small multiple of their length, whatever they
    /// claim to hold.
    ///
    /// # Errors
    /// [`Error::Shard`] for anything but what [`to_bytes`](Self::to_bytes) wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let wrong = |what| Error::Shard { what };
        let content = bytes.strip_prefix(MAGIC).ok_or(wrong("it begins with another magic"))?;
        let (digest, content) =
            content.split_at_checked(DIGEST_LEN).ok_or(wrong("it ends within its header"))?;
        if Digest::of(content).as_bytes() != digest {
            return Err(wrong("its checksum does not match"));
        }
        let mut reader = Reader { bytes: content };
        let shard = reader.shard().ok_or(wrong("its parts contradict one another"))?;
        if reader.bytes.is_empty() { Ok(shard) } else { Err(wrong("it goes on after its end")) }
    }
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// A number of things that take a byte each at least, so that there are no more than bytes.
    fn len(&mut self) -> Option<usize> {
        let len = usize::try_from(self.number()?).ok()?;
        (len <= self.bytes.len()).then_some(len)
    }

    fn shard(&mut self) -> Option<ShardCounts> {
        let mut words = Words::default();
        let n_words = u32::try_from(self.len()?).ok()?;
        for number in 0..n_words {
            let len = self.len()?;
            let (word, rest) = self.bytes.split_at(len);
            self.bytes = rest;
            // No word comes twice.
            if std::str::from_utf8(word).is_err() || words.number(word) != number {
                return None;
            }
        }
        let has_tokens = match self.number()? {
            0 => false,
            1 => true,
            _ => return None,
        };
        let n_docs = self.len()?;
        let (content, row_ends) =
            if has_tokens { self.tokens(n_docs, n_words)? } else { self.entries(n_docs, n_words)? };
        let (words, word_ends) = words.into_parts();
        let counts = RowCounts { n_words: word_ends.len(), content, row_ends };
        Some(ShardCounts { words, word_ends, counts })
    }

    fn entries(&mut self, n_docs: usize, n_words: u32) -> Option<(Content, Vec<usize>)> {
        let (mut entries, mut row_ends) = (Vec::new(), Vec::with_capacity(n_docs));
        let mut n_of_word = vec![0; n_words as usize];
        for _ in 0..n_docs {
            let mut next = 0_u32;
            for _ in 0..self.len()? {
                let word = next.checked_add(u32::try_from(self.number()?).ok()?)?;
                let count = u32::try_from(self.number()?).ok()?;
                if word >= n_words || count == 0 {
                    return None;
                }
                entries.push(Entry { word, count });
                n_of_word[word as usize] += 1;
                next = word + 1;
            }
            row_ends.push(entries.len());
        }
        let entries = Entries::of(&entries);
        Some((Content::Entries(Counted { entries, n_of_word }), row_ends))
    }

    fn tokens(&mut self, n_docs: usize, n_words: u32) -> Option<(Content, Vec<usize>)> {
        let (mut tokens, mut row_ends) = (Vec::new(), Vec::with_capacity(n_docs));
        for _ in 0..n_docs {
            let end = tokens.len() + self.len()?;
            while tokens.len() < end {
                match self.number()? {
                    0 => tokens.push(BREAK),
                    1 => {
                        let weight = u32::try_from(self.number()?).ok().filter(|&w| w > 0)?;
                        tokens.extend([WEIGHT, weight]);
                    }
                    word => {
                        let word = u32::try_from(word - 2).ok().filter(|&word| word < n_words)?;
                        tokens.push(word);
                    }
                }
            }
            if tokens.len() > end {
                return None;
            }
            row_ends.push(end);
        }
        Some((Content::Tokens(tokens), row_ends))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{CountConfig, Counter, Field, PhraseConfig, Text};

    fn counter(phrases: Option<PhraseConfig>) -> Counter {
        Counter::new(&CountConfig { phrases, ..CountConfig::default() }).unwrap()
    }

    fn shard(texts: &[&str]) -> ShardCounts {
        counter(None).count_shard(texts).unwrap()
    }

    fn in_order(texts: &[&str]) -> ShardCounts {
        counter(Some(PhraseConfig::default())).count_shard(texts).unwrap()
    }

    fn sealed(content: &[u8]) -> Vec<u8> {
        [MAGIC, &Digest::of(content).as_bytes()[..], content].concat()
    }

    #[test]
    fn the_bytes_of_a_shard_stay_what_they_are() {
        let bytes = shard(&["lamp tide lamp", "", "tide"]).to_bytes();
        let content =
            [b"\x02\x04lamp\x04tide", &b"\0\x03\x02\0\x02\0\x01\0\x01\x01\x01"[..]].concat();
        assert_eq!(bytes, sealed(&content));
        let mut weighted = Text::plain("lamp tide, tide");
        weighted.fields.push(Field { text: "lamp", weight: 3 });
        let shard = counter(Some(PhraseConfig::default())).count_shard([weighted]).unwrap();
        let content =
            [b"\x02\x04lamp\x04tide", &b"\x01\x01\x0a\0\0\x02\x03\0\x03\x01\x03\0\x02"[..]]
                .concat();
        assert_eq!(shard.to_bytes(), sealed(&content));
    }

    #[test]
    fn every_truncation_and_every_flipped_bit_is_refused() {
        let bytes = in_order(&["lamp tide", "lamp"]).to_bytes();
        for len in 0..bytes.len() {
            assert!(ShardCounts::from_bytes(&bytes[..len]).is_err(), "{len} bytes");
        }
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(ShardCounts::from_bytes(&bad).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn contradictions_under_a_good_checksum_are_refused() {
        let check = |content: &[u8]| {
            assert!(ShardCounts::from_bytes(&sealed(content)).is_err(), "{content:?}");
        };
        check(b"");
        check(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
        check(b"\x02\x01a\x01a\0\0");
        check(b"\x01\x01\xff\0\0");
        check(b"\x01\x01a\0\x01\x01\x01\x01");
        check(b"\x01\x01a\0\x01\x01\0\0");
        check(b"\x01\x01a\0\x01\x02\0\x01\xff\xff\xff\xff\x0f\x01");
        check(b"\x01\x01a\x01\x01\x01\x03");
        check(b"\x01\x01a\x01\x01\x01\x01\x03");
        check(b"\x01\x01a\x01\x01\x02\x01\0");
        check(b"\x01\x01a\x02\0");
        check(b"\0\0\0\0");
        assert!(ShardCounts::from_bytes(&sealed(b"\0\0\0")).is_ok());
        assert!(ShardCounts::from_bytes(&sealed(b"\x01\x01a\x01\x01\x01\x02")).is_ok());
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(texts in prop::collection::vec("\\PC{0,40}", 0..12)) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            for written in [shard(&texts), in_order(&texts)] {
                let bytes = written.to_bytes();
                let read = ShardCounts::from_bytes(&bytes).unwrap();
                prop_assert_eq!(read.to_bytes(), bytes);
                let size = |shard: &ShardCounts| (shard.n_docs(), shard.n_words(), shard.counts.view().n_tokens());
                prop_assert_eq!(size(&read), size(&written));
            }
        }

        #[test]
        fn any_content_under_a_good_checksum_is_read_or_refused(content in prop::collection::vec(any::<u8>(), 0..80)) {
            let bytes = sealed(&content);
            if let Ok(shard) = ShardCounts::from_bytes(&bytes) {
                for row in shard.rows() {
                    row.each(|entry| assert!((entry.word as usize) < shard.n_words()));
                }
            }
        }
    }
}
