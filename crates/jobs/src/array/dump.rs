//! An array into a file.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{CHUNK, ChunkInfo, HASH, HEAD, MAGIC, Tail, chunk, hash_of};
use crate::{Error, Run, Strided};

/// Whether an array in a file takes less room or can be mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// As it lies in memory.
    #[default]
    None,
    /// Packed, chunk by chunk.
    Zstd,
}

/// Writes `array` to the file `path`, in place of what is there, whole or not at all.
///
/// All threads of `run` pack; the memory needed is some chunks of a megabyte for each.
///
/// # Errors
/// [`Error::Io`] when the file cannot be written, [`Error::Cancelled`].
///
/// # Panics
/// When an item lies outside the array's bytes.
pub fn dump(
    path: &Path,
    array: &Strided<'_>,
    compression: Compression,
    run: &Run,
) -> Result<(), Error> {
    let failed = |source| Error::Io { action: "write", path: path.to_owned(), source };
    let beside = beside(path).ok_or_else(|| failed(io::ErrorKind::InvalidInput.into()))?;
    let written = File::create_new(&beside)
        .map_err(failed)
        .and_then(|mut file| write(&mut file, array, (compression, &failed), run))
        .and_then(|()| fs::rename(&beside, path).map_err(failed));
    if written.is_err() {
        // The error says more than that this failed, too.
        drop(fs::remove_file(&beside));
    }
    written
}

/// A name beside `path` that nobody else uses.
fn beside(path: &Path) -> Option<PathBuf> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut name = OsString::from(".");
    name.push(path.file_name()?);
    name.push(format!(".{}-{number}", std::process::id()));
    Some(path.with_file_name(name))
}

/// The chunks written so far.
struct Writer<'a> {
    file: &'a mut File,
    failed: &'a dyn Fn(io::Error) -> Error,
    chunks: Vec<ChunkInfo>,
    /// Bytes of the array, and of the file.
    len: u64,
    end: u64,
}

impl Writer<'_> {
    fn chunk(&mut self, kept: &Kept<'_>) -> Result<(), Error> {
        let bytes = kept.packed.as_deref().unwrap_or(kept.plain);
        self.file.write_all(bytes).map_err(self.failed)?;
        self.len += kept.plain.len() as u64;
        self.end += bytes.len() as u64;
        let is_packed = kept.packed.is_some();
        self.chunks.push(ChunkInfo { len: bytes.len() as u32, is_packed, hash: kept.hash });
        Ok(())
    }
}

/// A chunk as it is, and in planes where that is shorter.
struct Kept<'a> {
    plain: &'a [u8],
    packed: Option<Vec<u8>>,
    hash: [u8; HASH],
}

impl<'a> Kept<'a> {
    fn of(plain: &'a [u8], item_size: usize, compression: Compression) -> Self {
        let packed = match compression {
            Compression::None => None,
            Compression::Zstd => chunk::pack(plain, item_size),
        };
        let hash = hash_of(packed.as_deref().unwrap_or(plain));
        Self { plain, packed, hash }
    }
}

fn write(
    file: &mut File,
    array: &Strided<'_>,
    (compression, failed): (Compression, &dyn Fn(io::Error) -> Error),
    run: &Run,
) -> Result<(), Error> {
    file.seek(SeekFrom::Start(HEAD as u64)).map_err(failed)?;
    let mut writer = Writer { file, failed, chunks: Vec::new(), len: 0, end: HEAD as u64 };
    let pack = |plain| Kept::of(plain, array.item_size, compression);
    if let Some(bytes) = array.in_order() {
        writer = run.fold(bytes.chunks(CHUNK), pack, writer, |mut writer, kept| {
            writer.chunk(&kept)?;
            Ok::<_, Error>(writer)
        })?;
    } else {
        // Gathered by this thread, some chunks at a time, and packed by all.
        let room = CHUNK * 2 * run.threads();
        let mut gathered = Vec::with_capacity(room + CHUNK);
        let mut outcome = Ok(());
        let mut flush = |gathered: &[u8], outcome: &mut Result<(), Error>| {
            let pack = |plain| Kept::of(plain, array.item_size, compression);
            let all = run.map(gathered.chunks(CHUNK).collect(), pack);
            let all = all.and_then(|all| all.iter().try_for_each(|kept| writer.chunk(kept)));
            *outcome = all;
        };
        array.pieces(&mut |piece| {
            gathered.extend_from_slice(piece);
            if gathered.len() >= room && outcome.is_ok() {
                flush(&gathered[..room], &mut outcome);
                gathered.drain(..room);
            }
        });
        outcome?;
        let mut outcome = Ok(());
        flush(&gathered, &mut outcome);
        outcome?;
    }
    let tail = Tail {
        items: array.items.to_owned(),
        item_size: array.item_size as u64,
        shape: array.shape.iter().map(|&n| n as u64).collect(),
        chunks: std::mem::take(&mut writer.chunks),
    };
    let tail = postcard::to_stdvec(&tail).expect("numbers and a name can be written");
    let (len, end) = (writer.len, writer.end);
    let mut head = MAGIC.to_vec();
    for number in [len, end, 32 + tail.len() as u64] {
        head.extend_from_slice(&number.to_le_bytes());
    }
    head.extend_from_slice(blake3::hash(&head).as_bytes());
    file.write_all(blake3::hash(&tail).as_bytes())
        .and_then(|()| file.write_all(&tail))
        .and_then(|()| file.seek(SeekFrom::Start(0)))
        .and_then(|_| file.write_all(&head))
        .map_err(failed)
}
