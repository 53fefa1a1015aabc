//! Colours of the style sheet: text can be read (WCAG 2.2, 1.4.3) and shapes be seen (1.4.11), in
//! the light scheme and in the dark one, for every colour that a topic can have.

use std::collections::BTreeMap;

const CSS: &str = include_str!("../../assets/style.css");
const N_COLOURS: usize = 12;
const TEXT: f64 = 4.5;
const SHAPE: f64 = 3.0;

/// Linear light of red, green and blue.
type Colour = [f64; 3];

/// The custom properties in force, as written.
type Properties = BTreeMap<String, String>;

#[derive(Clone, Copy, Debug)]
enum Scheme {
    Light,
    Dark,
}

const SCHEMES: [Scheme; 2] = [Scheme::Light, Scheme::Dark];

/// The declarations of the first rule whose selector is `selector`.
fn rule(selector: &str) -> Properties {
    let start =
        CSS.find(&format!("\n{selector} {{")).unwrap_or_else(|| panic!("no rule {selector}"));
    let body = CSS[start..].split(['{', '}']).nth(1).unwrap();
    let declarations = body.split(';').filter_map(|declaration| declaration.split_once(':'));
    declarations.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
}

/// The properties inside an element of a topic's colour.
fn properties(colour: usize) -> Properties {
    let mut all = rule(":root");
    all.append(&mut rule(&format!(".c{colour}")));
    all.append(&mut rule(".t"));
    all
}

fn evaluate(value: &str, properties: &Properties, scheme: Scheme) -> Colour {
    if let Some(both) = function(value, "light-dark") {
        let (light, dark) = split_at_comma(both);
        let chosen = if matches!(scheme, Scheme::Light) { light } else { dark };
        return evaluate(chosen, properties, scheme);
    }
    if let Some(name) = function(value, "var") {
        return evaluate(&properties[name], properties, scheme);
    }
    if let Some(parts) = function(value, "oklch") {
        // Spaces inside `calc()` and `var()` do not part the three numbers.
        let mut depth = 0;
        let numbers: Vec<_> = parts
            .split(|c: char| {
                depth += i32::from(c == '(') - i32::from(c == ')');
                c == ' ' && depth == 0
            })
            .map(|part| number(part, properties))
            .collect();
        return from_oklch(numbers.try_into().expect("three numbers"));
    }
    let hex = value.strip_prefix('#').unwrap_or_else(|| panic!("unknown colour {value}"));
    [0, 2, 4]
        .map(|at| to_linear(f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0))
}

fn number(value: &str, properties: &Properties) -> f64 {
    if let Some(product) = function(value, "calc") {
        return product.split(" * ").map(|factor| number(factor, properties)).product();
    }
    match function(value, "var") {
        Some(name) => number(&properties[name], properties),
        None => value.parse().unwrap_or_else(|_| panic!("{value} is no number")),
    }
}

fn function<'v>(value: &'v str, name: &str) -> Option<&'v str> {
    value.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')')
}

fn split_at_comma(arguments: &str) -> (&str, &str) {
    let mut depth = 0;
    let comma = arguments.find(|c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && depth == 0
    });
    let (first, second) = arguments.split_at(comma.unwrap());
    (first.trim(), second[1..].trim())
}

/// By Björn Ottosson's matrices; fails outside sRGB, where a browser would show another colour.
fn from_oklch([lightness, chroma, hue]: [f64; 3]) -> Colour {
    let (a, b) = (chroma * hue.to_radians().cos(), chroma * hue.to_radians().sin());
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    let colour = [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ];
    let fits = colour.iter().all(|part| (-0.002..=1.002).contains(part));
    assert!(fits, "oklch({lightness} {chroma} {hue}) is outside sRGB: {colour:?}");
    colour.map(|part| part.clamp(0.0, 1.0))
}

fn to_linear(part: f64) -> f64 {
    if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
}

fn luminance([red, green, blue]: Colour) -> f64 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(a: Colour, b: Colour) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Checks the contrast of `value` on each of `grounds`, for every colour and scheme.
#[track_caller]
fn check(value: &str, grounds: &[&str], least: f64) {
    for colour in 0..N_COLOURS {
        let properties = properties(colour);
        for scheme in SCHEMES {
            for ground in grounds {
                let [front, back] =
                    [value, ground].map(|value| evaluate(value, &properties, scheme));
                let found = contrast(front, back);
                assert!(found >= least, "{value} on {ground}, .c{colour}, {scheme:?}: {found:.2}");
            }
        }
    }
}

#[test]
fn contrast_is_measured_as_wcag_defines_it() {
    let none = Properties::new();
    let [black, white, grey] =
        ["#000000", "#ffffff", "#777777"].map(|hex| evaluate(hex, &none, Scheme::Light));
    assert!((contrast(black, white) - 21.0).abs() < 1e-9);
    assert!((contrast(grey, white) - 4.48).abs() < 0.005);
    let red = evaluate("oklch(0.62796 0.25768 29.234)", &none, Scheme::Light);
    assert!((red[0] - 1.0).abs() < 0.002 && red[1] < 0.002 && red[2] < 0.002, "{red:?}");
}

#[test]
fn text_can_be_read_on_every_ground() {
    for text in ["var(--ink)", "var(--soft)"] {
        check(text, &["var(--bg)", "var(--card)", "var(--wash)"], TEXT);
    }
    check("var(--link)", &["var(--bg)", "var(--card)"], TEXT);
    check("var(--bg)", &["var(--ink)"], TEXT);
}

#[test]
fn numbers_can_be_read_on_the_colour_of_their_topic() {
    check("var(--on)", &["var(--tone)", "var(--ink)"], TEXT);
}

#[test]
fn every_word_of_a_cloud_can_be_read() {
    let levels = [".l5, .l4", ".l3, .l2", ".l1, .l0"];
    for level in levels {
        check(&rule(level)["fill"], &["var(--card)"], TEXT);
    }
}

#[test]
fn bars_and_focus_can_be_seen() {
    check("var(--tone)", &["var(--bg)", "var(--card)", "var(--track)"], SHAPE);
    check("var(--link)", &["var(--bg)", "var(--card)", "var(--track)"], SHAPE);
}
