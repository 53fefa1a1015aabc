//! How much room a word takes.

use std::borrow::Cow;

use ttf_parser::Face;

/// Width in em of a character that the font lacks and that is neither wide nor without width.
const OTHER_WIDTH: f64 = 0.6;

/// No word is narrower than this many em: one of combining marks alone still gets a box.
const NARROWEST: f64 = 0.2;

/// A line reaches this many em above its baseline and below it: as far as the boxes of the common
/// sans-serif fonts (DejaVu Sans 0.928 and 0.236, Liberation Sans 0.905 and 0.212).
const LINE: (f64, f64) = (0.93, 0.24);

/// How far a word with stacked letters or marks reaches: the ink of Thai words in the fonts of
/// TLWG (1.27 and 0.38), and of Arabic words with vowels in DejaVu Sans (1.25 and 0.43).
const STACK: (f64, f64) = (1.27, 0.43);

/// How far Arabic letters with a hamza or a madda above reach, and those of Persian, Urdu and other languages with
/// signs of their own: their ink in DejaVu Sans.
const RAISED: (f64, f64) = (1.03, 0.39);

/// The room of a word, em.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extent {
    pub(crate) width: f64,
    /// Above the baseline.
    pub(crate) above: f64,
    /// Below it.
    pub(crate) below: f64,
}

/// Measures words in Noto Sans Bold.
pub(crate) struct Measure {
    face: Face<'static>,
}

impl Measure {
    /// Reads the font's tables; cheap, the glyphs stay unread.
    pub(crate) fn new() -> Self {
        let face = Face::parse(notosans::BOLD_TTF, 0).expect("the packaged font is well formed");
        Self { face }
    }

    /// The font.
    pub(crate) fn face(&self) -> &Face<'static> {
        &self.face
    }

    /// The room of `text`.
    pub(crate) fn extent(&self, text: &str) -> Extent {
        let has = |ranges: &[(char, char)]| text.chars().any(|c| within(ranges, c));
        let (above, below) = match (has(&STACKED), has(&RAISED_LETTERS)) {
            (true, _) => STACK,
            (false, true) => RAISED,
            (false, false) => LINE,
        };
        Extent { width: self.em_width(text), above, below }
    }

    /// The advance width of `text` in em, without kerning, above zero.
    ///
    /// Characters that the font lacks are estimated: 1 em for wide ones (Chinese, Japanese,
    /// Korean, emoji), nothing for marks, joiners and what they join, 0.6 em for all others.
    pub(crate) fn em_width(&self, text: &str) -> f64 {
        let units_per_em = f64::from(self.face.units_per_em());
        let mut width = 0.0;
        let mut joined = false;
        for c in text.chars() {
            let advance =
                self.face.glyph_index(c).and_then(|glyph| self.face.glyph_hor_advance(glyph));
            width += match advance {
                Some(units) => f64::from(units) / units_per_em,
                None if joined || within(&WITHOUT_WIDTH, c) => 0.0,
                None if within(&WIDE, c) => 1.0,
                None => OTHER_WIDTH,
            };
            joined = c == ZERO_WIDTH_JOINER;
        }
        f64::max(width, NARROWEST)
    }
}

/// The longest word that is written whole, characters. One of hundreds would leave no room for letters that
/// can be read, neither its own nor those of the others.
const LONGEST: usize = 32;

/// `text`, or its beginning and an ellipsis, in [`LONGEST`] characters; what is joined to a character is
/// not parted from it.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    if text.char_indices().nth(LONGEST).is_none() {
        return Cow::Borrowed(text);
    }
    let ends: Vec<(usize, char)> = text.char_indices().take(LONGEST).collect();
    let is_joined =
        |n: usize| within(&WITHOUT_WIDTH, ends[n].1) || ends[n - 1].1 == ZERO_WIDTH_JOINER;
    let last = (1..LONGEST).rev().find(|&n| !is_joined(n)).unwrap_or(LONGEST - 1);
    Cow::Owned(format!("{}…", text[..ends[last].0].trim_end()))
}

/// Joins emoji into one picture.
const ZERO_WIDTH_JOINER: char = '\u{200D}';

/// Ranges, first and last included, of marks and format characters that take no room. Scripts
/// whose marks the font has are left out.
const WITHOUT_WIDTH: [(char, char); 20] = [
    ('\u{0300}', '\u{036F}'),   // combining marks
    ('\u{0483}', '\u{0489}'),   // Cyrillic
    ('\u{0591}', '\u{05C7}'),   // Hebrew points
    ('\u{0610}', '\u{061A}'),   // Arabic
    ('\u{064B}', '\u{065F}'),   // Arabic vowels
    ('\u{0670}', '\u{0670}'),   // Arabic
    ('\u{06D6}', '\u{06ED}'),   // Arabic, Koran
    ('\u{0E31}', '\u{0E31}'),   // Thai
    ('\u{0E34}', '\u{0E3A}'),   // Thai vowels below and above
    ('\u{0E47}', '\u{0E4E}'),   // Thai tones
    ('\u{1AB0}', '\u{1AFF}'),   // combining marks
    ('\u{1DC0}', '\u{1DFF}'),   // combining marks
    ('\u{200B}', '\u{200F}'),   // zero-width space, joiners, directions
    ('\u{202A}', '\u{202E}'),   // directions
    ('\u{2060}', '\u{206F}'),   // word joiner, directions
    ('\u{20D0}', '\u{20FF}'),   // marks of symbols
    ('\u{FE00}', '\u{FE0F}'),   // variation selectors
    ('\u{FE20}', '\u{FE2F}'),   // half marks
    ('\u{1F3FB}', '\u{1F3FF}'), // skin tones
    ('\u{E0000}', '\u{E01EF}'), // tags and more variation selectors
];

/// Ranges, first and last included, of marks that are put upon others, and of scripts whose letters are
/// stacked.
const STACKED: [(char, char); 9] = [
    ('\u{064B}', '\u{065F}'), // Arabic vowels
    ('\u{0670}', '\u{0670}'), // Arabic
    ('\u{06D6}', '\u{06ED}'), // Arabic, Koran
    ('\u{0900}', '\u{0DFF}'), // scripts of India and Sri Lanka
    ('\u{0E31}', '\u{0E31}'), // Thai
    ('\u{0E34}', '\u{0E3A}'), // Thai vowels below and above
    ('\u{0E47}', '\u{0E4E}'), // Thai tones
    ('\u{0EB1}', '\u{109F}'), // Lao marks, Tibetan, Burmese
    ('\u{1780}', '\u{17FF}'), // Khmer
];

/// Ranges, first and last included, of letters that reach out of a line of others.
const RAISED_LETTERS: [(char, char); 2] = [
    ('\u{0622}', '\u{0623}'), // Arabic alef with madda, with hamza
    ('\u{0671}', '\u{06D3}'), // Arabic letters of other languages
];

/// Ranges, first and last included, of characters that are as wide as they are high.
const WIDE: [(char, char); 9] = [
    ('\u{1100}', '\u{115F}'),   // Hangul initials
    ('\u{2600}', '\u{27BF}'),   // symbols and dingbats, drawn as emoji
    ('\u{2E80}', '\u{A4CF}'),   // CJK radicals to Yi
    ('\u{AC00}', '\u{D7A3}'),   // Hangul syllables
    ('\u{F900}', '\u{FAFF}'),   // CJK compatibility
    ('\u{FE30}', '\u{FE6F}'),   // CJK forms
    ('\u{FF01}', '\u{FF60}'),   // full-width forms
    ('\u{1F000}', '\u{1FAFF}'), // emoji
    ('\u{20000}', '\u{3FFFD}'), // CJK extensions
];

fn within(ranges: &[(char, char)], c: char) -> bool {
    ranges.iter().any(|&(first, last)| (first..=last).contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: f64) {
        let width = Measure::new().em_width(text);
        assert!((width - expected).abs() < 1e-9, "{text:?}: {width}, not {expected}");
    }

    #[test]
    fn latin_letters_have_the_advances_of_the_font() {
        // Advances of a, b and space in hmtx of Noto Sans Bold: 1237, 1296 and 532 of 2048 units.
        check("a", 1237.0 / 2048.0);
        check("ab a", (2.0 * 1237.0 + 1296.0 + 532.0) / 2048.0);
    }

    #[test]
    fn characters_outside_the_font_are_estimated() {
        check("漢字", 2.0);
        check("한국", 2.0);
        check("كتاب", 4.0 * OTHER_WIDTH);
        check("🌱", 1.0);
    }

    #[test]
    fn marks_and_joined_emoji_take_no_room_of_their_own() {
        check("كِتاب", 4.0 * OTHER_WIDTH);
        check("👩\u{200D}💻", 1.0);
        check("👍🏽", 1.0);
    }

    #[test]
    fn long_words_are_shortened_where_nothing_is_joined() {
        let check = |text: &str, expected: &str| assert_eq!(shortened(text), expected, "{text}");
        let (a30, a31) = ("a".repeat(LONGEST - 2), "a".repeat(LONGEST - 1));
        check(&format!("{a31}b"), &format!("{a31}b"));
        check(&format!("{a31}bc"), &format!("{a31}…"));
        check(&format!("{a30} bc"), &format!("{a30}…"));
        check(&format!("{a30}e\u{301}\u{301}x"), &format!("{a30}…"));
        check(&format!("{a30}👩\u{200D}💻x"), &format!("{a30}…"));
        check(&"\u{301}".repeat(50), &format!("{}…", "\u{301}".repeat(LONGEST - 1)));
    }

    #[test]
    fn words_with_stacked_marks_are_higher() {
        let height = |text| {
            let extent = Measure::new().extent(text);
            (extent.above, extent.below)
        };
        for text in ["gypsy", "ểnh", "漢字", "كتاب", "שלום", "ดาว"] {
            assert_eq!(height(text), LINE, "{text}");
        }
        for text in ["ข้อมูล", "हिन्दी", "كِتاب", "ภูเขา"] {
            assert_eq!(height(text), STACK, "{text}");
        }
        for text in ["أطفال", "آلة تطوير", "پښتو"] {
            assert_eq!(height(text), RAISED, "{text}");
        }
    }

    #[test]
    fn a_word_of_marks_alone_has_a_width() {
        check("\u{FE0F}", NARROWEST);
    }
}
