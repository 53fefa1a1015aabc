//! The words of a run of documents, apart from those of others.

use serde::{Deserialize, Serialize};

use super::index::Entry;
use super::words::Words;

/// A word that comes more often in a document counts no more.
const MAX_COUNT: u32 = 255;
/// No document is so long: what is calculated with lengths stays a number.
const MAX_LENGTH: u64 = 1 << 32;

/// The words of a run of documents with how often each counts in each: all that
/// [`Terms`](super::Terms) needs of them.
///
/// It depends on these documents alone, so that a caller who keeps it need not read documents again
/// that have not changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ShardWords {
    /// The words one after another, in the order of the alphabet.
    letters: String,
    /// Where each ends in `letters`, and where its documents do in `documents` and `counts`.
    ends: Vec<(u32, u32)>,
    /// Positions among these documents, in rising order for each word.
    documents: Vec<u32>,
    counts: Vec<u8>,
    /// How long each document is: its words, each as often as it counts.
    lengths: Vec<u64>,
}

impl ShardWords {
    /// Of the first `max_words` words of each of `entries`; see
    /// [`max_words`](super::max_words). Cost: linear in the words.
    #[must_use]
    pub fn of(entries: &[Entry<'_>], max_words: u32) -> Self {
        Self::of_words(&Words::of(entries, max_words))
    }

    pub(super) fn of_words(words: &Words) -> Self {
        let mut shard = Self {
            lengths: words.spans.iter().map(super::words::Span::length).collect(),
            ..Self::default()
        };
        for (text, places) in words.texts.iter().zip(&words.places) {
            shard.letters.push_str(text);
            let mut places = places.iter().copied().peekable();
            let mut document = 0;
            while let Some(&first) = places.peek() {
                let later = &words.spans[document..];
                document += later.partition_point(|span| span.start <= first) - 1;
                let span = &words.spans[document];
                let end = words.spans.get(document + 1).map_or(u32::MAX, |next| next.start);
                let mut count = 0_u32;
                while let Some(place) = places.next_if(|&place| place < end) {
                    count = count.saturating_add(span.field_weight(place - span.start));
                }
                shard.documents.push(document as u32);
                shard.counts.push(count.min(MAX_COUNT) as u8);
            }
            shard.ends.push((shard.letters.len() as u32, shard.documents.len() as u32));
        }
        shard
    }

    /// Whether it can be of `n_documents` documents: what somebody else wrote down may make no sense
    /// for them.
    #[must_use]
    pub fn fits(&self, n_documents: usize) -> bool {
        let ends_fit = |end: Option<u32>, len: usize| end.unwrap_or(0) as usize == len;
        let last = self.ends.last();
        let is_whole = self.lengths.len() == n_documents
            && self.lengths.iter().all(|&length| length <= MAX_LENGTH)
            && self.counts.len() == self.documents.len()
            && self.ends.is_sorted_by(|a, b| a.0 <= b.0 && a.1 <= b.1)
            && ends_fit(last.map(|end| end.0), self.letters.len())
            && ends_fit(last.map(|end| end.1), self.documents.len())
            && self.ends.iter().all(|end| self.letters.is_char_boundary(end.0 as usize));
        let rise = |word: usize| {
            let (documents, _) = self.documents(word);
            documents.is_sorted_by(|a, b| a < b)
                && documents.last().is_some_and(|&last| (last as usize) < n_documents)
        };
        is_whole
            && (0..self.n_words()).all(rise)
            && (1..self.n_words()).all(|word| self.word(word - 1) < self.word(word))
    }

    pub(super) fn n_words(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn lengths(&self) -> &[u64] {
        &self.lengths
    }

    pub(super) fn word(&self, word: usize) -> &str {
        &self.letters[self.start(word).0 as usize..self.ends[word].0 as usize]
    }

    /// The documents that hold a word, and how often it counts in each.
    pub(super) fn documents(&self, word: usize) -> (&[u32], &[u8]) {
        let range = self.start(word).1 as usize..self.ends[word].1 as usize;
        (&self.documents[range.clone()], &self.counts[range])
    }

    fn start(&self, word: usize) -> (u32, u32) {
        word.checked_sub(1).map_or((0, 0), |before| self.ends[before])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard() -> ShardWords {
        let entry = |title, text| Entry { title, text, ..Entry::default() };
        let entries = [entry("Lamps", "a lamp, a tide"), entry("", ""), entry("Tide", "tide é")];
        ShardWords::of(&entries, 100)
    }

    #[test]
    fn words_come_with_their_documents_and_how_often_they_count() {
        let shard = shard();
        let found: Vec<_> =
            (0..shard.n_words()).map(|word| (shard.word(word), shard.documents(word))).collect();
        assert_eq!(found[0], ("a", (&[0][..], &[2][..])));
        assert_eq!(found[2], ("lamp", (&[0][..], &[1][..])));
        assert_eq!(found[4], ("tide", (&[0, 2][..], &[1, 4][..])));
    }

    #[test]
    fn what_another_wrote_down_has_to_fit() {
        let whole = shard();
        assert!(whole.fits(3) && !whole.fits(2));
        let fits = |change: &dyn Fn(&mut ShardWords)| {
            let mut shard = whole.clone();
            change(&mut shard);
            shard.fits(3)
        };
        assert!(!fits(&|shard| shard.documents[0] = 3));
        assert!(!fits(&|shard| shard.counts.truncate(1)));
        assert!(!fits(&|shard| shard.lengths[0] = u64::MAX));
        assert!(!fits(&|shard| shard.ends[1].0 = 1000));
        assert!(!fits(&|shard| shard.ends[1].1 = 0));
        assert!(!fits(&|shard| shard.letters = shard.letters.replace('e', "é")));
        assert!(!fits(&|shard| shard.letters = shard.letters.replace('l', "z")));
        assert!(!fits(&|shard| shard.ends.truncate(1)));
    }
}
