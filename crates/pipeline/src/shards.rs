//! Documents cut into shards, where their content says.

use jobs::{Digest, Encode, Encoder, Error, Run};
use text::Text;

/// Text in a shard, bytes, on average: little enough that to count one again costs nothing that
/// anybody notices, enough that few words are met in several.
const SHARD_BYTES: u64 = 1 << 19;
/// A run of documents after which no document wants to be the last is cut at this many times that.
const LONGEST: u64 = 8;
/// Documents in one parallel task.
const TASK_DOCS: usize = 1024;

/// A run of documents, and the digest of all that is counted of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shard<'a, 'b> {
    pub(crate) docs: &'a [Text<'b>],
    pub(crate) digest: Digest,
}

/// Cuts `docs` into shards.
///
/// Whether a document is the last of its shard depends on that document alone: the longer it is,
/// the more of its possible digests say so. One document that comes, goes or changes touches the
/// shard that it is in and at most the next one, whatever the number of threads.
pub(crate) fn shards<'a, 'b>(docs: &'a [Text<'b>], run: &Run) -> Result<Vec<Shard<'a, 'b>>, Error> {
    let of_docs = run.map(docs.chunks(TASK_DOCS).collect(), |docs| {
        docs.iter().map(|doc| Digest::of_value(&Counted(doc))).collect::<Vec<_>>()
    })?;
    let mut shards = Vec::new();
    let (mut start, mut len) = (0, 0);
    let mut digests: Vec<Digest> = Vec::new();
    for (position, (doc, digest)) in docs.iter().zip(of_docs.concat()).enumerate() {
        let doc_len = doc.fields.iter().map(|field| field.text.len() as u64).sum::<u64>();
        len += doc_len;
        digests.push(digest);
        if is_last(&digest, doc_len) || len > LONGEST * SHARD_BYTES || position + 1 == docs.len() {
            let digest = Digest::of_value(&digests);
            shards.push(Shard { docs: &docs[start..=position], digest });
            (start, len) = (position + 1, 0);
            digests.clear();
        }
    }
    Ok(shards)
}

/// One in [`SHARD_BYTES`] bytes is one that a shard ends with.
fn is_last(digest: &Digest, len: u64) -> bool {
    let (chance, _) = digest.as_bytes().split_first_chunk().expect("a digest has 32 bytes");
    u64::from_le_bytes(*chance) / (u64::MAX / SHARD_BYTES) < len
}

/// A document as it is counted.
struct Counted<'a, 'b>(&'a Text<'b>);

impl Encode for Counted<'_, '_> {
    fn encode(&self, to: &mut Encoder) {
        let Text { fields, language, others } = self.0;
        to.tuple(3);
        language.encode(to);
        others.encode(to);
        to.list(fields.len());
        for field in fields {
            (field.text, field.weight).encode(to);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn texts(n: usize) -> Vec<String> {
        (0..n).map(|n| format!("the talk of number {n} ").repeat(1 + n % 100)).collect()
    }

    fn digests(texts: &[String]) -> Vec<Digest> {
        let docs: Vec<Text<'_>> = texts.iter().map(|text| Text::plain(text)).collect();
        let shards = shards(&docs, &Run::serial()).unwrap();
        assert_eq!(shards.iter().map(|shard| shard.docs.len()).sum::<usize>(), docs.len());
        shards.iter().map(|shard| shard.digest).collect()
    }

    #[test]
    fn one_document_more_less_or_other_touches_two_shards_at_most() {
        let texts = texts(8000);
        let before: HashSet<Digest> = digests(&texts).into_iter().collect();
        assert!(before.len() > 8, "{} shards", before.len());
        for place in (0..texts.len()).step_by(97) {
            let mut inserted = texts.clone();
            inserted.insert(place, "something new".repeat(place % 50));
            let mut removed = texts.clone();
            removed.remove(place);
            let mut changed = texts.clone();
            changed[place].push('!');
            for after in [inserted, removed, changed] {
                let new = digests(&after).iter().filter(|d| !before.contains(d)).count();
                assert!(new <= 2, "{new} shards are new at {place}");
            }
        }
    }

    #[test]
    fn a_run_without_an_end_is_cut() {
        let texts = vec!["the same words ".repeat(60); 20_000];
        let shards = digests(&texts).len();
        assert!(shards >= 4, "{shards}");
    }

    #[test]
    fn all_that_is_counted_is_in_the_digest() {
        let of = |doc: Text<'_>| shards(&[doc], &Run::serial()).unwrap()[0].digest;
        let plain = || Text::plain("words");
        let mut weighted = plain();
        weighted.fields[0].weight = 2;
        let english = Text { language: Some("en"), ..plain() };
        let mixed = Text { others: vec!["en"], ..plain() };
        assert_eq!(HashSet::from([of(plain()), of(weighted), of(english), of(mixed)]).len(), 4);
    }
}
