//! Reductions by group: one scan over the rows for all of them.

use jobs::Run;

use crate::error::{Error, Span};
use crate::op::Reduction;
use crate::query::index::Index;
use crate::query::lanes::{Bundle, Lanes};
use crate::query::sums::{self, Cell, Rows, Sums};
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

/// Rows that are taken at once: their values stay in the second cache.
pub(crate) const BLOCK: usize = 1 << 13;

/// Bytes of cells that rows taken by one fold after another may touch: they stay in the first cache.
const TOUCHED: usize = 16 << 10;

impl GroupFold {
    /// Whether a cell is a sum and how many values are in it.
    pub(super) fn sums(&self) -> bool {
        matches!(self.kind, Reduction::Sum | Reduction::Mean) || self.spreads()
    }

    fn spreads(&self) -> bool {
        matches!(self.kind, Reduction::Var | Reduction::Std)
    }

    /// Whether it is told by the index: how many rows a group has.
    fn counts_all_rows(&self) -> bool {
        self.values.is_none() && self.mask.is_none()
    }

    /// Whether the cells of the other are its own.
    fn shares_cells(&self, other: &Self) -> bool {
        (self.values, self.mask) == (other.values, other.mask)
            && (self.kind == other.kind || (self.sums() && other.sums()))
    }

    /// Whether the cells of the other tell its result as well as its own would.
    fn is_told_by(&self, other: &Self) -> bool {
        let counts_rows = other.sums() || matches!(other.kind, Reduction::Min | Reduction::Max);
        self.shares_cells(other)
            || (self.values.is_none() && self.mask == other.mask && counts_rows)
    }
}

/// Parts of the rows that are reduced by themselves: as many as their sums have room for,
/// whatever the number of threads.
pub(super) fn parts(n: usize, n_groups: usize) -> usize {
    let by_rows = n.div_ceil(1 << 17);
    let by_room = (1 << 22) / (n_groups + 1);
    by_rows.min(by_room).clamp(1, 16)
}

/// Reduces the rows of `index` by group. `columns(start, len, f)` gives `f` the columns of a block.
pub(crate) fn fold_groups<S>(
    folds: &[GroupFold],
    types: &[Type],
    index: &Index,
    columns: S,
    run: &Run,
) -> Result<Vec<Value>, Error>
where
    S: Fn(usize, usize, &mut dyn FnMut(&[Block<'_>])) -> Result<(), Error> + Sync,
{
    let mut kept: Vec<GroupFold> = Vec::new();
    // Rows are counted last: then all that could tell how many there are is known.
    let (values, rows): (Vec<_>, Vec<_>) = folds.iter().partition(|fold| fold.values.is_some());
    for fold in values.into_iter().chain(rows).filter(|fold| !fold.counts_all_rows()) {
        if !kept.iter().any(|other| fold.is_told_by(other)) {
            kept.push(fold.clone());
        }
    }
    let place = |among: &[GroupFold], fold: &GroupFold| {
        among.iter().position(|other| fold.is_told_by(other))
    };
    let scan = Scan { folds: &kept, types, index, columns: &columns };
    let first = scan.sums(run)?;
    // Distances from the mean need a scan of their own.
    let spread: Vec<GroupFold> = kept
        .iter()
        .filter(|one| folds.iter().any(|fold| fold.spreads() && fold.shares_cells(one)))
        .cloned()
        .collect();
    let second = if spread.is_empty() {
        None
    } else {
        let means = |fold| place(&kept, fold).map(|at| first.means(at).collect());
        let means: Vec<Vec<f64>> = spread.iter().filter_map(means).collect();
        Some(Scan { folds: &spread, ..scan }.squares(&means, run)?)
    };
    let finish = |fold: &GroupFold| {
        let Some(at) = place(&kept, fold) else {
            return Ok(sums::wholes(index.sizes(run)?.iter().map(|&size| i64::from(size))));
        };
        let squares: Vec<&Cell> = match (&second, place(&spread, fold)) {
            (Some(second), Some(at)) => second.of(at).collect(),
            _ => Vec::new(),
        };
        first.finish((at, fold), fold.values.map_or(Type::Bool, |at| types[at]), &squares)
    };
    folds.iter().map(finish).collect()
}

/// A walk over all rows.
struct Scan<'a, S> {
    folds: &'a [GroupFold],
    types: &'a [Type],
    index: &'a Index,
    columns: &'a S,
}

impl<S> Scan<'_, S>
where
    S: Fn(usize, usize, &mut dyn FnMut(&[Block<'_>])) -> Result<(), Error> + Sync,
{
    fn sums(&self, run: &Run) -> Result<Sums, Error> {
        let n_groups = self.index.first_rows.len();
        let bundles = Bundle::of(self.folds, self.types, n_groups);
        let single = |at: &usize| !bundles.iter().any(|bundle| bundle.folds.contains(at));
        let singles: Vec<usize> = (0..self.folds.len()).filter(single).collect();
        let by_themselves: Vec<GroupFold> =
            singles.iter().map(|at| self.folds[*at].clone()).collect();
        let is_float = |fold: &GroupFold| fold.values.is_some_and(|at| self.types[at].is_float());
        let start = |folds: &[GroupFold]| Sums::new(folds, folds.iter().map(is_float), n_groups);
        let run_len = (TOUCHED / (singles.len() * size_of::<Cell>()).max(1)).max(64);
        let parts = self.each_part(run, |range| {
            let mut sums = start(&by_themselves);
            let mut lanes: Vec<Lanes> =
                bundles.iter().map(|bundle| Lanes::new(bundle.folds.len(), n_groups)).collect();
            let mut words = Vec::new();
            self.each_block(range, |groups, columns| {
                for (bundle, lanes) in bundles.iter().zip(&mut lanes) {
                    bundle.add(lanes, groups, columns, &mut words);
                }
                for start in (0..groups.len()).step_by(run_len) {
                    let range = start..groups.len().min(start + run_len);
                    for (at, fold) in by_themselves.iter().enumerate() {
                        sums.lane(at).add(fold, Rows { range: range.clone(), groups, columns });
                    }
                }
            })?;
            Ok((sums, lanes))
        })?;
        let (sums, lanes): (Vec<Sums>, Vec<Vec<Lanes>>) = parts.into_iter().unzip();
        let sums = Sums::merged(sums, &by_themselves, run)?;
        if bundles.is_empty() {
            return Ok(sums);
        }
        let mut all = start(self.folds);
        for (from, at) in singles.iter().enumerate() {
            all.set_from(*at, (&sums, from));
        }
        for (nth, bundle) in bundles.iter().enumerate() {
            let of_parts: Vec<&Lanes> = lanes.iter().map(|of_part| &of_part[nth]).collect();
            let merged = Lanes::merged(&of_parts, run)?;
            for (at, fold) in bundle.folds.iter().enumerate() {
                all.set(*fold, merged.of(at));
            }
        }
        Ok(all)
    }

    /// Squared distances from `means`, of the groups for each of the folds.
    fn squares(&self, means: &[Vec<f64>], run: &Run) -> Result<Sums, Error> {
        let n_groups = self.index.first_rows.len();
        let parts = self.each_part(run, |range| {
            let mut sums = Sums::new(self.folds, self.folds.iter().map(|_| true), n_groups);
            self.each_block(range, |groups, columns| {
                for (at, (fold, means)) in self.folds.iter().zip(means).enumerate() {
                    let rows = Rows { range: 0..groups.len(), groups, columns };
                    sums.lane(at).add_squares(fold, rows, means);
                }
            })?;
            Ok(sums)
        })?;
        Sums::merged(parts, self.folds, run)
    }

    /// What `reduce` makes of each of the parts that the rows are cut into, in their order; of one
    /// without rows where there is nothing to reduce.
    fn each_part<R: Send>(
        &self,
        run: &Run,
        reduce: impl Fn(std::ops::Range<usize>) -> Result<R, Error> + Sync,
    ) -> Result<Vec<R>, Error> {
        let (n, n_groups) = (self.index.groups.len(), self.index.first_rows.len());
        if self.folds.is_empty() {
            return Ok(vec![reduce(0..0)?]);
        }
        let parts = parts(n, n_groups);
        let part_len = n.div_ceil(parts).next_multiple_of(BLOCK);
        run.share(parts, |part| reduce((part * part_len).min(n)..n.min((part + 1) * part_len)))?
            .into_iter()
            .collect()
    }

    /// Calls `f(groups, columns)` for each block of the rows of `range`.
    fn each_block(
        &self,
        range: std::ops::Range<usize>,
        mut f: impl FnMut(&[u32], &[Block<'_>]),
    ) -> Result<(), Error> {
        for at in range.clone().step_by(BLOCK) {
            let len = BLOCK.min(range.end - at);
            (self.columns)(at, len, &mut |columns| f(&self.index.groups[at..at + len], columns))?;
        }
        Ok(())
    }
}
