//! Schedule exports: files in which a conference already says what this program wants to know.
//!
//! Every format is told by its content. JSON is one reader for all that publish it
//! ([`json`]): pretalx, frab and c3voc, Open Event, Sessionize, Indico, program APIs, the data
//! that pages embed.

mod calendar;
mod feed;
mod json;
mod markup;
mod microdata;
mod pages;
mod xml;
mod xml_schedule;

use crate::Document;
use crate::decode::decode_html;

pub use pages::{ListedPage, Published, embedded, item_list, published};

/// What a schedule holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Its events, in its order.
    pub documents: Vec<Document>,
    /// What the conference is called, where it says.
    pub title: Option<String>,
    /// The format, for people: `frab JSON`.
    pub format: &'static str,
}

/// Fewer bytes are no schedule.
const MIN_BYTES: usize = 20;

/// Reads a schedule export: JSON, XML or iCalendar, whatever its name. None when it is none, or
/// holds no event.
///
/// Cost: linear in the bytes; memory a few times theirs.
///
/// ```
/// let ics = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Clean code\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
/// let schedule = corpus::schedule(ics.as_bytes()).expect("it is one");
/// assert_eq!(schedule.documents[0].title, "Clean code");
/// ```
#[must_use]
pub fn schedule(bytes: &[u8]) -> Option<Schedule> {
    if bytes.len() < MIN_BYTES {
        return None;
    }
    let text = decode_html(bytes, None);
    let start = text.trim_start_matches('\u{FEFF}').trim_start();
    let schedule = match start.bytes().next()? {
        b'{' | b'[' => json::read(&serde_json::from_str(start).ok()?),
        b'<' => {
            let root = xml::parse(start)?;
            xml_schedule::read(&root).or_else(|| feed::read(&root))
        }
        _ if start.get(..15).is_some_and(|s| s.eq_ignore_ascii_case("BEGIN:VCALENDAR")) => {
            Some(calendar::read(start))
        }
        _ => None,
    };
    schedule.filter(|schedule| !schedule.documents.is_empty())
}

/// The addresses in a sitemap, and those of further sitemaps in an index.
#[must_use]
pub fn sitemap(text: &str) -> Option<(Vec<String>, Vec<String>)> {
    let root = xml::parse(text.trim_start_matches('\u{FEFF}').trim_start())?;
    let addresses = |item: &str| -> Vec<String> {
        let items = root.children.iter().filter(|child| child.name == item);
        items.filter_map(|item| item.text_of("loc")).collect()
    };
    match root.name.as_str() {
        "urlset" => Some((addresses("url"), Vec::new())),
        "sitemapindex" => Some((Vec::new(), addresses("sitemap"))),
        _ => None,
    }
}
