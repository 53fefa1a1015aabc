//! The list on a page: which links lead to documents.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use url::Url;

use super::link_words::{self, is_generic};
use super::outline::{Node, Outline};
use super::words;
use crate::address::{is_same_site, is_web, without_credentials};
use crate::globs::Globs;

/// Fewer links than this are no list.
const MIN_LINKS: usize = 3;

/// Lists whose score is lower are not trusted.
const MIN_SCORE: f64 = 0.5;

/// A link of a page to its own site.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) url: Url,
    pub(crate) node: usize,
    pub(crate) text: String,
    /// The place of the page that it leads to.
    fragment: Option<String>,
    in_frame: bool,
    in_heading: bool,
    /// Below a heading that announces news, related things, sponsors.
    is_beside: bool,
}

/// The links that lead to documents.
#[derive(Debug, Clone)]
pub(crate) struct List {
    /// Globs for the paths of the URLs.
    pub(crate) globs: Vec<String>,
    /// The links, the best one for each URL, in the order of the page.
    pub(crate) links: Vec<Link>,
    /// From 0 to 1.
    pub(crate) confidence: f64,
}

/// A menu has no more links than this.
const MAX_MENU: usize = 15;

impl List {
    /// Whether it may be a menu: a few links of a word or two.
    pub(crate) fn is_menu(&self) -> bool {
        let n_words = |link: &Link| link.text.split_whitespace().count();
        let n: usize = self.links.iter().map(n_words).sum();
        self.links.len() <= MAX_MENU && n <= 2 * self.links.len()
    }

    /// Whether the addresses do not speak of something else, such as speakers.
    pub(crate) fn is_of_documents(&self) -> bool {
        self.globs.first().is_some_and(|glob| glob_kind(glob) >= 1.0)
    }
}

/// All links of a page to other pages of its site.
pub(crate) fn links(outline: &Outline, base: &Url) -> Vec<Link> {
    let beside = beside(outline);
    let mut links = Vec::new();
    for (at, node) in outline.nodes.iter().enumerate() {
        let Some(href) = &node.href else { continue };
        let Some(url) = base.join(href.trim()).ok().filter(is_web) else { continue };
        if !is_same_site(&url, base) {
            continue;
        }
        if is_file(&url) {
            continue;
        }
        let fragment = url.fragment().filter(|name| !name.is_empty()).map(str::to_owned);
        let url = without_credentials(&url);
        if url == without_credentials(base) {
            continue;
        }
        let inner_heading = outline.nodes[at..node.end]
            .iter()
            .find(|inner| inner.is_heading() && !inner.text.is_empty());
        let in_heading = inner_heading.is_some()
            || outline.chain(at).take(4).any(|n| outline.nodes[n].is_heading());
        let text = inner_heading.map_or(&node.text, |heading| &heading.text).clone();
        let is_beside = beside[at];
        let in_frame = node.in_frame;
        links.push(Link { url, node: at, text, fragment, in_frame, in_heading, is_beside });
    }
    links
}

/// Whether the address is that of a file that is no page, by its ending.
fn is_file(url: &Url) -> bool {
    const ENDINGS: &[&str] = &[
        "pdf", "ps", "doc", "docx", "odt", "ppt", "pptx", "odp", "key", "xls", "xlsx", "csv",
        "bib", "zip", "gz", "tgz", "epub", "jpg", "jpeg", "png", "gif", "svg", "webp", "mp3",
        "mp4", "ogg", "ogv", "webm", "mov", "avi", "ics",
    ];
    let name = url.path().rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// Of each element, whether the heading before it inside the same part of the page announces what
/// stands beside the content: news, related things, sponsors.
fn beside(outline: &Outline) -> Vec<bool> {
    let mut beside = vec![false; outline.nodes.len()];
    for (at, node) in outline.nodes.iter().enumerate() {
        let announces = node.is_heading()
            && words::tokens(&node.text).len() <= 4
            && words::announces_other(&node.text);
        let Some(parent) = node.parent.filter(|_| announces) else { continue };
        // Up to the next heading of the same element, or the end of the element around.
        let end = outline.nodes[parent].end;
        let inside = node.end..end;
        let next = inside.clone().find(|n| {
            outline.nodes[*n].tag == node.tag && outline.nodes[*n].parent == Some(parent)
        });
        beside[at..next.unwrap_or(end)].fill(true);
    }
    beside
}

/// No more lists than this are tried.
const MAX_CANDIDATES: usize = 3;

/// The lists among `links`, the best first; none where nothing looks like one.
pub(crate) fn find_all(outline: &Outline, links: &[Link]) -> Vec<List> {
    let mut lists = Vec::new();
    let mut rest = links.to_vec();
    while lists.len() < MAX_CANDIDATES
        && let Some(list) = find(outline, &rest)
    {
        let globs = Globs::new(list.globs.clone());
        rest.retain(|link| !globs.matches(&link.url));
        lists.push(list);
    }
    lists
}

/// The list among `links`; none where nothing looks like one.
pub(crate) fn find(outline: &Outline, links: &[Link]) -> Option<List> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, link) in links.iter().enumerate() {
        for glob in globs_of(&link.url) {
            groups.entry(glob).or_default().push(at);
        }
    }
    let mut scored: Vec<(f64, &String, Vec<usize>)> = groups
        .iter()
        .filter_map(|(glob, members)| {
            let best = best_of_each(links, members);
            (best.len() >= MIN_LINKS).then(|| (score(glob, links, &best), glob, best))
        })
        .collect();
    // Ties go to the glob that says more.
    scored.sort_by(|a, b| {
        b.0.total_cmp(&a.0)
            .then_with(|| wildcards(a.1).cmp(&wildcards(b.1)))
            .then_with(|| a.1.cmp(b.1))
    });
    let best = scored.first().filter(|(score, ..)| *score >= MIN_SCORE);
    let Some((best_score, glob, members)) = best else {
        return find_repeated(outline, links, &groups);
    };
    let mut globs = vec![(*glob).clone()];
    let mut all: BTreeSet<usize> = members.iter().copied().collect();
    extend(outline, links, &scored, &mut globs, &mut all);
    let members: Vec<usize> = all.into_iter().collect();
    let mut best = best_of_each(links, &members);
    best.sort_unstable();
    let confidence = (best_score / 5.0).min(1.0);
    Some(List { globs, links: best.iter().map(|at| links[*at].clone()).collect(), confidence })
}

/// Fewer links that say nothing are no list.
const MIN_REPEATED: usize = 5;

/// A list whose links all say the same (`Details`): as many as possible at one place of the page,
/// outside its frame, to pages whose addresses speak of nothing else.
fn find_repeated(
    outline: &Outline,
    links: &[Link],
    groups: &BTreeMap<String, Vec<usize>>,
) -> Option<List> {
    let mut best: Option<(usize, &String, Vec<usize>)> = None;
    for (glob, members) in
        groups.iter().filter(|(glob, _)| wildcards(glob) == 1 && glob_kind(glob) >= 1.0)
    {
        let own: Vec<usize> = members.iter().copied().filter(|at| !links[*at].in_frame).collect();
        let own = best_of_each(links, &own);
        let places: BTreeSet<usize> =
            own.iter().map(|at| outline.nodes[links[*at].node].path).collect();
        let n = own.len();
        let n_generic = own.iter().filter(|at| is_generic(&links[**at].text)).count();
        if n >= MIN_REPEATED
            && 5 * n_generic >= 4 * n
            && places.len() == 1
            && best.as_ref().is_none_or(|(most, ..)| n > *most)
        {
            best = Some((n, glob, own));
        }
    }
    let (_, glob, members) = best?;
    let links = members.iter().map(|at| links[*at].clone()).collect();
    Some(List { globs: vec![glob.clone()], links, confidence: 0.5 })
}

/// The list among bare addresses: those of the largest kind whose path speaks of documents.
pub(crate) fn find_by_url(urls: &[Url]) -> Option<List> {
    let (glob, members) = largest_kind(urls.iter(), |glob| glob_kind(glob) > 1.0)?;
    let links = members.into_iter().map(|at| bare_link(&urls[at], "")).collect();
    Some(List { globs: vec![glob], links, confidence: 0.6 })
}

/// The documents that a page names to machines: addresses, and what they are called.
pub(crate) fn find_named(named: &[(Url, String)]) -> Option<List> {
    let (glob, members) = largest_kind(named.iter().map(|(url, _)| url), |_| true)?;
    let link = |at: usize| bare_link(&named[at].0, &named[at].1);
    let links = members.into_iter().map(link).collect();
    Some(List { globs: vec![glob], links, confidence: 0.8 })
}

/// The places of the addresses of the largest kind that is `wanted`, and its pattern.
fn largest_kind<'u>(
    urls: impl Iterator<Item = &'u Url>,
    wanted: impl Fn(&str) -> bool,
) -> Option<(String, BTreeSet<usize>)> {
    let mut groups: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (at, url) in urls.enumerate() {
        for glob in globs_of(url).into_iter().filter(|glob| wildcards(glob) == 1 && wanted(glob)) {
            groups.entry(glob).or_default().insert(at);
        }
    }
    groups
        .into_iter()
        .filter(|(_, members)| members.len() >= MIN_LINKS)
        .max_by_key(|(glob, members)| (members.len(), std::cmp::Reverse(glob.clone())))
}

/// A link that stands in no page.
fn bare_link(url: &Url, text: &str) -> Link {
    Link {
        url: without_credentials(url),
        node: 0,
        text: text.to_owned(),
        fragment: None,
        in_frame: false,
        in_heading: false,
        is_beside: false,
    }
}

/// Further kinds of documents in the same list: links of another glob that stand where those of
/// the best one stand.
fn extend(
    outline: &Outline,
    links: &[Link],
    scored: &[(f64, &String, Vec<usize>)],
    globs: &mut Vec<String>,
    all: &mut BTreeSet<usize>,
) {
    let best_quality = mean_quality(links, &all.iter().copied().collect::<Vec<_>>());
    let places: BTreeSet<usize> =
        all.iter().map(|at| outline.nodes[links[*at].node].path).collect();
    let n_best = all.len();
    let mut n_around: HashMap<(usize, Vec<&str>), usize> = HashMap::new();
    for at in all.iter() {
        for around in around(outline, links[*at].node) {
            *n_around.entry(around).or_default() += 1;
        }
    }
    // Beside them in the same element, whatever the classes of single rows say.
    let is_beside = |node: usize| {
        around(outline, node).any(|key| n_around.get(&key).is_some_and(|n| *n >= MIN_LINKS))
    };
    for (_, glob, members) in scored {
        let is_known = members.iter().any(|at| all.contains(at));
        let stand_there = members
            .iter()
            .map(|at| links[*at].node)
            .filter(|at| places.contains(&outline.nodes[*at].path) || is_beside(*at))
            .count();
        let is_alike = mean_quality(links, members) >= 0.7 * best_quality;
        if is_known
            || glob_kind(glob) < 0.5
            || wildcards(glob) > wildcards(&globs[0])
            || 10 * stand_there < 9 * members.len()
            || !is_alike
            || members.len() * 20 < n_best
        {
            continue;
        }
        globs.push((*glob).clone());
        all.extend(members);
    }
}

/// How many elements up a list may be from its links.
const MAX_UP: usize = 4;

/// The nearest elements around a link, each with the names of what is between them.
fn around(outline: &Outline, link: usize) -> impl Iterator<Item = (usize, Vec<&str>)> {
    let chain: Vec<usize> = outline.chain(link).take(MAX_UP + 1).collect();
    (1..chain.len()).map(move |up| {
        let between = chain[1..up].iter().map(|at| outline.nodes[*at].tag).collect();
        (chain[up], between)
    })
}

/// Globs that a URL could be one of: with one, two or three of the last segments of its path
/// open, or with the values of its query open.
fn globs_of(url: &Url) -> Vec<String> {
    let segments: Vec<&str> = url.path_segments().map(Iterator::collect).unwrap_or_default();
    let mut globs = Vec::new();
    if let Some(query) = url.query() {
        let keys: Vec<&str> =
            query.split('&').map(|pair| pair.split('=').next().unwrap_or(pair)).collect();
        let open: Vec<String> = keys.iter().map(|key| format!("{key}=*")).collect();
        globs.push(format!("{}?{}", url.path(), open.join("&")));
        return globs;
    }
    // A segment that all pages of a kind end with: `index.html`, or nothing after the last slash.
    let open: Vec<usize> = (0..segments.len())
        .filter(|at| !segments[*at].is_empty() && !segments[*at].starts_with("index."))
        .collect();
    let open = &open[open.len().saturating_sub(3)..];
    for mask in 1_u32..(1 << open.len()) {
        let mut parts: Vec<&str> = segments.clone();
        for (bit, at) in open.iter().enumerate() {
            if mask & (1 << bit) != 0 {
                parts[*at] = "*";
            }
        }
        globs.push(format!("/{}", parts.join("/")));
    }
    globs
}

fn wildcards(glob: &str) -> usize {
    glob.bytes().filter(|b| *b == b'*').count()
}

/// The best link of each URL: one with a text that says something.
fn best_of_each(links: &[Link], members: &[usize]) -> Vec<usize> {
    let mut best: HashMap<&Url, usize> = HashMap::new();
    let mut order = Vec::new();
    for at in members {
        let link = &links[*at];
        match best.get_mut(&link.url) {
            None => {
                best.insert(&link.url, *at);
                order.push(&link.url);
            }
            Some(known) => {
                let rank = |link: &Link| {
                    (
                        !is_generic(&link.text),
                        link.in_heading,
                        !link.in_frame,
                        link.text.len().min(300),
                    )
                };
                if rank(link) > rank(&links[*known]) {
                    *known = *at;
                }
            }
        }
    }
    order.into_iter().map(|url| best[url]).collect()
}

/// How much a group of links looks like a list of documents.
fn score(glob: &str, links: &[Link], best: &[usize]) -> f64 {
    let texts: BTreeSet<String> = best.iter().map(|at| links[*at].text.to_lowercase()).collect();
    let distinct = texts.len() as f64 / best.len() as f64;
    let n = best.len() as f64;
    let is_vague = 0.9_f64.powi(wildcards(glob) as i32 - 1);
    (1.0 + n).ln() * mean_quality(links, best) * distinct * distinct * glob_kind(glob) * is_vague
}

fn mean_quality(links: &[Link], members: &[usize]) -> f64 {
    members.iter().map(|at| quality(&links[*at])).sum::<f64>() / members.len().max(1) as f64
}

/// How much a link looks like the title of a document.
fn quality(link: &Link) -> f64 {
    if is_generic(&link.text) {
        return 0.05;
    }
    let n_words =
        link.text.split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)).count();
    // Languages without gaps between words.
    let n_words =
        n_words.max(link.text.chars().filter(|c| !c.is_ascii() && c.is_alphabetic()).count() / 3);
    let mut quality: f64 = match n_words {
        0 => 0.05,
        1 => 0.25,
        2 => 0.4,
        3 => 0.7,
        4 => 0.9,
        _ => 1.0,
    };
    if crate::dates::day_in(&link.text).is_some() && n_words <= 4 {
        quality *= 0.3;
    }
    if link.in_heading {
        quality *= 1.25;
    }
    if link.in_frame {
        quality *= 0.1;
    }
    if link.is_beside {
        quality *= 0.4;
    }
    quality
}

/// What the words of a path say: more than 1 for documents, less for other things. News and posts
/// are documents where nothing else is.
fn glob_kind(glob: &str) -> f64 {
    let path = glob.split('?').next().unwrap_or(glob);
    for segment in path.rsplit('/') {
        let words = words::tokens(segment);
        let has = |list: &[&str]| {
            list.contains(&segment) || words.iter().any(|word| list.contains(&word.as_str()))
        };
        if has(words::OTHER_PATHS) {
            return 0.35;
        }
        if has(words::NEWS_PATHS) {
            return 1.0;
        }
        if has(words::DOCUMENT_PATHS) {
            return 1.25;
        }
    }
    1.0
}

/// Where the list goes on: the next pages of it, and the other days of a programme.
pub(crate) fn more_lists(outline: &Outline, links: &[Link], at: &Url) -> Vec<Url> {
    let mut more = Vec::new();
    let path_of = |url: &Url| url.path().trim_end_matches('/').to_owned();
    let own_path = path_of(at);
    let parent = own_path.rsplit_once('/').map_or("", |(parent, _)| parent);
    let own_page = page_number(at);
    for link in links {
        let node = &outline.nodes[link.node];
        let rel = node.rel.as_deref().unwrap_or_default();
        let path = path_of(&link.url);
        let is_rel_next = rel.split_whitespace().any(|word| word.eq_ignore_ascii_case("next"));
        let says_next = link_words::is_next(&link.text)
            || node.label.as_deref().is_some_and(link_words::is_next);
        let page = page_number(&link.url).filter(|n| {
            own_page.as_ref().is_none_or(|own| own.1 == n.1)
                && path_without_page(&link.url) == path_without_page(at)
        });
        // Whatever it says: the first page is the one without a number.
        let is_next_page = page.as_ref().is_some_and(|n| {
            NUMBERS.contains(&n.1.as_str())
                && n.0 == own_page.as_ref().map_or(1, |own| own.0).saturating_add(1)
        });
        let is_page = page.is_some();
        let is_day = !node.in_frame
            && link_words::is_day(&link.text)
            && (path == own_path
                || path.strip_prefix(&own_path).is_some_and(|rest| rest.starts_with('/'))
                || path
                    .rsplit_once('/')
                    .is_some_and(|(other, _)| other == parent && !parent.is_empty()));
        if (is_rel_next || (says_next && is_page) || is_next_page || is_day)
            && !more.contains(&link.url)
        {
            more.push(link.url.clone());
        }
    }
    let buttons = outline.nodes.iter().filter(|node| link_words::is_more(&node.text));
    let fetched = buttons.filter_map(|node| at.join(node.fetches.as_deref()?).ok());
    for url in fetched.filter(|url| is_web(url) && is_same_site(url, at)) {
        let url = without_credentials(&url);
        if !more.contains(&url) {
            more.push(url);
        }
    }
    more
}

/// Keys of addresses that count pages, and nothing else.
const NUMBERS: &[&str] = &["page", "paged", "pg", "seite", "pagina"];

/// The address of the files among the links outside the frame of the page, such as PDF, with what
/// the links say.
pub(crate) fn files(outline: &Outline, base: &Url) -> Vec<(Url, String)> {
    let outside = outline.nodes.iter().filter(|node| !node.in_frame && !is_generic(&node.text));
    let file = |node: &Node| {
        let url = base.join(node.href.as_deref()?.trim()).ok()?;
        (is_web(&url) && is_file(&url)).then(|| (without_credentials(&url), node.text.clone()))
    };
    outside.filter_map(file).collect()
}

/// The number of a page of a list and the key it stands under: `?page=2`, `/page/2/`.
fn page_number(url: &Url) -> Option<(u32, String)> {
    const KEYS: &[&str] = &["page", "p", "start", "offset", "paged", "pg", "seite", "pagina"];
    for (key, value) in url.query_pairs() {
        if KEYS.contains(&key.to_lowercase().as_str())
            && let Ok(number) = value.parse()
        {
            return Some((number, key.into_owned()));
        }
    }
    let segments: Vec<&str> = url.path_segments().map(Iterator::collect).unwrap_or_default();
    segments.windows(2).find_map(|pair| {
        let number = pair[1].trim_end_matches(".html").parse().ok()?;
        KEYS.contains(&pair[0]).then(|| (number, pair[0].to_owned()))
    })
}

fn path_without_page(url: &Url) -> String {
    let path = url.path().trim_end_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    match segments.as_slice() {
        [start @ .., key, number]
            if number.trim_end_matches(".html").parse::<u32>().is_ok()
                && key.chars().all(char::is_alphabetic)
                && matches!(*key, "page" | "p" | "seite" | "pagina") =>
        {
            start.join("/")
        }
        _ => path.to_owned(),
    }
}

/// Fewer links to places of one page are no list.
const MIN_ANCHORS: usize = 5;

/// The page that holds what the links name: most of them, and more than `n_listed`, lead to a
/// place of it each.
pub(crate) fn anchored_page(links: &[Link], n_listed: usize) -> Option<&Url> {
    let mut places: BTreeMap<&Url, BTreeSet<&str>> = BTreeMap::new();
    for link in links.iter().filter(|link| !link.in_frame && !is_generic(&link.text)) {
        if let Some(fragment) = &link.fragment {
            places.entry(&link.url).or_default().insert(fragment);
        }
    }
    let (url, most) = places.into_iter().max_by_key(|(_, places)| places.len())?;
    (most.len() >= MIN_ANCHORS && most.len() > n_listed).then_some(url)
}

/// A page that may hold the list, for a start page that holds none: the best link by its words.
pub(crate) fn list_page(links: &[Link]) -> Option<&Link> {
    let rank = |link: &&Link| {
        let text = words::tokens(&link.text);
        let path = words::tokens(link.url.path());
        let place = |words: &[String]| {
            words::LIST_WORDS.iter().position(|word| words.iter().any(|own| own == word))
        };
        let by_text = place(&text).filter(|_| text.len() <= 4).map(|at| at * 2);
        let by_path = place(&path).filter(|_| path.len() <= 4).map(|at| at * 2 + 1);
        by_text.into_iter().chain(by_path).min()
    };
    links
        .iter()
        .filter(|link| rank(link).is_some())
        .min_by_key(|link| (rank(link), link.url.path().len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use corpus::html::Html;

    fn found(body: &str) -> Option<List> {
        let outline = Outline::of(&Html::parse(body));
        let base = "https://conf.example/2026/schedule/".parse().unwrap();
        find(&outline, &links(&outline, &base))
    }

    fn rows(n: usize, row: impl Fn(usize) -> String) -> String {
        (0..n).map(row).collect()
    }

    #[test]
    fn talks_win_against_navigation_and_speakers() {
        let nav =
            rows(40, |n| format!("<li><a href=/2026/info-{n}>Some page of this site {n}</a>"));
        let talks = rows(8, |n| {
            format!(
                "<tr><td><a href='../talk/{n}-x/'>How number {n} became a talk</a>\
                 <td><a href=/2026/speaker/{n}>Ada Number {n}</a>"
            )
        });
        let list = found(&format!("<nav><ul>{nav}</ul></nav><table>{talks}</table>")).unwrap();
        assert_eq!(list.globs, ["/2026/talk/*/"]);
        assert_eq!(list.links.len(), 8);
        assert_eq!(list.links[3].text, "How number 3 became a talk");
    }

    #[test]
    fn the_best_link_of_a_card_gives_the_title() {
        let cards = rows(5, |n| {
            format!(
                "<div><a href=/t/{n}><img></a><h3><a href=/t/{n}>Card number {n}</a></h3>\
                 <a href=/t/{n}>Read more</a></div>"
            )
        });
        let list = found(&cards).unwrap();
        assert_eq!(list.links.len(), 5);
        assert_eq!(list.links[0].text, "Card number 0");
    }

    #[test]
    fn other_kinds_in_the_same_table_belong_to_the_list() {
        let talks = rows(9, |n| {
            let kind = if n < 5 { "talks" } else { "tutorials" };
            format!("<tr><td class=e><a href=/2026/{kind}/x{n}>Learn the thing number {n}</a>")
        });
        let list = found(&format!("<table>{talks}</table>")).unwrap();
        assert_eq!(list.links.len(), 9, "{:?}", list.globs);
    }

    #[test]
    fn ids_in_the_query_make_a_list_too() {
        let talks =
            rows(6, |n| format!("<li><a href='/view.php?id={n}'>A talk about {n} things</a>"));
        assert_eq!(found(&talks).unwrap().globs, ["/view.php?id=*"]);
    }

    #[test]
    fn a_page_of_prose_has_no_list() {
        let prose = "<p>Text with <a href=/a>one link</a> and <a href=/b/c>another</a>.</p>";
        assert!(found(prose).is_none());
    }

    #[test]
    fn links_to_places_of_one_page_name_that_page() {
        let talks =
            rows(6, |n| format!("<li><a href='../abstracts.html#t{n}'>Talk number {n}</a>"));
        let outline = Outline::of(&Html::parse(&format!("{talks}<a href=/x#a>x</a>")));
        let base = "https://conf.example/2026/schedule/".parse().unwrap();
        let links = links(&outline, &base);
        let page = |n_listed| anchored_page(&links, n_listed).map(Url::as_str);
        assert_eq!(page(0), Some("https://conf.example/2026/abstracts.html"));
        assert_eq!(page(6), None);
    }

    #[test]
    fn next_pages_and_days_are_followed() {
        let at: Url = "https://conf.example/talks/".parse().unwrap();
        let outline = Outline::of(&Html::parse(
            "<a href='?page=2'>2</a><a rel=next href='/talks/older'>Older</a>\
             <a href='/talks/monday/'>Monday</a><a href=/about/>About</a><a href=/talks/1>1</a>",
        ));
        let more = more_lists(&outline, &links(&outline, &at), &at);
        let more: Vec<&str> = more.iter().map(Url::as_str).collect();
        assert_eq!(
            more,
            [
                "https://conf.example/talks/?page=2",
                "https://conf.example/talks/older",
                "https://conf.example/talks/monday/"
            ]
        );
    }
}
