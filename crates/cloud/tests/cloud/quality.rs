//! How well the space is used, and how fast.

use std::f64::consts::PI;
use std::hint::black_box;
use std::time::Instant;

use cloud::Cloud;

use crate::{check, english, layout_default, sides};

/// The part of the ellipse that the boxes cover.
fn coverage(cloud: &Cloud) -> f64 {
    let boxes: f64 = cloud
        .words
        .iter()
        .map(sides)
        .map(|[left, top, right, bottom]| (right - left) * (bottom - top))
        .sum();
    boxes / (PI / 4.0 * cloud.width * cloud.height)
}

/// The parts of the ellipse's area left of, above, right of and below the centre that are covered.
fn quarters(cloud: &Cloud) -> [f64; 4] {
    let (center_x, center_y) = (cloud.width / 2.0, cloud.height / 2.0);
    let mut covered = [0.0; 4];
    for [left, top, right, bottom] in cloud.words.iter().map(sides) {
        let (width, height) = (right - left, bottom - top);
        let west = (center_x.clamp(left, right) - left) * height;
        let north = (center_y.clamp(top, bottom) - top) * width;
        let area = width * height;
        for (sum, part) in covered.iter_mut().zip([west, north, area - west, area - north]) {
            *sum += part;
        }
    }
    covered.map(|area| area / (PI / 8.0 * cloud.width * cloud.height))
}

/// How the weights of a topic fall.
const FALLS: [fn(usize) -> f64; 5] = [
    |rank| 1.0 / rank as f64,
    |rank| 1.0 / (rank as f64).sqrt(),
    |rank| 1.0 / (rank + 3) as f64,
    |rank| 0.95_f64.powi(rank as i32),
    |_| 1.0,
];

#[test]
fn sixty_words_cover_most_of_the_ellipse_on_every_side() {
    let mut all = Vec::new();
    for fall in FALLS {
        for first in (0..100).step_by(7) {
            let cloud = layout_default(&english(60, first, fall));
            check(&cloud, 60);
            all.push(coverage(&cloud));
            let sides = quarters(&cloud);
            assert!(sides.iter().all(|&side| side > 0.55), "word {first}: {sides:?}");
        }
    }
    let least = all.iter().copied().fold(1.0, f64::min);
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    println!("coverage: mean {mean:.3}, least {least:.3}");
    assert!(least > 0.64 && mean > 0.75, "mean {mean}, least {least}");
}

#[test]
fn clouds_of_few_words_are_even() {
    let mut unevenness = Vec::new();
    for fall in FALLS {
        for first in (0..100).step_by(7) {
            let [west, north, east, south] = quarters(&layout_default(&english(10, first, fall)));
            unevenness.push((west - east).abs() + (north - south).abs());
        }
    }
    let mean = unevenness.iter().sum::<f64>() / unevenness.len() as f64;
    println!("unevenness: mean {mean:.3}");
    assert!(mean < 0.09, "{mean}");
}

#[test]
#[ignore = "measures time: run it in release"]
fn twelve_clouds_of_a_hundred_words_take_fifty_milliseconds_at_most() {
    let inputs: Vec<_> = (0..12).map(|n| english(100, 8 * n, FALLS[n % FALLS.len()])).collect();
    let mut seconds: Vec<f64> = (0..20)
        .map(|_| {
            let start = Instant::now();
            for words in &inputs {
                black_box(layout_default(black_box(words)));
            }
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    let median = seconds[seconds.len() / 2] * 1e3;
    println!("12 clouds of 100 words: {median:.1} ms");
    assert!(median <= 50.0, "{median} ms");
}
