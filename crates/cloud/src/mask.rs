//! A picture of where words may lie.

use tiny_skia::Pixmap;

use crate::Error;
use crate::pack::{Area, Rect};

/// The grid onto which a picture is put has at most so many columns and rows: finer ones cost time,
/// and no word is smaller than their cells.
const MAX_CELLS: usize = 64;
/// A pixel lighter than this counts as white, as lossy programs do not keep white pure.
const WHITE: u32 = 240;
/// A pixel with less opacity is not there.
const OPAQUE: u8 = 128;

/// Where words may lie: a grid of cells that is stretched over the canvas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    columns: usize,
    rows: usize,
    /// Row by row, whether a cell is free.
    free: Vec<bool>,
}

impl Mask {
    /// Reads a PNG image: words may lie where it is opaque and not white.
    ///
    /// # Errors
    /// [`Error::Image`] for bytes that are no PNG, [`Error::NoRoom`] for an image that leaves no
    /// room.
    pub fn from_png(bytes: &[u8]) -> Result<Self, Error> {
        let image = Pixmap::decode_png(bytes)
            .map_err(|error| Error::Image { problem: error.to_string() })?;
        let pixels = image.pixels().iter().map(|pixel| {
            let colour = pixel.demultiply();
            // The weights of luma in Rec. 601, in thousandths.
            let light = 299 * u32::from(colour.red())
                + 587 * u32::from(colour.green())
                + 114 * u32::from(colour.blue());
            colour.alpha() >= OPAQUE && light < 1000 * WHITE
        });
        Self::from_pixels(
            image.width() as usize,
            image.height() as usize,
            &pixels.collect::<Vec<_>>(),
        )
    }

    /// A mask of `width` by `height` pixels, `free` row by row.
    ///
    /// # Errors
    /// [`Error::NoRoom`] when no pixel is free, or when there are not `width * height`.
    pub fn from_pixels(width: usize, height: usize, free: &[bool]) -> Result<Self, Error> {
        let (columns, rows) = (width.min(MAX_CELLS), height.min(MAX_CELLS));
        let n_pixels = width.saturating_mul(height);
        if n_pixels == 0 || free.len() != n_pixels {
            return Err(Error::NoRoom { pixels: free.len() });
        }
        // A cell is free when more than half of its pixels are: thin lines neither part nor bridge.
        let cell = |row: usize, column: usize| {
            let (top, bottom) = (row * height / rows, (row + 1) * height / rows);
            let (left, right) = (column * width / columns, (column + 1) * width / columns);
            let n_free = (top..bottom)
                .map(|y| free[y * width + left..y * width + right].iter().filter(|f| **f).count())
                .sum::<usize>();
            2 * n_free > (bottom - top) * (right - left)
        };
        let cells: Vec<bool> = (0..rows)
            .flat_map(|row| (0..columns).map(move |column| (row, column)))
            .map(|(row, column)| cell(row, column))
            .collect();
        if !cells.contains(&true) {
            return Err(Error::NoRoom { pixels: n_pixels });
        }
        Ok(Self { columns, rows, free: cells })
    }

    /// The share of the canvas that is free.
    pub(crate) fn free_share(&self) -> f64 {
        self.free.iter().filter(|free| **free).count() as f64 / self.free.len() as f64
    }

    /// The part of `area` where nothing may lie, as rectangles: runs of cells, equal ones of rows
    /// below each other as one. They reach beyond the canvas, so that no margin does.
    pub(crate) fn taken(&self, area: &Area) -> Vec<Rect> {
        let (width, height) = (2.0 * area.half_width, 2.0 * area.half_height);
        let x = |column: usize| (width * column as f64 / self.columns as f64) as i64;
        let y = |row: usize| (height * row as f64 / self.rows as f64) as i64;
        let (beyond_x, beyond_y) = (width as i64, height as i64);
        let mut rects: Vec<Rect> = Vec::new();
        for row in 0..self.rows {
            let cells = &self.free[row * self.columns..][..self.columns];
            let mut column = 0;
            while column < self.columns {
                let run = cells[column..].iter().take_while(|free| !**free).count();
                if run == 0 {
                    column += 1;
                    continue;
                }
                let end = column + run;
                let rect = Rect {
                    left: if column == 0 { -beyond_x } else { x(column) },
                    right: if end == self.columns { 2 * beyond_x } else { x(end) },
                    top: if row == 0 { -beyond_y } else { y(row) },
                    bottom: if row + 1 == self.rows { 2 * beyond_y } else { y(row + 1) },
                };
                let above = rects.iter_mut().find(|above| {
                    above.bottom == rect.top && above.left == rect.left && above.right == rect.right
                });
                match above {
                    Some(above) => above.bottom = rect.bottom,
                    None => rects.push(rect),
                }
                column = end;
            }
        }
        rects
    }
}
