//! The expression with types: every operation on values of one type, conversions written out.

mod literals;
mod lower;
mod reductions;

use std::sync::Arc;

pub(crate) use self::lower::lower;
use crate::error::{Error, Span};
use crate::op::{Binary, Compare, Reduction, Search, Unary};
use crate::types::Type;

/// The place of a node among the typed ones.
pub(crate) type TypedId = u32;

/// An operation on values of known types.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Typed {
    /// A single value, by its bits.
    Const(u64),
    /// A single text.
    Text(Arc<str>),
    /// The operand of this number.
    Input(u32),
    Unary(Unary),
    Binary(Binary),
    Compare(Compare),
    /// (condition, then, otherwise)
    Select,
    /// (table, index): the table is an input, the index whole numbers of 64 bits.
    Gather,
    Cast,
    /// (values) or (values, mask). Of the kinds, those that [`kernels`](crate::kernels) have; a mean
    /// is still to be divided, it is the sum as `f64`.
    Reduce(Reduction),
    /// (values): how many there are.
    Len,
    /// (mask, values): how many of the mask hold, once broadcast to the values.
    CountWhere,
    Search(Search),
}

/// One node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TypedNode {
    pub(crate) op: Typed,
    pub(crate) ty: Type,
    args: [TypedId; 3],
    n_args: u8,
}

impl TypedNode {
    /// What gives it its shape.
    pub(crate) fn args(&self) -> &[TypedId] {
        &self.args[..usize::from(self.n_args)]
    }

    /// What must be computed for it.
    pub(crate) fn value_args(&self) -> &[TypedId] {
        match self.op {
            Typed::Len => &[],
            Typed::CountWhere => &self.args[..1],
            _ => self.args(),
        }
    }

    /// The type of its first argument.
    pub(crate) fn ty_of_arg(&self, graph: &TypedGraph) -> Type {
        graph.nodes[self.args[0] as usize].ty
    }

    /// Whether it makes one value of many.
    pub(crate) fn is_reduction(&self) -> bool {
        matches!(self.op, Typed::Reduce(_) | Typed::Len | Typed::CountWhere)
    }
}

/// Nodes in an order in which each comes after what it needs.
#[derive(Debug, Clone)]
pub(crate) struct TypedGraph {
    pub(crate) nodes: Vec<TypedNode>,
    pub(crate) spans: Vec<Span>,
    pub(crate) roots: Vec<TypedId>,
}

impl TypedGraph {
    /// Converts the result at `root` to the type of its output.
    ///
    /// # Errors
    /// [`Error::OutputType`] when that would lose more than precision.
    pub(crate) fn convert_root(&mut self, root: usize, output: Type) -> Result<(), Error> {
        let id = self.roots[root];
        let result = self.nodes[id as usize].ty;
        if result == output {
            return Ok(());
        }
        let kind = |ty: Type| match ty {
            Type::Bool => 0,
            Type::U8 | Type::U32 => 1,
            Type::I32 | Type::I64 => 2,
            Type::F32 | Type::F64 => 3,
            Type::Text => 4,
        };
        if kind(output) < kind(result) || kind(result) == 4 || kind(output) == 4 {
            return Err(Error::OutputType { result, output });
        }
        self.nodes.push(TypedNode { op: Typed::Cast, ty: output, args: [id; 3], n_args: 1 });
        self.spans.push(self.spans[id as usize]);
        self.roots[root] = self.nodes.len() as TypedId - 1;
        Ok(())
    }
}
