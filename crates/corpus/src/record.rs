//! One JSON object as a document.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::columns::ColumnNames;
use crate::language::language_code;
use crate::{Document, Part, plain, unmarked};

/// The columns of an object, borrowed from its text where nothing is escaped.
#[derive(Debug, Default)]
pub(crate) struct Record<'a> {
    id: Scalar<'a>,
    url: Scalar<'a>,
    title: Scalar<'a>,
    /// In the order of preference: text, abstract, description, body, content.
    texts: [Text<'a>; 5],
    /// Whether one of them is said to be nothing.
    has_null_text: bool,
    tags: Names,
    labels: Names,
    speakers: Names,
    date: Scalar<'a>,
    start: Scalar<'a>,
    end: Scalar<'a>,
    room: Scalar<'a>,
    track: Scalar<'a>,
    language: Scalar<'a>,
}

impl<'a> Record<'a> {
    fn take_text(&mut self, at: usize, text: Text<'a>) {
        self.has_null_text |= text.0.is_none();
        self.texts[at] = text;
    }

    /// The document; `default_id` is for a record without id.
    ///
    /// # Errors
    /// The reason why it is none, for a [`Skipped`](crate::Skipped).
    pub(crate) fn into_document(
        self,
        default_id: impl FnOnce() -> String,
    ) -> Result<Document, String> {
        let title = self.title.name();
        let text = match self.texts.into_iter().find_map(|text| text.0) {
            Some(text) => unmarked::text(text),
            // As in tables: a talk that came without an abstract is a talk.
            None if self.has_null_text && title.is_some() => String::new(),
            None => {
                return Err(
                    "no text: the object needs a string under one of the keys text, abstract, \
                            description, body, content"
                        .to_owned(),
                );
            }
        };
        let id = self.id.line().unwrap_or_else(default_id);
        let title = title.unwrap_or_else(|| {
            let title = plain::title_from(&text);
            if title.is_empty() { id.clone() } else { title }
        });
        Ok(Document {
            id,
            url: self.url.0.and_then(|url| plain::web_url(&url)),
            title,
            text,
            tags: self.tags.0.or(self.labels.0).unwrap_or_default(),
            speakers: self.speakers.0.unwrap_or_default(),
            date: self.date.line(),
            start: self.start.line(),
            end: self.end.line(),
            room: self.room.name(),
            track: self.track.name(),
            language: self.language.0.and_then(|tag| language_code(&tag)).map(str::to_owned),
        })
    }
}

/// The document in an object whose columns the user named: what he named goes under its own name
/// first, and what that name would have meant is nothing.
///
/// # Errors
/// The reason why it is none.
pub(crate) fn with_columns(
    value: Value,
    columns: &ColumnNames,
    default_id: impl FnOnce() -> String,
) -> Result<Document, String> {
    let Value::Object(mut object) = value else {
        return Err("expected a JSON object with a text".to_owned());
    };
    let mut named = Vec::new();
    for (part, column) in columns {
        match object.remove(column) {
            Some(value) => named.push((part.name().to_owned(), value)),
            None if *part == Part::Text => {
                return Err(format!("no text: the object has no key {column}"));
            }
            None => {}
        }
    }
    for part in columns.keys() {
        object.remove(part.name());
    }
    object.extend(named);
    let object = Value::Object(object);
    let record = Record::deserialize(&object).map_err(|error| error.to_string())?;
    record.into_document(default_id)
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Column {
    Id,
    Url,
    Title,
    Text,
    Abstract,
    Description,
    Body,
    Content,
    Tags,
    Labels,
    Speakers,
    Date,
    Start,
    End,
    Room,
    Track,
    Language,
    #[serde(other)]
    Other,
}

impl<'de: 'a, 'a> Deserialize<'de> for Record<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RecordVisitor)
    }
}

struct RecordVisitor;

impl<'de> Visitor<'de> for RecordVisitor {
    type Value = Record<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object with a text")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record<'de>, A::Error> {
        let mut record = Record::default();
        while let Some(column) = map.next_key()? {
            match column {
                Column::Id => record.id = value(&mut map, "id")?,
                Column::Url => record.url = value(&mut map, "url")?,
                Column::Title => record.title = value(&mut map, "title")?,
                Column::Text => record.take_text(0, value(&mut map, "text")?),
                Column::Abstract => record.take_text(1, value(&mut map, "abstract")?),
                Column::Description => record.take_text(2, value(&mut map, "description")?),
                Column::Body => record.take_text(3, value(&mut map, "body")?),
                Column::Content => record.take_text(4, value(&mut map, "content")?),
                Column::Tags => record.tags = value(&mut map, "tags")?,
                Column::Labels => record.labels = value(&mut map, "labels")?,
                Column::Speakers => record.speakers = value(&mut map, "speakers")?,
                Column::Date => record.date = value(&mut map, "date")?,
                Column::Start => record.start = value(&mut map, "start")?,
                Column::End => record.end = value(&mut map, "end")?,
                Column::Room => record.room = value(&mut map, "room")?,
                Column::Track => record.track = value(&mut map, "track")?,
                Column::Language => record.language = value(&mut map, "language")?,
                Column::Other => {
                    map.next_value::<de::IgnoredAny>()?;
                }
            }
        }
        Ok(record)
    }
}

/// The value of the key just read; an error says under which.
fn value<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    map: &mut A,
    key: &str,
) -> Result<T, A::Error> {
    map.next_value().map_err(|error| de::Error::custom(format_args!("{key}: {error}")))
}

/// A string or nothing.
#[derive(Debug, Default)]
struct Text<'a>(Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or null")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_unit<E>(self) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }
}

/// A string, a number or nothing.
#[derive(Debug, Default)]
struct Scalar<'a>(Option<Cow<'a, str>>);

impl Scalar<'_> {
    /// On one line; an empty one counts as absent.
    fn line(self) -> Option<String> {
        self.0.map(plain::into_single_line).filter(|line| !line.is_empty())
    }

    /// The same of what people wrote, which may be HTML.
    fn name(self) -> Option<String> {
        Self(self.0.map(unmarked::line)).line()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, a number or null")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar<'de>, E> {
        Ok(Scalar(Some(Cow::Owned(number.to_string()))))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar(Some(Cow::Owned(number.to_string()))))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar(Some(Cow::Owned(number.to_string()))))
    }

    fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar(None))
    }
}

/// An array of strings or numbers, one string with commas, or nothing.
#[derive(Debug, Default)]
struct Names(Option<Vec<String>>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NamesVisitor)
    }
}

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of strings, a string with commas, or null")
    }

    fn visit_str<E>(self, text: &str) -> Result<Names, E> {
        Ok(Names(Some(plain::names(unmarked::line(text.into()).split(',')))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Names, A::Error> {
        let mut items: Vec<Cow<'de, str>> = Vec::new();
        while let Some(item) = seq.next_element::<Scalar<'de>>()? {
            items.extend(item.0.map(unmarked::line));
        }
        Ok(Names(Some(plain::names(items.iter().map(AsRef::as_ref)))))
    }

    fn visit_unit<E>(self) -> Result<Names, E> {
        Ok(Names(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Document {
        let record: Record<'_> = serde_json::from_str(json).unwrap();
        record.into_document(|| "talks:1".to_owned()).unwrap()
    }

    #[track_caller]
    fn refused(json: &str) -> String {
        match serde_json::from_str::<Record<'_>>(json) {
            Ok(record) => record.into_document(String::new).unwrap_err(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn every_column_is_read() {
        let document = read(
            r#"{"id": 7, "url": "https://u:p@x.example/7", "title": " A\n title ",
                "text": "One\r\ntwo", "tags": ["a", "b", " a"], "speakers": "Ada, Grace",
                "date": "2026-05-14", "start": "2026-05-14T10:00:00+02:00",
                "end": "2026-05-14T10:30:00+02:00", "room": 12, "track": "Web", "language": "eng",
                "other": {"text": ["deep", {"id": 1}]}}"#,
        );
        let owned = |items: &[&str]| items.iter().map(ToString::to_string).collect::<Vec<_>>();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            document,
            Document {
                id: "7".to_owned(),
                url: some("https://x.example/7"),
                title: "A title".to_owned(),
                text: "One\ntwo".to_owned(),
                tags: owned(&["a", "b"]),
                speakers: owned(&["Ada", "Grace"]),
                date: some("2026-05-14"),
                start: some("2026-05-14T10:00:00+02:00"),
                end: some("2026-05-14T10:30:00+02:00"),
                room: some("12"),
                track: some("Web"),
                language: some("en"),
            }
        );
    }

    #[test]
    fn the_text_may_have_five_names_and_the_first_wins() {
        for key in ["text", "abstract", "description", "body", "content"] {
            assert_eq!(read(&format!(r#"{{"{key}": "x"}}"#)).text, "x", "{key}");
        }
        assert_eq!(read(r#"{"content": "c", "abstract": "a", "text": null}"#).text, "a");
    }

    #[test]
    fn what_is_html_becomes_its_text_and_the_address_stays() {
        let document = read(
            r#"{"text": "<p>We show &amp; tell</p>\n<p>Vec&lt;T&gt;</p>", "title": "Q&amp;A <b>now</b>",
                "tags": "R&amp;D, x", "speakers": ["M&uuml;ller"], "room": "A &amp; B",
                "url": "https://x.example/?a=1&amp;b=2"}"#,
        );
        assert_eq!(document.text, "We show & tell\n\nVec<T>");
        assert_eq!(document.title, "Q&A now");
        assert_eq!([&document.tags[..], &document.speakers[..]].concat(), ["R&D", "x", "Müller"]);
        assert_eq!(document.room.as_deref(), Some("A & B"));
        assert_eq!(document.url.as_deref(), Some("https://x.example/?a=1&amp;b=2"));
        assert_eq!(read(r#"{"text": "a < b && Vec<T>"}"#).text, "a < b && Vec<T>");
    }

    #[test]
    fn labels_stand_in_for_tags() {
        assert_eq!(read(r#"{"text": "", "labels": ["l"], "tags": null}"#).tags, ["l"]);
        assert_eq!(
            read(r#"{"text": "", "labels": ["l"], "tags": ["t", 3, null]}"#).tags,
            ["t", "3"]
        );
    }

    #[test]
    fn a_missing_title_is_made_from_the_text_else_the_id() {
        assert_eq!(read(r#"{"text": "Some words"}"#).title, "Some words");
        assert_eq!(read(r#"{"text": "", "id": "x"}"#).title, "x");
        assert_eq!(read(r#"{"text": "\u0000 ", "title": " ", "id": null}"#).title, "talks:1");
    }

    #[test]
    fn a_title_without_a_text_is_a_document() {
        let document = read(r#"{"title": "A talk", "text": null}"#);
        assert_eq!((document.title.as_str(), document.text.as_str()), ("A talk", ""));
    }

    #[test]
    fn refusals_name_key_value_and_what_is_allowed() {
        for (json, parts) in [
            (r#"{"title": "x"}"#, ["no text", "text, abstract, description, body, content"]),
            (r#"{"text": null}"#, ["no text", "text, abstract"]),
            (r#"{"text": 5}"#, ["text: ", "integer `5`, expected a string or null"]),
            (r#"{"text": "", "room": []}"#, ["room: ", "sequence, expected a string, a number"]),
            (r#"{"text": "", "tags": {}}"#, ["tags: ", "map, expected an array of strings"]),
            (r#"["text"]"#, ["sequence", "expected a JSON object with a text"]),
        ] {
            let reason = refused(json);
            assert!(parts.iter().all(|part| reason.contains(part)), "{json}: {reason}");
        }
    }
}
