//! Weights against scikit-learn's, as `testdata/tfidf.py` wrote them.

use learn::{TermFreq, TfIdf, TfIdfConfig};
use serde::Deserialize;
use sprs::CsMatI;

#[derive(Deserialize)]
struct Reference {
    counts: Vec<Vec<u32>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    sublinear: bool,
    weights: Vec<Vec<f64>>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../../testdata/tfidf.json"))
        .expect("the file fits the types")
}

fn matrix(counts: &[Vec<u32>]) -> CsMatI<u32, u32, usize> {
    let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
    for row in counts {
        for (column, &count) in (0..).zip(row).filter(|(_, count)| **count > 0) {
            indices.push(column);
            data.push(count);
        }
        indptr.push(indices.len());
    }
    CsMatI::new((counts.len(), counts[0].len()), indptr, indices, data)
}

#[test]
fn weights_equal_those_of_scikit_learn() {
    let reference = reference();
    let counts = matrix(&reference.counts);
    for case in reference.cases {
        let term_freq = if case.sublinear { TermFreq::Sublinear } else { TermFreq::Raw };
        let weights = TfIdfConfig { term_freq }.fit(counts.view()).transform(counts.view());
        for (found, expected) in weights.to_dense().iter().zip(case.weights.concat()) {
            assert!((f64::from(*found) - expected).abs() < 1e-6, "{found} {expected}");
        }
    }
}

#[test]
fn a_row_is_the_same_alone_and_among_others() {
    let counts = matrix(&reference().counts);
    let tfidf = TfIdfConfig::default().fit(counts.view());
    let all = tfidf.transform(counts.view());
    for doc in 0..counts.rows() {
        let alone = tfidf.transform(counts.slice_outer(doc..doc + 1));
        assert_eq!(alone.data(), all.outer_view(doc).unwrap().data());
    }
}

#[test]
fn parts_make_the_same_weights() {
    let counts = matrix(&reference().counts);
    let tfidf = TfIdfConfig::default().fit(counts.view());
    assert_eq!(TfIdf::from_parts(tfidf.term_freq(), tfidf.idf().to_vec()), tfidf);
}
