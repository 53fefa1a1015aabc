//! How much each document counts.

use sprs::CsMatViewI;

use crate::Real;

/// A document of so much information counts half, nats.
const HALF: f64 = 100.0;

/// How much the error of each document counts in the objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DocWeight {
    /// As much as that of every other: the objective is the plain one.
    #[default]
    Equal,
    /// By the information of its terms: `i / (i + 100)`, where `i` is the sum of `ln((1 + n_docs) / df)` over
    /// the terms that the document holds and `df` is how many documents hold the term. How heavy a term is
    /// plays no part.
    ///
    /// Where rows have one length, a document of three terms would else pull at the topics as much as
    /// one of three hundred, though it tells next to nothing of which terms go together.
    Information,
}

/// What documents count, given those that are known.
#[derive(Debug, Clone)]
pub(super) struct DocWeights {
    kind: DocWeight,
    /// How many documents hold each term, and how many there are; all none where every document counts
    /// alike.
    doc_freqs: Vec<u64>,
    n_docs: u64,
}

impl DocWeights {
    /// No documents are known yet.
    pub(super) fn new(kind: DocWeight) -> Self {
        Self { kind, doc_freqs: Vec::new(), n_docs: 0 }
    }

    /// Takes note of the documents `x`. Cost: a pass over their entries.
    pub(super) fn add<F: Real>(&mut self, x: CsMatViewI<'_, F, u32, usize>) {
        if self.kind == DocWeight::Equal {
            return;
        }
        self.n_docs += x.rows() as u64;
        self.doc_freqs.resize(x.cols().max(self.doc_freqs.len()), 0);
        for (&term, &value) in x.indices().iter().zip(x.data()) {
            self.doc_freqs[term as usize] += u64::from(value > F::ZERO);
        }
    }

    /// What `then` makes of the documents `x`, which are known, with what they count worked into their
    /// rows.
    pub(super) fn with<F: Real, T>(
        &self,
        x: CsMatViewI<'_, F, u32, usize>,
        then: impl FnOnce(CsMatViewI<'_, F, u32, usize>) -> T,
    ) -> T {
        match self.weighed(x) {
            Some(weighed) => then(weighed.view(&x)),
            None => then(x),
        }
    }

    /// The documents `x`, which are known, with what they count worked into their rows; nothing where all
    /// documents count alike. Cost: a copy of their values.
    pub(super) fn weighed<F: Real>(&self, x: CsMatViewI<'_, F, u32, usize>) -> Option<Weighed<F>> {
        if self.kind == DocWeight::Equal {
            return None;
        }
        // Above zero for a term that all documents hold: no document is dropped for its terms.
        let of_term = |&df: &u64| libm::log((1 + self.n_docs) as f64 / df.max(1) as f64);
        let information: Vec<f64> = self.doc_freqs.iter().map(of_term).collect();
        let (mut roots, mut values) = (Vec::with_capacity(x.rows()), Vec::with_capacity(x.nnz()));
        for row in x.outer_iterator() {
            let held = row.iter().filter(|(_, value)| **value > F::ZERO);
            let sum: f64 = held.map(|(term, _)| information[term]).sum();
            // A document without terms is nothing whatever it counts.
            let root = if sum > 0.0 { (sum / (sum + HALF)).sqrt() } else { 1.0 };
            values.extend(row.data().iter().map(|&value| F::from_f64(root * value.into())));
            roots.push(root);
        }
        Some(Weighed { roots, ends: x.proper_indptr().into_owned(), values })
    }
}

/// Rows times the square roots of what their documents count: the plain error of these is the weighed
/// error of the documents.
#[derive(Debug)]
pub(super) struct Weighed<F> {
    roots: Vec<f64>,
    ends: Vec<usize>,
    values: Vec<F>,
}

impl<F: Real> Weighed<F> {
    /// The rows; `x` are those that they were made of.
    pub(super) fn view<'a>(
        &'a self,
        x: &'a CsMatViewI<'_, F, u32, usize>,
    ) -> CsMatViewI<'a, F, u32, usize> {
        CsMatViewI::new(x.shape(), &self.ends, x.indices(), &self.values)
    }

    /// Makes of `w`, (n_docs, width), for the documents the one for these rows.
    pub(super) fn of_rows(&self, w: &mut [F], width: usize) {
        self.scale(w, width, |root| root);
    }

    /// Makes of `w`, (n_docs, width), for these rows the one for the documents.
    pub(super) fn of_documents(&self, w: &mut [F], width: usize) {
        self.scale(w, width, |root| 1.0 / root);
    }

    fn scale(&self, w: &mut [F], width: usize, factor: impl Fn(f64) -> f64) {
        for (row, &root) in w.chunks_exact_mut(width).zip(&self.roots) {
            let factor = factor(root);
            for value in row {
                *value = F::from_f64(factor * (*value).into());
            }
        }
    }
}
