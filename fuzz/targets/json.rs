//! JSON: schedules of every format, and lines of documents.

#![no_main]

use std::io::Cursor;

use corpus::{ReadConfig, read_lines, schedule};
use libfuzzer_sys::fuzz_target;

mod common;

const SEEDS: &[&[u8]] = &[
    br#"{"schedule": {"conference": {"title": "C", "days": [{"date": "2026-05-14", "rooms": {"R": [{"id": 1, "title": "T", "date": "2026-05-14T10:00:00+02:00", "start": "10:00", "duration": "01:00", "language": "en", "track": "K", "persons": [{"public_name": "Ada"}], "abstract": "<p>x</p>"}]}}]}}}"#,
    br#"{"count": 1, "results": [{"code": "AB", "title": "T", "speakers": [{"name": "Ada"}], "submission_type": {"en": "Talk"}, "slot": {"start": "2026-05-14T10:00:00Z", "room": {"en": "R"}}}]}"#,
    br#"{"sessions": [{"id": "1", "title": "T", "description": "D", "startsAt": "2026-05-14T10:00:00", "speakers": ["a"], "categoryItems": [3], "roomId": 4}], "speakers": [{"id": "a", "fullName": "Ada"}], "rooms": [{"id": 4, "name": "R"}], "categories": [{"title": "Track", "items": [{"id": 3, "name": "K"}]}]}"#,
    br#"{"@type": "Event", "name": "T", "startDate": "2026-05-14", "performer": [{"name": "Ada"}], "location": {"name": "R"}}"#,
    b"{\"text\": \"a \\ud83d\\u0000\", \"tags\": [\"x\"], \"id\": 3, \"url\": \"https://a.example\"}\n{\"text\": null}\n[1]\n",
];

fuzz_target!(init: common::write_seeds(SEEDS), |data: &[u8]| {
    if let Some(schedule) = schedule(data) {
        schedule.documents.iter().for_each(common::check);
    }
    let config = ReadConfig { max_line_bytes: 1 << 14, ..ReadConfig::default() };
    common::drain(read_lines(Cursor::new(data.to_vec()), "lines", &config));
});
