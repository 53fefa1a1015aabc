//! What documents repeat: passages that many of them share, and documents that are nearly the same.

mod copies;
mod events;
mod known;
mod passages;
mod shard;

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use hashbrown::{HashMap, HashSet};
use jobs::Run;

pub use self::known::KnownPassages;
use self::known::{Cuts, cuts_of, without};
use self::passages::{Found, Kind};
pub use self::shard::ShardRepeats;
use crate::analyze::WordReader;
use crate::{Error, Text, words};

/// A passage is one of many documents from so many on.
const MIN_DOCS: usize = 5;
/// And from this share of all documents on.
const MIN_SHARE: f64 = 0.0005;
/// Words of a passage at least: shorter ones are common ways of saying something.
const MIN_WORDS: usize = 4;
/// A line of fewer words, and what a line calls its content, is repeated from so many documents on.
const MIN_SHORT_DOCS: usize = 10;
/// And from this share of all documents on.
const MIN_SHORT_SHARE: f64 = 0.001;
/// A title is repeated as a whole from so many documents on: it is no common way of saying something.
const MIN_TITLE_DOCS: usize = 3;
/// Words of a title at least that is repeated as a whole.
const MIN_TITLE_WORDS: usize = 1;
/// Words of a part of a title at least whose repetition shows that it is no subject, and of a tag that
/// says the same.
const MIN_PART_WORDS: usize = 2;
/// Words that the frame of a sentence begins and ends with, each.
const FRAME_WORDS: usize = 5;
/// Words of a sentence with a frame at most.
const MAX_FRAMED_WORDS: usize = 60;
/// A word is one of repeated passages when this share of its documents has it in one.
const MOSTLY: f64 = 0.5;
/// Documents read by one task.
const TASK_DOCS: usize = 256;

/// What documents repeat.
///
/// ```
/// use jobs::Run;
/// use text::{Repeats, Text};
///
/// let texts = [
///     "Ships pass at night when nobody looks.",
///     "A keeper climbs ninety steps each evening.",
///     "Fog hides both harbours until late morning.",
///     "Sails dry beside an old stone wall.",
///     "Bread bakes while storms cross open water.",
/// ]
/// .map(|own| format!("{own} Follow us on all networks."));
/// let docs: Vec<Text<'_>> = texts.iter().map(|text| Text::plain(text)).collect();
/// let repeats = Repeats::find(&docs, None, &Run::serial())?;
/// assert_eq!(repeats.passages()[0].text, "Follow us on all networks.");
/// let own = repeats.without_passages(&docs)[0].fields[0].text;
/// assert_eq!(own.trim_end(), "Ships pass at night when nobody looks.");
/// # Ok::<(), text::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repeats {
    passages: Vec<Passage>,
    /// Words of titles that most of their documents have in such passages, and names of events, in
    /// alphabetical order.
    words: Vec<String>,
    /// The names of events.
    events: Vec<String>,
    /// The hashes of the passages, in rising order.
    hashes: Vec<u64>,
    /// For every document.
    cuts: Vec<Cuts>,
    /// For every document: the first that is nearly the same, itself as a rule.
    originals: Vec<u32>,
}

/// A passage that many documents share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// As the first of them has it.
    pub text: String,
    /// How many have it; documents that are nearly the same count as one.
    pub n_docs: u32,
}

impl Repeats {
    /// Finds what `docs` repeat.
    ///
    /// A passage is a sentence or a line of four words or more, whatever its numbers; it belongs to
    /// many documents when five of them have it, and one in two thousand. A line of fewer words that is
    /// no item of a list, and what a line calls its content (`Speaker: …`), is one when ten documents
    /// have it, and one in a thousand. The field `title` is one as a whole when three documents have it, and
    /// so is what a sign sets apart behind its first part, from two words on (`How tides turn | Harbour
    /// Days 2021`); other parts of titles, and tags of two words and more, are one when they say the
    /// same; of a title that is the name of a file, every part is one. Where such passages make up half
    /// of all text or more they are what the documents say, and there are none.
    ///
    /// A word of titles that half of its documents have in such passages is set aside everywhere
    /// (`lightning` of `Lightning talks`), and so is one that 0.4 of its documents, and five, have in the
    /// name of an event: before a year.
    ///
    /// Two documents are nearly the same when they share four fifths of their runs of three words
    /// (Broder, "On the resemblance and containment of documents", 1997, estimated by 64 minima, which is
    /// right to a twentieth).
    ///
    /// The result does not depend on the number of threads. Cost: linear in the bytes.
    ///
    /// # Errors
    /// Those of the parallel run.
    pub fn find(docs: &[Text<'_>], title: Option<usize>, run: &Run) -> Result<Self, Error> {
        let tasks = docs.chunks(TASK_DOCS).collect();
        let shards = run.map(tasks, |docs| ShardRepeats::of(docs, title))?;
        Self::find_in(docs, &shards, run)
    }

    /// The same, when it is known what [`ShardRepeats::of`] tells of `docs`: of runs of them, in their
    /// order and of any lengths. Cost: linear in the words and passages of `shards`; of the texts only
    /// what is repeated is read.
    ///
    /// # Errors
    /// Those of the parallel run.
    ///
    /// # Panics
    /// When `shards` are not of `docs`.
    pub fn find_in(docs: &[Text<'_>], shards: &[ShardRepeats], run: &Run) -> Result<Self, Error> {
        let of_docs: Vec<&shard::DocRepeats> =
            shards.iter().flat_map(|shard| &shard.docs).collect();
        assert_eq!(docs.len(), of_docs.len(), "the documents that the shards are of");
        let minima: Vec<&[u32]> = of_docs.iter().map(|doc| &doc.minima[..]).collect();
        let originals = copies::originals(&minima, run)?;
        let of_docs: Vec<&[Found]> = of_docs.iter().map(|doc| &doc.passages[..]).collect();
        let mut are_counted = (0..).zip(&originals).map(|(doc, original)| doc == *original);
        let counted: Vec<(&ShardRepeats, Vec<bool>)> = shards
            .iter()
            .map(|shard| (shard, are_counted.by_ref().take(shard.docs.len()).collect()))
            .collect();
        let events = events::find(&counted, run)?;
        let n_docs_of = n_docs_of(&of_docs, &originals);
        let share = |share: f64| (share * docs.len() as f64).ceil() as usize;
        let enough = MIN_DOCS.max(share(MIN_SHARE)) as u32;
        let enough_whole = MIN_TITLE_DOCS.max(share(MIN_SHARE)) as u32;
        let enough_short = MIN_SHORT_DOCS.max(share(MIN_SHORT_SHARE)) as u32;
        let is_repeated = |passage: &Found, hash: u64| {
            let enough = match passage.kind {
                Kind::Short => enough_short,
                Kind::WholeTitle => enough_whole,
                Kind::Title | Kind::Long => enough,
            };
            n_docs_of.get(&hash).is_some_and(|(n_docs, _)| *n_docs >= enough)
        };
        let mut first_text: BTreeMap<u64, Passage> = BTreeMap::new();
        let mut of_titles: HashSet<u64> = HashSet::new();
        let mut cuts = Vec::with_capacity(docs.len());
        for (doc, found) in docs.iter().zip(of_docs) {
            cuts.push(cuts_of(found, is_repeated, |passage, hash| {
                let n_docs = n_docs_of.get(&hash).map_or(0, |(n_docs, _)| *n_docs);
                let text = &doc.fields[passage.field as usize].text[passage.start..passage.end];
                let first = || Passage { text: text.trim().to_owned(), n_docs };
                first_text.entry(hash).or_insert_with(first);
                if matches!(passage.kind, Kind::Title | Kind::WholeTitle) {
                    of_titles.insert(hash);
                }
            }));
        }
        let n_cut: usize = cuts.iter().flatten().map(|&(_, start, end)| end - start).sum();
        let n_bytes: usize = docs.iter().flat_map(|doc| &doc.fields).map(|f| f.text.len()).sum();
        if n_cut > 0 && 2 * n_cut >= n_bytes {
            let cuts = vec![Vec::new(); docs.len()];
            return Ok(Self { words: events.clone(), events, cuts, originals, ..Self::default() });
        }
        let titles = first_text.iter().filter(|(hash, _)| of_titles.contains(*hash));
        let mut words = words_of_passages(titles.map(|(_, passage)| passage));
        let counts = words_in_cuts((docs, shards), &cuts, &words, run)?;
        words.retain(|_, n| {
            let (in_cuts, all) = counts[*n];
            in_cuts >= enough && f64::from(in_cuts) >= MOSTLY * f64::from(all)
        });
        let mut words: Vec<String> = words.into_keys().chain(events.iter().cloned()).collect();
        words.sort_unstable();
        words.dedup();
        let hashes = first_text.keys().copied().collect();
        let mut passages: Vec<Passage> = first_text.into_values().collect();
        passages.sort_by(|a, b| b.n_docs.cmp(&a.n_docs).then_with(|| a.text.cmp(&b.text)));
        Ok(Self { passages, words, events, hashes, cuts, originals })
    }

    /// The passages of many documents, those of the most first.
    #[must_use]
    pub fn passages(&self) -> &[Passage] {
        &self.passages
    }

    /// The words that are set aside everywhere, in alphabetical order: what else is said with them
    /// (`lightning` in `Lightning talks of Sunday`) is of the same kind.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Those of them that name events, months and places among them.
    #[must_use]
    pub fn events(&self) -> &[String] {
        &self.events
    }

    /// The passages without their texts, for documents that come later.
    #[must_use]
    pub fn known_passages(&self) -> KnownPassages {
        KnownPassages::new(self.hashes.clone())
    }

    /// The documents that are nearly the same as one before them, each with the first of these.
    pub fn copies(&self) -> impl Iterator<Item = (usize, usize)> {
        let pairs = self.originals.iter().enumerate();
        pairs.map(|(doc, &original)| (doc, original as usize)).filter(|(doc, of)| doc != of)
    }

    /// For every document: one over the number of documents that are nearly the same, itself among
    /// them.
    #[must_use]
    pub fn weights(&self) -> Vec<f32> {
        let mut n_alike = vec![0_u32; self.originals.len()];
        for &original in &self.originals {
            n_alike[original as usize] += 1;
        }
        self.originals.iter().map(|&original| 1.0 / n_alike[original as usize] as f32).collect()
    }

    /// The parts of document `doc` that are passages of many documents, as (field, start, end): what
    /// [`without_passages`](Self::without_passages) leaves out of it.
    #[must_use]
    pub fn cut(&self, doc: usize) -> &[(u32, usize, usize)] {
        self.cuts.get(doc).map_or(&[], Vec::as_slice)
    }

    /// `docs` without the passages of many documents.
    ///
    /// # Panics
    /// When `docs` are others than those that were searched.
    #[must_use]
    pub fn without_passages<'a>(&self, docs: &[Text<'a>]) -> Vec<Text<'a>> {
        if self.passages.is_empty() {
            return docs.to_vec();
        }
        assert_eq!(docs.len(), self.cuts.len(), "the documents that were searched");
        docs.iter().zip(&self.cuts).map(|(doc, cuts)| without(doc, cuts)).collect()
    }
}

/// For every passage that is evidence, and every frame: how many documents have it, and the last of them; documents
/// that are nearly the same are one.
fn n_docs_of(of_docs: &[&[Found]], originals: &[u32]) -> HashMap<u64, (u32, u32)> {
    let mut n_docs_of: HashMap<u64, (u32, u32)> = HashMap::new();
    for (doc, found) in (0_u32..).zip(of_docs) {
        if originals[doc as usize] != doc {
            continue;
        }
        let evidence = found.iter().filter(|passage| passage.is_evidence);
        for hash in evidence.flat_map(Found::hashes) {
            let (n_docs, last) = n_docs_of.entry(hash).or_insert((0, u32::MAX));
            if *last != doc {
                (*n_docs, *last) = (*n_docs + 1, doc);
            }
        }
    }
    n_docs_of
}

/// The words of these passages, numbered.
fn words_of_passages<'a>(passages: impl Iterator<Item = &'a Passage>) -> HashMap<String, usize> {
    let mut found = HashMap::new();
    for passage in passages {
        words(&passage.text, |word| {
            if !found.contains_key(word) {
                found.insert(word.to_owned(), found.len());
            }
        });
    }
    found
}

/// For every one of `wanted`: how many documents have it in `cuts`, and how many have it at all.
fn words_in_cuts(
    (docs, shards): (&[Text<'_>], &[ShardRepeats]),
    cuts: &[Cuts],
    wanted: &HashMap<String, usize>,
    run: &Run,
) -> Result<Vec<(u32, u32)>, Error> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let tasks = docs.chunks(TASK_DOCS).zip(cuts.chunks(TASK_DOCS)).collect();
    let in_cuts = run.map(tasks, |(docs, cuts): (&[Text<'_>], &[Cuts])| {
        let (mut n_docs, mut last) = (vec![0; wanted.len()], vec![0; wanted.len()]);
        for (doc, (text, cuts)) in (1_u32..).zip(docs.iter().zip(cuts)) {
            for &(field, start, end) in cuts {
                words(&text.fields[field as usize].text[start..end], |word| {
                    if let Some(&n) = wanted.get(word)
                        && last[n] != doc
                    {
                        (last[n], n_docs[n]) = (doc, n_docs[n] + 1);
                    }
                });
            }
        }
        n_docs
    })?;
    let mut sums = vec![(0, 0); wanted.len()];
    for n_docs in in_cuts {
        for (sum, n_docs) in sums.iter_mut().zip(n_docs) {
            sum.0 += n_docs;
        }
    }
    let hashes: Vec<(usize, u64)> =
        wanted.iter().map(|(word, &n)| (n, hash_of(word.as_bytes()))).collect();
    for (n, hash) in hashes {
        sums[n].1 = shards.iter().map(|shard| shard.holders(hash).len() as u32).sum();
    }
    Ok(sums)
}

/// Numbers for the words of `text` and for the first and last of them, the same on every machine, and how
/// many words there are. Texts of too few or too many words to have something filled in have no frame.
fn hashes_of_words(text: &str, reader: &mut WordReader<'_>) -> (u64, Option<NonZeroU64>, usize) {
    let (mut hash, mut n_words) = (0, 0);
    let (mut first, mut last) = (0, [0; FRAME_WORDS]);
    reader.each(text, |word| {
        let own = hash_of(word);
        hash = mixed(hash ^ own);
        last[n_words % FRAME_WORDS] = own;
        n_words += 1;
        if n_words == FRAME_WORDS {
            first = hash;
        }
    });
    let frame = || {
        let last = (n_words..n_words + FRAME_WORDS).map(|n| last[n % FRAME_WORDS]);
        // Told apart from the words of a whole passage.
        NonZeroU64::new(last.fold(!first, |hash, own| mixed(hash ^ own)))
    };
    let is_framed = (2 * FRAME_WORDS..=MAX_FRAMED_WORDS).contains(&n_words);
    (hash, if is_framed { frame() } else { None }, n_words)
}

/// FNV-1a, 64 bits.
fn hash_of(word: &[u8]) -> u64 {
    word.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): every bit depends on all.
fn mixed(mut hash: u64) -> u64 {
    hash = hash.wrapping_add(0x9e37_79b9_7f4a_7c15);
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Field;

    /// Twenty talks with a text of their own each, of which `title` makes the titles.
    fn find(title: impl Fn(usize) -> String) -> (Repeats, Vec<String>) {
        let texts: Vec<(String, String)> = (0..20)
            .map(|n| {
                let own = |word: &str| format!("{word}{n}");
                let text = ["keeper", "tide", "rope", "lamp", "fog", "sail"].map(own).join(" ");
                (title(n), format!("{text} {} harbour", own("bread")))
            })
            .collect();
        let docs: Vec<Text<'_>> = texts
            .iter()
            .map(|(title, text)| {
                let fields = [title, text].map(|text| Field { text, weight: 1 }).to_vec();
                Text { fields, ..Text::plain("") }
            })
            .collect();
        let repeats = Repeats::find(&docs, Some(0), &Run::serial()).unwrap();
        let own = repeats.without_passages(&docs);
        let titles = own.iter().map(|doc| doc.fields[0].text.trim().to_owned()).collect();
        (repeats, titles)
    }

    #[test]
    fn events_in_titles_are_passages_and_their_words_are_told() {
        let (repeats, titles) =
            find(|n| format!("On rope{n} and tide | Harbour Days {}", 2000 + n));
        assert_eq!(repeats.passages().len(), 1);
        assert_eq!(titles[3], "On rope3 and tide |");
        // Every text has the word harbour besides.
        assert_eq!(repeats.words(), ["days", "harbour"]);
    }

    #[test]
    fn subjects_in_front_of_titles_and_single_words_behind_are_none() {
        let (repeats, titles) = find(|n| format!("Old ships: rope{n}"));
        assert_eq!((repeats.passages().len(), titles[3].as_str()), (0, "Old ships: rope3"));
        let (repeats, _) = find(|n| format!("rope{n}: ships"));
        assert_eq!(repeats.passages().len(), 0);
    }

    #[test]
    fn a_part_in_front_is_a_passage_where_it_is_one_behind() {
        let (_, titles) = find(|n| match n % 2 {
            0 => format!("Old ships: rope{n}"),
            _ => format!("Rope{n} (old ships)"),
        });
        assert_eq!((titles[2].as_str(), titles[3].as_str()), (": rope2", "Rope3 ("));
    }

    /// What is left of twenty documents that begin with a sentence each, and what documents known by them
    /// keep of another such sentence.
    fn left_of(sentence: impl Fn(usize) -> String) -> (String, String) {
        let own = |n: usize| {
            let own = |word: &str| format!("{word}{n}");
            let words = ["keeper", "tide", "rope", "lamp", "bread", "wall", "oven", "mast", "gull"];
            format!("Of {} and harbours{n} by the sea.", words.map(own).join(", "))
        };
        let texts: Vec<String> = (0..20).map(|n| format!("{} {}", sentence(n), own(n))).collect();
        let docs: Vec<Text<'_>> = texts.iter().map(|text| Text::plain(text)).collect();
        let repeats = Repeats::find(&docs, None, &Run::serial()).unwrap();
        let left = |doc: &Text<'_>| {
            doc.fields.iter().map(|field| field.text.trim()).collect::<Vec<_>>().join(" ")
        };
        let new = format!("{} {}", sentence(77), own(77));
        let known = left(&repeats.known_passages().without(&Text::plain(&new), None));
        (left(&repeats.without_passages(&docs)[3]), known)
    }

    #[test]
    fn sentences_with_a_name_filled_in_are_passages() {
        let (left, known) = left_of(|n| {
            format!(
                "Unless you say so beforehand, all that you send to harbour{n} is free for use by anyone."
            )
        });
        assert!(left.starts_with("Of keeper3,"), "{left}");
        assert!(known.starts_with("Of keeper77,"), "{known}");
    }

    #[test]
    fn sentences_that_only_begin_alike_are_none() {
        let (left, _) = left_of(|n| {
            format!(
                "In this talk we will see what storm{n} does to sail{n}, mast{n}, crew{n} and ship{n}."
            )
        });
        assert!(left.starts_with("In this talk"), "{left}");
    }
}
