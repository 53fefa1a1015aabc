//! Words that carry no topic, by language.

use std::borrow::Cow;

use hashbrown::HashMap;

use crate::Error;

/// English words on the public list that name what conferences and corpora are about.
const ENGLISH_KEPT: &[&str] = &[
    "area",
    "areas",
    "authentication",
    "cause",
    "causes",
    "computer",
    "copy",
    "face",
    "faces",
    "free",
    "group",
    "groups",
    "grouping",
    "home",
    "homepage",
    "html",
    "http",
    "image",
    "index",
    "information",
    "invention",
    "key",
    "keys",
    "member",
    "members",
    "microsoft",
    "net",
    "netscape",
    "network",
    "novel",
    "number",
    "numbers",
    "open",
    "order",
    "page",
    "pages",
    "point",
    "points",
    "problem",
    "problems",
    "research",
    "ring",
    "room",
    "rooms",
    "site",
    "state",
    "states",
    "test",
    "text",
    "thought",
    "thoughts",
    "web",
    "webpage",
    "website",
    "young",
    "youth",
];

/// English words that the public list lacks and that name no topic either.
const ENGLISH_ADDED: &[&str] = &[
    "afternoon",
    "apr",
    "april",
    "aug",
    "august",
    "bit",
    "con",
    "cry",
    "day",
    "days",
    "de",
    "dec",
    "december",
    "easier",
    "easily",
    "easy",
    "etc",
    "evening",
    "existing",
    "explain",
    "explore",
    "feb",
    "february",
    "friday",
    "hard",
    "instance",
    "intro",
    "introduce",
    "introduces",
    "introducing",
    "introduction",
    "introductions",
    "introductory",
    "jan",
    "january",
    "jul",
    "july",
    "jun",
    "june",
    "keynote",
    "keynotes",
    "kinds",
    "learnt",
    "lot",
    "lots",
    "ltd",
    "monday",
    "morning",
    "nov",
    "november",
    "oct",
    "october",
    "plenary",
    "pm",
    "real",
    "saturday",
    "sept",
    "september",
    "simple",
    "simply",
    "sunday",
    "talk's",
    "thursday",
    "today",
    "tomorrow",
    "tool's",
    "top",
    "tuesday",
    "un",
    "understand",
    "via",
    "way",
    "wednesday",
    "yesterday",
    "you'd",
];

/// The stop words of every language that has a list.
///
/// The lists are those of the stopwords-iso collection; for English, words that name subjects
/// (`test`, `web`, `computer`) are taken off it and a few fillers added.
#[derive(Debug, Clone)]
pub struct StopWords {
    /// For every word: the languages that have it, as bits.
    languages_of: HashMap<Cow<'static, str>, u64>,
    /// The languages in alphabetical order; the position is the bit.
    codes: Vec<&'static str>,
    /// The bits of what is dropped from every document.
    always: u64,
}

/// The bit of further stop words, which belong to no language.
const FURTHER: u64 = 1 << 63;

impl StopWords {
    /// The words `further` alone, whatever the language.
    #[must_use]
    pub fn of(further: &[String]) -> Self {
        let words = further.iter().map(|word| (Cow::Owned(word.clone()), FURTHER));
        let always = if further.is_empty() { 0 } else { FURTHER };
        Self { languages_of: words.collect(), codes: Vec::new(), always }
    }

    /// The lists of all languages; `always` is the language whose words are dropped from every
    /// document, besides the words `further`. Cost: some milliseconds.
    ///
    /// # Errors
    /// [`Error::UnknownLanguage`] when `always` has no list.
    pub fn of_languages(always: Option<&str>, further: &[String]) -> Result<Self, Error> {
        let codes = codes();
        let mut stops = Self { languages_of: HashMap::new(), codes, always: FURTHER };
        for (language, code) in stops.codes.iter().enumerate() {
            for word in list_of(code) {
                *stops.languages_of.entry(Cow::Borrowed(word)).or_insert(0) |= 1 << language;
            }
        }
        for word in further {
            *stops.languages_of.entry(Cow::Owned(word.clone())).or_insert(0) |= FURTHER;
        }
        if let Some(code) = always {
            Self::check_language(code)?;
            stops.always |= stops.bit_of(code);
        }
        Ok(stops)
    }

    /// Checks that there is a list for `code`.
    ///
    /// # Errors
    /// [`Error::UnknownLanguage`], naming the codes that are known.
    pub fn check_language(code: &str) -> Result<(), Error> {
        let known = codes();
        if known.contains(&code) {
            return Ok(());
        }
        Err(Error::UnknownLanguage { code: code.to_owned(), known: known.join(" ") })
    }

    /// Whether `word` (lower-cased) is a stop word of the language `code`.
    #[must_use]
    pub fn contains(&self, code: &str, word: &str) -> bool {
        self.bits_of(word.as_bytes()) & self.bit_of(code) != 0
    }

    /// The lists that hold for a document in `language`, as bits. A language without a list has no
    /// bit.
    pub(crate) fn bits_in(&self, language: Option<&str>) -> u64 {
        self.always | language.map_or(0, |code| self.bit_of(code))
    }

    /// The lists that `word` stands on, as bits.
    pub(crate) fn bits_of(&self, word: &[u8]) -> u64 {
        if self.languages_of.is_empty() {
            return 0;
        }
        let word = std::str::from_utf8(word).unwrap_or_default();
        self.languages_of.get(word).copied().unwrap_or(0)
    }

    fn bit_of(&self, code: &str) -> u64 {
        self.codes.binary_search(&code).map_or(0, |language| 1 << language)
    }
}

/// The languages that have a list, in alphabetical order: fewer than there are bits.
pub(crate) fn codes() -> Vec<&'static str> {
    let mut codes = stop_words::available_languages().to_vec();
    codes.sort_unstable();
    codes.dedup();
    codes.truncate(63);
    codes
}

/// The stop words of the language `code`.
pub(crate) fn list_of(code: &str) -> impl Iterator<Item = &'static str> {
    let is_english = code == "en";
    let added = if is_english { ENGLISH_ADDED } else { &[] };
    stop_words::lookup(code)
        .unwrap_or_default()
        .iter()
        .filter(move |word| !(is_english && ENGLISH_KEPT.contains(word)))
        .chain(added)
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_function_words_are_stop_words_and_subjects_are_not() {
        let stops = StopWords::of_languages(Some("en"), &[]).unwrap();
        for word in ["the", "also", "don't", "using", "would", "system", "us"] {
            assert!(stops.contains("en", word), "{word}");
        }
        for word in ["test", "web", "computer", "community", "data", "talk"] {
            assert!(!stops.contains("en", word), "{word}");
        }
    }

    #[test]
    fn each_language_has_its_own() {
        let stops = StopWords::of_languages(None, &[]).unwrap();
        assert!(stops.contains("de", "und"));
        assert!(!stops.contains("en", "und"));
        assert!(stops.contains("fr", "les"));
        assert!(!stops.contains("xx", "the"));
    }

    #[test]
    fn an_unknown_language_is_named_with_the_known_ones() {
        assert!(StopWords::check_language("en").is_ok());
        let message = StopWords::check_language("xx").unwrap_err().to_string();
        assert!(message.contains("\"xx\"") && message.contains(" en "), "{message}");
    }
}
