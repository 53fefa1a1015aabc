//! A typed graph cut into passes.

use std::collections::BTreeSet;

use super::pass::PassBuilder;
use super::{Cell, Fault, InputKind, Instr, Pass, Program};
use crate::error::Span;
use crate::kernels::{Kernel, Key, Level};
use crate::typed::{Typed, TypedGraph, TypedId};

/// Makes the program of `graph` for `inputs`, to run at `level`.
pub(crate) fn compile(graph: &TypedGraph, inputs: &[InputKind], level: Level) -> Program {
    let mut compiler = Compiler::new(graph, inputs, level);
    compiler.place_reductions();
    for pass in compiler.plan() {
        compiler.pass(&pass);
    }
    compiler.finish()
}

/// The number that stands for a slot while the numbers of cells are not yet known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Cell(u32),
    Input(u32),
    Output(u32),
    Register(u32),
}

/// What one pass is to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    level: u32,
    pub(super) shapes: BTreeSet<u32>,
    pub(super) reductions: Vec<TypedId>,
    pub(super) outputs: Vec<u32>,
}

pub(super) struct Compiler<'a> {
    pub(super) graph: &'a TypedGraph,
    pub(super) inputs: &'a [InputKind],
    pub(super) isa: Level,
    /// The inputs that give each node its shape, by the first of equal shape.
    pub(super) shapes: Vec<BTreeSet<u32>>,
    /// How many reductions lie below each node.
    depth: Vec<u32>,
    cells: Vec<Cell>,
    pub(super) faults: Vec<(u32, Fault, Span)>,
    /// Where the result of a reduction is.
    pub(super) results: Vec<Option<u32>>,
    passes: Vec<(Pass, Vec<PlacedInstr>, Vec<PlacedInstr>)>,
}

/// A loop whose places are not yet slots.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlacedInstr {
    pub(super) kernel: Kernel,
    pub(super) key: Key,
    pub(super) d: Place,
    pub(super) args: [Place; 3],
}

/// The cell that holds the position.
pub(super) const POSITION: u32 = 0;

impl<'a> Compiler<'a> {
    fn new(graph: &'a TypedGraph, inputs: &'a [InputKind], isa: Level) -> Self {
        let mut shapes: Vec<BTreeSet<u32>> = Vec::new();
        let mut depth: Vec<u32> = Vec::new();
        for node in &graph.nodes {
            let mut shape = BTreeSet::new();
            let mut below = 0;
            for arg in node.args() {
                below = below.max(depth[*arg as usize]);
            }
            match node.op {
                Typed::Input(at) if !inputs[at as usize].single => {
                    shape.insert(inputs[at as usize].shape);
                }
                // The table of a gather gives no shape.
                Typed::Gather => shape.clone_from(&shapes[node.args()[1] as usize]),
                _ if node.is_reduction() => below += 1,
                _ => {
                    for arg in node.args() {
                        shape.extend(&shapes[*arg as usize]);
                    }
                }
            }
            shapes.push(shape);
            depth.push(below);
        }
        Self {
            graph,
            inputs,
            isa,
            shapes,
            depth,
            cells: vec![Cell::Zero],
            faults: Vec::new(),
            results: vec![None; graph.nodes.len()],
            passes: Vec::new(),
        }
    }

    pub(super) fn cell(&mut self, cell: Cell) -> u32 {
        self.cells.push(cell);
        self.cells.len() as u32 - 1
    }

    fn place_reductions(&mut self) {
        for id in 0..self.graph.nodes.len() {
            if self.graph.nodes[id].is_reduction() {
                self.results[id] = Some(self.cell(Cell::Zero));
            }
        }
    }

    /// The shapes that a reduction runs over.
    fn domain_of(&self, id: TypedId) -> BTreeSet<u32> {
        let args = self.graph.nodes[id as usize].args();
        args.iter().flat_map(|arg| self.shapes[*arg as usize].iter().copied()).collect()
    }

    /// The passes in order: what needs the fewest reductions first, outputs last.
    fn plan(&self) -> Vec<Plan> {
        let mut plans: Vec<Plan> = Vec::new();
        let mut needed = vec![false; self.graph.nodes.len()];
        for root in &self.graph.roots {
            needed[*root as usize] = true;
        }
        for id in (0..needed.len()).rev() {
            if needed[id] {
                let node = &self.graph.nodes[id];
                for arg in node.value_args() {
                    needed[*arg as usize] = true;
                }
            }
        }
        for (id, node) in self.graph.nodes.iter().enumerate() {
            if !needed[id] || !node.is_reduction() {
                continue;
            }
            let (level, shapes) = (self.depth[id], self.domain_of(id as TypedId));
            match plans.iter_mut().find(|p| p.level == level && p.shapes == shapes) {
                Some(plan) => plan.reductions.push(id as TypedId),
                None => plans.push(Plan {
                    level,
                    shapes,
                    reductions: vec![id as TypedId],
                    outputs: vec![],
                }),
            }
        }
        plans.sort_by_key(|plan| plan.level);
        let first_output = plans.len();
        for (at, root) in self.graph.roots.iter().enumerate() {
            let shapes = self.shapes[*root as usize].clone();
            match plans[first_output..].iter_mut().find(|plan| plan.shapes == shapes) {
                Some(plan) => plan.outputs.push(at as u32),
                None => plans.push(Plan {
                    level: u32::MAX,
                    shapes,
                    reductions: vec![],
                    outputs: vec![at as u32],
                }),
            }
        }
        plans
    }

    fn pass(&mut self, plan: &Plan) {
        let mut builder = PassBuilder::new(self, plan);
        builder.count_uses();
        builder.nodes();
        builder.reductions();
        builder.outputs();
        let built = builder.finish();
        self.passes.push(built);
    }

    /// The inputs of one value with axes that lie below `root`, outside reductions.
    fn singles_of(&self, root: TypedId) -> Vec<u32> {
        let mut below = vec![false; self.graph.nodes.len()];
        below[root as usize] = true;
        let mut singles = Vec::new();
        for id in (0..=root as usize).rev() {
            let node = &self.graph.nodes[id];
            match node.op {
                _ if !below[id] || node.is_reduction() => {}
                Typed::Input(at) => {
                    let kind = self.inputs[at as usize];
                    if kind.single && kind.has_axes {
                        singles.push(at);
                    }
                }
                Typed::Gather => below[node.args()[1] as usize] = true,
                _ => node.args().iter().for_each(|arg| below[*arg as usize] = true),
            }
        }
        singles
    }

    fn finish(self) -> Program {
        let singles = self.graph.roots.iter().map(|root| self.singles_of(*root)).collect();
        let mut program = Program {
            level: self.isa,
            cells: self.cells,
            position: POSITION,
            faults: self.faults,
            passes: Vec::new(),
            inputs: self.inputs.iter().map(|input| input.ty).collect(),
            outputs: self.graph.roots.iter().map(|r| self.graph.nodes[*r as usize].ty).collect(),
            output_domains: Vec::new(),
            output_singles: singles,
        };
        let slot = |program: &Program, place: Place| match place {
            Place::Cell(at) => at,
            Place::Input(at) => program.input_slot(at),
            Place::Output(at) => program.output_slot(at),
            Place::Register(at) => program.register_slot(at),
        };
        let resolve = |program: &Program, instrs: Vec<PlacedInstr>| -> Vec<Instr> {
            let to_instr = |PlacedInstr { kernel, key, d, args }| Instr {
                kernel,
                key,
                d: slot(program, d),
                args: args.map(|arg| slot(program, arg)),
            };
            instrs.into_iter().map(to_instr).collect()
        };
        program.output_domains = vec![Vec::new(); program.outputs.len()];
        for (mut pass, prologue, body) in self.passes {
            pass.prologue = resolve(&program, prologue);
            pass.body = resolve(&program, body);
            for output in &pass.outputs {
                program.output_domains[*output as usize].clone_from(&pass.domain);
            }
            program.passes.push(pass);
        }
        program
    }
}
