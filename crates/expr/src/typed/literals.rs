//! Numbers as written, whose type is that of what they meet: NEP 50.

use super::lower::{Lowering, Value};
use super::{Typed, TypedId};
use crate::error::{Error, Span};
use crate::op::{Binary, Unary};
use crate::types::{Scalar, Type};

/// What happens to a number as written that the type it meets cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Literals {
    MustFit,
    /// The other side becomes wider, where only the answer counts.
    MayWiden,
}

/// A value as written, or none.
pub(super) enum Written {
    Truth(bool),
    Int(i64),
    Float(f64),
}

impl Lowering<'_> {
    /// A number as written that meets a value of type `other`: NEP 50.
    pub(super) fn weak(
        &mut self,
        weak: &Value,
        other: Type,
        literals: Literals,
        span: Span,
    ) -> Result<TypedId, Error> {
        let value = match (weak, other) {
            (Value::Int(int), _) if other.is_float() => {
                let id = self.scalar(Scalar::F64(*int as f64), span);
                return Ok(self.cast(id, other, span));
            }
            (Value::Int(int), _) => match other.integer_range() {
                Some((low, high)) if (low..=high).contains(int) => {
                    let id = self.scalar(Scalar::I64(*int), span);
                    return Ok(self.cast(id, other, span));
                }
                Some((low, high)) if literals == Literals::MustFit => {
                    return Err(Error::Literal {
                        span,
                        value: int.to_string(),
                        ty: other,
                        low,
                        high,
                    });
                }
                _ => Scalar::I64(*int),
            },
            (Value::Float(float), Type::F32) => Scalar::F32(*float as f32),
            (Value::Float(float), _) => Scalar::F64(*float),
            (Value::Node(id) | Value::Chosen(id, _), _) => return Ok(*id),
        };
        Ok(self.scalar(value, span))
    }

    /// A value as written. Truth counts as 0 or 1 among numbers as written.
    pub(super) fn as_written(&self, value: &Value) -> Option<Written> {
        match value {
            Value::Int(int) => Some(Written::Int(*int)),
            Value::Float(float) => Some(Written::Float(*float)),
            Value::Node(id) => match self.constant(*id) {
                Some(Scalar::Bool(truth)) => Some(Written::Truth(truth)),
                _ => None,
            },
            Value::Chosen(..) => None,
        }
    }

    /// Powers that are products, roots or the value itself, as NumPy computes them.
    pub(super) fn power_by_literal(
        &mut self,
        a: &Value,
        b: &Value,
        span: Span,
    ) -> Result<Option<TypedId>, Error> {
        let Value::Node(base) = *a else { return Ok(None) };
        let exponent = match b {
            Value::Int(int) => *int as f64,
            Value::Float(float) => *float,
            Value::Node(_) | Value::Chosen(..) => return Ok(None),
        };
        let ty = self.ty(base);
        if ty == Type::Text {
            return Ok(None);
        }
        let base = match b {
            Value::Float(_) if !ty.is_float() => self.cast(base, Type::F64, span),
            _ if ty == Type::Bool => return Ok(None),
            _ => base,
        };
        let ty = self.ty(base);
        Ok(Some(if exponent == 2.0 {
            self.push(Typed::Unary(Unary::Square), ty, &[base], span)
        } else if exponent == 1.0 {
            base
        } else if exponent == 0.5 && ty.is_float() {
            self.push(Typed::Unary(Unary::Sqrt), ty, &[base], span)
        } else if exponent == -1.0 && ty.is_float() {
            let one = self.weak(&Value::Int(1), ty, Literals::MustFit, span)?;
            self.push(Typed::Binary(Binary::Div), ty, &[one, base], span)
        } else {
            return Ok(None);
        }))
    }
}

/// Arithmetic on numbers as written, which stay what they are: Python's rules. Nothing where an
/// operation has none for them.
///
/// # Errors
/// [`Error::Literal`] for a whole number that `i64` does not hold.
pub(super) fn weak_binary(
    binary: Binary,
    a: &Written,
    b: &Written,
    span: Span,
) -> Result<Option<Value>, Error> {
    let int = |value: &Written| match value {
        Written::Truth(truth) => Some(i64::from(*truth)),
        Written::Int(int) => Some(*int),
        Written::Float(_) => None,
    };
    let float = |value: &Written| match value {
        Written::Truth(truth) => f64::from(u8::from(*truth)),
        Written::Int(int) => *int as f64,
        Written::Float(float) => *float,
    };
    if let (Some(a), Some(b)) = (int(a), int(b)) {
        let shift = u32::try_from(b).ok();
        let exact = match binary {
            Binary::Add => a.checked_add(b),
            Binary::Sub => a.checked_sub(b),
            Binary::Mul => a.checked_mul(b),
            Binary::And => Some(a & b),
            Binary::Or => Some(a | b),
            Binary::Xor => Some(a ^ b),
            Binary::FloorDiv => a.checked_div_euclid(b).map(|q| {
                // Euclid's quotient rounds towards the sign of the divisor, Python's down.
                if b < 0 && a.wrapping_rem_euclid(b) != 0 { q - 1 } else { q }
            }),
            Binary::Mod => {
                a.checked_rem_euclid(b).map(|rest| if b < 0 && rest != 0 { rest + b } else { rest })
            }
            Binary::Shl if a == 0 => shift.map(|_| 0),
            Binary::Shl => shift
                .filter(|shift| *shift < 64)
                .and_then(|shift| i64::try_from(i128::from(a) << shift).ok()),
            Binary::Shr => shift.map(|shift| a >> shift.min(63)),
            Binary::Pow => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
            Binary::Div => return Ok(Some(Value::Float(a as f64 / b as f64))),
            _ => None,
        };
        let too_large = match binary {
            Binary::Add | Binary::Sub | Binary::Mul => true,
            Binary::FloorDiv => b != 0,
            Binary::Shl => b >= 0,
            // Of the others every power fits, however large the exponent.
            Binary::Pow => b >= 0 && a.unsigned_abs() > 1,
            _ => false,
        };
        return match exact {
            Some(value) => Ok(Some(Value::Int(value))),
            None if too_large => {
                Err(Error::beyond_i64(span, format!("{a} {} {b}", binary.symbol())))
            }
            // A negative power of whole numbers is a float.
            None => Ok((binary == Binary::Pow && b < 0)
                .then(|| Value::Float(libm::pow(a as f64, b as f64)))),
        };
    }
    let (x, y) = (float(a), float(b));
    Ok(Some(Value::Float(match binary {
        Binary::Div => x / y,
        Binary::Pow => libm::pow(x, y),
        Binary::Add => x + y,
        Binary::Sub => x - y,
        Binary::Mul => x * y,
        _ => return Ok(None),
    })))
}
