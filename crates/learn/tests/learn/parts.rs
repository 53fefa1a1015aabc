//! What groups of documents divide into, through the public interface.

use jobs::Run;
use learn::{Part, PartsConfig};
use sprs::CsMatI;

/// Documents of `sizes.len()` subjects of ten terms each and ten terms in common; `sizes` documents of
/// each, every subject in a row.
fn documents(sizes: &[usize]) -> CsMatI<f32, u32, usize> {
    let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
    let mut state = 7_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 16
    };
    for (subject, &size) in sizes.iter().enumerate() {
        for _ in 0..size {
            for term in 0..10 * (sizes.len() as u32 + 1) {
                let own = term / 10 == subject as u32;
                let common = term / 10 == sizes.len() as u32;
                if (own && random() % 10 < 7) || (common && random() % 10 < 3) {
                    indices.push(term);
                    data.push(0.25 + (random() % 100) as f32 / 400.0);
                }
            }
            indptr.push(indices.len());
        }
    }
    let n_terms = 10 * (sizes.len() + 1);
    CsMatI::new((indptr.len() - 1, n_terms), indptr, indices, data)
}

#[track_caller]
fn divide(config: PartsConfig, x: &CsMatI<f32, u32, usize>, docs: &[usize]) -> Vec<Part> {
    let on = |run: &Run| config.divide(x.view(), docs, run).expect("the matrix is fine");
    let parts = on(&Run::serial());
    let threads = std::num::NonZeroUsize::new(4).expect("4 is not 0");
    assert_eq!(parts, on(&Run::with_threads(threads).expect("threads start")));
    parts
}

#[test]
fn planted_parts_are_found_and_told_by_their_terms() {
    let x = documents(&[40, 30, 20]);
    let all: Vec<usize> = (0..90).collect();
    let parts = divide(PartsConfig { most: 3, ..PartsConfig::default() }, &x, &all);
    assert_eq!(parts.len(), 3);
    for (part, range) in parts.iter().zip([0..40, 40..70, 70..90]) {
        let inside = part.documents.iter().filter(|document| range.contains(*document)).count();
        assert!(inside * 10 >= 9 * range.len(), "{inside} of {range:?}");
        let subject = part.terms[0].0 / 10;
        assert!(part.terms[..5].iter().all(|(term, _)| term / 10 == subject), "{part:?}");
        assert!(part.terms.is_sorted_by(|a, b| a.1 >= b.1));
    }
    let mut placed: Vec<usize> = parts.into_iter().flat_map(|part| part.documents).collect();
    placed.sort_unstable();
    assert_eq!(placed, all);
}

#[test]
fn a_group_is_divided_by_its_own_documents_alone() {
    let x = documents(&[30, 30, 30]);
    let docs: Vec<usize> = (30..90).collect();
    let parts = divide(PartsConfig { most: 2, ..PartsConfig::default() }, &x, &docs);
    assert_eq!(parts.len(), 2);
    assert!(parts.iter().all(|part| part.documents.iter().all(|document| *document >= 30)));
    assert!(parts.iter().all(|part| part.terms[..5].iter().all(|(term, _)| term / 10 > 0)));
}

#[test]
fn documents_that_are_alike_stay_together() {
    let x = CsMatI::<f32, u32, usize>::new(
        (40, 3),
        (0..=40).map(|n| 3 * n).collect(),
        [0, 1, 2].repeat(40),
        vec![0.5; 120],
    );
    let all: Vec<usize> = (0..40).collect();
    assert_eq!(divide(PartsConfig::default(), &x, &all), []);
}

#[test]
fn few_documents_and_a_few_odd_ones_make_no_parts() {
    let x = documents(&[30, 3]);
    let all: Vec<usize> = (0..33).collect();
    for part in divide(PartsConfig::default(), &x, &all) {
        assert!(part.documents.len() >= 5, "{part:?}");
    }
    assert_eq!(divide(PartsConfig::default(), &x, &all[..9]), []);
    assert_eq!(divide(PartsConfig::default(), &x, &[]), []);
    let zeros = CsMatI::<f32, u32, usize>::zero((40, 5)).to_csr();
    assert_eq!(divide(PartsConfig::default(), &zeros, &all), []);
}
