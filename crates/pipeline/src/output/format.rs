//! Documents alone, in the format that the name of a file asks for.

use std::io::{self, Write};
use std::path::Path;

use corpus::{CsvWriter, Document, Packer, Packing, ParquetWriter};

use super::documents_jsonl::line;

/// How documents are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    table: Table,
    packing: Packing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    JsonLines,
    Csv,
    Parquet,
}

impl Format {
    /// JSON lines, not compressed.
    pub const LINES: Self = Self { table: Table::JsonLines, packing: Packing::Plain };

    /// The format that a file has by its name: `.jsonl`, `.csv` (both also with `.gz` or `.zst`
    /// behind it) or `.parquet`, which is compressed inside.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let (stem, packing) = match name.rsplit_once('.')? {
            (stem, "gz") => (stem, Packing::Gzip),
            (stem, "zst") => (stem, Packing::Zstd),
            _ => (name.as_str(), Packing::Plain),
        };
        let table = match stem.rsplit_once('.')?.1 {
            "jsonl" => Table::JsonLines,
            "csv" => Table::Csv,
            "parquet" if packing == Packing::Plain => Table::Parquet,
            _ => return None,
        };
        Some(Self { table, packing })
    }
}

/// Writes documents one after the other, in a file that [`corpus::read`] reads as they are.
///
/// The same documents give the same bytes. Memory: JSON lines and CSV keep nothing, Parquet keeps the
/// documents of a row group (65536).
pub struct DocumentsWriter<W: Write + Send>(Rows<W>);

enum Rows<W: Write + Send> {
    Lines(Packer<W>),
    Csv(Box<CsvWriter<Packer<W>>>),
    Parquet(Box<ParquetWriter<Packer<W>>>),
}

impl<W: Write + Send> DocumentsWriter<W> {
    /// Begins a file in `format`.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(out: W, format: Format) -> io::Result<Self> {
        let out = format.packing.writer(out)?;
        Ok(Self(match format.table {
            Table::JsonLines => Rows::Lines(out),
            Table::Csv => Rows::Csv(Box::new(CsvWriter::new(out)?)),
            Table::Parquet => Rows::Parquet(Box::new(ParquetWriter::new(out)?)),
        }))
    }

    /// Writes a document.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&mut self, document: Document) -> io::Result<()> {
        match &mut self.0 {
            Rows::Lines(out) => out.write_all(&line(&document)?),
            Rows::Csv(table) => table.write(&document),
            Rows::Parquet(table) => table.write(document),
        }
    }

    /// What it was written to, with all of it.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn finish(self) -> io::Result<W> {
        match self.0 {
            Rows::Lines(out) => out,
            Rows::Csv(table) => table.finish()?,
            Rows::Parquet(table) => table.finish()?,
        }
        .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_tells_the_format() {
        let check = |name: &str, expected: Option<(Table, Packing)>| {
            let format = Format::of(Path::new(name));
            assert_eq!(format.map(|f| (f.table, f.packing)), expected, "{name}");
        };
        check("a/d.jsonl", Some((Table::JsonLines, Packing::Plain)));
        check("d.CSV.gz", Some((Table::Csv, Packing::Gzip)));
        check("d.jsonl.zst", Some((Table::JsonLines, Packing::Zstd)));
        check("d.parquet", Some((Table::Parquet, Packing::Plain)));
        for name in ["d.parquet.gz", "d.txt", "d", "gz", ".gz"] {
            check(name, None);
        }
    }

    #[test]
    fn every_format_is_read_back() {
        let documents: Vec<Document> = (0..9)
            .map(|n| Document {
                id: n.to_string(),
                title: format!("T {n}"),
                text: format!("Text, {n}\n\nMore"),
                tags: vec!["a".to_owned(), "b, c".to_owned()],
                ..Document::default()
            })
            .collect();
        let folder = tempfile::tempdir().unwrap();
        for name in ["d.jsonl", "d.jsonl.gz", "d.csv", "d.csv.zst", "d.parquet"] {
            let path = folder.path().join(name);
            let format = Format::of(&path).unwrap();
            let mut file = DocumentsWriter::new(Vec::new(), format).unwrap();
            for document in &documents {
                file.write(document.clone()).unwrap();
            }
            std::fs::write(&path, file.finish().unwrap()).unwrap();
            let batches = corpus::read(&path, &corpus::ReadConfig::default()).unwrap();
            let read: Vec<Document> = batches.flat_map(|batch| batch.unwrap().documents).collect();
            assert_eq!(read, documents, "{name}");
        }
    }
}
