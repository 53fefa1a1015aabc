//! Documents cut into shards, where their content says.

use std::ops::Range;

use jobs::Digest;

/// Text in a shard, bytes, on average: little enough that to count one again costs nothing that
/// anybody notices, enough that few words are met in several.
const SHARD_BYTES: u64 = 1 << 19;
/// A run of documents after which no document wants to be the last is cut at this many times that.
const LONGEST: u64 = 8;

/// A run of documents, and the digest of all that is made something of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shard<'a, T> {
    pub(crate) docs: &'a [T],
    pub(crate) digest: Digest,
}

/// Cuts documents into shards, of which the digests and the lengths of the texts are given.
///
/// Whether a document is the last of its shard depends on that document alone: the longer it is,
/// the more of its possible digests say so. One document that comes, goes or changes touches the
/// shard that it is in and at most the next one.
pub(crate) fn cut(docs: impl ExactSizeIterator<Item = (Digest, usize)>) -> Vec<Range<usize>> {
    let n_docs = docs.len();
    let mut shards = Vec::new();
    let (mut start, mut len) = (0, 0);
    for (position, (digest, doc_len)) in docs.enumerate() {
        len += doc_len as u64;
        let end = position + 1;
        if is_last(&digest, doc_len as u64) || len > LONGEST * SHARD_BYTES || end == n_docs {
            shards.push(start..end);
            (start, len) = (end, 0);
        }
    }
    shards
}

/// The parts `cut` of `docs`; `digests` are those of all that is made something of each.
pub(crate) fn in_shards<'a, T>(
    cut: &[Range<usize>],
    docs: &'a [T],
    digests: &[Digest],
) -> Vec<Shard<'a, T>> {
    let shard = |docs_of: &Range<usize>| Shard {
        docs: &docs[docs_of.clone()],
        digest: Digest::of_value(&digests[docs_of.clone()]),
    };
    cut.iter().map(shard).collect()
}

/// One in [`SHARD_BYTES`] bytes is one that a shard ends with.
fn is_last(digest: &Digest, len: u64) -> bool {
    let (chance, _) = digest.as_bytes().split_first_chunk().expect("a digest has 32 bytes");
    u64::from_le_bytes(*chance) / (u64::MAX / SHARD_BYTES) < len
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn texts(n: usize) -> Vec<String> {
        (0..n).map(|n| format!("the talk of number {n} ").repeat(1 + n % 100)).collect()
    }

    fn digests(texts: &[String]) -> Vec<Digest> {
        let of_docs: Vec<Digest> = texts.iter().map(|text| Digest::of(text.as_bytes())).collect();
        let cut = cut(texts.iter().zip(&of_docs).map(|(text, digest)| (*digest, text.len())));
        let shards = in_shards(&cut, texts, &of_docs);
        assert_eq!(shards.iter().map(|shard| shard.docs.len()).sum::<usize>(), texts.len());
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
}
