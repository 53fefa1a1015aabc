//! What of some documents has to be known to find what all documents repeat.

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::copies::Runs;
use super::events::Names;
use super::hash_of;
use super::passages::{self, Found};
use crate::Text;
use crate::analyze::ReadableWords;

/// What of a run of documents [`Repeats::find_in`](super::Repeats::find_in) needs beside their texts.
///
/// It depends on these documents alone, so that a caller who keeps it need not read the texts of
/// documents again that have not changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShardRepeats {
    pub(super) docs: Vec<DocRepeats>,
    words: Postings,
}

/// What of a document is compared with others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct DocRepeats {
    /// The minima of its runs of words; none of one that is too short to be judged.
    pub(super) minima: Vec<u32>,
    pub(super) passages: Vec<Found>,
    pub(super) names: Names,
}

/// The words of some documents by their hashes, in rising order, each with the documents that have it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Postings {
    hashes: Vec<u64>,
    /// Where the documents of each word end in `docs`.
    ends: Vec<u32>,
    /// Positions among these documents.
    docs: Vec<u32>,
}

impl ShardRepeats {
    /// Of `docs`, whose field `title` is read as a title. Cost: linear in the bytes.
    #[must_use]
    pub fn of(docs: &[Text<'_>], title: Option<usize>) -> Self {
        let mut holders: HashMap<u64, Vec<u32>> = HashMap::new();
        let words = ReadableWords::new();
        let mut reader = words.reader();
        let read = |(position, doc): (u32, &Text<'_>)| {
            let mut runs = Runs::default();
            for field in &doc.fields {
                reader.each(field.text, |word| {
                    let hash = hash_of(word);
                    runs.add(hash);
                    let docs = holders.entry(hash).or_default();
                    if docs.last() != Some(&position) {
                        docs.push(position);
                    }
                });
            }
            DocRepeats {
                minima: runs.into_minima().map_or(Vec::new(), Vec::from),
                passages: passages::of(doc, title, &mut reader),
                names: Names::of(doc),
            }
        };
        let docs = (0..).zip(docs).map(read).collect();
        Self { docs, words: Postings::of(holders) }
    }

    /// Whether it can be of `docs`: what somebody else wrote down may make no sense for them.
    #[must_use]
    pub fn fits(&self, docs: &[Text<'_>]) -> bool {
        let is_there = |(own, doc): (&DocRepeats, &Text<'_>)| {
            let is_part = |found: &Found| {
                let field = doc.fields.get(found.field as usize);
                field.is_some_and(|field| field.text.get(found.start..found.end).is_some())
            };
            Runs::are_minima(&own.minima) && own.passages.iter().all(is_part)
        };
        self.docs.len() == docs.len()
            && self.docs.iter().zip(docs).all(is_there)
            && self.words.fits(docs.len())
    }

    /// The documents that have the word of that hash.
    pub(super) fn holders(&self, word: u64) -> &[u32] {
        self.words.docs_of(word)
    }
}

impl Postings {
    fn of(holders: HashMap<u64, Vec<u32>>) -> Self {
        let mut sorted: Vec<(u64, Vec<u32>)> = holders.into_iter().collect();
        sorted.sort_unstable_by_key(|(hash, _)| *hash);
        let mut postings = Self::default();
        for (hash, docs) in sorted {
            postings.hashes.push(hash);
            postings.docs.extend(docs);
            postings.ends.push(postings.docs.len() as u32);
        }
        postings
    }

    fn fits(&self, n_docs: usize) -> bool {
        self.hashes.len() == self.ends.len()
            && self.hashes.is_sorted_by(|a, b| a < b)
            && self.ends.is_sorted()
            && self.ends.last().map_or(0, |&end| end as usize) == self.docs.len()
            && self.docs.iter().all(|&doc| (doc as usize) < n_docs)
    }

    fn docs_of(&self, word: u64) -> &[u32] {
        let Ok(at) = self.hashes.binary_search(&word) else { return &[] };
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.docs[start..self.ends[at] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_of_every_word_are_found() {
        let docs = ["a lamp and a tide", "", "tide tide", "Lamp!"].map(Text::plain);
        let shard = ShardRepeats::of(&docs, None);
        let holders = |word: &str| shard.holders(hash_of(word.as_bytes())).to_vec();
        assert_eq!((holders("lamp"), holders("tide")), (vec![0, 3], vec![0, 2]));
        assert_eq!(holders("keeper"), [0_u32; 0]);
        assert!(shard.fits(&docs) && !shard.fits(&docs[1..]));
    }

    #[test]
    fn what_another_wrote_down_has_to_fit() {
        let text = "A keeper climbs ninety steps each evening. F\u{f6}g hides both harbours today.";
        let docs = [Text::plain(text)];
        let shard = ShardRepeats::of(&docs, None);
        assert!(shard.fits(&docs) && shard.docs[0].passages.len() == 2);
        let wrong = |change: &dyn Fn(&mut ShardRepeats)| {
            let mut shard = shard.clone();
            change(&mut shard);
            shard.fits(&docs)
        };
        assert!(!wrong(&|shard| shard.docs[0].passages[0].end = text.len() + 1));
        assert!(
            !wrong(&|shard| shard.docs[0].passages[1].start = text.find('\u{f6}').unwrap() + 1)
        );
        assert!(!wrong(&|shard| shard.docs[0].passages[0].field = 1));
        assert!(!wrong(&|shard| shard.docs[0].minima = vec![1; 63]));
        assert!(!wrong(&|shard| shard.words.docs[0] = 1));
        assert!(!wrong(&|shard| shard.words.hashes.swap(0, 1)));
        assert!(!wrong(&|shard| shard.words.ends[0] = 1000));
        assert!(!wrong(&|shard| shard.words.ends.truncate(1)));
    }
}
