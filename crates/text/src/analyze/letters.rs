//! Letters that UTF-8 writes with two bytes: those with accents, Greek, Cyrillic, Hebrew, Arabic.

use super::scan::Part;

/// What becomes of every character of two bytes; eight kilobytes, of which a text meets few.
#[derive(Debug, Clone)]
pub(super) struct Letters(Box<[u32; N_CODES]>);

/// Code points from 0; the first 128, of one byte, are not asked for.
const N_CODES: usize = 0x800;
/// Above the two bytes of the character: that it belongs to a word.
const OF_WORD: u32 = 1 << 16;
/// That what becomes of it is not said here.
const ELSEWHERE: u32 = 1 << 17;

impl Letters {
    /// `in_place` says what a character becomes after one that is such a part: one of two bytes too, or
    /// `None`.
    pub(super) fn new(in_place: impl Fn(char, Part) -> Option<(char, Part)>) -> Self {
        let entry = |c: char| {
            let after = |before| {
                let (lower, part) = in_place(c, before)?;
                let mut utf8 = [0; 2];
                lower.encode_utf8(&mut utf8);
                let of_word = if part == Part::OfWord { OF_WORD } else { 0 };
                Some(u32::from(u16::from_le_bytes(utf8)) | of_word)
            };
            after(Part::OfWord).filter(|&entry| after(Part::OfNone) == Some(entry))
        };
        let mut entries = Box::new([ELSEWHERE; N_CODES]);
        for (c, place) in ('\u{80}'..'\u{800}').zip(&mut entries[0x80..]) {
            *place = entry(c).unwrap_or(ELSEWHERE);
        }
        Self(entries)
    }

    /// What becomes of the character with these two bytes: its bytes, and a bit for each of them when it
    /// belongs to a word; `None` where that is not said here.
    #[inline]
    pub(super) fn get(&self, first: u8, second: u8) -> Option<([u8; 2], u64)> {
        let entry = self.0[usize::from(first & 0x1f) << 6 | usize::from(second & 0x3f)];
        let of_word = u64::from(entry >> 16) * 0b11;
        (entry & ELSEWHERE == 0).then(|| ((entry as u16).to_le_bytes(), of_word))
    }
}
