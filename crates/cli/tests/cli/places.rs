//! Folders whose place a site may not take, and what stays of them.

use std::fs;

use crate::scene::Scene;
use crate::talks::FEW;

/// Runs `args` in the folder `here` of the scene, and expects a refusal that says all of `says`.
fn refuse_in(scene: &Scene, here: &str, args: &str, says: &[&str]) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_topicmill"));
    let command = command.args(args.split(' ')).current_dir(scene.path(here));
    let command = command.env("XDG_CACHE_HOME", scene.path("cache-home"));
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{args}: {stderr}");
    for says in says.iter().chain(&["hint: "]) {
        assert!(stderr.contains(says), "{args}: {says}: {stderr}");
    }
}

#[test]
fn what_a_site_is_made_from_is_not_in_its_folder() {
    let scene = Scene::new();
    scene.write("few.jsonl", FEW);
    scene.succeed("build few.jsonl -o out");
    scene.write("out/my.toml", "title = 'mine'\nk = 2\n");
    scene.write("out/labels.toml", "");
    scene.write("out/style/base.css", "");
    scene.write("out/shape.png", "");
    scene.write("templates.toml", "templates = 'out/style'");
    scene.write("labels.toml", "labels = 'out/labels.toml'");
    scene.write("shape.toml", "site.cloud_shape = 'out/shape.png'");
    let before = scene.tree("out");
    let cases = [
        ("build few.jsonl -o out -c out/my.toml", "it holds the configuration"),
        ("build few.jsonl -o out -c templates.toml", "it holds the templates"),
        ("build few.jsonl -o out -c labels.toml", "it holds the labels"),
        ("build few.jsonl -o out -c shape.toml", "it holds the shape of the clouds"),
        ("build few.jsonl -o out --recipe out/my.toml", "it holds the recipe"),
        ("build few.jsonl -o out --cache out/.cache", "it holds the cache"),
        ("build few.jsonl -o new --cache new/.cache", "it holds the cache"),
        ("build few.jsonl -o new --cache new", "it holds the cache"),
        ("build few.jsonl -o new/spares/site --cache new", "it is in the cache"),
        ("topics few.jsonl -c labels.toml -o labels.toml", "it is the configuration"),
    ];
    for (args, says) in cases {
        refuse_in(&scene, "", args, &[says]);
    }
    crate::scene::assert_same(&before, &scene.tree("out"));
    assert!(!scene.path("new").exists());
    // What is kept is not lost: names that begin with a dot are the user's.
    fs::rename(scene.path("out/my.toml"), scene.path("out/.my.toml")).unwrap();
    scene.succeed("build few.jsonl -o out -c out/.my.toml");
    assert!(scene.path("out/.my.toml").exists());
}

#[test]
fn a_site_does_not_take_the_place_of_the_folder_one_is_in() {
    let scene = Scene::new();
    scene.write("few.jsonl", FEW);
    scene.succeed("build few.jsonl -o out");
    for here in ["out", "out/data"] {
        let out = scene.path("out");
        let args = format!("build {} -o {}", scene.path("few.jsonl").display(), out.display());
        refuse_in(&scene, here, &args, &["and you are in it"]);
    }
    refuse_in(&scene, "out", "build ../few.jsonl -o .", &["cannot be written to ."]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_mount_point_is_told_before_anything_is_read() {
    let scene = Scene::new();
    scene.write("few.jsonl", FEW);
    let Some(_disk) = crate::scene::SmallDisk::mount(&scene, "disk", "1500k") else { return };
    refuse_in(&scene, "", "build few.jsonl -o disk", &["is mounted there", "disk/site"]);
}

#[test]
fn copies_by_links_of_a_site_keep_their_report() {
    let scene = Scene::new();
    scene.write("few.jsonl", FEW);
    let build = |k| {
        scene.succeed(&format!("build few.jsonl -k {k} -o out --cache cache"));
        scene.read("out/data/report.json")
    };
    let first = build(1);
    fs::hard_link(scene.path("out/data/report.json"), scene.path("kept.json")).unwrap();
    let others: Vec<_> = [2, 1, 2].map(build).into();
    assert!(others.iter().all(|other| *other != first));
    assert_eq!(scene.read("kept.json"), first);
}
