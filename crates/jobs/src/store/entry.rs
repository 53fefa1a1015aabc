//! What the files of a store hold.
//!
//! All numbers are little endian. An **object** is a header of 64 bytes and the content, which
//! begins at a boundary that suits every number, so that it can be mapped into memory:
//!
//! | bytes | content |
//! |---|---|
//! | 0–3 | `tmo` and 2 |
//! | 4 | 0: as it is; 1: zstd |
//! | 5–7 | 0 |
//! | 8–15 | the length of the plain bytes |
//! | 16–31 | the first half of the BLAKE3 hash of the content as it is kept |
//! | 32–63 | the BLAKE3 hash of bytes 0–31 |
//!
//! Its name is the hash of the plain bytes. A **ref** says which object is found under a key, and
//! holds small ones itself:
//!
//! | bytes | content |
//! |---|---|
//! | 0–3 | `tmr` and 2 |
//! | 4–35 | the BLAKE3 hash of all that follows |
//! | 36–67 | the digest of the plain bytes |
//! | 68–75 | their length |
//! | 76–83 | what they cost to make, nanoseconds |
//! | 84–91 | when they were made, seconds since 1970 |
//! | 92 | 0: in an object; 1: here |
//! | 93 | the length of the task's name, which follows, and after it an object as above |

use std::time::Duration;

use crate::digest;
use crate::store::{About, Content};
use crate::{Digest, pack, unpack};

/// Larger content is an object of its own, which several keys share and which can be mapped.
pub(super) fn inline_limit(content: Content) -> usize {
    match content {
        Content::Plain => 4096,
        // Such as web pages: many, few of them alike, none of them mapped. Two files each would
        // cost more than writing and hashing them.
        Content::Packed => 32 << 10,
    }
}

pub(super) const OBJECT_HEADER: usize = 64;
const OBJECT_MAGIC: [u8; 4] = *b"tmo\x02";
const REF_MAGIC: [u8; 4] = *b"tmr\x02";
const REF_HEADER: usize = 94;
const TASK_LEN: usize = 64;
/// Fewer bytes are not worth compressing.
const MIN_PACKED: usize = 512;
/// What a file may make us allocate, as a multiple of its length, and in any case. What packs
/// better than that is kept as it is.
const MAX_RATIO: usize = 1024;
const ALWAYS_ALLOWED: usize = 1 << 20;
/// No entry is longer: sums of lengths stay numbers.
const LONGEST: u64 = 1 << 40;

/// What a ref says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ref {
    pub(super) content: Digest,
    pub(super) len: u64,
    pub(super) cost: Duration,
    pub(super) created: u64,
    pub(super) task: String,
}

/// Where the content of a ref is.
pub(super) enum Place {
    Here(Vec<u8>),
    Object,
}

/// The bytes of an object file that holds `plain`.
pub(super) fn object(plain: &[u8], content: Content) -> Vec<u8> {
    let packed = (content == Content::Plain && plain.len() >= MIN_PACKED)
        .then(|| pack(plain))
        .flatten()
        // A twelfth less is the least that pays for unpacking.
        .filter(|packed| packed.len() < plain.len() - plain.len() / 12)
        .filter(|packed| is_allowed(plain.len() as u64, packed.len()));
    let body = packed.as_deref().unwrap_or(plain);
    let mut bytes = Vec::with_capacity(OBJECT_HEADER + body.len());
    bytes.extend_from_slice(&OBJECT_MAGIC);
    bytes.extend_from_slice(&[u8::from(packed.is_some()), 0, 0, 0]);
    bytes.extend_from_slice(&(plain.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&digest::hash(body).as_bytes()[..16]);
    let checksum = blake3::hash(&bytes);
    bytes.extend_from_slice(checksum.as_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// The plain bytes of an object file, whose digest must be `name`; `None` when it is damaged.
pub(super) fn plain_of(mut file: Vec<u8>, name: &Digest) -> Option<Vec<u8>> {
    let (is_packed, len) = object_header(&file)?;
    let plain = if is_packed {
        // A bit may be flipped without a change of what is unpacked; still the file is damaged.
        let body = &file[OBJECT_HEADER..];
        if digest::hash(body).as_bytes()[..16] != file[16..32] {
            return None;
        }
        is_allowed(len, body.len()).then(|| unpack(body, len))??
    } else {
        file.drain(..OBJECT_HEADER);
        file
    };
    (plain.len() as u64 == len && Digest::of(&plain) == *name).then_some(plain)
}

/// Whether an object is packed, and the length of its plain bytes.
pub(super) fn object_header(file: &[u8]) -> Option<(bool, u64)> {
    let header = file.first_chunk::<OBJECT_HEADER>()?;
    let is_ours = header[..4] == OBJECT_MAGIC
        && blake3::hash(&header[..32]).as_bytes()[..] == header[32..]
        && header[5..8] == [0; 3];
    let len = u64_at(header, 8)?;
    match header[4] {
        0 | 1 if is_ours => Some((header[4] == 1, len)),
        _ => None,
    }
}

fn is_allowed(plain: u64, packed: usize) -> bool {
    plain <= (packed.saturating_mul(MAX_RATIO)).max(ALWAYS_ALLOWED) as u64
}

impl Ref {
    pub(super) fn new(plain: &[u8], content: Digest, about: &About<'_>, created: u64) -> Self {
        let mut task = about.task.to_owned();
        task.truncate(task.floor_char_boundary(TASK_LEN));
        Self { content, len: plain.len() as u64, cost: about.cost, created, task }
    }

    /// The bytes of a ref file.
    pub(super) fn to_bytes(&self, place: &Place) -> Vec<u8> {
        let cost = u64::try_from(self.cost.as_nanos()).unwrap_or(u64::MAX);
        let mut bytes = Vec::with_capacity(REF_HEADER + self.task.len());
        bytes.extend_from_slice(&REF_MAGIC);
        bytes.extend_from_slice(&[0; 32]);
        bytes.extend_from_slice(self.content.as_bytes());
        for number in [self.len, cost, self.created] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.push(u8::from(matches!(place, Place::Here(_))));
        bytes.push(self.task.len() as u8);
        bytes.extend_from_slice(self.task.as_bytes());
        if let Place::Here(object) = place {
            bytes.extend_from_slice(object);
        }
        let checksum = blake3::hash(&bytes[36..]);
        bytes[4..36].copy_from_slice(checksum.as_bytes());
        bytes
    }

    /// Reads a ref file; `None` when it is damaged.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<(Self, Place)> {
        let header = bytes.first_chunk::<REF_HEADER>()?;
        if header[..4] != REF_MAGIC || blake3::hash(&bytes[36..]).as_bytes()[..] != header[4..36] {
            return None;
        }
        let (task, rest) = bytes[REF_HEADER..].split_at_checked(usize::from(header[93]))?;
        let found = Self {
            content: Digest::from_bytes(*header[36..68].first_chunk()?),
            len: u64_at(header, 68).filter(|&len| len <= LONGEST)?,
            cost: Duration::from_nanos(u64_at(header, 76)?),
            created: u64_at(header, 84)?,
            task: str::from_utf8(task).ok()?.to_owned(),
        };
        let place = match header[92] {
            0 if rest.is_empty() => Place::Object,
            1 => Place::Here(rest.to_vec()),
            _ => return None,
        };
        Some((found, place))
    }
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}
