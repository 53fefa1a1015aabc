//! The words that stand for a topic.

use jobs::Run;
use ndarray::{ArrayView1, ArrayView2};

use crate::{Error, Occurrence, Real};

/// How the words of topics are chosen.
///
/// | field | default | meaning | allowed |
/// |---|---|---|---|
/// | `n_words` | 10 | words of a topic | ≥ 1 |
/// | `candidates` | 30 | the heaviest terms, among which they are chosen | ≥ `n_words` |
/// | `shrink` | 5 | documents that two words must share for half of their mutual information to count | ≥ 0 |
/// | `balance` | 0.5 | how much the weight counts beside the company | 0 to 1 |
/// | `keep` | 0.5 | a word stays with more than one topic where its weight is this share of its greatest | 0 to 1 |
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WordsConfig {
    /// Words of a topic.
    pub n_words: usize,
    /// The heaviest terms of a topic, among which its words are chosen.
    pub candidates: usize,
    /// Documents that two words must share for half of their mutual information to count.
    pub shrink: f64,
    /// How much a term's weight counts beside the company that it keeps, 0 to 1.
    pub balance: f64,
    /// A word stays with more than one topic where its weight is this share of its greatest.
    pub keep: f64,
}

impl Default for WordsConfig {
    fn default() -> Self {
        Self { n_words: 10, candidates: 30, shrink: 5.0, balance: 0.5, keep: 0.5 }
    }
}

/// Guards the scaling of scores that are all alike.
const SPREAD: f64 = 1e-9;

impl WordsConfig {
    /// The words of every topic, the best first: columns of `components`, (n_topics, n_terms).
    ///
    /// Heavy terms that occur with the topic's other heavy terms go first: a candidate's score is
    /// `weight^λ · company^(1 − λ)`, its company being the mean normalised pointwise mutual
    /// information with the other candidates, weighed by their weights, each pair's shrunk by
    /// `n / (n + shrink)` for the `n` documents that hold both. (Raw mutual information prefers pairs
    /// of rare words that met once or twice, and does badly on other documents.) Then a word that
    /// several topics chose goes to the next candidate where it is light. The topics themselves do
    /// not change. Fewer candidates than `n_words` stay as they are, by weight.
    ///
    /// Cost: a merge of two document lists for each pair of candidates.
    ///
    /// # Errors
    /// Those of the parallel run.
    pub fn choose<F: Real>(
        &self,
        components: ArrayView2<'_, F>,
        occurrence: &Occurrence,
        run: &Run,
    ) -> Result<Vec<Vec<usize>>, Error> {
        let rows: Vec<_> = components.rows().into_iter().collect();
        let ranked: Vec<Vec<usize>> = run.map(rows, |row| self.rank(row, occurrence))?;
        Ok(self.distinct(&ranked, components))
    }

    /// The candidates of one topic, the best first.
    fn rank<F: Real>(&self, row: ArrayView1<'_, F>, occurrence: &Occurrence) -> Vec<usize> {
        let mut candidates: Vec<(usize, f64)> = row
            .iter()
            .enumerate()
            .map(|(term, &weight)| (term, weight.into()))
            .filter(|(_, weight)| *weight > 0.0)
            .collect();
        candidates.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        candidates.truncate(self.candidates);
        if candidates.len() <= self.n_words {
            return candidates.into_iter().map(|(term, _)| term).collect();
        }
        let heaviest = candidates[0].1;
        let weights: Vec<f64> = candidates.iter().map(|(_, weight)| weight / heaviest).collect();
        let n = candidates.len();
        let mut company = vec![0.0; n];
        for a in 0..n {
            for b in 0..a {
                let (term_a, term_b) = (candidates[a].0, candidates[b].0);
                let both = occurrence.count_both(term_a, term_b) as f64;
                if both > 0.0 {
                    let shrunk = occurrence.npmi(term_a, term_b) * both / (both + self.shrink);
                    company[a] += weights[b] * shrunk;
                    company[b] += weights[a] * shrunk;
                }
            }
        }
        let total: f64 = weights.iter().sum();
        for (company, weight) in company.iter_mut().zip(&weights) {
            *company /= (total - weight).max(SPREAD);
        }
        let least = company.iter().copied().fold(f64::INFINITY, f64::min);
        let most = company.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut scored: Vec<(usize, f64)> = (0..n)
            .map(|at| {
                let company = (company[at] - least + SPREAD) / (most - least + SPREAD);
                let score =
                    libm::pow(weights[at], self.balance) * libm::pow(company, 1.0 - self.balance);
                (candidates[at].0, score)
            })
            .collect();
        // Stable: equal scores keep the order of the weights.
        scored.sort_by(|a, b| b.1.total_cmp(&a.1));
        scored.into_iter().map(|(term, _)| term).collect()
    }

    /// The first words of each topic, less those that are far heavier in another topic that has them
    /// among its own.
    fn distinct<F: Real>(
        &self,
        ranked: &[Vec<usize>],
        components: ArrayView2<'_, F>,
    ) -> Vec<Vec<usize>> {
        let first = |words: &Vec<usize>| words[..words.len().min(self.n_words)].to_vec();
        let chosen: Vec<Vec<usize>> = ranked.iter().map(first).collect();
        let mut greatest = std::collections::BTreeMap::new();
        for (topic, words) in chosen.iter().enumerate() {
            for &term in words {
                let weight: f64 = components[[topic, term]].into();
                let entry = greatest.entry(term).or_insert(0.0_f64);
                *entry = entry.max(weight);
            }
        }
        ranked
            .iter()
            .enumerate()
            .map(|(topic, words)| {
                let is_elsewhere = |term: usize| {
                    let weight: f64 = components[[topic, term]].into();
                    greatest.get(&term).is_some_and(|greatest| weight < self.keep * greatest)
                };
                let (own, other): (Vec<usize>, Vec<usize>) =
                    words.iter().partition(|&&term| !is_elsewhere(term));
                own.into_iter().chain(other).take(self.n_words).collect()
            })
            .collect()
    }
}
