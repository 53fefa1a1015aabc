//! Short CSS selectors for the paths of elements.

use std::collections::BTreeSet;

use super::outline::Outline;

/// All paths of some pages.
pub(crate) struct Paths<'a>(BTreeSet<&'a str>);

impl<'a> Paths<'a> {
    pub(crate) fn of(outlines: impl IntoIterator<Item = &'a Outline>) -> Self {
        let paths = outlines.into_iter().flat_map(|outline| outline.paths.iter());
        Self(paths.map(String::as_str).collect())
    }

    /// The shortest end of `path` that selects no element of another path; the whole path where
    /// every end does.
    pub(crate) fn selector(&self, path: &str) -> String {
        let steps: Vec<&str> = path.split(" > ").collect();
        for from in (0..steps.len()).rev() {
            let end = &steps[from..];
            // A bare name selects too much on pages that were not seen.
            if end.iter().all(|step| !step.contains(['.', '#'])) && from > 0 {
                continue;
            }
            let is_own = |other: &&&str| **other == path || !ends_with(other, end);
            if self.0.iter().all(|other| is_own(&other)) {
                return end.join(" > ");
            }
        }
        path.to_owned()
    }
}

/// Whether the selector of `end` matches an element with the path `path`.
fn ends_with(path: &str, end: &[&str]) -> bool {
    let mut steps = path.rsplit(" > ");
    end.iter().rev().all(|wanted| steps.next().is_some_and(|step| step_matches(step, wanted)))
}

fn step_matches(step: &str, wanted: &str) -> bool {
    let (tag, names) = parts(step);
    let (wanted_tag, wanted_names) = parts(wanted);
    let names: Vec<&str> = names.collect();
    tag == wanted_tag && { wanted_names }.all(|name| names.contains(&name))
}

/// The name of an element, and its id and classes with their signs.
fn parts(step: &str) -> (&str, impl Iterator<Item = &str>) {
    let at = step.find(['.', '#']).unwrap_or(step.len());
    let (tag, mut rest) = step.split_at(at);
    let names = std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest[1..].find(['.', '#']).map_or(rest.len(), |at| at + 1);
        let (name, more) = rest.split_at(end);
        rest = more;
        Some(name)
    });
    (tag, names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use corpus::html::Html;

    #[test]
    fn the_shortest_end_that_selects_nothing_else_is_taken() {
        let outline = Outline::of(&Html::parse(
            "<div id=page><div class='description long'>a</div><p class=description>b</p>\
             <div class=x><h2>c</h2></div><div class=y><h2>d</h2></div></div>",
        ));
        let paths = Paths::of([&outline]);
        let check = |path: &str, expected: &str| {
            assert_eq!(paths.selector(&format!("html > body > div#page > {path}")), expected);
        };
        check("div.description.long", "div.description.long");
        check("p.description", "p.description");
        check("div.x > h2", "div.x > h2");
    }
}
