//! Texts to words.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use super::unspaced::{each_word, has_unspaced};

/// Soft hyphen: an invisible break within a word.
pub(super) const SOFT_HYPHEN: char = '\u{ad}';
pub(super) const CURLY_APOSTROPHE: char = '\u{2019}';

/// Calls `each` with every word of `text`, lower-cased, in order.
///
/// A word is a longest run of letters, digits, combining marks and underscores (trimmed of these
/// last), of two characters or more, one of them a letter. Beyond that:
///
/// - an apostrophe between letters belongs to the word, but a possessive `'s` is dropped
///   (`Python's` → `python`) and an elided article too (`l'homme` → `homme`);
/// - `c++` and `c#` keep their signs;
/// - web and e-mail addresses are passed over;
/// - where words are written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese), the run is
///   cut into words;
/// - text outside ASCII is brought to Unicode's composed form (NFC), so that one word has one
///   spelling; the ligatures that typesetting leaves (`ﬁ`) and the wide letters and digits of East Asian
///   text (`ＡＩ`) become the plain ones (NFKC).
///
/// Cost: linear in the bytes; nothing is allocated for a word of ASCII.
///
/// ```
/// let mut found = Vec::new();
/// text::words("Ada's C++ talk: https://example.org/x", |word| found.push(word.to_owned()));
/// assert_eq!(found, ["ada", "c++", "talk"]);
/// ```
pub fn words(text: &str, mut each: impl FnMut(&str)) {
    words_as_written(text, |_, word| each(word));
}

/// Calls `each` with every word of `text` as it is written and as [`words`] gives it:
/// `("PostgreSQL's", "postgresql")`.
pub fn words_as_written(text: &str, mut each: impl FnMut(&str, &str)) {
    let mut word = String::new();
    let mut rest = text;
    loop {
        let Some(start) = rest.find(is_word_start) else { return };
        rest = &rest[start..];
        let run = run_len(rest);
        let (raw, after) = rest.split_at(run);
        if let Some(skipped) = address_len(raw, after) {
            rest = &after[skipped..];
            continue;
        }
        let signs = sign_len(raw, after);
        let written = &rest[..run + signs];
        normalise(written, &mut word);
        let kept = trim_apostrophes(trim_edges(&word));
        if has_unspaced(kept) {
            each_word(kept, |part| {
                if is_kept(part) {
                    each(part, part);
                }
            });
        } else if is_kept(kept) {
            each(written, kept);
        }
        rest = &after[signs..];
    }
}

pub(super) fn is_word_start(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() || c == '_' } else { c.is_alphanumeric() }
}

fn is_word_part(c: char) -> bool {
    is_word_start(c) || (!c.is_ascii() && (is_combining_mark(c) || c == SOFT_HYPHEN))
}

fn is_apostrophe(c: char) -> bool {
    c == '\'' || c == CURLY_APOSTROPHE
}

/// Whether `c` is a letter, or what follows one as a part of it.
pub(super) fn ends_letter(c: char) -> bool {
    c.is_alphabetic() || c == SOFT_HYPHEN || is_combining_mark(c)
}

/// The length in bytes of the run at the start of `text`, apostrophes between letters included.
pub(super) fn run_len(text: &str) -> usize {
    let mut previous = '\0';
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let joins = is_apostrophe(c)
            && ends_letter(previous)
            && chars.peek().is_some_and(|&(_, next)| next.is_alphabetic());
        if !joins && !is_word_part(c) {
            return at;
        }
        previous = c;
    }
    text.len()
}

/// How many bytes of `after` to pass over when `raw` begins a web or e-mail address.
pub(super) fn address_len(raw: &str, after: &str) -> Option<usize> {
    let is_web =
        after.starts_with("://") || (raw.eq_ignore_ascii_case("www") && after.starts_with('.'));
    if is_web {
        let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | ')' | ']' | '}');
        return Some(after.find(ends).unwrap_or(after.len()));
    }
    let host = after.strip_prefix('@').filter(|host| host.starts_with(char::is_alphanumeric))?;
    // `name@host` without a dot is more often code (a decorator, a handle) than an address.
    // Marks belong to the letter before, composed with it or not.
    let ends = |c: char| {
        !(c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '.' | '-' | SOFT_HYPHEN))
    };
    let len = host.find(ends).unwrap_or(host.len());
    host[..len].trim_end_matches('.').contains('.').then_some(1 + len)
}

/// The signs that belong to a one-letter language name: `c++`, `c#`, `f#`.
pub(super) fn sign_len(raw: &str, after: &str) -> usize {
    if raw.len() != 1 || !raw.as_bytes()[0].is_ascii_alphabetic() {
        return 0;
    }
    let signs = if after.starts_with("++") {
        2
    } else if after.starts_with('#') {
        1
    } else {
        return 0;
    };
    let goes_on = after[signs..].starts_with(is_word_start);
    if goes_on { 0 } else { signs }
}

/// Whether `c` is only another shape of plain letters or of a digit: a ligature of Latin letters, or a wide
/// letter or digit of ASCII.
pub(super) fn is_shape(c: char) -> bool {
    matches!(
        c,
        '\u{fb00}'..='\u{fb06}'
            | '\u{ff10}'..='\u{ff19}'
            | '\u{ff21}'..='\u{ff3a}'
            | '\u{ff41}'..='\u{ff5a}'
    )
}

/// Gives `each` the letters or the digit that `c`, which [`is_shape`], is a shape of, in lower case.
pub(super) fn each_plain(c: char, mut each: impl FnMut(char)) {
    decompose_compatible(c, |plain| each(plain.to_ascii_lowercase()));
}

/// Writes `raw` lower-cased, composed, in plain letters, without soft hyphens and with straight apostrophes.
fn normalise(raw: &str, word: &mut String) {
    word.clear();
    if raw.is_ascii() {
        word.push_str(raw);
        word.make_ascii_lowercase();
        return;
    }
    let lower = raw.to_lowercase();
    let plain = lower.chars().filter(|&c| c != SOFT_HYPHEN);
    for c in plain.nfc() {
        match c {
            CURLY_APOSTROPHE => word.push('\''),
            _ if is_shape(c) => each_plain(c, |plain| word.push(plain)),
            _ => word.push(c),
        }
    }
}

/// Without the underscores at both ends, and the marks that then have no letter to sit on.
pub(super) fn trim_edges(word: &str) -> &str {
    word.trim_start_matches(|c| matches!(c, '_' | '\'') || is_combining_mark(c))
        .trim_end_matches('_')
}

/// What follows the apostrophe of `we're`, `I've`, `he'll`, `you'd`, `I'm` and `can't`.
const ENGLISH_CONTRACTIONS: &[&str] = &["re", "ve", "ll", "d", "m", "t"];

pub(super) fn trim_apostrophes(word: &str) -> &str {
    let Some((head, tail)) = word.split_once('\'') else { return word };
    if tail == "s" {
        head
    } else if head.chars().nth(2).is_none() && !ENGLISH_CONTRACTIONS.contains(&tail) {
        // An article or pronoun of at most two letters before a word: l'homme, qu'elle, d'en.
        tail
    } else {
        word
    }
}

/// Whether a word has two characters or more, one of them a letter, and is no ordinal number.
pub(super) fn is_kept(word: &str) -> bool {
    word.chars().nth(1).is_some() && word.chars().any(is_letter) && !is_ordinal(word)
}

/// Whether `c` is a letter. Those of the scripts that have most of them need no look into tables.
fn is_letter(c: char) -> bool {
    let is_of_many = matches!(
        c,
        '\u{3041}'..='\u{3096}'
            | '\u{30a1}'..='\u{30fa}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}'
    );
    is_of_many || c.is_alphabetic()
}

/// Whether a word is a number with the ending of an ordinal: `13th`.
fn is_ordinal(word: &str) -> bool {
    let number = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
    !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && ["st", "nd", "rd", "th"].contains(&&word[number.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let mut found = Vec::new();
        words(text, |word| found.push(word.to_owned()));
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn letters_are_those_of_unicode() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_letter(c), c.is_alphabetic(), "{c:?}");
        }
    }

    #[test]
    fn cuts_at_everything_that_is_no_letter_digit_or_mark() {
        check(
            "Fast, tested code -- in scikit-learn!",
            &["fast", "tested", "code", "in", "scikit", "learn"],
        );
        check("node.js\tand\nPython3/3D", &["node", "js", "and", "python3", "3d"]);
    }

    #[test]
    fn cuts_words_that_are_written_without_spaces() {
        check("Pythonで機械学習。机器学习", &["python", "機械", "学習", "机器", "器学", "学习"]);
        check("ภาษาไทย", &["ภาษา", "ไทย"]);
    }

    #[test]
    fn drops_single_characters_and_bare_numbers() {
        check("a 7 42 2016 x9 I 13th 1st 3d", &["x9", "3d"]);
    }

    #[test]
    fn lower_cases_every_script() {
        check("ÉCOLE Straße ΣΊΣΥΦΟΣ Москва", &["école", "straße", "σίσυφος", "москва"]);
    }

    #[test]
    fn composes_so_that_one_word_has_one_spelling() {
        check("cafe\u{301}", &["café"]);
        check("café", &["café"]);
    }

    #[test]
    fn keeps_marks_inside_words() {
        check("हिन्दी भाषा", &["हिन्दी", "भाषा"]);
    }

    #[test]
    fn soft_hyphens_vanish() {
        check("con\u{ad}fer\u{ad}ence", &["conference"]);
    }

    #[test]
    fn other_shapes_of_letters_are_the_letters() {
        check(
            "e\u{fb03}cient de\u{fb01}nitions of \u{fb00}ow, \u{fb06}op",
            &["efficient", "definitions", "of", "ffow", "stop"],
        );
        check("Ｐｙｔｈｏｎ３ and ＡＩ", &["python3", "and", "ai"]);
        check("２０２４ １３ｔｈ", &[]);
    }

    #[test]
    fn apostrophes_join_and_possessives_and_elisions_go() {
        check("we're d'en", &["we're", "en"]);
        check(
            "Python's don't l'homme qu\u{2019}elle rock'n'roll 'quoted'",
            &["python", "don't", "homme", "elle", "rock'n'roll", "quoted"],
        );
    }

    #[test]
    fn languages_with_signs_stay_whole() {
        check("C++, C# and F#; c++x a#b x+y", &["c++", "c#", "and", "f#"]);
    }

    #[test]
    fn underscores_are_trimmed_outside_and_kept_inside() {
        check("__init__ snake_case _ __", &["init", "snake_case"]);
    }

    #[test]
    fn words_come_with_their_spelling() {
        let mut found = Vec::new();
        words_as_written("PostgreSQL's C++", |written, word| {
            found.push((written.to_owned(), word.to_owned()));
        });
        let expected = [("PostgreSQL's", "postgresql"), ("C++", "c++")];
        assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn addresses_are_passed_over() {
        check("see http://example.org/a?b=c now", &["see", "now"]);
        check("(www.example.org) mail me@example.org. Bye", &["mail", "bye"]);
        check("a decorator@work", &["decorator", "work"]);
    }

    proptest! {
        #[test]
        fn any_text_gives_words_of_two_characters_and_a_letter(text in "\\PC{0,60}") {
            words(&text, |word| {
                assert!(word.chars().nth(1).is_some(), "{word:?} of {text:?}");
                assert!(word.chars().any(char::is_alphabetic), "{word:?} of {text:?}");
            });
        }

        #[test]
        fn words_of_letters_and_digits_give_themselves(text in "[\\p{L}\\p{N}_ .,;-]{0,60}") {
            let mut found = Vec::new();
            words(&text, |word| found.push(word.to_owned()));
            // What has no spaces is cut by what stands around it.
            for word in found.iter().filter(|word| !has_unspaced(word)) {
                let mut again = Vec::new();
                words(word, |part| again.push(part.to_owned()));
                prop_assert_eq!(&again, std::slice::from_ref(word), "of {:?}", text);
            }
        }
    }
}
