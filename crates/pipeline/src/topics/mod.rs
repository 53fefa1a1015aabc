//! Weights to topics as they are shown: how many, merged, kept or new, described and named, and what is
//! alike.

pub(crate) mod arrange;
pub(crate) mod describe;
pub(crate) mod explained;
pub(crate) mod keep;
pub(crate) mod number;
pub(crate) mod parts;
pub(crate) mod quality;
pub(crate) mod related;
pub(crate) mod titles;
