//! Rules for what stands in `.rs` files.

use std::path::Path;

use super::layers::Layers;
use super::{Broken, Package, files, read};

/// What a crate that only computes may not name, and what that would touch.
const WORLD: &[(&str, &str)] = &[
    ("std::fs", "files"),
    ("std::net", "the network"),
    ("std::env", "the environment"),
    ("std::process", "processes"),
    ("std::time", "the clock"),
    ("std::io::stdin", "standard input"),
    ("std::thread", "threads"),
    ("static mut", "global state"),
    ("thread_local!", "global state"),
];

/// What makes a `static` of a crate that only computes change; in a value it is the value's own.
const CELLS: &[&str] = &["OnceLock", "LazyLock", "OnceCell", "Mutex", "RwLock", "Atomic"];

pub(super) fn check(
    root: &Path,
    package: &Package,
    layers: &Layers,
    broken: &mut Vec<Broken>,
) -> Result<(), String> {
    for path in files(&package.folder, "rs")? {
        let source = read(&path)?;
        let mut complain = |what| broken.push(Broken { path: path.clone(), what });
        if !source.starts_with("//!") {
            complain("a file begins with `//!` and what it is".to_owned());
        }
        let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy();
        // The rules themselves name what they forbid.
        if package.name == "xtask" {
            continue;
        }
        let code: Vec<&str> = program(&source).collect();
        let holds = |word: &str| code.iter().any(|line| has_word(line, word));
        if holds("unsafe") && !layers.unsafe_files().contains(&relative.as_ref()) {
            complain("unsafe stands outside the files that xtask/layers.toml names".to_owned());
        }
        let in_src = path.starts_with(package.folder.join("src"));
        if layers.is_pure(&package.name) && in_src {
            for (name, what) in WORLD {
                if holds(name) {
                    complain(format!("{} computes only: {name} touches {what}", package.name));
                }
            }
            for name in CELLS.iter().filter(|name| statics(&code).any(|of| of.contains(**name))) {
                complain(format!(
                    "{} computes only: a static {name} is global state",
                    package.name
                ));
            }
        }
        let notes = ["TODO", "FIXME", "XXX"];
        if source.lines().any(|line| notes.iter().any(|note| has_word(line, note))) {
            complain("a note to oneself belongs into the issues".to_owned());
        }
    }
    Ok(())
}

/// The lines of code before the tests, without comments.
fn program(source: &str) -> impl Iterator<Item = &str> {
    source
        .lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .map(|line| line.split("//").next().unwrap_or(line))
}

/// The names and types of the statics in `code`.
fn statics<'a>(code: &[&'a str]) -> impl Iterator<Item = String> + use<'a> {
    let code = code.join(" ");
    let is_static = |before: &str| before.is_empty() || before.ends_with([' ', '(', '{', '}', ';']);
    let starts: Vec<usize> = code
        .match_indices("static ")
        .map(|(at, _)| at)
        .filter(|&at| is_static(&code[..at]))
        .collect();
    starts.into_iter().map(move |at| {
        let declared = &code[at..];
        declared[..declared.find(['=', ';']).unwrap_or(declared.len())].to_owned()
    })
}

/// Whether `word` stands in `line` and not as a part of a longer word.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(is_part) && !line[at + word.len()..].starts_with(is_part)
    })
}
