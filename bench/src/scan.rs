//! Counting a fixed text again and again on one thread, for who counts instructions.

use jobs::Run;
use serde_json::json;
use text::{CountConfig, Counter};

use crate::Figures;

/// Bytes of the text, or a few more.
const BYTES: usize = 1 << 18;
/// Different words in it.
const N_WORDS: u64 = 4000;

/// Counts the words of one text so many times: `sklearn|readable ascii|any TIMES`.
///
/// The text is of invented words, frequent and rare ones; with `any` every fifth has a letter outside
/// ASCII. It is the same on every machine.
pub(crate) fn run(args: &[String]) -> Figures {
    let usage = "usage: scan sklearn|readable ascii|any TIMES".to_owned();
    let [preset, letters, times] = args else { return Err(usage) };
    let config = match preset.as_str() {
        "sklearn" => CountConfig::sklearn(),
        "readable" => CountConfig::readable(),
        _ => return Err(usage),
    };
    let text = match letters.as_str() {
        "ascii" => invented("aeiou"),
        "any" => invented("aeioé"),
        _ => return Err(usage),
    };
    let times: usize = times.parse().map_err(|error| format!("{times:?}: {error}"))?;
    let counter = Counter::new(&config).map_err(|error| error.to_string())?;
    let docs = vec![text.as_str(); times];
    let shard = counter.count_shard(&docs).map_err(|error| error.to_string())?;
    let counts = counter.merge(&[shard], &Run::serial()).map_err(|error| error.to_string())?;
    Ok(json!({ "bytes": text.len(), "terms": counts.vocabulary.len() }))
}

/// Sentences of invented words with these vowels.
fn invented(vowels: &str) -> String {
    let vowels: Vec<char> = vowels.chars().collect();
    let mut text = String::new();
    let mut state = 1_u64;
    // Knuth's generator: its upper bits are random enough for words.
    let mut random = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut n_words = 0;
    while text.len() < BYTES {
        // Small numbers come far more often.
        let mut word = random(N_WORDS) * random(N_WORDS) / N_WORDS + 1;
        let start = text.len();
        while word > 0 {
            text.push(char::from(b"bdfgklmnprst"[(word % 12) as usize]));
            text.push(vowels[(word / 12 % 5) as usize]);
            word /= 30;
        }
        n_words += 1;
        if n_words % 9 == 1 {
            text[start..=start].make_ascii_uppercase();
        }
        text.push_str(if n_words % 9 == 0 { ". " } else { " " });
    }
    text
}
