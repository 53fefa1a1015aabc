//! Coherence over sliding windows, as gensim's `CoherenceModel` computes it.

use std::collections::BTreeMap;

use super::occurrence::EPSILON;

/// In how many windows each word, and each pair of words, occurs.
///
/// Windows of `size` tokens slide over each document by one token; a shorter document, an empty one
/// too, is one window.
#[derive(Debug, Clone)]
pub struct Windows {
    n: f64,
    words: BTreeMap<usize, f64>,
    pairs: BTreeMap<(usize, usize), f64>,
}

/// How windows are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// A word is in a window when it stands in it.
    Exact,
    /// As gensim 4.4 counts, for comparison with published figures: a token that leaves the window
    /// takes its word with it, though the word may stand there once more.
    Gensim,
}

impl Windows {
    /// Counts the windows of `documents`, each a list of its tokens' columns; `None` stands for a
    /// token that is no term. Only the words of `topics` are counted, and only pairs within a topic.
    ///
    /// Cost: the tokens times the words of topics that a window holds.
    #[must_use]
    pub fn of<'a>(
        documents: impl Iterator<Item = &'a [Option<u32>]>,
        topics: &[Vec<usize>],
        (size, counting): (usize, Counting),
    ) -> Self {
        let mut partners: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for words in topics {
            for &a in words {
                partners.entry(a).or_default().extend(words.iter().filter(|&&b| b != a));
            }
        }
        for words in partners.values_mut() {
            words.sort_unstable();
            words.dedup();
        }
        let mut windows = Self { n: 0.0, words: BTreeMap::new(), pairs: BTreeMap::new() };
        for document in documents {
            windows.slide(document, &partners, (size, counting));
        }
        windows
    }

    fn slide(
        &mut self,
        document: &[Option<u32>],
        partners: &BTreeMap<usize, Vec<usize>>,
        (size, counting): (usize, Counting),
    ) {
        let relevant =
            |token: &Option<u32>| token.map(|t| t as usize).filter(|t| partners.contains_key(t));
        // How often each word stands in the window; with gensim's counting it is 1 at most.
        let mut inside: BTreeMap<usize, usize> = BTreeMap::new();
        let first = document.len().min(size);
        for word in document[..first].iter().filter_map(relevant) {
            *inside.entry(word).or_insert(0) += 1;
        }
        self.count(&inside, partners);
        for end in size..document.len() {
            if let Some(word) = relevant(&document[end - size]) {
                let left = inside.get(&word).copied().unwrap_or(0);
                if left > 1 && counting == Counting::Exact {
                    inside.insert(word, left - 1);
                } else {
                    inside.remove(&word);
                }
            }
            if let Some(word) = relevant(&document[end]) {
                *inside.entry(word).or_insert(0) += 1;
            }
            self.count(&inside, partners);
        }
    }

    fn count(&mut self, inside: &BTreeMap<usize, usize>, partners: &BTreeMap<usize, Vec<usize>>) {
        self.n += 1.0;
        for &word in inside.keys() {
            *self.words.entry(word).or_insert(0.0) += 1.0;
            for &other in inside.range(word + 1..).map(|(other, _)| other) {
                if partners[&word].binary_search(&other).is_ok() {
                    *self.pairs.entry((word, other)).or_insert(0.0) += 1.0;
                }
            }
        }
    }

    /// The share of windows with `a`.
    fn share(&self, a: usize) -> f64 {
        self.words.get(&a).copied().unwrap_or(0.0) / self.n
    }

    /// The share of windows with both; a word goes with itself wherever it stands.
    fn share_both(&self, a: usize, b: usize) -> f64 {
        if a == b {
            return self.share(a);
        }
        self.pairs.get(&(a.min(b), a.max(b))).copied().unwrap_or(0.0) / self.n
    }

    /// `ln((p_ab + ε) / (p_a p_b)) / −ln(p_ab + ε)`; −1 when one of the words is in no window.
    fn npmi(&self, a: usize, b: usize) -> f64 {
        let (p_a, p_b) = (self.share(a), self.share(b));
        if p_a == 0.0 || p_b == 0.0 {
            return -1.0;
        }
        let joint = self.share_both(a, b) + EPSILON;
        libm::log(joint / (p_a * p_b)) / -libm::log(joint)
    }
}

/// C_npmi (Aletras and Stevenson, IWCS 2013): the mean over the topics of the mean normalised
/// pointwise mutual information of all pairs of a topic's words. gensim's windows are of 10 tokens.
///
/// `None` when no topic has two words.
#[must_use]
pub fn c_npmi(topics: &[Vec<usize>], windows: &Windows) -> Option<f64> {
    let of_topic = |words: &Vec<usize>| {
        let pairs = words
            .iter()
            .enumerate()
            .flat_map(|(at, &a)| words[..at].iter().map(move |&b| windows.npmi(a, b)));
        mean(pairs)
    };
    mean(topics.iter().filter_map(of_topic))
}

/// C_v (Röder, Both and Hinneburg, WSDM 2015): each word's vector of mutual information with the
/// topic's words, itself among them, against the sum of these vectors, by the cosine. gensim's
/// windows are of 110 tokens.
///
/// `None` when there are no words.
#[must_use]
pub fn c_v(topics: &[Vec<usize>], windows: &Windows) -> Option<f64> {
    let of_topic = |words: &Vec<usize>| {
        let vectors: Vec<Vec<f64>> =
            words.iter().map(|&a| words.iter().map(|&b| windows.npmi(a, b)).collect()).collect();
        let total: Vec<f64> =
            (0..words.len()).map(|at| vectors.iter().map(|vector| vector[at]).sum()).collect();
        mean(vectors.iter().map(|vector| cosine(vector, &total)))
    };
    mean(topics.iter().filter_map(of_topic))
}

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let inner = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let lengths = inner(a, a).sqrt() * inner(b, b).sqrt();
    if lengths > 0.0 { inner(a, b) / lengths } else { 0.0 }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0_usize), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum / n as f64)
}
