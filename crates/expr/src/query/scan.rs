//! What one scan of a table reads for the queries that share it.

use jobs::Run;

use crate::error::Error;
use crate::expression::Expr;
use crate::graph::{Graph, NodeId};
use crate::op::{Binary, Op, Reduction};
use crate::operand::{Operand, Output, ViewMut};
use crate::prepared::Prepared;
use crate::query::fold::{self, Block, GroupFold};
use crate::query::index::Index;
use crate::query::table::{Column, Table, with_operands};
use crate::types::Type;
use crate::value::Value;

/// The columns that a scan reads, computed from those of the table.
#[derive(Default)]
pub(super) struct ScanGraph {
    pub(super) graph: Graph,
    columns: Vec<(NodeId, Type)>,
}

impl ScanGraph {
    fn column(&mut self, node: NodeId, ty: Type) -> usize {
        self.columns.iter().position(|(known, _)| *known == node).unwrap_or_else(|| {
            self.columns.push((node, ty));
            self.columns.len() - 1
        })
    }

    pub(super) fn mask(
        &mut self,
        own: Option<NodeId>,
        filter: Option<NodeId>,
    ) -> Result<Option<usize>, Error> {
        let mut truth = |id: NodeId| {
            let span = self.graph.span(id);
            self.graph.add(Op::Cast(Type::Bool), &[id], span)
        };
        let mask = match (own, filter) {
            (None, None) => return Ok(None),
            (Some(one), None) | (None, Some(one)) => truth(one)?,
            (Some(own), Some(filter)) => {
                let (own, filter) = (truth(own)?, truth(filter)?);
                let span = self.graph.span(own);
                self.graph.add(Op::Binary(Binary::And), &[filter, own], span)?
            }
        };
        Ok(Some(self.column(mask, Type::Bool)))
    }

    /// The column of what a reduction takes in: floats as `f64`, whole numbers
    /// as `i64`, but as `f64` where a mean is asked for.
    pub(super) fn values(
        &mut self,
        node: NodeId,
        kind: Reduction,
        table: &Table<'_>,
    ) -> Result<usize, Error> {
        let (graph, roots) = self.graph.rewritten(&[node], |_| None)?;
        let names: Vec<&str> = graph.names().iter().map(|name| &**name).collect();
        let types: Vec<Type> =
            names.iter().map(|name| table.column(name).map_or(Type::F64, Column::ty)).collect();
        let typed = crate::typed::lower(&graph, &roots, &types)?;
        let own = typed.nodes[typed.roots[0] as usize].ty;
        let truth = matches!(kind, Reduction::Count | Reduction::Any | Reduction::All);
        let span = self.graph.span(node);
        let ty = match own {
            Type::Text => {
                let operation = kind.name().to_owned();
                return Err(Error::Types { span, operation, types: vec![own] });
            }
            _ if truth => Type::Bool,
            Type::F32 | Type::F64 => Type::F64,
            Type::Bool if !matches!(kind, Reduction::Min | Reduction::Max) => Type::Bool,
            // Their sum need not fit where their mean does.
            Type::I64 if matches!(kind, Reduction::Mean | Reduction::Var | Reduction::Std) => {
                Type::F64
            }
            _ => Type::I64,
        };
        // A column of that type already is read where it is.
        let node = if own == ty { node } else { self.graph.add(Op::Cast(ty), &[node], span)? };
        Ok(self.column(node, ty))
    }

    /// Where each column comes from.
    fn sources<'t>(&self, table: &'t Table<'_>, run: &Run) -> Result<Vec<Source<'t>>, Error> {
        let of = |node: NodeId| {
            if let Op::Name(at) = self.graph.node(node).op
                && let Some(column) = table.column(&self.graph.names()[at as usize])
            {
                return Ok(Source::Table(column));
            }
            let (graph, roots) = self.graph.rewritten(&[node], |_| None)?;
            if !graph.names().is_empty() {
                return Ok(Source::Computed);
            }
            let mut values = Prepared::new(&Expr::from_graph(graph, roots)).evaluate(&[], run)?;
            Ok(Source::Same(values.pop().expect("one root has one value")))
        };
        self.columns.iter().map(|(node, _)| of(*node)).collect()
    }

    pub(super) fn fold(
        &self,
        folds: &[GroupFold],
        table: &Table<'_>,
        index: &Index,
        run: &Run,
    ) -> Result<Vec<Value>, Error> {
        let types: Vec<Type> = self.columns.iter().map(|(_, ty)| *ty).collect();
        let sources = self.sources(table, run)?;
        let computed: Vec<NodeId> = self
            .columns
            .iter()
            .zip(&sources)
            .filter(|(_, source)| matches!(source, Source::Computed))
            .map(|((node, _), _)| *node)
            .collect();
        let (graph, roots) = self.graph.rewritten(&computed, |_| None)?;
        let prepared = Prepared::new(&Expr::from_graph(graph, roots));
        let names: Vec<String> = prepared.names().iter().map(|name| (*name).to_owned()).collect();
        let columns: Vec<&Column<'_>> =
            names.iter().filter_map(|name| table.column(name)).collect();
        let scan = |start: usize, len: usize, f: &mut dyn FnMut(&[Block<'_>])| {
            let shape = [len];
            let mut values = Vec::new();
            for ((_, ty), source) in self.columns.iter().zip(&sources) {
                if matches!(source, Source::Computed) {
                    values.push(Value::zeros(*ty, &shape)?);
                }
            }
            if !values.is_empty() {
                let mut views: Vec<ViewMut<'_>> = values.iter_mut().map(Value::view_mut).collect();
                let mut outputs: Vec<Output<'_>> =
                    views.iter_mut().map(|view| view.output()).collect();
                with_operands(&columns, |operands| {
                    let rows: Vec<Operand<'_>> =
                        operands.iter().map(|operand| operand.rows(start, &shape)).collect();
                    prepared.call(&rows, &mut outputs, &Run::serial())
                })?;
            }
            // One value for all rows: repeated for those of a block.
            let same: Vec<Option<Value>> = sources.iter().map(|source| source.rows(len)).collect();
            let present: Vec<&Column<'_>> = sources.iter().filter_map(Source::of_table).collect();
            with_operands(&present, |operands| {
                let (mut operands, mut values) = (operands.iter(), values.iter());
                let blocks: Vec<Block<'_>> = sources
                    .iter()
                    .zip(&same)
                    .map(|(source, same)| match (source, same) {
                        (_, Some(same)) => same.block(),
                        (Source::Table(_), _) => {
                            block_of(&operands.next().expect("one each").rows(start, &shape))
                        }
                        _ => values.next().expect("one each").block(),
                    })
                    .collect();
                f(&blocks);
            });
            Ok(())
        };
        fold::fold_groups(folds, &types, index, scan, run)
    }
}

/// Where a column of a scan comes from.
enum Source<'t> {
    Table(&'t Column<'t>),
    /// From columns of the table.
    Computed,
    /// From nothing but literals: one value in every row.
    Same(Value),
}

impl<'t> Source<'t> {
    fn of_table(&self) -> Option<&'t Column<'t>> {
        match self {
            Self::Table(column) => Some(*column),
            _ => None,
        }
    }

    /// The same value for `n` rows.
    fn rows(&self, n: usize) -> Option<Value> {
        match self {
            Self::Same(value) => Some(value.repeated(n)),
            _ => None,
        }
    }
}

fn block_of<'a>(operand: &Operand<'a>) -> Block<'a> {
    match operand.ty() {
        Type::F64 => Block::F64(operand.as_slice().unwrap_or_default()),
        Type::Bool => Block::Bool(operand.as_slice().unwrap_or_default()),
        _ => Block::I64(operand.as_slice().unwrap_or_default()),
    }
}
