//! Documents that somebody wrote to break a program, or that are merely odd.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::scene::{Scene, assert_same};
use crate::site::{check_links, page, texts};
use crate::talks::{talks, to_lines};

/// Builds from `documents` with one thread and with four: the same site, every link of which
/// leads somewhere.
#[track_caller]
fn check(documents: &[Value], flags: &str) -> Scene {
    let scene = Scene::new();
    scene.write("talks.jsonl", to_lines(documents));
    scene.succeed(&format!("build talks.jsonl -o out --threads 1 {flags}"));
    scene.succeed(&format!("build talks.jsonl -o four --threads 4 {flags}"));
    let tree = scene.tree("out");
    assert_same(&tree, &scene.tree("four"));
    check_links(&tree, &scene.json_lines("out/data/documents.jsonl"));
    scene
}

#[test]
fn markup_in_every_field_is_shown_and_never_obeyed() {
    let evil = "</title></script><script>alert(1)</script><img src=//evil.example/x onerror=alert(1)>\
        \" onmouseover=\"alert(1)' {{ 7 * 7 }} {% raw %} <!-- ]]> &lt;b&gt; &#0;";
    let mut documents = talks()[..20].to_vec();
    for (number, document) in documents.iter_mut().enumerate() {
        for key in ["title", "date", "start", "end", "room", "track", "language"] {
            document[key] = json!(format!("{evil} {number}"));
        }
        for key in ["tags", "speakers"] {
            document[key] = json!([format!("{evil} {number}"), evil]);
        }
        document["id"] = json!(format!("{evil} {number}"));
        document["abstract"] = json!(format!("{evil}\n\n{}", document["abstract"]));
        document["url"] = json!("javascript:alert(1)");
    }
    let scene = check(&documents, "-k 3");
    let tree = scene.tree("out");
    for (document, written) in scene.json_lines("out/data/documents.jsonl").iter().zip(&documents) {
        let path = format!("doc/{}/index.html", document["slug"].as_str().unwrap());
        assert_eq!(texts(&page(&tree, &path), "h1"), [written["title"].as_str().unwrap()]);
        assert!(document.get("url").is_none());
    }
}

#[test]
fn odd_titles_ids_and_tags_have_pages_of_their_own() {
    let odd = [
        "🎉🔥🚀",
        "🎉🔥🚀",
        "Same title",
        "Same title",
        "SAME TITLE!",
        "../../etc/passwd",
        "con",
        "index.html",
        "עברית ואז english ואז עברית",
        "\u{202e}reversed\u{202c}",
        "a/b/c",
        ".",
        "..",
        "%2e%2e%2f",
        "?query#fragment",
        "tab\tand\nline",
        "-",
        "\u{0}\u{1}",
    ];
    let long = "long ".repeat(300);
    let unbroken = "x".repeat(3000);
    let titles = odd.iter().copied().chain([long.as_str(), unbroken.as_str()]);
    let mut documents = talks()[..20].to_vec();
    for (document, title) in documents.iter_mut().zip(titles) {
        document["title"] = json!(title);
        document["id"] = json!(title);
        document["tags"] = json!([title, title, "Same", "same"]);
    }
    let scene = check(&documents, "-k 3");
    assert_eq!(scene.names("out/doc").len(), 20);
    let ids: BTreeSet<String> = scene
        .json_lines("out/data/documents.jsonl")
        .iter()
        .map(|document| document["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 20);
}

#[test]
fn words_that_are_ids_of_the_pages_clash_with_nothing() {
    let words = "main topics tags related numbers terms documents cloud index about title topic \
        share style icon where when";
    let documents: Vec<Value> = (0..30)
        .map(|number| {
            let words: Vec<&str> = words.split_whitespace().skip(number % 9).collect();
            json!({"title": words[0], "text": words.join(" "), "tags": words})
        })
        .collect();
    check(&documents, "-k 2");
}

#[test]
fn ten_thousand_tags() {
    let mut documents = talks()[..20].to_vec();
    for (number, document) in documents.iter_mut().enumerate() {
        let tags = (0..500).map(|tag| format!("tag {number}/{tag}"));
        document["tags"] = json!(tags.collect::<Vec<_>>());
    }
    let scene = Scene::new();
    scene.write("talks.jsonl", to_lines(&documents));
    scene.succeed("build talks.jsonl -o out -k 3");
    assert_eq!(scene.names("out/tag").len(), 10_000);
}

#[test]
fn a_document_of_five_megabytes_among_small_ones() {
    let mut documents = talks()[..20].to_vec();
    let body = documents[0]["abstract"].as_str().unwrap().to_owned();
    documents[0]["abstract"] = json!(body.repeat(1 + 5_000_000 / body.len()));
    check(&documents, "-k 3");
}

#[test]
fn documents_that_all_use_the_same_few_words() {
    let same = |n: usize| vec![json!({"title": "A lamp", "text": "the lamp over the tide"}); n];
    check(&same(2), "-k 1");
    check(&same(30), "");
    let words = "lamp tide harbour pilot chart rope sail wind storm buoy";
    let shuffled: Vec<Value> = (0..60)
        .map(|n: usize| {
            let words: Vec<&str> = words.split(' ').cycle().skip(n % 10).take(8 + n % 5).collect();
            json!({"text": words.join(" ")})
        })
        .collect();
    check(&shuffled, "");
    check(&shuffled, "-k 3");
}

#[test]
fn scripts_without_spaces_and_from_right_to_left() {
    let scripts = [
        "今日は良い天気ですね。散歩に行きましょう。東京は大きな都市です。",
        "שלום עולם, זהו מגדלור ליד הנמל והוא מאיר את הים",
        "المنارة تضيء البحر قرب الميناء كل ليلة",
        "Маяк освещает море у гавани каждую ночь",
    ];
    let documents: Vec<Value> = (0..16)
        .map(|n: usize| json!({"title": scripts[n % 4], "text": scripts[n % 4].repeat(1 + n / 4)}))
        .collect();
    check(&documents, "-k 3");
}

#[test]
fn few_and_tiny_documents() {
    let two = [json!({"text": "lamp"}), json!({"text": "tide"})];
    check(&two, "");
    let tiny: Vec<Value> =
        (0..20).map(|n| json!({"text": (["lamp tide", "tide harbour", "pilot"][n % 3])})).collect();
    check(&tiny, "");
    check(&tiny, "-k 1");
    let mut some_empty = tiny;
    some_empty.extend([json!({"text": ""}), json!({"text": "1 2 3", "title": "4 5"})]);
    check(&some_empty, "");
}

#[test]
fn documents_without_a_word_are_refused_with_a_reason() {
    let scene = Scene::new();
    let numbers: Vec<Value> = (0..30).map(|n| json!({"text": format!("{n} {}", n * 7)})).collect();
    scene.write("numbers.jsonl", to_lines(&numbers));
    scene.write("stops.jsonl", "{\"text\": \"the of and\", \"title\": \"it\"}\n".repeat(9));
    for source in ["numbers.jsonl", "stops.jsonl"] {
        let outcome = scene.run(&format!("build {source} -o out"));
        assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
        assert_eq!(outcome.stderr.matches("error: ").count(), 1, "{}", outcome.stderr);
        assert!(!scene.path("out").exists());
    }
}
