//! Counting against a vocabulary that stands.

use jobs::Run;
use sprs::CsMatI;

use super::in_shards;
use super::matrix::NO_COLUMN;
use crate::analyze::Scratch;
use crate::intern::Words;
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
    let shards = run.map(in_shards(docs), |shard| {
        let mut counting = Counting::new(vocabulary, analyzer);
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
    analyzer: &'a Analyzer,
    scratch: Scratch,
    /// The words met so far, and for each its column, [`NO_COLUMN`] for a word that is no term, and
    /// the languages that have it as a stop word.
    words: Words,
    columns: Vec<(u32, u64)>,
    /// Counts of the current document by column; `touched` lists the non-zero ones.
    counts: Vec<u32>,
    touched: Vec<u32>,
}

impl<'a> Counting<'a> {
    fn new(vocabulary: &'a Vocabulary, analyzer: &'a Analyzer) -> Self {
        let counts = vec![0; vocabulary.len()];
        Self {
            vocabulary,
            analyzer,
            scratch: Scratch::default(),
            words: Words::default(),
            columns: Vec::new(),
            counts,
            touched: Vec::new(),
        }
    }

    fn row(&mut self, doc: &impl Parts) -> Result<Vec<(u32, u32)>, Error> {
        let Self { vocabulary, analyzer, scratch, words, columns, counts, touched } = self;
        let stops = analyzer.stops_in(doc.language());
        let stops_of_terms = if analyzer.is_term_checked() { 0 } else { stops };
        let mut done = Ok(());
        doc.each_part(|field| {
            let cut = analyzer.each_term(field.text, stops, scratch, |buffer, spans| {
                for &[start, end] in spans {
                    let number = words.number(&buffer[start as usize..end as usize]);
                    if number as usize == columns.len() {
                        let word = words.get(number);
                        let column = vocabulary.column_of(word).unwrap_or(NO_COLUMN);
                        columns.push((column, analyzer.stops_of(word.as_bytes())));
                    }
                    let (column, stops_of_word) = columns[number as usize];
                    if column == NO_COLUMN || stops_of_word & stops_of_terms != 0 {
                        continue;
                    }
                    let count = &mut counts[column as usize];
                    if *count == 0 {
                        touched.push(column);
                    }
                    *count = count.saturating_add(field.weight);
                }
            });
            if done.is_ok() {
                done = cut;
            }
        });
        done?;
        touched.sort_unstable();
        let row = touched.drain(..);
        Ok(row.map(|column| (column, std::mem::take(&mut counts[column as usize]))).collect())
    }
}
