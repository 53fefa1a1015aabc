//! What the pages borrow beside the results: names, and the terms that explain.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use jobs::Run;
use ndarray::ArrayView2;
use sprs::CsMatViewI;

use crate::config::Config;
use crate::names::Names;
use crate::results::Results;
use crate::topics::describe::first_of;
use crate::{Error, Prepared, Source};

/// Terms of a topic that its page tells, and that get a name in links.
pub(super) const TERMS: usize = 60;
/// Terms named as the reason why a document belongs to a topic.
const REASONS: usize = 6;
/// Terms in the index of terms, and documents with each.
const INDEX_TERMS: usize = 5000;
const INDEX_DOCUMENTS: usize = 8;
/// Documents in one parallel task.
const SHARD_DOCS: usize = 1024;
/// Reasons to leave documents out that the pages tell.
const DROP_REASONS: usize = 12;

/// A speaker or author.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) slug: String,
    pub(super) documents: Vec<usize>,
}

/// A term of the index of terms.
#[derive(Debug)]
pub(super) struct IndexTerm {
    pub(super) column: u32,
    /// By falling weight.
    pub(super) documents: Vec<usize>,
    pub(super) n_documents: usize,
}

/// What the pages borrow beside the results.
#[derive(Debug)]
pub(crate) struct Words {
    /// For every topic the names in links of its terms.
    pub(super) anchors: Vec<Vec<String>>,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) people: Vec<Person>,
    /// For every document its speakers.
    pub(super) doc_people: Vec<Vec<usize>>,
    /// For every document and each of its topics the columns of the terms that tell.
    pub(super) reasons: Vec<Vec<Vec<u32>>>,
    pub(super) index: Vec<IndexTerm>,
    /// The sources as they are shown.
    pub(super) sources: Vec<(String, Option<String>)>,
    pub(super) dropped: Vec<(String, usize)>,
}

impl Words {
    /// `x`: CSR, (n_docs, n_terms), the weights; `components`: (n_topics, n_terms).
    pub(super) fn of(
        results: &Results,
        (x, components): (CsMatViewI<'_, f32, u32, usize>, ArrayView2<'_, f32>),
        prepared: &Prepared,
        config: &Config,
        run: &Run,
    ) -> Result<Self, Error> {
        let (people, doc_people) = people(results);
        Ok(Self {
            anchors: anchors(results),
            facts: facts(results, licences(config).as_deref()),
            people,
            doc_people,
            reasons: reasons(results, (x, components), run)?,
            index: index(x),
            sources: sources(config)?,
            dropped: dropped(prepared),
        })
    }
}

fn anchors(results: &Results) -> Vec<Vec<String>> {
    let terms = results.vocabulary.terms();
    let of_topic = |topic: &crate::Topic| {
        let mut names = Names::default();
        let shown = topic.terms.iter().take(TERMS);
        shown.map(|term| &terms[term.column as usize]).map(|t| names.give(t, t, "term")).collect()
    };
    results.topics.iter().map(of_topic).collect()
}

fn facts(results: &Results, licence: Option<&str>) -> Vec<(&'static str, String)> {
    let quality = results.quality;
    let figure = |value: f64| format!("{value:.2}");
    let mut facts = vec![
        ("Relative error of the factorisation", figure(results.loss.relative)),
        ("Iterations", results.loss.iterations.to_string()),
        ("Seed", results.seed.to_string()),
    ];
    facts.extend(licence.map(|licence| ("Licence of the documents", licence.to_owned())));
    facts.extend(quality.npmi.map(|v| ("Coherence (NPMI)", figure(v))));
    facts.extend(quality.npmi_held_out.map(|v| ("Coherence on documents left out", figure(v))));
    facts.extend(quality.diversity.map(|v| ("Diversity of the topics' words", figure(v))));
    facts
}

/// The speakers in the order in which they first come, and for every document those it names. Names
/// that differ in capitals and spaces alone are one.
fn people(results: &Results) -> (Vec<Person>, Vec<Vec<usize>>) {
    let mut names = Names::default();
    let mut found: Vec<Person> = Vec::new();
    let mut position: HashMap<String, usize> = HashMap::new();
    let mut of_documents = Vec::with_capacity(results.documents.len());
    for (doc, document) in results.documents.iter().enumerate() {
        let mut own = Vec::with_capacity(document.speakers.len());
        for name in &document.speakers {
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            if name.is_empty() {
                continue;
            }
            let at = *position.entry(name.to_lowercase()).or_insert_with(|| {
                let slug = names.give(&name, &name, "speaker");
                found.push(Person { name: name.clone(), slug, documents: Vec::new() });
                found.len() - 1
            });
            if !own.contains(&at) {
                own.push(at);
                found[at].documents.push(doc);
            }
        }
        of_documents.push(own);
    }
    (found, of_documents)
}

/// For every document and each of its topics the terms with the largest product of their weight in
/// the document and in the topic: what the factorisation sees of the topic there.
fn reasons(
    results: &Results,
    (x, components): (CsMatViewI<'_, f32, u32, usize>, ArrayView2<'_, f32>),
    run: &Run,
) -> Result<Vec<Vec<Vec<u32>>>, Error> {
    let of_document = |(topics, row): (
        &Vec<crate::topics::describe::Weighted>,
        sprs::CsVecViewI<'_, f32, u32>,
    )|
     -> Vec<Vec<u32>> {
        let of_topic = |topic: &crate::topics::describe::Weighted| {
            let topic = components.row(topic.index);
            let mut terms: Vec<(f32, u32)> = row
                .iter()
                .map(|(column, weight)| (weight * topic[column], column as u32))
                .filter(|(product, _)| *product > 0.0)
                .collect();
            first_of(&mut terms, REASONS, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            terms.into_iter().map(|(_, column)| column).collect()
        };
        topics.iter().map(of_topic).collect()
    };
    let starts = (0..x.rows()).step_by(SHARD_DOCS).collect();
    let shards = run.map(starts, |start: usize| {
        let docs = start..(start + SHARD_DOCS).min(x.rows());
        let topics = &results.doc_topics[docs.clone()];
        let rows = x.slice_outer(docs);
        topics.iter().zip(rows.outer_iterator()).map(of_document).collect::<Vec<_>>()
    })?;
    Ok(shards.into_iter().flatten().collect())
}

/// The most frequent terms with the documents in which they weigh most.
fn index(x: CsMatViewI<'_, f32, u32, usize>) -> Vec<IndexTerm> {
    let mut terms: Vec<(usize, Vec<(f32, usize)>)> = vec![(0, Vec::new()); x.cols()];
    for (doc, row) in x.outer_iterator().enumerate() {
        for (column, &weight) in row.iter() {
            let (n_documents, heaviest) = &mut terms[column];
            *n_documents += 1;
            let place = heaviest.partition_point(|&(other, _)| other >= weight);
            if place < INDEX_DOCUMENTS {
                heaviest.insert(place, (weight, doc));
                heaviest.truncate(INDEX_DOCUMENTS);
            }
        }
    }
    let mut index: Vec<IndexTerm> = (0_u32..)
        .zip(terms)
        .filter(|(_, (n_documents, _))| *n_documents > 0)
        .map(|(column, (n_documents, heaviest))| IndexTerm {
            column,
            n_documents,
            documents: heaviest.into_iter().map(|(_, doc)| doc).collect(),
        })
        .collect();
    index.sort_by(|a, b| b.n_documents.cmp(&a.n_documents).then(a.column.cmp(&b.column)));
    index.truncate(INDEX_TERMS);
    index
}

/// The licences of all documents: that of the site, else those of its sources.
fn licences(config: &Config) -> Option<String> {
    let mut own: Vec<&str> = config.site.licence.as_deref().into_iter().collect();
    for licence in config.sources.iter().filter_map(|source| source.licence.as_deref()) {
        if !own.contains(&licence) {
            own.push(licence);
        }
    }
    (!own.is_empty()).then(|| own.join(", "))
}

/// The addresses among the sources, without passwords and queries. How the files of whoever built the
/// site are called concerns no visitor, and the same documents give the same site from any file.
fn sources(config: &Config) -> Result<Vec<(String, Option<String>)>, Error> {
    let mut shown = Vec::new();
    for source in &config.sources {
        if let Source::Url(mut url) = Source::parse(&source.from)? {
            url.set_query(None);
            url.set_fragment(None);
            let is_clean = url.set_username("").is_ok() && url.set_password(None).is_ok();
            let licence = source.licence.as_ref().or(config.site.licence.as_ref());
            shown.extend(is_clean.then(|| (url.to_string(), licence.cloned())));
        }
    }
    Ok(shown)
}

/// Why documents were left out, the most frequent reasons first.
fn dropped(prepared: &Prepared) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for skipped in &prepared.dropped {
        *counts.entry(&skipped.reason).or_insert(0) += 1;
    }
    let mut counts: Vec<(String, usize)> =
        counts.into_iter().map(|(reason, n)| (reason.to_owned(), n)).collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let others: usize = counts.iter().skip(DROP_REASONS).map(|(_, n)| n).sum();
    counts.truncate(DROP_REASONS);
    counts.extend((others > 0).then(|| ("other reasons".to_owned(), others)));
    counts
}
