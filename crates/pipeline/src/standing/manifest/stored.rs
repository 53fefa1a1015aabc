//! A manifest as bytes: tens of thousands of entries, read at the start of every build.
//!
//! The number of files, then every file and every folder: the length of its path and the path, the length,
//! the two times and the inode, and 1 with the digest or 0. Numbers are little-endian and of fixed widths.

use jobs::Digest;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Entry, Manifest, Stamp};

/// Bytes of an entry with a digest, beside its path.
const ENTRY_LEN: usize = 4 + 8 + 16 + 16 + 8 + 1 + 32;

impl Manifest {
    fn to_bytes(&self) -> Vec<u8> {
        let entries = || self.files.iter().chain(&self.folders);
        let len = entries().map(|entry| ENTRY_LEN + entry.path.len()).sum::<usize>();
        let mut bytes = Vec::with_capacity(8 + len);
        bytes.extend_from_slice(&(self.files.len() as u64).to_le_bytes());
        entries().for_each(|entry| put(entry, &mut bytes));
        bytes
    }

    /// `None` for other bytes. What it allocates is a small multiple of their length.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let n_files = usize::try_from(u64::from_le_bytes(reader.array()?)).ok()?;
        let mut entries = Vec::new();
        while !reader.0.is_empty() {
            entries.push(reader.entry()?);
        }
        let folders = (n_files <= entries.len()).then(|| entries.split_off(n_files))?;
        Some(Self { files: entries, folders })
    }
}

fn put(entry: &Entry, bytes: &mut Vec<u8>) {
    let Entry { path, stamp: Stamp { len, modified, changed, inode }, digest } = entry;
    bytes.extend_from_slice(&(path.len() as u32).to_le_bytes());
    bytes.extend_from_slice(path.as_bytes());
    bytes.extend_from_slice(&len.to_le_bytes());
    bytes.extend_from_slice(&modified.to_le_bytes());
    bytes.extend_from_slice(&changed.to_le_bytes());
    bytes.extend_from_slice(&inode.to_le_bytes());
    bytes.push(u8::from(digest.is_some()));
    bytes.extend_from_slice(digest.as_ref().map_or(&[], |digest| digest.as_bytes()));
}

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, len: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn entry(&mut self) -> Option<Entry> {
        let len = u32::from_le_bytes(self.array()?);
        let path = std::str::from_utf8(self.take(len as usize)?).ok()?.to_owned();
        let stamp = Stamp {
            len: u64::from_le_bytes(self.array()?),
            modified: i128::from_le_bytes(self.array()?),
            changed: i128::from_le_bytes(self.array()?),
            inode: u64::from_le_bytes(self.array()?),
        };
        let digest = match self.array()? {
            [0] => None,
            [1] => Some(Digest::from_bytes(self.array()?)),
            _ => return None,
        };
        Some(Entry { path, stamp, digest })
    }
}

impl Serialize for Manifest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.to_bytes())
    }
}

impl<'de> Deserialize<'de> for Manifest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(Bytes)
    }
}

struct Bytes;

impl Visitor<'_> for Bytes {
    type Value = Manifest;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the bytes of a manifest")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Manifest, E> {
        Manifest::from_bytes(bytes).ok_or_else(|| E::custom("its entries end too soon"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let Manifest { mut files, .. } = Manifest::sample();
        let folder = Entry { path: "data".to_owned(), digest: None, ..files[0].clone() };
        files.push(Entry { path: String::new(), ..folder.clone() });
        let manifest = Manifest { files, folders: vec![folder] };
        let bytes = postcard::to_stdvec(&manifest).unwrap();
        assert_eq!(postcard::from_bytes::<Manifest>(&bytes).unwrap(), manifest);
        let bytes = manifest.to_bytes();
        let n = bytes.len();
        let whole: Vec<usize> =
            (0..=n).filter(|&len| Manifest::from_bytes(&bytes[..len]).is_some()).collect();
        // After the second file, too, there may be an end.
        assert_eq!(whole, [n - 4 - 4 - 49, n]);
        let mut other = bytes.clone();
        other[0] = 4;
        assert_eq!(Manifest::from_bytes(&other), None, "more files than entries");
    }
}
