//! Word clouds: layout and SVG of every list of words in a file.

use std::hint::black_box;
use std::time::Instant;

use cloud::{CloudConfig, Link, Word, layout};

use crate::Figures;

/// `FILE`: a JSON list of clouds, each a list of a word and its weight.
pub(crate) fn run(args: &[String]) -> Figures {
    let path = args.first().ok_or("usage: clouds FILE")?;
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let clouds: Vec<Vec<(String, f64)>> =
        serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
    let config = CloudConfig { max_words: usize::MAX, ..CloudConfig::default() };
    let started = Instant::now();
    let mut n_placed = 0;
    for words in &clouds {
        let words: Vec<Word<'_>> =
            words.iter().map(|(text, weight)| Word { text, weight: *weight }).collect();
        let cloud = layout(&words, &config).map_err(|error| error.to_string())?;
        n_placed += cloud.words.len();
        black_box(
            cloud.to_svg("A cloud", |_, word| Link {
                href: "#".to_owned(),
                title: word.text.clone(),
            }),
        );
    }
    let seconds = started.elapsed().as_secs_f64();
    Ok(serde_json::json!({ "seconds": seconds, "clouds": clouds.len(), "placed": n_placed }))
}
