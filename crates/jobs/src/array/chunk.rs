//! One chunk of an array, packed and unpacked.
//!
//! A packed chunk is, for every plane, a byte (0: as it is; 1: zstd), its length (u32) and its bytes.

use std::borrow::Cow;

/// A plane is looked at in this many places of this length before it is packed as a whole.
const PROBES: usize = 4;
const PROBE: usize = 1024;
/// What the bytes of a probe may need at most, bits each, to be worth packing.
const WORTH: f64 = 7.2;

/// The chunk in planes; `None` when that is not shorter.
pub(super) fn pack(chunk: &[u8], item_size: usize) -> Option<Vec<u8>> {
    if item_size == 0 || !chunk.len().is_multiple_of(item_size) {
        return None;
    }
    let n_items = chunk.len() / item_size;
    let mut packed = Vec::with_capacity(chunk.len());
    let mut plane = vec![0; n_items];
    for byte in 0..item_size {
        take_plane(chunk, item_size, byte, &mut plane);
        let smaller = is_worth_it(&plane)
            .then(|| crate::pack(&plane))
            .flatten()
            .filter(|smaller| smaller.len() < plane.len());
        packed.push(u8::from(smaller.is_some()));
        let body = smaller.as_deref().unwrap_or(&plane);
        packed.extend_from_slice(&(body.len() as u32).to_le_bytes());
        packed.extend_from_slice(body);
    }
    (packed.len() < chunk.len() - chunk.len() / 16).then_some(packed)
}

/// Fills `chunk` from its planes; `None` when they are not planes of such a chunk.
pub(super) fn unpack(mut packed: &[u8], item_size: usize, chunk: &mut [u8]) -> Option<()> {
    if item_size == 0 || !chunk.len().is_multiple_of(item_size) {
        return None;
    }
    let n_items = chunk.len() / item_size;
    for byte in 0..item_size {
        let (head, rest) = packed.split_at_checked(5)?;
        let len = u32::from_le_bytes(*head[1..].first_chunk()?) as usize;
        let (body, rest) = rest.split_at_checked(len)?;
        packed = rest;
        let plane = match head[0] {
            0 => Cow::Borrowed(body),
            1 => Cow::Owned(crate::unpack(body, n_items as u64)?),
            _ => return None,
        };
        if plane.len() != n_items {
            return None;
        }
        put_plane(&plane, item_size, byte, chunk);
    }
    packed.is_empty().then_some(())
}

fn take_plane(chunk: &[u8], item_size: usize, byte: usize, plane: &mut [u8]) {
    // The sizes of numbers, known to the compiler, are several times as fast.
    match item_size {
        1 => plane.copy_from_slice(chunk),
        2 => take::<2>(chunk, byte, plane),
        4 => take::<4>(chunk, byte, plane),
        8 => take::<8>(chunk, byte, plane),
        _ => {
            for (to, item) in plane.iter_mut().zip(chunk.chunks_exact(item_size)) {
                *to = item[byte];
            }
        }
    }
}

fn take<const SIZE: usize>(chunk: &[u8], byte: usize, plane: &mut [u8]) {
    let (items, _) = chunk.as_chunks::<SIZE>();
    for (to, item) in plane.iter_mut().zip(items) {
        *to = item[byte];
    }
}

fn put_plane(plane: &[u8], item_size: usize, byte: usize, chunk: &mut [u8]) {
    match item_size {
        1 => chunk.copy_from_slice(plane),
        2 => put::<2>(plane, byte, chunk),
        4 => put::<4>(plane, byte, chunk),
        8 => put::<8>(plane, byte, chunk),
        _ => {
            for (from, item) in plane.iter().zip(chunk.chunks_exact_mut(item_size)) {
                item[byte] = *from;
            }
        }
    }
}

fn put<const SIZE: usize>(plane: &[u8], byte: usize, chunk: &mut [u8]) {
    let (items, _) = chunk.as_chunks_mut::<SIZE>();
    for (from, item) in plane.iter().zip(items) {
        item[byte] = *from;
    }
}

/// Whether a few probes of a plane say that it can be packed: noise costs as much time as text.
fn is_worth_it(plane: &[u8]) -> bool {
    if plane.len() <= PROBES * PROBE {
        return true;
    }
    let step = (plane.len() - PROBE) / (PROBES - 1);
    let mut counts = [0_u32; 256];
    for probe in 0..PROBES {
        for &byte in &plane[probe * step..probe * step + PROBE] {
            counts[usize::from(byte)] += 1;
        }
    }
    let n = (PROBES * PROBE) as f64;
    let bits = |&count: &u32| f64::from(count) / n * (n / f64::from(count)).log2();
    counts.iter().filter(|&&count| count > 0).map(bits).sum::<f64>() < WORTH
}
