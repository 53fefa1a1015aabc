//! NumPy's format of one array (NEP 1): a line of Python that tells type, order and shape, then
//! the bytes.

use std::io::Read;

use expr::{Element, Operand, Type, Value, View};
use ndarray::{ArrayD, IxDyn, ShapeBuilder};

const MAGIC: &[u8] = b"\x93NUMPY";
/// Bytes of a header at most; NumPy reads no more than ten thousand.
const LONGEST_HEADER: usize = 1 << 20;
/// Texts without characters at most, of which a file holds any number in no bytes.
const MOST_EMPTY: usize = 1 << 24;

/// An array that was read.
#[derive(Debug)]
pub(crate) enum Array {
    Numbers(Value),
    Texts { offsets: Vec<i64>, bytes: Vec<u8>, shape: [usize; 1] },
}

/// An array at hand to be an operand.
pub(crate) enum Pinned<'a> {
    Numbers(View<'a>),
    Texts(&'a [i64], &'a [u8], &'a [usize; 1]),
}

impl Pinned<'_> {
    pub(crate) fn operand(&self) -> Operand<'_> {
        match self {
            Self::Numbers(view) => view.operand(),
            Self::Texts(offsets, bytes, shape) => Operand::texts(offsets, bytes, shape),
        }
    }
}

impl Array {
    /// A view of it that lends operands.
    pub(crate) fn pinned(&self) -> Pinned<'_> {
        match self {
            Self::Numbers(value) => Pinned::Numbers(value.view()),
            Self::Texts { offsets, bytes, shape } => Pinned::Texts(offsets, bytes, shape),
        }
    }

    /// Reads the content of a `.npy` file: its header, as many bytes as that tells, and one more,
    /// by which an archive sees whether they are the ones that were stored.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn from_npy(mut file: impl Read) -> Result<Self, String> {
        let file: &mut dyn Read = &mut file;
        if bytes(file, MAGIC.len())? != MAGIC {
            return Err("this is no .npy file".to_owned());
        }
        let exact = |file: &mut dyn Read, n| match bytes(file, n)? {
            all if all.len() == n => Ok(all),
            _ => Err("the file ends in its header".to_owned()),
        };
        let len = match exact(file, 2)?[0] {
            1 => 2,
            2 | 3 => 4,
            version => {
                return Err(format!("version {version} of the format is not known, 1 to 3 are"));
            }
        };
        let len = exact(file, len)?.iter().rev().fold(0, |len, byte| len << 8 | usize::from(*byte));
        if len > LONGEST_HEADER {
            return Err(format!("its header has {len} bytes, allowed are {LONGEST_HEADER}"));
        }
        let header = exact(file, len)?;
        let header = std::str::from_utf8(&header).map_err(|_| "the header is no text")?;
        let array = Header::parse(header)?.array(file)?;
        bytes(file, 1)?;
        Ok(array)
    }
}

/// The next `n` bytes, or what there is of them.
fn bytes(file: &mut dyn Read, n: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    file.take(n as u64).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

struct Header {
    descr: String,
    fortran: bool,
    /// The bytes of each element are in the other order.
    swapped: bool,
    shape: Vec<usize>,
}

impl Header {
    /// Reads `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("the header is not understood: {:?}", text.trim());
        let after = |key: &str| {
            let at = text.find(&format!("'{key}':"))?;
            Some(text[at + key.len() + 3..].trim_start())
        };
        let descr = after("descr").ok_or_else(wrong)?;
        let Some(quoted) = descr.strip_prefix('\'') else {
            return Err("arrays with fields have no single type".to_owned());
        };
        let descr = quoted.split('\'').next().ok_or_else(wrong)?.to_owned();
        let fortran = after("fortran_order").ok_or_else(wrong)?.starts_with("True");
        let shape = after("shape").and_then(|rest| rest.strip_prefix('(')).ok_or_else(wrong)?;
        let shape = shape.split(')').next().ok_or_else(wrong)?;
        let shape = shape
            .split(',')
            .map(str::trim)
            .filter(|len| !len.is_empty())
            .map(|len| len.parse().map_err(|_| wrong()))
            .collect::<Result<Vec<usize>, String>>()?;
        let swapped = descr.starts_with('>');
        Ok(Self { descr, fortran, swapped, shape })
    }

    fn array(&self, data: &mut dyn Read) -> Result<Array, String> {
        let Some(kind) = self.descr.strip_prefix(['<', '|', '=', '>']) else {
            return Err(self.unknown());
        };
        if let Some(width) = kind.strip_prefix('U').and_then(|width| width.parse().ok()) {
            return self.texts(data, width);
        }
        Ok(Array::Numbers(match kind {
            "b1" => Value::Bool(self.numbers(data, |[x]: [u8; 1]| x != 0)?),
            "u1" => Value::U8(self.numbers(data, u8::from_le_bytes)?),
            "u4" => Value::U32(self.numbers(data, u32::from_le_bytes)?),
            "i4" => Value::I32(self.numbers(data, i32::from_le_bytes)?),
            "i8" => Value::I64(self.numbers(data, i64::from_le_bytes)?),
            "f4" => Value::F32(self.numbers(data, f32::from_le_bytes)?),
            "f8" => Value::F64(self.numbers(data, f64::from_le_bytes)?),
            // Smaller whole numbers fit the next that there is.
            "i1" => Value::I32(self.numbers(data, |b| i32::from(i8::from_le_bytes(b)))?),
            "i2" => Value::I32(self.numbers(data, |b| i32::from(i16::from_le_bytes(b)))?),
            "u2" => Value::U32(self.numbers(data, |b| u32::from(u16::from_le_bytes(b)))?),
            _ => return Err(self.unknown()),
        }))
    }

    fn unknown(&self) -> String {
        format!(
            "elements of type {:?} cannot be read, allowed are truth, whole numbers of 8 to 64 \
             bits but u64, f32, f64 and text (U)",
            self.descr
        )
    }

    fn len(&self) -> Result<usize, String> {
        let product = self.shape.iter().try_fold(1_usize, |n, len| n.checked_mul(*len));
        product.ok_or_else(|| format!("the shape {:?} is too large", self.shape))
    }

    fn numbers<const N: usize, T: Element>(
        &self,
        data: &mut dyn Read,
        value: impl Fn([u8; N]) -> T,
    ) -> Result<ArrayD<T>, String> {
        let n = self.len()?;
        let data = bytes(data, n.saturating_mul(N))?;
        let chunks = data.as_chunks::<N>().0;
        if chunks.len() < n {
            return Err(format!("the file has {} elements, its shape {n}", chunks.len()));
        }
        let values: Vec<T> = chunks[..n]
            .iter()
            .map(|bytes| {
                let mut bytes = *bytes;
                if self.swapped {
                    bytes.reverse();
                }
                value(bytes)
            })
            .collect();
        let shape = IxDyn(&self.shape).set_f(self.fortran);
        ArrayD::from_shape_vec(shape, values).map_err(|error| error.to_string())
    }

    /// Texts of `width` code points of 32 bits, filled up with zeros.
    fn texts(&self, data: &mut dyn Read, width: usize) -> Result<Array, String> {
        let [n] = self.shape[..] else {
            return Err("texts must have one axis".to_owned());
        };
        if width == 0 && n > MOST_EMPTY {
            return Err(format!("{n} texts without characters, allowed are {MOST_EMPTY}"));
        }
        let data = bytes(data, n.saturating_mul(width).saturating_mul(4))?;
        let points = data.as_chunks::<4>().0;
        if points.len() < n.saturating_mul(width) {
            return Err(format!("the file has fewer than {n} texts of {width} characters"));
        }
        let (mut offsets, mut bytes) = (Vec::new(), Vec::new());
        offsets
            .try_reserve_exact(n + 1)
            .map_err(|_| format!("{n} texts are more than memory holds"))?;
        offsets.push(0);
        for at in 0..n {
            let text: Result<String, String> = points[at * width..(at + 1) * width]
                .iter()
                .map(|p| if self.swapped { u32::from_be_bytes(*p) } else { u32::from_le_bytes(*p) })
                .map(|p| char::from_u32(p).ok_or_else(|| format!("{p} is no character")))
                .collect();
            bytes.extend_from_slice(text?.trim_end_matches('\0').as_bytes());
            offsets.push(bytes.len() as i64);
        }
        Ok(Array::Texts { offsets, bytes, shape: [n] })
    }
}

/// The content of a `.npy` file with `value`.
pub(crate) fn write_npy(value: &Value) -> Vec<u8> {
    let descr = match value.ty() {
        Type::Bool => "|b1",
        Type::U8 => "|u1",
        Type::U32 => "<u4",
        Type::I32 => "<i4",
        Type::I64 => "<i8",
        Type::F32 => "<f4",
        Type::F64 | Type::Text => "<f8",
    };
    let lens: Vec<String> = value.shape().iter().map(|len| format!("{len},")).collect();
    let mut header =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}), }}", lens.join(" "));
    // The data begins at a multiple of 64 bytes.
    let len = (MAGIC.len() + 4 + header.len() + 1).next_multiple_of(64) - MAGIC.len() - 4;
    header.push_str(&" ".repeat(len - header.len() - 1));
    header.push('\n');
    let mut file = MAGIC.to_vec();
    file.extend_from_slice(&[1, 0]);
    file.extend_from_slice(&(len as u16).to_le_bytes());
    file.extend_from_slice(header.as_bytes());
    macro_rules! write {
        ($($name:ident)*) => {
            match value {
                $(Value::$name(array) => {
                    file.reserve(array.len() * 8);
                    array.iter().for_each(|x| file.extend_from_slice(&x.to_le_bytes()));
                })*
                Value::Bool(array) => file.extend(array.iter().map(|x| u8::from(*x))),
            }
        };
    }
    write!(U8 U32 I32 I64 F32 F64);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for shape in [&[][..], &[0], &[3], &[2, 2]] {
            let array = ArrayD::from_elem(IxDyn(shape), 0.5);
            let value = Value::F64(array);
            let file = write_npy(&value);
            assert_eq!(file.len() % 64, value.scalars().len() * 8 % 64);
            let Ok(Array::Numbers(again)) = Array::from_npy(&file[..]) else { panic!("an array") };
            assert_eq!(again, value);
        }
    }

    /// A file whose header says `descr` and `shape`, and whose data are `data`.
    fn file(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header =
            format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape},), }}\n");
        let mut file = MAGIC.to_vec();
        file.extend_from_slice(&[1, 0, header.len() as u8, 0]);
        file.extend_from_slice(header.as_bytes());
        file.extend_from_slice(data);
        file
    }

    #[test]
    fn a_header_cannot_ask_for_memory() {
        for (descr, what) in [
            ("<U0", "1000000000000000 texts without characters, allowed are 16777216"),
            ("<U1", "fewer than 1000000000000000 texts"),
            ("<f8", "the file has 0 elements, its shape 1000000000000000"),
        ] {
            let file = file(descr, "1000000000000000", b"");
            assert!(Array::from_npy(&file[..]).expect_err("no array").contains(what), "{descr}");
        }
        let few = file("<U0", "3", b"");
        let Ok(Array::Texts { offsets, .. }) = Array::from_npy(&few[..]) else { panic!("texts") };
        assert_eq!(offsets, [0; 4]);
        let long = [MAGIC, &[2, 0, 0, 0, 0, 0xff]].concat();
        assert!(
            Array::from_npy(&long[..])
                .expect_err("no array")
                .contains("its header has 4278190080 bytes")
        );
    }

    #[test]
    fn what_follows_an_array_is_not_read() {
        let data = [1.5_f64.to_le_bytes(), 2.5_f64.to_le_bytes()].concat();
        let file = file("<f8", "2", &data);
        let mut endless = file.as_slice().chain(std::io::repeat(7));
        let Ok(Array::Numbers(two)) = Array::from_npy(&mut endless) else { panic!("an array") };
        assert_eq!(two.scalars(), [1.5, 2.5].map(expr::Scalar::F64));
    }

    #[test]
    fn what_is_no_array_is_told() {
        let whole = write_npy(&Value::F64(ArrayD::zeros(IxDyn(&[3]))));
        for (file, what) in [
            (b"PK".to_vec(), "no .npy file"),
            (whole[..40].to_vec(), "ends in its header"),
            (whole[..whole.len() - 1].to_vec(), "has 2 elements, its shape 3"),
        ] {
            let error = Array::from_npy(&file[..]).expect_err("no array");
            assert!(error.contains(what), "{error}");
        }
        let at = whole.windows(3).position(|three| three == b"<f8").expect("the type is told");
        let mut complex = whole;
        complex[at + 1] = b'c';
        assert!(Array::from_npy(&complex[..]).expect_err("no array").contains("\"<c8\""));
    }
}
