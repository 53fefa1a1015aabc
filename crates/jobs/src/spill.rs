//! What does not fit into memory, on disk until it is needed.

use std::fmt;
use std::fs::{self, File};
use std::marker::PhantomData;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use bytemuck::cast_slice;

use crate::map::Mapped;
use crate::{Error, Number, positioned};

/// Every piece begins at a multiple of this, which suits every number.
const ALIGN: u64 = 64;

/// Numbers on disk for as long as it lives, in a file without a name: nothing stays of a program
/// that is killed.
///
/// Pieces are put there by any thread, and read back mapped into memory, each as long as somebody
/// looks at it. So a sum over what is too much for memory is made piece by piece, in any order and
/// as often as it is needed:
///
/// ```
/// use jobs::{Error, Run};
///
/// let run = Run::serial();
/// let spill = run.spill()?;
/// let pieces = run.map(vec![1, 2, 3], |n| spill.put(&vec![n as f32; 1000]))?;
/// let pieces = pieces.into_iter().collect::<Result<Vec<_>, _>>()?;
/// for _ in 0..2 {
///     let sum = run.fold(
///         &pieces,
///         |piece| Ok(spill.get(piece)?.iter().sum::<f32>()),
///         0.0,
///         |sum, piece: Result<f32, Error>| Ok::<_, Error>(sum + piece?),
///     )?;
///     assert_eq!(sum, 6000.0);
/// }
/// # Ok::<(), Error>(())
/// ```
///
/// It is for one run of one process: what is to be found by the next one belongs into a
/// [`Store`](crate::Store).
pub struct Spill {
    /// Where it lies, for errors.
    folder: PathBuf,
    file: File,
    end: AtomicU64,
}

/// Where a piece lies in the [`Spill`] that it was put into, and how long it is: 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spilled<T> {
    start: u64,
    len: usize,
    numbers: PhantomData<fn() -> T>,
}

impl<T> Spilled<T> {
    /// How many numbers it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// A piece of a [`Spill`], in memory as far as it was looked at.
#[derive(Debug)]
pub struct Piece<T> {
    /// None of an empty piece.
    bytes: Option<Mapped>,
    numbers: PhantomData<fn() -> T>,
}

impl<T: Number> Deref for Piece<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.bytes.as_ref().map_or(&[], |bytes| cast_slice(bytes))
    }
}

impl Spill {
    /// An empty one in `folder`, which is made where there is none.
    ///
    /// # Errors
    /// [`Error::Io`] when nothing can be written there.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let made = fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder));
        let file =
            made.map_err(|source| Error::Io { action: "write", path: folder.to_owned(), source })?;
        Ok(Self { folder: folder.to_owned(), file, end: AtomicU64::new(0) })
    }

    /// Puts `numbers` there. Cost: that of writing their bytes.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk is full or fails.
    pub fn put<T: Number>(&self, numbers: &[T]) -> Result<Spilled<T>, Error> {
        let bytes: &[u8] = cast_slice(numbers);
        let room = (bytes.len() as u64).next_multiple_of(ALIGN);
        let start = self.end.fetch_add(room, Ordering::Relaxed);
        positioned::write_at(&self.file, bytes, start)
            .map_err(|source| self.failed("write to", source))?;
        Ok(Spilled { start, len: numbers.len(), numbers: PhantomData })
    }

    /// The numbers of a piece that was put there. Cost: some microseconds; what is looked at is
    /// then read, and leaves memory with what is returned.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be mapped.
    ///
    /// # Panics
    /// When `piece` is one of another spill that is longer than this one.
    pub fn get<T: Number>(&self, piece: &Spilled<T>) -> Result<Piece<T>, Error> {
        let len = piece.len * size_of::<T>();
        assert!(
            piece.start + len as u64 <= self.end.load(Ordering::Relaxed),
            "the piece was put into another spill"
        );
        let bytes = if len == 0 {
            None
        } else {
            let mapped = Mapped::part_of(&self.file, piece.start, len);
            Some(mapped.map_err(|source| self.failed("read from", source))?)
        };
        Ok(Piece { bytes, numbers: PhantomData })
    }

    /// How much of the disk it takes up, bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.end.load(Ordering::Relaxed)
    }

    fn failed(&self, action: &'static str, source: std::io::Error) -> Error {
        Error::Io { action, path: self.folder.clone(), source }
    }
}

impl fmt::Debug for Spill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spill")
            .field("folder", &self.folder)
            .field("bytes", &self.bytes())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use crate::Run;

    #[test]
    fn pieces_come_back_as_they_were_put_in_any_order() {
        let folder = tempfile::tempdir().unwrap();
        let spill = Spill::open(folder.path()).unwrap();
        let run = Run::with_threads(NonZeroUsize::new(4).unwrap()).unwrap();
        let wanted = |n: u32| (0..(n * 977) % 5000).map(|i| i ^ n).collect::<Vec<u32>>();
        let pieces = run.map((0..200).collect(), |n| spill.put(&wanted(n)).unwrap()).unwrap();
        let wide = spill.put(&[1.5_f64, -0.0]).unwrap();
        for n in (0..200).rev() {
            let piece = &pieces[n as usize];
            assert_eq!(piece.len(), wanted(n).len());
            assert_eq!(spill.get(piece).unwrap()[..], wanted(n)[..], "piece {n}");
        }
        assert_eq!(spill.get(&wide).unwrap()[..], [1.5, -0.0]);
    }

    #[test]
    fn nothing_of_it_has_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("made");
        let spill = Spill::open(&inside).unwrap();
        spill.put(&[1_u8; 100]).unwrap();
        assert_eq!(fs::read_dir(&inside).unwrap().count(), 0);
        assert_eq!(spill.bytes(), 128);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "").unwrap();
        let message = Spill::open(&path).unwrap_err().to_string();
        assert!(message.contains("cannot write") && message.contains("file"), "{message}");
    }

    #[test]
    #[should_panic(expected = "another spill")]
    fn a_piece_of_another_spill_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) =
            (Spill::open(folder.path()).unwrap(), Spill::open(folder.path()).unwrap());
        let piece = one.put(&[1_u64; 8]).unwrap();
        drop(other.get(&piece));
    }
}
