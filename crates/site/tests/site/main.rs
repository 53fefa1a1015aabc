//! Tests of the public interface, in one binary.
#![allow(clippy::unwrap_used, reason = "what helpers of tests cannot do fails the test")]

mod budget;
mod contrast;
mod edges;
mod fixture;
mod hostile;
mod inputs;
mod pages;
mod search;
mod speed;
mod structure;
