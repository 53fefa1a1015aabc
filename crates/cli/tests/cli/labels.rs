//! Topics under the names and numbers that the user gives them.

use serde_json::Value;

use crate::scene::{Scene, assert_same};
use crate::talks::write_talks;

fn topics(scene: &Scene, out: &str) -> Vec<Value> {
    scene.json(&format!("{out}/data/topics.json"))["topics"].as_array().unwrap().clone()
}

/// The first terms of a topic, as a list in TOML.
fn leading(topic: &Value) -> String {
    let terms = topic["terms"].as_array().unwrap().iter().take(4);
    let terms: Vec<&str> = terms.map(|term| term["term"].as_str().unwrap()).collect();
    format!("{terms:?}")
}

#[test]
fn labels_rename_merge_and_pin_topics() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o plain -k 6");
    let plain = topics(&scene, "plain");
    scene.write("topicmill.toml", "labels = \"labels.toml\"\n");
    let labels = format!(
        "[[topic]]\nterms = {}\ntitle = \"Last & first\"\npin = 0\n\
         [[topic]]\nterms = {}\nmerge = [{}]\ntitle = \"Two in one\"\n",
        leading(&plain[5]),
        leading(&plain[1]),
        leading(&plain[2]),
    );
    scene.write("labels.toml", &labels);
    scene.succeed("build talks.jsonl -o out -k 6");
    let labelled = topics(&scene, "out");
    assert_eq!(labelled.len(), 5);
    assert_eq!(labelled[0]["title"], "Last & first");
    assert_eq!(labelled[0]["slug"], "last-first");
    assert_eq!(leading(&labelled[0]), leading(&plain[5]));
    let merged = labelled.iter().find(|topic| topic["title"] == "Two in one").unwrap();
    let share = |topic: &Value| topic["share"].as_f64().unwrap();
    assert!(share(merged) > share(&plain[1]).max(share(&plain[2])), "{}", merged["share"]);
    assert!((labelled.iter().map(share).sum::<f64>() - 1.0).abs() < 0.01);
    assert!(scene.path("out/topic/two-in-one/index.html").is_file());
    // The model knows the names, too.
    let placed = scene.succeed("infer out/data/model.topicmill talks.jsonl").stdout;
    assert!(placed.contains("Two in one") && placed.contains("Last & first"));
    scene.succeed("build talks.jsonl -o clean -k 6 --cache none --threads 1");
    assert_same(&scene.tree("out"), &scene.tree("clean"));
}

#[test]
fn a_build_notices_that_its_labels_changed() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.write("topicmill.toml", "labels = \"labels.toml\"\n");
    scene.write("labels.toml", "");
    scene.succeed("build talks.jsonl -o out -k 6");
    let terms = leading(&topics(&scene, "out")[3]);
    scene.write("labels.toml", format!("[[topic]]\nterms = {terms}\ntitle = \"Harbour\"\n"));
    scene.succeed("build talks.jsonl -o out -k 6");
    assert_eq!(topics(&scene, "out")[3]["title"], "Harbour");
}

#[test]
fn labels_of_no_topic_are_refused_and_the_site_stays() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out -k 6");
    let before = scene.tree("out");
    scene.write("topicmill.toml", "labels = \"labels.toml\"\n");
    scene.write("labels.toml", "[[topic]]\nterms = [\"zeppelin\"]\ntitle = \"Air\"\n");
    let outcome = scene.run("build talks.jsonl -o out -k 6");
    assert_eq!(outcome.code, Some(2));
    for says in ["labels.toml", "\"zeppelin\"", "the nearest is", "hint:"] {
        assert!(outcome.stderr.contains(says), "{says}: {}", outcome.stderr);
    }
    scene.write("labels.toml", "[[topic]]\nterms = 3\n");
    let outcome = scene.run("build talks.jsonl -o out -k 6");
    assert!(outcome.code == Some(2) && outcome.stderr.contains("line 2"), "{}", outcome.stderr);
    std::fs::remove_file(scene.path("labels.toml")).unwrap();
    let outcome = scene.run("build talks.jsonl -o out -k 6");
    assert!(
        outcome.code == Some(2) && outcome.stderr.contains("labels.toml"),
        "{}",
        outcome.stderr
    );
    assert_same(&before, &scene.tree("out"));
}
