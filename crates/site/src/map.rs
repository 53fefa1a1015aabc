//! The documents as dots on a map of topics.

use crate::SiteData;
use crate::near::Near;
use crate::views::{fraction, or_untitled};

/// Documents and topics shown at most: more dots could not be told apart.
const MAX_DOTS: usize = 1500;
const MAX_ISLANDS: usize = 60;
/// The distance of neighbouring dots: what a finger needs, when a unit is a pixel.
pub(crate) const SPACING: f64 = 24.0;
/// The size of labels, and how wide a character is at most, em.
pub(crate) const LABEL: f64 = 17.0;
const WIDE: f64 = 1.05;
const NARROW: f64 = 0.64;
/// Characters of a label.
const MAX_LABEL: usize = 28;
/// Free space around an island and its label.
const GAP: f64 = 18.0;
/// What a distance upwards counts against one sideways: maps are wider than high.
const STEEPNESS: f64 = 1.6;

/// Islands of dots, one for each topic, on a canvas of `width` by `height` units.
#[derive(Debug, Clone, Default)]
pub(crate) struct Map {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) islands: Vec<Island>,
}

/// A topic with the documents that are mainly about it. Labels and islands overlap nowhere.
#[derive(Debug, Clone)]
pub(crate) struct Island {
    pub(crate) topic: usize,
    pub(crate) label: String,
    /// The middle and the radius.
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) radius: f64,
    /// The baseline of the label, whose middle is at `x`.
    pub(crate) label_y: f64,
    pub(crate) dots: Vec<Dot>,
    /// Documents of the topic for which there was no room.
    pub(crate) n_more: usize,
}

/// A document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dot {
    pub(crate) document: usize,
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// The room of an island with its label.
#[derive(Clone, Copy)]
struct Tile {
    width: f64,
    height: f64,
    /// The upper left corner.
    left: f64,
    top: f64,
}

/// Lays the documents out. Topics that are alike come near to each other; in an island the
/// documents that are most about its topic lie in the middle, and the others on the side of the topic
/// that they are also about.
///
/// The places are sums, products and square roots of the data: the same on every platform.
pub(crate) fn lay_out(data: &SiteData<'_>, near: &[Vec<Near<'_>>]) -> Map {
    let mut own: Vec<Vec<(f64, usize)>> = vec![Vec::new(); data.topics.len()];
    let pages = data.max_document_pages.min(data.documents.len());
    for (index, document) in data.documents[..pages].iter().enumerate() {
        if let Some(main) = document.topics.first() {
            own[main.index].push((fraction(main.weight), index));
        }
    }
    for documents in &mut own {
        documents.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    }
    let mut topics: Vec<usize> = (0..own.len()).filter(|&topic| !own[topic].is_empty()).collect();
    topics.sort_by_key(|&topic| std::cmp::Reverse(own[topic].len()));
    topics.truncate(MAX_ISLANDS);
    if topics.is_empty() {
        return Map::default();
    }
    let n_documents: usize = topics.iter().map(|&topic| own[topic].len()).sum();
    let shown = |topic: usize| {
        let n = own[topic].len();
        if n_documents <= MAX_DOTS { n } else { (n * MAX_DOTS / n_documents).max(1) }
    };
    let points: Vec<Vec<(f64, f64)>> =
        topics.iter().map(|&topic| honeycomb(shown(topic))).collect();
    let labels: Vec<String> =
        topics.iter().map(|&topic| label(topic, data.topics[topic].title)).collect();
    let radii: Vec<f64> = points.iter().map(|points| radius(points)).collect();
    let tiles = place(&topics, &radii, &labels, near);
    let bounds = tiles.iter().fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |bounds, tile| {
        let [left, top, right, bottom] = bounds;
        [
            left.min(tile.left),
            top.min(tile.top),
            right.max(tile.left + tile.width),
            bottom.max(tile.top + tile.height),
        ]
    });
    let middles: Vec<(f64, f64)> = tiles
        .iter()
        .zip(&radii)
        .map(|(tile, radius)| {
            let x = tile.left + tile.width / 2.0 - bounds[0];
            (x, tile.top + tile.height - GAP / 2.0 - radius - bounds[1])
        })
        .collect();
    let islands = topics.iter().enumerate().map(|(n, &topic)| {
        let (x, y) = middles[n];
        let (documents, rest) = own[topic].split_at(points[n].len());
        let wanted = documents.iter().map(|&(weight, document)| {
            let second = data.documents[document].topics.get(1).map(|second| second.index);
            let towards = second.and_then(|second| topics.iter().position(|&t| t == second));
            match towards {
                Some(other) if other != n => {
                    let (dx, dy) = (middles[other].0 - x, middles[other].1 - y);
                    let scale = radii[n] * (1.0 - weight) / (dx * dx + dy * dy).sqrt().max(1.0);
                    (document, dx * scale, dy * scale)
                }
                _ => (document, 0.0, 0.0),
            }
        });
        Island {
            topic,
            label: labels[n].clone(),
            x,
            y,
            radius: radii[n],
            label_y: y - radii[n] - GAP / 2.0,
            dots: settle(wanted, &points[n], (x, y)),
            n_more: rest.len(),
        }
    });
    Map { width: bounds[2] - bounds[0], height: bounds[3] - bounds[1], islands: islands.collect() }
}

/// Gives each document the free point nearest to where it wants to be.
fn settle(
    wanted: impl Iterator<Item = (usize, f64, f64)>,
    points: &[(f64, f64)],
    (x, y): (f64, f64),
) -> Vec<Dot> {
    let mut free = points.to_vec();
    wanted
        .map(|(document, wx, wy)| {
            let mut best = (f64::MAX, 0);
            for (n, (px, py)) in free.iter().enumerate() {
                let distance = (px - wx) * (px - wx) + (py - wy) * (py - wy);
                if distance < best.0 {
                    best = (distance, n);
                }
            }
            let (px, py) = free.remove(best.1);
            Dot { document, x: x + px, y: y + py }
        })
        .collect()
}

/// The `n` points of a honeycomb that are nearest to its middle.
fn honeycomb(n: usize) -> Vec<(f64, f64)> {
    let half = (n as f64).sqrt() as i32 + 2;
    // Half the square root of 3: the height of a row.
    let row = 0.866_025_403_784_438_6 * SPACING;
    let mut points: Vec<(f64, f64)> = Vec::new();
    for y in -half..=half {
        for x in -half..=half {
            let shift = if y % 2 == 0 { 0.0 } else { 0.5 };
            points.push(((f64::from(x) + shift) * SPACING, f64::from(y) * row));
        }
    }
    let square = |&(x, y): &(f64, f64)| x * x + y * y;
    points.sort_by(|a, b| square(a).total_cmp(&square(b)));
    points.truncate(n);
    points
}

fn radius(points: &[(f64, f64)]) -> f64 {
    let farthest = points.iter().map(|(x, y)| (x * x + y * y).sqrt()).fold(0.0, f64::max);
    farthest + SPACING * 0.75
}

fn label(topic: usize, title: &str) -> String {
    let mut title: Vec<char> =
        or_untitled(title).split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    if title.len() > MAX_LABEL {
        title.truncate(MAX_LABEL - 1);
        title.push('…');
    }
    format!("{} {}", topic + 1, title.into_iter().collect::<String>())
}

/// More than a bold sans-serif font needs for the label.
fn label_width(label: &str) -> f64 {
    let em = |c: char| if c < '\u{1100}' { NARROW } else { WIDE };
    label.chars().map(em).sum::<f64>() * LABEL
}

/// Places the islands one after another, the biggest in the middle, then always the one that is most
/// like those that have a place, as near to its likes as there is room.
fn place(topics: &[usize], radii: &[f64], labels: &[String], near: &[Vec<Near<'_>>]) -> Vec<Tile> {
    let mut tiles: Vec<Tile> = radii
        .iter()
        .zip(labels)
        .map(|(radius, label)| {
            let width = f64::max(2.0 * radius, label_width(label)) + GAP;
            let height = 2.0 * radius + LABEL * 1.2 + GAP * 1.5;
            Tile { width, height, left: -width / 2.0, top: -height / 2.0 }
        })
        .collect();
    let likeness = |a: usize, b: usize| {
        let of = |from: usize, to: usize| {
            let found = near[topics[from]].iter().find(|near| near.topic == topics[to]);
            found.map_or(0.0, |near| near.likeness)
        };
        f64::max(of(a, b), of(b, a))
    };
    let mut placed = vec![0];
    let mut open: Vec<usize> = (1..topics.len()).collect();
    while !open.is_empty() {
        let closest = |n: usize| placed.iter().map(|&p| likeness(n, p)).fold(0.0, f64::max);
        let mut next = 0;
        for at in 1..open.len() {
            if closest(open[at]) > closest(open[next]) {
                next = at;
            }
        }
        let n = open.remove(next);
        let weights: Vec<f64> = placed.iter().map(|&p| likeness(n, p)).collect();
        tiles[n] = best_place(tiles[n], &placed, &weights, &tiles);
        placed.push(n);
    }
    tiles
}

/// The place for `tile` that touches one that has a place, overlaps none, and is nearest to those it
/// is like.
fn best_place(tile: Tile, placed: &[usize], weights: &[f64], tiles: &[Tile]) -> Tile {
    const SLIDES: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];
    let mut best = (f64::MAX, tile);
    for &at in placed {
        let Tile { width, height, left, top } = tiles[at];
        let spots = SLIDES.iter().flat_map(|slide| {
            let x = left - tile.width + slide * (width + tile.width);
            let y = top - tile.height + slide * (height + tile.height);
            [(x, top - tile.height), (x, top + height), (left - tile.width, y), (left + width, y)]
        });
        for (left, top) in spots {
            let here = Tile { left, top, ..tile };
            if placed.iter().any(|&other| overlap(&here, &tiles[other])) {
                continue;
            }
            let centre = |tile: &Tile| (tile.left + tile.width / 2.0, tile.top + tile.height / 2.0);
            let (x, y) = centre(&here);
            let distance = |x: f64, y: f64| (x * x + STEEPNESS * STEEPNESS * y * y).sqrt();
            let mut cost = 0.25 * distance(x, y);
            for (&other, weight) in placed.iter().zip(weights) {
                let (ox, oy) = centre(&tiles[other]);
                cost += weight * distance(x - ox, y - oy);
            }
            if cost < best.0 {
                best = (cost, here);
            }
        }
    }
    best.1
}

fn overlap(a: &Tile, b: &Tile) -> bool {
    // What touches does not overlap, whatever the last bits of the sums say.
    const SLACK: f64 = 1e-6;
    a.left + SLACK < b.left + b.width
        && b.left + SLACK < a.left + a.width
        && a.top + SLACK < b.top + b.height
        && b.top + SLACK < a.top + a.height
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_keep_their_distance() {
        let points = honeycomb(100);
        for (n, a) in points.iter().enumerate() {
            for b in &points[..n] {
                let distance = ((a.0 - b.0).powi(2) + (a.1 - b.1).powi(2)).sqrt();
                assert!(distance >= SPACING - 1e-9, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn islands_and_labels_never_overlap() {
        let topics: Vec<usize> = (0..50).collect();
        let radii: Vec<f64> = topics.iter().map(|n| 20.0 + (n * 37 % 90) as f64).collect();
        let labels: Vec<String> =
            topics.iter().map(|&n| label(n, &"word ".repeat(n % 9 + 1))).collect();
        let near: Vec<Vec<Near<'_>>> = topics
            .iter()
            .map(|&n| vec![Near { topic: (n * 7 + 1) % 50, likeness: 0.3, terms: vec![] }])
            .collect();
        let tiles = place(&topics, &radii, &labels, &near);
        for (n, a) in tiles.iter().enumerate() {
            assert!(tiles[..n].iter().all(|b| !overlap(a, b)), "{n}");
        }
    }
}
