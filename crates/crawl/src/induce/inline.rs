//! Talks that stand on the page of the list itself, each in an element or under a heading.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::links::{Link, List};
use super::outline::{MAX_TITLE_BYTES, Node, Outline};
use super::selectors::Paths;
use super::template::Template;
use super::words::{self, Role};
use crate::extract::Extent;

/// Fewer are no list.
const MIN_ITEMS: usize = 5;

/// An item with less prose, bytes, tells nothing.
const MIN_PROSE_BYTES: usize = 100;

/// Shorter blocks, bytes, are no prose.
const MIN_BLOCK_BYTES: usize = 60;

/// A list of links that looks better than this is taken, 0 to 1.
const SURE: f64 = 0.4;

/// The talks on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Items {
    /// Selects them.
    pub(crate) item: String,
    /// How much of the page each is.
    pub(crate) extent: Extent,
}

/// A group of elements with one path.
struct Group {
    nodes: Vec<usize>,
    path: String,
    /// What tells them from others of the path, as CSS.
    narrowed: String,
    is_section: bool,
    prose: usize,
    has_speakers: bool,
    /// Whether what the elements are called, or what they are, says that each is a document.
    are_documents: bool,
}

/// The talks on the page at `url`; none where `list`, the links that lead to talks, is the better
/// list.
pub(crate) fn find(outline: &Outline, url: &Url, list: Option<&List>) -> Option<Items> {
    let mut by_path: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, node) in outline.nodes.iter().enumerate() {
        if !node.in_frame {
            by_path.entry(node.path).or_default().push(at);
        }
    }
    let large: Vec<Vec<usize>> = by_path.into_values().filter(|n| n.len() >= MIN_ITEMS).collect();
    let elements = large.iter().filter_map(|nodes| elements(outline, nodes));
    let sections = large.iter().filter_map(|nodes| sections(outline, nodes));
    let bold = large.iter().filter_map(|nodes| bold_sections(outline, nodes));
    let lines = large.iter().filter_map(|nodes| line_sections(outline, nodes));
    let rows = large.iter().flat_map(|nodes| row_sections(outline, nodes));
    let groups: Vec<Group> =
        elements.chain(sections).chain(bold).chain(lines).chain(rows).collect();
    let most = groups.iter().map(|group| group.prose).max()?;
    let is_programme = names_a_programme(outline, url);
    let best = groups
        .into_iter()
        .filter(|group| 5 * group.prose >= 4 * most)
        .filter(|group| {
            let is_most = || 2 * group.prose >= prose(outline, 0..outline.nodes.len());
            let is_list = group.has_speakers || group.are_documents && is_most();
            is_programme || is_below_a_programme(outline, group) || !group.is_section && is_list
        })
        // The outermost of those that are most; elements before headings.
        .max_by_key(|g| (g.nodes.len(), !g.is_section, std::cmp::Reverse(depth(&g.path))))?;
    if let Some(list) = list.filter(|list| list.confidence >= SURE && list.is_of_documents()) {
        let inside = |link: &Link| {
            best.nodes.iter().any(|node| (*node..outline.nodes[*node].end).contains(&link.node))
        };
        // Links to the pages of the items, or another list altogether.
        let n_inside = list.links.iter().filter(|link| inside(link)).count();
        if n_inside > 0 || list.links.len() >= best.nodes.len() {
            return None;
        }
    }
    let item = Paths::of([outline]).selector(&best.path) + &best.narrowed;
    let extent = if best.is_section { Extent::Section } else { Extent::Element };
    Some(Items { item, extent })
}

fn depth(path: &str) -> usize {
    path.matches(" > ").count()
}

/// Elements that hold a heading and prose each.
fn elements(outline: &Outline, nodes: &[usize]) -> Option<Group> {
    let path = outline.path(nodes[0]);
    let is_box = ["div", "li", "article", "section", "tr", "td", "dd", "details"]
        .contains(&outline.nodes[nodes[0]].tag);
    let step = path.rsplit(" > ").next()?;
    let role = step.split_once(['.', '#']).and_then(|(_, names)| words::role_of(names));
    if !is_box || matches!(role, Some(Role::Aside | Role::Biography)) {
        return None;
    }
    let heading = |at: usize| {
        let inside = at + 1..outline.nodes[at].end;
        let own = inside.map(|n| &outline.nodes[n]).zip(at + 1..).find_map(|(node, n)| {
            let is_title = node.is_heading()
                || node.tag == "summary"
                || names(outline.path(n)) == Some(Role::Title);
            let text = if is_title { outline.text_inside(n) } else { String::new() };
            (!text.is_empty()).then_some(text)
        });
        own.or_else(|| start_of(outline, at))
    };
    let has_speakers = |at: usize| {
        (at + 1..outline.nodes[at].end).any(|n| names(outline.path(n)) == Some(Role::Speakers))
    };
    let parts: Vec<(Option<String>, usize)> = nodes
        .iter()
        .map(|at| (heading(*at), prose(outline, *at..outline.nodes[*at].end)))
        .collect();
    let n_with_speakers = nodes.iter().filter(|at| has_speakers(**at)).count();
    let is_document = |word: &String| words::DOCUMENT_PATHS.contains(&word.as_str());
    let are_documents = ["article", "details"].contains(&outline.nodes[nodes[0]].tag)
        || step
            .split_once(['.', '#'])
            .is_some_and(|(_, n)| words::tokens(n).iter().any(is_document));
    group(outline, nodes, &parts).map(|group| Group {
        has_speakers: 5 * n_with_speakers >= 3 * nodes.len(),
        are_documents,
        ..group
    })
}

/// The bold text or the link that the first block with a text in an element begins with.
fn start_of(outline: &Outline, at: usize) -> Option<String> {
    let start = |n: usize| outline.bold_start(n).or_else(|| outline.link_start(n));
    let mut inside = at..outline.nodes[at].end;
    let first = inside.find(|n| {
        let node = &outline.nodes[*n];
        let is_text = node.is_block && !node.text.is_empty();
        is_text && (start(*n).is_some() || !Template::is_fact(&node.text))
    })?;
    Some(outline.nodes[start(first)?].text.clone())
}

/// Rows of tables with a title each, and rows with prose after them: told apart from others of the
/// path by what they alone hold.
fn row_sections(outline: &Outline, nodes: &[usize]) -> Vec<Group> {
    if outline.nodes[nodes[0]].tag != "tr" {
        return Vec::new();
    }
    let inside = |at: usize| at + 1..outline.nodes[at].end;
    let sections = |narrowed: &str, titles: Vec<usize>| {
        if titles.len() < MIN_ITEMS {
            return None;
        }
        let next = |n: usize, at: usize| {
            let end =
                outline.nodes[at].parent.map_or(outline.nodes.len(), |p| outline.nodes[p].end);
            titles.get(n + 1).map_or(end, |next| end.min(*next))
        };
        let part = |(n, at): (usize, &usize)| {
            let own = inside(*at).find_map(|n| {
                let node = &outline.nodes[n];
                let is_title = node.is_heading()
                    || matches!(node.tag, "b" | "strong")
                    || names(outline.path(n)) == Some(Role::Title);
                (is_title && !node.text.is_empty()).then(|| node.text.clone())
            });
            let is_short = prose(outline, inside(*at)) < MIN_PROSE_BYTES;
            (own.filter(|_| is_short), prose(outline, outline.nodes[*at].end..next(n, *at)))
        };
        let parts: Vec<(Option<String>, usize)> = titles.iter().enumerate().map(part).collect();
        let narrowed = narrowed.to_owned();
        let group = group(outline, &titles, &parts)?;
        Some(Group { is_section: true, narrowed, ..group })
    };
    let mut groups: Vec<Group> = sections("", nodes.to_vec()).into_iter().collect();
    for tag in ["b", "strong", "h2", "h3", "h4", "h5"] {
        let has = |at: &&usize| inside(**at).any(|n| outline.nodes[n].tag == tag);
        let titles: Vec<usize> = nodes.iter().filter(has).copied().collect();
        if titles.len() < nodes.len() {
            groups.extend(sections(&format!(":has({tag})"), titles));
        }
    }
    groups
}

/// Headings or terms with prose between them, inside one element or several of them in each of more.
fn sections(outline: &Outline, nodes: &[usize]) -> Option<Group> {
    let first = &outline.nodes[nodes[0]];
    if !first.is_heading() && first.tag != "dt" {
        return None;
    }
    // Headings with an element of their own around each stand for that.
    let alone = |at: &usize| {
        let around = outline.nodes[*at].parent?;
        (outline.text_inside(around) == outline.text_inside(*at)).then_some(around)
    };
    let around: Option<Vec<usize>> = nodes.iter().map(alone).collect();
    let narrowed = around.as_ref().map(|_| format!(":has(> {})", first.tag)).unwrap_or_default();
    let nodes = around.as_deref().unwrap_or(nodes);
    if !share_parents(outline, nodes) {
        return None;
    }
    let parts: Vec<(Option<String>, usize)> = nodes
        .iter()
        .zip(ends(outline, nodes)?)
        .map(|(at, end)| {
            let text = outline.text_inside(*at);
            ((!text.is_empty()).then_some(text), section_prose(outline, *at, end))
        })
        .collect();
    group(outline, nodes, &parts).map(|group| Group { is_section: true, narrowed, ..group })
}

/// Whether titles stand together: in one element, or in several (days, cells of a table) that have
/// more than one often enough not to be the items themselves.
fn share_parents(outline: &Outline, titles: &[usize]) -> bool {
    let parents: BTreeSet<Option<usize>> =
        titles.iter().map(|at| outline.nodes[*at].parent).collect();
    parents.len() == 1 || 5 * titles.len() >= 6 * parents.len()
}

/// Where the section of each title ends: at the next one in the same element, or with that.
fn ends(outline: &Outline, titles: &[usize]) -> Option<Vec<usize>> {
    let nexts = titles.iter().skip(1).copied().chain([outline.nodes.len()]);
    let end = |(at, next): (&usize, usize)| {
        let parent = outline.nodes[*at].parent?;
        Some(next.min(outline.nodes[parent].end))
    };
    titles.iter().zip(nexts).map(end).collect()
}

/// Paragraphs that begin with a bold title, with prose between them, inside one element or several
/// of them in each of more.
fn bold_sections(outline: &Outline, nodes: &[usize]) -> Option<Group> {
    let bold = outline.bold_start(*nodes.iter().find(|at| outline.bold_start(**at).is_some())?)?;
    let tag = outline.nodes[bold].tag;
    let titles: Vec<usize> =
        nodes.iter().copied().filter(|at| outline.bold_start(*at).is_some()).collect();
    // What the selector takes, which does not see the text before.
    let n_selected = nodes
        .iter()
        .filter(|at| {
            let inner = outline.nodes.get(**at + 1);
            inner.is_some_and(|inner| inner.parent == Some(**at) && inner.tag == tag)
        })
        .count();
    if titles.len() < MIN_ITEMS || !share_parents(outline, &titles) || n_selected != titles.len() {
        return None;
    }
    let parts: Vec<(Option<String>, usize)> = titles
        .iter()
        .zip(ends(outline, &titles)?)
        .map(|(at, end)| {
            let title = outline.bold_start(*at).map(|bold| outline.nodes[bold].text.clone());
            (title, section_prose(outline, *at, end))
        })
        .collect();
    let narrowed = format!(":has(> {tag}:first-child)");
    group(outline, &titles, &parts).map(|group| Group { is_section: true, narrowed, ..group })
}

/// Bold titles on lines of their own, with prose on the lines between them, that no elements are
/// around: old pages part all that with line breaks.
fn line_sections(outline: &Outline, nodes: &[usize]) -> Option<Group> {
    let starts_line = |at: &usize| outline.nodes[*at].starts_line;
    let is_bold = matches!(outline.nodes[nodes[0]].tag, "b" | "strong");
    if !is_bold || !nodes.iter().all(starts_line) || !share_parents(outline, nodes) {
        return None;
    }
    let part = |(at, end): (&usize, usize)| {
        let title = &outline.nodes[*at];
        let is_title = !title.text.is_empty() && title.text.len() <= MAX_TITLE_BYTES;
        let prose = section_prose(outline, *at, end).saturating_sub(title.own_bytes);
        (is_title.then(|| title.text.clone()), prose)
    };
    let parts: Vec<(Option<String>, usize)> =
        nodes.iter().zip(ends(outline, nodes)?).map(part).collect();
    group(outline, nodes, &parts).map(|group| Group { is_section: true, ..group })
}

/// The group, if nearly all parts have a heading of their own and most have prose.
fn group(outline: &Outline, nodes: &[usize], parts: &[(Option<String>, usize)]) -> Option<Group> {
    let n = parts.len();
    let headings: Vec<&String> = parts.iter().filter_map(|(heading, _)| heading.as_ref()).collect();
    let distinct: BTreeSet<&String> = headings.iter().copied().collect();
    let n_prose = parts.iter().filter(|(_, prose)| *prose >= MIN_PROSE_BYTES).count();
    let is_good = 5 * headings.len() >= 4 * n
        && 10 * distinct.len() >= 9 * headings.len()
        && 2 * n_prose >= n;
    is_good.then(|| Group {
        nodes: nodes.to_vec(),
        path: outline.path(nodes[0]).to_owned(),
        narrowed: String::new(),
        is_section: false,
        prose: parts.iter().map(|(_, prose)| prose).sum(),
        has_speakers: false,
        are_documents: false,
    })
}

/// The bytes of the longer blocks among the elements of a range.
fn prose(outline: &Outline, range: std::ops::Range<usize>) -> usize {
    let blocks = outline.nodes[range]
        .iter()
        .filter(|node| node.is_block && node.text.len() >= MIN_BLOCK_BYTES);
    blocks.map(|node| node.text.len().saturating_sub(2 * node.link_bytes)).sum()
}

/// The bytes of the longer blocks from a title up to `end`, and of the text between that is in the
/// element around them alone.
fn section_prose(outline: &Outline, title: usize, end: usize) -> usize {
    let parent = outline.nodes[title].parent;
    let in_parent = |next: &usize| outline.nodes.get(*next).is_some_and(|n| n.parent == parent);
    let next = Some(end).filter(in_parent).map(|next| outline.nodes[next].before);
    let last = next.or(parent.map(|parent| outline.nodes[parent].own_bytes)).unwrap_or(0);
    let loose = last.saturating_sub(outline.nodes[title].before);
    prose(outline, title..end) + if loose >= MIN_BLOCK_BYTES { loose } else { 0 }
}

/// The role that the innermost step of a path names.
fn names(path: &str) -> Option<Role> {
    let step = path.rsplit(" > ").next().unwrap_or(path);
    step.split_once(['.', '#']).and_then(|(_, names)| words::role_of(names))
}

/// Whether a text says that a programme follows.
fn announces_a_programme(text: &str) -> bool {
    words::tokens(text).iter().any(|word| words::LIST_WORDS.contains(&word.as_str()))
}

/// Longer headings, words, say what they say in passing.
const MAX_HEADING_WORDS: usize = 5;

/// Whether the heading that the items stand below says that they are a programme.
fn is_below_a_programme(outline: &Outline, group: &Group) -> bool {
    let first = group.nodes[0];
    let own = outline.nodes[first].tag;
    let is_above = |node: &&Node| node.is_heading() && (node.tag < own || own.len() != 2);
    let above = outline.nodes[..first].iter().rev().find(is_above);
    above.is_some_and(|heading| {
        words::tokens(&heading.text).len() <= MAX_HEADING_WORDS
            && announces_a_programme(&heading.text)
    })
}

/// Whether the address, the title or the first heading says that the page lists talks.
fn names_a_programme(outline: &Outline, url: &Url) -> bool {
    let titles = outline.nodes.iter().filter(|node| matches!(node.tag, "title" | "h1"));
    announces_a_programme(url.path())
        || titles.take(3).any(|node| announces_a_programme(&node.text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use corpus::html::Html;

    fn repeated(item: impl Fn(usize) -> String) -> String {
        (0..6).map(item).collect::<Vec<_>>().concat()
    }

    fn found(body: &str) -> Option<Items> {
        let outline = Outline::of(&Html::parse(body));
        find(&outline, &"https://conf.example/x".parse().unwrap(), None)
    }

    fn prose(n: usize) -> String {
        format!(
            "<p>What item {n} says is said in a sentence that is long enough to be called prose, and in \
                 a second half of it that says the same again.</p>"
        )
    }

    #[test]
    fn elements_with_a_heading_speakers_and_prose_are_items() {
        let items = repeated(|n| {
            format!(
                "<li class=talk><h4>T {n}</h4><i class=speaker>A</i><div>{}</div></li>",
                prose(n)
            )
        });
        let expected = Items { item: "li.talk".to_owned(), extent: Extent::Element };
        assert_eq!(found(&format!("<ul>{items}</ul>")), Some(expected));
    }

    #[test]
    fn headings_are_items_on_a_programme_alone() {
        let items = repeated(|n| format!("<h3>T {n}</h3>{}", prose(n)));
        assert_eq!(found(&format!("<main><h1>An article</h1>{items}</main>")), None);
        let programme = found(&format!("<main><h1>Programme</h1>{items}</main>")).unwrap();
        assert_eq!(
            (programme.item.as_str(), programme.extent),
            ("html > body > main > h3", Extent::Section)
        );
    }

    #[test]
    fn bold_titles_of_paragraphs_are_items_too() {
        let items = repeated(|n| format!("<p><b>T {n}</b><br><i>A</i></p>{}", prose(n)));
        let programme = found(&format!("<main><h1>Programme</h1>{items}</main>")).unwrap();
        assert_eq!(
            (programme.item.as_str(), programme.extent),
            ("html > body > main > p:has(> b:first-child)", Extent::Section)
        );
        let stressed =
            repeated(|n| format!("<p><b>T {n}</b></p><p>Then <b>this</b></p>{}", prose(n)));
        assert_eq!(found(&format!("<main><h1>Programme</h1>{stressed}</main>")), None);
    }
}
