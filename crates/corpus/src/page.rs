//! Files that hold one document each: web pages, Markdown, plain text.

use std::sync::LazyLock;

use crate::Document;
use crate::decode::{decode_html, decode_plain, first_nul};
use crate::format::{self, Format};
use crate::html::{Element, Html, Selector, article_text};
use crate::language::language_code;
use crate::markdown;
use crate::{notebook, plain, rst, wrapped};

/// How long a first line may be to be a title, in characters.
const TITLE_LINE_CHARS: usize = 120;

/// What parts the title of a page from the name of its site.
const TITLE_SEPARATORS: [&str; 8] = [" — ", " – ", " - ", " | ", " · ", " • ", " :: ", " » "];

/// The document in the file `path` (relative, its id) that holds `bytes`.
///
/// # Errors
/// The reason why it is no document, for a [`Skipped`](crate::Skipped).
pub(crate) fn read(path: &str, format: Format, bytes: &[u8]) -> Result<Document, String> {
    if let Some(offset) = first_nul(bytes) {
        return Err(format!(
            "not a text: it has a NUL byte at offset {offset}; allowed is text in UTF-8"
        ));
    }
    let mut document = if format == Format::Html {
        of_html(&decode_html(bytes, None))
    } else {
        let text = decode_plain(bytes).map_err(|offset| {
            format!("not a text: invalid UTF-8 at offset {offset}; allowed is text in UTF-8")
        })?;
        match format {
            Format::Markdown => markdown::read(&text),
            Format::Rst => rst::read(&text),
            Format::Notebook => notebook::read(&text)?,
            _ => of_plain(&text),
        }
    };
    if document.title.is_empty() {
        document.title = plain::title_from_stem(name_of(format::stem(path)));
    }
    if document.title.is_empty() {
        path.clone_into(&mut document.title);
    }
    path.clone_into(&mut document.id);
    Ok(document)
}

/// What a file is called whose path without its ending is `stem`. Every folder may have an index: it is called as
/// its folder.
fn name_of(stem: &str) -> &str {
    let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    let is_index = ["index", "readme", "_index"].iter().any(|n| name.eq_ignore_ascii_case(n));
    if is_index && !folder.is_empty() { folder.rsplit('/').next().unwrap_or(folder) } else { name }
}

/// The title is the first line where it is short and an empty line follows.
fn of_plain(raw: &str) -> Document {
    let text = wrapped::joined(plain::text(raw.into()));
    let text = text.trim_matches('\n');
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let has_gap = rest.lines().next().is_some_and(|line| line.trim().is_empty());
    let title = plain::single_line(first);
    if has_gap && !title.is_empty() && title.chars().count() <= TITLE_LINE_CHARS {
        return Document { title, text: without_outer_gaps(rest), ..Document::default() };
    }
    Document { text: without_outer_gaps(text), ..Document::default() }
}

/// `text` without empty lines before and after it; the indentation of the first line stays.
fn without_outer_gaps(text: &str) -> String {
    let start = text.len() - text.trim_start().len();
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    text[line_start..].trim_end().to_owned()
}

struct Selectors {
    title: Selector,
    heading: Selector,
    meta: Selector,
    main: Selector,
    article: Selector,
    body: Selector,
}

static SELECTORS: LazyLock<Selectors> = LazyLock::new(|| {
    let parse = |text| Selector::parse(text).expect("a fixed selector, read in every test");
    Selectors {
        title: parse("head title"),
        heading: parse("h1"),
        meta: parse("meta[content]"),
        main: parse("main, [role=main]"),
        article: parse("article"),
        body: parse("body"),
    }
});

fn of_html(page: &str) -> Document {
    of_page(&Html::parse(page))
}

/// The document of a page: its title without the name of the site, its main text, keywords and
/// language; without an id.
pub fn of_page(page: &Html) -> Document {
    let title = title_of(page);
    let text = article_text(page).unwrap_or_else(|| main_text(page));
    let after_title = text.strip_prefix(title.as_str()).and_then(|rest| rest.strip_prefix("\n\n"));
    let text = after_title.map(str::to_owned).unwrap_or(text);
    let keywords = meta(page, "keywords").unwrap_or_default();
    let language = page.root().attribute("lang").and_then(language_code);
    Document {
        title,
        text,
        tags: plain::names(keywords.split(',')),
        language: language.map(str::to_owned),
        ..Document::default()
    }
}

/// `<title>`, else the first heading, else `og:title`. Of a `<title>` that is a heading with the
/// name of the site behind a separator, the heading.
fn title_of(page: &Html) -> String {
    let headings = page.select(&SELECTORS.heading).map(Element::inline_text);
    let headings: Vec<String> = headings.filter(|text| !text.is_empty()).collect();
    let og_title = meta(page, "og:title").map(plain::single_line).unwrap_or_default();
    let title = page.select(&SELECTORS.title).next().map(Element::inline_text);
    match title.filter(|title| !title.is_empty()) {
        Some(title) => {
            let is_start = |shorter: &&String| {
                let rest = title.strip_prefix(shorter.as_str());
                !shorter.is_empty()
                    && rest.is_some_and(|rest| TITLE_SEPARATORS.iter().any(|s| rest.starts_with(s)))
            };
            headings.iter().chain([&og_title]).find(is_start).cloned().unwrap_or(title)
        }
        None => headings.into_iter().next().unwrap_or(og_title),
    }
}

/// The text of the main part: `main`, else the articles, else the body.
fn main_text(page: &Html) -> String {
    let mut parts: Vec<Element<'_>> = page.select(&SELECTORS.main).take(1).collect();
    if parts.is_empty() {
        for article in page.select(&SELECTORS.article) {
            // They come in the order of the page: one inside another follows it.
            if !parts.last().is_some_and(|last| article.is_inside(*last)) {
                parts.push(article);
            }
        }
    }
    let text_of = |parts: &[Element<'_>]| {
        let texts = parts.iter().map(|part| part.block_text_without(is_beside_the_text));
        texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
    };
    let text = text_of(&parts);
    if !text.is_empty() {
        return text;
    }
    text_of(&page.select(&SELECTORS.body).take(1).collect::<Vec<_>>())
}

fn is_beside_the_text(element: Element<'_>) -> bool {
    matches!(element.name(), "nav" | "header" | "footer" | "aside" | "form")
        || element.attribute("hidden").is_some_and(|value| value != "until-found")
        || element.attribute("aria-hidden") == Some("true")
        || element.attribute("style").is_some_and(hides)
}

pub(crate) fn hides(style: &str) -> bool {
    let style: String = style.to_ascii_lowercase().split_ascii_whitespace().collect();
    style.split(';').any(|rule| {
        let rule = rule.trim_end_matches("!important");
        rule == "display:none" || rule == "visibility:hidden"
    })
}

/// The content of the first `<meta>` whose `name` or `property` is `name`.
fn meta<'a>(page: &'a Html, name: &str) -> Option<&'a str> {
    page.select(&SELECTORS.meta).find_map(|element| {
        let own = element.attribute("name").or(element.attribute("property"))?;
        if own.eq_ignore_ascii_case(name) { element.attribute("content") } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(page: &str) -> Document {
        read("a/some-page.html", Format::Html, page.as_bytes()).unwrap()
    }

    #[test]
    fn a_page_gives_title_text_tags_and_language() {
        let document = html(
            "<html lang=de-AT><head><title>Der Titel</title>\
             <meta name=Keywords content='eins, zwei,, eins'></head>\
             <body><nav>weg</nav><main><header>weg</header><h1>Anfang</h1><p>Text</p>\
             <aside>weg</aside></main><footer>weg</footer></body></html>",
        );
        assert_eq!(
            document,
            Document {
                id: "a/some-page.html".to_owned(),
                title: "Der Titel".to_owned(),
                text: "Anfang\n\nText".to_owned(),
                tags: vec!["eins".to_owned(), "zwei".to_owned()],
                language: Some("de".to_owned()),
                ..Document::default()
            }
        );
    }

    #[test]
    fn titles_come_from_the_title_else_the_heading_else_og_else_the_file() {
        assert_eq!(html("<title>T</title><h1>H</h1>").title, "T");
        assert_eq!(html("<title> </title><h1>H</h1>").title, "H");
        assert_eq!(html("<meta property='og:title' content=' O  o '>text").title, "O o");
        assert_eq!(html("text").title, "Some page");
    }

    #[test]
    fn the_name_of_the_site_is_taken_off_a_title() {
        assert_eq!(
            html("<title>Talk A — Conf</title><h1>Conf</h1><h1>Talk A</h1>").title,
            "Talk A"
        );
        assert_eq!(html("<title>Conf | Talk</title><h1>Talk</h1>").title, "Conf | Talk");
        assert_eq!(html("<title>Talking</title><h1>Talk</h1>").title, "Talking");
    }

    #[test]
    fn a_heading_that_is_the_title_is_not_repeated_in_the_text() {
        assert_eq!(html("<title>T</title><main><h1>T</h1><p>Body</main>").text, "Body");
        assert_eq!(html("<title>T</title><main><p>T is<p>Body</main>").text, "T is\n\nBody");
    }

    #[test]
    fn the_main_part_is_main_else_articles_else_the_body() {
        assert_eq!(html("<p>a</p><div role=main>b</div><article>c</article>").text, "b");
        let articles = "<p>a</p><article>b<article>c</article></article><article>d</article>";
        assert_eq!(html(articles).text, "b\n\nc\n\nd");
        assert_eq!(html("<p>a</p><p>b</p>").text, "a\n\nb");
        assert_eq!(html("<main><nav>x</nav></main><p>b</p>").text, "b");
    }

    #[test]
    fn an_index_without_a_title_is_called_as_its_folder() {
        let check = |path: &str, title: &str| {
            assert_eq!(read(path, Format::Markdown, b"text").unwrap().title, title, "{path}");
        };
        check("docs/getting-started/README.md", "Getting started");
        check("docs/Index.md", "Docs");
        check("README.md", "README");
        check("docs/indices.md", "Indices");
    }

    #[test]
    fn hidden_elements_are_not_read() {
        let page = "<p hidden>a</p><p aria-hidden=true>b</p><p style='color:red; Display : none'>c\
                    </p><p style='visibility:hidden !important'>d</p><p style='display:block'>e</p>\
                    <form>f</form><noscript>g</noscript><template>h</template>";
        assert_eq!(html(page).text, "e");
    }

    #[test]
    fn a_short_first_line_before_a_gap_is_the_title_of_a_plain_text() {
        let plain = |text: &str| {
            let document = read("clean_code.txt", Format::Plain, text.as_bytes()).unwrap();
            (document.title, document.text)
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(plain("\nA  title\r\n \r\n  Text\r\nmore\n\n"), pair("A title", "  Text\nmore"));
        assert_eq!(plain("One line"), pair("Clean code", "One line"));
        assert_eq!(plain("a\nb\n\nc"), pair("Clean code", "a\nb\n\nc"));
        let long = "x".repeat(121);
        assert_eq!(plain(&format!("{long}\n\nc")), pair("Clean code", &format!("{long}\n\nc")));
        assert_eq!(plain(""), pair("Clean code", ""));
        assert_eq!(plain("题\n\n机器学\n习"), pair("题", "机器学习"));
    }

    #[test]
    fn what_is_no_text_is_refused_with_the_offset() {
        let reason = |format, bytes: &[u8]| read("a", format, bytes).unwrap_err();
        let nul = reason(Format::Html, b"<p>a\0b");
        assert!(nul.contains("offset 4") && nul.contains("UTF-8"), "{nul}");
        let invalid = reason(Format::Plain, b"\xEF\xBB\xBFab\xFF");
        assert!(invalid.contains("offset 5") && invalid.contains("UTF-8"), "{invalid}");
        let latin = read("a.md", Format::Markdown, b"# Caf\xE9\n\nCr\xE8me").unwrap();
        assert_eq!((latin.title.as_str(), latin.text.as_str()), ("Café", "Crème"));
    }
}
