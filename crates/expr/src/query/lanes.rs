//! Sums of one column under several masks, a row taken into all of them at once.

use jobs::Run;

use crate::error::Error;
use crate::kernels::Level;
use crate::kernels::grouped::{self, Cells, MOST_MASKS};
use crate::query::fold::{Block, GroupFold};
use crate::query::sums::{Cell, MERGED};
use crate::types::Type;

/// More groups than these make a bundle larger than the caches.
const MOST_GROUPS: usize = 1 << 16;

/// Sums of the same floats under different masks, one of which may be none.
#[derive(Debug)]
pub(super) struct Bundle {
    /// The folds, by their number.
    pub(super) folds: Vec<usize>,
    values: usize,
    /// The bits of the words of rows, and the masks that say whether they are set.
    masks: Vec<(u32, usize)>,
    /// The bits that are always set.
    always: u16,
}

/// What the folds of a bundle know of each group: as many lines of the caches as they need.
#[derive(Debug, Clone)]
pub(super) enum Lanes {
    OneLine(Vec<Cells<5>>),
    TwoLines(Vec<Cells<10>>),
    ThreeLines(Vec<Cells<MOST_MASKS>>),
}

/// Calls a function with the cells, of whatever width.
macro_rules! with_cells {
    ($lanes:expr, $cells:ident => $f:expr) => {
        match $lanes {
            Self::OneLine($cells) => $f,
            Self::TwoLines($cells) => $f,
            Self::ThreeLines($cells) => $f,
        }
    };
}

impl Bundle {
    /// The bundles of `folds`, each of two and more.
    pub(super) fn of(folds: &[GroupFold], types: &[Type], n_groups: usize) -> Vec<Self> {
        let mut bundles: Vec<Self> = Vec::new();
        for (at, fold) in folds.iter().enumerate() {
            let Some(values) = fold.values else { continue };
            if !fold.sums() || types[values] != Type::F64 || n_groups > MOST_GROUPS {
                continue;
            }
            let open = |bundle: &Self| bundle.values == values && bundle.folds.len() < MOST_MASKS;
            let place = bundles.iter().position(open).unwrap_or_else(|| {
                bundles.push(Self { folds: Vec::new(), values, masks: Vec::new(), always: 0 });
                bundles.len() - 1
            });
            let bundle = &mut bundles[place];
            let bit = bundle.folds.len() as u32;
            match fold.mask {
                Some(mask) => bundle.masks.push((bit, mask)),
                None => bundle.always |= 1 << bit,
            }
            bundle.folds.push(at);
        }
        bundles.retain(|bundle| bundle.folds.len() > 1);
        bundles
    }

    /// Takes in a block of rows. Each sum is taken in the order of the rows, as that of a fold by
    /// itself is; `words` is room for what is told of the rows.
    pub(super) fn add(
        &self,
        lanes: &mut Lanes,
        groups: &[u32],
        columns: &[Block<'_>],
        words: &mut Vec<u16>,
    ) {
        let Block::F64(values) = columns[self.values] else { return };
        let mut masks: [(u32, &[bool]); MOST_MASKS] = [(0, &[]); MOST_MASKS];
        for (place, (bit, mask)) in masks.iter_mut().zip(&self.masks) {
            if let Block::Bool(mask) = columns[*mask] {
                *place = (*bit, mask);
            }
        }
        let level = Level::best();
        words.resize(groups.len(), 0);
        grouped::tell_rows(level, &masks[..self.masks.len()], self.always, words);
        lanes.add(level, (groups, values, words));
    }
}

impl Lanes {
    /// The lanes of `n_folds` folds, before any row.
    pub(super) fn new(n_folds: usize, n_groups: usize) -> Self {
        match n_folds {
            0..=5 => Self::OneLine(vec![Cells::EMPTY; n_groups]),
            6..=10 => Self::TwoLines(vec![Cells::EMPTY; n_groups]),
            _ => Self::ThreeLines(vec![Cells::EMPTY; n_groups]),
        }
    }

    fn add(&mut self, level: Level, rows: (&[u32], &[f64], &[u16])) {
        with_cells!(self, cells => grouped::add_rows(level, cells, rows));
    }

    /// What each group's fold number `at` would have kept by itself.
    pub(super) fn of(&self, at: usize) -> Vec<Cell> {
        with_cells!(self, cells => {
            let cell = |cells: &Cells<_>| Cell::of_sum(cells.sums[at], u64::from(cells.counts[at]));
            cells.iter().map(cell).collect()
        })
    }

    /// The lanes of all parts, which come in the order of their rows, as one.
    pub(super) fn merged(parts: &[&Self], run: &Run) -> Result<Self, Error> {
        macro_rules! all {
            ($kind:ident) => {{
                let cells: Vec<_> = parts
                    .iter()
                    .map(|part| match part {
                        Self::$kind(cells) => &cells[..],
                        _ => &[],
                    })
                    .collect();
                Self::$kind(merged(&cells, run)?)
            }};
        }
        Ok(match parts {
            [] => Self::new(0, 0),
            [Self::OneLine(_), ..] => all!(OneLine),
            [Self::TwoLines(_), ..] => all!(TwoLines),
            [Self::ThreeLines(_), ..] => all!(ThreeLines),
        })
    }
}

fn merged<const W: usize>(parts: &[&[Cells<W>]], run: &Run) -> Result<Vec<Cells<W>>, Error> {
    let n = parts[0].len();
    let pieces = run.share(n.div_ceil(MERGED), |piece| {
        let range = piece * MERGED..n.min((piece + 1) * MERGED);
        let mut cells = parts[0][range.clone()].to_vec();
        for part in &parts[1..] {
            for (cells, later) in cells.iter_mut().zip(&part[range.clone()]) {
                cells.merge(later);
            }
        }
        cells
    })?;
    Ok(pieces.concat())
}
