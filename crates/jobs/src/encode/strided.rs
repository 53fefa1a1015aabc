//! Arrays that lie in memory with strides.

use super::{Encode, Encoder};
use crate::digest::PIECE;

/// An array as a view of bytes: where its first item begins, and how many bytes lie between
/// neighbours in every dimension. Transposed, reversed and sliced arrays are hashed as they lie,
/// without a copy: they have the digest of their copy in C order.
///
/// ```
/// use jobs::{Digest, Strided};
///
/// let rows = Strided::contiguous("<u2", &[2, 2], &[1, 0, 2, 0, 3, 0, 4, 0]).unwrap();
/// let columns = Strided { strides: &[2, 4], ..rows };
/// let copy = Strided::contiguous("<u2", &[2, 2], &[1, 0, 3, 0, 2, 0, 4, 0]).unwrap();
/// # let rows_of = |s: &[isize]| s.to_vec();
/// assert_eq!(Digest::of_value(&columns), Digest::of_value(&copy));
/// # assert_eq!(rows_of(columns.strides), [2, 4]);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Strided<'a> {
    /// What the items are: NumPy's names, byte order included.
    pub items: &'a str,
    /// Bytes of one item.
    pub item_size: usize,
    /// How many items lie in each dimension.
    pub shape: &'a [usize],
    /// Bytes from an item to its next neighbour in each dimension, negative ones too. Empty means
    /// that the array lies in C order.
    pub strides: &'a [isize],
    /// Where the first item begins in `bytes`.
    pub offset: usize,
    /// The memory that the array lies in.
    pub bytes: &'a [u8],
}

impl<'a> Strided<'a> {
    /// An array in C order, whose bytes are `bytes`; `None` when their number does not fit the
    /// shape, or the name of the items does not end in their size.
    #[must_use]
    pub fn contiguous(items: &'a str, shape: &'a [usize], bytes: &'a [u8]) -> Option<Self> {
        let digits = items.trim_start_matches(|c: char| !c.is_ascii_digit());
        let item_size: usize = digits.parse().ok()?;
        let n_items = shape.iter().try_fold(1_usize, |n, &dimension| n.checked_mul(dimension))?;
        (n_items.checked_mul(item_size)? == bytes.len()).then_some(Self {
            items,
            item_size,
            shape,
            strides: &[],
            offset: 0,
            bytes,
        })
    }

    /// The items' bytes where they lie in C order, one after the other.
    ///
    /// # Panics
    /// When an item lies outside `bytes`.
    #[must_use]
    pub fn in_order(&self) -> Option<&'a [u8]> {
        let len = self.item_size * self.shape.iter().product::<usize>();
        let mut run = self.item_size as isize;
        let lies_so = |(&n, &stride): (&usize, &isize)| {
            let lies_so = n == 1 || stride == run;
            run *= n as isize;
            lies_so
        };
        let in_order = len == 0
            || self.strides.is_empty()
            || self.shape.iter().zip(self.strides).rev().all(lies_so);
        in_order.then(|| &self.bytes[self.offset..self.offset + len])
    }

    /// Gives the items' bytes in C order to `feed`, in pieces.
    ///
    /// # Panics
    /// When an item lies outside `bytes`.
    pub fn pieces(&self, feed: &mut dyn FnMut(&[u8])) {
        if self.shape.contains(&0) {
            return;
        }
        if let Some(bytes) = self.in_order() {
            return bytes.chunks(PIECE).for_each(feed);
        }
        // Dimensions that lie one after the other are one.
        let mut run = self.item_size;
        let mut outer = self.shape.len();
        while outer > 0 && (self.shape[outer - 1] == 1 || self.strides[outer - 1] == run as isize) {
            run *= self.shape[outer - 1];
            outer -= 1;
        }
        let mut buffer = Vec::new();
        let mut index = vec![0; outer];
        let mut at = self.offset as isize;
        loop {
            let start = usize::try_from(at).expect("the array lies in its memory");
            let piece = &self.bytes[start..start + run];
            if run >= PIECE {
                piece.chunks(PIECE).for_each(&mut *feed);
            } else {
                buffer.extend_from_slice(piece);
                if buffer.len() >= PIECE {
                    feed(&buffer);
                    buffer.clear();
                }
            }
            let mut dimension = outer;
            loop {
                if dimension == 0 {
                    return feed(&buffer);
                }
                dimension -= 1;
                index[dimension] += 1;
                at += self.strides[dimension];
                if index[dimension] < self.shape[dimension] {
                    break;
                }
                at -= self.strides[dimension] * self.shape[dimension] as isize;
                index[dimension] = 0;
            }
        }
    }
}

impl Encode for Strided<'_> {
    fn encode(&self, to: &mut Encoder) {
        to.array(self.items, self.shape, |feed| self.pieces(feed));
    }
}
