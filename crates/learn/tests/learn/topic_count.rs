//! The number of topics chosen on planted corpora.

use jobs::Run;
use learn::{TfIdfConfig, choose_topic_count};
use sprs::CsMatI;

/// A number from 0 to 1 for a position: planted corpora are the same in every run.
fn random(seed: u64, at: u64) -> f64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9).wrapping_add(at).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 32)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// `k` topics of twelve terms, of falling frequency, and forty terms of all; `mixed` is the share of
/// documents of two topics, `background` that of words of none.
fn planted(n_docs: usize, k: usize, (mixed, background): (f64, f64)) -> CsMatI<u32, u32, usize> {
    let n_terms = 12 * k + 40;
    let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
    for doc in 0..n_docs as u64 {
        let mut counts = vec![0_u32; n_terms];
        let first = (random(1, doc) * k as f64) as usize;
        let second = (random(2, doc) * k as f64) as usize;
        let is_mixed = random(3, doc) < mixed;
        for word in 0..60 {
            let draw = |stream| random(stream, doc * 64 + word);
            let term = if draw(4) < background {
                12 * k + (draw(5) * 40.0) as usize
            } else {
                let topic = if is_mixed && draw(6) < 0.4 { second } else { first };
                12 * topic + (draw(7) * draw(8) * 12.0) as usize
            };
            counts[term] += 1;
        }
        for (term, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            indices.push(term as u32);
            data.push(count);
        }
        indptr.push(indices.len());
    }
    CsMatI::new((n_docs, n_terms), indptr, indices, data)
}

#[test]
fn the_planted_number_is_found() {
    for (n_docs, k, kind) in [
        (600, 5, (0.0, 0.1)),
        (800, 8, (0.2, 0.1)),
        (1200, 13, (0.3, 0.2)),
        (1500, 20, (0.2, 0.3)),
        (1600, 30, (0.1, 0.2)),
    ] {
        let counts = planted(n_docs, k, kind);
        let x = TfIdfConfig::sublinear().fit::<f32, _>(counts.view()).transform(counts.view());
        let choice = choose_topic_count(x.view(), 0, &Run::serial()).unwrap();
        let share = choice.k as f64 / k as f64;
        assert!((0.8..=1.2).contains(&share) && choice.is_sure, "{k} planted: {choice:?}");
        assert!(choice.curve.is_sorted_by_key(|point| point.k));
    }
}

#[test]
fn a_corpus_without_topics_or_almost_without_documents_is_not_sure() {
    let noise = planted(300, 1, (0.0, 0.9));
    let few = planted(6, 2, (0.0, 0.0));
    for counts in [noise, few] {
        let x = TfIdfConfig::sublinear().fit::<f32, _>(counts.view()).transform(counts.view());
        let choice = choose_topic_count(x.view(), 0, &Run::serial()).unwrap();
        assert!(!choice.is_sure, "{choice:?}");
        assert_eq!(choice.k, learn::suggest_n_topics(x.rows(), x.cols()));
    }
}
