//! Names for topics, made from their words as the documents write them.

use std::collections::{BTreeMap, BTreeSet};

use jobs::{Codec, Digest, Memo, Run};
use serde::{Deserialize, Serialize};
use text::Vocabulary;

use crate::{Error, tasks};

/// How many of a topic's first words may stand in its title.
const CANDIDATES: usize = 8;
/// Two words are a phrase when this share of the rarer one's uses stand in it.
const PHRASE_SHARE: f64 = 0.25;
/// And it occurs at least so often.
const PHRASE_MIN: u32 = 3;
/// A phrase may weigh this much less than the two heaviest words together.
const PHRASE_WEIGHT: f64 = 0.6;
/// A spelling with capitals is taken when lower case is rarer than this.
const LOWER_CASE_SHARE: f64 = 0.3;
/// Words of a term at most.
const PHRASE_WORDS: usize = 3;
/// Documents in one parallel task.
const SHARD_DOCS: usize = 256;

/// A word that may stand in a title.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    /// Its column in the vocabulary.
    pub(crate) column: u32,
    /// How well it stands for the topic.
    pub(crate) score: f64,
}

/// A title for every topic, no two alike.
///
/// `topics` are the words of each topic, the best first; `docs` the documents' texts, each with its
/// main topic. A title that is `given` stands, and one that is given beyond the topics is nobody's; another is a phrase of two words when the topic's documents use one (`Machine
/// learning`), else its two best words that are not forms of one another (`Docker & deployment`).
pub(crate) fn titles(
    (topics, given): (&[Vec<Candidate>], &[Option<String>]),
    vocabulary: &Vocabulary,
    docs: &[(usize, Vec<&str>)],
    run: &Run,
) -> Result<Vec<String>, Error> {
    let standing: Option<Vec<String>> =
        (0..topics.len()).map(|topic| given.get(topic).cloned().flatten()).collect();
    if let Some(standing) = standing {
        // Nothing depends on how the documents write their words, which takes a pass over them.
        return Ok(standing);
    }
    let topics: Vec<&[Candidate]> =
        topics.iter().map(|words| &words[..words.len().min(CANDIDATES)]).collect();
    let usage = Usage::of(&topics, vocabulary, docs, run)?;
    Ok(chosen((&topics, given), vocabulary, &usage))
}

/// The same for topics that stand in groups, such as the parts of one topic. Each group has so many topics
/// and comes with its documents, which name the topic by its place in the group. How a group uses its own
/// words is kept: nothing of the other groups changes it.
pub(crate) fn titles_of_groups(
    (topics, given): (&[Vec<Candidate>], &[Option<String>]),
    vocabulary: &Vocabulary,
    groups: Vec<(usize, Vec<Doc<'_>>)>,
    (memo, run): (&Memo, &Run),
) -> Result<Vec<String>, Error> {
    let topics: Vec<&[Candidate]> =
        topics.iter().map(|words| &words[..words.len().min(CANDIDATES)]).collect();
    let known = Digest::of_value(&(vocabulary.terms(), vocabulary.variants()));
    let mut rest = &topics[..];
    let groups = groups.into_iter().map(|(n_topics, docs)| {
        let (own, after) = rest.split_at(n_topics);
        rest = after;
        (own, docs)
    });
    let used = run.map(groups.collect(), |(own, docs): (&[&[Candidate]], Vec<Doc<'_>>)| {
        let fits = |usage: &Usage| usage.of_topic.len() == own.len();
        let task = (&tasks::USAGE, Codec::of_serde(), fits);
        let own_columns: Vec<Vec<u32>> =
            own.iter().map(|words| words.iter().map(|word| word.column).collect()).collect();
        let texts = Digest::of(&postcard::to_stdvec(&docs).expect("texts can be written"));
        memo.get_or_run_if(task, &(known, own_columns, texts), run, || {
            Ok::<_, Error>(Usage::of_group(own, vocabulary, &docs))
        })
    })?;
    let mut all = Usage::empty(0);
    for usage in used {
        let mut usage = usage?.value;
        all.of_topic.append(&mut usage.of_topic);
        all.add(usage);
    }
    Ok(chosen((&topics, given), vocabulary, &all))
}

/// How `texts` use the words `columns`.
#[cfg(test)]
pub(crate) fn usage_of(columns: &[u32], vocabulary: &Vocabulary, texts: &[String]) -> Usage {
    let candidates: Vec<Candidate> =
        columns.iter().map(|&column| Candidate { column, score: 1.0 }).collect();
    let topics = [&candidates[..]];
    let docs: Vec<Doc<'_>> = texts.iter().map(|text| (0, vec![text.as_str()])).collect();
    Usage::of_group(&topics, vocabulary, &docs)
}

/// A document's texts, and its topic.
type Doc<'a> = (usize, Vec<&'a str>);

fn chosen(
    (topics, given): (&[&[Candidate]], &[Option<String>]),
    vocabulary: &Vocabulary,
    usage: &Usage,
) -> Vec<String> {
    let mut taken: BTreeSet<String> = given.iter().flatten().map(|t| t.to_lowercase()).collect();
    let mut titles = Vec::with_capacity(topics.len());
    for (topic, words) in topics.iter().enumerate() {
        if let Some(title) = given.get(topic).cloned().flatten() {
            titles.push(title);
            continue;
        }
        let title = options(words, vocabulary, &usage.of_topic[topic])
            .into_iter()
            .map(|option| usage.write(option, vocabulary))
            .find(|title| !taken.contains(&title.to_lowercase()))
            .unwrap_or_else(|| format!("Topic {}", topic + 1));
        taken.insert(title.to_lowercase());
        titles.push(title);
    }
    titles
}

/// What a title may consist of.
#[derive(Debug, Clone, Copy)]
enum Wording {
    Phrase(u32, u32),
    Pair(u32, u32),
    Single(u32),
}

/// The possible titles of a topic, the best first.
fn options(words: &[Candidate], vocabulary: &Vocabulary, usage: &TopicUsage) -> Vec<Wording> {
    let term = |word: &Candidate| &vocabulary.terms()[word.column as usize];
    let mut pairs = Vec::new();
    for (at, first) in words.iter().enumerate() {
        for second in &words[at + 1..] {
            if !are_forms_of_one(term(first), term(second)) {
                pairs.push((first.score + second.score, first.column, second.column));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let heaviest = pairs.first().map_or(0.0, |pair| pair.0);
    let phrases: Vec<(f64, u32, u32)> = pairs
        .iter()
        .filter(|pair| pair.0 >= PHRASE_WEIGHT * heaviest)
        .flat_map(|&(score, a, b)| [(score, a, b), (score, b, a)])
        .filter(|&(_, a, b)| usage.is_phrase(a, b))
        .collect();
    let mut phrases: Vec<(f64, Wording)> =
        phrases.into_iter().map(|(score, a, b)| (score, Wording::Phrase(a, b))).collect();
    // A term of several words stands for two.
    let terms_of_several = words.iter().filter(|word| term(word).contains(' '));
    phrases.extend(
        terms_of_several
            .map(|word| (2.0 * word.score, Wording::Single(word.column)))
            .filter(|(score, _)| *score >= PHRASE_WEIGHT * heaviest),
    );
    phrases.sort_by(|a, b| b.0.total_cmp(&a.0));
    phrases
        .into_iter()
        .map(|(_, wording)| wording)
        .chain(pairs.into_iter().map(|(_, a, b)| Wording::Pair(a, b)))
        .chain(words.iter().map(|word| Wording::Single(word.column)))
        .collect()
}

/// Whether two words differ only in their endings: `test` and `testing`. Terms of several words are forms
/// of one with what they share a word with.
fn are_forms_of_one(a: &str, b: &str) -> bool {
    if a.contains(' ') || b.contains(' ') {
        return a.split(' ').any(|a| b.split(' ').any(|b| are_forms_of_one(a, b)));
    }
    let common = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let (short, long) =
        (a.chars().count().min(b.chars().count()), a.chars().count().max(b.chars().count()));
    common >= 3 && common + 1 >= short && long - common <= 4
}

/// How the documents use the words that may stand in titles.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Usage {
    of_topic: Vec<TopicUsage>,
    /// For every word: its spellings and how often each is used.
    spellings: BTreeMap<u32, BTreeMap<String, u32>>,
}

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
struct TopicUsage {
    words: BTreeMap<u32, u32>,
    /// Neighbours, in the order in which they stand.
    pairs: BTreeMap<(u32, u32), u32>,
}

impl TopicUsage {
    fn is_phrase(&self, a: u32, b: u32) -> bool {
        let together = self.pairs.get(&(a, b)).copied().unwrap_or(0);
        let uses = |word| self.words.get(&word).copied().unwrap_or(0);
        let rarer = uses(a).min(uses(b));
        together >= PHRASE_MIN && f64::from(together) >= PHRASE_SHARE * f64::from(rarer)
    }
}

/// For every column whether it is one of the words of `topics`.
fn wanted_columns(topics: &[&[Candidate]], vocabulary: &Vocabulary) -> Vec<bool> {
    let mut wanted = vec![false; vocabulary.len()];
    for word in topics.iter().copied().flatten() {
        wanted[word.column as usize] = true;
    }
    wanted
}

/// The terms whose use is of interest.
struct Wanted<'v> {
    /// For every column.
    columns: Vec<bool>,
    /// The last words of those of several.
    ends: BTreeSet<&'v str>,
}

impl<'v> Wanted<'v> {
    fn new(columns: Vec<bool>, vocabulary: &'v Vocabulary) -> Self {
        let terms = vocabulary.terms().iter().zip(&columns).filter(|(_, wanted)| **wanted);
        let ends = terms.filter_map(|(term, _)| Some(term.rsplit_once(' ')?.1)).collect();
        Self { columns, ends }
    }

    fn column_of(&self, word: &str, vocabulary: &Vocabulary) -> Option<u32> {
        vocabulary.column_of(word).filter(|&column| self.columns[column as usize])
    }
}

impl Usage {
    fn of(
        topics: &[&[Candidate]],
        vocabulary: &Vocabulary,
        docs: &[(usize, Vec<&str>)],
        run: &Run,
    ) -> Result<Self, Error> {
        let wanted = Wanted::new(wanted_columns(topics, vocabulary), vocabulary);
        let shards = run.map(docs.chunks(SHARD_DOCS).collect(), |shard| {
            let mut usage = Self::empty(topics.len());
            for (topic, texts) in shard {
                for text in texts {
                    usage.read(text, *topic, &wanted, vocabulary);
                }
            }
            usage
        })?;
        let mut all = Self::empty(topics.len());
        for shard in shards {
            all.add(shard);
        }
        Ok(all)
    }

    /// Of the documents of `topics`: of each topic what its own words need.
    fn of_group(topics: &[&[Candidate]], vocabulary: &Vocabulary, docs: &[Doc<'_>]) -> Self {
        let wanted = Wanted::new(wanted_columns(topics, vocabulary), vocabulary);
        let mut usage = Self::empty(topics.len());
        for (topic, texts) in docs {
            for text in texts {
                usage.read(text, *topic, &wanted, vocabulary);
            }
        }
        for (words, used) in topics.iter().zip(&mut usage.of_topic) {
            let is_own = |column: u32| words.iter().any(|word| word.column == column);
            used.words.retain(|&column, _| is_own(column));
            used.pairs.retain(|&(a, b), _| is_own(a) && is_own(b));
        }
        usage
    }

    fn empty(n_topics: usize) -> Self {
        Self { of_topic: vec![TopicUsage::default(); n_topics], spellings: BTreeMap::new() }
    }

    fn read(&mut self, text: &str, topic: usize, wanted: &Wanted<'_>, vocabulary: &Vocabulary) {
        let mut previous = None;
        // The words before, as they are written and as they are counted.
        let mut before: Vec<(String, String)> = Vec::new();
        text::words_as_written(text, |written, word| {
            let column = wanted.column_of(word, vocabulary);
            if let Some(column) = column {
                let usage = &mut self.of_topic[topic];
                *usage.words.entry(column).or_insert(0) += 1;
                if let Some(previous) = previous {
                    *usage.pairs.entry((previous, column)).or_insert(0) += 1;
                }
                // Plurals and possessives are other words in the same column: not its spelling.
                if vocabulary.terms()[column as usize] == *word && written.len() == word.len() {
                    self.is_spelt(column, written);
                }
            }
            if !wanted.ends.is_empty() {
                if wanted.ends.contains(word) {
                    self.read_phrases(&before, (written, word), wanted, vocabulary);
                }
                if before.len() == PHRASE_WORDS - 1 {
                    before.remove(0);
                }
                before.push((written.to_owned(), word.to_owned()));
            }
            previous = column;
        });
    }

    /// Reads the terms of several words that end here.
    fn read_phrases(
        &mut self,
        before: &[(String, String)],
        (written, word): (&str, &str),
        wanted: &Wanted<'_>,
        vocabulary: &Vocabulary,
    ) {
        let (mut written, mut phrase) = (written.to_owned(), word.to_owned());
        for (written_before, word_before) in before.iter().rev() {
            written = format!("{written_before} {written}");
            phrase = format!("{word_before} {phrase}");
            let column = wanted.column_of(&phrase, vocabulary);
            if let Some(column) = column
                && vocabulary.terms()[column as usize] == *phrase
                && written.len() == phrase.len()
            {
                self.is_spelt(column, &written);
            }
        }
    }

    fn is_spelt(&mut self, column: u32, written: &str) {
        let spellings = self.spellings.entry(column).or_default();
        match spellings.get_mut(written) {
            Some(count) => *count += 1,
            None => {
                spellings.insert(written.to_owned(), 1);
            }
        }
    }

    fn add(&mut self, other: Self) {
        for (sum, part) in self.of_topic.iter_mut().zip(other.of_topic) {
            for (word, count) in part.words {
                add_to(sum.words.entry(word).or_insert(0), count);
            }
            for (pair, count) in part.pairs {
                add_to(sum.pairs.entry(pair).or_insert(0), count);
            }
        }
        for (word, part) in other.spellings {
            let spellings = self.spellings.entry(word).or_default();
            for (spelling, count) in part {
                add_to(spellings.entry(spelling).or_insert(0), count);
            }
        }
    }

    fn write(&self, wording: Wording, vocabulary: &Vocabulary) -> String {
        let spell = |column| self.spelling(column, vocabulary);
        capitalised(&match wording {
            Wording::Phrase(a, b) => format!("{} {}", spell(a), spell(b)),
            Wording::Pair(a, b) => format!("{} & {}", spell(a), spell(b)),
            Wording::Single(a) => spell(a),
        })
    }

    /// The word as the documents mostly write it: in lower case, unless that is rare.
    fn spelling(&self, column: u32, vocabulary: &Vocabulary) -> String {
        let term = &vocabulary.terms()[column as usize];
        let Some(spellings) = self.spellings.get(&column) else { return term.to_owned() };
        let total: f64 = spellings.values().map(|&count| f64::from(count)).sum();
        let lower = spellings.get(term).copied().unwrap_or(0);
        if f64::from(lower) >= LOWER_CASE_SHARE * total {
            return term.to_owned();
        }
        let most = spellings.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
        most.map_or_else(|| term.to_owned(), |(spelling, _)| spelling.clone())
    }
}

/// Adds to a count; one that somebody wrote into the cache may be anything.
fn add_to(sum: &mut u32, count: u32) {
    *sum = sum.saturating_add(count);
}

fn capitalised(text: &str) -> String {
    // A mixed spelling such as `pytest` or `iOS` that the documents keep is left alone only when
    // it has a capital already.
    if text.split(' ').next().is_some_and(|word| word.chars().any(char::is_uppercase)) {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jobs::FileStore;

    fn titles_of(topics: &[&[&str]], docs: &[(usize, &str)]) -> Vec<String> {
        titles_beside(topics, &[], docs)
    }

    fn titles_beside(
        topics: &[&[&str]],
        given: &[Option<String>],
        docs: &[(usize, &str)],
    ) -> Vec<String> {
        let mut terms: Vec<String> = topics.concat().iter().map(|&term| term.to_owned()).collect();
        terms.sort();
        terms.dedup();
        let vocabulary = Vocabulary::new(terms, BTreeMap::new());
        let topics: Vec<Vec<Candidate>> = topics
            .iter()
            .map(|words| {
                (0..)
                    .zip(*words)
                    .map(|(rank, word)| Candidate {
                        column: vocabulary.column_of(word).unwrap(),
                        score: 1.0 / f64::from(rank + 1),
                    })
                    .collect()
            })
            .collect();
        let docs: Vec<_> = docs.iter().map(|&(topic, text)| (topic, vec![text])).collect();
        titles((&topics, given), &vocabulary, &docs, &Run::serial()).unwrap()
    }

    #[test]
    fn a_phrase_in_use_is_the_title_in_the_order_of_its_use() {
        let docs = [(0, "machine learning, machine learning and machine learning of data")];
        assert_eq!(titles_of(&[&["learning", "machine", "data"]], &docs), ["Machine learning"]);
    }

    #[test]
    fn without_a_phrase_the_two_best_words_that_are_not_forms_of_one() {
        let docs = [(0, "test a test; testing code is code")];
        assert_eq!(titles_of(&[&["test", "testing", "code"]], &docs), ["Test & code"]);
    }

    #[test]
    fn words_are_spelt_as_the_documents_spell_them() {
        let docs = [(0, "PostgreSQL or an API. PostgreSQL and another API. api")];
        assert_eq!(titles_of(&[&["postgresql", "api"]], &docs), ["PostgreSQL & api"]);
        let docs = [(0, "PostgreSQL or an API. PostgreSQL and another API, its API, the api")];
        assert_eq!(titles_of(&[&["postgresql", "api"]], &docs), ["PostgreSQL & API"]);
    }

    #[test]
    fn a_term_of_several_words_is_a_title_and_spelt_as_the_documents_spell_it() {
        let docs = [(0, "the REST API of REST APIs is a REST API")];
        assert_eq!(titles_of(&[&["rest api", "web", "service"]], &docs), ["REST API"]);
        assert_eq!(titles_of(&[&["web", "rest api", "service"]], &[]), ["Rest api"]);
        assert_eq!(titles_of(&[&["learning", "a", "b", "deep learning"]], &[]), ["Learning & a"]);
    }

    #[test]
    fn no_two_topics_have_one_title() {
        let found = titles_of(&[&["lamp", "tide"], &["lamp", "tide"], &["lamp", "tide"]], &[]);
        assert_eq!(found, ["Lamp & tide", "Lamp", "Tide"]);
    }

    #[test]
    fn other_words_of_one_group_leave_what_is_kept_of_the_others() {
        let cache = tempfile::tempdir().unwrap();
        let memo = Memo::new(FileStore::open(cache.path()).unwrap());
        let terms = ["lamp", "light", "port", "tide"].map(str::to_owned).to_vec();
        let vocabulary = Vocabulary::new(terms, BTreeMap::new());
        let candidate = |column| Candidate { column, score: 1.0 };
        let titles = |second: [u32; 2]| {
            let topics = [[0, 1], second].map(|columns| columns.map(candidate).to_vec());
            let docs = ["LAMP and Tide, LAMP and light", "LAMP or a tide"]
                .map(|text| vec![(0, vec![text])]);
            let groups = docs.into_iter().map(|docs| (1, docs)).collect();
            let found =
                titles_of_groups((&topics, &[]), &vocabulary, groups, (&memo, &Run::serial()));
            let n_kept = FileStore::open(cache.path()).unwrap().entries().unwrap().len();
            (found.unwrap(), n_kept)
        };
        let spelt = |titles: [&str; 2]| titles.map(str::to_owned).to_vec();
        assert_eq!(titles([2, 3]), (spelt(["LAMP & light", "Port & tide"]), 2));
        assert_eq!(titles([0, 3]), (spelt(["LAMP & light", "LAMP & tide"]), 3));
    }

    #[test]
    fn a_title_given_beyond_the_topics_is_nobodys() {
        let given = [None, Some("Lamp & tide".to_owned())];
        assert_eq!(titles_beside(&[&["lamp", "tide"]], &given, &[]), ["Lamp"]);
    }

    #[test]
    fn a_topic_without_words_has_a_number() {
        assert_eq!(titles_of(&[&["lamp"], &[]], &[]), ["Lamp", "Topic 2"]);
    }

    #[test]
    fn forms_of_one_word_are_seen() {
        let forms = [
            ("test", "testing"),
            ("deploy", "deployment"),
            ("library", "libraries"),
            ("unit test", "testing"),
            ("deep learning", "machine learning"),
        ];
        for (a, b) in forms {
            assert!(are_forms_of_one(a, b), "{a} {b}");
        }
        for (a, b) in [("python", "pytest"), ("art", "arm"), ("cloud", "code"), ("go", "golang")] {
            assert!(!are_forms_of_one(a, b), "{a} {b}");
        }
    }
}
