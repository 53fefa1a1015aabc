//! Where the title of a page stands.

use std::collections::{BTreeMap, BTreeSet};

use super::link_words::is_generic;
use super::outline::Outline;
use super::selectors::Paths;
use super::template::{Leaf, Sample, Template, is_content};
use super::words::{self, Role};
use super::write::{Lines, quoted};

/// Where the title comes from.
#[derive(Debug, PartialEq)]
pub(crate) enum Title<'a> {
    /// The list: its links say the same as the pages, without what the pages put around it.
    Link {
        /// Where the page says it.
        path: Option<&'a str>,
    },
    /// The page, without what every page puts around it.
    Page { path: &'a str, prefix: String, suffix: String, is_numbered: bool },
}

impl<'a> Title<'a> {
    pub(crate) fn path(&self) -> Option<&'a str> {
        match self {
            Self::Link { path } => *path,
            Self::Page { path, .. } => Some(path),
        }
    }

    pub(crate) fn write(&self, talk: &mut Lines, paths: &Paths<'_>) {
        let Self::Page { path, prefix, suffix, is_numbered } = self else { return };
        let mut filters = Vec::new();
        if !prefix.is_empty() {
            filters.push(("strip_prefix", quoted(prefix)));
        }
        if !suffix.is_empty() {
            filters.push(("strip_suffix", quoted(suffix)));
        }
        if *is_numbered {
            filters.push(("regex", quoted(r"^\d+[.)]\s+(.+)$")));
        }
        let selector = paths.selector(path);
        if filters.is_empty() {
            talk.text("title", &selector);
        } else {
            talk.filtered("title", &selector, &filters);
        }
    }
}

/// What is known of a path that may hold the title.
#[derive(Default)]
struct Candidate {
    /// The first text on each page that has one, with the text of the link.
    texts: Vec<(String, String)>,
    weight: f64,
}

/// What a bold start of the first block, a term, or a text that the link says is worth as a title,
/// where a first heading is worth 1.
const BOLD_WEIGHT: f64 = 0.5;

/// The same of the line that unfolds a talk.
const SUMMARY_WEIGHT: f64 = 0.85;

/// The same of a link that the first block begins with.
const LINK_WEIGHT: f64 = 0.4;

/// Chooses where the title comes from.
pub(crate) fn choose<'a>(samples: &'a [Sample], template: &Template<'a>) -> Title<'a> {
    let mut candidates: BTreeMap<&'a str, Candidate> = BTreeMap::new();
    for (sample, leaves) in samples.iter().zip(&template.pages) {
        let mut seen = BTreeSet::new();
        // The time may stand before.
        let is_first = |leaf: &&Leaf<'_>| {
            let has_start = || {
                let outline = &sample.outline;
                outline.bold_start(leaf.at).or_else(|| outline.link_start(leaf.at)).is_some()
            };
            is_content(leaf) && (!Template::is_fact(&leaf.node.text) || has_start())
        };
        let first = leaves.iter().find(is_first).map(|leaf| leaf.at);
        let bold = first.and_then(|at| sample.outline.bold_start(at));
        let link = first.and_then(|at| sample.outline.link_start(at));
        for (at, weight) in [(bold, BOLD_WEIGHT), (link, LINK_WEIGHT)] {
            let Some(at) = at else { continue };
            let candidate = candidates.entry(sample.outline.path(at)).or_default();
            let text = sample.outline.nodes[at].text.clone();
            candidate.texts.push((text, sample.link_text.clone()));
            candidate.weight = weight;
        }
        for (at, weight) in parts_of_summary(&sample.outline, leaves) {
            let candidate = candidates.entry(sample.outline.path(at)).or_default();
            let text = sample.outline.nodes[at].text.clone();
            candidate.texts.push((text, sample.link_text.clone()));
            candidate.weight = weight;
        }
        for leaf in leaves {
            let is_person = template.people.contains(leaf.path);
            if leaf.node.in_frame || leaf.is_template || is_person || leaf.node.text.len() > 400 {
                continue;
            }
            let Some(path) = sample.outline.place_of_own_text(leaf.at) else { continue };
            let weight = match leaf.node.tag {
                "h1" => 1.0,
                "h2" => 0.95,
                "h3" => 0.85,
                "summary" => SUMMARY_WEIGHT,
                "h4" => 0.7,
                "h5" | "h6" | "title" => 0.6,
                _ if template.role_in_path(leaf.path) == Some(Role::Title) => 0.8,
                "dt" => BOLD_WEIGHT,
                _ if is_in_link(&leaf.node.text, &sample.link_text) => BOLD_WEIGHT,
                _ => continue,
            };
            // Names of people are headings too.
            let is_person = matches!(
                template.role_in_path(leaf.path),
                Some(Role::Speakers | Role::Biography | Role::Aside)
            );
            if is_person && leaf.node.tag != "h1" {
                continue;
            }
            if seen.insert(path) {
                let candidate = candidates.entry(path).or_default();
                candidate.texts.push((leaf.node.text.clone(), sample.link_text.clone()));
                candidate.weight = weight;
            }
        }
    }
    let n = samples.len() as f64;
    let best = candidates
        .iter()
        .filter_map(|(path, candidate)| {
            let coverage = candidate.texts.len() as f64 / n;
            let distinct: BTreeSet<&str> =
                candidate.texts.iter().map(|(text, _)| text.as_str()).collect();
            let distinct = distinct.len() as f64 / candidate.texts.len() as f64;
            let score = coverage
                * distinct
                * candidate.weight
                * (1.0
                    + 2.0 * candidate.share(is_equal)
                    + candidate.share(|text, link| {
                        is_part(text, link) || !is_equal(text, link) && is_in_link(text, link)
                    }));
            (coverage >= 0.5 && distinct >= 0.5).then_some((score, *path, candidate))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let links_say_it = links_are_titles(samples);
    let Some((_, path, candidate)) = best else { return Title::Link { path: None } };
    let equal = candidate.share(is_equal);
    let part = candidate.share(is_part);
    let is_cut =
        candidate.texts.iter().any(|(_, link)| link.ends_with('…') || link.ends_with("..."));
    let adds_something = equal < 0.5 && part >= 0.6;
    if links_say_it && !is_cut && adds_something {
        return Title::Link { path: Some(path) };
    }
    if links_say_it && !is_cut && equal + part < 0.3 && path.ends_with("> title") {
        return Title::Link { path: None };
    }
    let texts: Vec<&str> = candidate.texts.iter().map(|(text, _)| text.as_str()).collect();
    let prefix = shared_start(&texts);
    let rest: Vec<&str> =
        texts.iter().map(|text| text.strip_prefix(&prefix).unwrap_or(text)).collect();
    let is_numbered = 10 * rest.iter().filter(|text| has_number(text)).count() >= 9 * rest.len();
    Title::Page { path, suffix: shared_end(&rest), prefix, is_numbered }
}

/// The elements of the line that unfolds a talk, where it is made of several, with what each is worth as
/// a title: times and people stand there too, and the title is the longest.
fn parts_of_summary(outline: &Outline, leaves: &[Leaf<'_>]) -> Vec<(usize, f64)> {
    let Some(summary) = leaves.iter().find(|leaf| leaf.node.tag == "summary") else {
        return Vec::new();
    };
    let inside = summary.at + 1..summary.node.end;
    let n_at = |path: &str| inside.clone().filter(|at| outline.path(*at) == path).count();
    let parts = inside.clone().filter(|at| {
        let text = &outline.nodes[*at].text;
        !text.is_empty()
            && n_at(outline.path(*at)) == 1
            && *text != summary.node.text
            && !Template::is_fact(text)
            && !words::is_name_of_people(text)
    });
    let share =
        |at: usize| outline.nodes[at].text.len() as f64 / summary.node.text.len().max(1) as f64;
    parts.map(|at| (at, SUMMARY_WEIGHT + 0.1 * share(at))).collect()
}

impl Candidate {
    fn share(&self, holds: impl Fn(&str, &str) -> bool) -> f64 {
        let n = self.texts.iter().filter(|(text, link)| holds(text, link)).count();
        n as f64 / self.texts.len().max(1) as f64
    }
}

/// Whether the texts of the links could be titles.
fn links_are_titles(samples: &[Sample]) -> bool {
    let texts: BTreeSet<&str> = samples.iter().map(|sample| sample.link_text.as_str()).collect();
    let n_empty = samples.iter().filter(|sample| is_generic(&sample.link_text)).count();
    10 * n_empty <= samples.len() && 10 * texts.len() >= 7 * samples.len()
}

/// Whether a text begins as an item of a numbered list does: `7. Title`.
fn has_number(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && (rest.starts_with(". ") || rest.starts_with(") "))
}

/// Whether the link says what a block says, and little else: cards that are links as a whole say
/// more, and often without gaps.
fn is_in_link(text: &str, link: &str) -> bool {
    let letters = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    let (text, link) = (letters(text), letters(link));
    text.len() >= 6 && 2 * text.len() > link.len() && link.contains(&text)
}

fn is_equal(text: &str, link: &str) -> bool {
    words::tokens(text) == words::tokens(link)
}

/// Whether the page says what the link says, and something more.
fn is_part(text: &str, link: &str) -> bool {
    let (text, link) = (words::tokens(text), words::tokens(link));
    !link.is_empty() && link.len() < text.len() && text.windows(link.len()).any(|part| part == link)
}

/// What nearly all texts begin with, up to a sign that parts: `Talk: `, `Conference | `.
fn shared_start(texts: &[&str]) -> String {
    shared(
        texts,
        |text, n| text.get(..n),
        |text| {
            text.char_indices()
                .filter(|(_, c)| is_separator(*c))
                .map(|(at, c)| {
                    let end = at + c.len_utf8();
                    end + text[end..].len() - text[end..].trim_start().len()
                })
                .collect()
        },
    )
}

/// What nearly all texts end with, from a sign that parts.
fn shared_end(texts: &[&str]) -> String {
    shared(
        texts,
        |text, n| text.len().checked_sub(n).and_then(|at| text.get(at..)),
        |text| {
            text.char_indices()
                .filter(|(_, c)| is_separator(*c))
                .map(|(at, _)| text.len() - text[..at].trim_end().len())
                .collect()
        },
    )
}

fn is_separator(c: char) -> bool {
    matches!(c, ':' | '|' | '—' | '–' | '-' | '·' | '•' | '»' | '«' | '/')
}

fn shared(
    texts: &[&str],
    part: impl Fn(&str, usize) -> Option<&str>,
    lengths: impl Fn(&str) -> Vec<usize>,
) -> String {
    if texts.len() < 3 {
        return String::new();
    }
    let mut best = String::new();
    for text in texts.iter().take(2) {
        for n in lengths(text) {
            let Some(piece) = part(text, n) else { continue };
            let n_same = texts.iter().filter(|other| part(other, n) == Some(piece)).count();
            if piece.len() > best.len()
                && piece.len() < text.len()
                && 10 * n_same >= 9 * texts.len()
            {
                piece.clone_into(&mut best);
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::induce::outline::Outline;
    use crate::induce::template::subtract;
    use corpus::html::Html;

    #[track_caller]
    fn check(page: impl Fn(usize) -> String, link: impl Fn(usize) -> String, expected: &str) {
        let samples: Vec<Sample> = (0..6)
            .map(|n| Sample { outline: Outline::of(&Html::parse(&page(n))), link_text: link(n) })
            .collect();
        let mut talk = Lines::table("talk");
        let paths = Paths::of(samples.iter().map(|sample| &sample.outline));
        choose(&samples, &subtract(&samples)).write(&mut talk, &paths);
        assert_eq!(talk.to_string(), format!("[talk]\n{expected}"));
    }

    #[test]
    fn the_heading_that_says_what_the_link_says_is_the_title() {
        check(
            |n| {
                format!(
                    "<title>Thing {n} | Conf</title><h1>Conf</h1><div class=t><h2>A thing {n}</h2><h3>x{n}</h3></div>"
                )
            },
            |n| format!("A thing {n}"),
            "title = \"div.t > h2\"\n",
        );
    }

    #[test]
    fn a_block_that_the_link_says_is_the_title_and_a_name_is_none() {
        check(
            |n| {
                format!(
                    "<main><div class=top>A thing with a name {n}</div><div class=speaker><h2>Ada {n}</h2></div></main>"
                )
            },
            |n| format!("DataA thing with a name {n}Ada {n}"),
            "title = \"div.top\"\n",
        );
    }

    #[test]
    fn numbers_before_all_titles_are_no_part_of_them() {
        check(
            |n| format!("<p><b>{n}. A thing that is {n}</b> (Ada)</p>"),
            |_| String::new(),
            "title = { select = \"html > body > p > b\", regex = '^\\d+[.)]\\s+(.+)$' }\n",
        );
    }

    #[test]
    fn a_heading_with_changing_additions_gives_way_to_the_link() {
        check(
            |n| {
                format!(
                    "<div class=t><h3>{}: A thing {n}</h3></div>",
                    ["Talks", "Tutorials"][n % 2]
                )
            },
            |n| format!("A thing {n}"),
            "",
        );
    }

    #[test]
    fn additions_that_all_pages_make_are_stripped_where_links_say_nothing() {
        check(
            |n| format!("<title>Talk: A thing {n} | Conf 2026</title><p>x</p>"),
            |_| "more".to_owned(),
            "title = { select = \"html > head > title\", strip_prefix = \"Talk: \", strip_suffix = \" | Conf 2026\" }\n",
        );
    }
}
