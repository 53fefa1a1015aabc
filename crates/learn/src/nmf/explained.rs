//! How much of each document its topics explain.

use jobs::Run;
use ndarray::ArrayView2;
use sprs::CsMatViewI;

use super::{Nmf, padded_rows};
use crate::kernels::padded;
use crate::{Error, Real};

/// Rows in one parallel task.
const BLOCK_ROWS: usize = 1024;

impl<F: Real> Nmf<F> {
    /// The share of every document's squared length that the topics explain, 0 to 1: the squared
    /// cosine of its row `x` of `X`, CSR, (n_docs, n_terms), and `w · H`. For the `W` that
    /// [`transform`](Self::transform) gives it is `1 − ‖x − w·H‖² / ‖x‖²`. A row of zeros has 0.
    ///
    /// Neither depends on the length of `x` or `w`. Cost of a row: its non-zeros times its topics, and
    /// the square of the number of its topics.
    ///
    /// # Errors
    /// [`Error::Shape`] for a `W`, (n_docs, n_topics), of another shape, [`Error::Columns`] for other
    /// terms than the topics have.
    pub fn explained(
        &self,
        x: CsMatViewI<'_, F, u32, usize>,
        w: ArrayView2<'_, F>,
        run: &Run,
    ) -> Result<Vec<f64>, Error> {
        let h = self.components();
        let (k, n_terms) = h.dim();
        if x.cols() != n_terms {
            return Err(Error::Columns { expected: n_terms, got: x.cols() });
        }
        if w.dim() != (x.rows(), k) {
            return Err(Error::Shape { name: "W", expected: (x.rows(), k), got: w.dim() });
        }
        // What a document needs of a term stands side by side.
        let (ht, width) = (padded_rows(h.t()), padded(k).max(1));
        let mut gram = vec![0.0_f64; k * k];
        for row in ht.chunks_exact(width) {
            for (a, &of_a) in row.iter().enumerate().filter(|(_, h)| **h > F::ZERO) {
                for (sum, &of_b) in gram[a * k..(a + 1) * k].iter_mut().zip(row) {
                    *sum += of_a.into() * of_b.into();
                }
            }
        }
        let one = |row: usize| {
            let topics: Vec<(usize, f64)> = w
                .row(row)
                .iter()
                .enumerate()
                .map(|(topic, &w)| (topic, w.into()))
                .filter(|(_, w)| *w > 0.0)
                .collect();
            let Some(doc) = x.outer_view(row) else { return 0.0 };
            let (mut square, mut inner) = (0.0, 0.0);
            for (term, &value) in doc.iter() {
                let value: f64 = value.into();
                let weights = &ht[term * width..(term + 1) * width];
                let model: f64 = topics.iter().map(|&(topic, w)| w * weights[topic].into()).sum();
                square += value * value;
                inner += value * model;
            }
            let of = |&(a, wa): &(usize, f64)| -> f64 {
                topics.iter().map(|&(b, wb)| wa * wb * gram[a * k + b]).sum()
            };
            let lengths = square * topics.iter().map(of).sum::<f64>();
            if lengths > 0.0 { (inner * inner / lengths).min(1.0) } else { 0.0 }
        };
        let starts: Vec<usize> = (0..x.rows()).step_by(BLOCK_ROWS).collect();
        let parts = run.map(starts, |start| {
            (start..(start + BLOCK_ROWS).min(x.rows())).map(one).collect::<Vec<f64>>()
        })?;
        Ok(parts.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr2;
    use sprs::CsMatI;

    #[test]
    fn the_share_is_that_of_the_residual_and_independent_of_lengths() {
        let nmf = Nmf::from_components(arr2(&[[0.5_f64, 0.5, 0.0, 0.0], [0.0, 0.2, 0.8, 0.0]]));
        let nmf = nmf.unwrap();
        let (indptr, indices) = (vec![0, 3, 4, 4], vec![0, 1, 3, 3]);
        let x = CsMatI::new((3, 4), indptr, indices, vec![1.0, 2.0, 0.5, 1.0]);
        let run = Run::serial();
        let w = nmf.transform(x.view(), &run).unwrap();
        let found = nmf.explained(x.view(), w.view(), &run).unwrap();
        let model = w.dot(&nmf.components());
        let dense = arr2(&[[1.0, 2.0, 0.0, 0.5]]);
        let residual: f64 = (&dense - &model.slice(ndarray::s![..1, ..])).mapv(|v| v * v).sum();
        assert!((found[0] - (1.0 - residual / 5.25)).abs() < 1e-9, "{found:?}");
        // A term of no topic, and no term at all.
        assert_eq!(found[1..], [0.0, 0.0]);
        let scaled = nmf.explained(x.view(), (&w * 7.0).view(), &run).unwrap();
        assert!((found[0] - scaled[0]).abs() < 1e-12);
        assert!(nmf.explained(x.view(), model.view(), &run).is_err());
    }
}
