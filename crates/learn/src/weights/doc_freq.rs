//! What a term is worth, told by the documents that it occurs in.

use sprs::CsMatViewI;

/// What a term is worth: `n` documents, `df` of them with the term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DocFreqWeight {
    /// 1 for every term (scikit-learn's `use_idf=False`).
    One,
    /// `ln((1 + n) / (1 + df)) + 1`, as if one more document held every term.
    #[default]
    Smooth,
    /// `ln(n / df) + 1` (scikit-learn's `smooth_idf=False`); infinite for a term that never occurs.
    Plain,
    /// `ln(1 + (n − df + ½) / (df + ½))`: that of Robertson and Spärck Jones, kept above 0.
    Probabilistic,
    /// `1 + Σ p ln p / ln(n + 1)`, `p` being each document's part of all uses of the term: 1 for a
    /// term of one document, about 0 for one that is spread evenly over all (as in gensim, which
    /// adds the 1 to `n`).
    Entropy,
}

impl DocFreqWeight {
    /// [`Smooth`](Self::Smooth) for terms of these document frequencies.
    pub(super) fn smooth(doc_freqs: &[u32], n_docs: usize) -> Vec<f64> {
        let n = n_docs as f64;
        of_each(doc_freqs, |df| libm::log((1.0 + n) / (1.0 + df)) + 1.0)
    }

    /// For every column of `counts`.
    pub(super) fn of_terms<V: Copy + Into<f64>>(
        self,
        counts: CsMatViewI<'_, V, u32, usize>,
    ) -> Vec<f64> {
        let none = Vec::new();
        let mut entropy = Entropy::new(counts.cols());
        if self == Self::Entropy {
            entropy.add_totals(counts);
            entropy.add(counts);
        }
        let doc_freqs = if self.is_by_doc_freq() { doc_freqs(counts) } else { none };
        self.of_known((&doc_freqs, counts.rows()), entropy)
    }

    /// Whether it is told by document frequencies.
    pub(super) fn is_by_doc_freq(self) -> bool {
        !matches!(self, Self::One | Self::Entropy)
    }

    /// For every term, of document frequencies among `n_docs` or of its entropy, where these are needed.
    pub(super) fn of_known(
        self,
        (doc_freqs, n_docs): (&[u32], usize),
        entropy: Entropy,
    ) -> Vec<f64> {
        let n = n_docs as f64;
        match self {
            Self::One => vec![1.0; entropy.sums.len()],
            Self::Smooth => Self::smooth(doc_freqs, n_docs),
            Self::Plain => of_each(doc_freqs, |df| libm::log(n / df) + 1.0),
            Self::Probabilistic => {
                of_each(doc_freqs, |df| libm::log1p((n - df + 0.5) / (df + 0.5)))
            }
            Self::Entropy => entropy.weights(n_docs),
        }
    }
}

/// The weights of terms of these document frequencies. Most terms are in few documents: what those
/// weigh is computed once.
fn of_each(doc_freqs: &[u32], weight: impl Fn(f64) -> f64) -> Vec<f64> {
    const FEW: u32 = 1 << 10;
    let of_few: Vec<f64> =
        (0..FEW.min(doc_freqs.len() as u32)).map(f64::from).map(&weight).collect();
    let of_term = |&df: &u32| of_few.get(df as usize).copied().unwrap_or_else(|| weight(df.into()));
    doc_freqs.iter().map(of_term).collect()
}

/// For every column of `counts` how many rows are not 0 in it.
pub(super) fn doc_freqs<V: Copy + Into<f64>>(counts: CsMatViewI<'_, V, u32, usize>) -> Vec<u32> {
    let mut doc_freqs = vec![0_u32; counts.cols()];
    add_doc_freqs(&mut doc_freqs, counts);
    doc_freqs
}

/// Adds those of further rows.
pub(super) fn add_doc_freqs<V: Copy + Into<f64>>(
    doc_freqs: &mut [u32],
    counts: CsMatViewI<'_, V, u32, usize>,
) {
    for (&column, &count) in counts.indices().iter().zip(counts.data()) {
        doc_freqs[column as usize] += u32::from(count.into() != 0.0);
    }
}

/// What the entropy weights of columns are made of, in two passes over all rows.
pub(super) struct Entropy {
    totals: Vec<f64>,
    /// `Σ p ln p` of every column, `p` being each row's part of its total.
    sums: Vec<f64>,
}

impl Entropy {
    pub(super) fn new(n_terms: usize) -> Self {
        Self { totals: vec![0.0; n_terms], sums: vec![0.0; n_terms] }
    }

    /// Adds to the totals: the first pass.
    pub(super) fn add_totals<V: Copy + Into<f64>>(
        &mut self,
        counts: CsMatViewI<'_, V, u32, usize>,
    ) {
        for (&column, &count) in counts.indices().iter().zip(counts.data()) {
            self.totals[column as usize] += count.into();
        }
    }

    /// Adds to the sums: the second pass.
    pub(super) fn add<V: Copy + Into<f64>>(&mut self, counts: CsMatViewI<'_, V, u32, usize>) {
        for (&column, &count) in counts.indices().iter().zip(counts.data()) {
            let part = count.into() / self.totals[column as usize];
            if part > 0.0 {
                self.sums[column as usize] += part * libm::log(part);
            }
        }
    }

    fn weights(self, n_docs: usize) -> Vec<f64> {
        let most = libm::log1p(n_docs as f64);
        self.sums.into_iter().map(|sum| 1.0 + sum / most).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_in_few_documents_and_in_many_weigh_what_the_formula_says() {
        let weight = |df: f64| 3.0 / (1.0 + df);
        let doc_freqs: Vec<u32> = (0..3000).chain([70_000, 0, 1]).collect();
        let expected: Vec<f64> = doc_freqs.iter().map(|&df| weight(f64::from(df))).collect();
        assert_eq!(of_each(&doc_freqs, weight), expected);
    }
}
