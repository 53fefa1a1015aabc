//! Metrics against gensim's and scikit-learn's, as `testdata/metrics.py` wrote them.

use learn::{
    Counting, Occurrence, Windows, adjusted_rand, c_npmi, c_v, normalised_mutual_information,
    purity, u_mass,
};
use serde::Deserialize;
use sprs::CsMatI;

#[derive(Deserialize)]
struct Reference {
    documents: Vec<Vec<u32>>,
    topics: Vec<Vec<usize>>,
    c_npmi: f64,
    c_v: f64,
    u_mass: f64,
    labels: Vec<usize>,
    clusters: Vec<usize>,
    nmi: f64,
    ari: f64,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../../testdata/metrics.json"))
        .expect("the file fits the type")
}

#[track_caller]
fn check(found: f64, expected: f64) {
    // Sums in another order.
    assert!((found - expected).abs() < 1e-10, "{found} {expected}");
}

#[test]
fn coherence_over_windows_equals_gensims() {
    let Reference { documents, topics, c_npmi: npmi, c_v: v, .. } = reference();
    let tokens: Vec<Vec<Option<u32>>> =
        documents.iter().map(|document| document.iter().copied().map(Some).collect()).collect();
    let windows =
        |size, counting| Windows::of(tokens.iter().map(Vec::as_slice), &topics, (size, counting));
    check(c_npmi(&topics, &windows(10, Counting::Gensim)).unwrap(), npmi);
    check(c_v(&topics, &windows(110, Counting::Gensim)).unwrap(), v);
    let exact = c_npmi(&topics, &windows(10, Counting::Exact)).unwrap();
    assert!((exact - npmi).abs() > 1e-3, "{exact} {npmi}");
}

#[test]
fn coherence_over_documents_equals_gensims() {
    let Reference { documents, topics, u_mass: mass, .. } = reference();
    let (mut indptr, mut indices) = (vec![0], Vec::new());
    for mut document in documents {
        document.sort_unstable();
        document.dedup();
        indices.extend(document);
        indptr.push(indices.len());
    }
    let ones = vec![1_u32; indices.len()];
    let x = CsMatI::<u32, u32, usize>::new((indptr.len() - 1, 24), indptr, indices, ones);
    check(u_mass(&topics, &Occurrence::of(x.view())).unwrap(), mass);
}

#[test]
fn agreement_with_labels_equals_scikit_learns() {
    let Reference { labels, clusters, nmi, ari, .. } = reference();
    check(normalised_mutual_information(&labels, &clusters), nmi);
    check(adjusted_rand(&labels, &clusters), ari);
}

#[test]
fn agreement_at_its_ends() {
    let (a, b) = ([0, 0, 1, 1], [1, 1, 0, 0]);
    assert!((normalised_mutual_information(&a, &b) - 1.0).abs() < 1e-12);
    assert_eq!((adjusted_rand(&a, &b), purity(&a, &b)), (1.0, 1.0));
    assert_eq!(normalised_mutual_information(&[3, 3], &[5, 5]), 1.0);
    assert_eq!(normalised_mutual_information(&a, &[0, 0, 0, 0]), 0.0);
    assert_eq!(adjusted_rand(&a, &[0, 0, 0, 0]), 0.0);
    assert_eq!(purity(&[0, 0, 0, 1], &[7, 7, 8, 8]), 0.75);
}

#[test]
fn a_word_in_no_window_scores_minus_one_and_never_nan() {
    let tokens = [Some(0), None, Some(1)];
    let topics = vec![vec![0, 1, 2]];
    let windows = Windows::of(std::iter::once(&tokens[..]), &topics, (10, Counting::Exact));
    let npmi = c_npmi(&topics, &windows).unwrap();
    assert!(npmi.is_finite() && npmi < 0.0, "{npmi}");
    assert!(c_v(&topics, &windows).unwrap().is_finite());
}
