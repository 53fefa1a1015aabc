//! How evenly boxes lie around the centre of an area.

use crate::pack::{Area, Corner, Tile};

/// 0 for boxes whose area lies around the centre as the area's own does; about 0.1 where the
/// eye notices that it does not, 0.5 where everything lies on one side.
///
/// Three moments of the boxes' area are compared with the area's, in units of its radii: where
/// the centre of gravity is, whether width and height are equally filled (a column is not), and
/// whether the area leans to a diagonal. Their weights were chosen by looking at layouts of 4 to 30
/// words.
pub(crate) fn imbalance(tiles: &[Tile], corners: &[Corner], canvas: &Area) -> f64 {
    let (mut area, mut x1, mut y1) = (0.0, 0.0, 0.0);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (tile, corner) in tiles.iter().zip(corners) {
        let width = tile.width as f64 / canvas.half_width;
        let height = tile.height as f64 / canvas.half_height;
        let x = corner.left as f64 / canvas.half_width - 1.0 + width / 2.0;
        let y = corner.top as f64 / canvas.half_height - 1.0 + height / 2.0;
        let mass = width * height;
        area += mass;
        x1 += mass * x;
        y1 += mass * y;
        xx += mass * (x * x + width * width / 12.0);
        yy += mass * (y * y + height * height / 12.0);
        xy += mass * x * y;
    }
    let position = (x1 * x1 + y1 * y1).sqrt() / area;
    let spread = (xx - yy).abs() / area;
    let direction = xy.abs() / area;
    position + 0.5 * spread + 4.0 * direction
}

#[cfg(test)]
mod tests {
    use super::*;

    const CIRCLE: Area =
        Area { half_width: 100.0, half_height: 100.0, form: crate::pack::Form::Ellipse };

    fn of_squares(corners: &[(i64, i64)]) -> f64 {
        let tile = Tile { width: 20, height: 20, margin_x: 0, margin_y: 0 };
        let corners: Vec<_> =
            corners.iter().map(|&(x, y)| Corner { left: 90 + x, top: 90 + y }).collect();
        imbalance(&vec![tile; corners.len()], &corners, &CIRCLE)
    }

    #[test]
    fn symmetric_boxes_are_in_balance() {
        assert!(of_squares(&[(0, 0)]).abs() < 1e-9);
        assert!(of_squares(&[(-20, 0), (20, 0), (0, -20), (0, 20)]).abs() < 1e-9);
    }

    #[test]
    fn one_side_a_column_and_a_diagonal_are_not() {
        assert!(of_squares(&[(50, 0)]) > 0.45);
        assert!(of_squares(&[(0, -60), (0, -20), (0, 20), (0, 60)]) > 0.05);
        assert!(of_squares(&[(-30, -30), (30, 30)]) > 0.3);
    }
}
