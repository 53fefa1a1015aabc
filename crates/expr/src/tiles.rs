//! Operands cut into tiles: a few rows of a few elements along one axis, whatever their layout.

use crate::error::{Error, Shape};
use crate::layout;
use crate::operand::{Operand, Output};
use crate::prepared::Prepared;
use crate::types::Type;
use crate::value::Value;
use jobs::Run;

/// Elements of a tile, at most.
const TILE: usize = 4096;
/// Sides of a tile whose rows lie across the memory.
const SIDE: usize = 64;

/// How operands of one shape are cut.
#[derive(Debug)]
pub(crate) struct Tiles<'a> {
    operands: &'a [Operand<'a>],
    /// Strides of each operand, along all axes of the shape.
    strides: Vec<Vec<isize>>,
    /// The axes outside of a tile.
    outer: Vec<(usize, usize)>,
    /// The axis along the rows of a tile, and the one across them, with their lengths.
    along: (usize, usize),
    across: Option<(usize, usize)>,
    /// Rows and elements of a tile.
    pub(crate) sides: (usize, usize),
}

/// The order of what is within a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Within {
    /// Each row stands for itself: rows may be cut.
    Rows,
    /// One after another, in the order of the indices.
    Indices,
}

impl<'a> Tiles<'a> {
    /// Tiles of `operands`, which are broadcast to `shape`, with rows along `axis`.
    pub(crate) fn new(
        operands: &'a [Operand<'a>],
        shape: &[usize],
        axis: usize,
        within: Within,
    ) -> Self {
        let strides: Vec<Vec<isize>> = operands
            .iter()
            .map(|operand| layout::full_strides(shape.len(), operand.shape, operand.strides))
            .collect();
        let mut outer: Vec<(usize, usize)> =
            (0..shape.len()).filter(|at| *at != axis).map(|at| (at, shape[at])).collect();
        let across = outer.pop();
        let step =
            |axis: usize| strides.iter().map(|strides| strides[axis].unsigned_abs()).sum::<usize>();
        let len = shape[axis];
        let n_rows = across.map_or(1, |(_, n)| n);
        let lies_along = across.is_none_or(|(other, _)| step(axis) <= step(other));
        let sides = if lies_along || within == Within::Indices || len < SIDE {
            let len = len.clamp(1, TILE);
            ((TILE / len).clamp(1, n_rows.max(1)), len)
        } else {
            (SIDE.min(n_rows.max(1)), SIDE)
        };
        Self { operands, strides, outer, along: (axis, len), across, sides }
    }

    /// How many rows there are in all.
    pub(crate) fn n_rows(&self) -> usize {
        self.groups() * self.across_len()
    }

    fn across_len(&self) -> usize {
        self.across.map_or(1, |(_, len)| len)
    }

    /// The length of a row.
    pub(crate) fn row_len(&self) -> usize {
        self.along.1
    }

    /// How many times the rows of a group follow each other, outside of tiles.
    pub(crate) fn groups(&self) -> usize {
        self.outer.iter().map(|(_, len)| len).product()
    }

    /// How many tiles lie across the rows of one group.
    pub(crate) fn tiles_of_group(&self) -> usize {
        self.across_len().div_ceil(self.sides.0)
    }

    /// The first row and the number of rows of tile `at`, counted over all groups.
    pub(crate) fn rows_of(&self, at: usize) -> (usize, usize) {
        let (group, tile) = (at / self.tiles_of_group(), at % self.tiles_of_group());
        let first = tile * self.sides.0;
        let n = self.sides.0.min(self.across_len() - first);
        (group * self.across_len() + first, n)
    }

    /// Calls `f` with the operands of `n_rows` rows from `first_row` on, within one group, and of
    /// `len` elements of each from `start` on: every one has `shape`.
    fn with_tile<R>(
        &self,
        (first_row, start): (usize, usize),
        shape: &[usize; 2],
        f: impl FnOnce(&[Operand<'_>]) -> R,
    ) -> R {
        let (mut group, across) = (first_row / self.across_len(), first_row % self.across_len());
        let mut places: Vec<(usize, usize)> = vec![(self.along.0, start)];
        places.extend(self.across.map(|(axis, _)| (axis, across)));
        for (axis, len) in self.outer.iter().rev() {
            places.push((*axis, group % len));
            group /= len;
        }
        let strides: Vec<[isize; 2]> = self
            .strides
            .iter()
            .map(|strides| {
                [self.across.map_or(0, |(axis, _)| strides[axis]), strides[self.along.0]]
            })
            .collect();
        let operands: Vec<Operand<'_>> = self
            .operands
            .iter()
            .zip(&strides)
            .zip(&self.strides)
            .map(|((operand, strides), all)| {
                if operand.shape.is_empty() {
                    return *operand;
                }
                let offset: isize = places.iter().map(|(axis, at)| all[*axis] * *at as isize).sum();
                // Every place is within the shape.
                Operand { data: operand.data.wrapping_offset(offset), shape, strides, ..*operand }
            })
            .collect();
        f(&operands)
    }
}

/// Values of a tile, in memory that is used again.
pub(crate) struct Scratch {
    types: Vec<Type>,
    shape: [usize; 2],
    /// For each result its values; one, when it is the same everywhere.
    pub(crate) values: Vec<Value>,
}

impl Scratch {
    /// For results of these types.
    pub(crate) fn new(types: Vec<Type>) -> Self {
        Self { types, shape: [0; 2], values: Vec::new() }
    }

    /// Computes the results of `prepared` for a tile.
    pub(crate) fn fill(
        &mut self,
        prepared: &Prepared,
        tiles: &Tiles<'_>,
        place: (usize, usize),
        shape: [usize; 2],
    ) -> Result<(), Error> {
        tiles.with_tile(place, &shape, |operands| {
            if self.shape != shape {
                let results = prepared.results(operands)?;
                self.values = results
                    .iter()
                    .zip(&self.types)
                    .map(|((_, own), ty)| Value::zeros(*ty, own))
                    .collect::<Result<_, Error>>()?;
                self.shape = shape;
            }
            let mut views: Vec<_> = self.values.iter_mut().map(Value::view_mut).collect();
            let mut outputs: Vec<Output<'_>> = views.iter_mut().map(|view| view.output()).collect();
            prepared.call(operands, &mut outputs, &Run::serial())
        })?;
        for value in &mut self.values {
            if value.shape().is_empty() {
                *value = value.repeated(shape[0] * shape[1]);
                // The next tile computes it again.
                self.shape = [0; 2];
            }
        }
        Ok(())
    }
}

/// The shape that operands with names broadcast to.
pub(crate) fn domain(names: &[&str], operands: &[Operand<'_>]) -> Result<Vec<usize>, Error> {
    layout::broadcast(names.iter().copied().zip(operands.iter().map(|operand| operand.shape)))
}

/// Refuses texts, which lie along one axis only.
pub(crate) fn refuse_texts(names: &[&str], operands: &[Operand<'_>]) -> Result<(), Error> {
    let Some(at) = operands.iter().position(|operand| operand.ty == Type::Text) else {
        return Ok(());
    };
    let shape = Shape(operands[at].shape.to_vec());
    Err(Error::Shapes {
        span: None,
        left: format!("the text {}", names[at]),
        left_shape: shape.clone(),
        right: "an array that is cut into tiles".to_owned(),
        right_shape: shape,
    })
}
