//! Runs the passes of a program over memory.
#![allow(unsafe_code, reason = "operands are addresses")]
#![allow(clippy::cast_ptr_alignment, reason = "cells are aligned for all that is put in them")]

use std::mem::MaybeUninit;

use jobs::Run;

use crate::blocks::{Blocks, LINE, SCRATCH, block_len, part_len};
use crate::error::Error;
use crate::kernels::{self, Gather, State, TextArgs};
use crate::layout::{self, Axes, Order};
use crate::op::Reduction;
use crate::operand::{Operand, Output};
use crate::program::{Cell, Fault, Folding, Instr, Pass, Program, TextSide};

/// A row at least this long is walked by itself.
const LONG_ROW: usize = 128;

/// What integer operations could not do, a bit for each entry of [`Program::faults`]; those
/// beyond 64 share the last.
type Faults = u64;

/// Whether outputs are operands as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writing {
    /// They share no memory.
    Apart,
    /// An output is an operand, element by element.
    InPlace,
}

/// Runs `program`. Shapes and types have been checked: `shapes` are those of the passes.
///
/// # Errors
/// What only the values can tell: empty reductions, overflow, division by zero, wrong indices.
pub(crate) fn run(
    program: &Program,
    operands: &[Operand<'_>],
    outputs: &[Output<'_>],
    writing: Writing,
    run: &Run,
) -> Result<(), Error> {
    let n_cells = program.cells.len();
    let mut few = [State::default(); 12];
    let mut many;
    let cells = if n_cells <= few.len() {
        &mut few[..n_cells]
    } else {
        many = vec![State::default(); n_cells];
        &mut many[..]
    };
    fill_cells(program, operands, cells);
    for pass in &program.passes {
        let faults = run_pass(program, pass, (operands, outputs), (cells, writing), run)?;
        if faults != 0 {
            return Err(fault_error(program, operands, faults));
        }
    }
    Ok(())
}

fn fill_cells(program: &Program, operands: &[Operand<'_>], cells: &mut [State]) {
    for (cell, what) in cells.iter_mut().zip(&program.cells) {
        match what {
            Cell::Zero => {}
            Cell::Value(bits) => cell.0[0] = *bits,
            Cell::Offsets(text) => cell.0[1] = text.len() as u64,
            Cell::Texts { a, b } => {
                let b = match b {
                    TextSide::Input(at) => operands[*at as usize].text,
                    TextSide::Const(text) => text.as_ptr(),
                };
                let args = TextArgs { a: operands[*a as usize].text, b };
                // SAFETY: a cell is as large and aligned as the arguments need.
                unsafe { (&raw mut *cell).cast::<TextArgs>().write(args) };
            }
            Cell::Table(at) => {
                let table = &operands[*at as usize];
                let stride = table.strides.first().copied().unwrap_or(0);
                let gather = Gather { len: table.len() as i64, stride: stride as i64, failed: 0 };
                // SAFETY: as above.
                unsafe { (&raw mut *cell).cast::<Gather>().write(gather) };
            }
        }
    }
}

fn fault_error(program: &Program, operands: &[Operand<'_>], faults: Faults) -> Error {
    let at = faults.trailing_zeros() as usize;
    let (cell, fault, span) = program.faults[at.min(program.faults.len() - 1)];
    match fault {
        Fault::ZeroDivision => Error::ZeroDivision { span },
        Fault::NegativePower => Error::NegativePower { span },
        Fault::Index => {
            let table = match program.cells[cell as usize] {
                Cell::Table(at) => operands[at as usize].len(),
                _ => 0,
            };
            Error::Index { span, len: table }
        }
    }
}

/// The faults whose flags are set, and the flags cleared.
fn take_faults(program: &Program, cells: &[State]) -> Faults {
    let mut faults = 0;
    for (at, (cell, fault, _)) in program.faults.iter().enumerate() {
        let word = if *fault == Fault::Index { 2 } else { 0 };
        if cells[*cell as usize].0[word] != 0 {
            faults |= 1 << at.min(63);
        }
    }
    faults
}

/// What a part of a pass found out.
struct Found {
    states: Cells<4>,
    faults: Faults,
}

/// Cells of a part: up to `FEW` of them in place, as memory that one thread asks for and another gives back
/// costs more than what is written there.
struct Cells<const FEW: usize> {
    few: [State; FEW],
    many: Vec<State>,
    n: usize,
}

impl<const FEW: usize> Cells<FEW> {
    fn of(states: impl ExactSizeIterator<Item = State>) -> Self {
        let n = states.len();
        let (mut few, mut many) = ([State::default(); FEW], Vec::new());
        if n <= FEW {
            few.iter_mut().zip(states).for_each(|(place, state)| *place = state);
        } else {
            many = states.collect();
        }
        Self { few, many, n }
    }

    fn all(&self) -> &[State] {
        if self.n <= FEW { &self.few[..self.n] } else { &self.many }
    }

    fn all_mut(&mut self) -> &mut [State] {
        if self.n <= FEW { &mut self.few[..self.n] } else { &mut self.many }
    }
}

/// Runs one pass; what it reduces is in its cells afterwards.
fn run_pass(
    program: &Program,
    pass: &Pass,
    (operands, outputs): (&[Operand<'_>], &[Output<'_>]),
    (cells, writing): (&mut [State], Writing),
    run: &Run,
) -> Result<Faults, Error> {
    let general;
    let (n, walk) = if let Some(n) = dense_len(pass, operands, outputs) {
        (n, Walk::Dense(writing))
    } else {
        general = General::new(pass, operands, outputs, writing)?;
        (general.axes.lens.iter().product(), Walk::General(&general))
    };
    for len in &pass.lens {
        cells[*len as usize].0[0] = n as u64;
    }
    for folding in &pass.foldings {
        cells[folding.state as usize] = State::new(folding.kind, folding.ty);
    }
    let work = Work { program, pass, operands, outputs, walk, n };
    let mut faults = 0;
    if n > 0 {
        let part = part_len(n, pass, run);
        faults = if n <= part {
            work.part(cells, 0, n);
            take_faults(program, cells)
        } else {
            work.parts(cells, part, run)?
        };
    }
    for folding in &pass.foldings {
        let state = cells[folding.state as usize];
        let result = kernels::finish(folding.kind, folding.ty, &state)
            .map_err(|why| why.error(folding.kind, folding.span))?;
        cells[folding.result as usize] = State([result.to_bits(), 0, 0, 0]);
    }
    Ok(faults)
}

/// The number of elements, when all that a pass reads and writes lies side by side.
fn dense_len(pass: &Pass, operands: &[Operand<'_>], outputs: &[Output<'_>]) -> Option<usize> {
    let n = match pass.domain[..] {
        [] => 1,
        [one] => operands[one as usize].len(),
        _ => return None,
    };
    let operand_is = |at: &u32| {
        let operand = &operands[*at as usize];
        let size = operand.ty.size();
        size == 0 || layout::is_contiguous(operand.shape, operand.strides, size)
    };
    let output_is = |at: &u32| {
        let output = &outputs[*at as usize];
        let size = output.ty.size();
        layout::is_contiguous(output.shape, output.strides, size)
            && layout::is_aligned(output.data, size)
    };
    // Single values too are read where they are.
    let dense = operands.iter().all(|operand| layout::is_aligned(operand.data, operand.ty.size()))
        && pass.moving.iter().all(operand_is)
        && pass.outputs.iter().all(output_is);
    dense.then_some(n)
}

/// How a pass walks over its arrays.
#[derive(Clone, Copy)]
enum Walk<'a> {
    /// One after another. Outputs may be operands as well; then they are written block by block
    /// from scratch memory.
    Dense(Writing),
    General(&'a General),
}

/// Everything that parts of a pass have in common.
#[derive(Clone, Copy)]
struct Work<'a> {
    program: &'a Program,
    pass: &'a Pass,
    operands: &'a [Operand<'a>],
    outputs: &'a [Output<'a>],
    walk: Walk<'a>,
    /// Elements of the whole pass.
    n: usize,
}

impl Work<'_> {
    /// Runs all elements in parts, and takes what they reduce into the states in `cells`.
    fn parts(&self, cells: &mut [State], part: usize, run: &Run) -> Result<Faults, Error> {
        let Self { program, pass, n, .. } = *self;
        let before = Cells::<10>::of(cells.iter().copied());
        let part_at = |at: usize| {
            let mut local = Cells::<10>::of(before.all().iter().copied());
            self.part(local.all_mut(), at * part, part.min(n - at * part));
            let state_of = |folding: &Folding| local.all()[folding.state as usize];
            Found {
                states: Cells::of(pass.foldings.iter().map(state_of)),
                faults: take_faults(program, local.all()),
            }
        };
        let mut faults = 0;
        let mut take_in = |part: Found| {
            faults |= part.faults;
            for (folding, state) in pass.foldings.iter().zip(part.states.all()) {
                let into = &mut cells[folding.state as usize];
                kernels::merge(folding.kind, folding.ty, into, state);
            }
        };
        let n_parts = n.div_ceil(part);
        if run.threads() == 1 {
            (0..n_parts).for_each(|at| take_in(part_at(at)));
        } else {
            run.share(n_parts, part_at)?.into_iter().for_each(take_in);
        }
        Ok(faults)
    }

    /// Runs elements `start..start + n`, with cells of its own.
    fn part(&self, cells: &mut [State], start: usize, n: usize) {
        let n_slots =
            cells.len() + self.operands.len() + self.outputs.len() + self.pass.registers.len();
        let mut few = [std::ptr::null_mut::<u8>(); 32];
        let mut many;
        let slots = if n_slots <= few.len() {
            &mut few[..n_slots]
        } else {
            many = vec![std::ptr::null_mut(); n_slots];
            &mut many[..]
        };
        for (slot, cell) in slots.iter_mut().zip(cells.iter_mut()) {
            *slot = (&raw mut *cell).cast();
        }
        let first = cells.len();
        for (slot, operand) in slots[first..].iter_mut().zip(self.operands) {
            // What is not read value by value is a table or a single value.
            *slot = match &operand.scalar {
                Some(bits) => std::ptr::from_ref(bits).cast_mut().cast(),
                None => operand.data.cast_mut(),
            };
        }
        match self.walk {
            Walk::Dense(writing) => self.dense(slots, start, n, writing),
            Walk::General(general) => self.general(general, slots, start, n),
        }
    }

    fn dense(&self, slots: &mut [*mut u8], start: usize, n: usize, writing: Writing) {
        let Self { program, pass, operands, outputs, .. } = *self;
        let output_slot = program.output_slot(0) as usize;
        let input_slot = program.input_slot(0) as usize;
        let sizes = pass.outputs.iter().map(|at| outputs[*at as usize].ty.size());
        let whole = self.n;
        let Blocks { block, streamed, buffered, per_element } =
            Blocks::of(pass, sizes, whole, writing);
        let block = block.min(n);
        let spare = if per_element == 0 { 0 } else { 64 * slots.len() };
        with_scratch(per_element * block.min(n.next_multiple_of(8)) + spare, |scratch| {
            let mut scratch = Scratch(scratch);
            let room = block.min(n.next_multiple_of(8));
            for (at, size) in pass.registers.iter().enumerate() {
                slots[program.register_slot(at as u32) as usize] =
                    scratch.take(usize::from(*size) * room);
            }
            for at in &pass.moving {
                let step = step_of(&operands[*at as usize]);
                // SAFETY: `start` is within the operand, which lies side by side.
                slots[input_slot + *at as usize] =
                    unsafe { operands[*at as usize].data.cast_mut().add(start * step) };
            }
            for at in &pass.outputs {
                let output = &outputs[*at as usize];
                slots[output_slot + *at as usize] = if buffered {
                    scratch.take(output.ty.size() * room)
                } else {
                    // SAFETY: `start` is within the output, which lies side by side.
                    unsafe { output.data.add(start * output.ty.size()) }
                };
            }
            // SAFETY: slots of single values point to one value each.
            unsafe { execute(&pass.prologue, slots, 1) };
            if streamed {
                // SAFETY: slots are ready for blocks, outputs' are buffers.
                unsafe { self.streamed(slots, start, n, block) };
                return;
            }
            let mut done = 0;
            while done < n {
                let len = block.min(n - done);
                // SAFETY: each slot points to `len` values of its type: registers and buffers
                // have room for a block, operands and outputs were advanced with `done`. What is
                // written overlaps nothing that is read, or is a buffer.
                unsafe {
                    slots[program.position as usize].cast::<u64>().write((start + done) as u64);
                    execute(&pass.body, slots, len);
                    for at in &pass.moving {
                        let slot = &mut slots[input_slot + *at as usize];
                        *slot = slot.add(len * step_of(&operands[*at as usize]));
                    }
                    for at in &pass.outputs {
                        let output = &outputs[*at as usize];
                        let size = output.ty.size();
                        let slot = &mut slots[output_slot + *at as usize];
                        if buffered {
                            let target = output.data.add((start + done) * size);
                            std::ptr::copy_nonoverlapping(*slot, target, len * size);
                        } else {
                            *slot = slot.add(len * size);
                        }
                    }
                }
                done += len;
            }
        });
    }

    /// Runs elements `start..start + n` in blocks that are computed in scratch memory and written past the
    /// caches. The machine's own prefetching follows operands through blocks that are so short; asking
    /// for what is next as well takes up what the written lines leave through.
    ///
    /// # Safety
    /// Slots are as for [`execute`], for the first of these elements and blocks of so many, and those of
    /// outputs are buffers.
    unsafe fn streamed(&self, slots: &mut [*mut u8], start: usize, n: usize, block: usize) {
        let Self { program, pass, operands, outputs, .. } = *self;
        let moving: Vec<(usize, usize)> = pass
            .moving
            .iter()
            .map(|at| (program.input_slot(*at) as usize, step_of(&operands[*at as usize])))
            .collect();
        let mut written: Vec<(*const u8, *mut u8, usize)> = pass
            .outputs
            .iter()
            .map(|at| {
                let (output, buffer) = (&outputs[*at as usize], program.output_slot(*at) as usize);
                let size = output.ty.size();
                (slots[buffer].cast_const(), output.data.wrapping_add(start * size), size)
            })
            .collect();
        // The first block ends where a line of the output does: what a later one writes to scratch memory is
        // then read back in the pieces that it was written in.
        let head = written.first().map_or(0, |(_, to, size)| to.align_offset(LINE) / size);
        let mut next = if head == 0 { block } else { head.min(block) };
        let mut done = 0;
        while done < n {
            let len = next.min(n - done);
            next = block;
            // SAFETY: operands and outputs have so many values, and slots are advanced with `done`.
            unsafe {
                slots[program.position as usize].cast::<u64>().write((start + done) as u64);
                execute(&pass.body, slots, len);
                for (slot, step) in &moving {
                    slots[*slot] = slots[*slot].add(len * step);
                }
                for (buffer, to, size) in &mut written {
                    kernels::stream(program.level, *to, *buffer, len * *size);
                    *to = to.add(len * *size);
                }
            }
            done += len;
        }
        kernels::fence();
    }

    fn general(&self, general: &General, slots: &mut [*mut u8], start: usize, n: usize) {
        let Self { program, pass, operands, outputs, .. } = *self;
        let n_moving = pass.moving.len();
        let copied = |at: usize| !general.direct[at];
        let inputs_bytes: usize = pass
            .moving
            .iter()
            .enumerate()
            .filter(|(i, _)| copied(*i))
            .map(|(_, at)| operands[*at as usize].ty.size())
            .sum();
        let outputs_bytes: usize = pass
            .outputs
            .iter()
            .enumerate()
            .filter(|(i, _)| copied(n_moving + i))
            .map(|(_, at)| outputs[*at as usize].ty.size())
            .sum();
        let per_element = pass.register_bytes + inputs_bytes + outputs_bytes;
        let block = block_len(per_element);
        let room = block.min(n.next_multiple_of(8));
        with_scratch(per_element * room + 64 * slots.len(), |scratch| {
            let mut scratch = Scratch(scratch);
            for (at, size) in pass.registers.iter().enumerate() {
                slots[program.register_slot(at as u32) as usize] =
                    scratch.take(usize::from(*size) * room);
            }
            let input_slot = program.input_slot(0) as usize;
            let output_slot = program.output_slot(0) as usize;
            for (i, at) in pass.moving.iter().enumerate() {
                if copied(i) {
                    slots[input_slot + *at as usize] =
                        scratch.take(operands[*at as usize].ty.size() * room);
                }
            }
            for (i, at) in pass.outputs.iter().enumerate() {
                if copied(n_moving + i) {
                    slots[output_slot + *at as usize] =
                        scratch.take(outputs[*at as usize].ty.size() * room);
                }
            }
            // A single value of foreign memory need not be aligned.
            let mut singles: Vec<u64> = vec![0; operands.len()];
            for (at, operand) in operands.iter().enumerate() {
                let size = operand.ty.size();
                let is_single = operand.scalar.is_none() && operand.len() == 1 && size > 0;
                if is_single && !pass.moving.contains(&(at as u32)) {
                    let place = (&raw mut singles[at]).cast::<u8>();
                    // SAFETY: the operand has one value of `size` bytes, the place room for eight.
                    unsafe { std::ptr::copy_nonoverlapping(operand.data, place, size) };
                    slots[input_slot + at] = place;
                }
            }
            // SAFETY: slots of single values point to one value each.
            unsafe { execute(&pass.prologue, slots, 1) };
            let mut done = 0;
            while done < n {
                let at = start + done;
                let mut len = block.min(n - done);
                if general.by_rows {
                    len = len.min(general.axes.inner() - at % general.axes.inner());
                }
                // SAFETY: offsets are within the arrays by their shapes; buffers and registers
                // have room for a block; what is written overlaps nothing that is read.
                unsafe {
                    for (i, operand) in pass.moving.iter().enumerate() {
                        let operand_at = *operand as usize;
                        let (data, size) =
                            (operands[operand_at].data, operands[operand_at].ty.size());
                        if general.direct[i] {
                            slots[input_slot + operand_at] =
                                data.offset(general.axes.offset(i, at)).cast_mut();
                        } else {
                            let to = slots[input_slot + operand_at];
                            general.each_row(i, at, len, |offset, stride, from, len| {
                                let to = to.add(from * size);
                                kernels::copy_strided(to, data.offset(offset), stride, size, len);
                            });
                        }
                    }
                    for (i, output) in pass.outputs.iter().enumerate() {
                        if general.direct[n_moving + i] {
                            slots[output_slot + *output as usize] = outputs[*output as usize]
                                .data
                                .offset(general.axes.offset(n_moving + i, at));
                        }
                    }
                    slots[program.position as usize].cast::<u64>().write(at as u64);
                    execute(&pass.body, slots, len);
                    for (i, output) in pass.outputs.iter().enumerate() {
                        if copied(n_moving + i) {
                            let from_slot = slots[output_slot + *output as usize];
                            let output = &outputs[*output as usize];
                            let size = output.ty.size();
                            general.each_row(n_moving + i, at, len, |offset, stride, from, len| {
                                let from = from_slot.add(from * size);
                                let to = output.data.offset(offset);
                                kernels::scatter_strided(to, stride, from, size, len);
                            });
                        }
                    }
                }
                done += len;
            }
        });
    }
}

/// How far the address of a dense operand moves with each element.
fn step_of(operand: &Operand<'_>) -> usize {
    // Texts are walked by their offsets.
    match operand.ty.size() {
        0 => 8,
        size => size,
    }
}

/// Runs loops one after another over one block.
///
/// # Safety
/// Every slot that an instruction names points to what its loop expects, for `n` values.
#[inline]
pub(crate) unsafe fn execute(instrs: &[Instr], slots: &[*mut u8], n: usize) {
    for instr in instrs {
        let [a, b, c] = instr.args.map(|slot| slots[slot as usize].cast_const());
        // SAFETY: the caller's promise.
        unsafe { (instr.kernel)(slots[instr.d as usize], a, b, c, n) };
    }
}

/// Scratch memory that is handed out in aligned pieces.
struct Scratch(*mut u8);

impl Scratch {
    fn take(&mut self, bytes: usize) -> *mut u8 {
        let piece = self.0;
        // The pieces were counted, each with 64 bytes to spare, before the memory was taken.
        self.0 = piece.wrapping_add(bytes.next_multiple_of(64));
        piece
    }
}

/// Lends aligned scratch memory: on the stack where it fits.
fn with_scratch(bytes: usize, f: impl FnOnce(*mut u8)) {
    const ON_STACK: usize = SCRATCH + 4096;

    #[repr(align(64))]
    struct Room(
        #[expect(dead_code, reason = "only its address is used")] [MaybeUninit<u8>; ON_STACK],
    );

    // A function of its own, so that calls without scratch do not touch so much stack.
    #[inline(never)]
    fn on_stack(f: impl FnOnce(*mut u8)) {
        let mut room = MaybeUninit::<Room>::uninit();
        f(room.as_mut_ptr().cast());
    }

    if bytes == 0 {
        f(std::ptr::null_mut());
    } else if bytes <= ON_STACK {
        on_stack(f);
    } else {
        let mut room: Vec<MaybeUninit<Room>> = Vec::with_capacity(bytes.div_ceil(ON_STACK));
        f(room.as_mut_ptr().cast());
    }
}

/// The arrays of a pass that do not all lie side by side.
struct General {
    axes: Axes,
    /// Whether loops may read or write the array where it is: inputs, then outputs.
    direct: Vec<bool>,
    /// Blocks end with the innermost axis.
    by_rows: bool,
}

impl General {
    fn new(
        pass: &Pass,
        operands: &[Operand<'_>],
        outputs: &[Output<'_>],
        writing: Writing,
    ) -> Result<Self, Error> {
        let shape = layout::broadcast(
            pass.domain.iter().map(|at| ("an operand", operands[*at as usize].shape)),
        )?;
        let moving = pass.moving.iter().map(|at| &operands[*at as usize]);
        let written = pass.outputs.iter().map(|at| &outputs[*at as usize]);
        let arrays: Vec<(&[usize], &[isize])> = moving
            .clone()
            .map(|operand| (operand.shape, operand.strides))
            .chain(written.clone().map(|output| (output.shape, output.strides)))
            .collect();
        let has_places =
            pass.foldings.iter().any(|f| matches!(f.kind, Reduction::ArgMin | Reduction::ArgMax));
        let order = if has_places { Order::OfIndices } else { Order::Any };
        let axes = Axes::new(&shape, &arrays, order);
        let by_rows = axes.inner() >= LONG_ROW || axes.lens.len() == 1;
        let is_direct = |(i, (data, size)): (usize, (*const u8, usize))| {
            let strides = &axes.strides[i];
            let aligned = layout::is_aligned(data, size)
                && strides.iter().all(|stride| stride.unsigned_abs().is_multiple_of(size));
            let side_by_side = if by_rows {
                strides[strides.len() - 1] == size as isize
            } else {
                axes.is_dense(i, size)
            };
            aligned && side_by_side
        };
        let ends: Vec<(*const u8, usize)> = moving
            .map(|operand| (operand.data, step_of(operand)))
            .chain(written.map(|output| (output.data.cast_const(), output.ty.size())))
            .collect();
        let mut direct: Vec<bool> = ends.into_iter().enumerate().map(is_direct).collect();
        if writing == Writing::InPlace {
            direct[pass.moving.len()..].fill(false);
        }
        for (at, direct) in pass.moving.iter().zip(&direct) {
            if operands[*at as usize].ty.size() == 0 && !direct {
                return Err(Error::Shapes {
                    span: None,
                    left: "texts".to_owned(),
                    left_shape: crate::error::Shape(operands[*at as usize].shape.to_vec()),
                    right: "the other operands".to_owned(),
                    right_shape: crate::error::Shape(shape),
                });
            }
        }
        Ok(Self { axes, direct, by_rows })
    }

    /// Calls `f(offset, stride, from, len)` for each run of elements of `array` along the
    /// innermost axis, of those at `at..at + n`: `from` counts from `at`.
    fn each_row(
        &self,
        array: usize,
        at: usize,
        n: usize,
        mut f: impl FnMut(isize, isize, usize, usize),
    ) {
        let inner = self.axes.inner();
        let stride = self.axes.strides[array][self.axes.lens.len() - 1];
        let mut done = 0;
        while done < n {
            let len = (inner - (at + done) % inner).min(n - done);
            f(self.axes.offset(array, at + done), stride, done, len);
            done += len;
        }
    }
}
