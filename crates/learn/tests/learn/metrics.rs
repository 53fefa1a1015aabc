//! Metrics through the public interface.

use learn::{Occurrence, diversity, npmi};
use sprs::CsMatI;

/// Terms 0 and 1 always together, term 2 always apart from them, term 3 never, term 4 everywhere.
fn occurrence() -> Occurrence {
    let indptr = vec![0, 3, 6, 8, 10];
    let indices = vec![0, 1, 4, 0, 1, 4, 2, 4, 2, 4];
    let x = CsMatI::<u32, u32, usize>::new((4, 5), indptr, indices, vec![1; 10]);
    Occurrence::of(x.view())
}

#[track_caller]
fn check(topics: &[Vec<usize>], expected: f64) {
    let found = npmi(topics, &occurrence()).expect("topics of two words");
    assert!((found - expected).abs() < 1e-9, "{found} for {topics:?}");
}

#[test]
fn words_that_always_go_together_score_one() {
    check(&[vec![0, 1]], 1.0);
    check(&[vec![4, 4]], 1.0);
}

#[test]
fn words_that_never_meet_score_by_the_smoothing_alone() {
    // ln(1e-12 / (0.5 * 0.5)) / -ln(1e-12)
    let expected = (1e-12_f64 / 0.25).ln() / -(1e-12_f64.ln());
    check(&[vec![0, 2]], expected);
}

#[test]
fn a_word_that_never_occurs_scores_minus_one() {
    check(&[vec![0, 3]], -1.0);
}

#[test]
fn a_word_in_every_document_tells_nothing() {
    check(&[vec![0, 4]], 0.0);
}

#[test]
fn topics_count_alike_whatever_their_length() {
    check(&[vec![0, 1], vec![0, 3]], 0.0);
    assert_eq!(npmi(&[vec![0], vec![]], &occurrence()), None);
}

#[test]
fn diversity_is_the_share_of_different_words() {
    assert_eq!(diversity(&[vec![0, 1], vec![1, 2]]), Some(0.75));
    assert_eq!(diversity(&[]), None);
}
