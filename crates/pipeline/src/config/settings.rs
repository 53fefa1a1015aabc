//! What the configuration asks of `text` and `learn`; what it leaves open is taken from the documents.

use learn::{DocWeight, Guide, NmfConfig, SpilledMatrix, TfIdfConfig, Weighing, WeightExpression};
use sprs::CsMatViewI;
use text::{
    AnalyzerConfig, CountConfig, Counts, DocFreq, MergedShards, PhraseConfig, Stops, Vocabulary,
};

use crate::Error;
use crate::config::{self, Config, Fold, TopicCount};

/// Below this many documents a term counts from the first that it occurs in.
const FEW_DOCUMENTS: usize = 20;
/// And below this from the second: a pair of documents in the same odd words is no topic.
const SOME_DOCUMENTS: usize = 100;
/// The limits of the share of documents in which a term may occur.
const MIN_MAX_DF: f64 = 0.25;
const MAX_MAX_DF: f64 = 0.5;
/// Common words are not more than this share of all terms in running text.
const COMMON_SHARE: f64 = 0.02;
/// Rounds that draw topics to their documents: few documents move after these.
const K_MEANS: usize = 8;

pub(crate) fn count_config(config: &Config, n_docs: usize) -> CountConfig {
    let stop_words: Vec<String> =
        config.text.stop_words.iter().map(|word| word.to_lowercase()).collect();
    let min_df = match n_docs {
        0..FEW_DOCUMENTS => 1,
        FEW_DOCUMENTS..SOME_DOCUMENTS => 2,
        _ => 3,
    };
    CountConfig {
        min_df: config.text.min_df.map_or(DocFreq::Count(min_df), |df| df.0),
        max_df: config.text.max_df.map_or(DocFreq::Share(1.0), |df| df.0),
        max_terms: config.text.max_terms,
        analyzer: AnalyzerConfig {
            stops: Stops::OwnAnd(config.language.clone()),
            stop_words: stop_words.clone(),
            ..AnalyzerConfig::readable()
        },
        fold: match config.text.fold {
            Fold::Plural => text::Fold::Plurals,
            Fold::Stem => text::Fold::Stems,
            Fold::None => text::Fold::None,
        },
        dropped: stop_words,
        phrases: config.text.phrases.then(PhraseConfig::default),
        ..CountConfig::readable()
    }
}

/// Drops what occurs in two and a half times the documents of an average topic: a word in every
/// third of the talks of ten topics is about none of them. Of few documents half are soon reached by a
/// word that says something, so that there nothing is dropped.
///
/// The words of a phrase that is dropped are counted in its place, for which `again` counts with another limit.
pub(crate) fn without_common<E>(
    counts: Counts,
    config: &Config,
    again: impl FnOnce(DocFreq) -> Result<Counts, E>,
) -> Result<Counts, E> {
    let share = common_share(counts.matrix.shape(), config, |max_df| counts.n_common(max_df));
    let Some(max_df) = share else { return Ok(counts) };
    if has_phrase(&counts.vocabulary, counts.n_common(max_df)) {
        return again(DocFreq::Share(max_df));
    }
    Ok(counts.without_common(max_df))
}

/// As [`without_common`], of counts on disk.
pub(crate) fn without_common_spilled<'a, E>(
    counts: MergedShards<'a>,
    (n_docs, config): (usize, &Config),
    again: impl FnOnce(DocFreq) -> Result<MergedShards<'a>, E>,
) -> Result<MergedShards<'a>, E> {
    let shape = (n_docs, counts.vocabulary().len());
    let share = common_share(shape, config, |max_df| counts.n_common(max_df));
    let Some(max_df) = share else { return Ok(counts) };
    if has_phrase(counts.vocabulary(), counts.n_common(max_df)) {
        return again(DocFreq::Share(max_df));
    }
    Ok(counts.without_common(max_df))
}

/// Whether a phrase is among the first terms. In scripts without spaces a word may look like one.
fn has_phrase(vocabulary: &Vocabulary, n_first: usize) -> bool {
    vocabulary.terms().iter().take(n_first).any(|term| term.contains(' ') || !term.is_ascii())
}

/// The share of the documents above which a word is dropped, if any is; `n_common` tells how many terms
/// occur in more than a share.
fn common_share(
    (n_docs, n_terms): (usize, usize),
    config: &Config,
    n_common: impl Fn(f64) -> usize,
) -> Option<f64> {
    if n_docs < FEW_DOCUMENTS {
        return None;
    }
    let k = match config.k {
        TopicCount::Auto => learn::suggest_n_topics(n_docs, n_terms),
        TopicCount::Exactly(k) => k,
    };
    // In running text such words are a handful. Where they are many, the documents are of another
    // kind, all on a few subjects, say, and these words are their subjects.
    let handful = COMMON_SHARE * n_terms as f64;
    let max_df = [(2.5 / k as f64).clamp(MIN_MAX_DF, MAX_MAX_DF), MAX_MAX_DF];
    max_df.into_iter().find(|&max_df| n_common(max_df) as f64 <= handful)
}

/// The weights that the configuration asks for, fitted to `counts`, CSR, (n_docs, n_terms).
pub(crate) fn weighing(
    config: &Config,
    counts: CsMatViewI<'_, u32, u32, usize>,
) -> Result<Weighing, Error> {
    match weight(config)? {
        Weight::BuiltIn(built_in) => Ok(Weighing::TfIdf(built_in.fit(counts))),
        Weight::Own(expression) => Ok(Weighing::Expression(expression.fit(counts))),
    }
}

/// As [`weighing`], of counts on disk.
pub(crate) fn weighing_spilled(
    config: &Config,
    counts: &SpilledMatrix<u32>,
) -> Result<Weighing, Error> {
    match weight(config)? {
        Weight::BuiltIn(built_in) => Ok(Weighing::TfIdf(built_in.fit_spilled(counts)?)),
        Weight::Own(expression) => Ok(Weighing::Expression(expression.fit_spilled(counts)?)),
    }
}

/// What becomes of counts, before it is fitted to any.
enum Weight {
    BuiltIn(TfIdfConfig),
    Own(WeightExpression),
}

fn weight(config: &Config) -> Result<Weight, Error> {
    Ok(Weight::BuiltIn(match &config.topics.weight {
        config::Weight::Tfidf => TfIdfConfig::tf_idf(),
        config::Weight::Sublinear => TfIdfConfig::sublinear(),
        config::Weight::Bm25 => TfIdfConfig::bm25(),
        config::Weight::LogEntropy => TfIdfConfig::log_entropy(),
        config::Weight::Expression(text) => {
            return Ok(Weight::Own(WeightExpression::parse(text)?));
        }
    }))
}

pub(crate) fn nmf_config(config: &Config, n_topics: usize) -> NmfConfig {
    NmfConfig {
        seed: config.seed,
        max_iter: config.topics.max_iter,
        tol: config.topics.tol,
        doc_weight: DocWeight::Information,
        k_means: K_MEANS,
        ..NmfConfig::new(n_topics)
    }
}

/// The terms that the configuration draws topics to; `None` when it names none.
pub(crate) fn guide(config: &Config, vocabulary: &Vocabulary) -> Result<Option<Guide>, Error> {
    let seeds = &config.topics.seeds;
    if seeds.iter().all(Vec::is_empty) {
        return Ok(None);
    }
    let columns = |words: &Vec<String>| {
        let mut columns: Vec<u32> =
            words.iter().filter_map(|word| vocabulary.column_of(&word.to_lowercase())).collect();
        columns.sort_unstable();
        columns.dedup();
        if columns.is_empty() && !words.is_empty() {
            return Err(Error::Seeds { words: words.clone() });
        }
        Ok(columns)
    };
    let terms = seeds.iter().map(columns).collect::<Result<_, _>>()?;
    Ok(Some(Guide { terms, strength: config.topics.seed_strength }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn seed_words_are_columns_of_what_is_counted() {
        let variants = BTreeMap::from([("talks".to_owned(), 1)]);
        let terms = ["lamp", "talk", "north sea"].map(str::to_owned).to_vec();
        let vocabulary = Vocabulary::new(terms, variants);
        let seeded = |lists: &[&[&str]]| {
            let mut config = Config::default();
            config.topics.seeds = lists
                .iter()
                .map(|words| words.iter().map(|&word| word.to_owned()).collect())
                .collect();
            guide(&config, &vocabulary)
        };
        assert_eq!(seeded(&[]).unwrap(), None);
        let found = seeded(&[&["Talks", "talk", "gone"], &[], &["North Sea", "lamp"]]).unwrap();
        assert_eq!(found.unwrap().terms, [vec![1], vec![], vec![0, 2]]);
        let message = seeded(&[&["lamp"], &["gone", "lost"]]).unwrap_err().to_string();
        assert!(message.contains("gone, lost"), "{message}");
    }
}
