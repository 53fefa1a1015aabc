//! Factorisation of a matrix that is too large for memory.

use jobs::Run;
use ndarray::Axis;
use sprs::CsMatViewI;

use super::doc_weight::DocWeights;
use super::k_means::{directions, nearest, strongest};
use super::online::{OnlineNmf, Terms};
use super::topics::{ErrorSums, add_shares, exact, order_of};
use super::{DocWeight, Loss, Nmf, NmfConfig, check_values, padded_rows};
use crate::kernels::padded;
use crate::{Error, InstructionSet, Real, SpilledMatrix};

/// Times that the documents are learned from.
const PASSES: usize = 4;
/// How fast what former passes said is forgotten, see [`OnlineNmf`].
const FORGETTING: f64 = 3.0;
/// Documents in a batch, at least: topics start from the first one.
const BATCH_DOCS: usize = 2000;
/// And for each topic.
const BATCH_DOCS_PER_TOPIC: usize = 10;
/// What leads a document that no topic leads.
const NOBODY: u32 = u32::MAX;

/// What a fit of a matrix on disk gives. The weights of its documents are what [`Nmf::transform`] makes
/// of its parts.
#[derive(Debug, Clone)]
pub struct SpilledFit<F = f32> {
    /// The topics.
    pub nmf: Nmf<F>,
    /// How well they give the matrix back; an iteration is a pass over the documents.
    pub loss: Loss,
}

impl NmfConfig {
    /// Factorises `x`, (n_docs, n_terms), finite and non-negative, from where it lies on disk, and makes
    /// topics as [`fit`](Self::fit) does.
    ///
    /// A matrix of one part is fitted in memory: the result is that of `fit`. Of others the topics are
    /// learned from batches (see [`OnlineNmf`]) that have something of every part each, so that the order
    /// of the documents does not matter, in four passes; the error is then within a hundredth of that of
    /// `fit`. The rounds of [`k_means`](Self::k_means) and one step with all documents follow.
    /// `max_iter`, `tol` and `penalty` play no part.
    ///
    /// The same bytes for any number of threads and on every instruction set. Memory: four numbers for
    /// each topic and term, some parts of the matrix, and four bytes for each document.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and those of reading the matrix.
    pub fn fit_spilled<F: Real>(
        &self,
        x: &SpilledMatrix<F>,
        run: &Run,
    ) -> Result<SpilledFit<F>, Error> {
        self.check_for(x.shape())?;
        let mut weights = DocWeights::new(self.doc_weight);
        check_parts(x, &mut weights)?;
        if x.n_parts() == 1 {
            let fit = self.fit(x.part(0)?.view(), run)?;
            return Ok(SpilledFit { nmf: fit.nmf, loss: fit.loss });
        }
        // What documents count is told by all of them, and not by those that came before.
        let alike = NmfConfig { doc_weight: DocWeight::Equal, ..self.clone() };
        let mut online = OnlineNmf::new(alike, FORGETTING)?;
        let least = BATCH_DOCS.max(BATCH_DOCS_PER_TOPIC * self.n_topics);
        let n_batches = x.n_parts().min(x.shape().0 / least).max(1);
        for _ in 0..PASSES {
            for number in 0..n_batches {
                run.check()?;
                let batch = x.batch(number, n_batches)?;
                weights.with(batch.view(), |rows| online.partial_fit(rows, run))?;
            }
        }
        let mut nmf = online.finish(run)?;
        drop(online);
        if self.k_means > 0 {
            let ht = drawn_to_documents((x, &weights), &nmf, self, run)?;
            nmf = improved((x, &weights), ht, self, run)?;
        }
        ordered(x, &nmf, self.isa, run)
    }
}

/// Refuses a value that no factorisation can have, and a matrix without any but zeros; `weights` takes
/// note of the documents.
fn check_parts<F: Real>(x: &SpilledMatrix<F>, weights: &mut DocWeights) -> Result<(), Error> {
    let mut is_zero = true;
    x.each_part(|part| {
        let x = part.view();
        check_values(x).map_err(|error| match error {
            Error::Value { doc, term, got } => {
                Error::Value { doc: part.first_row() + doc, term, got }
            }
            other => other,
        })?;
        weights.add(x);
        is_zero &= x.data().iter().all(|&value| value == F::ZERO);
        Ok::<_, Error>(())
    })?;
    if is_zero { Err(Error::AllZero { n_docs: x.shape().0 }) } else { Ok(()) }
}

/// As the rounds of the same name do in memory: every topic becomes the mean direction of the documents
/// that are nearest to it, as `Hᵀ`. A pass for each round.
fn drawn_to_documents<F: Real>(
    (x, weights): (&SpilledMatrix<F>, &DocWeights),
    nmf: &Nmf<F>,
    config: &NmfConfig,
    run: &Run,
) -> Result<Vec<F>, Error> {
    let &NmfConfig { k_means: rounds, isa, .. } = config;
    let k = nmf.components().nrows();
    let width = padded(k);
    let mut ht = padded_rows(nmf.components().t());
    let ones = vec![1.0; k];
    let mut leading = vec![NOBODY; x.shape().0];
    for round in 0..rounds {
        let mut sums = vec![F::ZERO; ht.len()];
        let mut has_moved = false;
        let mut add = |rows: CsMatViewI<'_, F, u32, usize>, first_row: usize| {
            let topics = if round == 0 {
                let w = exact(rows, &ht, (k, None, (0.0, 0.0)), (isa, run))?;
                w.chunks_exact(width).map(|row| strongest(row, &ones)).collect()
            } else {
                nearest(rows, (&ht, k), (isa, run))?
            };
            let leading = leading[first_row..].iter_mut();
            for ((row, topic), leading) in rows.outer_iterator().zip(topics).zip(leading) {
                let number = topic.map_or(NOBODY, |topic| topic as u32);
                has_moved |= std::mem::replace(leading, number) != number;
                if let Some(topic) = topic {
                    for (term, &value) in row.iter() {
                        sums[term * width + topic] += value;
                    }
                }
            }
            Ok::<_, Error>(())
        };
        x.each_part(|part| {
            run.check()?;
            weights.with(part.view(), |rows| add(rows, part.first_row()))
        })?;
        if !has_moved {
            break;
        }
        ht = directions(sums, (&ht, k));
    }
    Ok(ht)
}

/// One step of the factorisation with all documents: exact weights for the topics `ht`, and the topics
/// that are best for these weights.
fn improved<F: Real>(
    (x, weights): (&SpilledMatrix<F>, &DocWeights),
    ht: Vec<F>,
    config: &NmfConfig,
    run: &Run,
) -> Result<Nmf<F>, Error> {
    let (k, isa) = (config.n_topics, config.isa);
    let mut all = OnlineNmf::standing(config.clone(), ht.clone())?;
    x.each_part(|part| {
        run.check()?;
        weights.with(part.view(), |rows| {
            let w = exact(rows, &ht, (k, None, (0.0, 0.0)), (isa, run))?;
            all.add(rows, &w, (Terms::Kept, run))
        })
    })?;
    all.finish(run)
}

/// The topics by falling share of all documents, and the error of these.
fn ordered<F: Real>(
    x: &SpilledMatrix<F>,
    nmf: &Nmf<F>,
    isa: InstructionSet,
    run: &Run,
) -> Result<SpilledFit<F>, Error> {
    let components = nmf.components();
    let k = components.nrows();
    let width = padded(k);
    let ht = padded_rows(components.t());
    let mut totals = vec![0.0; k];
    let mut sums = ErrorSums::new(width);
    x.each_part(|part| {
        run.check()?;
        let w = exact(part.view(), &ht, (k, None, (0.0, 0.0)), (isa, run))?;
        for row in w.chunks_exact(width) {
            add_shares(&mut totals, row[..k].iter().copied());
        }
        sums.add(part.view(), (&w, &ht), (isa, run))
    })?;
    let relative = sums.relative(&ht, (isa, run))?;
    let nmf = Nmf::from_components(components.select(Axis(0), &order_of(&totals, components)))?;
    Ok(SpilledFit { nmf, loss: Loss { relative, iterations: PASSES } })
}
