//! The site in a real browser.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::{install, on_path, run};

/// Debian's packages of what the tests need, and a program of each.
const PACKAGES: &[(&str, &str)] = &[("chromium", "chromium"), ("nodejs", "node"), ("npm", "npm")];
/// Debian's packages of fonts, and a language that each writes: what is drawn without one is a row of
/// empty frames.
const FONTS: &[(&str, &str)] = &[
    ("fonts-dejavu-core", "he"),
    ("fonts-lohit-deva", "hi"),
    ("fonts-thai-tlwg", "th"),
    ("fonts-vlgothic", "ja"),
];
/// The scripts of the tests.
const SCRIPTS: &str = "crates/site/tests/browser";

/// Runs the tests of the site in headless Chromium with the program that was built for tests.
///
/// What is missing is installed where that is possible without asking anybody; else the tests are
/// skipped, and say so.
pub(crate) fn test(root: &Path) -> Result<(), String> {
    if let Some(missing) = missing_package()
        && let Err(why) = install_missing(root)
    {
        println!("SKIPPED: the tests in a browser, for want of {missing} ({why})");
        return Ok(());
    }
    let fonts = missing_fonts();
    if !fonts.is_empty()
        && let Err(why) = install(root, &fonts)
    {
        println!(
            "SKIPPED in part: frames stand for letters, for want of {} ({why})",
            fonts.join(", ")
        );
    }
    let chromium =
        on_path("chromium").ok_or("chromium is not on the PATH after its installation")?;
    let folder = root.join("target/browser");
    copy_scripts(&root.join(SCRIPTS), &folder)?;
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--prefer-offline"]);
    if let Err(why) = run(&folder, npm) {
        println!(
            "SKIPPED: the tests in a browser, for want of playwright-core and axe-core ({why})"
        );
        return Ok(());
    }
    let mut build = Command::new("cargo");
    build.args(["build", "--workspace", "--profile", "ci"]);
    run(root, build)?;
    let mut node = Command::new("node");
    node.arg(folder.join("run.mjs")).arg(root.join("target/ci/topicmill"));
    node.arg(chromium).arg(folder.join("work"));
    run(root, node)
}

fn missing_package() -> Option<&'static str> {
    PACKAGES.iter().find(|(_, program)| on_path(program).is_none()).map(|(package, _)| *package)
}

/// Installs the missing packages.
fn install_missing(root: &Path) -> Result<(), String> {
    let missing = PACKAGES.iter().filter(|(_, program)| on_path(program).is_none());
    install(root, &missing.map(|(package, _)| *package).collect::<Vec<_>>())
}

/// The packages of the languages that no font here writes.
fn missing_fonts() -> Vec<&'static str> {
    let is_missing = |language: &str| {
        let found = Command::new("fc-list").arg(format!(":lang={language}")).output();
        found.is_ok_and(|found| found.stdout.is_empty())
    };
    FONTS.iter().filter(|(_, language)| is_missing(language)).map(|(package, _)| *package).collect()
}

/// The modules that the scripts import are looked for beside them: they run from a folder of their
/// own, so that none comes into the sources.
fn copy_scripts(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error| format!("{} to {}: {error}", from.display(), to.display());
    fs::create_dir_all(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        fs::copy(entry.path(), to.join(entry.file_name())).map_err(failed)?;
    }
    Ok(())
}
