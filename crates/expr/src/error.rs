//! What can go wrong in this crate.

use std::fmt;

use crate::types::Type;

/// A part of the text of an expression, in bytes. It is empty for expressions that had no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// Where it begins.
    pub start: u32,
    /// Where it ends; the byte there is outside.
    pub end: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    pub(crate) fn to(self, end: Self) -> Self {
        Self { start: self.start, end: end.end }
    }

    /// The text that it marks.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// A shape in an error message: `(2, 3)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape(pub Vec<usize>);

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lengths: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        write!(f, "({}{})", lengths.join(", "), if lengths.len() == 1 { "," } else { "" })
    }
}

/// An error of an expression.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is no expression.
    #[error("expected {expected}, found {found}")]
    Syntax {
        /// Where.
        span: Span,
        /// What could stand there.
        expected: &'static str,
        /// What does.
        found: String,
    },
    /// A number that its type cannot hold.
    #[error("{value} does not fit {ty}, whose values are {low} to {high}")]
    Literal {
        /// Where.
        span: Span,
        /// The number as written.
        value: String,
        /// The type.
        ty: Type,
        /// The least value of the type.
        low: i64,
        /// The greatest value of the type.
        high: i64,
    },
    /// Brackets, signs or powers within each other beyond what is allowed.
    #[error("the expression is nested deeper than {limit} levels")]
    TooDeep {
        /// Where the limit was passed.
        span: Span,
        /// The limit.
        limit: usize,
    },
    /// More operations than are allowed.
    #[error("the expression has more than {limit} {what}", what = "operations")]
    TooLarge {
        /// Where the limit was passed.
        span: Span,
        /// The limit.
        limit: usize,
    },
    /// A longer text than is allowed.
    #[error("the text has {got} bytes, allowed are {limit}")]
    TooLong {
        /// Its bytes.
        got: usize,
        /// The limit.
        limit: usize,
    },
    /// A name that nothing was given for.
    #[error("there is no {name}; known are {}", list(known))]
    UnknownName {
        /// Where.
        span: Span,
        /// The name.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A function that does not exist.
    #[error("there is no function {name}{}", did_you_mean(name))]
    UnknownFunction {
        /// Where.
        span: Span,
        /// Its name.
        name: String,
    },
    /// A function with the wrong number of arguments, or a wrong one.
    #[error("{function} takes {allowed}, got {got}")]
    Arguments {
        /// Where.
        span: Span,
        /// The function.
        function: String,
        /// What it takes.
        allowed: &'static str,
        /// What it was given.
        got: String,
    },
    /// An operation on a type that it is not defined for.
    #[error("{operation} is not defined for {}", meeting(types))]
    Types {
        /// Where.
        span: Span,
        /// The operation.
        operation: String,
        /// The types that it was given.
        types: Vec<Type>,
    },
    /// Operands whose shapes cannot be broadcast to one.
    #[error("{left} of shape {left_shape} and {right} of shape {right_shape} do not fit together")]
    Shapes {
        /// Where they meet, when that is known.
        span: Option<Span>,
        /// One operand.
        left: String,
        /// Its shape.
        left_shape: Shape,
        /// The other.
        right: String,
        /// Its shape.
        right_shape: Shape,
    },
    /// An output of another shape than the result's.
    #[error("the result has shape {expected}, the output {got}")]
    OutputShape {
        /// The shape of the result.
        expected: Shape,
        /// The shape of the output.
        got: Shape,
    },
    /// An output that cannot hold the result.
    #[error("the result is {result}, which an output of {output} cannot hold")]
    OutputType {
        /// The type of the result.
        result: Type,
        /// The type of the output.
        output: Type,
    },
    /// An output that may not be written, or whose elements share memory.
    #[error("the output cannot be written: {why}")]
    Output {
        /// Why.
        why: &'static str,
    },
    /// As many operands or outputs as the expression needs were not given.
    #[error("the expression needs {expected} {what}, got {got}")]
    Count {
        /// Operands or outputs.
        what: &'static str,
        /// How many it needs.
        expected: usize,
        /// How many were given.
        got: usize,
    },
    /// An axis that the operand does not have.
    #[error("axis {axis} is out of range for {dims} dimensions")]
    Axis {
        /// Where.
        span: Span,
        /// The axis.
        axis: i32,
        /// The dimensions that there are.
        dims: usize,
    },
    /// The least, the greatest or the place of either, of nothing.
    #[error("{function} of no values has no result")]
    Empty {
        /// Where.
        span: Span,
        /// The reduction.
        function: &'static str,
    },
    /// A sum or product of whole numbers that their type cannot hold.
    #[error("the {function} of whole numbers does not fit {ty}")]
    Overflow {
        /// Where.
        span: Span,
        /// The reduction.
        function: &'static str,
        /// The type of the result.
        ty: Type,
    },
    /// A whole number divided by zero.
    #[error("a whole number is divided by zero")]
    ZeroDivision {
        /// Where.
        span: Span,
    },
    /// A whole number to a negative power.
    #[error("whole numbers have no negative powers that are whole numbers")]
    NegativePower {
        /// Where.
        span: Span,
    },
    /// An index outside the values.
    #[error("an index is outside the {len} values")]
    Index {
        /// Where.
        span: Span,
        /// How many values there are.
        len: usize,
    },
    /// Something that the language has, in a place where it cannot be computed.
    #[error("{what}")]
    Unsupported {
        /// Where.
        span: Span,
        /// What is not possible.
        what: &'static str,
    },
    /// Memory for a result could not be had.
    #[error("no memory for a result of {bytes} bytes")]
    Memory {
        /// Its size.
        bytes: usize,
    },
    /// A sparse matrix that is none, or an operand that does not fit it.
    #[error("{what}")]
    Matrix {
        /// What is wrong.
        what: String,
    },
    /// A table that is no table, or a query that does not fit it.
    #[error("{what}")]
    Table {
        /// What is wrong.
        what: String,
    },
    /// The parallel run failed.
    #[error("{message}")]
    Run {
        /// What happened.
        message: String,
    },
}

impl Error {
    /// A whole number as written, or of such numbers, that `i64` cannot hold.
    pub(crate) fn beyond_i64(span: Span, value: String) -> Self {
        Self::Literal { span, value, ty: Type::I64, low: i64::MIN, high: i64::MAX }
    }

    /// The part of the text that the error is about.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Syntax { span, .. }
            | Self::Literal { span, .. }
            | Self::TooDeep { span, .. }
            | Self::TooLarge { span, .. }
            | Self::UnknownName { span, .. }
            | Self::UnknownFunction { span, .. }
            | Self::Arguments { span, .. }
            | Self::Types { span, .. }
            | Self::Axis { span, .. }
            | Self::Empty { span, .. }
            | Self::Overflow { span, .. }
            | Self::ZeroDivision { span }
            | Self::NegativePower { span }
            | Self::Index { span, .. }
            | Self::Unsupported { span, .. } => Some(*span),
            Self::Shapes { span, .. } => *span,
            _ => None,
        }
    }

    /// The line of `text` that the error is about, and a line below it that marks the part. None
    /// when the error is about no part of it.
    #[must_use]
    pub fn excerpt(&self, text: &str) -> Option<String> {
        let span = self.span()?;
        let (start, end) = (span.start as usize, span.end as usize);
        let before = text.get(..start)?;
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        // A window around the part, so that a text of a megabyte gives a line.
        let chars_before: Vec<char> = text[line_start..start].chars().collect();
        let shown_before: String =
            chars_before[chars_before.len().saturating_sub(40)..].iter().collect();
        let marked: String = text.get(start..end.min(line_end))?.chars().take(40).collect();
        let after: String = text[start..line_end].chars().skip(marked.chars().count()).collect();
        let after: String = after.chars().take(40).collect();
        let indent = " ".repeat(shown_before.chars().count());
        let marks = "^".repeat(marked.chars().count().max(1));
        Some(format!("{shown_before}{marked}{after}\n{indent}{marks}"))
    }
}

impl From<jobs::Error> for Error {
    fn from(error: jobs::Error) -> Self {
        Self::Run { message: error.to_string() }
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn meeting(types: &[Type]) -> String {
    types.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

/// The function whose name differs least, when it differs by little.
fn did_you_mean(name: &str) -> String {
    let nearest = crate::op::function_names()
        .map(|known| (distance(name, known), known))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, known)| *distance <= 1 + known.len() / 4);
    nearest.map_or_else(String::new, |(_, known)| format!("; {known} is one"))
}

/// The fewest letters to insert, delete or change.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
