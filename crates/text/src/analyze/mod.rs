//! Texts to terms.

mod words;

use crate::intern::PADDING;
use crate::{Error, StopWords};

pub use words::{words, words_as_written};

/// What a term is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalyzerConfig {
    /// The language whose stop words are dropped from every document, ISO 639-1, besides those of a
    /// document's own language.
    pub language: Option<String>,
    /// Further stop words, as they are after lower-casing.
    pub stop_words: Vec<String>,
}

impl AnalyzerConfig {
    /// Words that people read: see [`words`](fn@words). English stop words are dropped.
    #[must_use]
    pub fn readable() -> Self {
        Self { language: Some("en".to_owned()), stop_words: Vec::new() }
    }

    /// The words of scikit-learn's `CountVectorizer` with its default settings.
    #[must_use]
    pub fn sklearn() -> Self {
        Self { language: None, stop_words: Vec::new() }
    }
}

/// Cuts texts into terms.
#[derive(Debug, Clone)]
pub struct Analyzer {
    stops: StopWords,
}

impl Analyzer {
    /// An analyzer with these settings. Cost: some milliseconds, for the lists of stop words.
    ///
    /// # Errors
    /// [`Error::UnknownLanguage`] for a language without a list of stop words.
    pub fn new(config: &AnalyzerConfig) -> Result<Self, Error> {
        let stops = StopWords::new(config.language.as_deref(), &config.stop_words)?;
        Ok(Self { stops })
    }

    /// The languages, as bits, whose stop words a document in `language` is rid of.
    pub(crate) fn stops_in(&self, language: Option<&str>) -> u64 {
        self.stops.bits_in(language)
    }

    /// The languages, as bits, that have `word` as a stop word.
    pub(crate) fn stops_of(&self, word: &[u8]) -> u64 {
        self.stops.bits_of(word)
    }
}

/// Memory that is used again from text to text.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    buffer: Vec<u8>,
}

impl Scratch {
    /// Calls `each` with every word of `text`, as a buffer and where in it the word stands. The buffer
    /// goes on for [`PADDING`] bytes after the word's start.
    pub(crate) fn each_word(&mut self, text: &str, mut each: impl FnMut(&[u8], usize, usize)) {
        words(text, |word| {
            self.buffer.clear();
            self.buffer.extend_from_slice(word.as_bytes());
            self.buffer.resize(word.len() + PADDING, 0);
            each(&self.buffer, 0, word.len());
        });
    }
}
