//! Expressions written as Rust: operators on values that are not computed yet, and a macro.

mod macros;

use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Rem, Shl, Shr, Sub};
use std::sync::Arc;

use jobs::Run;

use crate::error::{Error, Span};
use crate::expression::Expr;
use crate::graph::{Graph, NodeId};
use crate::op::{self, Binary, Compare, Function, Literal, Op, Reduce, Reduction, Unary};
use crate::operand::{Operand, Output, View};
use crate::prepared::Prepared;
use crate::types::Type;
use crate::value::Value;

/// A value that is not computed yet: of a name, of an array, or of others by operators.
///
/// Operators and functions build the same graph that a text does; nothing is computed before
/// [`evaluate`](Self::evaluate). Numbers of Rust take the type of what they meet. Comparisons are
/// methods, as `==` of Rust gives `bool`. What cannot be built is an error at the end.
///
/// ```
/// use expr::{Lazy, View};
/// use jobs::Run;
///
/// let (tf, idf) = ([1.0, 2.0, 3.0], [0.5, 0.0, 2.0]);
/// let (tf, idf) = (View::from(&tf[..]), View::from(&idf[..]));
/// let (tf, idf) = (Lazy::array(&tf), Lazy::array(&idf));
/// let weights = Lazy::choose(idf.clone().equal(0), 0, tf * idf - 1);
/// let weights = weights.evaluate(&Run::serial())?;
/// let weights: Vec<f64> = weights.scalars().iter().map(|x| x.to_f64()).collect();
/// assert_eq!(weights, [-0.5, 0.0, 5.0]);
/// # Ok::<(), expr::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Lazy<'a> {
    built: Result<Built<'a>, Error>,
}

#[derive(Debug, Clone)]
struct Built<'a> {
    graph: Graph,
    root: NodeId,
    /// The arrays of names that stand for one.
    arrays: Vec<(Arc<str>, Operand<'a>)>,
}

/// The name of the array at `at`; no name of an expression is written so.
fn array_name(at: usize) -> String {
    format!("x{at}'")
}

impl<'a> Lazy<'a> {
    /// What will be called `name`.
    #[must_use]
    pub fn name(name: &str) -> Self {
        let mut graph = Graph::default();
        let root = graph.name(name, Span::default());
        Self { built: root.map(|root| Built { graph, root, arrays: Vec::new() }) }
    }

    /// The array behind a view.
    #[must_use]
    pub fn array(view: &'a View<'_>) -> Self {
        Self::operand(view.operand())
    }

    /// An operand.
    #[must_use]
    pub fn operand(operand: Operand<'a>) -> Self {
        let name = array_name(0);
        let mut lazy = Self::name(&name);
        if let Ok(built) = &mut lazy.built {
            built.arrays.push((name.into(), operand));
        }
        lazy
    }

    fn literal(literal: Literal) -> Self {
        let mut graph = Graph::default();
        let root = graph.add(Op::Literal(literal), &[], Span::default());
        Self { built: root.map(|root| Built { graph, root, arrays: Vec::new() }) }
    }

    /// `then` where `condition` holds, else `otherwise`: `where(condition, then, otherwise)`.
    #[must_use]
    pub fn choose(
        condition: impl Into<Self>,
        then: impl Into<Self>,
        otherwise: impl Into<Self>,
    ) -> Self {
        Self::of(Op::Where, vec![condition.into(), then.into(), otherwise.into()])
    }

    /// The function that a text calls `function`, such as `sqrt` or `sum`, of `args`.
    ///
    /// The error of [`expr`](Self::expr) is [`Error::UnknownFunction`] when there is none, and
    /// [`Error::Arguments`] when it does not take so many.
    #[must_use]
    pub fn call(function: &str, mut args: Vec<Self>) -> Self {
        let (op, arity, allowed) = match op::function(function) {
            None => {
                let (span, name) = (Span::default(), function.to_owned());
                return Self { built: Err(Error::UnknownFunction { span, name }) };
            }
            Some(Function::Unary(unary)) => (Op::Unary(unary), 1, "1 argument"),
            Some(Function::Cast(ty)) => (Op::Cast(ty), 1, "1 argument"),
            Some(Function::Binary(binary)) => (Op::Binary(binary), 2, "2 arguments"),
            Some(Function::Search(search)) => (Op::Search(search), 2, "2 arguments"),
            Some(Function::LogicalNot) => {
                let truth = args.into_iter().map(|x| Self::of(Op::Cast(Type::Bool), vec![x]));
                args = truth.collect();
                (Op::Unary(Unary::Not), 1, "1 argument")
            }
            Some(Function::Where) => (Op::Where, 3, "3 arguments"),
            Some(Function::Reduce(kind)) => {
                let reduce = Reduce { kind, axis: None, keepdims: false, ddof: 0 };
                (Op::Reduce(reduce), 1, "1 argument")
            }
        };
        if args.len() != arity {
            let (span, function, got) =
                (Span::default(), function.to_owned(), args.len().to_string());
            return Self { built: Err(Error::Arguments { span, function, allowed, got }) };
        }
        Self::of(op, args)
    }

    /// The values at the places of an index, along the one axis that they must have, or where a
    /// mask holds.
    #[must_use]
    pub fn at(self, index: impl Into<Self>) -> Self {
        Self::of(Op::Index, vec![self, index.into()])
    }

    /// The same reduction, of the values where `mask` holds.
    ///
    /// The error of [`expr`](Self::expr) is [`Error::Unsupported`] when this is no reduction, or
    /// has a mask.
    #[must_use]
    pub fn only(self, mask: impl Into<Self>) -> Self {
        self.reduction_with(mask.into(), |reduce| reduce)
    }

    /// The same reduction, along one axis.
    ///
    /// The error of [`expr`](Self::expr) is [`Error::Unsupported`] when this is no reduction.
    #[must_use]
    pub fn along(mut self, axis: i32) -> Self {
        if let Ok(built) = &mut self.built {
            let node = built.graph.node(built.root).clone();
            let added = match node.op {
                Op::Reduce(reduce) => {
                    let op = Op::Reduce(Reduce { axis: Some(axis), ..reduce });
                    built.graph.add(op, node.args(), Span::default())
                }
                _ => Err(no_reduction()),
            };
            match added {
                Ok(root) => built.root = root,
                Err(error) => self.built = Err(error),
            }
        }
        self
    }

    fn reduction_with(self, mask: Self, change: impl Fn(Reduce) -> Reduce) -> Self {
        let reduction = match &self.built {
            Ok(built) => built.graph.node(built.root).clone(),
            Err(_) => return self,
        };
        let Op::Reduce(reduce) = reduction.op else {
            return Self { built: Err(no_reduction()) };
        };
        if reduction.n_args != 1 {
            return Self { built: Err(no_reduction()) };
        }
        let argument = self.with_root(reduction.args[0]);
        Self::of(Op::Reduce(change(reduce)), vec![argument, mask])
    }

    fn with_root(mut self, root: NodeId) -> Self {
        if let Ok(built) = &mut self.built {
            built.root = root;
        }
        self
    }

    /// Whether it is equal to another, element by element.
    #[must_use]
    pub fn equal(self, other: impl Into<Self>) -> Self {
        Self::of(Op::Compare(Compare::Eq), vec![self, other.into()])
    }

    /// Whether it differs from another.
    #[must_use]
    pub fn unequal(self, other: impl Into<Self>) -> Self {
        Self::of(Op::Compare(Compare::Ne), vec![self, other.into()])
    }

    /// Whether it is less than another.
    #[must_use]
    pub fn less(self, other: impl Into<Self>) -> Self {
        Self::of(Op::Compare(Compare::Lt), vec![self, other.into()])
    }

    /// Whether it is another or less.
    #[must_use]
    pub fn at_most(self, other: impl Into<Self>) -> Self {
        Self::of(Op::Compare(Compare::Le), vec![self, other.into()])
    }

    /// Whether it is greater than another.
    #[must_use]
    pub fn greater(self, other: impl Into<Self>) -> Self {
        Self::of(Op::Compare(Compare::Gt), vec![self, other.into()])
    }

    /// Whether it is another or greater.
    #[must_use]
    pub fn at_least(self, other: impl Into<Self>) -> Self {
        Self::of(Op::Compare(Compare::Ge), vec![self, other.into()])
    }

    /// It raised to a power.
    #[must_use]
    pub fn pow(self, exponent: impl Into<Self>) -> Self {
        Self::of(Op::Binary(Binary::Pow), vec![self, exponent.into()])
    }

    /// The sum of all.
    #[must_use]
    pub fn sum(self) -> Self {
        self.reduced(Reduction::Sum)
    }

    /// The mean of all.
    #[must_use]
    pub fn mean(self) -> Self {
        self.reduced(Reduction::Mean)
    }

    /// The least of all.
    #[must_use]
    pub fn min(self) -> Self {
        self.reduced(Reduction::Min)
    }

    /// The greatest of all.
    #[must_use]
    pub fn max(self) -> Self {
        self.reduced(Reduction::Max)
    }

    fn reduced(self, kind: Reduction) -> Self {
        Self::of(Op::Reduce(Reduce { kind, axis: None, keepdims: false, ddof: 0 }), vec![self])
    }

    /// `op` of `args`, all in the graph of the first.
    fn of(op: Op, args: Vec<Self>) -> Self {
        Self { built: Self::try_of(op, args) }
    }

    fn try_of(op: Op, args: Vec<Self>) -> Result<Built<'a>, Error> {
        let mut args = args.into_iter();
        let first = args.next().unwrap_or_else(|| Self::literal(Literal::Bool(true)));
        let mut built = first.built?;
        let mut ids = vec![built.root];
        for arg in args {
            let other = arg.built?;
            // An array of both has one name; the others of the second get new ones.
            let mut names: Vec<(Arc<str>, Arc<str>)> = Vec::new();
            for (name, operand) in other.arrays {
                let known = built.arrays.iter().find(|(_, known)| known.is_same(&operand));
                let ours = if let Some((ours, _)) = known {
                    ours.clone()
                } else {
                    let ours: Arc<str> = array_name(built.arrays.len()).into();
                    built.arrays.push((ours.clone(), operand));
                    ours
                };
                names.push((name, ours));
            }
            let map = built.graph.absorb_as(&other.graph, |name| {
                let renamed = names.iter().find(|(theirs, _)| **theirs == *name);
                renamed.map_or(name, |(_, ours)| ours)
            })?;
            ids.push(map[other.root.0 as usize]);
        }
        built.root = built.graph.add(op, &ids, Span::default())?;
        Ok(built)
    }

    /// The expression, to be prepared; arrays are operands called `x0'` and so on.
    ///
    /// # Errors
    /// What could not be built: [`Error::UnknownFunction`], [`Error::Arguments`],
    /// [`Error::Unsupported`], [`Error::TooLarge`].
    pub fn expr(self) -> Result<Expr, Error> {
        let Built { graph, root, .. } = self.built?;
        let (graph, roots) = graph.rewritten(&[root], |_| None)?;
        Ok(Expr::from_graph(graph, roots))
    }

    /// Computes it into memory of its own.
    ///
    /// # Errors
    /// Those of [`expr`](Self::expr) and [`Prepared::evaluate`]; [`Error::UnknownName`] when it
    /// has names that are no arrays.
    pub fn evaluate(&self, run: &Run) -> Result<Value, Error> {
        let (prepared, operands) = self.prepared()?;
        let mut values = prepared.evaluate(&operands, run)?;
        values.pop().ok_or(Error::Count { what: "results", expected: 1, got: 0 })
    }

    /// Computes it into `output`.
    ///
    /// # Errors
    /// Those of [`evaluate`](Self::evaluate) and [`Prepared::call`].
    pub fn write_to(&self, output: Output<'_>, run: &Run) -> Result<(), Error> {
        let (prepared, operands) = self.prepared()?;
        prepared.call(&operands, &mut [output], run)
    }

    fn prepared(&self) -> Result<(Prepared, Vec<Operand<'a>>), Error> {
        let arrays = match &self.built {
            Ok(built) => &built.arrays[..],
            Err(error) => return Err(error.clone()),
        };
        let prepared = Prepared::new(&self.clone().expr()?);
        let find = |name: &&str| {
            let found = arrays.iter().find(|(known, _)| **known == **name);
            found.map(|(_, operand)| *operand).ok_or_else(|| Error::UnknownName {
                span: Span::default(),
                name: (*name).to_owned(),
                known: Vec::new(),
            })
        };
        let operands = prepared.names().iter().map(find).collect::<Result<Vec<_>, Error>>()?;
        Ok((prepared, operands))
    }
}

fn no_reduction() -> Error {
    let what = "an axis or a mask is given to a reduction, and to each once";
    Error::Unsupported { span: Span::default(), what }
}

macro_rules! from {
    ($($ty:ty, $x:ident => $literal:expr;)*) => {$(
        impl From<$ty> for Lazy<'_> {
            fn from($x: $ty) -> Self {
                Self::literal($literal)
            }
        }
    )*};
}
from! {
    bool, x => Literal::Bool(x);
    i32, x => Literal::Int(i64::from(x));
    i64, x => Literal::Int(x);
    f64, x => Literal::Float(x.to_bits());
    &str, x => Literal::Text(x.into());
}

macro_rules! operators {
    ($($name:ident $method:ident $op:ident;)*) => {$(
        impl<'a, R: Into<Lazy<'a>>> $name<R> for Lazy<'a> {
            type Output = Self;
            fn $method(self, right: R) -> Self {
                Self::of(Op::Binary(Binary::$op), vec![self, right.into()])
            }
        }
        operators!(left $name $method $op: i32 f64);
    )*};
    (left $name:ident $method:ident $op:ident: $($ty:ty)*) => {$(
        impl<'a> $name<Lazy<'a>> for $ty {
            type Output = Lazy<'a>;
            fn $method(self, right: Lazy<'a>) -> Lazy<'a> {
                Lazy::of(Op::Binary(Binary::$op), vec![self.into(), right])
            }
        }
    )*};
}
operators! {
    Add add Add;
    Sub sub Sub;
    Mul mul Mul;
    Div div Div;
    Rem rem Mod;
    BitAnd bitand And;
    BitOr bitor Or;
    BitXor bitxor Xor;
    Shl shl Shl;
    Shr shr Shr;
}

impl Neg for Lazy<'_> {
    type Output = Self;
    fn neg(self) -> Self {
        Self::of(Op::Unary(Unary::Neg), vec![self])
    }
}

impl Not for Lazy<'_> {
    type Output = Self;
    fn not(self) -> Self {
        Self::of(Op::Unary(Unary::Not), vec![self])
    }
}
