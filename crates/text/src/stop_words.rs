//! Words that carry no topic, by language.

use std::collections::BTreeMap;

use hashbrown::HashSet;

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
    "bit",
    "con",
    "cry",
    "de",
    "easier",
    "easily",
    "easy",
    "etc",
    "existing",
    "explain",
    "explore",
    "hard",
    "instance",
    "kinds",
    "learnt",
    "lot",
    "lots",
    "ltd",
    "real",
    "simple",
    "simply",
    "talk's",
    "tool's",
    "top",
    "un",
    "understand",
    "via",
    "way",
    "you'd",
];

/// The stop words of some languages.
///
/// The lists are those of the stopwords-iso collection; for English, words that name subjects
/// (`test`, `web`, `computer`) are taken off it and a few fillers added.
#[derive(Debug, Clone, Default)]
pub struct StopWords {
    by_language: BTreeMap<String, HashSet<&'static str>>,
}

impl StopWords {
    /// The stop words of every language that has a list and occurs in `codes` (ISO 639-1).
    /// Unknown codes are passed over.
    #[must_use]
    pub fn of_languages<'a>(codes: impl IntoIterator<Item = &'a str>) -> Self {
        let mut by_language = BTreeMap::new();
        for code in codes {
            if by_language.contains_key(code) {
                continue;
            }
            if let Some(words) = list_of(code) {
                by_language.insert(code.to_owned(), words);
            }
        }
        Self { by_language }
    }

    /// Checks that there is a list for `code`.
    ///
    /// # Errors
    /// [`Error::UnknownLanguage`], naming the codes that are known.
    pub fn check_language(code: &str) -> Result<(), Error> {
        if stop_words::lookup(code).is_some() {
            return Ok(());
        }
        let mut known: Vec<String> =
            stop_words::available_languages().iter().map(ToString::to_string).collect();
        known.sort();
        Err(Error::UnknownLanguage { code: code.to_owned(), known: known.join(" ") })
    }

    /// Whether `word` (lower-cased) is a stop word of the language `code`.
    #[must_use]
    pub fn contains(&self, code: &str, word: &str) -> bool {
        self.by_language.get(code).is_some_and(|words| words.contains(word))
    }
}

fn list_of(code: &str) -> Option<HashSet<&'static str>> {
    let mut words: HashSet<&'static str> = stop_words::lookup(code)?.iter().copied().collect();
    if code == "en" {
        for word in ENGLISH_KEPT {
            words.remove(word);
        }
        words.extend(ENGLISH_ADDED);
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_function_words_are_stop_words_and_subjects_are_not() {
        let stops = StopWords::of_languages(["en"]);
        for word in ["the", "also", "don't", "using", "would", "system", "us"] {
            assert!(stops.contains("en", word), "{word}");
        }
        for word in ["test", "web", "computer", "community", "data", "talk"] {
            assert!(!stops.contains("en", word), "{word}");
        }
    }

    #[test]
    fn each_language_has_its_own() {
        let stops = StopWords::of_languages(["en", "de", "xx"]);
        assert!(stops.contains("de", "und"));
        assert!(!stops.contains("en", "und"));
        assert!(!stops.contains("fr", "les"));
        assert!(!stops.contains("xx", "the"));
    }

    #[test]
    fn an_unknown_language_is_named_with_the_known_ones() {
        assert!(StopWords::check_language("en").is_ok());
        let message = StopWords::check_language("xx").unwrap_err().to_string();
        assert!(message.contains("\"xx\"") && message.contains(" en "), "{message}");
    }
}
