//! The Python package: its wheel, and the tests that run on the wheel.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{on_path, run};
use crate::venv;

/// Bytes that the wheel may have.
const LARGEST: u64 = 12_000_000;

/// Builds the wheel, installs it, and runs its tests and its documentation's examples.
pub(crate) fn test(root: &Path) -> Result<(), String> {
    let (python, wheel) = installed(root)?;
    let mut tests = Command::new(&python);
    tests.args(["-m", "pytest", "-q"]);
    // Not beside the sources, which would be imported instead of what the wheel installed.
    run(&root.join("python/tests"), tests)?;
    // The examples in the docstrings of what the wheel installed.
    let mut examples = Command::new(&python);
    examples.args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "--doctest-modules"]);
    examples.args(["--pyargs", "topicmill"]);
    run(&root.join("target"), examples)?;
    let mut stubs = Command::new(&python);
    stubs.args(["-m", "mypy.stubtest", "topicmill._native", "--ignore-disjoint-bases"]);
    run(&root.join("target"), stubs)?;
    // Every example is executed; a warning is an error.
    let mut docs = Command::new(&python);
    docs.args(["-m", "sphinx", "-q", "-W", "-b", "html", "-d", "target/python-docs/trees"]);
    docs.args(["docs/python", "target/python-docs/html"]);
    run(root, docs)?;
    memory(root, &python)?;
    alone(root, &wheel)
}

/// Runs work of every kind on the wheel under valgrind, where that is installed.
fn memory(root: &Path, python: &Path) -> Result<(), String> {
    if on_path("valgrind").is_none() {
        println!("SKIPPED: valgrind is not installed; nobody looks at the Python package's memory");
        return Ok(());
    }
    let mut check = Command::new(python);
    check.arg("memcheck.py");
    run(&root.join("python/tests"), check)
}

/// Builds the wheel that is published, for every Linux with glibc 2.28 or newer: zig links against that
/// glibc, whatever this machine has. Its files are deflated as small as can be, which takes minutes.
pub(crate) fn publish(root: &Path) -> Result<(), String> {
    let python = venv::python(root, "publish", &root.join("python/publish.txt"))?;
    let wheel = wheel(
        root,
        &python,
        &["--profile", "release", "--zig", "--compatibility", "manylinux_2_28"],
    )?;
    let mut recompress = Command::new(&python);
    recompress.arg("recompress.py").arg(&wheel);
    run(&root.join("python"), recompress)?;
    alone(root, &wheel)?;
    let len = fs::metadata(&wheel).map_err(|error| format!("{}: {error}", wheel.display()))?.len();
    println!("{}: {:.1} MB", wheel.display(), len as f64 / 1e6);
    if len > LARGEST {
        return Err(format!("the wheel has {len} bytes, it may have {LARGEST}"));
    }
    Ok(())
}

/// The interpreter that has the wheel, built with the profile `ci`, and the wheel.
fn installed(root: &Path) -> Result<(PathBuf, PathBuf), String> {
    let python = venv::python(root, "python", &root.join("python/requirements.txt"))?;
    let wheel = wheel(root, &python, &["--profile", "ci"])?;
    install(root, &python, &wheel)?;
    Ok((python, wheel))
}

/// Builds the wheel as users get it and installs it for `python`.
pub(crate) fn install_release(root: &Path, python: &Path) -> Result<(), String> {
    let wheel = wheel(root, python, &["--profile", "release"])?;
    install(root, python, &wheel)
}

/// The wheel, built as `how` says beside the rest of the workspace's artefacts.
fn wheel(root: &Path, python: &Path, how: &[&str]) -> Result<PathBuf, String> {
    let wheels = root.join("target/wheels");
    let failed = |error| format!("{}: {error}", wheels.display());
    if wheels.is_dir() {
        fs::remove_dir_all(&wheels).map_err(failed)?;
    }
    let mut build = Command::new(python);
    build.args(["-m", "maturin", "build", "--compression-level", "9"]).args(how);
    build.arg("--out").arg(&wheels);
    // Where maturin looks for zig.
    build.env("CARGO_ZIGBUILD_PYTHON_PATH", python);
    run(&root.join("python"), build)?;
    let built = fs::read_dir(&wheels).map_err(failed)?.flatten().map(|entry| entry.path());
    let built = built.filter(|path| path.extension() == Some(OsStr::new("whl"))).max();
    built.ok_or_else(|| format!("maturin left no wheel in {}", wheels.display()))
}

fn install(root: &Path, python: &Path, wheel: &Path) -> Result<(), String> {
    let mut install = Command::new(python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    install.args(["--force-reinstall", "--no-deps"]).arg(wheel);
    run(root, install)
}

/// Runs the examples of the package's README where nothing but the wheel and what it asks for is
/// installed.
fn alone(root: &Path, wheel: &Path) -> Result<(), String> {
    let folder = root.join("target/venv/wheel");
    let mut make = Command::new("python3");
    make.args(["-m", "venv", "--clear"]).arg(&folder);
    run(root, make)?;
    let python = folder.join("bin/python");
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).arg(wheel);
    run(root, install)?;
    let mut readme = Command::new(&python);
    readme.arg("readme.py");
    run(&root.join("python/tests"), readme)
}
