//! The elements of a page with what is counted of each.

use scraper::{ElementRef, Node};

use super::super::{Element, Flow, text};
use super::names::Marks;

/// An element, in the order of the page.
pub(super) struct Entry<'a> {
    pub(super) element: ElementRef<'a>,
    pub(super) parent: Option<usize>,
    /// Where what is inside it ends.
    pub(super) end: usize,
    pub(super) marks: Marks,
    /// All text inside, bytes without gaps.
    pub(super) text: usize,
    /// The part of it that is links.
    pub(super) links: usize,
    pub(super) commas: usize,
    /// Text directly inside, or in inline elements.
    pub(super) own: usize,
    /// What its paragraphs have voted.
    pub(super) score: f64,
    /// The votes of all paragraphs inside, whole.
    pub(super) votes: f64,
    /// No part of any article.
    pub(super) is_gone: bool,
}

/// The elements inside `body`, itself first.
pub(super) fn of(body: ElementRef<'_>) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    visit(body, None, &mut entries);
    let unlinked = |entry: &Entry<'_>| entry.text - entry.links;
    let all = unlinked(&entries[0]);
    for at in 1..entries.len() {
        let entry = &entries[at];
        let is_in_gone = entry.parent.is_some_and(|parent| entries[parent].is_gone);
        // Some programs put the whole page into a form.
        let is_page = entry.name() == "form" && 2 * unlinked(entry) > all;
        entries[at].is_gone = is_in_gone || !is_page && never(entry);
    }
    entries
}

/// Recursion is as deep as the page, which the parser bounds.
fn visit<'a>(element: ElementRef<'a>, parent: Option<usize>, entries: &mut Vec<Entry<'a>>) {
    let at = entries.len();
    entries.push(Entry {
        element,
        parent,
        end: at + 1,
        marks: Marks::of(Element(element)),
        text: 0,
        links: 0,
        commas: 0,
        own: 0,
        score: 0.0,
        votes: 0.0,
        is_gone: false,
    });
    for child in element.children() {
        match child.value() {
            Node::Text(run) => {
                let n = run.split_whitespace().map(|word| word.len() + 1).sum::<usize>();
                entries[at].text += n;
                entries[at].own += n;
                entries[at].commas += run.matches([',', '，', '、', '،']).count();
            }
            Node::Element(_) => {
                let Some(child) = ElementRef::wrap(child) else { continue };
                let flow = text::flow(child.value().name());
                if flow == Flow::Unseen {
                    continue;
                }
                let inner = entries.len();
                visit(child, Some(at), entries);
                let (text, links, commas, own) = (
                    entries[inner].text,
                    entries[inner].links,
                    entries[inner].commas,
                    entries[inner].own,
                );
                entries[at].text += text;
                entries[at].links += if child.value().name() == "a" { text } else { links };
                entries[at].commas += commas;
                if flow == Flow::Inline {
                    entries[at].own += own;
                }
            }
            _ => {}
        }
    }
    entries[at].end = entries.len();
}

impl Entry<'_> {
    pub(super) fn name(&self) -> &str {
        self.element.value().name()
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        Element(self.element).attribute(name)
    }

    pub(super) fn link_density(&self) -> f64 {
        self.links as f64 / self.text.max(1) as f64
    }

    pub(super) fn is_block(&self) -> bool {
        text::flow(self.name()) == Flow::Block
    }
}

/// What is no part of any article.
fn never(entry: &Entry<'_>) -> bool {
    matches!(entry.name(), "nav" | "footer" | "form" | "aside" | "dialog" | "menu" | "button")
        || entry.attribute("hidden").is_some_and(|value| value != "until-found")
        || entry.attribute("aria-hidden") == Some("true")
        || matches!(
            entry.attribute("role"),
            Some(
                "navigation"
                    | "complementary"
                    | "banner"
                    | "contentinfo"
                    | "search"
                    | "dialog"
                    | "menu"
            )
        )
        || entry.attribute("style").is_some_and(crate::page::hides)
}
