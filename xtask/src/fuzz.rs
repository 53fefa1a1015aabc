//! Stored files and sources that nobody meant, made up by libFuzzer.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::run;

/// The programs in `fuzz/targets`.
const TARGETS: [&str; 12] = [
    "store", "array", "counts", "model", "results", "recipe", "robots", "calendar", "xml", "table",
    "json", "html",
];
/// How the compiler marks which ways a program takes, for libFuzzer to see. Every stable compiler can.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Clink-dead-code";
/// What a target may have in all, KiB: whatever a file claims to hold.
const MEMORY_KIB: u32 = 3_000_000;

/// Runs every target for `seconds`; what was found to be new is kept below `target/fuzz` for the next time.
/// A file that fails is kept in `target/fuzz/failed`, and named.
pub(crate) fn run_all(root: &Path, seconds: u32) -> Result<(), String> {
    let fuzz = root.join("fuzz");
    let target = root.join("target/fuzz");
    // The versions of the workspace.
    let lock = fuzz.join("Cargo.lock");
    fs::copy(root.join("Cargo.lock"), &lock).map_err(|e| format!("{}: {e}", lock.display()))?;
    let mut build = Command::new("cargo");
    build.args(["build", "--release", "--target-dir"]).arg(&target).env("RUSTFLAGS", FLAGS);
    // With a target of its own, programs that run while it compiles are built without the marks.
    let host = host(root)?;
    build.args(["--target", &host]);
    run(&fuzz, build)?;
    let failed = target.join("failed");
    fs::create_dir_all(&failed).map_err(|error| error.to_string())?;
    for name in TARGETS {
        let corpus = target.join("corpus").join(name);
        fs::create_dir_all(&corpus).map_err(|error| error.to_string())?;
        let scratch = target.join("scratch");
        if scratch.is_dir() {
            fs::remove_dir_all(&scratch).map_err(|e| format!("{}: {e}", scratch.display()))?;
        }
        fs::create_dir_all(&scratch).map_err(|e| format!("{}: {e}", scratch.display()))?;
        let program = target.join(&host).join("release").join(name);
        let mut fuzzing = Command::new("sh");
        fuzzing
            .arg("-c")
            .arg(format!("ulimit -v {MEMORY_KIB} && exec \"$0\" \"$@\""))
            .arg(program)
            .arg(&corpus)
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-artifact_prefix={}/{name}-", failed.display()))
            .args(["-max_len=65536", "-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1"])
            .env("TOPICMILL_SEEDS", &corpus)
            .env("TMPDIR", &scratch);
        run(&fuzz, fuzzing)?;
    }
    Ok(())
}

/// The name of the machine that the compiler compiles for.
fn host(root: &Path) -> Result<String, String> {
    let output = Command::new("rustc").arg("-vV").current_dir(root).output();
    let output = output.map_err(|error| format!("cannot run rustc: {error}"))?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc does not tell its host".to_owned())
}
