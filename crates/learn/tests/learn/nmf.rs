//! Factorisation through the public interface.

use std::num::NonZeroUsize;

use jobs::Run;
use learn::{Error, Nmf, NmfConfig};
use ndarray::{Array2, Axis, arr2};
use proptest::prelude::*;
use sprs::CsMatI;

type Matrix = CsMatI<f32, u32, usize>;

fn sparse(dense: &Array2<f32>) -> Matrix {
    let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
    for row in dense.rows() {
        for (column, &value) in (0..).zip(row) {
            if value != 0.0 {
                indices.push(column);
                data.push(value);
            }
        }
        indptr.push(indices.len());
    }
    CsMatI::new(dense.dim(), indptr, indices, data)
}

/// A matrix with `k` planted topics of ten terms each: document `d` belongs to topic `d % k`, and
/// to a lesser part to the next one.
fn planted(n_docs: usize, k: usize) -> Matrix {
    let dense = Array2::from_shape_fn((n_docs, 10 * k), |(doc, term)| {
        let topic = term / 10;
        let weight = 1.0 + ((doc * 7 + term * 13) % 5) as f32 / 5.0;
        match (topic + k - doc % k) % k {
            0 => weight,
            1 if doc % 3 == 0 => 0.3 * weight,
            _ => 0.0,
        }
    });
    sparse(&dense)
}

#[test]
fn planted_topics_are_recovered() {
    let k = 6;
    let x = planted(180, k);
    let fit = NmfConfig::new(k).fit(x.view(), &Run::serial()).unwrap();
    let mut found = vec![false; k];
    for row in fit.nmf.components().rows() {
        let mut terms: Vec<usize> = (0..row.len()).collect();
        terms.sort_by(|&a, &b| row[b].total_cmp(&row[a]));
        let planted = terms[0] / 10;
        assert!(terms[..10].iter().all(|term| term / 10 == planted), "{:?}", &terms[..10]);
        found[planted] = true;
    }
    assert_eq!(found, vec![true; k]);
    assert!(fit.loss.relative < 0.25, "{:?}", fit.loss);
}

#[test]
fn topics_are_distributions_in_falling_order() {
    let x = planted(90, 5);
    let fit = NmfConfig::new(5).fit(x.view(), &Run::serial()).unwrap();
    for row in fit.nmf.components().rows() {
        assert!((row.sum() - 1.0).abs() < 1e-5);
    }
    let sums = fit.doc_topics.sum_axis(Axis(1)).insert_axis(Axis(1));
    let shares = (&fit.doc_topics / &sums).sum_axis(Axis(0)).to_vec();
    assert!(shares.is_sorted_by(|a, b| *a >= b - 1e-4), "{shares:?}");
}

#[test]
fn the_error_reported_is_that_of_the_dense_residual() {
    let x = planted(60, 4);
    let fit = NmfConfig::new(3).fit(x.view(), &Run::serial()).unwrap();
    let dense = x.to_dense();
    let product = fit.doc_topics.dot(&fit.nmf.components());
    let norm = |m: &Array2<f32>| m.iter().map(|v| f64::from(v * v)).sum::<f64>().sqrt();
    let expected = norm(&(&dense - &product)) / norm(&dense);
    assert!((fit.loss.relative - expected).abs() < 1e-4, "{} {expected}", fit.loss.relative);
}

#[test]
fn more_iterations_never_make_the_fit_worse() {
    let x = planted(120, 8);
    let mut last = f64::INFINITY;
    for max_iter in [1, 2, 4, 8, 16, 32] {
        let config = NmfConfig { max_iter, tol: 0.0, ..NmfConfig::new(6) };
        let loss = config.fit(x.view(), &Run::serial()).unwrap().loss.relative;
        assert!(loss <= last + 1e-6, "{loss} after {last} at {max_iter} iterations");
        last = loss;
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    // More rows than fit in one block, so that blocks are summed.
    let x = planted(5000, 9);
    let config = NmfConfig { max_iter: 12, ..NmfConfig::new(9).seed(3) };
    let one = config.fit(x.view(), &Run::serial()).unwrap();
    for threads in [2, 3, 8] {
        let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
        let many = config.fit(x.view(), &run).unwrap();
        assert_eq!(one.nmf, many.nmf);
        assert_eq!(one.doc_topics, many.doc_topics);
        assert_eq!(one.loss, many.loss);
    }
}

#[test]
fn a_small_corpus_has_the_same_topics_for_every_seed() {
    let x = planted(61, 5);
    let fit = |seed| NmfConfig::new(5).seed(seed).fit(x.view(), &Run::serial()).unwrap();
    let first = fit(1).nmf;
    for seed in 2..6 {
        let other = fit(seed).nmf;
        for (a, b) in first.components().iter().zip(other.components()) {
            assert!((a - b).abs() < 1e-2, "{a} {b}");
        }
    }
}

#[test]
fn weights_of_a_document_do_not_depend_on_the_others() {
    let x = planted(50, 4);
    let run = Run::serial();
    let nmf = NmfConfig::new(4).fit(x.view(), &run).unwrap().nmf;
    let all = nmf.transform(x.view(), &run).unwrap();
    for doc in [0, 17, 49] {
        let alone = nmf.transform(x.slice_outer(doc..doc + 1), &run).unwrap();
        assert_eq!(alone.row(0), all.row(doc));
    }
}

#[test]
fn an_empty_document_has_no_topics() {
    let mut dense = planted(30, 3).to_dense();
    dense.row_mut(7).fill(0.0);
    let fit = NmfConfig::new(3).fit(sparse(&dense).view(), &Run::serial()).unwrap();
    assert_eq!(fit.doc_topics.row(7).sum(), 0.0);
}

#[test]
fn transform_solves_non_negative_least_squares() {
    // Two topics that overlap: the unconstrained solution of the second document is negative.
    let nmf = Nmf::from_components(arr2(&[[0.6, 0.4, 0.0], [0.0, 0.5, 0.5]])).unwrap();
    let x = sparse(&arr2(&[[0.6, 0.9, 0.5], [1.0, 0.0, 0.0]]));
    let w = nmf.transform(x.view(), &Run::serial()).unwrap();
    let expected = [[1.0, 1.0], [0.6 / 0.52, 0.0]];
    for (found, expected) in w.iter().zip(expected.as_flattened()) {
        assert!((found - expected).abs() < 1e-3, "{w}");
    }
}

#[test]
fn what_cannot_be_factorised_is_named() {
    let check = |x: &Matrix, k: usize, expected: &str| {
        let message = NmfConfig::new(k).fit(x.view(), &Run::serial()).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    };
    let x = planted(20, 3);
    check(&x, 0, "must be in 1..=20 (the smaller of 20 documents and 30 terms), got 0");
    check(&x, 21, "got 21");
    check(&sparse(&Array2::zeros((4, 4))), 2, "all of the 4 documents are empty");
    for bad in [f32::NAN, f32::INFINITY, -1.0] {
        let mut dense = x.to_dense();
        dense[[3, 5]] = bad;
        check(&sparse(&dense), 2, "document 3, term 5");
    }
}

#[test]
fn a_matrix_over_other_terms_is_refused() {
    let nmf = Nmf::from_components(Array2::ones((2, 5))).unwrap();
    let x = sparse(&Array2::ones((3, 4)));
    let error = nmf.transform(x.view(), &Run::serial()).unwrap_err();
    assert!(matches!(error, Error::Columns { expected: 5, got: 4 }), "{error}");
}

#[test]
fn every_shape_down_to_one_document_and_one_term_can_be_fitted() {
    for shape in [(1, 1), (1, 5), (5, 1), (2, 2), (3, 40)] {
        let x = sparse(&Array2::from_shape_fn(shape, |(i, j)| 1.0 + (i * j % 3) as f32));
        let k = shape.0.min(shape.1);
        let fit = NmfConfig::new(k).fit(x.view(), &Run::serial()).unwrap();
        assert_eq!(fit.doc_topics.dim(), (shape.0, k));
        assert!(fit.loss.relative < 1e-2, "{shape:?}: {:?}", fit.loss);
    }
}

#[test]
fn equal_documents_leave_no_nan() {
    let x = sparse(&Array2::ones((6, 4)));
    let fit = NmfConfig::new(3).fit(x.view(), &Run::serial()).unwrap();
    assert!(fit.nmf.components().iter().chain(&fit.doc_topics).all(|v| v.is_finite()));
    assert!(fit.loss.relative < 1e-2, "{:?}", fit.loss);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn factors_are_non_negative_and_explain_no_less_than_nothing(
        values in prop::collection::vec(0_u8..4, 12 * 9),
        k in 1_usize..6,
        seed in any::<u64>(),
    ) {
        let dense = Array2::from_shape_vec((12, 9), values).unwrap().mapv(f32::from);
        prop_assume!(dense.sum() > 0.0);
        let fit = NmfConfig::new(k).seed(seed).fit(sparse(&dense).view(), &Run::serial()).unwrap();
        prop_assert!(fit.nmf.components().iter().all(|v| v.is_finite() && *v >= 0.0));
        prop_assert!(fit.doc_topics.iter().all(|v| v.is_finite() && *v >= 0.0));
        prop_assert!(fit.loss.relative <= 1.0 + 1e-6, "{:?}", fit.loss);
    }
}
