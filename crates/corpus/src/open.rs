//! Files, decompressed on the way.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::format::Packing;

/// Large enough that calls of the system do not count.
const BUFFER_BYTES: usize = 1 << 18;

/// The first bytes of every gzip file (RFC 1952).
const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];

/// Opens `path` for reading what is inside its compression.
///
/// # Errors
/// Those of the system, and `InvalidData` for what is not compressed as it should be. A file that
/// ends too early is an `UnexpectedEof` when it is read.
pub(crate) fn open(path: &Path, packing: Packing) -> io::Result<Box<dyn BufRead + Send>> {
    let mut file = BufReader::with_capacity(BUFFER_BYTES, File::open(path)?);
    let start = file.fill_buf()?;
    // The decompressor would call a short file of something else truncated.
    if packing == Packing::Gzip && !start.starts_with(&GZIP_MAGIC[..start.len().min(2)]) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no gzip header"));
    }
    Ok(match packing {
        Packing::Plain => Box::new(file),
        Packing::Gzip => {
            Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(file)))
        }
        Packing::Zstd => {
            let decoder = zstd::Decoder::with_buffer(file)?;
            Box::new(BufReader::with_capacity(BUFFER_BYTES, decoder))
        }
    })
}

/// Whether a decompressor stops because the window of its file is longer than what it keeps at most, the
/// 128 MiB of every decoder of Zstandard that is not told otherwise.
pub(crate) fn is_window_too_long(error: &io::Error) -> bool {
    // The only thing that the crate tells is the text of the C library.
    error.to_string().contains("requires too much memory")
}
