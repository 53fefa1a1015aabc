//! What `build`, `topics`, `infer` and `crawl` make of good documents.

use std::collections::BTreeSet;

use rusqlite::Connection;
use serde_json::Value;

use crate::scene::{Scene, assert_same, json_lines};
use crate::site::{check_links, page, texts};
use crate::talks::{talks, to_lines, write_talks};

/// The files that every site has.
const FILES: &[&str] = &[
    ".topicmill",
    "404.html",
    "index.html",
    "style.css",
    "data/topics.csv",
    "data/topics.json",
    "data/documents.csv",
    "data/documents.jsonl",
    "data/results.db",
    "data/model.topicmill",
];

#[track_caller]
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no string: {value}"))
}

#[track_caller]
fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

/// The values under `key`, each within 0..=1 and none larger than the one before.
#[track_caller]
fn falling(items: &Value, key: &str) -> Vec<f64> {
    let values: Vec<f64> =
        list(items).iter().map(|item| item[key].as_f64().expect("a number")).collect();
    assert!(values.iter().all(|value| (0.0..=1.0).contains(value)), "{values:?}");
    assert!(values.is_sorted_by(|a, b| a >= b), "{values:?}");
    values
}

#[test]
fn the_site_has_every_file_and_every_link_leads_somewhere() {
    let scene = Scene::new();
    write_talks(&scene);
    let outcome = scene.succeed("build talks.jsonl -o out -k 10");
    assert!(outcome.stdout.contains("120 documents in 10 topics"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("out/index.html"), "{}", outcome.stdout);
    let tree = scene.tree("out");
    for file in FILES {
        assert!(tree.contains_key(*file), "{file}");
    }
    for topic in list(&scene.json("out/data/topics.json")["topics"]) {
        let found =
            texts(&page(&tree, &format!("topic/{}/index.html", text(&topic["slug"]))), "h1");
        assert!(found[0].contains(text(&topic["title"])), "{found:?}");
    }
    for document in scene.json_lines("out/data/documents.jsonl") {
        let path = format!("doc/{}/index.html", text(&document["slug"]));
        assert_eq!(texts(&page(&tree, &path), "h1"), [text(&document["title"])]);
    }
    let start = texts(&page(&tree, "index.html"), "body").concat();
    for topic in list(&scene.json("out/data/topics.json")["topics"]) {
        assert!(start.contains(text(&topic["title"])), "{topic}");
    }
    check_links(&tree, &scene.json_lines("out/data/documents.jsonl"));
    assert!(!String::from_utf8_lossy(&tree["style.css"]).contains("http"));
}

#[test]
fn topics_json_is_as_the_contract_has_it() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out -k 10 --seed 7");
    let file = scene.json("out/data/topics.json");
    let ids: BTreeSet<String> = talks().iter().map(|talk| text(&talk["id"]).to_owned()).collect();
    assert_eq!(
        (&file["n_documents"], &file["k"], &file["seed"]),
        (&Value::from(120), &Value::from(10), &Value::from(7))
    );
    assert!(file["n_terms"].as_u64().unwrap() > 500);
    assert!((0.0..1.0).contains(&file["loss"]["relative"].as_f64().unwrap()));
    assert!(file["loss"]["iterations"].as_u64().unwrap() > 1);
    for (name, least) in [("npmi", 0.0), ("npmi_held_out", -1.0), ("diversity", 0.5)] {
        let value = file["quality"][name].as_f64().unwrap();
        assert!((least..=1.0).contains(&value), "{name} {value}");
    }
    let topics = list(&file["topics"]);
    assert_eq!(topics.len(), 10);
    let shares = falling(&file["topics"], "share");
    assert!((0.5..=1.001).contains(&shares.iter().sum::<f64>()), "{shares:?}");
    let mut slugs = BTreeSet::new();
    let mut titles = BTreeSet::new();
    for (number, topic) in topics.iter().enumerate() {
        assert_eq!(topic["id"], number);
        assert!(slugs.insert(text(&topic["slug"])) && titles.insert(text(&topic["title"])));
        let weights = falling(&topic["terms"], "weight");
        assert_eq!(weights[0], 1.0);
        assert!(weights.len() >= 10 && list(&topic["terms"]).iter().all(|t| t["term"].is_string()));
        assert!(falling(&topic["documents"], "weight")[0] > 0.2, "{topic}");
        assert!(topic["sub_topics"].is_array(), "a topic of one part has a list of none: {topic}");
        let documents = list(&topic["documents"]).iter();
        assert!(documents.map(|document| text(&document["id"])).all(|id| ids.contains(id)));
    }
}

#[test]
fn documents_jsonl_holds_what_went_in_and_what_was_found() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out -k 10");
    let documents = scene.json_lines("out/data/documents.jsonl");
    let ids: BTreeSet<&str> = documents.iter().map(|document| text(&document["id"])).collect();
    let slugs: BTreeSet<&str> = documents.iter().map(|document| text(&document["slug"])).collect();
    assert_eq!((documents.len(), ids.len(), slugs.len()), (120, 120, 120));
    let mut n_related = 0;
    for (document, talk) in documents.iter().zip(talks()) {
        let id = text(&talk["id"]);
        for key in ["id", "url", "title", "tags", "speakers", "date", "start", "end", "room"] {
            assert_eq!(document[key], talk[key], "{id} {key}");
        }
        let words = |value: &Value| text(value).replace("- ", "").split_whitespace().count();
        assert!(words(&document["text"]).abs_diff(words(&talk["abstract"])) <= 2, "{id}");
        assert!(document.get("track").is_none(), "absent fields are left out");
        let shares = falling(&document["topics"], "weight");
        assert!(!shares.is_empty() && shares.iter().sum::<f64>() <= 1.001, "{id} {shares:?}");
        assert!(list(&document["topics"]).iter().all(|topic| topic["id"].as_u64().unwrap() < 10));
        falling(&document["related"], "score");
        for related in list(&document["related"]) {
            n_related += 1;
            let other = text(&related["id"]);
            assert!(ids.contains(other) && other != id, "{id} {other}");
            assert!(!list(&related["terms"]).is_empty(), "{id} {other}");
        }
    }
    assert!(n_related > 300, "{n_related}");
}

#[test]
fn the_report_tells_stages_and_documents() {
    let scene = Scene::new();
    write_talks(&scene);
    let printed = scene.succeed("build talks.jsonl -o out --json -q");
    assert_eq!(printed.stderr, "");
    let report = scene.json("out/data/report.json");
    assert_eq!(serde_json::from_str::<Value>(&printed.stdout).unwrap(), report);
    let stages: Vec<&str> =
        list(&report["stages"]).iter().map(|stage| text(&stage["stage"])).collect();
    for stage in ["read", "count", "weigh", "topics", "write"] {
        assert!(stages.contains(&stage), "{stages:?}");
    }
    for stage in list(&report["stages"]) {
        assert!(stage["seconds"].as_f64().unwrap() >= 0.0);
        assert!(stage["cached"].is_boolean() && stage["items"].is_u64());
        assert!(stage["peak_rss_bytes"].as_u64().unwrap() > 1_000_000);
    }
    let documents = &report["documents"];
    assert_eq!((documents["found"].as_u64(), documents["kept"].as_u64()), (Some(120), Some(120)));
    assert_eq!((documents["fetched"].as_u64(), list(&documents["dropped"]).len()), (Some(0), 0));
    let files = scene.tree("out").len();
    // The report is a file of the site, the marker is not.
    assert_eq!(report["results"]["files"], files);
}

#[test]
fn results_db_says_the_same_as_the_json_files() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out -k 10");
    let topics = scene.json("out/data/topics.json");
    let documents = scene.json_lines("out/data/documents.jsonl");
    let db = Connection::open(scene.path("out/data/results.db")).unwrap();
    let count = |query: &str| -> u64 {
        let found = db.query_row(query, [], |row| row.get::<_, i64>(0));
        u64::try_from(found.unwrap_or_else(|error| panic!("{query}: {error}"))).unwrap()
    };
    let sum = |key: &str| -> u64 { documents.iter().map(|d| list(&d[key]).len() as u64).sum() };
    let tags: BTreeSet<&str> = documents.iter().flat_map(|d| list(&d["tags"])).map(text).collect();
    assert_eq!(count("SELECT count(*) FROM documents"), 120);
    assert_eq!(count("SELECT count(*) FROM topics"), 10);
    assert_eq!(count("SELECT count(*) FROM terms"), topics["n_terms"].as_u64().unwrap());
    assert_eq!(count("SELECT count(*) FROM document_topics"), sum("topics"));
    assert_eq!(count("SELECT count(*) FROM tags"), tags.len() as u64);
    assert_eq!(count("SELECT count(*) FROM document_tags"), sum("tags"));
    assert_eq!(count("SELECT count(DISTINCT topic_id) FROM topic_terms"), 10);
    assert_eq!(count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_eq!(
        count(
            "SELECT count(*) FROM documents d JOIN document_topics t ON t.document_id = d.id \
             WHERE t.weight NOT BETWEEN 0 AND 1"
        ),
        0
    );
    let first: (String, String, f64) = db
        .query_row("SELECT slug, title, share FROM topics WHERE id = 0", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    let topic = &topics["topics"][0];
    assert_eq!((&*first.0, &*first.1), (text(&topic["slug"]), text(&topic["title"])));
    assert_eq!(Some(first.2), topic["share"].as_f64());
    let indexed: BTreeSet<String> = db
        .prepare(
            "SELECT tbl_name FROM sqlite_schema \
             WHERE type = 'index' AND sql NOT LIKE 'CREATE UNIQUE %'",
        )
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(Vec::from_iter(indexed), ["document_tags", "document_topics", "topic_terms"]);
    for (table, n_unique) in [("documents", 2), ("terms", 1), ("tags", 2), ("topics", 1)] {
        let unique = format!("SELECT count(*) FROM pragma_index_list('{table}') WHERE \"unique\"");
        assert_eq!(count(&unique), n_unique, "{table}");
    }
}

#[test]
fn the_same_bytes_for_any_number_of_threads_and_every_time() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o one -k 10 --threads 1");
    let one = scene.tree("one");
    for args in ["-o four --threads 4", "-o three --threads 3", "-o one --threads 2"] {
        scene.succeed(&format!("build talks.jsonl -k 10 {args}"));
        let out = args.split_whitespace().nth(1).unwrap();
        assert_same(&one, &scene.tree(out));
    }
}

#[test]
fn packed_files_and_standard_input_give_the_same_documents() {
    let scene = Scene::new();
    write_talks(&scene);
    let lines = scene.read("talks.jsonl");
    scene.write("packed/talks.jsonl.zst", zstd::encode_all(&*lines, 3).unwrap());
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &lines).unwrap();
    scene.write("packed.gz/talks.jsonl.gz", gzip.finish().unwrap());
    scene.succeed("build talks.jsonl -o out --title Talks");
    let expected = scene.tree("out");
    for source in ["packed/talks.jsonl.zst", "packed", "packed.gz/talks.jsonl.gz"] {
        scene.succeed(&format!("build {source} -o out --title Talks"));
        assert_same(&expected, &scene.tree("out"));
    }
    let outcome = scene.run_with("build - -o out --title Talks", &lines);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_same(&expected, &scene.tree("out"));
}

#[test]
fn a_folder_of_pages_notes_and_texts_is_a_source() {
    let scene = Scene::new();
    for (number, talk) in talks().iter().step_by(4).enumerate() {
        let (title, body) = (text(&talk["title"]), text(&talk["abstract"]));
        match number % 3 {
            0 => scene.write(&format!("notes/a/{number}.md"), format!("# {title}\n\n{body}\n")),
            1 => scene.write(&format!("notes/b/{number}.txt"), format!("{title}\n\n{body}\n")),
            _ => scene.write(
                &format!("notes/{number}.html"),
                format!("<title>{title}</title><main><h1>{title}</h1><p>{body}</p></main>"),
            ),
        }
    }
    scene.write("notes/.draft.md", "# Hidden\n\nnot for print");
    scene.write("notes/picture.png", "no text");
    scene.succeed("build notes -o out -k 4");
    let documents = scene.json_lines("out/data/documents.jsonl");
    assert_eq!(documents.len(), 30);
    let titles: BTreeSet<&str> =
        documents.iter().map(|document| text(&document["title"])).collect();
    for talk in talks().iter().step_by(4) {
        assert!(titles.contains(text(&talk["title"])), "{}", talk["title"]);
    }
    assert_eq!(texts(&page(&scene.tree("out"), "index.html"), "h1"), ["notes"]);
    check_links(&scene.tree("out"), &[]);
}

#[test]
fn topics_prints_what_build_writes() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out -k 10");
    let printed = scene.succeed("topics talks.jsonl -k 10 --json -q");
    assert_eq!(printed.stdout.into_bytes(), scene.read("out/data/topics.json"));
    let table = scene.succeed("topics talks.jsonl -k 10 -o topics.topicmill").stdout;
    assert_eq!(scene.read("topics.topicmill"), scene.read("out/data/model.topicmill"));
    for topic in list(&scene.json("out/data/topics.json")["topics"]) {
        assert!(table.contains(text(&topic["title"])), "{table}");
    }
}

#[test]
fn a_document_is_placed_in_the_topic_that_the_build_gave_it() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out -k 10");
    let built = scene.json_lines("out/data/documents.jsonl");
    let inferred = json_lines(&scene.succeed("infer out/data/model.topicmill talks.jsonl").stdout);
    assert_eq!(inferred.len(), built.len());
    let main = |document: &Value| document["topics"][0]["id"].clone();
    let agreed = inferred.iter().zip(&built).filter(|(a, b)| main(a) == main(b)).count();
    assert!(agreed >= 114, "{agreed} of 120");
    let own = scene.json_lines("talks.jsonl");
    scene.write("one.jsonl", to_lines(&own[..2]));
    let alone = json_lines(&scene.succeed("infer out/data/model.topicmill one.jsonl").stdout);
    assert_eq!(alone, inferred[..2], "placed the same among others and alone");
}

#[test]
fn another_seed_is_another_run_of_the_same_documents() {
    let scene = Scene::new();
    write_talks(&scene);
    let topics = |seed: u32| -> Value {
        let args = format!("topics talks.jsonl -k 10 --json --seed {seed}");
        serde_json::from_str(&scene.succeed(&args).stdout).unwrap()
    };
    let (a, b) = (topics(1), topics(2));
    assert_eq!((a["seed"].as_u64(), b["seed"].as_u64()), (Some(1), Some(2)));
    assert_eq!(a["n_terms"], b["n_terms"]);
}

#[test]
fn the_configuration_is_read_and_flags_stand_over_it() {
    let scene = Scene::new();
    write_talks(&scene);
    let [first, second, third] = [0, 1, 2].map(|n| talks()[n].clone());
    let (id, url, title) = (text(&first["id"]), text(&second["url"]), text(&third["title"]));
    scene.write(
        "topicmill.toml",
        format!(
            "sources = [\"talks.jsonl\"]\ntitle = \"Evenings\"\nk = 3\n\
             exclude = [{id:?}, {url:?}, {title:?}]\n"
        ),
    );
    scene.succeed("build -o out -k 5");
    let ids: BTreeSet<String> = scene
        .json_lines("out/data/documents.jsonl")
        .iter()
        .map(|document| text(&document["id"]).to_owned())
        .collect();
    assert_eq!(ids.len(), 117);
    assert!([&first, &second, &third].iter().all(|talk| !ids.contains(text(&talk["id"]))));
    assert_eq!(scene.json("out/data/topics.json")["k"], 5);
    assert_eq!(texts(&page(&scene.tree("out"), "index.html"), "h1"), ["Evenings"]);
    scene.succeed("build -o out --title Mornings");
    assert_eq!(scene.json("out/data/topics.json")["k"], 3);
    assert_eq!(texts(&page(&scene.tree("out"), "index.html"), "h1"), ["Mornings"]);
}

#[test]
fn the_tables_for_spreadsheets_hold_every_document_and_topic_and_no_formula() {
    let scene = Scene::new();
    let mut talks = talks();
    talks[7]["title"] = "=1+1, said \"she\"".into();
    scene.write("talks.jsonl", to_lines(&talks));
    scene.succeed("build talks.jsonl -o out -k 10");
    let built = scene.json_lines("out/data/documents.jsonl");
    let rows = scene.read("out/data/documents.csv");
    assert!(String::from_utf8(rows).unwrap().contains("\"'=1+1, said \"\"she\"\"\""));
    scene.succeed("crawl out/data/documents.csv -o again.jsonl");
    let again = scene.json_lines("again.jsonl");
    assert_eq!(again.len(), built.len());
    for (again, built) in again.iter().zip(&built) {
        for key in ["id", "url", "text", "tags", "speakers", "date", "start", "end", "room"] {
            assert_eq!(again[key], built[key], "{key} of {}", built["id"]);
        }
    }
    let topics = String::from_utf8(scene.read("out/data/topics.csv")).unwrap();
    let first = &scene.json("out/data/topics.json")["topics"][0];
    let line = topics.lines().nth(1).unwrap();
    assert!(line.starts_with(&format!("0,{},", text(&first["slug"]))), "{line}");
    assert_eq!(topics.lines().count(), 11);
}

#[test]
fn what_crawl_writes_is_a_source_that_gives_the_same_site() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("crawl talks.jsonl -o documents.jsonl");
    assert_eq!(scene.json_lines("documents.jsonl").len(), 120);
    let printed = scene.succeed("crawl talks.jsonl -o - -q");
    assert_eq!(printed.stdout.into_bytes(), scene.read("documents.jsonl"));
    scene.succeed("build talks.jsonl -o a --title Talks");
    scene.succeed("build documents.jsonl -o b --title Talks");
    assert_same(&scene.tree("a"), &scene.tree("b"));
}

#[test]
fn a_new_build_keeps_the_users_own_files_and_nothing_else() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out");
    scene.write("out/.git/refs/head", "main");
    scene.write("out/.nojekyll", "");
    scene.write("out/CNAME", "talks.example.org");
    scene.write("out/stale.html", "old");
    scene.succeed("build talks.jsonl -o out");
    assert_eq!(scene.read("out/.git/refs/head"), b"main");
    assert_eq!(scene.read("out/CNAME"), b"talks.example.org");
    let names = scene.names("out");
    assert!(names.contains(&".nojekyll".to_owned()) && !names.contains(&"stale.html".to_owned()));
    assert_eq!(scene.names("."), ["cache-home", "out", "talks.jsonl"]);
}

#[test]
fn without_a_base_url_a_note_tells_what_is_missing_and_with_one_it_is_there() {
    let scene = Scene::new();
    write_talks(&scene);
    let needy = ["sitemap.xml", "feed.xml", "opensearch.xml"];
    let outcome = scene.run("build talks.jsonl -o out -k 10");
    assert!(
        outcome.stderr.contains("note: without base_url there is no sitemap.xml"),
        "{}",
        outcome.stderr
    );
    assert!(needy.iter().all(|file| !scene.tree("out").contains_key(*file)));
    scene.write("topicmill.toml", "base_url = \"https://example.org/x/\"\n");
    let outcome = scene.run("build talks.jsonl -o out -k 10");
    assert!(!outcome.stderr.contains("note:"), "{}", outcome.stderr);
    assert!(needy.iter().all(|file| scene.tree("out").contains_key(*file)));
}

#[test]
fn a_template_with_an_error_is_refused_before_anything_is_published() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.write("topicmill.toml", "templates = \"look\"\n");
    for (name, text, says) in [
        (
            "topic.html",
            "{% extends \"base.html\" %}\n{% block main %}\n{{ page.titel }}\n{% endblock %}",
            "topic.html, line 3",
        ),
        ("index.html", "{% for %}", "index.html, line 1"),
        ("topics.html", "x", "topics.html replaces no file of the site"),
    ] {
        scene.write(&format!("look/{name}"), text);
        let outcome = scene.run("build talks.jsonl -o out -k 10 -q");
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(says), "{}", outcome.stderr);
        assert!(!scene.path("out").exists(), "nothing is published");
        std::fs::remove_file(scene.path(&format!("look/{name}"))).unwrap();
    }
}

#[test]
fn a_change_of_a_template_is_seen_by_the_next_build() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.write("topicmill.toml", "templates = \"look\"\n");
    for colour in ["red", "blue"] {
        scene.write("look/custom.css", format!("h1 {{ color: {colour} }}"));
        scene.succeed("build talks.jsonl -o out -k 10");
        let style = String::from_utf8(scene.read("out/style.css")).unwrap();
        assert!(style.ends_with(&format!("h1 {{ color: {colour} }}")), "{colour}");
    }
}
