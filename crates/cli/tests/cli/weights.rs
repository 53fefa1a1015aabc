//! Weights by an expression, and documents that no topic fits.

use serde_json::Value;

use crate::scene::Scene;
use crate::talks::write_talks;

#[test]
fn an_expression_weighs_as_the_formula_it_spells() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("topics talks.jsonl -k 4 --json -o a.topicmill");
    scene.write("topicmill.toml", "[topics]\nweight = \"(1 + ln(tf)) * idf\"\n");
    let spelt = scene.succeed("topics talks.jsonl -k 4 -o b.topicmill --json").stdout;
    let named = scene.succeed("topics talks.jsonl -k 4 --weight sublinear --json").stdout;
    let titles = |json: &str| -> Vec<String> {
        let json: Value = serde_json::from_str(json).unwrap();
        let topics = json["topics"].as_array().unwrap().clone();
        topics.iter().map(|topic| topic["title"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(titles(&spelt), titles(&named));
    // The model weighs new documents by it.
    let placed = |model: &str| {
        let lines = scene.succeed(&format!("infer {model} talks.jsonl")).stdout;
        let main =
            |line: &str| serde_json::from_str::<Value>(line).unwrap()["topics"][0]["id"].clone();
        lines.lines().map(main).collect::<Vec<_>>()
    };
    assert_eq!(placed("a.topicmill"), placed("b.topicmill"));
}

#[test]
fn a_weight_that_is_none_is_refused_with_the_place() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.write("topicmill.toml", "[topics]\nweight = \"tf * idff\"\n");
    let outcome = scene.run("topics talks.jsonl");
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("unknown name \"idff\", known are tf, df, idf"));
    scene.write("topicmill.toml", "[topics]\nweight = \"-tf\"\n");
    let outcome = scene.run("topics talks.jsonl");
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("-0."), "{}", outcome.stderr);
}

#[test]
fn a_document_that_no_topic_fits_is_told_and_placed_all_the_same() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out -k 4");
    let lines = String::from_utf8(scene.read("out/data/documents.jsonl")).unwrap();
    let mut none: Vec<f64> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["none"].as_f64().unwrap())
        .collect();
    none.sort_by(f64::total_cmp);
    // Over the documents of the corpus it is spread evenly.
    let n = none.len() as f64;
    for (rank, none) in (0..).zip(&none) {
        assert!((none - f64::from(rank) / (n - 1.0)).abs() < 0.05, "{rank}: {none}");
    }
    scene.write(
        "new.jsonl",
        "{\"id\": \"odd\", \"title\": \"Sourdough\", \"text\": \"Flour, water and salt for a loaf of bread.\"}\n",
    );
    let line = scene.succeed("infer out/data/model.topicmill new.jsonl").stdout;
    let odd: Value = serde_json::from_str(&line).unwrap();
    assert!(odd["none"].as_f64().unwrap() > 0.95, "{odd}");
}
