//! Factorisation through the public interface.

use std::num::NonZeroUsize;

use jobs::Run;
use learn::{DocWeight, Error, Guide, Init, InstructionSet, Nmf, NmfConfig, Penalty};
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
fn topics_have_length_one_and_falling_shares() {
    let x = planted(90, 5);
    let fit = NmfConfig::new(5).fit(x.view(), &Run::serial()).unwrap();
    for row in fit.nmf.components().rows() {
        assert!((row.dot(&row) - 1.0).abs() < 1e-5);
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
fn rounds_of_k_means_cost_one_iteration_and_little_of_the_error() {
    // Documents of six subjects and of terms that all have, for four topics.
    let dense = Array2::from_shape_fn((400, 60), |(doc, term)| {
        let noise = ((doc * 31 + term * 17) % 23) as f32 / 23.0;
        match (term / 10 + 6 - doc % 6) % 6 {
            0 => 1.0 + noise,
            1 if doc % 2 == 0 => 0.7 * noise,
            3 if term % 3 == 0 => noise,
            _ if term % 10 == 0 => 0.8,
            _ => 0.0,
        }
    });
    let x = sparse(&dense);
    let plain = NmfConfig { max_iter: 60, ..NmfConfig::new(4) };
    let drawn = NmfConfig { k_means: 8, ..plain.clone() };
    let fit = |config: &NmfConfig| config.fit(x.view(), &Run::serial()).unwrap();
    let (plain, drawn) = (fit(&plain), fit(&drawn));
    assert_ne!(plain.nmf, drawn.nmf);
    let error = drawn.loss.relative;
    assert!(error < 1.02 * plain.loss.relative, "{error} {}", plain.loss.relative);
    assert_eq!(drawn.loss.iterations, plain.loss.iterations + 1);
}

#[test]
fn a_topic_that_leads_no_document_stays() {
    let x = planted(30, 2);
    let config = NmfConfig { k_means: 3, init: Init::Random, ..NmfConfig::new(8) };
    let fit = config.fit(x.view(), &Run::serial()).unwrap();
    assert!(fit.nmf.components().iter().all(|h| h.is_finite()));
    assert!(fit.doc_topics.rows().into_iter().all(|row| row.sum() > 0.0));
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    // More rows than fit in one block, so that blocks are summed.
    let x = planted(5000, 9);
    let doc_weight = DocWeight::Information;
    let config = NmfConfig { max_iter: 12, k_means: 2, doc_weight, ..NmfConfig::new(9).seed(3) };
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
            // Some steps of the numbers that factors are held in.
            assert!((a - b).abs() < 1e-5, "{a} {b}");
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
    let nmf = Nmf::<f32>::from_components(Array2::ones((2, 5))).unwrap();
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

#[test]
fn every_instruction_set_gives_the_same_bytes() {
    let x = planted(700, 9);
    let fit = |isa| {
        let config = NmfConfig { max_iter: 12, k_means: 2, isa, ..NmfConfig::new(9) };
        config.fit(x.view(), &Run::serial()).unwrap()
    };
    let portable = fit(InstructionSet::Portable);
    for isa in InstructionSet::available() {
        let other = fit(isa);
        assert_eq!((&portable.nmf, portable.loss), (&other.nmf, other.loss), "{isa:?}");
        assert_eq!(portable.doc_topics, other.doc_topics, "{isa:?}");
    }
}

#[test]
fn double_precision_finds_the_same_topics() {
    let x = planted(120, 5);
    let wide = x.map(|&value| f64::from(value));
    let narrow = NmfConfig::new(5).fit(x.view(), &Run::serial()).unwrap();
    let wide = NmfConfig::new(5).fit(wide.view(), &Run::serial()).unwrap();
    assert!((narrow.loss.relative - wide.loss.relative).abs() < 1e-5);
    // Topics of equal share may change places.
    for row in narrow.nmf.components().rows() {
        let distance = |other: ndarray::ArrayView1<f64>| {
            row.iter().zip(other).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max)
        };
        let nearest = wide.nmf.components().rows().into_iter().map(distance).fold(1.0, f64::min);
        assert!(nearest < 1e-3, "{nearest}");
    }
}

#[test]
fn every_start_leads_to_topics_that_explain_the_matrix() {
    let x = planted(120, 5);
    for init in [Init::Nndsvd, Init::Nndsvda, Init::Nndsvdar, Init::Random] {
        let fit = NmfConfig { init, ..NmfConfig::new(5) }.fit(x.view(), &Run::serial()).unwrap();
        assert!(fit.loss.relative < 0.3, "{init:?}: {:?}", fit.loss);
    }
}

/// `½‖X − WH‖²` and the penalty, from the dense residual.
fn objective(x: &Matrix, w: &Array2<f32>, h: &Array2<f32>, penalty: Penalty) -> f64 {
    let residual = x.to_dense() - w.dot(h);
    let squares = |m: &Array2<f32>| m.iter().map(|v| f64::from(v * v)).sum::<f64>();
    let sum = |m: &Array2<f32>| m.iter().map(|v| f64::from(*v)).sum::<f64>();
    0.5 * squares(&residual)
        + penalty.l1_w * sum(w)
        + 0.5 * penalty.l2_w * squares(w)
        + penalty.l1_h * sum(h)
        + 0.5 * penalty.l2_h * squares(h)
}

#[test]
fn penalties_lower_the_penalised_objective_and_shrink_the_factors() {
    let x = planted(90, 4);
    let factorise = |penalty, max_iter| {
        let config = NmfConfig { penalty, max_iter, tol: 0.0, ..NmfConfig::new(4) };
        config.factorise(x.view(), None, &mut |_, _| true, &Run::serial()).unwrap()
    };
    let falls = |penalty| {
        let mut values = Vec::new();
        for max_iter in [1, 3, 10, 60] {
            let factors = factorise(penalty, max_iter);
            let value = objective(&x, &factors.w, &factors.h, penalty);
            let last = values.last().copied().unwrap_or(f64::INFINITY);
            assert!(value <= last * (1.0 + 1e-5), "{penalty:?}: {value} after {last}");
            values.push(value);
        }
        let (first, last) = (values[0], values[values.len() - 1]);
        assert!(last < first * (1.0 - 1e-3), "{penalty:?}: {first} stays {last}");
        last
    };
    // On one side alone each factor must be swept with its own.
    falls(Penalty { l2_h: 5.0, ..Penalty::default() });
    falls(Penalty { l2_w: 5.0, ..Penalty::default() });
    let penalty = Penalty { l1_w: 0.2, l2_w: 0.3, l1_h: 0.1, l2_h: 0.4 };
    let last = falls(penalty);
    let plain = factorise(Penalty::default(), 60);
    assert!(last < objective(&x, &plain.w, &plain.h, penalty));
    let squares = |m: &Array2<f32>| m.iter().map(|v| v * v).sum::<f32>();
    let penalised = factorise(Penalty { l2_w: 0.3, l2_h: 0.3, ..penalty }, 60);
    assert!(squares(&penalised.w) + squares(&penalised.h) < squares(&plain.w) + squares(&plain.h));
}

#[test]
fn a_custom_start_is_where_the_iterations_begin() {
    let x = planted(60, 3);
    let run = Run::serial();
    let config = NmfConfig { max_iter: 400, tol: 1e-9, ..NmfConfig::new(3) };
    let found = config.factorise(x.view(), None, &mut |_, _| true, &run).unwrap();
    let mut first = None;
    let mut watch = |_: usize, error: f64| {
        first.get_or_insert(error);
        false
    };
    let start = Some((found.w.view(), found.h.view()));
    let again = config.factorise(x.view(), start, &mut watch, &run).unwrap();
    assert_eq!(again.iterations, 1);
    let there = objective(&x, &found.w, &found.h, Penalty::default());
    let norm = x.data().iter().map(|v| f64::from(v * v)).sum::<f64>();
    assert!((first.unwrap() - (2.0 * there / norm).sqrt()).abs() < 1e-4, "{first:?}");
    let wrong = Some((found.h.view(), found.w.view()));
    let error = config.factorise(x.view(), wrong, &mut |_, _| true, &run).unwrap_err();
    assert!(error.to_string().contains("W must have the shape (60, 3)"), "{error}");
}

#[test]
fn guided_topics_keep_to_their_terms() {
    let x = planted(180, 6);
    // The terms of the planted topics 4 and 1, in that order.
    let guide = Guide { terms: vec![vec![41, 44, 47], vec![12, 15]], strength: 2.0 };
    let mut config = NmfConfig { tol: 1e-7, ..NmfConfig::new(6) };
    config.max_iter = 300;
    let fit = config.fit_guided(x.view(), Some(&guide), &Run::serial()).unwrap();
    for terms in &guide.terms {
        let mass = |row: &ndarray::ArrayView1<f32>| -> f32 {
            terms.iter().map(|&term| row[term as usize]).sum()
        };
        let components = fit.nmf.components();
        let mut rows: Vec<_> = components.rows().into_iter().collect();
        rows.sort_by(|a, b| mass(b).total_cmp(&mass(a)));
        // Two planted topics hold a third of the next one: no topic shares the terms otherwise.
        assert!(mass(&rows[1]) < 0.4 * mass(&rows[0]), "{terms:?}");
        // What else the documents with the terms are about comes with them.
        let mut heaviest: Vec<usize> = (0..60).collect();
        heaviest.sort_by(|&a, &b| rows[0][b].total_cmp(&rows[0][a]));
        assert!(heaviest[..10].iter().all(|term| *term / 10 == terms[0] as usize / 10));
    }
    let free = config.fit(x.view(), &Run::serial()).unwrap();
    assert!(fit.loss.iterations > 6, "{:?}", fit.loss);
    assert!(fit.loss.relative < 1.05 * free.loss.relative, "{:?} {:?}", fit.loss, free.loss);
    let beyond = Guide { terms: vec![vec![1000]], strength: 1.0 };
    let error = config.fit_guided(x.view(), Some(&beyond), &Run::serial()).unwrap_err();
    assert!(error.to_string().contains("guide"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn transform_is_the_best_of_all_supports(
        h in prop::collection::vec(0_u8..5, 4 * 7),
        x in prop::collection::vec(0_u8..4, 7),
    ) {
        let h = Array2::from_shape_vec((4, 7), h).unwrap().mapv(f64::from);
        let x = Array2::from_shape_vec((1, 7), x).unwrap().mapv(f64::from);
        prop_assume!(x.sum() > 0.0);
        let (indices, data): (Vec<u32>, Vec<f64>) =
            (0..).zip(x.iter().copied()).filter(|(_, value)| *value > 0.0).unzip();
        let row = CsMatI::new((1, 7), vec![0, indices.len()], indices, data);
        let nmf = Nmf::from_components(h.clone()).unwrap();
        let w = nmf.transform(row.view(), &Run::serial()).unwrap();
        let error = |w: &Array2<f64>| (&x - &w.dot(&h)).mapv(|v| v * v).sum();
        // Projected gradient from many starts would do too; four coordinates allow a fine oracle:
        // cyclic descent until nothing moves.
        let gram = h.dot(&h.t());
        let target = x.dot(&h.t());
        let mut oracle = Array2::<f64>::zeros((1, 4));
        for _ in 0..4000 {
            for t in (0..4).filter(|t| gram[[*t, *t]] > 0.0) {
                let slope = oracle.dot(&gram)[[0, t]] - target[[0, t]];
                oracle[[0, t]] = (oracle[[0, t]] - slope / gram[[t, t]]).max(0.0);
            }
        }
        prop_assert!(error(&w) <= error(&oracle) + 1e-6, "{} {}", error(&w), error(&oracle));
    }
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
