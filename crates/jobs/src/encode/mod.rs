//! Values as canonical bytes, to be hashed.
//!
//! Equal values have equal encodings and different values different ones, in every process and on
//! every machine. Each value is a tag (one byte) and its content; lengths are u64, all numbers
//! little endian.
//!
//! | value | tag | content |
//! |---|---|---|
//! | nothing, something | 0, 15 | nothing; the value that is there |
//! | false, true | 1, 2 | |
//! | integer | 3 | length and bytes of its shortest two's complement: 1 is 1, however wide |
//! | float | 4 (64 bits), 5 (32 bits) | its bits; every NaN is one |
//! | string | 6 | UTF-8, as bytes |
//! | bytes | 7 | length, then the bytes, or beyond 1024 of them their digest |
//! | list, tuple | 8, 9 | length, then the items |
//! | map, set | 10, 11 | length, then the entries in the order of their encodings |
//! | array | 12 | kind of its items and shape, then the items' bytes in C order, as bytes |
//! | digest | 13 | its 32 bytes: it stands for the value that it names |
//! | named | 14 | a name, as bytes, before the value that it belongs to |

mod numbers;
mod plain;
mod strided;
mod values;

pub use numbers::{Number, Numbers};
pub use plain::Plain;
pub use strided::Strided;

use crate::digest::{self, Digest};

/// Longer bytes are encoded as their digest, so that what has to be sorted stays small.
const INLINE: usize = 1024;
/// What is pending is given to the hash when it has this length: enough for its widest
/// instructions.
const ENOUGH: usize = 64 << 10;

const NOTHING: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INTEGER: u8 = 3;
const FLOAT: u8 = 4;
const FLOAT32: u8 = 5;
const STRING: u8 = 6;
const BYTES: u8 = 7;
const LIST: u8 = 8;
const TUPLE: u8 = 9;
const MAP: u8 = 10;
const SET: u8 = 11;
const ARRAY: u8 = 12;
const DIGEST: u8 = 13;
const NAMED: u8 = 14;
const SOMETHING: u8 = 15;

/// A value that has a canonical encoding.
pub trait Encode {
    /// Tells `to` what the value consists of.
    fn encode(&self, to: &mut Encoder);
}

/// Takes a value apart as it is told and hashes its canonical encoding.
///
/// A value is one event, or the beginning of a collection followed by the events of its items.
///
/// ```
/// use jobs::{Digest, Encoder};
///
/// let mut encoder = Encoder::new();
/// encoder.list(2);
/// encoder.string("a");
/// encoder.integer(1);
/// let pair: Digest = encoder.finish();
/// ```
#[derive(Debug)]
pub struct Encoder {
    hasher: blake3::Hasher,
    /// What the hash has not seen yet.
    pending: Vec<u8>,
    /// Collections without order that are open, the outermost first.
    open: Vec<Unordered>,
}

/// A map or set whose entries are being told.
#[derive(Debug, Default)]
struct Unordered {
    /// Where each entry begins in `pending`.
    starts: Vec<usize>,
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Encoder {
    /// An encoder that was told nothing.
    #[must_use]
    pub fn new() -> Self {
        Self { hasher: blake3::Hasher::new(), pending: Vec::new(), open: Vec::new() }
    }

    /// Nothing: an absent value.
    pub fn nothing(&mut self) {
        self.tag(NOTHING);
    }

    /// The value told next is there, but might be absent: `Some(None)` is not `None`.
    pub fn something(&mut self) {
        self.tag(SOMETHING);
    }

    /// A truth value.
    #[expect(clippy::fn_params_excessive_bools, reason = "the value is a truth value")]
    pub fn boolean(&mut self, value: bool) {
        self.tag(if value { TRUE } else { FALSE });
    }

    /// An integer; see [`big_integer`](Self::big_integer) for those that 128 bits do not hold.
    pub fn integer(&mut self, value: impl Into<i128>) {
        self.big_integer(&value.into().to_le_bytes());
    }

    /// An integer of any size: its two's complement, little endian.
    pub fn big_integer(&mut self, bytes: &[u8]) {
        let mut n = bytes.len();
        // A last byte that only repeats the sign says nothing.
        while n > 1
            && ((bytes[n - 1] == 0 && bytes[n - 2] < 0x80)
                || (bytes[n - 1] == 0xff && bytes[n - 2] >= 0x80))
        {
            n -= 1;
        }
        self.tag(INTEGER);
        self.short(if bytes.is_empty() { &[0] } else { &bytes[..n] });
    }

    /// A float of 64 bits. `0.0` and `-0.0` differ; one NaN is like another.
    pub fn float(&mut self, value: f64) {
        let value = if value.is_nan() { f64::NAN } else { value };
        self.tag(FLOAT);
        self.pending.extend_from_slice(&value.to_bits().to_le_bytes());
    }

    /// A float of 32 bits.
    pub fn float32(&mut self, value: f32) {
        let value = if value.is_nan() { f32::NAN } else { value };
        self.tag(FLOAT32);
        self.pending.extend_from_slice(&value.to_bits().to_le_bytes());
    }

    /// A string.
    pub fn string(&mut self, value: &str) {
        self.tag(STRING);
        self.content(value.as_bytes());
    }

    /// Bytes.
    pub fn bytes(&mut self, value: &[u8]) {
        self.tag(BYTES);
        self.content(value);
    }

    /// A list of `len` values, told next.
    pub fn list(&mut self, len: usize) {
        self.tag(LIST);
        self.length(len);
    }

    /// A tuple of `len` values, told next.
    pub fn tuple(&mut self, len: usize) {
        self.tag(TUPLE);
        self.length(len);
    }

    /// A map. For every entry [`entry`](Self::entry), then its key and its value; at the end
    /// [`end`](Self::end).
    pub fn map(&mut self) {
        self.tag(MAP);
        self.open.push(Unordered::default());
    }

    /// A set. For every member [`entry`](Self::entry), then the member; at the end
    /// [`end`](Self::end).
    pub fn set(&mut self) {
        self.tag(SET);
        self.open.push(Unordered::default());
    }

    /// The next entry of the innermost map or set begins.
    ///
    /// # Panics
    /// When none is open.
    pub fn entry(&mut self) {
        let start = self.pending.len();
        self.open.last_mut().expect("`entry` belongs to a map or set").starts.push(start);
    }

    /// The innermost map or set has been told.
    ///
    /// # Panics
    /// When none is open.
    pub fn end(&mut self) {
        let Unordered { starts } = self.open.pop().expect("`end` belongs to a map or set");
        let Some(&first) = starts.first() else {
            return self.length(0);
        };
        let ends = starts[1..].iter().copied().chain([self.pending.len()]);
        let mut entries: Vec<&[u8]> =
            starts.iter().zip(ends).map(|(&start, end)| &self.pending[start..end]).collect();
        entries.sort_unstable();
        let mut sorted = Vec::with_capacity(8 + self.pending.len() - first);
        sorted.extend_from_slice(&(entries.len() as u64).to_le_bytes());
        for entry in entries {
            sorted.extend_from_slice(entry);
        }
        self.pending.truncate(first);
        self.pending.extend_from_slice(&sorted);
        self.flush();
    }

    /// An array: `items` says of what (`<f4`: NumPy's names, byte order included), then come its
    /// shape and what `feed` gives, the items' bytes in C order, in pieces of any length.
    ///
    /// ```
    /// let mut encoder = jobs::Encoder::new();
    /// encoder.array("<u2", &[2, 1], |feed| {
    ///     feed(&[1, 0]);
    ///     feed(&[2, 0]);
    /// });
    /// ```
    pub fn array(
        &mut self,
        items: &str,
        shape: &[usize],
        feed: impl FnOnce(&mut dyn FnMut(&[u8])),
    ) {
        self.tag(ARRAY);
        self.short(items.as_bytes());
        self.length(shape.len());
        for &n in shape {
            self.length(n);
        }
        let mut hasher = None;
        let mut head = Vec::new();
        let mut len = 0;
        feed(&mut |piece| {
            len += piece.len();
            match &mut hasher {
                None if len <= INLINE => head.extend_from_slice(piece),
                None => {
                    let mut new = blake3::Hasher::new();
                    new.update(&head);
                    digest::update(&mut new, piece);
                    hasher = Some(new);
                }
                Some(hasher) => digest::update(hasher, piece),
            }
        });
        self.length(len);
        match hasher {
            None => self.pending.extend_from_slice(&head),
            Some(hasher) => self.pending.extend_from_slice(hasher.finalize().as_bytes()),
        }
        self.flush();
    }

    /// The digest of a value, in place of the value.
    pub fn digest(&mut self, digest: &Digest) {
        self.tag(DIGEST);
        self.pending.extend_from_slice(digest.as_bytes());
    }

    /// A name for the value told next: of its type, say.
    pub fn named(&mut self, name: &str) {
        self.tag(NAMED);
        self.content(name.as_bytes());
    }

    /// The digest of what was told.
    ///
    /// # Panics
    /// When a map or set is still open.
    #[must_use]
    pub fn finish(mut self) -> Digest {
        assert!(self.open.is_empty(), "every map and set has its `end`");
        self.hasher.update(&self.pending);
        Digest::from_hash(self.hasher.finalize())
    }

    fn tag(&mut self, tag: u8) {
        self.flush();
        self.pending.push(tag);
    }

    fn length(&mut self, len: usize) {
        self.pending.extend_from_slice(&(len as u64).to_le_bytes());
    }

    fn short(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.pending.extend_from_slice(bytes);
    }

    fn content(&mut self, bytes: &[u8]) {
        if bytes.len() <= INLINE {
            self.short(bytes);
        } else {
            self.length(bytes.len());
            self.pending.extend_from_slice(digest::hash(bytes).as_bytes());
        }
    }

    /// Gives what is pending to the hash, unless it may have to be sorted.
    fn flush(&mut self) {
        if self.open.is_empty() && self.pending.len() >= ENOUGH {
            self.hasher.update(&self.pending);
            self.pending.clear();
        }
    }
}
