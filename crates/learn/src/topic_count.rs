//! How many topics a corpus has, told by fits of its halves.

use jobs::Run;
use ndarray::ArrayView2;
use sprs::{CsMatI, CsMatViewI};

use crate::{Error, Nmf, NmfConfig, Real, best_matching, some_rows, suggest_n_topics};

/// Documents of which the halves are made at most.
const DOCS: usize = 4096;
/// The relative fall of the error at which the fits of halves end: their words stand by then.
const TOL: f64 = 1e-4;
/// Candidates from one power of two to the next.
const PER_DOUBLING: f64 = 2.5;
/// The most topics that are tried: more are not readable.
const MOST: usize = 64;
/// A peak of the stability stands this far above what lies around it, or it is not one.
const PROMINENCE: f64 = 0.05;

/// What was found for one number of topics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TopicCountPoint {
    /// The number of topics.
    pub k: usize,
    /// How alike the topics of both halves are, 0 to 1: the mean over the best matching of the cosines
    /// of their rows of `H`, and the least of them, by halves.
    pub stability: f64,
    /// `‖X − W·H‖ / ‖X‖` on one half with the topics of the other.
    pub held_out_loss: f64,
}

/// A number of topics, and what it was chosen by.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicCountChoice {
    /// The number of topics.
    pub k: usize,
    /// Whether the stability has a clear peak there; without one the size of the corpus decides.
    pub is_sure: bool,
    /// What was tried, by rising number.
    pub curve: Vec<TopicCountPoint>,
}

/// Chooses a number of topics for `x`, CSR, (n_docs, n_terms).
///
/// For a series of numbers both halves of the documents (every other one) are factorised: where the
/// number is the corpus's own, both find the same topics (stability in the sense of Greene, O'Callaghan
/// and Cunningham, ECML 2014, with rows of `H` in place of lists of words). The neighbourhood of the
/// best is then tried number by number. Without a clear peak, as in most collections of real texts,
/// [`suggest_n_topics`] decides, and the choice says so. Of many documents an even sample is taken.
///
/// Cost: some thirty fits of up to 2048 documents.
///
/// # Errors
/// Those of [`NmfConfig::fit`].
pub fn choose_topic_count<F: Real>(
    x: CsMatViewI<'_, F, u32, usize>,
    seed: u64,
    run: &Run,
) -> Result<TopicCountChoice, Error> {
    let suggested = suggest_n_topics(x.rows(), x.cols());
    let halves = Halves::of(x);
    let most = halves.most_topics().min(MOST);
    let mut curve: Vec<TopicCountPoint> = Vec::new();
    for k in series(most) {
        curve.push(halves.point(k, seed, run)?);
    }
    let mut peak = highest(&curve);
    // Twice, since the best neighbour may be at the end of what was tried.
    for _ in 0..2 {
        let Some(at) = peak else { break };
        let below = if at == 0 { curve[at].k } else { curve[at - 1].k };
        let above = curve.get(at + 1).map_or(curve[at].k, |point| point.k);
        for k in below + 1..above {
            if curve.iter().all(|point| point.k != k) {
                curve.push(halves.point(k, seed, run)?);
            }
        }
        curve.sort_by_key(|point| point.k);
        peak = highest(&curve);
    }
    let sure = peak.filter(|&at| prominence(&curve, at) >= PROMINENCE);
    let k = sure.map_or(suggested, |at| curve[at].k);
    Ok(TopicCountChoice { k, is_sure: sure.is_some(), curve })
}

/// 2, 3, 4, 5, 7, 9, … `most`: so many for each doubling.
fn series(most: usize) -> Vec<usize> {
    let mut series: Vec<usize> = (0..64)
        .map(|nth| (2.0 * libm::pow(2.0, f64::from(nth) / PER_DOUBLING)).round() as usize)
        .take_while(|&k| k <= most)
        .collect();
    series.dedup();
    series
}

/// The place of the most stable number.
fn highest(curve: &[TopicCountPoint]) -> Option<usize> {
    (0..curve.len()).reduce(
        |best, at| {
            if curve[at].stability > curve[best].stability { at } else { best }
        },
    )
}

/// How far a point stands above the second best among those that are not its neighbours, and above
/// both ends of the curve: a curve that falls from its first point on has no peak.
fn prominence(curve: &[TopicCountPoint], at: usize) -> f64 {
    if at == 0 || at + 1 == curve.len() {
        return 0.0;
    }
    let far = |other: &&TopicCountPoint| {
        let (low, high) = (other.k.min(curve[at].k) as f64, other.k.max(curve[at].k) as f64);
        high > 1.2 * low
    };
    let others = curve.iter().filter(far).map(|point| point.stability);
    curve[at].stability - others.fold(0.0, f64::max)
}

/// Every other document of an even sample.
struct Halves<F> {
    even: CsMatI<F, u32, usize>,
    odd: CsMatI<F, u32, usize>,
}

impl<F: Real> Halves<F> {
    fn of(x: CsMatViewI<'_, F, u32, usize>) -> Self {
        let stride = x.rows().div_ceil(DOCS).max(1);
        let every_other = |first: usize| some_rows(x, (first..x.rows()).step_by(2 * stride));
        Self { even: every_other(0), odd: every_other(stride) }
    }

    /// A topic needs some documents of each half to be found.
    fn most_topics(&self) -> usize {
        if self.even.data().is_empty() || self.odd.data().is_empty() {
            return 0;
        }
        (self.odd.rows().min(self.even.rows()) / 5).min(self.even.cols())
    }

    fn point(&self, k: usize, seed: u64, run: &Run) -> Result<TopicCountPoint, Error> {
        let config = NmfConfig { tol: TOL, ..NmfConfig::new(k).seed(seed) };
        let even = config.fit(self.even.view(), run)?;
        let odd = config.fit(self.odd.view(), run)?;
        let cosines = matched_cosines(even.nmf.components(), odd.nmf.components());
        let mean = cosines.iter().sum::<f64>() / cosines.len() as f64;
        let least = cosines.iter().copied().fold(1.0, f64::min);
        Ok(TopicCountPoint {
            k,
            stability: f64::midpoint(mean, least),
            held_out_loss: held_out(&even.nmf, self.odd.view(), run)?,
        })
    }
}

fn matched_cosines<F: Real>(a: ArrayView2<'_, F>, b: ArrayView2<'_, F>) -> Vec<f64> {
    let wide = |rows: ArrayView2<'_, F>| -> Vec<Vec<f64>> {
        rows.rows().into_iter().map(|row| row.iter().map(|&h| h.into()).collect()).collect()
    };
    let inner = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let (a, b) = (wide(a), wide(b));
    let lengths =
        |rows: &[Vec<f64>]| -> Vec<f64> { rows.iter().map(|row| inner(row, row).sqrt()).collect() };
    let (a_lengths, b_lengths) = (lengths(&a), lengths(&b));
    let score: Vec<Vec<f64>> = a
        .iter()
        .zip(&a_lengths)
        .map(|(a, a_length)| {
            let cosine = |(b, b_length): (&Vec<f64>, &f64)| {
                let product = a_length * b_length;
                if product > 0.0 { inner(a, b) / product } else { 0.0 }
            };
            b.iter().zip(&b_lengths).map(cosine).collect()
        })
        .collect();
    best_matching(&score).into_iter().enumerate().map(|(row, column)| score[row][column]).collect()
}

/// The relative error of documents in topics of others.
fn held_out<F: Real>(
    nmf: &Nmf<F>,
    x: CsMatViewI<'_, F, u32, usize>,
    run: &Run,
) -> Result<f64, Error> {
    let w = nmf.transform(x, run)?;
    let h = nmf.components();
    let (mut square, mut residual) = (0.0, 0.0);
    let k = h.nrows();
    let mut gram = vec![0.0; k * k];
    for column in h.columns() {
        for (i, &a) in column.iter().enumerate().filter(|(_, a)| **a > F::ZERO) {
            for (j, &b) in column.iter().enumerate() {
                gram[i * k + j] += a.into() * b.into();
            }
        }
    }
    for (row, w) in x.outer_iterator().zip(w.rows()) {
        let of_row: f64 = row.data().iter().map(|&value| value.into() * value.into()).sum();
        let (mut cross, mut model) = (0.0, 0.0);
        for (i, &a) in w.iter().enumerate().filter(|(_, a)| **a > F::ZERO) {
            let a: f64 = a.into();
            let product: f64 = row.iter().map(|(term, &v)| v.into() * h[[i, term]].into()).sum();
            cross += a * product;
            model +=
                a * w.iter().enumerate().map(|(j, &b)| gram[i * k + j] * b.into()).sum::<f64>();
        }
        square += of_row;
        residual += of_row - 2.0 * cross + model;
    }
    Ok(if square > 0.0 { (residual.max(0.0) / square).sqrt() } else { 0.0 })
}
