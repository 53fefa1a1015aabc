//! Web pages: parse, select, and take the text out.
//!
//! ```
//! use corpus::html::{Html, Selector};
//!
//! let page = Html::parse("<div class=talk><h2>Clean <b>code</b></h2><p>One<p>Two</div>");
//! let talk = page.select(&Selector::parse("div.talk")?).next().expect("it is there");
//! assert_eq!(talk.inline_text(), "Clean code One Two");
//! assert_eq!(talk.block_text(), "Clean code\n\nOne\n\nTwo");
//! # Ok::<(), corpus::Error>(())
//! ```

mod flood;
mod parse;
mod selector;
mod text;

use scraper::ElementRef;

pub use selector::Selector;

/// A parsed page.
///
/// Elements nested deeper than 256 are read as if they were not nested further, and tags after
/// the 500,000th node are not read (their text is): so time and memory stay in proportion to the
/// length of the page, whoever wrote it.
pub struct Html(scraper::Html);

impl Html {
    /// Parses a page as browsers do; every text is a page.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(parse::parse(text))
    }

    /// The elements that match `selector`, in the order of the page.
    pub fn select<'a, 's>(
        &'a self,
        selector: &'s Selector,
    ) -> impl Iterator<Item = Element<'a>> + use<'a, 's> {
        self.0.select(selector.inner()).map(Element)
    }

    /// The `html` element.
    #[must_use]
    pub fn root(&self) -> Element<'_> {
        Element(self.0.root_element())
    }
}

impl std::fmt::Debug for Html {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Html").finish_non_exhaustive()
    }
}

/// An element of a page, with what is inside it.
#[derive(Debug, Clone, Copy)]
pub struct Element<'a>(ElementRef<'a>);

impl<'a> Element<'a> {
    /// The elements inside this one that match `selector`, in the order of the page.
    pub fn select<'s>(
        self,
        selector: &'s Selector,
    ) -> impl Iterator<Item = Element<'a>> + use<'a, 's> {
        self.0.select(selector.inner()).map(Element)
    }

    /// The value of an attribute, as it is written; `name` in lower case.
    #[must_use]
    pub fn attribute(self, name: &str) -> Option<&'a str> {
        self.0.attr(name)
    }

    /// Its text on one line, white space collapsed; without scripts, styles and templates.
    #[must_use]
    pub fn inline_text(self) -> String {
        text::inline(self.0)
    }

    /// Its text in the form of [`Document::text`](crate::Document::text): paragraphs, lists with
    /// `- `, line breaks, `pre` with its lines; without scripts, styles and templates.
    #[must_use]
    pub fn block_text(self) -> String {
        text::blocks(self.0, |_| false)
    }

    /// Like [`block_text`](Element::block_text), without the elements for which `omit` holds.
    pub(crate) fn block_text_without(self, omit: impl Fn(Element<'_>) -> bool) -> String {
        text::blocks(self.0, |element| omit(Element(element)))
    }

    /// Its name, in lower case.
    pub(crate) fn name(self) -> &'a str {
        self.0.value().name()
    }

    /// True when `self` lies inside `other`.
    pub(crate) fn is_inside(self, other: Element<'_>) -> bool {
        self.0.ancestors().any(|node| node.id() == other.0.id())
    }
}
