//! The scanner: text to lower-cased bytes and the places where words begin and end.
//!
//! Text is taken in pieces that fit the processor's first cache, cut at white space. A piece is
//! classified sixty-four bytes at a time, those of ASCII without a branch on what they are; other
//! characters are then looked at one by one, letters of two bytes in a table. Where a character is not
//! written with as many bytes in lower case, the whole piece is read one character after the other.
//! Both give the same: the piece in lower case, and a bit for every byte that belongs to a word. Words
//! are then read off the bits.

use super::classify::{BLOCK, Masks, classify};
use super::letters::Letters;
use super::scratch::Span;
use crate::intern::PADDING;

/// Bytes of a piece, where there is white space to cut at.
const PIECE: usize = 8 << 10;
/// Bytes of the longest piece without white space: places in it are 32 bits wide.
const LONGEST: usize = 1 << 31;
/// Bytes before this one begin characters of two bytes, or are ASCII.
const THREE_BYTES: u8 = 0xe0;
/// Bytes before this one begin characters of three bytes or fewer.
const FOUR_BYTES: u8 = 0xf0;

/// What becomes of capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// They are lower-cased.
    Lower,
    /// They stay.
    AsWritten,
}

impl Case {
    /// The bit that tells small letters of ASCII from capitals, when it is to be set.
    pub(super) fn bit(self) -> u8 {
        match self {
            Self::Lower => 0x20,
            Self::AsWritten => 0,
        }
    }
}

/// What the scanner needs to know of a character outside ASCII.
pub(super) trait Rules {
    /// Puts `c` down as it shall be counted: its characters, and whether each belongs to a word.
    fn put(&self, c: char, piece: &mut Piece);

    /// What [`put`](Self::put) puts down after a character that is `before`, where it is one character
    /// of as many bytes as `c`.
    fn in_place(&self, c: char, before: Part) -> Option<(char, Part)>;

    /// What [`in_place`](Self::in_place) says of letters of two bytes.
    fn letters(&self) -> &Letters;

    /// What becomes of the capitals of ASCII.
    fn case(&self) -> Case;

    /// Whether words of one character are wanted.
    fn has_singles(&self) -> bool;

    /// `text`, which holds more than ASCII, where it must be changed as a whole first.
    fn prepare(&self, text: &str) -> Option<String>;
}

/// What a character is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    OfWord,
    OfNone,
}

impl Part {
    /// `OfWord` when `is_word` holds.
    pub(super) fn when(is_word: impl FnOnce() -> bool) -> Self {
        if is_word() { Self::OfWord } else { Self::OfNone }
    }
}

/// A piece of text in lower case, with its words.
#[derive(Debug, Default)]
pub(crate) struct Piece {
    /// The text, then [`PADDING`] zeros and more.
    text: Vec<u8>,
    len: usize,
    /// A bit for every byte of the text: whether it belongs to a word.
    words: Vec<u64>,
    /// Where words begin and end, in turn; what is behind the first `n_edges` is of former pieces.
    edges: Vec<u32>,
    n_edges: usize,
    is_ascii: bool,
    /// Whether a word may have characters of three bytes or more.
    has_wide: bool,
}

impl Piece {
    /// The text, with [`PADDING`] zeros after it.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// How many bytes of it are text.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether the last character put down belongs to a word.
    pub(super) fn ends_in_word(&self) -> bool {
        let last = self.text.len().wrapping_sub(1);
        self.words.get(last / 64).is_some_and(|words| words >> (last % 64) & 1 == 1)
    }
    /// Where words begin and end.
    pub(super) fn runs(&self) -> &[Span] {
        self.edges[..self.n_edges].as_chunks::<2>().0
    }

    /// Whether all of it is ASCII.
    pub(super) fn is_ascii(&self) -> bool {
        self.is_ascii
    }

    /// Whether characters of three bytes or more may belong to words.
    pub(super) fn has_wide(&self) -> bool {
        self.has_wide
    }

    /// Puts down one character.
    pub(super) fn push(&mut self, c: char, part: Part) {
        let mut utf8 = [0; 4];
        let n = c.encode_utf8(&mut utf8).len();
        let bits = if part == Part::OfWord { (1 << n) - 1 } else { 0 };
        self.push_bits(bits, n);
        self.push_bytes(utf8, n);
    }

    /// Puts down the first `n` bytes. A copy of a fixed length needs no call.
    fn push_bytes<const N: usize>(&mut self, bytes: [u8; N], n: usize) {
        let end = self.text.len() + n;
        self.text.extend_from_slice(&bytes);
        self.text.truncate(end);
    }

    fn push_bits(&mut self, bits: u64, n: usize) {
        let at = self.text.len() % 64;
        match self.words.last_mut().filter(|_| at > 0) {
            Some(last) => {
                *last |= bits << at;
                if at + n > 64 {
                    self.words.push(bits >> (64 - at));
                }
            }
            None => self.words.push(bits),
        }
    }

    /// Reads `text` if it is ASCII; `None` where it is not.
    fn read_ascii(&mut self, text: &[u8], rules: &impl Rules) -> Option<()> {
        let case = rules.case();
        self.begin(text.len());
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        let out = self.text.as_chunks_mut::<BLOCK>().0;
        for (block, out) in blocks.iter().zip(&mut *out) {
            let Masks { words, high: 0 } = classify(block, out, case) else { return None };
            self.words.push(words);
        }
        if !rest.is_empty() {
            let masks = classify(&padded(rest), &mut out[blocks.len()], case);
            let Masks { words, high: 0 } = masks else { return None };
            self.words.push(words);
        }
        self.is_ascii = true;
        self.has_wide = false;
        self.end(text.len(), rules);
        Some(())
    }

    /// Reads any text.
    fn read_any(&mut self, text: &str, rules: &impl Rules) {
        let prepared = rules.prepare(text);
        let text = prepared.as_deref().unwrap_or(text);
        if prepared.is_some() && self.read_ascii(text.as_bytes(), rules).is_some() {
            return;
        }
        self.is_ascii = false;
        if self.read_in_place(text, rules).is_some() {
            self.end(text.len(), rules);
        } else {
            let len = self.read_one_by_one(text, rules);
            self.end(len, rules);
        }
    }

    /// Reads `text` where every character has as many bytes as it has in lower case; `None` where one
    /// has not.
    fn read_in_place(&mut self, text: &str, rules: &impl Rules) -> Option<()> {
        let (bytes, case, letters) = (text.as_bytes(), rules.case(), rules.letters());
        self.begin(bytes.len());
        self.has_wide = false;
        let mut at = 0;
        // The bits of words that are not many enough yet to be put down.
        let mut bits = 0;
        let mut before = Part::OfNone;
        while at < bytes.len() {
            let rest;
            let block = if let Some(block) = bytes[at..].first_chunk::<BLOCK>() {
                block
            } else {
                rest = padded(&bytes[at..]);
                &rest
            };
            let out = self.text[at..].first_chunk_mut::<BLOCK>().expect("room was made");
            let Masks { mut words, mut high } = classify(block, out, case);
            let mut n_read = BLOCK.min(bytes.len() - at);
            while high != 0 {
                let place = high.trailing_zeros() as usize % BLOCK;
                let first = block[place];
                if first < THREE_BYTES && place + 1 < BLOCK {
                    let second = block[place + 1];
                    if let Some((lower, of_word)) = letters.get(first, second) {
                        [out[place], out[place + 1]] = lower;
                        words |= of_word << place;
                        high &= !(0b11 << place);
                        continue;
                    }
                }
                let n = 2 + usize::from(first >= THREE_BYTES) + usize::from(first >= FOUR_BYTES);
                if place + n > BLOCK {
                    // The next block begins with it.
                    n_read = place;
                    break;
                }
                let before = if place == 0 { before } else { part_at(words, place - 1) };
                let c = text[at + place..].chars().next().expect("the text goes on");
                let (lower, part) = rules.in_place(c, before)?;
                lower.encode_utf8(&mut out[place..]);
                let bytes_of_it = (1 << n) - 1;
                if part == Part::OfWord {
                    words |= bytes_of_it << place;
                    self.has_wide |= n > 2;
                }
                high &= !(bytes_of_it << place);
            }
            let n_bits = at % 64;
            bits |= words << n_bits;
            if n_bits + n_read >= 64 {
                self.words.push(bits);
                bits = if n_bits == 0 { 0 } else { words >> (64 - n_bits) };
            }
            before = part_at(words, n_read - 1);
            at += n_read;
        }
        self.words.push(bits);
        Some(())
    }

    /// Reads any text character by character. Returns how many bytes were put down.
    fn read_one_by_one(&mut self, text: &str, rules: &impl Rules) -> usize {
        self.text.clear();
        self.words.clear();
        self.has_wide = true;
        for c in text.chars() {
            if c.is_ascii() {
                let is_lowered = rules.case() == Case::Lower;
                let lower = if is_lowered { c.to_ascii_lowercase() } else { c };
                self.push(lower, Part::when(|| c.is_ascii_alphanumeric() || c == '_'));
            } else {
                rules.put(c, self);
            }
        }
        let len = self.text.len();
        self.text.resize(len + PADDING, 0);
        len
    }

    /// Makes room for a text of `len` bytes and for the whole of the last block.
    fn begin(&mut self, len: usize) {
        // What is left of former pieces is overwritten or lies behind the text.
        let room = len + BLOCK + PADDING;
        if self.text.len() < room {
            self.text.resize(room, 0);
        }
        self.words.clear();
    }

    /// Ends the reading of `len` bytes.
    fn end(&mut self, len: usize, rules: &impl Rules) {
        self.len = len;
        self.text[len..][..PADDING].fill(0);
        if !rules.has_singles() {
            self.drop_singles();
        }
        self.find_edges();
    }

    /// Takes the bits of words of one byte away.
    fn drop_singles(&mut self) {
        let mut before = 0;
        for at in 0..self.words.len() {
            let words = self.words[at];
            let after = self.words.get(at + 1).map_or(0, |words| words << 63);
            self.words[at] = words & (words << 1 | before | words >> 1 | after);
            before = words >> 63;
        }
    }

    /// Bits to edges: an edge is where a bit differs from the one before.
    fn find_edges(&mut self) {
        let mut n_edges = 0;
        let mut last = 0;
        let mut base = 0;
        for &words in &self.words {
            let mut edges = words ^ (words << 1 | last);
            last = words >> 63;
            // Room for those of a block and the last: within it nothing is asked.
            if self.edges.len() <= n_edges + BLOCK {
                self.edges.resize(2 * n_edges + 2 * BLOCK, 0);
            }
            let out = self.edges[n_edges..].first_chunk_mut::<BLOCK>().expect("room was made");
            n_edges += edges.count_ones() as usize;
            // Eight at once, whether there are so many or not: how many steps are taken is then mostly
            // what it was for the block before.
            for eight in out.as_chunks_mut::<8>().0 {
                if edges == 0 {
                    break;
                }
                for edge in eight {
                    *edge = base + edges.trailing_zeros();
                    edges &= edges.wrapping_sub(1);
                }
            }
            base += 64;
        }
        if n_edges % 2 == 1 {
            self.edges[n_edges] = self.len as u32;
            n_edges += 1;
        }
        self.n_edges = n_edges;
    }
}

/// The last bytes of a text as a block.
fn padded(rest: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    block
}

/// What the byte at `place` is a part of.
fn part_at(words: u64, place: usize) -> Part {
    Part::when(|| words >> place & 1 == 1)
}

/// Calls `each` with every piece of `text`, in order.
pub(super) fn pieces(
    mut text: &str,
    piece: &mut Piece,
    rules: &impl Rules,
    mut each: impl FnMut(&Piece),
) {
    while !text.is_empty() {
        let (head, rest) = text.split_at(piece_end(text));
        if piece.read_ascii(head.as_bytes(), rules).is_none() {
            piece.read_any(head, rules);
        }
        each(piece);
        text = rest;
    }
}

/// Where the first piece of `text` ends: after white space of ASCII, which no word, no rule for lower
/// case and no web address reaches over.
fn piece_end(text: &str) -> usize {
    if text.len() <= PIECE {
        return text.len();
    }
    let bytes = text.as_bytes();
    let is_space = |byte: &u8| byte.is_ascii_whitespace();
    let before = bytes[..PIECE].iter().rposition(is_space);
    let after = || bytes[PIECE..].iter().position(is_space).map(|at| PIECE + at);
    let end = before.or_else(after).map_or(text.len(), |space| space + 1);
    if end <= LONGEST { end } else { text.floor_char_boundary(LONGEST) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analyze::readable::{self, ReadableRules};
    use crate::analyze::runs::{self, PythonRules};

    /// Reads `text` in both ways, where there are two.
    #[track_caller]
    fn check(text: &str, rules: &impl Rules) {
        let prepared = rules.prepare(text);
        let text = prepared.as_deref().unwrap_or(text);
        let mut one = Piece::default();
        let len = one.read_one_by_one(text, rules);
        one.end(len, rules);
        let mut other = Piece::default();
        // What a longer piece has left behind is not seen.
        other.text.resize(3 * text.len(), b'x');
        if other.read_in_place(text, rules).is_some() {
            other.end(text.len(), rules);
            assert_eq!(other.text[..len + PADDING], one.text[..len + PADDING], "{text:?}");
            assert_eq!((other.len, other.runs()), (len, one.runs()), "{text:?}");
        }
    }

    #[track_caller]
    fn check_all(text: &str) {
        for case in [Case::Lower, Case::AsWritten] {
            let letters = runs::letters(case);
            for has_singles in [true, false] {
                check(text, &PythonRules { case, has_singles, letters: &letters });
            }
        }
        check(text, &ReadableRules { letters: &readable::letters() });
    }

    #[test]
    fn characters_of_every_length_stand_at_every_place_of_a_block() {
        for c in "aé\u{301}Жẁ中ꓐ😀𐐀’".chars() {
            for n in 0..=64 {
                let before = "a".repeat(n);
                check_all(&format!("{before}{c}"));
                check_all(&format!("{before}{c}É b{c}{c}"));
                check_all(&format!("{before} {c}Á{c} {before}{c}"));
            }
        }
    }

    #[test]
    fn letters_keep_their_place_but_where_their_case_is_longer_or_shorter() {
        let letters = runs::letters(Case::Lower);
        let rules = PythonRules { case: Case::Lower, has_singles: true, letters: &letters };
        for text in ["É Ж Ω ẁ Ａ 𐐀 中", "ß ’ \u{301}"] {
            assert!(Piece::default().read_in_place(text, &rules).is_some(), "{text}");
        }
        for text in ["\u{130}", "\u{1e9e}", "\u{212a}", "\u{23a}"] {
            assert!(Piece::default().read_in_place(text, &rules).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn texts_read_in_place_and_one_by_one_are_the_same(text in "[a-cA-C_ Àéжλ中\u{301}’\u{ad}😀ⓐªǅ]{0,200}") {
            check_all(&text);
        }

        #[test]
        fn any_characters_read_in_place_and_one_by_one_are_the_same(text in "\\PC{0,200}") {
            check_all(&text);
        }
    }

    #[test]
    fn a_piece_ends_after_white_space_and_goes_on_without() {
        let text = format!("{} b {}", "a".repeat(PIECE - 3), "c".repeat(PIECE));
        assert_eq!(piece_end(&text), PIECE);
        assert_eq!(piece_end(&text[1..]), PIECE - 1);
        assert_eq!(piece_end(&"é".repeat(PIECE)), 2 * PIECE);
        assert_eq!(piece_end(&format!("{} b", "a".repeat(2 * PIECE))), 2 * PIECE + 1);
    }
}
