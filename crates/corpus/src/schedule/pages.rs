//! What a web page publishes for machines.

use serde_json::Value;

use super::{Schedule, json, microdata};
use crate::Document;
use crate::html::{Element, Html, Selector};

/// Fewer records of data that a script starts from are not taken for a schedule.
const MIN_ISLAND: usize = 8;

/// Fewer events that say themselves that they are such are none.
const MIN_EVENTS: usize = 3;

/// What a page says to machines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    /// The events in its structured data and the data that its scripts start from.
    pub schedule: Option<Schedule>,
    /// Addresses of schedules and feeds that it names, as they are written, the best first.
    pub links: Vec<String>,
}

/// What `page` publishes: schema.org events in JSON-LD or in the attributes of its elements, arrays
/// of like records in embedded JSON (`__NEXT_DATA__` and the like), and links to calendars, feeds
/// and schedule files. Three events are a schedule; whether it is that of the site is for the caller
/// to say.
///
/// # Panics
/// Never: its selectors are fixed.
#[must_use]
pub fn published(page: &Html) -> Published {
    let select = |css: &str| Selector::parse(css).expect("a fixed selector, read in every test");
    let mut events: Vec<Document> = Vec::new();
    for script in page.select(&select("script[type='application/ld+json' i]")) {
        let Ok(value) = serde_json::from_str::<Value>(script.raw_text().trim()) else { continue };
        linked_events(&value, &mut events, 0);
    }
    if events.len() < MIN_EVENTS {
        events.clear();
        for item in &microdata::items(page) {
            linked_events(item, &mut events, 0);
        }
    }
    let mut schedule = (events.len() >= MIN_EVENTS).then_some(Schedule {
        documents: events,
        title: None,
        format: "schema.org events",
    });
    if schedule.is_none() {
        let islands = select("script[type='application/json' i], script#__NEXT_DATA__");
        schedule = page
            .select(&islands)
            .filter_map(|script| serde_json::from_str::<Value>(script.raw_text().trim()).ok())
            .filter_map(|value| json::read(&value))
            .filter(|found| {
                let n_text = found.documents.iter().filter(|d| d.text.len() >= 40).count();
                found.documents.len() >= MIN_ISLAND && 2 * n_text >= found.documents.len()
            })
            .max_by_key(|found| found.documents.len())
            .map(|found| Schedule { format: "data embedded in the page", ..found });
    }
    let mut links: Vec<(u8, String)> = Vec::new();
    for link in page.select(&select("link[href], a[href], pretalx-schedule[event-url]")) {
        let href = link.attribute("href").or(link.attribute("event-url")).unwrap_or_default();
        let path = href.split(['?', '#']).next().unwrap_or(href).to_ascii_lowercase();
        let kind = link.attribute("type").unwrap_or_default().to_ascii_lowercase();
        let file = path.rsplit('/').next().unwrap_or(&path);
        let rank = if link.name() == "pretalx-schedule" {
            links
                .push((0, format!("{}/schedule/export/schedule.json", href.trim_end_matches('/'))));
            continue;
        } else if file == "schedule.json" {
            0
        } else if file == "schedule.xml" {
            1
        } else if link.name() == "link" && kind == "text/calendar"
            || file == "schedule.ics"
            || file == "all.ics"
        {
            2
        } else {
            continue;
        };
        links.push((rank, href.to_owned()));
    }
    links.sort();
    links.dedup();
    Published { schedule, links: links.into_iter().map(|(_, link)| link).collect() }
}

/// A page that an [`item_list`] names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPage {
    /// Its address, as it is written.
    pub url: String,
    /// What it is called, on one line; empty where that is not said.
    pub name: String,
}

/// The pages that the `ItemList`s of schema.org on `page` name, in their order.
///
/// # Panics
/// Never: its selectors are fixed.
#[must_use]
pub fn item_list(page: &Html) -> Vec<ListedPage> {
    let select = Selector::parse("script[type='application/ld+json' i]")
        .expect("a fixed selector, read in every test");
    let mut pages = Vec::new();
    for script in page.select(&select) {
        if let Ok(value) = serde_json::from_str::<Value>(script.raw_text().trim()) {
            listed_pages(&value, &mut pages, 0);
        }
    }
    let mut known = std::collections::HashSet::new();
    pages.retain(|page: &ListedPage| known.insert(page.url.clone()));
    pages
}

fn listed_pages(value: &Value, pages: &mut Vec<ListedPage>, depth: usize) {
    if depth > 12 || pages.len() > 100_000 {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| listed_pages(item, pages, depth + 1)),
        Value::Object(object) if is_kind(value, |kind| kind.ends_with("ItemList")) => {
            let items = match object.get("itemListElement") {
                Some(Value::Array(items)) => items.as_slice(),
                Some(item) => std::slice::from_ref(item),
                None => &[],
            };
            pages.extend(items.iter().filter_map(listed_page));
        }
        Value::Object(object) => {
            for key in ["@graph", "mainEntity", "mainEntityOfPage"] {
                if let Some(inner) = object.get(key) {
                    listed_pages(inner, pages, depth + 1);
                }
            }
        }
        _ => {}
    }
}

/// An item of a list: an address, something with one, or a place in the list that holds either.
fn listed_page(item: &Value) -> Option<ListedPage> {
    if let Some(url) = item.as_str() {
        return Some(ListedPage { url: url.to_owned(), name: String::new() });
    }
    let text = |value: &Value, keys: &[&str]| {
        keys.iter()
            .find_map(|key| value[*key].as_str().filter(|text| !text.is_empty()))
            .map(str::to_owned)
    };
    let inner = &item["item"];
    let url = text(item, &["url"])
        .or_else(|| text(inner, &["url", "@id"]))
        .or_else(|| inner.as_str().map(str::to_owned))
        .or_else(|| text(item, &["@id"]))?;
    let name = text(item, &["name"]).or_else(|| text(inner, &["name", "headline"]));
    Some(ListedPage { url, name: crate::single_line(&name.unwrap_or_default()) })
}

/// What the data on a page says of the document called `title`: schema.org in JSON-LD and in the
/// attributes of elements, and the data that scripts start from. None where it speaks of others
/// alone.
///
/// # Panics
/// Never: its selectors are fixed.
#[must_use]
pub fn embedded(page: &Html, title: &str) -> Option<Document> {
    let select = |css: &str| Selector::parse(css).expect("a fixed selector, read in every test");
    let wanted = words(title);
    if wanted.is_empty() || !page.may_hold(tells_machines) {
        return None;
    }
    let scripts = select("script[type*='json' i], script#__NEXT_DATA__");
    let found = page
        .select(&scripts)
        .filter_map(|script| serde_json::from_str::<Value>(script.raw_text().trim()).ok())
        .chain(microdata::items(page))
        .filter_map(|value| json::read(&value))
        .flat_map(|schedule| schedule.documents)
        .filter(|document| words(&document.title) == wanted);
    found.max_by_key(|document| document.text.len())
}

/// Whether an element is a script that may hold data, or names what it stands for.
fn tells_machines(element: Element<'_>) -> bool {
    element.name() == "script" || microdata::is_item(element)
}

/// The words of a title, in lower case.
fn words(title: &str) -> Vec<String> {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// The events of schema.org in a value, and their sub-events.
fn linked_events(value: &Value, events: &mut Vec<Document>, depth: usize) {
    if depth > 12 || events.len() > 100_000 {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| linked_events(item, events, depth + 1)),
        Value::Object(object) => {
            let n_before = events.len();
            for key in ["@graph", "subEvent", "subEvents", "itemListElement", "item", "mainEntity"]
            {
                if let Some(inner) = object.get(key) {
                    linked_events(inner, events, depth + 1);
                }
            }
            if events.len() == n_before && is_event(value) {
                events.extend(json::read(value).into_iter().flat_map(|found| found.documents));
            }
        }
        _ => {}
    }
}

fn is_event(value: &Value) -> bool {
    is_kind(value, |kind| kind.ends_with("Event") || kind == "PresentationDigitalDocument")
}

/// Whether one of the kinds of a value is such.
fn is_kind(value: &Value, is_such: impl Fn(&str) -> bool) -> bool {
    let is_such = |kind: &Value| kind.as_str().is_some_and(&is_such);
    match &value["@type"] {
        Value::Array(kinds) => kinds.iter().any(is_such),
        kind => is_such(kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(n: usize, event: impl Fn(usize) -> String) -> String {
        (0..n).map(event).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn events_of_schema_org_are_read_with_their_parts() {
        let inner = events(9, |n| {
            format!(
                r#"{{"@type": "Event", "name": "Talk {n}", "description": "Text {n}", "startDate": "2026-05-14T10:00:00+02:00",
                "performer": [{{"@type": "Person", "name": "Ada {n}"}}], "location": {{"@type": "Place", "name": "Hall"}}, "url": "https://c.example/{n}"}}"#
            )
        });
        let page = format!(
            r#"<script type="application/ld+json">{{"@context": "https://schema.org", "@graph": [{{"@type": "Event", "name": "Conf", "subEvent": [{inner}]}}]}}</script>"#
        );
        let schedule = published(&Html::parse(&page)).schedule.unwrap();
        assert_eq!(schedule.documents.len(), 9);
        let talk = &schedule.documents[2];
        assert_eq!(
            (talk.title.as_str(), talk.speakers.as_slice()),
            ("Talk 2", &["Ada 2".to_owned()][..])
        );
        assert_eq!(
            (talk.room.as_deref(), talk.start.as_deref()),
            (Some("Hall"), Some("2026-05-14T10:00:00+02:00"))
        );
    }

    #[test]
    fn few_events_are_a_schedule_and_those_in_attributes_too() {
        let talk = |n: usize| {
            format!(
                "<li itemscope itemtype='https://schema.org/Event'><b itemprop=name>Talk {n}</b>\
                 <time itemprop=startDate datetime='2026-05-14T10:00:00+02:00'>10</time>\
                 <i itemprop=performer>Ada</i><p itemprop=description>Text {n}</p></li>"
            )
        };
        let schedule = |n: usize| {
            let page: String = (0..n).map(talk).collect();
            published(&Html::parse(&page)).schedule.map(|found| found.documents)
        };
        assert_eq!(schedule(1), None);
        let talks = schedule(3).unwrap();
        assert_eq!(talks.len(), 3);
        assert_eq!((talks[2].title.as_str(), talks[2].text.as_str()), ("Talk 2", "Text 2"));
        assert_eq!(
            (talks[2].speakers.as_slice(), talks[2].date.as_deref()),
            (&["Ada".to_owned()][..], Some("2026-05-14"))
        );
        let page = Html::parse(&talk(7));
        assert_eq!(embedded(&page, "talk 7").unwrap().speakers, ["Ada"]);
        assert_eq!(embedded(&page, "talk 8"), None);
    }

    #[test]
    fn an_item_list_names_pages_in_every_way_that_there_is() {
        let page = r#"<script type="application/ld+json">{"@graph": [{"@type": "BreadcrumbList",
            "itemListElement": [{"@type": "ListItem", "item": "/home"}]}, {"@type": ["ItemList"],
            "itemListElement": ["/a", {"@type": "ListItem", "url": "/b", "name": " B\n b"},
            {"@type": "ListItem", "item": {"@id": "/c", "name": "C"}},
            {"@type": "ListItem", "position": 4, "item": "/d"}, {"@type": "ListItem", "url": "/b"},
            {"@type": "Event", "url": "/e", "name": "E"}, {"@type": "ListItem", "name": "nowhere"}]}]}</script>
            <script type="application/ld+json">{"@type": </script>"#;
        let found = item_list(&Html::parse(page));
        let found: Vec<_> = found.iter().map(|p| (p.url.as_str(), p.name.as_str())).collect();
        assert_eq!(found, [("/a", ""), ("/b", "B b"), ("/c", "C"), ("/d", ""), ("/e", "E")]);
    }

    #[test]
    fn embedded_data_of_like_records_is_a_schedule() {
        let records = events(9, |n| {
            format!(
                r#"{{"id": {n}, "title": "Talk {n}", "abstract": "A text that is long enough to be one, number {n}.", "speakers": [{{"name": "Ada"}}]}}"#
            )
        });
        let page = format!(
            r#"<script id="__NEXT_DATA__" type="application/json">{{"props": {{"pageProps": {{"talks": [{records}]}}}}}}</script>"#
        );
        assert_eq!(published(&Html::parse(&page)).schedule.unwrap().documents.len(), 9);
        let few = r#"<script type="application/json">{"talks": [{"title": "Talk", "abstract": "A text that is long enough to be one."}]}</script>"#;
        assert_eq!(published(&Html::parse(few)).schedule, None);
    }

    #[test]
    fn links_to_schedules_are_named_the_best_first() {
        let page = "<link rel=alternate type=text/calendar href=/s.ics><a href='/x/schedule.xml'>x</a>\
                    <a href='/x/schedule.json?lang=en'>j</a><a href=/other.json>o</a>\
                    <pretalx-schedule event-url='https://p.example/c/'></pretalx-schedule>";
        assert_eq!(
            published(&Html::parse(page)).links,
            [
                "/x/schedule.json?lang=en",
                "https://p.example/c/schedule/export/schedule.json",
                "/x/schedule.xml",
                "/s.ics"
            ]
        );
    }
}
