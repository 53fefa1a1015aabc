//! Topics of more documents than the memory that is meant to be enough.

use std::fmt::Write;

use serde_json::Value;

use crate::scene::Scene;

const SUBJECTS: [&str; 5] = [
    "lighthouse lantern keeper fog beacon rocks sailor coast storm signal",
    "violin orchestra melody concert rehearsal chorus symphony rhythm composer opera",
    "compiler parser token grammar syntax borrow lifetime macro closure runtime",
    "glacier moraine ice crevasse snowfield avalanche ridge summit valley climb",
    "bread flour yeast oven dough crust kneading bakery salt rye",
];
const N_DOCS: usize = 6000;

/// Documents of one subject each, all of one after the other, with the same line at the end of each.
fn write_corpus(scene: &Scene) {
    let mut lines = String::new();
    for doc in 0..N_DOCS {
        let words: Vec<&str> = SUBJECTS[subject_of(doc)].split(' ').collect();
        let mut text = String::new();
        for at in 0..14 {
            // A word of another subject now and then.
            let draw = (doc * 7919 + at * 104_729 + doc * at) % 97;
            let words =
                if draw < 12 { SUBJECTS[draw % 5].split(' ').collect() } else { words.clone() };
            text.push_str(words[(doc * 31 + at * 17 + draw) % 10]);
            text.push(if at % 5 == 4 { '.' } else { ' ' });
        }
        text.push_str("\\n\\nRead all reports of the winter meeting in the archive.");
        let title = format!("{} {doc}", words[doc % 10]);
        writeln!(lines, "{{\"id\": \"d{doc}\", \"title\": \"{title}\", \"text\": \"{text}\"}}")
            .unwrap();
    }
    scene.write("reports.jsonl", lines);
}

fn subject_of(doc: usize) -> usize {
    doc * SUBJECTS.len() / N_DOCS
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The subject that all of a topic's first words are of.
#[track_caller]
fn subject_of_topic(topic: &Value) -> usize {
    let terms = topic["terms"].as_array().unwrap();
    let of = |term: &Value| {
        let term = term["term"].as_str().unwrap().to_owned();
        SUBJECTS.iter().position(|words| words.split(' ').any(|word| term.starts_with(word)))
    };
    let first: Vec<Option<usize>> = terms.iter().take(6).map(of).collect();
    assert!(first[0].is_some() && first.iter().all(|subject| *subject == first[0]), "{topic}");
    first[0].unwrap()
}

#[test]
fn topics_without_a_site_compare_no_documents() {
    let scene = Scene::new();
    write_corpus(&scene);
    for memory in ["", "--memory 1GiB"] {
        let told = scene.succeed(&format!("topics reports.jsonl -k 5 {memory}")).stderr;
        assert!(told.contains("\nquality ") && !told.contains("\nrelated "), "{told}");
    }
}

#[test]
fn topics_of_documents_on_disk_are_those_of_all_documents() {
    let scene = Scene::new();
    write_corpus(&scene);
    let whole = json(&scene.succeed("topics reports.jsonl -k 5 --json").stdout);
    let flags = "topics reports.jsonl -k 5 --memory 1MiB -q";
    let text = scene.succeed(&format!("{flags} --json --threads 1 -o m.topicmill")).stdout;
    assert_eq!(text, scene.succeed(&format!("{flags} --json --threads 3")).stdout);
    let found = json(&text);
    assert_eq!((&found["n_documents"], &found["k"]), (&whole["n_documents"], &whole["k"]));
    assert_eq!(found["n_terms"], whole["n_terms"]);
    let loss = |topics: &Value| topics["loss"]["relative"].as_f64().unwrap();
    assert!(loss(&found) <= 1.01 * loss(&whole), "{} {}", loss(&found), loss(&whole));
    let mut subjects = Vec::new();
    for topic in found["topics"].as_array().unwrap() {
        let subject = subject_of_topic(topic);
        subjects.push(subject);
        assert!((topic["share"].as_f64().unwrap() - 0.2).abs() < 0.05, "{topic}");
        let documents = topic["documents"].as_array().unwrap();
        assert!(documents.len() >= 20, "{topic}");
        for document in documents {
            let doc: usize = document["id"].as_str().unwrap()[1..].parse().unwrap();
            assert_eq!(subject_of(doc), subject);
        }
        // The title is told by the documents.
        assert!(!topic["title"].as_str().unwrap().starts_with("Topic"), "{topic}");
    }
    subjects.sort_unstable();
    assert_eq!(subjects, [0, 1, 2, 3, 4]);
    // What all documents repeat is told by the sample.
    let terms = found.to_string();
    assert!(!terms.contains("archive") && !terms.contains("winter"), "{terms}");
    let placed = scene.succeed("infer m.topicmill reports.jsonl").stdout;
    let placed: Vec<Value> = placed.lines().map(json).collect();
    let of_topic: Vec<usize> =
        found["topics"].as_array().unwrap().iter().map(subject_of_topic).collect();
    let right = (0..N_DOCS).filter(|&doc| {
        let main = placed[doc]["topics"][0]["id"].as_u64();
        main.is_some_and(|main| of_topic[main as usize] == subject_of(doc))
    });
    assert!(right.count() > N_DOCS * 95 / 100);
}

#[test]
fn the_table_says_what_lay_on_disk() {
    let scene = Scene::new();
    write_corpus(&scene);
    let table = scene.succeed("topics reports.jsonl --memory 1MiB -q").stdout;
    assert!(table.contains("6000 documents") && table.contains("learned from disk"), "{table}");
    assert!(table.contains("of memory: more than 1"), "{table}");
    let table = scene.succeed("topics reports.jsonl -k 5 -q").stdout;
    assert!(!table.contains("learned from disk"), "{table}");
}

#[test]
fn enough_memory_changes_nothing() {
    let scene = Scene::new();
    write_corpus(&scene);
    let whole = scene.succeed("topics reports.jsonl -k 5 --json -o a.topicmill").stdout;
    let flags = "topics reports.jsonl -k 5 --json --memory 2GiB -o b.topicmill";
    assert_eq!(whole, scene.succeed(flags).stdout);
    assert_eq!(scene.read("a.topicmill"), scene.read("b.topicmill"));
}

#[test]
fn documents_that_are_no_corpus_are_refused_with_little_memory_too() {
    let scene = Scene::new();
    scene.write("one.jsonl", "{\"text\": \"a lamp\"}\n{\"text\": 3}\n");
    scene.write("empty.jsonl", "{\"title\": \"a\", \"text\": \" \"}\n".repeat(9));
    for (file, what) in [("one.jsonl", "2 documents"), ("empty.jsonl", "text")] {
        let outcome = scene.run(&format!("topics {file} --memory 1KiB"));
        let same = scene.run(&format!("topics {file}"));
        assert_eq!((outcome.code, &outcome.stderr), (same.code, &same.stderr));
        assert!(outcome.code != Some(0) && outcome.stderr.contains(what), "{}", outcome.stderr);
    }
}
