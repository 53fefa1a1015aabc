//! The search for the largest scale at which all words find a place, and for an even layout there.

use std::f64::consts::PI;

use crate::balance::imbalance;
use crate::mask::Mask;
use crate::measure::Extent;
use crate::pack::{Area, Corner, Form, Nearness, Norm, Tile, pack};
use crate::size::font_ratios;

/// Free space of a word on its left and right, em: two neighbours are about a space apart.
const MARGIN_X: f64 = 0.11;
/// Free space above and below, em of the word's font: lines have air of their own.
const MARGIN_Y: f64 = 0.01;
/// Free space above and below, em of the readable font (or of the word's, if that is smaller):
/// half a unit on the default canvas, since browsers round the height of a box to whole pixels.
const ROUNDING_MARGIN_Y: f64 = 0.055;

/// The largest font is at most this part of the canvas' shorter side, so that a cloud of few or
/// short words does not shout.
const LARGEST_FONT: f64 = 0.3;

/// The smallest font that reads well, as a part of the square root of the canvas' area: 10 units
/// of 600 x 340.
const READABLE_FONT: f64 = 1.0 / 45.0;

/// The smallest font is at least this part of the largest, ...
const SMALLEST_RATIO: f64 = 0.2;
/// ... and where that cannot be read up to this part: beyond, size would no longer tell weight.
const FLATTEST_RATIO: f64 = 0.45;

/// The part of the area that boxes can be expected to cover.
const COVERAGE: f64 = 0.76;

/// The steps of the search for the largest scale.
const STEP_UP: f64 = 1.007;
const STEP_DOWN: f64 = 0.99;

/// The steps in which scale is given up for balance, and the least scale.
const STEP_BALANCE: f64 = 0.97;
const LEAST_BALANCE: f64 = 0.75;

/// The smallest font is at least this many steps of the grid, so that rounding a font down to
/// whole steps changes proportions by a fifth at most, and by little where fonts can be read.
const SMALLEST_STEPS: f64 = 5.0;

/// The ways of placing that are tried. Distances in the vertical count more than those in the
/// horizontal: words are wide, and would stack into columns. Twice as many ways raise the coverage
/// of 60 words by less than 0.01.
const WAYS: [Nearness; 8] = [
    Nearness { norm: Norm::Box, steepness: 1.5 },
    Nearness { norm: Norm::Middle, steepness: 1.5 },
    Nearness { norm: Norm::Corner, steepness: 1.5 },
    Nearness { norm: Norm::Diamond, steepness: 1.5 },
    Nearness { norm: Norm::Box, steepness: 2.0 },
    Nearness { norm: Norm::Middle, steepness: 2.0 },
    Nearness { norm: Norm::Corner, steepness: 2.0 },
    Nearness { norm: Norm::Diamond, steepness: 2.0 },
];

/// Font sizes and places in steps of a grid.
#[derive(Debug)]
pub(crate) struct Fit {
    /// A power of ten, at least 10.
    pub steps_per_unit: f64,
    /// The font size of each word.
    pub fonts: Vec<i64>,
    /// The drawn width of each word.
    pub widths: Vec<i64>,
    /// The left end of each word's baseline, from the upper left corner of the canvas.
    pub baselines: Vec<(i64, i64)>,
}

/// Sizes and places for words of these extents and weights, by falling weight, at least one, in an
/// `area` in user units, where the `mask`, if any, leaves room.
pub(crate) fn best_fit(
    extents: &[Extent],
    weights: &[f64],
    area: Area,
    mask: Option<&Mask>,
) -> Fit {
    let words = Words::readable(extents, weights, area, mask);
    let best = words.balanced(words.largest());
    let corners = best.corners.iter().zip(&best.fonts).zip(extents);
    Fit {
        steps_per_unit: best.steps_per_unit,
        widths: best.tiles.iter().map(|tile| tile.width).collect(),
        baselines: corners
            .map(|((at, &font), extent)| (at.left, at.top + steps(extent.above, font)))
            .collect(),
        fonts: best.fonts,
    }
}

/// `em` of a font, up to the next whole step.
fn steps(em: f64, font: i64) -> i64 {
    (em * font as f64).ceil() as i64
}

/// What is to be laid out, and where.
struct Words<'a> {
    extents: &'a [Extent],
    /// Each word's font as a part of the largest.
    ratios: Vec<f64>,
    area: Area,
    mask: Option<&'a Mask>,
    /// See [`READABLE_FONT`]; user units.
    readable_font: f64,
}

/// A layout that fits.
struct Placed {
    /// The largest font, user units, before rounding.
    font: f64,
    steps_per_unit: f64,
    fonts: Vec<i64>,
    tiles: Vec<Tile>,
    corners: Vec<Corner>,
    imbalance: f64,
}

impl<'a> Words<'a> {
    /// Presses the range of sizes together as far as the smallest needs to be readable.
    fn readable(
        extents: &'a [Extent],
        weights: &[f64],
        area: Area,
        mask: Option<&'a Mask>,
    ) -> Self {
        let readable_font = READABLE_FONT * (4.0 * area.half_width * area.half_height).sqrt();
        let mut smallest_ratio = SMALLEST_RATIO;
        loop {
            let ratios = font_ratios(weights, smallest_ratio);
            let words = Self { extents, ratios, area, mask, readable_font };
            if smallest_ratio >= FLATTEST_RATIO
                || words.expected_font() * words.smallest_ratio() >= readable_font
            {
                return words;
            }
            smallest_ratio = f64::min(smallest_ratio + 0.02, FLATTEST_RATIO);
        }
    }

    fn smallest_ratio(&self) -> f64 {
        self.ratios.last().copied().unwrap_or(1.0)
    }

    /// The largest font at which each word would fit if it were alone, and not above
    /// [`LARGEST_FONT`]; user units.
    fn font_limit(&self) -> f64 {
        let Area { half_width, half_height, form } = self.area;
        let alone = self.extents.iter().zip(&self.ratios).map(|(extent, ratio)| {
            let x = extent.width * ratio / (2.0 * half_width);
            let y = (extent.above + extent.below) * ratio / (2.0 * half_height);
            match form {
                Form::Ellipse => 1.0 / (x * x + y * y).sqrt(),
                Form::Rectangle => 1.0 / f64::max(x, y),
            }
        });
        alone.fold(LARGEST_FONT * 2.0 * f64::min(half_width, half_height), f64::min)
    }

    /// The largest font at which the boxes cover [`COVERAGE`] of the area, or the limit.
    fn expected_font(&self) -> f64 {
        let words = self.extents.iter().zip(&self.ratios);
        let box_area = |extent: &Extent| extent.width * (extent.above + extent.below);
        let area: f64 = words.map(|(extent, ratio)| box_area(extent) * ratio * ratio).sum();
        let quarter = self.area.half_width * self.area.half_height;
        let room = match (self.mask, self.area.form) {
            (Some(mask), _) => 4.0 * quarter * mask.free_share(),
            (None, Form::Ellipse) => PI * quarter,
            (None, Form::Rectangle) => 4.0 * quarter,
        };
        let square = COVERAGE * room / area;
        f64::min(square.sqrt(), self.font_limit())
    }

    /// The layout with the largest fonts that the search finds.
    ///
    /// Whether a scale fits is not monotone (a larger word may push another into a better place),
    /// so that bisection could stop far below the best. The search starts where it expects to end:
    /// from there down until something fits, then up with each way of placing in turn, as long as
    /// it goes further than those before it.
    ///
    /// It ends: going down, boxes shrink in proportion (the grid gets finer before rounding
    /// stops them), and boxes that are small enough find a place wherever the others lie.
    fn largest(&self) -> Placed {
        let limit = self.font_limit();
        let mut font = self.expected_font();
        let mut step = STEP_DOWN;
        let mut best = loop {
            if let Some(placed) = WAYS.iter().find_map(|&way| self.place(font, way)) {
                break placed;
            }
            font *= step;
            // Words that are hard to pack end far below the start: go faster and faster.
            step *= STEP_DOWN;
        };
        for way in WAYS {
            while best.font < limit {
                let larger = f64::min(best.font * STEP_UP, limit);
                let Some(placed) = self.place(larger, way) else { break };
                best = placed;
            }
        }
        best
    }

    /// The best of `largest` and of somewhat smaller layouts, when balance counts as much as
    /// scale. Clouds of few words gain most; in those of many the largest is nearly always even.
    fn balanced(&self, largest: Placed) -> Placed {
        let largest_font = largest.font;
        let mut value = 1.0 - largest.imbalance;
        let mut best = largest;
        let mut scale = STEP_BALANCE;
        while scale > f64::max(value, LEAST_BALANCE) {
            for way in WAYS {
                if let Some(placed) = self.place(largest_font * scale, way)
                    && scale * (1.0 - placed.imbalance) > value
                {
                    value = scale * (1.0 - placed.imbalance);
                    best = placed;
                }
            }
            scale *= STEP_BALANCE;
        }
        best
    }

    /// Places the words in one way with a largest font of `font` user units, if they fit.
    fn place(&self, font: f64, way: Nearness) -> Option<Placed> {
        let mut steps_per_unit = 10.0;
        while font * self.smallest_ratio() * steps_per_unit < SMALLEST_STEPS {
            steps_per_unit *= 10.0;
        }
        let fonts: Vec<i64> =
            self.ratios.iter().map(|ratio| (font * ratio * steps_per_unit) as i64).collect();
        let readable_steps = (self.readable_font * steps_per_unit) as i64;
        let tile = |(extent, &font): (&Extent, &i64)| Tile {
            width: steps(extent.width, font),
            height: steps(extent.above, font) + steps(extent.below, font),
            margin_x: steps(MARGIN_X, font),
            margin_y: i64::max(
                steps(MARGIN_Y, font),
                steps(ROUNDING_MARGIN_Y, i64::min(font, readable_steps)),
            ),
        };
        let tiles: Vec<Tile> = self.extents.iter().zip(&fonts).map(tile).collect();
        let area = Area {
            half_width: self.area.half_width * steps_per_unit,
            half_height: self.area.half_height * steps_per_unit,
            ..self.area
        };
        let taken = self.mask.map(|mask| mask.taken(&area)).unwrap_or_default();
        let corners = pack(&tiles, &area, &taken, way)?;
        // In a mask words lie where the mask lets them.
        let imbalance = if self.mask.is_some() { 0.0 } else { imbalance(&tiles, &corners, &area) };
        Some(Placed { font, steps_per_unit, fonts, tiles, corners, imbalance })
    }
}
