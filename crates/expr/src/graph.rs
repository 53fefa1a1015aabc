//! The expression as a graph: what is computed from what, before any type is known.

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::{Error, Span};
use crate::op::Op;

/// Most nodes of one expression.
pub(crate) const MAX_NODES: usize = 100_000;

/// The place of a node in its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(pub(crate) u32);

/// One operation on earlier nodes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Node {
    pub(crate) op: Op,
    /// As many as the operation has; the rest repeat the first.
    pub(crate) args: [NodeId; 3],
    pub(crate) n_args: u8,
}

impl Node {
    pub(crate) fn args(&self) -> &[NodeId] {
        &self.args[..usize::from(self.n_args)]
    }
}

/// Nodes in an order in which each comes after what it needs; equal nodes are one.
///
/// Every pass over it is a loop: no depth of an expression can exhaust the stack.
#[derive(Debug, Clone, Default)]
pub(crate) struct Graph {
    nodes: Vec<Node>,
    spans: Vec<Span>,
    names: Vec<Arc<str>>,
    known: HashMap<Node, NodeId>,
}

impl Graph {
    /// The node for `op` on `args`, new or known.
    ///
    /// # Errors
    /// [`Error::TooLarge`] beyond [`MAX_NODES`].
    pub(crate) fn add(&mut self, op: Op, args: &[NodeId], span: Span) -> Result<NodeId, Error> {
        let mut all = [args.first().copied().unwrap_or(NodeId(0)); 3];
        all[..args.len()].copy_from_slice(args);
        let node = Node { op, args: all, n_args: args.len() as u8 };
        if let Some(known) = self.known.get(&node) {
            return Ok(*known);
        }
        if self.nodes.len() == MAX_NODES {
            return Err(Error::TooLarge { span, limit: MAX_NODES });
        }
        let id = NodeId(self.nodes.len() as u32);
        self.known.insert(node.clone(), id);
        self.nodes.push(node);
        self.spans.push(span);
        Ok(id)
    }

    /// The node of a name.
    pub(crate) fn name(&mut self, name: &str, span: Span) -> Result<NodeId, Error> {
        let at = self.names.iter().position(|known| &**known == name).unwrap_or_else(|| {
            self.names.push(name.into());
            self.names.len() - 1
        });
        self.add(Op::Name(at as u32), &[], span)
    }

    /// A copy of what `roots` need in which `replace` may put a name for a node; the answer has the
    /// roots of the copy.
    pub(crate) fn rewritten(
        &self,
        roots: &[NodeId],
        mut replace: impl FnMut(NodeId) -> Option<String>,
    ) -> Result<(Self, Vec<NodeId>), Error> {
        let mut copy = Self::default();
        let mut map: HashMap<NodeId, NodeId> = HashMap::new();
        for id in self.needed(roots) {
            let (node, span) = (self.node(id), self.span(id));
            let new = match (replace(id), &node.op) {
                (Some(name), _) => copy.name(&name, span)?,
                (None, Op::Name(at)) => copy.name(&self.names[*at as usize], span)?,
                (None, op) => {
                    let args: Vec<NodeId> = node.args().iter().map(|arg| map[arg]).collect();
                    copy.add(op.clone(), &args, span)?
                }
            };
            map.insert(id, new);
        }
        let roots = roots.iter().map(|root| map[root]).collect();
        Ok((copy, roots))
    }

    /// Adds the nodes of `other`; the answer maps its nodes to ours.
    pub(crate) fn absorb(&mut self, other: &Self) -> Result<Vec<NodeId>, Error> {
        self.absorb_as(other, |name| name)
    }

    /// The same, with other names for those of `other`.
    pub(crate) fn absorb_as<'n>(
        &mut self,
        other: &'n Self,
        rename: impl Fn(&'n str) -> &'n str,
    ) -> Result<Vec<NodeId>, Error> {
        let mut map: Vec<NodeId> = Vec::with_capacity(other.nodes.len());
        for (node, span) in other.nodes.iter().zip(&other.spans) {
            let id = match &node.op {
                Op::Name(at) => self.name(rename(&other.names[*at as usize]), *span)?,
                op => {
                    let args: Vec<NodeId> =
                        node.args().iter().map(|arg| map[arg.0 as usize]).collect();
                    self.add(op.clone(), &args, *span)?
                }
            };
            map.push(id);
        }
        Ok(map)
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(crate) fn span(&self, id: NodeId) -> Span {
        self.spans[id.0 as usize]
    }

    /// The names, in the order in which they were first used.
    pub(crate) fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// Nodes that `roots` need, in order.
    pub(crate) fn needed(&self, roots: &[NodeId]) -> Vec<NodeId> {
        let mut needed = vec![false; self.nodes.len()];
        for root in roots {
            needed[root.0 as usize] = true;
        }
        for at in (0..self.nodes.len()).rev() {
            if needed[at] {
                for arg in self.nodes[at].args() {
                    needed[arg.0 as usize] = true;
                }
            }
        }
        (0..self.nodes.len()).filter(|at| needed[*at]).map(|at| NodeId(at as u32)).collect()
    }
}
