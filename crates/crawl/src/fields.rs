//! Selectors, and the parts of a document that they give.

use std::collections::BTreeMap;

use corpus::Document;
use corpus::html::{Element, Selector};

/// `css`, `css@attribute` or `@attribute`: elements inside one, or that one itself.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    text: String,
    /// None: the element itself.
    selector: Option<Selector>,
    attribute: Option<String>,
}

impl Field {
    pub(crate) fn parse(text: &str) -> Result<Self, corpus::Error> {
        let (css, attribute) = match text.rsplit_once('@') {
            // An `@` may stand inside a CSS string too: `a[href*="@"]`.
            Some((css, name)) if is_attribute_name(name.trim()) => {
                (css.trim(), Some(name.trim().to_ascii_lowercase()))
            }
            _ => (text.trim(), None),
        };
        let is_itself = css.is_empty() && attribute.is_some();
        let selector = if is_itself { None } else { Some(Selector::parse(css)?) };
        Ok(Self { text: text.to_owned(), selector, attribute })
    }

    /// The same selector, of an attribute where it was of text.
    pub(crate) fn or_attribute(self, name: &str) -> Self {
        Self { attribute: self.attribute.or_else(|| Some(name.to_owned())), ..self }
    }

    /// The same selector, of text.
    pub(crate) fn without_attribute(&self) -> Self {
        Self { attribute: None, ..self.clone() }
    }

    /// As it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The elements that match inside `element`, in the order of the page.
    pub(crate) fn elements<'a>(&self, element: Element<'a>) -> Vec<Element<'a>> {
        match &self.selector {
            Some(selector) => element.select(selector).collect(),
            None => vec![element],
        }
    }

    fn first<'a>(&self, element: Element<'a>) -> Option<Element<'a>> {
        match &self.selector {
            Some(selector) => element.select(selector).next(),
            None => Some(element),
        }
    }

    /// The first match with something in it, on one line.
    pub(crate) fn line(&self, element: Element<'_>) -> Option<String> {
        let found = self.elements(element).into_iter();
        found.filter_map(|found| self.value(found)).find(|line| !line.is_empty())
    }

    /// All matches, each on one line; the commas of a single one part names.
    fn lines(&self, element: Element<'_>) -> Vec<String> {
        let found = self.elements(element).into_iter();
        let lines: Vec<String> = found.filter_map(|found| self.value(found)).collect();
        match lines.as_slice() {
            [single] => corpus::names(single.split(',')),
            several => corpus::names(several.iter().map(String::as_str)),
        }
    }

    /// The first match, as paragraphs and lists.
    fn blocks(&self, element: Element<'_>) -> Option<String> {
        let found = self.first(element)?;
        match &self.attribute {
            Some(_) => self.value(found),
            None => Some(found.block_text()),
        }
    }

    fn value(&self, element: Element<'_>) -> Option<String> {
        match &self.attribute {
            Some(name) => element.attribute(name).map(corpus::single_line),
            None => Some(element.inline_text()),
        }
    }
}

fn is_attribute_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.'))
}

/// The fields of a table of a recipe, by the part of a document that each gives.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields(BTreeMap<&'static str, Field>);

impl Fields {
    pub(crate) const KEYS: &'static [&'static str] = &[
        "title", "abstract", "tags", "speakers", "date", "start", "end", "room", "track",
        "language",
    ];

    pub(crate) fn insert(&mut self, key: &'static str, field: Field) {
        self.0.insert(key, field);
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// What the fields give inside `element`: a document with the rest of its parts empty.
    pub(crate) fn read(&self, element: Element<'_>) -> Document {
        let line = |key| self.0.get(key).and_then(|field: &Field| field.line(element));
        let lines = |key| self.0.get(key).map(|field| field.lines(element)).unwrap_or_default();
        let text = self.0.get("abstract").and_then(|field| field.blocks(element));
        let language = line("language").and_then(|tag| corpus::language_code(&tag));
        Document {
            title: line("title").unwrap_or_default(),
            text: text.unwrap_or_default(),
            tags: lines("tags"),
            speakers: lines("speakers"),
            date: line("date"),
            start: line("start"),
            end: line("end"),
            room: line("room"),
            track: line("track"),
            language: language.map(str::to_owned),
            ..Document::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use corpus::html::Html;

    fn line(field: &str, page: &str) -> Option<String> {
        Field::parse(field).unwrap().line(Html::parse(page).root())
    }

    #[test]
    fn a_field_is_the_text_or_an_attribute_of_the_first_match_that_has_one() {
        let page = "<a></a><a href='/x'>A <b>b</b></a><a href='/y' title='t\nu'>C</a>";
        assert_eq!(line("a", page).as_deref(), Some("A b"));
        assert_eq!(line("a@href", page).as_deref(), Some("/x"));
        assert_eq!(line(" a @ TITLE ", page).as_deref(), Some("t u"));
        assert_eq!(line("p", page), None);
        let mail = "<a href='a@b.example'>mail</a>";
        assert_eq!(line("a[href*=\"@b\"]", mail).as_deref(), Some("mail"));
        assert_eq!(line("a[href*=\"@b\"]@href", mail).as_deref(), Some("a@b.example"));
    }

    #[test]
    fn an_attribute_alone_is_that_of_the_element_itself() {
        let page = Html::parse("<li data-room='A 1'>x</li>");
        let item = page.select(&Selector::parse("li").unwrap()).next().unwrap();
        let field = Field::parse("@data-room").unwrap();
        assert_eq!(field.line(item).as_deref(), Some("A 1"));
        assert!(Field::parse("").is_err() && Field::parse("@").is_err());
    }

    #[test]
    fn all_tags_are_taken_and_the_commas_of_a_single_one_part_them() {
        let tags = |page: &str| {
            let field = Field::parse("i").unwrap();
            field.lines(Html::parse(page).root())
        };
        assert_eq!(tags("<i>a, b</i>"), ["a", "b"]);
        assert_eq!(tags("<i>a, b</i><i> c </i><i></i><i>c</i>"), ["a, b", "c"]);
        assert_eq!(tags(""), [""; 0]);
    }

    #[test]
    fn the_abstract_keeps_its_paragraphs() {
        let field = Field::parse("div").unwrap();
        let page = Html::parse("<div><p>a<p>b</div><div>c</div>");
        assert_eq!(field.blocks(page.root()).as_deref(), Some("a\n\nb"));
    }
}
