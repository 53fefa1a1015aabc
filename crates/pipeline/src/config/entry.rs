//! A source in the configuration: where it is, and what of it may be shown.

use std::fmt;

use corpus::Document;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

/// An excerpt has no more characters, and ends with a word.
const EXCERPT_CHARS: usize = 300;

/// A source as the configuration gives it: its address alone, or a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceEntry {
    /// Where it is, as [`Source::parse`](crate::Source::parse) takes it.
    pub from: String,
    /// How much of its texts is published. Topics are found in all of them.
    pub text: ShownText,
    /// The licence of its documents.
    pub licence: Option<String>,
}

/// How much of a text is published: on pages, in the search, in the data, and in the documents that
/// [`documents`](crate::documents) gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ShownText {
    /// All of it.
    #[default]
    Full,
    /// How it begins.
    Excerpt,
    /// Nothing.
    None,
}

impl SourceEntry {
    /// `document` with the part of its text that is published.
    pub(crate) fn shown(&self, mut document: Document) -> Document {
        match self.text {
            ShownText::Full => {}
            ShownText::Excerpt => document.text = excerpt(&document.text),
            ShownText::None => document.text = String::new(),
        }
        document
    }
}

impl From<&str> for SourceEntry {
    fn from(from: &str) -> Self {
        Self { from: from.to_owned(), text: ShownText::Full, licence: None }
    }
}

/// How `text` begins.
fn excerpt(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(EXCERPT_CHARS) else { return text.to_owned() };
    let start = &text[..end];
    let at = start.rfind(char::is_whitespace).filter(|at| 2 * at > end).unwrap_or(end);
    format!("{} …", text[..at].trim_end())
}

impl<'de> Deserialize<'de> for SourceEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            from: String,
            #[serde(default)]
            text: ShownText,
            licence: Option<String>,
        }
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = SourceEntry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address, or a table with from, text and licence")
            }

            fn visit_str<E>(self, from: &str) -> Result<SourceEntry, E> {
                Ok(SourceEntry::from(from))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SourceEntry, A::Error> {
                let Table { from, text, licence } =
                    Table::deserialize(MapAccessDeserializer::new(map))?;
                Ok(SourceEntry { from, text, licence })
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    fn entries(sources: &str) -> Result<Vec<SourceEntry>, String> {
        let path = std::path::Path::new("topicmill.toml");
        let config = Config::parse(&format!("sources = {sources}"), path);
        config.map(|config| config.sources).map_err(|error| error.to_string())
    }

    #[test]
    fn a_source_is_an_address_or_a_table() {
        let entries =
            entries("[\"a\", { from = \"b\", text = \"excerpt\", licence = \"CC BY 4.0\" }]");
        let table = SourceEntry {
            from: "b".to_owned(),
            text: ShownText::Excerpt,
            licence: Some("CC BY 4.0".to_owned()),
        };
        assert_eq!(entries.unwrap(), [SourceEntry::from("a"), table]);
    }

    #[test]
    fn what_a_source_may_not_say_is_refused_with_what_it_may() {
        let error = entries("[{ from = \"a\", text = \"some\" }]").unwrap_err();
        assert!(error.contains("`full`, `excerpt`, `none`"), "{error}");
        let error = entries("[{ from = \"a\", license = \"x\" }]").unwrap_err();
        assert!(error.contains("`licence`"), "{error}");
        let error = entries("[3]").unwrap_err();
        assert!(error.contains("an address, or a table"), "{error}");
    }

    #[test]
    fn an_excerpt_ends_with_a_word() {
        assert_eq!(excerpt("short"), "short");
        let text = excerpt(&"wörter und ".repeat(60));
        assert!(text.ends_with(" …") && text.chars().count() <= EXCERPT_CHARS + 2, "{text}");
        assert_eq!(excerpt(&"x".repeat(400)), format!("{} …", "x".repeat(300)));
    }
}
