//! Names of events: words that stand before a year (`Harbour Days 2021`, `#tides2019`).
//!
//! What documents say of themselves in this way is when and where they were made, not what they are
//! about. Months are among these words, and the places that events are called by.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;
use jobs::Run;
use serde::{Deserialize, Serialize};

use super::shard::{DocRepeats, ShardRepeats};
use super::{MIN_DOCS, hash_of};
use crate::{Error, Text, words};

/// Documents of a word that have it before a year, at least. In corpora of several kinds
/// names of events and months have 0.4 or more, and others less than a quarter of that, but for what is
/// numbered like years (`RFC 2045`).
const MIN_SHARE: f64 = 0.4;
/// Words of a name at most.
const NAME_WORDS: usize = 4;

/// What stands before years in a document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Names {
    /// Words, in alphabetical order.
    words: Vec<String>,
    /// Words with a year at their end, as they are counted, and without it.
    with_year: Vec<(String, String)>,
}

/// The words of names of events, as they are counted, in alphabetical order. `shards` come with
/// whether each of their documents counts.
pub(super) fn find(shards: &[(&ShardRepeats, Vec<bool>)], run: &Run) -> Result<Vec<String>, Error> {
    let mut before_years: HashMap<&str, u32> = HashMap::new();
    let mut with_year: BTreeMap<&str, &str> = BTreeMap::new();
    for (shard, counts) in shards {
        let counting = shard.docs.iter().zip(counts).filter(|(_, counts)| **counts);
        for (DocRepeats { names, .. }, _) in counting {
            for word in &names.words {
                *before_years.entry(word).or_insert(0) += 1;
            }
            with_year.extend(names.with_year.iter().map(|(form, word)| (&**form, &**word)));
        }
    }
    before_years.retain(|_, n_docs| *n_docs as usize >= MIN_DOCS);
    with_year.retain(|_, word| before_years.contains_key(*word));
    // Every word with the hashes of what it is counted by.
    let mut wanted: BTreeMap<&str, Vec<u64>> =
        before_years.keys().map(|word| (*word, vec![hash_of(word.as_bytes())])).collect();
    for (form, word) in &with_year {
        wanted.entry(word).or_default().push(hash_of(form.as_bytes()));
    }
    let per_shard = run.map(shards.iter().collect(), |(shard, counts): &(&ShardRepeats, _)| {
        let mut last = vec![0; shard.docs.len()];
        let mut n_docs = Vec::with_capacity(wanted.len());
        for (n, hashes) in (1_u32..).zip(wanted.values()) {
            let mut n_docs_of = 0_u32;
            for &doc in hashes.iter().flat_map(|&hash| shard.holders(hash)) {
                let doc = doc as usize;
                n_docs_of += u32::from(counts[doc] && last[doc] != n);
                last[doc] = n;
            }
            n_docs.push(n_docs_of);
        }
        n_docs
    })?;
    let is_event = |(n, word): (usize, &&str)| {
        let n_docs: u32 = per_shard.iter().map(|n_docs| n_docs[n]).sum();
        f64::from(before_years[*word]) >= MIN_SHARE * f64::from(n_docs)
    };
    let words = wanted.keys().enumerate().filter(|&(n, word)| is_event((n, word)));
    let mut events: BTreeSet<&str> = words.map(|(_, word)| *word).collect();
    let forms: Vec<&str> = with_year
        .iter()
        .filter(|(_, word)| events.contains(*word))
        .map(|(form, _)| *form)
        .collect();
    events.extend(forms);
    Ok(events.into_iter().map(str::to_owned).collect())
}

impl Names {
    /// Of the document `doc`.
    pub(super) fn of(doc: &Text<'_>) -> Self {
        let (mut here, mut with_year): (Vec<String>, _) = (Vec::new(), Vec::new());
        for field in &doc.fields {
            each_year(field.text, |before, year| {
                let (name, is_one_word) = name_before(before);
                words(name, |word| here.push(word.to_owned()));
                if is_one_word && let Some(last) = here.last() {
                    let form = format!("{}{year}", &name.to_lowercase());
                    words(&form, |form| with_year.push((form.to_owned(), last.clone())));
                }
            });
        }
        here.sort_unstable();
        here.dedup();
        Self { words: here, with_year }
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
        let shards = [&docs[..7], &docs[7..]].map(|docs| ShardRepeats::of(docs, None));
        let counted: Vec<_> =
            shards.iter().map(|shard| (shard, vec![true; shard.docs.len()])).collect();
        let events = find(&counted, &Run::serial()).unwrap();
        // Half of the documents with days have them before a year; a third of those with a harbour.
        let tides = ["tides", "tides2002", "tides2006", "tides2010", "tides2014", "tides2018"];
        assert_eq!(events, [&["days"], &tides[..]].concat());
    }
}
