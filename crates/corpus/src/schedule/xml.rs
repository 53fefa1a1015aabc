//! XML as a tree, within limits.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Deeper elements are read as if they were not nested further.
const MAX_DEPTH: usize = 64;

/// Elements of a file at most; what follows is not read.
const MAX_ELEMENTS: usize = 2_000_000;

/// An element; its name is without prefix, in lower case.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: HashMap<String, String>,
    pub(super) children: Vec<Element>,
    /// Its own text, entities resolved; markup inside (as in XHTML) is in the children.
    pub(super) text: String,
}

impl Element {
    /// The first child of that name.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The children of that name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first child of that name, if there is any.
    pub(super) fn text_of(&self, name: &str) -> Option<String> {
        self.all(name).map(Element::whole_text).find(|text| !text.is_empty())
    }

    /// All text inside.
    pub(super) fn whole_text(&self) -> String {
        let mut text = self.text.clone();
        for child in &self.children {
            text.push(' ');
            text.push_str(&child.whole_text());
        }
        text.trim().to_owned()
    }
}

/// The root element of a text; none where it is no XML. What the text declares for itself
/// (entities) is not expanded, so that no small file becomes a large one.
pub(super) fn parse(text: &str) -> Option<Element> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let mut open: Vec<Element> = Vec::new();
    let mut n_elements = 0;
    // Starts that are not opened, for their depth: their ends close nothing.
    let mut n_flat = 0;
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                n_elements += 1;
                if n_elements > MAX_ELEMENTS {
                    return None;
                }
                if open.len() >= MAX_DEPTH {
                    n_flat += 1;
                    continue;
                }
                open.push(element(&start));
            }
            Event::Empty(start) => {
                n_elements += 1;
                if n_elements > MAX_ELEMENTS {
                    return None;
                }
                let element = element(&start);
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => return Some(element),
                }
            }
            Event::End(_) if n_flat > 0 => n_flat -= 1,
            Event::End(_) => {
                let Some(done) = open.pop() else { continue };
                match open.last_mut() {
                    Some(parent) => parent.children.push(done),
                    None => return Some(done),
                }
            }
            Event::Text(run) => {
                if let Some(top) = open.last_mut() {
                    top.text.push_str(&run);
                }
            }
            Event::CData(run) => {
                if let Some(top) = open.last_mut() {
                    top.text.push_str(&run);
                }
            }
            Event::GeneralRef(name) => {
                let known = match name.resolve_char_ref() {
                    Ok(Some(c)) => Some(c.to_string()),
                    _ => quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned),
                };
                if let (Some(top), Some(known)) = (open.last_mut(), known) {
                    top.text.push_str(&known);
                }
            }
            Event::Eof => return None,
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
        }
    }
}

fn element(start: &BytesStart<'_>) -> Element {
    let name = start.local_name().as_ref().to_lowercase();
    let attributes = start
        .attributes()
        .with_checks(false)
        .flatten()
        .take(64)
        .map(|attribute| {
            let key = attribute.key.local_name().as_ref().to_lowercase();
            let raw = attribute.value.to_string();
            let value = quick_xml::escape::unescape(&raw).map_or_else(|_| raw.clone(), Into::into);
            (key, value)
        })
        .collect();
    Element { name, attributes, ..Element::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_has_text_entities_and_attributes() {
        let root = parse("<?xml version='1.0'?><a:R x='1 &amp; 2'><b>c &lt; d &#233;</b><B><![CDATA[<p>]]></B></a:R>").unwrap();
        assert_eq!((root.name.as_str(), root.attributes["x"].as_str()), ("r", "1 & 2"));
        let texts: Vec<_> = root.all("b").map(|b| b.text.as_str()).collect();
        assert_eq!(texts, ["c < d é", "<p>"]);
    }

    #[test]
    fn bombs_and_broken_files_do_no_harm() {
        let bomb = "<!DOCTYPE a [<!ENTITY l 'lol'><!ENTITY m '&l;&l;&l;&l;'>]><a><b>&m;x</b></a>";
        assert_eq!(parse(bomb).unwrap().text_of("b").as_deref(), Some("x"));
        let deep = "<a>".repeat(300_000);
        assert!(parse(&deep).is_none());
        let closed = format!("{}x{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        assert_eq!(parse(&closed).unwrap().whole_text(), "x");
        for broken in ["", "<", "<a", "<a><b></a>", "</a>", "<a b='"] {
            parse(broken);
        }
    }
}
