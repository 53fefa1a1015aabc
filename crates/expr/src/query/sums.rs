//! What is known of every group while rows are reduced.

use std::ops::Range;

use jobs::Run;
use ndarray::{Array1, ArrayD};

use crate::error::Error;
use crate::op::Reduction;
use crate::query::fold::{Block, GroupFold};
use crate::types::Type;
use crate::value::Value;

/// Groups whose cells are brought together at once.
pub(super) const MERGED: usize = 1 << 11;

/// What is known of every group.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    /// (n_groups, n_folds): what belongs to one group is in few lines of the caches, because groups
    /// come in any order.
    cells: Vec<Cell>,
    kinds: Vec<Kept>,
}

/// How one fold's cells are read.
#[derive(Debug, Clone, Copy)]
struct Kept {
    is_float: bool,
    overflow: bool,
}

/// The cells of one fold.
pub(super) struct Lane<'a> {
    cells: &'a mut [Cell],
    width: usize,
    at: usize,
    overflow: &'a mut bool,
}

/// Rows of a block: their groups, and the columns of the whole block.
#[derive(Clone)]
pub(super) struct Rows<'a> {
    pub(super) range: Range<usize>,
    pub(super) groups: &'a [u32],
    pub(super) columns: &'a [Block<'a>],
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cell {
    /// A float or a whole number, by its bits.
    value: u64,
    count: u64,
}

impl Cell {
    /// A sum, and how many values are in it.
    pub(super) fn of_sum(sum: f64, count: u64) -> Self {
        Self { value: sum.to_bits(), count }
    }

    fn float(self) -> f64 {
        f64::from_bits(self.value)
    }

    fn whole(self) -> i64 {
        self.value as i64
    }

    fn set_float(&mut self, value: f64) {
        self.value = value.to_bits();
    }

    fn set_whole(&mut self, value: i64) {
        self.value = value as u64;
    }
}

impl Lane<'_> {
    /// Takes in a block of rows.
    pub(super) fn add(mut self, fold: &GroupFold, rows: Rows<'_>) {
        let mut overflow = false;
        let Some(values) = fold.values.map(|at| &rows.columns[at]) else {
            return self.each(fold, &rows, |cell, _, holds| cell.count += u64::from(holds));
        };
        match (values, fold.kind) {
            (Block::Bool(values), Reduction::Count | Reduction::Any) => {
                self.each(fold, &rows, |cell, row, holds| {
                    cell.count += u64::from(values[row] & holds);
                });
            }
            // All hold where none fails.
            (Block::Bool(values), Reduction::All) => self.each(fold, &rows, |cell, row, holds| {
                cell.count += u64::from(!values[row] & holds);
            }),
            (Block::F64(values), Reduction::Min) => {
                self.each_held(fold, &rows, |cell, row| {
                    cell.count += 1;
                    let (best, x) = (cell.float(), values[row]);
                    cell.set_float(if best <= x || best.is_nan() { best } else { x });
                });
            }
            (Block::F64(values), Reduction::Max) => {
                self.each_held(fold, &rows, |cell, row| {
                    cell.count += 1;
                    let (best, x) = (cell.float(), values[row]);
                    cell.set_float(if best >= x || best.is_nan() { best } else { x });
                });
            }
            (Block::F64(values), Reduction::Prod) => self.each_held(fold, &rows, |cell, row| {
                cell.set_float(cell.float() * values[row]);
            }),
            // No sum is ever -0, so that adding 0 changes none.
            (Block::F64(values), _) => self.each(fold, &rows, |cell, row, holds| {
                cell.count += u64::from(holds);
                cell.set_float(cell.float() + if holds { values[row] } else { 0.0 });
            }),
            (Block::I64(values), Reduction::Min) => self.each_held(fold, &rows, |cell, row| {
                cell.count += 1;
                cell.set_whole(cell.whole().min(values[row]));
            }),
            (Block::I64(values), Reduction::Max) => self.each_held(fold, &rows, |cell, row| {
                cell.count += 1;
                cell.set_whole(cell.whole().max(values[row]));
            }),
            (Block::I64(values), Reduction::Prod) => self.each_held(fold, &rows, |cell, row| {
                let (product, overflowed) = cell.whole().overflowing_mul(values[row]);
                cell.set_whole(product);
                overflow |= overflowed;
            }),
            (Block::I64(values), _) => self.each(fold, &rows, |cell, row, holds| {
                cell.count += u64::from(holds);
                let x = if holds { values[row] } else { 0 };
                let (sum, overflowed) = cell.whole().overflowing_add(x);
                cell.set_whole(sum);
                overflow |= overflowed;
            }),
            (Block::Bool(values), Reduction::Prod) => self.each_held(fold, &rows, |cell, row| {
                cell.set_whole(cell.whole() * i64::from(values[row]));
            }),
            (Block::Bool(values), _) => self.each(fold, &rows, |cell, row, holds| {
                cell.count += u64::from(holds);
                cell.set_whole(cell.whole() + i64::from(values[row] & holds));
            }),
        }
        *self.overflow |= overflow;
    }

    /// Takes in the squared distances from the means of the groups.
    pub(super) fn add_squares(mut self, fold: &GroupFold, rows: Rows<'_>, means: &[f64]) {
        let groups = rows.groups;
        let add = |cell: &mut Cell, row: usize, x: f64| {
            let distance = x - means[groups[row] as usize];
            cell.set_float(cell.float() + distance * distance);
        };
        match fold.values.map(|at| &rows.columns[at]) {
            Some(Block::F64(values)) => {
                self.each_held(fold, &rows, |cell, row| add(cell, row, values[row]));
            }
            Some(Block::I64(values)) => {
                self.each_held(fold, &rows, |cell, row| add(cell, row, values[row] as f64));
            }
            Some(Block::Bool(values)) => self.each_held(fold, &rows, |cell, row| {
                add(cell, row, f64::from(u8::from(values[row])));
            }),
            None => {}
        }
    }

    /// Calls `f(cell of the group, row, whether the mask holds)` for every row: where what does not
    /// hold can be taken in as nothing, that is cheaper than to guess whether it does.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the loop is worth having for each kind alone")]
    fn each(
        &mut self,
        fold: &GroupFold,
        rows: &Rows<'_>,
        mut f: impl FnMut(&mut Cell, usize, bool),
    ) {
        let Self { cells, width, at, .. } = self;
        let (width, at) = (*width, *at);
        let range = rows.range.clone();
        let groups = rows.range.clone().zip(&rows.groups[range.clone()]);
        match fold.mask.map(|at| &rows.columns[at]) {
            Some(Block::Bool(mask)) => {
                for ((row, &group), &holds) in groups.zip(&mask[range]) {
                    f(&mut cells[group as usize * width + at], row, holds);
                }
            }
            _ => {
                for (row, &group) in groups {
                    f(&mut cells[group as usize * width + at], row, true);
                }
            }
        }
    }

    /// Calls `f(cell of the group, row)` for the rows where the mask holds.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the loop is worth having for each kind alone")]
    fn each_held(
        &mut self,
        fold: &GroupFold,
        rows: &Rows<'_>,
        mut f: impl FnMut(&mut Cell, usize),
    ) {
        self.each(fold, rows, |cell, row, holds| {
            if holds {
                f(cell, row);
            }
        });
    }
}

impl Sums {
    pub(super) fn new(
        folds: &[GroupFold],
        floats: impl Iterator<Item = bool>,
        n_groups: usize,
    ) -> Self {
        let kinds: Vec<Kept> = floats.map(|is_float| Kept { is_float, overflow: false }).collect();
        let start = |(fold, kept): (&GroupFold, &Kept)| {
            let mut start = Cell::default();
            match (fold.kind, kept.is_float) {
                (Reduction::Min, true) => start.set_float(f64::INFINITY),
                (Reduction::Max, true) => start.set_float(f64::NEG_INFINITY),
                (Reduction::Prod, true) => start.set_float(1.0),
                (Reduction::Min, false) => start.set_whole(i64::MAX),
                (Reduction::Max, false) => start.set_whole(i64::MIN),
                (Reduction::Prod, false) => start.set_whole(1),
                _ => {}
            }
            start
        };
        let of_group: Vec<Cell> = folds.iter().zip(&kinds).map(start).collect();
        Self { cells: of_group.repeat(n_groups), kinds }
    }

    pub(super) fn lane(&mut self, at: usize) -> Lane<'_> {
        let width = self.kinds.len();
        Lane { cells: &mut self.cells, width, at, overflow: &mut self.kinds[at].overflow }
    }

    /// Makes the cells of one fold those of another, group by group, of `other`.
    pub(super) fn set_from(&mut self, at: usize, (other, from): (&Self, usize)) {
        self.kinds[at] = other.kinds[from];
        self.set(at, other.of(from).copied());
    }

    /// Makes `cells` those of one fold, group by group.
    pub(super) fn set(&mut self, at: usize, cells: impl IntoIterator<Item = Cell>) {
        let width = self.kinds.len();
        for (cell, known) in self.cells.iter_mut().skip(at).step_by(width).zip(cells) {
            *cell = known;
        }
    }

    /// The cells of one fold, group by group.
    pub(super) fn of(&self, at: usize) -> impl Iterator<Item = &Cell> {
        self.cells.iter().skip(at).step_by(self.kinds.len())
    }

    /// The sums of all parts, which come in the order of their rows, as one.
    pub(super) fn merged(
        mut parts: Vec<Self>,
        folds: &[GroupFold],
        run: &Run,
    ) -> Result<Self, Error> {
        if parts.len() < 2 || folds.is_empty() {
            return Ok(parts.swap_remove(0));
        }
        let n = parts[0].cells.len();
        let len = MERGED * folds.len();
        let pieces = run.share(n.div_ceil(len), |piece| {
            let range = piece * len..n.min((piece + 1) * len);
            let mut merged = Self {
                cells: parts[0].cells[range.clone()].to_vec(),
                kinds: parts[0].kinds.clone(),
            };
            for part in &parts[1..] {
                merged.merge((&part.cells[range.clone()], &part.kinds), folds);
            }
            merged
        })?;
        let mut kinds = parts.swap_remove(0).kinds;
        for piece in &pieces {
            for (kept, of_piece) in kinds.iter_mut().zip(&piece.kinds) {
                kept.overflow |= of_piece.overflow;
            }
        }
        let cells = pieces.into_iter().flat_map(|piece| piece.cells).collect();
        Ok(Self { cells, kinds })
    }

    fn merge(&mut self, (cells, kinds): (&[Cell], &[Kept]), folds: &[GroupFold]) {
        let width = folds.len();
        for (ours, later) in self.cells.chunks_exact_mut(width).zip(cells.chunks_exact(width)) {
            for (at, (a, b)) in ours.iter_mut().zip(later).enumerate() {
                let (kept, kind) = (&mut self.kinds[at], folds[at].kind);
                a.count += b.count;
                if kept.is_float {
                    let (x, y) = (a.float(), b.float());
                    a.set_float(match kind {
                        Reduction::Min if x <= y || x.is_nan() => x,
                        Reduction::Max if x >= y || x.is_nan() => x,
                        Reduction::Min | Reduction::Max => y,
                        Reduction::Prod => x * y,
                        _ => x + y,
                    });
                } else {
                    let (x, y) = (a.whole(), b.whole());
                    let (merged, overflow) = match kind {
                        Reduction::Min => (x.min(y), false),
                        Reduction::Max => (x.max(y), false),
                        Reduction::Prod => x.overflowing_mul(y),
                        _ => x.overflowing_add(y),
                    };
                    a.set_whole(merged);
                    kept.overflow |= overflow;
                }
            }
        }
        for (kept, other) in self.kinds.iter_mut().zip(kinds) {
            kept.overflow |= other.overflow;
        }
    }

    pub(super) fn means(&self, at: usize) -> impl Iterator<Item = f64> {
        let is_float = self.kinds[at].is_float;
        let sum = move |cell: &Cell| if is_float { cell.float() } else { cell.whole() as f64 };
        self.of(at).map(move |cell| sum(cell) / cell.count as f64)
    }

    pub(super) fn finish(
        &self,
        (at, fold): (usize, &GroupFold),
        ty: Type,
        squares: &[&Cell],
    ) -> Result<Value, Error> {
        let sums_wholes = matches!(fold.kind, Reduction::Sum | Reduction::Prod);
        if self.kinds[at].overflow && sums_wholes {
            let (span, function) = (fold.span, fold.kind.name());
            return Err(Error::Overflow { span, function, ty: Type::I64 });
        }
        let floats = |f: &dyn Fn(&Cell) -> f64| Value::F64(array(self.of(at).map(f)));
        let wholes = |f: fn(&Cell) -> i64| wholes(self.of(at).map(f));
        let truths = |f: fn(&Cell) -> bool| Value::Bool(array(self.of(at).map(f)));
        Ok(match fold.kind {
            Reduction::Count => wholes(|cell| cell.count as i64),
            Reduction::Any => truths(|cell| cell.count > 0),
            Reduction::All => truths(|cell| cell.count == 0),
            Reduction::Mean => Value::F64(array(self.means(at))),
            Reduction::Var | Reduction::Std => {
                Value::F64(array(squares.iter().zip(self.of(at)).map(|(squares, cell)| {
                    let degrees = (cell.count as f64 - f64::from(fold.ddof)).max(0.0);
                    let var = squares.float() / degrees;
                    if fold.kind == Reduction::Std { var.sqrt() } else { var }
                })))
            }
            // Of no values there is no least; floats say so by NaN.
            Reduction::Min | Reduction::Max if ty.is_float() => {
                floats(&|cell| if cell.count == 0 { f64::NAN } else { cell.float() })
            }
            // As floats, where a group has none; whole numbers otherwise.
            Reduction::Min | Reduction::Max if self.of(at).any(|cell| cell.count == 0) => {
                floats(&|cell| if cell.count == 0 { f64::NAN } else { cell.whole() as f64 })
            }
            _ if ty.is_float() => floats(&|cell| cell.float()),
            _ => wholes(|cell| cell.whole()),
        })
    }
}

/// Whole numbers, one for each group.
pub(super) fn wholes(values: impl Iterator<Item = i64>) -> Value {
    Value::I64(array(values))
}

fn array<T>(values: impl Iterator<Item = T>) -> ArrayD<T> {
    values.collect::<Array1<T>>().into_dyn()
}
