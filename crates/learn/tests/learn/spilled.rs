//! Topics of a matrix on disk through the public interface.

use std::num::NonZeroUsize;

use jobs::Run;
use learn::{DocWeight, Error, MatrixSpill, NmfConfig, SpilledFit, SpilledMatrix};
use sprs::CsMatI;

type Matrix = CsMatI<f32, u32, usize>;

const N_TOPICS: usize = 7;

/// Documents of planted topics of ten terms each and words of others, all documents of one topic one
/// after the other.
fn planted(n_docs: usize) -> Matrix {
    let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
    for doc in 0..n_docs {
        let topic = doc * N_TOPICS / n_docs;
        for term in 0..10 * N_TOPICS {
            let draw = (doc * 7919 + term * 104_729 + doc * term) % 101;
            let own = term / 10 == topic && draw < 70;
            if own || draw < 12 {
                indices.push(term as u32);
                data.push(if own { 1.0 + (draw % 5) as f32 * 0.2 } else { 0.4 });
            }
        }
        indptr.push(indices.len());
    }
    CsMatI::new((n_docs, 10 * N_TOPICS), indptr, indices, data)
}

/// `x` in parts of some hundreds of documents.
fn spilled(x: &Matrix) -> SpilledMatrix<f32> {
    let mut spill =
        MatrixSpill::new(x.cols(), &Run::serial().with_memory(1)).expect("a matrix without faults");
    spill.push(x.view()).expect("a matrix without faults");
    spill.finish().expect("a matrix without faults")
}

fn fitted(config: &NmfConfig, x: &Matrix, run: &Run) -> SpilledFit {
    let matrix = spilled(x);
    assert!(matrix.n_parts() > 4, "{} parts", matrix.n_parts());
    config.fit_spilled(&matrix, run).expect("a matrix without faults")
}

#[test]
fn documents_sorted_by_topic_are_learned_within_a_hundredth_of_the_fit_in_memory() {
    let x = planted(9000);
    for k_means in [0, 8] {
        let config = NmfConfig { k_means, ..NmfConfig::new(N_TOPICS) };
        let whole = config.fit(x.view(), &Run::serial()).unwrap();
        let fit = fitted(&config, &x, &Run::serial());
        let (error, least) = (fit.loss.relative, whole.loss.relative);
        assert!(error <= least * 1.01, "{error}, in memory {least}, {k_means} rounds");
        let w = fit.nmf.transform(x.view(), &Run::serial()).unwrap();
        let residual = x.to_dense() - w.dot(&fit.nmf.components());
        let square = |m: &ndarray::Array2<f32>| m.iter().map(|v| f64::from(v * v)).sum::<f64>();
        let told = (square(&residual) / square(&x.to_dense())).sqrt();
        assert!((error - told).abs() < 1e-5, "{error} is told, {told} is so");
        // Every topic has the terms that were planted together.
        for row in fit.nmf.components().rows() {
            let heaviest = (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
            let own = |term: usize| term / 10 == heaviest / 10;
            let part: f32 = (0..row.len()).filter(|&t| own(t)).map(|t| row[t] * row[t]).sum();
            assert!(part > 0.8, "{part}");
        }
    }
}

#[test]
fn topics_come_by_falling_share() {
    let x = planted(9000);
    // The last three topics have fewer documents.
    let rows = (0..9000).filter(|row| *row < 5000 || row % 4 == 0);
    let x = learn::some_rows(x.view(), rows);
    let fit = fitted(&NmfConfig::new(N_TOPICS), &x, &Run::serial());
    let w = fit.nmf.transform(x.view(), &Run::serial()).unwrap();
    let mut shares = [0.0_f64; N_TOPICS];
    for row in w.rows() {
        let sum: f64 = row.iter().map(|&w| f64::from(w)).sum();
        for (share, &w) in shares.iter_mut().zip(row).filter(|_| sum > 0.0) {
            *share += f64::from(w) / sum;
        }
    }
    assert!(shares.is_sorted_by(|a, b| a >= b), "{shares:?}");
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let x = planted(9000);
    let config =
        NmfConfig { k_means: 3, doc_weight: DocWeight::Information, ..NmfConfig::new(N_TOPICS) };
    let three = Run::with_threads(NonZeroUsize::new(3).unwrap()).unwrap();
    let (one, other) = (fitted(&config, &x, &Run::serial()), fitted(&config, &x, &three));
    assert_eq!((one.nmf, one.loss), (other.nmf, other.loss));
}

#[test]
fn a_matrix_of_one_part_is_fitted_as_in_memory() {
    let x = planted(300);
    let config =
        NmfConfig { k_means: 3, doc_weight: DocWeight::Information, ..NmfConfig::new(N_TOPICS) };
    let mut spill = MatrixSpill::new(x.cols(), &Run::serial()).unwrap();
    spill.push(x.view()).unwrap();
    let fit = config.fit_spilled(&spill.finish().unwrap(), &Run::serial()).unwrap();
    let whole = config.fit(x.view(), &Run::serial()).unwrap();
    assert_eq!((fit.nmf, fit.loss), (whole.nmf, whole.loss));
}

#[test]
fn what_cannot_be_factorised_is_refused_by_its_place() {
    let x = planted(9000);
    let refused = |x: &Matrix, k: usize| {
        NmfConfig::new(k).fit_spilled(&spilled(x), &Run::serial()).unwrap_err()
    };
    for wrong in [f32::NAN, f32::INFINITY, -0.5] {
        let mut bad = x.clone();
        let (doc, term) = (8123, bad.outer_view(8123).unwrap().indices()[2]);
        *bad.get_mut(doc, term as usize).unwrap() = wrong;
        match refused(&bad, N_TOPICS) {
            Error::Value { doc: 8123, term: at, got } => {
                assert_eq!(at, term as usize);
                assert!(got.to_bits() == f64::from(wrong).to_bits() || got.is_nan());
            }
            other => panic!("{other}"),
        }
    }
    assert!(matches!(refused(&x.map(|_| 0.0), 3), Error::AllZero { n_docs: 9000 }));
    assert!(matches!(refused(&x, 0), Error::TopicCount { got: 0, most: 70, .. }));
    assert!(matches!(refused(&x, 71), Error::TopicCount { got: 71, most: 70, .. }));
}
