//! The reference below `docs/reference`, written by the program itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::cargo;

/// What to do with the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write them.
    Write,
    /// Fail when one is not as it would be written.
    Check,
}

/// The commands in the order of the reference.
const COMMANDS: &[&[&str]] = &[
    &[],
    &["build"],
    &["crawl"],
    &["topics"],
    &["infer"],
    &["query"],
    &["eval"],
    &["serve"],
    &["report"],
    &["cache"],
    &["cache", "ls"],
    &["cache", "verify"],
    &["cache", "gc"],
    &["cache", "clear"],
    &["recipe"],
    &["init"],
    &["demo"],
];

/// Writes or checks every generated file.
pub(crate) fn run(root: &Path, mode: Mode) -> Result<(), String> {
    println!("$ cargo xtask gen{}", if mode == Mode::Check { " --check" } else { "" });
    cargo(root, &["build", "--workspace", "--profile", "ci"])?;
    let binary = target(root).join("ci/topicmill");
    let files = [
        ("docs/reference/commands.md", commands(&binary)?),
        ("docs/reference/configuration.md", configuration(&binary)?),
    ];
    for (path, text) in files {
        let path = root.join(path);
        match mode {
            Mode::Write => {
                let parent = path.parent().unwrap_or(root);
                fs::create_dir_all(parent)
                    .and_then(|()| fs::write(&path, text))
                    .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
            }
            Mode::Check => {
                if fs::read_to_string(&path).ok().as_deref() != Some(&text) {
                    return Err(format!("{} is not fresh: run cargo xtask gen", path.display()));
                }
            }
        }
    }
    Ok(())
}

fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

fn commands(binary: &Path) -> Result<String, String> {
    let mut text = String::from("# Commands\n\nWritten by `cargo xtask gen`.\n");
    for command in COMMANDS {
        let name = [&["topicmill"], *command].concat().join(" ");
        let help = output(binary, &[*command, &["--help"]].concat(), Path::new("."))?;
        text.push_str(&format!("\n## {name}\n\n```text\n{}\n```\n", help.trim_end()));
    }
    Ok(text)
}

fn configuration(binary: &Path) -> Result<String, String> {
    let folder = std::env::temp_dir().join(format!("topicmill-gen-{}", std::process::id()));
    let failed = |error| format!("cannot write to {}: {error}", folder.display());
    fs::create_dir_all(&folder).map_err(failed)?;
    output(binary, &["init", "--force"], &folder)?;
    let template = fs::read_to_string(folder.join("topicmill.toml")).map_err(failed)?;
    fs::remove_dir_all(&folder).map_err(failed)?;
    Ok(format!(
        "# Configuration\n\nWritten by `cargo xtask gen`: what `topicmill init` writes.\n\n\
         ```toml\n{template}```\n"
    ))
}

fn output(binary: &Path, args: &[&str], folder: &Path) -> Result<String, String> {
    let line = format!("{} {}", binary.display(), args.join(" "));
    let output = Command::new(binary)
        .args(args)
        .current_dir(folder)
        .env("COLUMNS", "100")
        .output()
        .map_err(|error| format!("cannot run {line}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{line} failed ({})", output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{line}: {error}"))
}
