//! Words to a matrix of counts.

use std::collections::BTreeMap;
use std::fmt;

use jobs::Run;
use sprs::CsMatI;

use crate::shards::{CorpusWords, Folded, ShardCounts};
use crate::{Error, StopWords, Vocabulary, words};

/// Documents counted by one task: enough work for a thread, and fixed, so that the split does not
/// depend on the number of threads.
const SHARD_DOCS: usize = 256;

/// A part of a document and how often each of its words counts.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// The part's text.
    pub text: &'a str,
    /// How often each word counts: 3 for tags that count three times; 0 leaves the part out.
    pub weight: u32,
}

/// One document as its parts.
#[derive(Debug, Clone)]
pub struct Text<'a> {
    /// The parts.
    pub fields: Vec<Field<'a>>,
    /// Its language (ISO 639-1), whose stop words are dropped besides those of the configuration.
    pub language: Option<&'a str>,
}

impl<'a> Text<'a> {
    /// A document of one part that counts once, in no known language.
    #[must_use]
    pub fn plain(text: &'a str) -> Self {
        Self { fields: vec![Field { text, weight: 1 }], language: None }
    }
}

/// A number of documents, or a share of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DocFreq {
    /// So many documents.
    Count(u32),
    /// This share of the documents, 0 to 1.
    Share(f64),
}

impl fmt::Display for DocFreq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Share(share) => write!(f, "{share:?}"),
        }
    }
}

/// What to count.
///
/// | field | default | meaning | allowed |
/// |---|---|---|---|
/// | `min_df` | 1 document | terms in fewer documents are dropped | count ≥ 1 or share 0..=1 |
/// | `max_df` | all of them | terms in more documents are dropped | count ≥ 1 or share 0..=1 |
/// | `max_terms` | no limit | only the terms with the highest total counts | ≥ 1 |
/// | `language` | `en` | stop words dropped from every document | any with a list |
/// | `stop_words` | none | further words to drop, lower-cased | |
#[derive(Debug, Clone)]
pub struct CountConfig {
    /// The fewest documents that a term must occur in.
    pub min_df: DocFreq,
    /// The most documents that a term may occur in.
    pub max_df: DocFreq,
    /// Keep so many terms, those with the highest total counts (ties in alphabetical order).
    pub max_terms: Option<usize>,
    /// The language whose stop words are dropped from every document, ISO 639-1.
    pub language: String,
    /// Further stop words, lower-cased.
    pub stop_words: Vec<String>,
}

impl Default for CountConfig {
    fn default() -> Self {
        Self {
            min_df: DocFreq::Count(1),
            max_df: DocFreq::Share(1.0),
            max_terms: None,
            language: "en".to_owned(),
            stop_words: Vec::new(),
        }
    }
}

/// Counts and what their columns mean.
#[derive(Debug, Clone)]
pub struct Counts {
    /// CSR, (n_docs, n_terms): how often each term occurs in each document, weights included.
    pub matrix: CsMatI<u32, u32, usize>,
    /// The columns.
    pub vocabulary: Vocabulary,
}

impl Counts {
    /// The counts without the terms that occur in more than the share `max_df` of the documents.
    /// Cost: linear in the non-zeros.
    #[must_use]
    pub fn without_common(self, max_df: f64) -> Self {
        let n = self.n_common(max_df);
        if n == 0 {
            return self;
        }
        let first = n as u32;
        let rows = self.matrix.outer_iterator().map(|row| {
            let kept = row.indices().iter().zip(row.data()).filter(|(column, _)| **column >= first);
            kept.map(|(&column, &count)| (column - first, count)).collect()
        });
        let matrix = to_csr(rows, self.vocabulary.len() - n);
        Self { matrix, vocabulary: self.vocabulary.without_first(n) }
    }

    /// How many terms occur in more than the share `max_df` of the documents.
    #[must_use]
    pub fn n_common(&self, max_df: f64) -> usize {
        let mut doc_freq = vec![0_usize; self.vocabulary.len()];
        for &column in self.matrix.indices() {
            doc_freq[column as usize] += 1;
        }
        let limit = max_df * self.matrix.rows() as f64;
        // Columns are in the order of falling document frequency.
        doc_freq.partition_point(|&df| df as f64 > limit)
    }
}

/// Counts the words of `docs` and makes the vocabulary.
///
/// Rows are in the order of `docs`; a document without terms is an empty row. The result does not
/// depend on the number of threads. Cost: linear in the bytes of text; memory: the counts twice,
/// and every different word once for each 256 documents it occurs in.
///
/// # Errors
/// [`Error::EmptyVocabulary`] when no term is left, the other variants for settings out of range.
pub fn count(docs: &[Text<'_>], config: &CountConfig, run: &Run) -> Result<Counts, Error> {
    let limits = DocFreqLimits::new(config, docs.len())?;
    StopWords::check_language(&config.language)?;
    let languages = docs.iter().filter_map(|doc| doc.language);
    let stops = StopWords::of_languages(languages.chain([config.language.as_str()]));

    let shards = run.map(docs.chunks(SHARD_DOCS).collect(), |shard| {
        ShardCounts::of(shard, |doc, word| is_stop(&stops, config, doc, word))
    })?;
    run.progress().advanced(docs.len() as u64);

    let corpus = CorpusWords::merge(&shards);
    let folded = corpus.fold_plurals();
    let rows = run
        .map(shards.iter().zip(&corpus.shard_words).collect(), |(shard, to_corpus)| {
            shard.rows_in(|word| folded.target[to_corpus[word as usize] as usize])
        })?;
    let kept = choose_terms(&rows, &corpus, &limits, config.max_terms);
    if kept.is_empty() {
        return Err(Error::EmptyVocabulary {
            n_docs: docs.len(),
            n_words: corpus.words.len(),
            min_df: config.min_df,
            max_df: config.max_df,
        });
    }
    Ok(Counts {
        matrix: matrix_of(&rows, &kept, corpus.words.len()),
        vocabulary: vocabulary_of(&corpus, &folded, &kept),
    })
}

/// Counts the words of `docs` that `vocabulary` knows; all other words are passed over, and the stop
/// words of each document's own language.
///
/// Returns CSR, (n_docs, n_terms). A document's row is the same alone and among others.
///
/// # Errors
/// Those of the parallel run.
pub fn count_known(
    docs: &[Text<'_>],
    vocabulary: &Vocabulary,
    run: &Run,
) -> Result<CsMatI<u32, u32, usize>, Error> {
    let stops = StopWords::of_languages(docs.iter().filter_map(|doc| doc.language));
    let shards: Vec<Vec<Row>> = run.map(docs.chunks(SHARD_DOCS).collect(), |shard| {
        shard
            .iter()
            .map(|doc| {
                let mut row = BTreeMap::new();
                let is_stop = |word: &str| {
                    doc.language.is_some_and(|language| stops.contains(language, word))
                };
                each_word(doc, |word, weight| {
                    let column = vocabulary.column_of(word).filter(|_| !is_stop(word));
                    if let Some(column) = column {
                        let count: &mut u32 = row.entry(column).or_insert(0);
                        *count = count.saturating_add(weight);
                    }
                });
                row.into_iter().collect()
            })
            .collect()
    })?;
    run.progress().advanced(docs.len() as u64);
    Ok(to_csr(shards.into_iter().flatten(), vocabulary.len()))
}

/// A document's words, as (column or word number, count), each once, in rising order.
pub(crate) type Row = Vec<(u32, u32)>;

pub(crate) fn each_word(doc: &Text<'_>, mut each: impl FnMut(&str, u32)) {
    for field in doc.fields.iter().filter(|field| field.weight > 0) {
        words(field.text, |word| each(word, field.weight));
    }
}

fn is_stop(stops: &StopWords, config: &CountConfig, doc: &Text<'_>, word: &str) -> bool {
    stops.contains(&config.language, word)
        || doc.language.is_some_and(|language| stops.contains(language, word))
        || config.stop_words.iter().any(|stop| stop == word)
}

/// The document-frequency limits in documents.
struct DocFreqLimits {
    min: f64,
    max: f64,
}

impl DocFreqLimits {
    fn new(config: &CountConfig, n_docs: usize) -> Result<Self, Error> {
        if config.max_terms == Some(0) {
            return Err(Error::NoTerms);
        }
        let documents = |name, df| match df {
            DocFreq::Count(count) if count >= 1 => Ok(f64::from(count)),
            DocFreq::Count(_) => {
                Err(Error::DocFreqRange { name, allowed: "at least 1 document", got: df })
            }
            DocFreq::Share(share) if (0.0..=1.0).contains(&share) => Ok(share * n_docs as f64),
            DocFreq::Share(_) => {
                Err(Error::DocFreqRange { name, allowed: "a share in 0.0..=1.0", got: df })
            }
        };
        let min = documents("min_df", config.min_df)?;
        let max = documents("max_df", config.max_df)?;
        if min > max && n_docs > 0 {
            let (min_df, max_df) = (config.min_df, config.max_df);
            return Err(Error::DocFreqOrder { min_df, max_df, n_docs });
        }
        Ok(Self { min, max })
    }

    fn allow(&self, doc_freq: u32) -> bool {
        (self.min..=self.max).contains(&f64::from(doc_freq))
    }
}

/// The corpus numbers of the terms that stay, in the order of the columns.
fn choose_terms(
    rows: &[Vec<Row>],
    corpus: &CorpusWords,
    limits: &DocFreqLimits,
    max_terms: Option<usize>,
) -> Vec<u32> {
    let n_words = corpus.words.len();
    let (mut doc_freq, mut total) = (vec![0_u32; n_words], vec![0_u64; n_words]);
    for &(word, count) in rows.iter().flatten().flatten() {
        doc_freq[word as usize] += 1;
        total[word as usize] += u64::from(count);
    }
    let mut kept: Vec<u32> = (0..n_words as u32)
        .filter(|&word| doc_freq[word as usize] > 0 && limits.allow(doc_freq[word as usize]))
        .collect();
    let word_of = |number: u32| corpus.words.get(number);
    if let Some(max_terms) = max_terms.filter(|&max| max < kept.len()) {
        kept.sort_unstable_by(|&a, &b| {
            total[b as usize].cmp(&total[a as usize]).then_with(|| word_of(a).cmp(word_of(b)))
        });
        kept.truncate(max_terms);
    }
    kept.sort_unstable_by(|&a, &b| {
        doc_freq[b as usize].cmp(&doc_freq[a as usize]).then_with(|| word_of(a).cmp(word_of(b)))
    });
    kept
}

fn matrix_of(rows: &[Vec<Row>], kept: &[u32], n_words: usize) -> CsMatI<u32, u32, usize> {
    let mut column_of = vec![u32::MAX; n_words];
    for (column, &word) in (0..).zip(kept) {
        column_of[word as usize] = column;
    }
    let renumbered = rows.iter().flatten().map(|row| {
        let mut row: Row = row
            .iter()
            .map(|&(word, count)| (column_of[word as usize], count))
            .filter(|&(column, _)| column != u32::MAX)
            .collect();
        row.sort_unstable_by_key(|&(column, _)| column);
        row
    });
    to_csr(renumbered, kept.len())
}

fn vocabulary_of(corpus: &CorpusWords, folded: &Folded, kept: &[u32]) -> Vocabulary {
    let terms = kept.iter().map(|&word| corpus.words.get(word).to_owned()).collect();
    let mut column_of = vec![None; corpus.words.len()];
    for (column, &word) in (0..).zip(kept) {
        column_of[word as usize] = Some(column);
    }
    let mut variants = BTreeMap::new();
    for (word, &target) in (0_u32..).zip(&folded.target) {
        if let (true, Some(column)) = (word != target, column_of[target as usize]) {
            variants.insert(corpus.words.get(word).to_owned(), column);
        }
    }
    Vocabulary::new(terms, variants)
}

fn to_csr(rows: impl Iterator<Item = Row>, n_terms: usize) -> CsMatI<u32, u32, usize> {
    let mut indptr = vec![0];
    let (mut indices, mut data) = (Vec::new(), Vec::new());
    for row in rows {
        for (column, count) in row {
            indices.push(column);
            data.push(count);
        }
        indptr.push(indices.len());
    }
    CsMatI::new((indptr.len() - 1, n_terms), indptr, indices, data)
}
