//! Virtual environments of Python, made when they are first asked for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::run;

/// The interpreter of an environment below `target/venv/NAME` that has what `requirements` names.
///
/// An environment whose requirements have changed since is brought up to date.
pub(crate) fn python(root: &Path, name: &str, requirements: &Path) -> Result<PathBuf, String> {
    let folder = root.join("target/venv").join(name);
    let python = folder.join("bin/python");
    let failed = |what: &Path, error| format!("{}: {error}", what.display());
    let wanted = fs::read_to_string(requirements).map_err(|error| failed(requirements, error))?;
    let installed = folder.join("installed.txt");
    if python.is_file() && fs::read_to_string(&installed).is_ok_and(|had| had == wanted) {
        return Ok(python);
    }
    // One that was not finished may lack its half.
    if !installed.is_file() {
        let mut make = Command::new("python3");
        make.args(["-m", "venv", "--clear"]).arg(&folder);
        run(root, make)?;
    }
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    install.arg("--requirement").arg(requirements);
    run(root, install)?;
    fs::write(&installed, wanted).map_err(|error| failed(&installed, error))?;
    Ok(python)
}
