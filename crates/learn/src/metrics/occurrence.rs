//! Which documents hold which terms.

use sprs::CsMatViewI;

/// Added to a joint probability before its logarithm, as in gensim's measures.
pub(crate) const EPSILON: f64 = 1e-12;

/// Which documents each term occurs in: what coherence is counted on.
#[derive(Debug, Clone)]
pub struct Occurrence {
    pub(crate) n_docs: usize,
    /// For every term: its documents, rising.
    docs: Vec<Vec<u32>>,
}

impl Occurrence {
    /// From `x`, CSR, (n_docs, n_terms): counts or weights, non-zero where a term occurs.
    ///
    /// Cost: linear in the non-zeros, 4 bytes each.
    #[must_use]
    pub fn of<N>(x: CsMatViewI<'_, N, u32, usize>) -> Self {
        let mut docs = vec![Vec::new(); x.cols()];
        for (doc, row) in x.outer_iterator().enumerate() {
            for &term in row.indices() {
                docs[term as usize].push(doc as u32);
            }
        }
        Self { n_docs: x.rows(), docs }
    }

    /// In how many documents `term` occurs.
    pub(crate) fn count(&self, term: usize) -> usize {
        self.docs[term].len()
    }

    /// In how many documents both terms occur.
    pub(crate) fn count_both(&self, a: usize, b: usize) -> usize {
        let (mut a, mut b) = (self.docs[a].as_slice(), self.docs[b].as_slice());
        let mut both = 0;
        while let (Some(&first), Some(&second)) = (a.first(), b.first()) {
            both += usize::from(first == second);
            if first <= second {
                a = &a[1..];
            }
            if second <= first {
                b = &b[1..];
            }
        }
        both
    }

    /// Normalised pointwise mutual information of two terms over whole documents, -1 to 1:
    /// `ln((p_ab + ε) / (p_a p_b)) / −ln(p_ab + ε)` (Bouma, GSCL 2009), -1 when one of them never
    /// occurs, 1 when both are in every document.
    pub(crate) fn npmi(&self, a: usize, b: usize) -> f64 {
        let n = self.n_docs as f64;
        let (p_a, p_b) = (self.count(a) as f64 / n, self.count(b) as f64 / n);
        if p_a == 0.0 || p_b == 0.0 {
            return -1.0;
        }
        let joint = self.count_both(a, b) as f64 / n + EPSILON;
        if joint >= 1.0 {
            return 1.0;
        }
        libm::log(joint / (p_a * p_b)) / -libm::log(joint)
    }
}
