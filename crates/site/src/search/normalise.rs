//! The words of a text, as they are indexed and asked for.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// A word is cut after this many characters.
pub(super) const MAX_CHARS: usize = 40;

/// Characters of scripts that put no space between words: each is a word by itself.
const UNSPACED: [(char, char); 11] = [
    ('\u{0E00}', '\u{0EFF}'),   // Thai, Lao
    ('\u{1000}', '\u{109F}'),   // Myanmar
    ('\u{1780}', '\u{17FF}'),   // Khmer
    ('\u{2E80}', '\u{2FDF}'),   // Han radicals
    ('\u{3005}', '\u{3007}'),   // Han iteration mark, zero
    ('\u{3040}', '\u{30FF}'),   // Hiragana, Katakana
    ('\u{31F0}', '\u{31FF}'),   // Katakana extensions
    ('\u{3400}', '\u{4DBF}'),   // Han extension A
    ('\u{4E00}', '\u{9FFF}'),   // Han
    ('\u{F900}', '\u{FAFF}'),   // Han compatibility
    ('\u{20000}', '\u{3FFFF}'), // Han extensions
];

/// A word of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'t> {
    pub(crate) text: &'t str,
    /// Whether it follows the word before it with nothing between, as the characters of a Chinese
    /// word do.
    pub(super) glued: bool,
}

/// The words of `text`, normalised. The rules, which `assets/search.js` has a second time:
///
/// 1. Compatibility decomposition (NFKD); marks (general category M) are dropped, so that accents
///    and vowel points do not count.
/// 2. Lower case, then `ß æ œ ø đ ð þ ł ħ ı ς` become `ss ae oe o d d th l h i σ`.
/// 3. Words are the longest runs of letters and digits (Unicode's `Alphabetic`, and category N), with the
///    `+` and `#` that follow a run when no further letter or digit does (`c++`, `c#`). Every
///    character of Chinese, Japanese, Thai, Lao, Khmer and Burmese is a word of its own.
/// 4. Words are cut after 40 characters.
///
/// ```
/// let words = site::search::tokens("Façade—STRASSE, straße 2x C++!");
/// assert_eq!(words, ["facade", "strasse", "strasse", "2x", "c++"]);
/// ```
#[must_use]
pub fn tokens(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    each_token(text, &mut String::new(), |token| words.push(token.text.to_owned()));
    words
}

/// Calls `each` with every word of `text`. `word` is room to work in.
pub(crate) fn each_token(text: &str, word: &mut String, each: impl FnMut(Token<'_>)) {
    each_token_by(text, word, plain_word, each);
}

/// The same; `plain` finds words that need not be taken letter by letter.
fn each_token_by(
    text: &str,
    word: &mut String,
    plain: impl Fn(&str) -> Option<usize>,
    mut each: impl FnMut(Token<'_>),
) {
    word.clear();
    let mut run = Run { word, n_chars: 0, n_signs: 0, glued: false };
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if run.word.is_empty()
            && let Some(len) = plain(rest)
        {
            run.whole(&rest[..len], &mut each);
            rest = &rest[len..];
            continue;
        }
        if c.is_ascii() {
            run.push(c.to_ascii_lowercase(), &mut each);
        } else {
            decompose_compatible(c, |part| {
                if !is_combining_mark(part) {
                    part.to_lowercase().for_each(|lower| run.push_folded(lower, &mut each));
                }
            });
        }
        rest = &rest[c.len_utf8()..];
    }
    run.end(&mut each);
}

/// The length of the word that `text` begins with, if it is of ASCII letters and digits alone, is not
/// cut, and no sign or letter beyond ASCII may belong to it. Most words are such.
fn plain_word(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let len = bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let ends = bytes.get(len).is_none_or(|next| next.is_ascii() && !matches!(next, b'+' | b'#'));
    (ends && (1..=MAX_CHARS).contains(&len)).then_some(len)
}

/// The word that is being read.
struct Run<'w> {
    word: &'w mut String,
    n_chars: usize,
    /// How many `+` and `#` end the word so far.
    n_signs: usize,
    /// Whether the last word was one of a single unspaced character and nothing came between.
    glued: bool,
}

impl Run<'_> {
    /// Takes a [`plain_word`] when no other is open.
    fn whole(&mut self, word: &str, each: &mut impl FnMut(Token<'_>)) {
        let glued = std::mem::take(&mut self.glued);
        if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
            self.word.push_str(word);
            self.word.make_ascii_lowercase();
            each(Token { text: self.word, glued });
            self.word.clear();
        } else {
            each(Token { text: word, glued });
        }
        (self.n_chars, self.n_signs) = (0, 0);
    }

    fn push_folded(&mut self, c: char, each: &mut impl FnMut(Token<'_>)) {
        let folded = match c {
            'ß' => "ss",
            'æ' => "ae",
            'œ' => "oe",
            'ø' => "o",
            'đ' | 'ð' => "d",
            'þ' => "th",
            'ł' => "l",
            'ħ' => "h",
            'ı' => "i",
            'ς' => "σ",
            c => return self.push(c, each),
        };
        folded.chars().for_each(|c| self.push(c, each));
    }

    fn push(&mut self, c: char, each: &mut impl FnMut(Token<'_>)) {
        if c.is_alphanumeric() {
            if self.n_signs > 0 {
                // `a+b` is two words, and the sign belongs to neither.
                self.word.truncate(self.word.len() - self.n_signs);
                self.end(each);
            }
            if is_unspaced(c) {
                let glued = self.glued || !self.word.is_empty();
                self.end(each);
                self.word.push(c);
                each(Token { text: self.word, glued });
                self.word.clear();
                self.glued = true;
                return;
            }
            if self.n_chars < MAX_CHARS {
                self.word.push(c);
            }
            self.n_chars += 1;
        } else if matches!(c, '+' | '#') && !self.word.is_empty() {
            if self.n_chars < MAX_CHARS {
                self.word.push(c);
                self.n_signs += 1;
            }
            self.n_chars += 1;
        } else {
            self.end(each);
            self.glued = false;
        }
    }

    fn end(&mut self, each: &mut impl FnMut(Token<'_>)) {
        if !self.word.is_empty() {
            each(Token { text: self.word, glued: self.glued });
            self.word.clear();
            self.glued = false;
        }
        (self.n_chars, self.n_signs) = (0, 0);
    }
}

pub(super) fn is_unspaced(c: char) -> bool {
    c >= UNSPACED[0].0 && UNSPACED.iter().any(|&(first, last)| (first..=last).contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, plain: impl Fn(&str) -> Option<usize>) -> Vec<(String, bool)> {
        let mut found = Vec::new();
        let each = |token: Token<'_>| found.push((token.text.to_owned(), token.glued));
        each_token_by(text, &mut String::new(), plain, each);
        found
    }

    #[test]
    fn words_taken_whole_are_those_taken_letter_by_letter() {
        const PARTS: [&str; 10] = ["a", "B7", " ", "-", "+", "#", "é", "e\u{301}", "学", "ﬁ"];
        let mut texts = vec![String::new()];
        for len in 0..4 {
            let longest: Vec<_> = texts.iter().filter(|t| t.chars().count() >= len).collect();
            let longer = longest.iter().flat_map(|t| PARTS.map(|part| format!("{t}{part}")));
            let longer: Vec<String> = longer.collect();
            texts.extend(longer);
        }
        for n in MAX_CHARS - 1..MAX_CHARS + 2 {
            texts.extend(PARTS.map(|part| format!("{}{part}{part} x", "W".repeat(n))));
        }
        assert!(texts.len() > 10_000);
        for text in texts {
            assert_eq!(read(&text, plain_word), read(&text, |_| None), "{text:?}");
        }
    }
}
