//! Weights of counts that are too many for memory.

use jobs::Run;

use super::doc_freq::{Entropy, add_doc_freqs};
use super::{DocFreqWeight, ExpressionWeights, TfIdf, TfIdfConfig, Weighing, WeightExpression};
use crate::{Error, MatrixSpill, Real, SpilledMatrix};

/// What a pass over counts tells of them.
struct Uses {
    /// Of every term.
    doc_freqs: Vec<u32>,
    n_docs: usize,
    /// The mean sum of a row.
    mean_length: f64,
}

impl Uses {
    fn of(counts: &SpilledMatrix<u32>) -> Result<Self, Error> {
        let (n_docs, n_terms) = counts.shape();
        let (mut doc_freqs, mut total) = (vec![0; n_terms], 0.0);
        counts.each_part(|part| {
            add_doc_freqs(&mut doc_freqs, part.view());
            total += part.view().data().iter().map(|&count| f64::from(count)).sum::<f64>();
            Ok::<_, Error>(())
        })?;
        let mean_length = if n_docs > 0 { total / n_docs as f64 } else { 0.0 };
        Ok(Self { doc_freqs, n_docs, mean_length })
    }
}

impl TfIdfConfig {
    /// As [`fit`](Self::fit), of counts on disk: the same weights. Cost: a pass over them, two more for
    /// entropies.
    ///
    /// # Errors
    /// Those of reading them.
    pub fn fit_spilled<F: Real>(&self, counts: &SpilledMatrix<u32>) -> Result<TfIdf<F>, Error> {
        let Uses { doc_freqs, n_docs, mean_length } = Uses::of(counts)?;
        let mut entropy = Entropy::new(doc_freqs.len());
        if self.doc_freq == DocFreqWeight::Entropy {
            counts.each_part(|part| {
                entropy.add_totals(part.view());
                Ok::<_, Error>(())
            })?;
            counts.each_part(|part| {
                entropy.add(part.view());
                Ok::<_, Error>(())
            })?;
        }
        let idf = self.doc_freq.of_known((&doc_freqs, n_docs), entropy);
        Ok(Self::fitted(*self, idf.into_iter().map(F::from_f64).collect(), mean_length))
    }
}

impl WeightExpression {
    /// As [`fit`](Self::fit), of counts on disk: the same weights. Cost: a pass over them.
    ///
    /// # Errors
    /// Those of reading them.
    pub fn fit_spilled(&self, counts: &SpilledMatrix<u32>) -> Result<ExpressionWeights, Error> {
        let Uses { doc_freqs, n_docs, mean_length } = Uses::of(counts)?;
        Ok(ExpressionWeights::from_parts(self.clone(), (doc_freqs, n_docs), mean_length))
    }
}

impl<F: Real> Weighing<F> {
    /// As [`transform`](Self::transform), from counts on disk to weights on disk, all threads at work on
    /// some parts at a time.
    ///
    /// # Errors
    /// As [`transform`](Self::transform), and those of reading and writing.
    pub fn transform_spilled(
        &self,
        counts: &SpilledMatrix<u32>,
        run: &Run,
    ) -> Result<SpilledMatrix<F>, Error> {
        let weights_of = |number| {
            let part = counts.part(number)?;
            self.transform(part.view(), run)
        };
        let spill = MatrixSpill::new(counts.shape().1, run)?;
        let spill = run.fold(0..counts.n_parts(), weights_of, spill, |mut spill, weights| {
            spill.push(weights?.view())?;
            Ok::<_, Error>(spill)
        })?;
        spill.finish()
    }
}

#[cfg(test)]
mod tests {
    use sprs::CsMatI;

    use super::*;

    fn counts() -> CsMatI<u32, u32, usize> {
        let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
        for doc in 0..9000_usize {
            for term in (0..20).filter(|term| (doc * 31 + term * 17) % 7 < 2) {
                indices.push(term as u32);
                data.push((1 + (doc + term) % 4) as u32);
            }
            indptr.push(indices.len());
        }
        CsMatI::new((9000, 21), indptr, indices, data)
    }

    #[test]
    fn weights_are_those_of_counts_in_memory() {
        let counts = counts();
        let run = Run::serial().with_memory(1);
        let mut spill = MatrixSpill::new(counts.cols(), &run).unwrap();
        spill.push(counts.view()).unwrap();
        let spilled = spill.finish().unwrap();
        assert!(spilled.n_parts() > 3);
        let expression = WeightExpression::parse("log(1 + tf) * idf / (1 + dl / avgdl)").unwrap();
        let plain = TfIdfConfig { doc_freq: DocFreqWeight::Plain, ..TfIdfConfig::tf_idf() };
        let one = TfIdfConfig { doc_freq: DocFreqWeight::One, ..TfIdfConfig::tf_idf() };
        let built_in =
            [TfIdfConfig::sublinear(), TfIdfConfig::bm25(), TfIdfConfig::log_entropy(), plain, one];
        let mut pairs: Vec<(Weighing, Weighing)> = built_in
            .iter()
            .map(|config| {
                let of_spilled = config.fit_spilled(&spilled).unwrap();
                (Weighing::TfIdf(config.fit(counts.view())), Weighing::TfIdf(of_spilled))
            })
            .collect();
        pairs.push((
            Weighing::Expression(expression.fit(counts.view())),
            Weighing::Expression(expression.fit_spilled(&spilled).unwrap()),
        ));
        for (whole, parts) in pairs {
            // Bits, as a term that never occurs may weigh infinitely much.
            assert_eq!(format!("{whole:?}"), format!("{parts:?}"));
            let expected = whole.transform(counts.view(), &run).unwrap();
            let found = parts.transform_spilled(&spilled, &run).unwrap();
            assert_eq!(found.some_rows(0..counts.rows()).unwrap(), expected);
        }
    }
}
