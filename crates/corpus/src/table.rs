//! Comma- and tab-separated values: one document a row.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, Encoding};

use crate::columns::{Cell, ColumnNames, Columns};
use crate::decode::decode_plain;
use crate::formula::as_meant;
use crate::{Document, Error, Skipped};

/// A row behind the last one, to see that it ended: in a cell that begins with a quote and never ends it
/// becomes the end of the cell.
const END: &[u8] = b"\n\0end of the table\0\n";

/// The documents of a table, row by row.
pub(crate) struct Table {
    rows: csv::ByteRecordsIntoIter<Box<dyn Read + Send>>,
    columns: Columns,
    n_columns: usize,
    location: String,
    stem: String,
    n_rows: u64,
    max_row_bytes: usize,
    is_cut: bool,
}

impl Table {
    /// Reads the header of a table. `location` names it in messages, `stem` in ids.
    ///
    /// # Errors
    /// When it has no header, or no column for the text or for what the user named.
    pub(crate) fn new(
        input: Box<dyn Read + Send>,
        delimiter: u8,
        (location, stem): (String, String),
        (max_row_bytes, given): (usize, &ColumnNames),
    ) -> Result<Self, Error> {
        let input = as_utf8(input)
            .map_err(|source| Error::NotReadable { name: location.clone(), source })?;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .buffer_capacity(1 << 18)
            .from_reader(Box::new(input.chain(END)) as Box<dyn Read + Send>);
        let headers = reader.byte_headers().map_err(|source| Error::NotReadable {
            name: location.clone(),
            source: io::Error::other(source),
        })?;
        if headers.iter().next_back().is_some_and(|name| name.ends_with(END)) {
            return Err(Error::OpenQuote { name: location });
        }
        // An empty table ends before its header.
        let is_end = is_end(headers);
        let names: Vec<String> = headers
            .iter()
            .filter(|_| !is_end)
            .map(|name| decode_plain(name).unwrap_or_else(|_| String::from_utf8_lossy(name).into()))
            .collect();
        let columns = Columns::of(&names, given).map_err(|(part, column)| Error::NoColumn {
            name: location.clone(),
            part,
            column,
            columns: names.clone(),
        })?;
        let n_columns = names.len();
        let rows = reader.into_byte_records();
        Ok(Self {
            rows,
            columns,
            n_columns,
            location,
            stem,
            n_rows: 0,
            max_row_bytes,
            is_cut: false,
        })
    }

    /// How many rows were read so far.
    pub(crate) fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Whether the last row has a cell that never ends, which holds all that came after.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The next document, or why a row is none.
    ///
    /// # Errors
    /// When the stream cannot be read further.
    pub(crate) fn next(&mut self) -> io::Result<Option<Result<Document, Skipped>>> {
        let row = match self.rows.next() {
            None => return Ok(None),
            Some(Ok(row)) if is_end(&row) => return Ok(None),
            Some(Ok(row)) => row,
            Some(Err(error)) => {
                return Err(match error.into_kind() {
                    csv::ErrorKind::Io(source) => source,
                    kind => io::Error::other(format!("{kind:?}")),
                });
            }
        };
        self.n_rows += 1;
        let line = row.position().map_or(self.n_rows + 1, csv::Position::line);
        self.is_cut = row.iter().next_back().is_some_and(|cell| cell.ends_with(END));
        let read = if self.is_cut {
            Err(format!(
                "the row that begins in line {line} has a quote that never ends, so that all after it \
                 is lost; allowed are quotes in pairs"
            ))
        } else {
            self.document(&row, line)
        };
        Ok(Some(
            read.map_err(|reason| Skipped {
                location: format!("{}:{line}", self.location),
                reason,
            }),
        ))
    }

    fn document(&self, row: &csv::ByteRecord, line: u64) -> Result<Document, String> {
        let n_bytes = row.as_slice().len();
        if n_bytes > self.max_row_bytes {
            return Err(format!("the row has {n_bytes} bytes, allowed are {}", self.max_row_bytes));
        }
        if row.len() > self.n_columns {
            return Err(format!(
                "it has {} cells, allowed are {}, as in the header; quote cells that hold the sign between cells",
                row.len(),
                self.n_columns
            ));
        }
        let mut texts = Vec::with_capacity(row.len());
        for cell in row {
            let text = decode_plain(cell).map_err(|at| {
                format!("invalid UTF-8 at byte {} of a cell; allowed is UTF-8", at + 1)
            })?;
            texts.push(as_meant(text));
        }
        let cell = |at: usize| {
            let text = texts.get(at).filter(|text| !text.trim().is_empty())?;
            Some(Cell::Text(text.as_str().into()))
        };
        self.columns.document(cell, || format!("{}:{line}", self.stem))
    }
}

/// Whether a row is the one behind the last.
fn is_end(row: &csv::ByteRecord) -> bool {
    row.len() == 1 && row.get(0) == Some(END.trim_ascii())
}

/// `input`, from UTF-16 to UTF-8 where it begins with the mark of UTF-16, as spreadsheets write it.
fn as_utf8(mut input: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let mut start = Vec::new();
    input.by_ref().take(2).read_to_end(&mut start)?;
    let encoding = Encoding::for_bom(&start).map(|(encoding, _)| encoding);
    let input = io::Cursor::new(start).chain(input);
    Ok(match encoding {
        Some(encoding) => Box::new(Transcoded {
            input: Box::new(input),
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: Vec::new(),
            ready: io::Cursor::new(Vec::new()),
            is_at_end: false,
        }),
        None => Box::new(input),
    })
}

/// How many bytes are decoded at once.
const DECODED_BYTES: usize = 64 << 10;

/// A stream in another encoding, as UTF-8; what is damaged becomes U+FFFD.
struct Transcoded {
    input: Box<dyn Read + Send>,
    decoder: Decoder,
    raw: Vec<u8>,
    ready: io::Cursor<Vec<u8>>,
    is_at_end: bool,
}

impl Read for Transcoded {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        loop {
            let n = self.ready.read(to)?;
            if n > 0 || self.is_at_end || to.is_empty() {
                return Ok(n);
            }
            self.raw.clear();
            let n_read =
                self.input.by_ref().take(DECODED_BYTES as u64).read_to_end(&mut self.raw)?;
            self.is_at_end = n_read == 0;
            // What the decoder says that it needs at most, so that it takes all in one step.
            let room = self.decoder.max_utf8_buffer_length(n_read).unwrap_or(4 * DECODED_BYTES);
            let mut decoded = vec![0; room];
            let (result, _, n_written, _) =
                self.decoder.decode_to_utf8(&self.raw, &mut decoded, self.is_at_end);
            debug_assert_eq!(result, CoderResult::InputEmpty, "there is room for all of it");
            decoded.truncate(n_written);
            self.ready = io::Cursor::new(decoded);
            if self.is_at_end {
                return self.ready.read(to);
            }
        }
    }
}
