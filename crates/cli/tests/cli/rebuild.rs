//! A second build does what changed and nothing else, and gives what a first one would.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, SystemTime};

use jobs::{About, Content, Digest, FileStore, Lookup, Store};
use serde_json::{Value, json};

use crate::scene::{Scene, assert_same};
use crate::talks::{talks, to_lines, write_talks};

/// When each file below `out` was last written.
fn times(scene: &Scene, out: &str) -> BTreeMap<String, SystemTime> {
    let time =
        |name: &String| fs::metadata(scene.path(out).join(name)).unwrap().modified().unwrap();
    scene.tree(out).keys().map(|name| (name.clone(), time(name))).collect()
}

fn stage<'a>(report: &'a Value, name: &str) -> &'a Value {
    let stages = report["stages"].as_array().expect("a list of stages");
    stages.iter().find(|stage| stage["stage"] == name).expect("a stage that every build has")
}

/// Talks enough for some shards: the demo's, again and again with other words.
fn many_talks() -> Vec<Value> {
    let mut many = Vec::new();
    for round in 0..40 {
        for mut talk in talks() {
            let text = format!("{} Round {round}. ", talk["abstract"].as_str().unwrap()).repeat(4);
            talk["abstract"] = json!(text);
            talk["id"] = json!(format!("{}-{round}", talk["id"].as_str().unwrap()));
            many.push(talk);
        }
    }
    many
}

#[test]
fn a_build_that_changes_nothing_writes_nothing() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out");
    let (before, written) = (scene.tree("out"), times(&scene, "out"));
    scene.succeed("build talks.jsonl -o out");
    assert_same(&before, &scene.tree("out"));
    assert_eq!(times(&scene, "out"), written);
    let report = scene.json("out/data/report.json");
    let stages = report["stages"].as_array().unwrap();
    assert!(stages.len() >= 8 && stages.iter().all(|stage| stage["cached"] == true), "{report}");
    assert!(stages.iter().all(|stage| stage["clean_seconds"].is_number()), "{report}");
}

#[test]
fn a_page_that_somebody_changed_is_mended() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out");
    let before = scene.tree("out");
    scene.write("out/index.html", "mine");
    fs::remove_file(scene.path("out/data/topics.json")).unwrap();
    scene.succeed("build talks.jsonl -o out");
    assert_same(&before, &scene.tree("out"));
    let report = scene.json("out/data/report.json");
    assert_eq!(stage(&report, "topics")["cached"], true);
    let results = &report["results"];
    let (files, unchanged) = (results["files"].as_u64().unwrap(), results["unchanged"].as_u64());
    assert_eq!(unchanged, Some(files - 3), "all but the page, the data file and the report");
}

#[test]
fn one_document_more_less_or_other_recounts_two_shards_and_gives_a_clean_builds_bytes() {
    let scene = Scene::new();
    let all = many_talks();
    scene.write("talks.jsonl", to_lines(&all));
    scene.succeed("build talks.jsonl -o out -k 8");
    let report = scene.json("out/data/report.json");
    let shards = stage(&report, "count")["misses"].as_u64().unwrap();
    assert!(shards >= 4, "{shards} shards");
    let place = all.len() / 2;
    let mut more = all.clone();
    more.insert(place, json!({ "id": "new", "title": "Lighthouses", "text": "A lamp, a tide." }));
    let mut less = all.clone();
    less.remove(place);
    let mut other = all.clone();
    other[place]["abstract"] = json!("A lamp, a tide, and a keeper.");
    for (documents, what) in [(more, "more"), (less, "less"), (other, "other")] {
        scene.write("talks.jsonl", to_lines(&documents));
        scene.succeed("build talks.jsonl -o out -k 8");
        let report = scene.json("out/data/report.json");
        let misses = stage(&report, "count")["misses"].as_u64().unwrap();
        assert!(misses <= 2, "{what}: {misses} of {shards} shards");
        assert!(stage(&report, "topics")["clean_seconds"].as_f64().unwrap() > 0.0);
        scene.succeed(&format!("build talks.jsonl -o clean-{what} -k 8 --cache none-{what}"));
        assert_same(&scene.tree(&format!("clean-{what}")), &scene.tree("out"));
    }
}

/// Talks enough for some shards, of invented texts.
fn invented_talks() -> Vec<Value> {
    let words: Vec<&str> = "lamp tide keeper harbour rope sail storm coast signal fog \
        bread flour oven yeast crust baker dough salt kneading butter \
        orbit rocket launch crew moon station gravity engine fuel comet \
        violin bow string chord tempo choir drum melody rhythm stage \
        loom wool thread weave dye shuttle cloth pattern needle spindle"
        .split_whitespace()
        .collect();
    let word = |n: usize, m: usize| match m % 3 {
        0 => words[(n * 17 + m * 29 + m * m) % 50],
        _ => words[n % 5 * 10 + (n * n * 7 + n * 31 + m * m * 13 + m * n * 3) / 7 % 10],
    };
    let talk = |n: usize| {
        let text: Vec<&str> = (0..90).map(|m| word(n, m)).collect();
        let title = format!("{} {} number{n}", word(n, 1), word(n, 2));
        json!({ "id": format!("talk-{n}"), "title": title, "text": format!("{} own{n}.", text.join(" ")) })
    };
    (0..6000).map(talk).collect()
}

#[test]
fn an_edit_that_changes_which_words_are_set_aside_recounts_two_shards() {
    let scene = Scene::new();
    let mut all = invented_talks();
    // Ten documents name an event in their titles, and ten others speak of it: half is just enough.
    for n in 0..10 {
        let title = &mut all[n * 10]["title"];
        *title = json!(format!("{} | Quillon Fair", title.as_str().unwrap()));
        let text = &mut all[n * 10 + 5]["text"];
        *text = json!(format!("{} Quillon meets number{n} here.", text.as_str().unwrap()));
    }
    scene.write("talks.jsonl", to_lines(&all));
    scene.succeed("build talks.jsonl -o out -k 8");
    let report = scene.json("out/data/report.json");
    let shards = stage(&report, "count")["misses"].as_u64().unwrap();
    assert!(shards >= 4, "{shards} shards");
    let words = |report: &Value| report["set_aside"]["words"].clone();
    assert!(words(&report).as_array().unwrap().contains(&json!("quillon")), "{}", words(&report));
    let place = all.len() / 2;
    all[place]["text"] = json!("A lamp, a tide, and Quillon once more.");
    scene.write("talks.jsonl", to_lines(&all));
    scene.succeed("build talks.jsonl -o out -k 8");
    let report = scene.json("out/data/report.json");
    assert!(!words(&report).as_array().unwrap().contains(&json!("quillon")), "{}", words(&report));
    let misses = stage(&report, "count")["misses"].as_u64().unwrap();
    assert!(misses <= 2, "{misses} of {shards} shards");
    scene.succeed("build talks.jsonl -o clean -k 8 --cache none");
    assert_same(&scene.tree("clean"), &scene.tree("out"));
}

#[test]
fn the_cache_on_or_off_and_the_threads_change_no_byte() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.write("file", "no folder");
    scene.succeed("build talks.jsonl -o out");
    let outcome = scene.succeed("build talks.jsonl -o without --cache file --threads 1");
    assert!(outcome.stderr.contains("results are not kept"), "{}", outcome.stderr);
    scene.succeed("build talks.jsonl -o again --threads 3");
    for other in ["without", "again"] {
        assert_same(&scene.tree("out"), &scene.tree(other));
    }
}

#[test]
fn a_damaged_cache_is_a_warning_and_the_same_site() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out --cache cache");
    for kind in ["refs", "objects"] {
        for folder in scene.names(&format!("cache/{kind}")) {
            for name in scene.names(&format!("cache/{kind}/{folder}")) {
                let path = format!("cache/{kind}/{folder}/{name}");
                let mut bytes = scene.read(&path);
                let middle = bytes.len() / 2;
                bytes[middle] ^= 16;
                scene.write(&path, bytes);
            }
        }
    }
    let outcome = scene.succeed("build talks.jsonl -o again --cache cache");
    assert!(outcome.stderr.contains("was damaged and is made again"), "{}", outcome.stderr);
    assert_same(&scene.tree("out"), &scene.tree("again"));
}

/// Puts what the cache has of each task in the place of another result of it.
fn exchange_results(scene: &Scene, cache: &str) {
    let store = FileStore::open(&scene.path(cache)).unwrap();
    let mut of_tasks: BTreeMap<String, Vec<(Digest, Vec<u8>)>> = BTreeMap::new();
    for entry in store.entries().unwrap() {
        let Lookup::Hit(bytes) = store.get(&entry.key).unwrap() else { panic!("{entry:?}") };
        of_tasks.entry(entry.task).or_default().push((entry.key, bytes));
    }
    for (task, mut entries) in of_tasks {
        entries.sort_by_key(|(_, bytes)| bytes.len());
        let others = entries.iter().cycle().skip(1);
        for ((key, _), (_, bytes)) in entries.iter().zip(others) {
            let cost = Duration::from_secs(1);
            store.put(key, bytes, &About { task: &task, cost, content: Content::Plain }).unwrap();
        }
    }
}

#[test]
fn results_of_other_documents_are_no_reason_to_fail() {
    let scene = Scene::new();
    let all = talks();
    scene.write("talks.jsonl", to_lines(&all));
    scene.write("less.jsonl", to_lines(&all[20..]));
    for source in ["talks", "less"] {
        scene.succeed(&format!("build {source}.jsonl -o {source} -k 6 --cache cache"));
    }
    exchange_results(&scene, "cache");
    for source in ["talks", "less"] {
        fs::remove_dir_all(scene.path(source)).unwrap();
        scene.succeed(&format!("build {source}.jsonl -o {source} -k 6 --cache cache"));
        let report = scene.json(&format!("{source}/data/report.json"));
        assert_eq!(
            stage(&report, "count")["misses"],
            1,
            "{source}: of another number of documents"
        );
    }
}

#[test]
fn topics_that_are_kept_stay_and_new_documents_are_placed_in_them() {
    let scene = Scene::new();
    let all = talks();
    scene.write("talks.jsonl", to_lines(&all[1..]));
    scene.succeed("build talks.jsonl -o out -k 6");
    let before = scene.json("out/data/topics.json");
    scene.write("talks.jsonl", to_lines(&all));
    scene.succeed("build talks.jsonl -o out --keep-topics");
    let after = scene.json("out/data/topics.json");
    let told = |topics: &Value| -> Vec<Value> {
        let topics = topics["topics"].as_array().unwrap();
        topics.iter().map(|t| json!([t["slug"], t["title"], t["terms"]])).collect()
    };
    assert_eq!(told(&before), told(&after));
    // What was told of the topics when they were found, on documents left out too.
    assert_eq!(before["quality"], after["quality"]);
    assert!(after["quality"]["npmi_held_out"].is_number(), "{}", after["quality"]);
    assert_eq!(after["n_documents"].as_u64(), Some(all.len() as u64));
    let placed = scene.json_lines("out/data/documents.jsonl");
    assert!(!placed[0]["topics"].as_array().unwrap().is_empty(), "{}", placed[0]);
    let error = |topics: &Value| topics["loss"]["relative"].as_f64().unwrap();
    assert!((error(&before) - error(&after)).abs() < 0.02);
    let nothing = scene.run("build talks.jsonl -o empty --keep-topics");
    assert!(nothing.stderr.contains("hint: a model is data/model.topicmill"), "{}", nothing.stderr);
    assert_eq!(nothing.code, Some(1));
    assert!(nothing.stderr.contains("model.topicmill"), "{}", nothing.stderr);
}

#[test]
fn the_report_tells_what_was_computed_and_why() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out -k 5");
    scene.succeed("build talks.jsonl -o out -k 6");
    let table = scene.succeed("report out").stdout;
    for says in ["stage", "clean", "topics", "1 of 1", "files"] {
        assert!(table.contains(says), "{says}: {table}");
    }
    let why = scene.succeed("report out --why topics").stdout;
    assert!(why.contains("topics was computed") && why.contains("settings changed"), "{why}");
    let why = scene.succeed("report out --why count").stdout;
    assert!(why.contains("count came from the cache"), "{why}");
    let svg = scene.succeed("report out --graph svg").stdout;
    assert!(svg.starts_with("<svg ") && svg.contains(">topics</text>"), "{svg}");
    let json: Value = serde_json::from_str(&scene.succeed("report out --json").stdout).unwrap();
    assert_eq!(json["results"]["topics"], 6);
    let elsewhere = scene.succeed("report out --cache elsewhere").stdout;
    assert_eq!(elsewhere, scene.succeed("report out").stdout);
    let wrong = scene.run("report out --why nothing");
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("it has read, count"), "{}", wrong.stderr);
    let wrong = scene.run("report nowhere");
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.stderr.contains("no report of a build in nowhere: "), "{}", wrong.stderr);
}

#[test]
fn the_report_tells_what_an_edit_made_of_documents_in_kept_topics() {
    let scene = Scene::new();
    let mut all = talks();
    scene.write("talks.jsonl", to_lines(&all));
    scene.succeed("build talks.jsonl -o out -k 6");
    scene.succeed("build talks.jsonl -o out --keep-topics");
    let before = scene.json("out/data/report.json");
    all[40]["abstract"] = json!("A lamp, a tide, and a keeper.");
    scene.write("talks.jsonl", to_lines(&all));
    scene.succeed("build talks.jsonl -o out --keep-topics");
    for (step, says) in [
        ("read", "sources changed: "),
        ("place", "documents changed: "),
        ("related", "related was computed in part: "),
        ("write", "write was computed in part: "),
    ] {
        let why = scene.succeed(&format!("report out --why {step}")).stdout;
        assert!(why.contains(says), "{step}: {why}");
    }
    let report = scene.json("out/data/report.json");
    let (related, write) = (stage(&report, "related"), stage(&report, "write"));
    let n = |stage: &Value| ["hits", "misses"].map(|key| stage[key].as_u64().unwrap());
    let [known, compared] = n(related);
    assert_eq!(known + compared, all.len() as u64);
    assert!(compared > 0 && known > compared, "{known} {compared}");
    let unchanged = report["results"]["unchanged"].as_u64().unwrap();
    assert_eq!(n(write), [unchanged, write["items"].as_u64().unwrap() - unchanged]);
    // What a step takes without a former build is that of the build before, not of this one.
    assert_eq!(write["clean_seconds"], stage(&before, "write")["clean_seconds"]);
}

#[test]
fn the_cache_can_be_looked_at_checked_and_emptied() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out --cache cache");
    let listed = scene.succeed("cache ls --cache cache").stdout;
    assert!(listed.contains("topics") && listed.contains("count"), "{listed}");
    let json = scene.succeed("cache ls --cache cache --json").stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    let n = json["entries"].as_array().unwrap().len();
    assert!(scene.succeed("cache ls --cache cache --all").stdout.lines().count() > n);
    assert!(scene.succeed("cache verify --cache cache").stdout.contains("are intact"));
    let folder = scene.names("cache/refs").remove(0);
    let name = scene.names(&format!("cache/refs/{folder}")).remove(0);
    scene.write(&format!("cache/refs/{folder}/{name}"), "damaged");
    let found = scene.run("cache verify --cache cache");
    assert_eq!(found.code, Some(1));
    assert!(found.stdout.contains("quarantine"), "{}", found.stdout);
    scene.succeed("cache gc --cache cache --size 1KiB");
    scene.succeed("cache clear --cache cache");
    let json = scene.succeed("cache ls --cache cache --json").stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["entries"], json!([]));
    let wrong = scene.run("cache gc --size many");
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("1GiB"), "{}", wrong.stderr);
}

#[test]
fn a_step_that_failed_names_its_inputs_and_can_be_run_alone() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.write("topicmill.toml", "k = 6\n[site]\ncloud_shape = \"mask.png\"\n");
    scene.write("mask.png", "no picture");
    let failed = scene.run("build talks.jsonl -o out");
    assert_eq!(failed.code, Some(1), "{}", failed.stderr);
    for says in [
        "mask.png: the mask must be a PNG image",
        "(in the step `clouds`, made from topics ",
        "settings ",
        "hint: topicmill report out --rerun clouds runs this step alone",
    ] {
        assert!(failed.stderr.contains(says), "{says}: {}", failed.stderr);
    }
    // The sources may have changed, and where it is said may be elsewhere.
    scene.write("talks.jsonl", "");
    let again = scene.run("report out --rerun clouds");
    assert_eq!(again.code, Some(1), "{}", again.stderr);
    assert!(again.stderr.contains("in the step `clouds`"), "{}", again.stderr);
    let topics = scene.succeed("report out --rerun topics").stdout;
    assert!(topics.contains("topics ran alone") && topics.contains("from weights"), "{topics}");
    assert!(topics.contains("the site that stands was not made from the same"), "{topics}");
    assert!(scene.names("out").is_empty(), "no site was written");
}

#[test]
fn every_step_of_a_build_runs_alone_and_gives_the_same() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out");
    let steps =
        ["read", "count", "weigh", "number", "topics", "quality", "related", "clouds", "write"];
    let before = scene.tree("out");
    let check = |step: &str| {
        let json = scene.succeed(&format!("report out --rerun {step} --json")).stdout;
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["stage"]["stage"], step);
        assert_eq!(json["stage"]["cached"], false, "{step}: {json}");
        assert!(json["before"].is_string(), "{step}: {json}");
        let told = scene.succeed(&format!("report out --rerun {step}")).stdout;
        assert!(told.contains("the build got the same"), "{step}: {told}");
    };
    steps.into_iter().for_each(check);
    assert_same(&before, &scene.tree("out"));
    scene.succeed("build talks.jsonl -o out --keep-topics");
    ["place", "quality", "related", "clouds", "write"].into_iter().for_each(check);
    let wrong = scene.run("report out --rerun topics");
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("had read, place, quality"), "{}", wrong.stderr);
    let wrong = scene.run("report out --rerun place --cache other");
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.stderr.contains("hint: name the --cache"), "{}", wrong.stderr);
    let svg = scene.succeed("report out --graph svg").stdout;
    assert!(svg.contains(">place</text>") && !svg.contains(">topics</text>"), "{svg}");
}
