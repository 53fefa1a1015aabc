//! `model.topicmill`: fitted topics with all that new documents need to be placed in them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use jobs::Digest;
use learn::{
    DocFreqWeight, ExpressionWeights, Nmf, Norm, TermFreq, TfIdf, TfIdfConfig, Weighing,
    WeightExpression,
};
use ndarray::Array2;
use serde::{Deserialize, Serialize};
use text::{KnownPassages, Vocabulary};

use crate::Error;
use crate::names::Names;
use crate::read::prepare::Weights;
use crate::results::Quality;
use crate::topics::explained::Explained;

/// The first bytes of every model file.
const MAGIC: &[u8; 16] = b"topicmill model\n";
/// Raised when the content changes: older files are then migrated, newer ones refused.
const VERSION: u32 = 6;
/// Magic, version and checksum.
const HEADER_LEN: usize = 16 + 4 + 32;
/// What a file may make us allocate at most, bytes, for its content and again for its topics.
const MAX_BYTES: usize = 1 << 31;
const ZSTD_LEVEL: i32 = 3;

/// Fitted topics.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The terms.
    pub vocabulary: Vocabulary,
    /// What becomes of the counts of terms.
    pub weighing: Weighing,
    /// The topics' weights on the terms.
    pub nmf: Nmf,
    /// How often the words of each part of a document count.
    pub weights: Weights,
    /// What the topics are called.
    pub names: Vec<TopicName>,
    /// The first number that no topic has had, here or in the former builds that this one follows.
    pub next_id: usize,
    /// How much of their documents the topics explain.
    pub explained: Explained,
    /// The passages that many documents have, which are not counted in new ones either.
    pub passages: KnownPassages,
    /// What is told of the topics; not known in a model of a program that did not keep it.
    pub told: Option<Told>,
}

/// What the documents in which topics were found tell of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The words of each topic, the best first: columns of the vocabulary.
    pub words: Vec<Vec<usize>>,
    /// How good the topics are.
    pub quality: Quality,
}

/// What a topic is called, and where it is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicName {
    /// Its number.
    pub id: usize,
    /// The name of its folder.
    pub slug: String,
    /// Its title.
    pub title: String,
}

/// What is written.
#[derive(Serialize, Deserialize)]
struct Stored {
    fitted: StoredV4,
    /// Of the passages that many documents have.
    passages: Vec<u64>,
    told: Option<Told>,
}

/// The content of version 5, which did not know what the documents tell of the topics.
#[derive(Serialize, Deserialize)]
struct StoredV5 {
    fitted: StoredV4,
    passages: Vec<u64>,
}

/// The content of version 4, which knew of no passages: plain values, the topics without their zeros.
#[derive(Serialize, Deserialize)]
struct StoredV4 {
    terms: Vec<String>,
    variants: BTreeMap<String, u32>,
    weights: StoredWeighing,
    topics: Vec<Vec<(u32, f32)>>,
    title_weight: u32,
    tags_weight: u32,
    names: Vec<TopicName>,
    next_id: usize,
    explained: Vec<f32>,
}

#[derive(Serialize, Deserialize)]
enum StoredWeighing {
    TfIdf(StoredWeights),
    Expression { text: String, doc_freqs: Vec<u32>, n_docs: usize, mean_length: f64 },
}

/// How counts become weights by a formula that is built in.
#[derive(Serialize, Deserialize)]
struct StoredWeights {
    term_freq: StoredTermFreq,
    doc_freq: StoredDocFreq,
    norm: StoredNorm,
    idf: Vec<f32>,
    mean_length: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "TermFreq")]
enum TermFreqDef {
    Raw,
    Binary,
    Sublinear,
    Log,
    Bm25 { k1: f64, b: f64 },
}

#[derive(Serialize, Deserialize)]
struct StoredTermFreq(#[serde(with = "TermFreqDef")] TermFreq);

#[derive(Serialize, Deserialize)]
#[serde(remote = "DocFreqWeight")]
enum DocFreqDef {
    One,
    Smooth,
    Plain,
    Probabilistic,
    Entropy,
}

#[derive(Serialize, Deserialize)]
struct StoredDocFreq(#[serde(with = "DocFreqDef")] DocFreqWeight);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Norm")]
enum NormDef {
    None,
    L1,
    L2,
}

#[derive(Serialize, Deserialize)]
struct StoredNorm(#[serde(with = "NormDef")] Norm);

impl StoredWeights {
    fn of(tfidf: &TfIdf) -> Self {
        let TfIdfConfig { term_freq, doc_freq, norm } = tfidf.config();
        Self {
            term_freq: StoredTermFreq(term_freq),
            doc_freq: StoredDocFreq(doc_freq),
            norm: StoredNorm(norm),
            idf: tfidf.idf().to_vec(),
            mean_length: tfidf.mean_length(),
        }
    }

    /// `None` when a number is out of its range.
    fn into_tfidf(self, n_terms: usize) -> Option<TfIdf> {
        let term_freq = self.term_freq.0;
        let fits = self.idf.len() == n_terms
            && self.idf.iter().all(|idf| idf.is_finite() && *idf >= 0.0)
            && (0.0..f64::INFINITY).contains(&self.mean_length)
            && match term_freq {
                TermFreq::Bm25 { k1, b } => {
                    (0.0..f64::INFINITY).contains(&k1) && (0.0..=1.0).contains(&b)
                }
                _ => true,
            };
        let config = TfIdfConfig { term_freq, doc_freq: self.doc_freq.0, norm: self.norm.0 };
        fits.then(|| TfIdf::from_parts(config, self.idf, self.mean_length))
    }
}

impl StoredWeighing {
    fn of(weighing: &Weighing) -> Self {
        match weighing {
            Weighing::TfIdf(tfidf) => Self::TfIdf(StoredWeights::of(tfidf)),
            Weighing::Expression(weights) => {
                let (doc_freqs, n_docs) = weights.doc_freqs();
                Self::Expression {
                    text: weights.expression().text().to_owned(),
                    doc_freqs: doc_freqs.to_vec(),
                    n_docs,
                    mean_length: weights.mean_length(),
                }
            }
        }
    }

    /// `None` when a number is out of its range, or the expression is none.
    fn into_weighing(self, n_terms: usize) -> Option<Weighing> {
        match self {
            Self::TfIdf(weights) => weights.into_tfidf(n_terms).map(Weighing::TfIdf),
            Self::Expression { text, doc_freqs, n_docs, mean_length } => {
                let fits =
                    doc_freqs.len() == n_terms && (0.0..f64::INFINITY).contains(&mean_length);
                let expression = WeightExpression::parse(&text).ok().filter(|_| fits)?;
                let known = (doc_freqs, n_docs);
                let weights = ExpressionWeights::from_parts(expression, known, mean_length);
                Some(Weighing::Expression(weights))
            }
        }
    }
}

/// The content of version 3, which knew built-in weights alone and not how much its topics explain.
#[derive(Deserialize)]
struct StoredV3 {
    terms: Vec<String>,
    variants: BTreeMap<String, u32>,
    weights: StoredWeights,
    topics: Vec<Vec<(u32, f32)>>,
    title_weight: u32,
    tags_weight: u32,
    names: Vec<TopicName>,
    next_id: usize,
}

impl From<StoredV3> for StoredV4 {
    fn from(old: StoredV3) -> Self {
        Self {
            terms: old.terms,
            variants: old.variants,
            weights: StoredWeighing::TfIdf(old.weights),
            topics: old.topics,
            title_weight: old.title_weight,
            tags_weight: old.tags_weight,
            names: old.names,
            next_id: old.next_id,
            explained: Vec::new(),
        }
    }
}

/// The content of version 2, which numbered topics by their places and folders by their titles.
#[derive(Deserialize)]
struct StoredV2 {
    terms: Vec<String>,
    variants: BTreeMap<String, u32>,
    weights: StoredWeights,
    topics: Vec<Vec<(u32, f32)>>,
    title_weight: u32,
    tags_weight: u32,
    titles: Vec<String>,
}

impl From<StoredV2> for StoredV3 {
    fn from(old: StoredV2) -> Self {
        let mut slugs = Names::default();
        let name = |(id, title): (usize, String)| TopicName {
            id,
            slug: slugs.give(&title, &id.to_string(), "topic"),
            title,
        };
        Self {
            terms: old.terms,
            variants: old.variants,
            weights: old.weights,
            topics: old.topics,
            title_weight: old.title_weight,
            tags_weight: old.tags_weight,
            next_id: old.titles.len(),
            names: old.titles.into_iter().enumerate().map(name).collect(),
        }
    }
}

/// The content of version 1, which knew two kinds of weights.
#[derive(Deserialize)]
struct StoredV1 {
    terms: Vec<String>,
    variants: BTreeMap<String, u32>,
    sublinear: bool,
    idf: Vec<f32>,
    topics: Vec<Vec<(u32, f32)>>,
    title_weight: u32,
    tags_weight: u32,
    titles: Vec<String>,
}

impl From<StoredV1> for StoredV2 {
    fn from(old: StoredV1) -> Self {
        let config = if old.sublinear { TfIdfConfig::sublinear() } else { TfIdfConfig::tf_idf() };
        Self {
            terms: old.terms,
            variants: old.variants,
            weights: StoredWeights::of(&TfIdf::from_parts(config, old.idf, 0.0)),
            topics: old.topics,
            title_weight: old.title_weight,
            tags_weight: old.tags_weight,
            titles: old.titles,
        }
    }
}

impl Model {
    /// The model as bytes: a header with version and checksum, then the content, compressed.
    ///
    /// # Errors
    /// [`Error::ModelEncode`], which no model of this program meets.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let fitted = StoredV4 {
            names: self.names.clone(),
            next_id: self.next_id,
            explained: self.explained.quantiles().to_vec(),
            ..self.topics()
        };
        let passages = self.passages.hashes().to_vec();
        let stored = Stored { fitted, passages, told: self.told.clone() };
        let plain = postcard::to_stdvec(&stored).map_err(|source| Error::ModelEncode { source })?;
        let content = zstd::bulk::compress(&plain, ZSTD_LEVEL)
            .map_err(|source| Error::Compress { source })?;
        Ok(with_header(VERSION, &content))
    }

    /// The digest of all by which documents are placed: what the topics are called, and what is told of
    /// them, is no part of it.
    pub(crate) fn digest_of_topics(&self) -> Result<Digest, Error> {
        let plain =
            postcard::to_stdvec(&self.topics()).map_err(|source| Error::ModelEncode { source })?;
        Ok(Digest::of(&plain))
    }

    /// All by which documents are placed.
    fn topics(&self) -> StoredV4 {
        let components = self.nmf.components();
        let topics = components.rows().into_iter().map(|row| {
            (0..).zip(row.iter().copied()).filter(|(_, weight)| *weight > 0.0).collect()
        });
        StoredV4 {
            terms: self.vocabulary.terms().to_vec(),
            variants: self.vocabulary.variants().clone(),
            weights: StoredWeighing::of(&self.weighing),
            topics: topics.collect(),
            title_weight: self.weights.title,
            tags_weight: self.weights.tags,
            names: Vec::new(),
            next_id: 0,
            explained: Vec::new(),
        }
    }

    /// Reads the model file `path`.
    ///
    /// # Errors
    /// [`Error::ReadModel`] when it cannot be read, [`Error::NotAModel`] when it is something else,
    /// [`Error::NewerModel`] when a newer program wrote it, and [`Error::DamagedModel`] when its
    /// bytes are not those that were written.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes =
            fs::read(path).map_err(|source| Error::ReadModel { path: path.to_owned(), source })?;
        Self::from_bytes(&bytes, path)
    }

    /// The model in `bytes`; `path` names it in errors.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn from_bytes(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        let path = path.to_owned();
        let Some((header, content)) = bytes.split_at_checked(HEADER_LEN) else {
            return Err(if bytes.starts_with(MAGIC) {
                Error::DamagedModel { path, what: "it ends within its header" }
            } else {
                Error::NotAModel { path }
            });
        };
        let (magic, rest) = header.split_at(MAGIC.len());
        let (version, checksum) = rest.split_at(4);
        if magic != MAGIC {
            return Err(Error::NotAModel { path });
        }
        let found = u32::from_le_bytes([version[0], version[1], version[2], version[3]]);
        if found > VERSION {
            return Err(Error::NewerModel { path, found, supported: VERSION });
        }
        // There never was a version 0.
        if found == 0 || checksum_of(found, content).as_bytes() != checksum {
            return Err(Error::DamagedModel { path, what: "its checksum does not match" });
        }
        let unreadable = |what| Error::DamagedModel { path: path.clone(), what };
        let mut plain = Vec::new();
        zstd::stream::read::Decoder::new(content)
            .and_then(|decoder| decoder.take(MAX_BYTES as u64 + 1).read_to_end(&mut plain))
            .map_err(|_| unreadable("it cannot be decompressed"))?;
        if plain.len() > MAX_BYTES {
            return Err(unreadable("it is larger than any model"));
        }
        let fitted = |old: StoredV4| Stored { fitted: old, passages: Vec::new(), told: None };
        let stored = match found {
            1 => postcard::from_bytes::<StoredV1>(&plain)
                .map(|old| fitted(StoredV3::from(StoredV2::from(old)).into())),
            2 => postcard::from_bytes::<StoredV2>(&plain)
                .map(|old| fitted(StoredV3::from(old).into())),
            3 => postcard::from_bytes::<StoredV3>(&plain).map(|old| fitted(old.into())),
            4 => postcard::from_bytes::<StoredV4>(&plain).map(fitted),
            5 => postcard::from_bytes::<StoredV5>(&plain)
                .map(|StoredV5 { fitted, passages }| Stored { fitted, passages, told: None }),
            _ => postcard::from_bytes::<Stored>(&plain),
        };
        let stored = stored.map_err(|_| unreadable("it cannot be decoded"))?;
        let Stored { fitted, passages, told } = stored;
        let model = fitted.into_model().filter(|model| {
            told.as_ref().is_none_or(|told| told.fits(model.nmf.components().dim()))
        });
        let model =
            model.map(|model| Self { passages: KnownPassages::new(passages), told, ..model });
        model.ok_or_else(|| unreadable("its parts do not fit together"))
    }
}

impl Told {
    /// Whether it can be of so many topics and terms.
    pub(crate) fn fits(&self, (n_topics, n_terms): (usize, usize)) -> bool {
        let Quality { npmi, npmi_held_out, diversity } = self.quality;
        self.words.len() == n_topics
            && self.words.iter().flatten().all(|&word| word < n_terms)
            && [npmi, npmi_held_out, diversity].into_iter().flatten().all(f64::is_finite)
    }
}

fn with_header(version: u32, content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER_LEN + content.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&version.to_le_bytes());
    bytes.extend_from_slice(checksum_of(version, content).as_bytes());
    bytes.extend_from_slice(content);
    bytes
}

/// The checksum of a file; that of the first two versions left out the version.
fn checksum_of(version: u32, content: &[u8]) -> blake3::Hash {
    if version < 3 {
        return blake3::hash(content);
    }
    blake3::Hasher::new().update(&version.to_le_bytes()).update(content).finalize()
}

impl StoredV4 {
    /// `None` when the parts contradict one another.
    fn into_model(self) -> Option<Model> {
        let n_terms = self.terms.len();
        let in_range = |column: u32| (column as usize) < n_terms;
        let n_values = self.topics.len().checked_mul(n_terms)?;
        let fits = (1..=MAX_BYTES / size_of::<f32>()).contains(&n_values)
            && self.names.len() == self.topics.len()
            && self.names.iter().all(|name| name.id < self.next_id)
            && self.variants.values().copied().all(in_range)
            && self.topics.iter().flatten().all(|&(column, _)| in_range(column));
        if !fits {
            return None;
        }
        let mut components = Array2::zeros((self.topics.len(), n_terms));
        for (topic, terms) in self.topics.iter().enumerate() {
            for &(column, weight) in terms {
                components[[topic, column as usize]] = weight;
            }
        }
        Some(Model {
            vocabulary: Vocabulary::new(self.terms, self.variants),
            weighing: self.weights.into_weighing(n_terms)?,
            nmf: Nmf::from_components(components).ok()?,
            weights: Weights { title: self.title_weight, tags: self.tags_weight },
            names: self.names,
            next_id: self.next_id,
            explained: Explained::from_quantiles(self.explained)?,
            passages: KnownPassages::default(),
            told: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Model {
        let variants = BTreeMap::from([("talks".to_owned(), 1)]);
        Model {
            vocabulary: Vocabulary::new(["test", "talk"], variants),
            weighing: tfidf(TfIdfConfig::bm25(), 7.5),
            nmf: Nmf::from_components(ndarray::arr2(&[[0.25, 0.75], [1.0, 0.0]])).unwrap(),
            weights: Weights { title: 2, tags: 3 },
            names: vec![name(0, "talk", "Talk"), name(4, "test-2", "Test")],
            next_id: 5,
            explained: Explained::of(vec![0.25, 0.5]),
            passages: KnownPassages::new(vec![7, u64::MAX]),
            told: Some(Told {
                words: vec![vec![1, 0], vec![0]],
                quality: Quality { npmi: Some(0.25), npmi_held_out: None, diversity: Some(0.5) },
            }),
        }
    }

    fn tfidf(config: TfIdfConfig, mean_length: f64) -> Weighing {
        Weighing::TfIdf(TfIdf::from_parts(config, vec![1.5, 2.0], mean_length))
    }

    fn name(id: usize, slug: &str, title: &str) -> TopicName {
        TopicName { id, slug: slug.into(), title: title.into() }
    }

    fn read(bytes: &[u8]) -> Result<Model, Error> {
        Model::from_bytes(bytes, Path::new("m.topicmill"))
    }

    #[test]
    fn what_was_written_is_read_back() {
        let model = model();
        assert_eq!(read(&model.to_bytes().unwrap()).unwrap(), model);
        let expression = WeightExpression::parse("tf * idf / dl").unwrap();
        let weights = ExpressionWeights::from_parts(expression, (vec![3, 1], 4), 7.5);
        let model = Model { weighing: Weighing::Expression(weights), ..model };
        assert_eq!(read(&model.to_bytes().unwrap()).unwrap(), model);
    }

    #[test]
    fn every_truncation_and_every_flipped_bit_is_refused() {
        let bytes = model().to_bytes().unwrap();
        for len in 0..bytes.len() {
            assert!(read(&bytes[..len]).is_err(), "{len} bytes");
        }
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(read(&bad).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn parts_that_contradict_one_another_or_claim_too_much_are_refused() {
        let stored = |n_topics: usize, n_terms: usize, idf: f32| StoredV4 {
            terms: vec![String::new(); n_terms],
            variants: BTreeMap::new(),
            weights: StoredWeighing::TfIdf(StoredWeights::of(&TfIdf::from_parts(
                TfIdfConfig::sublinear(),
                vec![idf; n_terms],
                1.0,
            ))),
            topics: vec![Vec::new(); n_topics],
            title_weight: 1,
            tags_weight: 1,
            names: (0..n_topics).map(|id| name(id, "", "")).collect(),
            next_id: n_topics,
            explained: Vec::new(),
        };
        assert!(stored(2, 3, 1.0).into_model().is_some());
        assert!(stored(0, 3, 1.0).into_model().is_none());
        assert!(stored(2, 3, f32::NAN).into_model().is_none());
        assert!(stored(100_000, 100_000, 1.0).into_model().is_none());
    }

    #[test]
    fn the_first_version_is_still_read() {
        // A model of two terms and two topics as the program of that version wrote it: header,
        // then the fields of `StoredV1`.
        let model = model();
        let parts = (
            (model.vocabulary.terms().to_vec(), model.vocabulary.variants().clone(), true),
            (vec![1.5_f32, 2.0], vec![vec![(0_u32, 0.25_f32), (1, 0.75)], vec![(0, 1.0)]]),
            (2_u32, 3_u32, vec!["Talk".to_owned(), "Talk".to_owned()]),
        );
        let content =
            zstd::bulk::compress(&postcard::to_stdvec(&parts).unwrap(), ZSTD_LEVEL).unwrap();
        let bytes = with_header(1, &content);
        let read = read(&bytes).unwrap();
        assert_eq!(read.weighing, tfidf(TfIdfConfig::sublinear(), 0.0));
        assert_eq!(read.explained, Explained::default());
        assert_eq!((read.vocabulary, read.nmf), (model.vocabulary, model.nmf));
        assert_eq!(read.weights, model.weights);
        // Numbered and named as that version did.
        assert_eq!(read.names[0], name(0, "talk", "Talk"));
        assert!(read.names[1].id == 1 && read.names[1].slug.starts_with("talk-"));
        assert_eq!(read.next_id, 2);
    }

    #[test]
    fn the_second_version_is_still_read() {
        let model = model();
        let titles = vec!["Lamp & tide".to_owned(), "Test".to_owned()];
        let parts = (
            (model.vocabulary.terms().to_vec(), model.vocabulary.variants().clone()),
            StoredWeights::of(&TfIdf::from_parts(TfIdfConfig::bm25(), vec![1.5, 2.0], 7.5)),
            (vec![vec![(0_u32, 0.25_f32), (1, 0.75)], vec![(0, 1.0)]], 2_u32, 3_u32, titles),
        );
        let content =
            zstd::bulk::compress(&postcard::to_stdvec(&parts).unwrap(), ZSTD_LEVEL).unwrap();
        let read = read(&with_header(2, &content)).unwrap();
        assert_eq!(read.names, [name(0, "lamp-tide", "Lamp & tide"), name(1, "test", "Test")]);
        assert_eq!((read.weighing, read.nmf, read.next_id), (model.weighing, model.nmf, 2));
    }

    #[test]
    fn the_third_version_is_still_read() {
        let model = model();
        let parts = (
            (model.vocabulary.terms().to_vec(), model.vocabulary.variants().clone()),
            StoredWeights::of(&TfIdf::from_parts(TfIdfConfig::bm25(), vec![1.5, 2.0], 7.5)),
            (vec![vec![(0_u32, 0.25_f32), (1, 0.75)], vec![(0, 1.0)]], 2_u32, 3_u32),
            (&model.names, model.next_id),
        );
        let content =
            zstd::bulk::compress(&postcard::to_stdvec(&parts).unwrap(), ZSTD_LEVEL).unwrap();
        let read = read(&with_header(3, &content)).unwrap();
        assert_eq!(
            read,
            Model {
                explained: Explained::default(),
                passages: KnownPassages::default(),
                told: None,
                ..model
            }
        );
    }

    #[test]
    fn the_fourth_version_is_still_read() {
        let model = Model { told: None, ..model() };
        let (n_written, written) = (model.passages.hashes().len(), model.to_bytes().unwrap());
        let mut plain = zstd::stream::decode_all(&written[HEADER_LEN..]).unwrap();
        // The passages stand before the last byte, which says that nothing is told of the topics: their
        // number, then each; 7 takes one byte, the largest ten.
        assert_eq!(n_written, 2);
        plain.truncate(plain.len() - 13);
        let content = zstd::bulk::compress(&plain, ZSTD_LEVEL).unwrap();
        let read = read(&with_header(4, &content)).unwrap();
        assert_eq!(read, Model { passages: KnownPassages::default(), ..model });
    }

    #[test]
    fn the_fifth_version_is_still_read() {
        let model = Model { told: None, ..model() };
        let mut plain = zstd::stream::decode_all(&model.to_bytes().unwrap()[HEADER_LEN..]).unwrap();
        plain.pop();
        let content = zstd::bulk::compress(&plain, ZSTD_LEVEL).unwrap();
        assert_eq!(read(&with_header(5, &content)).unwrap(), model);
    }

    #[test]
    fn words_that_the_topics_do_not_have_and_figures_that_are_none_are_refused() {
        let told = model().told.unwrap();
        for words in [vec![vec![1, 2], vec![0]], vec![vec![1]]] {
            let model = Model { told: Some(Told { words, ..told.clone() }), ..model() };
            assert!(read(&model.to_bytes().unwrap()).is_err());
        }
        let quality = Quality { npmi: Some(f64::NAN), ..told.quality };
        let model = Model { told: Some(Told { quality, ..told }), ..model() };
        assert!(read(&model.to_bytes().unwrap()).is_err());
    }

    #[test]
    fn a_newer_version_is_refused_naming_both() {
        let mut bytes = model().to_bytes().unwrap();
        bytes[MAGIC.len()] = 9;
        let message = read(&bytes).unwrap_err().to_string();
        assert!(message.contains("version 9") && message.contains("version 6"), "{message}");
    }

    #[test]
    fn another_file_is_no_model() {
        assert!(matches!(read(&[b'x'; 100]), Err(Error::NotAModel { .. })));
        assert!(matches!(read(b""), Err(Error::NotAModel { .. })));
    }
}
