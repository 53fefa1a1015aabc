//! The data flow of a build as a picture.

use crate::report::{Report, Stage};

/// Width of a column and height of a row, units.
const COLUMN: usize = 150;
const ROW: usize = 90;
const BOX: (usize, usize) = (120, 54);
/// The stages, the column and row where each stands, and the stages that it takes from. A build has
/// `count`, `weigh` and `topics`, or `place`.
type Flow = (&'static str, (usize, usize), &'static [&'static str]);
const FLOW: &[Flow] = &[
    ("read", (0, 1), &[]),
    ("count", (1, 1), &["read"]),
    ("weigh", (2, 1), &["count"]),
    ("number", (3, 0), &["weigh"]),
    ("topics", (3, 1), &["weigh", "number"]),
    ("place", (2, 2), &["read"]),
    ("quality", (4, 0), &["weigh", "topics", "place"]),
    ("related", (4, 2), &["weigh", "place"]),
    ("clouds", (4, 1), &["topics", "place"]),
    ("write", (5, 1), &["read", "topics", "place", "quality", "related", "clouds"]),
];

impl Report {
    /// The stages and what flows between them, as SVG: green came from the cache, orange was
    /// computed in part, red as a whole.
    #[must_use]
    pub fn graph(&self) -> String {
        let (width, height) = (6 * COLUMN + 20, 3 * ROW + 20);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"sans-serif\" font-size=\"13\" text-anchor=\"middle\">\n\
             <title>What the build computed</title>\n"
        );
        let place = |name: &str| {
            let (_, (column, row), _) = FLOW.iter().find(|(stage, ..)| *stage == name)?;
            // What this build did not have is not drawn, and leads nowhere.
            self.stages.iter().any(|stage| stage.stage == name).then_some(())?;
            Some((20 + column * COLUMN, 20 + row * ROW))
        };
        for (name, _, sources) in FLOW {
            let Some((x, y)) = place(name) else { continue };
            for (from_x, from_y) in sources.iter().filter_map(|source| place(source)) {
                // Below or above each other: from edge to edge, else from side to side.
                let middle = BOX.1 / 2;
                if from_x == x {
                    let (from, to) =
                        if from_y < y { (from_y + BOX.1, y) } else { (from_y, y + BOX.1) };
                    let at = x + BOX.0 / 2;
                    svg.push_str(&format!("<path d=\"M{at} {from}V{to}\" stroke=\"#888\"/>\n"));
                    continue;
                }
                let (from, to) = ((from_x + BOX.0, from_y + middle), (x, y + middle));
                let path = way(from, to, (from_y, y));
                svg.push_str(&format!("<path d=\"{path}\" fill=\"none\" stroke=\"#888\"/>\n"));
            }
        }
        for stage in &self.stages {
            let Some((x, y)) = place(&stage.stage) else { continue };
            let (middle, clean) = (x + BOX.0 / 2, stage.clean_seconds);
            let clean = clean.map_or(String::new(), |clean| format!(" of {clean:.2}"));
            svg.push_str(&format!(
                "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"6\" fill=\"{}\" \
                 stroke=\"#555\"/>\n<text x=\"{middle}\" y=\"{}\">{}</text>\n\
                 <text x=\"{middle}\" y=\"{}\" font-size=\"11\">{:.2}{clean} s</text>\n",
                BOX.0,
                BOX.1,
                colour(stage),
                y + 22,
                stage.stage,
                y + 41,
                stage.seconds,
            ));
        }
        svg.push_str("</svg>\n");
        svg
    }

    /// Why `stage` was computed, or that it was not, in a few lines.
    #[must_use]
    pub fn why(&self, stage: &Stage) -> String {
        let name = &stage.stage;
        let mut text = match (stage.cached, stage.hits, stage.misses) {
            (true, ..) => {
                format!("{name} came from the cache: nothing that it is made from changed\n")
            }
            (false, 0, 0) => format!("{name} was computed: nothing of it is kept\n"),
            (false, 0, _) => format!("{name} was computed\n"),
            (false, hits, misses) => {
                format!("{name} was computed in part: {misses} of {} results\n", hits + misses)
            }
        };
        for (input, digest) in &stage.inputs {
            let now = short(digest);
            text.push_str(&match stage.former_inputs.get(input) {
                Some(before) => format!("  {input} changed: {} before, {now} now\n", short(before)),
                None => format!("  {input} {now}\n"),
            });
        }
        let is_kept = stage.hits + stage.misses > 0;
        if is_kept && !stage.cached && stage.former_inputs.is_empty() {
            text.push_str(if stage.inputs.is_empty() {
                "  what it was made from is known only once it has run\n"
            } else {
                "  none of these is known to have changed: it is the first build here, or the cache \
                 had no result of them\n"
            });
        }
        text
    }
}

/// The line from the side of a box at `from` to that of one at `to`, as SVG's path. Between boxes that
/// stand beside one another it is a curve; else it goes between two rows, or below all, past the boxes
/// on its way. `rows`: the upper edges of the two boxes.
fn way(from: (usize, usize), to: (usize, usize), rows: (usize, usize)) -> String {
    const BEND: usize = 15;
    let gap = ROW - BOX.1;
    let ((from_x, from_y), (to_x, to_y)) = (from, to);
    if to_x - from_x < COLUMN {
        let (out, into) = (from_x + BEND, to_x - BEND);
        return format!("M{from_x} {from_y}C{out} {from_y} {into} {to_y} {to_x} {to_y}");
    }
    let lane = if to_x - from_x > 3 * COLUMN {
        20 + 3 * ROW - gap / 2
    } else if rows.1 < rows.0 {
        rows.0 - gap / 2
    } else {
        rows.0 + BOX.1 + gap / 2
    };
    let (out, into) = (from_x + BEND, to_x - BEND);
    format!(
        "M{from_x} {from_y}C{out} {from_y} {out} {lane} {} {lane}\
         H{}C{into} {lane} {into} {to_y} {to_x} {to_y}",
        out + BEND,
        into - BEND,
    )
}

fn colour(stage: &Stage) -> &'static str {
    match (stage.cached, stage.hits) {
        (true, _) => "#bfe3c3",
        (false, 0) => "#f2b8a8",
        (false, _) => "#f6dfa4",
    }
}

fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}
