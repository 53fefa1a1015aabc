//! The site in a real browser.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::{install, on_path, run};

/// Debian's packages of what the tests need, and a program of each.
const PACKAGES: &[(&str, &str)] = &[("chromium", "chromium"), ("nodejs", "node"), ("npm", "npm")];
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
    let packages = missing.map(|(package, _)| *package);
    install(root, &std::iter::once("fonts-dejavu-core").chain(packages).collect::<Vec<_>>())
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
