//! Counts to weights to topics, and their metrics.
//!
//! ```
//! use jobs::Run;
//! use learn::{NmfConfig, TfIdfConfig};
//! use sprs::CsMatI;
//!
//! // Four documents over four terms: two about the first pair of terms, two about the second.
//! let indptr = vec![0, 2, 4, 6, 8];
//! let indices = vec![0, 1, 0, 1, 2, 3, 2, 3];
//! let counts = CsMatI::<u32, u32, usize>::new((4, 4), indptr, indices, vec![2, 1, 1, 1, 1, 2, 3, 1]);
//!
//! let run = Run::serial();
//! let x = TfIdfConfig::sublinear().fit::<f32, _>(counts.view()).transform(counts.view());
//! let fit = NmfConfig::new(2).fit(x.view(), &run)?;
//! let w = fit.nmf.transform(x.view(), &run)?;
//! let main_topic = |doc| if w[[doc, 0]] > w[[doc, 1]] { 0 } else { 1 };
//! assert_eq!(main_topic(0), main_topic(1));
//! assert_ne!(main_topic(0), main_topic(2));
//! # Ok::<(), learn::Error>(())
//! ```
//!
//! Matrices are CSR with `f32` values and `u32` columns; sums are kept in `f64`. Results are the
//! same bytes for any number of threads and on every instruction set.

pub mod beta;
mod error;
mod isa;
mod kernels;
mod metrics;
mod nmf;
mod parts;
mod random;
mod real;
mod rows;
mod spilled;
mod topic_count;
mod weights;
mod words;

pub use error::Error;
pub use isa::InstructionSet;
pub use metrics::{
    Counting, Occurrence, Windows, adjusted_rand, best_matching, c_npmi, c_v, diversity,
    normalised_mutual_information, npmi, purity, topic_agreement, u_mass,
};
pub use nmf::{
    DocWeight, Factors, Fit, Guide, Init, LearnH, Loss, Nmf, NmfConfig, OnlineNmf, Penalty,
    PlainConfig, PlainFactors, Solver, SpilledFit, factorise_plain, suggest_n_topics,
};
pub use parts::{Part, PartsConfig};
pub use real::Real;
pub use rows::some_rows;
pub use spilled::{MatrixPart, MatrixSpill, SpilledMatrix};
pub use topic_count::{TopicCountChoice, TopicCountPoint, choose_topic_count};
pub use weights::{
    DocFreqWeight, ExpressionWeights, Norm, TermFreq, TfIdf, TfIdfConfig, Weighing,
    WeightExpression,
};
pub use words::WordsConfig;
