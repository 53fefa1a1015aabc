//! The commands of the guide, run as they stand there.

use std::path::Path;
use std::process::Command;

/// The pages with commands.
const PAGES: [&str; 5] = ["conference.md", "look.md", "publish.md", "recipes.md", "table.md"];

/// Runs the blocks of shell commands of a page, one after another in an empty folder.
#[track_caller]
fn run(page: &str) {
    assert!(PAGES.contains(&page));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide");
    let text = std::fs::read_to_string(root.join(page)).expect("the guide is there");
    let blocks: Vec<&str> = text
        .split("\n```sh\n")
        .skip(1)
        .map(|rest| rest.split_once("\n```\n").expect("a block ends").0)
        .collect();
    assert!(blocks.len() >= 2, "{page} has too few commands to be a guide");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let program = Path::new(env!("CARGO_BIN_EXE_topicmill"))
        .parent()
        .expect("it lies in a folder")
        .to_owned();
    let mut path = vec![program];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let out = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &blocks.join("\n")])
        .current_dir(folder.path())
        .env("PATH", std::env::join_paths(path).expect("paths without a colon"))
        .env("XDG_CACHE_HOME", folder.path().join(".cache"))
        .output()
        .expect("there is a bash");
    let told = String::from_utf8_lossy(&out.stdout);
    let complaint = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{page}: {}\n{told}{complaint}", out.status);
}

#[test]
fn a_conference_is_sorted() {
    run("conference.md");
}

#[test]
fn a_table_becomes_a_site() {
    run("table.md");
}

#[test]
fn a_recipe_reads_a_hard_site() {
    run("recipes.md");
}

#[test]
fn the_look_is_changed() {
    run("look.md");
}

#[test]
fn a_site_is_published() {
    run("publish.md");
}

#[test]
fn every_page_of_the_guide_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide");
    let mut pages: Vec<String> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name != "README.md")
        .collect();
    pages.sort();
    assert_eq!(pages, PAGES);
}
