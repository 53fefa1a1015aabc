//! Words with weights in, words with places out.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::fit::best_fit;
use crate::mask::Mask;
use crate::measure::{Extent, Measure, shortened};
use crate::pack::{Area, Form};
use crate::size::level;

/// A word to lay out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Word<'a> {
    /// What to write; runs of white space count as one space.
    pub text: &'a str,
    /// How much it matters: finite, above 0, in any unit.
    pub weight: f64,
}

/// How to lay words out.
///
/// | field | default | allowed |
/// |---|---|---|
/// | `width` | 600 | 1..=100000 |
/// | `height` | 340 | 1..=100000 |
/// | `max_words` | 60 | any |
/// | `shape` | an ellipse | any |
#[derive(Debug, Clone, PartialEq)]
pub struct CloudConfig {
    /// Width of the canvas, user units.
    pub width: f64,
    /// Height of the canvas, user units.
    pub height: f64,
    /// How many words to lay out, the heaviest first; the others are left out.
    pub max_words: usize,
    /// Where words may lie.
    pub shape: Shape,
}

/// Where words may lie on the canvas.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Shape {
    /// In the ellipse that touches the four sides of the canvas.
    #[default]
    Ellipse,
    /// On the whole canvas.
    Rectangle,
    /// Where a mask leaves room. The mask is stretched over the canvas.
    Mask(Mask),
}

impl Default for CloudConfig {
    fn default() -> Self {
        Self { width: 600.0, height: 340.0, max_words: 60, shape: Shape::default() }
    }
}

/// Words with places, inside the shape that was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cloud {
    /// Width of the canvas, user units.
    pub width: f64,
    /// Height of the canvas, user units.
    pub height: f64,
    /// The words by falling weight; equal weights keep the order of the input.
    pub words: Vec<PlacedWord>,
}

/// A word with its place. Lengths are user units, from the canvas' upper left corner.
///
/// Its box reaches from `x` to `x + width`, and from 0.93 of the font size above `y` to 0.24 below
/// it, from 1.03 to 0.39 where Arabic letters have signs, from 1.27 to 0.43 where letters or marks are stacked. Boxes lie inside the shape, and no two of a cloud overlap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlacedWord {
    /// The word; white space around it is trimmed, runs inside are one space.
    pub text: String,
    /// Its weight as given.
    pub weight: f64,
    /// The left edge.
    pub x: f64,
    /// The baseline.
    pub y: f64,
    /// The font size. A heavier word's is never smaller, equal weights have equal sizes.
    pub font_size: f64,
    /// The width to draw with: the advance width in Noto Sans Bold of what is [shown](Self::shown).
    pub width: f64,
    /// The colour class, from 0 (smallest) to 5 (biggest).
    pub level: u8,
}

impl PlacedWord {
    /// What is written in the box: the word, or of one with more than 32 characters the beginning, with
    /// an ellipsis.
    #[must_use]
    pub fn shown(&self) -> Cow<'_, str> {
        shortened(&self.text)
    }
}

/// Lays out the heaviest `config.max_words` of `words` in the largest font sizes that are found to
/// fit: the heaviest in the middle, then each as near to it as the words before leave room.
///
/// The font size goes with the mean of the weight and its square root, both as parts of the
/// largest. The smallest font is at least 1/5 of the largest; where that is too small to read (10
/// units on the default canvas), up to 0.45 of it. The largest is at most 0.3 of the canvas'
/// shorter side. For 60 common words the boxes cover about 3/4 of the ellipse.
///
/// All lengths are multiples of 0.1, or of a smaller power of ten where words are so long or so
/// many that fonts below half a unit are needed. Deterministic to the byte on every platform.
///
/// Every word is placed: where they do not fit, all are made smaller. Of a word of more than 32
/// characters the beginning is shown.
///
/// Cost on one core: 1 ms for 60 words, 2 ms for 100, 30 ms for 1000; in a mask about ten times
/// that.
///
/// # Errors
/// [`Error::Side`] for a width or height outside 1..=100000, [`Error::Weight`] for a weight that is
/// not finite or not above 0, [`Error::Blank`] for a word of nothing but white space. Words beyond
/// `max_words` are checked too.
pub fn layout(words: &[Word<'_>], config: &CloudConfig) -> Result<Cloud, Error> {
    check(words, config)?;
    let mut heaviest: Vec<_> = words.iter().collect();
    heaviest.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    heaviest.truncate(config.max_words);

    let mut cloud = Cloud { width: config.width, height: config.height, words: Vec::new() };
    if heaviest.is_empty() {
        return Ok(cloud);
    }
    let texts: Vec<String> = heaviest.iter().map(|word| one_line(word.text)).collect();
    let weights: Vec<f64> = heaviest.iter().map(|word| word.weight).collect();
    let measure = Measure::new();
    let extents: Vec<Extent> = texts.iter().map(|text| measure.extent(&shortened(text))).collect();
    let (form, mask) = match &config.shape {
        Shape::Ellipse => (Form::Ellipse, None),
        Shape::Rectangle => (Form::Rectangle, None),
        Shape::Mask(mask) => (Form::Rectangle, Some(mask)),
    };
    let (half_width, half_height) = (config.width / 2.0, config.height / 2.0);
    let fit = best_fit(&extents, &weights, Area { half_width, half_height, form }, mask);

    let units = |steps: i64| steps as f64 / fit.steps_per_unit;
    let (largest, smallest) = (fit.fonts[0], fit.fonts[fit.fonts.len() - 1]);
    for (n, text) in texts.into_iter().enumerate() {
        let (x, y) = fit.baselines[n];
        cloud.words.push(PlacedWord {
            text,
            weight: weights[n],
            x: units(x),
            y: units(y),
            font_size: units(fit.fonts[n]),
            width: units(fit.widths[n]),
            level: level(fit.fonts[n], smallest, largest),
        });
    }
    Ok(cloud)
}

fn check(words: &[Word<'_>], config: &CloudConfig) -> Result<(), Error> {
    for (side, value) in [("width", config.width), ("height", config.height)] {
        if !(1.0..=100_000.0).contains(&value) {
            return Err(Error::Side { side, value });
        }
    }
    for (position, word) in words.iter().enumerate() {
        if word.text.chars().all(char::is_whitespace) {
            return Err(Error::Blank { word: word.text.to_owned(), position });
        }
        if !(word.weight.is_finite() && word.weight > 0.0) {
            return Err(Error::Weight { word: word.text.to_owned(), value: word.weight });
        }
    }
    Ok(())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
