//! Texts to terms.

mod accents;
mod chars;
mod classify;
mod config;
mod letters;
mod ngrams;
mod pattern;
mod python;
mod readable;
mod runs;
mod scan;
mod scratch;
mod unspaced;
mod word_chars;
mod words;

use std::borrow::Cow;

pub use config::{Accents, AnalyzerConfig, Stops, Tokens};
pub(crate) use scratch::{Scratch, Span};
pub(crate) use unspaced::is_unspaced;
pub use words::{words, words_as_written};

use self::letters::Letters;
use self::pattern::Pattern;
use self::readable::ReadableRules;
use self::runs::PythonRules;
use self::scan::Case;
use self::scratch::Emitter;
use crate::intern::PADDING;
use crate::{Error, Parts, StopWords};

/// Cuts texts into terms.
///
/// ```
/// use text::{Analyzer, AnalyzerConfig};
///
/// let config = AnalyzerConfig { ngrams: (1, 2), ..AnalyzerConfig::sklearn() };
/// let terms = Analyzer::new(&config)?.terms("A Talk on tests")?;
/// assert_eq!(terms, ["talk", "on", "tests", "talk on", "on tests"]);
/// # Ok::<(), text::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Analyzer {
    cut: Cut,
    lowercase: bool,
    accents: Accents,
    ngrams: (usize, usize),
    stops: StopWords,
}

/// Bytes of the longest text: in other forms it may grow, and places in it are 32 bits wide.
const LONGEST: usize = 1 << 30;

/// How texts are cut.
#[derive(Debug, Clone)]
enum Cut {
    Readable(Letters),
    /// Runs of word characters, of so many at least.
    Runs(usize, Letters),
    Pattern(Box<Pattern>),
    Chars,
    CharsInWords,
}

impl Analyzer {
    /// An analyzer with these settings.
    ///
    /// # Errors
    /// [`Error::UnknownLanguage`] for a language without a list of stop words, [`Error::Ngrams`] and
    /// [`Error::Pattern`] for settings that mean nothing.
    pub fn new(config: &AnalyzerConfig) -> Result<Self, Error> {
        let (min, max) = config.ngrams;
        if min == 0 || min > max {
            return Err(Error::Ngrams { min, max });
        }
        // Where accents go, texts outside ASCII are lower-cased as a whole.
        let is_lowered = config.lowercase && config.accents == Accents::Keep;
        let case = if is_lowered { Case::Lower } else { Case::AsWritten };
        let cut = match &config.tokens {
            Tokens::Readable => Cut::Readable(readable::letters()),
            Tokens::Pattern(pattern) => match pattern::min_run(pattern) {
                Some(min_chars) => Cut::Runs(min_chars, runs::letters(case)),
                None => Cut::Pattern(Box::new(Pattern::new(pattern)?)),
            },
            Tokens::Chars => Cut::Chars,
            Tokens::CharsInWords => Cut::CharsInWords,
        };
        let stops = match &config.stops {
            Stops::None => StopWords::of(&config.stop_words),
            Stops::Own => StopWords::of_languages(None, &config.stop_words)?,
            Stops::OwnAnd(code) => StopWords::of_languages(Some(code), &config.stop_words)?,
        };
        Ok(Self {
            cut,
            lowercase: config.lowercase,
            accents: config.accents,
            ngrams: config.ngrams,
            stops,
        })
    }

    /// One that cuts texts into the words that people read, and knows no stop words.
    pub(crate) fn words() -> Self {
        Self {
            cut: Cut::Readable(readable::letters()),
            lowercase: true,
            accents: Accents::Keep,
            ngrams: (1, 1),
            stops: StopWords::of(&[]),
        }
    }

    /// `text` as it is cut: in lower case and without accents, where these are asked for.
    #[must_use]
    pub fn preprocess(&self, text: &str) -> String {
        accents::strip(
            if self.lowercase { text.to_lowercase() } else { text.to_owned() },
            self.accents,
        )
    }

    /// The tokens of `text`, in order, stop words among them. `text` is lower-cased and rid of accents
    /// already.
    ///
    /// # Errors
    /// [`Error::Pattern`] when a token pattern goes on for too long, [`Error::TextTooLong`].
    pub fn tokens(&self, text: &str) -> Result<Vec<String>, Error> {
        let as_it_is = Self { lowercase: false, accents: Accents::Keep, ..self.clone() };
        let mut tokens = Vec::new();
        as_it_is.each_token(text, &mut Scratch::default(), |buffer, spans| {
            tokens.extend(spans.iter().map(|&span| text_of(buffer, span).to_owned()));
        })?;
        Ok(tokens)
    }

    /// The terms of `text` as they are counted, in the order of scikit-learn: by length, then as they
    /// come.
    ///
    /// # Errors
    /// [`Error::Pattern`] when a token pattern goes on for too long, [`Error::TextTooLong`].
    pub fn terms(&self, text: &str) -> Result<Vec<String>, Error> {
        let mut terms = Vec::new();
        let stops = self.stops_in("");
        self.each_term(text, stops, &mut Scratch::default(), |buffer, spans| {
            let found = spans.iter().map(|&span| text_of(buffer, span));
            let is_kept =
                |term: &&str| self.is_term_checked() || self.stops_of(term.as_bytes()) & stops == 0;
            terms.extend(found.filter(is_kept).map(str::to_owned));
        })?;
        Ok(terms)
    }

    /// The languages, as bits, whose stop words a document is rid of.
    pub(crate) fn stops_in(&self, doc: &(impl Parts + ?Sized)) -> u64 {
        let mut bits = self.stops.bits_in(None);
        doc.each_language(|code| bits |= self.stops.bits_in(Some(code)));
        bits
    }

    /// The languages, as bits, that have `word` as a stop word.
    pub(crate) fn stops_of(&self, word: &[u8]) -> u64 {
        self.stops.bits_of(word)
    }

    /// Its stop words.
    pub(crate) fn stop_words(&self) -> &StopWords {
        &self.stops
    }

    /// Whether what [`each_term`](Self::each_term) gives is rid of stop words already, or has none.
    pub(crate) fn is_term_checked(&self) -> bool {
        self.ngrams != (1, 1) || matches!(self.cut, Cut::Chars | Cut::CharsInWords)
    }

    /// Whether neighbours may be phrases: single words that people read.
    pub(crate) fn has_phrases(&self) -> bool {
        self.ngrams == (1, 1) && matches!(self.cut, Cut::Readable(_))
    }

    /// Gives `each` every term of `text`, many at once: a buffer and where in it they stand. The
    /// buffer goes on for sixteen bytes after the start of each. Stop words are among the terms unless
    /// [`is_term_checked`](Self::is_term_checked): the caller, who knows which words it met before,
    /// drops them sooner.
    pub(crate) fn each_term(
        &self,
        text: &str,
        stops: u64,
        scratch: &mut Scratch,
        each: impl FnMut(&[u8], &[Span]),
    ) -> Result<(), Error> {
        if text.len() > LONGEST {
            return Err(Error::TextTooLong { n_bytes: text.len(), allowed: LONGEST });
        }
        match self.cut {
            Cut::Chars | Cut::CharsInWords => {
                let text = self.prepared(text);
                let Scratch { buffer, spans, .. } = scratch;
                let mut emit = Emitter::new(buffer, spans, each);
                if matches!(self.cut, Cut::Chars) {
                    chars::over_all(&text, self.ngrams, &mut emit);
                } else {
                    chars::in_words(&text, self.ngrams, &mut emit);
                }
                Ok(())
            }
            _ if self.ngrams == (1, 1) => self.each_token(text, scratch, each),
            _ => self.each_ngram(text, stops, scratch, each),
        }
    }

    fn each_ngram(
        &self,
        text: &str,
        stops: u64,
        scratch: &mut Scratch,
        each: impl FnMut(&[u8], &[Span]),
    ) -> Result<(), Error> {
        let mut joined = std::mem::take(&mut scratch.tokens);
        let mut ends = std::mem::take(&mut scratch.token_ends);
        joined.clear();
        ends.clear();
        let cut = self.each_token(text, scratch, |buffer, spans| {
            for &[start, end] in spans {
                let token = &buffer[start as usize..end as usize];
                if self.stops_of(token) & stops == 0 {
                    joined.extend_from_slice(token);
                    ends.push(joined.len() as u32);
                    joined.push(b' ');
                }
            }
        });
        joined.resize(joined.len() + PADDING, 0);
        let Scratch { spans, .. } = scratch;
        let mut emit = Emitter::new(&mut joined, spans, each);
        ngrams::each(&ends, self.ngrams, |start, end| emit.term(start as usize, end as usize));
        emit.flush();
        scratch.tokens = joined;
        scratch.token_ends = ends;
        cut
    }

    /// Gives `each` every token of `text`, stop words among them.
    fn each_token(
        &self,
        text: &str,
        scratch: &mut Scratch,
        each: impl FnMut(&[u8], &[Span]),
    ) -> Result<(), Error> {
        match &self.cut {
            Cut::Runs(min_chars, letters) => {
                let has_accents = self.accents != Accents::Keep && !text.is_ascii();
                let text = if has_accents { self.prepared(text) } else { Cow::Borrowed(text) };
                let lowers = self.lowercase && !has_accents;
                let case = if lowers { Case::Lower } else { Case::AsWritten };
                let rules = PythonRules { case, has_singles: *min_chars < 2, letters };
                let Scratch { piece, spans, .. } = scratch;
                runs::each(&text, (*min_chars, &rules), (piece, spans), each);
            }
            Cut::Readable(letters) => {
                let text = match self.accents {
                    Accents::Keep => Cow::Borrowed(text),
                    _ => self.prepared(text),
                };
                let Scratch { piece, spans, .. } = scratch;
                readable::each(&text, &ReadableRules { letters }, (piece, spans), each);
            }
            Cut::Pattern(pattern) => {
                let Scratch { buffer, spans, .. } = scratch;
                let mut emit = Emitter::new(buffer, spans, each);
                pattern.each_match(&self.prepared(text), &mut emit)?;
            }
            Cut::Chars | Cut::CharsInWords => {
                let text = self.prepared(text);
                let Scratch { buffer, spans, .. } = scratch;
                let mut emit = Emitter::new(buffer, spans, each);
                chars::over_all(&text, (1, 1), &mut emit);
            }
        }
        Ok(())
    }

    fn prepared<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.lowercase || self.accents != Accents::Keep {
            Cow::Owned(self.preprocess(text))
        } else {
            Cow::Borrowed(text)
        }
    }
}

/// Cuts texts into the words that people read.
#[derive(Debug, Clone)]
pub(crate) struct ReadableWords(Letters);

/// The same, in memory that is used again from text to text.
pub(crate) struct WordReader<'a> {
    words: &'a ReadableWords,
    scratch: Scratch,
}

impl ReadableWords {
    /// Cost: some ten microseconds, for a table of letters.
    pub(crate) fn new() -> Self {
        Self(readable::letters())
    }

    pub(crate) fn reader(&self) -> WordReader<'_> {
        WordReader { words: self, scratch: Scratch::default() }
    }
}

impl WordReader<'_> {
    /// Calls `each` with every word of `text`, as [`words`](fn@words) gives them.
    pub(crate) fn each(&mut self, text: &str, mut each: impl FnMut(&[u8])) {
        let rules = ReadableRules { letters: &self.words.0 };
        let Scratch { piece, spans, .. } = &mut self.scratch;
        readable::each(text, &rules, (piece, spans), |buffer, spans| {
            for &[start, end] in spans {
                each(&buffer[start as usize..end as usize]);
            }
        });
    }
}

/// Terms are whole characters of texts that are UTF-8.
fn text_of(buffer: &[u8], [start, end]: Span) -> &str {
    let term = &buffer[start as usize..end as usize];
    std::str::from_utf8(term).expect("terms are cut between characters")
}
