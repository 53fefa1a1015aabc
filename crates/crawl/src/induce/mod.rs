//! A recipe out of the pages themselves: wrapper induction.
//!
//! The list is the group of links that looks most like titles ([`links`]). On the pages it leads
//! to, what most of them share at the same place is the template ([`template`]); what varies is
//! told apart by the names that its elements have, by the labels before it, and by how much prose
//! it holds ([`facts`]). All of it is written down as a recipe ([`mod@write`]), and the recipe is what
//! reads the pages: so a second run, with the recipe in hand, reads them the same.

mod facts;
pub(crate) mod inline;
pub(crate) mod labels;
pub(crate) mod link_words;
pub(crate) mod links;
pub(crate) mod outline;
mod rows;
mod selectors;
pub(crate) mod template;
mod titles;
pub(crate) mod words;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use corpus::html::LINE;
use url::Url;

pub(crate) use template::Sample;

use outline::Outline;
use selectors::Paths;
use template::{Prose, Template, is_content};
use words::Role;
use write::Lines;

/// Pages that are looked at to find the template; more make it no surer.
pub(crate) const MAX_SAMPLES: usize = 150;

/// The lists of a site and where they lead.
pub(crate) struct Listing<'a> {
    /// Where the site was looked through from.
    pub(crate) from: &'a Url,
    /// The pages of the list.
    pub(crate) start: &'a [Url],
    /// The title of the start page.
    pub(crate) title: Option<String>,
    pub(crate) rows: RowsOf<'a>,
}

/// What is taken for a row of the list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RowsOf<'a> {
    /// The element around each link.
    Elements(&'a Outline, &'a links::List),
    /// The link itself.
    Links(&'a links::List),
    /// The talk itself.
    Items(&'a inline::Items),
}

/// A recipe, as the text of its file, for the pages in `samples`.
pub(crate) fn recipe(listing: &Listing<'_>, samples: &[Sample]) -> String {
    let template = template::subtract(samples);
    let paths = Paths::of(samples.iter().map(|sample| &sample.outline));
    let title = titles::choose(samples, &template);
    let title_path = title.path();
    let containers = template.text_containers(title_path);
    let facts = facts::find(samples, &template, &containers);

    let mut list = Lines::table("list");
    let (row, globs) = match listing.rows {
        RowsOf::Elements(outline, links) => (rows::find(outline, &links.links), &*links.globs),
        RowsOf::Links(links) => (rows::Rows::links(), &*links.globs),
        RowsOf::Items(items) => (rows::Rows::items(items), &[][..]),
    };
    row.write(&mut list);
    list.texts("urls", globs);

    let mut talk = Lines::table("talk");
    title.write(&mut talk, &paths);
    let selector = |path: &&str| {
        let place = template.place_of(samples, path).filter(|_| !path.contains(['.', '#']));
        paths.selector(path) + place.as_deref().unwrap_or_default()
    };
    let texts: Vec<String> = containers.iter().map(selector).collect();
    let is_in_several =
        matches!(containers.as_slice(), [one] if template.is_in_several(samples, one));
    let placed = match containers.as_slice() {
        [one] if one.contains(['.', '#']) && !is_in_several => template.placed(samples, one),
        _ => None,
    };
    match texts.as_slice() {
        // Pages without prose: then the structured data, or nothing, is their text.
        [] => talk.text("abstract", "main p, article p"),
        [text] if is_in_several => {
            talk.filtered("abstract", text, &[("all", "true".to_owned())]);
        }
        [text] => talk.text("abstract", placed.as_ref().unwrap_or(text)),
        texts => talk.texts("abstract", texts),
    }
    let is_line = |path: &String| path.split(" > ").any(|step| step == LINE);
    if samples.iter().flat_map(|sample| &sample.outline.paths).any(is_line) {
        talk.flag("lines");
    }
    // Facts in blocks like those of the text stand outside of what is taken then.
    let facts_inside = if placed.is_some() { Facts::Outside } else { Facts::Inside };
    let dropped = dropped(&template, &containers, title_path, (&facts, facts_inside));
    let selector = |(path, narrowed): &(String, String)| paths.selector(path) + narrowed;
    talk.texts("drop", &dropped.paths.iter().map(selector).collect::<Vec<_>>());
    talk.texts("drop_section", &dropped.sections);
    talk.texts("drop_start", &dropped.starts);
    talk.texts("drop_text", &dropped.texts);
    facts.write(&mut talk, &paths);

    let mut head = Lines::table("recipe");
    let host = listing.start.first().and_then(Url::host_str).unwrap_or("site");
    head.text("name", host);
    if let Some(title) = &listing.title {
        head.text("title", title);
    }
    let start: Vec<String> = listing.start.iter().map(Url::to_string).collect();
    head.texts("start", &start);
    if listing.start.first() != Some(listing.from) {
        head.text("from", listing.from.as_str());
    }
    format!(
        "# Found by topicmill in the pages of the site. Edit it, and give it with --recipe.\n\n\
         {head}\n{list}\n{talk}"
    )
}

/// `recipe` with the selectors of the parts in `example`, from the page that shows them.
///
/// # Errors
/// The part, and its text, that no page shows.
pub(crate) fn with_example(
    recipe: &str,
    samples: &[Sample],
    example: &[(String, String)],
) -> Result<String, (String, String)> {
    let paths = Paths::of(samples.iter().map(|sample| &sample.outline));
    // The page that shows most of the parts.
    let n_shown = |sample: &Sample| {
        example.iter().filter(|(_, v)| place_of(&sample.outline, v).is_some()).count()
    };
    let best = samples.iter().max_by_key(|sample| n_shown(sample));
    let mut table: toml::Table = recipe.parse().expect("it was written as TOML");
    for (part, value) in example {
        let path = best.and_then(|sample| place_of(&sample.outline, value));
        let path = path.ok_or_else(|| (part.clone(), value.clone()))?;
        if let Some(talk) = table.get_mut("talk").and_then(toml::Value::as_table_mut) {
            talk.insert(part.clone(), toml::Value::String(paths.selector(path)));
        }
    }
    Ok(table.to_string())
}

/// The path of the smallest element whose text is `value`, or holds it.
fn place_of<'a>(outline: &'a Outline, value: &str) -> Option<&'a str> {
    let wanted = words::tokens(value);
    if wanted.is_empty() {
        return None;
    }
    let mut best: Option<(bool, usize, usize)> = None;
    for (at, node) in outline.nodes.iter().enumerate() {
        if node.in_frame || matches!(node.tag, "html" | "body" | "head") {
            continue;
        }
        let own = words::tokens(&outline.text_inside(at));
        let is_equal = own == wanted;
        let holds = is_equal || own.windows(wanted.len()).any(|window| window == wanted);
        // Of elements with the same text the outer one is the part, and the inner ones its lines.
        let rank = (!is_equal, own.len(), at);
        if holds && best.is_none_or(|best| rank < best) {
            best = Some(rank);
        }
    }
    best.map(|(.., at)| outline.path(at))
}

/// Whether facts may stand in what is taken for the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Facts {
    Inside,
    Outside,
}

struct Dropped {
    /// With what tells the elements from others of the path.
    paths: BTreeSet<(String, String)>,
    sections: Vec<String>,
    starts: Vec<String>,
    texts: Vec<String>,
}

/// What lies in the containers of the text and is no text.
fn dropped(
    template: &Template<'_>,
    containers: &[&str],
    title_path: Option<&str>,
    (facts, place): (&facts::Facts, Facts),
) -> Dropped {
    let inside = |path: &str| {
        containers.iter().any(|c| path.strip_prefix(c).is_some_and(|rest| rest.starts_with(" > ")))
    };
    let mut paths: BTreeSet<(String, String)> = BTreeSet::new();
    let whole = |path: &str| (path.to_owned(), String::new());
    paths.extend(title_path.filter(|path| inside(path)).map(whole));
    // With a bold title goes the paragraph that it begins.
    let block = title_path.and_then(|path| template.block_of_bold(path));
    let block = block.filter(|path| inside(path));
    paths.extend(block.map(|path| (path.to_owned(), ":first-of-type".to_owned())));
    for (path, narrowed) in facts.paths().filter(|(path, _)| inside(path)) {
        match template.share_of_prose(path) {
            Prose::None => paths.insert((path.to_owned(), narrowed.to_owned())),
            // The first paragraph of a text may say when and where, and nothing tells it from others
            // but its place.
            Prose::AfterTheFirst if place == Facts::Inside => {
                paths.insert((path.to_owned(), ":first-of-type".to_owned()))
            }
            Prose::AfterTheFirst | Prose::Anywhere => false,
        };
    }
    let mut sections = BTreeSet::new();
    let mut texts = BTreeSet::new();
    let mut starts = BTreeSet::new();
    // Of each path: blocks that are text, and that are not.
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for leaves in &template.pages {
        let mut label: Option<&str> = None;
        for leaf in leaves {
            if leaf.is_template && containers.contains(&leaf.path) {
                texts.insert(leaf.node.text.clone());
            }
            if !inside(leaf.path) {
                continue;
            }
            if leaf.is_template {
                texts.insert(leaf.node.text.clone());
                label = Some(&leaf.node.text);
                continue;
            }
            if !is_content(leaf) || Some(leaf.path) == title_path {
                continue;
            }
            if let Some((start, role)) = leaf.announced {
                starts.extend((role != Role::Body).then(|| start.to_owned()));
                continue;
            }
            let is_named_other = matches!(
                template.role_in_path(leaf.path),
                Some(role) if role != Role::Body && role != Role::Title
            ) && !template.is_text(leaf);
            let is_fact = Template::is_fact(&leaf.node.text);
            let by_label = leaf.label.is_some_and(|role| role != Role::Body && role != Role::Title);
            if by_label && !is_named_other {
                sections.extend(
                    label.filter(|l| labels::role_of_label(l) == leaf.label).map(str::to_owned),
                );
            }
            let count = counts.entry(leaf.path).or_default();
            if is_named_other || is_fact {
                count.1 += 1;
            } else {
                count.0 += 1;
            }
        }
    }
    for (path, (n_text, n_other)) in counts {
        if n_other >= 2 && n_other >= 4 * n_text {
            paths.insert(whole(path));
        }
    }
    Dropped {
        paths,
        sections: sections.into_iter().collect(),
        starts: starts.into_iter().collect(),
        texts: texts.into_iter().collect(),
    }
}
