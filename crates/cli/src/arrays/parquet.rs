//! One column of a Parquet file.

use std::fs::File;

use expr::Value;
use ndarray::{ArrayD, IxDyn};
use parquet::basic::{ConvertedType, LogicalType, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::Array;

/// Reads the column called `name`, or the only one; one within others is called by all their names
/// with points between them. A value that is missing is NaN among floats and an empty text among
/// texts. Decimals become the nearest `f64`; dates and times are the whole numbers that the file has,
/// in its unit.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn read_column(path: &str, name: Option<&str>) -> Result<Array, String> {
    let file = File::open(path).map_err(|error| format!("cannot read: {error}"))?;
    let broken = |error: ParquetError| format!("no Parquet that can be read: {error}");
    let reader = SerializedFileReader::new(file).map_err(broken)?;
    let schema = reader.metadata().file_metadata().schema_descr();
    let names: Vec<String> = schema.columns().iter().map(|column| column.path().string()).collect();
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
    let kind = Kind::of(&column);
    let mut read = Read { values: None, name: names[at].clone() };
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).map_err(broken)?;
        let n = group.metadata().num_rows() as usize;
        read.add(group.get_column_reader(at).map_err(broken)?, n, (kind, column.max_def_level()))?;
    }
    match read.values {
        Some(values) => values.array(),
        // A file without row groups has no values of its type.
        None if matches!(kind, Kind::Decimal(_)) => Values::empty(Physical::DOUBLE).array(),
        None => Values::empty(column.physical_type()).array(),
    }
}

/// What the numbers of a column are, beyond their bits.
#[derive(Debug, Clone, Copy)]
enum Kind {
    AsStored,
    Unsigned,
    /// Tenths to this power.
    Decimal(i32),
}

impl Kind {
    fn of(column: &ColumnDescriptor) -> Self {
        match (column.logical_type_ref(), column.converted_type()) {
            (Some(LogicalType::Decimal(decimal)), _) => Self::Decimal(decimal.scale),
            (_, ConvertedType::DECIMAL) => Self::Decimal(column.type_scale()),
            (_, ConvertedType::UINT_32 | ConvertedType::UINT_64) => Self::Unsigned,
            _ => Self::AsStored,
        }
    }
}

/// The float nearest to `unscaled / 10^scale`.
fn decimal(unscaled: i128, scale: i32) -> f64 {
    // Both are exact as floats, so that the quotient is rounded once.
    if unscaled.unsigned_abs() <= 1 << 53 && (0..=22).contains(&scale) {
        return unscaled as f64 / 10_f64.powi(scale);
    }
    format!("{unscaled}e{}", -i64::from(scale)).parse().unwrap_or(f64::NAN)
}

/// The whole number in these bytes, the highest first.
fn unscaled(bytes: &[u8]) -> Result<i128, String> {
    if bytes.len() > 16 {
        return Err(format!("has decimals of {} bytes, allowed are 16", bytes.len()));
    }
    let sign = if bytes.first().is_some_and(|first| *first >= 0x80) { -1 } else { 0 };
    Ok(bytes.iter().fold(sign, |all, byte| all << 8 | i128::from(*byte)))
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
        (kind, most): (Kind, i16),
    ) -> Result<(), String> {
        let name = self.name.clone();
        let missing = || format!("column {name} misses values, which only floats and texts may");
        if let Kind::Decimal(scale) = kind {
            let read = decimals(reader, n, (scale, most));
            let read = read.map_err(|what| format!("column {name} {what}"))?;
            match &mut self.values {
                Some(Values::F64(all)) => all.extend(read),
                values => *values = Some(Values::F64(read)),
            }
            return Ok(());
        }
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
                if matches!(kind, Kind::Unsigned) {
                    extend!(U32, values.into_iter().map(|x| x as u32).collect::<Vec<_>>());
                } else {
                    extend!(I32, values);
                }
            }
            ColumnReader::Int64ColumnReader(reader) => {
                let values = records(reader, n, most)?.into_iter().collect::<Option<Vec<i64>>>();
                let values = values.ok_or_else(missing)?;
                if matches!(kind, Kind::Unsigned) && values.iter().any(|x| *x < 0) {
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
                     bits, decimals, floats and texts"
                ));
            }
        }
        Ok(())
    }
}

/// The `n` decimals of a row group, as floats; NaN where one is missing.
fn decimals(reader: ColumnReader, n: usize, (scale, most): (i32, i16)) -> Result<Vec<f64>, String> {
    let wholes: Vec<Option<i128>> = match reader {
        ColumnReader::Int32ColumnReader(reader) => {
            records(reader, n, most)?.into_iter().map(|x| x.map(i128::from)).collect()
        }
        ColumnReader::Int64ColumnReader(reader) => {
            records(reader, n, most)?.into_iter().map(|x| x.map(i128::from)).collect()
        }
        ColumnReader::ByteArrayColumnReader(reader) => records(reader, n, most)?
            .iter()
            .map(|x| x.as_ref().map(|x| unscaled(x.data())).transpose())
            .collect::<Result<_, String>>()?,
        ColumnReader::FixedLenByteArrayColumnReader(reader) => records(reader, n, most)?
            .iter()
            .map(|x| x.as_ref().map(|x| unscaled(x.data())).transpose())
            .collect::<Result<_, String>>()?,
        _ => return Err("says that it holds decimals, and holds other values".to_owned()),
    };
    Ok(wholes.into_iter().map(|x| x.map_or(f64::NAN, |x| decimal(x, scale))).collect())
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
