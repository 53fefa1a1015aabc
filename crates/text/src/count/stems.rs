//! Words with the same stem, in the language of their documents.

use std::collections::BTreeMap;

use jobs::Run;
use unicode_normalization::char::is_combining_mark;

use super::corpus_words::CorpusWords;
use super::rows::Rows;
use super::shard::ShardRows;
use super::spilled::SpilledShards;
use crate::stem::{N_LANGUAGES, language_of, stem_in};
use crate::{Error, Parts};

/// Characters that a word has at least to be stemmed.
const MIN_CHARS: usize = 3;

/// The languages of documents, by their numbers among those with a stemmer.
pub(super) enum DocLanguages {
    All(Option<usize>),
    Each(Vec<Option<u8>>),
}

impl DocLanguages {
    /// All documents are in the language `code`.
    pub(super) fn all(code: Option<&str>) -> Self {
        Self::All(code.and_then(language_of))
    }

    /// Those of `docs`; `code` for one that does not tell its own.
    pub(super) fn of<D: Parts>(docs: &[D], code: Option<&str>) -> Self {
        let number = |doc: &D| doc.language().or(code).and_then(language_of);
        Self::Each(docs.iter().map(|doc| number(doc).map(|number| number as u8)).collect())
    }

    /// Those of the documents of `shards`; `code` for one that does not tell its own.
    pub(super) fn of_spilled(shards: &SpilledShards, code: Option<&str>) -> Self {
        Self::Each(shards.languages(code))
    }

    fn get(&self, doc: usize) -> Option<usize> {
        match self {
            Self::All(language) => *language,
            Self::Each(languages) => languages[doc].map(usize::from),
        }
    }
}

/// For every word: the word it is counted as, of those with the same stem the one in the most
/// documents; ties go to the first of the alphabet.
///
/// Cost: one pass over the entries, a count for every word of a shard and every language, and a stem
/// for every word.
pub(super) fn fold_stems(
    words: &CorpusWords,
    doc_freq: &[u32],
    (rows, languages): (&Rows<'_>, &DocLanguages),
    run: &Run,
) -> Result<Vec<u32>, Error> {
    let mut starts = Vec::with_capacity(rows.shards.len());
    let mut n_docs = 0;
    for shard in 0..rows.shards.len() {
        starts.push(n_docs);
        n_docs += rows.shards.n_docs_of(shard);
    }
    let votes_in = |shard: usize, rows: &ShardRows<'_>, numbers: &[u32]| {
        votes_of(rows, numbers, |row| languages.get(starts[shard] + row))
    };
    let mut votes: Vec<Vote> = rows.fold(run, votes_in, Vec::new(), |mut votes, of_shard| {
        votes.extend(of_shard);
        Ok::<_, Error>(votes)
    })?;
    votes.sort_unstable();
    let mut groups: BTreeMap<(usize, String), Vec<u32>> = BTreeMap::new();
    for of_word in votes.chunk_by(|a, b| a.word == b.word) {
        let Some(language) = most_frequent(of_word) else { continue };
        let word = words.get(of_word[0].word);
        if is_stemmed(word) {
            let stem = stem_in(language, word).into_owned();
            if !stem.is_empty() {
                groups.entry((language, stem)).or_default().push(of_word[0].word);
            }
        }
    }
    let mut target: Vec<u32> = (0..words.len() as u32).collect();
    for group in groups.values() {
        let order = |&word: &u32| (std::cmp::Reverse(doc_freq[word as usize]), words.bytes(word));
        let most = group.iter().copied().min_by(|a, b| order(a).cmp(&order(b)));
        for &word in group {
            target[word as usize] = most.unwrap_or(word);
        }
    }
    Ok(target)
}

/// How many documents of a language have a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Vote {
    word: u32,
    language: u32,
    n_docs: u32,
}

fn votes_of(
    shard: &ShardRows<'_>,
    to_corpus: &[u32],
    language_of_row: impl Fn(usize) -> Option<usize>,
) -> Vec<Vote> {
    let mut n_docs = vec![[0_u32; N_LANGUAGES]; to_corpus.len()];
    for (row, entries) in shard.rows().enumerate() {
        let Some(language) = language_of_row(row) else { continue };
        entries.each(|entry| n_docs[entry.word as usize][language] += 1);
    }
    let all = n_docs.iter().zip(to_corpus).flat_map(|(n_docs, &word)| {
        let votes = (0..).zip(n_docs).filter(|(_, n_docs)| **n_docs > 0);
        votes.map(move |(language, &n_docs)| Vote { word, language, n_docs })
    });
    all.collect()
}

/// The language of the most documents; ties go to the first. `votes` are sorted.
fn most_frequent(votes: &[Vote]) -> Option<usize> {
    let sums = votes.chunk_by(|a, b| a.language == b.language);
    let sums = sums.map(|votes| (votes[0].language, votes.iter().map(|v| v.n_docs).sum::<u32>()));
    let most = sums.max_by_key(|&(language, n_docs)| (n_docs, std::cmp::Reverse(language)));
    most.map(|(language, _)| language as usize)
}

/// Whether `word` is of letters, and long enough to have an ending.
fn is_stemmed(word: &str) -> bool {
    word.chars().nth(MIN_CHARS - 1).is_some()
        && word.chars().all(|c| c.is_alphabetic() || is_combining_mark(c) || c == '\'')
}
