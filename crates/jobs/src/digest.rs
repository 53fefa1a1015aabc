//! Names for bytes.

use std::fmt;

/// The BLAKE3 hash of some bytes: equal bytes have equal digests, on every machine.
///
/// ```
/// use jobs::Digest;
///
/// assert_eq!(Digest::of(b"a"), Digest::of(b"a"));
/// // Parts are length-prefixed: moving a boundary makes another digest.
/// assert_ne!(Digest::of_parts(&[b"ab", b"c"]), Digest::of_parts(&[b"a", b"bc"]));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `bytes`. Cost: linear, about 1 GB/s or more.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// The digest of a sequence of parts, each preceded by its length (u64, little endian).
    #[must_use]
    pub fn of_parts(parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", &self.to_hex()[..12])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_vector_of_the_empty_input() {
        // BLAKE3 test vectors, input_len 0.
        let expected = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        assert_eq!(Digest::of(b"").to_hex(), expected);
    }

    #[test]
    fn parts_are_told_apart_from_their_concatenation() {
        assert_ne!(Digest::of_parts(&[b"ab", b""]), Digest::of_parts(&[b"", b"ab"]));
        assert_ne!(Digest::of_parts(&[b"ab"]), Digest::of(b"ab"));
    }
}
