//! Reductions by group: one scan over the rows for all of them.

use jobs::Run;

use crate::error::{Error, Span};
use crate::op::Reduction;
use crate::query::index::Index;
use crate::types::Type;
use crate::value::Value;

/// One reduction by group. Values and masks are columns of the scan, by their number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GroupFold {
    pub(crate) kind: Reduction,
    /// None: rows are counted.
    pub(crate) values: Option<usize>,
    pub(crate) mask: Option<usize>,
    pub(crate) ddof: u32,
    pub(crate) span: Span,
}

/// Values of a block of rows.
#[derive(Debug)]
pub(crate) enum Block<'a> {
    F64(&'a [f64]),
    I64(&'a [i64]),
    Bool(&'a [bool]),
}

/// Takes a block of rows with these groups into the sums.
type Step<'a> = dyn Fn(&mut [Sums], &[u32], &[Block<'_>]) + Sync + 'a;

/// What is known of every group.
#[derive(Debug, Clone)]
struct Sums {
    floats: Vec<f64>,
    wholes: Vec<i64>,
    counts: Vec<u64>,
    overflow: bool,
}

/// Rows that are taken at once: their values stay in the second cache.
pub(crate) const BLOCK: usize = 1 << 13;

/// Parts of the rows that are reduced by themselves: as many as their sums have room for,
/// whatever the number of threads.
fn parts(n: usize, n_groups: usize) -> usize {
    let by_rows = n.div_ceil(1 << 17);
    let by_room = (1 << 22) / (n_groups + 1);
    by_rows.min(by_room).clamp(1, 16)
}

/// Reduces the rows of `index` by group. `scan(start, len, f)` gives `f` the columns of a block.
pub(crate) fn fold_groups<S>(
    folds: &[GroupFold],
    types: &[Type],
    index: &Index,
    scan: S,
    run: &Run,
) -> Result<Vec<Value>, Error>
where
    S: Fn(usize, usize, &mut dyn FnMut(&[Block<'_>])) -> Result<(), Error> + Sync,
{
    let (n, n_groups) = (index.groups.len(), index.first_rows.len());
    let parts = parts(n, n_groups);
    let part_len = n.div_ceil(parts).next_multiple_of(BLOCK);
    let ty = |fold: &GroupFold| fold.values.map_or(Type::Bool, |at| types[at]);
    let each_part = |step: &Step<'_>| {
        let start_sums = || folds.iter().map(|fold| Sums::new(fold, ty(fold), n_groups)).collect();
        let all = run.share(parts, |part| -> Result<Vec<Sums>, Error> {
            let mut sums: Vec<Sums> = start_sums();
            let mut at = part * part_len;
            let end = n.min(at + part_len);
            while at < end {
                let len = BLOCK.min(end - at);
                scan(at, len, &mut |columns| {
                    step(&mut sums, &index.groups[at..at + len], columns);
                })?;
                at += len;
            }
            Ok(sums)
        })?;
        let mut total: Option<Vec<Sums>> = None;
        for sums in all {
            let sums = sums?;
            match &mut total {
                None => total = Some(sums),
                Some(total) => {
                    for ((a, b), fold) in total.iter_mut().zip(&sums).zip(folds) {
                        a.merge(b, fold.kind);
                    }
                }
            }
        }
        Ok::<Vec<Sums>, Error>(total.unwrap_or_else(start_sums))
    };
    let first = each_part(&|sums, groups, columns| {
        for (sums, fold) in sums.iter_mut().zip(folds) {
            sums.add(fold, groups, columns);
        }
    })?;
    // Distances from the mean need a scan of their own.
    let second = if folds.iter().any(|fold| matches!(fold.kind, Reduction::Var | Reduction::Std)) {
        let means: Vec<Vec<f64>> = first.iter().map(Sums::means).collect();
        Some(each_part(&|sums, groups, columns| {
            for ((sums, fold), means) in sums.iter_mut().zip(folds).zip(&means) {
                if matches!(fold.kind, Reduction::Var | Reduction::Std) {
                    sums.add_squares(fold, groups, columns, means);
                }
            }
        })?)
    } else {
        None
    };
    folds
        .iter()
        .enumerate()
        .map(|(at, fold)| first[at].finish(fold, ty(fold), second.as_ref().map(|sums| &sums[at])))
        .collect()
}

impl Sums {
    fn new(fold: &GroupFold, ty: Type, n_groups: usize) -> Self {
        let float_start = match fold.kind {
            Reduction::Min => f64::INFINITY,
            Reduction::Max => f64::NEG_INFINITY,
            Reduction::Prod => 1.0,
            _ => 0.0,
        };
        let whole_start = match fold.kind {
            Reduction::Min => i64::MAX,
            Reduction::Max => i64::MIN,
            Reduction::Prod => 1,
            _ => 0,
        };
        let counts_alone = matches!(fold.kind, Reduction::Count | Reduction::Any | Reduction::All);
        let (floats, wholes) = match (ty.is_float(), counts_alone) {
            (_, true) => (0, 0),
            (true, _) => (n_groups, 0),
            (false, _) => (
                if fold.kind == Reduction::Var || fold.kind == Reduction::Std {
                    n_groups
                } else {
                    0
                },
                n_groups,
            ),
        };
        Self {
            floats: vec![float_start; floats],
            wholes: vec![whole_start; wholes],
            counts: vec![0; n_groups],
            overflow: false,
        }
    }

    /// Takes in a block of rows.
    fn add(&mut self, fold: &GroupFold, groups: &[u32], columns: &[Block<'_>]) {
        let mask = fold.mask.and_then(|at| match &columns[at] {
            Block::Bool(mask) => Some(*mask),
            _ => None,
        });
        let Some(values) = fold.values.map(|at| &columns[at]) else {
            return each(groups, mask, |_, group| self.counts[group] += 1);
        };
        match (values, fold.kind) {
            (Block::Bool(values), Reduction::Count | Reduction::Any) => {
                each(groups, mask, |row, group| self.counts[group] += u64::from(values[row]));
            }
            // All hold where none fails.
            (Block::Bool(values), Reduction::All) => {
                each(groups, mask, |row, group| self.counts[group] += u64::from(!values[row]));
            }
            (Block::F64(values), Reduction::Min) => each(groups, mask, |row, group| {
                self.counts[group] += 1;
                let (best, x) = (&mut self.floats[group], values[row]);
                *best = if *best <= x || best.is_nan() { *best } else { x };
            }),
            (Block::F64(values), Reduction::Max) => each(groups, mask, |row, group| {
                self.counts[group] += 1;
                let (best, x) = (&mut self.floats[group], values[row]);
                *best = if *best >= x || best.is_nan() { *best } else { x };
            }),
            (Block::F64(values), Reduction::Prod) => each(groups, mask, |row, group| {
                self.floats[group] *= values[row];
            }),
            (Block::F64(values), Reduction::Sum) => each(groups, mask, |row, group| {
                self.floats[group] += values[row];
            }),
            (Block::F64(values), _) => each(groups, mask, |row, group| {
                self.counts[group] += 1;
                self.floats[group] += values[row];
            }),
            (Block::I64(values), Reduction::Min) => each(groups, mask, |row, group| {
                self.counts[group] += 1;
                self.wholes[group] = self.wholes[group].min(values[row]);
            }),
            (Block::I64(values), Reduction::Max) => each(groups, mask, |row, group| {
                self.counts[group] += 1;
                self.wholes[group] = self.wholes[group].max(values[row]);
            }),
            (Block::I64(values), Reduction::Prod) => each(groups, mask, |row, group| {
                let (product, overflow) = self.wholes[group].overflowing_mul(values[row]);
                self.wholes[group] = product;
                self.overflow |= overflow;
            }),
            (Block::I64(values), _) => each(groups, mask, |row, group| {
                self.counts[group] += 1;
                let (sum, overflow) = self.wholes[group].overflowing_add(values[row]);
                self.wholes[group] = sum;
                self.overflow |= overflow;
            }),
            (Block::Bool(values), _) => each(groups, mask, |row, group| {
                self.counts[group] += 1;
                self.wholes[group] += i64::from(values[row]);
            }),
        }
    }

    fn add_squares(
        &mut self,
        fold: &GroupFold,
        groups: &[u32],
        columns: &[Block<'_>],
        means: &[f64],
    ) {
        let mask = fold.mask.and_then(|at| match &columns[at] {
            Block::Bool(mask) => Some(*mask),
            _ => None,
        });
        let mut add = |group: usize, x: f64| {
            let distance = x - means[group];
            self.floats[group] += distance * distance;
        };
        match fold.values.map(|at| &columns[at]) {
            Some(Block::F64(values)) => each(groups, mask, |row, group| add(group, values[row])),
            Some(Block::I64(values)) => {
                each(groups, mask, |row, group| add(group, values[row] as f64));
            }
            Some(Block::Bool(values)) => {
                each(groups, mask, |row, group| add(group, f64::from(u8::from(values[row]))));
            }
            None => {}
        }
    }

    fn merge(&mut self, other: &Self, kind: Reduction) {
        for (a, &b) in self.floats.iter_mut().zip(&other.floats) {
            *a = match kind {
                Reduction::Min if *a <= b || a.is_nan() => *a,
                Reduction::Max if *a >= b || a.is_nan() => *a,
                Reduction::Min | Reduction::Max => b,
                Reduction::Prod => *a * b,
                _ => *a + b,
            };
        }
        for (a, &b) in self.wholes.iter_mut().zip(&other.wholes) {
            let (merged, overflow) = match kind {
                Reduction::Min => ((*a).min(b), false),
                Reduction::Max => ((*a).max(b), false),
                Reduction::Prod => a.overflowing_mul(b),
                _ => a.overflowing_add(b),
            };
            *a = merged;
            self.overflow |= overflow;
        }
        for (a, b) in self.counts.iter_mut().zip(&other.counts) {
            *a += b;
        }
        self.overflow |= other.overflow;
    }

    fn means(&self) -> Vec<f64> {
        let n = self.counts.iter().map(|&n| n as f64);
        if self.wholes.is_empty() {
            self.floats.iter().zip(n).map(|(sum, n)| sum / n).collect()
        } else {
            self.wholes.iter().zip(n).map(|(&sum, n)| sum as f64 / n).collect()
        }
    }

    fn finish(&self, fold: &GroupFold, ty: Type, squares: Option<&Self>) -> Result<Value, Error> {
        let sums_wholes = matches!(fold.kind, Reduction::Sum | Reduction::Prod | Reduction::Mean);
        if self.overflow && sums_wholes {
            let (span, function) = (fold.span, fold.kind.name());
            return Err(Error::Overflow { span, function, ty: Type::I64 });
        }
        let floats = |values: Vec<f64>| Value::F64(ndarray::Array1::from_vec(values).into_dyn());
        let wholes = |values: Vec<i64>| Value::I64(ndarray::Array1::from_vec(values).into_dyn());
        let truths = |values: Vec<bool>| Value::Bool(ndarray::Array1::from_vec(values).into_dyn());
        Ok(match fold.kind {
            Reduction::Count => wholes(self.counts.iter().map(|&n| n as i64).collect()),
            Reduction::Any => truths(self.counts.iter().map(|&n| n > 0).collect()),
            Reduction::All => truths(self.counts.iter().map(|&n| n == 0).collect()),
            Reduction::Mean => floats(self.means()),
            Reduction::Var | Reduction::Std => {
                let squares = squares.map_or(&[][..], |sums| &sums.floats);
                let var = squares.iter().zip(&self.counts).map(|(squares, &n)| {
                    let var = squares / (n as f64 - f64::from(fold.ddof));
                    if fold.kind == Reduction::Std { var.sqrt() } else { var }
                });
                floats(var.collect())
            }
            // Of no values there is no least; floats say so by NaN.
            Reduction::Min | Reduction::Max if ty.is_float() => floats(
                self.floats
                    .iter()
                    .zip(&self.counts)
                    .map(|(&x, &n)| if n == 0 { f64::NAN } else { x })
                    .collect(),
            ),
            Reduction::Min | Reduction::Max if self.counts.contains(&0) => {
                // As floats, where a group has none; whole numbers otherwise.
                floats(
                    self.wholes
                        .iter()
                        .zip(&self.counts)
                        .map(|(&x, &n)| if n == 0 { f64::NAN } else { x as f64 })
                        .collect(),
                )
            }
            _ if ty.is_float() => floats(self.floats.clone()),
            _ => wholes(self.wholes.clone()),
        })
    }
}

/// Calls `f(row, group)` for the rows where the mask holds.
#[inline(always)]
#[allow(clippy::inline_always, reason = "the loop is worth having for each kind alone")]
fn each(groups: &[u32], mask: Option<&[bool]>, mut f: impl FnMut(usize, usize)) {
    match mask {
        None => {
            for (row, &group) in groups.iter().enumerate() {
                f(row, group as usize);
            }
        }
        Some(mask) => {
            for (row, (&group, &holds)) in groups.iter().zip(mask).enumerate() {
                if holds {
                    f(row, group as usize);
                }
            }
        }
    }
}
