//! How texts are compared.

use std::collections::HashMap;
use std::io::Write;

/// Written past the test runner, which keeps what passing tests print to itself.
pub(crate) fn say(line: &str) {
    let mut err = std::io::stderr();
    writeln!(err, "{line}").unwrap();
}

fn tokens(text: &str) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for token in text.split(|c: char| !c.is_alphanumeric()).filter(|t| !t.is_empty()) {
        *counts.entry(token.to_lowercase()).or_default() += 1;
    }
    counts
}

/// The F1 of the words of `own` against those of `gold`, 0 to 1; 1 where both are empty.
pub(crate) fn f1(own: &str, gold: &str) -> f64 {
    let (own, gold) = (tokens(own), tokens(gold));
    let (n_own, n_gold): (usize, usize) = (own.values().sum(), gold.values().sum());
    if n_own + n_gold == 0 {
        return 1.0;
    }
    let both: usize = own.iter().map(|(t, n)| (*n).min(gold.get(t).copied().unwrap_or(0))).sum();
    2.0 * both as f64 / (n_own + n_gold) as f64
}
