//! Documents to build from: the talks of the demo's conference.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::scene::Scene;

pub(crate) const FEW: &str = r#"{"text": "one lamp and two tides"}
{"text": "two lamps, no tide"}
{"text": "harbour pilots read charts"}
"#;

/// All talks as documents, theme by theme.
pub(crate) fn talks() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/talks");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the demo's data")
        .map(|entry| entry.expect("the demo's data").path())
        .collect();
    files.sort();
    let texts = files.iter().map(|path| fs::read_to_string(path).expect("the demo's data"));
    texts.flat_map(|text| talks_of(&text)).collect()
}

fn talks_of(text: &str) -> Vec<Value> {
    let theme: toml::Table = toml::from_str(text).expect("the demo's data are TOML");
    let talks = theme["talk"].as_array().expect("a list of talks");
    talks.iter().map(document).collect()
}

fn document(talk: &toml::Value) -> Value {
    let time = |key: &str| format!("{}T{}:00+02:00", text(&talk["date"]), text(&talk[key]));
    let list = |key: &str| -> Vec<&str> {
        talk[key].as_array().expect("a list").iter().map(text).collect()
    };
    json!({
        "id": text(&talk["slug"]),
        "url": format!("https://lantern.example/talk/{}/", text(&talk["slug"])),
        "title": text(&talk["title"]),
        "abstract": text(&talk["abstract"]),
        "speakers": list("speakers"),
        "tags": list("tags"),
        "date": text(&talk["date"]),
        "start": time("start"),
        "end": time("end"),
        "room": text(&talk["room"]),
        "language": text(&talk["language"]),
    })
}

fn text(value: &toml::Value) -> &str {
    value.as_str().expect("a string")
}

/// The documents as JSON lines.
pub(crate) fn to_lines(documents: &[Value]) -> String {
    documents.iter().fold(String::new(), |mut lines, document| {
        writeln!(lines, "{document}").expect("a string takes all");
        lines
    })
}

/// Writes all talks to `talks.jsonl`.
pub(crate) fn write_talks(scene: &Scene) {
    scene.write("talks.jsonl", to_lines(&talks()));
}
