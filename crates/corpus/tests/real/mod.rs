//! Real schedule exports, compared with what their own files say.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use corpus::Document;
use serde_json::Value;

use crate::read_all;

fn inputs() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/schedules");
    if path.exists() {
        return Some(path);
    }
    let mut out = std::io::stderr();
    writeln!(out, "SKIPPED: there is no {}", path.display()).unwrap();
    None
}

fn json(path: &Path) -> Value {
    let mut text = String::new();
    let file = std::fs::File::open(path).unwrap();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn text<'a>(event: &'a Value, keys: &[&str]) -> Option<&'a str> {
    keys.iter().filter_map(|key| event[*key].as_str()).find(|text| !text.trim().is_empty())
}

/// The events of a file, by another way than the program's.
fn events(root: &Value) -> Vec<(Value, String)> {
    if let Some(events) = root.as_array() {
        return events.iter().map(|event| (event.clone(), String::new())).collect();
    }
    let days = root["schedule"]["conference"]["days"].as_array().unwrap();
    let rooms = days.iter().flat_map(|day| day["rooms"].as_object().unwrap());
    rooms
        .flat_map(|(room, events)| {
            events.as_array().unwrap().iter().map(|event| (event.clone(), room.clone()))
        })
        .collect()
}

#[track_caller]
fn check(name: &str, documents: &[Document], expected: &[(Value, String)]) {
    assert_eq!(documents.len(), expected.len(), "{name}");
    for (event, room) in expected {
        let id = event["id"].to_string();
        let document = documents.iter().find(|document| document.id == id);
        let document = document.unwrap_or_else(|| panic!("{name}: no event {id}"));
        let people = event["persons"].as_array().or(event["speakers"].as_array()).unwrap();
        let names: Vec<&str> =
            people.iter().filter_map(|person| text(person, &["public_name", "name"])).collect();
        let single = corpus::names(names.iter().copied());
        assert_eq!(document.speakers, single, "{name} {id}");
        let start = text(event, &["date", "start_time", "starts-at"]);
        if start.is_some() {
            assert_eq!(document.start.as_deref(), start, "{name} {id}");
            assert!(document.end.is_some() && document.date.is_some(), "{name} {id}");
        }
        let own_room = text(event, &["room"]).or(text(&event["microlocation"], &["name"]));
        let room = own_room.unwrap_or(room);
        assert_eq!(
            document.room.as_deref().unwrap_or(""),
            corpus::single_line(room),
            "{name} {id}"
        );
        let track = text(event, &["track"]).or(text(&event["track"], &["name"]));
        assert_eq!(document.track, track.map(corpus::single_line), "{name} {id}");
        let language = text(event, &["language"]).and_then(corpus::language_code);
        if language.is_some() {
            assert_eq!(document.language.as_deref(), language, "{name} {id}");
        }
        assert!(!document.title.is_empty(), "{name} {id}");
    }
}

#[test]
fn schedule_exports_give_all_their_events_with_all_parts() {
    let Some(folder) = inputs() else { return };
    for name in [
        "35c3-schedule.json.gz",
        "camp2019-frab-schedule.json.gz",
        "democon-pretalx-schedule.json.gz",
        "rc3-pretalx-schedule.json.gz",
        "open-event-FOSSASIASummit2017-sessions.json.gz",
        "open-event-OTS16-sessions.json.gz",
    ] {
        let path = folder.join(name);
        let (documents, skipped) = read_all(&path);
        assert_eq!(skipped, [], "{name}");
        check(name, &documents, &events(&json(&path)));
    }
    // The same conference in XML.
    let (documents, skipped) = read_all(&folder.join("35c3-schedule.xml.gz"));
    assert_eq!(skipped, []);
    let (json, _) = read_all(&folder.join("35c3-schedule.json.gz"));
    assert_eq!(documents.len(), json.len());
    // Both files have the rooms in an order of their own.
    for xml in &documents {
        let json = json.iter().find(|json| json.id == xml.id).unwrap();
        assert_eq!((&xml.id, &xml.title, &xml.speakers), (&json.id, &json.title, &json.speakers));
        assert_eq!((&xml.start, &xml.end, &xml.room), (&json.start, &json.end, &json.room));
        assert_eq!((&xml.track, &xml.language), (&json.track, &json.language));
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&xml.text), words(&json.text), "{}", xml.id);
    }
}
