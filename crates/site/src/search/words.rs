//! The words of documents, with the places where they stand.

use hashbrown::HashMap;

use super::index::Entry;
use super::normalise::each_token;

/// How often a word of each field counts: of title and tags, of speakers, and of the text.
const FIELDS: [u32; 3] = [3, 2, 1];
/// The words of all documents together, about; with very many documents only the first words of
/// each text are indexed, though always so many.
const MAX_WORDS: usize = 20_000_000;
const MIN_WORDS: usize = 64;

/// How many words of a document are indexed when there are so many documents. It goes in steps of a
/// sixteenth to an eighth: a document more changes it seldom.
#[must_use]
pub fn max_words(n_documents: usize) -> u32 {
    let most = (MAX_WORDS / n_documents.max(1)).max(MIN_WORDS) as u32;
    let step = most.ilog2() - 3;
    (most >> step) << step
}

/// The different words of some documents in the order of the alphabet.
///
/// All words of all documents stand in one row, document after document, and a place is a number in
/// that row.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) texts: Vec<Box<str>>,
    /// Of each, in rising order.
    pub(super) places: Vec<Vec<u32>>,
    pub(super) spans: Vec<Span>,
}

/// Where a document lies in the row of all words.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) start: u32,
    /// Where the places of speakers, and those of the text, begin and end, counted from the start. A place
    /// is left free after every field.
    pub(super) ends: [u32; 3],
}

impl Span {
    /// How often a word at `place`, counted from the start, counts.
    pub(super) fn field_weight(&self, place: u32) -> u32 {
        FIELDS[self.ends.iter().take(2).take_while(|&&end| place >= end).count()]
    }

    /// How long the document is: its places, each as often as a word there counts.
    pub(super) fn length(&self) -> u64 {
        let [title, speakers, text] = self.ends.map(u64::from);
        3 * title + 2 * (speakers - title) + (text - speakers)
    }
}

impl Words {
    /// The first `max_words` words of each of `entries`.
    pub(super) fn of(entries: &[Entry<'_>], max_words: u32) -> Self {
        let mut met = Met::default();
        let mut spans = Vec::with_capacity(entries.len());
        let mut start = 0;
        for entry in entries {
            let mut span = Span { start, ends: [0; 3] };
            let mut place = 0;
            let fields: [&mut dyn Iterator<Item = &str>; 3] = [
                &mut std::iter::once(entry.title).chain(entry.tags.iter().copied()),
                &mut entry.speakers.iter().copied(),
                &mut std::iter::once(entry.text),
            ];
            for (texts, end) in fields.into_iter().zip(&mut span.ends) {
                for text in texts {
                    met.read(text, start, &mut place, max_words);
                    place += 1;
                }
                *end = place;
            }
            start += place;
            spans.push(span);
        }
        let mut words: Vec<(Box<str>, Vec<u32>)> = met.texts.into_iter().zip(met.places).collect();
        words.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let (texts, places) = words.into_iter().unzip();
        Self { texts, places, spans }
    }
}

/// The different words met so far, with their places.
#[derive(Default)]
struct Met {
    ids: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
    places: Vec<Vec<u32>>,
    buffer: String,
}

impl Met {
    /// Adds the words of `text` for a document that begins at `start`; `place` is the next free one
    /// in it, and stays below `max_words`.
    fn read(&mut self, text: &str, start: u32, place: &mut u32, max_words: u32) {
        let Self { ids, texts, places, buffer } = self;
        each_token(text, buffer, |token| {
            if *place >= max_words {
                return;
            }
            let id = ids.get(token.text).copied().unwrap_or_else(|| {
                let id = texts.len() as u32;
                ids.insert(token.text.into(), id);
                texts.push(token.text.into());
                places.push(Vec::new());
                id
            });
            places[id as usize].push(start + *place);
            *place += 1;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_more_changes_seldom_how_many_words_are_indexed() {
        assert_eq!((max_words(0), max_words(1)), (18_874_368, 18_874_368));
        assert_eq!((max_words(17_000), max_words(17_030)), (1152, 1152));
        assert_eq!(max_words(10_000_000), MIN_WORDS as u32);
        for n in [10, 1000, 30_000, 200_000] {
            let exact = (MAX_WORDS / n) as u32;
            assert!(max_words(n) <= exact && max_words(n) * 8 > exact * 7, "{n}");
        }
    }
}
