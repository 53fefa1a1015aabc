//! Topics that a former build had found before: they keep their numbers, folders and titles.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use learn::{Nmf, best_matching};
use serde::{Deserialize, Serialize};
use text::Vocabulary;

use super::{Given, GivenName};
use crate::Error;
use crate::model::Model;
use crate::standing::publish::MARKER;

/// The cosine from which two topics are one: the topics of two halves of a corpus that both find lie
/// above 0.9, topics that merely share a subject below this.
const SAME: f64 = 0.6;

/// What became of the topics of a former build.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Previous {
    /// Topics that are still there.
    pub matched: Vec<MatchedTopic>,
    /// Numbers of the topics that are new.
    pub new: Vec<usize>,
    /// Topics that are no more.
    pub gone: Vec<GoneTopic>,
}

/// A topic that was there before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatchedTopic {
    /// Its number in the former build.
    pub former_id: usize,
    /// Its number: the former one, unless a label asks for another.
    pub id: usize,
    /// The cosine of its terms now and then, 0 to 1.
    pub likeness: f64,
}

/// A topic that is no more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoneTopic {
    /// Its number.
    pub id: usize,
    /// The name of its folder.
    pub slug: String,
    /// Its title.
    pub title: String,
}

/// The model of the site in `folder`.
pub(crate) fn model_of(folder: &Path) -> PathBuf {
    folder.join("data/model.topicmill")
}

/// Reads the model of the former site in `folder`.
///
/// # Errors
/// [`Error::NoPrevious`] and [`Error::NotAFolder`] when there is no site of ours, and those of
/// [`Model::read`].
pub(crate) fn read_previous(folder: &Path) -> Result<Model, Error> {
    let missing = |what| Err(Error::NoPrevious { path: folder.to_owned(), what });
    if !folder.exists() {
        return missing("there is no such folder");
    }
    if !folder.is_dir() {
        return Err(Error::NotAFolder { path: folder.to_owned() });
    }
    if !folder.join(MARKER).exists() {
        return missing("it was not written by topicmill");
    }
    let path = model_of(folder);
    if !path.exists() {
        return missing("it has no data/model.topicmill");
    }
    Model::read(&path)
}

/// The order of the topics of `nmf` by their numbers, and their names in that order: those of
/// `former` for topics that are the same, new numbers for the others. Titles and places that were
/// asked for (`titles`, `pinned`) go before those of the former build.
pub(super) fn follow(
    former: &Model,
    (nmf, vocabulary): (&Nmf, &Vocabulary),
    (titles, pinned): (&[Option<String>], &[bool]),
) -> (Vec<usize>, Given) {
    let matches = matches(former, nmf, vocabulary);
    let n_topics = titles.len();
    let mut taken: BTreeSet<usize> = (0..n_topics).filter(|&topic| pinned[topic]).collect();
    let mut used: BTreeSet<String> = titles.iter().flatten().map(|t| t.to_lowercase()).collect();
    let mut next_id = former.next_id.max(taken.last().map_or(0, |id| id + 1));
    let mut previous = Previous::default();
    let mut names: Vec<Option<GivenName>> = vec![None; n_topics];
    for (topic, (name, of)) in names.iter_mut().zip(&matches).enumerate() {
        let Some((at, likeness)) = *of else { continue };
        let old = &former.names[at];
        let id = if pinned[topic] {
            topic
        } else if taken.insert(old.id) {
            old.id
        } else {
            next_id += 1;
            next_id - 1
        };
        let title = titles[topic]
            .clone()
            .or_else(|| used.insert(old.title.to_lowercase()).then(|| old.title.clone()));
        *name = Some(GivenName { id, slug: Some(old.slug.clone()), title });
        let likeness = (likeness * 1e4).round() / 1e4;
        previous.matched.push(MatchedTopic { former_id: old.id, id, likeness });
    }
    let mut names: Vec<GivenName> = names
        .into_iter()
        .zip(titles)
        .enumerate()
        .map(|(topic, (name, title))| {
            name.unwrap_or_else(|| {
                let id = if pinned[topic] {
                    topic
                } else {
                    next_id += 1;
                    next_id - 1
                };
                previous.new.push(id);
                GivenName { id, slug: None, title: title.clone() }
            })
        })
        .collect();
    let stays: BTreeSet<usize> = matches.iter().flatten().map(|&(at, _)| at).collect();
    let gone = former.names.iter().enumerate().filter(|(at, _)| !stays.contains(at));
    previous.gone = gone
        .map(|(_, name)| GoneTopic {
            id: name.id,
            slug: name.slug.clone(),
            title: name.title.clone(),
        })
        .collect();
    previous.matched.sort_by_key(|topic| topic.id);
    let mut order: Vec<usize> = (0..n_topics).collect();
    order.sort_by_key(|&topic| names[topic].id);
    names.sort_by_key(|name| name.id);
    let gone_slugs = previous.gone.iter().map(|topic| topic.slug.clone()).collect();
    (order, Given { names, next_id, gone_slugs, previous: Some(previous) })
}

/// For every topic the former one that is the same, and the cosine of their terms: of all ways to
/// pair them the one with the greatest sum. What one vocabulary has and the other has not counts as
/// a difference.
fn matches(former: &Model, nmf: &Nmf, vocabulary: &Vocabulary) -> Vec<Option<(usize, f64)>> {
    let (now, then) = (nmf.components(), former.nmf.components());
    let terms: BTreeMap<usize, u32> = former
        .vocabulary
        .terms()
        .iter()
        .enumerate()
        .filter_map(|(column, term)| Some((column, vocabulary.column_of(term)?)))
        .collect();
    let length = |row: ndarray::ArrayView1<'_, f32>| {
        row.iter().map(|&h| f64::from(h).powi(2)).sum::<f64>().sqrt()
    };
    let cosine = |topic: usize, old: usize| {
        let (new, old) = (now.row(topic), then.row(old));
        let inner: f64 = terms
            .iter()
            .map(|(&from, &to)| f64::from(old[from]) * f64::from(new[to as usize]))
            .sum();
        let lengths = length(new) * length(old);
        let cosine = if lengths > 0.0 { inner / lengths } else { 0.0 };
        if cosine >= SAME { cosine } else { 0.0 }
    };
    // Square, as the matching wants it: what is left over on one side meets nothing on the other.
    let size = now.nrows().max(then.nrows());
    let score: Vec<Vec<f64>> = (0..size)
        .map(|topic| {
            let is_there = |old| topic < now.nrows() && old < then.nrows();
            (0..size).map(|old| if is_there(old) { cosine(topic, old) } else { 0.0 }).collect()
        })
        .collect();
    best_matching(&score)
        .into_iter()
        .enumerate()
        .take(now.nrows())
        .map(|(topic, old)| (score[topic][old] > 0.0).then(|| (old, score[topic][old])))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TopicName;
    use crate::read::prepare::Weights;
    use crate::topics::explained::Explained;
    use learn::{TfIdf, TfIdfConfig, Weighing};
    use ndarray::{Array2, arr2};

    const TERMS: [&str; 4] = ["lamp", "tide", "rope", "mast"];

    fn vocabulary(terms: &[&str]) -> Vocabulary {
        Vocabulary::new(terms, BTreeMap::new())
    }

    /// Topics 0 (lamp), 3 (tide) and 4 (rope); a fifth is gone already.
    fn former() -> Model {
        let name = |id, name: &str| TopicName { id, slug: name.into(), title: name.into() };
        Model {
            vocabulary: vocabulary(&TERMS),
            weighing: Weighing::TfIdf(TfIdf::from_parts(
                TfIdfConfig::sublinear(),
                vec![1.0; 4],
                1.0,
            )),
            nmf: Nmf::from_components(arr2(&[
                [1.0, 0.0, 0.0, 0.0],
                [0.0, 1.0, 0.0, 0.0],
                [0.0, 0.0, 0.8, 0.2],
            ]))
            .unwrap(),
            weights: Weights { title: 1, tags: 1 },
            names: vec![name(0, "lamp"), name(3, "tide"), name(4, "rope")],
            next_id: 6,
            explained: Explained::default(),
            told: None,
            passages: text::KnownPassages::default(),
        }
    }

    #[track_caller]
    fn check(h: Array2<f32>, order: &[usize], names: &[(usize, Option<&str>)]) -> Given {
        let n = h.nrows();
        let nmf = Nmf::from_components(h).unwrap();
        // The columns stand in another order, and one term is new.
        let vocabulary = vocabulary(&["mast", "lamp", "tide", "rope", "kelp"]);
        let wishes = (&vec![None; n][..], &vec![false; n][..]);
        let (found, given) = follow(&former(), (&nmf, &vocabulary), wishes);
        assert_eq!(found, order);
        let got: Vec<_> = given.names.iter().map(|name| (name.id, name.slug.as_deref())).collect();
        assert_eq!(got, names);
        given
    }

    #[test]
    fn topics_that_are_the_same_keep_their_names_and_new_ones_get_new_numbers() {
        let h = arr2(&[
            [0.0, 0.0, 0.0, 0.0, 1.0],
            [0.2, 0.0, 0.0, 0.8, 0.0],
            [0.0, 0.9, 0.0, 0.0, 0.1],
        ]);
        let given = check(h, &[2, 1, 0], &[(0, Some("lamp")), (4, Some("rope")), (6, None)]);
        let previous = given.previous.unwrap();
        assert_eq!((given.next_id, &previous.new[..]), (7, &[6][..]));
        assert_eq!(previous.gone, [GoneTopic { id: 3, slug: "tide".into(), title: "tide".into() }]);
        assert_eq!(given.gone_slugs, ["tide"]);
        let likeness: Vec<_> = previous.matched.iter().map(|topic| topic.likeness).collect();
        assert!(likeness[0] < 1.0 && likeness[0] > 0.9 && likeness[1] == 1.0, "{likeness:?}");
    }

    #[test]
    fn topics_that_are_only_alike_are_not_the_same() {
        let h = arr2(&[[0.0, 0.5, 0.5, 0.5, 0.5]]);
        check(h, &[0], &[(6, None)]);
    }

    #[test]
    fn what_labels_ask_for_goes_before_what_was() {
        let nmf = Nmf::from_components(arr2(&[[0.0, 1.0], [1.0, 0.0]])).unwrap();
        let vocabulary = vocabulary(&["lamp", "tide"]);
        let titles = [Some("LAMP".to_owned()), None];
        let (order, given) = follow(&former(), (&nmf, &vocabulary), (&titles, &[true, false]));
        // The first is pinned to the number that the second had, and has the second's title.
        assert_eq!(order, [0, 1]);
        let name = |id, slug: &str, title: Option<&str>| GivenName {
            id,
            slug: Some(slug.into()),
            title: title.map(str::to_owned),
        };
        assert_eq!(given.names, [name(0, "tide", Some("LAMP")), name(6, "lamp", None)]);
    }
}
