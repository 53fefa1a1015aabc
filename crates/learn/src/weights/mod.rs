//! Counts to weights: what a term's count becomes, times what the term is worth, then every row
//! brought to one length.

mod doc_freq;
mod expression;
mod norm;
mod spilled;
mod term_freq;

use std::ops::Range;

use jobs::{Run, zeros_in_large_pages};
use sprs::{CsMatI, CsMatViewI};

use crate::{Error, Real};

pub use doc_freq::DocFreqWeight;
pub use expression::{ExpressionWeights, WeightExpression};
pub use norm::Norm;
pub use term_freq::TermFreq;

/// Rows that one task weighs.
const ROWS_AT_ONCE: usize = 1 << 11;

/// Fitted weights of either kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Weighing<F = f32> {
    /// By a formula that is built in.
    TfIdf(TfIdf<F>),
    /// By an expression.
    Expression(ExpressionWeights),
}

impl<F: Real> Weighing<F> {
    /// The weights of `counts`, CSR, (n_docs, n_terms).
    ///
    /// # Errors
    /// [`Error::Columns`] for other columns than the fitted matrix had, and those of
    /// [`ExpressionWeights::transform`].
    pub fn transform<V: Copy + Into<f64>>(
        &self,
        counts: CsMatViewI<'_, V, u32, usize>,
        run: &Run,
    ) -> Result<CsMatI<F, u32, usize>, Error> {
        match self {
            Self::TfIdf(tfidf) if counts.cols() != tfidf.idf.len() => {
                Err(Error::Columns { expected: tfidf.idf.len(), got: counts.cols() })
            }
            Self::TfIdf(tfidf) => Ok(tfidf.transform(counts)),
            Self::Expression(weights) => weights.transform(counts, run),
        }
    }
}

/// Settings of the weights `tf(count) · df(term)`, each row then divided by its length: the three
/// letters of the SMART notation (Salton and Buckley, Information Processing & Management 24(5),
/// 1988).
///
/// | field | default | meaning |
/// |---|---|---|
/// | `term_freq` | [`TermFreq::Sublinear`] | what becomes of a count |
/// | `doc_freq` | [`DocFreqWeight::Smooth`] | what a term is worth |
/// | `norm` | [`Norm::L2`] | the length of a row |
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TfIdfConfig {
    /// What becomes of the counts.
    pub term_freq: TermFreq,
    /// What the terms are worth.
    pub doc_freq: DocFreqWeight,
    /// What the length of every row is.
    pub norm: Norm,
}

impl TfIdfConfig {
    /// `tf · (ln((1 + n_docs) / (1 + df)) + 1)`, rows of Euclidean length 1: the default of
    /// scikit-learn's `TfidfTransformer`.
    #[must_use]
    pub fn tf_idf() -> Self {
        Self { term_freq: TermFreq::Raw, ..Self::default() }
    }

    /// The same with `1 + ln(tf)` for `tf`: the default, which held up best on texts of every
    /// length.
    #[must_use]
    pub fn sublinear() -> Self {
        Self::default()
    }

    /// Okapi BM25 with k₁ = 1.2 and b = 0.75 (Robertson and Zaragoza, Foundations and Trends in
    /// Information Retrieval 3(4), 2009), rows of Euclidean length 1.
    #[must_use]
    pub fn bm25() -> Self {
        Self {
            term_freq: TermFreq::Bm25 { k1: 1.2, b: 0.75 },
            doc_freq: DocFreqWeight::Probabilistic,
            norm: Norm::L2,
        }
    }

    /// Log-entropy (Dumais, Behavior Research Methods 23(2), 1991), rows of Euclidean length 1.
    #[must_use]
    pub fn log_entropy() -> Self {
        Self { term_freq: TermFreq::Log, doc_freq: DocFreqWeight::Entropy, norm: Norm::L2 }
    }

    /// Learns what the terms of `counts` are worth: CSR, (n_docs, n_terms), non-negative; `F` is
    /// what the weights will be held in.
    ///
    /// Cost: linear in the non-zeros.
    #[must_use]
    pub fn fit<F: Real, V: Copy + Into<f64>>(
        &self,
        counts: CsMatViewI<'_, V, u32, usize>,
    ) -> TfIdf<F> {
        let total = total(counts.data());
        Self::fitted(
            *self,
            self.doc_freq.of_terms(counts).into_iter().map(F::from_f64).collect(),
            if counts.rows() > 0 { total / counts.rows() as f64 } else { 0.0 },
        )
    }

    fn fitted<F: Real>(config: Self, idf: Vec<F>, mean_length: f64) -> TfIdf<F> {
        TfIdf { config, idf, mean_length }
    }
}

/// The sum of `counts`, exact where they are whole. Several sums at once, as each addition waits for the
/// one before it.
fn total<V: Copy + Into<f64>>(counts: &[V]) -> f64 {
    const AT_ONCE: usize = 8;
    let (groups, rest) = counts.as_chunks::<AT_ONCE>();
    let mut sums = [0.0; AT_ONCE];
    for group in groups {
        for (sum, &count) in sums.iter_mut().zip(group) {
            *sum += count.into();
        }
    }
    let rest = rest.iter().map(|&count| count.into());
    sums.into_iter().chain(rest).sum()
}

/// Fitted weights: what each term is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct TfIdf<F = f32> {
    config: TfIdfConfig,
    idf: Vec<F>,
    mean_length: f64,
}

impl<F: Real> TfIdf<F> {
    /// Weights from their parts, as [`config`](Self::config), [`idf`](Self::idf) and
    /// [`mean_length`](Self::mean_length) give them.
    #[must_use]
    pub fn from_parts(config: TfIdfConfig, idf: Vec<F>, mean_length: f64) -> Self {
        TfIdfConfig::fitted(config, idf, mean_length)
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> TfIdfConfig {
        self.config
    }

    /// What every term is worth: its inverse document frequency, or its entropy weight.
    #[must_use]
    pub fn idf(&self) -> &[F] {
        &self.idf
    }

    /// The mean sum of a fitted row of counts.
    #[must_use]
    pub fn mean_length(&self) -> f64 {
        self.mean_length
    }

    /// The weights of `counts`, CSR, (n_docs, n_terms). A document without terms stays a row of
    /// zeros. A row does not depend on the others.
    ///
    /// # Panics
    /// When `counts` has another number of columns than the fitted matrix.
    #[must_use]
    pub fn transform<V: Copy + Into<f64>>(
        &self,
        counts: CsMatViewI<'_, V, u32, usize>,
    ) -> CsMatI<F, u32, usize> {
        let mut data = vec![F::ZERO; counts.nnz()];
        self.fill(counts, 0..counts.rows(), &mut data);
        let indptr = counts.proper_indptr().to_vec();
        CsMatI::new(counts.shape(), indptr, counts.indices().to_vec(), data)
    }

    /// The entries of [`transform`](Self::transform) alone, in the order of those of `counts`, made on
    /// all threads: for who keeps the structure that they share with the counts.
    ///
    /// # Errors
    /// [`Error::Columns`] for other columns than the fitted matrix had; those of the parallel run.
    pub fn values<V: Copy + Into<f64> + Sync>(
        &self,
        counts: CsMatViewI<'_, V, u32, usize>,
        run: &Run,
    ) -> Result<Vec<F>, Error> {
        if counts.cols() != self.idf.len() {
            return Err(Error::Columns { expected: self.idf.len(), got: counts.cols() });
        }
        let mut data = zeros_in_large_pages::<F>(counts.nnz());
        let ends = counts.proper_indptr();
        let mut blocks = Vec::new();
        let mut left = &mut data[..];
        for start in (0..counts.rows()).step_by(ROWS_AT_ONCE) {
            let end = counts.rows().min(start + ROWS_AT_ONCE);
            let (here, after) = left.split_at_mut(ends[end] - ends[start]);
            left = after;
            blocks.push((start..end, here));
        }
        run.map(blocks, |(rows, data)| self.fill(counts, rows, data))?;
        Ok(data)
    }

    /// The weights of `rows` into `data`, which has a place for each of their entries.
    fn fill<V: Copy + Into<f64>>(
        &self,
        counts: CsMatViewI<'_, V, u32, usize>,
        rows: Range<usize>,
        data: &mut [F],
    ) {
        assert_eq!(counts.cols(), self.idf.len(), "a column for every fitted term");
        let mut weights = Vec::new();
        let mut left = data;
        for row in rows {
            let row = counts.outer_view(row).expect("the row exists");
            self.weigh(row.indices(), row.data(), &mut weights);
            let (here, after) = left.split_at_mut(weights.len());
            left = after;
            for (place, &weight) in here.iter_mut().zip(&weights) {
                *place = F::from_f64(weight);
            }
        }
    }

    /// The weights of one document into `weights`.
    fn weigh<V: Copy + Into<f64>>(&self, terms: &[u32], counts: &[V], weights: &mut Vec<f64>) {
        let relative_length = match self.config.term_freq {
            TermFreq::Bm25 { .. } if self.mean_length > 0.0 => {
                counts.iter().map(|&count| count.into()).sum::<f64>() / self.mean_length
            }
            _ => 1.0,
        };
        weights.clear();
        weights.extend(terms.iter().zip(counts).map(|(&term, &count)| {
            self.config.term_freq.of(count.into(), relative_length) * self.idf[term as usize].into()
        }));
        self.config.norm.apply(weights);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_whole_numbers_is_exact_for_any_number_of_them() {
        for n in [0, 1, 7, 8, 9, 1000] {
            let counts: Vec<u32> = (1..=n).collect();
            assert_eq!(total(&counts), f64::from(n * (n + 1) / 2));
        }
    }
}
