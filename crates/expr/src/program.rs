//! Typed expressions to passes of loops over blocks.
//!
//! A pass reads some inputs once and makes reductions or outputs of them. What a reduction gives
//! is a single value for the passes after it. Within a pass the operations run one after another
//! over a block that stays in the first cache; what they leave for each other is in registers,
//! which are runs of scratch memory.

mod compile;
mod pass;

use std::sync::Arc;

pub(crate) use compile::compile;

use crate::error::Span;
use crate::kernels::{Kernel, Key, Level};
use crate::op::Reduction;
use crate::types::Type;

/// A place that a loop reads from or writes to; a number in the table of pointers of a pass:
/// cells first, then inputs, outputs and registers.
pub(crate) type Slot = u32;

/// One loop over a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instr {
    pub(crate) kernel: Kernel,
    /// What the loop does, for who wants to read it.
    pub(crate) key: Key,
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
    /// What its loops were compiled for.
    pub(crate) level: Level,
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
    /// It has at most one axis, so that it can be indexed.
    pub(crate) is_line: bool,
    /// The first input that has the same shape.
    pub(crate) shape: u32,
}
