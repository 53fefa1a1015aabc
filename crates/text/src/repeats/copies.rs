//! Documents that are nearly the same, found by the minima of hashes of their runs of words.

use jobs::Run;

use super::mixed;
use crate::Error;

/// Words of a run.
const RUN_WORDS: usize = 3;
/// Minima of a document.
const N_MINIMA: usize = 64;
/// Minima that must all be equal before two documents are compared: with sixteen bands two documents
/// that share four fifths are compared but once in a thousand pairs, others seldom.
const BAND: usize = 4;
/// Equal minima of documents that are nearly the same.
const MIN_EQUAL: usize = N_MINIMA * 4 / 5;
/// Runs of words that a document must have to be compared.
const MIN_RUNS: usize = 12;

type Minima = [u32; N_MINIMA];

/// For every document: the first that is nearly the same, itself as a rule. `minima` are those that
/// [`Runs`] gives, empty for documents that are too short to be judged.
pub(super) fn originals(minima: &[&[u32]], run: &Run) -> Result<Vec<u32>, Error> {
    let minima: Vec<Option<&Minima>> = minima.iter().map(|minima| minima.first_chunk()).collect();
    let mut originals: Vec<u32> = (0..minima.len() as u32).collect();
    let bands = (0..N_MINIMA).step_by(BAND).collect();
    for pairs in run.map(bands, |band| alike_in(&minima, band))? {
        for (first, doc) in pairs {
            let original = originals[first as usize].min(originals[doc as usize]);
            originals[doc as usize] = original;
        }
    }
    // `a` like `b` like `c`: all like `c`, which is before them.
    for doc in 0..originals.len() {
        originals[doc] = originals[originals[doc] as usize];
    }
    Ok(originals)
}

/// Pairs of documents that are nearly the same, of those with equal minima in a band: the first with
/// each of the others.
fn alike_in(minima: &[Option<&Minima>], band: usize) -> Vec<(u32, u32)> {
    let key = |minima: &Minima| {
        minima[band..band + BAND].iter().fold(0, |key: u128, &part| (key << 32) | u128::from(part))
    };
    let mut keyed: Vec<(u128, u32)> =
        (0..).zip(minima).filter_map(|(doc, minima)| Some((key((*minima)?), doc))).collect();
    keyed.sort_unstable();
    let mut pairs = Vec::new();
    for alike in keyed.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
        let first = alike[0].1;
        for &(_, doc) in &alike[1..] {
            let of = |doc: u32| minima[doc as usize].into_iter().flatten();
            let n_equal = of(first).zip(of(doc)).filter(|(a, b)| a == b).count();
            if n_equal >= MIN_EQUAL {
                pairs.push((first, doc));
            }
        }
    }
    pairs
}

/// The runs of words of a document, read word by word.
pub(super) struct Runs {
    minima: Minima,
    /// The hashes of the last words.
    last: [u64; RUN_WORDS],
    n_words: usize,
}

impl Default for Runs {
    fn default() -> Self {
        Self { minima: [u32::MAX; N_MINIMA], last: [0; RUN_WORDS], n_words: 0 }
    }
}

impl Runs {
    /// The next word, by its hash.
    pub(super) fn add(&mut self, word: u64) {
        self.last.rotate_left(1);
        self.last[RUN_WORDS - 1] = word;
        self.n_words += 1;
        if self.n_words >= RUN_WORDS {
            let run = self.last.iter().fold(0, |hash, word| mixed(hash ^ word));
            for (n, minimum) in (0_u64..).zip(&mut self.minima) {
                // An odd factor permutes; each gives another order of the runs.
                let factor = n.wrapping_mul(0xd134_2543_de82_ef95) | 1;
                let hash = (run ^ n).wrapping_mul(factor ^ 0x9e37_79b9_7f4a_7c14);
                *minimum = (*minimum).min((hash >> 32) as u32);
            }
        }
    }

    /// The minima; `None` for a document that is too short to be judged.
    pub(super) fn into_minima(self) -> Option<Minima> {
        (self.n_words >= MIN_RUNS + RUN_WORDS).then_some(self.minima)
    }

    /// Whether it can be the minima of a document, or of one that has none.
    pub(super) fn are_minima(minima: &[u32]) -> bool {
        minima.is_empty() || minima.len() == N_MINIMA
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ShardRepeats, Text};

    #[test]
    fn documents_with_a_few_other_words_are_copies_and_others_are_not() {
        let words: Vec<String> = (0..80).map(|n| format!("word{n}")).collect();
        let first = words.join(" ");
        let nearly = first.replace("word40", "lamp");
        let half = format!("{} {}", words[..40].join(" "), "tide lamp harbour ".repeat(20));
        let texts = ["short text", &first, &half, &nearly, "short text", &first];
        let docs: Vec<Text<'_>> = texts.iter().map(|text| Text::plain(text)).collect();
        let shard = ShardRepeats::of(&docs, None);
        let minima: Vec<&[u32]> = shard.docs.iter().map(|doc| &doc.minima[..]).collect();
        assert_eq!(originals(&minima, &Run::serial()).unwrap(), [0, 1, 2, 1, 4, 1]);
    }
}
