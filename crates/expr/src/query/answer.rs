//! Answers: queries over a table, those with the same groups in one scan.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jobs::Run;

use crate::error::{Error, Span};
use crate::expression::Expr;
use crate::graph::{Graph, NodeId};
use crate::op::{Binary, Literal, Op, Reduce, Reduction};
use crate::prepared::Prepared;
use crate::query::fold::GroupFold;
use crate::query::index::{self, Index};
use crate::query::parse::{Direction, Query};
use crate::query::scan::ScanGraph;
use crate::query::table::{Column, Kind, Table, with_operands};
use crate::types::{Scalar, Type};
use crate::value::Value;

/// The answer to a query: columns of one length.
#[derive(Debug, Clone)]
pub struct Answer {
    columns: Vec<(String, Column<'static>)>,
    n_rows: usize,
}

impl Answer {
    /// How many rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Names and types of the columns.
    pub fn schema(&self) -> impl Iterator<Item = (&str, Type)> {
        self.columns.iter().map(|(name, column)| (name.as_str(), column.ty()))
    }

    /// A column.
    ///
    /// # Panics
    /// When there are not so many.
    #[must_use]
    pub fn column(&self, at: usize) -> &Column<'static> {
        &self.columns[at].1
    }

    /// The number in a row of a column; none for texts.
    #[must_use]
    pub fn scalar(&self, row: usize, column: usize) -> Option<Scalar> {
        match &self.columns[column].1.0 {
            Kind::Owned(value) => Some(value.scalar_at(row)),
            _ => None,
        }
    }

    /// The text in a row of a column; none for numbers.
    #[must_use]
    pub fn text(&self, row: usize, column: usize) -> Option<&str> {
        let column = &self.columns[column].1;
        (column.ty() == Type::Text)
            .then(|| std::str::from_utf8(column.text(row)).unwrap_or_default())
    }
}

impl Query {
    /// The answer over `table`.
    ///
    /// # Errors
    /// [`Error::UnknownName`] for a column that the table does not have; those of
    /// [`Prepared::call`]; [`Error::Unsupported`] for a column that is shown with groups without
    /// being a key or within a reduction.
    pub fn ask(&self, table: &Table<'_>, run: &Run) -> Result<Answer, Error> {
        let mut answers = Self::ask_all(std::slice::from_ref(self), table, run)?;
        answers.pop().ok_or_else(|| Error::Table { what: "no query".to_owned() })
    }

    /// The answers over `table`. Queries with the same groups share one scan, and equal parts of
    /// them are computed once.
    ///
    /// # Errors
    /// Those of [`ask`](Self::ask), of the first query that has one.
    pub fn ask_all(queries: &[Self], table: &Table<'_>, run: &Run) -> Result<Vec<Answer>, Error> {
        for query in queries {
            query.check(table)?;
        }
        let mut answers: Vec<Option<Answer>> = vec![None; queries.len()];
        for at in 0..queries.len() {
            if answers[at].is_some() {
                continue;
            }
            let key_names = queries[at].key_names();
            let reduces = queries[at].reduces();
            let same = |other: &Self| other.reduces() == reduces && other.key_names() == key_names;
            let together: Vec<usize> =
                (at..queries.len()).filter(|other| same(&queries[*other])).collect();
            let chosen: Vec<&Self> = together.iter().map(|at| &queries[*at]).collect();
            let found = if !reduces {
                chosen.iter().map(|query| query.rows(table, run)).collect::<Result<Vec<_>, _>>()?
            } else if key_names.is_empty() {
                whole(&chosen, table, run)?
            } else {
                grouped(&chosen, table, run)?
            };
            for (at, answer) in together.into_iter().zip(found) {
                answers[at] = Some(answer);
            }
        }
        Ok(answers.into_iter().flatten().collect())
    }

    fn reduces(&self) -> bool {
        !self.keys.is_empty() || !self.reductions().is_empty()
    }

    fn key_names(&self) -> Vec<String> {
        self.keys.iter().map(|(name, _)| name.clone()).collect()
    }

    pub(super) fn check(&self, table: &Table<'_>) -> Result<(), Error> {
        let roots: Vec<NodeId> = self.roots().collect();
        for id in self.graph.needed(&roots) {
            if let Op::Name(at) = self.graph.node(id).op {
                let name = &self.graph.names()[at as usize];
                if table.column(name).is_none() {
                    return Err(Error::UnknownName {
                        span: self.graph.span(id),
                        name: name.to_string(),
                        known: table.schema().map(|(name, _)| name.to_owned()).collect(),
                    });
                }
            }
            if let Op::Reduce(Reduce { axis: Some(_), .. }) = self.graph.node(id).op {
                let what = "a reduction along an axis: a table has only rows";
                return Err(Error::Unsupported { span: self.graph.span(id), what });
            }
        }
        Ok(())
    }

    pub(super) fn roots(&self) -> impl Iterator<Item = NodeId> {
        self.shown().chain(self.filter).chain(self.keys.iter().map(|(_, node)| *node))
    }

    /// The answer of a query without groups and reductions.
    fn rows(&self, table: &Table<'_>, run: &Run) -> Result<Answer, Error> {
        let kept: Option<Vec<u32>> = match self.filter {
            None => None,
            Some(filter) => {
                let mut graph = (*self.graph).clone();
                let truth = graph.add(Op::Cast(Type::Bool), &[filter], graph.span(filter))?;
                let mask = evaluate(&graph, truth, table, table.n_rows(), run)?;
                Some(
                    index::words_of(&mask)
                        .iter()
                        .enumerate()
                        .filter(|(_, holds)| **holds != 0)
                        .map(|(row, _)| row as u32)
                        .collect(),
                )
            }
        };
        let n = table.n_rows();
        let of_node = |node: NodeId| -> Result<Column<'static>, Error> {
            let column = evaluate(&self.graph, node, table, n, run)?;
            Ok(kept.as_ref().map_or_else(|| column.owned(), |rows| column.take(rows)))
        };
        let n_rows = kept.as_ref().map_or(n, Vec::len);
        let columns = self
            .select
            .iter()
            .map(|(name, node)| Ok((name.clone(), of_node(*node)?)))
            .collect::<Result<Vec<_>, Error>>()?;
        let order = self
            .order
            .iter()
            .map(|(node, direction)| Ok((of_node(*node)?, *direction)))
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(self.ordered(columns, &order, n_rows))
    }

    /// The answer in its order, cut to its top.
    fn ordered(
        &self,
        columns: Vec<(String, Column<'static>)>,
        order: &[(Column<'static>, Direction)],
        n_rows: usize,
    ) -> Answer {
        let mut rows: Vec<u32> = (0..n_rows as u32).collect();
        let words: Vec<Vec<i64>> =
            order.iter().map(|(column, _)| index::words_of(column)).collect();
        let compare = |a: &u32, b: &u32| {
            let (a, b) = (*a as usize, *b as usize);
            order
                .iter()
                .zip(&words)
                .map(|((column, direction), words)| {
                    let is_text = column.ty() == Type::Text;
                    let by_value = if is_text {
                        column.text(a).cmp(column.text(b))
                    } else {
                        words[a].cmp(&words[b])
                    };
                    // What is no number comes last, whichever way the order goes.
                    let last =
                        |at: usize| !is_text && column.ty().is_float() && words[at] == i64::MAX;
                    match direction {
                        _ if last(a) != last(b) => last(a).cmp(&last(b)),
                        Direction::Ascending => by_value,
                        Direction::Descending => by_value.reverse(),
                    }
                })
                .find(|ordering| *ordering != Ordering::Equal)
                // Of equal rows the first in the order of the table or of the keys.
                .unwrap_or_else(|| a.cmp(&b))
        };
        let top = self.top.unwrap_or(n_rows).min(n_rows);
        if !order.is_empty() {
            if top > 0 && top < n_rows {
                rows.select_nth_unstable_by(top - 1, compare);
                rows.truncate(top);
            }
            rows.sort_unstable_by(compare);
        }
        rows.truncate(top);
        if order.is_empty() && top == n_rows {
            return Answer { columns, n_rows };
        }
        let columns =
            columns.into_iter().map(|(name, column)| (name, column.take(&rows))).collect();
        Answer { columns, n_rows: rows.len() }
    }
}

/// Reductions over all rows: those of all queries in as few passes as they allow.
fn whole(queries: &[&Query], table: &Table<'_>, run: &Run) -> Result<Vec<Answer>, Error> {
    let mut graph = Graph::default();
    let mut roots: Vec<Vec<NodeId>> = Vec::new();
    for query in queries {
        for root in query.shown() {
            if let Some(name) = query.graph.name_outside_reductions(root) {
                return Err(not_reduced(query.graph.span(name)));
            }
        }
        let shown: Vec<NodeId> = query.shown().collect();
        let filtered = match query.filter {
            Some(filter) => with_filter(&query.graph, &shown, filter)?,
            None => ((*query.graph).clone(), shown),
        };
        let (own, shown) = in_every_row(&filtered.0, &filtered.1)?;
        let map = graph.absorb(&own)?;
        roots.push(shown.iter().map(|root| map[root.0 as usize]).collect());
    }
    let flat: Vec<NodeId> = roots.iter().flatten().copied().collect();
    let (graph, flat) = graph.rewritten(&flat, |_| None)?;
    let prepared = Prepared::new(&Expr::from_graph(graph, flat));
    let rows = vec![true; if prepared.names().contains(&ROWS) { table.n_rows() } else { 0 }];
    let rows = Column::from(&rows[..]);
    let names: Vec<String> = prepared.names().iter().map(|name| (*name).to_owned()).collect();
    let columns: Vec<&Column<'_>> =
        names.iter().map(|name| table.column(name).unwrap_or(&rows)).collect();
    let values = with_operands(&columns, |operands| prepared.evaluate(operands, run))?;
    let mut values = values.into_iter();
    queries
        .iter()
        .map(|query| {
            let mut columns = Vec::new();
            for (name, _) in &query.select {
                let value = values.next().expect("a value for each root");
                columns.push((name.clone(), Column(Kind::Owned(Arc::new(value.flat())))));
            }
            values.by_ref().take(query.order.len()).for_each(drop);
            let n_rows = usize::from(query.top != Some(0));
            Ok(query.ordered(columns, &[], n_rows.max(1)))
        })
        .collect()
}

/// The name that stands for a truth in every row; no column can have it.
const ROWS: &str = "% rows";

/// What is reduced and names no column stands in every row: it gets the shape of the table.
fn in_every_row(graph: &Graph, roots: &[NodeId]) -> Result<(Graph, Vec<NodeId>), Error> {
    let mut copy = Graph::default();
    let mut map: HashMap<NodeId, NodeId> = HashMap::new();
    let mut varies: HashSet<NodeId> = HashSet::new();
    for id in graph.needed(roots) {
        let (node, span) = (graph.node(id), graph.span(id));
        let mut args: Vec<NodeId> = node.args().iter().map(|arg| map[arg]).collect();
        let is_own = matches!(node.op, Op::Name(_) | Op::Reduce(_));
        if is_own || node.args().iter().any(|arg| varies.contains(arg)) {
            varies.insert(id);
        }
        let new = match &node.op {
            Op::Name(at) => copy.name(&graph.names()[*at as usize], span)?,
            Op::Reduce(_) if !varies.contains(&node.args()[0]) => {
                let rows = copy.name(ROWS, span)?;
                args[0] = match copy.node(args[0]).op {
                    // `count()` counts the rows themselves.
                    Op::Literal(Literal::Bool(true)) => rows,
                    Op::Literal(Literal::Text(_)) => args[0],
                    _ => copy.add(Op::Where, &[rows, args[0], args[0]], span)?,
                };
                copy.add(node.op.clone(), &args, span)?
            }
            op => copy.add(op.clone(), &args, span)?,
        };
        map.insert(id, new);
    }
    Ok((copy, roots.iter().map(|root| map[root]).collect()))
}

/// A copy whose reductions take in only the rows where `filter` holds.
fn with_filter(
    graph: &Graph,
    roots: &[NodeId],
    filter: NodeId,
) -> Result<(Graph, Vec<NodeId>), Error> {
    let mut copy = Graph::default();
    let mut all: Vec<NodeId> = roots.to_vec();
    all.push(filter);
    // The filter comes before what it filters.
    let mut map = HashMap::new();
    for id in graph.needed(&[filter]).into_iter().chain(graph.needed(&all)) {
        if map.contains_key(&id) {
            continue;
        }
        let (node, span) = (graph.node(id), graph.span(id));
        let mut args: Vec<NodeId> = node.args().iter().map(|arg| map[arg]).collect();
        let new = match &node.op {
            Op::Name(at) => copy.name(&graph.names()[*at as usize], span)?,
            Op::Reduce(_) => {
                let truth = copy.add(Op::Cast(Type::Bool), &[map[&filter]], graph.span(filter))?;
                let mask = match args.get(1) {
                    Some(own) => {
                        let own = copy.add(Op::Cast(Type::Bool), &[*own], span)?;
                        copy.add(Op::Binary(Binary::And), &[truth, own], span)?
                    }
                    None => truth,
                };
                args.truncate(1);
                args.push(mask);
                copy.add(node.op.clone(), &args, span)?
            }
            op => copy.add(op.clone(), &args, span)?,
        };
        map.insert(id, new);
    }
    Ok((copy, roots.iter().map(|root| map[root]).collect()))
}

fn not_reduced(span: Span) -> Error {
    let what = "a column that is shown beside reductions must be one of the keys after `by`";
    Error::Unsupported { span, what }
}

/// Queries with the same keys: one scan.
fn grouped(queries: &[&Query], table: &Table<'_>, run: &Run) -> Result<Vec<Answer>, Error> {
    let keys = queries[0]
        .keys
        .iter()
        .map(|(_, node)| evaluate(&queries[0].graph, *node, table, table.n_rows(), run))
        .collect::<Result<Vec<Column<'_>>, Error>>()?;
    let index = table.index(&queries[0].key_names(), || {
        Index::new(&keys.iter().collect::<Vec<_>>(), table.n_rows(), run)
    })?;
    by_index(queries, &keys, &index, table, run)
}

/// Queries whose rows have their groups from `index`, in one scan.
pub(super) fn by_index(
    queries: &[&Query],
    keys: &[Column<'_>],
    index: &Index,
    table: &Table<'_>,
    run: &Run,
) -> Result<Vec<Answer>, Error> {
    // What the scan reads, as nodes of one graph, and the reductions of all queries.
    let mut scan = ScanGraph::default();
    let mut folds: Vec<GroupFold> = Vec::new();
    let mut add_fold = |fold: GroupFold| {
        let same = |other: &GroupFold| GroupFold { span: fold.span, ..other.clone() } == fold;
        folds.iter().position(same).unwrap_or_else(|| {
            folds.push(fold);
            folds.len() - 1
        })
    };
    let mut plans = Vec::new();
    for query in queries {
        let map = scan.graph.absorb(&query.graph)?;
        let ours = |id: NodeId| map[id.0 as usize];
        let filter = query.filter.map(ours);
        let span = filter.map_or(Span::default(), |filter| scan.graph.span(filter));
        let rows_mask = scan.mask(None, filter)?;
        let rows = add_fold(GroupFold {
            kind: Reduction::Count,
            values: None,
            mask: rows_mask,
            ddof: 0,
            span,
        });
        let mut places = Vec::new();
        for id in query.reductions() {
            let node = query.graph.node(id);
            let Op::Reduce(reduce) = node.op else { continue };
            let span = query.graph.span(id);
            if matches!(reduce.kind, Reduction::ArgMin | Reduction::ArgMax) {
                let what = "argmin and argmax know no groups: min and max tell the values";
                return Err(Error::Unsupported { span, what });
            }
            let argument = ours(node.args()[0]);
            let mask = scan.mask(node.args().get(1).map(|mask| ours(*mask)), filter)?;
            let is_true = matches!(scan.graph.node(argument).op, Op::Literal(Literal::Bool(true)));
            let counts_rows = reduce.kind == Reduction::Count && is_true;
            let values =
                if counts_rows { None } else { Some(scan.values(argument, reduce.kind, table)?) };
            let fold = GroupFold { kind: reduce.kind, values, mask, ddof: reduce.ddof, span };
            places.push((id, add_fold(fold)));
        }
        plans.push((rows, places));
    }
    let values = scan.fold(&folds, table, index, run)?;
    queries
        .iter()
        .zip(plans)
        .map(|(query, (rows, places))| {
            let groups = GroupValues { keys, index, values: &values, rows, places };
            groups.answer(query, run)
        })
        .collect()
}

/// What is known of the groups of a query.
struct GroupValues<'a> {
    keys: &'a [Column<'a>],
    index: &'a Index,
    values: &'a [Value],
    /// The fold that counted rows.
    rows: usize,
    /// The fold of each reduction.
    places: Vec<(NodeId, usize)>,
}

impl GroupValues<'_> {
    fn answer(&self, query: &Query, run: &Run) -> Result<Answer, Error> {
        let counts = Column(Kind::Owned(Arc::new(self.values[self.rows].clone())));
        let kept: Vec<u32> = index::words_of(&counts)
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(group, _)| group as u32)
            .collect();
        let first_rows: Vec<u32> =
            kept.iter().map(|group| self.index.first_rows[*group as usize]).collect();
        let mut columns: Vec<(String, Column<'static>)> = Vec::new();
        for (at, key) in self.keys.iter().enumerate() {
            columns.push((format!("% key {at}"), key.take(&first_rows)));
        }
        for (id, fold) in &self.places {
            let column = Column(Kind::Owned(Arc::new(self.values[*fold].clone())));
            columns.push((format!("% {}", id.0), column.take(&kept)));
        }
        let groups = Table::new(columns)?;
        let name_of = |id: NodeId| {
            let key = query.keys.iter().position(|(_, node)| *node == id);
            let reduction = self.places.iter().any(|(known, _)| *known == id);
            key.map(|at| format!("% key {at}")).or_else(|| reduction.then(|| format!("% {}", id.0)))
        };
        let of_node = |node: NodeId| -> Result<Column<'static>, Error> {
            let (graph, roots) = query.graph.rewritten(&[node], name_of)?;
            let (graph, roots) = graph.rewritten(&roots, |_| None)?;
            if let Some(other) = graph.names().iter().find(|name| groups.column(name).is_none()) {
                let id = query.graph.needed(&[node]).into_iter().find(|id| {
                    matches!(query.graph.node(*id).op, Op::Name(at) if query.graph.names()[at as usize] == *other)
                });
                return Err(not_reduced(query.graph.span(id.unwrap_or(node))));
            }
            Ok(evaluate(&graph, roots[0], &groups, kept.len(), run)?.owned())
        };
        let columns = query
            .select
            .iter()
            .map(|(name, node)| Ok((name.clone(), of_node(*node)?)))
            .collect::<Result<Vec<_>, Error>>()?;
        let order = query
            .order
            .iter()
            .map(|(node, direction)| Ok((of_node(*node)?, *direction)))
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(query.ordered(columns, &order, kept.len()))
    }
}

/// One node over the whole table: a column of it, or a new one of `n` values.
fn evaluate<'t>(
    graph: &Graph,
    node: NodeId,
    table: &'t Table<'_>,
    n: usize,
    run: &Run,
) -> Result<Column<'t>, Error> {
    if let Op::Name(at) = graph.node(node).op
        && let Some(column) = table.column(&graph.names()[at as usize])
    {
        return Ok(column.clone());
    }
    let (graph, roots) = graph.rewritten(&[node], |_| None)?;
    let prepared = Prepared::new(&Expr::from_graph(graph.clone(), roots.clone()));
    let names: Vec<String> = prepared.names().iter().map(|name| (*name).to_owned()).collect();
    let columns: Vec<&Column<'_>> = names.iter().filter_map(|name| table.column(name)).collect();
    let mut values = with_operands(&columns, |operands| prepared.evaluate(operands, run))?;
    let value = values.pop().expect("one root has one value");
    // A single value stands in every row.
    let value = match value.scalar() {
        _ if value.shape() == [n] => value,
        Some(_) => value.repeated(n),
        None => {
            let what = "a choice by a mask has another length than its table";
            return Err(Error::Unsupported { span: graph.span(roots[0]), what });
        }
    };
    Ok(Column(Kind::Owned(Arc::new(value))))
}
