//! Learning from batches through the public interface.

use std::num::NonZeroUsize;

use jobs::Run;
use learn::{Error, NmfConfig, OnlineNmf};
use sprs::CsMatI;

type Matrix = CsMatI<f32, u32, usize>;

/// Documents of one of `k` planted topics of ten terms each, with a word of another now and then.
fn planted(n_docs: usize, k: usize, n_terms: usize) -> Matrix {
    let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
    for doc in 0..n_docs {
        for term in 0..10 * k {
            let own = term / 10 == doc % k && (doc * 7 + term * 13) % 5 < 4;
            let other = (doc * 31 + term * 17) % 29 == 0;
            if own || other {
                indices.push(term as u32);
                data.push(if own { 1.0 } else { 0.3 });
            }
        }
        indptr.push(indices.len());
    }
    CsMatI::new((n_docs, n_terms), indptr, indices, data)
}

fn relative_error(x: &Matrix, nmf: &learn::Nmf) -> f64 {
    let w = nmf.transform(x.view(), &Run::serial()).expect("the same terms");
    let residual = x.to_dense() - w.dot(&nmf.components());
    let squares =
        |values: &ndarray::Array2<f32>| values.iter().map(|v| f64::from(v * v)).sum::<f64>();
    (squares(&residual) / squares(&x.to_dense())).sqrt()
}

fn learned(x: &Matrix, batch: usize, passes: usize, run: &Run) -> learn::Nmf {
    let mut online = OnlineNmf::new(NmfConfig::new(6), 3.0).expect("settings in range");
    for _ in 0..passes {
        for start in (0..x.rows()).step_by(batch) {
            let rows = start..(start + batch).min(x.rows());
            online.partial_fit(x.slice_outer(rows), run).expect("documents to learn from");
        }
    }
    online.finish(run).expect("topics")
}

#[test]
fn passes_over_batches_come_within_a_hundredth_of_the_whole_fit() {
    let x = planted(1200, 6, 60);
    let whole = NmfConfig::new(6).fit(x.view(), &Run::serial()).unwrap().loss.relative;
    for passes in [1, 3] {
        let error = relative_error(&x, &learned(&x, 200, passes, &Run::serial()));
        assert!(error <= whole * 1.01, "{error} {whole} after {passes} passes");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let x = planted(3000, 6, 60);
    let one = learned(&x, 1000, 1, &Run::serial());
    let three = Run::with_threads(NonZeroUsize::new(3).unwrap()).unwrap();
    assert_eq!(one, learned(&x, 1000, 1, &three));
}

#[test]
fn new_terms_find_their_topics() {
    // The terms of the last topic come with the second batch only.
    let early = planted(600, 5, 50);
    let late = planted(600, 6, 60);
    let mut online = OnlineNmf::new(NmfConfig::new(6), 2.0).unwrap();
    let run = Run::serial();
    online.partial_fit(early.view(), &run).unwrap();
    for _ in 0..4 {
        online.partial_fit(late.view(), &run).unwrap();
    }
    assert_eq!(online.n_terms(), 60);
    let nmf = online.finish(&run).unwrap();
    let new: f32 =
        nmf.components().iter().enumerate().filter(|(at, _)| at % 60 >= 50).map(|(_, h)| h).sum();
    assert!(new > 0.5, "{new}");
    let error = online.partial_fit(early.view(), &run).unwrap_err();
    assert!(matches!(error, Error::Columns { expected: 60, got: 50 }), "{error}");
}

#[test]
fn what_cannot_be_learned_is_refused_and_changes_nothing() {
    let x = planted(300, 6, 60);
    let run = Run::serial();
    let mut online = OnlineNmf::new(NmfConfig::new(6), 2.0).unwrap();
    online.partial_fit(x.view(), &run).unwrap();
    let before = online.finish(&run).unwrap();
    let bad = x.map(|_| f32::NAN);
    assert!(matches!(online.partial_fit(bad.view(), &run), Err(Error::Value { .. })));
    online.partial_fit(x.slice_outer(0..0), &run).unwrap();
    let after = online.finish(&run).unwrap();
    for (a, b) in before.components().iter().zip(after.components()) {
        assert!((a - b).abs() < 1e-3, "{a} {b}");
    }
    let mut fresh = OnlineNmf::new(NmfConfig::new(6), 2.0).unwrap();
    let few = fresh.partial_fit(x.slice_outer(0..3), &run);
    assert!(matches!(few, Err(Error::TopicCount { .. })));
    assert!(OnlineNmf::<f32>::new(NmfConfig::new(6), f64::NAN).is_err());
}
