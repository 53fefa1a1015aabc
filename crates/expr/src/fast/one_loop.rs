//! Programs of one loop, and of one that reduces.
#![allow(unsafe_code, reason = "operands are addresses")]

use super::is_dense;
use crate::blocks::MAX_BLOCK;
use crate::kernels::{self, Kernel, Key, State};
use crate::layout::elements;
use crate::op::Reduction;
use crate::operand::{Operand, Output};
use crate::program::{Cell, InputKind, Pass, Program, Slot};

/// Bytes of an output up to which one thread without streamed writes is best.
const SMALL: usize = 512 * 1024;

/// A program of one loop.
#[derive(Debug)]
pub(crate) struct OneLoop {
    kernel: Kernel,
    args: [Source; 3],
    /// The input whose elements it goes through.
    domain: usize,
    /// Bytes of an element of the result.
    size: usize,
    fold: Option<Fold>,
}

/// What is made of the state of a reduction whose result is a word of it.
#[derive(Debug)]
struct Fold {
    /// The state before any value.
    state: State,
    word: usize,
    /// There may be no result.
    may_fail: bool,
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
        let (pass, last) = match &program.passes[..] {
            [pass] => (pass, None),
            [pass, last] => (pass, Some(last)),
            _ => return None,
        };
        let ([instr], [domain]) = (&pass.body[..], &pass.domain[..]) else { return None };
        let plain = pass.prologue.is_empty()
            && program.faults.is_empty()
            && program.outputs.len() == 1
            && program.output_singles[0].is_empty();
        if !plain {
            return None;
        }
        let fold = match last {
            None if pass.foldings.is_empty() && instr.d == program.output_slot(0) => None,
            None => return None,
            Some(last) => Some(Fold::of(pass, last)?),
        };
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
        Some(Self { kernel: instr.kernel, args, domain: *domain as usize, size, fold })
    }

    /// The input whose shape the result has, unless it is a single value.
    pub(crate) fn like(&self) -> Option<usize> {
        self.fold.is_none().then_some(self.domain)
    }

    /// Runs the loop when the operands are dense and few; otherwise, and when there is nothing to reduce, says no
    /// and does nothing.
    /// Types, and which inputs are single values or of equal shape, have been checked.
    #[inline]
    pub(crate) fn run(&self, operands: &[Operand<'_>], output: &Output<'_>) -> bool {
        let shape = operands[self.domain].shape;
        let n = match (output.shape, shape) {
            // Reduced is what one block has.
            (of_output, shape) if self.fold.is_some() => match elements(shape) {
                n @ 1..=MAX_BLOCK if of_output.is_empty() => n,
                _ => return false,
            },
            ([n], [len]) if n == len => *n,
            (shape, domain) if shape == domain => elements(shape),
            _ => return false,
        };
        let start = output.data.addr();
        if n * self.size > SMALL || !is_dense(start, (output.shape, output.strides), self.size) {
            return false;
        }
        // A single result is written when everything has been read.
        let end = if self.fold.is_some() { 0 } else { start + n * self.size };
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
        let [a, b, c] = places;
        if let Some(fold) = &self.fold {
            let mut state = fold.state;
            // SAFETY: all arrays are dense, aligned and of `n` values, or single values.
            unsafe { (self.kernel)((&raw mut state).cast(), a, b, c, n) };
            if fold.may_fail && state.0[2] == 0 {
                return false;
            }
            let from = (&raw const state.0[fold.word]).cast::<u8>();
            // SAFETY: the output has room for a value, which is no larger than a word.
            unsafe { output.data.copy_from_nonoverlapping(from, self.size) };
        } else if n > 0 {
            // SAFETY: all arrays are dense, aligned and as long as the output, or single values;
            // the output shares no memory with any.
            unsafe { (self.kernel)(output.data, a, b, c, n) };
        }
        true
    }
}

impl Fold {
    /// What `pass` reduces, if it is one thing, which `last` writes to the output as it is.
    fn of(pass: &Pass, last: &Pass) -> Option<Self> {
        let ([instr], [folding], [fill]) = (&pass.body[..], &pass.foldings[..], &last.body[..])
        else {
            return None;
        };
        let plain = pass.lens.is_empty()
            && pass.outputs.is_empty()
            && instr.d == folding.state
            && last.domain.is_empty()
            && last.prologue.is_empty()
            && last.foldings.is_empty()
            && matches!(fill.key, Key::Fill(_))
            && fill.args[0] == folding.result;
        let word = kernels::result_word(folding.kind, folding.ty).filter(|_| plain)?;
        Some(Self {
            state: State::new(folding.kind, folding.ty),
            word,
            may_fail: matches!(folding.kind, Reduction::Min | Reduction::Max),
        })
    }
}
