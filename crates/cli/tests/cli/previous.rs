//! Topics that keep their numbers, folders and titles from one build to the next.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::scene::{Scene, assert_same};
use crate::talks::write_talks;

fn topics(scene: &Scene, out: &str) -> Vec<Value> {
    scene.json(&format!("{out}/data/topics.json"))["topics"].as_array().unwrap().clone()
}

/// Numbers and folders, by the heaviest term of each topic.
fn places(topics: &[Value]) -> BTreeMap<String, (Value, Value, Value)> {
    let place = |topic: &Value| {
        let term = topic["terms"][0]["term"].as_str().unwrap().to_owned();
        (term, (topic["id"].clone(), topic["slug"].clone(), topic["title"].clone()))
    };
    topics.iter().map(place).collect()
}

#[test]
fn topics_that_are_found_again_keep_their_places() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o plain -k 6");
    let plain = topics(&scene, "plain");
    let terms: Vec<&str> = plain[4]["terms"].as_array().unwrap()[..4]
        .iter()
        .map(|term| term["term"].as_str().unwrap())
        .collect();
    scene.write("topicmill.toml", "labels = \"labels.toml\"\n");
    let label = format!("[[topic]]\nterms = {terms:?}\ntitle = \"By hand\"\npin = 0\n");
    scene.write("labels.toml", &label);
    scene.succeed("build talks.jsonl -o old -k 6");
    scene.write("topicmill.toml", "");
    // Without labels and with more topics: what was there stays where it was.
    scene.succeed("build talks.jsonl -o new -k 7 --previous old");
    let (old, new) = (places(&topics(&scene, "old")), places(&topics(&scene, "new")));
    let report = scene.json("new/data/report.json")["previous"].clone();
    let matched = report["matched"].as_array().unwrap();
    assert!(matched.len() >= 5, "{report}");
    for pair in matched {
        assert_eq!(pair["former_id"], pair["id"]);
        let place = |places: &BTreeMap<_, (Value, Value, Value)>| {
            places.values().find(|(id, ..)| *id == pair["id"]).cloned().unwrap()
        };
        assert_eq!(place(&old), place(&new));
    }
    assert!(
        new.values().any(|(id, slug, title)| *id == 0 && slug == "by-hand" && title == "By hand")
    );
    for id in report["new"].as_array().unwrap() {
        assert!(id.as_u64().unwrap() >= 6, "{report}");
    }
    for gone in report["gone"].as_array().unwrap() {
        assert!(new.values().all(|(id, slug, _)| *id != gone["id"] && *slug != gone["slug"]));
    }
    // Every place that names a topic names it by its number.
    let ids: Vec<&Value> = new.values().map(|(id, ..)| id).collect();
    let documents = std::fs::read_to_string(scene.path("new/data/documents.jsonl")).unwrap();
    for line in documents.lines() {
        let document: Value = serde_json::from_str(line).unwrap();
        for topic in document["topics"].as_array().unwrap() {
            assert!(ids.contains(&&topic["id"]), "{topic}");
        }
    }
    let placed = scene.succeed("infer new/data/model.topicmill talks.jsonl").stdout;
    assert!(placed.contains("\"By hand\""));
    // The same again, from nothing, with the former site in its own place.
    scene.succeed("build talks.jsonl -o clean -k 7 --previous old --cache none --threads 1");
    assert_same(&scene.tree("new"), &scene.tree("clean"));
    scene.succeed("build talks.jsonl -o new -k 7 --previous new");
    assert_same(&scene.tree("new"), &scene.tree("clean"));
}

#[test]
fn without_the_flag_nothing_is_matched() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out -k 6");
    scene.succeed("build talks.jsonl -o fresh -k 5");
    scene.succeed("build talks.jsonl -o out -k 5");
    assert_same(&scene.tree("out"), &scene.tree("fresh"));
    assert!(scene.json("out/data/report.json")["previous"].is_null());
}

#[test]
fn a_former_site_that_is_none_is_refused() {
    let scene = Scene::new();
    write_talks(&scene);
    let check = |previous: &str, code: i32, says: &str| {
        let outcome = scene.run(&format!("build talks.jsonl -o out -k 6 --previous {previous}"));
        assert_eq!(outcome.code, Some(code), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(says), "{says}: {}", outcome.stderr);
        assert!(!scene.path("out").exists());
    };
    check("nowhere", 2, "there is no such folder");
    check("talks.jsonl", 2, "is a file");
    scene.write("other/data/model.topicmill", "x");
    check("other", 2, "it was not written by topicmill");
    scene.succeed("build talks.jsonl -o site -k 3");
    let model = scene.path("site/data/model.topicmill");
    let mut bytes = std::fs::read(&model).unwrap();
    bytes[16] = 99;
    std::fs::write(&model, &bytes).unwrap();
    check("site", 1, "version 99");
    std::fs::write(&model, &bytes[..60]).unwrap();
    check("site", 1, "model.topicmill");
    std::fs::remove_file(&model).unwrap();
    check("site", 2, "it has no data/model.topicmill");
}
