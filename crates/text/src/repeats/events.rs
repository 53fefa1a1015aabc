//! Names of events: words that stand before a year (`Harbour Days 2021`, `#tides2019`).
//!
//! What documents say of themselves in this way is when and where they were made, not what they are
//! about. Months are among these words, and the places that events are called by.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;
use jobs::Run;

use super::{MIN_DOCS, TASK_DOCS};
use crate::{Error, Text, words};

/// Documents of a word that have it before a year, at least. In corpora of several kinds
/// names of events and months have 0.4 or more, and others less than a quarter of that, but for what is
/// numbered like years (`RFC 2045`).
const MIN_SHARE: f64 = 0.4;
/// Words of a name at most.
const NAME_WORDS: usize = 4;

/// What stands before years in some documents.
#[derive(Default)]
struct BeforeYears {
    /// Words, and the documents that have them there.
    n_docs: BTreeMap<String, u32>,
    /// Words with a year at their end, as they are counted, and without it.
    with_year: BTreeMap<String, String>,
}

/// The words of names of events in `docs`, as they are counted, in alphabetical order.
pub(super) fn find(docs: &[&Text<'_>], run: &Run) -> Result<Vec<String>, Error> {
    let tasks: Vec<&[&Text<'_>]> = docs.chunks(TASK_DOCS).collect();
    let found = run.map(tasks.clone(), |docs: &[&Text<'_>]| {
        let mut found = BeforeYears::default();
        for doc in docs {
            found.add(doc);
        }
        found
    })?;
    let mut all = BeforeYears::default();
    for found in found {
        for (word, n_docs) in found.n_docs {
            *all.n_docs.entry(word).or_insert(0) += n_docs;
        }
        all.with_year.extend(found.with_year);
    }
    all.n_docs.retain(|_, n_docs| *n_docs as usize >= MIN_DOCS);
    all.with_year.retain(|_, word| all.n_docs.contains_key(word));
    let number_of: BTreeMap<&str, usize> = all.n_docs.keys().map(String::as_str).zip(0..).collect();
    let with_year = all.with_year.iter().map(|(form, word)| (form.as_str(), number_of[&**word]));
    let wanted: HashMap<&str, usize> =
        number_of.iter().map(|(word, n)| (*word, *n)).chain(with_year).collect();
    let per_task = run.map(tasks, |docs: &[&Text<'_>]| {
        let (mut n_docs, mut last) = (vec![0_u32; number_of.len()], vec![0_u32; number_of.len()]);
        for (doc, text) in (1..).zip(docs) {
            for field in &text.fields {
                words(field.text, |word| {
                    if let Some(&n) = wanted.get(word)
                        && last[n] != doc
                    {
                        (last[n], n_docs[n]) = (doc, n_docs[n] + 1);
                    }
                });
            }
        }
        n_docs
    })?;
    let is_event = |word: &str| {
        let n_docs: u32 = per_task.iter().map(|n_docs| n_docs[number_of[word]]).sum();
        f64::from(all.n_docs[word]) >= MIN_SHARE * f64::from(n_docs)
    };
    let events: BTreeSet<&String> = all.n_docs.keys().filter(|word| is_event(word)).collect();
    let forms = all.with_year.iter().filter(|(_, word)| events.contains(word));
    let events: BTreeSet<&String> =
        forms.map(|(form, _)| form).chain(events.iter().copied()).collect();
    Ok(events.into_iter().cloned().collect())
}

impl BeforeYears {
    fn add(&mut self, doc: &Text<'_>) {
        let mut here: Vec<String> = Vec::new();
        for field in &doc.fields {
            each_year(field.text, |before, year| {
                let (name, is_one_word) = name_before(before);
                words(name, |word| here.push(word.to_owned()));
                if is_one_word && let Some(last) = here.last() {
                    let form = format!("{}{year}", &name.to_lowercase());
                    words(&form, |form| {
                        self.with_year.insert(form.to_owned(), last.clone());
                    });
                }
            });
        }
        here.sort_unstable();
        here.dedup();
        for word in here {
            *self.n_docs.entry(word).or_insert(0) += 1;
        }
    }
}

/// Calls `each` with what stands before every year of `text`, 1950 to 2049, and the year.
fn each_year<'t>(text: &'t str, mut each: impl FnMut(&'t str, &'t str)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && bytes[at].is_ascii_digit() {
            at += 1;
        }
        let goes_on = text[at..].starts_with(is_word_part);
        let number = &text[start..at];
        if number.len() == 4 && !goes_on && ("1950"..="2049").contains(&number) {
            each(&text[..start], number);
        }
    }
}

fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The name at the end of `before`, and whether it is one word with what follows: the word before a
/// year, and words before it that do not begin in lower case.
fn name_before(before: &str) -> (&str, bool) {
    if before.ends_with(is_word_part) {
        let word = before.trim_end_matches(is_word_part);
        return (&before[word.len()..], true);
    }
    let Some(end) = before.strip_suffix([' ', '-', '\'', '\u{2019}']) else { return ("", false) };
    let mut start = end.len();
    for n in 0..NAME_WORDS {
        let rest = &end[..start];
        let rest = if n == 0 { rest } else { rest.strip_suffix([' ', '-']).unwrap_or("") };
        let word = rest.trim_end_matches(is_word_part).len();
        let is_part =
            word < rest.len() && (n == 0 || !rest[word..].starts_with(char::is_lowercase));
        if !is_part {
            break;
        }
        start = word;
    }
    (&end[start..], false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, bool)]) {
        let mut found = Vec::new();
        each_year(text, |before, _| found.push(name_before(before)));
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn names_stand_before_years_and_years_alone() {
        check("at Harbour Days 2021, and tides2019.", &[("Harbour Days", false), ("tides", true)]);
        check(
            "since 2016 the Old Big Red Harbour Fair-2017",
            &[("since", false), ("Big Red Harbour Fair", false)],
        );
        check("lamp_2016 12016 2016x 1949 RFC 20160 2050", &[("lamp_", true)]);
        check("2020 (2021) \u{2014} 2022", &[("", false), ("", false), ("", false)]);
    }

    #[test]
    fn words_that_mostly_stand_before_years_are_events() {
        let texts: Vec<String> = (0..20)
            .map(|n| match n % 4 {
                0 => format!("Harbour Days {} on ropes and lamps", 2010 + n),
                1 => format!("ropes in {}, #tides{}", 2000 + n, 2001 + n),
                2 => "ropes and days in the harbour".to_owned(),
                _ => "lamps in a harbour".to_owned(),
            })
            .collect();
        let docs: Vec<Text<'_>> = texts.iter().map(|text| Text::plain(text)).collect();
        let docs: Vec<&Text<'_>> = docs.iter().collect();
        let events = find(&docs, &Run::serial()).unwrap();
        // Half of the documents with days have them before a year; a third of those with a harbour.
        let tides = ["tides", "tides2002", "tides2006", "tides2010", "tides2014", "tides2018"];
        assert_eq!(events, [&["days"], &tides[..]].concat());
    }
}
