//! The scanner: text to lower-cased bytes and the places where words begin and end.
//!
//! Text is taken in pieces that fit the processor's first cache, cut at white space. A piece of ASCII
//! is classified sixty-four bytes at a time, without a branch on its content; one that holds other
//! characters is decoded, eight bytes at once where these are ASCII. Both give the same: the piece in
//! lower case, and a bit for every byte that belongs to a word. Words are then read off the bits.

use super::classify::{BLOCK, classify, classify_eight};
use super::scratch::Span;
use crate::intern::PADDING;

/// Bytes of a piece, where there is white space to cut at.
const PIECE: usize = 8 << 10;
/// Bytes of the longest piece without white space: places in it are 32 bits wide.
const LONGEST: usize = 1 << 31;
/// The upper bit of every byte.
pub(super) const HIGH: u64 = 0x8080_8080_8080_8080;

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

    fn clear(&mut self) {
        self.text.clear();
        self.words.clear();
    }

    /// Reads `text`, which is ASCII.
    fn read_ascii(&mut self, text: &[u8], rules: &impl Rules) {
        let case = rules.case();
        let n_blocks = text.len().div_ceil(BLOCK);
        // What is left of former pieces is overwritten or lies behind the text.
        let room = n_blocks * BLOCK + PADDING;
        if self.text.len() < room {
            self.text.resize(room, 0);
        }
        self.words.clear();
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        let out = self.text.as_chunks_mut::<BLOCK>().0;
        for (block, out) in blocks.iter().zip(&mut *out) {
            self.words.push(classify(block, out, case));
        }
        if !rest.is_empty() {
            let mut block = [0; BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            self.words.push(classify(&block, &mut out[blocks.len()], case));
        }
        self.text[text.len()..room].fill(0);
        self.len = text.len();
        self.is_ascii = true;
        if !rules.has_singles() {
            self.drop_singles();
        }
        self.find_edges();
    }

    /// Reads any text.
    fn read_any(&mut self, text: &str, rules: &impl Rules) {
        self.clear();
        let prepared = rules.prepare(text);
        let text = prepared.as_deref().unwrap_or(text);
        let case = rules.case();
        let mut at = 0;
        while at < text.len() {
            if let Some(bytes) = text.as_bytes()[at..].first_chunk::<8>() {
                let eight = u64::from_le_bytes(*bytes);
                let n_ascii = (eight & HIGH).trailing_zeros() / 8;
                if n_ascii > 0 {
                    let ascii = eight & (u64::MAX >> (64 - 8 * n_ascii));
                    let n_ascii = n_ascii as usize;
                    let (lower, words) = classify_eight(ascii, case);
                    self.push_bits(words, n_ascii);
                    self.push_bytes(lower.to_le_bytes(), n_ascii);
                    at += n_ascii;
                    continue;
                }
            }
            let c = text[at..].chars().next().expect("the text goes on");
            at += c.len_utf8();
            if c.is_ascii() {
                let lower = if case == Case::Lower { c.to_ascii_lowercase() } else { c };
                self.push(lower, Part::when(|| c.is_ascii_alphanumeric() || c == '_'));
            } else {
                rules.put(c, self);
            }
        }
        self.len = self.text.len();
        self.is_ascii = false;
        self.text.resize(self.len + PADDING, 0);
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
            let mut n = 0;
            while edges != 0 {
                out[n % BLOCK] = base + edges.trailing_zeros();
                edges &= edges - 1;
                n += 1;
            }
            n_edges += n;
            base += 64;
        }
        if n_edges % 2 == 1 {
            self.edges[n_edges] = self.len as u32;
            n_edges += 1;
        }
        self.n_edges = n_edges;
    }
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
        if head.is_ascii() {
            piece.read_ascii(head.as_bytes(), rules);
        } else {
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
    use super::*;

    #[test]
    fn a_piece_ends_after_white_space_and_goes_on_without() {
        let text = format!("{} b {}", "a".repeat(PIECE - 3), "c".repeat(PIECE));
        assert_eq!(piece_end(&text), PIECE);
        assert_eq!(piece_end(&text[1..]), PIECE - 1);
        assert_eq!(piece_end(&"é".repeat(PIECE)), 2 * PIECE);
        assert_eq!(piece_end(&format!("{} b", "a".repeat(2 * PIECE))), 2 * PIECE + 1);
    }
}
