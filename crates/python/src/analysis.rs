//! How texts are cut, in the words of scikit-learn's parameters.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use text::{Accents, AnalyzerConfig, Stops, Tokens};

/// What a term is.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Analysis {
    analyzer: String,
    token_pattern: String,
    lowercase: bool,
    strip_accents: Option<String>,
    ngram_range: (usize, usize),
    stop_words: Vec<String>,
}

impl Analysis {
    pub(crate) fn config(&self) -> PyResult<AnalyzerConfig> {
        let tokens = match &*self.analyzer {
            "word" => Tokens::Pattern(self.token_pattern.clone()),
            "char" => Tokens::Chars,
            "char_wb" => Tokens::CharsInWords,
            other => return Err(wrong("analyzer", "'word', 'char' or 'char_wb'", other)),
        };
        let accents = match self.strip_accents.as_deref() {
            None => Accents::Keep,
            Some("ascii") => Accents::Ascii,
            Some("unicode") => Accents::Unicode,
            Some(other) => return Err(wrong("strip_accents", "'ascii', 'unicode' or None", other)),
        };
        Ok(AnalyzerConfig {
            tokens,
            lowercase: self.lowercase,
            accents,
            ngrams: self.ngram_range,
            stops: Stops::None,
            stop_words: self.stop_words.clone(),
        })
    }
}

fn wrong(name: &str, allowed: &str, got: &str) -> PyErr {
    PyValueError::new_err(format!("{name} must be {allowed}, got {got:?}"))
}
