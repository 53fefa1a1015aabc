//! What the machine can do: the limits that other figures are read against.

use serde_json::json;

use crate::Figures;
use crate::measure::{median, seconds};

/// Numbers in each array when none is asked for: far larger than any cache.
const LEN: usize = 1 << 25;

/// Copies an array of numbers (`f64`) on one thread; the first argument is how many. Prints the
/// gigabytes read and written per second.
pub(crate) fn run(args: &[String]) -> Figures {
    let len = match args.first() {
        None => LEN,
        Some(len) => len.parse().map_err(|error| format!("how many numbers: {len:?}: {error}"))?,
    };
    let from = vec![1.0_f64; len];
    let mut to = vec![0.0_f64; len];
    let copy = median(seconds(5, || to.copy_from_slice(&from)));
    let bytes = (2 * len * size_of::<f64>()) as f64;
    Ok(json!({ "copy_gb_per_second": bytes / copy / 1e9 }))
}
