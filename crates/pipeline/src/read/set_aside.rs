//! What documents repeat is set aside: passages are not counted, copies weigh as one document.

use std::collections::BTreeMap;

use corpus::Document;
use jobs::{Codec, Digest, Made, Memo, Run};
use serde::{Deserialize, Serialize};
use sprs::CsMatI;
use text::{Field, Repeats, ShardRepeats, Text};

use crate::read::prepare::{Keys, Prepared};
use crate::read::shards::Shard;
use crate::{Config, Error, tasks};

/// The field that [`Prepared::texts`] gives a document's title.
pub(crate) const TITLE: usize = 0;
/// Repeated passages are much of all texts from this share on; where they are half, none is set aside.
const MUCH: f64 = 0.25;
/// Passages and copies that the report names.
const NAMED: usize = 100;
/// Characters of a passage that the report shows.
const SHOWN_CHARS: usize = 200;

/// What was set aside, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// How many passages were not counted because many documents have them.
    pub n_passages: usize,
    /// Those of the most documents.
    pub passages: Vec<SharedPassage>,
    /// Words of titles that most of their documents have in such passages: they are counted nowhere.
    #[serde(default)]
    pub words: Vec<String>,
    /// Words of the names of events, months and places among them, which mostly stand before a year: they
    /// are counted nowhere.
    #[serde(default)]
    pub events: Vec<String>,
    /// How many documents weigh less because they are nearly the same as another.
    pub n_copies: usize,
    /// The first of them.
    pub copies: Vec<Copy>,
    /// How many documents name their speakers in title or text: the names are not counted.
    #[serde(default)]
    pub n_with_names: usize,
    /// The languages of documents and passages whose function words are not counted, with the number
    /// of documents.
    #[serde(default)]
    pub languages: BTreeMap<String, usize>,
}

/// A passage that many documents have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedPassage {
    /// Its beginning.
    pub text: String,
    /// How many documents have it.
    pub documents: u32,
}

/// A document that is nearly the same as another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// Its id.
    pub id: String,
    /// The id of the first that is nearly the same.
    pub of: String,
}

/// What the documents repeat; nothing when the configuration keeps it. Shards of documents that were
/// read before are not read again.
pub(crate) fn find(
    prepared: &Prepared,
    config: &Config,
    memo: &Memo,
    run: &Run,
) -> Result<Repeats, Error> {
    if config.text.keep_repeats {
        return Ok(Repeats::default());
    }
    let texts = prepared.texts();
    let weights = (prepared.weights.title, prepared.weights.tags);
    let read = |shard: Shard<'_, Text<'_>>| {
        let fits = |repeats: &ShardRepeats| repeats.fits(shard.docs);
        let task = (&tasks::REPEATS, Codec::of_serde(), fits);
        memo.get_or_run_if(task, &(shard.digest, weights), run, || {
            Ok::<_, Error>(ShardRepeats::of(shard.docs, Some(TITLE)))
        })
    };
    let keys = prepared.keys();
    let made = run.map(keys.in_shards(&texts, &keys.digests), read)?;
    let made: Vec<Made<ShardRepeats>> = made.into_iter().collect::<Result<_, _>>()?;
    let of_shards: Vec<ShardRepeats> = made.into_iter().map(|made| made.value).collect();
    let repeats = Repeats::find_in(&texts, &of_shards, run)?;
    warn_of_much(&texts, &repeats, run);
    Ok(repeats)
}

/// Warns where repeated passages are much of all texts: they may be what the documents are about.
fn warn_of_much(texts: &[Text<'_>], repeats: &Repeats, run: &Run) {
    let n_bytes: usize = texts.iter().flat_map(|text| &text.fields).map(|f| f.text.len()).sum();
    let cuts = (0..texts.len()).flat_map(|doc| repeats.cut(doc));
    let n_cut: usize = cuts.map(|(_, start, end)| end - start).sum();
    let share = n_cut as f64 / n_bytes.max(1) as f64;
    if share >= MUCH {
        run.progress().warn(&format!(
            "passages that many documents have are {:.0} % of all text, and are not counted; set_aside in \
             data/report.json lists them, keep_repeats = true in [text] counts them",
            share * 100.0
        ));
    }
}

/// The texts of the documents without what is set aside: what they repeat, and the names of their own
/// speakers.
pub(crate) fn own_texts(prepared: &Prepared) -> Vec<Text<'_>> {
    let texts = prepared.repeats.without_passages(&prepared.texts());
    let pairs = texts.into_iter().zip(&prepared.documents);
    pairs.map(|(text, document)| without_names(text, document)).collect()
}

/// Of every document the digest of all that tells what [`own_texts`] gives of it, but for the weights.
pub(crate) fn digests_of_own_texts(prepared: &Prepared, keys: &Keys) -> Vec<Digest> {
    let digest = |(doc, digest): (usize, &Digest)| match prepared.repeats.cut(doc) {
        [] => *digest,
        cut => Digest::of_value(&(digest, cut)),
    };
    keys.digests.iter().enumerate().map(digest).collect()
}

/// `text` without the names of the document's speakers: who speaks is not what is spoken of. A single
/// word is no name that could be told from others.
pub(crate) fn without_names<'a>(text: Text<'a>, document: &Document) -> Text<'a> {
    let names: Vec<&str> = document
        .speakers
        .iter()
        .map(|name| name.trim())
        .filter(|name| name.contains(' '))
        .collect();
    if !names.iter().any(|name| text.fields.iter().any(|field| field.text.contains(name))) {
        return text;
    }
    let mut fields = Vec::new();
    for field in text.fields {
        let mut parts = vec![field.text];
        for name in &names {
            parts = parts.into_iter().flat_map(|part| part.split(*name)).collect();
        }
        fields.extend(parts.into_iter().map(|text| Field { text, ..field }));
    }
    fields.retain(|field| !field.text.is_empty());
    Text { fields, ..text }
}

fn names_speakers(document: &Document) -> bool {
    let has = |name: &str| document.title.contains(name) || document.text.contains(name);
    document.speakers.iter().map(|name| name.trim()).any(|name| name.contains(' ') && has(name))
}

impl SetAside {
    pub(crate) fn of(prepared: &Prepared) -> Self {
        let repeats = &prepared.repeats;
        let id = |doc: usize| prepared.documents[doc].id.clone();
        let mut languages = BTreeMap::new();
        let no_others = Vec::new();
        for (doc, document) in prepared.documents.iter().enumerate() {
            let others = prepared.other_languages.get(doc).unwrap_or(&no_others);
            let others = others.iter().map(String::as_str);
            for code in document.language.as_deref().into_iter().chain(others) {
                *languages.entry(code.to_owned()).or_insert(0) += 1;
            }
        }
        let is_event = |word: &&String| repeats.events().binary_search(word).is_ok();
        let words = repeats.words().iter().filter(|word| !is_event(word)).take(NAMED);
        let n_with_names = prepared.documents.iter().filter(|d| names_speakers(d)).count();
        Self {
            n_passages: repeats.passages().len(),
            passages: repeats
                .passages()
                .iter()
                .take(NAMED)
                .map(|passage| SharedPassage {
                    text: passage.text.chars().take(SHOWN_CHARS).collect(),
                    documents: passage.n_docs,
                })
                .collect(),
            words: words.cloned().collect(),
            events: repeats.events().iter().take(NAMED).cloned().collect(),
            n_copies: repeats.copies().count(),
            copies: repeats
                .copies()
                .take(NAMED)
                .map(|(doc, of)| Copy { id: id(doc), of: id(of) })
                .collect(),
            n_with_names,
            languages,
        }
    }
}

/// The rows of `x`, (n_docs, n_terms), such that documents that are nearly the same weigh together
/// what one does: the squares of their rows, which the factorisation sums, are divided by their
/// number. `None` when no two are.
pub(crate) fn down_weighted(
    x: &CsMatI<f32, u32, usize>,
    repeats: &Repeats,
) -> Option<CsMatI<f32, u32, usize>> {
    repeats.copies().next()?;
    let mut x = x.clone();
    for (mut row, weight) in x.outer_iterator_mut().zip(repeats.weights()) {
        for (_, value) in row.iter_mut() {
            *value *= weight.sqrt();
        }
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::prepare::{Weights, text_of};

    #[test]
    fn the_names_of_a_documents_own_speakers_are_left_out() {
        let document = Document {
            title: "Keeping time, by Ada Lind".to_owned(),
            text: "Ada Lind and Bo meet Cy Moon.".to_owned(),
            speakers: vec!["Ada Lind".to_owned(), "Bo".to_owned()],
            ..Document::default()
        };
        let text = text_of(&document, Weights { title: 2, tags: 1 });
        let own = without_names(text, &document);
        let fields: Vec<(&str, u32)> = own.fields.iter().map(|f| (f.text, f.weight)).collect();
        assert_eq!(fields, [("Keeping time, by ", 2), (" and Bo meet Cy Moon.", 1)]);
    }

    #[test]
    fn copies_weigh_together_what_one_document_does() {
        let text = "one two three four five six seven eight nine ten eleven twelve lamp tide";
        let words = text.repeat(3);
        let texts = [words.as_str(), words.as_str(), "another"];
        let docs: Vec<_> = texts.iter().map(|text| Text::plain(text)).collect();
        let repeats = Repeats::find(&docs, None, &Run::serial()).unwrap();
        let x = CsMatI::new((3, 1), vec![0, 1, 2, 3], vec![0, 0, 0], vec![1.0_f32; 3]);
        let weighed = down_weighted(&x, &repeats).unwrap();
        let squares: Vec<f32> = weighed.data().iter().map(|value| value * value).collect();
        assert!((squares[0] + squares[1] - 1.0).abs() < 1e-6 && squares[2] == 1.0, "{squares:?}");
        assert!(down_weighted(&x, &Repeats::default()).is_none());
    }
}
