//! The main text of a page whose template is not known.
//!
//! Paragraphs vote for the elements around them: one that says much, with few links, makes its
//! parent likely to hold the article, and the parent's parent half as likely (the idea of Arc90's
//! Readability, 2009). What authors say themselves goes first: `itemprop=articleBody`, `article`,
//! the names that systems give to their bodies. Inside the winner, what by its name, its links or
//! its kind is no text of the article is left out; siblings of the winner that read like it are
//! taken along. The numbers were set on pages of our own making and by reading the papers; they
//! are not fitted to a benchmark.

use std::collections::HashSet;

use scraper::{ElementRef, Node};

use super::{Element, Flow, Html, Selector, text};

/// A text that is shorter is no article, bytes.
const MIN_ARTICLE_BYTES: usize = 200;

/// A paragraph that is shorter does not vote, bytes.
const MIN_PARAGRAPH_BYTES: usize = 25;

/// Names of elements that hold the body of an article, and little else.
const BODY_NAMES: &[&str] = &[
    "articlebody",
    "article-body",
    "article__body",
    "article_body",
    "article-content",
    "article__content",
    "article-text",
    "articletext",
    "entry-content",
    "post-content",
    "post-body",
    "postbody",
    "post__content",
    "story-body",
    "storybody",
    "story-content",
    "story__body",
    "body-copy",
    "bodycopy",
    "content-body",
    "article-main",
    "page-content",
    "field-name-body",
    "single-content",
    "td-post-content",
    "news-text",
    "newstext",
    "mw-parser-output",
    "markdown-body",
    "post-text",
    "blog-content",
    "article-copy",
    "rich-text",
    "text-content",
    "article-detail",
    "zn-body__read-all",
    "caas-body",
    "meteredcontent",
    "article__text",
];

/// The other sections of an article have at least this share of the votes of the richest one.
const SECTION_SHARE: f64 = 0.25;

/// Words in names of elements that make them unlikely to hold the text.
const UNLIKELY: &[&str] = &[
    "share",
    "sharing",
    "social",
    "related",
    "comment",
    "comments",
    "disqus",
    "promo",
    "newsletter",
    "subscribe",
    "subscription",
    "sidebar",
    "recommend",
    "recommended",
    "recommendations",
    "widget",
    "ad",
    "ads",
    "advert",
    "advertisement",
    "sponsor",
    "sponsored",
    "breadcrumb",
    "breadcrumbs",
    "cookie",
    "cookies",
    "consent",
    "modal",
    "popup",
    "banner",
    "toolbar",
    "pagination",
    "pager",
    "rating",
    "ratings",
    "footer",
    "nav",
    "navbar",
    "navigation",
    "menu",
    "masthead",
    "login",
    "signup",
    "tags",
    "taglist",
    "trending",
    "popular",
    "teaser",
    "teasers",
    "outbrain",
    "taboola",
    "byline",
    "credits",
    "copyright",
    "disclaimer",
    "print",
    "tools",
    "skip",
    "hidden",
    "toc",
    "author",
    "authors",
    "bio",
    "caption",
    "gallery",
    "meta",
    "dateline",
    "timestamp",
    "more",
    "readmore",
    "follow",
    "donate",
    "donation",
    "cta",
    "jp-relatedposts",
    "sharedaddy",
    "next",
    "prev",
    "previous",
    "editsection",
    "reflist",
    "navbox",
    "infobox",
    "noprint",
    "sr-only",
    "visually-hidden",
    "screen-reader-text",
    "hashtag",
    "topics",
    "see-also",
    "read-more",
    "player",
    "paywall",
    "regwall",
    "inline-newsletter",
    "puff",
    "upsell",
    "apps",
];

/// Words that make up for unlikely ones: the whole page may be called `has-sidebar`.
const LIKELY: &[&str] =
    &["article", "body", "content", "entry", "main", "post", "story", "text", "blog", "page"];

struct Entry<'a> {
    element: ElementRef<'a>,
    parent: Option<usize>,
    end: usize,
    /// All text inside, bytes without gaps.
    text: usize,
    /// The part of it that is links.
    links: usize,
    commas: usize,
    /// Text directly inside, or in inline elements.
    own: usize,
    score: f64,
    /// The votes of all paragraphs inside, whole.
    votes: f64,
    is_gone: bool,
}

/// The text of the article on a page, in the form of
/// [`Document::text`](crate::Document::text); none where the page has none.
///
/// Cost: linear in the length of the page.
#[must_use]
pub fn article_text(page: &Html) -> Option<String> {
    let mut entries = Vec::new();
    let body = Selector::parse("body").ok()?;
    let body = page.select(&body).next()?;
    visit(body.0, None, &mut entries);
    for at in 0..entries.len() {
        entries[at].is_gone =
            entries[at].parent.is_some_and(|p| entries[p].is_gone) || never(&entries[at]);
    }
    let winner = declared(&entries).or_else(|| {
        vote(&mut entries);
        best(&entries)
    })?;
    let parts = with_siblings(&entries, winner);
    let dropped: HashSet<_> = parts
        .iter()
        .flat_map(|part| unwanted(&entries, *part))
        .map(|at| entries[at].element.id())
        .collect();
    let texts = parts.iter().map(|part| {
        let omit = |element: ElementRef<'_>| dropped.contains(&element.id());
        text::blocks(entries[*part].element, omit)
    });
    let text = texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
    (text.len() >= MIN_ARTICLE_BYTES).then_some(text)
}

/// Recursion is as deep as the page, which the parser bounds.
fn visit<'a>(element: ElementRef<'a>, parent: Option<usize>, entries: &mut Vec<Entry<'a>>) {
    let at = entries.len();
    entries.push(Entry {
        element,
        parent,
        end: at + 1,
        text: 0,
        links: 0,
        commas: 0,
        own: 0,
        score: 0.0,
        votes: 0.0,
        is_gone: false,
    });
    for child in element.children() {
        match child.value() {
            Node::Text(run) => {
                let n = run.split_whitespace().map(|word| word.len() + 1).sum::<usize>();
                entries[at].text += n;
                entries[at].own += n;
                entries[at].commas += run.matches([',', '，', '、', '،']).count();
            }
            Node::Element(_) => {
                let Some(child) = ElementRef::wrap(child) else { continue };
                let flow = text::flow(child.value().name());
                if flow == Flow::Unseen {
                    continue;
                }
                let inner = entries.len();
                visit(child, Some(at), entries);
                let (text, links, commas, own) = (
                    entries[inner].text,
                    entries[inner].links,
                    entries[inner].commas,
                    entries[inner].own,
                );
                entries[at].text += text;
                entries[at].links += if child.value().name() == "a" { text } else { links };
                entries[at].commas += commas;
                if flow == Flow::Inline {
                    entries[at].own += own;
                }
            }
            _ => {}
        }
    }
    entries[at].end = entries.len();
}

impl Entry<'_> {
    fn name(&self) -> &str {
        self.element.value().name()
    }

    fn link_density(&self) -> f64 {
        self.links as f64 / self.text.max(1) as f64
    }

    /// The words in its class and id.
    fn words(&self) -> Vec<String> {
        let element = Element(self.element);
        let names = element.classes().chain(element.attribute("id"));
        names
            .flat_map(|name| {
                let lower = name.to_ascii_lowercase();
                let mut words: Vec<String> =
                    lower.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
                words.push(lower);
                words
            })
            .collect()
    }

    fn has_word(&self, list: &[&str]) -> bool {
        self.words().iter().any(|word| list.contains(&word.as_str()))
    }
}

/// What is no part of any article.
fn never(entry: &Entry<'_>) -> bool {
    let element = Element(entry.element);
    matches!(entry.name(), "nav" | "footer" | "form" | "aside" | "dialog" | "menu" | "button")
        || element.attribute("hidden").is_some_and(|value| value != "until-found")
        || element.attribute("aria-hidden") == Some("true")
        || matches!(
            element.attribute("role"),
            Some(
                "navigation"
                    | "complementary"
                    | "banner"
                    | "contentinfo"
                    | "search"
                    | "dialog"
                    | "menu"
            )
        )
        || element.attribute("style").is_some_and(crate::page::hides)
}

/// The element that the page itself calls the body of its article.
fn declared(entries: &[Entry<'_>]) -> Option<usize> {
    let is_body = |entry: &Entry<'_>| {
        let element = Element(entry.element);
        let by_schema = element
            .attribute("itemprop")
            .is_some_and(|p| p.to_ascii_lowercase().contains("articlebody"));
        by_schema || entry.has_word(BODY_NAMES)
    };
    let total: usize = entries.first()?.text;
    let candidates = entries.iter().enumerate().filter(|(_, entry)| {
        !entry.is_gone
            && entry.text >= 2 * MIN_ARTICLE_BYTES
            && entry.link_density() < 0.4
            && is_body(entry)
    });
    // Of several the longest: the others are teasers. Inside each other, the outer one.
    let (at, found) = candidates.max_by_key(|(at, entry)| (entry.text, std::cmp::Reverse(*at)))?;
    // One that holds little of what the page says is something else.
    (found.text * 5 >= total - entries[0].links).then_some(at)
}

/// Lets every paragraph vote for the elements around it.
fn vote(entries: &mut [Entry<'_>]) {
    for at in 0..entries.len() {
        let entry = &entries[at];
        let is_voter = match entry.name() {
            "p" | "pre" | "blockquote" | "td" | "li" | "dd" => entry.own >= MIN_PARAGRAPH_BYTES,
            // Text between line breaks.
            "div" | "section" | "article" | "span" | "center" | "main" => {
                entry.own >= 4 * MIN_PARAGRAPH_BYTES && text::flow(entry.name()) == Flow::Block
            }
            _ => false,
        };
        if entry.is_gone || !is_voter || entry.link_density() > 0.6 {
            continue;
        }
        let in_list = if entry.name() == "li" { 0.4 } else { 1.0 };
        let votes =
            in_list * (1.0 + entry.commas.min(20) as f64 + (entry.own as f64 / 100.0).min(4.0));
        entries[at].votes += votes;
        let mut share = 1.0;
        // A block with text of its own is its own container.
        let first = if matches!(entries[at].name(), "div" | "section" | "article" | "main") {
            Some(at)
        } else {
            entries[at].parent
        };
        for around in
            std::iter::successors(first, |at| entries[*at].parent).take(5).collect::<Vec<_>>()
        {
            entries[around].score += votes * share;
            share *= 0.5;
        }
    }
    for at in (1..entries.len()).rev() {
        // Parents come before their children.
        if let Some(parent) = entries[at].parent.filter(|_| !entries[at].is_gone) {
            entries[parent].votes += entries[at].votes;
        }
    }
    for entry in entries.iter_mut().filter(|entry| entry.score > 0.0) {
        let mut weight = match entry.name() {
            "article" | "main" => 1.3,
            "div" | "section" => 1.0,
            "td" | "blockquote" | "pre" => 0.9,
            "ul" | "ol" | "dl" | "form" | "th" | "li" | "dd" => 0.5,
            "body" => 0.6,
            _ => 0.8,
        };
        if entry.has_word(LIKELY) {
            weight *= 1.2;
        } else if entry.has_word(UNLIKELY) {
            weight *= 0.4;
        }
        entry.score *= weight * (1.0 - entry.link_density());
    }
}

/// The element with the most votes; its parent where that holds much more that reads like it.
fn best(entries: &[Entry<'_>]) -> Option<usize> {
    let candidates =
        entries.iter().enumerate().filter(|(_, entry)| entry.score > 0.0 && !entry.is_gone);
    let (mut at, _) =
        candidates.max_by(|a, b| a.1.score.total_cmp(&b.1.score).then(b.0.cmp(&a.0)))?;
    while let Some(parent) = entries[at].parent {
        let (own, outer) = (&entries[at], &entries[parent]);
        let is_richer = outer.score >= 0.75 * own.score
            && outer.text as f64 * (1.0 - outer.link_density()) >= 1.3 * own.text as f64
            && outer.link_density() < 0.25
            && outer.name() != "body";
        if !is_richer {
            break;
        }
        at = parent;
    }
    Some(around_all_sections(entries, at))
}

/// Of an article in several sections, of which `at` is one, the element around all of them.
///
/// Sections are what stands beside each other in one `article`, or has the same classes.
fn around_all_sections(entries: &[Entry<'_>], at: usize) -> usize {
    let classes = |at: usize| Element(entries[at].element).attribute("class");
    let (mut best, mut child) = (at, at);
    while let Some(parent) = entries[child].parent {
        let outer = &entries[parent];
        if outer.name() == "body" || outer.is_gone || outer.has_word(UNLIKELY) {
            break;
        }
        let mut alike = 0.0;
        let mut sibling = parent + 1;
        while sibling < outer.end {
            let is_alike = entries[sibling].name() == entries[child].name()
                && classes(child).is_some()
                && classes(sibling) == classes(child);
            if sibling != child && is_alike {
                alike += entries[sibling].votes;
            }
            sibling = entries[sibling].end;
        }
        let mut chain = std::iter::successors(Some(parent), |at| entries[*at].parent);
        let is_article = chain.any(|at| entries[at].name() == "article");
        let gain = if is_article { outer.votes - entries[best].votes } else { alike };
        if gain >= SECTION_SHARE * entries[best].votes && outer.link_density() < 0.25 {
            best = parent;
        }
        child = parent;
    }
    best
}

/// The winner with the siblings that read like it.
fn with_siblings(entries: &[Entry<'_>], winner: usize) -> Vec<usize> {
    let Some(parent) = entries[winner].parent.filter(|_| entries[winner].score > 0.0) else {
        return vec![winner];
    };
    let own = &entries[winner];
    let classes = |entry: &Entry<'_>| Element(entry.element).attribute("class").map(str::to_owned);
    let mut parts = Vec::new();
    let mut at = parent + 1;
    while at < entries[parent].end {
        let entry = &entries[at];
        let is_same_kind = classes(entry).is_some() && classes(entry) == classes(own);
        let is_paragraph = entry.name() == "p" && entry.text >= 80 && entry.link_density() < 0.25;
        let is_good = entry.score >= own.score * if is_same_kind { 0.1 } else { 0.25 };
        if at == winner
            || !entry.is_gone
                && entry.link_density() < 0.3
                && !entry.has_word(UNLIKELY)
                && (is_good || is_paragraph)
        {
            parts.push(at);
        }
        at = entry.end;
    }
    parts
}

/// What inside `part` is no text of the article.
fn unwanted(entries: &[Entry<'_>], part: usize) -> Vec<usize> {
    let total = entries[part].text.max(1) as f64;
    let mut unwanted = Vec::new();
    let mut at = part + 1;
    while at < entries[part].end {
        let entry = &entries[at];
        let share = entry.text as f64 / total;
        let density = entry.link_density();
        let is_block = text::flow(entry.name()) == Flow::Block;
        let is_unlikely =
            is_block && share < 0.3 && entry.has_word(UNLIKELY) && !entry.has_word(BODY_NAMES);
        let is_links = match entry.name() {
            "ul" | "ol" | "dl" | "table" => density > 0.6 && entry.text < 2000,
            "p" => {
                density > 0.9
                    && entry.text < 120
                    && entry.text > 0
                    && entry.links > 0
                    && entry.text < 200
            }
            "div" | "section" => density > 0.5 && share < 0.3,
            "header" => share < 0.3,
            _ => false,
        };
        let is_caption = matches!(entry.name(), "figure" | "figcaption" | "caption");
        if entry.is_gone || is_unlikely || is_links || is_caption {
            unwanted.push(at);
            at = entry.end;
        } else {
            at += 1;
        }
    }
    unwanted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prose(n: usize) -> String {
        (0..n)
            .map(|k| format!("<p>Sentence {k} of the article, with a comma, says what it has to say to everybody who reads it.</p>"))
            .collect::<Vec<_>>()
            .concat()
    }

    #[test]
    fn an_article_in_sections_is_read_whole() {
        let section = |class: &str, n: usize| {
            format!(
                "<div class='wrap'><section class='{class}'><div>{}</div></section></div>",
                prose(n)
            )
        };
        let sections = section("a", 4) + &section("a", 5) + &section("b", 4);
        let page = format!(
            "<body><div class=x><article><div>{sections}</div></article></div>\
             <div class=y><p>Another text, that has nothing to do with it, stands here too.</p></div></body>"
        );
        let text = article_text(&Html::parse(&page)).unwrap();
        assert_eq!(text.matches("Sentence 0").count(), 3, "{text}");
        assert!(!text.contains("Another text"), "{text}");
    }

    #[track_caller]
    fn check(page: &str, n_paragraphs: usize) {
        let text = article_text(&Html::parse(page)).unwrap();
        let paragraphs: Vec<&str> = text.split("\n\n").collect();
        assert_eq!(paragraphs.len(), n_paragraphs, "{text}");
        assert!(paragraphs.iter().all(|p| p.starts_with("Sentence")), "{text}");
    }

    #[test]
    fn the_article_is_found_without_any_name() {
        let links: String = (0..30)
            .map(|n| format!("<li><a href=/{n}>Some other page of the site {n}</a>"))
            .collect::<Vec<_>>()
            .concat();
        check(
            &format!(
                "<div><ul>{links}</ul></div><div><div>{}</div></div><div><p>© Somebody, all rights reserved</div>",
                prose(6)
            ),
            6,
        );
    }

    #[test]
    fn what_the_page_calls_its_body_goes_first() {
        check(
            &format!(
                "<article><h1>Title</h1><div class=byline>By Ada, on Monday</div><div class='post-content x'>{}</div>\
                 <div class=comments>{}</div></article>",
                prose(5),
                prose(2).replace("Sentence", "Comment")
            ),
            5,
        );
    }

    #[test]
    fn what_stands_inside_and_is_no_text_is_left_out() {
        check(
            &format!(
                "<article>{}<figure><img><figcaption>A picture</figcaption></figure><div class=related-stories><a href=/1>Another story that is not this one</a></div>\
                 <aside>Newsletter</aside><ul><li><a href=/2>Link to more</a><li><a href=/3>And more</a></ul>{}</article>",
                prose(3),
                prose(3)
            ),
            6,
        );
    }

    #[test]
    fn an_article_in_several_sections_is_taken_whole() {
        check(
            &format!(
                "<main><section class=s>{}</section><section class=s>{}</section><section class=s>{}</section></main>",
                prose(4),
                prose(3),
                prose(3)
            ),
            10,
        );
    }

    #[test]
    fn pages_without_an_article_have_none() {
        assert_eq!(article_text(&Html::parse("<ul><li><a href=/1>one</a></ul>")), None);
        assert_eq!(article_text(&Html::parse("")), None);
    }
}
