//! Coherence: whether the words of a topic occur together.

use super::Occurrence;
use super::occurrence::EPSILON;

/// The coherence of `topics`, each a list of its first words (columns of the occurrence matrix):
/// the mean over the topics of the mean normalised pointwise mutual information over all pairs of
/// the topic's words. Documents are the windows.
///
/// `None` when no topic has two words. Cost: a merge of two document lists for every pair.
#[must_use]
pub fn npmi(topics: &[Vec<usize>], occurrence: &Occurrence) -> Option<f64> {
    let means: Vec<f64> = topics
        .iter()
        .filter_map(|words| {
            let pairs = words
                .iter()
                .enumerate()
                .flat_map(|(at, &a)| words[..at].iter().map(move |&b| occurrence.npmi(a, b)));
            mean(pairs)
        })
        .collect();
    mean(means.into_iter())
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0_usize), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum / n as f64)
}

/// U_mass (Mimno et al., EMNLP 2011) as gensim computes it: the mean over the topics of the mean of
/// `ln((n_ab / n + 1e-12) / (n_b / n))` over the pairs of each word `a` and those before it, `b`.
///
/// A pair whose earlier word never occurs is passed over. `None` when there is no pair.
#[must_use]
pub fn u_mass(topics: &[Vec<usize>], occurrence: &Occurrence) -> Option<f64> {
    let n = occurrence.n_docs as f64;
    let means: Vec<f64> = topics
        .iter()
        .filter_map(|words| {
            let pairs = words.iter().enumerate().flat_map(|(at, &a)| {
                words[..at].iter().filter_map(move |&b| {
                    let before = occurrence.count(b) as f64;
                    let both = occurrence.count_both(a, b) as f64;
                    (before > 0.0).then(|| libm::log((both / n + EPSILON) / (before / n)))
                })
            });
            mean(pairs)
        })
        .collect();
    mean(means.into_iter())
}
