//! Invented sites in the idioms of many programs and authors, crawled without a recipe and compared
//! with what was put into them.
//!
//! Each site is a [`Site`] of pages; [`check`] crawls it and holds the result to the numbers that
//! real sites are held to.

#![allow(clippy::format_collect, reason = "pages are put together from few pieces")]

mod bare;
mod fields;
mod inline;
mod lists;
mod programmes;
mod scripts;
mod talks;
mod templates;

use std::collections::HashSet;

use crawl::{Crawl, CrawlConfig, Recipe, crawl, explore};
use jobs::{FileStore, Run};

use crate::score::f1;
use crate::server::{Reply, Server};
use talks::Talk;

/// The pages of a site and where its address leads.
struct Site {
    name: &'static str,
    start: String,
    pages: Vec<(String, String)>,
    talks: Vec<Talk>,
}

impl Site {
    fn new(name: &'static str, start: &str, talks: Vec<Talk>) -> Self {
        Self { name, start: start.to_owned(), pages: Vec::new(), talks }
    }

    fn page(mut self, path: &str, body: String) -> Self {
        self.pages.push((path.to_owned(), body));
        self
    }

    /// A page for each talk.
    fn each(
        mut self,
        path: impl Fn(usize, &Talk) -> String,
        body: impl Fn(usize, &Talk) -> String,
    ) -> Self {
        for (n, talk) in self.talks.iter().enumerate() {
            self.pages.push((path(n, talk), body(n, talk)));
        }
        self
    }
}

/// What of a crawl is right, each a share.
#[derive(Debug)]
struct Score {
    found: f64,
    titles: f64,
    text: f64,
    no_talk: f64,
    speakers: f64,
    tags: f64,
    room: f64,
    date: f64,
}

fn score(crawl: &Crawl, talks: &[Talk]) -> Score {
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut known = HashSet::new();
    let mut score = Score {
        found: 0.0,
        titles: 0.0,
        text: 0.0,
        no_talk: 0.0,
        speakers: 0.0,
        tags: 0.0,
        room: 0.0,
        date: 0.0,
    };
    for document in &crawl.documents {
        // The number in the text tells which talk it is, whatever the title; the title where there
        // is no text.
        let best = talks.iter().enumerate().max_by(|(_, a), (_, b)| {
            let likeness = |talk: &Talk| {
                2.0 * f1(&document.title, &talk.title) + f1(&document.text, &talk.text())
            };
            likeness(a).total_cmp(&likeness(b))
        });
        let Some((at, talk)) = best.filter(|(_, t)| f1(&document.title, &t.title) > 0.5) else {
            score.no_talk += 1.0;
            continue;
        };
        if !known.insert(at) {
            score.no_talk += 1.0;
            continue;
        }
        let is = |holds: bool| f64::from(u8::from(holds));
        score.titles += is(line(&document.title) == line(&talk.title));
        score.text += f1(&document.text, &talk.text());
        score.speakers += is(document.speakers == talk.speakers);
        score.tags += is(document.tags == talk.tags);
        score.room += is(document.room.as_deref() == Some(&talk.room));
        let day = document.start.as_deref().or(document.date.as_deref()).unwrap_or_default();
        score.date += is(day.starts_with(&talk.date()));
    }
    let n = known.len().max(1) as f64;
    for share in [
        &mut score.titles,
        &mut score.text,
        &mut score.speakers,
        &mut score.tags,
        &mut score.room,
        &mut score.date,
    ] {
        *share /= n;
    }
    score.found = known.len() as f64 / talks.len() as f64;
    score.no_talk /= crawl.documents.len().max(1) as f64;
    score
}

/// Crawls `site` and holds titles and texts to the project's numbers, and the named parts (of
/// speakers, tags, room, date) to nine in ten.
#[track_caller]
fn check(site: &Site, parts: &[&str]) {
    let server = Server::start();
    for (path, body) in &site.pages {
        let reply =
            Reply::html(body.replace("{HOST}", server.url("").as_str().trim_end_matches('/')));
        server.set(path, reply);
    }
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::open(folder.path()).unwrap();
    let config = CrawlConfig { per_host: 4, ..CrawlConfig::default() };
    let run = Run::serial();
    let found = explore(&server.url(&site.start), &config, &store, &run)
        .unwrap_or_else(|error| panic!("{}: {error} {:?}", site.name, error.hint()));
    let score = score(&found, &site.talks);
    let sample: Vec<_> = found.documents.iter().take(3).collect();
    let shown = format!(
        "{}: {score:?}\n{}\n{sample:#?}\n{:?}",
        site.name,
        found.recipe.as_deref().unwrap_or("no recipe"),
        found.skipped
    );
    if std::env::var_os("TOPICMILL_SHOW_SITES").is_some() {
        crate::score::say(&format!("{}: {score:.3?}", site.name));
    }
    assert!(score.found >= 0.95, "{shown}");
    assert!(score.titles >= 0.97, "{shown}");
    assert!(score.text >= 0.95, "{shown}");
    assert!(score.no_talk <= 0.02, "{shown}");
    for part in parts {
        let share = match *part {
            "speakers" => score.speakers,
            "tags" => score.tags,
            "room" => score.room,
            "date" => score.date,
            other => panic!("no part {other}"),
        };
        assert!(share >= 0.9, "{part} {share} of {shown}");
    }
    // What was found out is a recipe, and reads the same.
    if let Some(text) = &found.recipe {
        let recipe = Recipe::parse(text).unwrap();
        let again = crawl(recipe.start(), &recipe, &config, &store, &run).unwrap();
        assert_eq!(again.documents, found.documents, "{shown}");
    }
}
