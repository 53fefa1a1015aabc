//! How many topics: as many as were asked for, or as the documents have.

use jobs::Run;
use serde::{Deserialize, Serialize};
use sprs::CsMatViewI;

use crate::Error;

/// A number of topics that was chosen, and what it was chosen by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopicNumber {
    /// The number.
    pub k: usize,
    /// Whether both halves of the documents agree on it clearly; where they do not, the number of
    /// documents decides.
    pub sure: bool,
    /// What was tried.
    pub curve: Vec<TopicNumberPoint>,
}

/// One number of topics that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopicNumberPoint {
    /// The number.
    pub k: usize,
    /// How alike the topics of both halves of the documents are, 0 to 1.
    pub stability: f64,
    /// The relative error on one half with the topics of the other.
    pub held_out_loss: f64,
}

/// Chooses for the weights `x`, CSR, (n_docs, n_terms).
pub(crate) fn choose(
    x: CsMatViewI<'_, f32, u32, usize>,
    seed: u64,
    run: &Run,
) -> Result<TopicNumber, Error> {
    let choice = learn::choose_topic_count(x, seed, run)?;
    let point = |point: learn::TopicCountPoint| TopicNumberPoint {
        k: point.k,
        stability: point.stability,
        held_out_loss: point.held_out_loss,
    };
    let curve = choice.curve.into_iter().map(point).collect();
    Ok(TopicNumber { k: choice.k, sure: choice.is_sure, curve })
}
