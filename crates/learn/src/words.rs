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
/// | `balance` | 0.02 | the mutual information that a term e times as heavy may lack | ≥ 0 |
/// | `keep` | 0.5 | a word stays with more than one topic where its weight is this share of its greatest | 0 to 1 |
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WordsConfig {
    /// Words of a topic.
    pub n_words: usize,
    /// The heaviest terms of a topic, among which its words are chosen.
    pub candidates: usize,
    /// Documents that two words must share for half of their mutual information to count.
    pub shrink: f64,
    /// The mean mutual information with the others that a term e times as heavy may lack.
    pub balance: f64,
    /// A word stays with more than one topic where its weight is this share of its greatest.
    pub keep: f64,
}

impl Default for WordsConfig {
    fn default() -> Self {
        Self { n_words: 10, candidates: 30, shrink: 5.0, balance: 0.02, keep: 0.5 }
    }
}

impl WordsConfig {
    /// The words of every topic, the best first: columns of `components`, (n_topics, n_terms).
    ///
    /// Heavy terms that occur together go first. Of the candidates the one that keeps the least company
    /// with those left is dropped, one after the other; the last to go are the words. A candidate's
    /// company is the mean normalised pointwise mutual information with the others, weighed by the
    /// roots of their weights, each pair's shrunk by `n / (n + shrink)` for the `n` documents that hold
    /// both, plus `balance · ln(weight)`. (Raw mutual information prefers pairs of rare words that met
    /// once or twice, and does badly on other documents. The company of all candidates at once, in
    /// place of those left, lets two subjects within one topic mix.) Then a word that
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
        let mut company = vec![vec![0.0; n]; n];
        for a in 0..n {
            for b in 0..a {
                let (term_a, term_b) = (candidates[a].0, candidates[b].0);
                let both = occurrence.count_both(term_a, term_b) as f64;
                if both > 0.0 {
                    let shrunk = occurrence.npmi(term_a, term_b) * both / (both + self.shrink);
                    company[a][b] = shrunk;
                    company[b][a] = shrunk;
                }
            }
        }
        let mut order = without_the_lonely(&weights, &company, self.balance);
        order.reverse();
        order.into_iter().map(|at| candidates[at].0).collect()
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

/// The candidates in the order in which they are dropped; the last of those that are equal goes first.
fn without_the_lonely(weights: &[f64], company: &[Vec<f64>], balance: f64) -> Vec<usize> {
    let roots: Vec<f64> = weights.iter().map(|weight| weight.sqrt()).collect();
    let mut left: Vec<usize> = (0..weights.len()).collect();
    let mut dropped = Vec::with_capacity(left.len());
    while left.len() > 1 {
        let total: f64 = left.iter().map(|&at| roots[at]).sum();
        let score = |at: usize| {
            let sum: f64 = left.iter().map(|&other| roots[other] * company[at][other]).sum();
            sum / (total - roots[at]) + balance * libm::log(weights[at])
        };
        let scores: Vec<f64> = left.iter().map(|&at| score(at)).collect();
        let least = (0..left.len())
            .reduce(|least, place| if scores[place] <= scores[least] { place } else { least })
            .unwrap_or(0);
        dropped.push(left.remove(least));
    }
    dropped.extend(left);
    dropped
}
