//! Reductions, as those that the loops have.

use super::lower::{Lowering, Value, no_choice};
use super::{Typed, TypedId};
use crate::error::{Error, Span};
use crate::op::{Binary, Reduction, Unary};
use crate::types::{Scalar, Type};

impl Lowering<'_> {
    pub(super) fn reduce(
        &mut self,
        kind: Reduction,
        ddof: u32,
        args: &[Value],
        span: Span,
    ) -> Result<TypedId, Error> {
        no_choice(&args[1..], span)?;
        // The values that a mask chooses are reduced under it.
        let (x, chosen) = match args[0] {
            Value::Chosen(x, mask) => (x, Some(mask)),
            _ => (self.strong(&args[0], span), None),
        };
        let ty = self.ty(x);
        if ty == Type::Text {
            return self.types_error(kind.name(), &[x], span);
        }
        let is_place = matches!(kind, Reduction::ArgMin | Reduction::ArgMax);
        if chosen.is_some() && (args.len() > 1 || is_place) {
            let what = "a place among chosen values, or a second mask of them";
            return Err(Error::Unsupported { span, what });
        }
        let mask = match args.get(1) {
            Some(mask) => Some(self.truth(mask, span)?),
            None => chosen,
        };
        let mut args: Vec<TypedId> = std::iter::once(x).chain(mask).collect();
        let result = match kind {
            Reduction::Mean => {
                // Fewer than 2³¹ narrower numbers have a sum that fits, and others may ask for it too.
                let sum = if ty == Type::I64 {
                    self.push(Typed::Reduce(kind), Type::F64, &args, span)
                } else {
                    self.sum(&args, span)
                };
                let count = self.count(&args, span);
                let (sum, count) =
                    (self.cast(sum, Type::F64, span), self.cast(count, Type::F64, span));
                self.push(Typed::Binary(Binary::Div), Type::F64, &[sum, count], span)
            }
            Reduction::Var | Reduction::Std => {
                let squares = self.push(Typed::Reduce(Reduction::Var), Type::F64, &args, span);
                let count = self.count(&args, span);
                let count = self.cast(count, Type::F64, span);
                let divisor = self.degrees(count, ddof, span);
                let var =
                    self.push(Typed::Binary(Binary::Div), Type::F64, &[squares, divisor], span);
                if kind == Reduction::Var {
                    var
                } else {
                    self.push(Typed::Unary(Unary::Sqrt), Type::F64, &[var], span)
                }
            }
            Reduction::Sum => self.sum(&args, span),
            Reduction::Prod => {
                let wide = if ty.is_float() { Type::F64 } else { Type::I64 };
                self.push(Typed::Reduce(kind), wide, &args, span)
            }
            Reduction::Count => {
                args[0] = self.cast(x, Type::Bool, span);
                self.push(Typed::Reduce(kind), Type::I64, &args, span)
            }
            Reduction::ArgMin | Reduction::ArgMax => {
                self.push(Typed::Reduce(kind), Type::I64, &args, span)
            }
            Reduction::Any | Reduction::All => {
                args[0] = self.cast(x, Type::Bool, span);
                self.push(Typed::Reduce(kind), Type::Bool, &args, span)
            }
            Reduction::Min | Reduction::Max => self.push(Typed::Reduce(kind), ty, &args, span),
        };
        // Means and sums of f32 are f32, whatever they were kept in.
        let narrow = ty == Type::F32
            && matches!(
                kind,
                Reduction::Sum
                    | Reduction::Prod
                    | Reduction::Mean
                    | Reduction::Var
                    | Reduction::Std
            );
        Ok(if narrow { self.cast(result, Type::F32, span) } else { result })
    }

    /// `max(count - ddof, 0)`.
    fn degrees(&mut self, count: TypedId, ddof: u32, span: Span) -> TypedId {
        if ddof == 0 {
            return count;
        }
        let ddof = self.scalar(Scalar::F64(f64::from(ddof)), span);
        let degrees = self.push(Typed::Binary(Binary::Sub), Type::F64, &[count, ddof], span);
        let none = self.scalar(Scalar::F64(0.0), span);
        self.push(Typed::Binary(Binary::Max), Type::F64, &[degrees, none], span)
    }

    fn sum(&mut self, args: &[TypedId], span: Span) -> TypedId {
        let wide = if self.ty(args[0]).is_float() { Type::F64 } else { Type::I64 };
        self.push(Typed::Reduce(Reduction::Sum), wide, args, span)
    }

    /// How many values a reduction of `args` takes in: the true ones of its mask, or all.
    fn count(&mut self, args: &[TypedId], span: Span) -> TypedId {
        match args {
            [x, mask] => self.push(Typed::CountWhere, Type::I64, &[*mask, *x], span),
            _ => self.push(Typed::Len, Type::I64, &args[..1], span),
        }
    }
}
