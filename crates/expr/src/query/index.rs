//! The groups of key columns: every row's number among the distinct keys in their order.

use std::cmp::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use jobs::Run;

use crate::error::Error;
use crate::operand::Operand;
use crate::query::fold;
use crate::query::table::Column;
use crate::types::{Element, Type};

/// Whole numbers within this range are counted in a table of places, without hashing.
const DIRECT_RANGE: u64 = 1 << 22;
/// Rows of a part; parts do not depend on the number of threads.
const PART: usize = 1 << 18;

/// Every row's group.
#[derive(Debug)]
pub(crate) struct Index {
    /// For each row the number of its group; groups are in the order of their keys.
    pub(crate) groups: Vec<u32>,
    /// For each group the first row that has its key.
    pub(crate) first_rows: Vec<u32>,
    /// For each group how many rows it has, once somebody has asked.
    sizes: Mutex<Option<Arc<[u32]>>>,
}

impl Index {
    /// The groups of rows with equal values in all of `keys`, which have `n` rows.
    ///
    /// # Errors
    /// [`Error::Table`] beyond 2³² rows.
    pub(crate) fn new(keys: &[&Column<'_>], n: usize, run: &Run) -> Result<Self, Error> {
        if u32::try_from(n).is_err() {
            return Err(Error::Table { what: format!("{n} rows, allowed are 4294967295") });
        }
        let first_row = (n > 0).then_some(0).into_iter().collect();
        let mut whole = Self::of_groups(vec![0; n], first_row);
        for (at, key) in keys.iter().enumerate() {
            let one = Self::of_column(key, n, run)?;
            whole = if at == 0 { one } else { whole.crossed(&one, n, run)? };
        }
        Ok(whole)
    }

    fn of_groups(groups: Vec<u32>, first_rows: Vec<u32>) -> Self {
        Self { groups, first_rows, sizes: Mutex::default() }
    }

    /// For each group how many rows it has.
    pub(crate) fn sizes(&self, run: &Run) -> Result<Arc<[u32]>, Error> {
        let known = || self.sizes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sizes) = &*known() {
            return Ok(sizes.clone());
        }
        let (n, n_groups) = (self.groups.len(), self.first_rows.len());
        let parts = fold::parts(n, n_groups);
        let part_len = n.div_ceil(parts).max(1);
        let of_parts = run.share(n.div_ceil(part_len), |at| {
            let mut sizes = vec![0_u32; n_groups];
            for &group in &self.groups[at * part_len..n.min((at + 1) * part_len)] {
                sizes[group as usize] += 1;
            }
            sizes
        })?;
        let mut sizes = vec![0_u32; n_groups];
        for of_part in of_parts {
            for (size, more) in sizes.iter_mut().zip(of_part) {
                *size += more;
            }
        }
        let sizes: Arc<[u32]> = sizes.into();
        *known() = Some(sizes.clone());
        Ok(sizes)
    }

    fn of_column(key: &Column<'_>, n: usize, run: &Run) -> Result<Self, Error> {
        let words = match key.ty() {
            Type::Text => {
                return hashed(
                    n,
                    run,
                    |row| hash_bytes(key.text(row)),
                    |a, b| key.text(a) == key.text(b),
                    |a, b| key.text(a).cmp(key.text(b)),
                );
            }
            Type::I64 => {
                return key.with_operand(|operand| {
                    Self::of_words(operand.as_slice().unwrap_or_default(), n, run)
                });
            }
            _ => words_of(key),
        };
        Self::of_words(&words, n, run)
    }

    /// Groups within the groups of another.
    fn crossed(&self, inner: &Self, n: usize, run: &Run) -> Result<Self, Error> {
        let width = inner.first_rows.len() as i64;
        let of_row =
            |row: usize| i64::from(self.groups[row]) * width + i64::from(inner.groups[row]);
        let words: Vec<i64> = (0..n).map(of_row).collect();
        Self::of_words(&words, n, run)
    }

    fn of_words(words: &[i64], n: usize, run: &Run) -> Result<Self, Error> {
        let part = |at: usize| &words[at * PART..n.min((at + 1) * PART)];
        let parts = n.div_ceil(PART);
        let ends = run.share(parts, |at| {
            let ends = (i64::MAX, i64::MIN);
            part(at).iter().fold(ends, |(low, high), &x| (low.min(x), high.max(x)))
        })?;
        let (low, high) =
            ends.into_iter().fold((i64::MAX, i64::MIN), |a, b| (a.0.min(b.0), a.1.max(b.1)));
        let range = high.wrapping_sub(low) as u64;
        if n > 0 && (high < low || range >= DIRECT_RANGE.min(4 * n as u64 + 1024)) {
            return hashed(
                n,
                run,
                |row| mix(words[row] as u64),
                |a, b| words[a] == words[b],
                |a, b| words[a].cmp(&words[b]),
            );
        }
        let places = if n == 0 { 0 } else { range as usize + 1 };
        let place = |x: i64| x.wrapping_sub(low) as usize;
        let firsts = run.share(parts, |at| {
            let mut first = vec![u32::MAX; places];
            for (i, &x) in part(at).iter().enumerate() {
                let first = &mut first[place(x)];
                if *first == u32::MAX {
                    *first = (at * PART + i) as u32;
                }
            }
            first
        })?;
        let mut first = vec![u32::MAX; places];
        for of_part in &firsts {
            for (first, other) in first.iter_mut().zip(of_part) {
                *first = (*first).min(*other);
            }
        }
        let mut numbers = vec![0_u32; places];
        let mut first_rows = Vec::new();
        for (number, &row) in numbers.iter_mut().zip(&first) {
            if row != u32::MAX {
                *number = first_rows.len() as u32;
                first_rows.push(row);
            }
        }
        let mut groups = vec![0_u32; n];
        let runs = groups.chunks_mut(PART).zip(words.chunks(PART)).collect();
        run.map(runs, |(groups, words): (&mut [u32], &[i64])| {
            for (group, &x) in groups.iter_mut().zip(words) {
                *group = numbers[place(x)];
            }
        })?;
        Ok(Self::of_groups(groups, first_rows))
    }
}

/// Keys as whole numbers whose order is that of the keys: equal numbers are equal keys. All NaNs
/// are one and come last; the zeros are one.
pub(crate) fn words_of(key: &Column<'_>) -> Vec<i64> {
    fn collect<T: Element>(operand: &Operand<'_>, word: impl Fn(T) -> i64) -> Vec<i64> {
        operand.as_slice::<T>().unwrap_or_default().iter().map(|&x| word(x)).collect()
    }
    key.with_operand(|operand| match operand.ty() {
        Type::Bool => collect::<bool>(&operand, i64::from),
        Type::U8 => collect::<u8>(&operand, i64::from),
        Type::U32 => collect::<u32>(&operand, i64::from),
        Type::I32 => collect::<i32>(&operand, i64::from),
        Type::I64 => collect::<i64>(&operand, |x| x),
        Type::F32 => collect::<f32>(&operand, |x| float_word(f64::from(x))),
        Type::F64 => collect::<f64>(&operand, float_word),
        Type::Text => Vec::new(),
    })
}

fn float_word(x: f64) -> i64 {
    if x.is_nan() {
        return i64::MAX;
    }
    let bits = (x + 0.0).to_bits() as i64;
    if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
}

/// Numbers rows by hashing: parts by themselves, then the keys of the parts together, in order.
fn hashed(
    n: usize,
    run: &Run,
    hash: impl Fn(usize) -> u64 + Sync,
    equal: impl Fn(usize, usize) -> bool + Sync,
    order: impl Fn(usize, usize) -> Ordering,
) -> Result<Index, Error> {
    let parts = run.share(n.div_ceil(PART), |at| {
        let mut known = Known::default();
        let rows = at * PART..n.min((at + 1) * PART);
        let groups: Vec<u32> = rows.map(|row| known.number(row, hash(row), &equal)).collect();
        (groups, known.rows)
    })?;
    let mut known = Known::default();
    let maps: Vec<Vec<u32>> = parts
        .iter()
        .map(|(_, rows)| {
            rows.iter().map(|&row| known.number(row as usize, hash(row as usize), &equal)).collect()
        })
        .collect();
    let mut sorted: Vec<u32> = (0..known.rows.len() as u32).collect();
    sorted
        .sort_by(|&a, &b| order(known.rows[a as usize] as usize, known.rows[b as usize] as usize));
    let mut ranks = vec![0_u32; sorted.len()];
    for (rank, &group) in sorted.iter().enumerate() {
        ranks[group as usize] = rank as u32;
    }
    let groups = run.share(parts.len(), |at| {
        let map: Vec<u32> = maps[at].iter().map(|&group| ranks[group as usize]).collect();
        parts[at].0.iter().map(|&group| map[group as usize]).collect::<Vec<u32>>()
    })?;
    let first_rows = sorted.iter().map(|&group| known.rows[group as usize]).collect();
    Ok(Index::of_groups(groups.concat(), first_rows))
}

/// Distinct keys by open addressing.
#[derive(Default)]
struct Known {
    /// Numbers of keys, one more than them; 0 is an empty place.
    places: Vec<u32>,
    hashes: Vec<u64>,
    /// The first row of each key.
    rows: Vec<u32>,
}

impl Known {
    fn number(&mut self, row: usize, hash: u64, equal: &impl Fn(usize, usize) -> bool) -> u32 {
        if self.rows.len() * 2 >= self.places.len() {
            self.grow();
        }
        let mask = self.places.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match self.places[at] {
                0 => {
                    let number = self.rows.len() as u32;
                    self.places[at] = number + 1;
                    self.hashes.push(hash);
                    self.rows.push(row as u32);
                    return number;
                }
                found => {
                    let number = found as usize - 1;
                    if self.hashes[number] == hash && equal(self.rows[number] as usize, row) {
                        return number as u32;
                    }
                }
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let len = (self.places.len() * 4).max(64);
        self.places = vec![0; len];
        for (number, hash) in self.hashes.iter().enumerate() {
            let mut at = *hash as usize & (len - 1);
            while self.places[at] != 0 {
                at = (at + 1) & (len - 1);
            }
            self.places[at] = number as u32 + 1;
        }
    }
}

/// The finaliser of SplitMix64.
fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

fn hash_bytes(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut hash = bytes.len() as u64;
    for word in words {
        hash = mix(hash ^ u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(hash ^ u64::from_le_bytes(last))
}
