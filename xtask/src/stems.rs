//! Stems of the words of Snowball's public vocabularies, beside its own.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use crate::command::{install, run};
use crate::venv;

/// The package of Debian that has them, and where.
const PACKAGE: &str = "snowball-data";
const VOCABULARIES: &str = "/usr/share/snowball/data";

/// Compares them; fails where a stem is not that of Snowball's own stemmers.
pub(crate) fn compare(root: &Path) -> Result<(), String> {
    if !Path::new(VOCABULARIES).is_dir() {
        install(root, &[PACKAGE]).map_err(|error| format!("{PACKAGE} is missing: {error}"))?;
    }
    let testdata = root.join("crates/text/testdata");
    let python = venv::python(root, "stems", &testdata.join("requirements.txt"))?;
    let pairs = root.join("target/stems.tsv");
    let file = File::create(&pairs).map_err(|error| format!("{}: {error}", pairs.display()))?;
    let mut write = Command::new(python);
    write.arg(testdata.join("vocabularies.py")).arg(VOCABULARIES).stdout(file);
    run(root, write)?;
    let mut test = Command::new("cargo");
    test.args(["test", "--profile", "ci", "-p", "topicmill-text", "--lib", "public_vocabularies"]);
    test.args(["--", "--ignored", "--nocapture"]).env("TOPICMILL_TEST_STEMS", &pairs);
    run(root, test)?;
    fs::remove_file(&pairs).map_err(|error| format!("{}: {error}", pairs.display()))
}
