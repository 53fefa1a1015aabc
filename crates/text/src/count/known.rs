//! Counting against a vocabulary that stands.

use jobs::Run;
use sprs::CsMatI;

use super::in_shards;
use crate::analyze::Scratch;
use crate::{Analyzer, AnalyzerConfig, Error, Parts, Vocabulary};

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
    let analyzer = Analyzer::new(&AnalyzerConfig { language: None, ..AnalyzerConfig::readable() })?;
    count_columns(docs, (vocabulary, &analyzer), run)
}

pub(super) fn count_columns<D: Parts + Sync>(
    docs: &[D],
    (vocabulary, analyzer): (&Vocabulary, &Analyzer),
    run: &Run,
) -> Result<CsMatI<u32, u32, usize>, Error> {
    let shards = run.map(in_shards(docs), |shard| {
        let mut counting = Counting::new(vocabulary, analyzer);
        shard.iter().map(|doc| counting.row(doc)).collect::<Vec<_>>()
    })?;
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
    /// Counts of the current document by column; `touched` lists the non-zero ones.
    counts: Vec<u32>,
    touched: Vec<u32>,
}

impl<'a> Counting<'a> {
    fn new(vocabulary: &'a Vocabulary, analyzer: &'a Analyzer) -> Self {
        let counts = vec![0; vocabulary.len()];
        Self { vocabulary, analyzer, scratch: Scratch::default(), counts, touched: Vec::new() }
    }

    fn row(&mut self, doc: &impl Parts) -> Vec<(u32, u32)> {
        let Self { vocabulary, analyzer, scratch, counts, touched } = self;
        let stops = analyzer.stops_in(doc.language());
        doc.each_part(|field| {
            scratch.each_word(field.text, |buffer, start, end| {
                let word = &buffer[start..end];
                let Some(column) = vocabulary.column_of_bytes(word) else { return };
                if analyzer.stops_of(word) & stops != 0 {
                    return;
                }
                let count = &mut counts[column as usize];
                if *count == 0 {
                    touched.push(column);
                }
                *count = count.saturating_add(field.weight);
            });
        });
        touched.sort_unstable();
        touched
            .drain(..)
            .map(|column| (column, std::mem::take(&mut counts[column as usize])))
            .collect()
    }
}
