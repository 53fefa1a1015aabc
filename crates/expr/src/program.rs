//! Typed expressions to passes of loops over blocks.
//!
//! A pass reads some inputs once and makes reductions or outputs of them. What a reduction gives
//! is a single value for the passes after it. Within a pass the operations run one after another
//! over a block that stays in the first cache; what they leave for each other is in registers,
//! which are runs of scratch memory.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::error::Span;
use crate::kernels::{self, Arg, Kernel, Key, Level};
use crate::op::{Binary, Reduction};
use crate::typed::{Typed, TypedGraph, TypedId};
use crate::types::Type;

/// A place that a loop reads from or writes to; a number in the table of pointers of a pass:
/// cells first, then inputs, outputs and registers.
pub(crate) type Slot = u32;

/// One loop over a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instr {
    pub(crate) kernel: Kernel,
    pub(crate) d: Slot,
    pub(crate) args: [Slot; 3],
}

/// What a cell holds before a call. Cells are the single values of a program.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Something that is written before it is read, or a flag that is not set.
    Zero,
    Value(u64),
    /// The offsets of a single text.
    Offsets(Arc<str>),
    /// Where the bytes of texts are.
    Texts {
        a: u32,
        b: TextSide,
    },
    /// The length and stride of the table that this input is.
    Table(u32),
}

/// The second side of a comparison of texts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TextSide {
    Input(u32),
    Const(Arc<str>),
}

/// A reduction that a pass makes.
#[derive(Debug, Clone)]
pub(crate) struct Folding {
    pub(crate) kind: Reduction,
    pub(crate) ty: Type,
    /// The cell of its state.
    pub(crate) state: u32,
    /// The cell of its result.
    pub(crate) result: u32,
    pub(crate) span: Span,
}

/// Something that whole numbers cannot do, told by a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    ZeroDivision,
    NegativePower,
    /// The flag is the third word of a table's cell.
    Index,
}

/// One pass over the operands that give it its shape.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pass {
    /// Inputs that are not single values and give the pass its shape.
    pub(crate) domain: Vec<u32>,
    /// Inputs that are read value by value.
    pub(crate) moving: Vec<u32>,
    /// Once, before the blocks: on single values.
    pub(crate) prologue: Vec<Instr>,
    /// For each block.
    pub(crate) body: Vec<Instr>,
    pub(crate) foldings: Vec<Folding>,
    /// Cells that become the number of values of the pass.
    pub(crate) lens: Vec<u32>,
    /// Outputs that it writes.
    pub(crate) outputs: Vec<u32>,
    /// Size of an element of each register.
    pub(crate) registers: Vec<u8>,
    /// Bytes that all registers need for one element.
    pub(crate) register_bytes: usize,
}

/// A typed expression, ready to run for operands of given types.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) cells: Vec<Cell>,
    /// The cell of the position of a block.
    pub(crate) position: u32,
    pub(crate) faults: Vec<(u32, Fault, Span)>,
    pub(crate) passes: Vec<Pass>,
    pub(crate) inputs: Vec<Type>,
    pub(crate) outputs: Vec<Type>,
    /// The domain of each output.
    pub(crate) output_domains: Vec<Vec<u32>>,
    /// The inputs of one value that each output depends on: their axes are its axes, too.
    pub(crate) output_singles: Vec<Vec<u32>>,
}

impl Program {
    /// The slot of input `at`.
    pub(crate) fn input_slot(&self, at: u32) -> Slot {
        self.cells.len() as Slot + at
    }

    /// The slot of output `at`.
    pub(crate) fn output_slot(&self, at: u32) -> Slot {
        (self.cells.len() + self.inputs.len()) as Slot + at
    }

    /// Whether input `at` is read only value by value, by the one pass that writes outputs.
    pub(crate) fn reads_in_step(&self, at: u32) -> bool {
        let is_table = self.cells.contains(&Cell::Table(at));
        let writing = self.passes.iter().filter(|pass| !pass.outputs.is_empty()).count();
        !is_table && writing == 1 && self.passes.iter().any(|pass| pass.moving.contains(&at))
    }

    /// The slot of register `at`.
    pub(crate) fn register_slot(&self, at: u32) -> Slot {
        (self.cells.len() + self.inputs.len() + self.outputs.len()) as Slot + at
    }
}

/// An input as far as a program depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InputKind {
    pub(crate) ty: Type,
    /// One value for all.
    pub(crate) single: bool,
    /// Its shape is not that of a plain number.
    pub(crate) has_axes: bool,
    /// The first input that has the same shape.
    pub(crate) shape: u32,
}

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
enum Place {
    Cell(u32),
    Input(u32),
    Output(u32),
    Register(u32),
}

/// What one pass is to make.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Plan {
    level: u32,
    shapes: BTreeSet<u32>,
    reductions: Vec<TypedId>,
    outputs: Vec<u32>,
}

struct Compiler<'a> {
    graph: &'a TypedGraph,
    inputs: &'a [InputKind],
    isa: Level,
    /// The inputs that give each node its shape, by the first of equal shape.
    shapes: Vec<BTreeSet<u32>>,
    /// How many reductions lie below each node.
    depth: Vec<u32>,
    cells: Vec<Cell>,
    faults: Vec<(u32, Fault, Span)>,
    /// Where the result of a reduction is.
    results: Vec<Option<u32>>,
    passes: Vec<(Pass, Vec<PlacedInstr>, Vec<PlacedInstr>)>,
}

type PlacedInstr = (Kernel, Place, [Place; 3]);

/// The cell that holds the position.
const POSITION: u32 = 0;

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

    fn cell(&mut self, cell: Cell) -> u32 {
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
            let to_instr = |(kernel, d, args): PlacedInstr| Instr {
                kernel,
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

/// Builds one pass.
struct PassBuilder<'a, 'b> {
    compiler: &'b mut Compiler<'a>,
    plan: &'b Plan,
    pass: Pass,
    prologue: Vec<PlacedInstr>,
    body: Vec<PlacedInstr>,
    /// Uses of each node that are still to come.
    uses: Vec<u32>,
    places: Vec<Option<Place>>,
    /// Nodes that are computed inside the loop of the one node that uses them.
    inlined: Vec<bool>,
    /// Registers that are free, by the size of their elements.
    free: Vec<(u8, u32)>,
    /// The output that a node is computed into.
    into: Vec<Option<u32>>,
}

impl<'a, 'b> PassBuilder<'a, 'b> {
    fn new(compiler: &'b mut Compiler<'a>, plan: &'b Plan) -> Self {
        let n = compiler.graph.nodes.len();
        Self {
            compiler,
            plan,
            pass: Pass::default(),
            prologue: Vec::new(),
            body: Vec::new(),
            uses: vec![0; n],
            places: vec![None; n],
            inlined: vec![false; n],
            free: Vec::new(),
            into: vec![None; n],
        }
    }

    fn graph(&self) -> &'a TypedGraph {
        self.compiler.graph
    }

    /// Whether the node has a value for each element of the pass, not one for all.
    fn varies(&self, id: TypedId) -> bool {
        !self.compiler.shapes[id as usize].is_empty()
    }

    /// What the pass makes, as nodes.
    fn targets(&self) -> Vec<TypedId> {
        let graph = self.graph();
        let of_reductions = self
            .plan
            .reductions
            .iter()
            .flat_map(|id| graph.nodes[*id as usize].value_args().iter().copied());
        let outputs = self.plan.outputs.iter().map(|at| graph.roots[*at as usize]);
        of_reductions.chain(outputs).collect()
    }

    fn count_uses(&mut self) {
        let graph = self.graph();
        for target in self.targets() {
            self.uses[target as usize] += 1;
        }
        for id in (0..graph.nodes.len()).rev() {
            let node = &graph.nodes[id];
            // Below a reduction it is the matter of an earlier pass.
            if self.uses[id] > 0 && !node.is_reduction() {
                for arg in node.value_args() {
                    self.uses[*arg as usize] += 1;
                }
            }
        }
        // A root that nothing else needs is computed in its place.
        for at in &self.plan.outputs {
            let root = graph.roots[*at as usize] as usize;
            let computed = !matches!(
                graph.nodes[root].op,
                Typed::Input(_)
                    | Typed::Const(_)
                    | Typed::Reduce(_)
                    | Typed::Len
                    | Typed::CountWhere
            );
            if self.uses[root] == 1 && computed && self.varies(root as TypedId) {
                self.into[root] = Some(*at);
            }
        }
        for fused in self.fusions() {
            self.inlined[fused as usize] = true;
        }
    }

    /// Nodes that the loop of the one node that uses them computes as well.
    fn fusions(&self) -> Vec<TypedId> {
        let graph = self.graph();
        let mut inner = Vec::new();
        let mut taken = vec![false; graph.nodes.len()];
        for id in (0..graph.nodes.len()).rev() {
            if self.uses[id] > 0
                && !taken[id]
                && let Some(fused) = self.fused_arg(id as TypedId)
            {
                taken[fused as usize] = true;
                inner.push(fused);
            }
        }
        inner
    }

    fn fused_arg(&self, id: TypedId) -> Option<TypedId> {
        let node = &self.graph().nodes[id as usize];
        let [left, right] = *node.args() else { return None };
        [left, right].into_iter().find(|arg| self.fused_key(id, *arg).is_some())
    }

    /// The loop that computes `id` and its argument `inner`, and the arguments of that loop.
    fn fused_key(&self, id: TypedId, inner: TypedId) -> Option<(Kernel, [TypedId; 3])> {
        let graph = self.graph();
        let (node, inner_node) = (&graph.nodes[id as usize], &graph.nodes[inner as usize]);
        let (Typed::Binary(second), Typed::Binary(first)) = (&node.op, &inner_node.op) else {
            return None;
        };
        let [left, right] = *node.args() else { return None };
        let [mut a, mut b] = *inner_node.args() else { return None };
        if self.uses[inner as usize] != 1 || left == right || !self.varies(inner) {
            return None;
        }
        if !self.varies(a) {
            if !first.commutes() {
                return None;
            }
            (a, b) = (b, a);
        }
        let c = if inner == left { right } else { left };
        let swapped = inner == right && !second.commutes();
        let key = Key::Fused {
            first: *first,
            second: *second,
            ty: node.ty,
            b: self.form(b),
            c: self.form(c),
            swapped,
        };
        Some((kernels::find(key, self.compiler.isa)?, [a, b, c]))
    }

    fn form(&self, id: TypedId) -> Arg {
        if self.varies(id) { Arg::Each } else { Arg::One }
    }

    fn nodes(&mut self) {
        let graph = self.graph();
        for id in 0..graph.nodes.len() {
            if self.uses[id] == 0 || self.inlined[id] {
                continue;
            }
            self.node(id as TypedId);
        }
    }

    /// The place of a node that has been computed.
    fn place(&self, id: TypedId) -> Place {
        self.places[id as usize].expect("arguments come before what needs them")
    }

    fn register(&mut self, ty: Type) -> u32 {
        let size = ty.size() as u8;
        if let Some(at) = self.free.iter().position(|(free, _)| *free == size) {
            return self.free.swap_remove(at).1;
        }
        self.pass.registers.push(size);
        self.pass.register_bytes += usize::from(size);
        self.pass.registers.len() as u32 - 1
    }

    /// One use of `id` is done; its register is free after the last.
    fn release(&mut self, id: TypedId) {
        if self.inlined[id as usize] {
            return;
        }
        self.uses[id as usize] -= 1;
        if self.uses[id as usize] == 0
            && let Some(Place::Register(register)) = self.places[id as usize]
        {
            self.free.push((self.pass.registers[register as usize], register));
        }
    }

    /// Where the node's values go.
    fn destination(&mut self, id: TypedId) -> Place {
        let ty = self.graph().nodes[id as usize].ty;
        match (self.into[id as usize], self.varies(id)) {
            (Some(output), _) => Place::Output(output),
            (None, true) => Place::Register(self.register(ty)),
            (None, false) => Place::Cell(self.compiler.cell(Cell::Zero)),
        }
    }

    fn emit(&mut self, id: TypedId, key: Key, args: &[Place]) {
        let kernel =
            kernels::find(key, self.compiler.isa).expect("typed operations all have their loops");
        self.emit_kernel(id, kernel, args);
    }

    fn emit_kernel(&mut self, id: TypedId, kernel: Kernel, args: &[Place]) {
        let d = self.destination(id);
        let mut all = [Place::Cell(POSITION); 3];
        all[..args.len()].copy_from_slice(args);
        let instrs = if self.varies(id) { &mut self.body } else { &mut self.prologue };
        instrs.push((kernel, d, all));
        self.places[id as usize] = Some(d);
    }

    /// The place of an argument as a run of values, for loops that take no single ones.
    fn each(&mut self, id: TypedId) -> (Place, Option<u32>) {
        let place = self.place(id);
        // Where all is single values, one is a run of them.
        if self.varies(id) || self.plan.shapes.is_empty() {
            return (place, None);
        }
        let ty = self.graph().nodes[id as usize].ty;
        let register = self.register(ty);
        let kernel =
            kernels::find(Key::Fill(ty), self.compiler.isa).expect("every type has its fill");
        let unused = Place::Cell(POSITION);
        self.body.push((kernel, Place::Register(register), [place, unused, unused]));
        (Place::Register(register), Some(register))
    }

    fn free_register(&mut self, register: Option<u32>) {
        if let Some(register) = register {
            self.free.push((self.pass.registers[register as usize], register));
        }
    }

    fn node(&mut self, id: TypedId) {
        let graph = self.graph();
        let node = &graph.nodes[id as usize];
        let span = graph.spans[id as usize];
        let arg_ty = |at: usize| graph.nodes[node.args()[at] as usize].ty;
        match &node.op {
            Typed::Const(bits) => {
                let cell = self.compiler.cell(Cell::Value(*bits));
                self.places[id as usize] = Some(Place::Cell(cell));
                return;
            }
            Typed::Text(text) => {
                let cell = self.compiler.cell(Cell::Offsets(text.clone()));
                self.places[id as usize] = Some(Place::Cell(cell));
                return;
            }
            Typed::Input(at) => {
                let single = self.compiler.inputs[*at as usize].single;
                if !single && !self.pass.moving.contains(at) && self.is_read(id) {
                    self.pass.moving.push(*at);
                }
                self.places[id as usize] = Some(Place::Input(*at));
                return;
            }
            Typed::Reduce(_) | Typed::Len | Typed::CountWhere => {
                let cell = self.compiler.results[id as usize].expect("reductions are placed");
                self.places[id as usize] = Some(Place::Cell(cell));
                return;
            }
            Typed::Unary(unary) => {
                let a = self.place(node.args()[0]);
                self.emit(id, Key::Unary(*unary, node.ty_of_arg(graph)), &[a]);
            }
            Typed::Cast => {
                let a = self.place(node.args()[0]);
                self.emit(id, Key::Cast(arg_ty(0), node.ty), &[a]);
            }
            Typed::Binary(binary) => {
                if let Some(inner) = self.fused_of(id) {
                    let (kernel, args) =
                        self.fused_key(id, inner).expect("it was fused because there is one");
                    let places = args.map(|arg| self.place(arg));
                    self.emit_kernel(id, kernel, &places);
                    for arg in args {
                        self.release(arg);
                    }
                    return;
                }
                let [left, right] = *node.args() else { unreachable!("two arguments") };
                let key = Key::Binary(*binary, node.ty, self.form(left), self.form(right));
                let flag = self.flag(*binary, node.ty, span);
                let args = [self.place(left), self.place(right), flag];
                self.emit(id, key, &args);
            }
            Typed::Compare(compare) if arg_ty(0) == Type::Text => {
                let (args, one) = self.texts(node.args());
                self.emit(id, Key::CompareText(*compare, one), &args);
            }
            Typed::Compare(compare) => {
                let [left, right] = *node.args() else { unreachable!("two arguments") };
                let key = Key::Compare(*compare, arg_ty(0), self.form(left), self.form(right));
                let args = [self.place(left), self.place(right)];
                self.emit(id, key, &args);
            }
            Typed::Search(search) => {
                let (args, one) = self.texts(node.args());
                self.emit(id, Key::Search(*search, one), &args);
            }
            Typed::Select => {
                let [mask, then, otherwise] = *node.args() else { unreachable!("three arguments") };
                let key = Key::Select(node.ty, self.form(then), self.form(otherwise));
                let (mask, filled) =
                    if self.varies(id) { self.each(mask) } else { (self.place(mask), None) };
                let args = [mask, self.place(then), self.place(otherwise)];
                self.emit(id, key, &args);
                self.free_register(filled);
            }
            Typed::Gather => {
                let [table, index] = *node.args() else { unreachable!("two arguments") };
                let Typed::Input(input) = graph.nodes[table as usize].op else {
                    unreachable!("tables are inputs")
                };
                let cell = self.compiler.cell(Cell::Table(input));
                self.compiler.faults.push((cell, Fault::Index, span));
                let args = [Place::Input(input), self.place(index), Place::Cell(cell)];
                self.emit(id, Key::Gather(node.ty), &args);
            }
        }
        for arg in node.value_args() {
            self.release(*arg);
        }
    }

    /// Whether an input is read value by value and not only as a table.
    fn is_read(&self, id: TypedId) -> bool {
        let graph = self.graph();
        let is_target = self.targets().contains(&id);
        is_target
            || graph.nodes.iter().enumerate().any(|(at, node)| {
                let reads = match node.op {
                    Typed::Gather => &node.args()[1..],
                    _ if node.is_reduction() => &[],
                    _ => node.value_args(),
                };
                self.uses[at] > 0 && reads.contains(&id)
            })
    }

    fn fused_of(&self, id: TypedId) -> Option<TypedId> {
        let args = self.graph().nodes[id as usize].args();
        args.iter().copied().find(|arg| self.inlined[*arg as usize])
    }

    /// The flag of an operation on whole numbers that is not defined for all.
    fn flag(&mut self, binary: Binary, ty: Type, span: Span) -> Place {
        let fault = match binary {
            Binary::FloorDiv | Binary::Mod | Binary::Fmod => Fault::ZeroDivision,
            Binary::Pow => Fault::NegativePower,
            _ => return Place::Cell(POSITION),
        };
        if ty.is_float() {
            return Place::Cell(POSITION);
        }
        let cell = self.compiler.cell(Cell::Zero);
        self.compiler.faults.push((cell, fault, span));
        Place::Cell(cell)
    }

    /// The arguments of a loop over texts, and the form of the second.
    fn texts(&mut self, args: &[TypedId]) -> ([Place; 3], Arg) {
        let graph = self.graph();
        let input = |id: TypedId| match graph.nodes[id as usize].op {
            Typed::Input(at) => Some(at),
            _ => None,
        };
        let a = input(args[0]).expect("texts are operands or written in the expression");
        let (b, one) = if let Typed::Text(text) = &graph.nodes[args[1] as usize].op {
            (TextSide::Const(text.clone()), Arg::One)
        } else {
            let b = input(args[1]).expect("texts are operands or written in the expression");
            (TextSide::Input(b), self.form(args[1]))
        };
        let cell = self.compiler.cell(Cell::Texts { a, b });
        ([self.place(args[0]), self.place(args[1]), Place::Cell(cell)], one)
    }

    fn reductions(&mut self) {
        let graph = self.graph();
        for id in &self.plan.reductions {
            let node = &graph.nodes[*id as usize];
            let result = self.compiler.results[*id as usize].expect("reductions are placed");
            if node.op == Typed::Len {
                self.pass.lens.push(result);
                continue;
            }
            let kind = match node.op {
                Typed::Reduce(kind) => kind,
                _ => Reduction::Count,
            };
            let args = node.value_args();
            let ty = graph.nodes[args[0] as usize].ty;
            let (values, filled) = self.each(args[0]);
            let (mask, mask_filled) = match args.get(1) {
                Some(mask) => self.each(*mask),
                None => (Place::Cell(POSITION), None),
            };
            let key = Key::Reduce { kind, ty, masked: args.len() > 1 };
            let kernel = kernels::find(key, self.compiler.isa).expect("every reduction has a loop");
            let state = self.compiler.cell(Cell::Zero);
            let places = [values, mask, Place::Cell(POSITION)];
            self.body.push((kernel, Place::Cell(state), places));
            self.free_register(filled);
            self.free_register(mask_filled);
            for arg in args {
                self.release(*arg);
            }
            let span = graph.spans[*id as usize];
            self.pass.foldings.push(Folding { kind, ty, state, result, span });
        }
    }

    /// Copies to their outputs the roots that were not computed there.
    fn outputs(&mut self) {
        let graph = self.graph();
        let unused = Place::Cell(POSITION);
        for at in &self.plan.outputs {
            self.pass.outputs.push(*at);
            let root = graph.roots[*at as usize];
            if self.into[root as usize] == Some(*at) {
                continue;
            }
            let ty = graph.nodes[root as usize].ty;
            let key = if self.varies(root) { Key::Copy(ty) } else { Key::Fill(ty) };
            let kernel = kernels::find(key, self.compiler.isa).expect("every type has its copy");
            self.body.push((kernel, Place::Output(*at), [self.place(root), unused, unused]));
        }
    }

    fn finish(mut self) -> (Pass, Vec<PlacedInstr>, Vec<PlacedInstr>) {
        self.pass.domain = self.plan.shapes.iter().copied().collect();
        (self.pass, self.prologue, self.body)
    }
}
