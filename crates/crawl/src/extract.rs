//! Documents out of pages.

use std::collections::HashMap;

use corpus::html::{Child, Element, Flow, Html, Selector};
use corpus::{Document, decode_html};
use url::Url;

use crate::address::{is_same_site, is_web, without_credentials};
use crate::cache::Entry;
use crate::fields::Field;
use crate::induce::labels::role_of_label;
use crate::induce::link_words::is_generic;
use crate::induce::template::start_label;
use crate::{Problem, Recipe, placeholder};

/// A talk as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// Its page, without fragment and credentials.
    pub(crate) url: Url,
    /// The text of the link.
    pub(crate) link_text: String,
    /// What the list gives, where it gives anything.
    pub(crate) listed: Option<Box<Document>>,
    /// The talk, where it stands in the list itself and has no page.
    pub(crate) inside: Option<Box<Document>>,
}

/// What is on a list page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct List {
    /// How many elements match the recipe's item.
    pub(crate) n_items: usize,
    /// Those with a link, in the order of the page.
    pub(crate) rows: Vec<Row>,
}

/// Parses a page; none when its entry is damaged inside.
pub(crate) fn parse(entry: &Entry) -> Option<Html> {
    Some(Html::parse(&decode_html(&entry.body.unpack()?, entry.charset.as_deref())))
}

/// Makes elements of the lines that `<br>` parts, where they begin with labels.
pub(crate) fn part_lines(page: &mut Html) {
    page.part_lines(|line| start_label(line).is_some_and(|label| role_of_label(label).is_some()));
}

/// The talks on a list page; none when its entry is damaged inside.
pub(crate) fn list(entry: &Entry, recipe: &Recipe) -> Option<List> {
    if let Some(list) = sitemap(entry, recipe) {
        return Some(list);
    }
    let page = parse(entry)?;
    let Some(link) = &recipe.link else { return inside(&page, entry, recipe) };
    let base = base(&page, entry)?;
    let items = recipe.item.elements(page.root());
    let n_items = items.len();
    let own_text = link.without_attribute();
    let mut rows: Vec<Row> = Vec::new();
    let mut at_of: HashMap<Url, usize> = HashMap::new();
    for item in items {
        let mut found = link.values(item).filter_map(|target| {
            let url = without_credentials(&base.join(&target).ok().filter(is_web)?);
            recipe.urls.matches(&url).then_some(url)
        });
        let Some(url) = found.next() else { continue };
        let link_text = link_text(&own_text, link, item, (&base, &url));
        // Cards link to a page from their picture, their title and their end: the title counts.
        match at_of.get(&url) {
            Some(at)
                if rows[*at].link_text.len() < link_text.len()
                    && is_generic(&rows[*at].link_text) =>
            {
                rows[*at].link_text = link_text;
            }
            Some(_) => {}
            None => {
                at_of.insert(url.clone(), rows.len());
                let listed = recipe.list.read(item);
                let listed = (listed != Document::default()).then(|| Box::new(listed));
                rows.push(Row { url, link_text, listed, inside: None });
            }
        }
    }
    // What the page tells machines alone.
    for (url, link_text) in named(&page, &base) {
        if recipe.urls.is_given() && recipe.urls.matches(&url) && !at_of.contains_key(&url) {
            at_of.insert(url.clone(), rows.len());
            rows.push(Row { url, link_text, listed: None, inside: None });
        }
    }
    Some(List { n_items, rows })
}

/// The addresses in a page's `ItemList`, with the names of what they lead to.
pub(crate) fn named(page: &Html, base: &Url) -> Vec<(Url, String)> {
    let items = corpus::item_list(page).into_iter();
    let named = items.filter_map(|item| {
        let url = base.join(&item.url).ok().filter(|url| is_same_site(url, base))?;
        Some((without_credentials(&url), item.name))
    });
    named.collect()
}

/// The talks that stand on the page of the list itself.
fn inside(page: &Html, entry: &Entry, recipe: &Recipe) -> Option<List> {
    let base: Url = without_credentials(&entry.final_url.parse().ok()?);
    let mut items = items(page, &recipe.item, recipe.extent);
    let mut rows = Vec::new();
    for (n, item) in items.iter_mut().enumerate() {
        if recipe.parts_lines {
            part_lines(&mut item.html);
        }
        let root = item.html.root();
        let mut document = recipe.talk.read(root);
        fill(&mut document, &recipe.list.read(root));
        if document.title.is_empty() && document.text.is_empty() {
            continue;
        }
        let mut url = base.clone();
        url.set_fragment(item.anchor.as_deref());
        let place = item.anchor.clone().unwrap_or_else(|| (n + 1).to_string());
        document.id = format!("{}#{place}", id_of(&base));
        if document.title.is_empty() {
            document.title.clone_from(&document.id);
        }
        if document.language.is_none() {
            let code = page.root().attribute("lang").and_then(corpus::language_code);
            document.language = code.map(str::to_owned);
        }
        document.url = Some(url.to_string());
        let inside = Some(Box::new(document));
        rows.push(Row { url, link_text: String::new(), listed: None, inside });
    }
    Some(List { n_items: items.len(), rows })
}

/// A talk on the page of the list, as a page of its own.
pub(crate) struct Item {
    pub(crate) html: Html,
    /// The name by which links lead to it.
    pub(crate) anchor: Option<String>,
}

/// A section has no more elements than this.
const MAX_SECTION: usize = 2000;

/// How much of the page an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The element.
    Element,
    /// The element with what follows it up to the next one.
    Section,
}

/// What `field` selects, each item by itself.
pub(crate) fn items(page: &Html, field: &Field, extent: Extent) -> Vec<Item> {
    let found = field.elements(page.root());
    let named = Selector::parse("[id], a[name]").expect("a fixed selector, read in every test");
    let mut starts = found.clone();
    starts.sort_by(|a, b| a.cmp_in_page(*b));
    let mut items = Vec::new();
    for element in &found {
        let anchor = element.attribute("id").map(str::to_owned).or_else(|| {
            let inner = element.select(&named).next()?;
            inner.attribute("id").or(inner.attribute("name")).map(str::to_owned)
        });
        let mut html = element.outer_html();
        if extent == Extent::Section {
            // A title on a line of a larger text: its line is one block, and the rest another.
            let mut is_in_line = element.flow() == Flow::Inline;
            if is_in_line {
                html.insert_str(0, "<p>");
            }
            let is_next =
                |e: Element<'_>| starts.binary_search_by(|other| other.cmp_in_page(e)).is_ok();
            // Another heading of the same kind, or a higher one, begins something else.
            let own = heading_of(*element);
            let is_bare = is_heading(element.name());
            let ends_section = |e: Element<'_>| {
                let other = heading_of(e).filter(|_| !is_bare || is_heading(e.name()));
                own.zip(other).is_some_and(|(own, other)| other <= own)
            };
            let ends = |e: Element<'_>| ends_section(e) || is_head_row(e);
            for sibling in element.following().take(MAX_SECTION) {
                if matches!(sibling, Child::Element(e) if is_next(e) || ends(e)) {
                    break;
                }
                let ends_line = matches!(sibling, Child::Element(e) if e.name() == "br" || e.flow() == Flow::Block);
                if is_in_line && ends_line {
                    html += "</p><div>";
                    is_in_line = false;
                }
                html += &sibling.outer_html();
            }
        }
        // Parts of tables and lists stand in nothing else.
        let html = match element.name() {
            "tr" | "tbody" => format!("<table>{html}</table>"),
            "td" | "th" => format!("<table><tr>{html}</table>"),
            _ => html,
        };
        items.push(Item { html: Html::parse(&html), anchor });
    }
    items
}

/// The addresses in a sitemap that the recipe's globs let pass; none where the page is no sitemap.
fn sitemap(entry: &Entry, recipe: &Recipe) -> Option<List> {
    let bytes = entry.body.unpack()?;
    if !bytes.trim_ascii_start().starts_with(b"<?xml") && !bytes.starts_with(b"<urlset") {
        return None;
    }
    let (addresses, _) = corpus::sitemap(&decode_html(&bytes, entry.charset.as_deref()))?;
    let urls = addresses.iter().filter_map(|url| url.parse().ok()).filter(is_web);
    let urls: Vec<Url> =
        urls.map(|url| without_credentials(&url)).filter(|url| recipe.urls.matches(url)).collect();
    let row = |url| Row { url, link_text: String::new(), listed: None, inside: None };
    Some(List { n_items: addresses.len(), rows: urls.into_iter().map(row).collect() })
}

/// The text of the links of `item` to `url` that says most: not `more`, and of a heading first.
fn link_text(
    texts: &Field,
    targets: &Field,
    item: Element<'_>,
    (base, url): (&Url, &Url),
) -> String {
    let links = texts.elements(item).into_iter().filter(|link| {
        let target = targets.line_of(*link);
        target
            .and_then(|target| base.join(&target).ok())
            .is_some_and(|target| without_credentials(&target) == *url)
    });
    let rank = |link: Element<'_>| {
        let text = heading_in(link).unwrap_or_else(|| link.inline_text());
        let in_heading =
            std::iter::successors(Some(link), |e| e.parent()).take(4).any(|e| is_heading(e.name()));
        (!is_generic(&text), in_heading, text.len().min(300), text)
    };
    let best = links.map(rank).reduce(|best, next| {
        if (next.0, next.1, next.2) > (best.0, best.1, best.2) { next } else { best }
    });
    best.map(|(.., text)| text).unwrap_or_default()
}

fn heading_in(link: Element<'_>) -> Option<String> {
    let headings =
        Selector::parse("h1, h2, h3, h4, h5, h6").expect("a fixed selector, read in every test");
    link.select(&headings).map(Element::inline_text).find(|text| !text.is_empty())
}

/// Whether an element is a row of a table that holds nothing but heads: of a day, of columns.
fn is_head_row(element: Element<'_>) -> bool {
    let is_head = |child| matches!(child, Child::Element(cell) if cell.name() == "th");
    let is_cell = |child: &Child<'_>| matches!(child, Child::Element(_));
    element.name() == "tr" && element.children().filter(is_cell).all(is_head)
}

/// The name of the heading that an element is, or begins with.
fn heading_of(element: Element<'_>) -> Option<&str> {
    let first = element.children().find_map(|child| match child {
        Child::Element(inner) => Some(inner.name()),
        Child::Text(_) => None,
    });
    [Some(element.name()), first].into_iter().flatten().find(|name| is_heading(name))
}

fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Further pages of the list.
pub(crate) fn next_lists(entry: &Entry, recipe: &Recipe) -> Vec<Url> {
    let Some(next) = &recipe.next else { return Vec::new() };
    let Some(page) = parse(entry) else { return Vec::new() };
    let Some(base) = base(&page, entry) else { return Vec::new() };
    let urls = next.values(page.root()).filter_map(|target| base.join(&target).ok().filter(is_web));
    urls.map(|url| without_credentials(&url)).collect()
}

/// The document of a talk: what its page gives, else what the list gives.
///
/// # Errors
/// When its entry is damaged inside, and when the page only says that there is none, or asks for a
/// login.
pub(crate) fn talk(entry: &Entry, row: &Row, recipe: &Recipe) -> Result<Document, Problem> {
    let mut page = parse(entry).ok_or(Problem::Vanished)?;
    if recipe.parts_lines {
        part_lines(&mut page);
    }
    let mut document = recipe.talk.read(page.root());
    if let Some(problem) = placeholder::problem(&page, &document, &row.link_text) {
        return Err(problem);
    }
    if let Some(listed) = &row.listed {
        fill(&mut document, listed);
    }
    if document.title.is_empty() {
        document.title.clone_from(&row.link_text);
    }
    // What a page tells machines alone.
    if let Some(told) = corpus::embedded(&page, &document.title) {
        fill(&mut document, &told);
    }
    document.id = id_of(&row.url);
    if document.title.is_empty() {
        document.title.clone_from(&document.id);
    }
    if document.language.is_none() {
        let code = page.root().attribute("lang").and_then(corpus::language_code);
        document.language = code.map(str::to_owned);
    }
    document.url = Some(row.url.clone().into());
    Ok(document)
}

/// The path, and the query where there is one.
fn id_of(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

/// Where relative links start: at `<base href>`, else at the URL where the redirects ended.
pub(crate) fn base(page: &Html, entry: &Entry) -> Option<Url> {
    let url: Url = entry.final_url.parse().ok()?;
    let selector = Selector::parse("base[href]").expect("a fixed selector, read in every test");
    let href = page.select(&selector).next().and_then(|element| element.attribute("href"));
    Some(href.and_then(|href| url.join(href).ok()).unwrap_or(url))
}

/// Fills the empty parts of `document` from `other`.
pub(crate) fn fill(document: &mut Document, other: &Document) {
    let fill_text = |own: &mut String, other: &String| {
        if own.is_empty() {
            own.clone_from(other);
        }
    };
    fill_text(&mut document.title, &other.title);
    fill_text(&mut document.text, &other.text);
    let fill_names = |own: &mut Vec<String>, other: &Vec<String>| {
        if own.is_empty() {
            own.clone_from(other);
        }
    };
    fill_names(&mut document.tags, &other.tags);
    fill_names(&mut document.speakers, &other.speakers);
    let fill_line = |own: &mut Option<String>, other: &Option<String>| {
        if own.is_none() {
            own.clone_from(other);
        }
    };
    fill_line(&mut document.date, &other.date);
    fill_line(&mut document.start, &other.start);
    fill_line(&mut document.end, &other.end);
    fill_line(&mut document.room, &other.room);
    fill_line(&mut document.track, &other.track);
    fill_line(&mut document.language, &other.language);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Packed;

    fn entry(final_url: &str, body: &str) -> Entry {
        let body = Packed::pack(body.into());
        Entry { final_url: final_url.to_owned(), body, ..Entry::default() }
    }

    fn recipe() -> Recipe {
        let text = r#"
            [recipe]
            name = "test"
            [list]
            item = "li"
            link = "a.t"
            title = "b"
            speakers = "i"
            room = "@data-room"
            [talk]
            title = "h1"
            abstract = "div"
            tags = "span"
            room = "u"
        "#;
        Recipe::parse(text).unwrap()
    }

    fn rows(body: &str) -> Vec<Row> {
        list(&entry("https://conf.example/talks/", body), &recipe()).unwrap().rows
    }

    #[test]
    fn a_row_is_an_item_with_a_link_to_a_web_page() {
        let list = list(
            &entry(
                "https://conf.example/talks/",
                "<li data-room=R><a class=t href='one#x'>L</a><b>One</b><i>A, B</i></li>\
                 <li><b>Break</b></li><li><a class=t>no href</a></li>\
                 <li><a class=t href='mailto:a@b.example'>mail</a></li>\
                 <li><a href=/other>other</a><a class=t href='//u:p@conf.example/two?d=1'></a></li>",
            ),
            &recipe(),
        )
        .unwrap();
        assert_eq!(list.n_items, 5);
        let urls: Vec<_> = list.rows.iter().map(|row| row.url.as_str()).collect();
        assert_eq!(urls, ["https://conf.example/talks/one", "https://conf.example/two?d=1"]);
        let listed = list.rows[0].listed.as_deref().unwrap();
        assert_eq!((listed.title.as_str(), listed.room.as_deref()), ("One", Some("R")));
        assert_eq!(listed.speakers, ["A", "B"]);
    }

    #[test]
    fn links_start_at_the_base_of_the_page() {
        let rows = rows("<base href='/x/'><li><a class=t href=one>L</a></li>");
        assert_eq!(rows[0].url.as_str(), "https://conf.example/x/one");
    }

    #[test]
    fn the_talk_page_goes_before_the_list() {
        let row =
            &rows("<li data-room=R><a class=t href='one?d=1'>L</a><b>One</b><i>A</i></li>")[0];
        let page = "<html lang=en-GB><h1>The One</h1><div><p>a<p>b</div><span>t</span><u></u>";
        let document = talk(&entry("https://conf.example/talks/one", page), row, &recipe());
        assert_eq!(
            document.unwrap(),
            Document {
                id: "/talks/one?d=1".to_owned(),
                url: Some("https://conf.example/talks/one?d=1".to_owned()),
                title: "The One".to_owned(),
                text: "a\n\nb".to_owned(),
                tags: vec!["t".to_owned()],
                speakers: vec!["A".to_owned()],
                room: Some("R".to_owned()),
                language: Some("en".to_owned()),
                ..Document::default()
            }
        );
    }

    #[test]
    fn a_title_is_found_somewhere() {
        let title_of = |row: &str| {
            let rows = rows(row);
            talk(&entry("https://conf.example/one", ""), &rows[0], &recipe()).unwrap().title
        };
        assert_eq!(title_of("<li><a class=t href=one>L</a><b>One</b></li>"), "One");
        assert_eq!(title_of("<li><a class=t href=one>L</a></li>"), "L");
        assert_eq!(title_of("<li><a class=t href=one></a></li>"), "/talks/one");
    }
}
