//! Plurals to singulars, without making words unreadable.
//!
//! A stemmer turns `analysis` into `analysi` and `kubernetes` into `kubernet`. Here a word joins a
//! shorter one only when that shorter word is itself used in the corpus, often enough to be its
//! singular and not a slip: evidence instead of rules.

use std::borrow::Cow;

/// Words that look like plurals of words in common use and are not.
const NEVER_FOLDED: &[&str] = &[
    "apparatus",
    "does",
    "ethics",
    "goods",
    "has",
    "hers",
    "https",
    "itertools",
    "its",
    "less",
    "maths",
    "news",
    "ours",
    "pandas",
    "rails",
    "series",
    "species",
    "theirs",
    "this",
    "was",
    "windows",
    "yours",
];

/// The share of the plural's documents that the singular must reach to be believed.
const MIN_SHARE: f64 = 0.1;
/// The same for one of two letters: `id` and `vm` are in more documents than their plurals, where `TLS` and
/// `GPS` are no plurals of what is called `tl` or `gp` somewhere.
const MIN_SHARE_OF_SHORT: f64 = 1.0;

/// The singulars that `word` might have, the likeliest first; empty when it is no plural.
///
/// ```
/// assert_eq!(text::plural::singulars("libraries").first(), Some(&"library".to_owned()));
/// assert!(text::plural::singulars("class").is_empty());
/// ```
#[must_use]
pub fn singulars(word: &str) -> Vec<String> {
    if is_never_folded(word) {
        return Vec::new();
    }
    candidates(word).map(Cow::into_owned).collect()
}

/// The same, those of words that are never folded among them.
fn candidates(word: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let is_none = word.len() < 3 || word.ends_with("ss") || word.ends_with("ics");
    let word = if is_none { "" } else { word };
    let of_ies = word.strip_suffix("ies").map(|stem| Cow::Owned(format!("{stem}y")));
    let of_es = word
        .strip_suffix("es")
        .filter(|stem| ["s", "x", "z", "ch", "sh", "o"].iter().any(|end| stem.ends_with(end)));
    let of_s = word.strip_suffix('s').filter(|stem| stem.ends_with(char::is_alphabetic));
    let all = [of_ies, of_es.map(Cow::Borrowed), of_s.map(Cow::Borrowed)];
    all.into_iter().flatten().filter(|singular| singular.chars().nth(1).is_some())
}

/// The singular that `word` joins, given how many documents each word occurs in (`doc_freq`,
/// `None` for a word that never does).
///
/// Of several candidates the one in the most documents wins, ties going to the likeliest. A
/// candidate in less than a tenth of the documents of `word` is taken for a slip, and one of two letters in
/// fewer documents than `word` for another word.
#[must_use]
pub fn singular_in(word: &str, doc_freq: impl Fn(&str) -> Option<u32>) -> Option<String> {
    let own = doc_freq(word)?;
    singular_of((word, own), |other| Some((doc_freq(other)?, other.to_owned())))
}

/// As [`singular_in`], of a word in `own` documents; `known` gives how many documents a word occurs in, and
/// what it is to the caller.
pub(crate) fn singular_of<T>(
    (word, own): (&str, u32),
    known: impl Fn(&str) -> Option<(u32, T)>,
) -> Option<T> {
    let mut best: Option<(u32, T)> = None;
    for candidate in candidates(word) {
        let Some((df, other)) = known(&candidate) else { continue };
        let is_short = candidate.chars().nth(2).is_none();
        let share = if is_short { MIN_SHARE_OF_SHORT } else { MIN_SHARE };
        if f64::from(df) < share * f64::from(own) {
            continue;
        }
        if best.as_ref().is_none_or(|(most, _)| df > *most) {
            best = Some((df, other));
        }
    }
    // Few words come so far: this is asked last.
    best.filter(|_| !is_never_folded(word)).map(|(_, other)| other)
}

/// What a phrase that ends in a verb's `-ing` may say with a noun: `unit testing` with `unit test`, `data
/// modelling` with `data model`, `image processing` with none that is in use.
pub(crate) fn things_done(phrase: &str) -> Vec<String> {
    let Some(stem) = phrase.strip_suffix("ing") else { return Vec::new() };
    let last = stem.rsplit(' ').next().unwrap_or(stem);
    if last.len() == stem.len() || last.len() < 3 || !last.is_ascii() {
        return Vec::new();
    }
    let mut found = vec![stem.to_owned(), format!("{stem}e")];
    if let [.., a, b] = stem.as_bytes()
        && a == b
    {
        found.push(stem[..stem.len() - 1].to_owned());
    }
    found
}

fn is_never_folded(word: &str) -> bool {
    NEVER_FOLDED.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `corpus`: words with the number of documents they occur in.
    #[track_caller]
    fn check(word: &str, corpus: &[(&str, u32)], expected: Option<&str>) {
        let doc_freq = |w: &str| corpus.iter().find(|(known, _)| *known == w).map(|(_, df)| *df);
        assert_eq!(singular_in(word, doc_freq).as_deref(), expected, "{word}");
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(NEVER_FOLDED.is_sorted());
    }

    #[test]
    fn plurals_join_a_singular_that_is_in_use() {
        check("talks", &[("talks", 9), ("talk", 40)], Some("talk"));
        check("libraries", &[("libraries", 9), ("library", 20)], Some("library"));
        check("classes", &[("classes", 5), ("class", 5)], Some("class"));
        check("caches", &[("caches", 2), ("cache", 8), ("cach", 1)], Some("cache"));
        check("apis", &[("apis", 12), ("api", 30)], Some("api"));
        check("ids", &[("ids", 3), ("id", 3)], Some("id"));
        check("heroes", &[("heroes", 2), ("hero", 2)], Some("hero"));
    }

    #[test]
    fn words_that_only_look_like_plurals_stay() {
        check("analysis", &[("analysis", 30)], None);
        check("kubernetes", &[("kubernetes", 10)], None);
        check("jenkins", &[("jenkins", 4)], None);
        check("https", &[("https", 50), ("http", 40)], None);
        check("pandas", &[("pandas", 20), ("panda", 6)], None);
        check("physics", &[("physics", 9), ("physic", 3)], None);
        check("class", &[("class", 9), ("clas", 3)], None);
        check("c++", &[("c++", 3)], None);
        check("tls", &[("tls", 29), ("tl", 6)], None);
    }

    #[test]
    fn phrases_say_with_a_noun_what_they_say_with_a_verb() {
        assert_eq!(things_done("unit testing"), ["unit test", "unit teste"]);
        assert_eq!(things_done("data modelling"), ["data modell", "data modelle", "data model"]);
        for none in ["testing", "old ring", "unit test", "lamp döing"] {
            assert!(things_done(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn a_rare_slip_is_no_singular() {
        check("postgres", &[("postgres", 40), ("postgre", 3)], None);
    }
}
