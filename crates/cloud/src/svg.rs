//! The cloud as SVG text.

use std::fmt::{self, Write};

use crate::{Cloud, PlacedWord};

/// Where a word leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The address, as in an HTML `href`.
    pub href: String,
    /// What a reader learns of the word when pointing at it.
    pub title: String,
}

impl Cloud {
    /// The cloud as an SVG element, a document of its own or part of an HTML page.
    ///
    /// `label` names the whole for readers who hear the page. `link` is asked for each word, with
    /// its position in `words`, in that order. Words are text elements of the classes `l0` (the
    /// smallest) to `l5`, for which the page has colours; the page also sets a bold sans-serif
    /// font. There are no ids, styles or scripts. All text is escaped.
    #[must_use]
    pub fn to_svg(&self, label: &str, link: impl Fn(usize, &PlacedWord) -> Link) -> String {
        let words = self.words.iter().enumerate();
        let anchors: String =
            words.map(|(n, word)| Anchor { word, link: link(n, word) }.to_string()).collect();
        // A group, since the parts of an image are hidden from screen readers, links among them.
        // Without the direction, a page that is written right to left would move every word.
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"cloud\" \
             viewBox=\"0 0 {} {}\" role=\"group\" aria-label=\"{}\" direction=\"ltr\">\
             {anchors}</svg>",
            self.width,
            self.height,
            Escaped(label)
        )
    }
}

/// One word with its link.
struct Anchor<'a> {
    word: &'a PlacedWord,
    link: Link,
}

impl fmt::Display for Anchor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { word, link } = self;
        write!(f, "<a href=\"{}\"><title>{}</title>", Escaped(&link.href), Escaped(&link.title))?;
        write!(f, "<text class=\"l{}\" x=\"{}\" y=\"{}\" ", word.level, word.x, word.y)?;
        write!(f, "font-size=\"{}\" textLength=\"{}\" ", word.font_size, word.width)?;
        write!(f, "lengthAdjust=\"spacingAndGlyphs\">{}</text></a>", Escaped(&word.shown()))
    }
}

/// Text for an attribute value or between tags. Characters that XML forbids become U+FFFD.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\t' | '\n' | '\r' => f.write_char(c)?,
                '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => f.write_char('\u{FFFD}')?,
                _ => f.write_char(c)?,
            }
        }
        Ok(())
    }
}
