//! Which topics are like each other.

use hashbrown::HashMap;

use crate::SiteData;
use crate::views::fraction;

/// How many topics are named as neighbours, and how many of their common terms.
const MAX_NEAR: usize = 4;
const MAX_SHARED: usize = 5;
/// The least likeness that is worth naming.
const LEAST: f64 = 0.05;

/// A topic that is like another one, and why.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Near<'a> {
    pub(crate) topic: usize,
    /// 0 to 1.
    pub(crate) likeness: f64,
    /// The terms both hold that count most.
    pub(crate) terms: Vec<&'a str>,
}

/// For every topic its neighbours, the closest first.
///
/// Two topics are alike when their terms are (the cosine of their weights) or when documents are
/// about both (the cosine of their shares in the documents); the mean of the two counts.
pub(crate) fn of_topics<'a>(data: &SiteData<'a>) -> Vec<Vec<Near<'a>>> {
    let weights: Vec<HashMap<&str, f64>> = data
        .topics
        .iter()
        .map(|topic| topic.terms.iter().map(|term| (term.term, fraction(term.weight))).collect())
        .collect();
    let norms: Vec<f64> = data
        .topics
        .iter()
        .map(|topic| topic.terms.iter().map(|term| square(fraction(term.weight))).sum())
        .collect();
    let shares = common_shares(data);
    let topics = data.topics.iter().enumerate().map(|(topic, of)| {
        let mut near: Vec<Near<'a>> = (0..data.topics.len())
            .filter(|&other| other != topic)
            .map(|other| {
                let mut shared: Vec<(f64, &'a str)> = of
                    .terms
                    .iter()
                    .filter_map(|term| {
                        let there = weights[other].get(term.term)?;
                        Some((fraction(term.weight) * there, term.term))
                    })
                    .collect();
                let dot: f64 = shared.iter().map(|(product, _)| product).sum();
                let of_terms = cosine(dot, norms[topic], norms[other]);
                shared.sort_by(|a, b| b.0.total_cmp(&a.0));
                let both = shares.get(&(topic.min(other), topic.max(other))).copied();
                let of_documents = cosine(
                    both.unwrap_or(0.0),
                    shares.get(&(topic, topic)).copied().unwrap_or(0.0),
                    shares.get(&(other, other)).copied().unwrap_or(0.0),
                );
                Near {
                    topic: other,
                    likeness: f64::midpoint(of_terms, of_documents),
                    terms: shared.into_iter().take(MAX_SHARED).map(|(_, term)| term).collect(),
                }
            })
            .filter(|near| near.likeness >= LEAST)
            .collect();
        near.sort_by(|a, b| b.likeness.total_cmp(&a.likeness).then(a.topic.cmp(&b.topic)));
        near.truncate(MAX_NEAR);
        near
    });
    topics.collect()
}

/// For pairs of topics, the lower first, the sum over all documents of the product of their shares.
fn common_shares(data: &SiteData<'_>) -> HashMap<(usize, usize), f64> {
    let mut sums = HashMap::new();
    for document in &data.documents {
        for (n, a) in document.topics.iter().enumerate() {
            for b in &document.topics[n..] {
                let pair = (a.index.min(b.index), a.index.max(b.index));
                *sums.entry(pair).or_insert(0.0) += fraction(a.weight) * fraction(b.weight);
            }
        }
    }
    sums
}

fn square(x: f64) -> f64 {
    x * x
}

fn cosine(dot: f64, a: f64, b: f64) -> f64 {
    let length = (a * b).sqrt();
    if length > 0.0 { (dot / length).min(1.0) } else { 0.0 }
}
