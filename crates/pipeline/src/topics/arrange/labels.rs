//! `labels.toml`: titles, merges and numbers for topics that are named by their leading terms.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use text::Vocabulary;

use super::Group;
use crate::Error;

/// Terms that tell a topic in messages.
const TOLD: usize = 5;

/// What a `labels.toml` asks for.
#[derive(Debug)]
pub(crate) struct Labels {
    path: PathBuf,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    topic: Vec<Entry>,
}

/// `[[topic]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Leading terms of the topic.
    terms: Vec<String>,
    /// What it is called.
    title: Option<String>,
    /// Leading terms of each topic that becomes a part of it.
    #[serde(default)]
    merge: Vec<Vec<String>>,
    /// Its number, from 0.
    pin: Option<usize>,
}

impl Labels {
    /// # Errors
    /// [`Error::ReadConfig`] when the file cannot be read, [`Error::Config`] for what is not allowed
    /// in it.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path)
            .map_err(|source| Error::ReadConfig { path: path.to_owned(), source })?;
        Self::parse(&text, path)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let file: File = toml::from_str(text).map_err(|error| Error::Config {
            path: path.to_owned(),
            line: error.span().map(|span| 1 + text[..span.start].matches('\n').count()),
            message: error.message().lines().next().unwrap_or_default().to_owned(),
        })?;
        let labels = Self { path: path.to_owned(), entries: file.topic };
        labels.check()?;
        Ok(labels)
    }

    fn check(&self) -> Result<(), Error> {
        let (mut titles, mut pins) = (BTreeSet::new(), BTreeSet::new());
        for (entry, number) in self.entries.iter().zip(1..) {
            let is_empty = |terms: &Vec<String>| terms.iter().all(|term| term.trim().is_empty());
            if is_empty(&entry.terms) || entry.merge.iter().any(is_empty) {
                return self.wrong(format!("a topic of entry {number} is named by no term"));
            }
            let terms = quoted(&entry.terms);
            if entry.title.is_none() && entry.merge.is_empty() && entry.pin.is_none() {
                return self.wrong(format!("the entry {terms} has neither title, merge nor pin"));
            }
            if let Some(title) = &entry.title {
                if title.trim().is_empty() {
                    return self.wrong(format!("the title of {terms} is empty"));
                }
                if !titles.insert(title.to_lowercase()) {
                    return self.wrong(format!("the title {title:?} is given twice"));
                }
            }
            if let Some(pin) = entry.pin
                && !pins.insert(pin)
            {
                return self.wrong(format!("the number {pin} is given twice"));
            }
        }
        Ok(())
    }

    /// Every topic in a group, in their order; `leading` are the first terms of each.
    ///
    /// # Errors
    /// [`Error::UnknownTopic`] and [`Error::AmbiguousTopic`] for terms that do not name one topic,
    /// [`Error::Config`] for a topic that is named twice, and a number that there is not.
    pub(super) fn groups(
        &self,
        leading: &[Vec<u32>],
        vocabulary: &Vocabulary,
    ) -> Result<Vec<Group>, Error> {
        let topics = Topics { leading, vocabulary };
        let mut named: BTreeMap<usize, &[String]> = BTreeMap::new();
        let mut groups: Vec<Option<Group>> = (0..leading.len())
            .map(|topic| Some(Group { topics: vec![topic], ..Group::default() }))
            .collect();
        for entry in &self.entries {
            let mut members = Vec::new();
            for terms in std::iter::once(&entry.terms).chain(&entry.merge) {
                let topic = topics.find(terms, &self.path)?;
                if let Some(other) = named.insert(topic, terms) {
                    let (terms, other) = (quoted(terms), quoted(other));
                    let told = topics.told(topic);
                    return self.wrong(format!("{other} and {terms} name the same topic, {told}"));
                }
                members.push(topic);
                groups[topic] = None;
            }
            let (title, number) = (entry.title.clone(), entry.pin);
            let first = members[0];
            groups[first] = Some(Group { topics: members, title, number });
        }
        let groups: Vec<Group> = groups.into_iter().flatten().collect();
        let highest = groups.len().saturating_sub(1);
        match groups.iter().filter_map(|group| group.number).find(|&number| number > highest) {
            Some(number) => {
                self.wrong(format!("pin must be 0 to {highest} for these topics, got {number}"))
            }
            None => Ok(groups),
        }
    }

    fn wrong<T>(&self, message: String) -> Result<T, Error> {
        Err(Error::Config { path: self.path.clone(), line: None, message })
    }
}

/// The topics that terms are looked for in.
struct Topics<'a> {
    leading: &'a [Vec<u32>],
    vocabulary: &'a Vocabulary,
}

impl Topics<'_> {
    /// The topic that leads with all of `terms`. Where several do, it is one that has them twice
    /// as far in front as any other.
    fn find(&self, terms: &[String], path: &Path) -> Result<usize, Error> {
        let columns: Vec<Option<u32>> = terms
            .iter()
            .map(|term| self.vocabulary.column_of(&term.trim().to_lowercase()))
            .collect();
        // How many terms of the topic have to be read until all have come.
        let depth = |topic: &Vec<u32>| {
            columns.iter().try_fold(0, |depth, column| {
                let at = topic.iter().position(|term| Some(*term) == *column)?;
                Some(depth.max(at + 1))
            })
        };
        let mut found: Vec<(usize, usize)> = (0..)
            .zip(self.leading)
            .filter_map(|(number, topic)| Some((depth(topic)?, number)))
            .collect();
        found.sort_unstable();
        let (path, quoted) = (path.to_owned(), quoted(terms));
        match found[..] {
            [] => Err(Error::UnknownTopic { path, terms: quoted, nearest: self.nearest(terms) }),
            [(first, nearest), (second, _), ..] if 2 * first > second => {
                let close = found.iter().take_while(|(depth, _)| 2 * first > *depth);
                let topics: Vec<String> = close.map(|&(_, topic)| self.told(topic)).collect();
                let nearest = self.told(nearest);
                Err(Error::AmbiguousTopic {
                    path,
                    terms: quoted,
                    topics: topics.join("; "),
                    nearest,
                })
            }
            [(_, topic), ..] => Ok(topic),
        }
    }

    /// The topic whose leading terms are most like `terms`.
    fn nearest(&self, terms: &[String]) -> String {
        let likeness = |topic: &Vec<u32>, term: &String| {
            let term = term.trim().to_lowercase();
            let known = topic.iter().map(|&column| self.term(column));
            known.map(|known| strsim::normalized_levenshtein(known, &term)).fold(0.0, f64::max)
        };
        let mut best = (0, f64::NEG_INFINITY);
        for (number, topic) in self.leading.iter().enumerate() {
            let score: f64 = terms.iter().map(|term| likeness(topic, term)).sum();
            if score > best.1 {
                best = (number, score);
            }
        }
        self.told(best.0)
    }

    fn told(&self, topic: usize) -> String {
        let terms: Vec<&str> =
            self.leading[topic].iter().take(TOLD).map(|&column| self.term(column)).collect();
        format!("{topic} ({})", terms.join(", "))
    }

    fn term(&self, column: u32) -> &str {
        &self.vocabulary.terms()[column as usize]
    }
}

fn quoted(terms: &[String]) -> String {
    terms.iter().map(|term| format!("{term:?}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPICS: [&[&str]; 3] = [
        &["container", "docker", "image", "python"],
        &["test", "pytest", "python", "mock"],
        &["mock", "fixture", "python", "docker"],
    ];

    fn groups(file: &str) -> Result<Vec<Group>, Error> {
        let mut terms: Vec<String> = TOPICS.concat().iter().map(|&term| term.into()).collect();
        terms.sort();
        terms.dedup();
        let vocabulary = Vocabulary::new(terms, BTreeMap::new());
        let columns = |topic: &&[&str]| {
            topic.iter().map(|term| vocabulary.column_of(term).unwrap()).collect()
        };
        let leading: Vec<Vec<u32>> = TOPICS.iter().map(columns).collect();
        Labels::parse(file, Path::new("labels.toml"))?.groups(&leading, &vocabulary)
    }

    #[track_caller]
    fn check_error(file: &str, expected: &[&str]) {
        let error = groups(file).unwrap_err();
        let told = format!("{error} {:?}", error.hint());
        assert!(error.is_usage() && told.contains("labels.toml"), "{told}");
        for part in expected {
            assert!(told.contains(part), "{part}: {told}");
        }
    }

    #[test]
    fn an_entry_names_merges_and_numbers_the_topic_that_leads_with_its_terms() {
        let found = groups(
            "[[topic]]\nterms = [\"Docker\"]\ntitle = \"Ships\"\n\
             [[topic]]\nterms = [\"mock\", \"fixture\"]\nmerge = [[\"pytest\"]]\npin = 0\n",
        );
        let ships = Group { topics: vec![0], title: Some("Ships".into()), number: None };
        let tests = Group { topics: vec![2, 1], title: None, number: Some(0) };
        assert_eq!(found.unwrap(), [ships, tests]);
    }

    #[test]
    fn terms_that_name_no_topic_get_the_nearest() {
        let file = "[[topic]]\nterms = [\"pytst\"]\ntitle = \"Tests\"\n";
        check_error(file, &["\"pytst\"", "1 (test, pytest, python, mock)"]);
        // Each is known, but they lead no topic together.
        let file = "[[topic]]\nterms = [\"image\", \"container\", \"mock\"]\npin = 1\n";
        check_error(file, &["\"image\", \"container\", \"mock\"", "0 (container, docker"]);
    }

    #[test]
    fn terms_that_name_several_topics_are_refused_with_all_of_them() {
        let file = "[[topic]]\nterms = [\"python\"]\ntitle = \"Python\"\n";
        check_error(file, &["\"python\"", "0 (container", "1 (test", "2 (mock"]);
    }

    #[test]
    fn entries_that_contradict_each_other_are_refused() {
        let entry = |terms: &str, rest: &str| format!("[[topic]]\nterms = [{terms}]\n{rest}\n");
        let twice = |a: &str, b: &str| entry("\"docker\"", a) + &entry("\"pytest\"", b);
        check_error(&twice("title = \"A\"", "title = \"a\""), &["\"a\" is given twice"]);
        check_error(&twice("pin = 1", "pin = 1"), &["number 1 is given twice"]);
        check_error(
            &twice("pin = 1", "merge = [[\"image\"]]"),
            &["\"docker\" and \"image\" name the same"],
        );
        check_error(&twice("pin = 2", "merge = [[\"fixture\"]]"), &["pin must be 0 to 1", "got 2"]);
        check_error(&entry("", "pin = 1"), &["entry 1 is named by no term"]);
        check_error(&entry("\"docker\"", ""), &["neither title, merge nor pin"]);
        check_error(&entry("\"docker\"", "title = \" \""), &["title of \"docker\" is empty"]);
        check_error(&entry("\"docker\"", "name = \"x\""), &["line 3", "name"]);
    }
}
