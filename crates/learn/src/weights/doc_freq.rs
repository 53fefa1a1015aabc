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
        let weight = |&df: &u32| libm::log((1.0 + n_docs as f64) / (1.0 + f64::from(df))) + 1.0;
        doc_freqs.iter().map(weight).collect()
    }

    /// For every column of `counts`.
    pub(super) fn of_terms<V: Copy + Into<f64>>(
        self,
        counts: CsMatViewI<'_, V, u32, usize>,
    ) -> Vec<f64> {
        let n_docs = counts.rows() as f64;
        match self {
            Self::One => vec![1.0; counts.cols()],
            Self::Smooth => Self::smooth(&doc_freqs(counts), counts.rows()),
            Self::Plain => each_doc_freq(counts, |df| libm::log(n_docs / df) + 1.0),
            Self::Probabilistic => {
                each_doc_freq(counts, |df| libm::log1p((n_docs - df + 0.5) / (df + 0.5)))
            }
            Self::Entropy => entropy(counts),
        }
    }
}

/// For every column of `counts` how many rows are not 0 in it.
pub(super) fn doc_freqs<V: Copy + Into<f64>>(counts: CsMatViewI<'_, V, u32, usize>) -> Vec<u32> {
    let mut doc_freq = vec![0_u32; counts.cols()];
    for (&column, &count) in counts.indices().iter().zip(counts.data()) {
        doc_freq[column as usize] += u32::from(count.into() != 0.0);
    }
    doc_freq
}

fn each_doc_freq<V: Copy + Into<f64>>(
    counts: CsMatViewI<'_, V, u32, usize>,
    weight: impl Fn(f64) -> f64,
) -> Vec<f64> {
    doc_freqs(counts).into_iter().map(|df| weight(f64::from(df))).collect()
}

fn entropy<V: Copy + Into<f64>>(counts: CsMatViewI<'_, V, u32, usize>) -> Vec<f64> {
    let mut totals = vec![0.0; counts.cols()];
    for (&column, &count) in counts.indices().iter().zip(counts.data()) {
        totals[column as usize] += count.into();
    }
    let mut sums = vec![0.0; counts.cols()];
    for (&column, &count) in counts.indices().iter().zip(counts.data()) {
        let part = count.into() / totals[column as usize];
        if part > 0.0 {
            sums[column as usize] += part * libm::log(part);
        }
    }
    let most = libm::log1p(counts.rows() as f64);
    sums.into_iter().map(|sum| 1.0 + sum / most).collect()
}
