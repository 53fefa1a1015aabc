//! States into one, and a state into a result.

use super::State;
use super::extremes::keep;
use super::spread::join_spread;
use crate::error::{Error, Span};
use crate::kernels::scalar::{Flag, Max, Min};
use crate::op::Reduction;
use crate::types::{Scalar, Type};

/// Takes `b`, of later values, into `a`.
pub(crate) fn merge(kind: Reduction, ty: Type, a: &mut State, b: &State) {
    macro_rules! by_type {
        ($f:ident, $op:ident) => {
            match ty {
                Type::Bool => $f::<Flag, $op>(a, b),
                Type::U8 => $f::<u8, $op>(a, b),
                Type::U32 => $f::<u32, $op>(a, b),
                Type::I32 => $f::<i32, $op>(a, b),
                Type::I64 => $f::<i64, $op>(a, b),
                Type::F32 => $f::<f32, $op>(a, b),
                Type::F64 | Type::Text => $f::<f64, $op>(a, b),
            }
        };
    }
    match kind {
        Reduction::Sum | Reduction::Mean if ty.is_float() => {
            a.0[0] = (a.float(0) + b.float(0)).to_bits();
        }
        Reduction::Sum | Reduction::Mean => a.set_wide(a.wide() + b.wide()),
        Reduction::Prod if ty.is_float() => a.0[0] = (a.float(0) * b.float(0)).to_bits(),
        Reduction::Prod => {
            let (product, overflowed) = (a.0[0] as i64).overflowing_mul(b.0[0] as i64);
            let flags = (a.0[1] | b.0[1] | u64::from(overflowed), a.0[2] | b.0[2]);
            a.0 = [product as u64, flags.0, flags.1, 0];
        }
        Reduction::Min | Reduction::ArgMin => by_type!(keep, Min),
        Reduction::Max | Reduction::ArgMax => by_type!(keep, Max),
        Reduction::Var => join_spread(a, b),
        _ => {
            a.0[0] += b.0[0];
            a.0[1] += b.0[1];
        }
    }
}

/// Why a state has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoResult {
    Empty,
    Overflow,
}

impl NoResult {
    pub(crate) fn error(self, kind: Reduction, span: Span) -> Error {
        match self {
            Self::Empty => Error::Empty { span, function: kind.name() },
            Self::Overflow => Error::Overflow { span, function: kind.name(), ty: Type::I64 },
        }
    }
}

/// The word of a state that has the bits of the result, if nothing else has to be done to [`finish`]; of the
/// least and the greatest, if there is one, as their third word tells.
pub(crate) fn result_word(kind: Reduction, ty: Type) -> Option<usize> {
    match kind {
        Reduction::Sum | Reduction::Prod | Reduction::Mean | Reduction::Min | Reduction::Max
            if ty.is_float() =>
        {
            Some(0)
        }
        Reduction::Count => Some(0),
        Reduction::Var | Reduction::Std => Some(2),
        _ => None,
    }
}

/// The result of values of type `ty`, in the type that the reduction has; of a mean the sum, as `f64`.
pub(crate) fn finish(kind: Reduction, ty: Type, state: &State) -> Result<Scalar, NoResult> {
    Ok(match kind {
        Reduction::Sum | Reduction::Prod | Reduction::Mean if ty.is_float() => {
            Scalar::F64(state.float(0))
        }
        Reduction::Mean => Scalar::F64(state.wide() as f64),
        Reduction::Sum => Scalar::I64(i64::try_from(state.wide()).map_err(|_| NoResult::Overflow)?),
        Reduction::Prod if state.0[2] != 0 => Scalar::I64(0),
        Reduction::Prod if state.0[1] != 0 => return Err(NoResult::Overflow),
        Reduction::Min | Reduction::Max | Reduction::ArgMin | Reduction::ArgMax
            if state.0[2] == 0 =>
        {
            return Err(NoResult::Empty);
        }
        Reduction::Min | Reduction::Max => Scalar::from_bits(ty, state.0[0]),
        Reduction::ArgMin | Reduction::ArgMax => Scalar::I64(state.0[1] as i64),
        Reduction::Prod | Reduction::Count => Scalar::I64(state.0[0] as i64),
        Reduction::Any => Scalar::Bool(state.0[0] > 0),
        Reduction::All => Scalar::Bool(state.0[0] == state.0[1]),
        // Of no values there is no distance from their mean; dividing it says NaN.
        Reduction::Var | Reduction::Std => Scalar::F64(state.float(2)),
    })
}
