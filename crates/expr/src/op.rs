//! The operations, and the names by which text calls them.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::types::{Scalar, Type};

/// One operation of a [`Graph`](crate::graph::Graph).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    /// A value written in the expression.
    Literal(Literal),
    /// The operand of this number in the list of names.
    Name(u32),
    /// A function of one value.
    Unary(Unary),
    /// A function of two values of one type.
    Binary(Binary),
    /// A comparison: two values of one type to truth.
    Compare(Compare),
    /// A search in texts.
    Search(Search),
    /// `where(condition, then, otherwise)`.
    Where,
    /// `values[index]`, or `values[mask]`.
    Index,
    /// A change of type.
    Cast(Type),
    /// The mask under which an assignment stores: truth, and nothing that would become it.
    Mask,
    /// Many values to one: of the first argument, where the second holds if there is one.
    Reduce(Reduce),
}

/// What is refused of other assignments.
pub(crate) const STORED: &str = "only NAME[MASK] can be stored into, with a mask of truths";

/// A value written in the expression; floats by their bits, so that equal means the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Literal {
    Bool(bool),
    Int(i64),
    Float(u64),
    Text(Arc<str>),
}

impl Literal {
    /// `number` as if it were written.
    pub(crate) fn of(number: Scalar) -> Self {
        match number {
            Scalar::Bool(value) => Self::Bool(value),
            Scalar::U8(value) => Self::Int(value.into()),
            Scalar::U32(value) => Self::Int(value.into()),
            Scalar::I32(value) => Self::Int(value.into()),
            Scalar::I64(value) => Self::Int(value),
            Scalar::F32(value) => Self::Float(f64::from(value).to_bits()),
            Scalar::F64(value) => Self::Float(value.to_bits()),
        }
    }
}

/// Functions of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Unary {
    Neg,
    Not,
    Abs,
    Sign,
    Square,
    Sqrt,
    Floor,
    Ceil,
    Trunc,
    Round,
    /// [`Round`](Self::Round) that makes floats of whole numbers.
    Rint,
    IsNan,
    IsFinite,
    IsInf,
    SignBit,
    Exp,
    Exp2,
    Expm1,
    Log,
    Log2,
    Log10,
    Log1p,
    Sin,
    Cos,
    Tan,
    Arcsin,
    Arccos,
    Arctan,
    Sinh,
    Cosh,
    Tanh,
    Arcsinh,
    Arccosh,
    Arctanh,
    Cbrt,
}

impl Unary {
    /// Functions that are defined for floats alone: whole numbers become `f64` for them.
    pub(crate) fn wants_float(self) -> bool {
        use Unary as U;
        !matches!(
            self,
            U::Neg
                | U::Not
                | U::Abs
                | U::Sign
                | U::Square
                | U::Floor
                | U::Ceil
                | U::Trunc
                | U::Round
                | U::IsNan
                | U::IsFinite
                | U::IsInf
                | U::SignBit
        )
    }

    /// Functions whose result is truth.
    pub(crate) fn is_test(self) -> bool {
        matches!(self, Self::IsNan | Self::IsFinite | Self::IsInf | Self::SignBit)
    }
}

/// Functions of two values of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Mod,
    Fmod,
    Pow,
    And,
    Or,
    Xor,
    Shl,
    Shr,
    Min,
    Max,
    Arctan2,
    Hypot,
}

impl Binary {
    /// Whether `a ∘ b` and `b ∘ a` have the same bits.
    pub(crate) fn commutes(self) -> bool {
        matches!(self, Self::Add | Self::Mul | Self::And | Self::Or | Self::Xor)
    }

    /// The sign between its sides, or the name of the function.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::FloorDiv => "//",
            Self::Mod => "%",
            Self::Fmod => "fmod",
            Self::Pow => "**",
            Self::And => "&",
            Self::Or => "|",
            Self::Xor => "^",
            Self::Shl => "<<",
            Self::Shr => ">>",
            Self::Min => "minimum",
            Self::Max => "maximum",
            Self::Arctan2 => "arctan2",
            Self::Hypot => "hypot",
        }
    }
}

/// Comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Compare {
    /// The same comparison with its sides changed.
    pub(crate) fn mirrored(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            same => same,
        }
    }

    /// Whether it holds for sides of that order.
    pub(crate) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Ne => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
        }
    }

    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }
}

/// Searches in texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Search {
    /// The first holds the second.
    Contains,
    /// The first begins with the second.
    StartsWith,
    /// The first ends with the second.
    EndsWith,
}

impl Search {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Contains => "contains",
            Self::StartsWith => "startswith",
            Self::EndsWith => "endswith",
        }
    }
}

/// A reduction and how it is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Reduce {
    pub(crate) kind: Reduction,
    /// The axis that goes; none: all of them.
    pub(crate) axis: Option<i32>,
    /// The axis stays, with length 1.
    pub(crate) keepdims: bool,
    /// Taken off the count in the divisor of variances.
    pub(crate) ddof: u32,
}

/// What is made of many values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Reduction {
    Sum,
    Prod,
    Mean,
    Var,
    Std,
    Min,
    Max,
    Count,
    Any,
    All,
    ArgMin,
    ArgMax,
}

impl Reduction {
    pub(crate) fn name(self) -> &'static str {
        REDUCTIONS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// What a name means when it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Unary(Unary),
    Binary(Binary),
    Search(Search),
    Cast(Type),
    Reduce(Reduction),
    /// [`Unary::Not`] of truth, whatever its argument is.
    LogicalNot,
    Where,
}

/// The function called `name`.
pub(crate) fn function(name: &str) -> Option<Function> {
    fn find<T: Copy>(list: &[(&str, T)], name: &str) -> Option<T> {
        list.iter().find(|(known, _)| *known == name).map(|(_, what)| *what)
    }
    find(UNARIES, name)
        .map(Function::Unary)
        .or_else(|| find(BINARIES, name).map(Function::Binary))
        .or_else(|| find(REDUCTIONS, name).map(Function::Reduce))
        .or_else(|| find(SEARCHES, name).map(Function::Search))
        .or_else(|| find(CASTS, name).map(Function::Cast))
        .or_else(|| find(OTHERS, name))
}

/// The names of all functions.
pub(crate) fn function_names() -> impl Iterator<Item = &'static str> {
    let unaries = UNARIES.iter().map(|(name, _)| *name);
    unaries
        .chain(BINARIES.iter().map(|(name, _)| *name))
        .chain(REDUCTIONS.iter().map(|(name, _)| *name))
        .chain(SEARCHES.iter().map(|(name, _)| *name))
        .chain(CASTS.iter().map(|(name, _)| *name))
        .chain(OTHERS.iter().map(|(name, _)| *name))
}

/// Functions of one value; the first name of each is the one that is shown.
pub(crate) const UNARIES: &[(&str, Unary)] = &[
    ("negative", Unary::Neg),
    ("invert", Unary::Not),
    ("abs", Unary::Abs),
    ("absolute", Unary::Abs),
    ("sign", Unary::Sign),
    ("square", Unary::Square),
    ("sqrt", Unary::Sqrt),
    ("floor", Unary::Floor),
    ("ceil", Unary::Ceil),
    ("trunc", Unary::Trunc),
    ("round", Unary::Round),
    ("rint", Unary::Rint),
    ("isnan", Unary::IsNan),
    ("isfinite", Unary::IsFinite),
    ("isinf", Unary::IsInf),
    ("signbit", Unary::SignBit),
    ("exp", Unary::Exp),
    ("exp2", Unary::Exp2),
    ("expm1", Unary::Expm1),
    ("log", Unary::Log),
    ("ln", Unary::Log),
    ("log2", Unary::Log2),
    ("log10", Unary::Log10),
    ("log1p", Unary::Log1p),
    ("sin", Unary::Sin),
    ("cos", Unary::Cos),
    ("tan", Unary::Tan),
    ("arcsin", Unary::Arcsin),
    ("arccos", Unary::Arccos),
    ("arctan", Unary::Arctan),
    ("sinh", Unary::Sinh),
    ("cosh", Unary::Cosh),
    ("tanh", Unary::Tanh),
    ("arcsinh", Unary::Arcsinh),
    ("arccosh", Unary::Arccosh),
    ("arctanh", Unary::Arctanh),
    ("cbrt", Unary::Cbrt),
];

const BINARIES: &[(&str, Binary)] = &[
    ("add", Binary::Add),
    ("subtract", Binary::Sub),
    ("multiply", Binary::Mul),
    ("divide", Binary::Div),
    ("floor_divide", Binary::FloorDiv),
    ("mod", Binary::Mod),
    ("remainder", Binary::Mod),
    ("fmod", Binary::Fmod),
    ("power", Binary::Pow),
    ("bitwise_and", Binary::And),
    ("bitwise_or", Binary::Or),
    ("bitwise_xor", Binary::Xor),
    ("left_shift", Binary::Shl),
    ("right_shift", Binary::Shr),
    ("minimum", Binary::Min),
    ("maximum", Binary::Max),
    ("arctan2", Binary::Arctan2),
    ("hypot", Binary::Hypot),
];

const REDUCTIONS: &[(&str, Reduction)] = &[
    ("sum", Reduction::Sum),
    ("prod", Reduction::Prod),
    ("mean", Reduction::Mean),
    ("var", Reduction::Var),
    ("std", Reduction::Std),
    ("min", Reduction::Min),
    ("max", Reduction::Max),
    ("count", Reduction::Count),
    ("any", Reduction::Any),
    ("all", Reduction::All),
    ("argmin", Reduction::ArgMin),
    ("argmax", Reduction::ArgMax),
];

const SEARCHES: &[(&str, Search)] = &[
    ("contains", Search::Contains),
    ("startswith", Search::StartsWith),
    ("endswith", Search::EndsWith),
];

const OTHERS: &[(&str, Function)] =
    &[("logical_not", Function::LogicalNot), ("where", Function::Where)];

const CASTS: &[(&str, Type)] = &[
    ("bool", Type::Bool),
    ("u8", Type::U8),
    ("u32", Type::U32),
    ("i32", Type::I32),
    ("i64", Type::I64),
    ("f32", Type::F32),
    ("f64", Type::F64),
    ("int", Type::I64),
    ("float", Type::F64),
    ("double", Type::F64),
];
