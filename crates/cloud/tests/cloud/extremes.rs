//! Inputs at the edges: all of them end in a sound cloud or in an error that names the value.

use cloud::{CloudConfig, Link, Word, layout};

use crate::{check, layout_default};

#[track_caller]
fn check_texts(texts: &[&str], weight: impl Fn(usize) -> f64) {
    let words: Vec<_> =
        texts.iter().enumerate().map(|(n, text)| Word { text, weight: weight(n) }).collect();
    check(&layout_default(&words), texts.len());
}

#[test]
fn sixty_words_of_three_hundred_letters() {
    let long = "incomprehensibilities".repeat(15)[..300].to_owned();
    check_texts(&[long.as_str(); 60], |_| 1.0);
    check_texts(&[long.as_str(); 60], |n| 1.0 / (n + 1) as f64);
}

#[test]
fn a_word_of_a_million_letters_among_short_ones() {
    let long = "m".repeat(1_000_000);
    check_texts(&["a", &long, "b"], |_| 1.0);
    check_texts(&["a", &long, "b"], |n| 1000.0 / (n + 1) as f64);
}

#[test]
fn the_words_around_a_very_long_one_can_be_read() {
    let long = "m".repeat(300);
    let cloud = layout_default(
        &[("a", 3.0), (&long, 2.0), ("b", 1.0)].map(|(text, weight)| Word { text, weight }),
    );
    check(&cloud, 3);
    assert!(cloud.words[2].font_size >= 10.0, "{cloud:?}");
    assert_eq!((cloud.words[1].text.len(), cloud.words[1].shown().chars().count()), (300, 32));
    let svg =
        cloud.to_svg("Long", |_, word| Link { href: String::new(), title: word.text.clone() });
    assert!(svg.contains(&format!("<title>{long}</title>")) && svg.contains("m…</text>"), "{svg}");
}

#[test]
fn few_words_and_one_letter_words() {
    check_texts(&["a"], |_| 5.0);
    check_texts(&["organisation"], |_| 5.0);
    check_texts(&["a", "b"], |_| 5.0);
    check_texts(&["i"; 100], |_| 5.0);
    check_texts(&["W"; 100], |n| 1.0 / (n + 1) as f64);
}

#[test]
fn weights_that_span_all_numbers() {
    check_texts(&["word"; 60], |_| 1.0);
    check_texts(&["word"; 60], |n| if n == 0 { 1e9 } else { 1.0 });
    check_texts(&["word"; 60], |n| if n < 59 { 1e9 } else { 1.0 });
    check_texts(&["word"; 60], |n| if n % 2 == 0 { f64::MAX } else { f64::from_bits(1) });
}

#[test]
fn letters_that_the_font_lacks() {
    check_texts(
        &["漢字", "カタカナ", "한국어", "كتاب", "ספר", "🌱", "👩\u{200D}💻", "e\u{301}te\u{301}"],
        |n| 1.0 / (n + 1) as f64,
    );
    check_texts(&["\u{301}", "\u{200B}", "\u{0}"], |_| 1.0);
}

#[test]
fn canvases_of_all_shapes() {
    for (width, height) in [(1.0, 1.0), (1e5, 1e5), (1e5, 1.0), (333.33, 77.7), (100.0, 2000.0)] {
        let words = [("alpha", 3.0), ("beta", 2.0), ("gamma", 1.0)];
        let words = words.map(|(text, weight)| Word { text, weight });
        let config = CloudConfig { width, height, max_words: 60, ..CloudConfig::default() };
        check(&layout(&words, &config).unwrap(), 3);
    }
}

#[test]
fn a_thousand_words() {
    let words: Vec<_> =
        (1..=1000).map(|rank| Word { text: "thousand", weight: 1.0 / f64::from(rank) }).collect();
    let config = CloudConfig { max_words: usize::MAX, ..CloudConfig::default() };
    check(&layout(&words, &config).unwrap(), 1000);
}

#[test]
fn nothing_to_lay_out_is_an_empty_cloud() {
    check_texts(&[], |_| 1.0);
    let words = [Word { text: "kept out", weight: 1.0 }];
    let config = CloudConfig { max_words: 0, ..CloudConfig::default() };
    check(&layout(&words, &config).unwrap(), 0);
}

#[test]
fn white_space_is_made_one_space() {
    let cloud = layout_default(&[Word { text: " open\n\t source ", weight: 1.0 }]);
    let same = layout_default(&[Word { text: "open source", weight: 1.0 }]);
    assert_eq!(cloud, same);
}

#[track_caller]
fn refused(word: Word<'_>, config: &CloudConfig, expected: &str) {
    let result = layout(&[Word { text: "fine", weight: 1.0 }, word], config);
    assert_eq!(result.map_err(|error| error.to_string()), Err(expected.to_owned()));
}

#[test]
fn weights_that_are_no_weights_are_refused_naming_word_and_value() {
    for (weight, shown) in [(0.0, "0"), (-1.5, "-1.5"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        let expected =
            format!("the weight of \"bad\" must be a finite number above 0, got {shown}");
        // Beyond max_words, and refused all the same.
        let config = CloudConfig { max_words: 1, ..CloudConfig::default() };
        refused(Word { text: "bad", weight }, &config, &expected);
    }
}

#[test]
fn blank_words_are_refused_naming_their_position() {
    for (text, shown) in [("", r#""""#), (" \t", r#"" \t""#), ("\u{A0}", r#""\u{a0}""#)] {
        let expected =
            format!("words must not be empty or only white space, got {shown} at position 1");
        refused(Word { text, weight: 1.0 }, &CloudConfig::default(), &expected);
    }
}

#[test]
fn sides_that_are_no_lengths_are_refused() {
    let word = Word { text: "word", weight: 1.0 };
    for value in [0.0, -600.0, f64::NAN, f64::INFINITY, 1e6] {
        let wide = CloudConfig { width: value, ..CloudConfig::default() };
        let high = CloudConfig { height: value, ..CloudConfig::default() };
        refused(word, &wide, &format!("width must be in 1..=100000 user units, got {value}"));
        refused(word, &high, &format!("height must be in 1..=100000 user units, got {value}"));
    }
}
