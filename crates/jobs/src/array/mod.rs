//! Arrays in files: compressed by all threads, or mapped into memory.
//!
//! All numbers are little endian. A file is a head of 64 bytes, the array, and a tail.
//!
//! | bytes | content |
//! |---|---|
//! | 0–7 | `tmarray` and 1 |
//! | 8–15 | the length of the array, bytes |
//! | 16–23 | where the tail begins |
//! | 24–31 | the length of the tail |
//! | 32–63 | the BLAKE3 hash of bytes 0–31 |
//!
//! The tail is its own BLAKE3 hash and, in postcard, `Tail`. The array is in C order, cut into
//! chunks of 1 MiB, each of which is kept as it is or in planes: all first bytes of the items, then
//! all second bytes, and so on, each plane packed with zstd where that makes it shorter. An array of
//! which no chunk is in planes lies at byte 64 as it would in memory, and can be mapped.

mod chunk;
mod dump;
mod load;

use serde::{Deserialize, Serialize};

use crate::digest;

pub use dump::{Compression, dump};
pub use load::{Array, Loaded, load, map};

const MAGIC: [u8; 8] = *b"tmarray\x01";
const HEAD: usize = 64;
/// Bytes of the array in a chunk: as much as a thread has at hand. A multiple of every item's size
/// that is a power of two; items of other sizes are cut by bytes and lose nothing but compression.
const CHUNK: usize = 1 << 20;
const HASH: usize = 16;

/// What the end of a file says.
#[derive(Debug, Serialize, Deserialize)]
struct Tail {
    items: String,
    item_size: u64,
    shape: Vec<u64>,
    chunks: Vec<ChunkInfo>,
}

/// A chunk as it is kept.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct ChunkInfo {
    /// Its length in the file.
    len: u32,
    /// Whether it is in planes.
    is_packed: bool,
    /// The beginning of the BLAKE3 hash of its bytes in the file.
    hash: [u8; HASH],
}

fn hash_of(bytes: &[u8]) -> [u8; HASH] {
    let hash = digest::hash(bytes);
    *hash.as_bytes().first_chunk().expect("a hash has 32 bytes")
}
