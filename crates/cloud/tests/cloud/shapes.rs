//! Rectangles, masks and pictures.

use cloud::{CloudConfig, Error, Mask, PictureConfig, Shape, Word, layout};
use tiny_skia::Pixmap;

use crate::{english, sides};

fn weights(rank: usize) -> f64 {
    1.0 / (rank + 3) as f64
}

/// Asserts that every word was placed and none overlap; gives the area of all boxes.
fn covered(cloud: &cloud::Cloud, n: usize) -> f64 {
    assert_eq!(cloud.words.len(), n, "every word is placed");
    for (at, word) in cloud.words.iter().enumerate() {
        let [left, top, right, bottom] = sides(word);
        for other in &cloud.words[..at] {
            let [l, t, r, b] = sides(other);
            assert!(left > r || right < l || top > b || bottom < t, "{word:?} on {other:?}");
        }
    }
    cloud.words.iter().map(sides).map(|[l, t, r, b]| (r - l) * (b - t)).sum()
}

#[test]
fn a_rectangle_is_filled_to_its_corners() {
    let config = CloudConfig { shape: Shape::Rectangle, max_words: 100, ..CloudConfig::default() };
    let cloud = layout(&english(100, 0, weights), &config).unwrap();
    let part = covered(&cloud, 100) / (cloud.width * cloud.height);
    println!("covered: {part:.3}");
    assert!(part > 0.6, "{part}");
    for word in &cloud.words {
        let [left, top, right, bottom] = sides(word);
        assert!(
            left >= 0.0 && top >= 0.0 && right <= cloud.width && bottom <= cloud.height,
            "{word:?}"
        );
    }
}

/// Whether words may lie at a place, which goes from -1 to 1 in both directions.
type Free = fn(f64, f64) -> bool;

/// The middle of a cell of 40.
fn middle(cell: i32) -> f64 {
    f64::from(cell) / 20.0 - 0.975
}

/// Masks on a grid of 40 by 40.
fn mask(free: Free) -> Mask {
    let cells: Vec<bool> = (0..1600).map(|n| free(middle(n % 40), middle(n / 40))).collect();
    Mask::from_pixels(40, 40, &cells).expect("some cells are free")
}

#[test]
fn words_lie_where_a_mask_leaves_room() {
    let shapes: [(&str, Free, f64); 4] = [
        ("heart", |x, y| (x * x + y * y - 0.5).powi(3) + x * x * y.powi(3) < 0.0, 0.6),
        ("ring", |x, y| (0.25..1.0).contains(&(x * x + y * y)), 0.5),
        ("left half", |x, _| x < 0.0, 0.6),
        // The longest words, as wide as a tower, set the scale here.
        ("two towers", |x, _| x.abs() > 0.5, 0.3),
    ];
    for (name, free, least) in shapes {
        let config = CloudConfig {
            width: 400.0,
            height: 400.0,
            max_words: 60,
            shape: Shape::Mask(mask(free)),
        };
        let cloud = layout(&english(60, 5, weights), &config).unwrap();
        let cells = (0..1600).filter(|n| free(middle(n % 40), middle(n / 40))).count();
        let part = covered(&cloud, 60) / (cells as f64 * 100.0);
        println!("{name}: {part:.3}");
        assert!(part > least, "{name}: {part}");
        for word in &cloud.words {
            let [left, top, right, bottom] = sides(word);
            let (mut x, mut y) = (left, top);
            while y <= bottom {
                while x <= right {
                    let cell = |at: f64| (at.clamp(0.0, 399.9) / 10.0).floor() / 20.0 - 0.975;
                    assert!(free(cell(x), cell(y)), "{name}: {word:?} at {x} {y}");
                    x += 5.0;
                }
                (x, y) = (left, y + 5.0);
            }
        }
    }
}

#[test]
fn a_mask_is_read_from_an_image() {
    let mut image = Pixmap::new(90, 50).unwrap();
    image.fill(tiny_skia::Color::WHITE);
    let dark = tiny_skia::Rect::from_xywh(45.0, 0.0, 45.0, 50.0).unwrap();
    image.fill_rect(dark, &tiny_skia::Paint::default(), tiny_skia::Transform::identity(), None);
    let mask = Mask::from_png(&image.encode_png().unwrap()).unwrap();
    let config = CloudConfig { shape: Shape::Mask(mask), ..CloudConfig::default() };
    let cloud = layout(&english(20, 0, weights), &config).unwrap();
    assert!(cloud.words.iter().all(|word| word.x >= cloud.width / 2.0 - 1e-9));
}

#[test]
fn images_that_are_no_masks_are_refused() {
    assert!(matches!(Mask::from_png(b"GIF89a"), Err(Error::Image { .. })));
    let mut image = Pixmap::new(8, 8).unwrap();
    let transparent = Mask::from_png(&image.encode_png().unwrap()).unwrap_err();
    assert!(transparent.to_string().contains("of 64 pixels none is dark"), "{transparent}");
    image.fill(tiny_skia::Color::WHITE);
    assert!(matches!(Mask::from_png(&image.encode_png().unwrap()), Err(Error::NoRoom { .. })));
    assert!(matches!(Mask::from_pixels(0, 0, &[]), Err(Error::NoRoom { .. })));
}

#[test]
fn a_picture_has_ink_where_the_words_are_and_nowhere_else() {
    let cloud = layout(&english(40, 0, weights), &CloudConfig::default()).unwrap();
    let picture = cloud.to_png(&PictureConfig::default()).unwrap();
    assert_eq!(picture, cloud.to_png(&PictureConfig::default()).unwrap(), "same cloud, same bytes");
    assert_eq!(picture.missing, []);
    let image = Pixmap::decode_png(&picture.png).unwrap();
    assert_eq!((image.width(), image.height()), (1200, 680));
    let mut inked = vec![0_usize; cloud.words.len()];
    for (n, pixel) in image.pixels().iter().enumerate() {
        if pixel.red() > 250 {
            continue;
        }
        let (x, y) = ((n % 1200) as f64 / 2.0, (n / 1200) as f64 / 2.0);
        let inside = cloud.words.iter().position(|word| {
            let [left, top, right, bottom] = sides(word);
            (left - 1.0..right + 1.0).contains(&x) && (top - 1.0..bottom + 1.0).contains(&y)
        });
        inked[inside.unwrap_or_else(|| panic!("ink at {x}, {y}"))] += 1;
    }
    assert!(inked.iter().all(|&n| n > 20), "{inked:?}");
}

#[test]
fn characters_that_the_font_lacks_are_framed_and_named() {
    let words = ["機械", "data", "🌱"].map(|text| Word { text, weight: 1.0 });
    let cloud = layout(&words, &CloudConfig::default()).unwrap();
    assert_eq!(cloud.to_png(&PictureConfig::default()).unwrap().missing, ['機', '械', '🌱']);
    let config = PictureConfig { scale: 1e6, ..PictureConfig::default() };
    assert!(matches!(cloud.to_png(&config), Err(Error::PictureSize { .. })));
}
