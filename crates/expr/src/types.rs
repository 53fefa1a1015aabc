//! The types of values, NumPy's rules of promotion, and single values.

use std::fmt;

/// The type of the elements of an operand or a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Type {
    /// Truth, one byte: 0 is false, anything else true.
    Bool,
    /// Whole numbers 0 to 255.
    U8,
    /// Whole numbers of 32 bits without sign.
    U32,
    /// Whole numbers of 32 bits.
    I32,
    /// Whole numbers of 64 bits.
    I64,
    /// IEEE 754 numbers of 32 bits.
    F32,
    /// IEEE 754 numbers of 64 bits.
    F64,
    /// UTF-8 texts. They can be compared and searched; no operator makes one.
    Text,
}

impl Type {
    /// Every type of numbers and truth, in the order of promotion.
    pub const NUMBERS: [Self; 7] =
        [Self::Bool, Self::U8, Self::U32, Self::I32, Self::I64, Self::F32, Self::F64];

    /// Bytes of one element; 0 for texts, which have no fixed size.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::Bool | Self::U8 => 1,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::I64 | Self::F64 => 8,
            Self::Text => 0,
        }
    }

    /// Whether it is a floating-point type.
    #[must_use]
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// Whether it is a type of whole numbers; truth is none.
    #[must_use]
    pub const fn is_integer(self) -> bool {
        matches!(self, Self::U8 | Self::U32 | Self::I32 | Self::I64)
    }

    /// The type that holds values of both, as `numpy.promote_types` has it: `u32` and `i32` meet
    /// in `i64`, `f32` and whole numbers of 32 bits or more in `f64`. None when one is a text and
    /// the other is not.
    #[must_use]
    pub fn promote(self, other: Self) -> Option<Self> {
        use Type::{F32, F64, I32, I64, Text, U32};
        let (low, high) = if self <= other { (self, other) } else { (other, self) };
        Some(match (low, high) {
            _ if low == high => low,
            (_, Text) => return None,
            (U32, I32) => I64,
            (U32 | I32 | I64, F32) => F64,
            _ => high,
        })
    }

    /// The range of a type of whole numbers.
    pub(crate) const fn integer_range(self) -> Option<(i64, i64)> {
        match self {
            Self::U8 => Some((0, u8::MAX as i64)),
            Self::U32 => Some((0, u32::MAX as i64)),
            Self::I32 => Some((i32::MIN as i64, i32::MAX as i64)),
            Self::I64 => Some((i64::MIN, i64::MAX)),
            _ => None,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "bool",
            Self::U8 => "u8",
            Self::U32 => "u32",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::Text => "text",
        })
    }
}

/// A single value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar {
    /// Truth.
    Bool(bool),
    /// A `u8`.
    U8(u8),
    /// A `u32`.
    U32(u32),
    /// An `i32`.
    I32(i32),
    /// An `i64`.
    I64(i64),
    /// An `f32`.
    F32(f32),
    /// An `f64`.
    F64(f64),
}

impl Scalar {
    /// Its type.
    #[must_use]
    pub const fn ty(self) -> Type {
        match self {
            Self::Bool(_) => Type::Bool,
            Self::U8(_) => Type::U8,
            Self::U32(_) => Type::U32,
            Self::I32(_) => Type::I32,
            Self::I64(_) => Type::I64,
            Self::F32(_) => Type::F32,
            Self::F64(_) => Type::F64,
        }
    }

    /// Its value as an `f64`; whole numbers beyond 2⁵³ are rounded.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        match self {
            Self::Bool(x) => f64::from(u8::from(x)),
            Self::U8(x) => f64::from(x),
            Self::U32(x) => f64::from(x),
            Self::I32(x) => f64::from(x),
            Self::I64(x) => x as f64,
            Self::F32(x) => f64::from(x),
            Self::F64(x) => x,
        }
    }

    /// Its bytes at the low end of a word, as memory has them on a little-endian machine.
    pub(crate) fn to_bits(self) -> u64 {
        let mut bytes = [0; 8];
        match self {
            Self::Bool(x) => bytes[0] = u8::from(x),
            Self::U8(x) => bytes[0] = x,
            Self::U32(x) => bytes[..4].copy_from_slice(&x.to_ne_bytes()),
            Self::I32(x) => bytes[..4].copy_from_slice(&x.to_ne_bytes()),
            Self::I64(x) => bytes.copy_from_slice(&x.to_ne_bytes()),
            Self::F32(x) => bytes[..4].copy_from_slice(&x.to_ne_bytes()),
            Self::F64(x) => bytes.copy_from_slice(&x.to_ne_bytes()),
        }
        u64::from_ne_bytes(bytes)
    }

    /// The value of type `ty` whose bytes `to_bits` gave.
    ///
    /// # Panics
    /// For texts.
    pub(crate) fn from_bits(ty: Type, bits: u64) -> Self {
        let bytes = bits.to_ne_bytes();
        let four = [bytes[0], bytes[1], bytes[2], bytes[3]];
        match ty {
            Type::Bool => Self::Bool(bytes[0] != 0),
            Type::U8 => Self::U8(bytes[0]),
            Type::U32 => Self::U32(u32::from_ne_bytes(four)),
            Type::I32 => Self::I32(i32::from_ne_bytes(four)),
            Type::I64 => Self::I64(i64::from_ne_bytes(bytes)),
            Type::F32 => Self::F32(f32::from_ne_bytes(four)),
            Type::F64 => Self::F64(f64::from_ne_bytes(bytes)),
            Type::Text => unreachable!("texts are never single values of a program"),
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(x) => x.fmt(f),
            Self::U8(x) => x.fmt(f),
            Self::U32(x) => x.fmt(f),
            Self::I32(x) => x.fmt(f),
            Self::I64(x) => x.fmt(f),
            Self::F32(x) => fmt::Debug::fmt(x, f),
            Self::F64(x) => fmt::Debug::fmt(x, f),
        }
    }
}

/// A Rust type that elements can have.
pub trait Element: Copy + Send + Sync + 'static + sealed::Sealed {
    /// Its name in this crate.
    const TYPE: Type;
    /// The single value.
    fn scalar(self) -> Scalar;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! element {
    ($($rust:ty => $name:ident),*) => {$(
        impl sealed::Sealed for $rust {}
        impl Element for $rust {
            const TYPE: Type = Type::$name;
            fn scalar(self) -> Scalar {
                Scalar::$name(self)
            }
        }
        impl From<$rust> for Scalar {
            fn from(value: $rust) -> Self {
                Self::$name(value)
            }
        }
    )*};
}
element!(bool => Bool, u8 => U8, u32 => U32, i32 => I32, i64 => I64, f32 => F32, f64 => F64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promotion_is_numpys() {
        // Rows and columns: bool u8 u32 i32 i64 f32 f64, from numpy.promote_types (NumPy 2.4).
        let expected = [
            "bool u8 u32 i32 i64 f32 f64",
            "u8 u8 u32 i32 i64 f32 f64",
            "u32 u32 u32 i64 i64 f64 f64",
            "i32 i32 i64 i32 i64 f64 f64",
            "i64 i64 i64 i64 i64 f64 f64",
            "f32 f32 f64 f64 f64 f32 f64",
            "f64 f64 f64 f64 f64 f64 f64",
        ];
        for (a, line) in Type::NUMBERS.into_iter().zip(expected) {
            let row: Vec<String> = Type::NUMBERS
                .iter()
                .map(|b| a.promote(*b).expect("numbers meet").to_string())
                .collect();
            assert_eq!(row.join(" "), line, "row {a}");
        }
        assert_eq!(Type::Text.promote(Type::F64), None);
    }

    #[test]
    fn bits_bring_the_value_back() {
        for value in [Scalar::Bool(true), Scalar::U8(200), Scalar::I64(-5), Scalar::F32(-0.5)] {
            assert_eq!(Scalar::from_bits(value.ty(), value.to_bits()), value);
        }
    }
}
