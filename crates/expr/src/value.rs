//! Results in memory of their own.

use std::any::Any;

use ndarray::{ArrayD, IxDyn};

use crate::error::Error;
use crate::operand::{Operand, View, ViewMut};
use crate::query::Block;
use crate::types::{Element, Scalar, Type};

/// An array of one of the types.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant is the array of the type of its name")]
pub enum Value {
    Bool(ArrayD<bool>),
    U8(ArrayD<u8>),
    U32(ArrayD<u32>),
    I32(ArrayD<i32>),
    I64(ArrayD<i64>),
    F32(ArrayD<f32>),
    F64(ArrayD<f64>),
}

/// Does the same for the array of every type.
macro_rules! each {
    ($value:expr, $array:ident => $body:expr) => {
        match $value {
            Value::Bool($array) => $body,
            Value::U8($array) => $body,
            Value::U32($array) => $body,
            Value::I32($array) => $body,
            Value::I64($array) => $body,
            Value::F32($array) => $body,
            Value::F64($array) => $body,
        }
    };
}

impl Value {
    /// Zeros of type `ty`.
    pub(crate) fn zeros(ty: Type, shape: &[usize]) -> Result<Self, Error> {
        let n = shape.iter().try_fold(1_usize, |n, len| n.checked_mul(*len));
        let bytes = n.and_then(|n| n.checked_mul(ty.size().max(1)));
        let too_large = || Error::Memory { bytes: bytes.unwrap_or(usize::MAX) };
        if bytes.is_none_or(|bytes| bytes > isize::MAX as usize) {
            return Err(too_large());
        }
        macro_rules! of {
            ($name:ident) => {{
                // What is computed into it takes less time than the system to give it in small pages.
                let zeros = jobs::zeros_in_large_pages(n.unwrap_or_default());
                let array = ArrayD::from_shape_vec(IxDyn(shape), zeros);
                Self::$name(array.map_err(|_| too_large())?)
            }};
        }
        Ok(match ty {
            Type::Bool => Self::Bool(ArrayD::default(IxDyn(shape))),
            Type::U8 => of!(U8),
            Type::U32 => of!(U32),
            Type::I32 => of!(I32),
            Type::I64 => of!(I64),
            Type::F32 => of!(F32),
            Type::F64 => of!(F64),
            Type::Text => return Err(too_large()),
        })
    }

    /// An array of type `ty` with these values, in the order of the indices.
    ///
    /// # Errors
    /// [`Error::Memory`] when it cannot be had.
    pub(crate) fn from_scalars(
        ty: Type,
        shape: &[usize],
        scalars: &[Scalar],
    ) -> Result<Self, Error> {
        macro_rules! of {
            ($($name:ident $ty:ty, $get:expr;)*) => {
                match ty {
                    $(Type::$name => {
                        let values: Vec<$ty> = scalars.iter().map($get).collect();
                        ArrayD::from_shape_vec(IxDyn(shape), values).map(Self::$name)
                    })*
                    Type::Text => unreachable!("no reduction makes a text"),
                }
            };
        }
        let whole = |x: &Scalar| match *x {
            Scalar::I64(x) => x,
            other => other.to_f64() as i64,
        };
        let array = of! {
            Bool bool, |x| x.to_f64() != 0.0;
            U8 u8, |x| x.to_f64() as u8;
            U32 u32, |x| x.to_f64() as u32;
            I32 i32, |x| x.to_f64() as i32;
            I64 i64, whole;
            F32 f32, |x| x.to_f64() as f32;
            F64 f64, |x| x.to_f64();
        };
        array.map_err(|_| Error::Memory { bytes: scalars.len() * ty.size() })
    }

    /// Its memory: the address, the size of an element and how many there are, side by side.
    pub(crate) fn bytes(&self) -> (*const u8, usize, usize) {
        each!(self, array => {
            let all = array.as_slice().unwrap_or_default();
            (all.as_ptr().cast(), size_of_val(all) / all.len().max(1), all.len())
        })
    }

    /// Appends the values where `mask` holds, in their order, to `kept`, an array of one axis.
    pub(crate) fn compress_into(&self, mask: &ArrayD<bool>, kept: &mut Option<Self>) {
        macro_rules! of {
            ($($name:ident)*) => {
                match self {
                    $(Self::$name(array) => {
                        let mut all = match kept.take() {
                            Some(Self::$name(before)) => before.into_raw_vec_and_offset().0,
                            _ => Vec::new(),
                        };
                        let chosen = array.iter().zip(mask).filter(|(_, holds)| **holds);
                        all.extend(chosen.map(|(value, _)| *value));
                        *kept = Some(Self::$name(ndarray::Array1::from_vec(all).into_dyn()));
                    })*
                }
            };
        }
        of!(Bool U8 U32 I32 I64 F32 F64);
    }

    /// The values along one axis.
    pub(crate) fn from_vec<T: Element>(values: Vec<T>) -> Self {
        let values: Box<dyn Any> = Box::new(values);
        macro_rules! of {
            ($($name:ident $ty:ty),*) => {
                match T::TYPE {
                    $(Type::$name => Self::$name(
                        ndarray::Array1::from_vec(
                            *values.downcast::<Vec<$ty>>().expect("the type that it says"),
                        ).into_dyn(),
                    ),)*
                    Type::Text => unreachable!("texts are no elements"),
                }
            };
        }
        of!(Bool bool, U8 u8, U32 u32, I32 i32, I64 i64, F32 f32, F64 f64)
    }

    /// The type of the elements.
    #[must_use]
    pub fn ty(&self) -> Type {
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

    /// The length along each axis.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        each!(self, array => array.shape())
    }

    /// The single value, when there is just one.
    #[must_use]
    pub fn scalar(&self) -> Option<Scalar> {
        each!(self, array => {
            let first = array.iter().next().copied();
            first.filter(|_| array.len() == 1).map(Scalar::from)
        })
    }

    /// The values in the order of their indices.
    #[must_use]
    pub fn scalars(&self) -> Vec<Scalar> {
        each!(self, array => array.iter().copied().map(Scalar::from).collect())
    }

    /// The value at a place in the order of the indices.
    ///
    /// # Panics
    /// When there are not so many.
    pub(crate) fn scalar_at(&self, at: usize) -> Scalar {
        each!(self, array => {
            let value = array.as_slice().map_or_else(|| array.iter().nth(at), |all| all.get(at));
            Scalar::from(*value.expect("a place within the array"))
        })
    }

    /// The same values along one axis.
    pub(crate) fn flat(self) -> Self {
        macro_rules! flat {
            ($($name:ident)*) => {
                match self {
                    $(Self::$name(array) => Self::$name(
                        ndarray::Array1::from_iter(array).into_dyn(),
                    ),)*
                }
            };
        }
        flat!(Bool U8 U32 I32 I64 F32 F64)
    }

    /// Its first value `n` times.
    pub(crate) fn repeated(&self, n: usize) -> Self {
        macro_rules! repeated {
            ($($name:ident)*) => {
                match self {
                    $(Self::$name(array) => Self::$name(
                        array.iter().take(1).cycle().take(n).copied()
                            .collect::<ndarray::Array1<_>>().into_dyn(),
                    ),)*
                }
            };
        }
        repeated!(Bool U8 U32 I32 I64 F32 F64)
    }

    /// The values of `rows` of an operand of one dense axis.
    pub(crate) fn taken(operand: &Operand<'_>, rows: &[u32]) -> Self {
        macro_rules! taken {
            ($($name:ident $ty:ty)*) => {
                match operand.ty() {
                    $(Type::$name => {
                        let all = operand.as_slice::<$ty>().unwrap_or_default();
                        let values = rows.iter().map(|row| all[*row as usize]);
                        Self::$name(values.collect::<ndarray::Array1<_>>().into_dyn())
                    })*
                    Type::Text => Self::Bool(ArrayD::default(IxDyn(&[0]))),
                }
            };
        }
        taken!(Bool bool U8 u8 U32 u32 I32 i32 I64 i64 F32 f32 F64 f64)
    }

    /// Its values as a block of a scan, which knows three types.
    pub(crate) fn block(&self) -> Block<'_> {
        match self {
            Self::F64(array) => Block::F64(array.as_slice().unwrap_or_default()),
            Self::I64(array) => Block::I64(array.as_slice().unwrap_or_default()),
            Self::Bool(array) => Block::Bool(array.as_slice().unwrap_or_default()),
            _ => Block::Bool(&[]),
        }
    }

    /// A view of it, to be an operand.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        each!(self, array => array.view().into())
    }

    /// A view of it, to be an output.
    pub fn view_mut(&mut self) -> ViewMut<'_> {
        each!(self, array => array.view_mut().into())
    }
}
