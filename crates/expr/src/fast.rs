//! The short ways for few elements of dense arrays: what a call of them costs is checks, not work.

mod few;
mod one_loop;

pub(crate) use few::Few;
pub(crate) use one_loop::OneLoop;

use crate::layout::is_contiguous;

/// Whether elements of `size` bytes, a power of two, lie side by side from `address` on, aligned.
#[inline]
fn is_dense(address: usize, layout: (&[usize], &[isize]), size: usize) -> bool {
    let contiguous = match layout {
        ([], _) => true,
        ([_], [stride]) if *stride == size as isize => true,
        (shape, strides) => is_contiguous(shape, strides, size),
    };
    contiguous && address & (size - 1) == 0
}
