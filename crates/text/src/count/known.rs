//! Counting against a vocabulary that stands.

use jobs::Run;
use sprs::CsMatI;

use super::in_shards;
use super::matrix::NO_COLUMN;
use super::tokens::are_neighbours;
use crate::analyze::Scratch;
use crate::intern::Words;
use crate::vocabulary::{Starts, joined};
use crate::{Analyzer, AnalyzerConfig, Error, Parts, Stops, Vocabulary};

/// Counts the words of `docs` that `vocabulary` knows; all other words are passed over, and the stop
/// words of each document's own language.
///
/// Returns CSR, (n_docs, n_terms). A document's row is the same alone and among others.
///
/// # Errors
/// Those of the parallel run.
pub fn count_known<D: Parts + Sync>(
    docs: &[D],
    vocabulary: &Vocabulary,
    run: &Run,
) -> Result<CsMatI<u32, u32, usize>, Error> {
    let analyzer =
        Analyzer::new(&AnalyzerConfig { stops: Stops::Own, ..AnalyzerConfig::readable() })?;
    count_columns(docs, (vocabulary, &analyzer), run)
}

pub(super) fn count_columns<D: Parts + Sync>(
    docs: &[D],
    (vocabulary, analyzer): (&Vocabulary, &Analyzer),
    run: &Run,
) -> Result<CsMatI<u32, u32, usize>, Error> {
    let starts = if analyzer.has_phrases() { vocabulary.starts() } else { Starts::default() };
    let shards = run.map(in_shards(docs), |shard| {
        let mut counting = Counting::new(vocabulary, &starts, analyzer);
        shard.iter().map(|doc| counting.row(doc)).collect::<Result<Vec<_>, Error>>()
    })?;
    let shards = shards.into_iter().collect::<Result<Vec<_>, Error>>()?;
    run.progress().advanced(docs.len() as u64);
    let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
    for row in shards.into_iter().flatten() {
        indices.extend(row.iter().map(|(column, _)| column));
        data.extend(row.iter().map(|(_, count)| count));
        indptr.push(indices.len());
    }
    Ok(CsMatI::new((docs.len(), vocabulary.len()), indptr, indices, data))
}

struct Counting<'a> {
    vocabulary: &'a Vocabulary,
    starts: &'a Starts<'a>,
    analyzer: &'a Analyzer,
    scratch: Scratch,
    /// The words met so far, and what is known of each.
    words: Words,
    known: Vec<Known>,
    /// Neighbours that no term was found for yet: their numbers.
    neighbours: Vec<u32>,
    row: Row,
}

/// What is known of a word.
#[derive(Clone, Copy)]
struct Known {
    /// [`NO_COLUMN`] for a word that is no term.
    column: u32,
    /// The languages that have it as a stop word.
    stops: u64,
    /// Whether a term of several words may begin with it.
    may_start: bool,
}

/// Counts of the current document by column; `touched` lists the non-zero ones.
struct Row {
    counts: Vec<u32>,
    touched: Vec<u32>,
}

/// Words of a phrase at most.
const PHRASE_WORDS: usize = 3;

impl<'a> Counting<'a> {
    fn new(vocabulary: &'a Vocabulary, starts: &'a Starts<'a>, analyzer: &'a Analyzer) -> Self {
        Self {
            vocabulary,
            starts,
            analyzer,
            scratch: Scratch::default(),
            words: Words::default(),
            known: Vec::new(),
            neighbours: Vec::new(),
            row: Row { counts: vec![0; vocabulary.len()], touched: Vec::new() },
        }
    }

    fn row(&mut self, doc: &impl Parts) -> Result<Vec<(u32, u32)>, Error> {
        let Self { vocabulary, starts, analyzer, scratch, words, known, neighbours, row } = self;
        let stops = analyzer.stops_in(doc);
        let stops_of_terms = if analyzer.is_term_checked() { 0 } else { stops };
        let has_phrases = analyzer.has_phrases();
        let mut done = Ok(());
        doc.each_part(|field| {
            let cut = analyzer.each_term(field.text, stops, scratch, |buffer, spans| {
                let mut end = None;
                for &[start, next_end] in spans {
                    let number = words.number(&buffer[start as usize..next_end as usize]);
                    if number as usize == known.len() {
                        let word = words.get(number);
                        known.push(Known {
                            column: vocabulary.column_of(word).unwrap_or(NO_COLUMN),
                            stops: analyzer.stops_of(word.as_bytes()),
                            may_start: has_phrases && starts.may_start_with(word),
                        });
                    }
                    let word = known[number as usize];
                    if !end.is_some_and(|end| are_neighbours(buffer, end, start)) {
                        row.take(neighbours, (words, known), vocabulary, field.weight);
                    }
                    if word.stops & stops_of_terms != 0 {
                        end = None;
                    } else if has_phrases {
                        end = Some(next_end);
                        neighbours.push(number);
                    } else {
                        row.add(word.column, field.weight);
                    }
                }
                row.take(neighbours, (words, known), vocabulary, field.weight);
            });
            if done.is_ok() {
                done = cut;
            }
        });
        done?;
        row.touched.sort_unstable();
        let Row { counts, touched } = row;
        let row = touched.drain(..);
        Ok(row.map(|column| (column, std::mem::take(&mut counts[column as usize]))).collect())
    }
}

impl Row {
    fn add(&mut self, column: u32, weight: u32) {
        if column == NO_COLUMN {
            return;
        }
        let count = &mut self.counts[column as usize];
        if *count == 0 {
            self.touched.push(column);
        }
        *count = count.saturating_add(weight);
    }

    /// Counts `neighbours`, from the left, the longest term first, and forgets them.
    fn take(
        &mut self,
        neighbours: &mut Vec<u32>,
        (words, known): (&Words, &[Known]),
        vocabulary: &Vocabulary,
        weight: u32,
    ) {
        let mut rest = neighbours.as_slice();
        while let Some((&first, after)) = rest.split_first() {
            let word = known[first as usize];
            let longest = if word.may_start { rest.len().min(PHRASE_WORDS) } else { 1 };
            let phrase = (2..=longest).rev().find_map(|len| {
                let words = rest[..len].iter().map(|&number| words.get(number));
                Some((vocabulary.column_of(&joined(words))?, len))
            });
            if let Some((column, len)) = phrase {
                self.add(column, weight);
                rest = &rest[len..];
            } else {
                self.add(word.column, weight);
                rest = after;
            }
        }
        neighbours.clear();
    }
}
