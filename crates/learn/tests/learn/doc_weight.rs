//! Documents that count by their information, through the public interface.

use jobs::Run;
use learn::{DocWeight, MatrixSpill, NmfConfig, OnlineNmf};
use ndarray::{Array2, ArrayView2};
use sprs::CsMatI;

type Matrix = CsMatI<f32, u32, usize>;

const N_TOPICS: usize = 5;
const N_TERMS: usize = 50;

/// Documents of one to thirty terms, most of them of one planted topic, and one of none.
fn documents(n: usize) -> Matrix {
    let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
    for doc in 0..n {
        let length = if doc == 7 { 0 } else { 1 + doc * doc % 30 };
        for term in 0..N_TERMS {
            let draw = (doc * 7919 + term * 104_729 + doc * term) % 101;
            let own = term * N_TOPICS / N_TERMS == doc % N_TOPICS;
            if draw * N_TERMS < 101 * length * if own { 3 } else { 1 } {
                indices.push(term as u32);
                data.push(1.0 + (draw % 5) as f32);
            }
        }
        indptr.push(indices.len());
    }
    CsMatI::new((n, N_TERMS), indptr, indices, data)
}

/// Every row times the square root of `i / (i + 100)`, where `i` is the information of its terms in `corpus`.
fn weighed_by_hand(x: &Matrix, corpus: &Matrix) -> Matrix {
    let mut df = [0.0; N_TERMS];
    corpus.indices().iter().for_each(|&term| df[term as usize] += 1.0);
    let n_docs = corpus.rows() as f64;
    let mut data = Vec::new();
    for row in x.outer_iterator() {
        let i: f64 = row.indices().iter().map(|&t| ((n_docs + 1.0) / df[t as usize]).ln()).sum();
        data.extend(row.data().iter().map(|&v| ((i / (i + 100.0)).sqrt() * f64::from(v)) as f32));
    }
    CsMatI::new(x.shape(), x.proper_indptr().to_vec(), x.indices().to_vec(), data)
}

fn informed() -> NmfConfig {
    NmfConfig { doc_weight: DocWeight::Information, k_means: 3, ..NmfConfig::new(N_TOPICS) }
}

fn alike() -> NmfConfig {
    NmfConfig { doc_weight: DocWeight::Equal, ..informed() }
}

#[track_caller]
fn near(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>) {
    let far = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(a.dim() == b.dim() && far < 1e-4, "{far}");
}

#[test]
fn topics_are_those_of_rows_that_are_weighed_by_hand_and_place_documents_as_they_are() {
    let (x, run) = (documents(600), Run::serial());
    let fit = informed().fit(x.view(), &run).unwrap();
    near(
        fit.nmf.components(),
        alike().fit(weighed_by_hand(&x, &x).view(), &run).unwrap().nmf.components(),
    );
    assert_ne!(fit.nmf, alike().fit(x.view(), &run).unwrap().nmf);
    near(fit.doc_topics.view(), fit.nmf.transform(x.view(), &run).unwrap().view());
    let residual = x.to_dense() - fit.doc_topics.dot(&fit.nmf.components());
    let square = |m: &Array2<f32>| m.iter().map(|v| f64::from(v * v)).sum::<f64>();
    let told = (square(&residual) / square(&x.to_dense())).sqrt();
    assert!((fit.loss.relative - told).abs() < 1e-5, "{told} {:?}", fit.loss);
}

#[test]
fn factors_from_a_given_start_are_those_of_the_documents() {
    let (x, run) = (documents(300), Run::serial());
    let weighed = weighed_by_hand(&x, &x);
    let given = |rows: usize, columns: usize| {
        Array2::from_shape_fn((rows, columns), |(i, j)| ((i * 7 + j * 13) % 11) as f32 / 11.0)
    };
    let (w, h) = (given(300, N_TOPICS), given(N_TOPICS, N_TERMS));
    // The same start for the rows that are weighed by hand.
    let root = |doc: usize| match (x.outer_view(doc), weighed.outer_view(doc)) {
        (Some(row), Some(weighed)) if row.nnz() > 0 => weighed.data()[0] / row.data()[0],
        _ => 1.0,
    };
    let weighed_w = Array2::from_shape_fn(w.dim(), |(doc, topic)| w[[doc, topic]] * root(doc));
    let factors = |config: NmfConfig, x: &Matrix, w: &Array2<f32>| {
        let config = NmfConfig { max_iter: 30, tol: 0.0, ..config };
        let start = Some((w.view(), h.view()));
        config.factorise(x.view(), start, &mut |_, _| true, &run).unwrap()
    };
    let found = factors(informed(), &x, &w);
    let by_hand = factors(alike(), &weighed, &weighed_w);
    near(found.h.view(), by_hand.h.view());
    let back = Array2::from_shape_fn(w.dim(), |(doc, k)| by_hand.w[[doc, k]] / root(doc));
    near(found.w.view(), back.view());
}

#[test]
fn batches_count_by_what_has_come_so_far() {
    let (x, run) = (documents(6000), Run::serial());
    let batch = |first: usize| learn::some_rows(x.view(), first..first + 3000);
    let learned = |config: NmfConfig, batches: [Matrix; 2]| {
        let mut online = OnlineNmf::new(config, 2.0).unwrap();
        for batch in batches {
            online.partial_fit(batch.view(), &run).unwrap();
        }
        online.finish(&run).unwrap()
    };
    let found = learned(informed(), [batch(0), batch(3000)]);
    let by_hand = [weighed_by_hand(&batch(0), &batch(0)), weighed_by_hand(&batch(3000), &x)];
    near(found.components(), learned(alike(), by_hand).components());
    assert_ne!(found, learned(alike(), [batch(0), batch(3000)]));
}

#[test]
fn on_disk_documents_count_as_in_memory() {
    let (x, run) = (documents(9000), Run::serial());
    let learned = |config: NmfConfig, x: &Matrix| {
        let mut spill = MatrixSpill::new(N_TERMS, &Run::serial().with_memory(1)).unwrap();
        spill.push(x.view()).unwrap();
        let spilled = spill.finish().unwrap();
        assert!(spilled.n_parts() > 4, "{} parts", spilled.n_parts());
        config.fit_spilled(&spilled, &run).unwrap().nmf
    };
    let found = learned(informed(), &x);
    near(found.components(), learned(alike(), &weighed_by_hand(&x, &x)).components());
    assert_ne!(found, learned(alike(), &x));
}
