//! The search of a site: what its files are made from, shard by shard.

use jobs::{Codec, Digest, Made, Memo, Run};
use site::Searchable;
use site::search::{Entry, SearchFile, ShardWords, max_words};
use text::{Field, Text};

use super::Folder;
use crate::shards::{Shard, shards};
use crate::{Error, tasks};

/// The words of all documents, shard by shard. Those of shards that were read before are not read
/// again.
pub(super) fn words(
    searchable: &Searchable<'_>,
    memo: &Memo,
    run: &Run,
) -> Result<Vec<ShardWords>, Error> {
    let entries = searchable.entries();
    let most = max_words(entries.len());
    let texts: Vec<Text<'_>> = entries.iter().map(fields).collect();
    let mut rest = &entries[..];
    let cut = |shard: Shard<'_, '_>| {
        let (own, after) = rest.split_at(shard.docs.len());
        rest = after;
        (own, shard.digest)
    };
    let cut = shards(&texts, run)?.into_iter().map(cut).collect();
    let made = run.map(cut, |(entries, digest): (&[Entry<'_>], Digest)| {
        let fits = |words: &ShardWords| words.fits(entries.len());
        let task = (&tasks::WORDS, Codec::of_serde(), fits);
        memo.get_or_run_if(task, &(digest, most), run, || {
            Ok::<_, Error>(ShardWords::of(entries, most))
        })
    })?;
    let made: Vec<Made<ShardWords>> = made.into_iter().collect::<Result<_, _>>()?;
    Ok(made.into_iter().map(|made| made.value).collect())
}

/// All words of a document, those of each kind with a weight of their own.
fn fields<'a>(entry: &Entry<'a>) -> Text<'a> {
    let field = |(text, weight)| Field { text, weight };
    let tags = entry.tags.iter().map(|&tag| (tag, 2));
    let speakers = entry.speakers.iter().map(|&speaker| (speaker, 3));
    let all = [(entry.title, 1), (entry.text, 4)].into_iter().chain(tags).chain(speakers);
    Text { fields: all.map(field).collect(), language: None, others: Vec::new() }
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
