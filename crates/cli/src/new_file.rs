//! A file that is there as a whole or not at all, whenever the program is killed.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Bytes that are written together.
const BUFFER_BYTES: usize = 256 << 10;

/// A file that is being written. Dropped before it is [finished](Self::finish), it leaves what lay
/// there before.
pub(crate) struct NewFile {
    /// What its parts are put into; one that a folder takes no further file for is held in memory.
    out: Out,
    target: PathBuf,
}

enum Out {
    /// Beside the target, whose place it takes at the end.
    Partial(BufWriter<File>, PathBuf),
    /// What is no file, such as a pipe, is written to as it is.
    Direct(BufWriter<File>),
    Memory(Vec<u8>),
}

impl NewFile {
    /// For `path`; of a link what it leads to is replaced.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let buffered = |file| BufWriter::with_capacity(BUFFER_BYTES, file);
        let is_file = !target.exists() || target.is_file();
        let out = match target.file_name().filter(|_| is_file) {
            Some(name) => {
                let partial = target.with_file_name(format!(".{}.partial", name.to_string_lossy()));
                match File::create(&partial) {
                    Ok(file) => Out::Partial(buffered(file), partial),
                    // The target itself may be writable; if it is not, that is better known now.
                    Err(_) if target.exists() => {
                        File::options().append(true).open(&target)?;
                        Out::Memory(Vec::new())
                    }
                    // The longer name of the two.
                    Err(error) if error.kind() == io::ErrorKind::InvalidFilename => {
                        Out::Memory(Vec::new())
                    }
                    Err(error) => return Err(error),
                }
            }
            None => Out::Direct(buffered(File::create(&target)?)),
        };
        Ok(Self { out, target })
    }

    /// Puts it in its place.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        match &mut self.out {
            Out::Partial(_, partial) => fs::rename(&*partial, &self.target),
            Out::Direct(_) => Ok(()),
            Out::Memory(bytes) => fs::write(&self.target, bytes),
        }
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.out {
            Out::Partial(out, _) | Out::Direct(out) => out.write(bytes),
            Out::Memory(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.out {
            Out::Partial(out, _) | Out::Direct(out) => out.flush(),
            Out::Memory(_) => Ok(()),
        }
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let Out::Partial(_, partial) = &self.out {
            // After it was put in place there is none any more.
            drop(fs::remove_file(partial));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finished_leaves_what_lay_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        fs::write(&path, "old").unwrap();
        let mut file = NewFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        file.flush().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        drop(file);
        let names = || fs::read_dir(folder.path()).unwrap().count();
        assert_eq!((fs::read(&path).unwrap(), names()), (b"old".to_vec(), 1));
        let mut file = NewFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        file.finish().unwrap();
        assert_eq!((fs::read(&path).unwrap(), names()), (b"new".to_vec(), 1));
    }
}
