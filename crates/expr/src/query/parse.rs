//! The text of a query: `SELECT [where CONDITION] [by KEYS] [order KEYS] [top N]`.

use std::sync::Arc;

use crate::error::Error;
use crate::expression::Expr;
use crate::graph::{Graph, NodeId};
use crate::op::Op;
use crate::syntax::{self, Parser, Token, TokenKind};

/// A question over a table.
///
/// `mean(weight), count() where topic == "test" by year order count() top 5`: what is asked for,
/// which rows count, what makes a group, by what the answer is ordered, and how many rows of it.
/// Expressions are those of [`Expr`]. `as NAME` names a column of the answer; `asc`
/// and `desc` follow what they order by. Without them the order ascends, but before `top`, which
/// asks for the greatest, it descends. Groups come in the order of their keys.
#[derive(Debug, Clone)]
pub struct Query {
    pub(crate) graph: Arc<Graph>,
    pub(crate) select: Vec<(String, NodeId)>,
    pub(crate) filter: Option<NodeId>,
    pub(crate) keys: Vec<(String, NodeId)>,
    pub(crate) order: Vec<(NodeId, Direction)>,
    pub(crate) top: Option<usize>,
    text: Arc<str>,
}

/// Which way an order goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Ascending,
    Descending,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// Those of [`Expr::parse`](crate::Expr::parse).
    pub fn parse(text: &str) -> Result<Self, Error> {
        let tokens = syntax::tokens(text)?;
        let mut parser = Parser::new(&tokens);
        if asks_for_nothing(&tokens) {
            return Err(parser.unexpected("what is asked for, such as count()"));
        }
        let select = named_list(&mut parser, text)?;
        let filter = if parser.take_word("where") { Some(parser.expression()?) } else { None };
        let keys = if parser.take_word("by") { named_list(&mut parser, text)? } else { vec![] };
        let mut order = Vec::new();
        if parser.take_word("order") {
            // `order by` is what SQL has made a habit.
            parser.take_word("by");
            loop {
                let node = parser.expression()?;
                let direction = if parser.take_word("desc") {
                    Some(Direction::Descending)
                } else {
                    parser.take_word("asc").then_some(Direction::Ascending)
                };
                order.push((node, direction));
                if !parser.take_sign(",") {
                    break;
                }
            }
        }
        let top = if parser.take_word("top") { Some(parser.count()?) } else { None };
        parser.end()?;
        let unsaid = if top.is_some() { Direction::Descending } else { Direction::Ascending };
        let graph = parser.graph;
        let of_alias = |node: NodeId| match graph.node(node).op {
            Op::Name(at) => {
                let name = &*graph.names()[at as usize];
                select.iter().find(|(alias, _)| alias == name).map_or(node, |(_, root)| *root)
            }
            _ => node,
        };
        let order = order
            .into_iter()
            .map(|(node, direction)| (of_alias(node), direction.unwrap_or(unsaid)))
            .collect();
        Ok(Self { graph: Arc::new(graph), select, filter, keys, order, top, text: text.into() })
    }

    /// The same with the keys of its groups before what is selected, but for those that are selected
    /// already or whose name another column has: an answer that tells which group each row is of.
    #[must_use]
    pub fn with_keys(mut self) -> Self {
        let is_told = |(name, key): &(String, NodeId)| {
            self.select.iter().any(|(other, node)| other == name || node == key)
        };
        let untold = self.keys.iter().filter(|key| !is_told(key)).cloned();
        self.select = untold.chain(self.select.iter().cloned()).collect();
        self
    }

    /// All results of an expression.
    pub(super) fn of(expr: &Expr) -> Self {
        let select = expr.roots.iter().map(|root| (String::new(), *root)).collect();
        Self {
            graph: expr.graph.clone(),
            select,
            filter: None,
            keys: Vec::new(),
            order: Vec::new(),
            top: None,
            text: expr.text().into(),
        }
    }

    /// The text that it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names of the columns that it needs; those of its own are not among them.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let roots: Vec<NodeId> = self.roots().collect();
        let mut names = Vec::new();
        for id in self.graph.needed(&roots) {
            if let Op::Name(at) = self.graph.node(id).op {
                let name = &*self.graph.names()[at as usize];
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// Every node that the answer has or is ordered by.
    pub(crate) fn shown(&self) -> impl Iterator<Item = NodeId> {
        let select = self.select.iter().map(|(_, node)| *node);
        select.chain(self.order.iter().map(|(node, _)| *node))
    }

    /// The reductions in what it shows, those within others left out.
    pub(crate) fn reductions(&self) -> Vec<NodeId> {
        let roots: Vec<NodeId> = self.shown().collect();
        let needed = self.graph.needed(&roots);
        let is_reduction = |id: &NodeId| matches!(self.graph.node(*id).op, Op::Reduce(_));
        needed.into_iter().filter(is_reduction).collect()
    }
}

/// Whether the text begins with a clause, such as `where x > 1`. A column may have the name of a
/// clause, so that what follows must be no word that could go on after a column.
fn asks_for_nothing(tokens: &[Token]) -> bool {
    const CLAUSES: [&str; 4] = ["where", "by", "order", "top"];
    const GO_ON: [&str; 5] = ["as", "and", "or", "in", "not"];
    let [first, second, ..] = tokens else { return false };
    let is_clause = matches!(&first.kind, TokenKind::Name(name) if CLAUSES.contains(&&**name));
    is_clause
        && match &second.kind {
            TokenKind::Name(name) => !CLAUSES.contains(&&**name) && !GO_ON.contains(&&**name),
            TokenKind::Int(_) | TokenKind::Float(_) | TokenKind::Text(_) => true,
            TokenKind::Sign(_) | TokenKind::End => false,
        }
}

/// Expressions with their names: those said with `as`, or their text.
fn named_list(parser: &mut Parser<'_>, text: &str) -> Result<Vec<(String, NodeId)>, Error> {
    let mut list = Vec::new();
    loop {
        let start = parser.peek().span;
        let node = parser.expression()?;
        let span = start.to(parser.last_span());
        let name = if parser.take_word("as") {
            parser.take_name("a name for the column")?.0
        } else {
            span.of(text).to_owned()
        };
        list.push((name, node));
        if !parser.take_sign(",") {
            return Ok(list);
        }
    }
}

impl Parser<'_> {
    /// A whole number from 0.
    fn count(&mut self) -> Result<usize, Error> {
        match self.peek().kind {
            TokenKind::Int(n) => {
                self.advance();
                Ok(n as usize)
            }
            _ => Err(self.unexpected("how many, a whole number")),
        }
    }
}
