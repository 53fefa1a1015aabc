//! schedule.xml of frab, pretalx, Pentabarf and their kin.

use super::xml::Element;
use super::{Schedule, json, markup};
use crate::moment::{self, Moment};
use crate::{Document, plain};

/// The events of a `<schedule>`; none for another root.
pub(super) fn read(root: &Element) -> Option<Schedule> {
    if root.name != "schedule" {
        return None;
    }
    let conference = root.child("conference");
    let mut documents = Vec::new();
    for day in
        root.all("day").chain(root.child("days").into_iter().flat_map(|days| days.all("day")))
    {
        for room in day.all("room") {
            for event in room.all("event") {
                let document = event_of(event, day, room, documents.len());
                documents.extend(document);
            }
        }
    }
    let title = conference.and_then(|c| c.text_of("title")).map(|title| markup::line(&title));
    Some(Schedule { documents, title, format: "schedule.xml" })
}

fn event_of(event: &Element, day: &Element, room: &Element, n_before: usize) -> Option<Document> {
    let line =
        |name: &str| event.text_of(name).map(|text| markup::line(&text)).filter(|t| !t.is_empty());
    let text = |name: &str| event.text_of(name).map(|text| markup::text(&text));
    let parts: Vec<String> =
        ["subtitle", "abstract", "description"].iter().filter_map(|name| text(name)).collect();
    let text = markup::joined(&parts);
    let title = line("title").unwrap_or_else(|| plain::title_from(&text));
    if title.is_empty() {
        return None;
    }
    let day = day.attributes.get("date").cloned();
    // A whole moment in <date>, or the day around and the clock in <start>.
    let start = event
        .text_of("date")
        .and_then(|date| Moment::parse(&date))
        .or_else(|| Moment::parse(&format!("{}T{}", day.as_deref()?, event.text_of("start")?)));
    let end = event
        .text_of("duration")
        .and_then(|duration| Some(start.as_ref()?.plus(moment::duration(&duration)?)));
    let persons: Vec<String> = event
        .child("persons")
        .into_iter()
        .flat_map(|persons| persons.children.iter())
        // A name alone, or a name with what else is known of the person.
        .map(|person| {
            let name = ["public_name", "full_public_name", "name"];
            let name = name.iter().find_map(|name| person.text_of(name));
            name.unwrap_or_else(|| person.whole_text())
        })
        .map(|person| markup::line(&person))
        .collect();
    let id = event.attributes.get("id").or_else(|| event.attributes.get("guid"));
    let id = id.map(|id| plain::single_line(id)).filter(|id| !id.is_empty());
    let tags: Vec<String> = event
        .child("tags")
        .into_iter()
        .flat_map(|t| &t.children)
        .map(Element::whole_text)
        .collect();
    Some(Document {
        id: id.unwrap_or_else(|| format!("event-{}", n_before + 1)),
        url: event.text_of("url").and_then(|url| plain::web_url(&url)),
        title,
        text,
        tags: plain::names(tags.iter().map(String::as_str)),
        speakers: plain::names(persons.iter().map(String::as_str)),
        date: start.as_ref().map(Moment::day).or(day),
        start: start.as_ref().and_then(Moment::rfc3339),
        end: end.and_then(|end| end.rfc3339()),
        room: line("room")
            .or_else(|| room.attributes.get("name").map(|n| plain::single_line(n)))
            .filter(|r| !r.is_empty()),
        track: line("track"),
        language: line("language").and_then(|name| json::language_of(&name)).map(str::to_owned),
    })
}
