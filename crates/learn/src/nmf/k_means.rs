//! Topics drawn to the documents that they lead: spherical k-means from where the iterations ended.

use jobs::Run;
use sprs::CsMatViewI;

use super::blocks::RowBlocks;
use super::hals::End;
use super::start::Start;
use super::topics::{exact, lengths};
use crate::kernels::{gather, padded};
use crate::{Error, InstructionSet, Real};

/// Makes every topic the mean direction of the documents that it leads, which are those that are nearest
/// to it by the cosine, for `rounds` rounds or until no document moves (Dhillon and Modha, Machine
/// Learning 42(1), 2001). A topic that leads no document stays as it is.
///
/// `by_term` is the transposed `x`. `W` becomes the exact least-squares solution for these topics.
pub(super) fn drawn_to_documents<F: Real>(
    (x, by_term): (CsMatViewI<'_, F, u32, usize>, &RowBlocks<'_, F>),
    End { w, mut ht, .. }: End<F>,
    (k, rounds): (usize, usize),
    (isa, run): (InstructionSet, &Run),
) -> Result<Start<F>, Error> {
    let width = padded(k);
    let scales = lengths(&ht, k);
    let mut leading: Vec<Option<usize>> =
        w.chunks_exact(width).map(|row| strongest(row, &scales)).collect();
    for _ in 0..rounds {
        ht = means(by_term, &leading, (&ht, k), run)?;
        let nearest = nearest(x, (&ht, k), (isa, run))?;
        if std::mem::replace(&mut leading, nearest) == leading {
            break;
        }
    }
    let w = exact(x, &ht, (k, None, (0.0, 0.0)), (isa, run))?;
    Ok(Start { w, ht })
}

/// For every document the topic that is nearest to it, given `Hᵀ` with topics of length 1; none for a
/// document that has nothing of any.
pub(super) fn nearest<F: Real>(
    x: CsMatViewI<'_, F, u32, usize>,
    (ht, k): (&[F], usize),
    (isa, run): (InstructionSet, &Run),
) -> Result<Vec<Option<usize>>, Error> {
    let by_doc = RowBlocks::of(x);
    let ones = vec![1.0; k];
    let parts = run.map(by_doc.ranges().to_vec(), |rows| {
        let mut products = vec![F::ZERO; padded(k)];
        let mut part = Vec::with_capacity(rows.len());
        for row in rows {
            let (indices, values) = by_doc.row(row);
            products.fill(F::ZERO);
            gather(isa, &mut products, indices, values, ht);
            part.push(strongest(&products, &ones));
        }
        part
    })?;
    Ok(parts.concat())
}

/// The mean directions of the documents that each topic leads, as `Hᵀ`; `former` are the topics.
fn means<F: Real>(
    by_term: &RowBlocks<'_, F>,
    leading: &[Option<usize>],
    (former, k): (&[F], usize),
    run: &Run,
) -> Result<Vec<F>, Error> {
    let width = padded(k);
    let parts = run.map(by_term.ranges().to_vec(), |terms| {
        let mut part = vec![F::ZERO; terms.len() * width];
        for (term, sums) in terms.zip(part.chunks_exact_mut(width)) {
            let (docs, values) = by_term.row(term);
            for (&doc, &value) in docs.iter().zip(values) {
                if let Some(topic) = leading[doc as usize] {
                    sums[topic] += value;
                }
            }
        }
        part
    })?;
    Ok(directions(parts.concat(), (former, k)))
}

/// Sums of documents as topics of length 1, `Hᵀ`; where there is no document the former topic.
pub(super) fn directions<F: Real>(mut sums: Vec<F>, (former, k): (&[F], usize)) -> Vec<F> {
    let width = padded(k);
    let lengths = lengths(&sums, k);
    for (row, former) in sums.chunks_exact_mut(width).zip(former.chunks_exact(width)) {
        for ((value, &former), &length) in row.iter_mut().zip(former).zip(&lengths) {
            *value = if length > 0.0 { F::from_f64((*value).into() / length) } else { former };
        }
    }
    sums
}

/// The first of the topics with the largest weight times its scale; none where all are zero.
pub(super) fn strongest<F: Real>(weights: &[F], scales: &[f64]) -> Option<usize> {
    let mut best = (None, 0.0);
    for (topic, (&weight, scale)) in weights.iter().zip(scales).enumerate() {
        let weight: f64 = weight.into() * scale;
        if weight > best.1 {
            best = (Some(topic), weight);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use sprs::CsMatI;

    use super::*;

    #[test]
    fn topics_become_the_mean_directions_of_the_documents_nearest_to_them() {
        // Three documents over the first three terms, three over the last, and one without terms.
        let indptr = vec![0, 3, 5, 7, 10, 12, 14, 14];
        let indices = vec![0, 1, 2, 0, 1, 1, 2, 3, 4, 5, 3, 4, 4, 5];
        let data = vec![1.0, 2.0, 1.0, 3.0, 1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 4.0];
        let x: CsMatI<f32, u32, usize> = CsMatI::new((7, 6), indptr, indices, data);
        let xt = x.transpose_view().to_csr();
        let (k, width) = (3, padded(3));
        // The first two topics lead one document of the other group each, the third none.
        let mut w = vec![0.0; 7 * width];
        for (doc, topic) in [(0, 0), (1, 0), (2, 1), (3, 1), (4, 0), (5, 1)] {
            w[doc * width + topic] = 1.0;
        }
        let mut ht = vec![0.0; 6 * width];
        for term in 0..6 {
            ht[term * width..term * width + 2].fill(1.0);
        }
        ht[2] = 0.5;
        let run = Run::serial();
        let start = drawn_to_documents(
            (x.view(), &RowBlocks::of(xt.view())),
            End { w, ht, iterations: 1 },
            (k, 10),
            (InstructionSet::best(), &run),
        )
        .unwrap();
        let topic = |topic: usize| (0..6).map(move |term| term * width + topic);
        let direction = |sums: [f32; 6]| {
            let length = sums.iter().map(|sum| sum * sum).sum::<f32>().sqrt();
            sums.map(|sum| sum / length)
        };
        let expected =
            [direction([4.0, 4.0, 2.0, 0.0, 0.0, 0.0]), direction([0.0, 0.0, 0.0, 3.0, 3.0, 5.0])];
        for (number, expected) in expected.iter().enumerate() {
            for (at, expected) in topic(number).zip(expected) {
                assert!((start.ht[at] - expected).abs() < 1e-6, "topic {number}");
            }
        }
        assert!(topic(2).map(|at| start.ht[at]).eq([0.5, 0.0, 0.0, 0.0, 0.0, 0.0]));
        assert!(start.w[6 * width..].iter().all(|&weight| weight == 0.0), "no terms, no topics");
    }
}
