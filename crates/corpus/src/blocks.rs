//! The plain-block form of a text, written piece by piece.

use crate::wrapped;

/// Writes paragraphs, lists and lines in the form of [`Document::text`](crate::Document::text).
///
/// What parts two pieces of text is not written when it is met but kept as a gap, which grows to
/// the strongest that was asked for, until the next letter: so there is never white space at the
/// ends, nor two empty lines in a row.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    out: String,
    gap: Gap,
    /// How many items are open, one inside the other.
    n_items: usize,
    /// How many preformatted elements are open.
    n_preformatted: usize,
    /// Whether the last line written belongs to a list.
    in_list: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    /// Where a line ends in the source: a space, but between characters that are written without.
    Wrap,
    Space,
    Line,
    Item,
    Paragraph,
}

impl Blocks {
    /// A piece of text; white space in it is collapsed but between the lines of a preformatted
    /// one. Control characters are dropped.
    pub(crate) fn text(&mut self, run: &str) {
        if self.n_preformatted > 0 && self.n_items == 0 {
            self.lines(run);
            return;
        }
        let mut rest = run;
        while !rest.is_empty() {
            let n_plain = rest.bytes().take_while(u8::is_ascii_graphic).count();
            if n_plain > 0 {
                self.close_gap(None);
                self.out.push_str(&rest[..n_plain]);
            }
            let mut others = rest[n_plain..].chars();
            match others.next() {
                Some(c) if is_space(c) => {
                    let after = others.as_str().trim_start_matches(is_space);
                    let spaces = &rest[n_plain..rest.len() - after.len()];
                    if spaces.contains('\n') {
                        self.wrap();
                    } else {
                        self.space();
                    }
                    rest = after;
                    continue;
                }
                Some(c) if !c.is_control() => {
                    self.close_gap(Some(c));
                    self.out.push(c);
                }
                _ => {}
            }
            rest = others.as_str();
        }
    }

    /// White space with the end of a line of the source.
    pub(crate) fn wrap(&mut self) {
        self.widen(Gap::Wrap);
    }

    /// White space.
    pub(crate) fn space(&mut self) {
        self.widen(Gap::Space);
    }

    /// The end of a line, if there is one.
    pub(crate) fn line(&mut self) {
        self.widen(Gap::Line);
    }

    /// The end of a line; the second in a row ends the paragraph.
    pub(crate) fn line_break(&mut self) {
        self.widen(if self.gap == Gap::Line { Gap::Paragraph } else { Gap::Line });
    }

    /// The beginning or end of a paragraph.
    pub(crate) fn paragraph(&mut self) {
        self.widen(Gap::Paragraph);
    }

    /// The beginning of an item of a list.
    pub(crate) fn open_item(&mut self) {
        self.gap = self.gap.max(Gap::Item);
        self.n_items += 1;
    }

    /// The end of an item.
    pub(crate) fn close_item(&mut self) {
        self.n_items = self.n_items.saturating_sub(1);
        self.gap = self.gap.max(Gap::Item);
    }

    /// The beginning of a paragraph that keeps its lines.
    pub(crate) fn open_preformatted(&mut self) {
        self.paragraph();
        self.n_preformatted += 1;
    }

    /// The end of a paragraph that keeps its lines.
    pub(crate) fn close_preformatted(&mut self) {
        self.n_preformatted = self.n_preformatted.saturating_sub(1);
        self.paragraph();
    }

    /// The whole text.
    pub(crate) fn finish(mut self) -> String {
        // It is kept as long as its document.
        self.out.shrink_to_fit();
        self.out
    }

    /// Inside an item nothing but another item ends the line.
    fn widen(&mut self, gap: Gap) {
        let gap = if self.n_items > 0 { gap.min(Gap::Space) } else { gap };
        self.gap = self.gap.max(gap);
    }

    fn lines(&mut self, run: &str) {
        let mut parts = run.split('\n').peekable();
        while let Some(part) = parts.next() {
            let ends_line = parts.peek().is_some();
            let part = if ends_line { part.trim_end() } else { part };
            if !part.trim().is_empty() || self.gap == Gap::None {
                self.close_gap(None);
                self.out.extend(part.chars().filter(|c| *c == '\t' || !c.is_control()));
            }
            if ends_line {
                self.line_break();
            }
        }
    }

    /// Writes what parts the text so far from what comes, which begins with `next` where that may matter.
    fn close_gap(&mut self, next: Option<char>) {
        let gap = std::mem::take(&mut self.gap);
        if gap == Gap::None {
            return;
        }
        self.trim_line_end();
        if gap == Gap::Wrap && wrapped::joins(self.out.chars().next_back(), next) {
            return;
        }
        if gap <= Gap::Space {
            if !self.out.is_empty() {
                self.out.push(' ');
            }
            return;
        }
        let was_in_list = std::mem::replace(&mut self.in_list, self.n_items > 0);
        if !self.out.is_empty() {
            let is_next_item = gap == Gap::Item && was_in_list && self.in_list;
            let is_next_line = gap == Gap::Line || is_next_item;
            self.out.push_str(if is_next_line { "\n" } else { "\n\n" });
        }
        if self.in_list {
            self.out.push_str("- ");
        }
    }

    /// Preformatted lines may have been written with spaces at their end.
    fn trim_line_end(&mut self) {
        let len = self.out.trim_end_matches([' ', '\t']).len();
        self.out.truncate(len);
    }
}

/// NEL is both white space and a control character: dropped, as in every other text.
fn is_space(c: char) -> bool {
    c.is_whitespace() && c != '\u{85}'
}
