//! Diversity: whether topics have words of their own.

/// The share of different words among all words of `topics` (Dieng, Ruiz and Blei, TACL 8, 2020,
/// there with 25 words a topic). `None` when there are no words.
#[must_use]
pub fn diversity(topics: &[Vec<usize>]) -> Option<f64> {
    let mut words: Vec<usize> = topics.iter().flatten().copied().collect();
    let total = words.len();
    words.sort_unstable();
    words.dedup();
    (total > 0).then(|| words.len() as f64 / total as f64)
}
