//! Documents as tables that the readers of this crate, and others, take.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::{Document, harmless};

/// The columns of a table of documents, in their order.
pub const COLUMNS: [&str; 12] = [
    "id", "url", "title", "text", "tags", "speakers", "date", "start", "end", "room", "track",
    "language",
];

/// Documents in one row group of a Parquet file.
const GROUP_DOCS: usize = 64 << 10;

/// Writes documents as values between commas, below a row of names. Several tags or speakers of a
/// document are a JSON array in one cell.
///
/// A cell that a spreadsheet would take for a formula gets an apostrophe before it, see [`harmless`].
pub struct CsvWriter<W: Write>(csv::Writer<W>);

impl<W: Write> CsvWriter<W> {
    /// Writes the names of the columns.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(out: W) -> io::Result<Self> {
        let mut table = csv::Writer::from_writer(out);
        table.write_record(COLUMNS)?;
        Ok(Self(table))
    }

    /// Writes the row of a document.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&mut self, document: &Document) -> io::Result<()> {
        Ok(self.0.write_record(csv_row(document))?)
    }

    /// What it was written to, with all of it.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn finish(self) -> io::Result<W> {
        self.0.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// The cells of a document as [`CsvWriter`] writes them, in the order of [`COLUMNS`].
#[must_use]
pub fn csv_row(document: &Document) -> [String; 12] {
    let or_empty = |value: &Option<String>| value.clone().unwrap_or_default();
    let cells = [
        document.id.clone(),
        or_empty(&document.url),
        document.title.clone(),
        document.text.clone(),
        names(&document.tags),
        names(&document.speakers),
        or_empty(&document.date),
        or_empty(&document.start),
        or_empty(&document.end),
        or_empty(&document.room),
        or_empty(&document.track),
        or_empty(&document.language),
    ];
    cells.map(harmless)
}

/// Names in one cell, so that they come back as they are.
fn names(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [name] if !name.contains([',', ';', '|', '[']) => name.clone(),
        names => serde_json::to_string(names).expect("strings are JSON"),
    }
}

/// Writes documents as Parquet: texts, and lists of texts for tags and speakers; compressed by
/// Zstandard inside.
///
/// Memory: that of the documents of a row group (65536), twice.
pub struct ParquetWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    /// The documents of the next row group.
    group: Vec<Document>,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(out: W) -> io::Result<Self> {
        let columns: Vec<String> = COLUMNS
            .iter()
            .map(|name| match *name {
                "id" | "title" | "text" => format!("required binary {name} (UTF8);"),
                "tags" | "speakers" => format!(
                    "required group {name} (LIST) {{ repeated group list {{ required binary element (UTF8); }} }}"
                ),
                _ => format!("optional binary {name} (UTF8);"),
            })
            .collect();
        let schema = parse_message_type(&format!("message documents {{ {} }}", columns.concat()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by(concat!("topicmill ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let file = schema.and_then(|schema| {
            SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))
        });
        Ok(Self { file: file.map_err(of_parquet)?, group: Vec::new() })
    }

    /// Takes a document, and writes those of a row group when there are enough.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&mut self, document: Document) -> io::Result<()> {
        self.group.push(document);
        if self.group.len() == GROUP_DOCS { self.end_group() } else { Ok(()) }
    }

    /// What it was written to, with all of it.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn finish(mut self) -> io::Result<W> {
        self.end_group()?;
        self.file.into_inner().map_err(of_parquet)
    }

    fn end_group(&mut self) -> io::Result<()> {
        if self.group.is_empty() {
            return Ok(());
        }
        write_group(&mut self.file, &self.group).map_err(of_parquet)?;
        self.group.clear();
        Ok(())
    }
}

fn of_parquet(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => io::Error::other(source),
        other => io::Error::other(other),
    }
}

fn write_group<W: Write + Send>(
    file: &mut SerializedFileWriter<W>,
    documents: &[Document],
) -> Result<(), ParquetError> {
    let mut group = file.next_row_group()?;
    for name in COLUMNS {
        let (values, definitions, repetitions) = column(documents, name);
        let mut column = group.next_column()?.ok_or_else(|| {
            ParquetError::General("the schema has fewer columns than are written".to_owned())
        })?;
        column.typed::<ByteArrayType>().write_batch(
            &values,
            definitions.as_deref(),
            repetitions.as_deref(),
        )?;
        column.close()?;
    }
    group.close()?;
    Ok(())
}

/// A column: its values; whether each row has one; which values begin a row.
type Column = (Vec<ByteArray>, Option<Vec<i16>>, Option<Vec<i16>>);

fn column(documents: &[Document], name: &str) -> Column {
    let bytes = |text: &str| ByteArray::from(text.as_bytes().to_vec());
    let list = |names: fn(&Document) -> &[String]| {
        let (mut values, mut definitions, mut repetitions) = (Vec::new(), Vec::new(), Vec::new());
        for document in documents {
            let names = names(document);
            if names.is_empty() {
                definitions.push(0);
                repetitions.push(0);
            }
            for (n, name) in names.iter().enumerate() {
                values.push(bytes(name));
                definitions.push(1);
                repetitions.push(i16::from(n > 0));
            }
        }
        (values, Some(definitions), Some(repetitions))
    };
    let required = |text: fn(&Document) -> &str| {
        (documents.iter().map(|d| bytes(text(d))).collect(), None, None)
    };
    let optional = |text: fn(&Document) -> Option<&String>| {
        let values = documents.iter().filter_map(|d| text(d).map(|text| bytes(text))).collect();
        let definitions = documents.iter().map(|d| i16::from(text(d).is_some())).collect();
        (values, Some(definitions), None)
    };
    match name {
        "id" => required(|d| &d.id),
        "title" => required(|d| &d.title),
        "text" => required(|d| &d.text),
        "tags" => list(|d| &d.tags),
        "speakers" => list(|d| &d.speakers),
        "url" => optional(|d| d.url.as_ref()),
        "date" => optional(|d| d.date.as_ref()),
        "start" => optional(|d| d.start.as_ref()),
        "end" => optional(|d| d.end.as_ref()),
        "room" => optional(|d| d.room.as_ref()),
        "track" => optional(|d| d.track.as_ref()),
        _ => optional(|d| d.language.as_ref()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ReadConfig, read};

    fn documents() -> Vec<Document> {
        let text = |text: &str| Some(text.to_owned());
        let full = Document {
            id: "a/1".to_owned(),
            url: text("https://conf.example/a/1"),
            title: "Quotes \" and, commas".to_owned(),
            text: "One\n\n- two\n- three".to_owned(),
            tags: vec!["a, b".to_owned(), "c".to_owned()],
            speakers: vec!["José; Prat".to_owned()],
            date: text("2026-05-14"),
            start: text("2026-05-14T10:00:00Z"),
            end: text("2026-05-14T10:30:00Z"),
            room: text("Hall 1"),
            track: text("Web"),
            language: text("en"),
        };
        let bare = |n: usize| Document {
            id: n.to_string(),
            title: format!("T {n}"),
            text: format!("- item {n}"),
            speakers: vec!["Ada".to_owned(); usize::from(n.is_multiple_of(2))],
            ..Document::default()
        };
        std::iter::once(full).chain((0..50).map(bare)).collect()
    }

    #[track_caller]
    fn comes_back(name: &str, bytes: &[u8]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let batches = read(&path, &ReadConfig::default()).unwrap();
        let read: Vec<Document> = batches.flat_map(|batch| batch.unwrap().documents).collect();
        assert_eq!(read, documents());
    }

    #[test]
    fn what_is_written_is_read_as_it_was() {
        let mut table = CsvWriter::new(Vec::new()).unwrap();
        for document in &documents() {
            table.write(document).unwrap();
        }
        comes_back("d.csv", &table.finish().unwrap());
        let mut table = ParquetWriter::new(Vec::new()).unwrap();
        for document in documents() {
            table.write(document).unwrap();
        }
        comes_back("d.parquet", &table.finish().unwrap());
    }
}
