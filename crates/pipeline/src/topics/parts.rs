//! What topics divide into.

use jobs::{Codec, Made, Memo, Run, Task};
use learn::{Fit, PartsConfig};
use serde::{Deserialize, Serialize};
use sprs::CsMatViewI;
use text::Vocabulary;

use crate::topics::describe::{main_topics, shares};
use crate::topics::titles::{self, Candidate};
use crate::{Error, Prepared, tasks};

/// Documents for each part that a topic may have: a topic of twice as many may divide.
const DOCS_PER_PART: usize = 12;
/// Parts of a topic at most, so that a page shows them at a glance.
const MOST: usize = 5;
/// A part has at least so many documents, and this share of the topic's.
const LEAST_DOCS: usize = 5;
const LEAST_SHARE: usize = 20;
/// Terms shown for each part.
const TERMS: usize = 8;

/// Documents of a topic that have more in common than the topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// By falling weight.
    documents: Vec<usize>,
    /// The heaviest terms, columns and weights.
    terms: Vec<(u32, f64)>,
}

/// A part of a topic, as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct SubTopic {
    /// What it is called; no two parts have one title, and none that of a topic.
    pub title: String,
    /// The columns of its terms, by falling weight.
    pub terms: Vec<u32>,
    /// Its documents, by falling weight.
    pub documents: Vec<usize>,
}

impl SubTopic {
    /// Its terms, by falling weight.
    pub(crate) fn words<'a>(&self, vocabulary: &'a Vocabulary) -> Vec<&'a str> {
        self.terms.iter().map(|&column| &vocabulary.terms()[column as usize]).collect()
    }
}

/// The parts of every topic: those of the documents of which it is the strongest. Few documents do not
/// divide. A topic of the same documents as before is not divided again.
///
/// `x`: the weights of the documents, CSR, (n_docs, n_terms).
pub(crate) fn parts(
    fit: &Fit,
    x: CsMatViewI<'_, f32, u32, usize>,
    seed: u64,
    (memo, run): (&Memo, &Run),
) -> Result<Vec<Made<Vec<Part>>>, Error> {
    let mut of_topic = vec![Vec::new(); fit.doc_topics.ncols()];
    let main = main_topics(&shares(fit.doc_topics.view()));
    for (doc, topic) in main.into_iter().enumerate() {
        if fit.doc_topics[[doc, topic]] > 0.0 {
            of_topic[topic].push(doc);
        }
    }
    let mut sought = run.map(of_topic, |docs| {
        // What the documents hold, wherever they stand.
        let rows = learn::some_rows(x, docs.iter().copied());
        let input = (tasks::digest_of(rows.view()), seed);
        let found = memo.find(task(&docs, x.cols()), &input, run);
        (docs, input, found)
    })?;
    // One topic, as after a change of one document, is divided by all threads, and several side by side.
    let missing = sought.iter_mut().filter(|(.., found)| found.is_none()).collect();
    let divided = run.map(missing, |(docs, input, found): &mut (Vec<usize>, _, _)| {
        let divide = || divide(x, docs, seed, run);
        *found = Some(memo.get_or_run_if(task(docs, x.cols()), input, run, divide)?);
        Ok::<_, Error>(())
    })?;
    divided.into_iter().collect::<Result<(), _>>()?;
    let placed = |(docs, _, found): (Vec<usize>, _, Option<Made<Vec<Part>>>)| {
        let mut made = found?;
        for document in made.value.iter_mut().flat_map(|part| &mut part.documents) {
            *document = docs[*document];
        }
        Some(made)
    };
    Ok(sought.into_iter().filter_map(placed).collect())
}

/// The task of dividing a topic of the documents `docs`; what is kept of it has to be of so many terms.
fn task(
    docs: &[usize],
    n_terms: usize,
) -> (&'static Task, Codec<Vec<Part>>, impl Fn(&Vec<Part>) -> bool) {
    let fits = move |parts: &Vec<Part>| parts.iter().all(|part| part.fits(docs.len(), n_terms));
    (&tasks::PARTS, Codec::of_serde(), fits)
}

/// The parts of a topic of the documents `docs`, which the parts name by their places among them.
fn divide(
    x: CsMatViewI<'_, f32, u32, usize>,
    docs: &[usize],
    seed: u64,
    run: &Run,
) -> Result<Vec<Part>, Error> {
    let config = PartsConfig {
        most: (docs.len() / DOCS_PER_PART).min(MOST),
        least_docs: LEAST_DOCS.max(docs.len() / LEAST_SHARE),
        seed,
        ..PartsConfig::default()
    };
    let place = |row: &usize| docs.binary_search(row).ok();
    let part = |part: learn::Part| Part {
        documents: part.documents.iter().filter_map(place).collect(),
        terms: part.terms,
    };
    Ok(config.divide(x, docs, run)?.into_iter().map(part).collect())
}

impl Part {
    /// Whether it can be one of a topic of so many documents, of so many terms.
    fn fits(&self, n_docs: usize, n_terms: usize) -> bool {
        self.documents.iter().all(|place| *place < n_docs)
            && self.terms.iter().all(|(term, weight)| {
                (*term as usize) < n_terms && weight.is_finite() && *weight >= 0.0
            })
    }
}

/// The parts with titles, which are others than those of the topics, `topics`.
pub(crate) fn named(
    (parts, topics): (&[Vec<Part>], &[String]),
    vocabulary: &Vocabulary,
    prepared: &Prepared,
    (memo, run): (&Memo, &Run),
) -> Result<Vec<Vec<SubTopic>>, Error> {
    let candidates: Vec<Vec<Candidate>> =
        parts.iter().flat_map(|parts| candidates(parts)).collect();
    let texts = |(number, part): (usize, &Part)| -> Vec<(usize, Vec<&str>)> {
        let documents = part.documents.iter().map(|&doc| &prepared.documents[doc]);
        documents.map(|document| (number, vec![&*document.title, &*document.text])).collect()
    };
    let groups = parts.iter().map(|parts| {
        let documents: Vec<_> = parts.iter().enumerate().flat_map(texts).collect();
        (parts.len(), documents)
    });
    let groups = groups.filter(|(n_parts, _)| *n_parts > 0).collect();
    let mut given = vec![None; candidates.len()];
    given.extend(topics.iter().cloned().map(Some));
    let titles = titles::titles_of_groups((&candidates, &given), vocabulary, groups, (memo, run))?;
    let mut titles = titles.into_iter();
    let shown = |(part, title): (&Part, String)| SubTopic {
        title,
        terms: part.terms.iter().take(TERMS).map(|(column, _)| *column).collect(),
        documents: part.documents.clone(),
    };
    Ok(parts.iter().map(|parts| parts.iter().zip(titles.by_ref()).map(shown).collect()).collect())
}

/// For every part of one topic the words that may name it: heavy in it and light in the others.
fn candidates(parts: &[Part]) -> Vec<Vec<Candidate>> {
    let elsewhere = |column: u32| -> f64 {
        parts.iter().flat_map(|part| &part.terms).filter(|t| t.0 == column).map(|t| t.1).sum()
    };
    let of_part = |part: &Part| {
        let candidate = |&(column, weight): &(u32, f64)| {
            let score = weight * (weight / elsewhere(column)).sqrt();
            Candidate { column, score }
        };
        let mut words: Vec<Candidate> = part.terms.iter().map(candidate).collect();
        words.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.column.cmp(&b.column)));
        words
    };
    parts.iter().map(of_part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jobs::FileStore;
    use learn::{Loss, Nmf};
    use ndarray::Array2;
    use sprs::CsMatI;

    #[test]
    fn a_topic_of_two_subjects_divides_and_one_of_few_documents_does_not() {
        // Thirty documents of terms 0 to 2 and of 3 to 5, and ten of 6 to 8.
        let subjects: Vec<u32> = [0_u32, 1, 2]
            .into_iter()
            .zip([15, 15, 10])
            .flat_map(|(subject, n)| vec![subject; n])
            .collect();
        let indptr = (0..=subjects.len()).map(|n| 3 * n).collect();
        let indices: Vec<u32> = subjects.iter().flat_map(|s| 3 * s..3 * s + 3).collect();
        let data: Vec<f32> = (0..indices.len()).map(|at| 0.5 + 0.01 * (at % 7) as f32).collect();
        let x = CsMatI::new((40, 9), indptr, indices, data);
        let doc_topics = Array2::from_shape_fn((40, 2), |(doc, topic)| {
            f32::from(u8::from((doc >= 30) == (topic == 1)))
        });
        let fit = Fit {
            nmf: Nmf::from_components(Array2::from_elem((2, 9), 0.3)).unwrap(),
            doc_topics,
            loss: Loss { relative: 0.5, iterations: 1 },
        };
        let (memo, run) = (Memo::off(), Run::serial());
        let parts = parts(&fit, x.view(), 0, (&memo, &run)).unwrap();
        let parts: Vec<Vec<Part>> = parts.into_iter().map(|made| made.value).collect();
        assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [2, 0]);
        let mut first = parts[0][0].documents.clone();
        first.sort_unstable();
        assert!(first == (0..15).collect::<Vec<_>>() || first == (15..30).collect::<Vec<_>>());
        let own = parts[0][0].terms.iter().map(|term| term.0 / 3);
        assert!(own.clone().all(|subject| own.clone().next() == Some(subject)));
        // What is kept is found, in the order of the topics.
        let cache = tempfile::tempdir().unwrap();
        let memo = Memo::new(FileStore::open(cache.path()).unwrap());
        let found = || super::parts(&fit, x.view(), 0, (&memo, &run)).unwrap();
        assert_eq!(found().iter().map(|made| made.cached).collect::<Vec<_>>(), [false; 2]);
        let kept = found();
        assert_eq!(kept.iter().map(|made| made.cached).collect::<Vec<_>>(), [true; 2]);
        assert_eq!(kept.into_iter().map(|made| made.value).collect::<Vec<_>>(), parts);
        let heads: Vec<u32> =
            candidates(&parts[0]).iter().map(|words| words[0].column / 3).collect();
        assert_ne!(heads[0], heads[1]);
    }

    #[test]
    fn what_another_wrote_into_the_cache_has_to_fit() {
        let part =
            |doc: usize, term: (u32, f64)| Part { documents: vec![0, doc], terms: vec![term] };
        assert!(part(2, (3, 0.5)).fits(3, 4));
        assert!(!part(3, (3, 0.5)).fits(3, 4));
        assert!(!part(2, (4, 0.5)).fits(3, 4));
        assert!(!part(2, (3, f64::NAN)).fits(3, 4));
    }
}
