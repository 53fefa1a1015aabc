//! A page as a flat list of its elements, with the path and the own text of each.

use std::collections::{HashMap, HashSet};

use corpus::html::{Child, Element, Flow, Html};

use super::template::Template;
use super::words;

/// Longer texts of inline elements are nobody's field; they are cut here.
const MAX_INLINE_BYTES: usize = 400;

/// Longer texts are no titles.
pub(crate) const MAX_TITLE_BYTES: usize = 200;

/// Attributes of buttons that scripts read addresses from.
const FETCHES: &[&str] = &[
    "data-url",
    "data-href",
    "data-next",
    "data-next-url",
    "data-next-page",
    "data-src",
    "hx-get",
];

/// An element of a page.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// The element around it; none for the root.
    pub(crate) parent: Option<usize>,
    /// Where its subtree ends: the index of the first element after it that is not inside.
    pub(crate) end: usize,
    /// The steps from the root, as a CSS selector with ` > `.
    pub(crate) path: usize,
    pub(crate) tag: &'static str,
    pub(crate) is_block: bool,
    /// In the frame of the site: navigation, header, footer.
    pub(crate) in_frame: bool,
    /// Whether no text stands before it in its line.
    pub(crate) starts_line: bool,
    /// The text in it that is in no block inside it; of a link, all its text. One line.
    pub(crate) text: String,
    /// How many bytes `text` has, and how many of that of the block around it stand before; without white
    /// space around runs of text.
    pub(crate) own_bytes: usize,
    pub(crate) before: usize,
    /// How many bytes of `text` are links.
    pub(crate) link_bytes: usize,
    pub(crate) href: Option<String>,
    /// Of a button: what a script would fetch.
    pub(crate) fetches: Option<String>,
    /// Of `time`: the moment for machines.
    pub(crate) datetime: Option<String>,
    /// The `rel`, `title` and `aria-label` attributes of links.
    pub(crate) rel: Option<String>,
    pub(crate) label: Option<String>,
}

impl Node {
    pub(crate) fn is_heading(&self) -> bool {
        matches!(self.tag, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
    }
}

/// The names by which an element can be selected.
#[derive(Debug, Clone)]
struct Step {
    tag: String,
    id: Option<String>,
    classes: Vec<String>,
}

/// All elements of a page in its order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outline {
    pub(crate) nodes: Vec<Node>,
    /// The paths that [`Node::path`] points to.
    pub(crate) paths: Vec<String>,
    /// One for each node.
    steps: Vec<Step>,
}

impl Outline {
    /// The outline of a page by itself.
    pub(crate) fn of(page: &Html) -> Self {
        let mut outline = Self::without_paths(page);
        outline.name_paths(&HashSet::new());
        outline
    }

    /// The outlines of pages of one template. Names that say what single pages are about
    /// (`level-beginner`, `category-web`) are no part of their paths.
    pub(crate) fn of_template(mut outlines: Vec<Self>) -> Vec<Self> {
        let mut n_pages: HashMap<String, usize> = HashMap::new();
        for outline in &outlines {
            let own: HashSet<&String> =
                outline.steps.iter().flat_map(|step| &step.classes).collect();
            for name in own.into_iter().filter(|name| may_hold_a_value(name)) {
                *n_pages.entry(name.clone()).or_default() += 1;
            }
        }
        let n = outlines.len();
        let values: HashSet<String> = n_pages
            .into_iter()
            .filter(|(_, pages)| 5 * pages < 3 * n)
            .map(|(name, _)| name)
            .collect();
        for outline in &mut outlines {
            outline.name_paths(&values);
        }
        outlines
    }

    /// All but the paths, for [`of_template`](Self::of_template).
    pub(crate) fn without_paths(page: &Html) -> Self {
        let mut builder = Builder::default();
        builder.visit(page.root(), None);
        let mut outline = builder.outline;
        for node in &mut outline.nodes {
            node.text = corpus::single_line(&node.text);
        }
        outline
    }

    fn name_paths(&mut self, left_out: &HashSet<String>) {
        let mut known: HashMap<String, usize> = HashMap::new();
        self.paths.clear();
        for at in 0..self.nodes.len() {
            let step = self.steps[at].selector(left_out);
            let path = match self.nodes[at].parent {
                Some(parent) => format!("{} > {step}", self.path(parent)),
                None => step,
            };
            let next = self.paths.len();
            let path_at = *known.entry(path.clone()).or_insert(next);
            if path_at == next {
                self.paths.push(path);
            }
            self.nodes[at].path = path_at;
        }
    }

    pub(crate) fn path(&self, node: usize) -> &str {
        &self.paths[self.nodes[node].path]
    }

    /// The elements around `node`, itself first.
    pub(crate) fn chain(&self, node: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(node), |at| self.nodes[*at].parent)
    }

    /// Blocks with a text of their own.
    pub(crate) fn leaves(&self) -> impl Iterator<Item = (usize, &Node)> {
        self.nodes.iter().enumerate().filter(|(_, node)| node.is_block && !node.text.is_empty())
    }

    /// The path of the element whose whole text is that of a block: the block, or where other
    /// blocks stand in it, an element of its line.
    pub(crate) fn place_of_own_text(&self, block: usize) -> Option<&str> {
        let inside = block + 1..self.nodes[block].end;
        if inside.clone().all(|at| !self.nodes[at].is_block) {
            return Some(self.path(block));
        }
        let text = &self.nodes[block].text;
        let is_all = |at: &usize| !self.nodes[*at].is_block && self.nodes[*at].text.trim() == text;
        inside.into_iter().find(is_all).map(|at| self.path(at))
    }

    /// The bold element that the text of a block begins with, and that is no more than a title.
    pub(crate) fn bold_start(&self, node: usize) -> Option<usize> {
        let block = &self.nodes[node];
        // It may lie in elements that say how large it is.
        let inner = (node + 1..block.end).take(3).find(|at| {
            let inner = &self.nodes[*at];
            matches!(inner.tag, "b" | "strong") && inner.text.len() <= MAX_TITLE_BYTES
        })?;
        let text = self.nodes[inner].text.trim();
        // After the time, where a line tells it.
        let before = block.text.find(text).map(|at| block.text[..at].trim());
        let is_first = before.is_some_and(|text| text.is_empty() || Template::is_fact(text));
        let is_title = block.is_block && !text.is_empty() && is_first;
        (is_title && block.text.len() < 2 * MAX_TITLE_BYTES).then_some(inner)
    }

    /// The link that the text of a block begins with, and that is no more than a title.
    pub(crate) fn link_start(&self, node: usize) -> Option<usize> {
        let block = &self.nodes[node];
        let link = node + 1;
        let inner = self.nodes.get(link).filter(|inner| inner.tag == "a" && link < block.end)?;
        let text = inner.text.trim();
        let is_first = !text.is_empty() && block.text.starts_with(text);
        (is_first && text.len() <= MAX_TITLE_BYTES).then_some(link)
    }

    /// All text inside `node`, block after block.
    pub(crate) fn text_inside(&self, node: usize) -> String {
        let inside = &self.nodes[node..self.nodes[node].end];
        let first = (!inside[0].is_block).then(|| inside[0].text.as_str());
        let blocks = inside.iter().filter(|node| node.is_block).map(|node| node.text.as_str());
        corpus::single_line(&first.into_iter().chain(blocks).collect::<Vec<_>>().join(" "))
    }
}

#[derive(Default)]
struct Builder {
    outline: Outline,
    /// The open elements that take the text: the nearest block and the inline ones inside it.
    takers: Vec<usize>,
    /// The open links, which take all text inside.
    links: Vec<usize>,
    /// Whether the line has a text already.
    is_in_line: bool,
}

impl Builder {
    /// Recursion is as deep as the page, which the parser bounds.
    fn visit(&mut self, element: Element<'_>, parent: Option<usize>) {
        let flow = element.flow();
        let tag = known_tag(element.name());
        if flow == Flow::Unseen && !matches!(tag, "head" | "title") {
            return;
        }
        let at = self.outline.nodes.len();
        self.outline.steps.push(Step::of(element));
        let in_frame =
            parent.is_some_and(|at| self.outline.nodes[at].in_frame) || is_frame(element);
        let own = |name| element.attribute(name).map(str::to_owned);
        self.outline.nodes.push(Node {
            parent,
            end: at + 1,
            path: 0,
            tag,
            is_block: flow == Flow::Block || tag == "title",
            in_frame,
            starts_line: !self.is_in_line,
            text: String::new(),
            own_bytes: 0,
            before: self.takers.first().map_or(0, |block| self.outline.nodes[*block].own_bytes),
            link_bytes: 0,
            href: if tag == "a" { own("href") } else { None },
            fetches: FETCHES
                .iter()
                .filter(|_| element.name() == "button")
                .find_map(|name| own(name)),
            datetime: if tag == "time" { own("datetime") } else { None },
            rel: if matches!(tag, "a" | "link") { own("rel") } else { None },
            label: own("title").or_else(|| own("aria-label")),
        });
        let is_block = self.outline.nodes[at].is_block;
        self.is_in_line &= !is_block;
        let outer = if is_block { Some(std::mem::take(&mut self.takers)) } else { None };
        self.takers.push(at);
        if tag == "a" {
            self.links.push(at);
        }
        for child in element.children() {
            match child {
                Child::Element(child) => {
                    if child.name() == "br" {
                        self.take(" ");
                        self.is_in_line = false;
                    }
                    self.visit(child, Some(at));
                }
                Child::Text(text) => self.take(text),
            }
        }
        if tag == "a" {
            self.links.pop();
        }
        self.takers.pop();
        if let Some(outer) = outer {
            self.takers = outer;
            self.take(" ");
            self.is_in_line = false;
        }
        self.outline.nodes[at].end = self.outline.nodes.len();
    }

    fn take(&mut self, text: &str) {
        let n_bytes = text.trim().len();
        self.is_in_line |= n_bytes > 0;
        for (n, at) in self.takers.iter().enumerate() {
            let node = &mut self.outline.nodes[*at];
            node.own_bytes += n_bytes;
            if n == 0 && !self.links.is_empty() {
                node.link_bytes += n_bytes;
            }
            if node.is_block || node.text.len() < MAX_INLINE_BYTES {
                node.text.push_str(text);
            }
        }
        for at in &self.links {
            if !self.takers.contains(at) {
                let node = &mut self.outline.nodes[*at];
                if node.text.len() < MAX_INLINE_BYTES {
                    node.text.push_str(text);
                }
            }
        }
    }
}

/// A step has no more classes than this: those that say something of what they hold go first.
const MAX_CLASSES: usize = 3;

impl Step {
    /// Names with digits or special signs are left out: they number pages, or make columns.
    fn of(element: Element<'_>) -> Self {
        Self {
            tag: element.name().to_owned(),
            id: element.attribute("id").filter(|id| is_plain_name(id)).map(str::to_owned),
            classes: element
                .classes()
                .filter(|c| is_plain_name(c))
                .take(12)
                .map(str::to_owned)
                .collect(),
        }
    }

    fn selector(&self, left_out: &HashSet<String>) -> String {
        let mut step = self.tag.clone();
        if let Some(id) = &self.id {
            step.push('#');
            step.push_str(id);
        }
        let mut classes: Vec<&String> =
            self.classes.iter().filter(|class| !left_out.contains(*class)).collect();
        if classes.len() > MAX_CLASSES {
            classes.sort_by_key(|class| words::role_of(class).is_none());
            classes.truncate(MAX_CLASSES);
        }
        for class in classes {
            step.push('.');
            step.push_str(class);
        }
        step
    }
}

/// Whether a name may be one of many of its kind: `level-beginner`, `category-web`.
fn may_hold_a_value(name: &str) -> bool {
    const KINDS: &[&str] = &[
        "category", "cat", "tag", "level", "track", "type", "status", "format", "post", "topic",
        "author", "lang", "room", "day", "slot", "kind", "session", "talk", "theme", "audience",
    ];
    name.split_once(['-', '_']).is_some_and(|(kind, value)| {
        !value.is_empty() && KINDS.contains(&kind.to_ascii_lowercase().as_str())
    })
}

fn is_plain_name(name: &str) -> bool {
    name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_'))
}

fn is_frame(element: Element<'_>) -> bool {
    match element.name() {
        "nav" => true,
        // The frame of a site stands outside its main part; articles have headers and footers of
        // their own.
        "header" | "footer" => element.parent().is_some_and(|parent| {
            let mut chain = std::iter::successors(Some(parent), |e| e.parent());
            !chain.any(|e| {
                matches!(e.name(), "article" | "main" | "section" | "li" | "td")
                    && (element.name() == "header" || e.name() != "main")
            })
        }),
        _ => {
            matches!(
                element.attribute("role"),
                Some("navigation" | "banner" | "contentinfo" | "search")
            ) || element
                .classes()
                .chain(element.attribute("id"))
                .any(|name| FRAME.contains(&name.to_ascii_lowercase().as_str()))
        }
    }
}

const FRAME: &[&str] = &[
    "nav",
    "navbar",
    "navigation",
    "menu",
    "main-menu",
    "mainmenu",
    "footer",
    "site-footer",
    "breadcrumb",
    "breadcrumbs",
    "sidebar",
    "side-bar",
    "subnav",
    "topnav",
    "nav-primary-list",
    "dropdown-menu",
    "account-bar",
    "cookie",
    "cookies",
    "skip-link",
    "sidenav",
    "nav-links",
    "site-header",
    "page-header-nav",
    "social",
    "share",
    "login",
    "topbar",
    "menubar",
];

/// The names that anybody asks for; all others are one.
fn known_tag(name: &str) -> &'static str {
    const TAGS: &[&str] = &[
        "a",
        "article",
        "aside",
        "blockquote",
        "body",
        "code",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "html",
        "label",
        "li",
        "link",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "small",
        "span",
        "strong",
        "summary",
        "b",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "time",
        "title",
        "tr",
        "ul",
    ];
    TAGS.iter().find(|tag| **tag == name).copied().unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_holds_the_text_that_no_inner_block_holds() {
        let page = Html::parse(
            "<body class='c x1'><div id=main>a <b>b</b><div>c<a href=/x>d <h2>e</h2></a></div></div></body>",
        );
        let outline = Outline::of(&page);
        let leaves: Vec<_> = outline
            .leaves()
            .map(|(at, node)| (outline.path(at).to_owned(), node.text.clone()))
            .collect();
        let body = "html > body.c > div#main";
        assert_eq!(
            leaves,
            [
                (body.to_owned(), "a b".to_owned()),
                (format!("{body} > div"), "cd".to_owned()),
                (format!("{body} > div > a > h2"), "e".to_owned()),
            ]
        );
        let link = outline.nodes.iter().find(|node| node.tag == "a").unwrap();
        assert_eq!((link.text.as_str(), link.href.as_deref()), ("d e", Some("/x")));
    }
}
