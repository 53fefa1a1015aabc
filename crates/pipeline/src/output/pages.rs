//! The pages: results as the borrowed data that `site` renders.

use std::cell::OnceCell;

use cloud::{Cloud, CloudConfig, Mask, Shape, Word};
use jobs::{Codec, Digest, Made, Memo, Run};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};
use site::{OutFile, Renderer, Route, Searchable, Site, SiteData};
use sprs::CsMatViewI;

use super::words::{TERMS, Words};
use super::{Folder, search};
use crate::config::{Config, SiteSection};
use crate::results::Results;
use crate::{Error, Prepared, Topic, tasks};

/// Documents named with each of them.
const TERM_DOCUMENTS: usize = 5;
/// The canvas of a cloud on the start page, units.
const CARD_WIDTH: f64 = 420.0;
const CARD_HEIGHT: f64 = 300.0;
/// Pages rendered by one parallel task.
const SHARD_PAGES: usize = 16;
/// The files that `build` writes below `data/`.
const DOWNLOADS: [(&str, &str); 7] = [
    (
        "data/documents.csv",
        "Every document with its strongest topic: a table for spreadsheets. A cell that a spreadsheet \
         would take for a formula begins with an apostrophe.",
    ),
    ("data/topics.csv", "Every topic with its share and leading terms: a table for spreadsheets."),
    (
        "data/documents.jsonl",
        "Every document with its topics and related documents: JSON, one a line.",
    ),
    (
        "data/topics.json",
        "Every topic with its terms and documents, and the figures of the model: JSON.",
    ),
    ("data/results.db", "Documents, topics, terms and tags as tables: a SQLite database."),
    (
        "data/model.topicmill",
        "The model: “topicmill infer” tells the topics of new documents by it.",
    ),
    (
        "data/report.json",
        "What was read, what was left out and why, and how long each step took: JSON.",
    ),
];
/// The name and version that the pages give as their maker.
const GENERATOR: &str = concat!("topicmill ", env!("CARGO_PKG_VERSION"));

/// A topic's words as pictures.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Clouds {
    /// For the topic's own page.
    page: Cloud,
    /// For its card on the start page: a smaller canvas, so that the letters are bigger in it.
    card: Cloud,
}

impl Clouds {
    /// Of `words`, by the settings for the page and the card.
    pub(crate) fn of(
        words: &[Word<'_>],
        (page, card): (&CloudConfig, &CloudConfig),
    ) -> Result<Self, Error> {
        Ok(Self { page: cloud::layout(words, page)?, card: cloud::layout(words, card)? })
    }

    /// Whether they can be of so many words: every place is one.
    fn fits(&self, n_words: usize) -> bool {
        let is_place = |word: &cloud::PlacedWord| {
            let numbers = [word.weight, word.x, word.y, word.font_size, word.width];
            numbers.into_iter().all(f64::is_finite)
        };
        [&self.page, &self.card].into_iter().all(|cloud| {
            let is_canvas = cloud.width.is_finite() && cloud.height.is_finite();
            is_canvas && cloud.words.len() <= n_words && cloud.words.iter().all(is_place)
        })
    }
}

/// The digests of what clouds are made from: the words with their weights, and the settings.
pub(crate) fn cloud_inputs(results: &Results, settings: &SiteSection) -> (Digest, Digest) {
    let terms = results.vocabulary.terms();
    let words: Vec<Vec<(&str, f64)>> = results
        .topics
        .iter()
        .map(|topic| {
            let shown = topic.terms.iter().take(settings.cloud_words);
            shown.map(|term| (&terms[term.column as usize], term.weight)).collect()
        })
        .collect();
    let mask = settings.mask();
    // An image that cannot be read makes the clouds fail.
    let mask = mask.map(|path| std::fs::read(path).ok().map(|bytes| Digest::of(&bytes)));
    let shape = if mask.is_none() { settings.cloud_shape.as_str() } else { "" };
    (Digest::of_value(&words), Digest::of_value(&(settings.cloud_words, shape, mask)))
}

/// The digest of the settings that pages are made by.
pub(crate) fn site_settings(results: &Results, settings: &SiteSection) -> Digest {
    let whole = (&results.title, &results.base_url, &results.language);
    let shown = (settings.related, settings.document_pages, &settings.licence);
    Digest::of_value(&(whole, shown))
}

/// The clouds of every topic. Those of the same words as before are not laid out again.
pub(crate) fn clouds(
    results: &Results,
    settings: &SiteSection,
    (memo, run): (&Memo, &Run),
) -> Result<Vec<Made<Clouds>>, Error> {
    let words = settings.cloud_words;
    let page = CloudConfig { max_words: words, shape: shape(settings)?, ..CloudConfig::default() };
    let card = CloudConfig { width: CARD_WIDTH, height: CARD_HEIGHT, ..page.clone() };
    let (_, told) = cloud_inputs(results, settings);
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
        let input: Vec<(&str, f64)> = words.iter().map(|word| (word.text, word.weight)).collect();
        let task = (&tasks::CLOUDS, Codec::of_serde(), |clouds: &Clouds| clouds.fits(words.len()));
        memo.get_or_run_if(task, &(input, told), run, || Clouds::of(&words, (&page, &card)))
    })?;
    clouds.into_iter().collect()
}

fn shape(settings: &SiteSection) -> Result<Shape, Error> {
    match settings.mask() {
        Some(path) => {
            let bytes = std::fs::read(&path)
                .map_err(|source| Error::ReadConfig { path: path.clone(), source })?;
            let mask = Mask::from_png(&bytes).map_err(|source| Error::Mask { path, source })?;
            Ok(Shape::Mask(mask))
        }
        None if settings.cloud_shape == "rectangle" => Ok(Shape::Rectangle),
        None => Ok(Shape::Ellipse),
    }
}

/// What the pages are made from, beside the results and the clouds.
#[derive(Clone, Copy)]
pub(crate) struct Inputs<'a> {
    /// CSR, (n_docs, n_terms), the weights: which documents hold a term.
    pub(crate) x: CsMatViewI<'a, f32, u32, usize>,
    /// (n_topics, n_terms): how much each term weighs in each topic.
    pub(crate) components: ArrayView2<'a, f32>,
    pub(crate) prepared: &'a Prepared,
    pub(crate) config: &'a Config,
    pub(crate) renderer: &'a Renderer,
    /// Where the words of documents are kept.
    pub(crate) memo: &'a Memo,
}

/// What one parallel task makes.
enum Part<'a> {
    Search,
    Pages(&'a [Route]),
}

/// A page.
enum MadePage {
    /// Rendered, and the digest of what it was made from where that is known.
    File(OutFile, Option<Digest>),
    /// That of the former site, with its digest and that of what it was made from.
    Former(Route, String, Digest, Digest),
}

/// Renders every page and writes it to `folder`, and runs `data`, which writes the other files
/// itself; returns how many files there are.
///
/// Pages are rendered by many threads and written by one: folders made by several threads in one
/// folder wait for one another longer than one thread takes for all.
///
/// What the pages were made from is left in `made`: to take it apart takes a while, which is the caller's.
pub(crate) fn write_site<'a>(
    (results, clouds): (&'a Results, &'a [Clouds]),
    inputs: Inputs<'a>,
    (folder, data): (&Folder<'_>, &(dyn Fn() -> Result<usize, Error> + Sync)),
    made: MadeFrom<'a, '_>,
    run: &Run,
) -> Result<usize, Error> {
    // The data files keep one thread busy while the pages are prepared.
    let pages = || write_pages((results, clouds), inputs, folder, made, run);
    let (n_data, n_pages) = run.both(data, pages)?;
    Ok(n_data? + n_pages?)
}

/// What pages are made from: empty before.
pub(crate) type MadeFrom<'a, 'c> = (&'a OnceCell<Words>, &'c OnceCell<Site<'a>>);

fn write_pages<'a>(
    (results, clouds): (&'a Results, &'a [Clouds]),
    inputs: Inputs<'a>,
    folder: &Folder<'_>,
    (words, site): MadeFrom<'a, '_>,
    run: &Run,
) -> Result<usize, Error> {
    let Inputs { x, components, prepared, config, renderer, memo } = inputs;
    let made = Words::of(results, (x, components), prepared, config, run)?;
    let words = words.get_or_init(|| made);
    let made = Site::new(site_data(results, clouds, words, x, &config.site))?;
    let site = site.get_or_init(|| made);
    let searchable = Searchable::of(site);
    let search_words = search::words(&searchable, (prepared, config), memo, run)?;
    let routes: Vec<Route> = site.routes().collect();
    let inputs = site::Inputs::new(site, renderer, |from| *Digest::of(from).as_bytes());
    let batch = site::Batch::new(renderer, site);
    let make = |&route: &Route, from: &mut Vec<u8>| {
        from.clear();
        let inputs = inputs.write(route, from).then(|| Digest::of(from));
        if let Some(inputs) = inputs {
            let path = site.path(route)?;
            if let Some(page) = folder.page_from(&path, &inputs) {
                return Ok(MadePage::Former(route, path, page, inputs));
            }
        }
        Ok::<_, Error>(MadePage::File(batch.render_page(route)?, inputs))
    };
    let write = |made| match made {
        MadePage::File(file, inputs) => folder.write_page(&file.path, &file.bytes, inputs),
        MadePage::Former(_, path, page, inputs) if folder.keep_page(&path, page, inputs)? => Ok(()),
        MadePage::Former(route, path, _, inputs) => {
            let file = batch.render_page(route)?;
            folder.write_page(&path, &file.bytes, Some(inputs))
        }
    };
    let pages = routes.chunks(SHARD_PAGES).map(Part::Pages);
    let mut n_files = routes.len();
    run.progress().expected(n_files as u64);
    run.map_into(
        std::iter::once(Part::Search).chain(pages).collect(),
        |part| match part {
            Part::Search => {
                let n_files = search::write(&searchable, &search_words, folder)?;
                Ok((n_files, Vec::new()))
            }
            Part::Pages(routes) => {
                let mut from = Vec::new();
                let made = routes.iter().map(|route| make(route, &mut from));
                Ok((0, made.collect::<Result<Vec<_>, Error>>()?))
            }
        },
        |made: Result<(usize, Vec<MadePage>), Error>| {
            let (n_search, pages) = made?;
            n_files += n_search;
            run.progress().advanced(pages.len() as u64);
            pages.into_iter().try_for_each(write)
        },
    )?;
    Ok(n_files)
}

fn site_data<'a>(
    results: &'a Results,
    clouds: &'a [Clouds],
    words: &'a Words,
    x: CsMatViewI<'_, f32, u32, usize>,
    settings: &SiteSection,
) -> SiteData<'a> {
    SiteData {
        title: &results.title,
        language: &results.language,
        base_url: results.base_url.as_deref(),
        n_terms: results.vocabulary.len(),
        topics: (0..results.topics.len())
            .map(|topic| topic_data(results, topic, &clouds[topic], &words.anchors[topic], x))
            .collect(),
        documents: (0..results.documents.len())
            .map(|doc| document_data(results, words, doc))
            .collect(),
        tags: results
            .tags
            .iter()
            .map(|tag| site::Tag {
                slug: &tag.slug,
                name: &tag.name,
                documents: tag.documents.clone(),
            })
            .collect(),
        speakers: words
            .people
            .iter()
            .map(|person| site::Speaker {
                slug: &person.slug,
                name: &person.name,
                documents: person.documents.clone(),
            })
            .collect(),
        terms: words
            .index
            .iter()
            .map(|term| site::IndexTerm {
                term: &results.vocabulary.terms()[term.column as usize],
                documents: term.documents.clone(),
                n_documents: term.n_documents,
            })
            .collect(),
        max_document_pages: settings.document_pages,
        facts: words.facts.iter().map(|(name, value)| site::Fact { name, value }).collect(),
        sources: words
            .sources
            .iter()
            .map(|(name, licence)| site::Source { name, licence: licence.as_deref() })
            .collect(),
        dropped: words
            .dropped
            .iter()
            .map(|(reason, n)| site::Dropped { reason, n_documents: *n })
            .collect(),
        downloads: DOWNLOADS.iter().map(|&(path, about)| site::Download { path, about }).collect(),
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
    let terms = topic.terms.iter().zip(anchors).zip(holders(topic, x));
    site::Topic {
        slug: &topic.slug,
        title: &topic.title,
        share: topic.share,
        cloud: &clouds.page,
        card_cloud: &clouds.card,
        terms: terms
            .map(|((term, slug), documents)| site::Term {
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
        sub_topics: topic
            .sub_topics
            .iter()
            .map(|part| site::SubTopic {
                title: &part.title,
                terms: part.words(&results.vocabulary),
                documents: part.documents.clone(),
            })
            .collect(),
    }
}

/// For each of the first terms of `topic` the first of its documents that hold it, which come by falling
/// weight.
fn holders(topic: &Topic, x: CsMatViewI<'_, f32, u32, usize>) -> Vec<Vec<usize>> {
    let shown = topic.terms.iter().take(TERMS);
    let mut holders: Vec<Vec<usize>> = shown.clone().map(|_| Vec::new()).collect();
    let mut n_open = holders.len();
    let mut term_of = vec![None; x.cols()];
    for (n, term) in shown.enumerate() {
        term_of[term.column as usize] = Some(n);
    }
    for document in &topic.documents {
        if n_open == 0 {
            break;
        }
        let Some(row) = x.outer_view(document.index) else { continue };
        for &column in row.indices() {
            let Some(term) = term_of[column as usize] else { continue };
            holders[term].push(document.index);
            if holders[term].len() == TERM_DOCUMENTS {
                term_of[column as usize] = None;
                n_open -= 1;
            }
        }
    }
    holders
}

fn document_data<'a>(results: &'a Results, words: &'a Words, doc: usize) -> site::Document<'a> {
    let document = &results.documents[doc];
    let term = |&column: &u32| &results.vocabulary.terms()[column as usize];
    site::Document {
        slug: &results.slugs[doc],
        title: &document.title,
        text: &document.text,
        url: document.url.as_deref(),
        tags: results.doc_tags[doc].clone(),
        speakers: words.doc_people[doc].clone(),
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
        reasons: words.reasons[doc].iter().map(|terms| terms.iter().map(term).collect()).collect(),
    }
}
