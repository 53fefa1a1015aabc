//! What a term is.

/// How texts are cut.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Tokens {
    /// Words that people read: see [`words`](crate::words()).
    Readable,
    /// What a regular expression matches, in the syntax of Python's `re`, of which a single group may
    /// be what is taken. `(?u)\b\w\w+\b`, scikit-learn's, is read without an expression.
    Pattern(String),
    /// Characters; runs of white space are one space.
    Chars,
    /// Characters within words, with a space at both ends of each.
    CharsInWords,
}

/// What becomes of accents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Accents {
    /// They stay.
    #[default]
    Keep,
    /// Texts are decomposed (NFKD) and lose what is not ASCII.
    Ascii,
    /// Texts are decomposed (NFKD) and lose combining marks.
    Unicode,
}

/// Whose stop words are dropped.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Stops {
    /// Nobody's.
    None,
    /// Those of a document's own language.
    Own,
    /// Those of a document's own language, and from every document those of this one (ISO 639-1).
    OwnAnd(String),
}

/// What a term is.
///
/// | field | readable | sklearn | meaning |
/// |---|---|---|---|
/// | `tokens` | readable words | `(?u)\b\w\w+\b` | how texts are cut |
/// | `lowercase` | yes | yes | whether texts are lower-cased first, as Python's `str.lower` does |
/// | `accents` | kept | kept | what becomes of accents, after lower-casing |
/// | `ngrams` | (1, 1) | (1, 1) | the fewest and the most tokens of a term |
/// | `stops` | own, `en` | none | whose stop words are dropped |
/// | `stop_words` | none | none | further tokens to drop |
///
/// Stop words are dropped before terms of several tokens are made; tokens of characters have none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AnalyzerConfig {
    /// How texts are cut.
    pub tokens: Tokens,
    /// Whether texts are lower-cased first; readable words always are.
    pub lowercase: bool,
    /// What becomes of accents, after lower-casing.
    pub accents: Accents,
    /// The fewest and the most tokens (or characters) of a term.
    pub ngrams: (usize, usize),
    /// Whose stop words are dropped.
    pub stops: Stops,
    /// Further stop words, as they are after lower-casing.
    pub stop_words: Vec<String>,
}

/// The token pattern of scikit-learn: two word characters or more.
pub(crate) const SKLEARN_PATTERN: &str = r"(?u)\b\w\w+\b";

impl AnalyzerConfig {
    /// Words that people read, without English stop words.
    #[must_use]
    pub fn readable() -> Self {
        Self {
            tokens: Tokens::Readable,
            lowercase: true,
            accents: Accents::Keep,
            ngrams: (1, 1),
            stops: Stops::OwnAnd("en".to_owned()),
            stop_words: Vec::new(),
        }
    }

    /// The terms of scikit-learn's `CountVectorizer` with its default settings.
    #[must_use]
    pub fn sklearn() -> Self {
        Self {
            tokens: Tokens::Pattern(SKLEARN_PATTERN.to_owned()),
            stops: Stops::None,
            ..Self::readable()
        }
    }
}
