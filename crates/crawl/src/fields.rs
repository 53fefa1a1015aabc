//! Selectors, and the parts of a document that they give.

use std::collections::{BTreeMap, HashSet};

use corpus::Document;
use corpus::html::{Child, Element, Flow, Selector};

use crate::dates;

/// Where a part of a document stands and how it is tidied: `css`, `css@attribute` or `@attribute`
/// (of the element itself), alone or several, with filters or none.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    text: String,
    picks: Vec<Pick>,
    /// One of these stands before each element; none: anything.
    labels: Vec<String>,
    /// Whether every match is a part of a text, not the first alone.
    takes_all: bool,
    filters: Vec<Filter>,
}

/// One selector of a field.
#[derive(Debug, Clone)]
struct Pick {
    /// None: the element itself.
    selector: Option<Selector>,
    attribute: Option<String>,
}

/// What is done with each value, in the order of the recipe's keys.
#[derive(Debug, Clone)]
pub(crate) enum Filter {
    /// Takes off a start, whatever its case.
    StripPrefix(String),
    /// Takes off an end, whatever its case.
    StripSuffix(String),
    /// Keeps the first group of a match, or the whole match; nothing where there is none.
    Regex(regex::Regex),
    /// Keeps the first day in it, as `2026-05-14`; nothing where there is none.
    Date,
}

impl Filter {
    fn apply(&self, value: String) -> Option<String> {
        let filtered = match self {
            Self::StripPrefix(prefix) => match value.get(..prefix.len()) {
                Some(start) if start.eq_ignore_ascii_case(prefix) => {
                    value[prefix.len()..].to_owned()
                }
                _ => value,
            },
            Self::StripSuffix(suffix) => {
                let at = value.len().checked_sub(suffix.len());
                match at.and_then(|at| value.get(at..)) {
                    Some(end) if end.eq_ignore_ascii_case(suffix) => {
                        value[..value.len() - suffix.len()].to_owned()
                    }
                    _ => value,
                }
            }
            Self::Regex(regex) => {
                let found = regex.captures(&value)?;
                found.get(1).or_else(|| found.get(0))?.as_str().to_owned()
            }
            Self::Date => dates::day_in(&value)?,
        };
        Some(corpus::single_line(&filtered)).filter(|value| !value.is_empty())
    }
}

impl Pick {
    fn parse(text: &str) -> Result<Self, corpus::Error> {
        let (css, attribute) = match text.rsplit_once('@') {
            // An `@` may stand inside a CSS string too: `a[href*="@"]`.
            Some((css, name)) if is_attribute_name(name.trim()) => {
                (css.trim(), Some(name.trim().to_ascii_lowercase()))
            }
            _ => (text.trim(), None),
        };
        let is_itself = css.is_empty() && attribute.is_some();
        let selector = if is_itself { None } else { Some(Selector::parse(css)?) };
        Ok(Self { selector, attribute })
    }

    fn elements<'a>(&self, element: Element<'a>) -> impl Iterator<Item = Element<'a>> {
        let itself = self.selector.is_none().then_some(element);
        let inside = self.selector.iter().flat_map(move |selector| element.select(selector));
        itself.into_iter().chain(inside)
    }

    fn value(&self, element: Element<'_>) -> Option<String> {
        match &self.attribute {
            Some(name) => element.attribute(name).map(corpus::single_line),
            None => Some(element.inline_text()),
        }
    }
}

impl Field {
    #[cfg(test)]
    pub(crate) fn parse(text: &str) -> Result<Self, corpus::Error> {
        Self::new(&[text.to_owned()], Vec::new())
    }

    /// A field of several selectors, in the order of preference.
    pub(crate) fn new(selectors: &[String], filters: Vec<Filter>) -> Result<Self, corpus::Error> {
        let picks = selectors.iter().map(|text| Pick::parse(text)).collect::<Result<_, _>>()?;
        Ok(Self {
            text: selectors.join(", "),
            picks,
            labels: Vec::new(),
            takes_all: false,
            filters,
        })
    }

    /// The same field, of the elements alone that one of `labels` stands before; of all where there
    /// is none.
    pub(crate) fn labelled(self, labels: &[String]) -> Self {
        Self { labels: labels.iter().map(|label| bare(label)).collect(), ..self }
    }

    /// The same field; as a text it is every match.
    pub(crate) fn taking_all(self) -> Self {
        Self { takes_all: true, ..self }
    }

    /// What `pick` finds inside `element`.
    fn found<'a>(&self, pick: &Pick, element: Element<'a>) -> impl Iterator<Item = Element<'a>> {
        let is_wanted =
            |found: &Element<'_>| self.labels.is_empty() || has_label(*found, &self.labels);
        pick.elements(element).filter(is_wanted)
    }

    /// The same selectors, of an attribute where they were of text.
    pub(crate) fn or_attribute(mut self, name: &str) -> Self {
        for pick in &mut self.picks {
            pick.attribute.get_or_insert_with(|| name.to_owned());
        }
        self
    }

    /// The same selectors, of text.
    pub(crate) fn without_attribute(&self) -> Self {
        let mut field = self.clone();
        for pick in &mut field.picks {
            pick.attribute = None;
        }
        field
    }

    /// As it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The elements that match inside `element`, selector by selector, in the order of the page.
    pub(crate) fn elements<'a>(&self, element: Element<'a>) -> Vec<Element<'a>> {
        self.picks.iter().flat_map(|pick| self.found(pick, element)).collect()
    }

    /// The first match with something in it, on one line.
    pub(crate) fn line(&self, element: Element<'_>) -> Option<String> {
        self.values(element).next()
    }

    /// The value of an element that one of the selectors matches.
    pub(crate) fn line_of(&self, found: Element<'_>) -> Option<String> {
        self.picks.iter().find_map(|pick| self.filtered(pick.value(found)?))
    }

    /// The matches with something in them, each on one line.
    pub(crate) fn values<'a>(&'a self, element: Element<'a>) -> impl Iterator<Item = String> + 'a {
        let found = self.picks.iter().flat_map(move |pick| {
            self.found(pick, element).filter_map(move |found| pick.value(found))
        });
        found.filter_map(|value| self.filtered(value))
    }

    fn filtered(&self, value: String) -> Option<String> {
        let value = self.filters.iter().try_fold(value, |value, filter| filter.apply(value))?;
        (!value.is_empty()).then_some(value)
    }

    /// All matches, each on one line; the commas of a single one part names.
    pub(crate) fn lines(&self, element: Element<'_>) -> Vec<String> {
        let lines: Vec<String> = self.values(element).collect();
        match lines.as_slice() {
            [single] => corpus::names(single.split(',')),
            several => corpus::names(several.iter().map(String::as_str)),
        }
    }

    /// The first match as paragraphs and lists; of several selectors, the first match of each, in
    /// the order of the page, without those that lie in another.
    fn blocks(&self, element: Element<'_>, drop: &Drop) -> Option<String> {
        if let [Pick { attribute: Some(_), .. }] = self.picks.as_slice() {
            return self.line(element);
        }
        let mut parts: Vec<Element<'_>> = Vec::new();
        for pick in &self.picks {
            let is_first_alone = self.picks.len() == 1 && !self.takes_all;
            let most = if is_first_alone { 1 } else { usize::MAX };
            parts.extend(self.found(pick, element).take(most));
        }
        if parts.is_empty() {
            return None;
        }
        let order = parts.clone();
        parts.retain(|part| !order.iter().any(|other| part.is_inside(*other)));
        if parts.len() > 1 {
            parts.sort_by(|a, b| a.cmp_in_page(*b));
            parts.dedup_by(|a, b| a.cmp_in_page(*b).is_eq());
        }
        let texts = parts.into_iter().map(|part| part.block_text_without(|e| drop.holds(e)));
        Some(texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n"))
    }
}

/// How far back, and how far up, a label is looked for.
const MAX_BEFORE: usize = 40;
const MAX_UP: usize = 3;

/// Whether one of `labels` is what stands before an element, or before one around it.
fn has_label(element: Element<'_>, labels: &[String]) -> bool {
    for around in std::iter::successors(Some(element), |e| e.parent()).take(MAX_UP) {
        let before = std::iter::successors(around.previous(), |e| e.previous());
        for at in before.take(MAX_BEFORE) {
            let text = bare(&at.inline_text());
            if labels.contains(&text) {
                return true;
            }
            if matches!(at.name(), "dt" | "th" | "label" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
            {
                return false;
            }
        }
    }
    false
}

/// A label without its colon.
fn bare(label: &str) -> String {
    corpus::single_line(label.trim().trim_end_matches([':', '：']))
}

/// What is left out of a text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Drop {
    /// Elements.
    pub(crate) elements: Vec<Selector>,
    /// Whole paragraphs, headings, items; on one line.
    pub(crate) texts: HashSet<String>,
    /// Paragraphs that begin with one of these; on one line.
    pub(crate) starts: Vec<String>,
    /// Headings with what follows them, up to the next heading of the same element.
    pub(crate) sections: HashSet<String>,
}

/// How many elements back a heading is looked for; honest sections are shorter.
const MAX_SECTION: usize = 200;

impl Drop {
    fn holds(&self, element: Element<'_>) -> bool {
        if self.elements.iter().any(|selector| element.matches(selector)) {
            return true;
        }
        if !self.sections.is_empty() && element.flow() == Flow::Block && self.is_in_section(element)
        {
            return true;
        }
        if self.texts.is_empty() && self.starts.is_empty() || !is_leaf(element) {
            return false;
        }
        // A word inside a paragraph is none of its own.
        let text = element.inline_text();
        self.texts.contains(&text)
            || element.flow() == Flow::Block
                && self.starts.iter().any(|start| text.starts_with(start))
    }

    /// Whether the heading before it, or itself, begins a section that is left out.
    fn is_in_section(&self, element: Element<'_>) -> bool {
        let before = std::iter::successors(Some(element), |e| e.previous());
        for at in before.take(MAX_SECTION).filter(|e| is_leaf(*e)) {
            let text = at.inline_text();
            if self.sections.contains(&text) {
                return true;
            }
            let is_heading = matches!(at.name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt");
            if is_heading || self.texts.contains(&text) {
                return false;
            }
        }
        false
    }
}

fn is_leaf(element: Element<'_>) -> bool {
    let mut children = element.children();
    !children.any(|child| matches!(child, Child::Element(e) if e.flow() == Flow::Block))
}

fn is_attribute_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.'))
}

/// The fields of a table of a recipe, by the part of a document that each gives.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields {
    fields: BTreeMap<&'static str, Field>,
    /// What is left out of the abstract.
    drop: Drop,
}

impl Fields {
    pub(crate) const KEYS: &'static [&'static str] = &[
        "title", "abstract", "tags", "speakers", "date", "start", "end", "room", "track",
        "language",
    ];

    pub(crate) fn insert(&mut self, key: &'static str, field: Field) {
        self.fields.insert(key, field);
    }

    /// The same fields, with `drop` left out of the text.
    pub(crate) fn without(self, drop: Drop) -> Self {
        Self { drop, ..self }
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    /// What the fields give inside `element`: a document with the rest of its parts empty.
    pub(crate) fn read(&self, element: Element<'_>) -> Document {
        let line = |key| self.fields.get(key).and_then(|field: &Field| field.line(element));
        let lines =
            |key| self.fields.get(key).map(|field| field.lines(element)).unwrap_or_default();
        let values = |key| -> Vec<String> {
            self.fields.get(key).map(|field| field.values(element).collect()).unwrap_or_default()
        };
        let text = self.fields.get("abstract").and_then(|field| field.blocks(element, &self.drop));
        let language = line("language").and_then(|tag| corpus::language_code(&tag));
        Document {
            title: line("title").unwrap_or_default(),
            text: text.unwrap_or_default(),
            tags: lines("tags"),
            speakers: people(&values("speakers")),
            date: line("date"),
            start: line("start").map(|text| dates::moment(&text).unwrap_or(text)),
            end: line("end").map(|text| dates::moment(&text).unwrap_or(text)),
            room: line("room"),
            track: line("track"),
            language: language.map(str::to_owned),
            ..Document::default()
        }
    }
}

/// What joins the last two of several people.
const JOINTS: &[&str] =
    &[" and ", " und ", " et ", " y ", " e ", " og ", " och ", " i ", " и ", " & "];

/// The people in `values`: what stands in brackets behind a name is none of it, and a value may join
/// several; the commas of a single one part names.
fn people(values: &[String]) -> Vec<String> {
    let is_comma = |c: char| c == ';' || c == '、' || c == ',' && values.len() == 1;
    let values = values.iter().map(|value| without_brackets(value));
    let lines: Vec<String> = values
        .flat_map(|value| value.split(is_comma).map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let split = |line: &String| -> Vec<String> {
        // A firm may have such a word in its name; people have a first and a last one.
        let is_person = |name: &&str| name.split_whitespace().count() >= 2;
        for joint in JOINTS {
            let parts: Vec<&str> = line.split(joint).map(str::trim).collect();
            if parts.len() > 1 && parts.iter().all(is_person) {
                return parts.into_iter().map(str::to_owned).collect();
            }
        }
        vec![line.clone()]
    };
    let names: Vec<String> = lines.iter().flat_map(split).collect();
    corpus::names(names.iter().map(String::as_str))
}

/// `text` without what stands in brackets, where something else does.
pub(crate) fn without_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    let outside: String = text
        .chars()
        .filter(|c| {
            depth += usize::from(matches!(c, '(' | '（'));
            let is_outside = depth == 0;
            depth -= usize::from(matches!(c, ')' | '）') && depth > 0);
            is_outside
        })
        .collect();
    if outside.trim().is_empty() { text.to_owned() } else { outside }
}

#[cfg(test)]
mod tests {
    use super::*;
    use corpus::html::Html;

    #[test]
    fn people_who_are_joined_by_a_word_are_several() {
        let check = |line: &str, expected: &[&str]| {
            assert_eq!(people(&[line.to_owned()]), expected, "{line}");
        };
        check("Ada Moor and Lin Okafor", &["Ada Moor", "Lin Okafor"]);
        check("Ada Moor und Eva Maria Prat", &["Ada Moor", "Eva Maria Prat"]);
        check("Ada Moor & Lin Okafor", &["Ada Moor", "Lin Okafor"]);
        check("School of Arts and Crafts", &["School of Arts and Crafts"]);
        check("Ada and Lin", &["Ada and Lin"]);
        check("Sandy Brandt", &["Sandy Brandt"]);
    }

    #[test]
    fn what_stands_in_brackets_behind_people_is_left_out() {
        let check = |line: &str, expected: &[&str]| {
            assert_eq!(people(&[line.to_owned()]), expected, "{line}");
        };
        check("Ada Moor (Firm, Berlin); Lin Okafor (School)", &["Ada Moor", "Lin Okafor"]);
        check("Ada Moor (Firm), Lin Okafor", &["Ada Moor", "Lin Okafor"]);
        check("(Ada Moor)", &["(Ada Moor)"]);
        check("Ada Moor (Firm", &["Ada Moor"]);
    }

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
    fn filters_tidy_each_value_in_their_order() {
        let field = |filters| Field::new(&["p".to_owned()], filters).unwrap();
        let line = |filters, text: &str| {
            field(filters).line(Html::parse(&format!("<p>{text}</p>")).root())
        };
        let regex = |text: &str| Filter::Regex(regex::Regex::new(text).unwrap());
        let strip = || vec![Filter::StripPrefix("by ".into()), Filter::StripSuffix(".".into())];
        assert_eq!(line(strip(), "By Ada.").as_deref(), Some("Ada"));
        assert_eq!(line(strip(), "B").as_deref(), Some("B"));
        assert_eq!(line(vec![regex("in (.+)$")], "9 a.m. in Room 1").as_deref(), Some("Room 1"));
        assert_eq!(line(vec![regex("in (.+)$")], "nowhere"), None);
        assert_eq!(line(vec![Filter::Date], "on May 4th, 2026").as_deref(), Some("2026-05-04"));
    }

    #[test]
    fn a_label_tells_elements_of_one_kind_apart() {
        let labelled = |label: &str, page: &str| {
            let field = Field::parse("dd, td, li").unwrap().labelled(&[label.to_owned()]);
            field.lines(Html::parse(page).root())
        };
        let page = "<dl><dt>Room:<dd>A<dt>Speakers<dd>Ada<dd>Eva</dl>\
                    <table><tr><th>Track<td>Web<tr><th>Level<td>Low</table><h3>Tags</h3><ul><li>x<li>y</ul>";
        assert_eq!(labelled("Room", page), ["A"]);
        assert_eq!(labelled("Speakers:", page), ["Ada", "Eva"]);
        assert_eq!(labelled("Track", page), ["Web"]);
        assert_eq!(labelled("Tags", page), ["x", "y"]);
        assert_eq!(labelled("Language", page), [""; 0]);
    }

    #[test]
    fn an_abstract_of_several_parts_leaves_out_what_is_dropped() {
        let selectors = ["div.b".to_owned(), "div.a".to_owned(), "p".to_owned()];
        let field = Field::new(&selectors, Vec::new()).unwrap();
        let page = Html::parse(
            "<div class=a><p>one<p class=x>two</div><div class=b><h3>Label</h3>three</div>",
        );
        let drop = Drop {
            elements: vec![Selector::parse(".x").unwrap()],
            texts: HashSet::from(["Label".to_owned()]),
            ..Drop::default()
        };
        assert_eq!(field.blocks(page.root(), &drop).as_deref(), Some("one\n\nthree"));
    }

    #[test]
    fn a_dropped_section_ends_at_the_next_heading() {
        let field = Field::parse("main").unwrap();
        let page = Html::parse("<main><p>a<h3>Bio</h3><p>b<ul><li>c</ul><h3>More</h3><p>d</main>");
        let drop = Drop { sections: HashSet::from(["Bio".to_owned()]), ..Drop::default() };
        assert_eq!(field.blocks(page.root(), &drop).as_deref(), Some("a\n\nMore\n\nd"));
    }

    #[test]
    fn the_abstract_keeps_its_paragraphs() {
        let field = Field::parse("div").unwrap();
        let page = Html::parse("<div><p>a<p>b</div><div>c</div>");
        assert_eq!(field.blocks(page.root(), &Drop::default()).as_deref(), Some("a\n\nb"));
    }
}
