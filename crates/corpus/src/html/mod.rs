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

mod article;
mod flood;
mod lines;
mod parse;
mod selector;
mod text;

use std::ops::Deref;

use scraper::{ElementRef, Node};

pub use article::article_text;
pub use selector::Selector;

/// The name of the elements that [`Html::part_lines`] makes.
pub const LINE: &str = "line";

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

    /// Makes elements of the lines that `<br>` parts, in every element of which two of them or more
    /// begin with a label, as `is_labelled` tells from their texts: each becomes a [`LINE`], or a
    /// `p` after an empty line. Texts stay as they were.
    pub fn part_lines(&mut self, is_labelled: impl Fn(&str) -> bool) {
        lines::part(&mut self.0, is_labelled);
    }

    /// Whether there may be an element for which `is_such` holds: one that has no place in the page, as
    /// broken markup leaves, counts too. Much cheaper than to select.
    pub(crate) fn may_hold(&self, is_such: impl Fn(Element<'_>) -> bool) -> bool {
        self.0.tree.nodes().filter_map(ElementRef::wrap).any(|element| is_such(Element(element)))
    }

    /// The `html` element.
    #[must_use]
    pub fn root(&self) -> Element<'_> {
        Element(self.0.root_element())
    }
}

/// The elements inside `root`, in the order of the page.
fn elements_inside<'a>(root: ElementRef<'a>) -> impl Iterator<Item = ElementRef<'a>> {
    let after = move |node: &NodeRef<'a>| match node.first_child() {
        Some(child) => Some(child),
        None => std::iter::successors(Some(*node), NodeRef::parent)
            .take_while(|node| node.id() != root.id())
            .find_map(|node| node.next_sibling()),
    };
    std::iter::successors(root.first_child(), after).filter_map(ElementRef::wrap)
}

/// What stands inside an element.
#[derive(Debug, Clone, Copy)]
pub enum Child<'a> {
    /// An element.
    Element(Element<'a>),
    /// A run of text, as it is written.
    Text(&'a str),
}

/// A node of the tree below the parser, whose crate needs no name of its own here.
type NodeRef<'a> = <ElementRef<'a> as Deref>::Target;

impl<'a> Child<'a> {
    fn of(node: NodeRef<'a>) -> Option<Self> {
        match node.value() {
            Node::Text(text) => Some(Self::Text(text)),
            Node::Element(_) => ElementRef::wrap(node).map(|e| Self::Element(Element(e))),
            _ => None,
        }
    }

    /// Its own HTML: tags included, text escaped.
    #[must_use]
    pub fn outer_html(self) -> String {
        match self {
            Self::Element(element) => element.outer_html(),
            Self::Text(text) => {
                text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
            }
        }
    }
}

/// How the text of an element flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Within the line of the text around it: `b`, `a`, `span`.
    Inline,
    /// On lines of its own: `p`, `li`, `td`, `div`.
    Block,
    /// Not seen: `script`, `style`, `select`.
    Unseen,
}

/// How the text of an element of that name flows; `name` in lower case.
pub(crate) fn flow_of(name: &str) -> Flow {
    text::flow(name)
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
        // A look at the name is much cheaper than a match; the matches of scraper share what they have
        // counted, which selectors without a plain name may need.
        let named = selector.names().map(|names| {
            let is_named = |e: &ElementRef<'_>| {
                names.iter().any(|name| name.eq_ignore_ascii_case(e.value().name()))
            };
            let inside = elements_inside(self.0).filter(is_named);
            inside.filter(move |e| selector.inner().matches_with_scope(e, Some(self.0)))
        });
        let others = selector.names().is_none().then(|| self.0.select(selector.inner()));
        named.into_iter().flatten().chain(others.into_iter().flatten()).map(Element)
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
    #[must_use]
    pub fn block_text_without(self, omit: impl Fn(Element<'_>) -> bool) -> String {
        text::blocks(self.0, |element| omit(Element(element)))
    }

    /// Its name, in lower case.
    #[must_use]
    pub fn name(self) -> &'a str {
        self.0.value().name()
    }

    /// The names in its `class` attribute.
    pub fn classes(self) -> impl Iterator<Item = &'a str> {
        self.0.value().classes()
    }

    /// What is directly inside it: elements and runs of text, in order; no comments.
    pub fn children(self) -> impl Iterator<Item = Child<'a>> {
        self.0.children().filter_map(Child::of)
    }

    /// The element around it; none for the root.
    #[must_use]
    pub fn parent(self) -> Option<Element<'a>> {
        self.0.parent().and_then(ElementRef::wrap).map(Element)
    }

    /// The element before it, inside the same one.
    #[must_use]
    pub fn previous(self) -> Option<Element<'a>> {
        self.0.prev_siblings().find_map(ElementRef::wrap).map(Element)
    }

    /// What stands after it, inside the same element: elements and runs of text, in order; no comments.
    pub fn following(self) -> impl Iterator<Item = Child<'a>> {
        self.0.next_siblings().filter_map(Child::of)
    }

    /// Its own HTML, tags included.
    #[must_use]
    pub fn outer_html(self) -> String {
        self.0.html()
    }

    /// Whether it matches `selector`.
    #[must_use]
    pub fn matches(self, selector: &Selector) -> bool {
        selector.inner().matches(&self.0)
    }

    /// How its text flows into that of the element around it.
    #[must_use]
    pub fn flow(self) -> Flow {
        flow_of(self.name())
    }

    /// True when `self` lies inside `other`.
    #[must_use]
    pub fn is_inside(self, other: Element<'_>) -> bool {
        self.0.ancestors().any(|node| node.id() == other.0.id())
    }

    /// Which of the two comes first in their page.
    #[must_use]
    pub fn cmp_in_page(self, other: Element<'_>) -> std::cmp::Ordering {
        // The parser numbers nodes as it meets them.
        self.0.id().cmp(&other.0.id())
    }

    /// The text of a script or style, as it is written.
    #[must_use]
    pub fn raw_text(self) -> String {
        self.0.text().collect()
    }
}
