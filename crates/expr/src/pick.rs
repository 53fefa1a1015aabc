//! Values chosen by a mask: `x[mask]`, as a whole expression.

use jobs::Run;

use crate::error::{Error, Shape, Span};
use crate::operand::{Operand, Output};
use crate::prepared::Prepared;
use crate::tiles::{self, Scratch, Tiles, Within};
use crate::types::Type;
use crate::value::Value;

/// Tiles of the parts that threads work on.
const TILES: usize = 16;

/// Values and the mask that chooses among them, computed together.
#[derive(Debug)]
pub(crate) struct Pick {
    /// Two results: the values, the mask.
    pub(crate) both: Prepared,
    /// The mask alone, of the same names.
    pub(crate) mask: Prepared,
    /// For each name of the mask its place among those of both.
    pub(crate) mask_names: Vec<usize>,
    /// Where the choice stands in the text.
    pub(crate) span: Span,
}

impl Pick {
    /// Whether the index is a mask for operands of these types.
    pub(crate) fn applies(&self, operands: &[Operand<'_>]) -> bool {
        self.mask.types(&self.mask_operands(operands)).is_ok_and(|types| types[0] == Type::Bool)
    }

    fn mask_operands<'a>(&self, operands: &[Operand<'a>]) -> Vec<Operand<'a>> {
        self.mask_names.iter().map(|at| operands[*at]).collect()
    }

    /// The type of the values, and how many are chosen.
    pub(crate) fn result(
        &self,
        operands: &[Operand<'_>],
        run: &Run,
    ) -> Result<(Type, usize), Error> {
        let ty = self.both.types(operands)?[0];
        Ok((ty, self.counts(operands, run)?.iter().sum()))
    }

    fn shape(&self, operands: &[Operand<'_>]) -> Result<Vec<usize>, Error> {
        let names = self.both.names();
        tiles::refuse_texts(&names, operands)?;
        let results = self.both.results(operands)?;
        let (values, mask) = (&results[0].1, &results[1].1);
        if values != mask {
            return Err(Error::Shapes {
                span: Some(self.span),
                left: "the values".to_owned(),
                left_shape: Shape(values.clone()),
                right: "the mask that chooses among them".to_owned(),
                right_shape: Shape(mask.clone()),
            });
        }
        if values.is_empty() { Ok(vec![1]) } else { Ok(values.clone()) }
    }

    /// How many are chosen of each part.
    fn counts(&self, operands: &[Operand<'_>], run: &Run) -> Result<Vec<usize>, Error> {
        let shape = self.shape(operands)?;
        let of_mask = self.mask_operands(operands);
        let tiles = Tiles::new(&of_mask, &shape, shape.len() - 1, Within::Indices);
        let all = each_part(&tiles, run, |part| {
            let mut scratch = Scratch::new(vec![Type::Bool]);
            let mut count = 0;
            each_tile(&tiles, part, |place, shape| {
                scratch.fill(&self.mask, &tiles, place, shape)?;
                if let Value::Bool(mask) = &scratch.values[0] {
                    count += mask.iter().take(shape[0] * shape[1]).filter(|holds| **holds).count();
                }
                Ok(())
            })?;
            Ok(count)
        })?;
        Ok(all)
    }

    /// Writes what is chosen, in the order of the indices.
    pub(crate) fn call(
        &self,
        operands: &[Operand<'_>],
        output: &Output<'_>,
        run: &Run,
    ) -> Result<(), Error> {
        let counts = self.counts(operands, run)?;
        let total: usize = counts.iter().sum();
        if output.shape != [total] {
            let (expected, got) = (Shape(vec![total]), Shape(output.shape.to_vec()));
            return Err(Error::OutputShape { expected, got });
        }
        let shape = self.shape(operands)?;
        let tiles = Tiles::new(operands, &shape, shape.len() - 1, Within::Indices);
        let chosen = each_part(&tiles, run, |part| {
            let mut scratch = Scratch::new(vec![output.ty, Type::Bool]);
            let mut kept: Option<Value> = None;
            each_tile(&tiles, part, |place, shape| {
                scratch.fill(&self.both, &tiles, place, shape)?;
                let [values, Value::Bool(mask)] = &scratch.values[..] else {
                    unreachable!("values and a mask")
                };
                values.compress_into(mask, &mut kept);
                Ok(())
            })?;
            Ok(kept)
        })?;
        let mut start = 0;
        for value in chosen.iter().flatten() {
            let shape = [value.shape()[0]];
            let strides = [output.strides[0]];
            let data = output.data.wrapping_offset(start as isize * strides[0]);
            let part = Output { data, shape: &shape, strides: &strides, ..*output };
            let view = value.view();
            Prepared::identity().call(&[view.operand()], &mut [part], &Run::serial())?;
            start += shape[0];
        }
        Ok(())
    }
}

fn each_part<R: Send>(
    tiles: &Tiles<'_>,
    run: &Run,
    f: impl Fn(usize) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error> {
    let n_tiles = tiles.groups() * tiles.tiles_of_group();
    run.share(n_tiles.div_ceil(TILES), f)?.into_iter().collect()
}

/// Calls `f` with the place and the shape of each piece of the tiles of a part, in the order of
/// the indices.
fn each_tile(
    tiles: &Tiles<'_>,
    part: usize,
    mut f: impl FnMut((usize, usize), [usize; 2]) -> Result<(), Error>,
) -> Result<(), Error> {
    let n_tiles = tiles.groups() * tiles.tiles_of_group();
    for tile in part * TILES..n_tiles.min((part + 1) * TILES) {
        let (first_row, n_rows) = tiles.rows_of(tile);
        let mut at = 0;
        while at < tiles.row_len() {
            let len = tiles.sides.1.min(tiles.row_len() - at);
            f((first_row, at), [n_rows, len])?;
            at += len;
        }
    }
    Ok(())
}
