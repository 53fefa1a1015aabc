//! Edit after edit on the same site: only what changed is made, and the bytes are those of a clean build.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::scene::{Scene, assert_same};
use crate::talks::{talks, to_lines, write_talks};

/// Copies the site `from`, without its report and its past.
fn copy(scene: &Scene, from: &str, to: &str) {
    for (path, bytes) in scene.tree(from) {
        scene.write(&format!("{to}/{path}"), bytes);
    }
}

/// The spares in a cache.
fn spares(scene: &Scene, cache: &str) -> Vec<PathBuf> {
    let names = scene.names(&format!("{cache}/spares"));
    let paths = names.iter().map(|name| scene.path(&format!("{cache}/spares/{name}")));
    paths.filter(|path| path.is_dir()).collect()
}

/// Some pages of the site that every edit leaves alone.
fn some_pages(scene: &Scene) -> Vec<String> {
    let names = scene.names("out/doc");
    names.iter().step_by(31).map(|name| format!("out/doc/{name}/index.html")).collect()
}

fn figures(scene: &Scene) -> (u64, u64) {
    let results = &scene.json("out/data/report.json")["results"];
    (results["files"].as_u64().unwrap(), results["unchanged"].as_u64().unwrap())
}

/// Edits of the talks, one after another.
fn edits() -> Vec<(&'static str, Vec<Value>)> {
    let mut all = talks();
    let mut edits = Vec::new();
    all[40]["abstract"] = json!("A lamp, a tide, and a keeper.");
    edits.push(("edited", all.clone()));
    all.insert(
        17,
        json!({ "id": "new", "title": "Lighthouses", "text": "A lamp, a tide.", "tags": ["new"] }),
    );
    edits.push(("inserted", all.clone()));
    all.remove(60);
    edits.push(("deleted", all.clone()));
    edits.push(("undone", talks()));
    edits
}

#[test]
fn edit_after_edit_gives_the_bytes_of_a_clean_build() {
    for (topics, more) in [("--keep-topics", 0), ("-k 6", 1)] {
        let scene = Scene::new();
        write_talks(&scene);
        scene.succeed("build talks.jsonl -o out -k 6 --cache cache");
        // Topics as they were fitted are one thing, and documents placed in them another.
        scene.succeed(&format!("build talks.jsonl -o out {topics} --cache cache"));
        for (n, (what, documents)) in edits().into_iter().enumerate() {
            scene.write("talks.jsonl", to_lines(&documents));
            let clean = format!("clean-{what}");
            copy(&scene, "out", &clean);
            let threads = 1 + (n + more) % 3;
            scene.succeed(&format!(
                "build talks.jsonl -o out {topics} --cache cache --threads {threads}"
            ));
            scene.succeed(&format!("build talks.jsonl -o {clean} {topics} --cache none-{n}"));
            assert_same(&scene.tree(&clean), &scene.tree("out"));
            assert_eq!(spares(&scene, "cache").len(), 1, "{topics} {what}");
            let (files, unchanged) = figures(&scene);
            if topics == "--keep-topics" {
                assert!(unchanged > files / 2, "{what}: {unchanged} of {files} files stayed");
            }
        }
        assert!(!scene.names(".").iter().any(|name| name.starts_with(".out")), "leftovers");
    }
}

#[test]
fn what_people_do_to_a_site_between_two_builds_does_not_stay_in_it() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out -k 6 --cache cache");
    for (n, (what, documents)) in edits().into_iter().enumerate() {
        let pages = some_pages(&scene);
        // In place: what else is the same file changes with it.
        scene.write(&pages[0], "mine");
        fs::remove_file(scene.path(&pages[1])).unwrap();
        fs::remove_dir_all(scene.path(&pages[2]).parent().unwrap()).unwrap();
        match n {
            1 => scene.write("out/doc/extra/index.html", "stale"),
            2 => scene.write("out/extra.html", "stale"),
            _ => {}
        }
        scene.write("out/CNAME", format!("{what}.example"));
        scene.write("out/.own/deep", what);
        scene.write("talks.jsonl", to_lines(&documents));
        scene.succeed("build talks.jsonl -o out -k 6 --cache cache");
        let clean = format!("clean-{n}");
        scene.write(&format!("{clean}/CNAME"), format!("{what}.example"));
        scene.write(&format!("{clean}/.own/deep"), what);
        scene.succeed(&format!("build talks.jsonl -o {clean} -k 6 --cache none-{n} --force"));
        assert_same(&scene.tree(&clean), &scene.tree("out"));
    }
}

#[test]
fn a_spare_that_was_tampered_with_is_no_danger() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out -k 6 --cache cache");
    for (n, (_, documents)) in edits().into_iter().enumerate() {
        let spare = spares(&scene, "cache").remove(0);
        let pages = some_pages(&scene);
        let there = |page: &String| spare.join(page.strip_prefix("out/").unwrap());
        match n {
            0 => fs::write(there(&pages[0]), "theirs").unwrap(),
            1 => fs::remove_file(there(&pages[0])).unwrap(),
            2 => fs::remove_dir_all(spare.join("doc")).unwrap(),
            _ => fs::remove_dir_all(&spare).unwrap(),
        }
        scene.write("talks.jsonl", to_lines(&documents));
        scene.succeed("build talks.jsonl -o out -k 6 --cache cache");
        scene.succeed(&format!("build talks.jsonl -o clean-{n} -k 6 --cache none-{n}"));
        assert_same(&scene.tree(&format!("clean-{n}")), &scene.tree("out"));
    }
}

#[test]
fn other_templates_make_other_pages_and_the_former_ones_come_back() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out -k 6 --cache cache");
    let before = scene.tree("out");
    scene.write("look/speaker.html", "<p>{{ page.name }}</p>");
    scene.write("topicmill.toml", "templates = \"look\"\n");
    scene.succeed("build talks.jsonl -o out -k 6 --cache cache");
    let pages = scene.tree("out");
    let mut speakers = pages.iter().filter(|(path, _)| path.starts_with("speaker/"));
    assert!(speakers.all(|(_, page)| page.starts_with(b"<p>")));
    scene.write("topicmill.toml", "");
    scene.succeed("build talks.jsonl -o out -k 6 --cache cache");
    assert_same(&before, &scene.tree("out"));
}

#[test]
fn spares_go_with_the_cache_and_with_their_site() {
    let scene = Scene::new();
    write_talks(&scene);
    scene.succeed("build talks.jsonl -o out -k 6 --cache cache");
    scene.succeed("build talks.jsonl -o gone -k 6 --cache cache");
    assert_eq!(spares(&scene, "cache").len(), 2);
    fs::remove_dir_all(scene.path("gone")).unwrap();
    scene.succeed("build talks.jsonl -o out -k 6 --cache cache");
    assert_eq!(spares(&scene, "cache").len(), 1);
    scene.succeed("cache clear --cache cache");
    assert_eq!(scene.names("cache/spares"), [""; 0]);
    let before = scene.tree("out");
    scene.succeed("build talks.jsonl -o out -k 6 --cache cache");
    assert_same(&before, &scene.tree("out"));
}
