//! From weights to font sizes, and from font sizes to colour classes.

/// The font size of each weight as a part of the largest font, in `smallest_ratio..=1`.
///
/// `weights` are positive and fall. The size is the mean of the weight and of its square root
/// (both as parts of the largest): the root alone, which makes areas go with weights, leaves the
/// top words of a flat topic hard to tell apart, and the weight alone makes the tail vanish. Where
/// the smallest would come out below `smallest_ratio`, all are mapped linearly onto
/// `smallest_ratio..=1`: the range is pressed together and the order kept.
pub(crate) fn font_ratios(weights: &[f64], smallest_ratio: f64) -> Vec<f64> {
    let (Some(&largest), Some(&smallest)) = (weights.first(), weights.last()) else {
        return Vec::new();
    };
    let blend = |weight: f64| {
        let part = weight / largest;
        f64::midpoint(part, part.sqrt())
    };
    let low = blend(smallest);
    if low >= smallest_ratio {
        return weights.iter().map(|&weight| blend(weight)).collect();
    }
    let stretch = (1.0 - smallest_ratio) / (1.0 - low);
    weights.iter().map(|&weight| 1.0 - (1.0 - blend(weight)) * stretch).collect()
}

/// The colour class of a font size between the `smallest` and the `largest` of its cloud: 0..=5.
///
/// Few words are big, so that equal steps would leave most of a cloud in the lowest class: the
/// bounds lie at the squares of 1/6, 2/6, ... 5/6 of the way up. Where all are equal, all are 5.
pub(crate) fn level(size: i64, smallest: i64, largest: i64) -> u8 {
    let (above, range) = (size - smallest, largest - smallest);
    (1..=5).take_while(|bound| above * 36 >= range * bound * bound).count() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_lie_between_the_weight_and_its_root() {
        assert_eq!(font_ratios(&[4.0, 1.0], 0.2), [1.0, 0.375]);
        assert_eq!(font_ratios(&[7.0, 7.0], 0.2), [1.0, 1.0]);
        assert_eq!(font_ratios(&[], 0.2), [0.0; 0]);
    }

    #[test]
    fn a_great_range_is_pressed_onto_the_readable_one() {
        let ratios = font_ratios(&[1e9, 1e4, 1.0], 0.25);
        assert!((ratios[2] - 0.25).abs() < 1e-12, "{ratios:?}");
        assert!(ratios[1] > ratios[2] && ratios[1] < 0.26, "{ratios:?}");
        let ratios = font_ratios(&[f64::MAX, f64::MIN_POSITIVE], 0.25);
        assert!(ratios[0] >= 1.0 && (ratios[1] - 0.25).abs() < 1e-12, "{ratios:?}");
    }

    #[test]
    fn levels_rise_with_the_size_and_use_the_whole_range() {
        let levels: Vec<_> = (100..=460).map(|size| level(size, 100, 460)).collect();
        assert!(levels.is_sorted());
        assert_eq!((levels[0], levels[9], levels[10], levels[360]), (0, 0, 1, 5));
        assert_eq!(level(80, 80, 80), 5);
    }
}
