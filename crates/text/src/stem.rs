//! Stems: what the forms of a word have in common, by the Snowball stemmers.

use std::borrow::Cow;

use frostem::{Algorithm, Stemmer};

/// The languages that have a stemmer, in alphabetical order, and which.
const STEMMERS: &[(&str, Algorithm)] = &[
    ("ar", Algorithm::Arabic),
    ("ca", Algorithm::Catalan),
    ("cs", Algorithm::Czech),
    ("da", Algorithm::Danish),
    ("de", Algorithm::German),
    ("el", Algorithm::Greek),
    ("en", Algorithm::English),
    ("eo", Algorithm::Esperanto),
    ("es", Algorithm::Spanish),
    ("et", Algorithm::Estonian),
    ("eu", Algorithm::Basque),
    ("fa", Algorithm::Persian),
    ("fi", Algorithm::Finnish),
    ("fr", Algorithm::French),
    ("ga", Algorithm::Irish),
    ("hi", Algorithm::Hindi),
    ("hu", Algorithm::Hungarian),
    ("hy", Algorithm::Armenian),
    ("id", Algorithm::Indonesian),
    ("it", Algorithm::Italian),
    ("lt", Algorithm::Lithuanian),
    ("ne", Algorithm::Nepali),
    ("nl", Algorithm::Dutch),
    ("no", Algorithm::Norwegian),
    ("pl", Algorithm::Polish),
    ("pt", Algorithm::Portuguese),
    ("ro", Algorithm::Romanian),
    ("ru", Algorithm::Russian),
    ("sr", Algorithm::Serbian),
    ("st", Algorithm::Sesotho),
    ("sv", Algorithm::Swedish),
    ("ta", Algorithm::Tamil),
    ("tr", Algorithm::Turkish),
    ("yi", Algorithm::Yiddish),
];

/// How many languages have a stemmer.
pub(crate) const N_LANGUAGES: usize = STEMMERS.len();

/// The languages that have a stemmer (ISO 639-1), in alphabetical order.
pub fn stem_languages() -> impl Iterator<Item = &'static str> {
    STEMMERS.iter().map(|(code, _)| *code)
}

/// The stem of `word`, lower-cased, in the language `code` (ISO 639-1); `None` when this language has no
/// stemmer. A stem is no word: it is what the forms of one have in common (`analysi`).
///
/// The rules are those of Snowball (<https://snowballstem.org>).
///
/// ```
/// assert_eq!(text::stem("en", "connections").as_deref(), Some("connect"));
/// assert_eq!(text::stem("de", "verbindungen").as_deref(), Some("verbind"));
/// assert_eq!(text::stem("ja", "接続"), None);
/// ```
#[must_use]
pub fn stem<'w>(code: &str, word: &'w str) -> Option<Cow<'w, str>> {
    language_of(code).map(|language| stem_in(language, word))
}

/// The number of the language `code`, where it has a stemmer.
pub(crate) fn language_of(code: &str) -> Option<usize> {
    STEMMERS.binary_search_by(|(known, _)| (*known).cmp(code)).ok()
}

pub(crate) fn stem_in(language: usize, word: &str) -> Cow<'_, str> {
    Stemmer::new(STEMMERS[language].1).stem(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Language, word and its stem, made by `testdata/stems.py`.
    const STEMS: &str = include_str!("../testdata/stems.tsv");

    #[test]
    fn every_language_agrees_with_snowballs_own_stemmers() {
        let mut n_words = vec![0; N_LANGUAGES];
        for line in STEMS.lines().filter(|line| !line.starts_with('#')) {
            let fields: Vec<&str> = line.split('\t').collect();
            let [code, word, expected] = fields[..] else { panic!("three fields: {line:?}") };
            assert_eq!(stem(code, word).as_deref(), Some(expected), "{code} {word}");
            n_words[language_of(code).unwrap()] += 1;
        }
        assert!(n_words.iter().all(|&n| n >= 10), "words of each language: {n_words:?}");
    }

    #[test]
    #[ignore = "reads eleven million words that `cargo xtask stems` brings in"]
    fn words_of_the_public_vocabularies_have_the_stems_of_snowball() {
        let path =
            std::env::var_os("TOPICMILL_TEST_STEMS").expect("`cargo xtask stems` names them");
        let lines = std::io::BufReader::new(std::fs::File::open(path).unwrap());
        // Words, those whose stem is another than Snowball's own, and those that the package, whose
        // algorithms are older, has other stems of.
        let mut found = vec![[0; 3]; N_LANGUAGES];
        for line in std::io::BufRead::lines(lines) {
            let line = line.unwrap();
            let fields: Vec<&str> = line.split('\t').collect();
            let [code, word, expected, older] = fields[..] else { panic!("four fields: {line:?}") };
            let language = language_of(code).unwrap();
            let stem = stem_in(language, word);
            found[language][0] += 1;
            found[language][1] += usize::from(stem != expected);
            found[language][2] += usize::from(stem != older);
        }
        for ((code, _), [n, other, older]) in STEMMERS.iter().zip(&found) {
            println!("{code}: {n} words, {other} stems not Snowball's, {older} not the package's");
        }
        assert!(found.iter().map(|found| found[0]).sum::<usize>() > 10_000_000, "{found:?}");
        assert!(found.iter().all(|found| found[1] == 0), "{found:?}");
    }

    #[test]
    fn languages_are_in_order_and_others_have_no_stems() {
        assert!(stem_languages().is_sorted());
        assert_eq!(
            (stem("xx", "lamps"), stem("", "lamps"), stem("zh", "\u{706f}")),
            (None, None, None)
        );
    }
}
