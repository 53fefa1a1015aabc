//! The documents of a corpus on disk.

use corpus::{Document, Ids};
use jobs::{Run, Spill, Spilled};
use serde::{Deserialize, Serialize};
use text::{KnownPassages, Languages, Text};

use crate::read::prepare::{Detected, Prepared, claimed, text_of};
use crate::read::set_aside::{TITLE, without_names};
use crate::{Config, Error};

/// Documents that are written and read together, at most.
const BATCH_DOCS: usize = 2048;
/// Bytes of their texts, about.
const BATCH_BYTES: usize = 2 << 20;
/// Documents that one thread looks at.
const TASK_DOCS: usize = 32;

/// A document as it is kept on disk.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) document: Document,
    /// Which source it comes from.
    pub(super) origin: usize,
    /// The languages of passages in another one than its own.
    pub(super) others: Vec<String>,
}

impl Stored {
    /// Its text as it is counted: without the passages that many documents have, and without the names of
    /// its speakers.
    pub(super) fn own_text(&self, weights: crate::Weights, known: &KnownPassages) -> Text<'_> {
        let others = self.others.iter().map(String::as_str).collect();
        let text = Text { others, ..text_of(&self.document, weights) };
        without_names(known.without(&text, Some(TITLE)), &self.document)
    }

    fn n_bytes(&self) -> usize {
        self.document.title.len() + self.document.text.len()
    }
}

/// The documents of all sources, on disk in the order of these. They are gone with the value.
pub(super) struct Documents {
    spill: Spill,
    batches: Vec<Batch>,
    n_docs: usize,
    /// Bytes of their titles and texts.
    n_bytes: u64,
    ids: Ids,
    languages: Languages,
    /// Whether one has more than a title.
    pub(super) has_text: bool,
}

struct Batch {
    first: usize,
    bytes: Spilled<u8>,
}

impl Documents {
    pub(super) fn new(run: &Run) -> Result<Self, Error> {
        Ok(Self {
            spill: run.spill()?,
            batches: Vec::new(),
            n_docs: 0,
            n_bytes: 0,
            ids: Ids::default(),
            languages: Languages::new(),
            has_text: false,
        })
    }

    /// Takes the documents that were read last, as [`prepare`](crate::prepare()) makes them ready.
    pub(super) fn take(
        &mut self,
        prepared: &mut Prepared,
        config: &Config,
        run: &Run,
    ) -> Result<(), Error> {
        prepared.exclude(&config.exclude);
        prepared.make_ready(&mut self.ids);
        let origins = std::mem::take(&mut prepared.origins);
        let mut ready: Vec<Stored> = Vec::with_capacity(prepared.documents.len());
        for (document, origin) in prepared.documents.drain(..).zip(origins) {
            self.has_text |= !document.text.trim().is_empty();
            ready.push(Stored { document, origin, others: Vec::new() });
        }
        let languages = &self.languages;
        run.map(ready.chunks_mut(TASK_DOCS).collect(), |documents: &mut [Stored]| {
            for stored in documents {
                let own = config.language.as_str();
                let found = Detected::of(&claimed(&stored.document), own, languages);
                stored.document.language = found.language;
                stored.others = found.others;
            }
        })?;
        let mut rest = &ready[..];
        while !rest.is_empty() {
            let mut n_bytes = 0;
            let full = rest.iter().take(BATCH_DOCS).position(|stored| {
                n_bytes += stored.n_bytes();
                n_bytes >= BATCH_BYTES
            });
            let (batch, after) =
                rest.split_at(full.map_or(rest.len().min(BATCH_DOCS), |at| at + 1));
            let bytes = postcard::to_stdvec(batch).expect("documents can be written");
            self.batches.push(Batch { first: self.n_docs, bytes: self.spill.put(&bytes)? });
            self.n_docs += batch.len();
            self.n_bytes += batch.iter().map(|stored| stored.n_bytes() as u64).sum::<u64>();
            rest = after;
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.n_docs
    }

    /// Bytes of titles and texts.
    pub(super) fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// Bytes on disk.
    pub(super) fn spilled(&self) -> u64 {
        self.spill.bytes()
    }

    pub(super) fn n_batches(&self) -> usize {
        self.batches.len()
    }

    pub(super) fn batch(&self, number: usize) -> Result<Vec<Stored>, Error> {
        let bytes = self.spill.get(&self.batches[number].bytes)?;
        Ok(postcard::from_bytes(&bytes).expect("what this process has written"))
    }

    /// The documents at the places `wanted`, which rise.
    pub(super) fn some(&self, wanted: &[usize]) -> Result<Vec<Stored>, Error> {
        let mut some = Vec::with_capacity(wanted.len());
        let mut wanted = wanted.iter().copied().peekable();
        for (number, batch) in self.batches.iter().enumerate() {
            let end = self.batches.get(number + 1).map_or(self.n_docs, |next| next.first);
            if wanted.peek().is_none_or(|&place| place >= end) {
                continue;
            }
            let mut documents = self.batch(number)?.into_iter().enumerate();
            while let Some(place) = wanted.next_if(|&place| place < end) {
                let at = place - batch.first;
                some.extend(documents.find(|(n, _)| *n == at).map(|(_, stored)| stored));
            }
        }
        Ok(some)
    }
}

/// `prepared` with these documents in place of its own.
pub(super) fn with_documents(prepared: Prepared, documents: Vec<Stored>) -> Prepared {
    let (mut origins, mut other_languages) = (Vec::new(), Vec::new());
    let documents = documents.into_iter().map(|stored| {
        origins.push(stored.origin);
        other_languages.push(stored.others);
        stored.document
    });
    let documents = documents.collect();
    Prepared { documents, origins, other_languages, ..prepared }
}
