//! Files of documents to their counts on disk.

use std::error::Error;
use std::path::Path;

use corpus::{Document, Piece, ReadConfig};
use jobs::Run;
use text::{Counter, Field, Parts, SpilledShards};

/// Counts the titles and texts in `path` on all threads, each of which parses what it counts. What is no
/// document is passed over.
pub(crate) fn counted(
    path: &Path,
    counter: &Counter,
    run: &Run,
) -> Result<SpilledShards, Box<dyn Error>> {
    let none = SpilledShards::new(run)?;
    let place = none.place();
    let count = |piece: Result<Piece, corpus::Error>| {
        let texts = piece?.flatten().map(TitleAndText);
        Ok::<_, Box<dyn Error + Send + Sync>>(place.put(counter.count_shard(texts)?)?)
    };
    let pieces = corpus::read(path, &ReadConfig::default())?.pieces();
    run.fold(pieces, count, none, |mut shards, shard| {
        let shard = shard.map_err(|error| error as Box<dyn Error>)?;
        let n_docs = shard.n_docs();
        shards.push(shard, std::iter::repeat_n(None, n_docs))?;
        Ok(shards)
    })
}

/// What is counted of a document.
struct TitleAndText(Document);

impl Parts for TitleAndText {
    fn each_part<'a>(&'a self, each: impl FnMut(Field<'a>)) {
        let Self(Document { title, text, .. }) = self;
        [title, text].map(|text| Field { text, weight: 1 }).into_iter().for_each(each);
    }
}
