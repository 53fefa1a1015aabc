//! The rows of a list: the element around each link that holds what the list says of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::inline::Items;
use super::links::Link;
use super::outline::Outline;
use super::words::{self, Role};
use super::write::Lines;
use crate::extract::Extent;

/// How to take the rows of a list apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rows {
    /// Selects the rows.
    item: String,
    /// Selects the links in a row; none where the row is the talk.
    link: Option<String>,
    /// Whether a row goes on up to the next one.
    is_section: bool,
    /// What else a row says.
    fields: Vec<(&'static str, String)>,
}

impl Rows {
    /// The links themselves.
    pub(crate) fn links() -> Self {
        let link = Some("@href".to_owned());
        Self { item: "a".to_owned(), link, is_section: false, fields: Vec::new() }
    }

    /// Talks that have no pages of their own.
    pub(crate) fn items(items: &Items) -> Self {
        let is_section = items.extent == Extent::Section;
        Self { item: items.item.clone(), link: None, is_section, fields: Vec::new() }
    }

    pub(crate) fn write(&self, list: &mut Lines) {
        list.text("item", &self.item);
        if let Some(link) = &self.link {
            list.text("link", link);
        }
        if self.is_section {
            list.flag("section");
        }
        for (key, selector) in &self.fields {
            list.text(key, selector);
        }
    }
}

/// The rows around `links`.
pub(crate) fn find(outline: &Outline, links: &[Link]) -> Rows {
    // Elements that hold links to more than one document are no rows.
    let mut holds: HashMap<usize, BTreeSet<usize>> = HashMap::new();
    let by_url: BTreeMap<&str, usize> =
        links.iter().enumerate().map(|(n, link)| (link.url.as_str(), n)).collect();
    for (n, link) in links.iter().enumerate() {
        for at in outline.chain(link.node) {
            holds.entry(at).or_default().insert(by_url[links[n].url.as_str()]);
        }
    }
    // For each selector of one step: how many links have an element of it around them, alone, and
    // how far away.
    let mut selectors: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for link in links {
        let mut own: BTreeMap<String, usize> = BTreeMap::new();
        for (distance, at) in outline.chain(link.node).enumerate() {
            if holds[&at].len() > 1 {
                break;
            }
            for selector in selectors_of(outline, at) {
                own.insert(selector, distance);
            }
        }
        for (selector, distance) in own {
            let entry = selectors.entry(selector).or_default();
            entry.0 += 1;
            entry.1 += distance;
        }
    }
    let needed = (95 * links.len()).div_ceil(100);
    let item = selectors
        .iter()
        .filter(|(selector, (n, _))| *n >= needed && selector.as_str() != "a")
        .max_by_key(|(selector, (n, distance))| (distance / n, selector.contains('.')));
    let Some((item, _)) = item else { return Rows::links() };
    let mut fields = Vec::new();
    for (key, role) in [("speakers", Role::Speakers), ("room", Role::Room), ("track", Role::Track)]
    {
        if let Some(selector) = field(outline, links, item, role) {
            fields.push((key, selector));
        }
    }
    Rows { item: item.clone(), link: Some("a".to_owned()), is_section: false, fields }
}

/// The selectors of one step that select an element: its name, and its name with each class.
fn selectors_of(outline: &Outline, at: usize) -> Vec<String> {
    let path = outline.path(at);
    let step = path.rsplit(" > ").next().unwrap_or(path);
    let mut parts = step.split('.');
    let tag = parts.next().unwrap_or_default();
    let tag = tag.split('#').next().unwrap_or(tag);
    let with_classes =
        parts.map(|class| format!("{tag}.{}", class.split('#').next().unwrap_or(class)));
    std::iter::once(tag.to_owned()).chain(with_classes).collect()
}

/// What selects the part of a row that is named by `role`, where half of the rows have one.
fn field(outline: &Outline, links: &[Link], item: &str, role: Role) -> Option<String> {
    let mut n_rows: BTreeMap<String, usize> = BTreeMap::new();
    for link in links {
        let row = outline
            .chain(link.node)
            .find(|at| selectors_of(outline, *at).iter().any(|s| s == item))?;
        let mut own = BTreeSet::new();
        for at in row + 1..outline.nodes[row].end {
            let node = &outline.nodes[at];
            let text = if node.is_block { outline.text_inside(at) } else { node.text.clone() };
            if text.is_empty() || text.len() > 150 || at == link.node {
                continue;
            }
            for selector in selectors_of(outline, at) {
                if selector.contains('.')
                    && words::role_of(&selector[selector.find('.').unwrap_or(0)..]) == Some(role)
                {
                    own.insert(selector);
                }
            }
        }
        for selector in own {
            *n_rows.entry(selector).or_default() += 1;
        }
    }
    let best =
        n_rows.into_iter().max_by_key(|(selector, n)| (*n, std::cmp::Reverse(selector.clone())));
    best.filter(|(_, n)| 2 * n >= links.len()).map(|(selector, _)| selector)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::induce::links;
    use corpus::html::Html;

    #[test]
    fn the_largest_element_with_one_document_is_the_row() {
        let rows: Vec<String> = (0..5)
            .map(|n| {
                let kind = if n < 3 { "talk" } else { "poster" };
                format!(
                    "<tr><td class='slot slot-{kind}'><b><a href=/t/{n}>The talk of number {n}</a></b>\
                     <span class=speaker>Ada {n}</span></td><td>x</td></tr>"
                )
            })
            .collect();
        let outline = Outline::of(&Html::parse(&format!("<table>{}</table>", rows.concat())));
        let base = "https://c.example/".parse().unwrap();
        let list = links::find(&outline, &links::links(&outline, &base)).unwrap();
        let expected = Rows {
            item: "tr".to_owned(),
            link: Some("a".to_owned()),
            is_section: false,
            fields: vec![("speakers", "span.speaker".to_owned())],
        };
        assert_eq!(find(&outline, &list.links), expected);
    }
}
