//! Shards on disk, for more documents than memory holds the counts of.

use std::sync::Arc;

use jobs::{Piece, Run, Spill, Spilled};

use super::entries::SomeEntries;
use super::shard::{ContentView, RowCounts, RowsView, ShardCounts};
use crate::Error;
use crate::intern::Words;
use crate::stem::language_of;

/// The counts of shards on disk, where each is found again as often as all are gone through. They are
/// gone with the value.
///
/// ```
/// use jobs::Run;
/// use text::{CountConfig, Counter, SpilledShards};
///
/// let run = Run::serial();
/// let counter = Counter::new(&CountConfig::default())?;
/// let mut shards = SpilledShards::new(&run)?;
/// for docs in [&["a lamp", "two lamps"][..], &["the tide"]] {
///     shards.push(&counter.count_shard(docs)?, docs.iter().map(|_| Some("en")))?;
/// }
/// let merged = counter.merge_spilled(&shards, &run)?;
/// assert_eq!(merged.vocabulary().terms(), ["lamp", "tide"]);
/// let mut n_docs = 0;
/// merged.each_run(&run, |counts| {
///     n_docs += counts.rows();
///     Ok::<_, text::Error>(())
/// })?;
/// assert_eq!(n_docs, 3);
/// # Ok::<(), text::Error>(())
/// ```
#[derive(Debug)]
pub struct SpilledShards {
    spill: Spill,
    /// The words of all of them, numbered as they come: those alone are in memory.
    words: Arc<Words>,
    /// For every word: how many rows have it, of shards that have entries.
    doc_freq: Vec<u32>,
    shards: Vec<SpilledRows>,
    /// For every shard: the corpus numbers of its words.
    numbers: Vec<Spilled<u32>>,
    n_tokens: usize,
    /// Of every document that tells it.
    languages: Vec<Language>,
}

/// What a document tells of its language.
#[derive(Debug, Clone, Copy)]
enum Language {
    Unknown,
    /// Its number among those with a stemmer, if it is one.
    Known(Option<u8>),
}

/// The rows of a shard on disk.
#[derive(Debug)]
pub(super) struct SpilledRows {
    n_words: usize,
    form: Form,
    content: Spilled<u32>,
    /// Of every word how many entries it has; nothing where there are tokens.
    n_of_word: Spilled<u32>,
    row_ends: Spilled<usize>,
}

/// The same, as far as they are looked at.
#[derive(Debug)]
pub(super) struct RowPieces {
    n_words: usize,
    form: Form,
    content: Piece<u32>,
    n_of_word: Piece<u32>,
    row_ends: Piece<usize>,
}

/// What the numbers of a shard's content are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Words as they stand.
    Tokens,
    /// Those of [`SomeEntries::Narrow`].
    Narrow,
    /// Of entries, word and count in turn.
    Wide,
}

impl SpilledShards {
    /// None yet, in a file of the run.
    ///
    /// # Errors
    /// Those of [`Run::spill`].
    pub fn new(run: &Run) -> Result<Self, Error> {
        Ok(Self {
            spill: run.spill()?,
            words: Arc::default(),
            doc_freq: Vec::new(),
            shards: Vec::new(),
            numbers: Vec::new(),
            n_tokens: 0,
            languages: Vec::new(),
        })
    }

    /// Adds the counts of a shard, and what each of its documents tells of its language (ISO 639-1). Cost:
    /// a look-up for every word of the shard, and writing its rows.
    ///
    /// # Errors
    /// Those of writing.
    ///
    /// # Panics
    /// When the counts are of more documents or fewer.
    pub fn push<'l>(
        &mut self,
        counts: &ShardCounts,
        languages: impl IntoIterator<Item = Option<&'l str>>,
    ) -> Result<(), Error> {
        let words = Arc::make_mut(&mut self.words);
        let spans = (0..counts.n_words() as u32).map(|word| counts.span_of(word));
        let numbers = words.number_all(&counts.words, spans);
        self.doc_freq.resize(words.len(), 0);
        let rows = counts.counts.view();
        if let ContentView::Entries(_, n_of_word) = rows.content {
            for (&number, n_of_word) in numbers.iter().zip(n_of_word) {
                self.doc_freq[number as usize] += n_of_word;
            }
        }
        self.shards.push(self.put(rows)?);
        self.numbers.push(self.spill.put(&numbers)?);
        self.n_tokens += rows.n_tokens();
        let language = |told: Option<&str>| match told {
            None => Language::Unknown,
            Some(code) => Language::Known(language_of(code).map(|number| number as u8)),
        };
        let n_before = self.n_docs();
        self.languages.extend(languages.into_iter().map(language));
        assert_eq!(self.n_docs() - n_before, counts.n_docs(), "the documents that were counted");
        Ok(())
    }

    /// How many documents were counted.
    #[must_use]
    pub fn n_docs(&self) -> usize {
        self.languages.len()
    }

    /// How much of the disk they take up, bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.spill.bytes()
    }

    /// The words of all of them.
    pub(super) fn words(&self) -> &Arc<Words> {
        &self.words
    }

    /// For every word: how many rows have it, unless a shard has its words as they stand.
    pub(super) fn doc_freq(&self) -> Option<&[u32]> {
        self.shards.iter().all(|shard| shard.form != Form::Tokens).then_some(&self.doc_freq)
    }

    /// Of every document its number among those with a stemmer; `code` stands for one that is not told.
    pub(super) fn languages(&self, code: Option<&str>) -> Vec<Option<u8>> {
        let own = code.and_then(language_of).map(|number| number as u8);
        let number = |language: &Language| match language {
            Language::Unknown => own,
            Language::Known(number) => *number,
        };
        self.languages.iter().map(number).collect()
    }

    /// The numbers of a shard's words among all.
    pub(super) fn numbers(&self, shard: usize) -> Result<Piece<u32>, Error> {
        Ok(self.spill.get(&self.numbers[shard])?)
    }

    /// Puts further rows beside those of the shards.
    pub(super) fn put(&self, rows: RowsView<'_>) -> Result<SpilledRows, Error> {
        let (form, content, n_of_word) = match rows.content {
            ContentView::Tokens(tokens) => (Form::Tokens, tokens, &[][..]),
            ContentView::Entries(SomeEntries::Narrow(entries), n_of_word) => {
                (Form::Narrow, entries, n_of_word)
            }
            ContentView::Entries(SomeEntries::Wide(entries), n_of_word) => {
                (Form::Wide, entries.as_flattened(), n_of_word)
            }
        };
        Ok(SpilledRows {
            n_words: rows.n_words,
            form,
            content: self.spill.put(content)?,
            n_of_word: self.spill.put(n_of_word)?,
            row_ends: self.spill.put(rows.row_ends)?,
        })
    }

    /// Puts further numbers there.
    pub(super) fn put_numbers(&self, numbers: &[u32]) -> Result<Spilled<u32>, Error> {
        Ok(self.spill.put(numbers)?)
    }

    /// Numbers that were put there.
    pub(super) fn get_numbers(&self, numbers: &Spilled<u32>) -> Result<Piece<u32>, Error> {
        Ok(self.spill.get(numbers)?)
    }

    /// Rows that were put there.
    pub(super) fn get(&self, rows: &SpilledRows) -> Result<RowPieces, Error> {
        Ok(RowPieces {
            n_words: rows.n_words,
            form: rows.form,
            content: self.spill.get(&rows.content)?,
            n_of_word: self.spill.get(&rows.n_of_word)?,
            row_ends: self.spill.get(&rows.row_ends)?,
        })
    }
}

impl RowPieces {
    pub(super) fn view(&self) -> RowsView<'_> {
        let entries = match self.form {
            Form::Tokens => None,
            Form::Narrow => Some(SomeEntries::Narrow(&self.content)),
            Form::Wide => Some(SomeEntries::Wide(self.content.as_chunks().0)),
        };
        let content = match entries {
            None => ContentView::Tokens(&self.content),
            Some(entries) => ContentView::Entries(entries, &self.n_of_word),
        };
        RowsView { n_words: self.n_words, content, row_ends: &self.row_ends }
    }
}

/// The rows of a shard, kept or read.
#[derive(Debug)]
pub(super) enum Shard<'a> {
    Kept(&'a RowCounts),
    Read(RowPieces),
}

impl Shard<'_> {
    pub(super) fn view(&self) -> RowsView<'_> {
        match self {
            Self::Kept(counts) => counts.view(),
            Self::Read(pieces) => pieces.view(),
        }
    }
}

/// Shards, wherever they are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shards<'a> {
    Kept(&'a [ShardCounts]),
    Spilled(&'a SpilledShards),
}

impl<'a> Shards<'a> {
    pub(super) fn len(self) -> usize {
        match self {
            Self::Kept(shards) => shards.len(),
            Self::Spilled(spilled) => spilled.shards.len(),
        }
    }

    pub(super) fn n_docs(self) -> usize {
        match self {
            Self::Kept(shards) => shards.iter().map(ShardCounts::n_docs).sum(),
            Self::Spilled(spilled) => spilled.n_docs(),
        }
    }

    /// How many documents one of them has.
    pub(super) fn n_docs_of(self, number: usize) -> usize {
        match self {
            Self::Kept(shards) => shards[number].n_docs(),
            Self::Spilled(spilled) => spilled.shards[number].row_ends.len(),
        }
    }

    /// How many words stand in them, at most.
    pub(super) fn n_tokens(self) -> usize {
        match self {
            Self::Kept(shards) => shards.iter().map(|shard| shard.counts.view().n_tokens()).sum(),
            Self::Spilled(spilled) => spilled.n_tokens,
        }
    }

    /// Whether all of them have their words as they stand.
    pub(super) fn have_tokens(self) -> bool {
        match self {
            Self::Kept(shards) => shards.iter().all(|shard| shard.counts.view().has_tokens()),
            Self::Spilled(spilled) => spilled.shards.iter().all(|shard| shard.form == Form::Tokens),
        }
    }

    pub(super) fn get(self, number: usize) -> Result<Shard<'a>, Error> {
        match self {
            Self::Kept(shards) => Ok(Shard::Kept(&shards[number].counts)),
            Self::Spilled(spilled) => spilled.get(&spilled.shards[number]).map(Shard::Read),
        }
    }
}
