//! Run work once, in parallel, and know what ran.
//!
//! ```
//! use jobs::Run;
//!
//! let run = Run::serial();
//! let squares = run.map(vec![1, 2, 3], |n| n * n)?;
//! assert_eq!(squares, [1, 4, 9]);
//! # Ok::<(), jobs::Error>(())
//! ```
//!
//! [`Run`] says how to run (threads, progress) and is the one way in the workspace to use more
//! than one thread; [`Store`] keeps bytes on disk under a [`Digest`]; [`Trace`] records what every
//! stage did. The crate knows neither documents nor matrices.

mod digest;
mod error;
mod run;
mod store;
mod trace;

pub use digest::Digest;
pub use error::Error;
pub use run::{Progress, Run, Silent};
pub use store::{Lookup, Store};
pub use trace::{Stage, StageRecord, Trace};
