//! Sums of one column under several masks, a row taken into all of them at once.

use crate::query::fold::{Block, GroupFold};
use crate::query::sums::Cell;
use crate::types::Type;

/// Masks of a bundle, at most: a byte for each in a word.
const LANES: usize = 8;

/// More groups than these make a bundle larger than the caches.
const MOST_GROUPS: usize = 1 << 16;

/// Sums of the same floats under different masks.
#[derive(Debug)]
pub(super) struct Bundle {
    /// The folds, by their number.
    pub(super) folds: Vec<usize>,
    values: usize,
    masks: Vec<usize>,
}

/// What a bundle knows of a group: for each mask the sum and how many values are in it. There are
/// less than 2³² rows.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(32))]
pub(super) struct Lanes {
    sums: [f64; LANES],
    counts: [u32; LANES],
}

impl Lanes {
    /// What one of the folds would have kept.
    pub(super) fn cell(&self, at: usize) -> Cell {
        Cell::of_sum(self.sums[at], u64::from(self.counts[at]))
    }
}

impl Bundle {
    /// The bundles of `folds`, each of two and more.
    pub(super) fn of(folds: &[GroupFold], types: &[Type], n_groups: usize) -> Vec<Self> {
        let mut bundles: Vec<Self> = Vec::new();
        for (at, fold) in folds.iter().enumerate() {
            let (Some(values), Some(mask)) = (fold.values, fold.mask) else { continue };
            if !fold.sums() || types[values] != Type::F64 || n_groups > MOST_GROUPS {
                continue;
            }
            let open = |bundle: &&mut Self| bundle.values == values && bundle.folds.len() < LANES;
            match bundles.iter_mut().find(open) {
                Some(bundle) => {
                    bundle.folds.push(at);
                    bundle.masks.push(mask);
                }
                None => bundles.push(Self { folds: vec![at], values, masks: vec![mask] }),
            }
        }
        bundles.retain(|bundle| bundle.folds.len() > 1);
        bundles
    }

    /// Takes in a block of rows. Each sum is taken in the order of the rows, as that of a fold by
    /// itself is; `words` is room for the masks.
    pub(super) fn add(
        &self,
        lanes: &mut [Lanes],
        groups: &[u32],
        columns: &[Block<'_>],
        words: &mut Vec<u64>,
    ) {
        let Block::F64(values) = columns[self.values] else { return };
        let mut masks: [&[bool]; LANES] = [&[]; LANES];
        for (place, mask) in masks.iter_mut().zip(&self.masks) {
            if let Block::Bool(mask) = columns[*mask] {
                *place = mask;
            }
        }
        row_words(&masks[..self.masks.len()], groups.len(), words);
        for ((&group, &x), &word) in groups.iter().zip(values).zip(&*words) {
            let Lanes { sums, counts } = &mut lanes[group as usize];
            let holds = word.to_le_bytes();
            // No sum is ever -0, so that adding 0 changes none. A choice by bits is no guess, as a branch
            // is.
            for (sum, holds) in sums.iter_mut().zip(holds) {
                *sum += f64::from_bits(x.to_bits() & u64::from(holds).wrapping_neg());
            }
            for (count, holds) in counts.iter_mut().zip(holds) {
                *count += u32::from(holds);
            }
        }
    }
}

/// For each of `n` rows a word, whose bytes are what the masks say of the row.
fn row_words(masks: &[&[bool]], n: usize, words: &mut Vec<u64>) {
    words.clear();
    words.resize(n, 0);
    let (eights, rest) = words.as_chunks_mut::<8>();
    for (at, eight) in eights.iter_mut().enumerate() {
        for (word, mask) in eight.iter_mut().zip(masks) {
            let mask = mask[at * 8..].first_chunk::<8>().map_or([0; 8], |mask| mask.map(u8::from));
            *word = u64::from_le_bytes(mask);
        }
        transpose(eight);
    }
    let start = n - rest.len();
    for (at, word) in rest.iter_mut().enumerate() {
        for (lane, mask) in masks.iter().enumerate() {
            *word |= u64::from(mask[start + at]) << (8 * lane);
        }
    }
}

/// Makes rows of columns: byte `i` of word `j` becomes byte `j` of word `i`.
fn transpose(words: &mut [u64; 8]) {
    for (apart, bits, mask) in [
        (4, 32, 0x0000_0000_FFFF_FFFF_u64),
        (2, 16, 0x0000_FFFF_0000_FFFF),
        (1, 8, 0x00FF_00FF_00FF_00FF),
    ] {
        for at in (0..8).filter(|at| at & apart == 0) {
            let swapped = ((words[at] >> bits) ^ words[at + apart]) & mask;
            words[at + apart] ^= swapped;
            words[at] ^= swapped << bits;
        }
    }
}
