//! Boxes in an area: each as near to the centre as the boxes before it allow.
//!
//! The free space is kept as the list of all maximal free rectangles (Jylänki, "A thousand ways to
//! pack the bin", 2010, MAXRECTS). Any place where a box can lie is in one of them, and inside a
//! rectangle the place nearest to the centre follows by clamping: so the search is exact, over all
//! positions, and costs one step for each rectangle. Coordinates are whole grid steps.

/// The room that a word needs, in grid steps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tile {
    /// Width and height of the word's box.
    pub width: i64,
    pub height: i64,
    /// Free space that the word keeps on its left and right, and above and below. It may stick out
    /// of the area; the box may not.
    pub margin_x: i64,
    pub margin_y: i64,
}

impl Tile {
    fn outer_width(&self) -> i64 {
        self.width + 2 * self.margin_x
    }

    fn outer_height(&self) -> i64 {
        self.height + 2 * self.margin_y
    }
}

/// The upper left corner of a placed tile's box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Corner {
    pub left: i64,
    pub top: i64,
}

/// Where tiles may lie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area {
    /// Half the canvas' width and height in steps: the centre, and the radii.
    pub half_width: f64,
    pub half_height: f64,
    pub form: Form,
}

/// The form of an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// The ellipse that touches the four sides of the canvas.
    Ellipse,
    /// The canvas.
    Rectangle,
}

impl Area {
    /// Where the box lies: the distances of its centre, and of its farthest sides, as parts of the
    /// radii.
    fn span(&self, tile: &Tile, corner: Corner) -> Span {
        let farthest = |from: i64, length: i64, radius: f64| {
            f64::max(radius - from as f64, (from + length) as f64 - radius) / radius
        };
        let middle = |from: i64, length: i64, radius: f64| {
            ((2 * from + length) as f64 / (2.0 * radius) - 1.0).abs()
        };
        Span {
            far_x: farthest(corner.left, tile.width, self.half_width),
            far_y: farthest(corner.top, tile.height, self.half_height),
            mid_x: middle(corner.left, tile.width, self.half_width),
            mid_y: middle(corner.top, tile.height, self.half_height),
        }
    }
}

/// Distances from the centre, as parts of the radii.
struct Span {
    far_x: f64,
    far_y: f64,
    mid_x: f64,
    mid_y: f64,
}

impl Span {
    fn is_inside(&self, form: Form) -> bool {
        match form {
            Form::Ellipse => self.far_x * self.far_x + self.far_y * self.far_y <= 1.0,
            Form::Rectangle => self.far_x <= 1.0 && self.far_y <= 1.0,
        }
    }
}

/// What "near to the centre" means. All grow with the distance in either direction, and so does
/// the reach of the farthest corner: the nearest place of a free rectangle is also the one that
/// lies in the area if any does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Nearness {
    pub norm: Norm,
    /// How much a distance in the vertical counts against one in the horizontal.
    pub steepness: f64,
}

/// How distances in the horizontal and in the vertical make one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Norm {
    /// The greater of the two distances of the farthest sides.
    Box,
    /// The distance of the box's centre.
    Middle,
    /// The distance of the farthest corner in the fourth-power norm, between an ellipse and a box.
    Corner,
    /// The sum of the two distances of the farthest sides.
    Diamond,
}

impl Nearness {
    fn of(self, span: &Span) -> f64 {
        let square = |x: f64| x * x;
        let s = self.steepness;
        match self.norm {
            Norm::Box => f64::max(span.far_x, s * span.far_y),
            Norm::Middle => square(span.mid_x) + square(s * span.mid_y),
            Norm::Corner => square(square(span.far_x)) + square(square(s * span.far_y)),
            Norm::Diamond => span.far_x + s * span.far_y,
        }
    }
}

/// Places the tiles in their order, each at the nearest free place; None when one finds no place.
///
/// Cost: the number of tiles times that of free rectangles, with which it grows slowly, since
/// those too small for the tiles to come are dropped: 0.05 ms for 60 tiles and 0.1 ms for 100.
///
/// `taken` is kept free from the beginning: the part of a mask where no word may lie.
pub(crate) fn pack(
    tiles: &[Tile],
    area: &Area,
    taken: &[Rect],
    nearness: Nearness,
) -> Option<Vec<Corner>> {
    let mut free = FreeSpace::around(tiles, area);
    let smallest = smallest_to_come(tiles);
    for rect in taken {
        free.take(rect, smallest[0]);
    }
    let mut corners = Vec::with_capacity(tiles.len());
    for (tile, rest) in tiles.iter().zip(&smallest[1..]) {
        let corner = free.nearest(tile, area, nearness)?;
        let outer = Rect {
            left: corner.left - tile.margin_x,
            top: corner.top - tile.margin_y,
            right: corner.left + tile.width + tile.margin_x,
            bottom: corner.top + tile.height + tile.margin_y,
        };
        free.take(&outer, *rest);
        corners.push(corner);
    }
    Some(corners)
}

/// For each tile, and for the end, the least outer width and height from there on.
fn smallest_to_come(tiles: &[Tile]) -> Vec<(i64, i64)> {
    let mut smallest = vec![(i64::MAX, i64::MAX); tiles.len() + 1];
    for (n, tile) in tiles.iter().enumerate().rev() {
        let (width, height) = smallest[n + 1];
        smallest[n] = (width.min(tile.outer_width()), height.min(tile.outer_height()));
    }
    smallest
}

/// A rectangle in grid steps; its right and lower sides lie outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rect {
    pub left: i64,
    pub top: i64,
    pub right: i64,
    pub bottom: i64,
}

impl Rect {
    fn width(&self) -> i64 {
        self.right - self.left
    }

    fn height(&self) -> i64 {
        self.bottom - self.top
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && self.right > other.left
            && self.top < other.bottom
            && self.bottom > other.top
    }

    fn contains(&self, other: &Self) -> bool {
        self.left <= other.left
            && self.right >= other.right
            && self.top <= other.top
            && self.bottom >= other.bottom
    }
}

/// The maximal free rectangles that are not too small for the tiles to come.
struct FreeSpace {
    rects: Vec<Rect>,
    /// What is left of the rectangles that the last tile cut; kept to reuse its memory.
    cut: Vec<Rect>,
}

impl FreeSpace {
    /// The whole canvas with room around it for the margins.
    fn around(tiles: &[Tile], area: &Area) -> Self {
        let margin_x = tiles.iter().map(|tile| tile.margin_x).max().unwrap_or(0);
        let margin_y = tiles.iter().map(|tile| tile.margin_y).max().unwrap_or(0);
        let canvas = Rect {
            left: -margin_x,
            top: -margin_y,
            right: (2.0 * area.half_width) as i64 + margin_x,
            bottom: (2.0 * area.half_height) as i64 + margin_y,
        };
        Self { rects: vec![canvas], cut: Vec::new() }
    }

    /// The nearest free place for `tile` in the area; of equally near ones the first found.
    fn nearest(&self, tile: &Tile, area: &Area, nearness: Nearness) -> Option<Corner> {
        let (width, height) = (tile.outer_width(), tile.outer_height());
        let center_left = (area.half_width - width as f64 / 2.0).floor() as i64;
        let center_top = (area.half_height - height as f64 / 2.0).floor() as i64;
        let mut best: Option<(f64, Corner)> = None;
        for rect in &self.rects {
            if rect.width() < width || rect.height() < height {
                continue;
            }
            let corner = Corner {
                left: center_left.clamp(rect.left, rect.right - width) + tile.margin_x,
                top: center_top.clamp(rect.top, rect.bottom - height) + tile.margin_y,
            };
            let span = area.span(tile, corner);
            let distance = nearness.of(&span);
            if best.is_none_or(|(least, _)| distance < least) && span.is_inside(area.form) {
                best = Some((distance, corner));
            }
        }
        best.map(|(_, corner)| corner)
    }

    /// Takes `taken` out of the free space, and forgets rectangles in which no tile of at least
    /// the width and height `smallest` has room.
    fn take(&mut self, taken: &Rect, smallest: (i64, i64)) {
        let has_room = |rect: &Rect| rect.width() >= smallest.0 && rect.height() >= smallest.1;
        let cut = &mut self.cut;
        cut.clear();
        self.rects.retain(|rect| {
            let keep = !rect.overlaps(taken);
            if !keep {
                let parts = [
                    Rect { right: taken.left, ..*rect },
                    Rect { left: taken.right, ..*rect },
                    Rect { bottom: taken.top, ..*rect },
                    Rect { top: taken.bottom, ..*rect },
                ];
                cut.extend(parts.into_iter().filter(has_room));
            }
            keep && has_room(rect)
        });
        // An uncut rectangle cannot lie in a part: it would have lain in the part's parent.
        let uncut = self.rects.len();
        for (n, part) in cut.iter().enumerate() {
            let in_uncut = self.rects[..uncut].iter().any(|rect| rect.contains(part));
            let in_other = cut
                .iter()
                .enumerate()
                .any(|(m, other)| m != n && other.contains(part) && (m < n || other != part));
            if !in_uncut && !in_other {
                self.rects.push(*part);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ELLIPSE: Area = Area { half_width: 40.0, half_height: 25.5, form: Form::Ellipse };

    /// Falling sizes, wide and narrow mixed.
    fn tiles() -> Vec<Tile> {
        let tile = |n: i64| Tile {
            width: 18 - n / 3 - (n * 7) % 5,
            height: 7 - n / 8,
            margin_x: 1,
            margin_y: n % 2,
        };
        (0..40).map(tile).collect()
    }

    fn outer(tile: &Tile, at: Corner) -> Rect {
        Rect {
            left: at.left - tile.margin_x,
            top: at.top - tile.margin_y,
            right: at.left + tile.width + tile.margin_x,
            bottom: at.top + tile.height + tile.margin_y,
        }
    }

    fn distance(tile: &Tile, at: Corner, nearness: Nearness) -> Option<f64> {
        let span = ELLIPSE.span(tile, at);
        span.is_inside(Form::Ellipse).then(|| nearness.of(&span))
    }

    /// The distance of the nearest of all free places, by trying each.
    fn nearest_of_all(tile: &Tile, taken: &[Rect], nearness: Nearness) -> Option<f64> {
        let places = (0..80).flat_map(|left| (0..51).map(move |top| Corner { left, top }));
        places
            .filter(|&at| !taken.iter().any(|other| other.overlaps(&outer(tile, at))))
            .filter_map(|at| distance(tile, at, nearness))
            .min_by(f64::total_cmp)
    }

    #[test]
    fn each_tile_lies_at_the_nearest_of_all_free_places() {
        for norm in [Norm::Box, Norm::Middle, Norm::Corner, Norm::Diamond] {
            let nearness = Nearness { norm, steepness: 1.5 };
            let mut tiles = tiles();
            let corners = loop {
                match pack(&tiles, &ELLIPSE, &[], nearness) {
                    Some(corners) => break corners,
                    None => tiles.truncate(tiles.len() - 1),
                }
            };
            assert!(tiles.len() >= 10, "{norm:?}: {}", tiles.len());
            let mut taken = Vec::new();
            for (tile, &at) in tiles.iter().zip(&corners) {
                let nearest = nearest_of_all(tile, &taken, nearness);
                assert_eq!(distance(tile, at, nearness), nearest, "{norm:?} {tile:?}");
                taken.push(outer(tile, at));
            }
        }
    }

    #[test]
    fn a_tile_is_refused_only_where_no_place_is_free() {
        let nearness = Nearness { norm: Norm::Box, steepness: 2.0 };
        let mut tiles = tiles();
        while pack(&tiles, &ELLIPSE, &[], nearness).is_none() {
            let refused = tiles.pop().unwrap();
            if let Some(corners) = pack(&tiles, &ELLIPSE, &[], nearness) {
                let taken: Vec<_> =
                    tiles.iter().zip(&corners).map(|(tile, &at)| outer(tile, at)).collect();
                assert_eq!(nearest_of_all(&refused, &taken, nearness), None);
                return;
            }
        }
        panic!("the tiles are too small for this test");
    }
}
