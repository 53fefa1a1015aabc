//! The rules of the house that no compiler checks.
//!
//! - A crate uses the crates that `layers.toml` allows, and some external crates are for few.
//! - Versions and features stand in the root manifest alone; every crate has the shared lints.
//! - Every `.rs` file is reached from a `mod` and begins by saying what it is.
//! - Crates that compute touch no file, network, clock, environment or global state.
//! - `unsafe` stands in named files alone.
//! - The Python package imports no more of scikit-learn and joblib than `layers.toml` allows.

mod layers;
mod manifests;
mod python;
mod reach;
mod sources;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use layers::Layers;

/// A rule that is broken, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    /// The file, relative to the root.
    path: PathBuf,
    /// What is wrong with it.
    what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.what)
    }
}

/// One package of the workspace.
#[derive(Debug)]
struct Package {
    /// The name of its folder.
    name: String,
    folder: PathBuf,
}

/// Every broken rule below `root`.
pub(crate) fn check(root: &Path) -> Result<Vec<Broken>, String> {
    let layers = Layers::read(&root.join("xtask/layers.toml"))?;
    let mut broken = Vec::new();
    for package in packages(root)? {
        manifests::check(&package, &layers, &mut broken)?;
        reach::check(&package, &mut broken)?;
        sources::check(root, &package, &layers, &mut broken)?;
    }
    python::check(root, &layers, &mut broken)?;
    for found in &mut broken {
        if let Ok(relative) = found.path.strip_prefix(root) {
            found.path = relative.to_owned();
        }
    }
    Ok(broken)
}

/// The packages in `crates`, `bench` and `xtask`, by name.
fn packages(root: &Path) -> Result<Vec<Package>, String> {
    let mut folders = entries(&root.join("crates"))?;
    folders.extend([root.join("bench"), root.join("xtask")]);
    let packages = folders.into_iter().filter(|folder| folder.join("Cargo.toml").is_file());
    Ok(packages
        .map(|folder| Package {
            name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            folder,
        })
        .collect())
}

/// What a folder holds, sorted.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |error| format!("cannot read {}: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Every file below `folder` with the ending, sorted; none where there is no folder.
fn files(folder: &Path, wanted: &str) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    if folder.is_dir() {
        for path in entries(folder)? {
            if path.is_dir() {
                files.extend(self::files(&path, wanted)?);
            } else if path.extension().is_some_and(|ending| ending == wanted) {
                files.push(path);
            }
        }
    }
    Ok(files)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYERS: &str = "
        [layers]\njobs = []\ntext = [\"jobs\"]\nxtask = []\n
        [only]\nrayon = [\"jobs\"]\n
        [pure]\ncrates = [\"text\"]\n
        [imports]\nsklearn = [\"base\", \"utils\"]\n
        [unsafe]\nfiles = [\"crates/jobs/src/map.rs\"]\n";
    const MANIFEST: &str = "[package]\nname = \"topicmill-x\"\n[lints]\nworkspace = true\n";

    /// A small workspace that obeys every rule, with `changes` made to its files.
    struct Fixture(PathBuf);

    impl Fixture {
        fn new(name: &str, changes: &[(&str, &str)]) -> Self {
            let root = std::env::temp_dir().join(format!("tidy-{name}-{}", std::process::id()));
            let files = [
                ("xtask/layers.toml", LAYERS),
                ("xtask/Cargo.toml", MANIFEST),
                ("xtask/src/main.rs", "//! Tasks.\nfn main() {}\n"),
                ("crates/jobs/Cargo.toml", MANIFEST),
                ("crates/jobs/src/lib.rs", "//! Jobs.\nmod map;\n"),
                ("crates/jobs/src/map.rs", "//! Maps.\n// unsafe is allowed here: unsafe {}\n"),
                ("crates/text/Cargo.toml", MANIFEST),
                ("crates/text/src/lib.rs", "//! Text.\n"),
            ];
            for (path, content) in files.iter().chain(changes) {
                let path = root.join(path);
                fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                fs::write(path, content).expect("a file");
            }
            Self(root)
        }
    }

    impl Drop for Fixture {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    /// Checks that `changes` break just the rule whose message contains `expected`.
    #[track_caller]
    fn check_broken(name: &str, changes: &[(&str, &str)], expected: &str) {
        let fixture = Fixture::new(name, changes);
        let broken = check(&fixture.0).unwrap();
        assert_eq!(broken.len(), 1, "{broken:?}");
        assert!(broken[0].to_string().contains(expected), "{}", broken[0]);
    }

    #[test]
    fn a_tidy_workspace_passes() {
        let fixture = Fixture::new("good", &[]);
        assert_eq!(check(&fixture.0).unwrap(), []);
    }

    #[test]
    fn this_workspace_passes() {
        assert_eq!(check(&crate::root()).unwrap(), []);
    }

    #[test]
    fn a_crate_that_uses_one_above_it_is_found() {
        let manifest = format!("{MANIFEST}[dependencies]\ntext = {{ workspace = true }}\n");
        check_broken("layer", &[("crates/jobs/Cargo.toml", &manifest)], "may not use text");
    }

    #[test]
    fn tests_are_held_to_the_layers_too() {
        let manifest = format!("{MANIFEST}[dev-dependencies]\ntext = {{ workspace = true }}\n");
        check_broken("dev", &[("crates/jobs/Cargo.toml", &manifest)], "may not use text");
    }

    #[test]
    fn an_external_crate_outside_its_place_is_found() {
        let manifest = format!("{MANIFEST}[dependencies]\nrayon = {{ workspace = true }}\n");
        check_broken("only", &[("crates/text/Cargo.toml", &manifest)], "rayon is for jobs alone");
    }

    #[test]
    fn a_version_outside_the_root_is_found() {
        let manifest = format!("{MANIFEST}[dependencies]\nurl = \"2\"\n");
        check_broken("version", &[("crates/text/Cargo.toml", &manifest)], "workspace = true");
    }

    #[test]
    fn a_crate_without_the_shared_lints_is_found() {
        let manifest = "[package]\nname = \"topicmill-x\"\n";
        check_broken("lints", &[("crates/text/Cargo.toml", manifest)], "[lints]");
    }

    #[test]
    fn a_crate_without_a_layer_is_found() {
        let changes =
            [("crates/extra/Cargo.toml", MANIFEST), ("crates/extra/src/lib.rs", "//! Extra.\n")];
        check_broken("unknown", &changes, "no layer");
    }

    #[test]
    fn a_file_that_no_mod_reaches_is_found() {
        let changes = [("crates/text/src/forgotten.rs", "//! Forgotten.\n")];
        check_broken("reach", &changes, "no `mod` reaches");
        let changes = [("crates/text/src/deep/forgotten.rs", "//! Forgotten.\n")];
        check_broken("reach-deep", &changes, "no `mod` reaches");
    }

    #[test]
    fn nested_modules_and_test_helpers_are_reached() {
        let changes = [
            ("crates/text/src/lib.rs", "//! Text.\npub mod a;\n#[cfg(test)]\nmod c;\n"),
            ("crates/text/src/a/mod.rs", "//! A.\npub(crate) mod b;\n"),
            ("crates/text/src/a/b.rs", "//! B.\n"),
            ("crates/text/src/c.rs", "//! C.\nmod d;\n"),
            ("crates/text/src/c/d.rs", "//! D.\n"),
            ("crates/text/tests/it.rs", "//! Tests.\nmod help;\n"),
            ("crates/text/tests/help/mod.rs", "//! Help.\n"),
        ];
        let fixture = Fixture::new("nested", &changes);
        assert_eq!(check(&fixture.0).unwrap(), []);
    }

    #[test]
    fn a_computing_crate_that_touches_the_world_is_found() {
        for touch in ["std::fs", "std::env::var", "std::time::Instant"] {
            let source = format!("//! Text.\nuse {touch};\n");
            check_broken("pure", &[("crates/text/src/lib.rs", &source)], "computes only");
        }
    }

    #[test]
    fn a_static_that_changes_is_found_in_a_computing_crate_and_a_field_is_not() {
        for cell in ["static N: OnceLock<u8> =", "pub(crate) static N:\n    std::sync::Mutex<u8> ="]
        {
            let source = format!("//! Text.\n{cell} f();\n");
            check_broken("static", &[("crates/text/src/lib.rs", &source)], "global state");
        }
        let own =
            "//! Text.\nstatic N: u8 = 1;\nstruct A<'a> {\n    n: OnceLock<&'static u8>,\n}\n";
        let fixture = Fixture::new("field", &[("crates/text/src/lib.rs", own)]);
        assert_eq!(check(&fixture.0).unwrap(), []);
    }

    #[test]
    fn unsafe_outside_its_files_is_found() {
        let source = "//! Text.\nfn f() { unsafe { g() } }\n";
        check_broken("unsafe", &[("crates/text/src/lib.rs", source)], "unsafe");
    }

    #[test]
    fn a_file_that_does_not_say_what_it_is_is_found() {
        check_broken("doc", &[("crates/text/src/lib.rs", "fn f() {}\n")], "//!");
    }

    #[test]
    fn notes_to_oneself_are_found() {
        let source = format!("//! Text.\n// {}: later\n", ["TO", "DO"].concat());
        check_broken("note", &[("crates/text/src/lib.rs", &source)], "note");
    }

    #[test]
    fn modules_of_other_packages_that_are_not_named() {
        let check = |source: &str| {
            check_broken("imports", &[("python/topicmill/a.py", source)], "may not import");
        };
        check("from sklearn.decomposition import NMF\n");
        check("    import sklearn.feature_extraction.text as t\n");
        check("from sklearn import decomposition\n");
        check("import numpy, sklearn\n");
        let source = "from sklearn.base import clone\nfrom sklearn.utils.validation import x\nimport sklearned\n";
        let fixture = Fixture::new("imported", &[("python/topicmill/a.py", source)]);
        assert_eq!(super::check(&fixture.0).unwrap(), []);
    }
}
