//! `topicmill demo`: the whole job, from a web site to a web site.

use serde_json::Value;
use text::StopWords;

use crate::scene::Scene;
use crate::site::{check_links, page, texts};
use crate::talks::talks;

fn terms(topic: &Value, n: usize) -> Vec<&str> {
    let terms = topic["terms"].as_array().expect("a list of terms");
    terms.iter().take(n).map(|term| term["term"].as_str().expect("a term")).collect()
}

#[test]
fn the_demo_finds_all_talks_and_their_themes() {
    let scene = Scene::new();
    scene.succeed("demo -o out");
    let documents = scene.json_lines("out/data/documents.jsonl");
    assert_eq!(documents.len(), 120);
    let tree = scene.tree("out");
    let of_title = |title: &Value| {
        documents.iter().find(|d| d["title"] == *title).unwrap_or_else(|| panic!("no {title}"))
    };
    for talk in talks() {
        let document = of_title(&talk["title"]);
        for key in ["speakers", "tags", "date", "start", "end", "room"] {
            assert_eq!(document[key], talk[key], "{} {key}", talk["title"]);
        }
        let path = format!("doc/{}/index.html", document["slug"].as_str().unwrap());
        let page = page(&tree, &path);
        assert_eq!(texts(&page, "h1"), [talk["title"].as_str().unwrap()]);
        let has_description = texts(&page, "div.prose p.none").is_empty();
        assert_eq!(has_description, !talk["abstract"].as_str().unwrap().trim().is_empty());
    }
    let file = scene.json("out/data/topics.json");
    let topics = file["topics"].as_array().unwrap();
    assert!((8..=12).contains(&topics.len()), "{} topics", topics.len());
    let themes: &[&[&str]] = &[
        &["test", "testing"],
        &["container"],
        &["map"],
        &["async", "thread", "threads", "lock"],
        &["model", "training"],
        &["community", "meetup", "volunteer", "volunteers", "contributors"],
        &["security", "attack", "password"],
        &["sensor", "board", "firmware", "microcontroller"],
    ];
    for theme in themes {
        let found = topics.iter().any(|topic| terms(topic, 10).iter().any(|t| theme.contains(t)));
        let all: Vec<_> = topics.iter().map(|topic| terms(topic, 10)).collect();
        assert!(found, "no topic of {theme:?} in {all:#?}");
    }
    let stop_words = StopWords::of_languages(Some("en"), &[]).unwrap();
    for topic in topics {
        let title = topic["title"].as_str().unwrap().to_lowercase();
        let words = title.split(|c: char| !c.is_alphanumeric());
        let common: Vec<&str> = words.filter(|word| stop_words.contains("en", word)).collect();
        assert!(common.is_empty(), "{title}: {common:?}");
    }
    check_links(&tree, &documents);
}
