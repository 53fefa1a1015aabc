//! One column of a Parquet file.

use std::fs::File;

use expr::Value;
use ndarray::{ArrayD, IxDyn};
use parquet::basic::{ConvertedType, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::Array;

/// Reads the column called `name`, or the only one. A value that is missing is NaN among floats
/// and an empty text among texts.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn read_column(path: &str, name: Option<&str>) -> Result<Array, String> {
    let file = File::open(path).map_err(|error| format!("cannot read: {error}"))?;
    let broken = |error: ParquetError| format!("no Parquet that can be read: {error}");
    let reader = SerializedFileReader::new(file).map_err(broken)?;
    let schema = reader.metadata().file_metadata().schema_descr();
    let names: Vec<&str> = schema.columns().iter().map(|column| column.name()).collect();
    let at = match (name, &names[..]) {
        (None, [_]) => 0,
        (None, _) => {
            return Err(format!("holds {} columns: {}", names.len(), names.join(", ")));
        }
        (Some(name), _) => names
            .iter()
            .position(|known| *known == name)
            .ok_or_else(|| format!("there is no column {name}; there are: {}", names.join(", ")))?,
    };
    let column = schema.column(at);
    if column.max_rep_level() > 0 || column.path().parts().len() > 1 {
        return Err(format!("column {} is nested, allowed are single values", names[at]));
    }
    let mut read = Read { values: None, name: names[at].to_owned() };
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).map_err(broken)?;
        let n = group.metadata().num_rows() as usize;
        read.add(
            group.get_column_reader(at).map_err(broken)?,
            n,
            (column.converted_type(), column.max_def_level()),
        )?;
    }
    match read.values {
        Some(values) => values.array(),
        // A file without row groups has no values of its type.
        None => Values::empty(column.physical_type()).array(),
    }
}

/// What was read so far.
struct Read {
    values: Option<Values>,
    name: String,
}

enum Values {
    Bool(Vec<bool>),
    U32(Vec<u32>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    F32(Vec<f32>),
    F64(Vec<f64>),
    Texts { offsets: Vec<i64>, bytes: Vec<u8> },
}

impl Values {
    fn empty(ty: Physical) -> Self {
        match ty {
            Physical::BOOLEAN => Self::Bool(Vec::new()),
            Physical::INT32 => Self::I32(Vec::new()),
            Physical::FLOAT => Self::F32(Vec::new()),
            Physical::DOUBLE => Self::F64(Vec::new()),
            Physical::BYTE_ARRAY => Self::Texts { offsets: vec![0], bytes: Vec::new() },
            _ => Self::I64(Vec::new()),
        }
    }

    fn array(self) -> Result<Array, String> {
        fn line<T>(values: Vec<T>) -> Result<ArrayD<T>, String> {
            ArrayD::from_shape_vec(IxDyn(&[values.len()]), values).map_err(|e| e.to_string())
        }
        Ok(Array::Numbers(match self {
            Self::Bool(values) => Value::Bool(line(values)?),
            Self::U32(values) => Value::U32(line(values)?),
            Self::I32(values) => Value::I32(line(values)?),
            Self::I64(values) => Value::I64(line(values)?),
            Self::F32(values) => Value::F32(line(values)?),
            Self::F64(values) => Value::F64(line(values)?),
            Self::Texts { offsets, bytes } => {
                let shape = [offsets.len() - 1];
                return Ok(Array::Texts { offsets, bytes, shape });
            }
        }))
    }
}

impl Read {
    fn add(
        &mut self,
        reader: ColumnReader,
        n: usize,
        (converted, most): (ConvertedType, i16),
    ) -> Result<(), String> {
        let name = self.name.clone();
        let missing = || format!("column {name} misses values, which only floats and texts may");
        macro_rules! extend {
            ($variant:ident, $read:expr) => {
                match (&mut self.values, $read) {
                    (Some(Values::$variant(all)), read) => all.extend(read),
                    (values, read) => *values = Some(Values::$variant(read)),
                }
            };
        }
        match reader {
            ColumnReader::BoolColumnReader(reader) => {
                let values = records(reader, n, most)?.into_iter().collect::<Option<Vec<bool>>>();
                extend!(Bool, values.ok_or_else(missing)?);
            }
            ColumnReader::Int32ColumnReader(reader) => {
                let values = records(reader, n, most)?.into_iter().collect::<Option<Vec<i32>>>();
                let values = values.ok_or_else(missing)?;
                if converted == ConvertedType::UINT_32 {
                    extend!(U32, values.into_iter().map(|x| x as u32).collect::<Vec<_>>());
                } else {
                    extend!(I32, values);
                }
            }
            ColumnReader::Int64ColumnReader(reader) => {
                let values = records(reader, n, most)?.into_iter().collect::<Option<Vec<i64>>>();
                let values = values.ok_or_else(missing)?;
                if converted == ConvertedType::UINT_64 && values.iter().any(|x| *x < 0) {
                    return Err(format!("column {name} holds numbers beyond 63 bits"));
                }
                extend!(I64, values);
            }
            ColumnReader::FloatColumnReader(reader) => {
                let values = records(reader, n, most)?;
                extend!(F32, values.into_iter().map(|x| x.unwrap_or(f32::NAN)).collect::<Vec<_>>());
            }
            ColumnReader::DoubleColumnReader(reader) => {
                let values = records(reader, n, most)?;
                extend!(F64, values.into_iter().map(|x| x.unwrap_or(f64::NAN)).collect::<Vec<_>>());
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                let values = records(reader, n, most)?;
                let (offsets, bytes) = match &mut self.values {
                    Some(Values::Texts { offsets, bytes }) => (offsets, bytes),
                    other => {
                        *other = Some(Values::empty(Physical::BYTE_ARRAY));
                        let Some(Values::Texts { offsets, bytes }) = other else {
                            return Err(missing());
                        };
                        (offsets, bytes)
                    }
                };
                for value in values.iter().map(Option::as_ref) {
                    let text = value.map_or(&[][..], |value| value.data());
                    if std::str::from_utf8(text).is_err() {
                        return Err(format!("column {name} holds bytes that are no UTF-8 text"));
                    }
                    bytes.extend_from_slice(text);
                    offsets.push(bytes.len() as i64);
                }
            }
            _ => {
                return Err(format!(
                    "column {name} cannot be read, allowed are truth, whole numbers of 32 and 64 \
                     bits, floats and texts"
                ));
            }
        }
        Ok(())
    }
}

/// The `n` values of a row group; none where one is missing.
fn records<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    n: usize,
    most: i16,
) -> Result<Vec<Option<T::T>>, String> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    let mut read = 0;
    while read < n {
        let (records, ..) = reader
            .read_records(n - read, (most > 0).then_some(&mut levels), None, &mut values)
            .map_err(|error| format!("no Parquet that can be read: {error}"))?;
        if records == 0 {
            return Err(format!("the file ends after {read} of {n} rows"));
        }
        read += records;
    }
    if most == 0 {
        return Ok(values.into_iter().map(Some).collect());
    }
    let mut values = values.into_iter();
    Ok(levels.iter().map(|level| if *level == most { values.next() } else { None }).collect())
}
