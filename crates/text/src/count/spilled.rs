//! Shards on disk, for more documents than memory holds the counts of.

use std::sync::Arc;

use jobs::{Piece, Run, Spill, Spilled};

use super::entries::SomeEntries;
use super::shard::{Content, ContentView, RowCounts, RowsView, ShardCounts};
use crate::Error;
use crate::intern::{Words, span};
use crate::stem::language_of;

/// The counts of shards on disk, where each is found again as often as all are gone through. They are
/// gone with the value, and with what [`Counter::merge_spilled`](crate::Counter::merge_spilled) made of it:
/// who has that may let go of the value, and of the words that it holds in memory.
///
/// Rows are put on disk by whoever counts them, on any thread ([`place`](Self::place)); shards are taken in
/// one by one, as their words are numbered in the order of the shards ([`push`](Self::push)).
///
/// ```
/// use jobs::Run;
/// use text::{CountConfig, Counter, SpilledShards};
///
/// let run = Run::serial();
/// let counter = Counter::new(&CountConfig::default())?;
/// let shards = SpilledShards::new(&run)?;
/// let place = shards.place();
/// let count = |docs: &[&str]| {
///     let shard = place.put(counter.count_shard(docs)?)?;
///     Ok::<_, text::Error>((shard, vec![Some("en"); docs.len()]))
/// };
/// let docs = [&["a lamp", "two lamps"][..], &["the tide"]];
/// let shards = run.fold(docs, count, shards, |mut shards, counted| {
///     let (shard, languages) = counted?;
///     shards.push(shard, languages)?;
///     Ok::<_, text::Error>(shards)
/// })?;
/// let merged = counter.merge_spilled(&shards, &run)?;
/// drop(shards);
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
    stored: Arc<Stored>,
    /// The words of all of them, numbered as they come: next to nothing else is in memory.
    words: Arc<Words>,
    /// Of every document that tells it.
    languages: Vec<Language>,
}

/// The rows of shards on disk, over words that others know.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    place: ShardPlace,
    /// For every word: how many rows have it, of shards that have entries.
    doc_freq: Vec<u32>,
    shards: Vec<SpilledRows>,
    /// For every shard: the corpus numbers of its words.
    numbers: Vec<Spilled<u32>>,
    n_docs: usize,
    n_tokens: usize,
}

/// Where the rows of shards are put, by any thread. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ShardPlace(Arc<Spill>);

/// A shard whose rows are on disk. What is left of it are its words, which
/// [`SpilledShards::push`] numbers.
#[derive(Debug)]
pub struct PutShard {
    place: ShardPlace,
    rows: SpilledRows,
    /// One after the other, and where each ends.
    words: Vec<u8>,
    word_ends: Vec<usize>,
    /// Of every word how many entries it has; nothing where there are tokens.
    n_of_word: Vec<u32>,
    n_tokens: usize,
}

/// What a document tells of its language.
#[derive(Debug, Clone, Copy)]
enum Language {
    Unknown,
    /// Its number among those with a stemmer, if it is one.
    Known(Option<u8>),
}

/// The rows of a shard on disk.
#[derive(Debug, Clone)]
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
        let stored = Stored {
            place: ShardPlace(Arc::new(run.spill()?)),
            doc_freq: Vec::new(),
            shards: Vec::new(),
            numbers: Vec::new(),
            n_docs: 0,
            n_tokens: 0,
        };
        Ok(Self { stored: Arc::new(stored), words: Arc::default(), languages: Vec::new() })
    }

    /// Where rows are put before their shard is [pushed](Self::push).
    #[must_use]
    pub fn place(&self) -> ShardPlace {
        self.stored.place.clone()
    }

    /// Takes in a shard after those before it, and what each of its documents tells of its language (ISO
    /// 639-1). Cost: a look-up for every word of the shard, and writing their numbers.
    ///
    /// # Errors
    /// Those of writing.
    ///
    /// # Panics
    /// When the shard has more documents or fewer, or was put into another place.
    pub fn push<'l>(
        &mut self,
        shard: PutShard,
        languages: impl IntoIterator<Item = Option<&'l str>>,
    ) -> Result<(), Error> {
        let PutShard { place, rows, words: text, word_ends, n_of_word, n_tokens } = shard;
        let stored = Arc::make_mut(&mut self.stored);
        assert!(Arc::ptr_eq(&place.0, &stored.place.0), "the shard was put into another place");
        let words = Arc::make_mut(&mut self.words);
        let spans = (0..word_ends.len() as u32).map(|word| span(&word_ends, word));
        let numbers = words.number_all(&text, spans);
        stored.doc_freq.resize(words.len(), 0);
        for (&number, n_of_word) in numbers.iter().zip(n_of_word) {
            stored.doc_freq[number as usize] += n_of_word;
        }
        stored.numbers.push(stored.put_numbers(&numbers)?);
        stored.n_tokens += n_tokens;
        stored.n_docs += rows.row_ends.len();
        let language = |told: Option<&str>| match told {
            None => Language::Unknown,
            Some(code) => Language::Known(language_of(code).map(|number| number as u8)),
        };
        stored.shards.push(rows);
        self.languages.extend(languages.into_iter().map(language));
        assert_eq!(self.n_docs(), self.stored.n_docs, "the documents that were counted");
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
        self.stored.place.0.bytes()
    }

    /// The words of all of them.
    pub(super) fn words(&self) -> &Arc<Words> {
        &self.words
    }

    /// The rows of all of them.
    pub(super) fn stored(&self) -> &Arc<Stored> {
        &self.stored
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
}

impl Stored {
    /// For every word: how many rows have it, unless a shard has its words as they stand.
    pub(super) fn doc_freq(&self) -> Option<&[u32]> {
        self.shards.iter().all(|shard| shard.form != Form::Tokens).then_some(&self.doc_freq)
    }

    /// The numbers of a shard's words among all.
    pub(super) fn numbers(&self, shard: usize) -> Result<Piece<u32>, Error> {
        Ok(self.place.0.get(&self.numbers[shard])?)
    }

    /// Puts further rows beside those of the shards.
    pub(super) fn put(&self, rows: RowsView<'_>) -> Result<SpilledRows, Error> {
        self.place.put_rows(rows)
    }

    /// Puts further numbers there.
    pub(super) fn put_numbers(&self, numbers: &[u32]) -> Result<Spilled<u32>, Error> {
        Ok(self.place.0.put(numbers)?)
    }

    /// Numbers that were put there.
    pub(super) fn get_numbers(&self, numbers: &Spilled<u32>) -> Result<Piece<u32>, Error> {
        Ok(self.place.0.get(numbers)?)
    }

    /// Rows that were put there.
    pub(super) fn get(&self, rows: &SpilledRows) -> Result<RowPieces, Error> {
        Ok(RowPieces {
            n_words: rows.n_words,
            form: rows.form,
            content: self.place.0.get(&rows.content)?,
            n_of_word: self.place.0.get(&rows.n_of_word)?,
            row_ends: self.place.0.get(&rows.row_ends)?,
        })
    }
}

impl ShardPlace {
    /// Puts the rows of a shard there. Cost: that of writing them.
    ///
    /// # Errors
    /// Those of writing.
    pub fn put(&self, shard: ShardCounts) -> Result<PutShard, Error> {
        let ShardCounts { words, word_ends, counts } = shard;
        let (rows, n_tokens) = (self.put_rows(counts.view())?, counts.view().n_tokens());
        let n_of_word = match counts.content {
            Content::Entries(counted) => counted.n_of_word,
            Content::Tokens(_) => Vec::new(),
        };
        Ok(PutShard { place: self.clone(), rows, words, word_ends, n_of_word, n_tokens })
    }

    fn put_rows(&self, rows: RowsView<'_>) -> Result<SpilledRows, Error> {
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
            content: self.0.put(content)?,
            n_of_word: self.0.put(n_of_word)?,
            row_ends: self.0.put(rows.row_ends)?,
        })
    }
}

impl PutShard {
    /// How many documents were counted.
    #[must_use]
    pub fn n_docs(&self) -> usize {
        self.rows.row_ends.len()
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
#[derive(Debug, Clone)]
pub(super) enum Shards<'a> {
    Kept(&'a [ShardCounts]),
    Spilled(Arc<Stored>),
}

impl Shards<'_> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Kept(shards) => shards.len(),
            Self::Spilled(spilled) => spilled.shards.len(),
        }
    }

    pub(super) fn n_docs(&self) -> usize {
        match self {
            Self::Kept(shards) => shards.iter().map(ShardCounts::n_docs).sum(),
            Self::Spilled(spilled) => spilled.n_docs,
        }
    }

    /// How many documents one of them has.
    pub(super) fn n_docs_of(&self, number: usize) -> usize {
        match self {
            Self::Kept(shards) => shards[number].n_docs(),
            Self::Spilled(spilled) => spilled.shards[number].row_ends.len(),
        }
    }

    /// How many words stand in them, at most.
    pub(super) fn n_tokens(&self) -> usize {
        match self {
            Self::Kept(shards) => shards.iter().map(|shard| shard.counts.view().n_tokens()).sum(),
            Self::Spilled(spilled) => spilled.n_tokens,
        }
    }

    /// Whether all of them have their words as they stand.
    pub(super) fn have_tokens(&self) -> bool {
        match self {
            Self::Kept(shards) => shards.iter().all(|shard| shard.counts.view().has_tokens()),
            Self::Spilled(spilled) => spilled.shards.iter().all(|shard| shard.form == Form::Tokens),
        }
    }

    pub(super) fn get(&self, number: usize) -> Result<Shard<'_>, Error> {
        match self {
            Self::Kept(shards) => Ok(Shard::Kept(&shards[number].counts)),
            Self::Spilled(spilled) => spilled.get(&spilled.shards[number]).map(Shard::Read),
        }
    }
}
