//! Expressions, from text and from each other.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Span};
use crate::graph::{Graph, NodeId};
use crate::op::{Literal, Op};
use crate::syntax::{self, Parser};
use crate::types::Scalar;

/// One expression, or several that are computed together, over operands that have names.
///
/// Cheap to clone.
#[derive(Clone)]
pub struct Expr {
    pub(crate) graph: Arc<Graph>,
    pub(crate) roots: Vec<NodeId>,
    text: Arc<str>,
    target: Option<Arc<str>>,
}

impl Expr {
    /// Reads an expression, or several with commas between them, in the spelling of Python and
    /// NumPy: `where(idf == 0, 0, tf / idf)`, `a & ~b`, `x ** 2`, `mean(age, where=sex == 'f')`.
    /// `x[mask] = value` is `x` with the values stored where the mask holds, see
    /// [`target`](Self::target). Nothing is run to read it. Precedence is Python's, in which `&` binds tighter than `==`.
    /// `and`, `or` and `not` ask of numbers whether they are 0; `&`, `|` and `~` are of their bits.
    ///
    /// # Errors
    /// [`Error::Syntax`], [`Error::UnknownFunction`], [`Error::Arguments`], [`Error::Literal`] with
    /// the place; [`Error::TooDeep`], [`Error::TooLarge`] and [`Error::TooLong`] beyond 200 levels,
    /// 100,000 operations and 1 MiB.
    ///
    /// Five names are those of [`CONSTANTS`](Self::CONSTANTS).
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::parse_with(text, &[], &[])
    }

    /// Names of constants: with `True` and `False`, which nobody can give to anything else, all there are.
    pub const CONSTANTS: [&str; 5] = ["pi", "nan", "inf", "true", "false"];

    /// As [`parse`](Self::parse), where `names` are those of operands even if constants are called so.
    ///
    /// ```
    /// # use expr::Expr;
    /// assert_eq!(Expr::parse("pi * x")?.names(), ["x"]);
    /// assert_eq!(Expr::parse_over("pi * x", &["pi", "x"])?.names(), ["pi", "x"]);
    /// # Ok::<(), expr::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`parse`](Self::parse).
    pub fn parse_over(text: &str, names: &[&str]) -> Result<Self, Error> {
        Self::parse_with(text, names, &[])
    }

    /// This expression, which was read from a text, with numbers for some of its operands. They take the type of
    /// what they meet, as those do that are written; an operand of one number has its own type.
    ///
    /// ```
    /// # use expr::{Expr, Scalar};
    /// let expr = Expr::parse("x * c + y")?.with_numbers(&[("c", Scalar::F64(0.1))])?;
    /// assert_eq!(expr.names(), ["x", "y"]);
    /// # Ok::<(), expr::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`parse`](Self::parse), at the places of the names. Cost: that of reading the text again.
    pub fn with_numbers(&self, numbers: &[(&str, Scalar)]) -> Result<Self, Error> {
        let numbers: Vec<_> =
            numbers.iter().map(|(name, number)| (*name, Literal::of(*number))).collect();
        Self::parse_with(&self.text, &self.names(), &numbers)
    }

    fn parse_with(text: &str, names: &[&str], numbers: &[(&str, Literal)]) -> Result<Self, Error> {
        let tokens = syntax::tokens(text)?;
        let mut parser = Parser::new(&tokens);
        (parser.names, parser.numbers) = (names, numbers);
        let mut roots = parser.list()?;
        let mut target = None;
        if let [root] = &mut roots[..]
            && parser.take_sign("=")
        {
            let (name, stored) = parser.assignment(*root)?;
            (target, *root) = (Some(name), stored);
        }
        parser.end()?;
        Ok(Self { graph: Arc::new(parser.graph), roots, text: text.into(), target })
    }

    pub(crate) fn from_graph(graph: Graph, roots: Vec<NodeId>) -> Self {
        Self { graph: Arc::new(graph), roots, text: "".into(), target: None }
    }

    /// The operand `x` itself.
    pub(crate) fn identity() -> Self {
        let mut graph = Graph::default();
        let root = graph.name("x", Span::default()).expect("one node is no large graph");
        Self { graph: Arc::new(graph), roots: vec![root], text: "x".into(), target: None }
    }

    /// The names of its operands, in the order in which they are first used.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.graph.names().iter().map(|name| &**name).collect()
    }

    /// The operand that an assignment, `x[mask] = value`, stores into. Its result is the whole
    /// array: `where(mask, value, x)`, to be written over the operand itself.
    #[must_use]
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// How many results it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.roots.len()
    }

    /// Whether it has no results; no expression that was read has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    /// Fails where it reduces or indexes, saying `what`.
    ///
    /// # Errors
    /// [`Error::Unsupported`] with the place.
    pub(crate) fn refuse_reductions(&self, what: &'static str) -> Result<(), Error> {
        let needed = self.graph.needed(&self.roots);
        let refused = |id: &NodeId| matches!(self.graph.node(*id).op, Op::Reduce(_) | Op::Index);
        match needed.into_iter().find(refused) {
            Some(id) => Err(Error::Unsupported { span: self.graph.span(id), what }),
            None => Ok(()),
        }
    }

    /// The text that it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expr").field(&self.text).finish()
    }
}
