//! Which documents are like which, and by what terms.

mod known;

use jobs::Run;
use sprs::CsMatViewI;

use crate::Error;
use crate::topics::describe::first_of;

pub(crate) use known::{Known, digests};

/// A document is compared by this many of its heaviest terms: the others are common words that
/// would cost the most and say the least.
const QUERY_TERMS: usize = 20;
/// Shared terms told with each related document.
const SHARED_TERMS: usize = 3;
/// Below this likeness two documents are not called related.
const MIN_SCORE: f32 = 0.05;
/// Documents in one parallel task.
const SHARD_DOCS: usize = 128;

/// A document that is like another.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Related {
    /// Its position.
    pub index: usize,
    /// How much of the cosine of the two documents' weights the first one's heaviest terms give,
    /// 0 to 1.
    pub score: f64,
    /// Columns of the terms that both hold and that count most.
    pub terms: Vec<u32>,
}

/// For every document at most `limit` others that are most like it, the closest first, ties by
/// position.
///
/// `x`: CSR, (n_docs, n_terms), rows of norm 1. Cost: for every document the lengths of the lists
/// of documents of its twenty heaviest terms.
pub(crate) fn related(
    x: CsMatViewI<'_, f32, u32, usize>,
    limit: usize,
    run: &Run,
) -> Result<Vec<Vec<Related>>, Error> {
    let by_term = x.transpose_view().to_csr();
    let starts: Vec<usize> = (0..x.rows()).step_by(SHARD_DOCS).collect();
    let shards = run.map(starts, |start| {
        let mut scores = vec![0.0_f32; x.rows()];
        let end = (start + SHARD_DOCS).min(x.rows());
        (start..end).map(|doc| like(doc, x, by_term.view(), &mut scores, limit)).collect::<Vec<_>>()
    })?;
    Ok(shards.into_iter().flatten().collect())
}

/// Whether `related` can be of so many documents and terms: no position is beyond the end, and every score
/// is one.
pub(crate) fn fits(related: &[Vec<Related>], (n_docs, n_terms): (usize, usize)) -> bool {
    let is_there = |related: &Related| {
        let mut terms = related.terms.iter();
        related.index < n_docs
            && (0.0..=1.0).contains(&related.score)
            && terms.all(|&term| (term as usize) < n_terms)
    };
    related.len() == n_docs && related.iter().flatten().all(is_there)
}

/// `scores`: a zero for every document, and again so on return.
fn like(
    doc: usize,
    x: CsMatViewI<'_, f32, u32, usize>,
    by_term: CsMatViewI<'_, f32, u32, usize>,
    scores: &mut [f32],
    limit: usize,
) -> Vec<Related> {
    let query = query(x, doc);
    let mut touched = Vec::new();
    for &(term, weight) in &query {
        for (other, &value) in by_term.outer_view(term).iter().flat_map(|column| column.iter()) {
            if scores[other] == 0.0 {
                touched.push(other);
            }
            scores[other] += weight * value;
        }
    }
    let mut found: Vec<(usize, f32)> = touched
        .into_iter()
        .map(|other| (other, std::mem::take(&mut scores[other])))
        .filter(|&(other, score)| other != doc && score >= MIN_SCORE)
        .collect();
    first_of(&mut found, limit, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    found
        .into_iter()
        .map(|(index, score)| Related {
            index,
            score: f64::from(score.min(1.0)),
            terms: shared_terms(&query, index, x),
        })
        .collect()
}

/// The heaviest terms of a document, with their weights.
fn query(x: CsMatViewI<'_, f32, u32, usize>, doc: usize) -> Vec<(usize, f32)> {
    let mut query: Vec<(usize, f32)> = x
        .outer_view(doc)
        .map(|row| row.iter().map(|(term, &weight)| (term, weight)).collect())
        .unwrap_or_default();
    first_of(&mut query, QUERY_TERMS, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    query
}

fn shared_terms(
    query: &[(usize, f32)],
    other: usize,
    x: CsMatViewI<'_, f32, u32, usize>,
) -> Vec<u32> {
    let mut shared: Vec<(u32, f32)> = query
        .iter()
        .filter_map(|&(term, weight)| {
            x.get(other, term).map(|&value| (term as u32, weight * value))
        })
        .collect();
    shared.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    shared.into_iter().take(SHARED_TERMS).map(|(term, _)| term).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sprs::CsMatI;

    fn matrix() -> CsMatI<f32, u32, usize> {
        // 0 and 1 share terms 0 and 1; 2 stands alone; 3 is empty; 4 shares term 1 a little.
        let indptr = vec![0, 2, 4, 5, 5, 7];
        let indices = vec![0, 1, 0, 1, 2, 1, 3];
        let data = vec![0.8, 0.6, 0.6, 0.8, 1.0, 0.2, 0.98];
        CsMatI::new((5, 4), indptr, indices, data)
    }

    #[test]
    fn the_closest_come_first_with_the_terms_they_share() {
        let found = related(matrix().view(), 5, &Run::serial()).unwrap();
        let of_first: Vec<usize> = found[0].iter().map(|r| r.index).collect();
        assert_eq!(of_first, [1, 4]);
        assert!((found[0][0].score - 0.96).abs() < 1e-6);
        assert_eq!(found[0][0].terms, [0, 1]);
        assert_eq!(found[0][1].terms, [1]);
    }

    #[test]
    fn documents_that_share_nothing_are_not_related() {
        let found = related(matrix().view(), 5, &Run::serial()).unwrap();
        assert_eq!((found[2].len(), found[3].len()), (0, 0));
    }

    #[test]
    fn what_another_wrote_into_the_cache_has_to_fit() {
        let x = matrix();
        let found = related(x.view(), 5, &Run::serial()).unwrap();
        assert!(fits(&found, x.shape()));
        assert!(!fits(&found[1..], x.shape()));
        let mut beyond = found.clone();
        beyond[0][0].index = 5;
        assert!(!fits(&beyond, x.shape()));
        let mut beyond = found.clone();
        beyond[0][0].terms[0] = 4;
        assert!(!fits(&beyond, x.shape()));
        let mut unheard_of = found;
        unheard_of[0][0].score = f64::NAN;
        assert!(!fits(&unheard_of, x.shape()));
    }

    #[test]
    fn no_more_than_asked_for() {
        let found = related(matrix().view(), 1, &Run::serial()).unwrap();
        assert_eq!(found[0].len(), 1);
    }
}
