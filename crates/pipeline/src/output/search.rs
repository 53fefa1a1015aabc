//! The search of a site: what its files are made from, shard by shard.

use jobs::{Codec, Digest, Made, Memo, Run};
use site::Searchable;
use site::search::{Entry, SearchFile, ShardWords, max_words};

use super::Folder;
use crate::read::shards::Shard;
use crate::{Config, Error, Prepared, tasks};

/// The words of all documents, shard by shard. Those of shards that were read before are not read
/// again.
pub(super) fn words(
    searchable: &Searchable<'_>,
    (prepared, config): (&Prepared, &Config),
    memo: &Memo,
    run: &Run,
) -> Result<Vec<ShardWords>, Error> {
    let entries = searchable.entries();
    let most = max_words(entries.len());
    // What is shown of the text, and how names are spelt, is not told by the document alone.
    let shown: Vec<String> =
        config.sources.iter().map(|source| format!("{:?}", source.text)).collect();
    let keys = prepared.keys();
    let known = entries.iter().zip(&keys.digests).zip(&prepared.origins);
    let digests: Vec<Digest> = known
        .map(|((entry, digest), &origin)| {
            Digest::of_value(&(digest, shown[origin].as_str(), entry.tags, entry.speakers))
        })
        .collect();
    let shards = keys.in_shards(&entries, &digests);
    let made = run.map(shards, |shard: Shard<'_, Entry<'_>>| {
        let fits = |words: &ShardWords| words.fits(shard.docs.len());
        let task = (&tasks::WORDS, Codec::of_serde(), fits);
        memo.get_or_run_if(task, &(shard.digest, most), run, || {
            Ok::<_, Error>(ShardWords::of(shard.docs, most))
        })
    })?;
    let made: Vec<Made<ShardWords>> = made.into_iter().collect::<Result<_, _>>()?;
    Ok(made.into_iter().map(|made| made.value).collect())
}

/// Writes the files of the search to `folder`; returns how many. Those that would be made from the same as
/// in the former site stay.
pub(super) fn write(
    searchable: &Searchable<'_>,
    words: &[ShardWords],
    folder: &Folder<'_>,
) -> Result<usize, Error> {
    let terms = searchable.terms(words);
    let mut from = Vec::new();
    let mut n_files = 0;
    // One after another: there may be more of them than memory holds.
    for file in searchable.files(&terms) {
        write_file(file, &mut from, folder)?;
        n_files += 1;
    }
    Ok(n_files)
}

fn write_file(file: SearchFile<'_>, from: &mut Vec<u8>, folder: &Folder<'_>) -> Result<(), Error> {
    from.clear();
    let inputs = file.inputs(from).then(|| Digest::of(from));
    if let Some(inputs) = inputs
        && let Some(former) = folder.page_from(file.path(), &inputs)
        && folder.keep_page(file.path(), former, inputs)?
    {
        return Ok(());
    }
    let file = file.render();
    folder.write_page(&file.path, &file.bytes, inputs)
}
