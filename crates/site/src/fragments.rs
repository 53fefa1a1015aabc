//! Pieces of HTML that pages have by the thousand: the engine would take longer to call for them than they
//! take to write.

use std::fmt::{self, Write};

use minijinja::Value;

use crate::html::write_escaped;
use crate::views::{Line, Link, Row, TopicRow};

/// What a line of a long list takes, about, bytes.
const ITEM_LEN: usize = 400;

/// A document in lists: the link to it, after that to its main topic, and below whose it is, when and
/// where.
pub(crate) fn row(row: &Row<'_>) -> Value {
    made(|out| write_row(out, row))
}

/// Lines as the items of a list.
pub(crate) fn lines(lines: impl Iterator<Item = Line>) -> Option<Value> {
    listed(lines, |out, _, line| {
        write_item(out, line.anchor.as_deref())?;
        out.write_str(line.html.as_str().unwrap_or_default())?;
        out.write_str("</li>\n")
    })
}

/// Documents of a topic as the items of a list; terms are of the language `lang`.
pub(crate) fn topic_rows<'r>(
    rows: impl Iterator<Item = TopicRow<'r>>,
    lang: Option<&str>,
) -> Option<Value> {
    listed(rows, |out, _, TopicRow { anchor, row, reasons, bar }| {
        write_item(out, anchor.as_deref())?;
        write_row(out, &row)?;
        if !reasons.is_empty() {
            out.write_str("<p class=\"shared\"><span class=\"sr\">Here because of </span>")?;
            write_terms(out, reasons, lang)?;
            out.write_str("</p>\n")?;
        }
        out.write_str("<p class=\"load\"><svg class=\"bar\" aria-hidden=\"true\"><rect width=\"")?;
        write_escaped(out, &bar.width)?;
        out.write_str("%\" height=\"100%\"/></svg> <span class=\"num\">")?;
        write_escaped(out, &bar.percent)?;
        out.write_str("</span></p>\n</li>\n")
    })
}

/// Links one after the other, with `between` between them: markup of ours.
pub(crate) fn links<'l>(links: impl Iterator<Item = Link<'l>>, between: &str) -> Option<Value> {
    listed(links, |out, n, link| {
        out.write_str(if n > 0 { between } else { "" })?;
        write_link(out, &link)
    })
}

/// Links as the items of a list, each on a line.
pub(crate) fn items<'l>(links: impl Iterator<Item = Link<'l>>) -> Option<Value> {
    listed(links, |out, _, link| {
        out.write_str("<li>")?;
        write_link(out, &link)?;
        out.write_str("</li>\n")
    })
}

/// Terms of the language `lang` one after the other.
pub(crate) fn terms(terms: &[&str], lang: Option<&str>) -> Option<Value> {
    (!terms.is_empty()).then(|| made(|out| write_terms(out, terms, lang)))
}

/// What `write` writes of each thing, told its place; nothing where there is none.
fn listed<T>(
    things: impl Iterator<Item = T>,
    write: impl Fn(&mut String, usize, T) -> fmt::Result,
) -> Option<Value> {
    let mut things = things.enumerate().peekable();
    things.peek()?;
    Some(made_in(things.size_hint().0 * ITEM_LEN, |out| {
        things.try_for_each(|(n, thing)| write(out, n, thing))
    }))
}

fn made(write: impl FnOnce(&mut String) -> fmt::Result) -> Value {
    made_in(0, write)
}

/// The same, with room for `len` bytes.
fn made_in(len: usize, write: impl FnOnce(&mut String) -> fmt::Result) -> Value {
    let mut html = String::with_capacity(len);
    write(&mut html).expect("writing to a string cannot fail");
    Value::from_safe_string(html)
}

/// The beginning of an item that may have the name `anchor` in links.
fn write_item(out: &mut String, anchor: Option<&str>) -> fmt::Result {
    out.write_str("<li")?;
    if let Some(anchor) = anchor {
        out.write_str(" id=\"")?;
        write_escaped(out, anchor)?;
        out.write_char('"')?;
    }
    out.write_str(">\n")
}

fn write_row(out: &mut String, row: &Row<'_>) -> fmt::Result {
    out.write_str("<p class=\"name\">")?;
    if let Some(topic) = &row.topic {
        write!(out, "<a class=\"badge t c{}\" href=\"", topic.colour)?;
        write_escaped(out, &topic.href)?;
        out.write_str("\" title=\"")?;
        write_escaped(out, topic.title)?;
        write!(out, "\"><span class=\"sr\">Topic </span>{}</a> ", topic.number)?;
    }
    write_link(out, &row.link)?;
    out.write_str("</p>\n")?;
    let parts = [(row.speakers.as_deref(), true), (row.when.as_deref(), false), (row.room, true)];
    let parts = parts.iter().filter_map(|(part, is_foreign)| Some(((*part)?, is_foreign)));
    let mut before = "<p class=\"meta\">";
    for (part, &is_foreign) in parts.filter(|(part, _)| !part.is_empty()) {
        out.write_str(before)?;
        // A name may be written from right to left.
        out.write_str(if is_foreign { "<bdi>" } else { "" })?;
        write_escaped(out, part)?;
        out.write_str(if is_foreign { "</bdi>" } else { "" })?;
        before = "&nbsp;· ";
    }
    out.write_str(if before.starts_with('<') { "" } else { "</p>\n" })
}

fn write_terms(out: &mut String, terms: &[&str], lang: Option<&str>) -> fmt::Result {
    terms.iter().enumerate().try_for_each(|(n, term)| {
        out.write_str(if n > 0 { ", <bdi" } else { "<bdi" })?;
        write_lang(out, lang)?;
        out.write_char('>')?;
        write_escaped(out, term)?;
        out.write_str("</bdi>")
    })
}

fn write_link(out: &mut String, link: &Link<'_>) -> fmt::Result {
    out.write_str("<a href=\"")?;
    write_escaped(out, &link.href)?;
    out.write_str(if link.away { "\" dir=\"auto\" rel=\"noopener\"" } else { "\" dir=\"auto\"" })?;
    write_lang(out, link.lang)?;
    out.write_char('>')?;
    write_escaped(out, link.title)?;
    out.write_str("</a>")
}

fn write_lang(out: &mut String, lang: Option<&str>) -> fmt::Result {
    let Some(lang) = lang else { return Ok(()) };
    out.write_str(" lang=\"")?;
    write_escaped(out, lang)?;
    out.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::{Bar, TopicRef};

    #[test]
    fn texts_and_attributes_are_escaped() {
        let hostile =
            |title| Link { href: "x\"><b>".to_owned(), title, lang: Some("a\"b"), away: true };
        let expected = "<a href=\"x&quot;&gt;&lt;b&gt;\" dir=\"auto\" rel=\"noopener\" \
                        lang=\"a&quot;b\">&lt;i&gt;</a>";
        let both = links(["<i>", "<i>"].map(hostile).into_iter(), " · ").unwrap();
        assert_eq!(both.to_string(), format!("{expected} · {expected}"));
        let item = items(["<i>"].map(hostile).into_iter()).unwrap();
        assert_eq!(item.to_string(), format!("<li>{expected}</li>\n"));
        let both = terms(&["a<", "b"], Some("de")).unwrap();
        assert_eq!(both.to_string(), "<bdi lang=\"de\">a&lt;</bdi>, <bdi lang=\"de\">b</bdi>");
    }

    fn plain_row<'s>() -> Row<'s> {
        let link = Link { href: "a/".to_owned(), title: "A", lang: None, away: false };
        Row { link, speakers: None, when: None, room: None, topic: None }
    }

    #[test]
    fn a_line_tells_what_is_known_of_its_document() {
        let name = "<p class=\"name\"><a href=\"a/\" dir=\"auto\">A</a></p>\n";
        assert_eq!(row(&plain_row()).to_string(), name);
        let topic = TopicRef { number: 13, colour: 0, title: "a\"b", href: "t/\"".to_owned() };
        let badge = "<p class=\"name\"><a class=\"badge t c0\" href=\"t/&quot;\" title=\"a&quot;b\">\
                     <span class=\"sr\">Topic </span>13</a> <a href=\"a/\" dir=\"auto\">A</a></p>\n";
        assert_eq!(row(&Row { topic: Some(topic), ..plain_row() }).to_string(), badge);
        let meta = |speakers: &str, when: &str, room| {
            let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let of = Row { speakers: given(speakers), when: given(when), room, ..plain_row() };
            row(&of).to_string().split_off(name.len())
        };
        assert_eq!(meta("<A>", "", None), "<p class=\"meta\"><bdi>&lt;A&gt;</bdi></p>\n");
        assert_eq!(meta("", "<1", Some("")), "<p class=\"meta\">&lt;1</p>\n");
        assert_eq!(meta("", "", Some("")), "");
        assert_eq!(
            meta("A", "1", Some("&")),
            "<p class=\"meta\"><bdi>A</bdi>&nbsp;· 1&nbsp;· <bdi>&amp;</bdi></p>\n"
        );
    }

    #[test]
    fn lines_are_items_with_their_names() {
        let line = |anchor: Option<&str>| Line {
            anchor: anchor.map(str::to_owned),
            html: Value::from_safe_string("<i>\n".to_owned()),
        };
        let both = lines([line(None), line(Some("d-\"3"))].into_iter()).unwrap();
        assert_eq!(both.to_string(), "<li>\n<i>\n</li>\n<li id=\"d-&quot;3\">\n<i>\n</li>\n");
        let of_topic = |reasons| TopicRow {
            anchor: None,
            row: plain_row(),
            reasons,
            bar: Bar::new(0.001, 1.0),
        };
        let told = topic_rows([of_topic(&[][..]), of_topic(&["a", "<"])].into_iter(), Some("de"));
        let (name, load) = (
            "<p class=\"name\"><a href=\"a/\" dir=\"auto\">A</a></p>\n",
            "<p class=\"load\"><svg class=\"bar\" aria-hidden=\"true\"><rect width=\"1%\" height=\"100%\"/></svg> \
             <span class=\"num\">&lt;1%</span></p>\n</li>\n",
        );
        let shared = "<p class=\"shared\"><span class=\"sr\">Here because of </span>\
                      <bdi lang=\"de\">a</bdi>, <bdi lang=\"de\">&lt;</bdi></p>\n";
        let expected = format!("<li>\n{name}{load}<li>\n{name}{shared}{load}");
        assert_eq!(told.unwrap().to_string(), expected);
    }

    #[test]
    fn there_is_nothing_to_show_of_nothing() {
        assert!(terms(&[], None).is_none() && items(std::iter::empty()).is_none());
        assert!(lines(std::iter::empty()).is_none());
        assert!(topic_rows(std::iter::empty(), None).is_none());
    }
}
