//! Every `.rs` file is part of the program or of a test.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Broken, Package, files, read};

/// Folders whose own files are roots, each a program or a test of its own.
const ROOT_FOLDERS: &[&str] = &["tests", "examples", "benches"];

pub(super) fn check(package: &Package, broken: &mut Vec<Broken>) -> Result<(), String> {
    let mut open: Vec<PathBuf> = ["src/lib.rs", "src/main.rs", "build.rs"]
        .iter()
        .map(|root| package.folder.join(root))
        .filter(|root| root.is_file())
        .collect();
    let mut all: BTreeSet<PathBuf> =
        files(&package.folder.join("src"), "rs")?.into_iter().collect();
    for folder in ROOT_FOLDERS {
        let folder = package.folder.join(folder);
        for file in files(&folder, "rs")? {
            // `tests/name.rs` or `tests/name/main.rs`.
            let is_main =
                file.ends_with("main.rs") && file.parent().and_then(Path::parent) == Some(&folder);
            if file.parent() == Some(&folder) || is_main {
                open.push(file.clone());
            }
            all.insert(file);
        }
    }
    let mut reached = BTreeSet::new();
    while let Some(file) = open.pop() {
        if !reached.insert(file.clone()) {
            continue;
        }
        for module in modules(&read(&file)?) {
            let candidates = places(&file, &module);
            open.extend(candidates.into_iter().filter(|place| place.is_file()));
        }
    }
    for path in all.difference(&reached) {
        let what = "no `mod` reaches this file".to_owned();
        broken.push(Broken { path: path.clone(), what });
    }
    Ok(())
}

/// The names in `mod name;` lines.
fn modules(source: &str) -> Vec<String> {
    source
        .lines()
        .filter_map(|line| {
            let line = line.trim().strip_suffix(';')?;
            let declaration = match line.strip_prefix("pub") {
                Some(rest) => rest.trim_start_matches(|c| c != ' ').trim_start(),
                None => line,
            };
            Some(declaration.strip_prefix("mod ")?.trim().to_owned())
        })
        .collect()
}

/// Where the module `name` of `file` may lie.
fn places(file: &Path, name: &str) -> Vec<PathBuf> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let is_root = matches!(stem.as_ref(), "lib" | "main" | "mod" | "build");
    let in_root_folder = folder
        .file_name()
        .is_some_and(|folder| ROOT_FOLDERS.iter().any(|root| *root == folder.to_string_lossy()));
    let base = if is_root || in_root_folder { folder.to_owned() } else { folder.join(&*stem) };
    vec![base.join(format!("{name}.rs")), base.join(name).join("mod.rs")]
}
