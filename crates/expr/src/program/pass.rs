//! The loops of one pass, and the registers between them.

use super::compile::{Compiler, POSITION, Place, PlacedInstr, Plan};
use super::{Cell, Fault, Folding, Pass, TextSide};
use crate::error::Span;
use crate::kernels::{self, Arg, Kernel, Key};
use crate::op::{Binary, Reduction};
use crate::typed::{Typed, TypedGraph, TypedId};
use crate::types::Type;

/// What [`Key::Statistics`] makes, in the order of its states.
const STATISTICS: [Reduction; kernels::STATISTICS] =
    [Reduction::Sum, Reduction::Var, Reduction::Min, Reduction::Max];

/// Builds one pass.
pub(super) struct PassBuilder<'a, 'b> {
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
    pub(super) fn new(compiler: &'b mut Compiler<'a>, plan: &'b Plan) -> Self {
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

    pub(super) fn count_uses(&mut self) {
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
        for id in &self.plan.reductions {
            let values = graph.nodes[*id as usize].args()[0];
            if self.fused_sum(*id).is_some() {
                self.inlined[values as usize] = true;
            }
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
    fn fused_key(&self, id: TypedId, inner: TypedId) -> Option<(Key, Kernel, [TypedId; 3])> {
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
        Some((key, kernels::find(key, self.compiler.isa)?, [a, b, c]))
    }

    /// The loop that computes the values of the sum `id` and adds them up, if nothing else needs them,
    /// and its arguments.
    fn fused_sum(&self, id: TypedId) -> Option<(Key, Kernel, Vec<TypedId>)> {
        let graph = self.graph();
        let node = &graph.nodes[id as usize];
        let (Typed::Reduce(Reduction::Sum), [values]) = (&node.op, node.args()) else {
            return None;
        };
        let value = &graph.nodes[*values as usize];
        if self.uses[*values as usize] != 1 || value.ty != Type::F64 || !self.varies(*values) {
            return None;
        }
        let (key, args) = if let Some(inner) = self.fused_of(*values) {
            match self.fused_key(*values, inner)? {
                (Key::Fused { first, second, b: Arg::Each, c, swapped, .. }, _, args) => {
                    (Key::FusedSum { first, second: Some(second), c, swapped }, args.to_vec())
                }
                _ => return None,
            }
        } else {
            let (Typed::Binary(first), [a, b]) = (&value.op, value.args()) else { return None };
            if !self.varies(*a) || !self.varies(*b) {
                return None;
            }
            let key = Key::FusedSum { first: *first, second: None, c: Arg::One, swapped: false };
            (key, vec![*a, *b])
        };
        Some((key, kernels::find(key, self.compiler.isa)?, args))
    }

    fn form(&self, id: TypedId) -> Arg {
        if self.varies(id) { Arg::Each } else { Arg::One }
    }

    pub(super) fn nodes(&mut self) {
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
        self.emit_kernel(id, (key, kernel), args);
    }

    fn emit_kernel(&mut self, id: TypedId, (key, kernel): (Key, Kernel), args: &[Place]) {
        let d = self.destination(id);
        let mut all = [Place::Cell(POSITION); 3];
        all[..args.len()].copy_from_slice(args);
        let instrs = if self.varies(id) { &mut self.body } else { &mut self.prologue };
        instrs.push(PlacedInstr { kernel, key, d, args: all });
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
        let key = Key::Fill(ty);
        let kernel = kernels::find(key, self.compiler.isa).expect("every type has its fill");
        let unused = Place::Cell(POSITION);
        let (d, args) = (Place::Register(register), [place, unused, unused]);
        self.body.push(PlacedInstr { kernel, key, d, args });
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
                    let (key, kernel, args) =
                        self.fused_key(id, inner).expect("it was fused because there is one");
                    let places = args.map(|arg| self.place(arg));
                    self.emit_kernel(id, (key, kernel), &places);
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

    /// Reductions of the same floats, at least three of the sum, the spread, the least and the
    /// greatest, which one loop makes together: the values, and the first of the four states.
    fn statistics(&mut self) -> Vec<(TypedId, u32)> {
        let graph = self.graph();
        let kind_of = |id: &TypedId| {
            let node = &graph.nodes[*id as usize];
            match node.op {
                Typed::Reduce(kind) if node.args().len() == 1 => {
                    STATISTICS.contains(&kind).then_some((node.args()[0], kind))
                }
                _ => None,
            }
        };
        let all: Vec<(TypedId, Reduction)> =
            self.plan.reductions.iter().filter_map(kind_of).collect();
        let mut found: Vec<(TypedId, u32)> = Vec::new();
        for (values, _) in &all {
            let together = all.iter().filter(|(other, _)| other == values).count();
            let known = found.iter().any(|(other, _)| other == values);
            let ty = graph.nodes[*values as usize].ty;
            if together < 3 || known || !ty.is_float() || !self.varies(*values) {
                continue;
            }
            let states: Vec<u32> =
                STATISTICS.iter().map(|_| self.compiler.cell(Cell::Zero)).collect();
            let key = Key::Statistics(ty);
            let kernel =
                kernels::find(key, self.compiler.isa).expect("floats have their statistics");
            let unused = Place::Cell(POSITION);
            let (d, args) = (Place::Cell(states[0]), [self.place(*values), unused, unused]);
            self.body.push(PlacedInstr { kernel, key, d, args });
            found.push((*values, states[0]));
        }
        found
    }

    pub(super) fn reductions(&mut self) {
        let graph = self.graph();
        let together = self.statistics();
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
            let span = graph.spans[*id as usize];
            let first = together.iter().find(|(values, _)| args == [*values]);
            let place =
                STATISTICS.iter().position(|one| *one == kind && node.op == Typed::Reduce(kind));
            if let (Some((_, first)), Some(place)) = (first, place) {
                let state = first + place as u32;
                self.pass.foldings.push(Folding { kind, ty, state, result, span });
                self.release(args[0]);
                continue;
            }
            if let Some((key, kernel, args)) =
                self.fused_sum(*id).filter(|_| self.inlined[args[0] as usize])
            {
                let state = self.compiler.cell(Cell::Zero);
                let mut places = [Place::Cell(POSITION); 3];
                for (place, arg) in places.iter_mut().zip(&args) {
                    *place = self.place(*arg);
                }
                let d = Place::Cell(state);
                self.body.push(PlacedInstr { kernel, key, d, args: places });
                for arg in args {
                    self.release(arg);
                }
                self.pass.foldings.push(Folding { kind, ty, state, result, span });
                continue;
            }
            let (values, filled) = self.each(args[0]);
            let (mask, mask_filled) = match args.get(1) {
                Some(mask) => self.each(*mask),
                None => (Place::Cell(POSITION), None),
            };
            let key = Key::Reduce { kind, ty, masked: args.len() > 1 };
            let kernel = kernels::find(key, self.compiler.isa).expect("every reduction has a loop");
            let state = self.compiler.cell(Cell::Zero);
            let places = [values, mask, Place::Cell(POSITION)];
            let d = Place::Cell(state);
            self.body.push(PlacedInstr { kernel, key, d, args: places });
            self.free_register(filled);
            self.free_register(mask_filled);
            for arg in args {
                self.release(*arg);
            }
            self.pass.foldings.push(Folding { kind, ty, state, result, span });
        }
    }

    /// Copies to their outputs the roots that were not computed there.
    pub(super) fn outputs(&mut self) {
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
            let (d, args) = (Place::Output(*at), [self.place(root), unused, unused]);
            self.body.push(PlacedInstr { kernel, key, d, args });
        }
    }

    pub(super) fn finish(mut self) -> (Pass, Vec<PlacedInstr>, Vec<PlacedInstr>) {
        self.pass.domain = self.plan.shapes.iter().copied().collect();
        (self.pass, self.prologue, self.body)
    }
}
