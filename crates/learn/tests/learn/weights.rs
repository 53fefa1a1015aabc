//! Weights against scikit-learn's and gensim's, as `testdata/tfidf.py` wrote them.

use std::num::NonZeroUsize;

use jobs::Run;
use learn::{DocFreqWeight, Error, Norm, Real, TermFreq, TfIdf, TfIdfConfig, WeightExpression};
use serde::Deserialize;
use sprs::CsMatI;

#[derive(Deserialize)]
struct Reference {
    counts: Vec<Vec<u32>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    term_freq: String,
    doc_freq: String,
    norm: String,
    weights: Vec<Vec<f64>>,
}

impl Case {
    fn config(&self) -> TfIdfConfig {
        TfIdfConfig {
            term_freq: match self.term_freq.as_str() {
                "raw" => TermFreq::Raw,
                "sublinear" => TermFreq::Sublinear,
                "log" => TermFreq::Log,
                other => panic!("{other}"),
            },
            doc_freq: match self.doc_freq.as_str() {
                "one" => DocFreqWeight::One,
                "smooth" => DocFreqWeight::Smooth,
                "plain" => DocFreqWeight::Plain,
                "entropy" => DocFreqWeight::Entropy,
                other => panic!("{other}"),
            },
            norm: match self.norm.as_str() {
                "none" => Norm::None,
                "l1" => Norm::L1,
                "l2" => Norm::L2,
                other => panic!("{other}"),
            },
        }
    }
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

/// Largest distance from the reference, as a share of each weight.
fn check<F: Real>(case: &Case, counts: &CsMatI<u32, u32, usize>, tol: f64) {
    let weights = case.config().fit::<F, _>(counts.view()).transform(counts.view());
    let weights = weights.map(|&weight| weight.into()).to_dense();
    for (found, expected) in weights.iter().zip(case.weights.concat()) {
        let found: f64 = *found;
        assert!((found - expected).abs() <= tol * expected.abs(), "{found} {expected}");
    }
}

#[test]
fn weights_equal_those_of_the_references_in_both_precisions() {
    let reference = reference();
    let counts = matrix(&reference.counts);
    assert_eq!(reference.cases.len(), 19);
    for case in &reference.cases {
        check::<f64>(case, &counts, 1e-14);
        // A rounding to f32 of what the term is worth, and one of the weight.
        check::<f32>(case, &counts, 2e-7);
    }
}

#[test]
fn counts_may_be_of_any_number_type() {
    let counts = matrix(&reference().counts);
    let config = TfIdfConfig::bm25();
    let expected = config.fit::<f64, _>(counts.view()).transform(counts.view());
    let floats = counts.map(|&count| f64::from(count));
    assert_eq!(config.fit::<f64, _>(floats.view()).transform(floats.view()), expected);
}

#[test]
fn bm25_is_the_formula_of_its_source() {
    let counts = matrix(&reference().counts);
    let config = TfIdfConfig { norm: Norm::None, ..TfIdfConfig::bm25() };
    let weights = config.fit::<f64, _>(counts.view()).transform(counts.view()).to_dense();
    // Document 3: 127 words of 142 in 5 documents; term 1 stands 7 times there, in 2 of 5 documents.
    let length = 127.0 / (142.0 / 5.0);
    let tf = 7.0 * 2.2 / (7.0 + 1.2 * (0.25 + 0.75 * length));
    let idf = (1.0_f64 + 3.5 / 2.5).ln();
    assert!((weights[[3, 1]] - tf * idf).abs() < 1e-14, "{}", weights[[3, 1]]);
    assert_eq!(weights[[3, 0]], 0.0);
}

#[test]
fn a_row_is_the_same_alone_and_among_others() {
    let counts = matrix(&reference().counts);
    for config in [
        TfIdfConfig::tf_idf(),
        TfIdfConfig::sublinear(),
        TfIdfConfig::bm25(),
        TfIdfConfig::log_entropy(),
    ] {
        let tfidf = config.fit::<f32, _>(counts.view());
        let all = tfidf.transform(counts.view());
        for doc in 0..counts.rows() {
            let alone = tfidf.transform(counts.slice_outer(doc..doc + 1));
            assert_eq!(alone.data(), all.outer_view(doc).unwrap().data());
        }
    }
}

#[test]
fn values_are_the_entries_of_the_weights_for_any_number_of_threads() {
    let rows: Vec<Vec<u32>> = (0..5000).map(|n| vec![n % 3, n % 2, 0, n % 7]).collect();
    let counts = matrix(&rows);
    let fitted = TfIdfConfig::bm25().fit::<f64, u32>(counts.view());
    let expected = fitted.transform(counts.view());
    for threads in [1, 3] {
        let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
        assert_eq!(fitted.values(counts.view(), &run).unwrap(), expected.data(), "{threads}");
    }
    let narrow = matrix(&[vec![1, 2]]);
    let error = fitted.values(narrow.view(), &Run::serial()).unwrap_err();
    assert!(matches!(error, Error::Columns { expected: 4, got: 2 }), "{error}");
}

#[test]
fn parts_make_the_same_weights() {
    let counts = matrix(&reference().counts);
    let tfidf = TfIdfConfig::bm25().fit::<f32, _>(counts.view());
    let parts = TfIdf::from_parts(tfidf.config(), tfidf.idf().to_vec(), tfidf.mean_length());
    assert_eq!(parts, tfidf);
}

#[test]
fn an_expression_gives_what_the_formula_does() {
    let reference = reference();
    let counts = matrix(&reference.counts);
    let run = Run::serial();
    let check = |expression: &str, config: TfIdfConfig| {
        let weights = WeightExpression::parse(expression).unwrap().fit(counts.view());
        let found = weights.transform::<f64, _>(counts.view(), &run).unwrap();
        let expected = config.fit::<f64, _>(counts.view()).transform(counts.view());
        for (found, expected) in found.data().iter().zip(expected.data()) {
            assert!((found - expected).abs() < 1e-12, "{expression}: {found} {expected}");
        }
        // A document alone weighs what it does among others.
        let alone = weights.transform::<f64, _>(counts.slice_outer(2..3), &run).unwrap();
        assert_eq!(alone.data(), found.slice_outer(2..3).data());
    };
    check("tf * idf", TfIdfConfig::tf_idf());
    check("(1 + ln(tf)) * idf", TfIdfConfig::sublinear());
    check(
        "tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * dl / avgdl)) * log1p((n_docs - df + 0.5) / (df + 0.5))",
        TfIdfConfig::bm25(),
    );
}

#[test]
fn expressions_that_make_no_weights_are_refused() {
    let message = |text: &str| WeightExpression::parse(text).unwrap_err().to_string();
    assert!(message("tf * idff").contains("unknown name \"idff\", known are tf, df, idf"));
    assert!(message("tf * (idf").contains("\"tf * (idf\""));
    assert!(message("tf / sum(tf)").contains("reduction"));
    let error = WeightExpression::parse("tf * * idf").unwrap_err();
    assert!(error.hint().unwrap().contains('^'), "{:?}", error.hint());
    let counts = matrix(&reference().counts);
    for (text, got) in [("-tf", "-"), ("tf / (df - df)", "inf"), ("ln(-tf)", "NaN")] {
        let weights = WeightExpression::parse(text).unwrap().fit(counts.view());
        let error = weights.transform::<f32, _>(counts.view(), &Run::serial()).unwrap_err();
        assert!(matches!(error, Error::Value { .. }), "{text}: {error}");
        assert!(error.to_string().contains(got) || got == "inf", "{text}: {error}");
    }
}
