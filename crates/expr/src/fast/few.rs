//! Programs of few cells, reductions above all.
#![allow(unsafe_code, reason = "operands are addresses")]

use std::mem::MaybeUninit;

use super::is_dense;
use crate::blocks::{MAX_BLOCK, ONE_PART};
use crate::error::Error;
use crate::exec;
use crate::kernels::{self, Key, State};
use crate::layout::{elements, is_aligned, same_shape};
use crate::op::{Binary, Reduction};
use crate::operand::{Operand, Output};
use crate::program::{Cell, Folding, Instr, Pass, Program, Slot};
use crate::types::{Scalar, Type};

/// Cells and slots of a program that runs in memory of the stack, and bytes for its registers there.
const CELLS: usize = 24;
const SLOTS: usize = 48;
const ROOM: usize = 16 * 1024;
/// Bytes of the widest element.
const WIDEST: usize = 8;

/// What is known of a program of few cells before its calls.
#[derive(Debug)]
pub(crate) struct Few {
    /// What the cells hold before a call, the states of reductions included.
    cells: Vec<State>,
    /// What ends the reductions of each pass.
    endings: Vec<Vec<Ending>>,
    /// The last pass, where all outputs are single values that it makes of others in cells.
    last: Option<Last>,
}

/// A pass over single values alone.
#[derive(Debug)]
struct Last {
    steps: Vec<Step>,
    /// For each output the cell of its value, and the bytes of that.
    outputs: Vec<(usize, usize)>,
}

/// What is done to single values in cells. A call of a loop takes longer than what is done most.
#[derive(Debug)]
enum Step {
    /// d = a / b
    Divide([usize; 3]),
    /// d = a as a float
    ToFloat([usize; 2]),
    Loop(Instr),
}

/// How a cell becomes the result of a reduction.
#[derive(Debug)]
struct Ending {
    state: usize,
    result: usize,
    /// The word of the state that is the result.
    word: Option<usize>,
    /// There may be no result.
    may_fail: bool,
}

#[repr(align(64))]
struct Room(#[expect(dead_code, reason = "only its address is used")] [MaybeUninit<u8>; ROOM]);

impl Few {
    /// What is known of `program`, if it is one of few cells without texts, tables and what is not defined
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
        let mut cells = program.cells.iter().map(cell).collect::<Option<Vec<_>>>()?;
        for folding in program.passes.iter().flat_map(|pass| &pass.foldings) {
            cells[folding.state as usize] = State::new(folding.kind, folding.ty);
        }
        let endings =
            program.passes.iter().map(|pass| pass.foldings.iter().map(Ending::of).collect());
        Some(Self { cells, endings: endings.collect(), last: Last::of(program) })
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
        for (slot, output) in rest.iter_mut().zip(outputs) {
            slot.write(output.data);
        }
        let passes = if self.last.is_some() {
            &program.passes[..program.passes.len() - 1]
        } else {
            &program.passes[..]
        };
        let ready = passes.iter().all(|pass| fits(pass, operands, outputs))
            && match self.last {
                Some(_) => have_places(outputs),
                None => are_apart(outputs, operands),
            };
        if !ready {
            return None;
        }
        let mut room = MaybeUninit::<Room>::uninit();
        let first = program.register_slot(0) as usize;
        for (pass, endings) in passes.iter().zip(&self.endings) {
            let n = len_of(pass, operands);
            let mut register = room.as_mut_ptr().cast::<u8>();
            for (slot, size) in all_slots[first..].iter_mut().zip(&pass.registers) {
                slot.write(register);
                register = register.wrapping_add(room_of(*size, n));
            }
            // SAFETY: so many have been written: cells, operands, outputs and registers. They are as the pass
            // expects them, as was checked, and registers have room for `n` values.
            unsafe {
                let slots = all_slots[..first + pass.registers.len()].assume_init_mut();
                run_pass((program, pass), cells, slots, n);
            }
            for (folding, ending) in pass.foldings.iter().zip(endings) {
                match ending.told(folding, &cells[ending.state]) {
                    Ok(bits) => cells[ending.result].0[0] = bits,
                    Err(error) => return Some(Err(error)),
                }
            }
        }
        if let Some(last) = &self.last {
            // SAFETY: as above; outputs are aligned single values of the types that their cells have.
            unsafe { last.run(cells, all_slots[..first].assume_init_ref(), outputs) };
        }
        Some(Ok(()))
    }
}

impl Ending {
    fn of(folding: &Folding) -> Self {
        Self {
            state: folding.state as usize,
            result: folding.result as usize,
            word: kernels::result_word(folding.kind, folding.ty),
            may_fail: matches!(folding.kind, Reduction::Min | Reduction::Max),
        }
    }

    /// The bits of the result of `folding`, whose state this is.
    #[inline]
    fn told(&self, folding: &Folding, state: &State) -> Result<u64, Error> {
        match self.word {
            Some(word) if !self.may_fail || state.0[2] != 0 => Ok(state.0[word]),
            _ => kernels::finish(folding.kind, folding.ty, state)
                .map(Scalar::to_bits)
                .map_err(|why| why.error(folding.kind, folding.span)),
        }
    }
}

impl Last {
    /// The last pass of `program`, if it makes all outputs of single values in cells. It does so after everything
    /// else has been read, so that outputs may share memory with operands.
    fn of(program: &Program) -> Option<Self> {
        let (last, earlier) = program.passes.split_last()?;
        let n_cells = program.cells.len();
        let in_cells = |slot: &Slot| (*slot as usize) < n_cells;
        let plain = last.domain.is_empty()
            && last.foldings.is_empty()
            && last.registers.is_empty()
            && last.body.len() == program.outputs.len()
            && last.prologue.iter().flat_map(|instr| &instr.args).all(in_cells)
            && earlier.iter().all(|pass| pass.outputs.is_empty());
        if !plain {
            return None;
        }
        let cell_of = |at: usize| {
            let slot = program.output_slot(at as u32);
            let instr = last.body.iter().find(|instr| instr.d == slot)?;
            let Key::Fill(ty) = instr.key else { return None };
            let cell = instr.args[0];
            in_cells(&cell).then_some((cell as usize, ty.size()))
        };
        let outputs = (0..program.outputs.len()).map(cell_of).collect::<Option<_>>()?;
        Some(Self { steps: last.prologue.iter().map(Step::of).collect(), outputs })
    }

    /// # Safety
    /// `slots` are those of `cells` first; outputs have room for a value each, aligned.
    #[inline]
    unsafe fn run(&self, cells: &mut [State], slots: &[*mut u8], outputs: &[Output<'_>]) {
        for step in &self.steps {
            match step {
                Step::Divide([d, a, b]) => {
                    let of = |cell: usize| f64::from_bits(cells[cell].0[0]);
                    cells[*d].0[0] = (of(*a) / of(*b)).to_bits();
                }
                Step::ToFloat([d, a]) => {
                    cells[*d].0[0] = (cells[*a].0[0] as i64 as f64).to_bits();
                }
                // SAFETY: the caller's promise.
                Step::Loop(instr) => unsafe {
                    exec::execute(std::slice::from_ref(instr), slots, 1);
                },
            }
        }
        for ((cell, size), output) in self.outputs.iter().zip(outputs) {
            let from = (&raw const cells[*cell]).cast::<u8>();
            // SAFETY: the caller's promise; a cell has room for every value.
            unsafe {
                match size {
                    // Of so many bytes as the compiler knows a copy is a move.
                    8 => output.data.copy_from_nonoverlapping(from, 8),
                    4 => output.data.copy_from_nonoverlapping(from, 4),
                    _ => output.data.copy_from_nonoverlapping(from, 1),
                }
            }
        }
    }
}

impl Step {
    fn of(instr: &Instr) -> Self {
        let [a, b, _] = instr.args.map(|slot| slot as usize);
        let d = instr.d as usize;
        match instr.key {
            Key::Binary(Binary::Div, Type::F64, ..) => Self::Divide([d, a, b]),
            Key::Cast(Type::I64, Type::F64) => Self::ToFloat([d, a]),
            _ => Self::Loop(*instr),
        }
    }
}

/// Runs one pass over its `n` elements, those of reductions in the blocks that they have everywhere.
///
/// # Safety
/// `slots` are as [`exec::execute`] expects them; the first are those of `cells`.
#[inline]
unsafe fn run_pass(
    (program, pass): (&Program, &Pass),
    cells: &mut [State],
    slots: &mut [*mut u8],
    n: usize,
) {
    for len in &pass.lens {
        cells[*len as usize].0[0] = n as u64;
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
        if len == n {
            break;
        }
        // After the last they are where the next pass expects them.
        let by = if done < n { len as isize } else { len as isize - n as isize };
        for at in &pass.moving {
            let slot = &mut slots[program.input_slot(*at) as usize];
            *slot = slot.wrapping_offset(by * program.inputs[*at as usize].size() as isize);
        }
    }
}

/// The elements of a pass.
#[inline]
fn len_of(pass: &Pass, operands: &[Operand<'_>]) -> usize {
    pass.domain.first().map_or(1, |at| operands[*at as usize].len())
}

/// Bytes for a register of `n` values.
fn room_of(size: u8, n: usize) -> usize {
    (usize::from(size) * n).next_multiple_of(64)
}

/// Whether what a pass reads lies side by side, its outputs have its shape, and it is not too long.
#[inline]
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

/// Whether outputs are aligned single values of which none shares memory with another.
#[inline]
fn have_places(outputs: &[Output<'_>]) -> bool {
    outputs.iter().enumerate().all(|(at, output)| {
        output.shape.is_empty()
            && is_aligned(output.data, output.ty.size())
            && outputs[..at]
                .iter()
                .all(|other| other.data.addr().abs_diff(output.data.addr()) >= WIDEST)
    })
}

/// Whether outputs lie side by side and share no memory with operands, which do so as well, and each other.
fn are_apart(outputs: &[Output<'_>], operands: &[Operand<'_>]) -> bool {
    let end_of = |from: usize, shape: &[usize], size: usize| from + elements(shape) * size;
    outputs.iter().enumerate().all(|(at, output)| {
        let (start, size) = (output.data.addr(), output.ty.size());
        let end = end_of(start, output.shape, size);
        is_dense(start, (output.shape, output.strides), size)
            && operands.iter().all(|operand| {
                let from = operand.data.addr();
                operand.scalar.is_some()
                    || from >= end
                    || end_of(from, operand.shape, operand.ty.size()) <= start
            })
            && outputs[..at].iter().all(|other| {
                let from = other.data.addr();
                from >= end || end_of(from, other.shape, other.ty.size()) <= start
            })
    })
}
