//! The crate through its public interface.

mod metrics;
mod nmf;
mod reference_metrics;
mod weights;
mod words;
