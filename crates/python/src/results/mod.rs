//! Sites: building them, asking their results, and the clouds of their topics.

mod ask;
mod build;
mod told;

pub(crate) use ask::{draw_cloud, query};
pub(crate) use build::{build_site, check_config};
