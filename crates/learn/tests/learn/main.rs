//! The crate through its public interface.

mod doc_weight;
mod metrics;
mod nmf;
mod online;
mod parts;
mod plain_nmf;
mod reference_metrics;
mod spilled;
mod topic_count;
mod weights;
mod words;
