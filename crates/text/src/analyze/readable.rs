//! Words that people read, found by the scanner.
//!
//! The rules are those of [`words`](fn@super::words), which cuts at single characters and is what the
//! tests hold this to. Here most words are taken as the scanner gives them; only those that a sign
//! follows, or that begin with something else than a letter of ASCII, are looked at.

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::letters::Letters;
use super::python;
use super::scan::{Case, Part, Piece, Rules, pieces};
use super::scratch::Span;
use super::unspaced::{each_word, has_unspaced};
use super::words::{
    CURLY_APOSTROPHE, SOFT_HYPHEN, address_len, each_plain, ends_letter, is_kept, is_shape,
    is_word_start, run_len, sign_len, trim_apostrophes, trim_edges,
};

/// Gives `each` every word of `text`, piece by piece.
pub(super) fn each(
    text: &str,
    rules: &ReadableRules<'_>,
    (piece, spans): (&mut Piece, &mut Vec<Span>),
    mut each: impl FnMut(&[u8], &[Span]),
) {
    pieces(text, piece, rules, |piece| {
        spans.clear();
        let text = piece.text();
        let edges = piece.runs();
        let mut next = 0;
        // Where an address ends, which may be within a run.
        let mut from = 0;
        while let Some(&[start, end]) = edges.get(next) {
            let (start, end) = (from.max(start as usize), end as usize);
            next += 1;
            if start >= end {
                continue;
            }
            let is_narrow = || text[start..end].iter().all(|&byte| byte < 0xe0);
            if is_plain(text, (start, end)) && (!piece.has_wide() || is_narrow()) {
                spans.push([start as u32, end as u32]);
                continue;
            }
            if is_nothing(text, (start, end)) {
                continue;
            }
            let end = joined_end(piece, (start, end), &mut next);
            let raw = str_of(piece, start, end);
            // What follows up to the next white space of ASCII, which no address has: it is looked at only
            // where it may matter.
            let after = || {
                let is_space = |byte: &u8| byte.is_ascii_whitespace();
                let space = text[end..piece.len()].iter().position(is_space);
                str_of(piece, end, space.map_or(piece.len(), |space| end + space))
            };
            let may_be_address = match text[end] {
                b':' => text[end..].starts_with(b"://"),
                b'.' => raw.eq_ignore_ascii_case("www"),
                byte => byte == b'@',
            };
            if may_be_address && let Some(skipped) = address_len(raw, after()) {
                from = end + skipped;
                while edges.get(next).is_some_and(|edge| edge[1] as usize <= from) {
                    next += 1;
                }
                continue;
            }
            let has_signs = raw.len() == 1 && matches!(text[end], b'+' | b'#');
            let signs = if has_signs { sign_len(raw, after()) } else { 0 };
            let raw = str_of(piece, start, end + signs);
            let trimmed = trim_edges(raw);
            let word = trim_apostrophes(trimmed);
            let mut keep = |word: &str| {
                if is_kept(word) {
                    let start = word.as_ptr() as usize - text.as_ptr() as usize;
                    spans.push([start as u32, (start + word.len()) as u32]);
                }
            };
            if has_unspaced(word) { each_word(word, keep) } else { keep(word) }
        }
        each(text, spans);
    });
}

/// For every byte: how many bytes a run has at least that begins with it and is a word as it stands, unless
/// what follows says otherwise. It begins with a letter, and has two characters. The other letters, and all
/// numbers and marks, begin with other bytes: marks with CC and CD, further scripts after D3.
static LEAST: [u32; 256] = {
    let mut least = [u32::MAX; 256];
    let mut byte = 0;
    while byte < least.len() {
        match byte as u8 {
            b'a'..=b'z' => least[byte] = 2,
            0xc3..=0xcb | 0xce..=0xd3 => least[byte] = 3,
            _ => {}
        }
        byte += 1;
    }
    least
};

/// Whether a run of letters of two bytes at most is a word as it stands: most are.
#[expect(clippy::needless_bitwise_bool, reason = "no branch depends on what it is")]
#[inline]
fn is_plain(text: &[u8], (start, end): (usize, usize)) -> bool {
    let (len, first, after) = (end - start, text[start], text[end]);
    let is_short = (len as u32) < LEAST[usize::from(first)];
    // The beginning of `://` at least.
    let is_web = (after == b':') & (text[end + 1] == b'/');
    let is_www = (after == b'.') & (first == b'w') & (len == 3);
    let goes_on = (after == b'\'') | (after == b'@') | is_web | is_www;
    !(is_short | goes_on | (text[end - 1] == b'_'))
}

/// Whether a run is a single letter or a number, which are no words, and nothing joins it.
#[inline]
fn is_nothing(text: &[u8], (start, end): (usize, usize)) -> bool {
    let run = &text[start..end];
    (run.len() == 1 && !matches!(text[end], b'+' | b'#') || run.iter().all(u8::is_ascii_digit))
        && !has_more(text, (start, end))
}

/// Whether what follows a run, from `start` to `end`, may belong to the word or make it
/// a part of an address.
#[inline]
fn has_more(text: &[u8], (start, end): (usize, usize)) -> bool {
    match text[end] {
        b'\'' | b'@' => true,
        b':' => text[end..].starts_with(b"://"),
        b'.' => &text[start..end] == b"www",
        _ => false,
    }
}

/// Where a word ends whose first run is from `start` to `end`: apostrophes between letters belong to it.
/// `next` is moved to the run after it.
fn joined_end(piece: &Piece, (start, mut end): (usize, usize), next: &mut usize) -> usize {
    let (text, edges) = (piece.text(), piece.runs());
    while let Some(edge) = edges.get(*next)
        && text[end] == b'\''
        && edge[0] as usize == end + 1
        && str_of(piece, start, end).ends_with(ends_letter)
        && str_of(piece, end + 1, edge[1] as usize).starts_with(char::is_alphabetic)
    {
        end = edge[1] as usize;
        *next += 1;
    }
    end
}

fn str_of(piece: &Piece, start: usize, end: usize) -> &str {
    std::str::from_utf8(&piece.text()[start..end]).expect("runs are cut between characters")
}

/// Characters as readers have them: marks belong to the letter before, a soft hyphen is nothing,
/// both apostrophes are one, and letters in another shape are the plain ones.
pub(super) struct ReadableRules<'a> {
    pub(super) letters: &'a Letters,
}

/// The letters of [`ReadableRules`].
pub(super) fn letters() -> Letters {
    Letters::new(in_place)
}

/// What becomes of `c` where that is one character of as many bytes.
fn in_place(c: char, before: Part) -> Option<(char, Part)> {
    match c {
        SOFT_HYPHEN | CURLY_APOSTROPHE => None,
        _ if is_shape(c) => None,
        // What Python knows, we do, in a table.
        _ if python::is_word(c) && !python::may_have_case(c) => Some((c, Part::OfWord)),
        _ if c.is_alphanumeric() => {
            let mut all = c.to_lowercase();
            let lower = all.next().filter(|lower| lower.len_utf8() == c.len_utf8())?;
            all.next().is_none().then_some((lower, Part::when(|| is_part(lower))))
        }
        _ => Some((c, Part::when(|| before == Part::OfWord && is_combining_mark(c)))),
    }
}

/// Whether a character that a letter or a number becomes belongs to a word.
fn is_part(lower: char) -> bool {
    lower.is_alphanumeric() || is_combining_mark(lower)
}

impl Rules for ReadableRules<'_> {
    fn put(&self, c: char, piece: &mut Piece) {
        match c {
            SOFT_HYPHEN => {}
            CURLY_APOSTROPHE => piece.push('\'', Part::OfNone),
            _ if is_shape(c) => each_plain(c, |plain| piece.push(plain, Part::OfWord)),
            _ if c.is_alphanumeric() => {
                for lower in c.to_lowercase() {
                    piece.push(lower, Part::when(|| is_part(lower)));
                }
            }
            _ => {
                let part = Part::when(|| is_combining_mark(c) && piece.ends_in_word());
                piece.push(c, part);
            }
        }
    }

    fn in_place(&self, c: char, before: Part) -> Option<(char, Part)> {
        in_place(c, before)
    }

    fn letters(&self) -> &Letters {
        self.letters
    }

    fn case(&self) -> Case {
        Case::Lower
    }

    fn has_singles(&self) -> bool {
        true
    }

    /// Letters and marks are composed after lower-casing; a capital sigma is lower-cased by its place
    /// in its word. The curly apostrophe, which English is full of, is made one of ASCII here.
    fn prepare(&self, text: &str) -> Option<String> {
        let Found { unknown, signs } = look_at(text.as_bytes());
        if !unknown || (!text.contains('Σ') && is_nfc_quick(text.chars()) == IsNormalized::Yes) {
            let has_curly = signs && text.contains(CURLY_APOSTROPHE);
            return has_curly.then(|| text.replace(CURLY_APOSTROPHE, "'"));
        }
        let lower = lower_word_by_word(text);
        let plain = lower.chars().filter(|&c| c != SOFT_HYPHEN);
        Some(plain.nfc().map(|c| if c == CURLY_APOSTROPHE { '\'' } else { c }).collect())
    }
}

/// What a text has.
#[derive(Clone, Copy)]
struct Found {
    /// Characters that may have to be composed, or sigmas.
    unknown: bool,
    /// Punctuation outside Latin 1.
    signs: bool,
}

/// Looks at the bytes of a text, many at once. Nothing is to be composed in characters below U+0300, Cyrillic
/// without marks that others have too, most of what begins with E2, which is punctuation, or with E3, where
/// Japanese has its marks, and in Chinese characters and Korean syllables, which begin with E4 to E9 and EB
/// to ED.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without branches many bytes are looked at at once"
)]
fn look_at(utf8: &[u8]) -> Found {
    let of_three = |[first, second, third]: [u8; 3]| {
        let is_simple = (first < 0xcc)
            | matches!(first, 0xd0..=0xd3)
            | matches!(first, 0xe2..=0xe9)
            | matches!(first, 0xeb..=0xed);
        let is_mark = matches!(second, 0x83 | 0xb3 | 0xb5 | 0xb7);
        let is_kana_mark = (second == 0x80) & matches!(third, 0xaa..=0xaf)
            | (second == 0x82) & matches!(third, 0x99..=0x9a);
        Found {
            unknown: !is_simple | (first == 0xe2) & is_mark | (first == 0xe3) & is_kana_mark,
            signs: first == 0xe2,
        }
    };
    // The last two bytes may begin a character as well, of two bytes.
    let [.., first, second] = *utf8 else { return Found { unknown: false, signs: false } };
    let mut all = of_three([first, second, 0]);
    let n = utf8.len() - 2;
    let (seconds, thirds) = (&utf8[1..][..n], &utf8[2..][..n]);
    for ((&first, &second), &third) in utf8[..n].iter().zip(seconds).zip(thirds) {
        let one = of_three([first, second, third]);
        all.unknown |= one.unknown;
        all.signs |= one.signs;
    }
    all
}

/// A full stop between two words does not make their sigmas those of one word, though Unicode's rule
/// for whole texts has it so.
fn lower_word_by_word(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_word_start) {
        let (between, word) = rest.split_at(start);
        let end = run_len(word);
        lower.push_str(between);
        lower.push_str(&word[..end].to_lowercase());
        rest = &word[end..];
    }
    lower + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::char::canonical_combining_class;

    use super::*;
    use crate::words;

    #[track_caller]
    fn check(text: &str) {
        let mut expected = Vec::new();
        words(text, |word| expected.push(word.to_owned()));
        let mut found = Vec::new();
        let letters = letters();
        let rules = ReadableRules { letters: &letters };
        each(text, &rules, (&mut Piece::default(), &mut Vec::new()), |buffer, spans| {
            for &[start, end] in spans {
                let word = &buffer[start as usize..end as usize];
                found.push(String::from_utf8(word.to_vec()).unwrap());
            }
        });
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn texts_are_cut_as_character_by_character() {
        for text in [
            "",
            "Fast, tested code -- in scikit-learn! node.js Python3/3D 42 2016 x9 I",
            "don’t l'homme qu’elle rock'n'roll 'quoted' Ada's O'Reilly's 5'x x'5 a'_b it''s end'",
            "C++, C# and F#; c++x a#b x+y __init__ snake_case _ __ _'a'_",
            "see http://example.org/a?b=c now (www.example.org) WWW.x.org mail me@example.org. Bye",
            "a decorator@work me@host.org_x1 @handle x@y me@host.org",
            "ÉCOLE Straße ΣΊΣΥΦΟΣ Москва cafe\u{301} हिन्दी con\u{ad}fer\u{ad}ence J\u{30c}a İstanbul",
            "機械学習でPythonデータを分析する。我们将介绍机器学习 ภาษาไทย x ひらがな'ア",
            "1@W\u{301}1.ΣéΣ me@ho\u{ad}st.org x",
            "a\u{20d0}\u{20d2}b か\u{3099}\u{302a}き € a、b",
            "_\u{301}a \u{301}b ½a ²² a\u{301}'e\u{301} https://é.org/ü)x",
        ] {
            check(text);
        }
    }

    #[test]
    fn what_is_known_of_characters_without_a_look_holds_for_each() {
        for c in '\u{80}'..=char::MAX {
            if python::is_word(c) && !python::may_have_case(c) {
                assert!(c.is_alphanumeric() && c.to_lowercase().eq([c]), "{c:?}");
            }
            let Found { unknown, signs } = look_at(c.encode_utf8(&mut [0; 4]).as_bytes());
            let is_of_words = c.is_alphanumeric() || is_combining_mark(c);
            if !unknown && is_of_words {
                let is_composed = c.to_lowercase().nfc().eq(c.to_lowercase());
                // Marks of one class stay in their order.
                let is_settled = matches!(canonical_combining_class(c), 0 | 230);
                assert!(is_composed && is_settled && c != 'Σ', "{c:?}");
            }
            assert!(signs || c != CURLY_APOSTROPHE);
        }
    }

    #[test]
    fn words_at_the_end_of_pieces_are_whole() {
        for n in [4090, 4095, 4096, 4097, 8191, 8192, 8193, 20_000] {
            check(&"ab ".repeat(n));
            check(&format!("{}é x {}'s http://{}", "a".repeat(n), "b".repeat(n), "c".repeat(n)));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_cut_as_character_by_character(text in "[a-cé'’_@:/.+# \u{301}WΣ1жЙ\u{483}٣ʰ×]{0,40}") {
            check(&text);
        }

        #[test]
        fn any_characters_are_cut_as_one_by_one(text in "\\PC{0,80}") {
            check(&text);
        }
    }
}
