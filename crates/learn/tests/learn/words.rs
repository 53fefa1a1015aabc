//! The words of topics through the public interface.

use jobs::Run;
use learn::{Occurrence, WordsConfig};
use ndarray::{Array2, arr2};
use sprs::CsMatI;

/// A matrix of ones from the terms of each document.
fn occurrence(documents: &[&[u32]], n_terms: usize) -> Occurrence {
    let (mut indptr, mut indices) = (vec![0], Vec::new());
    for document in documents {
        indices.extend_from_slice(document);
        indptr.push(indices.len());
    }
    let ones = vec![1_u32; indices.len()];
    let x = CsMatI::<u32, u32, usize>::new((documents.len(), n_terms), indptr, indices, ones);
    Occurrence::of(x.view())
}

fn choose(
    config: WordsConfig,
    components: &Array2<f32>,
    occurrence: &Occurrence,
) -> Vec<Vec<usize>> {
    config.choose(components.view(), occurrence, &Run::serial()).expect("nothing panics")
}

#[test]
fn a_heavy_term_that_keeps_no_company_gives_way() {
    // Term 1 is heavy, but stands alone; terms 0, 2 and 3 go together.
    let documents: Vec<&[u32]> =
        [&[0, 2, 3][..], &[1], &[4], &[5]].into_iter().cycle().take(80).collect();
    let components = arr2(&[[1.0, 0.9, 0.8, 0.7, 0.0, 0.0]]);
    let config = WordsConfig { n_words: 3, candidates: 4, ..WordsConfig::default() };
    assert_eq!(choose(config, &components, &occurrence(&documents, 6)), [[0, 2, 3]]);
}

#[test]
fn the_words_of_a_topic_are_of_one_subject() {
    // Two subjects of three terms each, which the topic mixes by weight.
    let documents: Vec<&[u32]> =
        [&[0, 2, 4][..], &[1, 3, 5], &[6]].into_iter().cycle().take(90).collect();
    let components = arr2(&[[1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.0]]);
    let config = WordsConfig { n_words: 3, candidates: 6, ..WordsConfig::default() };
    let mut words = choose(config, &components, &occurrence(&documents, 7)).remove(0);
    words.sort_unstable();
    assert_eq!(words, [0, 2, 4]);
}

#[test]
fn a_pair_that_met_once_counts_little() {
    // Terms 2 and 3 occur once, together; terms 0 and 1 often do, and apart now and then.
    let mut documents: Vec<&[u32]> = vec![&[0, 1]; 40];
    documents.extend([&[0][..], &[1], &[2, 3]]);
    documents.extend(vec![&[4][..]; 40]);
    let components = arr2(&[[0.6, 0.6, 0.6, 0.6, 0.0]]);
    let shrunk = WordsConfig { n_words: 2, ..WordsConfig::default() };
    let raw = WordsConfig { shrink: 0.0, ..shrunk };
    let occurrence = occurrence(&documents, 5);
    assert_eq!(choose(shrunk, &components, &occurrence), [[0, 1]]);
    assert_eq!(choose(raw, &components, &occurrence), [[2, 3]]);
}

#[test]
fn a_word_of_two_topics_stays_where_it_is_heavy() {
    let documents: Vec<&[u32]> = vec![&[0, 1, 2, 3, 4]; 9];
    let components = arr2(&[[0.9, 0.5, 0.4, 0.0, 0.0], [0.3, 0.0, 0.0, 0.5, 0.4]]);
    let config = WordsConfig { n_words: 2, balance: 1.0, ..WordsConfig::default() };
    let occurrence = occurrence(&documents, 5);
    assert_eq!(choose(config, &components, &occurrence), [[0, 1], [3, 4]]);
    let shared = arr2(&[[0.9, 0.5, 0.4, 0.0, 0.0], [0.8, 0.0, 0.0, 0.5, 0.4]]);
    assert_eq!(choose(config, &shared, &occurrence), [[0, 1], [0, 3]]);
}

#[test]
fn topics_of_few_or_no_terms_keep_what_they_have() {
    let documents: Vec<&[u32]> = vec![&[0, 1]; 4];
    let components = arr2(&[[0.2, 0.6], [0.0, 0.0]]);
    let words = choose(WordsConfig::default(), &components, &occurrence(&documents, 2));
    assert_eq!(words, vec![vec![1, 0], vec![]]);
}
