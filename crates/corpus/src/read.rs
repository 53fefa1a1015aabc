//! Files, folders and streams as batches of documents.

use std::fs;
use std::io::{self, BufRead, Read};
use std::path::Path;
use std::vec;

use crate::folder::{self, Entry};
use crate::format::{self, Format, Packing};
use crate::ids::Ids;
use crate::jsonl::JsonLines;
use crate::{Document, Error, Skipped, open, page};

/// A batch ends at this many documents and skipped ones …
const BATCH_ITEMS: usize = 1024;
/// … or at this many bytes of text.
const BATCH_TEXT_BYTES: usize = 4 << 20;

/// How to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadConfig {
    /// How long a line of JSON lines may be, bytes; longer ones are skipped and not held in
    /// memory. Default: 64 MiB.
    pub max_line_bytes: usize,
    /// How long a file of one document may be, bytes after decompression; longer ones are
    /// skipped. Default: 64 MiB.
    pub max_file_bytes: usize,
}

impl Default for ReadConfig {
    fn default() -> Self {
        Self { max_line_bytes: 64 << 20, max_file_bytes: 64 << 20 }
    }
}

/// Some documents in the order of their source, with those that were not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// The documents; their ids are unique in the whole read.
    pub documents: Vec<Document>,
    /// What was found among them and is no document.
    pub skipped: Vec<Skipped>,
}

/// Reads a folder, or a file by its ending: JSON lines (`.jsonl`, `.ndjson`) with a document on
/// each line, and `.html`, `.htm`, `.md` and `.txt` with one document each; all of them also
/// compressed, with `.gz` or `.zst` behind the ending.
///
/// **JSON lines.** The keys are `id`, `url`, `title`, `text` (or `abstract`, `description`,
/// `body`, `content`), `tags` (or `labels`), `speakers`, `date`, `start`, `end`, `room`, `track`
/// and `language`; others are ignored, `null` counts as absent, and only the text is required. A
/// missing id becomes `<name of the file>:<line>`, a missing title the first words of the text.
/// A URL that is not http or https, and a language that is no ISO 639 code, count as absent.
///
/// **Folders** are read with all that is inside, sorted by the bytes of the path; hidden files
/// and folders, other endings and links out of the folder are passed over. The id of a file's
/// document is its path in the folder. A repeated id gets a suffix: `-2`, `-3`.
///
/// A line or a file that is no document is a [`Skipped`] and stops nothing. Cost: linear; memory
/// for one batch (some megabytes, or one long document) and 16 bytes for every id.
///
/// # Errors
/// [`Error::NotFound`], [`Error::NotReadable`], [`Error::UnknownEnding`] and
/// [`Error::EmptyFolder`]. For a single file also [`Error::Truncated`] and [`Error::NotPacked`],
/// at the latest in the place of the first batch.
///
/// ```no_run
/// let reader = corpus::read("talks.jsonl".as_ref(), &corpus::ReadConfig::default())?;
/// for batch in reader {
///     let batch = batch?;
///     assert!(batch.documents.iter().all(|document| !document.title.is_empty()));
/// }
/// # Ok::<(), corpus::Error>(())
/// ```
pub fn read(path: &Path, config: &ReadConfig) -> Result<Reader, Error> {
    let metadata = fs::metadata(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => Error::NotFound { path: path.to_owned() },
        _ => not_readable(path, source),
    })?;
    if metadata.is_dir() {
        let (entries, skipped) = folder::list(path).map_err(|source| not_readable(path, source))?;
        if entries.is_empty() && skipped.is_empty() {
            return Err(Error::EmptyFolder { path: path.to_owned() });
        }
        return Ok(Reader { entries: entries.into_iter(), skipped, ..Reader::new(config) });
    }
    let Some((format, packing)) = format::of_path(path) else {
        return Err(Error::UnknownEnding { path: path.to_owned(), ending: format::ending(path) });
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let entry = Entry { path: path.to_owned(), name, format, packing };
    let mut reader = Reader { is_one_file: true, ..Reader::new(config) };
    reader.start(entry)?;
    Ok(reader)
}

/// Reads JSON lines from any stream, as [`read`] does from a file; `name` stands for the path in
/// locations and for its stem in ids.
///
/// ```
/// let lines = &b"{\"text\": \"Clean code\"}\n{\"text\": 3}\n"[..];
/// let mut reader = corpus::read_lines(lines, "stdin", &corpus::ReadConfig::default());
/// let batch = reader.next().expect("there are lines")?;
/// assert_eq!(batch.documents[0].id, "stdin:1");
/// assert_eq!(batch.skipped[0].location, "stdin:2");
/// # Ok::<(), corpus::Error>(())
/// ```
pub fn read_lines(input: impl BufRead + Send + 'static, name: &str, config: &ReadConfig) -> Reader {
    let stem = format::stem(name).to_owned();
    let lines = JsonLines::new(Box::new(input), name.to_owned(), stem, config.max_line_bytes);
    let source = Source { lines, location: name.to_owned(), packing: Packing::Plain };
    Reader { current: Some(source), is_one_file: true, ..Reader::new(config) }
}

/// The batches of a read, in the order of the source; none is empty. It ends after an error.
pub struct Reader {
    config: ReadConfig,
    entries: vec::IntoIter<Entry>,
    current: Option<Source>,
    /// What is already known and not yet in a batch.
    documents: Vec<Document>,
    skipped: Vec<Skipped>,
    ids: Ids,
    /// Then a file that gives nothing is an error, and not one of many.
    is_one_file: bool,
}

/// A stream of JSON lines and where it comes from.
struct Source {
    lines: JsonLines,
    location: String,
    packing: Packing,
}

impl Iterator for Reader {
    type Item = Result<Batch, Error>;

    fn next(&mut self) -> Option<Result<Batch, Error>> {
        let mut n_text_bytes: usize = self.documents.iter().map(|d| d.text.len()).sum();
        while self.documents.len() + self.skipped.len() < BATCH_ITEMS
            && n_text_bytes < BATCH_TEXT_BYTES
        {
            let n_before = self.documents.len();
            match self.advance() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.current = None;
                    self.entries = Vec::new().into_iter();
                    return Some(Err(error));
                }
            }
            n_text_bytes += self.documents[n_before..].iter().map(|d| d.text.len()).sum::<usize>();
        }
        if self.documents.is_empty() && self.skipped.is_empty() {
            return None;
        }
        Some(Ok(Batch {
            documents: std::mem::take(&mut self.documents),
            skipped: std::mem::take(&mut self.skipped),
        }))
    }
}

impl Reader {
    fn new(config: &ReadConfig) -> Self {
        Self {
            config: config.clone(),
            entries: Vec::new().into_iter(),
            current: None,
            documents: Vec::new(),
            skipped: Vec::new(),
            ids: Ids::default(),
            is_one_file: false,
        }
    }

    /// One step: a line of the current stream, or the next file; false at the end of all.
    fn advance(&mut self) -> Result<bool, Error> {
        let Some(source) = &mut self.current else {
            let Some(entry) = self.entries.next() else { return Ok(false) };
            self.start(entry)?;
            return Ok(true);
        };
        match source.lines.next() {
            Ok(Some(Ok(document))) => self.keep(document),
            Ok(Some(Err(skipped))) => self.skipped.push(skipped),
            Ok(None) => self.current = None,
            Err(error) => {
                let n_lines = source.lines.n_lines();
                let (location, packing) = (std::mem::take(&mut source.location), source.packing);
                self.current = None;
                let is_fatal = self.is_one_file && (n_lines == 0 || packing == Packing::Plain);
                if is_fatal {
                    return Err(broken(location, packing, error));
                }
                let reason = format!(
                    "the rest after line {n_lines} cannot be read: {}",
                    what_is_broken(packing, &error)
                );
                self.skipped.push(Skipped { location, reason });
            }
        }
        Ok(true)
    }

    /// Opens a stream of lines, or reads a file of one document.
    fn start(&mut self, entry: Entry) -> Result<(), Error> {
        let Entry { path, name, format, packing } = entry;
        let location = path.display().to_string();
        let outcome = open::open(&path, packing).and_then(|input| {
            if format == Format::JsonLines {
                let stem = format::stem(&name).to_owned();
                let limit = self.config.max_line_bytes;
                let lines = JsonLines::new(input, location.clone(), stem, limit);
                self.current = Some(Source { lines, location: location.clone(), packing });
                return Ok(());
            }
            match read_page(&name, format, input, self.config.max_file_bytes)? {
                Ok(document) => self.keep(document),
                Err(reason) => {
                    self.skipped.push(Skipped { location: location.clone(), reason });
                }
            }
            Ok(())
        });
        match outcome {
            Ok(()) => Ok(()),
            Err(error) if self.is_one_file => Err(broken(location, packing, error)),
            Err(error) => {
                let reason = format!("cannot be read: {}", what_is_broken(packing, &error));
                self.skipped.push(Skipped { location, reason });
                Ok(())
            }
        }
    }

    fn keep(&mut self, mut document: Document) {
        document.id = self.ids.give(document.id);
        self.documents.push(document);
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("config", &self.config).finish_non_exhaustive()
    }
}

/// The document of a file, or the reason why it is none.
fn read_page(
    name: &str,
    format: Format,
    input: Box<dyn BufRead + Send>,
    max_bytes: usize,
) -> io::Result<Result<Document, String>> {
    let mut bytes = Vec::new();
    input.take((max_bytes as u64).saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > max_bytes {
        return Ok(Err(format!("longer than {max_bytes} bytes, which are allowed")));
    }
    Ok(page::read(name, format, &bytes))
}

fn not_readable(path: &Path, source: io::Error) -> Error {
    Error::NotReadable { name: path.display().to_string(), source }
}

/// The error for a file that gave nothing.
fn broken(location: String, packing: Packing, source: io::Error) -> Error {
    if packing == Packing::Plain || source.raw_os_error().is_some() {
        return Error::NotReadable { name: location, source };
    }
    let path = location.into();
    if source.kind() == io::ErrorKind::UnexpectedEof {
        Error::Truncated { path, packing }
    } else {
        Error::NotPacked { path, packing, source }
    }
}

fn what_is_broken(packing: Packing, error: &io::Error) -> String {
    if packing == Packing::Plain || error.raw_os_error().is_some() {
        error.to_string()
    } else if error.kind() == io::ErrorKind::UnexpectedEof {
        format!("the {packing} file ends in the middle; allowed are whole files")
    } else {
        format!("the {packing} file is damaged ({error}); allowed are whole files")
    }
}
