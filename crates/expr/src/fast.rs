//! The short ways for few elements of dense arrays: what a call of them costs is checks, not work.
#![allow(unsafe_code, reason = "operands are addresses")]

use std::mem::MaybeUninit;

use crate::blocks::{MAX_BLOCK, ONE_PART};
use crate::error::Error;
use crate::exec;
use crate::kernels::{self, Kernel, State};
use crate::layout::{is_contiguous, same_shape};
use crate::operand::{Operand, Output};
use crate::program::{Cell, InputKind, Pass, Program, Slot};

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
            (shape, domain) if shape == domain => shape.iter().product(),
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

/// Cells and slots of a program that runs in memory of the stack, and bytes for its registers there.
const CELLS: usize = 24;
const SLOTS: usize = 48;
const ROOM: usize = 16 * 1024;

/// What the cells of a program of few cells hold before a call.
#[derive(Debug)]
pub(crate) struct Few {
    cells: Vec<State>,
}

#[repr(align(64))]
struct Room(#[expect(dead_code, reason = "only its address is used")] [MaybeUninit<u8>; ROOM]);

impl Few {
    /// The cells of `program`, if it is one of few cells without texts, tables and what is not defined
    /// for all whole numbers.
    pub(crate) fn of(program: &Program) -> Option<Self> {
        let n_registers = program.passes.iter().map(|pass| pass.registers.len()).max()?;
        let n_slots = program.register_slot(n_registers as u32) as usize;
        let plain = program.cells.len() <= CELLS
            && n_slots <= SLOTS
            && program.faults.is_empty()
            && program.inputs.iter().all(|ty| ty.size() > 0)
            && program.passes.iter().all(|pass| pass.domain.len() < 2)
            && program.output_singles.iter().all(Vec::is_empty);
        if !plain {
            return None;
        }
        let cell = |cell: &Cell| match cell {
            Cell::Zero => Some(State::default()),
            Cell::Value(bits) => Some(State([*bits, 0, 0, 0])),
            _ => None,
        };
        Some(Self { cells: program.cells.iter().map(cell).collect::<Option<_>>()? })
    }

    /// Runs `program` when the operands are dense and few; otherwise gives nothing and does nothing.
    /// Types, and which inputs are single values or of equal shape, have been checked.
    ///
    /// # Errors
    /// Those of a call that only the values can tell.
    #[inline(never)]
    pub(crate) fn run(
        &self,
        program: &Program,
        operands: &[Operand<'_>],
        outputs: &[Output<'_>],
    ) -> Option<Result<(), Error>> {
        // What is not used is not written either.
        let mut all_cells = [const { MaybeUninit::<State>::uninit() }; CELLS];
        let mut all_slots = [const { MaybeUninit::<*mut u8>::uninit() }; SLOTS];
        let cells = all_cells[..self.cells.len()].write_copy_of_slice(&self.cells);
        let (of_cells, rest) = all_slots.split_at_mut(cells.len());
        for (slot, cell) in of_cells.iter_mut().zip(cells.iter_mut()) {
            slot.write((&raw mut *cell).cast());
        }
        let (of_inputs, rest) = rest.split_at_mut(operands.len());
        for (slot, operand) in of_inputs.iter_mut().zip(operands) {
            slot.write(match &operand.scalar {
                Some(bits) => std::ptr::from_ref(bits).cast_mut().cast(),
                None if is_aligned(operand.data, operand.ty.size()) => operand.data.cast_mut(),
                None => return None,
            });
        }
        for (at, output) in outputs.iter().enumerate() {
            if !is_apart(output, operands, &outputs[..at]) {
                return None;
            }
            rest[at].write(output.data);
        }
        if !program.passes.iter().all(|pass| fits(pass, operands, outputs)) {
            return None;
        }
        let mut room = MaybeUninit::<Room>::uninit();
        let first = program.register_slot(0) as usize;
        for pass in &program.passes {
            let n = len_of(pass, operands);
            let mut register = room.as_mut_ptr().cast::<u8>();
            for (slot, size) in all_slots[first..].iter_mut().zip(&pass.registers) {
                slot.write(register);
                register = register.wrapping_add(room_of(*size, n));
            }
            // SAFETY: so many have been written: cells, operands, outputs and registers. They are as the pass
            // expects them, as was checked, and registers have room for `n` values.
            let ran = unsafe {
                let slots = all_slots[..first + pass.registers.len()].assume_init_mut();
                run_pass((program, pass), cells, slots, n)
            };
            if let Err(error) = ran {
                return Some(Err(error));
            }
        }
        Some(Ok(()))
    }
}

/// Runs one pass over its `n` elements, those of reductions in the blocks that they have everywhere.
///
/// # Safety
/// `slots` are as [`exec::execute`] expects them; the first are those of `cells`.
unsafe fn run_pass(
    (program, pass): (&Program, &Pass),
    cells: &mut [State],
    slots: &mut [*mut u8],
    n: usize,
) -> Result<(), Error> {
    for len in &pass.lens {
        cells[*len as usize].0[0] = n as u64;
    }
    for folding in &pass.foldings {
        cells[folding.state as usize] = State::new(folding.kind, folding.ty);
    }
    if n > 0 {
        // SAFETY: the caller's promise.
        unsafe { exec::execute(&pass.prologue, slots, 1) };
    }
    let block = if pass.foldings.is_empty() { n } else { MAX_BLOCK };
    let mut done = 0;
    while done < n {
        let len = block.min(n - done);
        cells[program.position as usize].0[0] = done as u64;
        // SAFETY: the caller's promise; operands were advanced with `done`, and only reductions are made in
        // more than one block.
        unsafe { exec::execute(&pass.body, slots, len) };
        done += len;
        // After the last they are where the next pass expects them.
        let by = if done < n { len as isize } else { len as isize - n as isize };
        for at in &pass.moving {
            let slot = &mut slots[program.input_slot(*at) as usize];
            *slot = slot.wrapping_offset(by * program.inputs[*at as usize].size() as isize);
        }
    }
    for folding in &pass.foldings {
        let state = cells[folding.state as usize];
        let result = kernels::finish(folding.kind, folding.ty, &state)
            .map_err(|why| why.error(folding.kind, folding.span))?;
        cells[folding.result as usize] = State([result.to_bits(), 0, 0, 0]);
    }
    Ok(())
}

/// The elements of a pass.
fn len_of(pass: &Pass, operands: &[Operand<'_>]) -> usize {
    pass.domain.first().map_or(1, |at| operands[*at as usize].len())
}

/// Bytes for a register of `n` values.
fn room_of(size: u8, n: usize) -> usize {
    (usize::from(size) * n).next_multiple_of(64)
}

/// Whether what a pass reads lies side by side, its outputs have its shape, and it is not too long.
fn fits(pass: &Pass, operands: &[Operand<'_>], outputs: &[Output<'_>]) -> bool {
    let n = len_of(pass, operands);
    let shape = pass.domain.first().map_or(&[][..], |at| operands[*at as usize].shape);
    let moves = |at: &u32| {
        let operand = &operands[*at as usize];
        is_dense(operand.data.addr(), (operand.shape, operand.strides), operand.ty.size())
    };
    // What is written is written in one block.
    n <= ONE_PART
        && (n <= MAX_BLOCK || pass.foldings.is_empty() || pass.outputs.is_empty())
        && pass.registers.iter().map(|size| room_of(*size, n)).sum::<usize>() <= ROOM
        && pass.moving.iter().all(moves)
        && pass.outputs.iter().all(|at| same_shape(outputs[*at as usize].shape, shape))
}

/// Whether an output lies side by side and shares no memory with operands, which do so as well, and the
/// other outputs.
fn is_apart(output: &Output<'_>, operands: &[Operand<'_>], others: &[Output<'_>]) -> bool {
    let end_of =
        |from: usize, shape: &[usize], size: usize| from + shape.iter().product::<usize>() * size;
    let (start, size) = (output.data.addr(), output.ty.size());
    let end = end_of(start, output.shape, size);
    is_dense(start, (output.shape, output.strides), size)
        && operands.iter().all(|operand| {
            let from = operand.data.addr();
            operand.scalar.is_some()
                || from >= end
                || end_of(from, operand.shape, operand.ty.size()) <= start
        })
        && others.iter().all(|other| {
            let from = other.data.addr();
            from >= end || end_of(from, other.shape, other.ty.size()) <= start
        })
}

/// Whether elements of `size` bytes, a power of two, lie side by side from `address` on, aligned.
#[inline]
fn is_dense(address: usize, layout: (&[usize], &[isize]), size: usize) -> bool {
    let contiguous = match layout {
        ([_], [stride]) if *stride == size as isize => true,
        (shape, strides) => is_contiguous(shape, strides, size),
    };
    contiguous && address & (size - 1) == 0
}

#[inline]
fn is_aligned(address: *const u8, size: usize) -> bool {
    address.addr() & (size - 1) == 0
}
