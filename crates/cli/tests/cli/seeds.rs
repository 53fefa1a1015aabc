//! Topics that are drawn to words, and what topics divide into.

use std::fmt::Write;

use serde_json::Value;

use crate::scene::Scene;
use crate::talks::write_talks;

#[test]
fn a_topic_is_drawn_to_its_seed_words_and_words_of_no_document_are_refused() {
    let scene = Scene::new();
    write_talks(&scene);
    let first_terms = || -> Vec<Vec<String>> {
        let json = scene.succeed("topics talks.jsonl -k 4 --json").stdout;
        let json: Value = serde_json::from_str(&json).unwrap();
        let term = |term: &Value| term["term"].as_str().unwrap().to_owned();
        let topics = json["topics"].as_array().unwrap().clone();
        topics
            .iter()
            .map(|topic| topic["terms"].as_array().unwrap().iter().take(60).map(term).collect())
            .collect()
    };
    // Two words that lead different topics.
    let free = first_terms();
    let words = [free[0][0].clone(), free[3][0].clone()];
    let hold_both = |topics: &[Vec<String>]| {
        topics.iter().any(|terms| words.iter().all(|word| terms[..20].contains(word)))
    };
    assert!(!hold_both(&free), "{words:?} {free:?}");
    scene.write(
        "topicmill.toml",
        format!("[topics]\nseeds = [[\"{}\", \"{}\"]]\nseed_strength = 5.0\n", words[0], words[1]),
    );
    let drawn = first_terms();
    assert!(hold_both(&drawn), "{words:?} {drawn:?}");

    scene.write("topicmill.toml", "[topics]\nseeds = [[\"zzyzx\"]]\n");
    let outcome = scene.run("topics talks.jsonl -k 4");
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("zzyzx") && outcome.stderr.contains("hint:"));
}

#[test]
fn a_topic_of_two_subjects_tells_its_parts() {
    let scene = Scene::new();
    // Two kinds of documents of one subject, and one of another.
    let kinds = [
        ["ship", "harbour", "sail", "mast", "rope", "anchor"],
        ["ship", "harbour", "engine", "diesel", "boiler", "piston"],
        ["bread", "flour", "oven", "yeast", "crust", "dough"],
    ];
    let mut lines = String::new();
    for n in 0..120 {
        let words = kinds[n % 3];
        let own: Vec<&str> = words
            .iter()
            .enumerate()
            .filter(|(at, _)| (n / 3 + at) % 4 != 0)
            .map(|w| *w.1)
            .collect();
        writeln!(
            lines,
            "{{\"id\": \"d{n}\", \"title\": \"Note {n}\", \"text\": \"{}\"}}",
            own.join(" ")
        )
        .unwrap();
    }
    scene.write("notes.jsonl", &lines);
    scene.write("topicmill.toml", "[text]\nmax_df = 0.9\nphrases = false\nkeep_repeats = true\n");
    scene.succeed("build notes.jsonl -o out -k 2");
    let json: Value = serde_json::from_slice(&scene.read("out/data/topics.json")).unwrap();
    let ships = json["topics"]
        .as_array()
        .unwrap()
        .iter()
        .find(|topic| topic["terms"].to_string().contains("\"harbour\""))
        .unwrap();
    let parts = ships["sub_topics"].as_array().unwrap();
    assert!(parts.len() >= 2, "{ships}");
    for part in parts {
        let terms = part["terms"].to_string();
        assert_ne!(terms.contains("sail"), terms.contains("diesel"), "{parts:?}");
        assert!(part["documents"].as_array().unwrap().len() >= 5);
    }
    let slug = ships["slug"].as_str().unwrap();
    let page = String::from_utf8(scene.read(&format!("out/topic/{slug}/index.html"))).unwrap();
    assert!(page.contains(parts[0]["title"].as_str().unwrap()), "{slug}");
}
