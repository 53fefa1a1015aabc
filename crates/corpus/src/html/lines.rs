//! Fields that `<br>` parts, as elements of their own.

use std::collections::HashSet;

use html5ever::{LocalName, QualName, ns};
use scraper::node::Element;
use scraper::{ElementRef, Html, Node};

use super::LINE;
use crate::plain;

/// Elements with fewer lines that begin with a label are running text.
const MIN_LABELLED: usize = 2;

/// Puts what stands between two `br` in elements that have at least two lines for whose text
/// `is_labelled` holds: each line in an element [`LINE`], after an empty line in a `p`.
pub(super) fn part(html: &mut Html, is_labelled: impl Fn(&str) -> bool) {
    let is_br = |node: &Node| node.as_element().is_some_and(|element| element.name() == "br");
    let mut parted = Vec::new();
    let mut seen = HashSet::new();
    for node in html.tree.nodes().filter(|node| is_br(node.value())) {
        let Some(parent) = node.parent().filter(|parent| seen.insert(parent.id())) else {
            continue;
        };
        // Lines, each with the number of breaks before it.
        let mut lines = vec![(0, Vec::new())];
        for child in parent.children() {
            if is_br(child.value()) {
                match lines.last_mut() {
                    Some((n_breaks, line)) if line.is_empty() => *n_breaks += 1,
                    _ => lines.push((1, Vec::new())),
                }
                continue;
            }
            let is_gap = child.value().as_text().is_some_and(|text| text.trim().is_empty());
            let line = &mut lines.last_mut().expect("there is one from the start").1;
            if !(is_gap && line.is_empty()) {
                line.push(child.id());
            }
        }
        let text_of = |line: &Vec<_>| {
            let text_of = |id: &_| {
                let child = html.tree.get(*id)?;
                let own = child.value().as_text().map(|text| text.to_string());
                own.or_else(|| Some(ElementRef::wrap(child)?.text().collect::<String>()))
            };
            plain::single_line(&line.iter().filter_map(text_of).collect::<String>())
        };
        let n_labelled = lines.iter().filter(|(_, line)| is_labelled(&text_of(line))).count();
        if n_labelled >= MIN_LABELLED {
            let breaks = parent.children().filter(|child| is_br(child.value()));
            parted.push((breaks.map(|child| child.id()).collect::<Vec<_>>(), lines));
        }
    }
    if parted.is_empty() {
        return;
    }
    for (breaks, lines) in parted {
        for (n_breaks, line) in lines {
            let Some(first) = line.first() else { continue };
            let name = if n_breaks > 1 { "p" } else { LINE };
            let name = QualName::new(None, ns!(html), LocalName::from(name));
            let Some(mut first) = html.tree.get_mut(*first) else { continue };
            let around = first.insert_before(Node::Element(Element::new(name, Vec::new()))).id();
            for child in line {
                if let Some(mut around) = html.tree.get_mut(around) {
                    around.append_id(child);
                }
            }
        }
        for id in breaks {
            if let Some(mut line_break) = html.tree.get_mut(id) {
                line_break.detach();
            }
        }
    }
    html.tree = in_order(html).tree;
}

/// The same page with its nodes numbered in the order of the page, as the parser numbers them: what is
/// put into a page later has a number behind all others.
fn in_order(html: &Html) -> Html {
    let mut ordered = Html::new_document();
    let mut root = ordered.tree.root_mut();
    root.value().clone_from(html.tree.root().value());
    let root = root.id();
    let children = html.tree.root().children();
    let mut waiting: Vec<_> = children.rev().map(|child| (child, root)).collect();
    while let Some((node, parent)) = waiting.pop() {
        let Some(mut parent) = ordered.tree.get_mut(parent) else { continue };
        let copy = parent.append(node.value().clone()).id();
        waiting.extend(node.children().rev().map(|child| (child, copy)));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use crate::html::{Element, Html, Selector};

    #[track_caller]
    fn check(body: &str, lines: &[&str], text: &str) {
        let mut page = Html::parse(body);
        page.part_lines(|line| line.starts_with("A:") || line.starts_with("B:"));
        let found: Vec<String> =
            page.select(&Selector::parse("line").unwrap()).map(Element::inline_text).collect();
        assert_eq!(found, lines, "{body}");
        assert_eq!(page.root().block_text(), text, "{body}");
    }

    #[test]
    fn lines_with_labels_become_elements_and_the_text_stays() {
        check(
            "<p><b>A:</b> a<br>B: <i>b</i> c<br/>\nx<br><br>d <b>e</b><br>f</p>g",
            &["A: a", "B: b c", "x", "f"],
            "A: a\nB: b c\nx\n\nd e\n\nf\n\ng",
        );
    }

    #[test]
    fn an_element_is_parted_once_whatever_other_breaks_it_holds() {
        check(
            "<p>A: a<br>B: b<br>x<i><br></i>y<br>z</p>",
            &["A: a", "B: b", "x y", "z"],
            "A: a\nB: b\nx\ny\nz",
        );
        let hostile = format!("<p>A: a<br>B: b{}</p>", "<br>x<i><br></i>".repeat(2000));
        let mut page = Html::parse(&hostile);
        page.part_lines(|line| line.starts_with("A:") || line.starts_with("B:"));
        assert_eq!(page.select(&Selector::parse("line line").unwrap()).count(), 0);
    }

    #[test]
    fn lines_stand_in_the_order_of_the_page() {
        let mut page = Html::parse("<div>A: a<br>B: b</div><div><b>last</b></div>");
        page.part_lines(|line| line.starts_with("A:") || line.starts_with("B:"));
        let all: Vec<String> =
            page.select(&Selector::parse("line, b").unwrap()).map(Element::inline_text).collect();
        assert_eq!(all, ["A: a", "B: b", "last"]);
    }

    #[test]
    fn running_text_stays_as_it_is() {
        for body in ["A: a<br>b<br>c", "a<br>b", "<p>A: a</p><p>B: b<br>c</p>"] {
            check(body, &[], &Html::parse(body).root().block_text());
        }
    }
}
