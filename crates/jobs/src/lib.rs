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
//! [`Run`] says how to run (threads, progress, cancellation, memory) and is the one way in the
//! workspace to use more than one thread; a [`Digest`] names bytes and values; a [`Store`] keeps
//! bytes under a digest, on disk as [`FileStore`]; [`Memo`] computes a result once; a [`Spill`]
//! has what does not fit into memory; [`Trace`] records what every stage did. The crate knows neither documents nor matrices.

pub mod array;
mod begun;
mod cancel;
mod desk;
mod digest;
mod encode;
mod error;
mod fold;
mod helpers;
mod map;
mod memo;
mod packing;
mod pages;
mod positioned;
mod progress;
mod run;
mod share;
mod shelf;
mod spill;
mod store;
mod trace;

pub use begun::Begun;
pub use cancel::Cancel;
pub use digest::Digest;
pub use encode::{Encode, Encoder, Number, Numbers, Plain, Strided};
pub use error::Error;
pub use map::Mapped;
pub use memo::{Codec, Made, Memo, Task};
pub use packing::{pack, unpack};
pub use pages::{with_large_pages, zeros_in_large_pages};
pub use progress::{Progress, Silent};
pub use run::Run;
pub use shelf::Shelf;
pub use spill::{Piece, Spill, Spilled};
pub use store::{
    About, Claim, Content, EntryInfo, FileStore, Lease, Limits, Lookup, Removed, Store, Verified,
};
pub use trace::{Stage, StageRecord, Trace};
