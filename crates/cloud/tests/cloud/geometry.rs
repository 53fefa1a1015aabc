//! No overlap, nothing outside the ellipse, order and sizes by weight: for any input.

use cloud::{CloudConfig, Word, layout};
use proptest::prelude::*;

use crate::{check, english, layout_default, sides};

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_words_of_any_weight_make_a_sound_cloud(
        words in prop::collection::vec(("[a-zA-Z]{1,24}|\\PC{0,8}[a-z]|[漢字かな한]{1,6}", 1e-9..1e9), 0..80),
        width in 20.0..2000.0,
        height in 20.0..2000.0,
        max_words in 0_usize..90,
    ) {
        let words: Vec<Word<'_>> =
            words.iter().map(|(text, weight)| Word { text, weight: *weight }).collect();
        let config = CloudConfig { width, height, max_words, ..CloudConfig::default() };
        let cloud = layout(&words, &config).unwrap();
        check(&cloud, words.len().min(max_words));
        prop_assert_eq!(&cloud, &layout(&words, &config).unwrap());
    }
}

#[test]
fn the_heaviest_words_are_kept_and_ties_stay_in_order() {
    let weights = [1.0, 3.0, 2.0, 3.0, 2.0];
    let words: Vec<_> = ["a", "b", "c", "d", "e"]
        .into_iter()
        .zip(weights)
        .map(|(text, weight)| Word { text, weight })
        .collect();
    let cloud = layout(&words, &CloudConfig { max_words: 4, ..CloudConfig::default() }).unwrap();
    let texts: Vec<_> = cloud.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(texts, ["b", "d", "c", "e"]);
}

#[test]
fn the_smallest_of_sixty_words_can_be_read_and_the_first_stands_out() {
    for first in (0..100).step_by(9) {
        let cloud = layout_default(&english(60, first, |rank| 1.0 / rank as f64));
        check(&cloud, 60);
        let (top, second, last) = (&cloud.words[0], &cloud.words[1], &cloud.words[59]);
        assert!(last.font_size >= 9.0, "{last:?}");
        assert!(top.font_size >= 1.3 * second.font_size, "{top:?}, {second:?}");
        assert_eq!((top.level, last.level), (5, 0));
    }
}

/// Browsers round ascent and descent of a font to whole pixels, so that the boxes that they report
/// may be a pixel higher than the lines that are drawn.
#[test]
fn lines_are_a_unit_apart_and_neighbours_a_space() {
    let cloud = layout_default(&english(60, 0, |rank| 1.0 / rank as f64));
    for (n, word) in cloud.words.iter().enumerate() {
        let [left, top, right, bottom] = sides(word);
        for bigger in &cloud.words[..n] {
            let [l, t, r, b] = sides(bigger);
            let across = f64::max(left - r, l - right);
            let down = f64::max(top - b, t - bottom);
            assert!(across >= 0.2 * word.font_size || down >= 1.0, "{bigger:?}, {word:?}");
        }
    }
}

#[test]
fn lengths_are_whole_tenths_of_a_unit_even_for_long_words() {
    let long = "letters".repeat(43);
    let long = vec![Word { text: &long, weight: 1.0 }; 60];
    for words in [english(60, 0, |rank| 1.0 / rank as f64), long] {
        for word in layout_default(&words).words {
            for length in [word.x, word.y, word.font_size, word.width] {
                assert_eq!(length.to_string(), format!("{length:.1}").trim_end_matches(".0"));
            }
        }
    }
}

/// The same on every platform: these figures were computed once, on x86-64 Linux.
#[test]
fn places_are_those_recorded() {
    let cloud = layout_default(&english(40, 0, |rank| 1.0 / rank as f64));
    let sum = |of: fn(&cloud::PlacedWord) -> f64| {
        cloud.words.iter().map(|word| (of(word) * 10.0).round()).sum::<f64>()
    };
    let sums = [sum(|w| w.x), sum(|w| w.y), sum(|w| w.font_size), sum(|w| w.width)];
    assert_eq!(sums.map(|sum| sum as i64), [97_350, 70_690, 8_928, 38_911]);
}
