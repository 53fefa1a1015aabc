//! Words that carry no topic, by language.

use std::sync::OnceLock;

use crate::Error;
use crate::intern::{Key, Words};
use crate::language::lists;

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
    "grouping",
    "groups",
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
    /// The languages in alphabetical order; the position is the bit.
    codes: Vec<&'static str>,
    /// Words that belong to no language.
    further: Vec<String>,
    /// The bits of what is dropped from every document.
    always: u64,
    /// The words of all languages: made when one is looked for.
    all: OnceLock<StopTable>,
}

/// The stop words of some languages.
#[derive(Debug, Clone, Default)]
pub(crate) struct StopTable {
    words: Words,
    /// For every word: the languages that have it, as bits.
    languages_of: Vec<u64>,
    /// The languages whose words are there, as bits.
    languages: u64,
    /// A bit for every value that a word's hash may have: some lines of the cache, which tell of most words
    /// that they are no stop words.
    hashes: Vec<u64>,
}

/// Bits for the hash of each word.
const BITS_A_WORD: usize = 16;
/// The bit of further stop words, which belong to no language.
const FURTHER: u64 = 1 << 63;

impl StopTable {
    /// Makes the stop words of `languages`, as bits, known; whether one was not before. Cost: some
    /// nanoseconds for every word of every list.
    pub(crate) fn extend(&mut self, stops: &StopWords, languages: u64) -> bool {
        let new = languages & !self.languages;
        if new == 0 {
            return false;
        }
        self.languages |= new;
        for (language, code) in stops.codes.iter().enumerate() {
            let bit = 1 << language;
            if new & bit != 0 {
                list_of(code).for_each(|word| self.add(word, bit));
            }
        }
        if new & FURTHER != 0 {
            stops.further.iter().for_each(|word| self.add(word, FURTHER));
        }
        let n_words = self.languages_of.len();
        self.hashes = vec![0; (n_words * BITS_A_WORD / 64).next_power_of_two()];
        for number in 0..n_words as u32 {
            let (at, bit) = self.place_of(&self.words.key_of_other(&self.words, number));
            self.hashes[at] |= bit;
        }
        true
    }

    /// Where the bit of a word's hash is.
    #[inline]
    fn place_of(&self, key: &Key) -> (usize, u64) {
        let place = key.hash() as usize;
        ((place / 64) & self.hashes.len().wrapping_sub(1), 1 << (place % 64))
    }

    fn add(&mut self, word: &str, bit: u64) {
        let number = self.words.number(word.as_bytes()) as usize;
        if number == self.languages_of.len() {
            self.languages_of.push(0);
        }
        self.languages_of[number] |= bit;
    }

    fn bits_of(&self, word: &[u8]) -> u64 {
        self.bits_of_key(&self.words.key_of(word), || word)
    }

    /// The lists, as bits, that the word stands on that `words` calls `number`.
    #[inline]
    pub(crate) fn bits_of_number(&self, words: &Words, number: u32) -> u64 {
        self.bits_of_key(&self.words.key_of_other(words, number), || words.bytes(number))
    }

    #[inline]
    fn bits_of_key<'w>(&self, key: &Key, word: impl FnOnce() -> &'w [u8]) -> u64 {
        let (at, bit) = self.place_of(key);
        if self.hashes.get(at).is_none_or(|bits| bits & bit == 0) {
            return 0;
        }
        let number = self.words.find_key(key, word());
        number.map_or(0, |number| self.languages_of[number as usize])
    }
}

impl StopWords {
    /// The words `further` alone, whatever the language.
    #[must_use]
    pub fn of(further: &[String]) -> Self {
        let always = if further.is_empty() { 0 } else { FURTHER };
        let further = further.to_vec();
        Self { codes: Vec::new(), further, always, all: OnceLock::new() }
    }

    /// The lists of all languages; `always` is the language whose words are dropped from every
    /// document, besides the words `further`.
    ///
    /// # Errors
    /// [`Error::UnknownLanguage`] when `always` has no list.
    pub fn of_languages(always: Option<&str>, further: &[String]) -> Result<Self, Error> {
        let mut stops = Self { codes: codes(), ..Self::of(further) };
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

    /// Whether `word` (lower-cased) is a stop word of the language `code`. Cost: that of a hash; the first
    /// call takes some milliseconds, for the lists of all languages.
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
        if self.codes.is_empty() && self.further.is_empty() {
            return 0;
        }
        let all = || {
            let mut all = StopTable::default();
            all.extend(self, u64::MAX);
            all
        };
        self.all.get_or_init(all).bits_of(word)
    }

    fn bit_of(&self, code: &str) -> u64 {
        self.codes.binary_search(&code).map_or(0, |language| 1 << language)
    }
}

/// The languages that have a list, in alphabetical order: fewer than there are bits.
pub(crate) fn codes() -> Vec<&'static str> {
    lists::languages().take(63).collect()
}

/// The stop words of the language `code`.
pub(crate) fn list_of(code: &str) -> impl Iterator<Item = &'static str> {
    let is_english = code == "en";
    let added = if is_english { ENGLISH_ADDED } else { &[] };
    lists::words(code)
        .filter(move |word| !(is_english && ENGLISH_KEPT.binary_search(word).is_ok()))
        .chain(added.iter().copied())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

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
    fn the_table_is_sorted() {
        assert!(ENGLISH_KEPT.is_sorted());
    }

    #[test]
    fn words_of_every_list_are_found_and_others_are_not() {
        let further = ["kept".to_owned(), "a".repeat(17)];
        let mut expected = BTreeMap::new();
        for (language, code) in codes().iter().enumerate() {
            for word in list_of(code) {
                *expected.entry(word.to_owned()).or_insert(0) |= 1 << language;
            }
        }
        for word in &further {
            *expected.entry(word.clone()).or_insert(0) |= FURTHER;
        }
        let stops = StopWords::of_languages(None, &further).unwrap();
        let (mut words, mut some) = (Words::default(), StopTable::default());
        // Languages are asked for one after the other.
        let mut asked = FURTHER;
        for language in [0, 5, 6, 7, 20] {
            asked |= 1 << language;
            assert!(some.extend(&stops, asked) && !some.extend(&stops, asked));
            for word in expected.keys() {
                for other in [word.clone(), format!("{word}x"), word.repeat(9)] {
                    let bits = expected.get(&other).copied().unwrap_or(0);
                    let number = words.number(other.as_bytes());
                    assert_eq!(some.bits_of_number(&words, number), bits & asked, "{other}");
                    assert_eq!(stops.bits_of(other.as_bytes()), bits, "{other}");
                }
            }
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
