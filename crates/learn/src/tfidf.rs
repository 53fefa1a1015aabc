//! Counts to weights.

use sprs::{CsMatI, CsMatViewI};

/// What becomes of a term's count in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TermFreq {
    /// The count itself.
    Raw,
    /// `1 + ln(count)`: the tenth use of a word says less than the second.
    #[default]
    Sublinear,
}

/// Settings of the TF-IDF weights.
///
/// With [`TermFreq::Raw`] the weights are those of scikit-learn's `TfidfTransformer` with its
/// default settings: `tf · (ln((1 + n_docs) / (1 + df)) + 1)`, each row then divided by its
/// Euclidean norm. (Salton and Buckley, Information Processing & Management 24(5), 1988.)
#[derive(Debug, Clone, Copy, Default)]
pub struct TfIdfConfig {
    /// What becomes of the counts.
    pub term_freq: TermFreq,
}

impl TfIdfConfig {
    /// Learns the inverse document frequencies of `counts`: CSR, (n_docs, n_terms).
    ///
    /// Cost: linear in the non-zeros.
    #[must_use]
    pub fn fit(&self, counts: CsMatViewI<'_, u32, u32, usize>) -> TfIdf {
        let mut doc_freq = vec![0_u32; counts.cols()];
        for (&column, &count) in counts.indices().iter().zip(counts.data()) {
            doc_freq[column as usize] += u32::from(count > 0);
        }
        let n_docs = counts.rows() as f64;
        let idf = doc_freq
            .iter()
            .map(|&df| (libm::log((1.0 + n_docs) / (1.0 + f64::from(df))) + 1.0) as f32)
            .collect();
        TfIdf { term_freq: self.term_freq, idf }
    }
}

/// Fitted weights: what each term is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct TfIdf {
    term_freq: TermFreq,
    idf: Vec<f32>,
}

impl TfIdf {
    /// Weights from their parts, as [`term_freq`](Self::term_freq) and [`idf`](Self::idf) give
    /// them.
    #[must_use]
    pub fn from_parts(term_freq: TermFreq, idf: Vec<f32>) -> Self {
        Self { term_freq, idf }
    }

    /// What becomes of the counts.
    #[must_use]
    pub fn term_freq(&self) -> TermFreq {
        self.term_freq
    }

    /// The inverse document frequency of every term.
    #[must_use]
    pub fn idf(&self) -> &[f32] {
        &self.idf
    }

    /// The weights of `counts`, CSR, (n_docs, n_terms): rows of Euclidean norm 1, or 0 for a
    /// document without terms. A row does not depend on the others.
    ///
    /// # Panics
    /// When `counts` has another number of columns than the fitted matrix.
    #[must_use]
    pub fn transform(&self, counts: CsMatViewI<'_, u32, u32, usize>) -> CsMatI<f32, u32, usize> {
        assert_eq!(counts.cols(), self.idf.len(), "a column for every fitted term");
        let mut data = Vec::with_capacity(counts.nnz());
        for row in counts.outer_iterator() {
            let start = data.len();
            let mut squares = 0.0_f64;
            for (column, &count) in row.iter() {
                let weight = self.tf(count) * f64::from(self.idf[column]);
                squares += weight * weight;
                data.push(weight as f32);
            }
            if squares > 0.0 {
                let norm = squares.sqrt();
                for weight in &mut data[start..] {
                    *weight = (f64::from(*weight) / norm) as f32;
                }
            }
        }
        let indptr = counts.indptr().into_raw_storage().to_vec();
        CsMatI::new(counts.shape(), indptr, counts.indices().to_vec(), data)
    }

    fn tf(&self, count: u32) -> f64 {
        match self.term_freq {
            TermFreq::Raw => f64::from(count),
            TermFreq::Sublinear if count > 0 => 1.0 + libm::log(f64::from(count)),
            TermFreq::Sublinear => 0.0,
        }
    }
}
