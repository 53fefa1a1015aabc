//! The cloud as a picture of pixels.

use tiny_skia::{Color, FillRule, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

use crate::measure::Measure;
use crate::{Cloud, Error, PlacedWord};

/// The longest side of a picture, pixels.
const MAX_SIDE: f64 = 16_384.0;

/// How to draw a cloud.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureConfig {
    /// Pixels for a unit of the canvas.
    pub scale: f64,
    /// The background as red, green, blue and opacity.
    pub background: [u8; 4],
    /// The colours of the words, from the smallest to the biggest; see [`PlacedWord::level`].
    pub colours: [[u8; 3]; 6],
}

impl Default for PictureConfig {
    /// Two pixels a unit, in greys on white, of which the lightest has a contrast of 5 : 1.
    fn default() -> Self {
        let grey = |light: u8| [light; 3];
        Self {
            scale: 2.0,
            background: [255; 4],
            colours: [grey(112), grey(104), grey(88), grey(72), grey(40), grey(16)],
        }
    }
}

/// A drawn cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The PNG file.
    pub png: Vec<u8>,
    /// The characters that the font lacks, each once, in the order of the cloud; a frame stands in
    /// their place.
    pub missing: Vec<char>,
}

impl Cloud {
    /// Draws the cloud in Noto Sans Bold. The same cloud gives the same bytes.
    ///
    /// Letters stand as they come: scripts whose letters join or change places, like Arabic, need
    /// the SVG, which browsers set.
    ///
    /// # Errors
    /// [`Error::PictureSize`] when a side would have no pixel or more than 16,384.
    pub fn to_png(&self, config: &PictureConfig) -> Result<Picture, Error> {
        let (width, height) = (self.width * config.scale, self.height * config.scale);
        let too_big = || Error::PictureSize { width, height };
        let fits = |side: f64| (1.0..=MAX_SIDE).contains(&side);
        if !fits(width) || !fits(height) {
            return Err(too_big());
        }
        let mut pixmap =
            Pixmap::new(width.ceil() as u32, height.ceil() as u32).ok_or_else(too_big)?;
        let [red, green, blue, alpha] = config.background;
        pixmap.fill(Color::from_rgba8(red, green, blue, alpha));
        let measure = Measure::new();
        let mut missing = Vec::new();
        for word in &self.words {
            let mut paint = Paint::default();
            let [red, green, blue] = config.colours[usize::from(word.level.min(5))];
            paint.set_color_rgba8(red, green, blue, 255);
            draw(&mut pixmap, word, &measure, (&paint, config.scale), &mut missing);
        }
        let png =
            pixmap.encode_png().map_err(|error| Error::Image { problem: error.to_string() })?;
        Ok(Picture { png, missing })
    }
}

fn draw(
    pixmap: &mut Pixmap,
    word: &PlacedWord,
    measure: &Measure,
    (paint, scale): (&Paint<'_>, f64),
    missing: &mut Vec<char>,
) {
    let face = measure.face();
    let em = word.font_size * scale;
    let unit = (em / f64::from(face.units_per_em())) as f32;
    // Words are drawn as wide as the place that was kept for them.
    let shown = word.shown();
    let stretch = word.width / (measure.em_width(&shown) * word.font_size);
    let mut x = word.x * scale;
    for c in shown.chars() {
        let advance = measure.em_width(c.encode_utf8(&mut [0; 4])) * em * stretch;
        let at = Transform::from_row(
            unit * stretch as f32,
            0.0,
            0.0,
            -unit,
            x as f32,
            (word.y * scale) as f32,
        );
        match face.glyph_index(c) {
            Some(glyph) => {
                if let Some(path) = outline(face, glyph) {
                    pixmap.fill_path(&path, paint, FillRule::Winding, at, None);
                }
                let units = face.glyph_hor_advance(glyph).unwrap_or(0);
                x += f64::from(units) * f64::from(unit) * stretch;
            }
            None if c.is_alphanumeric() || !c.is_control() => {
                if !missing.contains(&c) {
                    missing.push(c);
                }
                frame(pixmap, paint, (x, word.y * scale), (advance, em));
                x += advance;
            }
            None => {}
        }
    }
}

/// The frame for a character that the font lacks.
fn frame(pixmap: &mut Pixmap, paint: &Paint<'_>, (x, y): (f64, f64), (advance, em): (f64, f64)) {
    let inset = 0.08 * em;
    let rect = tiny_skia::Rect::from_xywh(
        (x + inset) as f32,
        (y - 0.72 * em) as f32,
        (advance - 2.0 * inset) as f32,
        (0.72 * em) as f32,
    );
    if let Some(rect) = rect {
        let stroke = Stroke { width: (0.06 * em) as f32, ..Stroke::default() };
        let path = PathBuilder::from_rect(rect);
        pixmap.stroke_path(&path, paint, &stroke, Transform::identity(), None);
    }
}

fn outline(face: &Face<'_>, glyph: GlyphId) -> Option<Path> {
    let mut pen = Pen(PathBuilder::new());
    face.outline_glyph(glyph, &mut pen)?;
    pen.0.finish()
}

/// Draws what a font says.
struct Pen(PathBuilder);

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}
