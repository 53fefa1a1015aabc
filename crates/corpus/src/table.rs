//! Values between commas, semicolons, tabs or bars: one document a row.

use std::io::{self, BufRead, Read};

use crate::columns::{Cell, ColumnNames, Columns};
use crate::decode::{as_utf8, decode_plain};
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
    /// Reads the header of a table. Its cells are parted by `usual`, or by another sign where that makes
    /// columns of its header. `location` names it in messages, `stem` in ids.
    ///
    /// # Errors
    /// When it has no header, or no column for the text or for what the user named.
    pub(crate) fn new(
        input: Box<dyn BufRead + Send>,
        usual: u8,
        (location, stem): (String, String),
        (max_row_bytes, given): (usize, &ColumnNames),
    ) -> Result<Self, Error> {
        let not_readable = |source| Error::NotReadable { name: location.clone(), source };
        let mut input = as_utf8(input).map_err(not_readable)?;
        let mut start = Vec::new();
        input.by_ref().take(HEADER_BYTES).read_to_end(&mut start).map_err(not_readable)?;
        let (delimiter, n_told) = delimiter_of(&start, usual);
        start.drain(..n_told);
        let input = io::Cursor::new(start).chain(input);
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
        if row.iter().all(|cell| cell.trim_ascii().is_empty()) {
            return Err("the row is empty; allowed is a row with a text or a title".to_owned());
        }
        let mut texts = Vec::with_capacity(row.len());
        for cell in row {
            let text = decode_plain(cell).map_err(|at| {
                format!("invalid UTF-8 at byte {} of a cell; allowed is UTF-8", at + 1)
            })?;
            texts.push(as_meant(text));
        }
        let cell = |at: usize| texts.get(at).map(|text| Cell::Text(text.as_str().into()));
        self.columns.document(cell, || format!("{}:{line}", self.stem))
    }
}

/// So much of a table is looked at to tell what parts its cells, bytes.
const HEADER_BYTES: u64 = 64 << 10;

/// The signs that part cells; of those that the header has as often the first.
const SIGNS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The sign between the cells of a table that begins with `start`: what a line `sep=;` before the header
/// says, as Excel writes it, else the one that its header has most outside quotes, which is `usual` when
/// it has none. Also how many bytes such a line has.
fn delimiter_of(start: &[u8], usual: u8) -> (u8, usize) {
    const BOM: &[u8] = b"\xEF\xBB\xBF";
    let n_mark = if start.starts_with(BOM) { BOM.len() } else { 0 };
    let start = &start[n_mark..];
    if let Some(&[sign, ref rest @ ..]) = start.strip_prefix(b"sep=")
        && let Some(end) = rest.iter().position(|byte| *byte == b'\n')
        && rest[..end].trim_ascii().is_empty()
    {
        return (sign, n_mark + b"sep=".len() + 1 + end + 1);
    }
    let (mut counts, mut is_quoted) = ([0; SIGNS.len()], false);
    for &byte in start.trim_ascii_start() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => break,
            byte if !is_quoted => {
                if let Some(sign) = SIGNS.iter().position(|sign| *sign == byte) {
                    counts[sign] += 1;
                }
            }
            _ => {}
        }
    }
    let by_count = |sign: &u8| SIGNS.iter().position(|other| other == sign).map(|at| counts[at]);
    let mut best = usual;
    for sign in SIGNS {
        if by_count(&sign) > by_count(&best) {
            best = sign;
        }
    }
    (best, 0)
}

/// Whether a row is the one behind the last.
fn is_end(row: &csv::ByteRecord) -> bool {
    row.len() == 1 && row.get(0) == Some(END.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_what_parts_cells() {
        let check = |start: &str, usual: u8, expected: (u8, usize)| {
            assert_eq!(delimiter_of(start.as_bytes(), usual), expected, "{start}");
        };
        check("id,title,text\na;b;c;d", b',', (b',', 0));
        check("id;title;text\r\na,b,c,d,e", b',', (b';', 0));
        check("id\ttext\n", b',', (b'\t', 0));
        check("id|title|text\n", b',', (b'|', 0));
        check("\u{FEFF}\"a, b, c\";text\n", b',', (b';', 0));
        check("\"a\n, b\";text\n,,", b',', (b';', 0));
        check("a,b;c\n", b',', (b',', 0));
        check("a,b\n", b'\t', (b',', 0));
        check("text\n", b'\t', (b'\t', 0));
        check("text", b',', (b',', 0));
        check("", b',', (b',', 0));
        check("sep=;\r\ntext;id\n", b',', (b';', 7));
        check("\u{FEFF}sep=|\na,b", b',', (b'|', 9));
        check("sep=x,y\n", b',', (b',', 0));
    }
}
