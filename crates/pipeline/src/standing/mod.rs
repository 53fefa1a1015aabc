//! The site that stands: what is known of it, what the next one takes from it, and how that comes into
//! its place.

pub(crate) mod former;
pub(crate) mod guard;
pub(crate) mod manifest;
pub(crate) mod publish;
pub(crate) mod rendered;
pub(crate) mod spare;
