//! How many instructions counting takes for a byte of text: a guard of the scanner that no busy machine
//! disturbs.

use std::path::Path;
use std::process::Command;

use crate::command::{cargo, on_path};

/// Preset, letters, and instructions for a byte at most, in the profile `ci`: a tenth above what they
/// are, or less.
const LIMITS: &[(&str, &str, f64)] = &[
    ("sklearn", "ascii", 31.0),
    ("sklearn", "any", 39.0),
    ("readable", "ascii", 47.0),
    ("readable", "any", 54.0),
];
/// How often the text is counted; what does not grow with it drops out of the difference.
const TIMES: [u64; 2] = [4, 12];

/// Counts instructions with valgrind, and fails when there are more than allowed. Without valgrind
/// nothing is counted, which is said.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    if on_path("valgrind").is_none() {
        println!("SKIPPED: valgrind is not installed; nobody counts the scanner's instructions");
        return Ok(());
    }
    cargo(root, &["build", "--workspace", "--profile", "ci"])?;
    let mut broken = 0;
    for &(preset, letters, limit) in LIMITS {
        let [few, many] = TIMES.map(|times| instructions(root, [preset, letters], times));
        let ((few, _), (many, n_bytes)) = (few?, many?);
        let per_byte = (many - few) as f64 / ((TIMES[1] - TIMES[0]) * n_bytes) as f64;
        println!("{preset}, {letters}: {per_byte:.2} instructions a byte, {limit} allowed");
        broken += usize::from(per_byte > limit);
    }
    match broken {
        0 => Ok(()),
        n => Err(format!(
            "counting takes more instructions than allowed in {n} of {} cases",
            LIMITS.len()
        )),
    }
}

/// The instructions of one run, and the bytes of its text.
fn instructions(
    root: &Path,
    [preset, letters]: [&str; 2],
    times: u64,
) -> Result<(u64, u64), String> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind.arg(root.join("target/ci/topicmill-bench"));
    valgrind.args(["scan", preset, letters, &times.to_string()]);
    let ran = valgrind.output().map_err(|error| format!("cannot run valgrind: {error}"))?;
    let (out, told) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    let number_after = |text: &str, label: &str| {
        let (_, rest) = text.split_once(label)?;
        let digits: String = rest
            .chars()
            .skip_while(|c| !c.is_ascii_digit())
            .take_while(char::is_ascii_digit)
            .collect();
        digits.parse::<u64>().ok()
    };
    let counted = number_after(&told, "Collected").zip(number_after(&out, "\"bytes\""));
    counted.ok_or_else(|| format!("valgrind counted nothing ({}): {told}", ran.status))
}
