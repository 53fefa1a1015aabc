//! Shapes and strides: broadcasting, overlap of memory, and walking arrays in blocks.

use crate::error::{Error, Shape};
use crate::operand::{Operand, Output};

/// The shape that `shapes` broadcast to, as NumPy has it.
///
/// # Errors
/// [`Error::Shapes`] naming the two that do not fit.
pub(crate) fn broadcast<'a>(
    shapes: impl Iterator<Item = (&'a str, &'a [usize])> + Clone,
) -> Result<Vec<usize>, Error> {
    let dims = shapes.clone().map(|(_, shape)| shape.len()).max().unwrap_or(0);
    let mut result = vec![1; dims];
    for (name, shape) in shapes.clone() {
        for (axis, &len) in result[dims - shape.len()..].iter_mut().zip(shape) {
            if *axis == 1 {
                *axis = len;
            } else if len != 1 && len != *axis {
                // The first operand that has the other length there.
                let (other, other_shape) = shapes
                    .clone()
                    .find(|(_, other)| {
                        other.len() <= dims && broadcast_pair(other, shape).is_none()
                    })
                    .unwrap_or((name, shape));
                return Err(Error::Shapes {
                    span: None,
                    left: other.to_owned(),
                    left_shape: Shape(other_shape.to_vec()),
                    right: name.to_owned(),
                    right_shape: Shape(shape.to_vec()),
                });
            }
        }
    }
    Ok(result)
}

/// Whether two shapes are equal. Most have one axis or none, for which a call that compares memory is
/// long.
#[inline]
pub(crate) fn same_shape(a: &[usize], b: &[usize]) -> bool {
    match (a, b) {
        ([], []) => true,
        ([a], [b]) => a == b,
        _ => a == b,
    }
}

/// The number of elements.
#[inline]
pub(crate) fn elements(shape: &[usize]) -> usize {
    match shape {
        [] => 1,
        [len] => *len,
        lens => lens.iter().product(),
    }
}

fn broadcast_pair(a: &[usize], b: &[usize]) -> Option<()> {
    let fits = |(x, y): (&usize, &usize)| x == y || *x == 1 || *y == 1;
    a.iter().rev().zip(b.iter().rev()).all(fits).then_some(())
}

/// Whether the elements lie side by side in the order of the indices.
pub(crate) fn is_contiguous(shape: &[usize], strides: &[isize], size: usize) -> bool {
    let mut expected = size as isize;
    for (&len, &stride) in shape.iter().zip(strides).rev() {
        if len != 1 && stride != expected {
            return false;
        }
        expected *= len as isize;
    }
    true
}

/// The strides of an array that is broadcast to `dims` axes: 0 where one value stands for all. Of a single
/// value more axes than those may be told.
pub(crate) fn full_strides(dims: usize, lens: &[usize], strides: &[isize]) -> Vec<isize> {
    let own = |axis: usize| {
        let at = (axis + lens.len()).checked_sub(dims)?;
        (lens[at] != 1).then(|| strides[at])
    };
    (0..dims).map(|axis| own(axis).unwrap_or(0)).collect()
}

/// Whether an address is a multiple of `size`, a power of two or 0.
#[inline]
pub(crate) fn is_aligned(address: *const u8, size: usize) -> bool {
    address.addr() & size.saturating_sub(1) == 0
}

/// The first byte and the one after the last that an array touches.
fn extent(data: *const u8, shape: &[usize], strides: &[isize], size: usize) -> (usize, usize) {
    let (mut low, mut high) = (data.addr() as isize, data.addr() as isize);
    if shape.contains(&0) {
        return (0, 0);
    }
    for (&len, &stride) in shape.iter().zip(strides) {
        let reach = (len as isize - 1) * stride;
        if reach < 0 {
            low += reach;
        } else {
            high += reach;
        }
    }
    (low as usize, high as usize + size)
}

/// How an output lies to an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overlap {
    None,
    /// Each element of the one is the same element of the other.
    Same,
    Some,
}

pub(crate) fn overlap(output: &Output<'_>, operand: &Operand<'_>) -> Overlap {
    if operand.scalar.is_some() {
        return Overlap::None;
    }
    let size = operand.ty.size().max(8 * usize::from(operand.ty.size() == 0));
    let a = extent(output.data, output.shape, output.strides, output.ty.size());
    let b = extent(operand.data, operand.shape, operand.strides, size);
    if a.0 >= b.1 || b.0 >= a.1 {
        Overlap::None
    } else if std::ptr::eq(output.data, operand.data)
        && output.ty.size() == operand.ty.size()
        && output.shape == operand.shape
        && output.strides == operand.strides
    {
        Overlap::Same
    } else {
        Overlap::Some
    }
}

/// Whether two outputs share memory.
pub(crate) fn outputs_overlap(a: &Output<'_>, b: &Output<'_>) -> bool {
    let x = extent(a.data, a.shape, a.strides, a.ty.size());
    let y = extent(b.data, b.shape, b.strides, b.ty.size());
    x.0 < y.1 && y.0 < x.1
}

/// Whether two elements of the output may be the same memory: true in doubt.
pub(crate) fn folds_onto_itself(shape: &[usize], strides: &[isize], size: usize) -> bool {
    if shape.contains(&0) {
        return false;
    }
    let mut axes: Vec<(usize, usize)> = shape
        .iter()
        .zip(strides)
        .filter(|(len, _)| **len > 1)
        .map(|(len, stride)| (stride.unsigned_abs(), *len))
        .collect();
    axes.sort_unstable();
    let mut reach = size;
    for (stride, len) in axes {
        if stride < reach {
            return true;
        }
        reach += stride * (len - 1);
    }
    false
}

/// The order in which elements are walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Any,
    OfIndices,
}

/// The axes of a pass, those that lie within each other made one, with the strides of each array.
#[derive(Debug, Clone)]
pub(crate) struct Axes {
    pub(crate) lens: Vec<usize>,
    /// For each array one stride for each axis, in bytes.
    pub(crate) strides: Vec<Vec<isize>>,
}

impl Axes {
    /// The axes of `shape` for arrays of these shapes and strides, each broadcast to it. With
    /// [`Order::Any`] they may be walked in another order than that of the indices.
    pub(crate) fn new(shape: &[usize], arrays: &[(&[usize], &[isize])], order: Order) -> Self {
        let dims = shape.len();
        let full: Vec<Vec<isize>> =
            arrays.iter().map(|(lens, strides)| full_strides(dims, lens, strides)).collect();
        let mut walked: Vec<usize> = (0..dims).filter(|axis| shape[*axis] != 1).collect();
        if order == Order::Any {
            // As the arrays lie: the longest steps outermost.
            walked.sort_by_key(|axis| {
                let steps = full.iter().map(|strides| strides[*axis].unsigned_abs());
                std::cmp::Reverse(steps.sum::<usize>())
            });
        }
        let mut axes = Self { lens: Vec::new(), strides: vec![Vec::new(); arrays.len()] };
        for axis in walked {
            let len = shape[axis];
            // An axis whose outer neighbour steps by its whole length is one with it.
            let joins = !axes.lens.is_empty()
                && axes.strides.iter().zip(&full).all(|(joined, strides)| {
                    joined.last().is_some_and(|outer| *outer == strides[axis] * len as isize)
                });
            if joins {
                if let Some(last) = axes.lens.last_mut() {
                    *last *= len;
                }
                for (joined, strides) in axes.strides.iter_mut().zip(&full) {
                    if let Some(last) = joined.last_mut() {
                        *last = strides[axis];
                    }
                }
            } else {
                axes.lens.push(len);
                for (joined, strides) in axes.strides.iter_mut().zip(&full) {
                    joined.push(strides[axis]);
                }
            }
        }
        if axes.lens.is_empty() {
            axes.lens.push(1);
            axes.strides.iter_mut().for_each(|strides| strides.push(0));
        }
        axes
    }

    /// The length of the innermost axis.
    pub(crate) fn inner(&self) -> usize {
        self.lens[self.lens.len() - 1]
    }

    /// Bytes from the first element of `array` to its element at position `at`.
    pub(crate) fn offset(&self, array: usize, at: usize) -> isize {
        let (mut rest, mut offset) = (at, 0);
        for (len, stride) in self.lens.iter().zip(&self.strides[array]).rev() {
            offset += (rest % len) as isize * stride;
            rest /= len;
        }
        offset
    }

    /// Whether `array` lies side by side along all axes.
    pub(crate) fn is_dense(&self, array: usize, size: usize) -> bool {
        is_contiguous(&self.lens, &self.strides[array], size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_broadcast_as_numpys_do() {
        let of = |shapes: &[&[usize]]| {
            let named: Vec<(&str, &[usize])> = shapes.iter().map(|shape| ("x", *shape)).collect();
            broadcast(named.into_iter()).ok()
        };
        assert_eq!(of(&[&[2, 1], &[3]]), Some(vec![2, 3]));
        assert_eq!(of(&[&[], &[3]]), Some(vec![3]));
        assert_eq!(of(&[&[0], &[1]]), Some(vec![0]));
        assert_eq!(of(&[&[2], &[3]]), None);
        assert_eq!(of(&[&[4, 2], &[4]]), None);
    }

    #[test]
    fn axes_that_lie_within_each_other_are_one() {
        let (shape, dense, row) = ([4, 5, 6], [240, 48, 8], [0, 0, 8]);
        let axes = Axes::new(&shape, &[(&shape, &dense)], Order::Any);
        assert_eq!(axes.lens, [120]);
        let axes = Axes::new(&shape, &[(&shape, &dense), (&shape, &row)], Order::Any);
        assert_eq!((axes.lens, axes.strides), (vec![20, 6], vec![vec![48, 8], vec![0, 8]]));
    }

    #[test]
    fn a_transposed_array_is_walked_as_it_lies() {
        let axes = Axes::new(&[5, 4], &[(&[5, 4], &[8, 40])], Order::Any);
        assert_eq!((axes.lens, axes.strides), (vec![20], vec![vec![8]]));
        let axes = Axes::new(&[5, 4], &[(&[5, 4], &[8, 40])], Order::OfIndices);
        assert_eq!(axes.lens, [5, 4]);
        assert_eq!(axes.offset(0, 4 * 2 + 3), 2 * 8 + 3 * 40);
    }

    #[test]
    fn an_output_that_folds_onto_itself_is_found() {
        assert!(folds_onto_itself(&[3], &[0], 8));
        assert!(folds_onto_itself(&[3, 3], &[8, 8], 8));
        assert!(!folds_onto_itself(&[3, 3], &[24, 8], 8));
        assert!(!folds_onto_itself(&[3, 3], &[8, -24], 8));
        assert!(!folds_onto_itself(&[0, 3], &[0, 0], 8));
    }
}
