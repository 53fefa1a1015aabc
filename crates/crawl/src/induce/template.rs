//! What pages of one template share, and what varies between them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use corpus::html::LINE;

use super::labels;
use super::link_words;
use super::outline::{Node, Outline};
use super::words::{self, Role};

/// Of the pages, how many must show a text at its place for it to belong to the template.
const SHARED: f64 = 0.6;

/// The same where nearly all texts of the place are such: labels that only some pages have.
const SHARED_OF_LABELS: f64 = 0.1;

/// A block that is this long, bytes, is prose.
const PROSE_BYTES: usize = 80;

/// A page with the text of the link that leads to it.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) outline: Outline,
    pub(crate) link_text: String,
}

impl Sample {
    /// The pages of one template, with the texts of the links that lead to them.
    pub(crate) fn of_template(pages: impl IntoIterator<Item = (Outline, String)>) -> Vec<Self> {
        let (outlines, texts): (Vec<Outline>, Vec<String>) = pages.into_iter().unzip();
        let outlines = Outline::of_template(outlines);
        let samples = outlines.into_iter().zip(texts);
        samples.map(|(outline, link_text)| Self { outline, link_text }).collect()
    }
}

/// A block of a page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaf<'a> {
    pub(crate) at: usize,
    pub(crate) node: &'a Node,
    pub(crate) path: &'a str,
    pub(crate) is_template: bool,
    /// What the label before it says.
    pub(crate) label: Option<Role>,
    /// That label, as it is written.
    pub(crate) label_text: Option<&'a str>,
    /// The label that it begins with itself (`Speaker:`), and what that says.
    pub(crate) announced: Option<(&'a str, Role)>,
}

/// The blocks of all pages, told apart.
#[derive(Debug)]
pub(crate) struct Template<'a> {
    pub(crate) pages: Vec<Vec<Leaf<'a>>>,
    /// The paths of headings that are names of people, on pages that have another heading.
    pub(crate) people: BTreeSet<&'a str>,
    /// The steps that all varying blocks stand below.
    root: Vec<&'a str>,
}

/// Parts all blocks of `samples` into template and content.
pub(crate) fn subtract(samples: &[Sample]) -> Template<'_> {
    let mut n_pages_with_text: HashMap<(&str, &str), usize> = HashMap::new();
    let mut n_leaves: HashMap<&str, usize> = HashMap::new();
    let mut n_distinct: HashMap<&str, usize> = HashMap::new();
    for sample in samples {
        let mut seen = HashSet::new();
        for (at, node) in sample.outline.leaves() {
            let path = sample.outline.path(at);
            *n_leaves.entry(path).or_default() += 1;
            if seen.insert((path, node.text.as_str())) {
                let n_pages = n_pages_with_text.entry((path, node.text.as_str())).or_default();
                *n_pages += 1;
                if *n_pages == 1 {
                    *n_distinct.entry(path).or_default() += 1;
                }
            }
        }
    }
    let n = samples.len() as f64;
    let is_template = |path: &str, text: &str| {
        let n_pages = n_pages_with_text[&(path, text)];
        let are_labels = 10 * n_distinct[path] <= 3 * n_leaves[path] && n_leaves[path] >= 5;
        // Fields with few values (levels, rooms, tags, times) have short ones; the notes of a
        // template are longer, or are what labels are made of.
        let step = path.rsplit(" > ").next().unwrap_or(path);
        let tag = step.split(['.', '#']).next().unwrap_or(step);
        let is_note = !Template::is_fact(text)
            && (text.chars().count() > 25
                || path.ends_with(['1', '2', '3', '4', '5', '6'])
                || matches!(tag, "dt" | "th" | "label")
                || is_label(text));
        let share = if are_labels && is_note { SHARED_OF_LABELS } else { SHARED };
        n_pages >= 2 && n_pages as f64 >= (share * n).max(if share < SHARED { 3.0 } else { 2.0 })
    };
    let announced = announced(samples);
    let mut pages = Vec::new();
    for sample in samples {
        let mut leaves = Vec::new();
        for (at, node) in sample.outline.leaves() {
            let path = sample.outline.path(at);
            let is_template = is_template(path, &node.text);
            let announced = start_label(&node.text)
                .and_then(|start| Some((start, *announced.get(&(path, start))?)));
            let (label, label_text) = (None, None);
            leaves.push(Leaf { at, node, path, is_template, label, label_text, announced });
        }
        pages.push(leaves);
    }
    let people = people(samples, &pages);
    for (sample, leaves) in samples.iter().zip(&mut pages) {
        label(&sample.outline, leaves, &people);
    }
    let root = common_root(&pages);
    Template { pages, people, root }
}

/// The paths of headings that are names of people, where nearly all pages have another heading that
/// is none, and the links that lead to them do not say names.
fn people<'a>(samples: &[Sample], pages: &[Vec<Leaf<'a>>]) -> BTreeSet<&'a str> {
    // Of each path of headings: the pages, the texts, and how many are names.
    let mut headings: BTreeMap<&'a str, (usize, usize, usize)> = BTreeMap::new();
    for leaves in pages {
        let mut seen = BTreeSet::new();
        let is_heading = |leaf: &&Leaf<'_>| {
            is_content(leaf) && leaf.node.is_heading() && !Template::is_fact(&leaf.node.text)
        };
        for leaf in leaves.iter().filter(is_heading) {
            let (n_pages, n_texts, n_names) = headings.entry(leaf.path).or_default();
            *n_pages += usize::from(seen.insert(leaf.path));
            *n_texts += 1;
            *n_names += usize::from(words::is_name_of_people(&leaf.node.text));
        }
    }
    let n_links = samples.iter().filter(|s| words::is_name_of_people(&s.link_text)).count();
    let is_common = |n_pages: usize| 5 * n_pages >= 4 * samples.len();
    let has_title = headings
        .values()
        .any(|(n_pages, n_texts, n_names)| is_common(*n_pages) && 10 * n_names <= 3 * n_texts);
    if samples.len() < 3 || !has_title || 2 * n_links > samples.len() {
        return BTreeSet::new();
    }
    let are_names = |(_, (n_pages, n_texts, n_names)): &(&str, (usize, usize, usize))| {
        is_common(*n_pages) && 5 * n_names >= 4 * n_texts
    };
    headings.into_iter().filter(are_names).map(|(path, _)| path).collect()
}

/// Labels that blocks begin with on some pages, by the path of the block, with what they say.
fn announced(samples: &[Sample]) -> HashMap<(&str, &str), Role> {
    let mut n_pages: HashMap<(&str, &str), usize> = HashMap::new();
    for sample in samples {
        let leaves = sample.outline.leaves();
        let own: BTreeSet<(&str, &str)> = leaves
            .filter_map(|(at, node)| Some((sample.outline.path(at), start_label(&node.text)?)))
            .collect();
        for label in own {
            *n_pages.entry(label).or_default() += 1;
        }
    }
    let least = (samples.len() / 10).max(3);
    let known = n_pages.into_iter().filter(|(_, n)| *n >= least);
    known
        .filter_map(|((path, start), _)| Some(((path, start), labels::role_of_label(start)?)))
        .collect()
}

/// What a block begins with up to a colon, if that is short and something follows it.
pub(crate) fn start_label(text: &str) -> Option<&str> {
    let at = text.find([':', '：'])?;
    let end = at + text[at..].chars().next()?.len_utf8();
    let is_short = at > 0 && at <= 40 && text[..at].split_whitespace().count() <= 4;
    // The colon of a clock and of an address is none.
    let follows = text[end..].starts_with(|c: char| c.is_whitespace() || !c.is_ascii());
    (is_short && follows && end < text.len()).then(|| &text[..end])
}

fn is_label(text: &str) -> bool {
    text.ends_with(':') && text.len() <= 40
}

/// Gives each block the role that the nearest label before it names: a heading, a term, a bold
/// line of the template in the same part of the page. What stands between the name of a person and
/// the title that follows it is of the person.
fn label<'a>(outline: &Outline, leaves: &mut [Leaf<'a>], people: &BTreeSet<&str>) {
    let mut open: Vec<(usize, Option<Role>, usize, &'a str)> = Vec::new();
    let is_title =
        |leaf: &Leaf<'_>| is_content(leaf) && leaf.node.is_heading() && !people.contains(leaf.path);
    let title = leaves.iter().find(|leaf| is_title(leaf)).map(|leaf| leaf.at);
    for leaf in leaves {
        // A label holds inside the element that it stands in.
        open.retain(|(_, _, end, _)| leaf.at < *end);
        let is_label_tag = leaf.node.is_heading() || matches!(leaf.node.tag, "dt" | "th" | "label");
        let is_label = leaf.is_template
            && (is_label_tag || is_label(&leaf.node.text) || is_bold(outline, leaf));
        if is_label {
            let is_beside = leaf.node.is_heading() && words::announces_other(&leaf.node.text);
            let role =
                if is_beside { Some(Role::Aside) } else { labels::role_of_label(&leaf.node.text) };
            let around = leaf.node.parent.unwrap_or(leaf.at);
            // The term of a list may stand in an element of its own, and others in more than one.
            let mut around = if outline.nodes[around].end - around <= 3 {
                outline.nodes[around].parent.unwrap_or(around)
            } else {
                around
            };
            while let Some(outer) = outline.nodes[around].parent
                && outline.text_inside(around) == leaf.node.text
            {
                around = outer;
            }
            let end = outline.nodes[around].end;
            open.retain(|(parent, ..)| *parent != around);
            open.push((around, role, end, &leaf.node.text));
        } else if leaf.node.is_heading() {
            // Another heading ends what the label began, unless it stands deeper.
            open.retain(|(parent, ..)| Some(*parent) != leaf.node.parent);
        }
        if people.contains(leaf.path)
            && title.is_some_and(|title| leaf.at < title)
            && let Some(around) = leaf.node.parent
        {
            let end = outline.nodes[around].end.min(title.unwrap_or_default());
            open.push((around, Some(Role::Biography), end, &leaf.node.text));
            continue;
        }
        let before = open.last().and_then(|(_, role, ..)| *role);
        leaf.label_text = open.last().map(|(.., text)| *text);
        leaf.label = leaf.announced.map(|(_, role)| role).or(before);
    }
}

/// Whether all of a block is bold.
fn is_bold(outline: &Outline, leaf: &Leaf<'_>) -> bool {
    let inside = &outline.nodes[leaf.at + 1..leaf.node.end];
    inside.iter().any(|node| matches!(node.tag, "strong" | "b") && node.text == leaf.node.text)
}

/// The steps that all content of all pages stands below.
fn common_root<'a>(pages: &[Vec<Leaf<'a>>]) -> Vec<&'a str> {
    let mut root: Option<Vec<&str>> = None;
    // The content: what varies and is long. Where nothing is, what varies.
    for least in [PROSE_BYTES, 1] {
        for leaf in
            pages.iter().flatten().filter(|leaf| is_content(leaf) && leaf.node.text.len() >= least)
        {
            let steps: Vec<&str> = leaf.path.split(" > ").collect();
            root = Some(match root {
                None => steps[..steps.len() - 1].to_vec(),
                Some(root) => root
                    .into_iter()
                    .zip(steps)
                    .take_while(|(a, b)| a == b)
                    .map(|(a, _)| a)
                    .collect(),
            });
        }
        if root.is_some() {
            break;
        }
    }
    root.unwrap_or_default()
}

/// Whether a block varies and stands outside the frame.
pub(crate) fn is_content(leaf: &Leaf<'_>) -> bool {
    !leaf.is_template && !leaf.node.in_frame && !leaf.path.starts_with("html > head")
}

/// Where on its pages a path holds prose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prose {
    None,
    /// On nearly all pages, its first block is none.
    AfterTheFirst,
    Anywhere,
}

impl<'a> Template<'a> {
    /// The path of the blocks that begin with the bold element at `path`, where they are the first
    /// paragraphs of nearly all pages.
    pub(crate) fn block_of_bold<'p>(&self, path: &'p str) -> Option<&'p str> {
        let block = path.rsplit_once(" > ").filter(|(_, step)| matches!(*step, "b" | "strong"))?.0;
        let is_first = |leaves: &&Vec<Leaf<'_>>| {
            let mut content = leaves.iter().filter(|leaf| is_content(leaf));
            content.next().is_some_and(|leaf| leaf.path == block && leaf.node.tag == "p")
        };
        let n_first = self.pages.iter().filter(is_first).count();
        (10 * n_first >= 9 * self.pages.len()).then_some(block)
    }

    /// Where the blocks of `path` are prose.
    pub(crate) fn share_of_prose(&self, path: &str) -> Prose {
        let is_prose = |leaf: &Leaf<'_>| {
            is_content(leaf) && leaf.node.text.len() >= PROSE_BYTES && self.is_text(leaf)
        };
        let is_inside = |leaf: &Leaf<'_>| {
            leaf.path.strip_prefix(path).is_some_and(|rest| rest.starts_with(" > "))
        };
        if self.pages.iter().flatten().any(|leaf| is_inside(leaf) && is_prose(leaf)) {
            return Prose::Anywhere;
        }
        let (mut n_prose, mut n_pages, mut n_first) = (0, 0, 0);
        for leaves in &self.pages {
            let mut own = leaves.iter().filter(|leaf| leaf.path == path).map(is_prose);
            let Some(first) = own.next() else { continue };
            n_pages += 1;
            n_first += usize::from(first);
            n_prose += usize::from(own.any(|is_prose| is_prose));
        }
        if 10 * n_first > n_pages {
            Prose::Anywhere
        } else if n_prose > 0 {
            Prose::AfterTheFirst
        } else {
            Prose::None
        }
    }

    /// The steps of `path` below what all content shares.
    pub(crate) fn own_steps<'p>(&self, path: &'p str) -> Vec<&'p str> {
        let steps: Vec<&str> = path.split(" > ").collect();
        let n_shared = steps.iter().zip(&self.root).take_while(|(a, b)| a == b).count();
        steps[n_shared..].to_vec()
    }

    /// The role that the names in `path` say, the innermost first.
    pub(crate) fn role_in_path(&self, path: &str) -> Option<Role> {
        self.own_steps(path).iter().rev().find_map(|step| {
            let names = step.split_once(['.', '#']).map(|(_, names)| names)?;
            words::role_of(names)
        })
    }

    /// What kind of text a block is: by its label, else by the names around it.
    pub(crate) fn role(&self, leaf: &Leaf<'_>) -> Option<Role> {
        if let Some((_, role)) = leaf.announced {
            return Some(role);
        }
        let by_path = self.role_in_path(leaf.path);
        match (leaf.label, by_path) {
            (Some(label @ (Role::Biography | Role::Aside)), _) => Some(label),
            (_, Some(role)) if role != Role::Body => Some(role),
            (label, by_path) => label.or(by_path),
        }
    }

    /// The containers of the text: paths of elements, the one with most first.
    ///
    /// A container is the nearest element around prose that is no part of running text itself;
    /// one that lies in another is part of it.
    pub(crate) fn text_containers(&self, title_path: Option<&str>) -> Vec<&'a str> {
        let lines = self.lines();
        let mut mass: BTreeMap<&'a str, f64> = BTreeMap::new();
        let mut n_pages: BTreeMap<&'a str, usize> = BTreeMap::new();
        let mut roles: BTreeMap<&'a str, BTreeMap<Option<u8>, usize>> = BTreeMap::new();
        for leaves in &self.pages {
            let mut seen = BTreeSet::new();
            for leaf in leaves.iter().filter(|leaf| is_content(leaf)) {
                if Some(leaf.path) == title_path || !self.is_text(leaf) {
                    continue;
                }
                let container = container_of(leaf.path, &lines);
                let prose = leaf.node.text.len().saturating_sub(2 * leaf.node.link_bytes) as f64;
                let weight = if leaf.node.text.len() >= PROSE_BYTES { 1.0 } else { 0.5 };
                *mass.entry(container).or_default() += prose * weight;
                if seen.insert(container) {
                    *n_pages.entry(container).or_default() += 1;
                }
                let role = self.role(leaf).map(|role| role as u8);
                *roles.entry(container).or_default().entry(role).or_default() += 1;
            }
        }
        let says_body = |container: &str| {
            let body = Some(Role::Body as u8);
            roles.get(container).is_some_and(|roles| roles.contains_key(&body))
        };
        let mut ranked: Vec<(&'a str, f64)> = mass.into_iter().collect();
        for (container, mass) in &mut ranked {
            if says_body(container) {
                *mass *= 1.5;
            }
        }
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let Some((best, most)) = ranked.first().copied() else { return Vec::new() };
        let per_page = most / n_pages[best] as f64;
        let mut chosen: Vec<&'a str> = Vec::new();
        for (container, mass) in ranked {
            let own_per_page = mass / n_pages[container] as f64;
            let is_large = own_per_page >= 0.25 * per_page && own_per_page >= 60.0;
            let is_text =
                container == best || is_large || (says_body(container) && own_per_page >= 30.0);
            if is_text && mass > 0.0 {
                chosen.push(container);
            }
        }
        let inside =
            |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.starts_with(" > "));
        let all = chosen.clone();
        chosen.retain(|path| !all.iter().any(|other| inside(path, other)));
        chosen
    }

    /// Paths of nameless blocks that stand for paragraphs: several of them in one element, each
    /// with a text.
    fn lines(&self) -> BTreeSet<&'a str> {
        let mut n_pages: BTreeMap<&'a str, usize> = BTreeMap::new();
        for leaves in &self.pages {
            let mut n_in: BTreeMap<(Option<usize>, &'a str), usize> = BTreeMap::new();
            let is_line = |leaf: &&Leaf<'a>| {
                let step = leaf.path.rsplit(" > ").next().unwrap_or_default();
                step == "div" && is_content(leaf) && leaf.node.text.len() >= PROSE_BYTES
            };
            for leaf in leaves.iter().filter(is_line) {
                *n_in.entry((leaf.node.parent, leaf.path)).or_default() += 1;
            }
            let several: BTreeSet<&'a str> =
                n_in.into_iter().filter(|(_, n)| *n > 1).map(|((_, path), _)| path).collect();
            for path in several {
                *n_pages.entry(path).or_default() += 1;
            }
        }
        let is_common = |n: usize| 5 * n >= self.pages.len();
        n_pages.into_iter().filter(|(_, n)| is_common(*n)).map(|(path, _)| path).collect()
    }

    /// What tells the elements at `container` that hold the text from others of that path: their
    /// place among their siblings, where it is the same on nearly all pages.
    pub(crate) fn place_of(&self, samples: &[Sample], container: &str) -> Option<String> {
        let mut n_at: BTreeMap<usize, usize> = BTreeMap::new();
        let (mut n_pages, mut is_ambiguous) = (0, false);
        let lines = self.lines();
        for (sample, leaves) in samples.iter().zip(&self.pages) {
            let outline = &sample.outline;
            let mut bytes: BTreeMap<usize, usize> = BTreeMap::new();
            for leaf in leaves.iter().filter(|leaf| is_content(leaf) && self.is_text(leaf)) {
                // What has a container of its own inside says nothing of this one.
                if container_of(leaf.path, &lines) != container {
                    continue;
                }
                let around = outline.chain(leaf.at).find(|at| outline.path(*at) == container);
                if let Some(around) = around {
                    *bytes.entry(around).or_default() += leaf.node.text.len();
                }
            }
            let Some((most, _)) = bytes.iter().max_by_key(|(_, n)| **n) else { continue };
            n_pages += 1;
            let alike = outline.nodes.iter().enumerate();
            let alike = alike.filter(|(at, node)| !node.in_frame && outline.path(*at) == container);
            is_ambiguous |= alike.count() > 1;
            let node = &outline.nodes[*most];
            let before = outline.nodes[..*most].iter();
            let n_before =
                before.filter(|other| other.parent == node.parent && other.tag == node.tag).count();
            *n_at.entry(n_before + 1).or_default() += 1;
        }
        let (place, n) = n_at.into_iter().max_by_key(|(_, n)| *n)?;
        (is_ambiguous && 10 * n >= 9 * n_pages).then(|| format!(":nth-of-type({place})"))
    }

    /// The selector of the elements at `container` that hold the text, where others of that path come
    /// before them on nearly all pages, as in sites put together from blocks of one kind: the whole path,
    /// with the place of the element in which they part.
    pub(crate) fn placed(&self, samples: &[Sample], container: &str) -> Option<String> {
        let mut n_at: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut n_pages = 0;
        for (sample, leaves) in samples.iter().zip(&self.pages) {
            let outline = &sample.outline;
            let is_prose = |leaf: &&Leaf<'_>| {
                is_content(leaf) && leaf.node.text.len() >= PROSE_BYTES && self.is_text(leaf)
            };
            let around = leaves
                .iter()
                .filter(is_prose)
                .find_map(|leaf| outline.chain(leaf.at).find(|at| outline.path(*at) == container));
            let Some(around) = around else { continue };
            n_pages += 1;
            let mut alike = (0..around)
                .filter(|at| !outline.nodes[*at].in_frame && outline.path(*at) == container);
            let Some(first) = alike.next() else { continue };
            // Where the ways up from both meet.
            let own: Vec<usize> = outline.chain(around).collect();
            let other: Vec<usize> = outline.chain(first).collect();
            let up = own.iter().zip(&other).position(|(a, b)| a == b);
            let Some(fork) = up.and_then(|up| own.get(up.checked_sub(1)?)) else { continue };
            let node = &outline.nodes[*fork];
            let before = outline.nodes[..*fork].iter();
            let n_before =
                before.filter(|other| other.parent == node.parent && other.tag == node.tag).count();
            let depth = outline.chain(*fork).count() - 1;
            *n_at.entry((depth, n_before + 1)).or_default() += 1;
        }
        let ((depth, place), n) = n_at.into_iter().max_by_key(|(_, n)| *n)?;
        let mut steps: Vec<String> = container.split(" > ").map(str::to_owned).collect();
        steps.get_mut(depth)?.push_str(&format!(":nth-of-type({place})"));
        (n > 1 && 10 * n >= 9 * n_pages).then(|| steps.join(" > "))
    }

    /// Whether the text stands in several elements of the path `container`, side by side, on half of
    /// the pages: two languages, or sections.
    pub(crate) fn is_in_several(&self, samples: &[Sample], container: &str) -> bool {
        // Of elements without a name nothing tells the others of the path apart.
        let is_named = container.rsplit(" > ").next().is_some_and(|s| s.contains(['.', '#']));
        if !is_named {
            return false;
        }
        let lines = self.lines();
        let (mut n_pages, mut n_several) = (0, 0);
        for (sample, leaves) in samples.iter().zip(&self.pages) {
            let outline = &sample.outline;
            let prose = leaves.iter().filter(|leaf| {
                is_content(leaf)
                    && leaf.node.text.len() >= PROSE_BYTES
                    && self.is_text(leaf)
                    && container_of(leaf.path, &lines) == container
            });
            let around: BTreeSet<usize> = prose
                .filter_map(|leaf| outline.chain(leaf.at).find(|at| outline.path(*at) == container))
                .collect();
            let parents: BTreeSet<Option<usize>> =
                around.iter().map(|at| outline.nodes[*at].parent).collect();
            n_pages += usize::from(!around.is_empty());
            n_several += usize::from(around.len() > 1 && parents.len() == 1);
        }
        n_several > 0 && 2 * n_several >= n_pages
    }

    /// Whether a block may be part of the text.
    pub(crate) fn is_text(&self, leaf: &Leaf<'_>) -> bool {
        if leaf.announced.is_some_and(|(_, role)| role != Role::Body) {
            return false;
        }
        let role = self.role(leaf);
        let is_long = leaf.node.text.len() >= PROSE_BYTES;
        let few_links = 2 * leaf.node.link_bytes <= leaf.node.text.len();
        match role {
            None | Some(Role::Body) => few_links || is_long,
            Some(Role::Biography | Role::Aside) => false,
            // A name around all of the page ("speaker-page") says nothing of long text.
            Some(_) => {
                is_long && few_links && leaf.label.is_none_or(|l| l == Role::Body) && {
                    let steps = self.own_steps(leaf.path);
                    let own = steps.iter().rev().take(2);
                    !own.filter_map(|s| s.split_once(['.', '#'])).any(|(_, names)| {
                        words::role_of(names).is_some_and(|role| role != Role::Body)
                    })
                }
            }
        }
    }

    /// Blocks of a path that are dates, times or names of rooms and no text, on most pages.
    pub(crate) fn is_fact(text: &str) -> bool {
        if text.len() > 90 {
            return false;
        }
        let words = words::tokens(text);
        let is_clock = text.as_bytes().windows(4).any(|window| {
            let [hour, colon, minutes @ ..] = window else { return false };
            *colon == b':' && hour.is_ascii_digit() && minutes.iter().all(u8::is_ascii_digit)
        });
        let is_day = link_words::is_day(text) || crate::dates::day_in(text).is_some();
        let has_clock = words.iter().any(|w| matches!(w.as_str(), "am" | "pm" | "m" | "uhr"))
            && words.iter().any(|w| w.parse::<u32>().is_ok());
        (is_day || is_clock || has_clock) && words.len() <= 16
    }
}

/// The container of a block: where `lines` stand for paragraphs, what is around them.
fn container_of<'p>(path: &'p str, lines: &BTreeSet<&str>) -> &'p str {
    let container = container(path);
    if lines.contains(container) {
        container.rsplit_once(" > ").map_or(container, |(around, _)| around)
    } else {
        container
    }
}

/// The nearest element around a block that is no part of running text.
fn container(path: &str) -> &str {
    const RUNNING: &[&str] = &[
        "p",
        "li",
        "ul",
        "ol",
        "pre",
        "blockquote",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "dl",
        "dt",
        "dd",
        "tr",
        "tbody",
        "thead",
        "table",
        "td",
        "th",
        "figure",
        "figcaption",
        "code",
        "span",
        "b",
        "strong",
        "em",
        "i",
        "a",
        "center",
        "font",
        "hr",
        "details",
        "summary",
        LINE,
    ];
    let mut path = path;
    loop {
        let Some((around, step)) = path.rsplit_once(" > ") else { return path };
        let tag = step.split(['.', '#']).next().unwrap_or(step);
        // A paragraph with a name of its own is a field.
        let names = step.split_once(['.', '#']).map(|(_, names)| names);
        let is_named = matches!(tag, "p" | "td" | "ul" | "dd" | "span" | "li" | "blockquote")
            && names.is_some_and(|n| words::role_of(n).is_some());
        if !RUNNING.contains(&tag) || is_named {
            return path;
        }
        path = around;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use corpus::html::Html;

    fn samples(n: usize, page: impl Fn(usize) -> String) -> Vec<Sample> {
        (0..n)
            .map(|n| Sample {
                outline: Outline::of(&Html::parse(&page(n))),
                link_text: format!("Title {n}"),
            })
            .collect()
    }

    #[test]
    fn what_pages_share_is_template_and_labels_name_what_follows() {
        let samples = samples(5, |n| {
            format!(
                "<main><h1>Title {n}</h1><p>All rights reserved by everybody</p>\
                 <h3>Abstract</h3><p>Text number {n} says something long enough to be prose, and more so.</p>\
                 <h3>About the speaker</h3><p>Person {n} has done many things in a long and busy life of work.</p></main>"
            )
        });
        let template = subtract(&samples);
        let texts: Vec<&str> = template.pages[0]
            .iter()
            .filter(|leaf| leaf.is_template)
            .map(|leaf| leaf.node.text.as_str())
            .collect();
        assert_eq!(texts, ["All rights reserved by everybody", "Abstract", "About the speaker"]);
        let roles: Vec<_> = template.pages[0]
            .iter()
            .filter(|leaf| is_content(leaf))
            .map(|leaf| (template.is_text(leaf), leaf.label))
            .collect();
        assert_eq!(roles, [(true, None), (true, Some(Role::Body)), (false, Some(Role::Biography))]);
    }

    #[test]
    fn the_container_of_the_text_is_the_one_with_most_prose() {
        let samples = samples(4, |n| {
            format!(
                "<div id=page><h2>Title {n}</h2><div class=x>{n} May 2026</div>\
                 <div class=abstract><p>{}</p></div><div class=bio><p>{}</p></div></div>",
                format!("Sentence {n} of the abstract of the talk. ").repeat(5),
                format!("Sentence {n} of a life. ").repeat(9),
            )
        });
        let template = subtract(&samples);
        assert_eq!(template.text_containers(None), ["html > body > div#page > div.abstract"]);
    }
}
