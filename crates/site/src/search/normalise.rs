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
pub(crate) fn each_token(text: &str, word: &mut String, mut each: impl FnMut(Token<'_>)) {
    word.clear();
    let mut run = Run { word, n_chars: 0, n_signs: 0, glued: false };
    for c in text.chars() {
        if c.is_ascii() {
            run.push(c.to_ascii_lowercase(), &mut each);
        } else {
            decompose_compatible(c, |part| {
                if !is_combining_mark(part) {
                    part.to_lowercase().for_each(|lower| run.push_folded(lower, &mut each));
                }
            });
        }
    }
    run.end(&mut each);
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
