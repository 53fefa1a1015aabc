//! Documents that are nearly the same, found by the minima of hashes of their runs of words.

use jobs::Run;

use super::{TASK_DOCS, hash_of, mixed};
use crate::{Error, Text, words};

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

/// For every document: the first that is nearly the same, itself as a rule.
pub(super) fn originals(docs: &[Text<'_>], run: &Run) -> Result<Vec<u32>, Error> {
    let of_tasks = run.map(docs.chunks(TASK_DOCS).collect(), |docs| {
        docs.iter().map(minima_of).collect::<Vec<_>>()
    })?;
    let minima: Vec<Option<Minima>> = of_tasks.into_iter().flatten().collect();
    let mut originals: Vec<u32> = (0..docs.len() as u32).collect();
    for band in (0..N_MINIMA).step_by(BAND) {
        let mut keyed: Vec<(&[u32], u32, &Minima)> = (0..)
            .zip(&minima)
            .filter_map(|(doc, minima)| Some((minima.as_ref()?, doc)))
            .map(|(minima, doc)| (&minima[band..band + BAND], doc, minima))
            .collect();
        keyed.sort_unstable_by_key(|&(key, doc, _)| (key, doc));
        for alike in keyed.chunk_by(|a, b| a.0 == b.0) {
            let (_, first, of_first) = alike[0];
            for &(_, doc, of_doc) in &alike[1..] {
                let n_equal = of_first.iter().zip(of_doc).filter(|(a, b)| a == b).count();
                if n_equal >= MIN_EQUAL {
                    let original = originals[first as usize].min(originals[doc as usize]);
                    originals[doc as usize] = original;
                }
            }
        }
    }
    // `a` like `b` like `c`: all like `c`, which is before them.
    for doc in 0..originals.len() {
        originals[doc] = originals[originals[doc] as usize];
    }
    Ok(originals)
}

/// The minima of a document; `None` for one that is too short to be judged.
fn minima_of(doc: &Text<'_>) -> Option<Minima> {
    let mut minima = [u32::MAX; N_MINIMA];
    let mut last = [0_u64; RUN_WORDS];
    let mut n_words = 0;
    for field in &doc.fields {
        words(field.text, |word| {
            last.rotate_left(1);
            last[RUN_WORDS - 1] = hash_of(word);
            n_words += 1;
            if n_words >= RUN_WORDS {
                let run = last.iter().fold(0, |hash, word| mixed(hash ^ word));
                for (n, minimum) in (0_u64..).zip(&mut minima) {
                    // An odd factor permutes; each gives another order of the runs.
                    let factor = n.wrapping_mul(0xd134_2543_de82_ef95) | 1;
                    let hash = (run ^ n).wrapping_mul(factor ^ 0x9e37_79b9_7f4a_7c14);
                    *minimum = (*minimum).min((hash >> 32) as u32);
                }
            }
        });
    }
    (n_words >= MIN_RUNS + RUN_WORDS).then_some(minima)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_with_a_few_other_words_are_copies_and_others_are_not() {
        let words: Vec<String> = (0..80).map(|n| format!("word{n}")).collect();
        let first = words.join(" ");
        let nearly = first.replace("word40", "lamp");
        let half = format!("{} {}", words[..40].join(" "), "tide lamp harbour ".repeat(20));
        let texts = ["short text", &first, &half, &nearly, "short text", &first];
        let docs: Vec<Text<'_>> = texts.iter().map(|text| Text::plain(text)).collect();
        assert_eq!(originals(&docs, &Run::serial()).unwrap(), [0, 1, 2, 1, 4, 1]);
    }
}
