//! The plain solvers against scikit-learn's, as `testdata/plain_nmf.py` wrote them.

use jobs::Run;
use learn::{LearnH, Penalty, PlainConfig, Solver, factorise_plain};
use ndarray::Array2;
use serde::Deserialize;
use sprs::CsMatI;

#[derive(Deserialize)]
struct Reference {
    x: Vec<Vec<f64>>,
    w: Vec<Vec<f64>>,
    h: Vec<Vec<f64>>,
    cases: Vec<Case>,
}

#[derive(Deserialize, Debug)]
struct Case {
    solver: String,
    beta: f64,
    alpha_w: f64,
    alpha_h: f64,
    l1_ratio: f64,
    update_h: bool,
    max_iter: usize,
    tol: f64,
    w: Vec<Vec<f64>>,
    h: Vec<Vec<f64>>,
    n_iter: usize,
}

fn dense(rows: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).expect("rows of one length")
}

fn sparse(x: &Array2<f64>) -> CsMatI<f64, u32, usize> {
    let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
    for row in x.rows() {
        for (column, &value) in (0..).zip(row).filter(|(_, value)| **value != 0.0) {
            indices.push(column);
            data.push(value);
        }
        indptr.push(indices.len());
    }
    CsMatI::new(x.dim(), indptr, indices, data)
}

impl Case {
    fn config(&self, (n_docs, n_terms): (usize, usize)) -> PlainConfig {
        let (w, h) = (self.alpha_w * n_terms as f64, self.alpha_h * n_docs as f64);
        PlainConfig {
            solver: match self.solver.as_str() {
                "cd" => Solver::CoordinateDescent { shuffle: None },
                _ => Solver::Multiplicative { beta: self.beta },
            },
            penalty: Penalty {
                l1_w: w * self.l1_ratio,
                l2_w: w * (1.0 - self.l1_ratio),
                l1_h: h * self.l1_ratio,
                l2_h: h * (1.0 - self.l1_ratio),
            },
            tol: self.tol,
            max_iter: self.max_iter,
            learn_h: if self.update_h { LearnH::Yes } else { LearnH::Fixed },
        }
    }
}

#[test]
fn every_step_is_scikit_learns() {
    let reference: Reference =
        serde_json::from_str(include_str!("../../testdata/plain_nmf.json")).unwrap();
    assert_eq!(reference.cases.len(), 13);
    let (w, h) = (dense(&reference.w), dense(&reference.h));
    for case in &reference.cases {
        let mut x = dense(&reference.x);
        if case.beta <= 0.0 {
            x += 0.1;
        }
        let config = case.config(x.dim());
        // With a fixed H the start of W is the function's own: a constant.
        let w = if case.update_h {
            w.clone()
        } else {
            let mean = x.mean().unwrap() / 3.0;
            let start = if case.solver == "cd" { 0.0 } else { mean.sqrt() };
            Array2::from_elem(w.dim(), start)
        };
        let x = sparse(&x);
        let found =
            factorise_plain(x.view(), (w.view(), h.view()), &config, &Run::serial()).unwrap();
        assert_eq!(found.iterations, case.n_iter, "{case:?}");
        for (found, expected) in [(&found.w, &case.w), (&found.h, &case.h)] {
            for (found, expected) in found.iter().zip(expected.concat()) {
                // Powers by another library, nine times.
                assert!((found - expected).abs() < 1e-9, "{found} {expected} {case:?}");
            }
        }
    }
}

#[test]
fn every_order_of_the_topics_lowers_the_error() {
    let reference: Reference =
        serde_json::from_str(include_str!("../../testdata/plain_nmf.json")).unwrap();
    let (x, w, h) = (dense(&reference.x), dense(&reference.w), dense(&reference.h));
    let error = |max_iter| {
        let config = PlainConfig {
            solver: Solver::CoordinateDescent { shuffle: Some(3) },
            penalty: Penalty::default(),
            tol: 0.0,
            max_iter,
            learn_h: LearnH::Yes,
        };
        let x_sparse = sparse(&x);
        let start = (w.view(), h.view());
        let found = factorise_plain(x_sparse.view(), start, &config, &Run::serial()).unwrap();
        (&x - &found.w.dot(&found.h)).mapv(|v| v * v).sum()
    };
    assert!(error(2) < error(1) && error(5) < error(2) && error(30) < error(5));
}
