//! Python's numbers, written into the expression that they are given to: there each takes the type of what
//! it meets, as in NumPy, and a type that is chosen for all of an expression would be wrong for some.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use expr::{Expr, Prepared, Type};
use smallvec::SmallVec;

use super::call::FEW;
use super::operands::Given;
use crate::error::Error;

/// So many expressions with numbers are kept of one without them.
const MOST: usize = 16;

/// A number as it is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    Int(i64),
    /// Its bits, by which every NaN and both zeros are themselves.
    Float(u64),
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Powers and indices bind tighter than signs.
        match *self {
            Self::Int(value) if value < 0 => write!(f, "({value})"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(bits) => match f64::from_bits(bits) {
                value if value.is_nan() => f.write_str("nan"),
                value if value.is_sign_negative() => write!(f, "({value:?})"),
                value => write!(f, "{value:?}"),
            },
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
        let text = replaced(expr.text(), |word| {
            let place = names.iter().position(|name| *name == word)?;
            numbers[place].map(|number| number.to_string())
        });
        let read = Expr::parse(&text).map_err(|error| Error::Expr(Box::new(error), text))?;
        let prepared = Arc::new(Prepared::new(&read));
        let mut kept = lock();
        if kept.len() == MOST {
            kept.pop_front();
        }
        kept.push_back((numbers.clone(), prepared.clone()));
        Ok(prepared)
    }
}

/// `text`, an expression that can be read, with others for some of the names of its operands.
fn replaced(text: &str, other: impl Fn(&str) -> Option<String>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_name = first.is_alphabetic() || first == '_';
        let len = if is_name {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_')
        } else if first.is_ascii_digit() {
            // With the letters of its exponent or base.
            rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.')
        } else if first == '"' || first == '\'' {
            let mut escaped = true;
            rest.find(|c: char| {
                let is_end = c == first && !escaped;
                escaped = !escaped && c == '\\';
                is_end
            })
            .map(|end| end + 1)
        } else {
            Some(first.len_utf8())
        };
        let (word, after) = rest.split_at(len.unwrap_or(rest.len()));
        let next = after.trim_start();
        let is_called = next.starts_with('(') || next.starts_with('=') && !next.starts_with("==");
        match other(word).filter(|_| is_name && !is_called) {
            Some(other) => result.push_str(&other),
            None => result.push_str(word),
        }
        rest = after;
    }
    result
}
