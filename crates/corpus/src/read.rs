//! Files, folders and streams as batches of documents.

use std::fs;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::vec;

use jobs::Run;

use crate::folder::{self, Entry};
use crate::format::{self, Format, Packing};
use crate::ids::Ids;
use crate::jsonl::JsonLines;
use crate::parquet::Parquet;
use crate::piece::Piece;
use crate::table::Table;
use crate::{ColumnNames, Document, Error, Skipped, database, decode, open, page, records};

/// A batch ends at this many documents and skipped ones …
const BATCH_ITEMS: usize = 1024;
/// … or at this many bytes of text.
const BATCH_TEXT_BYTES: usize = 4 << 20;

/// How to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadConfig {
    /// How long a line of JSON lines, or a row, may be, bytes; longer ones are skipped and not held in
    /// memory. Default: 64 MiB.
    pub max_line_bytes: usize,
    /// How long a file of one document may be, bytes after decompression; longer ones are
    /// skipped. Default: 64 MiB.
    pub max_file_bytes: usize,
    /// The columns or keys that hold the parts of a document; without one for a part, those that
    /// are called as it. Default: none.
    pub columns: ColumnNames,
    /// The canonical path of a file that is passed over in folders and patterns, as it is being written.
    /// Default: none.
    pub except: Option<PathBuf>,
}

impl Default for ReadConfig {
    fn default() -> Self {
        Self {
            max_line_bytes: 64 << 20,
            max_file_bytes: 64 << 20,
            columns: ColumnNames::new(),
            except: None,
        }
    }
}

impl ReadConfig {
    fn is_excepted(&self, path: &Path) -> bool {
        self.except.as_ref().is_some_and(|except| {
            // To follow the links of every file takes long.
            except.file_name() == path.file_name()
                && path.canonicalize().is_ok_and(|path| path == *except)
        })
    }
}

/// Some documents in the order of their source, with those that were not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// The documents; their ids are unique in the whole read.
    pub documents: Vec<Document>,
    /// What was found among them and is no document.
    pub skipped: Vec<Skipped>,
    /// The files of which the rest cannot be read, so that nobody knows how many documents they hold; the
    /// place where each breaks off is among the skipped.
    pub cut: Vec<String>,
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
/// A path that is no file and has `*` or `?` in it is a pattern: `docs/**/*.md` stands for all
/// Markdown files below `docs`, `*` for anything inside a name.
///
/// **Folders** are read with all that is inside, sorted by the bytes of the path; hidden files
/// and folders, other endings and links out of the folder are passed over. The id of a file's
/// document is its path in the folder. A repeated id gets a suffix: `-2`, `-3`.
///
/// A line or a file that is no document is a [`Skipped`] and stops nothing. So is the rest of a compressed
/// file that ends in the middle, and of a table with a quote that never ends: [`Batch::cut`] names the file.
/// Cost: linear; memory for one batch (some megabytes, or one long document) and 16 bytes for every id.
///
/// # Errors
/// [`Error::NotFound`], [`Error::NotReadable`], [`Error::UnknownEnding`] and
/// [`Error::EmptyFolder`] or [`Error::NoMatch`]. For a single file also [`Error::Truncated`] and [`Error::NotPacked`],
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
    if let Some((root, pattern)) = folder::pattern(path) {
        let (entries, skipped) =
            folder::list(&root).map_err(|source| not_readable(&root, source))?;
        let is_asked = |entry: &Entry| {
            folder::matches(&pattern, &entry.name) && !config.is_excepted(&entry.path)
        };
        let entries: Vec<Entry> = entries.into_iter().filter(is_asked).collect();
        if entries.is_empty() {
            return Err(Error::NoMatch { pattern: path.to_owned() });
        }
        return Ok(Reader { entries: entries.into_iter(), skipped, ..Reader::new(config) });
    }
    let metadata = fs::metadata(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => Error::NotFound { path: path.to_owned() },
        _ => not_readable(path, source),
    })?;
    if metadata.is_dir() {
        let (mut entries, skipped) =
            folder::list(path).map_err(|source| not_readable(path, source))?;
        entries.retain(|entry| !config.is_excepted(&entry.path));
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
    let names = (name.to_owned(), format::stem(name).to_owned());
    let limits = (config.max_line_bytes, config.columns.clone());
    let lines = JsonLines::new(Box::new(input), names, limits, Run::serial());
    let rows = Rows::Lines(lines);
    let source = Source { rows, location: name.to_owned(), packing: Packing::Plain };
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
    cut: Vec<String>,
    ids: Ids,
    /// Then a file that gives nothing is an error, and not one of many.
    is_one_file: bool,
    run: Run,
}

/// A stream of records and where it comes from.
struct Source {
    rows: Rows,
    location: String,
    packing: Packing,
}

/// Records of one of the formats that hold many.
enum Rows {
    Lines(JsonLines),
    Table(Table),
    Parquet(Parquet),
    Database(database::Rows),
}

impl Rows {
    /// As [`JsonLines::next_some`]; of other formats one document at a time.
    fn next_some(
        &mut self,
        (documents, ids): (&mut Vec<Document>, &mut Ids),
        room: (usize, usize),
    ) -> io::Result<Option<Result<(), Skipped>>> {
        let next = match self {
            Self::Lines(lines) => return lines.next_some((documents, ids), room),
            Self::Table(table) => table.next(),
            Self::Parquet(file) => file.next(),
            Self::Database(rows) => rows.next(),
        };
        let mut keep = |mut document: Document| {
            document.id = ids.give(document.id);
            documents.push(document);
        };
        Ok(next?.map(|read| read.map(&mut keep)))
    }

    /// How many were read so far, with their name.
    fn n_read(&self) -> (u64, &'static str) {
        match self {
            Self::Lines(lines) => (lines.n_lines(), "line"),
            Self::Table(table) => (table.n_rows(), "row"),
            Self::Parquet(file) => (file.n_rows(), "row"),
            Self::Database(rows) => (rows.n_rows(), "row"),
        }
    }

    /// Whether the last one swallowed all that came after it.
    fn is_cut(&self) -> bool {
        matches!(self, Self::Table(table) if table.is_cut())
    }
}

impl Iterator for Reader {
    type Item = Result<Batch, Error>;

    fn next(&mut self) -> Option<Result<Batch, Error>> {
        self.next_batch(|_| true)
    }
}

impl Reader {
    /// The next batch, of what comes while `goes_on`.
    fn next_batch(&mut self, goes_on: impl Fn(&Self) -> bool) -> Option<Result<Batch, Error>> {
        let mut n_text_bytes: usize = self.documents.iter().map(|d| d.text.len()).sum();
        while self.documents.len() + self.skipped.len() < BATCH_ITEMS
            && n_text_bytes < BATCH_TEXT_BYTES
            && goes_on(self)
        {
            let n_before = self.documents.len();
            let room = (
                BATCH_ITEMS - self.documents.len() - self.skipped.len(),
                BATCH_TEXT_BYTES - n_text_bytes,
            );
            match self.advance(room) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Some(Err(self.ended_by(error))),
            }
            n_text_bytes += self.documents[n_before..].iter().map(|d| d.text.len()).sum::<usize>();
        }
        if self.documents.is_empty() && self.skipped.is_empty() {
            return None;
        }
        Some(Ok(Batch {
            documents: std::mem::take(&mut self.documents),
            skipped: std::mem::take(&mut self.skipped),
            cut: std::mem::take(&mut self.cut),
        }))
    }

    fn new(config: &ReadConfig) -> Self {
        Self {
            config: config.clone(),
            entries: Vec::new().into_iter(),
            current: None,
            documents: Vec::new(),
            skipped: Vec::new(),
            cut: Vec::new(),
            ids: Ids::default(),
            is_one_file: false,
            run: Run::serial(),
        }
    }

    /// The rows of a database.
    pub(crate) fn of_rows(rows: database::Rows, location: String, config: &ReadConfig) -> Self {
        let rows = Rows::Database(rows);
        let current = Some(Source { rows, location, packing: Packing::Plain });
        Self { current, is_one_file: true, ..Self::new(config) }
    }

    /// The same reader, with JSON lines parsed on all threads of `run`; the batches are the same.
    #[must_use]
    pub fn on(mut self, run: &Run) -> Self {
        self.run = run.clone();
        if let Some(Source { rows: Rows::Lines(lines), .. }) = &mut self.current {
            lines.parse_on(run.clone());
        }
        self
    }

    /// The same read in pieces that are not parsed: whoever goes through a piece parses it, on any thread, so
    /// that the memory of a document comes from the thread that uses it. The documents and those that were not
    /// kept are those of the batches; but an id may come several times, as it stands in the source:
    /// [`Ids`] makes them unique.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("talks.jsonl");
    /// # std::fs::write(&path, "{\"text\": \"Names matter.\"}\n")?;
    /// let pieces = corpus::read(&path, &corpus::ReadConfig::default())?.pieces();
    /// let n_bytes = |piece: Result<corpus::Piece, corpus::Error>| {
    ///     Ok::<_, corpus::Error>(piece?.flatten().map(|document| document.text.len()).sum::<usize>())
    /// };
    /// let sum = |sum, n: Result<usize, corpus::Error>| Ok::<_, Box<dyn std::error::Error>>(sum + n?);
    /// assert_eq!(jobs::Run::serial().fold(pieces, n_bytes, 0, sum)?, 13);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn pieces(self) -> Pieces {
        Pieces(Self { ids: Ids::keeping(), ..self.on(&Run::serial()) })
    }

    /// Whether lines come next, and none of them is parsed.
    fn has_lines(&self) -> bool {
        let rows = self.current.as_ref().map(|source| &source.rows);
        matches!(rows, Some(Rows::Lines(lines)) if !lines.is_begun())
    }

    /// Nothing comes after `error`.
    fn ended_by(&mut self, error: Error) -> Error {
        self.current = None;
        self.entries = Vec::new().into_iter();
        error
    }

    /// One step: a document of the current stream, several of JSON lines, no more than there is room for in
    /// a batch, or the next file; false at the end of all.
    fn advance(&mut self, room: (usize, usize)) -> Result<bool, Error> {
        let Some(source) = &mut self.current else {
            let Some(entry) = self.entries.next() else { return Ok(false) };
            self.start(entry)?;
            return Ok(true);
        };
        match source.rows.next_some((&mut self.documents, &mut self.ids), room) {
            Ok(Some(Ok(()))) => {}
            Ok(Some(Err(skipped))) => {
                if source.rows.is_cut() {
                    self.cut.push(source.location.clone());
                }
                self.skipped.push(skipped);
            }
            Ok(None) => self.current = None,
            Err(error) => self.break_off(error)?,
        }
        Ok(true)
    }

    /// Ends the current stream, which cannot be read further.
    fn break_off(&mut self, error: io::Error) -> Result<(), Error> {
        let Some(Source { rows, location, packing }) = self.current.take() else { return Ok(()) };
        let (n_rows, row) = rows.n_read();
        let is_fatal = self.is_one_file && (n_rows == 0 || packing == Packing::Plain);
        if is_fatal {
            return Err(broken(location, packing, error));
        }
        let what = what_is_broken(packing, &error);
        let reason = format!("the rest after {row} {n_rows} cannot be read: {what}");
        self.cut.push(location.clone());
        self.skipped.push(Skipped { location, reason });
        Ok(())
    }

    /// Opens a stream of lines, or reads a file of one document.
    fn start(&mut self, entry: Entry) -> Result<(), Error> {
        let Entry { path, name, format, packing } = entry;
        let location = path.display().to_string();
        let outcome = match self.open(&path, &name, (format, packing)) {
            Ok(Opened::Rows(rows)) => {
                self.current = Some(Source { rows: *rows, location: location.clone(), packing });
                return Ok(());
            }
            Ok(Opened::Documents(documents)) => {
                for document in documents {
                    match document {
                        Ok(document) => self.keep(document),
                        Err((place, reason)) => {
                            let location = format!("{location}:{place}");
                            self.skipped.push(Skipped { location, reason });
                        }
                    }
                }
                return Ok(());
            }
            // Folders hold JSON and XML for other purposes.
            Err(Failed::NoRecords(_)) if !self.is_one_file => return Ok(()),
            Err(Failed::NoRecords(reason)) => return Err(Error::NoDocument { path, reason }),
            Err(Failed::Whole(error)) if self.is_one_file => return Err(error),
            Err(Failed::Whole(error)) => {
                self.skipped.push(Skipped { location, reason: error.to_string() });
                return Ok(());
            }
            Err(Failed::Reason(reason)) => {
                self.skipped.push(Skipped { location, reason });
                return Ok(());
            }
            Err(Failed::Io(error)) => Err(error),
        };
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

    /// Opens a file by its format.
    fn open(
        &self,
        path: &Path,
        name: &str,
        (format, packing): (Format, Packing),
    ) -> Result<Opened, Failed> {
        let names = (path.display().to_string(), format::stem(name).to_owned());
        let columns = &self.config.columns;
        let max_row = self.config.max_line_bytes;
        if format == Format::Parquet {
            if packing != Packing::Plain {
                let reason =
                    format!("a Parquet file is compressed inside; unpack the {packing} around it");
                return Err(Failed::Reason(reason));
            }
            let file = Parquet::open(path, names, columns).map_err(Failed::Whole)?;
            return Ok(Opened::Rows(Box::new(Rows::Parquet(file))));
        }
        let input = open::open(path, packing).map_err(Failed::Io)?;
        Ok(match format {
            Format::JsonLines => {
                let input = decode::as_utf8(input).map_err(Failed::Io)?;
                let limits = (max_row, columns.clone());
                Opened::Rows(Box::new(Rows::Lines(JsonLines::new(
                    input,
                    names,
                    limits,
                    self.run.clone(),
                ))))
            }
            Format::Commas | Format::Tabs => {
                let sign = if format == Format::Commas { b',' } else { b'\t' };
                let table = Table::new(input, sign, names, (max_row, columns));
                Opened::Rows(Box::new(Rows::Table(table.map_err(Failed::Whole)?)))
            }
            Format::Json | Format::Schedule => {
                let bytes = whole(input, self.config.max_file_bytes)?;
                let records = records::read(&bytes, &names.1, columns);
                Opened::Documents(records.map_err(Failed::NoRecords)?)
            }
            _ => {
                let bytes = whole(input, self.config.max_file_bytes)?;
                let document = page::read(name, format, &bytes).map_err(Failed::Reason)?;
                Opened::Documents(vec![Ok(document)])
            }
        })
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

/// The pieces of a read, in the order of the source: see [`Reader::pieces`]. It ends after an error.
#[derive(Debug)]
pub struct Pieces(Reader);

impl Iterator for Pieces {
    type Item = Result<Piece, Error>;

    fn next(&mut self) -> Option<Result<Piece, Error>> {
        let Self(reader) = self;
        loop {
            if let Some(batch) = reader.next_batch(|reader| !reader.has_lines()) {
                return Some(batch.map(Piece::of_batch));
            }
            let Some(Source { rows: Rows::Lines(lines), .. }) = &mut reader.current else {
                return None;
            };
            match lines.next_lines() {
                Ok(Some(Ok(lines))) => return Some(Ok(Piece::of_lines(lines))),
                Ok(Some(Err(skipped))) => reader.skipped.push(skipped),
                Ok(None) => reader.current = None,
                Err(error) => {
                    if let Err(error) = reader.break_off(error) {
                        return Some(Err(reader.ended_by(error)));
                    }
                }
            }
        }
    }
}

/// What a file holds.
enum Opened {
    /// A stream of records.
    Rows(Box<Rows>),
    /// Documents, with the places of those that are none and the reasons.
    Documents(Vec<records::Record>),
}

/// Why a file gives nothing.
enum Failed {
    /// It could not be read.
    Io(io::Error),
    /// It is not what it should be.
    Whole(Error),
    /// The same, in words.
    Reason(String),
    /// It holds something else.
    NoRecords(String),
}

/// All bytes of a file.
fn whole(input: Box<dyn BufRead + Send>, max_bytes: usize) -> Result<Vec<u8>, Failed> {
    let mut bytes = Vec::new();
    let mut input = input.take((max_bytes as u64).saturating_add(1));
    input.read_to_end(&mut bytes).map_err(Failed::Io)?;
    if bytes.len() > max_bytes {
        return Err(Failed::Reason(format!("longer than {max_bytes} bytes, which are allowed")));
    }
    Ok(bytes)
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
    if open::is_window_too_long(&source) {
        Error::LongWindow { path }
    } else if source.kind() == io::ErrorKind::UnexpectedEof {
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
    } else if open::is_window_too_long(error) {
        format!(
            "the {packing} file was compressed with a window above 128 MiB (zstd --long); allowed are windows of up to 128 MiB"
        )
    } else {
        format!("the {packing} file is damaged ({error}); allowed are whole files")
    }
}
