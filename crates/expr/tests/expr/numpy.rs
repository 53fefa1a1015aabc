//! Random expressions and functions against what NumPy made of them: `testdata/numpy_cases.py`.

use std::collections::HashMap;
use std::sync::OnceLock;

use expr::{Expr, Level, Operand, Prepared, Type, Value};
use jobs::Run;
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases {
    numpy: String,
    /// Arrays by their name: side by side, laid out in other ways, without elements.
    arrays: HashMap<String, HashMap<String, Array>>,
    #[serde(rename = "cases")]
    list: Vec<Case>,
}

#[derive(Deserialize)]
struct Array {
    #[serde(rename = "type")]
    ty: String,
    shape: Vec<usize>,
    bytes: String,
    /// The place of the first element, and the strides, in bytes; none: side by side.
    #[serde(default)]
    offset: usize,
    strides: Option<Vec<isize>>,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    /// Where its operands are, when it has none of its own.
    #[serde(default)]
    arrays: String,
    #[serde(default)]
    operands: HashMap<String, Array>,
    result: Outcome,
    tolerance: u64,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Outcome {
    Value(Array),
    /// NumPy refuses.
    Error(serde::de::IgnoredAny),
}

impl Array {
    fn ty(&self) -> Type {
        let types = Type::NUMBERS.into_iter();
        types.clone().find(|ty| ty.to_string() == self.ty).expect("a type of ours")
    }

    fn bytes(&self) -> Vec<u8> {
        let digit = |at: usize| {
            u8::from_str_radix(&self.bytes[at..at + 2], 16).expect("cases are well formed")
        };
        (0..self.bytes.len()).step_by(2).map(digit).collect()
    }

    fn operand(&self) -> Operand<'static> {
        // Words, so that every type is aligned.
        let mut words = vec![0_u64; self.bytes.len() / 16 + 1];
        for (at, byte) in self.bytes().into_iter().enumerate() {
            words[at / 8] |= u64::from(byte) << (at % 8 * 8);
        }
        let words: &'static [u64] = words.leak();
        let ty = self.ty();
        let mut strides = vec![ty.size() as isize; self.shape.len()];
        for axis in (1..self.shape.len()).rev() {
            strides[axis - 1] = strides[axis] * self.shape[axis] as isize;
        }
        let strides = self.strides.clone().unwrap_or(strides);
        expr_operand((words, self.offset), ty, self.shape.clone().leak(), strides.leak())
    }
}

#[expect(unsafe_code, reason = "operands of every type from one list")]
fn expr_operand(
    (words, offset): (&'static [u64], usize),
    ty: Type,
    shape: &'static [usize],
    strides: &'static [isize],
) -> Operand<'static> {
    let (mut low, mut high) = (offset as isize, (offset + ty.size()) as isize);
    for (len, stride) in shape.iter().zip(strides) {
        let reach = (*len as isize - 1).max(0) * stride;
        (low, high) = (low + reach.min(0), high + reach.max(0));
    }
    let is_empty = shape.contains(&0);
    assert!(is_empty || (low >= 0 && high as usize <= words.len() * 8), "elements in the buffer");
    // SAFETY: the words are leaked, never written, and hold all elements, as was checked.
    unsafe { Operand::from_raw(words.as_ptr().cast::<u8>().add(offset), ty, shape, strides) }
}

fn cases() -> &'static Cases {
    static CASES: OnceLock<Cases> = OnceLock::new();
    CASES.get_or_init(|| {
        serde_json::from_str(include_str!("../../testdata/numpy_cases.json")).expect("cases")
    })
}

fn bytes_of(value: &Value) -> Vec<u8> {
    value
        .scalars()
        .into_iter()
        .flat_map(|scalar| match scalar {
            expr::Scalar::Bool(x) => vec![u8::from(x)],
            expr::Scalar::U8(x) => vec![x],
            expr::Scalar::U32(x) => x.to_le_bytes().to_vec(),
            expr::Scalar::I32(x) => x.to_le_bytes().to_vec(),
            expr::Scalar::I64(x) => x.to_le_bytes().to_vec(),
            expr::Scalar::F32(x) => x.to_le_bytes().to_vec(),
            expr::Scalar::F64(x) => x.to_le_bytes().to_vec(),
        })
        .collect()
}

/// How far two floats are apart, in units of the last place; NaNs are all one.
fn ulps(ty: Type, a: &[u8], b: &[u8]) -> u64 {
    let order = |bits: i64| if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits };
    if ty == Type::F64 {
        let [a, b] =
            [a, b].map(|x| f64::from_le_bytes(x.try_into().expect("cases are well formed")));
        if a.is_nan() && b.is_nan() {
            return 0;
        }
        return order(a.to_bits() as i64).abs_diff(order(b.to_bits() as i64));
    }
    let [a, b] = [a, b].map(|x| f32::from_le_bytes(x.try_into().expect("cases are well formed")));
    if a.is_nan() && b.is_nan() {
        return 0;
    }
    let wide = |x: f32| order(i64::from(x.to_bits() as i32) << 32) >> 32;
    wide(a).abs_diff(wide(b))
}

fn compare(case: &Case, level: Level) -> Result<(), String> {
    let cases = cases();
    let expr = Expr::parse(&case.text).map_err(|error| error.to_string())?;
    let prepared = Prepared::for_level(&expr, level);
    let find =
        |name: &str| case.operands.get(name).unwrap_or_else(|| &cases.arrays[&case.arrays][name]);
    let operands: Vec<_> = prepared.names().into_iter().map(|n| find(n).operand()).collect();
    let ours = prepared.evaluate(&operands, &Run::serial());
    let theirs = match (&case.result, ours) {
        (Outcome::Error(_), Err(_)) => return Ok(()),
        (Outcome::Error(_), Ok(value)) => return Err(format!("NumPy refuses, ours is {value:?}")),
        (Outcome::Value(_), Err(error)) => return Err(error.to_string()),
        (Outcome::Value(theirs), Ok(ours)) => {
            (theirs, ours.into_iter().next().expect("cases are well formed"))
        }
    };
    let (theirs, ours) = theirs;
    if ours.ty() != theirs.ty() || ours.shape() != theirs.shape {
        return Err(format!(
            "{} {:?} instead of {} {:?}",
            ours.ty(),
            ours.shape(),
            theirs.ty,
            theirs.shape
        ));
    }
    let (a, b) = (bytes_of(&ours), theirs.bytes());
    let size = theirs.ty().size();
    for (at, (a, b)) in a.chunks(size).zip(b.chunks(size)).enumerate() {
        let apart =
            if theirs.ty().is_float() { ulps(theirs.ty(), a, b) } else { u64::from(a != b) };
        if apart > case.tolerance {
            return Err(format!("element {at} is {a:x?} instead of {b:x?}, {apart} units apart"));
        }
    }
    Ok(())
}

#[test]
fn random_expressions_and_functions_are_numpys() {
    let cases = cases();
    assert!(cases.numpy.starts_with("2.") && cases.list.len() > 1700);
    for level in Level::available() {
        let failed: Vec<String> = cases
            .list
            .iter()
            .filter_map(|case| {
                compare(case, level).err().map(|why| format!("{}: {why}", case.text))
            })
            .collect();
        assert!(failed.is_empty(), "{level:?}: {} fail:\n{}", failed.len(), failed.join("\n"));
    }
}
