//! Factors to topics: words, names, shares and documents.

use std::cmp::Ordering;

use jobs::{Memo, Run};
use learn::{Fit, Nmf};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis, s};
use sprs::CsMatViewI;
use text::Vocabulary;

use crate::names::Names;
use crate::topics::arrange::Given;
use crate::topics::parts::{self, Part, SubTopic};
use crate::topics::titles::{self, Candidate};
use crate::{Error, Prepared};

/// Terms kept for each topic.
const TERMS: usize = 100;
/// The first terms of a topic, among which its title is looked for.
const TITLE_TERMS: usize = 10;
/// The terms of a topic by which it can be named.
const LEADING: usize = 20;
/// A topic that makes up less of a document is not shown with it.
pub(crate) const MIN_SHARE: f64 = 0.05;
/// Terms that a document is short of: with so many its topics are told to half.
const DOUBT: f64 = 2.0;
/// Documents in one parallel task.
const SHARD_DOCS: usize = 1024;

/// A topic as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    /// Its number: that of its place, unless a former build gave it another.
    pub id: usize,
    /// The name of its folder.
    pub slug: String,
    /// What it is called.
    pub title: String,
    /// The mean of its shares of the documents, 0 to 1.
    pub share: f64,
    /// Its terms by falling weight: first its words (see [`learn::WordsConfig`]), then the others.
    pub terms: Vec<TopicTerm>,
    /// Its documents by falling weight: every document of which it makes up a twentieth or more,
    /// at most fifty where the documents are too many for memory.
    pub documents: Vec<Weighted>,
    /// What it divides into; empty where it does not.
    pub sub_topics: Vec<SubTopic>,
}

/// A term of a topic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TopicTerm {
    /// Its column in the vocabulary.
    pub column: u32,
    /// Its weight; the heaviest of the topic has 1.
    pub weight: f64,
}

/// A document of a topic or a topic of a document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighted {
    /// Its position.
    pub index: usize,
    /// The topic's part of the document, 0 to 1.
    pub weight: f64,
}

/// The topics of `fit`, in its order, with their words, titles and documents; `doc_topics` are those that
/// [`of_documents`] tells. What is `given` of their names stands.
pub(crate) fn describe(
    (fit, words, given, parts): (&Fit, &[Vec<usize>], &Given, &[Vec<Part>]),
    doc_topics: &[Vec<Weighted>],
    vocabulary: &Vocabulary,
    prepared: &Prepared,
    (memo, run): (&Memo, &Run),
) -> Result<Vec<Topic>, Error> {
    let shares = shares(fit.doc_topics.view());
    let heads = run.map(fit.nmf.components().rows().into_iter().collect(), terms)?;
    let candidates = candidates(&fit.nmf, (&heads, words));
    let main = main_topics(&shares);
    let mut documents = documents_of_topics(doc_topics, fit.nmf.components().nrows());
    let given_titles: Vec<Option<String>> =
        given.names.iter().map(|name| name.title.clone()).collect();
    let texts: Vec<(usize, Vec<&str>)> = prepared
        .documents
        .iter()
        .zip(&main)
        .map(|(document, &topic)| {
            let tags = document.tags.iter().map(String::as_str);
            (topic, [document.title.as_str(), &document.text].into_iter().chain(tags).collect())
        })
        .collect();
    let titles = titles::titles((&candidates, &given_titles), vocabulary, &texts, run)?;
    let mut sub_topics = parts::named((parts, &titles), vocabulary, prepared, (memo, run))?;
    let mut names = Names::default();
    names.keep(given.names.iter().filter_map(|name| name.slug.as_deref()));
    names.keep(given.gone_slugs.iter().map(String::as_str));
    let n_docs = prepared.documents.len().max(1) as f64;
    let sums = shares.sum_axis(Axis(0));
    let topics = titles.into_iter().zip(&given.names).enumerate().map(|(k, (title, name))| Topic {
        id: name.id,
        slug: match &name.slug {
            Some(slug) => slug.clone(),
            None => names.give(&title, &name.id.to_string(), "topic"),
        },
        title,
        share: sums[k] / n_docs,
        terms: words_first(heads[k].clone(), &words[k]),
        documents: std::mem::take(&mut documents[k]),
        sub_topics: sub_topics.get_mut(k).map(std::mem::take).unwrap_or_default(),
    });
    Ok(topics.collect())
}

/// The columns of the first terms of every topic, as they are published.
pub(crate) fn leading(nmf: &Nmf, words: &[Vec<usize>]) -> Vec<Vec<u32>> {
    let components = nmf.components();
    let rows = components.rows().into_iter().zip(words);
    rows.map(|(row, words)| words_first(terms(row), words))
        .map(|terms| terms.iter().take(LEADING).map(|term| term.column).collect())
        .collect()
}

/// The topics of every document that make up a twentieth of it or more, by falling part.
///
/// `doc_topics`: (n_docs, n_topics); `x`: the documents' weights on the terms, CSR.
///
/// # Errors
/// Those of the parallel run.
pub(crate) fn of_documents(
    doc_topics: ArrayView2<'_, f32>,
    x: CsMatViewI<'_, f32, u32, usize>,
    run: &Run,
) -> Result<Vec<Vec<Weighted>>, Error> {
    let starts = (0..x.rows()).step_by(SHARD_DOCS).collect();
    let shards = run.map(starts, |start: usize| {
        let docs = start..(start + SHARD_DOCS).min(x.rows());
        let told = told_shares(doc_topics.slice(s![docs.clone(), ..]), x.slice_outer(docs));
        told.rows().into_iter().map(shown).collect::<Vec<_>>()
    })?;
    Ok(shards.into_iter().flatten().collect())
}

/// The entries that are large enough to be shown, by falling weight.
fn shown(shares: ArrayView1<'_, f64>) -> Vec<Weighted> {
    let shown = (0..).zip(shares).filter(|(_, share)| **share >= MIN_SHARE);
    let mut shown: Vec<Weighted> =
        shown.map(|(index, &weight)| Weighted { index, weight }).collect();
    sort_by_weight(&mut shown);
    shown
}

/// For every topic the documents that name it in `doc_topics`, by falling weight.
fn documents_of_topics(doc_topics: &[Vec<Weighted>], n_topics: usize) -> Vec<Vec<Weighted>> {
    let mut documents = vec![Vec::new(); n_topics];
    for (index, topics) in doc_topics.iter().enumerate() {
        for topic in topics {
            documents[topic.index].push(Weighted { index, weight: topic.weight });
        }
    }
    for documents in &mut documents {
        sort_by_weight(documents);
    }
    documents
}

fn sort_by_weight(weighted: &mut [Weighted]) {
    weighted.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.index.cmp(&b.index)));
}

/// What the words of each document tell of its topics: the topics' shares times `n / (n + 2)` for a
/// document of `n` terms. Three tags and no text are no proof that a talk is wholly of one topic;
/// with forty terms the doubt is a twentieth.
pub(crate) fn told_shares(
    doc_topics: ArrayView2<'_, f32>,
    x: CsMatViewI<'_, f32, u32, usize>,
) -> Array2<f64> {
    let mut told = shares(doc_topics);
    for (mut row, terms) in told.rows_mut().into_iter().zip(x.outer_iterator()) {
        let n = terms.nnz() as f64;
        row *= n / (n + DOUBT);
    }
    told
}

/// `terms` with those of `words` before the others. What stands behind a word weighs no more than it,
/// and the first weighs 1: a heavy term that keeps no company is shown as small as the last word.
fn words_first(terms: Vec<TopicTerm>, words: &[usize]) -> Vec<TopicTerm> {
    let (mut shown, others): (Vec<TopicTerm>, Vec<TopicTerm>) =
        terms.into_iter().partition(|term| words.contains(&(term.column as usize)));
    let most = shown.last().map_or(1.0, |term| term.weight);
    let capped = |term: TopicTerm| TopicTerm { weight: term.weight.min(most), ..term };
    shown.extend(others.into_iter().map(capped));
    let heaviest = shown.first().map_or(1.0, |term| term.weight);
    for term in &mut shown {
        term.weight /= heaviest;
    }
    shown
}

/// Rows divided by their sums; rows of zeros stay.
pub(crate) fn shares(doc_topics: ArrayView2<'_, f32>) -> Array2<f64> {
    let mut shares = doc_topics.mapv(f64::from);
    for mut row in shares.rows_mut() {
        let sum = row.sum();
        if sum > 0.0 {
            row /= sum;
        }
    }
    shares
}

/// The strongest topic of every document, ties to the first.
pub(crate) fn main_topics(shares: &Array2<f64>) -> Vec<usize> {
    let strongest = |row: ArrayView1<'_, f64>| {
        let mut best = 0;
        for (topic, &share) in row.iter().enumerate() {
            if share > row[best] {
                best = topic;
            }
        }
        best
    };
    shares.rows().into_iter().map(strongest).collect()
}

/// Leaves the first `n` of `all` in the order of `compare`, which no two share a place in. Cost: linear, and
/// a sort of `n`.
pub(crate) fn first_of<T>(all: &mut Vec<T>, n: usize, compare: impl Fn(&T, &T) -> Ordering) {
    if n < all.len() {
        all.select_nth_unstable_by(n, &compare);
        all.truncate(n);
    }
    all.sort_unstable_by(compare);
}

/// The heaviest terms of a row of `H`, ties by column, relative to the heaviest.
fn terms(row: ArrayView1<'_, f32>) -> Vec<TopicTerm> {
    let mut terms: Vec<(u32, f32)> =
        (0..).zip(row.iter().copied()).filter(|(_, weight)| *weight > 0.0).collect();
    first_of(&mut terms, TERMS, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let heaviest = terms.first().map_or(1.0, |(_, weight)| f64::from(*weight));
    terms
        .into_iter()
        .map(|(column, weight)| TopicTerm { column, weight: f64::from(weight) / heaviest })
        .collect()
}

/// For every topic the words that may name it, of those that are shown first: heavy in the topic and
/// light in the others. The score is the weight times the square root of the topic's part of the word's weight in all.
/// `heads` are the heaviest terms of every topic, `words` its words.
fn candidates(
    nmf: &Nmf,
    (heads, words): (&[Vec<TopicTerm>], &[Vec<usize>]),
) -> Vec<Vec<Candidate>> {
    let components = nmf.components();
    // Row by row, as they lie in memory.
    let mut totals = vec![0.0; components.ncols()];
    for row in components.rows() {
        for (total, &weight) in totals.iter_mut().zip(row) {
            *total += f64::from(weight);
        }
    }
    components
        .rows()
        .into_iter()
        .zip(heads.iter().zip(words))
        .map(|(row, (head, words))| {
            let mut words: Vec<Candidate> = words_first(head.clone(), words)
                .into_iter()
                .take(TITLE_TERMS)
                .map(|TopicTerm { column, weight }| {
                    let part = f64::from(row[column as usize]) / totals[column as usize];
                    Candidate { column, score: weight * part.sqrt() }
                })
                .collect();
            words.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.column.cmp(&b.column)));
            words
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr2;

    /// A document of so many terms for each number.
    fn documents_of(n_terms: &[usize]) -> sprs::CsMatI<f32, u32, usize> {
        let mut indptr = vec![0];
        let mut indices = Vec::new();
        for &n in n_terms {
            indices.extend(0..n as u32);
            indptr.push(indices.len());
        }
        let data = vec![1.0; indices.len()];
        sprs::CsMatI::new((n_terms.len(), 100), indptr, indices, data)
    }

    fn candidates_of(nmf: &Nmf, words: &[Vec<usize>]) -> Vec<Vec<Candidate>> {
        let heads: Vec<_> = nmf.components().rows().into_iter().map(terms).collect();
        candidates(nmf, (&heads, words))
    }

    #[test]
    fn the_documents_of_a_topic_are_those_that_name_it() {
        let weighted = |index, weight| Weighted { index, weight };
        let named = [vec![weighted(1, 0.5)], vec![], vec![weighted(1, 0.75), weighted(0, 0.25)]];
        let documents = documents_of_topics(&named, 3);
        let expected = [vec![weighted(2, 0.25)], vec![weighted(2, 0.75), weighted(0, 0.5)], vec![]];
        assert_eq!(documents, expected);
    }

    #[test]
    fn a_documents_topics_are_shares_without_the_small_ones() {
        let x = documents_of(&[98, 0]);
        let topics = of_documents(
            arr2(&[[1.0, 2.9, 0.1], [0.0, 0.0, 0.0]]).view(),
            x.view(),
            &Run::serial(),
        );
        let topics = topics.unwrap();
        let found: Vec<(usize, f64)> = topics[0].iter().map(|t| (t.index, t.weight)).collect();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].0, found[1].0), (1, 0));
        assert!((found[0].1 - 0.725 * 0.98).abs() < 1e-6);
        assert_eq!(topics[1], []);
    }

    #[test]
    fn few_words_tell_little() {
        let x = documents_of(&[2, 38]);
        let topics = of_documents(arr2(&[[1.0], [1.0]]).view(), x.view(), &Run::serial()).unwrap();
        let weights: Vec<f64> = topics.iter().map(|topics| topics[0].weight).collect();
        assert_eq!(weights, [0.5, 0.95]);
    }

    #[test]
    fn terms_are_relative_to_the_heaviest_and_without_zeros() {
        let row = ndarray::arr1(&[0.2_f32, 0.0, 0.4]);
        let found: Vec<(u32, f64)> =
            terms(row.view()).iter().map(|term| (term.column, term.weight)).collect();
        assert_eq!(found, [(2, 1.0), (0, 0.5)]);
    }

    #[test]
    fn the_words_of_a_topic_stand_before_its_other_terms() {
        let row = ndarray::arr1(&[0.2_f32, 0.1, 0.4, 0.3]);
        let found = words_first(terms(row.view()), &[1, 3]);
        let columns: Vec<u32> = found.iter().map(|term| term.column).collect();
        assert_eq!(columns, [3, 1, 2, 0]);
        let weights: Vec<f64> = found.iter().map(|term| (term.weight * 3.0).round()).collect();
        assert_eq!(weights, [3.0, 1.0, 1.0, 1.0]);
    }

    #[test]
    fn words_of_all_topics_name_none() {
        let nmf = Nmf::from_components(arr2(&[[0.5, 0.4, 0.1], [0.5, 0.0, 0.5]])).unwrap();
        let candidates = candidates_of(&nmf, &[vec![0, 1], vec![0, 2]]);
        let best: Vec<u32> = candidates.iter().map(|words| words[0].column).collect();
        assert_eq!(best, [1, 2]);
    }
    #[test]
    fn a_title_is_made_of_the_words_that_are_shown_first() {
        // The heaviest term is none of the ten words, and stands behind them.
        let row = Array2::from_shape_fn((1, 12), |(_, term)| 12.0 - term as f32);
        let nmf = Nmf::from_components(row).unwrap();
        let words: Vec<usize> = (1..11).collect();
        let found = candidates_of(&nmf, &[words]);
        assert_eq!(
            found[0].iter().map(|word| word.column).collect::<Vec<_>>(),
            [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        );
    }
}
