//! Python's numbers, made a part of the expression that they are given to: there each takes the type of what
//! it meets, as in NumPy, and a type that is chosen for all of an expression would be wrong for some.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use expr::{Expr, Prepared, Scalar, Type};
use smallvec::SmallVec;

use super::call::FEW;
use super::operands::Given;
use crate::error::Error;

/// So many expressions with numbers are kept of one without them.
const MOST: usize = 16;

/// A number of Python.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    Int(i64),
    /// Its bits, by which every NaN and both zeros are themselves.
    Float(u64),
}

impl From<Number> for Scalar {
    fn from(number: Number) -> Self {
        match number {
            Number::Int(value) => Self::I64(value),
            Number::Float(bits) => Self::F64(f64::from_bits(bits)),
        }
    }
}

/// For each name of an expression the number that is written for it, if one is.
pub(super) type Numbers = SmallVec<[Option<Number>; FEW]>;

/// The numbers among what is given to an expression, and the expressions that have them.
pub(super) struct Written {
    /// The name that is stored into, which cannot be a number.
    target: Option<usize>,
    /// Without arrays of single precision a float is double whatever it meets: nothing has to be written,
    /// nor read and prepared anew when the float is another in each call.
    floats_are_double: bool,
    kept: Mutex<VecDeque<(Numbers, Arc<Prepared>)>>,
}

impl Written {
    pub(super) fn new(expr: &Expr) -> Self {
        let target = expr.target();
        // A conversion to singles is as good as an array of them, and an exponent as written may be a square
        // or a root.
        let may_differ = ["f32", "**", "pow"].iter().any(|word| expr.text().contains(word));
        Self {
            target: expr.names().iter().position(|name| Some(*name) == target),
            floats_are_double: !may_differ,
            kept: Mutex::default(),
        }
    }

    /// The numbers that have to be written, if there are any.
    pub(super) fn numbers(&self, given: &[Given<'_>]) -> Option<Numbers> {
        if given.iter().all(|one| matches!(one, Given::Array(..))) {
            return None;
        }
        let is_single = |one: &Given<'_>| matches!(one, Given::Array(_, Type::F32));
        let floats_are_double = self.floats_are_double && !given.iter().any(is_single);
        let number = |(place, one): (usize, &Given<'_>)| match one {
            _ if self.target == Some(place) => None,
            Given::Int(value) => Some(Number::Int(*value)),
            Given::Float(value) if !floats_are_double => Some(Number::Float(value.to_bits())),
            _ => None,
        };
        let numbers: Numbers = given.iter().enumerate().map(number).collect();
        numbers.iter().any(Option::is_some).then_some(numbers)
    }

    /// `expr` with `numbers` for its names, prepared now or before. Takes what is left as operands, in the
    /// same order.
    pub(super) fn prepared(&self, expr: &Expr, numbers: &Numbers) -> Result<Arc<Prepared>, Error> {
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = lock().iter().find(|(known, _)| known == numbers) {
            return Ok(known.clone());
        }
        let names = expr.names();
        let given =
            names.iter().zip(numbers).filter_map(|(name, one)| Some((*name, one.as_ref()?)));
        let given: Vec<(&str, Scalar)> = given.map(|(name, one)| (name, (*one).into())).collect();
        let read = expr
            .with_numbers(&given)
            .map_err(|error| Error::Expr(Box::new(error), expr.text().to_owned()))?;
        let prepared = Arc::new(Prepared::new(&read));
        let mut kept = lock();
        if kept.len() == MOST {
            kept.pop_front();
        }
        kept.push_back((numbers.clone(), prepared.clone()));
        Ok(prepared)
    }
}
