//! Programs of one loop.
#![allow(unsafe_code, reason = "operands are addresses")]

use super::is_dense;
use crate::kernels::Kernel;
use crate::layout::elements;
use crate::operand::{Operand, Output};
use crate::program::{Cell, InputKind, Program, Slot};

/// Bytes of an output up to which one thread without streamed writes is best.
const SMALL: usize = 512 * 1024;

/// A program of one loop.
#[derive(Debug)]
pub(crate) struct OneLoop {
    kernel: Kernel,
    args: [Source; 3],
    /// The input whose shape is that of the result.
    pub(crate) domain: usize,
    /// Bytes of an element of the result.
    size: usize,
}

#[derive(Debug)]
enum Source {
    Value(u64),
    /// An input, the bytes of its elements, and whether it has one for all.
    Input {
        at: usize,
        size: usize,
        single: bool,
    },
}

impl OneLoop {
    /// The one loop of `program`, made for `inputs`, if that is all it has. Texts are not for it.
    pub(crate) fn of(program: &Program, inputs: &[InputKind]) -> Option<Self> {
        let [pass] = &program.passes[..] else { return None };
        let ([instr], [domain]) = (&pass.body[..], &pass.domain[..]) else { return None };
        let plain = pass.prologue.is_empty()
            && pass.foldings.is_empty()
            && program.faults.is_empty()
            && program.outputs.len() == 1
            && program.output_singles[0].is_empty()
            && instr.d == program.output_slot(0);
        if !plain {
            return None;
        }
        let source = |slot: Slot| {
            let at = slot as usize;
            match program.cells.get(at) {
                Some(Cell::Value(bits)) => Some(Source::Value(*bits)),
                Some(Cell::Zero) => Some(Source::Value(0)),
                None => {
                    let at = at - program.cells.len();
                    let InputKind { ty, single, .. } = *inputs.get(at)?;
                    let size = ty.size();
                    (size > 0).then_some(Source::Input { at, size, single })
                }
                _ => None,
            }
        };
        let [a, b, c] = instr.args;
        let args = [source(a)?, source(b)?, source(c)?];
        let size = program.outputs[0].size();
        Some(Self { kernel: instr.kernel, args, domain: *domain as usize, size })
    }

    /// Runs the loop when the operands are dense and few; otherwise says no and does nothing.
    /// Types, and which inputs are single values or of equal shape, have been checked.
    #[inline]
    pub(crate) fn run(&self, operands: &[Operand<'_>], output: &Output<'_>) -> bool {
        let shape = operands[self.domain].shape;
        let n = match (output.shape, shape) {
            ([n], [len]) if n == len => *n,
            (shape, domain) if shape == domain => elements(shape),
            _ => return false,
        };
        let start = output.data.addr();
        let end = start + n * self.size;
        if n * self.size > SMALL || !is_dense(start, (output.shape, output.strides), self.size) {
            return false;
        }
        let mut places = [std::ptr::null::<u8>(); 3];
        for (place, source) in places.iter_mut().zip(&self.args) {
            *place = match source {
                Source::Value(bits) => std::ptr::from_ref(bits).cast(),
                Source::Input { at, size, single } => {
                    let operand = &operands[*at];
                    if let Some(bits) = &operand.scalar {
                        std::ptr::from_ref(bits).cast()
                    } else {
                        let from = operand.data.addr();
                        let to = from + if *single { *size } else { n * size };
                        let apart = from >= end || to <= start;
                        if !apart || !is_dense(from, (operand.shape, operand.strides), *size) {
                            return false;
                        }
                        operand.data
                    }
                }
            };
        }
        if n > 0 {
            let [a, b, c] = places;
            // SAFETY: all arrays are dense, aligned and as long as the output, or single values;
            // the output shares no memory with any.
            unsafe { (self.kernel)(output.data, a, b, c, n) };
        }
        true
    }
}
