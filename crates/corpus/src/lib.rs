//! `Document`, and every way to read many of them.

mod document;

pub use document::{Document, Skipped};
