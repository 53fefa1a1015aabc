//! Which column of a table holds which part of a document.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::language::language_code;
use crate::{Document, plain, unmarked};

/// A part of a document that a column may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "they are named after the fields of a document")]
pub enum Part {
    Id,
    Url,
    Title,
    Text,
    Tags,
    Speakers,
    Date,
    Start,
    End,
    Room,
    Track,
    Language,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Id,
        Self::Url,
        Self::Title,
        Self::Text,
        Self::Tags,
        Self::Speakers,
        Self::Date,
        Self::Start,
        Self::End,
        Self::Room,
        Self::Track,
        Self::Language,
    ];

    /// Its name: that of its column.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.names()[0]
    }

    /// What its column may be called, the best first.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Id => &["id", "_id", "identifier", "key", "code", "uid", "guid", "uuid", "slug"],
            Self::Url => &["url", "link", "href", "uri", "permalink"],
            Self::Title => &["title", "name", "headline", "subject", "titel", "titre", "título"],
            Self::Text => &[
                "text",
                "abstract",
                "description",
                "body",
                "content",
                "summary",
                "full_text",
                "long_abstract",
                "message",
                "article",
                "document",
                "comment",
                "review",
                "details",
            ],
            Self::Tags => {
                &["tags", "labels", "keywords", "categories", "tag", "label", "topics", "category"]
            }
            Self::Speakers => &[
                "speakers",
                "speaker",
                "authors",
                "author",
                "presenters",
                "presenter",
                "persons",
                "creators",
                "creator",
            ],
            Self::Date => &[
                "date",
                "day",
                "published",
                "created",
                "created_at",
                "published_at",
                "pubdate",
                "year",
            ],
            Self::Start => &["start", "starts_at", "start_time", "begin", "starttime"],
            Self::End => &["end", "ends_at", "end_time", "endtime"],
            Self::Room => &["room", "location", "venue", "hall"],
            Self::Track => &["track", "section", "stream"],
            Self::Language => &["language", "lang", "locale"],
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Part {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|part| part.name() == name).ok_or(())
    }
}

/// The columns that a user named, by the parts that they hold.
pub type ColumnNames = BTreeMap<Part, String>;

/// A value of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    Text(Cow<'a, str>),
    List(Vec<String>),
}

/// Where in a row each part stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Columns {
    at: BTreeMap<Part, usize>,
}

impl Columns {
    /// The columns by their names: those that the user gave, else those that are called as a part
    /// is called.
    ///
    /// # Errors
    /// The part and the name that no column has.
    pub(crate) fn of(headers: &[String], given: &ColumnNames) -> Result<Self, (Part, String)> {
        let normal = |name: &str| {
            let name = plain::single_line(name).to_lowercase();
            name.replace([' ', '-', '.'], "_")
        };
        let headers: Vec<String> = headers.iter().map(|name| normal(name)).collect();
        let mut at = BTreeMap::new();
        for part in Part::ALL {
            if let Some(name) = given.get(&part) {
                let column = headers.iter().position(|own| *own == normal(name));
                at.insert(part, column.ok_or_else(|| (part, name.clone()))?);
            }
        }
        for part in Part::ALL {
            let mut named =
                part.names().iter().filter_map(|name| headers.iter().position(|own| own == name));
            // A column holds one part.
            let free = named.find(|column| !at.values().any(|taken| taken == column));
            if let (false, Some(column)) = (at.contains_key(&part), free) {
                at.insert(part, column);
            }
        }
        if at.contains_key(&Part::Text) {
            Ok(Self { at })
        } else {
            Err((Part::Text, String::new()))
        }
    }

    /// The column of a part.
    pub(crate) fn column(&self, part: Part) -> Option<usize> {
        self.at.get(&part).copied()
    }

    /// The document in a row; `default_id` is for one without id.
    ///
    /// # Errors
    /// The reason why it is none.
    pub(crate) fn document<'a>(
        &self,
        cell: impl Fn(usize) -> Option<Cell<'a>>,
        default_id: impl FnOnce() -> String,
    ) -> Result<Document, String> {
        let cell = |part| cell(self.column(part)?);
        let line = |part| match cell(part)? {
            Cell::Text(text) => Some(plain::single_line(&text)).filter(|line| !line.is_empty()),
            Cell::List(items) => {
                Some(plain::single_line(&items.join(", "))).filter(|l| !l.is_empty())
            }
        };
        let name = |part| {
            let name = plain::into_single_line(unmarked::line(line(part)?.into()));
            Some(name).filter(|name| !name.is_empty())
        };
        let names = |part| match cell(part) {
            None => Vec::new(),
            Some(Cell::Text(text)) => names(&unmarked::line(text)),
            Some(Cell::List(items)) => {
                let items: Vec<_> =
                    items.into_iter().map(|item| unmarked::line(item.into())).collect();
                plain::names(items.iter().map(AsRef::as_ref))
            }
        };
        let text = match cell(Part::Text) {
            Some(Cell::Text(text)) => unmarked::text(text),
            Some(Cell::List(items)) => unmarked::text(items.join("\n\n").into()),
            // A talk that came without an abstract is a talk.
            None if line(Part::Title).is_some() => String::new(),
            None => return Err("no text and no title: their cells hold nothing".to_owned()),
        };
        let id = line(Part::Id).unwrap_or_else(default_id);
        let title = name(Part::Title).unwrap_or_else(|| {
            let title = plain::title_from(&text);
            if title.is_empty() { id.clone() } else { title }
        });
        Ok(Document {
            id,
            url: line(Part::Url).and_then(|url| plain::web_url(&url)),
            title,
            text,
            tags: names(Part::Tags),
            speakers: names(Part::Speakers),
            date: line(Part::Date),
            start: line(Part::Start),
            end: line(Part::End),
            room: name(Part::Room),
            track: name(Part::Track),
            language: line(Part::Language).and_then(|tag| language_code(&tag)).map(str::to_owned),
        })
    }
}

/// Several names in one cell: a JSON array, or parts between semicolons, bars or commas.
fn names(text: &str) -> Vec<String> {
    if text.trim_start().starts_with('[')
        && let Ok(items) = serde_json::from_str::<Vec<String>>(text)
    {
        return plain::names(items.iter().map(String::as_str));
    }
    let sign = [';', '|'].into_iter().find(|sign| text.contains(*sign)).unwrap_or(',');
    plain::names(text.split(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(headers: &[&str], given: &[(Part, &str)]) -> Result<Columns, (Part, String)> {
        let headers: Vec<String> = headers.iter().map(ToString::to_string).collect();
        Columns::of(&headers, &given.iter().map(|(p, n)| (*p, (*n).to_owned())).collect())
    }

    #[test]
    fn columns_are_found_by_their_names_and_the_best_name_wins() {
        let found = columns(&["Summary", "TITLE", "Full Text", "Keywords"], &[]).unwrap();
        let at = |part| found.column(part);
        assert_eq!([at(Part::Text), at(Part::Title), at(Part::Tags)], [Some(0), Some(1), Some(3)]);
        let given = columns(&["text", "note", "name"], &[(Part::Text, "Note"), (Part::Id, "name")]);
        let given = given.unwrap();
        assert_eq!([given.column(Part::Text), given.column(Part::Id)], [Some(1), Some(2)]);
        assert_eq!(given.column(Part::Title), None);
    }

    #[test]
    fn a_column_that_is_not_there_is_named() {
        assert_eq!(
            columns(&["text"], &[(Part::Title, "nmae")]),
            Err((Part::Title, "nmae".to_owned()))
        );
        assert_eq!(columns(&["a", "b"], &[]), Err((Part::Text, String::new())));
    }

    #[test]
    fn cells_of_html_become_their_text() {
        let columns = columns(&["title", "text", "tags"], &[]).unwrap();
        let cells = ["Q&amp;A", "<p>One<p>two</p>", "R&amp;D; x"];
        let cell = |at: usize| Some(Cell::Text(cells[at].into()));
        let document = columns.document(cell, || "t:1".to_owned()).unwrap();
        assert_eq!((document.title.as_str(), document.text.as_str()), ("Q&A", "One\n\ntwo"));
        assert_eq!(document.tags, ["R&D", "x"]);
    }

    #[test]
    fn a_cell_may_hold_several_names() {
        assert_eq!(names("a, b"), ["a", "b"]);
        assert_eq!(names("a, x; b"), ["a, x", "b"]);
        assert_eq!(names(r#"["a, x", "b"]"#), ["a, x", "b"]);
    }
}
