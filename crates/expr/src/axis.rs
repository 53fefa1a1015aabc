//! Reductions along an axis: many rows, each reduced to one value.

use jobs::Run;

use crate::error::{Error, Span};
use crate::kernels::{self, Kernel, Key, Level, State};
use crate::op::{Reduce, Reduction};
use crate::operand::Operand;
use crate::prepared::Prepared;
use crate::tiles::{self, Scratch, Tiles, Within};
use crate::types::{Scalar, Type};
use crate::value::Value;

/// Elements of a row that are reduced by themselves; the parts of a row are merged in their order.
const PART: usize = 1 << 18;
/// Elements of what a thread takes at once, at least.
const TASK: usize = 1 << 16;

/// One reduction along the axis: of the result `values`, where the result `mask` holds.
#[derive(Debug, Clone)]
pub(crate) struct AxisReduction {
    pub(crate) reduce: Reduce,
    pub(crate) values: usize,
    pub(crate) mask: Option<usize>,
    pub(crate) span: Span,
}

/// Reductions along one axis that are made together, of what one expression computes.
#[derive(Debug)]
pub(crate) struct AxisPass {
    pub(crate) prepared: Prepared,
    pub(crate) axis: i32,
    pub(crate) reductions: Vec<AxisReduction>,
    pub(crate) level: Level,
}

impl AxisPass {
    /// Types and shapes of the results.
    pub(crate) fn results(
        &self,
        operands: &[Operand<'_>],
    ) -> Result<Vec<(Type, Vec<usize>)>, Error> {
        let (shape, axis) = self.shape(operands)?;
        let types = self.prepared.types(operands)?;
        let of = |reduction: &AxisReduction| {
            let mut shape = shape.clone();
            if reduction.reduce.keepdims {
                shape[axis] = 1;
            } else {
                shape.remove(axis);
            }
            (result_type(reduction.reduce.kind, types[reduction.values]), shape)
        };
        Ok(self.reductions.iter().map(of).collect())
    }

    fn shape(&self, operands: &[Operand<'_>]) -> Result<(Vec<usize>, usize), Error> {
        let names = self.prepared.names();
        tiles::refuse_texts(&names, operands)?;
        let shape = tiles::domain(&names, operands)?;
        let dims = shape.len();
        let axis = if self.axis < 0 { self.axis + dims as i32 } else { self.axis };
        if axis < 0 || axis as usize >= dims {
            return Err(Error::Axis { span: self.reductions[0].span, axis: self.axis, dims });
        }
        Ok((shape, axis as usize))
    }

    /// The results, in the order of the reductions.
    pub(crate) fn run(&self, operands: &[Operand<'_>], run: &Run) -> Result<Vec<Value>, Error> {
        let (shape, axis) = self.shape(operands)?;
        let types = self.prepared.types(operands)?;
        let folds: Vec<Fold> =
            self.reductions.iter().flat_map(|one| Fold::of(one, &types, self.level)).collect();
        let tiles = Tiles::new(operands, &shape, axis, Within::Rows);
        let n_tiles = tiles.groups() * tiles.tiles_of_group();
        let parts = tiles.row_len().div_ceil(PART).max(1);
        let of_tile = (tiles.sides.0 * tiles.row_len().min(PART)).max(1);
        let together = if parts > 1 { 1 } else { (TASK / of_tile).max(1) };
        let n_tasks = (n_tiles * parts).div_ceil(together);
        let found = run.share(n_tasks, |task| -> Result<Vec<State>, Error> {
            let mut scratch = Scratch::new(types.clone());
            let mut states = Vec::new();
            for at in task * together..(n_tiles * parts).min((task + 1) * together) {
                let (tile, part) = (at / parts, at % parts);
                self.tile(&tiles, (tile, part), &folds, (&mut scratch, &mut states))?;
            }
            Ok(states)
        })?;
        let mut states: Vec<State> = Vec::with_capacity(tiles.n_rows() * folds.len());
        let found = found.into_iter().collect::<Result<Vec<_>, Error>>()?;
        if parts == 1 {
            states.extend(found.into_iter().flatten());
        } else {
            for of_tile in found.chunks(parts) {
                let mut of_tile = of_tile.iter();
                let mut whole = of_tile.next().cloned().unwrap_or_default();
                for later in of_tile {
                    for ((into, state), fold) in
                        whole.iter_mut().zip(later).zip(folds.iter().cycle())
                    {
                        kernels::merge(fold.kind, fold.ty, into, state);
                    }
                }
                states.extend(whole);
            }
        }
        let results = self.results(operands)?;
        let mut first = 0;
        self.reductions
            .iter()
            .zip(results)
            .map(|(reduction, (ty, shape))| {
                let ty_of_values = types[reduction.values];
                let own = Fold::of(reduction, &types, self.level).len();
                let of_rows = states.chunks(folds.len().max(1)).map(|row| &row[first..first + own]);
                let scalars = of_rows
                    .map(|row| finish(reduction, ty_of_values, row, tiles.row_len()))
                    .collect::<Result<Vec<Scalar>, Error>>()?;
                first += own;
                Value::from_scalars(ty, &shape, &scalars)
            })
            .collect()
    }

    /// Reduces the rows of a tile, or of a part of it, into `states`.
    fn tile(
        &self,
        tiles: &Tiles<'_>,
        (tile, part): (usize, usize),
        folds: &[Fold],
        (scratch, states): (&mut Scratch, &mut Vec<State>),
    ) -> Result<(), Error> {
        let (first_row, n_rows) = tiles.rows_of(tile);
        let start = states.len();
        for _ in 0..n_rows {
            states.extend(folds.iter().map(|fold| State::new(fold.kind, fold.ty)));
        }
        let mut at = part * PART;
        let end = tiles.row_len().min(at + PART);
        while at < end {
            let len = tiles.sides.1.min(end - at);
            scratch.fill(&self.prepared, tiles, (first_row, at), [n_rows, len])?;
            for (row, of_row) in states[start..].chunks_mut(folds.len()).enumerate() {
                for (state, fold) in of_row.iter_mut().zip(folds) {
                    let values = &scratch.values[fold.values];
                    let mask = fold.mask.map(|mask| &scratch.values[mask]);
                    let run = row * len..(row + 1) * len;
                    kernels::fold_run(fold.kernel, state, (values, mask), run, at);
                }
            }
            at += len;
        }
        Ok(())
    }
}

/// A loop that reduces.
struct Fold {
    kind: Reduction,
    ty: Type,
    kernel: Kernel,
    values: usize,
    mask: Option<usize>,
}

impl Fold {
    /// The loops of a reduction: one, and for a mean under a mask another that counts.
    fn of(reduction: &AxisReduction, types: &[Type], level: Level) -> Vec<Self> {
        let new = |kind, values: usize, mask: Option<usize>| {
            let key = Key::Reduce { kind, ty: types[values], masked: mask.is_some() };
            let kernel = kernels::find(key, level).expect("every reduction has a loop");
            Self { kind, ty: types[values], kernel, values, mask }
        };
        let (values, mask) = (reduction.values, reduction.mask);
        match (reduction.reduce.kind, mask) {
            (Reduction::Mean, Some(mask)) => {
                vec![new(Reduction::Sum, values, Some(mask)), new(Reduction::Count, mask, None)]
            }
            (Reduction::Mean, None) => vec![new(Reduction::Sum, values, None)],
            (Reduction::Var | Reduction::Std, _) => vec![new(Reduction::Var, values, mask)],
            (kind, _) => vec![new(kind, values, mask)],
        }
    }
}

fn result_type(kind: Reduction, ty: Type) -> Type {
    match kind {
        Reduction::Sum | Reduction::Prod if ty.is_float() => ty,
        Reduction::Mean | Reduction::Var | Reduction::Std if ty == Type::F32 => Type::F32,
        Reduction::Mean | Reduction::Var | Reduction::Std => Type::F64,
        Reduction::Min | Reduction::Max => ty,
        Reduction::Any | Reduction::All => Type::Bool,
        Reduction::Sum
        | Reduction::Prod
        | Reduction::Count
        | Reduction::ArgMin
        | Reduction::ArgMax => Type::I64,
    }
}

/// The result of one row.
fn finish(
    reduction: &AxisReduction,
    ty: Type,
    states: &[State],
    len: usize,
) -> Result<Scalar, Error> {
    let kind = reduction.reduce.kind;
    let of = |kind: Reduction, ty: Type, state: &State| {
        kernels::finish(kind, ty, state).map_err(|why| why.error(kind, reduction.span))
    };
    Ok(match kind {
        Reduction::Mean => {
            let n = match states.get(1) {
                Some(count) => of(Reduction::Count, Type::Bool, count)?.to_f64(),
                None => len as f64,
            };
            Scalar::F64(of(kind, ty, &states[0])?.to_f64() / n)
        }
        Reduction::Var | Reduction::Std => {
            let squares = of(Reduction::Var, ty, &states[0])?.to_f64();
            let n = states[0].0[0] as f64;
            let var = squares / (n - f64::from(reduction.reduce.ddof)).max(0.0);
            Scalar::F64(if kind == Reduction::Std { var.sqrt() } else { var })
        }
        _ => of(kind, ty, &states[0])?,
    })
}
