//! Sources to documents: where each is, what was found, and what they repeat.

pub(crate) mod prepare;
pub(crate) mod seen;
pub(crate) mod set_aside;
pub(crate) mod shards;
pub(crate) mod sites;
