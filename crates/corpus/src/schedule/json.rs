//! Schedules in JSON, whoever wrote them.
//!
//! An event is an object with a title and something that only events have: a text, a start,
//! speakers. What its keys are called differs from system to system; they are looked up in one
//! table of names, without regard to case and signs. Speakers, rooms, tracks and tags that an
//! event only has the ids of are looked up in the lists beside it.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Schedule, markup};
use crate::Document;
use crate::language::language_code;
use crate::moment::{self, Moment};
use crate::plain;

/// More events than any conference has.
const MAX_EVENTS: usize = 200_000;

/// JSON nests no deeper in honest exports; the parser itself stops at 128.
const MAX_DEPTH: usize = 40;

const TITLE: &[&str] = &["title", "name", "headline", "subject", "summary"];
const TEXTS: &[&str] = &[
    "shortabstract",
    "abstract",
    "longabstract",
    "summary",
    "description",
    "longdescription",
    "text",
    "body",
    "content",
    "contenthtml",
    "contenttext",
    "articlebody",
];
const SPEAKERS: &[&str] = &[
    "persons",
    "speakers",
    "presenters",
    "people",
    "authors",
    "speaker",
    "performers",
    "performer",
    "primaryauthors",
    "speakernames",
    "presenter",
    "author",
    "hosts",
    "instructors",
];
const TAGS: &[&str] = &["tags", "keywords", "labels", "categoryitems", "categories", "topics"];
const TRACK: &[&str] = &["track", "trackname", "trackid", "stream", "sessiontrack"];
const ROOM: &[&str] = &[
    "room",
    "roomname",
    "microlocation",
    "location",
    "venue",
    "roomfullname",
    "hall",
    "place",
    "roomid",
];
const START: &[&str] = &[
    "startsat",
    "starttime",
    "startdate",
    "date",
    "start",
    "begin",
    "beginsat",
    "startdatetime",
    "datepublished",
    "from",
];
const END: &[&str] = &["endsat", "endtime", "enddate", "end", "enddatetime", "until", "to"];
const LANGUAGE: &[&str] = &["language", "lang", "locale", "inlanguage"];
const URL: &[&str] = &["url", "link", "sessionurl", "publicurl", "htmlurl", "frontendurl"];
const ID: &[&str] = &["code", "id", "guid", "uid", "uuid", "slug", "sessionid", "@id"];
const PERSON_NAME: &[&str] =
    &["publicname", "fullname", "name", "displayname", "title", "fullpublicname"];

/// The events in `root`, in its order; none where nothing is one.
pub(super) fn read(root: &Value) -> Option<Schedule> {
    let mut walk = Walk { names: HashMap::new(), documents: Vec::new() };
    walk.index(root, "", 0);
    walk.visit(root, &Context::default(), 0);
    if walk.documents.is_empty() {
        return None;
    }
    let conference = root.pointer("/schedule/conference");
    let format = match root {
        _ if conference.is_some() => "frab JSON",
        Value::Object(object)
            if object.contains_key("categories") && object.contains_key("sessions") =>
        {
            "Sessionize JSON"
        }
        Value::Object(object) if object.contains_key("results") => "Indico JSON",
        _ => "JSON",
    };
    let title = conference.and_then(|c| c["title"].as_str()).map(plain::single_line);
    Some(Schedule { documents: walk.documents, title: title.filter(|t| !t.is_empty()), format })
}

/// What stands around an event and holds for it.
#[derive(Clone, Default)]
struct Context {
    room: Option<String>,
    day: Option<String>,
}

struct Walk {
    /// The names of speakers, rooms and the like, by the list that they stand in and their ids.
    names: HashMap<(Kind, String), String>,
    documents: Vec<Document>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Speaker,
    Room,
    Track,
    Tag,
}

/// What a list of that name holds.
fn kind_of(list: &str) -> Option<Kind> {
    match normal(list).as_str() {
        "speakers" | "persons" | "people" | "presenters" => Some(Kind::Speaker),
        "rooms" | "locations" | "microlocations" | "venues" => Some(Kind::Room),
        "tracks" => Some(Kind::Track),
        "categories" | "categoryitems" | "tags" | "items" => Some(Kind::Tag),
        _ => None,
    }
}

/// A key without case and signs.
fn normal(key: &str) -> String {
    key.chars().filter(|c| c.is_alphanumeric() || *c == '@').flat_map(char::to_lowercase).collect()
}

/// The values of an object by their normal keys.
fn by_key(object: &Map<String, Value>) -> HashMap<String, &Value> {
    object.iter().map(|(key, value)| (normal(key), value)).collect()
}

fn first<'a>(keys: &HashMap<String, &'a Value>, names: &[&str]) -> Option<&'a Value> {
    names.iter().filter_map(|name| keys.get(*name).copied()).find(|value| !is_empty(value))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A string or a number; of a text in several languages, English or the first.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(object) if object.len() <= 20 => {
            let is_language = |key: &str| language_code(key).is_some();
            if !object.keys().all(|key| is_language(key)) {
                return None;
            }
            let english = object.iter().find(|(key, _)| key.starts_with("en")).map(|(_, v)| v);
            let all = english.into_iter().chain(object.values());
            all.filter_map(Value::as_str).find(|text| !text.trim().is_empty()).map(str::to_owned)
        }
        _ => None,
    }
}

impl Walk {
    /// Collects the names of what has an id.
    fn index(&mut self, value: &Value, list: &str, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.index(item, list, depth + 1)),
            Value::Object(object) => {
                if let Some(kind) = kind_of(list) {
                    let keys = by_key(object);
                    if let Some(name) = name_of(object) {
                        for id in
                            ["id", "code", "guid"].iter().filter_map(|id| scalar(keys.get(*id)?))
                        {
                            self.names.entry((kind, id)).or_insert_with(|| name.clone());
                        }
                    }
                }
                let is_keyed = kind_of(list).is_some() && object.values().all(Value::is_object);
                for (key, inner) in object {
                    self.index(inner, if is_keyed { list } else { key }, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn visit(&mut self, value: &Value, context: &Context, depth: usize) {
        if depth > MAX_DEPTH || self.documents.len() >= MAX_EVENTS {
            return;
        }
        match value {
            Value::Array(items) => {
                for item in items {
                    self.visit(item, context, depth + 1);
                }
            }
            Value::Object(object) => {
                let n_before = self.documents.len();
                self.visit_inside(object, context, depth);
                // An event that holds others is a block of the programme.
                if self.documents.len() == n_before
                    && let Some(document) = self.event(object, context)
                {
                    self.documents.push(document);
                }
            }
            _ => {}
        }
    }

    fn visit_inside(&mut self, object: &Map<String, Value>, context: &Context, depth: usize) {
        let mut context = context.clone();
        if let Some(day) = object.get("date").and_then(Value::as_str) {
            context.day = Moment::parse(day).map(|moment| moment.day());
        }
        for (key, value) in object {
            let kind = kind_of(key);
            match value {
                // `"rooms": {"Hall 1": [events]}` and `"rooms": [{"name": "Hall 1", …}]`.
                Value::Object(rooms) if kind == Some(Kind::Room) => {
                    for (room, events) in rooms {
                        let room = Some(plain::single_line(room));
                        let context = Context { room, ..context.clone() };
                        self.visit(events, &context, depth + 1);
                    }
                }
                Value::Array(rooms) if kind == Some(Kind::Room) => {
                    for room in rooms {
                        let Some(inside) = room.as_object() else { continue };
                        let context = Context { room: name_of(inside), ..context.clone() };
                        for (inner_key, inner) in inside {
                            if inner.is_array() && kind_of(inner_key).is_none() {
                                self.visit(inner, &context, depth + 1);
                            }
                        }
                    }
                }
                Value::Object(_) | Value::Array(_) => {
                    let names_parts = kind.is_some()
                        || [SPEAKERS, TAGS, TRACK, ROOM]
                            .iter()
                            .any(|n| n.contains(&normal(key).as_str()))
                        || matches!(
                            normal(key).as_str(),
                            "links"
                                | "attachments"
                                | "answers"
                                | "questionanswers"
                                | "images"
                                | "publisher"
                                | "offers"
                        );
                    if !names_parts {
                        self.visit(value, &context, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    /// The event in an object, if it is one.
    fn event(&self, object: &Map<String, Value>, context: &Context) -> Option<Document> {
        let keys = by_key(object);
        let title = markup::line(&scalar(first(&keys, TITLE)?)?);
        let mut texts: Vec<String> = Vec::new();
        let subtitle = keys.get("subtitle").and_then(|value| scalar(value));
        texts.extend(subtitle.map(|text| markup::text(&text)));
        let title_key = TITLE.iter().find(|name| keys.get(**name).is_some_and(|v| !is_empty(v)));
        for name in TEXTS.iter().filter(|name| Some(*name) != title_key) {
            texts.extend(keys.get(*name).and_then(|v| scalar(v)).map(|text| markup::text(&text)));
        }
        let text = markup::joined(&texts);
        let start = first(&keys, START).and_then(moment_of);
        let speakers = SPEAKERS.iter().filter_map(|name| keys.get(*name)).find(|v| !is_empty(v));
        let has_slot =
            ["start", "starttime", "startsat", "duration"].iter().any(|k| keys.contains_key(*k));
        let is_event = start.is_some() && (has_slot || !text.is_empty() || speakers.is_some())
            || !text.is_empty() && (speakers.is_some() || text.len() >= 40 || has_slot);
        if !is_event || title.is_empty() && text.is_empty() {
            return None;
        }
        let end = first(&keys, END).and_then(moment_of).or_else(|| {
            let seconds = moment::duration(&scalar(keys.get("duration")?)?)?;
            start.as_ref().map(|start| start.plus(seconds))
        });
        let id = first(&keys, ID).and_then(scalar).map(|id| plain::single_line(&id));
        let id = id
            .filter(|id| !id.is_empty())
            .unwrap_or_else(|| format!("event-{}", self.documents.len() + 1));
        let title = if title.is_empty() { plain::title_from(&text) } else { title };
        let room = self.one(first(&keys, ROOM), Kind::Room).or_else(|| context.room.clone());
        let language = first(&keys, LANGUAGE).and_then(scalar);
        Some(Document {
            id,
            url: first(&keys, URL).and_then(Value::as_str).and_then(plain::web_url),
            title,
            text,
            tags: TAGS
                .iter()
                .filter_map(|n| keys.get(*n))
                .map(|v| self.many(v, Kind::Tag))
                .find(|t| !t.is_empty())
                .unwrap_or_default(),
            speakers: speakers.map(|value| self.many(value, Kind::Speaker)).unwrap_or_default(),
            date: start.as_ref().map(Moment::day).or_else(|| context.day.clone()),
            start: start.as_ref().and_then(Moment::rfc3339),
            end: end.and_then(|end| end.rfc3339()),
            room: room.filter(|room| !room.is_empty()),
            track: self.one(first(&keys, TRACK), Kind::Track),
            language: language.and_then(|name| language_of(&name)).map(str::to_owned),
        })
    }

    /// A name, an object with one, or the id of one.
    fn one(&self, value: Option<&Value>, kind: Kind) -> Option<String> {
        self.many(value?, kind).into_iter().next()
    }

    fn many(&self, value: &Value, kind: Kind) -> Vec<String> {
        let mut names = Vec::new();
        self.collect(value, kind, &mut names, 0);
        plain::names(names.iter().map(String::as_str))
    }

    fn collect(&self, value: &Value, kind: Kind, names: &mut Vec<String>, depth: usize) {
        if depth > 3 {
            return;
        }
        match value {
            Value::Array(items) => {
                for item in items {
                    self.collect(item, kind, names, depth + 1);
                }
            }
            Value::Object(object) => {
                // `{"name": "Level", "categoryItems": [{"name": "Beginner"}]}`: the items count.
                let inner = object.iter().find(|(key, v)| {
                    kind == Kind::Tag && normal(key) == "categoryitems" && v.is_array()
                });
                if let Some((_, items)) = inner {
                    self.collect(items, kind, names, depth + 1);
                } else if let Some(name) = name_of(object) {
                    names.push(name);
                } else if let Some(name) = scalar(value) {
                    names.push(markup::line(&name));
                } else if object.values().all(Value::is_object) {
                    object.values().for_each(|item| self.collect(item, kind, names, depth + 1));
                }
            }
            Value::String(_) | Value::Number(_) => {
                let Some(text) = scalar(value) else { return };
                match self.names.get(&(kind, text.clone())) {
                    Some(name) => names.push(name.clone()),
                    // A number that is nobody's id says nothing.
                    None if value.is_number() => {}
                    None if matches!(kind, Kind::Speaker | Kind::Tag) && depth == 0 => {
                        names.extend(text.split(',').map(markup::line));
                    }
                    None => names.push(markup::line(&text)),
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }
}

/// What a person, a room or a tag is called.
fn name_of(object: &Map<String, Value>) -> Option<String> {
    let keys = by_key(object);
    let whole = PERSON_NAME
        .iter()
        .filter_map(|name| scalar(keys.get(*name)?))
        .find(|n| !n.trim().is_empty());
    let whole = whole.or_else(|| {
        let part = |names: &[&str]| first(&keys, names).and_then(scalar);
        let given = part(&["firstname", "givenname"]);
        let family = part(&["lastname", "familyname", "surname"]);
        let parts: Vec<String> = given.into_iter().chain(family).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    });
    whole.map(|name| markup::line(&name)).filter(|name| !name.is_empty())
}

/// A moment: a text, or an object with the day and the clock apart, as Indico has it.
fn moment_of(value: &Value) -> Option<Moment> {
    match value {
        Value::String(text) => Moment::parse(text),
        Value::Object(object) => {
            let text = |key: &str| object.get(key).and_then(Value::as_str);
            let (day, clock) = (text("date")?, text("time").unwrap_or("00:00:00"));
            let is_utc = text("tz").is_some_and(|tz| matches!(tz, "UTC" | "Etc/UTC" | "GMT"));
            Moment::parse(&format!("{day}T{clock}{}", if is_utc { "Z" } else { "" }))
        }
        _ => None,
    }
}

/// The code of a language given as a code, a tag or its English or own name.
pub(super) fn language_of(name: &str) -> Option<&'static str> {
    const NAMES: &[(&str, &str)] = &[
        ("english", "en"),
        ("german", "de"),
        ("deutsch", "de"),
        ("french", "fr"),
        ("français", "fr"),
        ("spanish", "es"),
        ("español", "es"),
        ("italian", "it"),
        ("italiano", "it"),
        ("portuguese", "pt"),
        ("português", "pt"),
        ("dutch", "nl"),
        ("nederlands", "nl"),
        ("polish", "pl"),
        ("polski", "pl"),
        ("russian", "ru"),
        ("русский", "ru"),
        ("chinese", "zh"),
        ("中文", "zh"),
        ("japanese", "ja"),
        ("日本語", "ja"),
        ("czech", "cs"),
        ("čeština", "cs"),
        ("swedish", "sv"),
        ("svenska", "sv"),
        ("danish", "da"),
        ("dansk", "da"),
        ("finnish", "fi"),
        ("suomi", "fi"),
        ("greek", "el"),
        ("turkish", "tr"),
        ("türkçe", "tr"),
        ("korean", "ko"),
        ("ukrainian", "uk"),
        ("hungarian", "hu"),
        ("magyar", "hu"),
        ("catalan", "ca"),
        ("català", "ca"),
        ("basque", "eu"),
        ("euskara", "eu"),
        ("norwegian", "no"),
        ("romanian", "ro"),
        ("hindi", "hi"),
        ("arabic", "ar"),
        ("hebrew", "he"),
        ("vietnamese", "vi"),
    ];
    language_code(name).or_else(|| {
        let name = name.trim().to_lowercase();
        NAMES.iter().find(|(own, _)| *own == name).map(|(_, code)| *code)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(json: &str) -> Vec<Document> {
        read(&serde_json::from_str(json).unwrap()).map(|s| s.documents).unwrap_or_default()
    }

    #[test]
    fn frab_gives_room_persons_times_and_language() {
        let events = events(
            r#"{"schedule": {"conference": {"title": "C", "days": [{"index": 1, "date": "2026-05-14", "rooms": {
                "Hall": [{"id": 7, "guid": "g", "url": "https://c.example/7", "date": "2026-05-14T23:30:00+02:00",
                "start": "23:30", "duration": "01:00", "room": "", "title": "A &amp; B", "subtitle": "Sub",
                "track": "Web", "language": "de-formal", "abstract": "<p>One</p>", "description": "Two\r\n\r\nThree",
                "persons": [{"id": 1, "public_name": "Ada"}, {"id": 2, "name": "Grace"}], "links": [{"title": "x", "url": "y"}]}]}}]}}}"#,
        );
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            events,
            [Document {
                id: "7".to_owned(),
                url: some("https://c.example/7"),
                title: "A & B".to_owned(),
                text: "Sub\n\nOne\n\nTwo\n\nThree".to_owned(),
                tags: vec![],
                speakers: vec!["Ada".to_owned(), "Grace".to_owned()],
                date: some("2026-05-14"),
                start: some("2026-05-14T23:30:00+02:00"),
                end: some("2026-05-15T00:30:00+02:00"),
                room: some("Hall"),
                track: some("Web"),
                language: some("de"),
            }]
        );
    }

    #[test]
    fn sessionize_ids_are_looked_up_beside_the_sessions() {
        let events = events(
            r#"{"sessions": [{"id": "9", "title": "T", "description": "D", "startsAt": "2026-05-14T10:00:00",
                "endsAt": "2026-05-14T11:00:00", "speakers": ["s1", "s2"], "categoryItems": [31], "roomId": 5}],
                "speakers": [{"id": "s1", "fullName": "Ada L", "bio": "long biography of a person", "sessions": [9]},
                {"id": "s2", "firstName": "Grace", "lastName": "H"}],
                "categories": [{"id": 3, "title": "Level", "items": [{"id": 31, "name": "Beginner"}]}],
                "rooms": [{"id": 5, "name": "R5"}]}"#,
        );
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].speakers, ["Ada L", "Grace H"]);
        assert_eq!(
            (events[0].tags.as_slice(), events[0].room.as_deref()),
            (&["Beginner".to_owned()][..], Some("R5"))
        );
        assert_eq!(
            (events[0].date.as_deref(), events[0].start.as_deref()),
            (Some("2026-05-14"), None)
        );
    }

    #[test]
    fn sessionize_grids_say_the_room_around_the_sessions() {
        let events = events(
            r#"[{"date": "2026-05-14T00:00:00", "rooms": [{"id": 1, "name": "Big", "sessions": [
                {"id": "9", "title": "T", "description": "D", "startsAt": "2026-05-14T10:00:00Z", "speakers": [{"id": "s", "name": "Ada"}],
                 "categories": [{"name": "Level", "categoryItems": [{"id": 1, "name": "Expert"}]}]}]}]}]"#,
        );
        assert_eq!(events[0].room.as_deref(), Some("Big"));
        assert_eq!(events[0].speakers, ["Ada"]);
        assert_eq!(events[0].tags, ["Expert"]);
        assert_eq!(events[0].start.as_deref(), Some("2026-05-14T10:00:00Z"));
    }

    #[test]
    fn indico_contributions_are_events_and_their_conference_is_none() {
        let events = events(
            r#"{"count": 1, "results": [{"id": "1", "title": "Conference", "description": "About a conference on many things.",
                "startDate": {"date": "2026-05-14", "time": "09:00:00", "tz": "Europe/Zurich"},
                "contributions": [{"id": "12", "title": "T", "description": "<p>D</p>", "url": "https://i.example/12", "duration": 30,
                 "startDate": {"date": "2026-05-14", "time": "10:00:00", "tz": "UTC"}, "room": "Main", "track": "Physics",
                 "keywords": ["a"], "speakers": [{"first_name": "Ada", "last_name": "L"}]}]}]}"#,
        );
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].speakers, ["Ada L"]);
        assert_eq!(events[0].end.as_deref(), Some("2026-05-14T10:30:00Z"));
        assert_eq!(
            (events[0].track.as_deref(), events[0].tags.as_slice()),
            (Some("Physics"), &["a".to_owned()][..])
        );
    }

    #[test]
    fn program_interfaces_may_key_sessions_and_speakers_by_their_codes() {
        let events = events(
            r#"{"sessions": {"ABC": {"code": "ABC", "title": "T", "abstract": "A text of some length, for certain.", "speakers": ["XYZ"], "track": {"en": "Web", "de": "Netz"}, "room": "R"}},
                "speakers": {"XYZ": {"code": "XYZ", "name": "Ada", "biography": "b"}}}"#,
        );
        assert_eq!((events.len(), events[0].speakers.as_slice()), (1, &["Ada".to_owned()][..]));
        assert_eq!(events[0].track.as_deref(), Some("Web"));
    }

    #[test]
    fn other_json_holds_no_event() {
        assert!(
            events(r#"{"name": "package", "version": "1.0.0", "dependencies": {"a": "1"}}"#)
                .is_empty()
        );
        assert!(events(r#"{"people": [{"name": "Ada", "text": "a biography of a person that is quite long"}]}"#).is_empty());
        assert!(events("[1, 2, null]").is_empty());
    }

    #[test]
    fn languages_have_codes_and_names() {
        for (name, code) in [
            ("English", Some("en")),
            ("de-CH", Some("de")),
            ("Deutsch", Some("de")),
            ("Germany", None),
        ] {
            assert_eq!(language_of(name), code, "{name}");
        }
    }
}
