//! The crate's promises, tried from outside.

#![allow(clippy::unwrap_used, reason = "helpers of tests, too")]

mod array;
mod digest;
mod faults;
mod hostile;
mod memo;
mod store;
