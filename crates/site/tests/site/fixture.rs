//! Invented sites of any size, the same on every run.

use cloud::{Cloud, CloudConfig, Word, layout};
use scraper::{Html, Selector};
use site::search::SearchFile;
use site::{
    Document, Download, Dropped, Fact, IndexTerm, OutFile, Related, Renderer, Route, Searchable,
    Site, SiteData, Source, Speaker, SubTopic, Tag, Term, Topic, Weighted,
};

const N_TERMS: usize = 60;
const N_TAGS: usize = 40;
const N_SPEAKERS: usize = 120;

/// What a site borrows from.
pub(crate) struct Fixture {
    topics: Vec<OwnedTopic>,
    documents: Vec<OwnedDocument>,
    tags: Vec<(String, String)>,
    speakers: Vec<(String, String)>,
}

struct OwnedTopic {
    slug: String,
    title: String,
    terms: Vec<String>,
    cloud: Cloud,
    card_cloud: Cloud,
}

struct OwnedDocument {
    slug: String,
    title: String,
    text: String,
    url: String,
    speakers: Vec<usize>,
    start: String,
    end: String,
    topics: Vec<Weighted>,
    tags: Vec<usize>,
    related: Vec<usize>,
}

/// A conference of `n_documents` talks on `n_topics` topics.
pub(crate) fn conference(n_documents: usize, n_topics: usize) -> Fixture {
    let mut dice = Dice(1);
    let topics: Vec<_> = (0..n_topics).map(|n| owned_topic(n, &mut dice)).collect();
    let documents =
        (0..n_documents).map(|n| owned_document(n, n_documents, &topics, &mut dice)).collect();
    let tags = (0..N_TAGS).map(|n| (format!("tag-{n}"), word(&mut dice))).collect();
    let speakers = (0..N_SPEAKERS)
        .map(|n| (format!("speaker-{n}"), format!("{} {}", word(&mut dice), word(&mut dice))))
        .collect();
    Fixture { topics, documents, tags, speakers }
}

impl Fixture {
    /// The data of the whole site, to be changed at will.
    pub(crate) fn data(&self) -> SiteData<'_> {
        let n_documents = self.documents.len().max(1) as f64;
        SiteData {
            title: "Invented Conference",
            language: "en",
            base_url: None,
            n_terms: self.topics.len() * N_TERMS,
            topics: (0..self.topics.len()).map(|n| self.topic(n, n_documents)).collect(),
            documents: self.documents.iter().map(|document| self.document(document)).collect(),
            tags: self
                .tags
                .iter()
                .enumerate()
                .map(|(n, (slug, name))| Tag {
                    slug,
                    name,
                    documents: (0..self.documents.len())
                        .filter(|&d| self.documents[d].tags.contains(&n))
                        .collect(),
                })
                .collect(),
            speakers: self
                .speakers
                .iter()
                .enumerate()
                .map(|(n, (slug, name))| Speaker {
                    slug,
                    name,
                    documents: (0..self.documents.len())
                        .filter(|&d| self.documents[d].speakers.contains(&n))
                        .collect(),
                })
                .collect(),
            terms: self.index_terms(),
            max_document_pages: usize::MAX,
            facts: vec![Fact { name: "Relative loss", value: "0.83" }],
            sources: vec![
                Source { name: "https://conference.example/", licence: Some("CC BY 4.0") },
                Source { name: "talks.jsonl", licence: None },
            ],
            dropped: vec![Dropped { reason: "no text", n_documents: 3 }],
            downloads: vec![Download { path: "data/topics.json", about: "The topics." }],
            generator: "topicmill 0.1.0",
        }
    }

    fn index_terms(&self) -> Vec<IndexTerm<'_>> {
        let mut seen = std::collections::BTreeSet::new();
        let terms = self.topics.iter().flat_map(|topic| &topic.terms);
        terms
            .filter(|term| seen.insert(term.as_str()))
            .enumerate()
            .map(|(n, term)| {
                let documents: Vec<usize> = (n..self.documents.len()).step_by(37).take(8).collect();
                IndexTerm { term, n_documents: documents.len() + n % 3, documents }
            })
            .collect()
    }

    fn topic(&self, index: usize, n_documents: f64) -> Topic<'_> {
        let owned = &self.topics[index];
        let mut documents: Vec<_> = self
            .documents
            .iter()
            .enumerate()
            .filter_map(|(document, owned)| {
                let topic = owned.topics.iter().find(|topic| topic.index == index)?;
                Some(Weighted { index: document, weight: topic.weight })
            })
            .collect();
        let share = documents.iter().map(|document| document.weight).sum::<f64>() / n_documents;
        documents.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let terms = owned.terms.iter().enumerate().map(|(n, term)| Term {
            term,
            slug: term,
            weight: 1.0 / (1.0 + n as f64 / 6.0),
            documents: documents.iter().skip(n % 7).step_by(2).take(5).map(|d| d.index).collect(),
        });
        Topic {
            slug: &owned.slug,
            title: &owned.title,
            share,
            cloud: &owned.cloud,
            card_cloud: &owned.card_cloud,
            terms: terms.collect(),
            sub_topics: match index {
                0 => documents
                    .chunks(20)
                    .take(3)
                    .zip(&owned.terms)
                    .map(|(chunk, title)| SubTopic {
                        title,
                        terms: owned
                            .terms
                            .iter()
                            .skip(chunk.len() % 7)
                            .take(6)
                            .map(String::as_str)
                            .collect(),
                        documents: chunk.iter().map(|document| document.index).collect(),
                    })
                    .collect(),
                _ => vec![],
            },
            documents,
        }
    }

    fn document<'f>(&'f self, owned: &'f OwnedDocument) -> Document<'f> {
        let of_topic = &self.topics[owned.topics[0].index].terms;
        Document {
            slug: &owned.slug,
            title: &owned.title,
            text: &owned.text,
            url: Some(&owned.url),
            tags: owned.tags.clone(),
            speakers: owned.speakers.clone(),
            date: None,
            start: Some(&owned.start),
            end: Some(&owned.end),
            room: Some("Main Hall"),
            track: None,
            language: Some("en"),
            topics: owned.topics.clone(),
            related: owned
                .related
                .iter()
                .map(|&index| Related {
                    index,
                    terms: of_topic.iter().skip(index % 5).take(4).map(String::as_str).collect(),
                })
                .collect(),
            reasons: owned
                .topics
                .iter()
                .map(|topic| {
                    let terms = &self.topics[topic.index].terms;
                    terms.iter().take(6).map(String::as_str).collect()
                })
                .collect(),
        }
    }
}

/// Renders one page of `data`.
#[track_caller]
pub(crate) fn render(data: SiteData<'_>, route: Route) -> String {
    let site = Site::new(data).unwrap();
    text_of(&Renderer::new().render_page(&site, route).unwrap())
}

/// Renders every file of `data`.
#[track_caller]
pub(crate) fn render_all(data: SiteData<'_>) -> Vec<OutFile> {
    let site = Site::new(data).unwrap();
    let renderer = Renderer::new();
    let mut files: Vec<_> =
        site.routes().map(|route| renderer.render_page(&site, route).unwrap()).collect();
    let searchable = Searchable::of(&site);
    let index = searchable.index();
    files.extend(searchable.files(index.terms()).map(SearchFile::render));
    files
}

pub(crate) fn text_of(file: &OutFile) -> String {
    String::from_utf8(file.bytes.clone()).unwrap()
}

/// The text of every element that matches `selector`, white space collapsed.
pub(crate) fn texts(html: &str, selector: &str) -> Vec<String> {
    let html = Html::parse_document(html);
    let selector = Selector::parse(selector).unwrap();
    html.select(&selector)
        .map(|element| element.text().collect::<String>())
        .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// The attribute `name` of every element that matches `selector` and has it.
pub(crate) fn attributes(html: &str, selector: &str, name: &str) -> Vec<String> {
    let html = Html::parse_document(html);
    let selector = Selector::parse(selector).unwrap();
    html.select(&selector).filter_map(|e| e.value().attr(name)).map(str::to_owned).collect()
}

fn owned_topic(n: usize, dice: &mut Dice) -> OwnedTopic {
    let mut terms: Vec<String> = Vec::new();
    while terms.len() < N_TERMS {
        let term = word(dice);
        if !terms.contains(&term) {
            terms.push(term);
        }
    }
    let title = format!("{} {}", terms[0], terms[1]);
    let words: Vec<_> = terms
        .iter()
        .enumerate()
        .map(|(n, text)| Word { text, weight: 1.0 / (1.0 + n as f64 / 6.0) })
        .collect();
    let small =
        CloudConfig { width: 420.0, height: 250.0, max_words: 36, ..CloudConfig::default() };
    OwnedTopic {
        slug: format!("{}-{n}", title.replace(' ', "-")),
        cloud: layout(&words, &CloudConfig::default()).unwrap(),
        card_cloud: layout(&words, &small).unwrap(),
        title,
        terms,
    }
}

fn owned_document(
    n: usize,
    n_documents: usize,
    topics: &[OwnedTopic],
    dice: &mut Dice,
) -> OwnedDocument {
    let main = dice.roll(topics.len());
    let sentence = |dice: &mut Dice, len: usize| {
        let words: Vec<_> = (0..len)
            .map(|_| match dice.roll(3) {
                0 => topics[main].terms[dice.roll(N_TERMS)].clone(),
                _ => word(dice),
            })
            .collect();
        words.join(" ")
    };
    let len = 3 + dice.roll(6);
    let title = format!("{} {n}", sentence(dice, len));
    let paragraphs: Vec<_> = (0..3)
        .map(|_| {
            let sentences: Vec<_> = (0..5).map(|_| format!("{}.", sentence(dice, 12))).collect();
            sentences.join(" ")
        })
        .collect();
    let list: Vec<_> = (0..3).map(|_| format!("- {}", sentence(dice, 6))).collect();
    let mut weights = vec![Weighted { index: main, weight: 0.6 }];
    if topics.len() > 2 {
        let others = [(main + 1 + dice.roll(topics.len() - 2)) % topics.len()];
        weights.extend(others.map(|index| Weighted { index, weight: 0.25 }));
    }
    let (hour, minute) = (9 + n % 9, 30 * (n % 2));
    OwnedDocument {
        slug: format!("talk-{n}"),
        title,
        text: format!("{}\n\n{}", paragraphs.join("\n\n"), list.join("\n")),
        url: format!("https://conference.example/talks/{n}"),
        speakers: (0..=n % 3).map(|other| (n * 7 + other * 41) % N_SPEAKERS).collect(),
        start: format!("2026-05-{:02}T{hour:02}:{minute:02}:00+02:00", 14 + n % 3),
        end: format!("2026-05-{:02}T{:02}:{minute:02}:00+02:00", 14 + n % 3, hour + 1),
        topics: weights,
        tags: (0..n % 4).map(|tag| (n / 4 + tag * 7) % N_TAGS).collect(),
        related: (1..=5).map(|step| (n + step * 13) % n_documents).collect(),
    }
}

/// A word of two to four syllables.
fn word(dice: &mut Dice) -> String {
    const SYLLABLES: [&str; 32] = [
        "al", "ba", "cor", "den", "el", "fi", "gar", "hu", "in", "jo", "ka", "lem", "mo", "nar",
        "or", "pe", "qui", "ros", "sta", "ter", "un", "vel", "wi", "xa", "yer", "zo", "bri", "che",
        "dra", "flo", "gri", "sho",
    ];
    (0..2 + dice.roll(3)).map(|_| SYLLABLES[dice.roll(SYLLABLES.len())]).collect()
}

/// A small generator of numbers that look random (PCG's multiplier and increment).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}
