//! Digests of Python's values, and the store of results.

mod hashing;
mod store;

pub(crate) use hashing::digest;
pub(crate) use store::Store;
