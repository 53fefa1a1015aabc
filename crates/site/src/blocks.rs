//! Plain text → paragraphs, lists and links.

use std::fmt;

use crate::html::{after_scheme, write_escaped};

/// The HTML of `text`: its blocks as paragraphs and lists, its web addresses as links.
///
/// Blocks are parted by empty lines. A block whose every line begins with `- ` is a list; so is the
/// end of a block where two or more such lines follow the lines of a sentence (`Topics:`). All
/// other lines of a block flow into one paragraph. Everything that comes from `text` is escaped.
pub(crate) fn to_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8 + 32);
    let written = write_blocks(&mut out, text);
    written.expect("writing to a string cannot fail");
    out
}

fn write_blocks(out: &mut impl fmt::Write, text: &str) -> fmt::Result {
    let mut block = Vec::new();
    // The empty line at the end closes the last block.
    for line in text.lines().map(str::trim).chain([""]) {
        if !line.is_empty() {
            block.push(line);
        } else if !block.is_empty() {
            write_block(out, &block)?;
            block.clear();
        }
    }
    Ok(())
}

fn write_block(out: &mut impl fmt::Write, lines: &[&str]) -> fmt::Result {
    let n_lead = lines.iter().take_while(|line| item(line).is_none()).count();
    let (lead, items) = lines.split_at(n_lead);
    let is_list = items.iter().all(|line| item(line).is_some());
    if !is_list || (n_lead > 0 && items.len() < 2) {
        return write_paragraph(out, lines);
    }
    if !lead.is_empty() {
        write_paragraph(out, lead)?;
    }
    if items.is_empty() {
        return Ok(());
    }
    out.write_str("<ul dir=\"auto\">\n")?;
    for content in items.iter().filter_map(|line| item(line)) {
        out.write_str("<li>")?;
        write_inline(out, content)?;
        out.write_str("</li>\n")?;
    }
    out.write_str("</ul>\n")
}

/// What a line holds after `- `.
fn item<'t>(line: &&'t str) -> Option<&'t str> {
    line.strip_prefix("- ").map(str::trim_start)
}

fn write_paragraph(out: &mut impl fmt::Write, lines: &[&str]) -> fmt::Result {
    out.write_str("<p dir=\"auto\">")?;
    for (n, line) in lines.iter().enumerate() {
        if n > 0 {
            out.write_char('\n')?;
        }
        write_inline(out, line)?;
    }
    out.write_str("</p>\n")
}

/// Writes text with its web addresses as links.
fn write_inline(out: &mut impl fmt::Write, text: &str) -> fmt::Result {
    let mut rest = text;
    while let Some((start, end)) = find_url(rest) {
        let url = &rest[start..end];
        write_escaped(out, &rest[..start])?;
        out.write_str("<a rel=\"nofollow noopener ugc\" href=\"")?;
        write_escaped(out, url)?;
        out.write_str("\">")?;
        write_escaped(out, url)?;
        out.write_str("</a>")?;
        rest = &rest[end..];
    }
    write_escaped(out, rest)
}

/// Where the first web address of `text` starts and ends, in bytes. Linear in the text: a candidate
/// is measured only when it is an address.
fn find_url(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(colon) = text[from..].find("://").map(|at| from + at) {
        from = colon + "://".len();
        let starts = ["https", "http"].iter().filter_map(|scheme| colon.checked_sub(scheme.len()));
        for start in starts {
            let Some(candidate) = text.get(start..) else { continue };
            let inside_a_word =
                text[..start].chars().next_back().is_some_and(char::is_alphanumeric);
            let has_host = after_scheme(candidate)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['));
            if has_host && !inside_a_word {
                return Some((start, start + url_len(candidate)));
            }
        }
    }
    None
}

/// How many bytes of `text`, which begins with an address, belong to it: punctuation that ends the
/// sentence around it does not, nor a bracket that was opened before it.
fn url_len(text: &str) -> usize {
    let belongs = |c: char| {
        c.is_alphanumeric() || (c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '`'))
    };
    let mut url = &text[..text.find(|c| !belongs(c)).unwrap_or(text.len())];
    let count = |wanted: char| url.matches(wanted).count();
    let mut unopened = [('(', ')'), ('[', ']'), ('{', '}')]
        .map(|(open, close)| (close, count(close).saturating_sub(count(open))));
    while let Some(last) = url.chars().next_back() {
        if let Some((_, n)) = unopened.iter_mut().find(|(close, _)| *close == last) {
            if *n == 0 {
                break;
            }
            *n -= 1;
        } else if !matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' | '|')
        {
            break;
        }
        url = &url[..url.len() - last.len_utf8()];
    }
    url.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(to_html(text), expected);
    }

    #[track_caller]
    fn check_links(text: &str, expected: &[&str]) {
        let html = to_html(text);
        let links: Vec<_> = html
            .split("href=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&"))
            .collect();
        assert_eq!(links, expected, "{html}");
    }

    #[test]
    fn nothing_gives_nothing() {
        check("", "");
        check(" \n\n\t\n", "");
    }

    #[test]
    fn empty_lines_part_paragraphs() {
        check(
            "One\nsentence.\n\n \nAnother.\r\n",
            "<p dir=\"auto\">One\nsentence.</p>\n<p dir=\"auto\">Another.</p>\n",
        );
    }

    #[test]
    fn a_block_of_items_is_a_list() {
        check("- a\n- b", "<ul dir=\"auto\">\n<li>a</li>\n<li>b</li>\n</ul>\n");
        check("- a", "<ul dir=\"auto\">\n<li>a</li>\n</ul>\n");
    }

    #[test]
    fn items_after_a_sentence_are_a_list() {
        check(
            "We will see:\n- a\n- b",
            "<p dir=\"auto\">We will see:</p>\n<ul dir=\"auto\">\n<li>a</li>\n<li>b</li>\n</ul>\n",
        );
    }

    #[test]
    fn a_dash_within_a_paragraph_is_no_list() {
        check("It was late\n- very late.", "<p dir=\"auto\">It was late\n- very late.</p>\n");
        check("- so\nit goes\n- on", "<p dir=\"auto\">- so\nit goes\n- on</p>\n");
    }

    #[test]
    fn markup_in_the_text_is_text() {
        check(
            "<script>alert('1')</script>\n\n- <b>&amp;",
            "<p dir=\"auto\">&lt;script&gt;alert('1')&lt;/script&gt;</p>\n\
             <ul dir=\"auto\">\n<li>&lt;b&gt;&amp;amp;</li>\n</ul>\n",
        );
    }

    #[test]
    fn addresses_become_links_without_the_punctuation_around_them() {
        check_links("see https://a.example/b.", &["https://a.example/b"]);
        check_links("(https://a.example/b)", &["https://a.example/b"]);
        check_links("https://a.example/b_(c)!", &["https://a.example/b_(c)"]);
        check_links("<https://a.example/?b=1&c=2>", &["https://a.example/?b=1&c=2"]);
        check_links(
            "HTTP://a.example, http://b.example",
            &["HTTP://a.example", "http://b.example"],
        );
        check_links("https://ü.example/ö。もっと", &["https://ü.example/ö"]);
    }

    #[test]
    fn what_is_no_web_address_becomes_no_link() {
        for text in [
            "javascript:alert(1)",
            "javascript://%0aalert(1)",
            "xhttp://a.example",
            "ftp://a.example",
            "https://",
            "https://...",
            "://",
            "é://x",
        ] {
            check_links(text, &[]);
        }
    }

    #[test]
    fn a_quote_cannot_leave_the_attribute() {
        let html = to_html("https://a.example/\"onmouseover=\"alert(1)");
        assert!(html.contains("href=\"https://a.example/\">"), "{html}");
        assert!(html.contains("&quot;onmouseover=&quot;alert(1)"), "{html}");
    }
}
