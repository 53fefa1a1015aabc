//! An array from a file, which somebody else may have written.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

use super::{CHUNK, HEAD, MAGIC, Tail, chunk, hash_of};
use crate::map::Mapped;
use crate::positioned::read_at;
use crate::{Error, Run};

/// A file may make us allocate this much without being asked, and this many times its length.
const ALLOWED: u64 = 1 << 30;
const ALLOWED_RATIO: u64 = 64;

/// An array as it was dumped: in C order.
#[derive(Debug)]
pub struct Array {
    /// What the items are: NumPy's names, byte order included.
    pub items: String,
    /// Bytes of one item.
    pub item_size: usize,
    /// How many items lie in each dimension.
    pub shape: Vec<usize>,
    /// The items' bytes.
    pub bytes: Loaded,
}

/// Bytes in memory or in a file.
#[derive(Debug)]
pub enum Loaded {
    /// In memory.
    Owned(Vec<u8>),
    /// In a file; they begin at this byte.
    Mapped(Mapped, usize, usize),
}

impl Deref for Loaded {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Owned(bytes) => bytes,
            Self::Mapped(mapped, start, len) => &mapped[*start..*start + *len],
        }
    }
}

/// Reads the array in the file `path`; all threads of `run` unpack.
///
/// Nothing in the file is executed, and no more than `max_bytes` are allocated for the array: by
/// default a gigabyte, or 64 times the length of the file where that is more. Every chunk is
/// checked against its hash.
///
/// # Errors
/// [`Error::NotAnArray`] for another file or a damaged one, [`Error::TooLarge`] beyond `max_bytes`,
/// [`Error::Io`] when it cannot be read, [`Error::Cancelled`].
pub fn load(path: &Path, max_bytes: Option<u64>, run: &Run) -> Result<Array, Error> {
    let failed = |source| Error::Io { action: "read", path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let head = read_head(&file, path)?;
    let allowed =
        max_bytes.unwrap_or_else(|| ALLOWED.max(head.file_len.saturating_mul(ALLOWED_RATIO)));
    if head.len > allowed {
        return Err(Error::TooLarge { path: path.to_owned(), got: head.len, allowed });
    }
    let wrong = |what| Error::NotAnArray { path: path.to_owned(), what };
    let len = usize::try_from(head.len).map_err(|_| wrong("it is larger than the memory"))?;
    // Pages of zeros are only promised by the system: a file that lies takes up nothing.
    let mut bytes = vec![0; len];
    let mut starts = Vec::with_capacity(head.tail.chunks.len());
    let mut start = HEAD as u64;
    for info in &head.tail.chunks {
        starts.push(start);
        start += u64::from(info.len);
    }
    let chunks: Vec<_> = bytes.chunks_mut(CHUNK).zip(head.tail.chunks.iter().zip(starts)).collect();
    let read = run.map(chunks, |(plain, (info, start))| {
        let mut kept = Vec::new();
        let into = if info.is_packed {
            kept.resize(info.len as usize, 0);
            &mut kept[..]
        } else {
            &mut *plain
        };
        read_at(&file, into, start)?;
        let is_whole = hash_of(into) == info.hash;
        let is_filled = !info.is_packed || chunk::unpack(&kept, head.item_size, plain).is_some();
        Ok::<bool, io::Error>(is_whole && is_filled)
    })?;
    for is_intact in read {
        if !is_intact.map_err(failed)? {
            return Err(wrong("a chunk is damaged"));
        }
    }
    Ok(head.array(Loaded::Owned(bytes)))
}

/// Maps the array in the file `path` into memory: nothing is read until it is looked at, and
/// nothing of the array is checked. Cost: some microseconds, whatever the size.
///
/// # Errors
/// As [`load`], and [`Error::NotAnArray`] for one that is packed.
pub fn map(path: &Path) -> Result<Array, Error> {
    let failed = |source| Error::Io { action: "read", path: path.to_owned(), source };
    let wrong = |what| Error::NotAnArray { path: path.to_owned(), what };
    let file = File::open(path).map_err(failed)?;
    let head = read_head(&file, path)?;
    if head.tail.chunks.iter().any(|info| info.is_packed) {
        return Err(wrong("it is compressed and can only be read as a whole"));
    }
    let len = usize::try_from(head.len).map_err(|_| wrong("it is larger than the memory"))?;
    let mapped = Mapped::of(&file).map_err(failed)?;
    if mapped.len() < HEAD + len {
        return Err(wrong("it ends too early"));
    }
    Ok(head.array(Loaded::Mapped(mapped, HEAD, len)))
}

struct Head {
    file_len: u64,
    len: u64,
    item_size: usize,
    shape: Vec<usize>,
    tail: Tail,
}

impl Head {
    fn array(self, bytes: Loaded) -> Array {
        let Self { item_size, shape, tail, .. } = self;
        Array { items: tail.items, item_size, shape, bytes }
    }
}

/// Reads the head and the tail, and sees that they agree with each other and with the file.
fn read_head(file: &File, path: &Path) -> Result<Head, Error> {
    let failed = |source| Error::Io { action: "read", path: path.to_owned(), source };
    let wrong = |what| Error::NotAnArray { path: path.to_owned(), what };
    let file_len = file.metadata().map_err(failed)?.len();
    let mut head = [0; HEAD];
    if file_len < HEAD as u64 {
        return Err(wrong("it is too short"));
    }
    read_at(file, &mut head, 0).map_err(failed)?;
    if head[..7] != MAGIC[..7] {
        return Err(wrong("it begins with other bytes"));
    }
    if head[7] > MAGIC[7] {
        return Err(wrong("a newer program wrote it, in another format"));
    }
    if blake3::hash(&head[..32]).as_bytes()[..] != head[32..] || head[7] != MAGIC[7] {
        return Err(wrong("its head is damaged"));
    }
    let number = |at: usize| head[at..].first_chunk().map_or(0, |c| u64::from_le_bytes(*c));
    let (len, end, tail_len) = (number(8), number(16), number(24));
    // What is allocated here is bounded by the length of the file.
    if tail_len < 32 || end.checked_add(tail_len) != Some(file_len) {
        return Err(wrong("it ends too early or too late"));
    }
    let mut bytes = vec![0; usize::try_from(tail_len).map_err(|_| wrong("its tail is too long"))?];
    read_at(file, &mut bytes, end).map_err(failed)?;
    let (checksum, told) = bytes.split_at(32);
    if blake3::hash(told).as_bytes()[..] != *checksum {
        return Err(wrong("its tail is damaged"));
    }
    let tail: Tail = postcard::from_bytes(told).map_err(|_| wrong("its tail cannot be read"))?;
    let shape: Option<Vec<usize>> = tail.shape.iter().map(|&n| usize::try_from(n).ok()).collect();
    let shape = shape.ok_or(wrong("its shape is larger than the memory"))?;
    let n_bytes = tail.shape.iter().try_fold(tail.item_size, |n, &dimension| {
        // One dimension of no items makes an empty array, however long the others are.
        n.checked_mul(dimension)
    });
    if n_bytes != Some(len) && !(len == 0 && tail.shape.contains(&0)) {
        return Err(wrong("its shape does not fit its length"));
    }
    if tail.chunks.len() as u64 != len.div_ceil(CHUNK as u64) {
        return Err(wrong("it has another number of chunks"));
    }
    let kept: u64 = tail.chunks.iter().map(|info| u64::from(info.len)).sum();
    if HEAD as u64 + kept != end {
        return Err(wrong("its chunks do not fit its length"));
    }
    let mut left = len;
    for info in &tail.chunks {
        let plain = left.min(CHUNK as u64);
        left -= plain;
        if !info.is_packed && u64::from(info.len) != plain {
            return Err(wrong("a chunk has another length"));
        }
    }
    let item_size =
        usize::try_from(tail.item_size).map_err(|_| wrong("its items are too large"))?;
    Ok(Head { file_len, len, item_size, shape, tail })
}
