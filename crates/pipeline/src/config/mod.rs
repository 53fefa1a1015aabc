//! `topicmill.toml`: what to build, from what, and how.

pub(crate) mod entry;
pub mod keys;
pub(crate) mod settings;
pub(crate) mod source;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::read::sites::recipe_called;
use crate::topics::arrange::{Labels, read_previous};
use crate::{Error, SourceEntry};

/// The configuration: what `topicmill.toml` holds. The command line overrides single values.
///
/// [`keys::template`] writes it with every key, its default and its meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the documents come from.
    pub sources: Vec<SourceEntry>,
    /// The site's title; by default named after the first source.
    pub title: Option<String>,
    /// The address the site will be published at.
    pub base_url: Option<String>,
    /// The language of documents that do not tell theirs, ISO 639-1.
    pub language: String,
    /// How many topics.
    pub k: TopicCount,
    /// Seed of everything random.
    pub seed: u64,
    /// A folder with templates, style sheet and icon that replace the site's own.
    pub templates: Option<PathBuf>,
    /// A file that renames, merges and numbers topics.
    pub labels: Option<PathBuf>,
    /// Documents to leave out, by id, URL, title or the name of a speaker.
    pub exclude: Vec<String>,
    /// How pages are fetched and read.
    pub crawl: CrawlSection,
    /// Which columns of tables hold which part of a document, by the part's name.
    pub columns: BTreeMap<String, String>,
    /// How words are counted.
    pub text: TextSection,
    /// How topics are found.
    pub topics: TopicsSection,
    /// What the pages show.
    pub site: SiteSection,
    /// The file that this was read from: no site may take its place.
    #[serde(skip)]
    pub file: Option<PathBuf>,
    /// Place the documents in the topics of the site that stands, instead of finding new ones. It
    /// is a wish for one build and no key of the file.
    #[serde(skip)]
    pub keep_topics: bool,
    /// The folder of a former site whose topics give their numbers, folders and titles to those
    /// found now that are the same. It is a wish for one build and no key of the file.
    #[serde(skip)]
    pub previous: Option<PathBuf>,
    /// The file that is written: it may not be a source, and in a folder that is one it is passed over.
    /// Default: none.
    #[serde(skip)]
    pub output: Option<PathBuf>,
}

/// `[crawl]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CrawlSection {
    /// The recipe: the name of a built-in one, or a file.
    pub recipe: Option<String>,
    /// Pages fetched at most.
    pub max_pages: usize,
    /// Seconds between two requests to one public host.
    pub delay: f64,
    /// Hours after which a page in the cache is asked for again.
    pub max_age: f64,
    /// A PEM file of certificates that are trusted besides the system's.
    pub certificates: Option<PathBuf>,
}

/// `[text]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TextSection {
    /// Terms in fewer documents are dropped. By default 3, and fewer for
    /// fewer than a hundred documents.
    pub min_df: Option<DocFreq>,
    /// Terms in more documents are dropped. By default what suits the number of topics.
    pub max_df: Option<DocFreq>,
    /// Only so many terms are kept.
    pub max_terms: Option<usize>,
    /// Further stop words.
    pub stop_words: Vec<String>,
    /// Which forms of a word are one term.
    pub fold: Fold,
    /// Whether words that belong together are one term.
    pub phrases: bool,
    /// Whether passages that many documents have are counted, and copies weigh as documents of
    /// their own.
    pub keep_repeats: bool,
    /// How often a word of the title counts; by default what the recipe says, else once.
    pub title_weight: Option<u32>,
    /// How often a word of a tag counts; by default what the recipe says, else once.
    pub tags_weight: Option<u32>,
}

/// `[topics]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TopicsSection {
    /// How counts become weights.
    pub weight: Weight,
    /// Iterations of the factorisation at most.
    pub max_iter: usize,
    /// The relative fall of the error over five iterations at which the factorisation ends.
    pub tol: f64,
    /// Words that topics are drawn to: a list for each of such topics.
    pub seeds: Vec<Vec<String>>,
    /// How strong their pull is, relative to that of the documents.
    pub seed_strength: f64,
}

/// `[site]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SiteSection {
    /// Words in a cloud at most.
    pub cloud_words: usize,
    /// Where the words of a cloud lie: `ellipse`, `rectangle`, or the path of a PNG image.
    pub cloud_shape: String,
    /// Related documents shown with each document.
    pub related: usize,
    /// Documents that get a page of their own, the first ones.
    pub document_pages: usize,
    /// The licence of the documents.
    pub licence: Option<String>,
}

/// A number of topics, or the wish that the program chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopicCount {
    /// Chosen by the size of the corpus.
    Auto,
    /// This many.
    Exactly(usize),
}

/// A number of documents (a whole number) or a share of them (a number with a point).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DocFreq(pub text::DocFreq);

/// Which forms of a word are one term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fold {
    /// Plurals, with a singular that the documents use.
    Plural,
    /// All that have the same Snowball stem.
    Stem,
    /// None.
    None,
}

/// How counts become weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Weight {
    /// The count times the inverse document frequency.
    Tfidf,
    /// One and the logarithm of the count, times the inverse document frequency.
    Sublinear,
    /// Okapi BM25.
    Bm25,
    /// The logarithm of the count, times how unevenly the term is spread over the documents.
    LogEntropy,
    /// An expression, see [`learn::WeightExpression`].
    Expression(String),
}

impl Default for Config {
    fn default() -> Self {
        Self {
            sources: Vec::new(),
            title: None,
            base_url: None,
            language: "en".to_owned(),
            k: TopicCount::Auto,
            seed: 0,
            templates: None,
            labels: None,
            exclude: Vec::new(),
            crawl: CrawlSection::default(),
            columns: BTreeMap::new(),
            text: TextSection::default(),
            topics: TopicsSection::default(),
            site: SiteSection::default(),
            file: None,
            keep_topics: false,
            previous: None,
            output: None,
        }
    }
}

impl Default for CrawlSection {
    fn default() -> Self {
        Self { recipe: None, max_pages: 1500, delay: 1.0, max_age: 24.0, certificates: None }
    }
}

impl Default for TextSection {
    fn default() -> Self {
        Self {
            min_df: None,
            max_df: None,
            max_terms: None,
            stop_words: Vec::new(),
            fold: Fold::Plural,
            phrases: true,
            keep_repeats: false,
            title_weight: None,
            tags_weight: None,
        }
    }
}

impl Default for TopicsSection {
    fn default() -> Self {
        Self {
            weight: Weight::Sublinear,
            max_iter: 200,
            tol: 1e-5,
            seeds: Vec::new(),
            seed_strength: 1.0,
        }
    }
}

impl SiteSection {
    /// The image that clouds fill, when they fill one.
    pub(crate) fn mask(&self) -> Option<PathBuf> {
        let is_path = !matches!(&*self.cloud_shape, "ellipse" | "rectangle");
        is_path.then(|| PathBuf::from(&self.cloud_shape))
    }
}

impl Default for SiteSection {
    fn default() -> Self {
        Self {
            cloud_words: 60,
            cloud_shape: "ellipse".to_owned(),
            related: 5,
            document_pages: 100_000,
            licence: None,
        }
    }
}

impl Config {
    /// The configuration in the file `path`.
    ///
    /// # Errors
    /// [`Error::ReadConfig`] when the file cannot be read, [`Error::UnknownKey`] for a key that
    /// means nothing, with the nearest that does, and [`Error::Config`] for a value that is not
    /// allowed.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::ReadConfig { path: path.to_owned(), source })?;
        Ok(Self { file: Some(path.to_owned()), ..Self::parse(&text, path)? })
    }

    /// The configuration in `text`; `path` names it in errors.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let invalid = |error: toml::de::Error| {
            let line = error.span().map(|span| 1 + text[..span.start].matches('\n').count());
            // The first line says what; the others draw the place, which `line` names.
            let message = error.message().lines().next().unwrap_or_default().to_owned();
            Error::Config { path: path.to_owned(), line, message }
        };
        let table: toml::Table = toml::from_str(text).map_err(invalid)?;
        keys::check(&table, path)?;
        toml::from_str(text).map_err(invalid)
    }
}

impl Config {
    /// The columns that were named.
    pub(crate) fn column_names(&self) -> corpus::ColumnNames {
        // The keys were checked when the file was read.
        self.columns
            .iter()
            .filter_map(|(part, name)| Some((part.parse().ok()?, name.clone())))
            .collect()
    }

    /// Checks what a file or a flag may set to a value that no run can use, before anything is read.
    pub(crate) fn check(&self) -> Result<(), Error> {
        text::StopWords::check_language(&self.language)?;
        let wrong = |key, allowed, got: &dyn fmt::Display| {
            Err(Error::Setting { key, allowed, got: got.to_string() })
        };
        if self.text.max_terms == Some(0) {
            return wrong("text.max_terms", "at least 1", &0);
        }
        if self.topics.max_iter == 0 {
            return wrong("topics.max_iter", "at least 1", &0);
        }
        let tol = self.topics.tol;
        if !(tol.is_finite() && tol >= 0.0) {
            return wrong("topics.tol", "a number of at least 0", &tol);
        }
        let strength = self.topics.seed_strength;
        if !(strength.is_finite() && strength >= 0.0) {
            return wrong("topics.seed_strength", "a number of at least 0", &strength);
        }
        if let TopicCount::Exactly(k) = self.k
            && self.topics.seeds.len() > k
        {
            let got = format!("{} of them for {k} topics", self.topics.seeds.len());
            return wrong("topics.seeds", "at most one list for each topic", &got);
        }
        if self.site.cloud_words == 0 {
            return wrong("site.cloud_words", "at least 1", &0);
        }
        if let Some(path) = &self.labels {
            Labels::read(path)?;
        }
        // None of the sources may be a site.
        if let Some(name) = &self.crawl.recipe {
            recipe_called(name)?;
        }
        if let Some(folder) = &self.previous {
            read_previous(folder)?;
        }
        match &self.base_url {
            Some(base_url) if !is_web_address(base_url) => {
                wrong("base_url", "an http or https address", &format!("{base_url:?}"))
            }
            _ => Ok(()),
        }
    }
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

impl std::str::FromStr for Weight {
    type Err = String;

    /// One of the names, or an expression, which is checked.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "tfidf" => Ok(Self::Tfidf),
            "sublinear" => Ok(Self::Sublinear),
            "bm25" => Ok(Self::Bm25),
            "log-entropy" => Ok(Self::LogEntropy),
            _ => {
                let is_word = text.chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
                learn::WeightExpression::parse(text).map_err(|error| {
                    let hint = error.hint().map(|hint| format!("\n{hint}")).unwrap_or_default();
                    let allowed = "allowed are `tfidf`, `sublinear`, `bm25`, `log-entropy` and \
                                   expressions of tf, df, idf, n_docs, dl and avgdl";
                    if is_word { allowed.to_owned() } else { format!("{error}{hint}") }
                })?;
                Ok(Self::Expression(text.to_owned()))
            }
        }
    }
}

impl fmt::Display for Weight {
    /// As [`from_str`](std::str::FromStr::from_str) reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tfidf => "tfidf",
            Self::Sublinear => "sublinear",
            Self::Bm25 => "bm25",
            Self::LogEntropy => "log-entropy",
            Self::Expression(text) => text,
        })
    }
}

impl Serialize for Weight {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Weight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|why| de::Error::custom(format!("weight {text:?}: {why}")))
    }
}

impl Serialize for TopicCount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::Exactly(count) => count.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for TopicCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = TopicCount;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"auto\" or a whole number from 1")
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<TopicCount, E> {
                match usize::try_from(value) {
                    Ok(count) if count > 0 => Ok(TopicCount::Exactly(count)),
                    _ => Err(E::invalid_value(de::Unexpected::Signed(value), &self)),
                }
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<TopicCount, E> {
                value.parse().map_err(|()| E::invalid_value(de::Unexpected::Str(value), &self))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl std::str::FromStr for TopicCount {
    type Err = ();

    /// `auto`, or a whole number from 1.
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "auto" => Ok(Self::Auto),
            _ => match text.parse() {
                Ok(count) if count > 0 => Ok(Self::Exactly(count)),
                _ => Err(()),
            },
        }
    }
}

impl Serialize for DocFreq {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            text::DocFreq::Count(count) => count.serialize(serializer),
            text::DocFreq::Share(share) => share.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for DocFreq {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = DocFreq;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of documents from 1, or a share from 0.0 to 1.0")
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<DocFreq, E> {
                match u32::try_from(value) {
                    Ok(count) if count > 0 => Ok(DocFreq(text::DocFreq::Count(count))),
                    _ => Err(E::invalid_value(de::Unexpected::Signed(value), &self)),
                }
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<DocFreq, E> {
                if (0.0..=1.0).contains(&value) {
                    Ok(DocFreq(text::DocFreq::Share(value)))
                } else {
                    Err(E::invalid_value(de::Unexpected::Float(value), &self))
                }
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, Error> {
        Config::parse(text, Path::new("topicmill.toml"))
    }

    #[track_caller]
    fn check_error(text: &str, expected: &str) {
        let error = parse(text).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }

    #[test]
    fn an_empty_file_is_the_default() {
        assert_eq!(parse("").unwrap(), Config::default());
    }

    #[test]
    fn values_are_read() {
        let config =
            parse("k = 12\ntitle = \"Talks\"\n[text]\nmin_df = 3\nmax_df = 0.4\n").unwrap();
        assert_eq!(config.k, TopicCount::Exactly(12));
        assert_eq!(config.title.as_deref(), Some("Talks"));
        assert_eq!(config.text.min_df, Some(DocFreq(text::DocFreq::Count(3))));
        assert_eq!(config.text.max_df, Some(DocFreq(text::DocFreq::Share(0.4))));
        assert_eq!(parse("k = \"auto\"").unwrap().k, TopicCount::Auto);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let text = "k = 12\ntitle = \"Talks\"\nlabels = \"labels.toml\"\nexclude = [\"one\"]\n\
            [columns]\ntext = \"body\"\n[text]\nmin_df = 3\nmax_df = 1.0\n\
            [topics]\nweight = \"log-entropy\"\n[site]\nlicence = \"CC0\"\n";
        let spelt = text.replace("log-entropy", "(1 + ln(tf)) * idf");
        for config in [parse(text).unwrap(), parse(&spelt).unwrap(), Config::default()] {
            assert_eq!(parse(&toml::to_string(&config).unwrap()).unwrap(), config);
        }
    }

    #[test]
    fn values_that_no_run_can_use_are_refused_before_it() {
        let check = |text: &str, expected: &str| {
            let error = parse(text).unwrap().check().unwrap_err();
            assert!(error.to_string().contains(expected) && error.is_usage(), "{error}");
        };
        check("language = \"xx\"", "\"xx\"");
        check("base_url = \"nonsense\"", "base_url must be an http or https address");
        check("[text]\nmax_terms = 0", "text.max_terms must be at least 1, got 0");
        check("[topics]\nmax_iter = 0", "topics.max_iter");
        check("[topics]\ntol = -1.0", "topics.tol must be a number of at least 0, got -1");
        check("[topics]\nseed_strength = -1.0", "topics.seed_strength must be a number");
        check("k = 1\n[topics]\nseeds = [[\"a\"], [\"b\"]]", "2 of them for 1 topics");
        check("[site]\ncloud_words = 0", "site.cloud_words");
        assert!(Config::default().check().is_ok());
    }

    #[test]
    fn a_weight_is_a_name_or_an_expression() {
        let weight = |text: &str| parse(&format!("[topics]\nweight = \"{text}\"")).unwrap();
        assert_eq!(weight("log-entropy").topics.weight, Weight::LogEntropy);
        let expression = "(1 + ln(tf)) * idf";
        assert_eq!(weight(expression).topics.weight, Weight::Expression(expression.into()));
        check_error("[topics]\nweight = \"tf * idff\"", "unknown name \"idff\", known are tf, df");
        check_error("[topics]\nweight = \"tf * (idf\"", "line 2");
    }

    #[test]
    fn values_that_are_not_allowed_are_named_with_their_line() {
        check_error("\nk = 0", "line 2");
        check_error("k = \"many\"", "\"auto\" or a whole number from 1");
        check_error("[text]\nmax_df = 1.5", "1.5");
        check_error("[topics]\nweight = \"log\"", "`tfidf`, `sublinear`, `bm25`, `log-entropy`");
        check_error("title = \"open", "line 1");
    }
}
