//! What a prepared expression does for some operands, in words.

use std::fmt::{self, Write};

use crate::blocks::Blocks;
use crate::exec::Writing;
use crate::kernels::{Key, Level};
use crate::op::{Binary, UNARIES};
use crate::operand::Operand;
use crate::program::{Cell, Instr, Pass, Program, Slot};
use crate::types::{Scalar, Type};

/// How an expression is computed: its passes over memory, the loops of each, and what they read
/// and write. Its text has a line for each loop.
#[derive(Debug, Clone)]
pub struct Explanation {
    pub(crate) level: Level,
    pub(crate) stages: Vec<String>,
    pub(crate) passes: Vec<PassExplanation>,
}

/// One pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassExplanation {
    /// Elements that it walks over.
    pub elements: usize,
    /// Elements of a block: each loop runs over a block before the next does.
    pub block: usize,
    /// Bytes that it reads for each element.
    pub bytes_read: usize,
    /// Bytes that it writes for each element.
    pub bytes_written: usize,
    /// Whether outputs are written past the caches.
    pub streamed: bool,
    /// What is computed once, on single values.
    pub once: Vec<String>,
    /// The loops over a block: operations that share a line are fused into one loop.
    pub loops: Vec<String>,
}

impl Explanation {
    /// The level of the instruction set.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// Its passes, in order. Reductions along an axis and choices by a mask come before, as
    /// [`stages`](Self::stages).
    #[must_use]
    pub fn passes(&self) -> &[PassExplanation] {
        &self.passes
    }

    /// What is computed tile by tile before the passes.
    #[must_use]
    pub fn stages(&self) -> &[String] {
        &self.stages
    }

    /// Bytes that the passes read from and write to operands and outputs.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let of = |pass: &PassExplanation| {
            pass.elements as u64 * (pass.bytes_read + pass.bytes_written) as u64
        };
        self.passes.iter().map(of).sum()
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "instruction set: {}", self.level.name())?;
        for stage in &self.stages {
            writeln!(f, "before: {stage}")?;
        }
        for (at, pass) in self.passes.iter().enumerate() {
            let PassExplanation { elements, block, bytes_read, bytes_written, .. } = pass;
            writeln!(f, "pass {}: {elements} elements in blocks of {block}", at + 1)?;
            let past = if pass.streamed { " past the caches" } else { "" };
            writeln!(f, "  reads {bytes_read} and writes {bytes_written} bytes an element{past}")?;
            for line in &pass.once {
                writeln!(f, "  once  {line}")?;
            }
            for line in &pass.loops {
                writeln!(f, "  loop  {line}")?;
            }
        }
        Ok(())
    }
}

impl PassExplanation {
    /// What `pass` of `program` does with `operands`, whose names are `names`.
    pub(crate) fn of(
        (program, pass): (&Program, &Pass),
        names: &[&str],
        operands: &[Operand<'_>],
    ) -> Self {
        let shapes = pass.domain.iter().map(|at| ("an operand", operands[*at as usize].shape));
        let elements = crate::layout::broadcast(shapes)
            .map(|shape| shape.iter().product())
            .unwrap_or_default();
        let sizes = pass.outputs.iter().map(|at| program.outputs[*at as usize].size());
        let Blocks { block, streamed, .. } =
            Blocks::of(pass, sizes.clone(), elements, Writing::Apart);
        let says = |instr: &Instr| line(program, names, instr);
        Self {
            elements,
            block: block.min(elements),
            bytes_read: pass
                .moving
                .iter()
                .map(|at| match program.inputs[*at as usize] {
                    Type::Text => 8,
                    ty => ty.size(),
                })
                .sum(),
            bytes_written: sizes.sum(),
            streamed,
            once: pass.prologue.iter().map(says).collect(),
            loops: pass.body.iter().map(says).collect(),
        }
    }
}

fn line(program: &Program, names: &[&str], instr: &Instr) -> String {
    let of = |slot: Slot, ty: Type| place(program, names, slot, ty);
    let [a, b, c] = instr.args;
    let two = |ty: Type, first: Binary, second: Binary, swapped: bool| {
        let inner = format!("({})", infix(first.symbol(), &of(a, ty), &of(b, ty)));
        let outer = of(c, ty);
        let (left, right) = if swapped { (&outer, &inner) } else { (&inner, &outer) };
        infix(second.symbol(), left, right)
    };
    let (said, ty) = match instr.key {
        Key::Unary(unary, ty) => {
            let name = UNARIES.iter().find(|(_, u)| *u == unary).map_or("?", |(name, _)| name);
            (format!("{name}({})", of(a, ty)), ty)
        }
        Key::Binary(binary, ty, ..) => (infix(binary.symbol(), &of(a, ty), &of(b, ty)), ty),
        Key::Compare(compare, ty, ..) => (infix(compare.symbol(), &of(a, ty), &of(b, ty)), ty),
        Key::Select(ty, ..) => {
            (format!("where({}, {}, {})", of(a, Type::Bool), of(b, ty), of(c, ty)), ty)
        }
        Key::Cast(from, to) => (format!("{to}({})", of(a, from)), to),
        Key::Fill(ty) | Key::Copy(ty) => (of(a, ty), ty),
        Key::Fused { first, second, ty, swapped, .. } => (two(ty, first, second, swapped), ty),
        Key::FusedSum { first, second, swapped, .. } => {
            let values = match second {
                Some(second) => two(Type::F64, first, second, swapped),
                None => infix(first.symbol(), &of(a, Type::F64), &of(b, Type::F64)),
            };
            (format!("sum({values})"), Type::F64)
        }
        Key::Gather(ty) => (format!("{}[{}]", of(a, ty), of(b, Type::I64)), ty),
        Key::Reduce { kind, ty, masked } => {
            let mut said = format!("{}({}", kind.name(), of(a, ty));
            if masked {
                // Writing to a string cannot fail.
                write!(said, ", where={}", of(b, Type::Bool)).ok();
            }
            (said + ")", ty)
        }
        Key::Statistics(ty) => {
            let x = of(a, ty);
            (format!("sum({x}), spread({x}), min({x}), max({x})"), ty)
        }
        Key::Search(search, _) => {
            (format!("{}({}, {})", search.name(), of(a, Type::Text), of(b, Type::Text)), Type::Text)
        }
        Key::CompareText(compare, _) => {
            (infix(compare.symbol(), &of(a, Type::Text), &of(b, Type::Text)), Type::Text)
        }
    };
    let target = of(instr.d, ty);
    format!("{target} = {said}    {ty}")
}

fn infix(sign: &str, a: &str, b: &str) -> String {
    if sign.starts_with(char::is_alphabetic) {
        format!("{sign}({a}, {b})")
    } else {
        format!("{a} {sign} {b}")
    }
}

fn place(program: &Program, names: &[&str], slot: Slot, ty: Type) -> String {
    let n_cells = program.cells.len() as Slot;
    let (n_inputs, n_outputs) = (program.inputs.len() as Slot, program.outputs.len() as Slot);
    if slot < n_cells {
        match &program.cells[slot as usize] {
            Cell::Value(bits) => Scalar::from_bits(ty, *bits).to_string(),
            Cell::Offsets(text) => format!("{text:?}"),
            _ => format!("s{slot}"),
        }
    } else if slot < n_cells + n_inputs {
        names[(slot - n_cells) as usize].to_owned()
    } else if slot < n_cells + n_inputs + n_outputs {
        let at = slot - n_cells - n_inputs;
        if n_outputs == 1 { "out".to_owned() } else { format!("out{at}") }
    } else {
        format!("r{}", slot - n_cells - n_inputs - n_outputs)
    }
}
