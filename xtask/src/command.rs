//! Commands, shown before they run.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Runs cargo at the root.
pub(crate) fn cargo(root: &Path, args: &[&str]) -> Result<(), String> {
    let mut command = Command::new("cargo");
    command.args(args);
    run(root, command)
}

/// Prints the command, runs it in `folder`, and fails when it fails.
pub(crate) fn run(folder: &Path, mut command: Command) -> Result<(), String> {
    let words: Vec<String> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let line = words.join(" ");
    println!("$ {line}");
    // What `cargo run` says of this program: build scripts that look at the same of theirs would run again, and
    // all that is built on them.
    let own = env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_MANIFEST_") || name.starts_with("CARGO_PKG_")
    });
    own.for_each(|name| {
        command.env_remove(name);
    });
    let started = Instant::now();
    let status = command
        .current_dir(folder)
        .status()
        .map_err(|error| format!("cannot run {line}: {error}"))?;
    println!("  ({:.0} s)", started.elapsed().as_secs_f64());
    if status.success() { Ok(()) } else { Err(format!("{line} failed ({status})")) }
}

/// Installs packages of Debian, as root on Debian only.
pub(crate) fn install(root: &Path, packages: &[&str]) -> Result<(), String> {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n");
    if !is_root || on_path("apt-get").is_none() {
        return Err("it can be installed by root on Debian only".to_owned());
    }
    let apt = |args: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.args(args).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        run(root, apt)
    };
    apt(&["update"])?;
    apt(&[&["install", "--yes", "--no-install-recommends"], packages].concat())
}

/// Where a program is.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
