//! The topics merged, numbered and named as the user asks.

mod labels;
mod previous;

use std::path::Path;

use jobs::Run;
use learn::{Fit, Loss, Nmf, Occurrence, WordsConfig};
use ndarray::{Array2, Axis};
use sprs::CsMatViewI;
use text::Vocabulary;

pub(crate) use labels::Labels;
pub use previous::{GoneTopic, MatchedTopic, Previous};
pub(crate) use previous::{model_of, read_previous};

use crate::model::TopicName;
use crate::topics::describe;
use crate::topics::keep::relative_error;
use crate::{Config, Error};

/// Topics as one, and what was asked for them.
#[derive(Debug, Clone, Default, PartialEq)]
struct Group {
    /// The topics of the fit that it is made of.
    topics: Vec<usize>,
    title: Option<String>,
    number: Option<usize>,
}

/// What is settled of the topics' names before they are described.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    /// One for each topic.
    pub(crate) names: Vec<GivenName>,
    /// The first number that no topic has had.
    pub(crate) next_id: usize,
    /// Folders of topics that are no more, to which no other topic may move.
    pub(crate) gone_slugs: Vec<String>,
    /// What became of the topics of a former build.
    pub(crate) previous: Option<Previous>,
}

/// What is settled of a topic's name.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct GivenName {
    pub(crate) id: usize,
    pub(crate) slug: Option<String>,
    pub(crate) title: Option<String>,
}

impl Given {
    /// Numbers by place.
    fn in_order(titles: Vec<Option<String>>) -> Self {
        let name = |(id, title)| GivenName { id, slug: None, title };
        let next_id = titles.len();
        let names = titles.into_iter().enumerate().map(name).collect();
        Self { names, next_id, ..Self::default() }
    }

    /// All as it was.
    pub(crate) fn kept(names: Vec<TopicName>, next_id: usize) -> Self {
        let name =
            |TopicName { id, slug, title }| GivenName { id, slug: Some(slug), title: Some(title) };
        Self { names: names.into_iter().map(name).collect(), next_id, ..Self::default() }
    }
}

/// The topics of `fit` as the configuration asks for them, and what it settles of their names.
///
/// Topics that are merged become the mean of their terms by the weight that each has in all
/// documents, and every document is placed anew. Cost: without labels nothing; else the choice of
/// words, and with a merge one [`Nmf::transform`].
pub(crate) fn arrange(
    fit: Fit,
    x: CsMatViewI<'_, f32, u32, usize>,
    vocabulary: &Vocabulary,
    config: &Config,
    run: &Run,
) -> Result<(Fit, Given), Error> {
    let n_topics = fit.nmf.components().nrows();
    let plain = Labelled { fit, titles: vec![None; n_topics], pinned: vec![false; n_topics] };
    let Labelled { fit, titles, pinned } = match &config.labels {
        Some(path) => labelled(plain.fit, x, vocabulary, (path, run))?,
        None => plain,
    };
    match &config.previous {
        Some(folder) => {
            let former = read_previous(folder)?;
            let (order, given) =
                previous::follow(&former, (&fit.nmf, vocabulary), (&titles, &pinned));
            Ok((in_order(&fit, &order)?, given))
        }
        None => Ok((fit, Given::in_order(titles))),
    }
}

/// Topics as labels ask for them.
struct Labelled {
    fit: Fit,
    titles: Vec<Option<String>>,
    /// Whether each has the number that was asked for it.
    pinned: Vec<bool>,
}

/// The topics as the labels in the file `path` ask for them.
fn labelled(
    fit: Fit,
    x: CsMatViewI<'_, f32, u32, usize>,
    vocabulary: &Vocabulary,
    (path, run): (&Path, &Run),
) -> Result<Labelled, Error> {
    let n_topics = fit.nmf.components().nrows();
    let components = fit.nmf.components();
    let words = WordsConfig::default().choose(components, &Occurrence::of(x), run)?;
    let leading = describe::leading(&fit.nmf, &words);
    let mut groups = Labels::read(path)?.groups(&leading, vocabulary)?;
    let fit = if groups.len() < n_topics {
        let merged = merged(&fit, &groups, x, run)?;
        let shares = describe::shares(merged.doc_topics.view()).sum_axis(Axis(0));
        let mut order: Vec<usize> = (0..groups.len()).collect();
        order.sort_by(|&a, &b| shares[b].total_cmp(&shares[a]).then(a.cmp(&b)));
        groups = order.iter().map(|&group| groups[group].clone()).collect();
        in_order(&merged, &order)?
    } else {
        fit
    };
    let order = numbered(&groups.iter().map(|group| group.number).collect::<Vec<_>>());
    let titles = order.iter().map(|&group| groups[group].title.clone()).collect();
    let pinned = order.iter().map(|&group| groups[group].number.is_some()).collect();
    Ok(Labelled { fit: in_order(&fit, &order)?, titles, pinned })
}

/// For every number the group that gets it: the one that asks for it, else the next of the others.
/// No two ask for one, and none for more than there are.
fn numbered(wishes: &[Option<usize>]) -> Vec<usize> {
    let mut others = (0..wishes.len()).filter(|&group| wishes[group].is_none());
    (0..wishes.len())
        .filter_map(|number| {
            wishes.iter().position(|wish| *wish == Some(number)).or_else(|| others.next())
        })
        .collect()
}

/// One topic for each group: the mean of its topics by weight, made of length 1.
fn merged(
    fit: &Fit,
    groups: &[Group],
    x: CsMatViewI<'_, f32, u32, usize>,
    run: &Run,
) -> Result<Fit, Error> {
    let components = fit.nmf.components();
    let mass = fit.doc_topics.mapv(f64::from).sum_axis(Axis(0));
    let mut rows = Array2::<f64>::zeros((groups.len(), components.ncols()));
    for (mut row, group) in rows.rows_mut().into_iter().zip(groups) {
        let total: f64 = group.topics.iter().map(|&topic| mass[topic]).sum();
        for &topic in &group.topics {
            // Topics that no document needs weigh alike.
            let part =
                if total > 0.0 { mass[topic] / total } else { 1.0 / group.topics.len() as f64 };
            row.zip_mut_with(&components.row(topic), |sum, &h| *sum += part * f64::from(h));
        }
        let length = row.dot(&row).sqrt();
        if length > 0.0 {
            row /= length;
        }
    }
    let nmf = Nmf::from_components(rows.mapv(|h| h as f32))?;
    let doc_topics = nmf.transform(x, run)?;
    let relative = relative_error(x, &nmf.explained(x, doc_topics.view(), run)?);
    Ok(Fit { loss: Loss { relative, ..fit.loss }, nmf, doc_topics })
}

fn in_order(fit: &Fit, order: &[usize]) -> Result<Fit, Error> {
    Ok(Fit {
        nmf: Nmf::from_components(fit.nmf.components().select(Axis(0), order))?,
        doc_topics: fit.doc_topics.select(Axis(1), order),
        loss: fit.loss,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr2;

    #[test]
    fn numbers_go_to_those_that_ask_and_the_others_keep_their_order() {
        assert_eq!(numbered(&[None, None, None]), [0, 1, 2]);
        assert_eq!(numbered(&[None, Some(2), None, Some(0)]), [3, 0, 1, 2]);
    }

    #[test]
    fn a_merged_topic_is_the_mean_by_weight() {
        let x = sprs::CsMatI::new((2, 3), vec![0, 1, 3], vec![0, 1, 2], vec![3.0, 1.0, 2.0]);
        let fit = Fit {
            nmf: Nmf::from_components(arr2(&[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
                .unwrap(),
            doc_topics: arr2(&[[3.0_f32, 0.0, 0.0], [0.0, 1.0, 2.0]]),
            loss: Loss { relative: 0.0, iterations: 7 },
        };
        let group = |topics: &[usize]| Group { topics: topics.to_vec(), ..Group::default() };
        let merged =
            merged(&fit, &[group(&[0, 1]), group(&[2])], x.view(), &Run::serial()).unwrap();
        let length = 10_f32.sqrt();
        let expected = arr2(&[[3.0 / length, 1.0 / length, 0.0], [0.0, 0.0, 1.0]]);
        let differences = &expected - &merged.nmf.components();
        assert!(differences.iter().all(|d| d.abs() < 1e-6), "{:?}", merged.nmf.components());
        assert_eq!(merged.doc_topics.dim(), (2, 2));
        assert!(merged.loss.relative > 0.0, "one topic fits less than two");
        assert_eq!(merged.loss.iterations, 7);
    }
}
