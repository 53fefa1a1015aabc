//! The short way for an expression that is one loop over dense arrays: what a call of a few
//! elements costs is checks, not work.
#![allow(unsafe_code, reason = "operands are addresses")]

use crate::kernels::Kernel;
use crate::operand::{Operand, Output};
use crate::program::{Cell, Program, Slot};

/// Bytes of an output up to which one thread without streamed writes is best.
const SMALL: usize = 512 * 1024;

/// A program of one loop.
#[derive(Debug)]
pub(crate) struct OneLoop {
    kernel: Kernel,
    args: [Source; 3],
    /// The input whose shape is that of the result.
    pub(crate) domain: usize,
}

#[derive(Debug)]
enum Source {
    Value(u64),
    Input(u32),
}

impl OneLoop {
    /// The one loop of `program`, if that is all it has.
    pub(crate) fn of(program: &Program) -> Option<Self> {
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
                None if at < program.cells.len() + program.inputs.len() => {
                    Some(Source::Input((at - program.cells.len()) as u32))
                }
                _ => None,
            }
        };
        let [a, b, c] = instr.args;
        let args = [source(a)?, source(b)?, source(c)?];
        Some(Self { kernel: instr.kernel, args, domain: *domain as usize })
    }

    /// Runs the loop when the operands are dense and few; otherwise says no and does nothing.
    /// Types, and which inputs are single values or of equal shape, have been checked.
    #[inline]
    pub(crate) fn run(&self, operands: &[Operand<'_>], output: &Output<'_>) -> bool {
        let shape = operands[self.domain].shape;
        let size = output.ty.size();
        if output.shape != shape || !is_dense(output.data, shape, output.strides, size) {
            return false;
        }
        let n: usize = shape.iter().product();
        let (start, end) = (output.data.addr(), output.data.addr() + n * size);
        if n * size > SMALL {
            return false;
        }
        let mut places = [std::ptr::null::<u8>(); 3];
        for (place, source) in places.iter_mut().zip(&self.args) {
            *place = match source {
                Source::Value(bits) => std::ptr::from_ref(bits).cast(),
                Source::Input(at) => {
                    let operand = &operands[*at as usize];
                    if let Some(bits) = &operand.scalar {
                        std::ptr::from_ref(bits).cast()
                    } else {
                        let size = operand.ty.size();
                        let len = operand.len();
                        let apart =
                            operand.data.addr() >= end || operand.data.addr() + len * size <= start;
                        if !apart || !is_dense(operand.data, operand.shape, operand.strides, size) {
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

/// Whether elements lie side by side and aligned. Texts are no numbers and say no.
#[inline]
fn is_dense(data: *const u8, shape: &[usize], strides: &[isize], size: usize) -> bool {
    let contiguous = match (shape, strides) {
        ([_], [stride]) => *stride == size as isize,
        _ => crate::layout::is_contiguous(shape, strides, size),
    };
    contiguous && size > 0 && data.addr() & (size - 1) == 0
}
