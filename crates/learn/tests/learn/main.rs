//! The crate through its public interface.

mod metrics;
mod nmf;
mod weights;
