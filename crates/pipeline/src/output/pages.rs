//! The pages: results as the borrowed data that `site` renders.

use std::collections::BTreeSet;
use std::path::Path;

use cloud::{Cloud, CloudConfig, Word};
use jobs::Run;
use site::{Renderer, Route, Site, SiteData};
use sprs::CsMatViewI;

use super::write;
use crate::Error;
use crate::names::Names;
use crate::results::Results;

/// Rows of the table of terms on a topic's page.
const TERMS: usize = 60;
/// Documents named with each of them.
const TERM_DOCUMENTS: usize = 5;
/// The canvas of a cloud on the start page, units.
const CARD_WIDTH: f64 = 420.0;
const CARD_HEIGHT: f64 = 300.0;
/// Pages rendered by one parallel task.
const SHARD_PAGES: usize = 64;
/// The name and version that the pages give as their maker.
const GENERATOR: &str = concat!("topicmill ", env!("CARGO_PKG_VERSION"));

/// A topic's words as pictures.
#[derive(Debug)]
pub(crate) struct Clouds {
    /// For the topic's own page.
    page: Cloud,
    /// For its card on the start page: a smaller canvas, so that the letters are bigger in it.
    card: Cloud,
}

/// The clouds of every topic, of at most `words` words.
pub(crate) fn clouds(results: &Results, words: usize, run: &Run) -> Result<Vec<Clouds>, Error> {
    let page = CloudConfig { max_words: words, ..CloudConfig::default() };
    let card = CloudConfig { width: CARD_WIDTH, height: CARD_HEIGHT, ..page.clone() };
    let clouds = run.map((0..results.topics.len()).collect(), |topic: usize| {
        let words: Vec<Word<'_>> = results.topics[topic]
            .terms
            .iter()
            .take(words)
            .map(|term| Word {
                text: &results.vocabulary.terms()[term.column as usize],
                weight: term.weight,
            })
            .collect();
        Ok(Clouds { page: cloud::layout(&words, &page)?, card: cloud::layout(&words, &card)? })
    })?;
    clouds.into_iter().collect()
}

/// What one parallel task makes.
enum Part<'a> {
    Data,
    Pages(&'a [Route]),
}

/// Renders every page and writes it below `root`, and runs `data`, which writes the other files
/// itself; returns how many files there are.
///
/// Pages are rendered by many threads and written by one: folders made by several threads in one
/// folder wait for one another longer than one thread takes for all.
///
/// `x`: CSR, (n_docs, n_terms), the weights: which documents hold a term.
pub(crate) fn write_site(
    results: &Results,
    clouds: &[Clouds],
    x: CsMatViewI<'_, f32, u32, usize>,
    (root, data): (&Path, &(dyn Fn() -> Result<usize, Error> + Sync)),
    run: &Run,
) -> Result<usize, Error> {
    let anchors = anchors(results);
    let facts = facts(results);
    let site = Site::new(site_data(results, clouds, &anchors, &facts, x))?;
    let renderer = Renderer::new();
    let routes: Vec<Route> = site.routes().collect();
    let pages = routes.chunks(SHARD_PAGES).map(Part::Pages);
    let mut n_files = routes.len();
    run.map_into(
        std::iter::once(Part::Data).chain(pages).collect(),
        |part| match part {
            Part::Data => Ok((data()?, Vec::new())),
            Part::Pages(routes) => {
                let render = |&route| renderer.render_page(&site, route);
                Ok((0, routes.iter().map(render).collect::<Result<Vec<_>, _>>()?))
            }
        },
        |made: Result<_, Error>| {
            let (n_data, files) = made?;
            n_files += n_data;
            run.progress().advanced(files.len() as u64);
            files.iter().try_for_each(|file| write(root, &file.path, &file.bytes))
        },
    )?;
    Ok(n_files)
}

/// For every topic the names in links of its terms.
fn anchors(results: &Results) -> Vec<Vec<String>> {
    let terms = results.vocabulary.terms();
    let of_topic = |topic: &crate::Topic| {
        let mut names = Names::default();
        let shown = topic.terms.iter().take(TERMS);
        shown.map(|term| &terms[term.column as usize]).map(|t| names.give(t, t, "term")).collect()
    };
    results.topics.iter().map(of_topic).collect()
}

fn facts(results: &Results) -> Vec<(&'static str, String)> {
    let quality = results.quality;
    let figure = |value: f64| format!("{value:.2}");
    let mut facts = vec![
        ("Relative error of the factorisation", figure(results.loss.relative)),
        ("Iterations", results.loss.iterations.to_string()),
        ("Seed", results.seed.to_string()),
    ];
    facts.extend(quality.npmi.map(|v| ("Coherence (NPMI)", figure(v))));
    facts.extend(quality.npmi_held_out.map(|v| ("Coherence on documents left out", figure(v))));
    facts.extend(quality.diversity.map(|v| ("Diversity of the topics' words", figure(v))));
    facts
}

fn site_data<'a>(
    results: &'a Results,
    clouds: &'a [Clouds],
    anchors: &'a [Vec<String>],
    facts: &'a [(&'static str, String)],
    x: CsMatViewI<'_, f32, u32, usize>,
) -> SiteData<'a> {
    SiteData {
        title: &results.title,
        language: &results.language,
        base_url: results.base_url.as_deref(),
        n_terms: results.vocabulary.len(),
        topics: (0..results.topics.len())
            .map(|topic| topic_data(results, topic, &clouds[topic], &anchors[topic], x))
            .collect(),
        documents: (0..results.documents.len()).map(|doc| document_data(results, doc)).collect(),
        tags: results
            .tags
            .iter()
            .map(|tag| site::Tag {
                slug: &tag.slug,
                name: &tag.name,
                documents: tag.documents.clone(),
            })
            .collect(),
        facts: facts.iter().map(|(name, value)| site::Fact { name, value }).collect(),
        generator: GENERATOR,
    }
}

fn topic_data<'a>(
    results: &'a Results,
    number: usize,
    clouds: &'a Clouds,
    anchors: &'a [String],
    x: CsMatViewI<'_, f32, u32, usize>,
) -> site::Topic<'a> {
    let topic = &results.topics[number];
    let mut holders: Vec<(u32, Vec<usize>)> =
        topic.terms.iter().take(TERMS).map(|term| (term.column, Vec::new())).collect();
    let mut open: BTreeSet<usize> = (0..holders.len()).collect();
    // The documents come by falling weight: the first that hold a term are those to name.
    for document in &topic.documents {
        let Some(row) = x.outer_view(document.index) else { continue };
        open.retain(|&term| {
            let (column, documents) = &mut holders[term];
            if row.get(*column as usize).is_some() {
                documents.push(document.index);
            }
            documents.len() < TERM_DOCUMENTS
        });
        if open.is_empty() {
            break;
        }
    }
    let terms = topic.terms.iter().zip(anchors).zip(holders);
    site::Topic {
        slug: &topic.slug,
        title: &topic.title,
        share: topic.share,
        cloud: &clouds.page,
        card_cloud: &clouds.card,
        terms: terms
            .map(|((term, slug), (_, documents))| site::Term {
                term: &results.vocabulary.terms()[term.column as usize],
                slug,
                weight: term.weight,
                documents,
            })
            .collect(),
        documents: topic
            .documents
            .iter()
            .map(|document| site::Weighted { index: document.index, weight: document.weight })
            .collect(),
    }
}

fn document_data(results: &Results, doc: usize) -> site::Document<'_> {
    let document = &results.documents[doc];
    let term = |&column: &u32| results.vocabulary.terms()[column as usize].as_str();
    site::Document {
        slug: &results.slugs[doc],
        title: &document.title,
        text: &document.text,
        url: document.url.as_deref(),
        tags: results.doc_tags[doc].clone(),
        speakers: &document.speakers,
        date: document.date.as_deref(),
        start: document.start.as_deref(),
        end: document.end.as_deref(),
        room: document.room.as_deref(),
        track: document.track.as_deref(),
        language: document.language.as_deref(),
        topics: results.doc_topics[doc]
            .iter()
            .map(|topic| site::Weighted { index: topic.index, weight: topic.weight })
            .collect(),
        related: results.related[doc]
            .iter()
            .map(|related| site::Related {
                index: related.index,
                terms: related.terms.iter().map(term).collect(),
            })
            .collect(),
    }
}
