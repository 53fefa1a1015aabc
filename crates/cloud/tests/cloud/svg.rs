//! The cloud as SVG text.

use std::io::Write;

use cloud::{Cloud, Link, PlacedWord, Word};

use crate::{english, layout_default};

fn link(n: usize, word: &PlacedWord) -> Link {
    Link { href: format!("/search?q={}", word.text), title: format!("{}: word {n}", word.text) }
}

#[test]
fn a_cloud_is_written_as_linked_text() {
    let cloud =
        layout_default(&[Word { text: "seed", weight: 1.0 }, Word { text: "garden", weight: 4.0 }]);
    let svg = cloud.to_svg("Gardening", link);
    let expected = [
        r#"<svg xmlns="http://www.w3.org/2000/svg" class="cloud" viewBox="0 0 600 340" "#,
        r#"role="group" aria-label="Gardening" direction="ltr">"#,
        r#"<a href="/search?q=garden"><title>garden: word 0</title>"#,
        r#"<text class="l5" x="117.8" y="205.2" font-size="102" textLength="364.4" "#,
        r#"lengthAdjust="spacingAndGlyphs">garden</text></a>"#,
        r#"<a href="/search?q=seed"><title>seed: word 1</title>"#,
        r#"<text class="l0" x="255.8" y="99.4" font-size="38.2" textLength="88.4" "#,
        r#"lengthAdjust="spacingAndGlyphs">seed</text></a></svg>"#,
    ];
    assert_eq!(svg, expected.concat());
}

#[test]
fn an_empty_cloud_is_an_empty_picture() {
    let svg = layout_default(&[]).to_svg("Nothing", link);
    let expected = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"cloud\" \
        viewBox=\"0 0 600 340\" role=\"group\" aria-label=\"Nothing\" direction=\"ltr\"></svg>";
    assert_eq!(svg, expected);
}

#[test]
fn text_from_outside_is_escaped_everywhere() {
    let hostile = "</text><script>'x'\"&\u{1}";
    let cloud = layout_default(&[Word { text: hostile, weight: 1.0 }]);
    let svg =
        cloud.to_svg(hostile, |_, word| Link { href: word.text.clone(), title: word.text.clone() });
    let escaped = "&lt;/text&gt;&lt;script&gt;'x'&quot;&amp;\u{FFFD}";
    assert_eq!(svg.matches(escaped).count(), 4, "{svg}");
    assert_eq!(svg.matches('<').count(), 8, "{svg}");
    assert!(!svg.contains("<script"), "{svg}");
}

#[test]
fn links_are_asked_for_in_the_order_of_the_words() {
    let cloud = layout_default(&english(30, 0, |rank| 1.0 / rank as f64));
    let svg =
        cloud.to_svg("Words", |n, word| Link { href: format!("#{n}"), title: word.text.clone() });
    for (n, word) in cloud.words.iter().enumerate() {
        let start =
            format!("<a href=\"#{n}\"><title>{}</title><text class=\"l{}\"", word.text, word.level);
        assert!(svg.contains(&start), "{start}");
    }
}

#[test]
fn sixty_words_are_six_kilobytes_on_the_wire() {
    let cloud: Cloud = layout_default(&english(60, 0, |rank| 1.0 / rank as f64));
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let svg = cloud.to_svg("Words", link);
    encoder.write_all(svg.as_bytes()).unwrap();
    let zipped = encoder.finish().unwrap().len();
    println!("{} bytes, {zipped} zipped", svg.len());
    assert!(zipped <= 6 * 1024, "{zipped}");
}
