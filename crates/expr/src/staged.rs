//! Expressions that need more than one walk: reductions along an axis are made before what uses
//! them, and values chosen by a mask have a length that only the mask tells.

use std::collections::HashMap;

use jobs::Run;

use crate::axis::{AxisPass, AxisReduction};
use crate::error::Error;
use crate::expression::Expr;
use crate::graph::{Graph, NodeId};
use crate::kernels::Level;
use crate::op::{Op, Reduce, Reduction};
use crate::operand::{Operand, Output};
use crate::pick::Pick;
use crate::prepared::Prepared;
use crate::types::Type;
use crate::value::Value;

/// Stages in their order, and what is left when their results are known.
#[derive(Debug)]
pub(crate) struct Staged {
    stages: Vec<Stage>,
    last: Last,
    sources: Vec<Source>,
}

/// Reductions that are made before what needs them.
#[derive(Debug)]
struct Stage {
    work: Work,
    /// What each name of its expression is.
    sources: Vec<Source>,
}

#[derive(Debug)]
enum Work {
    Along(AxisPass),
    /// Over all axes; they lie below a reduction along one.
    Whole(Prepared),
}

#[derive(Debug)]
enum Last {
    Plain(Box<Prepared>),
    /// `values[index]` as the whole expression: a choice when the index is a mask.
    Pick(Box<Pick>),
}

/// Types and shapes.
type Results = Vec<(Type, Vec<usize>)>;

/// What a name of a stage stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The operand of this number.
    Operand(usize),
    /// The result of this number, counted over all stages.
    Result(usize),
}

/// The name of a result; no operand can have it.
fn name_of(result: usize) -> String {
    format!("% result {result}")
}

impl Staged {
    /// The stages of `expr`; none when one walk does.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for an index within a reduction along an axis.
    pub(crate) fn of(expr: &Expr, level: Level) -> Result<Option<Self>, Error> {
        let graph = &*expr.graph;
        let needed = graph.needed(&expr.roots);
        let along =
            |id: &NodeId| matches!(graph.node(*id).op, Op::Reduce(Reduce { axis: Some(_), .. }));
        let picks = match expr.roots[..] {
            [root] if graph.node(root).op == Op::Index => Some(root),
            _ => None,
        };
        let axes: Vec<NodeId> = needed.iter().copied().filter(along).collect();
        if axes.is_empty() && picks.is_none() {
            return Ok(None);
        }
        // What is computed tile by tile cannot reduce over all tiles.
        let tiled: Vec<NodeId> = axes
            .iter()
            .copied()
            .chain(picks)
            .flat_map(|id| graph.node(id).args().iter().copied())
            .collect();
        let below_tiles = graph.needed(&tiled);
        for id in &axes {
            let within = graph.needed(graph.node(*id).args());
            if let Some(index) = within.iter().find(|id| graph.node(**id).op == Op::Index) {
                let what = "an index within a reduction along an axis";
                return Err(Error::Unsupported { span: graph.span(*index), what });
            }
        }
        let reductions: Vec<NodeId> = needed
            .iter()
            .copied()
            .filter(|id| along(id) || (is_reduction(graph, *id) && below_tiles.contains(id)))
            .collect();
        let mut planner = Planner { expr, level, results: HashMap::new(), stages: Vec::new() };
        let mut open = reductions;
        while !open.is_empty() {
            // Those that need none of the others.
            let is_ready = |id: &NodeId| {
                let below = graph.needed(graph.node(*id).args());
                !open.iter().any(|other| below.contains(other))
            };
            let ready: Vec<NodeId> = open.iter().copied().filter(is_ready).collect();
            open.retain(|id| !ready.contains(id));
            planner.stage(&ready)?;
        }
        let (last, sources) = match picks {
            None => {
                let (prepared, sources) = planner.prepared(&expr.roots)?;
                (Last::Plain(Box::new(prepared)), sources)
            }
            Some(root) => {
                let args = graph.node(root).args();
                let (both, sources) = planner.prepared(args)?;
                let (mask, of_mask) = planner.prepared(&args[1..])?;
                let place = |source: &Source| {
                    sources.iter().position(|other| other == source).expect("a name of both")
                };
                let mask_names = of_mask.iter().map(place).collect();
                let span = graph.span(root);
                (Last::Pick(Box::new(Pick { both, mask, mask_names, span })), sources)
            }
        };
        Ok(Some(Self { stages: planner.stages, last, sources }))
    }

    /// Types and shapes of the results; none when these operands need no stages after all.
    pub(crate) fn results(&self, operands: &[Operand<'_>]) -> Result<Option<Results>, Error> {
        match &self.last {
            Last::Pick(pick) => {
                let known = self.run_stages(operands, &Run::serial())?;
                let views: Vec<_> = known.iter().map(Value::view).collect();
                let here = self.operands(operands, &views);
                if !pick.applies(&here) {
                    return Ok(None);
                }
                let (ty, n) = pick.result(&here, &Run::serial())?;
                Ok(Some(vec![(ty, vec![n])]))
            }
            Last::Plain(prepared) => {
                let mut known: Vec<(Type, Vec<usize>, Vec<isize>)> = Vec::new();
                for stage in &self.stages {
                    let here = placed(&stage.sources, operands, |at| placeholder(&known[at]));
                    let results = match &stage.work {
                        Work::Along(pass) => pass.results(&here)?,
                        Work::Whole(prepared) => prepared.results(&here)?,
                    };
                    known.extend(results.into_iter().map(|(ty, shape)| {
                        let strides = vec![0; shape.len()];
                        (ty, shape, strides)
                    }));
                }
                let here = placed(&self.sources, operands, |at| placeholder(&known[at]));
                prepared.results(&here).map(Some)
            }
        }
    }

    /// Computes the results; says no when these operands need no stages after all.
    pub(crate) fn call(
        &self,
        operands: &[Operand<'_>],
        outputs: &mut [Output<'_>],
        run: &Run,
    ) -> Result<bool, Error> {
        let known = self.run_stages(operands, run)?;
        let views: Vec<_> = known.iter().map(Value::view).collect();
        let here = self.operands(operands, &views);
        match &self.last {
            Last::Plain(prepared) => prepared.call(&here, outputs, run)?,
            Last::Pick(pick) if !pick.applies(&here) => return Ok(false),
            Last::Pick(pick) => {
                let [output] = outputs else {
                    let got = outputs.len();
                    return Err(Error::Count { what: "outputs", expected: 1, got });
                };
                pick.call(&here, output, run)?;
            }
        }
        Ok(true)
    }

    fn operands<'a>(
        &self,
        operands: &[Operand<'a>],
        views: &'a [crate::operand::View<'_>],
    ) -> Vec<Operand<'a>> {
        placed(&self.sources, operands, |at| views[at].operand())
    }

    fn run_stages(&self, operands: &[Operand<'_>], run: &Run) -> Result<Vec<Value>, Error> {
        let mut known: Vec<Value> = Vec::new();
        for stage in &self.stages {
            let views: Vec<_> = known.iter().map(Value::view).collect();
            let here = placed(&stage.sources, operands, |at| views[at].operand());
            let results = match &stage.work {
                Work::Along(pass) => pass.run(&here, run)?,
                Work::Whole(prepared) => prepared.evaluate(&here, run)?,
            };
            drop(views);
            known.extend(results);
        }
        Ok(known)
    }

    /// A line for each stage, and one for what is left.
    ///
    /// # Errors
    /// Those of operands that do not fit.
    pub(crate) fn explain(&self, operands: &[Operand<'_>]) -> Result<Vec<String>, Error> {
        self.results(operands)?;
        let of = |stage: &Stage| match &stage.work {
            Work::Along(pass) => {
                let kinds: Vec<&str> =
                    pass.reductions.iter().map(|one| one.reduce.kind.name()).collect();
                format!("tiles of 4096: {} along axis {}", kinds.join(", "), pass.axis)
            }
            Work::Whole(_) => "reductions over all axes, for what follows".to_owned(),
        };
        let last = match &self.last {
            Last::Plain(_) => "then, in passes: what needs their results",
            Last::Pick(_) => "tiles of 4096: the mask is counted, then values are chosen by it",
        };
        Ok(self.stages.iter().map(of).chain([last.to_owned()]).collect())
    }
}

/// An operand that stands for a result that is not yet known.
fn placeholder((ty, shape, strides): &(Type, Vec<usize>, Vec<isize>)) -> Operand<'_> {
    Operand { ty: *ty, shape, strides, scalar: None, ..Operand::scalar(0_i64) }
}

fn placed<'a>(
    sources: &[Source],
    operands: &[Operand<'a>],
    result: impl Fn(usize) -> Operand<'a>,
) -> Vec<Operand<'a>> {
    let of = |source: &Source| match *source {
        Source::Operand(at) => operands[at],
        Source::Result(at) => result(at),
    };
    sources.iter().map(of).collect()
}

fn is_reduction(graph: &Graph, id: NodeId) -> bool {
    matches!(graph.node(id).op, Op::Reduce(_))
}

struct Planner<'a> {
    expr: &'a Expr,
    level: Level,
    /// The number of the result that a node is.
    results: HashMap<NodeId, usize>,
    stages: Vec<Stage>,
}

impl Planner<'_> {
    /// An expression of `roots` in which nodes that are known are names.
    fn prepared(&self, roots: &[NodeId]) -> Result<(Prepared, Vec<Source>), Error> {
        let graph = &self.expr.graph;
        let known = |id: NodeId| self.results.get(&id).map(|result| name_of(*result));
        let (graph, roots) = graph.rewritten(roots, known)?;
        let (graph, roots) = graph.rewritten(&roots, |_| None)?;
        let names = self.expr.graph.names();
        let sources = graph
            .names()
            .iter()
            .map(|name| match names.iter().position(|other| other == name) {
                Some(at) => Source::Operand(at),
                None => Source::Result(
                    self.results.values().copied().find(|at| name_of(*at) == **name).unwrap_or(0),
                ),
            })
            .collect();
        Ok((Prepared::for_level(&Expr::from_graph(graph, roots), self.level), sources))
    }

    /// Makes `ready`, those along one axis of the same operands together.
    fn stage(&mut self, ready: &[NodeId]) -> Result<(), Error> {
        let graph = self.expr.graph.clone();
        let reduce_of = |id: NodeId| match graph.node(id).op {
            Op::Reduce(reduce) => Some(reduce),
            _ => None,
        };
        let operands_of = |id: NodeId| {
            let is_name = |id: &NodeId| {
                matches!(graph.node(*id).op, Op::Name(_)) || self.results.contains_key(id)
            };
            graph.needed(graph.node(id).args()).into_iter().filter(is_name).collect::<Vec<_>>()
        };
        let mut groups: Vec<(Option<i32>, Vec<NodeId>, Vec<NodeId>)> = Vec::new();
        for id in ready {
            let axis = reduce_of(*id).and_then(|reduce| reduce.axis);
            let names = if axis.is_some() { operands_of(*id) } else { Vec::new() };
            match groups.iter_mut().find(|(a, n, _)| (a, n) == (&axis, &names)) {
                Some((.., ids)) => ids.push(*id),
                None => groups.push((axis, names, vec![*id])),
            }
        }
        for (axis, _, ids) in groups {
            let Some(axis) = axis else {
                let (prepared, sources) = self.prepared(&ids)?;
                self.add(Stage { work: Work::Whole(prepared), sources }, &ids);
                continue;
            };
            // Truth is what masks and counts take in.
            let mut copy = (*graph).clone();
            let mut roots: Vec<NodeId> = Vec::new();
            let mut place = |node: NodeId| {
                roots.iter().position(|known| *known == node).unwrap_or_else(|| {
                    roots.push(node);
                    roots.len() - 1
                })
            };
            let mut reductions = Vec::new();
            for id in &ids {
                let Some(reduce) = reduce_of(*id) else { continue };
                let span = graph.span(*id);
                let mut truth = |node: NodeId| copy.add(Op::Cast(Type::Bool), &[node], span);
                let args = graph.node(*id).args();
                let values = match reduce.kind {
                    Reduction::Count | Reduction::Any | Reduction::All => truth(args[0])?,
                    _ => args[0],
                };
                let mask = args.get(1).map(|mask| truth(*mask)).transpose()?;
                let (values, mask) = (place(values), mask.map(&mut place));
                reductions.push(AxisReduction { reduce, values, mask, span });
            }
            let within = Planner {
                expr: &Expr::from_graph(copy, roots.clone()),
                level: self.level,
                results: self.results.clone(),
                stages: Vec::new(),
            };
            let (prepared, sources) = within.prepared(&roots)?;
            let pass = AxisPass { prepared, axis, reductions, level: self.level };
            self.add(Stage { work: Work::Along(pass), sources }, &ids);
        }
        Ok(())
    }

    fn add(&mut self, stage: Stage, ids: &[NodeId]) {
        for id in ids {
            let result = self.results.len();
            self.results.insert(*id, result);
        }
        self.stages.push(stage);
    }
}
