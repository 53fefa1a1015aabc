//! The main text of a page whose template is not known.
//!
//! Paragraphs vote for the elements around them: one that says much, with few links, makes its
//! parent likely to hold the article, and the parent's parent half as likely (the idea of Arc90's
//! Readability, 2009). What authors say themselves goes first: `itemprop=articleBody`, `article`,
//! the names that systems give to their bodies. Inside the winner, what by its name, its links or
//! its kind is no text of the article is left out; siblings of the winner that read like it are
//! taken along. The numbers were set on pages of our own making and by reading the papers; they
//! are not fitted to a benchmark.

mod choose;
mod names;
mod others;
mod outline;
mod pieces;

use std::collections::{HashMap, HashSet};

use super::{Html, Selector, text};
use names::Marks;
use outline::Entry;

/// A text that is shorter is no article, bytes.
const MIN_ARTICLE_BYTES: usize = 200;

/// How an article begins is at least as long, bytes.
const MIN_LEAD_BYTES: usize = 60;

/// A cell with as many links is a menu.
const MENU_LINKS: usize = 5;

/// A class that marks as much of an article is none for what does not belong to it.
const MAX_UNLIKELY_SHARE: f64 = 0.3;

/// The text of the article on a page, in the form of
/// [`Document::text`](crate::Document::text); none where the page has none.
///
/// Cost: linear in the length of the page.
#[must_use]
pub fn article_text(page: &Html) -> Option<String> {
    let body = Selector::parse("body").ok()?;
    let body = page.select(&body).next()?;
    let mut entries = outline::of(body.0);
    others::leave_out(&mut entries, page);
    let parts = choose::parts(&mut entries);
    let dropped: HashSet<_> = parts
        .iter()
        .flat_map(|part| unwanted(&entries, *part))
        .map(|at| entries[at].element.id())
        .collect();
    let mut texts: Vec<String> = Vec::new();
    for part in parts {
        let omit = |element: scraper::ElementRef<'_>| dropped.contains(&element.id());
        let text = text::blocks(entries[part].element, omit);
        if !text.is_empty() {
            texts.push(text);
        }
    }
    let text = texts.join("\n\n");
    (text.len() >= MIN_ARTICLE_BYTES).then_some(text)
}

/// What inside `part` is no text of the article.
fn unwanted(entries: &[Entry<'_>], part: usize) -> Vec<usize> {
    let total = entries[part].text.max(1) as f64;
    let inside = &entries[part + 1..entries[part].end];
    let mut text_of_class: HashMap<&str, usize> = HashMap::new();
    for entry in inside.iter().filter(|entry| entry.marks.is_unlikely()) {
        *text_of_class.entry(entry.attribute("class").unwrap_or_default()).or_default() +=
            entry.text;
    }
    // Where little else stands, what people say to each other is the text, or what a gallery shows.
    let has_text_without = |is_some: fn(Marks) -> bool| {
        entries[part].text - marked_bytes(entries, part, is_some) >= 2 * MIN_ARTICLE_BYTES
    };
    let has_text_beside_comments = has_text_without(Marks::is_comments);
    let has_text_beside = has_text_without(Marks::is_beside);
    let mut unwanted = Vec::new();
    let mut at = part + 1;
    while at < entries[part].end {
        let entry = &entries[at];
        let share = entry.text as f64 / total;
        let density = entry.link_density();
        let is_unlikely =
            entry.is_block() && entry.marks.is_unlikely() && !entry.marks.is_body() && {
                let class = entry.attribute("class").unwrap_or_default();
                entry.marks.is_comments() && has_text_beside_comments
                    || entry.marks.is_beside() && has_text_beside && entry.name() != "p"
                    || (text_of_class[class] as f64) < MAX_UNLIKELY_SHARE * total
            };
        let is_links = match entry.name() {
            "ul" | "ol" | "dl" | "table" => density > 0.6 && entry.text < 2000,
            "p" => density > 0.9 && entry.links > 0 && entry.text < 200,
            "div" | "section" => density > 0.5 && share < 0.3,
            "td" => density > 0.5 && share < 0.3 && n_links(entries, at) >= MENU_LINKS,
            "header" => share < 0.3 && !has_lead(entries, at),
            _ => false,
        };
        if entry.is_gone || is_unlikely || is_links || is_caption(entries, at) {
            unwanted.push(at);
            at = entry.end;
        } else {
            at += 1;
        }
    }
    unwanted
}

/// How much of the text inside `part` has such names, bytes.
fn marked_bytes(entries: &[Entry<'_>], part: usize, is_some: fn(Marks) -> bool) -> usize {
    let (mut n, mut at) = (0, part + 1);
    while at < entries[part].end {
        if is_some(entries[at].marks) {
            n += entries[at].text;
            at = entries[at].end;
        } else {
            at += 1;
        }
    }
    n
}

fn n_links(entries: &[Entry<'_>], part: usize) -> usize {
    entries[part..entries[part].end].iter().filter(|entry| entry.name() == "a").count()
}

/// Whether a header says more than the title: how the article begins.
fn has_lead(entries: &[Entry<'_>], header: usize) -> bool {
    entries[header..entries[header].end].iter().any(|entry| {
        entry.marks.is_lead() && entry.text >= MIN_LEAD_BYTES && entry.link_density() < 0.2
    })
}

/// A caption, and a figure unless it shows text: a table, code, a quotation.
fn is_caption(entries: &[Entry<'_>], at: usize) -> bool {
    match entries[at].name() {
        "figcaption" | "caption" => true,
        "figure" => !entries[at + 1..entries[at].end]
            .iter()
            .any(|inner| matches!(inner.name(), "table" | "pre" | "blockquote")),
        _ => false,
    }
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
    fn a_form_around_the_page_is_no_form_of_it() {
        check(&format!("<form id=page><div><div>{}</div></div></form>", prose(5)), 5);
    }

    #[test]
    fn a_name_that_marks_much_of_the_article_says_nothing() {
        let text = prose(6).replace("<p>", "<p class=paywall>");
        let buy = "<div class=paywall-note><p>Subscribe now, it is cheap.</p></div>";
        check(&format!("<article><div class=article-body>{text}{buy}</div></article>"), 6);
    }

    #[test]
    fn the_introduction_before_the_body_is_part_of_the_text() {
        let lead = "<div class=article__lead>Sentence of the lead, which says in two lines what all of it is about.</div>";
        check(
            &format!(
                "<article><h1>T</h1>{lead}<div class=entry-content>{}</div></article>",
                prose(5)
            ),
            6,
        );
        let teasers = "<div class=lead>Teaser of an article that is another one, which is longer than it must be.</div>".repeat(3);
        check(&format!("<main>{teasers}<div class=entry-content>{}</div></main>", prose(5)), 5);
    }

    #[test]
    fn many_comments_are_no_text_but_where_there_is_nothing_else() {
        let comments = prose(30).replace("Sentence", "Comment");
        let text = format!("<div class=x>{}</div>", prose(6));
        check(&format!("<article>{text}<div id=my_comment_list>{comments}</div></article>"), 6);
        let posts = format!("<div id=comments><div class=comment>{}</div></div>", prose(4));
        check(&format!("<main><h1>Q</h1>{posts}</main>"), 4);
    }

    #[test]
    fn pieces_of_one_name_are_one_article_and_posts_of_a_list_are_not() {
        let piece = |title: &str, n: usize| {
            let title = title.replace('T', "<h2><a href=/1>Another post</a></h2>");
            format!(
                "<div class=block>{title}<div class='article-text x{n}'>{}</div></div><img>",
                prose(n)
            )
        };
        let page = |titles: [&str; 3]| {
            let [a, b, c] = titles;
            let first = prose(1).replace("<p>", "<p class=y>");
            format!(
                "<div>{}{}{}</div><div class=end>{first}</div>",
                piece(a, 2),
                piece(b, 5),
                piece(c, 3)
            )
        };
        check(&page(["", "", ""]), 10);
        check(&page(["T", "T", "T"]), 5);
        let articles = page(["", "", ""]).replace("<div class=block>", "<article>");
        check(&articles.replace("</div></div><img>", "</div></article>"), 5);
    }

    #[test]
    fn a_figure_that_shows_a_table_is_text() {
        let figure = "<figure><table><tr><td>Sentence in a table</td></tr></table><figcaption>Table 1</figcaption></figure>";
        check(&format!("<article class=post-content>{}{figure}</article>", prose(4)), 5);
    }

    #[test]
    fn pages_without_an_article_have_none() {
        assert_eq!(article_text(&Html::parse("<ul><li><a href=/1>one</a></ul>")), None);
        assert_eq!(article_text(&Html::parse("")), None);
    }
}
