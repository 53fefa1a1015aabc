//! Parquet files: one document a row, a batch of rows at a time.

use std::fs::File;
use std::path::Path;

use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::FileReader;
use parquet::file::reader::SerializedFileReader;
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};

use crate::columns::{Cell, ColumnNames, Columns, Part};
use crate::moment::Moment;
use crate::{Document, Error, Skipped};

/// The documents of a Parquet file, row by row.
pub(crate) struct Parquet {
    rows: RowIter<'static>,
    names: Vec<String>,
    columns: Columns,
    location: String,
    stem: String,
    n_rows: u64,
}

impl Parquet {
    /// Reads the schema of a file. `location` names it in messages, `stem` in ids.
    ///
    /// # Errors
    /// When it is no Parquet, or has no column for the text or for what the user named, or such a
    /// column is of a nested type other than a list.
    pub(crate) fn open(
        path: &Path,
        (location, stem): (String, String),
        given: &ColumnNames,
    ) -> Result<Self, Error> {
        let broken = |source: parquet::errors::ParquetError| Error::NotParquet {
            name: location.clone(),
            problem: crate::single_line(&source.to_string()),
        };
        let file = File::open(path)
            .map_err(|source| Error::NotReadable { name: location.clone(), source })?;
        let reader = SerializedFileReader::new(file).map_err(broken)?;
        let schema = reader.metadata().file_metadata().schema().clone();
        let names: Vec<String> =
            schema.get_fields().iter().map(|field| field.name().to_owned()).collect();
        let columns = Columns::of(&names, given).map_err(|(part, column)| Error::NoColumn {
            name: location.clone(),
            part,
            column,
            columns: names.clone(),
        })?;
        // Of a wide table only the columns that are used are read.
        let used = |at: &usize| Part::ALL.iter().any(|part| columns.column(*part) == Some(*at));
        let fields: Vec<_> =
            (0..names.len()).filter(used).map(|at| schema.get_fields()[at].clone()).collect();
        let names: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
        let columns = Columns::of(&names, given).map_err(|(part, column)| Error::NoColumn {
            name: location.clone(),
            part,
            column,
            columns: names.clone(),
        })?;
        // Else it would be told at the first row.
        let is_read = |codec| !matches!(codec, Compression::BROTLI(_) | Compression::LZO);
        let chunks = reader.metadata().row_groups().iter().flat_map(RowGroupMetaData::columns);
        let unread = chunks
            .filter(|chunk| {
                let root = chunk.column_path().parts().first();
                root.is_some_and(|root| names.contains(root))
            })
            .map(ColumnChunkMetaData::compression)
            .find(|codec| !is_read(*codec));
        if let Some(codec) = unread {
            return Err(Error::ParquetCodec { name: location, codec: codec_name(codec) });
        }
        let projection = parquet::schema::types::Type::group_type_builder(schema.name())
            .with_fields(fields)
            .build()
            .map_err(broken)?;
        let rows =
            RowIter::from_file_into(Box::new(reader)).project(Some(projection)).map_err(broken)?;
        Ok(Self { rows, names, columns, location, stem, n_rows: 0 })
    }

    /// How many rows were read so far.
    pub(crate) fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// The next document, or why a row is none.
    ///
    /// # Errors
    /// When the file cannot be read further.
    pub(crate) fn next(&mut self) -> std::io::Result<Option<Result<Document, Skipped>>> {
        let row = match self.rows.next() {
            None => return Ok(None),
            Some(row) => row.map_err(std::io::Error::other)?,
        };
        self.n_rows += 1;
        let n = self.n_rows;
        let read = self.document(&row, n);
        Ok(Some(
            read.map_err(|reason| Skipped { location: format!("{}:{n}", self.location), reason }),
        ))
    }

    fn document(&self, row: &Row, n: u64) -> Result<Document, String> {
        let cells: Vec<&Field> = row.get_column_iter().map(|(_, field)| field).collect();
        for (name, field) in self.names.iter().zip(&cells) {
            if matches!(field, Field::Group(_) | Field::MapInternal(_)) {
                return Err(format!(
                    "the column {name} holds records; allowed are texts, numbers and lists of them"
                ));
            }
        }
        let date = self.columns.column(Part::Date);
        let cell_of = |at: usize| match cells.get(at)? {
            // The day alone: a time has its own columns.
            field if Some(at) == date && moment(field).is_some() => {
                moment(field).map(|moment| Cell::Text(moment.day().into()))
            }
            field => cell(field),
        };
        self.columns.document(cell_of, || format!("{}:{n}", self.stem))
    }
}

/// `BROTLI(BrotliLevel(1))` is `BROTLI`.
fn codec_name(codec: Compression) -> String {
    let name = codec.to_string();
    name.split('(').next().unwrap_or(&name).to_owned()
}

fn cell(field: &Field) -> Option<Cell<'_>> {
    match field {
        Field::Null => None,
        Field::Str(text) => Some(Cell::Text(text.as_str().into())),
        Field::ListInternal(list) => {
            Some(Cell::List(list.elements().iter().filter_map(scalar).collect()))
        }
        other => scalar(other).map(|text| Cell::Text(text.into())),
    }
}

fn scalar(field: &Field) -> Option<String> {
    match field {
        Field::Null | Field::Group(_) | Field::MapInternal(_) | Field::ListInternal(_) => None,
        Field::Str(text) => Some(text.clone()),
        Field::Bytes(bytes) => std::str::from_utf8(bytes.data()).ok().map(str::to_owned),
        Field::TimestampMillis(_) | Field::TimestampMicros(_) => moment(field)?.rfc3339(),
        other => Some(other.to_string()),
    }
}

/// What a timestamp says, in UTC, of which the file counts them; none for other fields, and for years that
/// RFC 3339 has no form for.
fn moment(field: &Field) -> Option<Moment> {
    const YEAR_10000: i64 = 253_402_300_800;
    const YEAR_0: i64 = -62_167_219_200;
    let local = match field {
        Field::TimestampMillis(value) => value.div_euclid(1_000),
        Field::TimestampMicros(value) => value.div_euclid(1_000_000),
        _ => return None,
    };
    let offset = Some("Z".to_owned());
    (YEAR_0..YEAR_10000).contains(&local).then_some(Moment { local, offset })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parquet::basic::{GzipLevel, ZstdLevel};
    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;
    use crate::{ReadConfig, read};

    /// What is read of two rows with a text in every column of `fields`: documents and reasons.
    fn read_rows(fields: &str) -> (Vec<Document>, Vec<Skipped>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("talks.parquet");
        let schema = parse_message_type(&format!("message talks {{ {fields} }}")).unwrap();
        let properties = Arc::new(WriterProperties::builder().build());
        let file = File::create(&path).unwrap();
        let mut file = SerializedFileWriter::new(file, Arc::new(schema), properties).unwrap();
        let mut group = file.next_row_group().unwrap();
        while let Some(mut column) = group.next_column().unwrap() {
            let values = [ByteArray::from("one"), ByteArray::from("two")];
            column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
            column.close().unwrap();
        }
        group.close().unwrap();
        file.close().unwrap();
        let batches = read(&path, &ReadConfig::default()).unwrap().map(Result::unwrap);
        let (documents, skipped): (Vec<_>, Vec<_>) =
            batches.map(|batch| (batch.documents, batch.skipped)).unzip();
        (documents.concat(), skipped.concat())
    }

    #[test]
    fn records_in_the_column_of_the_text_are_told_and_elsewhere_passed_over() {
        let record = "{ required binary de (UTF8); required binary en (UTF8); }";
        let (documents, skipped) = read_rows(&format!("required group text {record}"));
        assert_eq!(documents, []);
        assert_eq!(skipped.len(), 2);
        assert!(skipped[0].reason.contains("the column text holds records; allowed are texts"));
        let beside = format!("required binary text (UTF8); required group other {record}");
        let (documents, skipped) = read_rows(&beside);
        let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
        assert_eq!((texts, skipped), (vec!["one", "two"], Vec::new()));
    }

    #[test]
    fn columns_are_unpacked_or_the_compression_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("talks.parquet");
        let write = |codec| {
            let schema =
                parse_message_type("message talks { required binary text (UTF8); }").unwrap();
            let properties = Arc::new(WriterProperties::builder().set_compression(codec).build());
            let file = File::create(&path).unwrap();
            let mut file = SerializedFileWriter::new(file, Arc::new(schema), properties).unwrap();
            let mut group = file.next_row_group().unwrap();
            let mut text = group.next_column().unwrap().unwrap();
            let value = "one ".repeat(100);
            text.typed::<ByteArrayType>()
                .write_batch(&[value.as_str().into()], None, None)
                .unwrap();
            text.close().unwrap();
            group.close().unwrap();
            file.close().unwrap();
        };
        for codec in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::GZIP(GzipLevel::default()),
            Compression::LZ4,
            Compression::LZ4_RAW,
            Compression::ZSTD(ZstdLevel::default()),
        ] {
            write(codec);
            let batch = read(&path, &ReadConfig::default()).unwrap().next().unwrap().unwrap();
            assert_eq!(batch.documents[0].text, "one ".repeat(100), "{codec}");
        }
        // The footer names the compression behind the column: one that the tests cannot write.
        write(Compression::SNAPPY);
        let mut bytes = std::fs::read(&path).unwrap();
        let (snappy, brotli) = (b"\x04text\x15\x02", 8);
        let at = bytes.windows(snappy.len()).rposition(|window| window == snappy).unwrap();
        bytes[at + snappy.len() - 1] = brotli;
        std::fs::write(&path, bytes).unwrap();
        let error = read(&path, &ReadConfig::default()).unwrap_err();
        assert!(
            error.to_string().contains("compressed with BROTLI; allowed are Snappy"),
            "{error}"
        );
        assert!(error.hint().is_some());
    }

    #[test]
    fn timestamps_are_moments_in_utc_and_a_date_is_a_day() {
        let check = |field: Field, moment: Option<&str>, day: Option<&str>| {
            assert_eq!(scalar(&field).as_deref(), moment);
            assert_eq!(super::moment(&field).map(|moment| moment.day()).as_deref(), day);
        };
        let (moment, day) = (Some("2023-11-14T22:13:20Z"), Some("2023-11-14"));
        check(Field::TimestampMillis(1_700_000_000_999), moment, day);
        check(Field::TimestampMicros(1_700_000_000_000_000), moment, day);
        check(Field::TimestampMicros(-1), Some("1969-12-31T23:59:59Z"), Some("1969-12-31"));
        check(Field::TimestampMillis(i64::MAX), None, None);
        check(Field::Date(19_675), Some("2023-11-14"), None);
    }

    #[test]
    fn columns_of_timestamps_are_read_by_what_they_are_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("talks.parquet");
        let fields = "required binary text (UTF8); required int64 date (TIMESTAMP_MICROS); \
                      required int64 start (TIMESTAMP_MICROS);";
        let schema = parse_message_type(&format!("message talks {{ {fields} }}")).unwrap();
        let properties = Arc::new(WriterProperties::builder().build());
        let file = File::create(&path).unwrap();
        let mut file = SerializedFileWriter::new(file, Arc::new(schema), properties).unwrap();
        let mut group = file.next_row_group().unwrap();
        let mut text = group.next_column().unwrap().unwrap();
        let values = [ByteArray::from("one")];
        text.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
        text.close().unwrap();
        while let Some(mut column) = group.next_column().unwrap() {
            let values = [1_700_000_000_000_000];
            column.typed::<Int64Type>().write_batch(&values, None, None).unwrap();
            column.close().unwrap();
        }
        group.close().unwrap();
        file.close().unwrap();
        let batch = read(&path, &ReadConfig::default()).unwrap().next().unwrap().unwrap();
        let document = &batch.documents[0];
        assert_eq!(document.date.as_deref(), Some("2023-11-14"));
        assert_eq!(document.start.as_deref(), Some("2023-11-14T22:13:20Z"));
    }
}
