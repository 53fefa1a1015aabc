//! What may be shown of a source, what documents are written as, and recipes from end to end.

use std::collections::BTreeMap;

use crate::scene::{Scene, WebSite};
use crate::talks::write_talks;

/// The files in which a text stands.
fn files_with(tree: &BTreeMap<String, Vec<u8>>, text: &str) -> Vec<String> {
    let holds = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    tree.iter().filter(|(_, bytes)| holds(bytes)).map(|(name, _)| name.clone()).collect()
}

/// A line of JSON with a long text whose end is a sentence of its own.
fn line(source: &str, n: usize) -> String {
    let topic = ["lighthouses and their keepers", "compilers and their parsers"][n % 2];
    let text = format!("Talk {n} is about {topic}. ").repeat(14);
    format!(
        "{{\"id\": \"{source}{n}\", \"title\": \"{source} {n}\", \"text\": \"{text} Endsentence of {source}.\"}}\n"
    )
}

#[test]
fn texts_are_published_as_far_as_their_source_allows() {
    let scene = Scene::new();
    for source in ["alpha", "beta", "gamma"] {
        let lines: String = (0..8).map(|n| line(source, n)).collect::<Vec<_>>().concat();
        scene.write(&format!("{source}.jsonl"), lines);
    }
    scene.write(
        "topicmill.toml",
        "base_url = \"https://talks.example/\"\nk = 2\nsources = [\"alpha.jsonl\", \
         { from = \"beta.jsonl\", text = \"excerpt\" }, \
         { from = \"gamma.jsonl\", text = \"none\", licence = \"CC BY-NC 4.0\" }]\n",
    );
    scene.succeed("build -o out");
    let tree = scene.tree("out");
    assert!(!files_with(&tree, "Endsentence of alpha").is_empty());
    assert_eq!(files_with(&tree, "Endsentence of beta"), [""; 0]);
    assert_eq!(files_with(&tree, "Endsentence of gamma"), [""; 0]);
    let documents = scene.json_lines("out/data/documents.jsonl");
    let text = |id: &str| {
        let document = documents.iter().find(|document| document["id"] == id).unwrap();
        document["text"].as_str().unwrap_or_default().to_owned()
    };
    assert!(text("alpha0").len() > 500);
    assert!(text("beta0").ends_with(" …") && (100..320).contains(&text("beta0").len()));
    assert_eq!(text("gamma0"), "");
    // Topics are found in all of the texts.
    let topics = |id: &str| {
        let document = documents.iter().find(|document| document["id"] == id).unwrap();
        document["topics"][0]["id"].clone()
    };
    assert_eq!((topics("gamma0"), topics("gamma1")), (topics("alpha0"), topics("alpha1")));
    assert_ne!(topics("gamma0"), topics("gamma1"));
    let about = files_with(&tree, "CC BY-NC 4.0");
    assert_eq!(about.len(), 1, "{about:?}");
    // Nor are they in the documents alone, whatever they are written as.
    scene.succeed("crawl -o docs.jsonl");
    let written = scene.json_lines("docs.jsonl");
    assert_eq!(written.len(), documents.len());
    for (one, other) in written.iter().zip(&documents) {
        assert_eq!((&one["id"], &one["text"]), (&other["id"], &other["text"]));
    }
    scene.succeed("crawl -o docs.csv");
    let csv = String::from_utf8(scene.read("docs.csv")).unwrap();
    assert!(csv.contains("Endsentence of alpha") && csv.contains("gamma 3"), "{csv}");
    for source in ["beta", "gamma"] {
        assert!(!csv.contains(&format!("Endsentence of {source}")), "{csv}");
    }
}

#[test]
fn documents_are_written_as_the_ending_says() {
    let scene = Scene::new();
    write_talks(&scene);
    // In a table a document without a text is none.
    let talks = String::from_utf8(scene.read("talks.jsonl")).unwrap();
    let with_text: Vec<&str> =
        talks.lines().filter(|line| !line.contains("\"abstract\":\"\"")).collect();
    assert!(with_text.len() > 100);
    scene.write("talks.jsonl", with_text.join("\n"));
    scene.succeed("crawl talks.jsonl -o plain.jsonl");
    let plain = scene.read("plain.jsonl");
    for name in ["d.csv", "d.csv.gz", "d.parquet", "d.jsonl.zst"] {
        scene.succeed(&format!("crawl talks.jsonl -o {name}"));
        scene.succeed(&format!("crawl {name} -o again.jsonl"));
        assert_eq!(scene.read("again.jsonl"), plain, "{name}");
    }
    let outcome = scene.run("crawl talks.jsonl -o d.xml");
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains(".parquet") && outcome.stderr.contains("d.xml"));
}

/// A list of twelve talks and a page for each.
fn site(scene: &Scene) -> WebSite {
    let mut list = String::new();
    for n in 0..12 {
        list +=
            &format!("<li><a href=/talks/{n}.html>How the {n}th bridge was built again</a></li>");
        let text = format!(
            "Bridge {n} fell in the year {}, and this is what was learnt from it. ",
            1900 + n
        );
        scene.write(
            &format!("www/talks/{n}.html"),
            format!(
                "<title>Bridges</title><main><h1>How the {n}th bridge was built again</h1>\
                 <div class=zeile>Ada Number {n}</div><div class=absatz>{}</div></main>",
                text.repeat(3)
            ),
        );
    }
    scene.write("www/index.html", format!("<title>Bridges</title><ul>{list}</ul>"));
    WebSite::serve(&scene.path("www"))
}

#[test]
fn recipe_test_shows_the_coverage_and_three_samples() {
    let scene = Scene::new();
    let site = site(&scene);
    let shown = scene.succeed(&format!("recipe test {}", site.url("/"))).stdout;
    assert!(shown.contains("confidence") && shown.contains("12 documents"), "{shown}");
    for part in ["title       100%", "text        100%", "speakers      0%"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert_eq!(shown.matches("\n  title     How the").count(), 3, "{shown}");
}

#[test]
fn a_recipe_is_learnt_from_one_example_and_reads_the_site() {
    let scene = Scene::new();
    let site = site(&scene);
    let url = site.url("/");
    let example = "title=How the 3th bridge was built again,speakers=Ada Number 3";
    let learnt = scene.run_words(&["recipe", "learn", &url, "--example", example]);
    assert_eq!(learnt.code, Some(0), "{}", learnt.stderr);
    scene.write("learnt.toml", &learnt.stdout);
    scene.succeed(&format!("crawl {url} --recipe learnt.toml -o d.jsonl"));
    let documents = scene.json_lines("d.jsonl");
    assert_eq!(documents.len(), 12);
    for (n, document) in documents.iter().enumerate() {
        assert_eq!(document["speakers"][0], format!("Ada Number {n}"));
        assert_eq!(document["title"], format!("How the {n}th bridge was built again"));
        assert!(document["text"].as_str().unwrap().starts_with(&format!("Bridge {n} fell")));
    }
    let unknown = scene.run_words(&["recipe", "learn", &url, "--example", "room=Nowhere hall"]);
    assert!(
        unknown.code != Some(0) && unknown.stderr.contains("Nowhere hall"),
        "{}",
        unknown.stderr
    );
}

/// Lines of two subjects, each with two tags, one of them in capitals now and then.
fn tagged_lines() -> String {
    let line = |n: usize| {
        let subject = ["lighthouse keeper storm", "compiler parser grammar"][n % 2];
        let tag = ["Web", "web"][n % 2];
        format!(
            "{{\"id\": \"{n}\", \"text\": \"{subject} {subject}\", \"tags\": [\"{tag}\", \"b\"]}}\n"
        )
    };
    (0..8).map(line).collect::<Vec<_>>().concat()
}

#[test]
fn what_exclude_does_not_find_is_told() {
    let scene = Scene::new();
    scene.write("a.jsonl", tagged_lines());
    scene
        .write("topicmill.toml", "k = 2\nsources = [\"a.jsonl\"]\nexclude = [\"3\", \"nobody\"]\n");
    let told = scene.succeed("build -o out").stderr;
    assert!(told.contains("by \"nobody\"") && !told.contains("by \"3\""), "{told}");
    assert_eq!(scene.json_lines("out/data/documents.jsonl").len(), 7);
}

#[test]
fn a_tag_in_two_spellings_is_one_in_all_data() {
    let scene = Scene::new();
    scene.write("a.jsonl", tagged_lines());
    scene.succeed("build a.jsonl -k 2 -o out");
    for document in scene.json_lines("out/data/documents.jsonl") {
        assert_eq!(document["tags"], serde_json::json!(["Web", "b"]));
    }
}

#[test]
fn a_document_without_words_is_in_no_topic_and_counted() {
    let scene = Scene::new();
    let empty = "{\"id\": \"empty\", \"text\": \"\"}\n{\"id\": \"12\", \"text\": \" \"}\n";
    scene.write("a.jsonl", tagged_lines().replace(", \"tags\": [\"Web\", \"b\"]", "") + empty);
    scene.succeed("build a.jsonl -k 2 -o out");
    let report: serde_json::Value =
        serde_json::from_slice(&scene.read("out/data/report.json")).unwrap();
    assert_eq!(report["documents"]["kept"], 10);
    let documents = scene.json_lines("out/data/documents.jsonl");
    let in_none = documents.iter().filter(|d| d["topics"].as_array().unwrap().is_empty()).count();
    assert_eq!(report["documents"]["without_topic"], in_none);
    assert!((1..=2).contains(&in_none), "{documents:?}");
}

#[test]
fn a_database_is_not_written_over_by_what_is_made_of_it() {
    let scene = Scene::new();
    let database = rusqlite::Connection::open(scene.path("x.db")).unwrap();
    database
        .execute_batch("create table t (text text); insert into t values ('a lamp'), ('a tide')")
        .unwrap();
    drop(database);
    let before = scene.read("x.db");
    let output = scene.run_words(&["topics", "sqlite:x.db?query=select * from t", "-o", "x.db"]);
    assert_eq!(output.code, Some(2), "{}", output.stderr);
    assert_eq!(scene.read("x.db"), before);
}

#[test]
fn passages_that_are_much_of_all_text_are_told() {
    let scene = Scene::new();
    let words = ["lamp", "tide", "oven", "rope", "gear", "moon", "leaf"];
    let line = |n: usize| {
        let own: Vec<String> =
            (0..9).map(|i| format!("{}{}", words[(n + i) % 7], (n * i) % 11)).collect();
        format!(
            "{{\"text\": \"The service has started and waits for requests. {}.\"}}\n",
            own.join(" ")
        )
    };
    scene.write("a.jsonl", (0..40).map(line).collect::<Vec<_>>().concat());
    let told = scene.succeed("build a.jsonl -k 2 -o out").stderr;
    assert!(told.contains("% of all text") && told.contains("keep_repeats"), "{told}");
    scene.write("c.toml", "[text]\nkeep_repeats = true\n");
    let told = scene.succeed("build a.jsonl -k 2 -o out -c c.toml").stderr;
    assert!(!told.contains("keep_repeats"), "{told}");
}
